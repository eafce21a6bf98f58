/* The folders of `korch up`. */
#include "up/state.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <korch/sys/runtime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INSTANCES_MAX = 64, PATH_LENGTH_MAX = 2048 };

static int make_folder(const char *path, korch_error **err)
{
	char partial[3072];
	snprintf(partial, sizeof(partial), "%s", path);
	for (char *at = partial + 1;; at++) {
		if (*at != '/' && *at != 0)
			continue;
		char was = *at;
		*at = 0;
		if (mkdir(partial, 0700) < 0 && errno != EEXIST)
			return korch_error_set(err, KORCH_E_IO, "%s: %s", partial, strerror(errno));
		*at = was;
		if (!was)
			return 0;
	}
}

static int find_base(char *out, size_t size, korch_error **err)
{
	char path[2048];
	const char *state_home = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	const char *wish = getenv("KORCH_STATE");
	if (wish && *wish)
		snprintf(path, sizeof(path), "%s", wish);
	else if (geteuid() == 0)
		snprintf(path, sizeof(path), "/var/lib/korch");
	else if (state_home && *state_home == '/')
		snprintf(path, sizeof(path), "%s/korch", state_home);
	else if (home && *home == '/')
		snprintf(path, sizeof(path), "%s/.local/state/korch", home);
	else
		snprintf(path, sizeof(path), "/tmp/korch-%u", geteuid());
	if (make_folder(path, err) < 0)
		return KORCH_E_IO;
	char *real = realpath(path, NULL);
	if (!real || snprintf(out, size, "%s/up", real) >= (int)size) {
		free(real);
		return korch_error_set(err, KORCH_E_IO, "%s: %s", path, strerror(errno));
	}
	free(real);
	return make_folder(out, err);
}

static void fill(state *out, const char *folder)
{
	*out = (state){0};
	snprintf(out->folder, sizeof(out->folder), "%s", folder);
	snprintf(out->runtime_folder, sizeof(out->runtime_folder), "%s/runtime", folder);
	snprintf(out->cluster_folder, sizeof(out->cluster_folder), "%s/cluster", folder);
	snprintf(out->store_file, sizeof(out->store_file), "%s/store.db", folder);
	snprintf(out->prefix_file, sizeof(out->prefix_file), "%s/etcd-prefix", folder);
}

static void fill_instance(state *out, const char *base, int instance)
{
	char folder[2100];
	snprintf(folder, sizeof(folder), "%.2048s/%d", base, instance);
	fill(out, folder);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
	if (type == FTW_DP || type == FTW_D || type == FTW_DNR)
		rmdir(path);
	else
		unlink(path);
	return 0;
}

