/* Walking over files of real inputs and their texts. */
#include "files.h"
#include <check.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int is_manifest(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot &&
	       (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0 || strcmp(dot, ".json") == 0);
}

size_t files_each(const char *folder,
                  void (*fn)(void *userdata, const char *path, const char *name), void *userdata)
{
	char root[4096];
	snprintf(root, sizeof(root), "%s/%s", getenv("KORCH_DATA"), folder);
	char *const roots[] = {root, NULL};
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	ck_assert_ptr_nonnull(tree);
	size_t n = 0;
	for (FTSENT *entry; (entry = fts_read(tree));) {
		if (entry->fts_info != FTS_F || !is_manifest(entry->fts_name))
			continue;
		fn(userdata, entry->fts_path, entry->fts_path + strlen(root) + 1);
		n++;
	}
	fts_close(tree);
	return n;
}

char *files_read(const char *path, size_t *len)
{
	FILE *stream = fopen(path, "rb");
	ck_assert_msg(stream != NULL, "%s", path);
	fseek(stream, 0, SEEK_END);
	*len = (size_t)ftell(stream);
	rewind(stream);
	char *text = malloc(*len + 1);
	ck_assert_ptr_nonnull(text);
	ck_assert_uint_eq(fread(text, 1, *len, stream), *len);
	text[*len] = '\0';
	fclose(stream);
	return text;
}
