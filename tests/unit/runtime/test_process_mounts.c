/*
 * The process runtime: mounts in a container's own view, as root and as an ordinary user; the
 * machine itself stays as it was.
 */
#include "process_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static world w;
static char volume[128], file[128];

static void setup_pod(void)
{
	world_make(&w);
	world_open(&w);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	snprintf(volume, sizeof(volume), "%s/volume", w.folder);
	snprintf(file, sizeof(file), "%s/file", w.folder);
	ck_assert_int_eq(mkdir(volume, 0755), 0);
	file_write(file, "content\n");
}

/*
 * Everything that could change on the machine: mounts of this process, names in the folders
 * concerned.
 */
static char *picture(void)
{
	char *mounts = file_text("/proc/self/mountinfo");
	size_t length = strlen(mounts);
	static const char *const FOLDERS[] = {"/", "/etc", "/usr", "/var", "/srv"};
	for (size_t i = 0; i < sizeof(FOLDERS) / sizeof(FOLDERS[0]); i++) {
		struct dirent **names;
		int n = scandir(FOLDERS[i], &names, NULL, alphasort);
		for (int j = 0; j < n; j++) {
			mounts = realloc(mounts, length + strlen(names[j]->d_name) + 2);
			length += (size_t)sprintf(mounts + length, "%s\n", names[j]->d_name);
			free(names[j]);
		}
		if (n >= 0)
			free(names);
	}
	return mounts;
}

static int is_gone(world *of, void *path)
{
	(void)of;
	return !file_exists(path);
}

/* Other programs may be making theirs, which go in a moment. */
static void covers_are_gone(void)
{
	DIR *tmp = opendir("/tmp");
	struct dirent *entry;
	while ((entry = readdir(tmp))) {
		struct stat status;
		char path[300];
		snprintf(path, sizeof(path), "/tmp/%s", entry->d_name);
		if (strncmp(entry->d_name, ".korch-cover-", 13) != 0 || lstat(path, &status) < 0 ||
		    status.st_uid != geteuid())
			continue;
		ck_assert_msg(world_until(&w, is_gone, path), "%s is left", path);
	}
	closedir(tmp);
}

static int run_mounted(const char *id, const char *script, const korch_mount *mounts, size_t n)
{
	return world_run(
	    &w, "pod",
	    (start_options){.id = id, .script = script, .more = {.mounts = mounts, .n_mounts = n}});
}

static void mounts_in_mounts(void)
{
	char nested[160], path[160];
	snprintf(nested, sizeof(nested), "%s/other", w.folder);
	ck_assert_int_eq(mkdir(nested, 0755), 0);
	/* A mount inside of a mount: what is written beside it still goes into the outer one. */
	const korch_mount both[] = {{.host_path = volume, .container_path = "/korch-outer"},
	                            {.host_path = nested, .container_path = "/korch-outer/in/side"}};
	ck_assert_int_eq(
	    run_mounted("nested",
	                "echo in > /korch-outer/in/side/inner && echo out > /korch-outer/outer", both,
	                2),
	    0);
	snprintf(path, sizeof(path), "%s/other/inner", w.folder);
	ck_assert(file_exists(path));
	snprintf(path, sizeof(path), "%s/volume/outer", w.folder);
	ck_assert(file_exists(path));
	/* … also where the outer one may not be written to. */
	const korch_mount locked[] = {
	    {.host_path = file, .container_path = "/korch-l/x", .read_only = 1},
	    {.host_path = volume, .container_path = "/korch-lock", .read_only = 1},
	    {.host_path = nested, .container_path = "/korch-lock/new/place"}};
	ck_assert_int_eq(
	    run_mounted("locked",
	                "test -e /korch-lock/outer && echo x > /korch-lock/new/place/from-locked",
	                locked, 3),
	    0);
}

/* The body: the same as root and as an ordinary user with user namespaces. */
static void all_sorts_of_mounts(void)
{
	setup_pod();
	char *before = picture();
	const korch_mount missing[] = {{.host_path = volume, .container_path = "/korch-data/deep/er"}};
	ck_assert_int_eq(
	    run_mounted("missing",
	                "echo a > /korch-data/deep/er/a && test -d /usr/bin && test -e /proc/self && "
	                "test \"$(ls / | wc -l)\" -gt 5 && cd /korch-data/deep/er && pwd",
	                missing, 1),
	    0);
	const korch_mount existing[] = {{.host_path = volume, .container_path = "/srv"}};
	ck_assert_int_eq(run_mounted("existing", "test -e /srv/a && echo b > /srv/b", existing, 1), 0);
	const korch_mount etc[] = {{.host_path = volume, .container_path = "/etc/korch-test/conf"},
	                           {.host_path = file, .container_path = "/etc/korch-file"}};
	ck_assert_int_eq(run_mounted("etc",
	                             "test -e /etc/korch-test/conf/b && test -s /etc/passwd && read x "
	                             "< /etc/korch-file && test $x = content",
	                             etc, 2),
	                 0);
	const korch_mount hosts[] = {{.host_path = file, .container_path = "/etc/hosts"}};
	ck_assert_int_eq(run_mounted("hosts", "read x < /etc/hosts && test $x = content", hosts, 1), 0);
	const korch_mount read_only[] = {
	    {.host_path = volume, .container_path = "/korch-ro", .read_only = 1},
	    {.host_path = file, .container_path = "/korch-file", .read_only = 1}};
	ck_assert_int_eq(run_mounted("ro",
	                             "test -e /korch-ro/a && ! (: > /korch-ro/c) 2>/dev/null && ! (: > "
	                             "/korch-file) 2>/dev/null && test -s /korch-file",
	                             read_only, 2),
	                 0);
	mounts_in_mounts();
	/* Commands inside see the same. */
	answer a;
	ck_assert_int_eq(world_start(&w, NULL, "pod",
	                             (start_options){.id = "long",
	                                             .script = "exec sleep 1000",
	                                             .more = {.mounts = missing, .n_mounts = 1}}),
	                 0);
	ck_assert_int_eq(world_exec(&w, &a, "long", "cat /korch-data/deep/er/outer; id -u", 0), 0);
	char wanted[64];
	snprintf(wanted, sizeof(wanted), "out\n%d\n", (int)geteuid());
	ck_assert_str_eq(a.output, wanted);
	answer_fini(&a);
	char *after = picture();
	ck_assert_str_eq(after, before);
	free(before);
	free(after);
	covers_are_gone();
	world_end(&w);
}

