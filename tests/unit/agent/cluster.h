/* A store, an engine, an agent and a runtime that does what the test says, on a virtual loop. */
#ifndef KORCH_TESTS_AGENT_CLUSTER_H
#define KORCH_TESTS_AGENT_CLUSTER_H

#include "agent/agent.h"
#include "unit.h"
#include <korch/sys/runtime.h>

enum { CLUSTER_LOG = 8192, CLUSTER_CONTAINERS = 64 };

typedef struct fake_container {
	char id[256];
	char sandbox[64];
	char name[64];
	int32_t restarts;
	int32_t phase;
	korch_usec started_us;
	korch_usec finished_us;
	int32_t exit_code;
} fake_container;

typedef struct cluster {
	korch_loop *loop;
	korch_store *store;
	korch_engine *engine;
	korch_runtime *runtime;
	korch_agent *agent;
	korch_runtime_event_fn listener;
	void *listener_userdata;
	char log[CLUSTER_LOG];
	fake_container containers[CLUSTER_CONTAINERS];
	size_t n_containers;
	char sandboxes[16][64];
	size_t n_sandboxes;
	const char *bad_image; /* cannot be prepared */
	char env[4096];        /* of the last start, "A=b;" */
	char words[1024];      /* of the last start */
	char mounts[4096];     /* of the last start, "host>inside;" */
	char log_file[512];    /* of the last start */
	uint32_t capabilities; /* set before cluster_open() */
	const char *state_folder;
	int32_t ignore_stop; /* stop signals are not obeyed until KILL */
	int probe_code;      /* what probes answer */
	int32_t are_lost;    /* sandboxes are listed as lost, and nothing starts in them */
	int32_t is_durable;  /* set before cluster_open() */
} cluster;

void cluster_open(cluster *self);
void cluster_close(cluster *self);
/* Another agent on the same store and runtime, as after a restart of the host program. The engine
 * before it is left where it is in the middle of its work. */
void cluster_reopen(cluster *self);
/* The same, and no time passes yet. */
void cluster_reopen_now(cluster *self);
/* The same, and allocation n of the first second fails; *reached: there were so many. */
void cluster_reopen_failing(cluster *self, uint64_t n, int *reached);
/* Adds an object (JSON). */
void cluster_apply(cluster *self, const char *json);
void cluster_delete(cluster *self, const korch_kind *kind, const char *namespace_, const char *name,
                    int64_t grace_seconds);
void cluster_run(cluster *self, int64_t seconds);
const korch_pod *cluster_pod(cluster *self, const char *name);
void cluster_exit(cluster *self, const char *id, int code);
void cluster_expect(cluster *self, const char *log);
/* Whether an Event of that reason is there. */
int cluster_has_event(cluster *self, const char *reason);

#endif
