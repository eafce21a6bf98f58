/* Three-way merge of an object by its table: what a manifest said before, what it says now, what
 * is. Pure. */
#ifndef KORCH_CLUSTER_MERGE_H
#define KORCH_CLUSTER_MERGE_H

#include <korch/struct.h>

struct json_object;

/*
 * *out (owned by the caller) is `live` with everything that `wanted` says, and without what `last`
 * said and `wanted` does not say. last may be NULL. type NULL: no table, lists are replaced as a
 * whole (custom resources). Lists with a merge key are merged entry by entry, sets value by value,
 * atomic ones replaced.
 */
int korch__merge_apply(struct json_object **out, const korch_type *type, struct json_object *last,
                       struct json_object *wanted, struct json_object *live);

#endif
