/*
 * Decoding and encoding between objects, json-c trees and buffers: what the manifest reader, the
 * stores and the diff use. The public side is <korch/codec.h>.
 */
#ifndef KORCH_OBJECT_CODEC_H
#define KORCH_OBJECT_CODEC_H

#include "base/buf.h"
#include <korch/codec.h>

struct json_object;

/* A tree (see tree.h) → object. The tree stays the caller's. Problems of this object get file and
 * line. */
int korch__object_decode(korch_object **out, struct json_object *tree,
                         const korch_decode_options *options, korch_problems *problems,
                         korch_error **err);
/* Object → new tree, owned by the caller (json_object_put). */
int korch__object_encode(struct json_object **out, const korch_object *object);
/* Object → compact JSON text at the end of the buffer; check buf->failed. flags: KORCH_ENCODE_*,
 * PRETTY is ignored. */
void korch__object_write(korch_buf *buf, const korch_object *object, uint32_t flags);
/* The struct's fields as one JSON object; check buf->failed. */
void korch__struct_write(korch_buf *buf, const void *self, const korch_type *type);
/* One field's value; check buf->failed. */
void korch__field_write(korch_buf *buf, const void *self, const korch_field *field);
/* One value that lies at `at`; in_list: structs lie there inline. */
void korch__value_write(korch_buf *buf, const void *at, const korch_field *field, int in_list);
/* A value given as JSON text into a member, as decoding would (defaults of rows). self is
 * exclusively owned. */
int korch__field_set_json(void *self, const korch_type *type, const korch_field *field,
                          const char *json);

#endif
