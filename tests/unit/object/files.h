/* Walking over files of real inputs (KORCH_DATA) and their texts. */
#ifndef KORCH_TESTS_UNIT_OBJECT_FILES_H
#define KORCH_TESTS_UNIT_OBJECT_FILES_H

#include <stddef.h>

/*
 * Calls fn for each .yaml, .yml and .json file below KORCH_DATA/folder in order of path; name is
 * relative to the folder. Returns how many.
 */
size_t files_each(const char *folder,
                  void (*fn)(void *userdata, const char *path, const char *name), void *userdata);
/* The whole of a file, terminated; freed with free(). Fails the test when it cannot be read. */
char *files_read(const char *path, size_t *len);

#endif
