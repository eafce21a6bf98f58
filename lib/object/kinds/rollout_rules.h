/* Rules that Rollouts, analysis, Experiments and Flagger's Canaries share. For lib/object/kinds
 * only. */
#ifndef KORCH_OBJECT_KINDS_ROLLOUT_RULES_H
#define KORCH_OBJECT_KINDS_ROLLOUT_RULES_H

#include <korch/api/rollout_step.h>
#include <korch/problems.h>
#include <stddef.h>

/* The names of the structs of a list. */
typedef struct korch__name_list {
	const void *items;
	size_t n;
	size_t size;       /* of a struct */
	size_t offset;     /* of its name */
	const char *field; /* JSON names of the list and of the name */
	const char *key;
} korch__name_list;

/* The list self->member of structs s, whose names are their member `name`; json: its JSON name. */
#define KORCH__NAMES(self, member, s, json)                                                        \
	(&(const korch__name_list){(self)->member, (self)->n_##member, sizeof(s), offsetof(s, name),   \
	                           (json), "name"})

/* A name that stands in the list twice is said to be a duplicate. */
void korch__check_unique(const korch__name_list *names, const char *path, korch_problems *problems);
/* The names of arguments are unique; at most one of value and valueFrom. */
void korch__check_arguments(const korch_analysis_run_argument *args, size_t n, const char *path,
                            korch_problems *problems);
/*
 * A duration in Go's form, not negative; absent is fine, and so is text with arguments of a
 * template ("{{args.x}}").
 */
void korch__check_duration(const char *text, const char *field, const char *path,
                           korch_problems *problems);
/* A number from 0 to most. */
void korch__check_range(int32_t value, int32_t most, const char *field, const char *path,
                        korch_problems *problems);
/*
 * How many members a RAW value has that is an object. 0 when absent; -1 and a problem when it is
 * no object.
 */
int korch__raw_members(const char *raw, const char *field, const char *path,
                       korch_problems *problems);
/*
 * A RAW map of texts to compare with: each has exactly one of the members in `allowed`, which ends
 * with NULL.
 */
void korch__check_raw_matches(const char *raw, const char *const *allowed, const char *path,
                              korch_problems *problems);

#endif
