/* YAML's merge keys (<<): which values can be merged, and merging them. */
#ifndef KORCH_OBJECT_BUILD_MERGE_H
#define KORCH_OBJECT_BUILD_MERGE_H

#include "object/tree.h"

int korch__merge_fits(struct json_object *node); /* 1 for a mapping or a list of mappings */
/*
 * Adds to the mapping, in order, what it does not have; values are shared. 0, or negative when
 * memory is short.
 */
int korch__merge_all(struct json_object *map, struct json_object **sources, size_t n);

#endif
