/* What is kept of the expected pods. */
#ifndef KORCH_SCHEDULER_TYPICAL_H
#define KORCH_SCHEDULER_TYPICAL_H

#include "scheduler/gpu/expected.h"
#include "scheduler/shape/shape.h"
#include "scheduler/state/state.h"

/* The place of pods that may run on every node; others are numbered from 1. */
#define PLACE_ANYWHERE 0
/* Most places that are told apart; pods of further ones do not count. */
#define PLACES_MAX 1024

/* Nodes that are open to the same expected pods. */
typedef struct sched_region {
	uint64_t hash;
	size_t n;
	uint8_t *allowed; /* by place; behind the struct, or the caller's */
} sched_region;

/* What a node is without pods. */
typedef struct sched_make {
	int64_t cpu_milli;
	int64_t memory_bytes;
	uint32_t n_devices;
	const sched_region *region;
} sched_make;

typedef struct sched_typical {
	korch__gpu_expected expected;
	KORCH_VEC(sched_eligibility *) places; /* referenced; place i + 1 */
	uint64_t seen;                         /* of the log of changed nodes, 0 = none yet */
	korch_table regions;
	const sched_region **region_of; /* by slot; NULL: no node, or none without devices */
	size_t cap;
} sched_typical;

typedef KORCH_VEC(korch__gpu_kind) sched_kinds;

/* What a shape asks of devices and beside them. */
void korch__shape_request(korch__gpu_request *request, const sched_shape *shape);
/* Makes the table of regions anew. */
void korch__regions_clear(sched_typical *typical);

#endif
