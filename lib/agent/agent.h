/*
 * The node agent: runs the pods that are bound to its nodes on a runtime, keeps their status,
 * registers the nodes. One agent serves any number of nodes of one runtime. A controller of an
 * engine; all calls from the loop's thread.
 */
#ifndef KORCH_AGENT_AGENT_H
#define KORCH_AGENT_AGENT_H

#include <korch/api/core_node.h>
#include <korch/api/core_pod.h>
#include <korch/engine.h>
#include <korch/runtime.h>

typedef struct korch_agent korch_agent;

/* A node that the runtime serves. */
typedef struct korch_agent_node {
	const char *name;
	const char *address;          /* NULL: 127.0.0.1 */
	korch_node_capacity capacity; /* zero members: what the runtime says */
	const korch_map *labels;      /* further labels, or NULL */
	const korch_taint *taints;    /* an array block, or NULL */
	size_t n_taints;
} korch_agent_node;

/* Options. Strings and arrays are copied. */
typedef struct korch_agent_options {
	korch_engine *engine;     /* borrowed, outlives the agent */
	korch_runtime *runtime;   /* borrowed, outlives the agent */
	korch_loop *loop;         /* borrowed, outlives the agent */
	const char *state_folder; /* absolute, existing: volumes and files of pods; NULL: no files at
	                             all (virtual runtimes) */
	const char *log_folder;   /* absolute, existing; NULL: no log files */
	const korch_agent_node *nodes;
	size_t n_nodes;
	uint32_t address_base; /* first address of the block for pods, host byte order, e.g. 0x7f800000;
	                          0: runtimes assign */
	uint32_t address_prefix;    /* bits of the block's prefix, 8 to 30 */
	korch_usec lease_period_us; /* how often nodes renew their Lease; 0: never */
	int32_t warnings_only;      /* 1: no Normal events of pods */
	const char *api_host;       /* KUBERNETES_SERVICE_HOST and _PORT of containers; NULL: not set */
	const char *api_port;
	uint64_t seed;      /* of tokens; 0: from the system */
	int32_t is_durable; /* 1: a later agent goes on with the objects: a shutdown leaves emptyDirs */
} korch_agent_options;

int korch__agent_new(korch_agent **out, const korch_agent_options *options, korch_error **err);
/*
 * Asks the runtime what it holds and joins the engine. Pods that still exist are adopted, others
 * are removed before anything is started.
 */
int korch__agent_start(korch_agent *agent, korch_error **err);
/*
 * Notes on a node (a korch_plan_for_fn) that its pods are stopped in order from *now (a korch_usec)
 * on: the next agent runs them again, and counts no end. To be stored before
 * korch__agent_shutdown().
 */
int korch__agent_plan_stop(korch_plan *plan, const korch_view *view, const korch_object *node,
                           const void *now, korch_error **err);
/* Stops all pods with their grace periods and starts none any more; fn when nothing is left.
 * Objects are left alone. */
void korch__agent_shutdown(korch_agent *agent, korch_loop_fn fn, void *userdata);
/* Leaves what runs running. After the engine was stopped, before the runtime is freed. NULL is
 * fine. */
void korch__agent_free(korch_agent *agent);

/* Name of its node i; NULL: there are no more. Borrowed. */
const char *korch__agent_node_name(const korch_agent *agent, size_t i);
/* Pods that the agent looks after now. */
size_t korch__agent_pods(const korch_agent *agent);
/* Path of a container's log file, previous: of the run before; the caller frees (korch__free). */
int korch__agent_log_path(char **out, const korch_agent *agent, const korch_pod *pod,
                          const char *container, int previous);

#endif
