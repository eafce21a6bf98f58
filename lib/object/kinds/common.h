/* Small things that several hooks of kinds need: places in messages, sets of names, merged maps. */
#ifndef KORCH_OBJECT_KINDS_COMMON_H
#define KORCH_OBJECT_KINDS_COMMON_H

#include "base/table.h"
#include <korch/problems.h>
#include <korch/struct.h>

/*
 * A field below a path, as text that lives to the end of the block: AT("containers[%zu].name", i).
 */
#define AT(...) korch__place((char[256]){0}, 256, __VA_ARGS__)
const char *korch__place(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* 1 when a component of the path is "..". */
int korch__path_leaves(const char *path);

/*
 * Replaces the map in *slot by the pairs of both; of equal keys those of `second` win. Either may
 * be NULL or *slot.
 */
int korch__map_merge(korch_map **slot, const korch_map *first, const korch_map *second);
/*
 * A map as JSON text for messages, cut when it is long; freed with korch__free(); NULL when memory
 * is short.
 */
char *korch__map_text(const korch_map *map);

/*
 * A set of names; the strings stay the caller's. Memory that is short is remembered, and said at
 * the end.
 */
typedef struct korch_names {
	korch_table table;
	const char **items;
	size_t n;
	size_t max;
	int failed;
} korch_names;

/* Room for at most `max` names. */
void korch__names_init(korch_names *names, size_t max);
void korch__names_fini(korch_names *names, korch_problems *problems);
/* 0 when the name was there before, 1 otherwise; an empty name is never there. */
int korch__names_add(korch_names *names, const char *name);
/* 1 when the name is there, or when nobody can tell for want of memory. */
int korch__names_has(const korch_names *names, const char *name);

#endif
