/*
 * Feeds each file of the corpus folders given, and each of its beginnings at a few lengths, to a
 * fuzz target.
 */
#include "fuzz.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return NULL;
	fseek(file, 0, SEEK_END);
	*size = (size_t)ftell(file);
	rewind(file);
	uint8_t *data = malloc(*size + 1);
	if (data && fread(data, 1, *size, file) != *size) {
		free(data);
		data = NULL;
	}
	fclose(file);
	return data;
}

/* In a block of exactly its size, so that a read behind the end is seen by sanitizers. */
static void run(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	if (!copy)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static int replay(const char *folder)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, NULL, alphasort), n_run = 0;
	for (int i = 0; i < n; i++) {
		char path[4096];
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		size_t size;
		uint8_t *data = entries[i]->d_name[0] == '.' ? NULL : read_file(path, &size);
		if (data) {
			run(data, size);
			for (size_t part = 1; part < 16; part++)
				run(data, size * part / 16);
			n_run++;
		}
		free(data);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	printf("%s: %d files\n", folder, n_run);
	return n_run;
}

int main(int argc, char **argv)
{
	int n = 0;
	for (int i = 1; i < argc; i++)
		n += replay(argv[i]);
	return n > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
