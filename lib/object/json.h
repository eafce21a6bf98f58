/*
 * JSON text: from and to json-c trees (tree.h), strings with escapes, indentation. Objects stand in
 * codec.h.
 */
#ifndef KORCH_OBJECT_JSON_H
#define KORCH_OBJECT_JSON_H

#include "base/buf.h"
#include <korch/codec.h>

struct json_object;

/* Deepest nesting that any option can allow: recursion over trees stays within a small thread's
 * stack. */
#define KORCH__DEPTH_MAX 2000
#define KORCH__DEPTH_DEFAULT 200
#define KORCH__BYTES_DEFAULT ((size_t)64 << 20)

/*
 * JSON text → tree with lines; *out is NULL for the value null. Duplicate keys go to problems (the
 * last one wins), as errors in strict mode. 0, KORCH_E_PARSE, KORCH_E_LIMIT, KORCH_E_NOMEM; err has
 * file and line.
 */
int korch__json_parse(struct json_object **out, const char *text, size_t length,
                      const korch_decode_options *options, korch_problems *problems,
                      korch_error **err);
/* Tree → compact JSON text, keys in the tree's order. Numbers as they came. NULL is null. Check
 * buf->failed. */
void korch__json_write(korch_buf *buf, struct json_object *node);
/* Compact JSON text of ours (valid) → several lines with two spaces an indent. */
void korch__json_write_pretty(korch_buf *buf, const char *text, size_t length);
/* A JSON string with quotes and escapes. */
void korch__json_write_string(korch_buf *buf, const char *text, size_t length);

#endif
