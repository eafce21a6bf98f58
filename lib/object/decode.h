/* What the files of decoding share: the run's state and the reading of single values
 * (decode_value.c, decode.c, codec.c). */
#ifndef KORCH_OBJECT_DECODE_H
#define KORCH_OBJECT_DECODE_H

#include "object/path.h"
#include "object/problems.h"
#include <korch/codec.h>

struct json_object;

typedef struct korch__decoder {
	const korch_decode_options *options; /* never NULL */
	korch_problems *problems;            /* never NULL */
	size_t max_bytes;                    /* of one value that is kept as text */
	int may_be_list;                     /* metadata may be that of a list (ListMeta) */
} korch__decoder;

/* All of these return 0 (also when a problem was reported), KORCH_E_NOMEM or KORCH_E_LIMIT. */

/* A single value, or one item of a list, into its place (strings: a new reference). */
int korch__decode_value(korch__decoder *self, void *at, struct json_object *node,
                        const korch_field *field, const korch__path *path);
/* The fields of a zeroed struct; keys in `skip` (NULL-terminated) are left out. */
int korch__decode_struct(korch__decoder *self, void *to, const korch_type *type,
                         struct json_object *node, const korch__path *path);
/* One field, whatever its shape; node may be NULL for null. */
int korch__decode_field(korch__decoder *self, void *to, const korch_field *field,
                        struct json_object *node, const korch__path *path);

/* "spec.replicas: expected integer, found string \"3\"". */
int korch__decode_mismatch(korch__decoder *self, const korch__path *path, struct json_object *node,
                           const char *expected);
/* Any other sentence, with the kind of problem. */
int korch__decode_problem(korch__decoder *self, const korch__path *path, struct json_object *node,
                          int kind, const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
