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

#endif
