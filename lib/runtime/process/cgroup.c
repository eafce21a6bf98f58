/*
 * Limits by cgroups where they may be used: version 2 when memory and cpu controllers are there,
 * version 1 hierarchies otherwise. Each container with requests or limits has a group korch/NAME
 * of its own.
 */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CPU_PERIOD_US = 100000, CPU_QUOTA_MIN_US = 1000, MAKE_TRIES = 100 };

/* Mount points; the version 1 controllers have one each. */
static const char V2[] = "/sys/fs/cgroup";
static const char *const V1[] = {"/sys/fs/cgroup/memory", "/sys/fs/cgroup/cpu"};

static int write_text(const char *folder, const char *file, const char *text)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", folder, file);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ssize_t n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

static int read_text(const char *folder, const char *file, char *out, size_t size)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", folder, file);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);
	if (fd >= 0)
		close(fd);
	out[n > 0 ? n : 0] = 0;
	return n < 0 ? -1 : 0;
}

static int is_v2(void)
{
	char controllers[512];
	return read_text(V2, "cgroup.controllers", controllers, sizeof(controllers)) == 0 &&
	       strstr(controllers, "memory") && strstr(controllers, "cpu");
}

static int make_parent(const char *mount)
{
	char folder[256];
	snprintf(folder, sizeof(folder), "%s/korch", mount);
	return mkdir(folder, 0755) < 0 && errno != EEXIST ? -1 : 0;
}

/* Whether groups can be made there: the folder may be another user's, who runs containers too. */
static int may_use_parent(const char *mount)
{
	char folder[256];
	snprintf(folder, sizeof(folder), "%s/korch", mount);
	int may = make_parent(mount) == 0 && faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0;
	rmdir(folder); /* stays while it has others; made again with the first container that needs one
	                */
	return may;
}

int korch__cgroup_usable(void)
{
	int v2 = is_v2();
	if (v2 && write_text(V2, "cgroup.subtree_control", "+memory +cpu") < 0)
		return 0;
	for (size_t i = 0; i < (v2 ? 1 : KORCH_COUNT(V1)); i++)
		if (!may_use_parent(v2 ? V2 : V1[i]))
			return 0;
	return 1;
}

/* Makes the parent too, which another instance may remove at any time while it is empty. */
static int make_group(const char *mount, const char *folder)
{
	for (int i = 0; i < MAKE_TRIES; i++) {
		if (make_parent(mount) < 0)
			return -1;
		if (mkdir(folder, 0755) == 0 || errno == EEXIST)
			return 0;
		if (errno != ENOENT)
			return -1;
	}
	return -1;
}

static int set_number(const char *folder, const char *file, int64_t value)
{
	char text[32];
	snprintf(text, sizeof(text), "%lld", (long long)value);
	return write_text(folder, file, text);
}

/* Kubernetes' rule: 1,000 millicores are 1,024 shares, at least 2. */
static int64_t shares(int64_t milli)
{
	int64_t value = milli < 1000000 ? milli * 1024 / 1000 : 262144;
	return value < 2 ? 2 : value > 262144 ? 262144 : value;
}

/* Of each period; the kernel takes no less than a millisecond. */
static int64_t quota_us(int64_t milli)
{
	int64_t value =
	    milli < INT64_MAX / CPU_PERIOD_US ? milli * CPU_PERIOD_US / 1000 : INT64_MAX / 1000;
	return value < CPU_QUOTA_MIN_US ? CPU_QUOTA_MIN_US : value;
}

static int limit_v2(const char *folder, const korch_container_config *config)
{
	char text[64];
	int failed = 0;
	if (config->memory_limit_bytes) {
		failed |= set_number(folder, "memory.max", config->memory_limit_bytes);
		set_number(folder, "memory.swap.max", 0); /* not there without swap */
	}
	if (config->cpu_limit_milli) {
		snprintf(text, sizeof(text), "%lld %d", (long long)quota_us(config->cpu_limit_milli),
		         CPU_PERIOD_US);
		failed |= write_text(folder, "cpu.max", text);
	}
	if (config->cpu_shares_milli)
		failed |= set_number(folder, "cpu.weight",
		                     1 + (shares(config->cpu_shares_milli) - 2) * 9999 / 262142);
	return failed;
}

