/* A pod in a world of its own for tests of the pure decision: facts, a clock, and what the
 * operations lead to. */
#ifndef KORCH_TESTS_AGENT_WORLD_H
#define KORCH_TESTS_AGENT_WORLD_H

#include "agent/facts.h"
#include "unit.h"
#include <korch/codec.h>

enum { WORLD_CONTAINERS = 6, WORLD_LOG = 4096 };

typedef struct world {
	korch_pod *pod;
	korch__container_facts facts[WORLD_CONTAINERS];
	korch__pod_input in;
	korch__pod_output out;
	korch__intern *intern;
	char log[WORLD_LOG]; /* operations since the last look: "start a 0;stop a 30;…" */
	int manual;          /* operations do not complete by themselves */
} world;

#define WORLD_START (INT64_C(1577836800) * KORCH_USEC_PER_SEC)

/* A pod from the JSON of its spec, with uid "u1", name "p", namespace "n". */
void world_init(world *self, const char *spec);
void world_fini(world *self);
/* Decides and carries out until nothing changes any more. Puts the status into the pod. */
void world_settle(world *self);
/* Moves the clock to the next wake-up, or by seconds when that is sooner, and settles; again until
 * the seconds are over. */
void world_pass(world *self, int64_t seconds);
/* The same operations are done by hand: decides and carries out once. */
void world_decide(world *self);
/* What has been done since the last call, compared and forgotten. */
void world_expect(world *self, const char *log);
void world_exit(world *self, const char *name, int code);
korch__container_facts *world_facts(world *self, const char *name);
const korch_container_status *world_status(world *self, const char *name);
/* "type=status(reason)" of a condition. */
void world_condition(world *self, const char *type, const char *text);
/* "waiting:REASON", "running", "terminated:REASON:CODE" of a container. */
void world_state(world *self, const char *name, const char *text);
void world_phase(world *self, const char *phase);
void world_delete(world *self, int64_t grace_seconds);
/* Sets the spec by JSON, as an update. */
void world_update(world *self, const char *spec);

#endif
