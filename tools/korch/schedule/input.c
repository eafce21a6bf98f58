/* The files of the command line: which are CSV, which are manifests. */
#include "schedule/input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Everything that a stream gives, terminated; within the limit. */
static int read_stream(char **out, size_t *length, FILE *stream, const char *name,
                       korch_error **err)
{
	size_t cap = 1 << 16, n = 0;
	char *text = malloc(cap + 1);
	while (text) {
		n += fread(text + n, 1, cap - n, stream);
		if (n < cap)
			break;
		char *more = cap >= MODEL_FILE_MAX ? NULL : realloc(text, cap * 2 + 1);
		if (!more && cap >= MODEL_FILE_MAX) {
			free(text);
			return korch_error_set(err, KORCH_E_LIMIT, "%s: larger than %d bytes", name,
			                       MODEL_FILE_MAX);
		}
		cap *= 2;
		if (!more)
			free(text);
		text = more;
	}
	if (!text)
		return model_nomem(err);
	if (ferror(stream)) {
		free(text);
		return korch_error_set(err, KORCH_E_IO, "%s: %s", name, strerror(errno));
	}
	text[n] = '\0';
	*out = text;
	*length = n;
	return 0;
}

/* Standard input in memory, so that it can be looked at before it is read. */
static int spool_input(korch_error **err)
{
	char *text = NULL;
	size_t length = 0, written = 0;
	int code = read_stream(&text, &length, stdin, "standard input", err);
	int fd = code == 0 ? memfd_create("input", MFD_CLOEXEC) : -1;
	while (fd >= 0 && written < length) {
		ssize_t n = write(fd, text + written, length - written);
		if (n <= 0)
			break;
		written += (size_t)n;
	}
	if (code == 0 &&
	    (fd < 0 || written < length || lseek(fd, 0, SEEK_SET) < 0 || dup2(fd, STDIN_FILENO) < 0))
		code = korch_error_set(err, KORCH_E_IO, "standard input: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	free(text);
	return code;
}

static int read_text(char **out, size_t *length, const char *path, korch_error **err)
{
	FILE *stream = strcmp(path, "-") == 0 ? fdopen(STDIN_FILENO, "r") : fopen(path, "re");
	if (!stream)
		return korch_error_set(err, errno == ENOENT ? KORCH_E_NOT_FOUND : KORCH_E_IO, "%s: %s",
		                       path, strerror(errno));
	int code = read_stream(out, length, stream, path, err);
	fclose(stream);
	return code;
}

/* 1: a file of CSV, by its name or by its first line; 0: anything else, folders among it. */
static int is_csv(const char *path)
{
	char line[4096];
	struct stat about;
	size_t length = strlen(path);
	if (length > 4 && strcasecmp(path + length - 4, ".csv") == 0)
		return 1;
	if (strcmp(path, "-") == 0) {
		ssize_t read = pread(STDIN_FILENO, line, sizeof(line), 0);
		return read > 0 && input_is_csv(line, (size_t)read);
	}
	if (stat(path, &about) < 0 || !S_ISREG(about.st_mode))
		return 0;
	FILE *stream = fopen(path, "re");
	size_t n = stream ? fread(line, 1, sizeof(line), stream) : 0;
	if (stream)
		fclose(stream);
	return input_is_csv(line, n);
}

static int read_csv(schedule_model *self, const input_file *file, korch_error **err)
{
	char *text = NULL;
	size_t length = 0;
	int code = read_text(&text, &length, file->path, err);
	if (code == 0)
		code =
		    input_read_csv(self, file, strcmp(file->path, "-") == 0 ? "standard input" : file->path,
		                   text, length, err);
	free(text);
	return code;
}

/* Adds a path of manifests, but a file or folder only once: what `kubectl get nodes,pods` gives is
 * one file, for --nodes and --pods. */
static size_t add_path(char **paths, struct stat *abouts, size_t n, const char *path)
{
	if (!paths || !abouts)
		return n;
	int is_there = strcmp(path, "-") != 0 && stat(path, &abouts[n]) == 0;
	for (size_t i = 0; !is_there && i < n; i++)
		if (strcmp(paths[i], path) == 0)
			return n;
	for (size_t i = 0; is_there && i < n; i++)
		if (abouts[i].st_dev == abouts[n].st_dev && abouts[i].st_ino == abouts[n].st_ino)
			return n;
	if (!is_there)
		abouts[n] = (struct stat){0};
	paths[n] = (char *)(uintptr_t)path;
	return n + 1;
}

int input_read(schedule_model *self, const input_file *files, size_t n, korch_error **err)
{
	char **paths = calloc(n + 1, sizeof(*paths));
	struct stat *abouts = calloc(n + 1, sizeof(*abouts));
	size_t n_paths = 0, n_inputs = 0;
	int code = paths && abouts ? 0 : model_nomem(err);
	for (size_t i = 0; code == 0 && i < n; i++)
		if (strcmp(files[i].path, "-") == 0 && n_inputs++ == 0)
			code = spool_input(err);
	if (code == 0 && n_inputs > 1 && is_csv("-"))
		code = korch_error_set(err, KORCH_E_INVALID,
		                       "standard input: CSV has either nodes or pods, not both");
	for (size_t i = 0; code == 0 && i < n; i++)
		if (!is_csv(files[i].path))
			n_paths = add_path(paths, abouts, n_paths, files[i].path);
	if (code == 0 && n_paths > 0)
		code = input_read_manifests(self, paths, n_paths, err);
	for (size_t i = 0; code == 0 && i < n; i++)
		if (is_csv(files[i].path))
			code = read_csv(self, &files[i], err);
	free(paths);
	free(abouts);
	return code < 0 ? code : input_make_daemons(self, err);
}
