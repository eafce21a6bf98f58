/* The metrics of a rehearsal: a source that answers, in virtual time, what the script says. */
#ifndef KORCH_ROLLOUT_METRICS_H
#define KORCH_ROLLOUT_METRICS_H

#include "rollout/script.h"

#include <korch/cluster.h>
#include <korch/metric.h>

typedef struct metrics_world {
	const script *script;
	korch_cluster *cluster; /* borrowed; set once it is open */
	korch_usec start;
	uint64_t seed; /* of the noise */
} metrics_world;

/* world is borrowed, and outlives the source. */
int metrics_source_new(korch_metric_source **out, korch_loop *loop, metrics_world *world,
                       korch_error **err);

#endif