static void remove_tree(const char *path)
{
	nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

void state_remove(const state *self)
{
	if (!self->is_durable)
		remove_tree(self->folder);
}

static int exists(const char *path)
{
	struct stat status;
	return lstat(path, &status) == 0;
}

/* Whether pods have been left there by an earlier korch. */
static int has_pods(const state *self)
{
	char path[3200];
	int n = 0;
	snprintf(path, sizeof(path), "%s/pods", self->runtime_folder);
	DIR *folder = opendir(path);
	struct dirent *entry;
	while (folder && (entry = readdir(folder)))
		n += entry->d_name[0] != '.';
	if (folder)
		closedir(folder);
	return n;
}

static int check_owner(const state *self, korch_error **err)
{
	struct stat status;
	if (stat(self->folder, &status) == 0 &&
	    (status.st_uid != geteuid() || status.st_mode & (S_IWGRP | S_IWOTH)))
		return korch_error_set(err, KORCH_E_FORBIDDEN,
		                       "%s: others may write there; a state folder must belong to this "
		                       "user alone",
		                       self->folder);
	return 0;
}

/* A file without a byte, as a full disk or a power loss may leave, has no objects either. */
static int has_objects(const state *self)
{
	struct stat status;
	if (stat(self->store_file, &status) < 0)
		return exists(self->store_file);
	return !S_ISREG(status.st_mode) || status.st_size > 0;
}

static int check_objects(const state *self, int may_be_new, korch_error **err)
{
	if (has_objects(self))
		return 0;
	if (has_pods(self))
		return korch_error_set(
		    err, KORCH_E_NOT_FOUND, "%s is %s, and pods of it are there: restore it, or remove %s",
		    self->store_file, exists(self->store_file) ? "empty" : "gone", self->folder);
	if (!may_be_new)
		return korch_error_set(err, KORCH_E_NOT_FOUND,
		                       "there is nothing in %s, and no manifests are given", self->folder);
	return 0;
}

static int open_folder(state *out, const char *path, korch_error **err)
{
	if (!*path || strlen(path) > PATH_LENGTH_MAX)
		return korch_error_set(err, KORCH_E_INVALID, "--state: a path of 1 to %d bytes is needed",
		                       PATH_LENGTH_MAX);
	int code = make_folder(path, err);
	if (code < 0)
		return code;
	char *real = realpath(path, NULL);
	if (!real || strlen(real) > PATH_LENGTH_MAX)
		code =
		    korch_error_set(err, KORCH_E_IO, "%s: %s", path, strerror(real ? ENAMETOOLONG : errno));
	else
		fill(out, real);
	free(real);
	out->is_durable = 1;
	return code < 0 ? code : check_owner(out, err);
}

/* The prefix in etcd that a folder belongs to; "": none. */
static int read_prefix(char *out, size_t size, const state *self, korch_error **err)
{
	FILE *file = fopen(self->prefix_file, "re");
	*out = 0;
	if (!file && errno == ENOENT)
		return 0;
	size_t n = file ? fread(out, 1, size - 1, file) : 0;
	int is_good = file && !ferror(file);
	int failure = errno;
	if (file)
		fclose(file);
	out[n] = 0;
	out[strcspn(out, "\n")] = 0;
	return is_good
	           ? 0
	           : korch_error_set(err, KORCH_E_IO, "%s: %s", self->prefix_file, strerror(failure));
}

static int write_prefix(const state *self, const char *prefix, korch_error **err)
{
	FILE *file = fopen(self->prefix_file, "we");
	int is_good = file && fprintf(file, "%s\n", prefix) > 0;
	if (file && fclose(file) != 0)
		is_good = 0;
	return is_good ? 0
	               : korch_error_set(err, KORCH_E_IO, "%s: %s", self->prefix_file, strerror(errno));
}

static int is_same_prefix(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	n -= n && a[n - 1] == '/';
	m -= m && b[m - 1] == '/';
	return n == m && memcmp(a, b, n) == 0;
}

int state_in_etcd(state *out, const char *path, const char *prefix, korch_error **err)
{
	char of[512] = "";
	int code = open_folder(out, path, err);
	if (code == 0)
		code = read_prefix(of, sizeof(of), out, err);
	if (code < 0)
		return code;
	if (*of && is_same_prefix(of, prefix))
		return 0;
	if (has_pods(out) && (*of || has_objects(out)))
		return korch_error_set(
		    err, KORCH_E_CONFLICT,
		    "%s has pods whose objects are %s%s, not in etcd under %s: they would "
		    "be ended; take another --state",
		    out->folder, *of ? "in etcd under " : "in its store.db", of, prefix);
	return write_prefix(out, prefix, err);
}

int state_at(state *out, const char *path, int may_be_new, korch_error **err)
{
	char of[512] = "";
	if (*path && !may_be_new && !exists(path))
		return korch_error_set(err, KORCH_E_NOT_FOUND, "there is no %s, and no manifests are given",
		                       path);
	int code = open_folder(out, path, err);
	if (code == 0)
		code = read_prefix(of, sizeof(of), out, err);
	if (code == 0 && *of && has_pods(out) && !exists(out->store_file))
		return korch_error_set(
		    err, KORCH_E_CONFLICT,
		    "%s has pods whose objects are in etcd under %s: say --store, or take "
		    "another --state",
		    out->folder, of);
	return code < 0 ? code : check_objects(out, may_be_new, err);
}

int state_runtime(korch_runtime **out, const state *self, korch_loop *loop,
                  const korch_process_options *options, korch_error **err)
{
	korch_process_options own = *options;
	own.state_folder = self->runtime_folder;
	int code = make_folder(self->folder, err);
	return code < 0 ? code : korch_runtime_process_new(out, loop, &own, err);
}

struct cleaning {
	const korch_runtime_ops *ops;
	void *self;
	size_t found;
	size_t left;
	int is_listed;
};

static void on_removed(void *userdata, int code, const char *reason, const char *message)
{
	((struct cleaning *)userdata)->left--;
}

static void on_listed(void *userdata, int code, const korch_runtime_list *list)
{
	struct cleaning *cleaning = userdata;
	cleaning->is_listed = 1;
	for (size_t i = 0; list && i < list->n_sandboxes; i++) {
		cleaning->found++;
		cleaning->left++;
		if (cleaning->ops->sandbox_remove(cleaning->self, list->sandboxes[i].id, on_removed,
		                                  cleaning) < 0)
			cleaning->left--;
	}
}

/* Ends all that an earlier instance left in a folder that nobody holds. */
static size_t clean(korch_runtime *runtime, korch_loop *loop)
{
	struct cleaning cleaning = {.ops = korch_runtime_get_ops(runtime),
	                            .self = korch_runtime_get_self(runtime)};
	if (cleaning.ops->list(cleaning.self, on_listed, &cleaning) < 0)
		return 0;
	while (!cleaning.is_listed || cleaning.left)
		korch_loop_step(loop, korch_loop_now(loop) + KORCH_USEC_PER_SEC);
	return cleaning.found;
}

int state_open(state *out, korch_runtime **runtime, korch_loop *loop,
               const korch_process_options *options, size_t *cleaned, korch_error **err)
{
	char folder[2048];
	int is_open = 0;
	*cleaned = 0;
	int code = find_base(folder, sizeof(folder), err);
	if (code < 0)
		return code;
	for (int i = 0; i < INSTANCES_MAX; i++) {
		state candidate;
		korch_runtime *opened = NULL;
		korch_error *error = NULL;
		fill_instance(&candidate, folder, i);
		if (is_open && !exists(candidate.folder))
			continue;
		code = state_runtime(&opened, &candidate, loop, options, &error);
		if (code < 0 && code != KORCH_E_BUSY) {
			korch_runtime_free(is_open ? *runtime : NULL);
			if (err)
				*err = error;
			else
				korch_error_free(error);
			return code;
		}
		korch_error_free(error);
		if (code < 0)
			continue;
		*cleaned += clean(opened, loop);
		if (is_open) {
			korch_runtime_free(opened);
			state_remove(&candidate);
			continue;
		}
		is_open = 1;
		remove_tree(candidate.cluster_folder);
		*out = candidate;
		*runtime = opened;
	}
	return is_open ? 0
	               : korch_error_set(err, KORCH_E_LIMIT,
	                                 "%d instances of korch up are running already", INSTANCES_MAX);
}
