/* Folders and files of pods: made, written and removed without following links that a container may
 * have laid. */
#ifndef KORCH_AGENT_TREE_FILES_H
#define KORCH_AGENT_TREE_FILES_H

#include <stddef.h>
#include <stdint.h>

/* 1 when a path is relative, not empty, and has no "..", "." or empty parts. */
int korch__path_is_safe(const char *path);
/* Makes a folder and what is missing above it. 0, KORCH_E_IO, KORCH_E_NOMEM. */
int korch__folder_make(const char *path, uint32_t mode);
/* Removes a file or folder with all it holds, never what links point at. Fine when it is not there.
 * 0 or KORCH_E_IO. */
int korch__tree_remove(const char *path);
/*
 * The real path of something below a folder: links are followed, but never out of it. What is
 * missing is made as folders. 0, KORCH_E_FORBIDDEN when it leads out, KORCH_E_IO, KORCH_E_NOMEM.
 * The caller frees *out.
 */
int korch__path_below(char **out, const char *folder, const char *path);

/* A file to be written; path relative to the volume. Borrowed. */
typedef struct korch__file {
	const char *path;
	const char *data;
	size_t length;
	uint32_t mode;
} korch__file;

/*
 * Makes the files of a folder be these, all at once for whoever reads them: they lie in a new
 * folder that the link ..data is turned to, and each top name is a link into ..data. stamp: the
 * time, for the folder's name. *changed: whether anything was written. 0, KORCH_E_INVALID (unsafe
 * path), KORCH_E_IO, KORCH_E_NOMEM.
 */
int korch__files_publish(const char *folder, const korch__file *files, size_t n, int64_t stamp_us,
                         int *changed);
/* Writes a file in place (same inode, so that mounts of it follow). 0, KORCH_E_IO. */
int korch__file_rewrite(const char *path, const char *text, size_t length);

#endif
