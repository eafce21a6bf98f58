/*
 * What the parts of the manifest reader share: manifest.c (the list), manifest_text.c (documents),
 * manifest_file.c (files).
 */
#ifndef KORCH_OBJECT_MANIFEST_H
#define KORCH_OBJECT_MANIFEST_H

#include "base/vec.h"
#include "object/codec.h"
#include "object/read.h"
#include <korch/manifest.h>

typedef struct korch__manifest_item {
	korch_object *object; /* owned */
	const char *file;     /* one of the manifest's names */
	int line;
	struct json_object *tree; /* owned, NULL when lines are not kept */
} korch__manifest_item;

struct korch_manifest {
	korch_manifest_options options;
	char *namespace_;
	korch_problems *problems;
	KORCH_VEC(korch__manifest_item) items;
	KORCH_VEC(char *) files;
	size_t n_documents;
	size_t n_files;
};

/* Lets go what an item holds. */
void korch__manifest_item_fini(korch__manifest_item *item);

#endif
