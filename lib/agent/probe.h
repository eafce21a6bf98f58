/* When a probe runs next and what its results mean: thresholds counted purely. Who asks is in
 * probe_run.h. */
#ifndef KORCH_AGENT_PROBE_H
#define KORCH_AGENT_PROBE_H

#include "agent/lifecycle.h"
#include <korch/api/core_probe.h>

typedef struct korch__probe_state {
	korch_usec due_us; /* when to ask next */
	int32_t streak;    /* answers of one kind in a row */
	uint8_t last;      /* KORCH__PROBE_*: the last answer */
	uint8_t result;    /* KORCH__PROBE_*: what counts */
} korch__probe_state;

/* For a container that was started then. */
void korch__probe_begin(korch__probe_state *state, const korch_probe *probe, korch_usec started_us);
/* An answer. 1 when the result is another one now. */
int korch__probe_answer(korch__probe_state *state, const korch_probe *probe, int good,
                        korch_usec now);
korch_usec korch__probe_timeout(const korch_probe *probe);

#endif
