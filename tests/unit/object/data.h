/* Reading the real inputs that KORCH_DATA names; where there are none, tests on them have nothing
 * to check. */
#ifndef KORCH_TESTS_OBJECT_DATA_H
#define KORCH_TESTS_OBJECT_DATA_H

#include "base/alloc.h"
#include <check.h>
#include <korch/object.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The whole file below KORCH_DATA, terminated; freed by the caller with korch__free(); NULL when
 * there are no data. */
static inline char *data_read(const char *name, size_t *length)
{
	const char *root = getenv("KORCH_DATA");
	if (!root)
		return NULL;
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", root, name);
	FILE *file = fopen(path, "rb");
	ck_assert_msg(file != NULL, "cannot open %s", path);
	fseek(file, 0, SEEK_END);
	size_t size = (size_t)ftell(file);
	rewind(file);
	char *text = korch__alloc(size + 1);
	ck_assert_uint_eq(fread(text, 1, size, file), size);
	text[size] = '\0';
	fclose(file);
	if (length)
		*length = size;
	return text;
}

/* 1 for kinds with a struct that Kubernetes itself has, so that its own data hold an example. */
static inline int data_has_kind(const korch_kind *kind)
{
	return kind->type && strcmp(kind->group, "argoproj.io") != 0 &&
	       strcmp(kind->group, "flagger.app") != 0;
}

#endif