static int limit_v1(size_t which, const char *folder, const korch_container_config *config)
{
	int failed = 0;
	if (which == 0 && config->memory_limit_bytes) {
		failed = set_number(folder, "memory.limit_in_bytes", config->memory_limit_bytes);
		set_number(folder, "memory.memsw.limit_in_bytes", config->memory_limit_bytes); /* not there
		                                                                                  without
		                                                                                  swap
		                                                                                  accounting
		                                                                                */
	}
	if (which == 0)
		return failed;
	if (config->cpu_limit_milli) {
		failed |= set_number(folder, "cpu.cfs_period_us", CPU_PERIOD_US);
		failed |= set_number(folder, "cpu.cfs_quota_us", quota_us(config->cpu_limit_milli));
	}
	if (config->cpu_shares_milli)
		failed |= set_number(folder, "cpu.shares", shares(config->cpu_shares_milli));
	return failed;
}

int korch__cgroup_create(process_cgroup *out, const char *name,
                         const korch_container_config *config, char *message, size_t size)
{
	int v2 = is_v2();
	size_t n = v2 ? 1 : KORCH_COUNT(V1);
	for (size_t i = 0; i < n; i++) {
		char folder[512];
		snprintf(folder, sizeof(folder), "%s/korch/%s", v2 ? V2 : V1[i], name);
		int failed = make_group(v2 ? V2 : V1[i], folder) < 0;
		if (!failed && v2)
			failed = write_text("/sys/fs/cgroup/korch", "cgroup.subtree_control", "+memory +cpu");
		if (!failed)
			failed = v2 ? limit_v2(folder, config) : limit_v1(i, folder, config);
		if (failed) {
			snprintf(message, size, "cgroup %s: %s", folder, strerror(errno));
			return KORCH_E_IO;
		}
		out->procs[i] = korch__sprintf("%s/cgroup.procs", folder);
		if (!out->procs[i])
			return KORCH_E_NOMEM;
	}
	return 0;
}

void korch__cgroup_fini(process_cgroup *cgroup)
{
	for (size_t i = 0; i < KORCH_COUNT(cgroup->procs); i++)
		korch__free(cgroup->procs[i]);
	memset(cgroup, 0, sizeof(*cgroup));
}

int korch__cgroup_oom_kills(const char *name)
{
	char folder[512];
	char text[1024];
	int v2 = is_v2();
	snprintf(folder, sizeof(folder), "%s/korch/%s", v2 ? V2 : V1[0], name);
	if (read_text(folder, v2 ? "memory.events" : "memory.oom_control", text, sizeof(text)) < 0)
		return 0;
	const char *at = strstr(text, "oom_kill ");
	return at ? atoi(at + strlen("oom_kill ")) : 0;
}

char *korch__cgroup_name(const char *sandbox_folder, const char *id)
{
	/* Another runtime on this machine may have a container of the same id. FNV-1a, 64 bits. */
	uint64_t hash = UINT64_C(14695981039346656037);
	const char *const texts[] = {sandbox_folder, id};
	for (size_t i = 0; i < KORCH_COUNT(texts); i++)
		for (const char *at = texts[i]; *at; at++)
			hash = (hash ^ (uint8_t)*at) * UINT64_C(1099511628211);
	return korch__sprintf("%.200s-%016llx", id, (unsigned long long)hash);
}

char *korch__cgroup_existing(const char *sandbox_folder, const char *id)
{
	char folder[512];
	char *name = korch__cgroup_name(sandbox_folder, id);
	snprintf(folder, sizeof(folder), "%s/korch/%s", is_v2() ? V2 : V1[0], name ? name : "");
	if (name && access(folder, F_OK) == 0)
		return name;
	korch__free(name);
	return NULL;
}

static void remove_in(const char *mount, const char *name)
{
	char folder[512];
	snprintf(folder, sizeof(folder), "%s/korch/%s", mount, name);
	if (rmdir(folder) < 0)
		return;
	snprintf(folder, sizeof(folder), "%s/korch", mount);
	rmdir(folder); /* stays while it has others */
}

void korch__cgroup_remove(const char *name)
{
	if (is_v2()) {
		remove_in(V2, name);
		return;
	}
	for (size_t i = 0; i < KORCH_COUNT(V1); i++)
		remove_in(V1[i], name);
}