/* Runs a test's body as an ordinary user; what fails in there is seen by its exit status. */
static void as_nobody(void (*body)(void))
{
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (setresgid(65534, 65534, 65534) < 0 || setresuid(65534, 65534, 65534) < 0)
			_exit(99);
		body();
		_exit(0);
	}
	int status;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "as an ordinary user: status %d",
	              status);
}

START_TEST(mounts_of_this_user)
{
	if (geteuid() == 0 || user_namespaces_work())
		all_sorts_of_mounts();
}
END_TEST

static void mounts_are_refused_with_a_reason(void)
{
	setup_pod();
	const korch_mount mount[] = {{.host_path = volume, .container_path = "/srv"}};
	answer a;
	ck_assert_int_lt(
	    world_start(
	        &w, &a, "pod",
	        (start_options){.id = "c", .script = "true", .more = {.mounts = mount, .n_mounts = 1}}),
	    0);
	ck_assert_str_eq(a.reason, "StartError");
	ck_assert_ptr_nonnull(strstr(a.message, "mount mount namespace"));
	ck_assert_int_eq(world_run(&w, "pod", (start_options){.id = "d", .script = "exit 4"}), 4);
	world_end(&w);
}

START_TEST(mounts_of_an_ordinary_user)
{
	void (*body)(void) =
	    user_namespaces_work() ? all_sorts_of_mounts : mounts_are_refused_with_a_reason;
	if (geteuid() == 0)
		as_nobody(body);
	else
		body();
}
END_TEST

START_TEST(a_read_only_root)
{
	if (geteuid() != 0 && !user_namespaces_work())
		return;
	setup_pod();
	struct stat root, usr;
	const korch_mount mounts[] = {{.host_path = volume, .container_path = "/korch-data"}};
	ck_assert_int_eq(world_run(&w, "pod",
	                           (start_options){.id = "plain",
	                                           .script = "! (: > /korch-new) 2>/dev/null",
	                                           .more = {.read_only_root = 1}}),
	                 0);
	ck_assert_int_eq(
	    world_run(&w, "pod",
	              (start_options){.id = "mounts",
	                              .script = "! (: > /korch-new) 2>/dev/null && : > /korch-data/new",
	                              .more = {.read_only_root = 1, .mounts = mounts, .n_mounts = 1}}),
	    0);
	/*
	 * Where a cover shows the root's folders they are read-only too (unless another file system is
	 * mounted there).
	 */
	if (stat("/", &root) == 0 && stat("/srv", &usr) == 0 && root.st_dev == usr.st_dev)
		ck_assert_int_eq(
		    world_run(
		        &w, "pod",
		        (start_options){.id = "cover",
		                        .script = "! (: > /srv/korch-new) 2>/dev/null",
		                        .more = {.read_only_root = 1, .mounts = mounts, .n_mounts = 1}}),
		    0);
	ck_assert(!file_exists("/srv/korch-new"));
	covers_are_gone();
	world_end(&w);
}
END_TEST

START_TEST(a_link_that_leads_nowhere_is_not_written_through)
{
	if (geteuid() != 0 && !user_namespaces_work())
		return;
	setup_pod();
	char link[160], target[160];
	snprintf(link, sizeof(link), "%s/volume/link", w.folder);
	snprintf(target, sizeof(target), "%s/target", w.folder);
	ck_assert_int_eq(symlink(target, link), 0);
	const korch_mount mounts[] = {{.host_path = volume, .container_path = "/korch-data"},
	                              {.host_path = file, .container_path = "/korch-data/link"}};
	answer a;
	ck_assert_int_lt(world_start(&w, &a, "pod",
	                             (start_options){.id = "c",
	                                             .script = "true",
	                                             .more = {.mounts = mounts, .n_mounts = 2}}),
	                 0);
	ck_assert_ptr_nonnull(strstr(a.message, "mount /korch-data/link"));
	ck_assert(!file_exists(target));
	world_end(&w);
}
END_TEST

KORCH_SUITE(process_mounts)
{
	Suite *suite = suite_create("process-mounts");
	KORCH_CASE(suite, "mounts", mounts_of_this_user, mounts_of_an_ordinary_user, a_read_only_root,
	           a_link_that_leads_nowhere_is_not_written_through);
	return suite;
}
