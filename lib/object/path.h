/*
 * Paths of fields while something walks through an object: links on the stack of the walker, made
 * into text only when somebody asks. Paths in text that are looked up stand in fieldpath.c.
 */
#ifndef KORCH_OBJECT_PATH_H
#define KORCH_OBJECT_PATH_H

#include "base/buf.h"

typedef struct korch__path {
	const struct korch__path *parent; /* NULL: name is the beginning */
	const char *name;                 /* a field or a key; NULL for an index */
	size_t index;
	int is_key; /* name is the key of a map: written in brackets */
} korch__path;

#define KORCH__PATH_FIELD(up, field) ((korch__path){.parent = (up), .name = (field)})
#define KORCH__PATH_INDEX(up, i) ((korch__path){.parent = (up), .index = (i)})
#define KORCH__PATH_KEY(up, key) ((korch__path){.parent = (up), .name = (key), .is_key = 1})

/* "spec.containers[0].resources.limits[cpu]"; NULL path: "". Only the last 64 levels, after "…". */
void korch__path_put(korch_buf *buf, const korch__path *path);
/* The text, to be freed with korch__free(); NULL when memory is short. */
char *korch__path_text(const korch__path *path);

#endif
