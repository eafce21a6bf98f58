/*
 * Builds a tree from events (open, key, value, close) within limits; knows lines, duplicate keys
 * and merges, not syntax.
 */
#ifndef KORCH_OBJECT_BUILD_H
#define KORCH_OBJECT_BUILD_H

#include "base/vec.h"
#include "object/read.h"

/* A mapping or list that is open. */
typedef struct korch__build_frame {
	struct json_object *node; /* owned until it is closed */
	char *key;                /* a mapping's key that waits for its value, or NULL */
	int line;
	int key_line;     /* of the latest key */
	int height;       /* levels below, as far as they are known */
	size_t first_key; /* where the lines of the keys begin in key_lines */
	size_t first_merge;
	int is_map;
	int is_merge; /* the value that comes is merged */
	int is_new;   /* the key was not there */
} korch__build_frame;

typedef struct korch__build {
	const korch__read *read;
	korch_error **err;
	KORCH_VEC(korch__build_frame) frames;
	KORCH_VEC(int) key_lines;
	KORCH_VEC(struct json_object *) merges;
	struct json_object *root;
	int has_root;
	size_t n_nodes;      /* in the whole text */
	size_t n_duplicates; /* likewise */
	size_t n_documents;
	int height; /* of what was closed last */
} korch__build;

void korch__build_init(korch__build *build, const korch__read *read, korch_error **err);
void korch__build_fini(korch__build *build);
void korch__build_reset(korch__build *build); /* forgets an unfinished document */

int korch__build_open(korch__build *build, int is_map, int line);
int korch__build_close(korch__build *build);
int korch__build_key(korch__build *build, const char *text, size_t len, int line);
int korch__build_merge_key(korch__build *build);
/* Takes the node, also when it fails. height is the number of levels in it. */
int korch__build_value(korch__build *build, struct json_object *node, int height, int line);
/* Adds to the count of nodes. */
int korch__build_count(korch__build *build, size_t n, int line);
/* Gives the finished document to read->document. */
int korch__build_finish(korch__build *build, int line);
/* The innermost open frame, or NULL. */
korch__build_frame *korch__build_top(korch__build *build);
/* Stores an error at a line and returns its code. */
int korch__build_fail(korch__build *build, int code, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
