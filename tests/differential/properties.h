/* Laws of the scheduler that need no reference; each is tried on random clusters. */
#ifndef KORCH_TESTS_DIFFERENTIAL_PROPERTIES_H
#define KORCH_TESTS_DIFFERENTIAL_PROPERTIES_H

#include "world.h"

/* run.c: a case begun, with nodes, pods and templates; and its end */
void open_run(run *self, uint64_t seed);
/* As open_run() with pods of that flavour and kube-scheduler's default profile. */
void open_run_with(run *self, uint64_t seed, const flavour *of);
void begin_with(run *self);
void close_run(run *self);

/* Everything that an engine says about a pod of each template, and of its nodes, as text; freed by
 * the caller with free(). */
char *describe(run *self, korch_scheduler *engine);

/* Each tries one seed. */
void never_overcommits(uint64_t seed);
void renaming_changes_only_ties(uint64_t seed);
void a_node_more_does_no_harm(uint64_t seed);
void woken_when_it_fits(uint64_t seed);
void same_input_same_output(uint64_t seed);
void rollback_restores(uint64_t seed);
void bad_input_changes_nothing(uint64_t seed);
void choice_is_the_best(uint64_t seed);
void seeds_break_ties(uint64_t seed);
void gang_is_whole_or_nothing(uint64_t seed);
void batch_is_never_worse(uint64_t seed);

/* prop_placing.c: no node has more than it can take. */
void check_room(run *self);
/* Index of a name in node_names. */
int slot_of(const char *name);

#endif
