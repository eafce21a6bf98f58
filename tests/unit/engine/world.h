/*
 * A small world with everything in it that an engine does: two controllers, events, conflicts,
 * submissions, time. For tests that run it again and again.
 */
#ifndef KORCH_TESTS_ENGINE_WORLD_H
#define KORCH_TESTS_ENGINE_WORLD_H

#include <stddef.h>
#include <stdint.h>

typedef struct world_report {
	char *log; /* every change as one line; freed by the caller */
	size_t length;
	int is_complete;  /* every set has its pods */
	int code;         /* of what failed before it could run */
	uint64_t commits; /* that the engine made */
} world_report;

/*
 * Runs it. fail_at: the n-th allocation fails (0: none). *n_allocations (may be NULL): how many
 * there were.
 */
void world_run(world_report *report, uint64_t seed, uint64_t fail_at, uint64_t *n_allocations);

#endif
