/*
 * Files, folders and descriptors of manifests: bytes in, korch_manifest_read_text() does the rest.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "object/manifest.h"
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024 };

static int fail(korch_error **err, int number, const char *path)
{
	int code = number == ENOENT || number == ENOTDIR ? KORCH_E_NOT_FOUND
	           : number == EACCES || number == EPERM ? KORCH_E_FORBIDDEN
	           : number == ENOMEM                    ? KORCH_E_NOMEM
	                                                 : KORCH_E_IO;
	return korch_error_set(err, code, "%s: %s", path, strerror(number));
}

/*
 * A failure that no text stands behind is a problem like the others. Hands the error to *err, or
 * frees it.
 */
static int report(korch_manifest *manifest, korch_error *error, korch_error **err)
{
	int code = (int)korch_error_code(error);
	korch_problem_add(manifest->problems, &(korch_problem){.kind = KORCH_PROBLEM_OTHER,
	                                                       .path = "",
	                                                       .message = korch_error_message(error)});
	if (err)
		*err = error;
	else
		korch_error_free(error);
	return code;
}

/* Everything that a descriptor gives, within the manifest's limit. */
static int read_all(korch_buf *buf, int fd, const char *name, korch_error **err)
{
	for (;;) {
		char *room = korch__buf_reserve(buf, CHUNK);
		if (!room)
			return korch_error_set(err, buf->failed,
			                       buf->failed == KORCH_E_LIMIT ? "%s: larger than %zu bytes"
			                                                    : "%s: out of memory",
			                       name, buf->max - CHUNK);
		ssize_t n = read(fd, room, CHUNK);
		if (n > 0)
			buf->len += (size_t)n;
		else if (n == 0)
			return 0;
		else if (errno != EINTR)
			return fail(err, errno, name);
	}
}

int korch_manifest_read_fd(korch_manifest *manifest, int fd, const char *file, korch_error **err)
{
	if (!manifest || fd < 0)
		return korch_error_set(err, KORCH_E_INVALID, "no manifest or no descriptor");
	korch__read read = {.limits = {.max_bytes = manifest->options.max_bytes}};
	korch__read_settle(&read, 0, NULL);
	korch_buf buf;
	korch__buf_init(&buf, read.limits.max_bytes + CHUNK);
	korch_error *error = NULL;
	int code = read_all(&buf, fd, file ? file : "-", &error);
	if (code < 0)
		code = error ? report(manifest, error, err) : code;
	else
		code = korch_manifest_read_text(manifest, buf.data, buf.len, file, err);
	korch__buf_fini(&buf);
	return code;
}

int korch_manifest_read_file(korch_manifest *manifest, const char *path, korch_error **err)
{
	if (!manifest || !path)
		return korch_error_set(err, KORCH_E_INVALID, "no manifest or no path");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		korch_error *error = NULL;
		int code = fail(&error, errno, path);
		return error ? report(manifest, error, err) : code;
	}
	int code = korch_manifest_read_fd(manifest, fd, path, err);
	close(fd);
	return code;
}

static int is_manifest_name(const char *name)
{
	return name[0] != '.' &&
	       (korch__text_has_suffix(name, ".yaml") || korch__text_has_suffix(name, ".yml") ||
	        korch__text_has_suffix(name, ".json"));
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void close_tree(FTS **tree)
{
	if (*tree)
		fts_close(*tree);
}

/* One entry of a folder: 1 when it is a file to be read. */
static int is_wanted(korch_manifest *manifest, FTS *tree, FTSENT *entry)
{
	if (entry->fts_info == FTS_D && entry->fts_level > 0 &&
	    (!manifest->options.recursive || entry->fts_name[0] == '.'))
		fts_set(tree, entry, FTS_SKIP);
	if (entry->fts_info == FTS_SL)
		fts_set(tree, entry, FTS_FOLLOW); /* comes again as what it points to; a circle is not
		                                     entered */
	return entry->fts_info == FTS_F && is_manifest_name(entry->fts_name);
}

static int fail_entry(korch_manifest *manifest, const FTSENT *entry, korch_error **err)
{
	korch_error *error = NULL;
	int code = fail(&error, entry->fts_errno, entry->fts_path);
	return error ? report(manifest, error, err) : code;
}

/* Keeps the first failure of several. */
static void keep_first(int *first, int code, korch_error **err, korch_error *error)
{
	if (code < 0 && *first == 0) {
		*first = code;
		if (err) {
			*err = error;
			return;
		}
	}
	korch_error_free(error);
}

int korch_manifest_read_folder(korch_manifest *manifest, const char *path, korch_error **err)
{
	if (!manifest || !path)
		return korch_error_set(err, KORCH_E_INVALID, "no manifest or no path");
	char *const roots[] = {(char *)(uintptr_t)path, NULL};
	_cleanup_(close_tree) FTS *tree =
	    fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	if (!tree)
		return fail(err, errno, path);
	int first = 0;
	size_t n = 0;
	for (FTSENT *entry; (entry = fts_read(tree));) {
		korch_error *error = NULL;
		int code = 0;
		if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS)
			code = fail_entry(manifest, entry, &error);
		else if (!is_wanted(manifest, tree, entry))
			continue;
		else if (++n > manifest->options.max_files)
			return korch_error_set(err, KORCH_E_LIMIT, "%s: more than %zu files", path,
			                       manifest->options.max_files);
		else
			code = korch_manifest_read_file(manifest, entry->fts_path, &error);
		keep_first(&first, code, err, error);
	}
	return first;
}

int korch_manifest_read_path(korch_manifest *manifest, const char *path, korch_error **err)
{
	struct stat about;
	if (manifest && path && stat(path, &about) == 0 && S_ISDIR(about.st_mode))
		return korch_manifest_read_folder(manifest, path, err);
	return korch_manifest_read_file(manifest, path, err);
}
