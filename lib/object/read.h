/*
 * Reading text into json-c trees, one per document: YAML by libyaml, JSON by a strict reader of its
 * own that knows lines and duplicate keys. What the trees mean is not known here (manifest.c,
 * codec.h).
 */
#ifndef KORCH_OBJECT_READ_H
#define KORCH_OBJECT_READ_H

#include "object/tree.h"
#include <korch/error.h>

/* What one text may be and cost. 0 stands for the default. */
typedef struct korch__read_limits {
	size_t max_bytes; /* of the text; 128 MiB, at most 1 GiB */
	size_t max_nodes; /* values in all documents, aliases counted as what they stand for; 10,000,000
	                   */
	size_t max_alias_nodes; /* values that aliases stand for; 1,000,000 */
	size_t max_documents;   /* 1,000,000 */
	int max_depth;          /* mappings and lists within each other; 512, at most 2000 */
} korch__read_limits;

/* What is read, and where it goes. */
typedef struct korch__read {
	const char *file; /* shown in errors; may be NULL */
	korch__read_limits limits;
	int first_line; /* number of the text's first line; 0 means 1 */
	/*
	 * A whole document: tree is borrowed (NULL: null), line is where it begins. Anything but 0 ends
	 * the reading with that.
	 */
	int (*document)(void *userdata, struct json_object *tree, int line);
	/*
	 * A key that stands twice in a mapping: 0 takes the later value, else the reading fails with
	 * that code. NULL: an error. path is that of the key.
	 */
	int (*duplicate)(void *userdata, const char *path, int line, int first_line);
	/*
	 * A document that cannot be read: error is borrowed; reading goes on at the next line "---".
	 * NULL: the reading fails.
	 */
	void (*failed)(void *userdata, const korch_error *error);
	void *userdata;
} korch__read;

/*
 * Each returns 0, what `document` or `duplicate` returned, KORCH_E_PARSE, KORCH_E_LIMIT or
 * KORCH_E_NOMEM.
 */
int korch__yaml_read(const korch__read *read, const char *text, size_t len, korch_error **err);
int korch__json_read(const korch__read *read, const char *text, size_t len, korch_error **err);
/*
 * JSON values when the first letter is { or [, for as long as they read as such; YAML otherwise and
 * from there on.
 */
int korch__text_read(const korch__read *read, const char *text, size_t len, korch_error **err);

/* A place in a text. */
typedef struct korch__cursor {
	const char *at, *end;
	int line;
} korch__cursor;
/* JSON values up to the end, with settled limits; the cursor is behind the last whole one. */
int korch__json_values(const korch__read *read, korch__cursor *cursor, korch_error **err);

/* Fills in the default limits, and checks the length of a text against them. */
int korch__read_settle(korch__read *read, size_t len, korch_error **err);

/*
 * The value of a YAML scalar. tag is NULL, or the whole tag; is_plain: written without quotes. *out
 * is NULL for null. 0, KORCH_E_PARSE with the reason (static) in *why, or KORCH_E_NOMEM.
 */
int korch__yaml_scalar(struct json_object **out, const char *text, size_t len, const char *tag,
                       int is_plain, const char **why);

#endif
