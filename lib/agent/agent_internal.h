/* What the agent_*.c files share: the agent, its record of a pod (the worker), operations under
 * way. */
#ifndef KORCH_AGENT_AGENT_INTERNAL_H
#define KORCH_AGENT_AGENT_INTERNAL_H

#include "agent/address.h"
#include "agent/agent.h"
#include "agent/env.h"
#include "agent/facts.h"
#include "agent/volume.h"
#include "base/cleanup.h"
#include "base/heap.h"
#include "base/table.h"
#include "base/text.h"
#include "http/http.h"
#include <korch/sys/runtime.h>

/* An event that waits for the next plan. */
typedef struct agent_note {
	struct agent_note *next;
	const char *type;   /* static */
	const char *reason; /* static */
	char message[];
} agent_note;

/* What only some pods need. */
typedef struct agent_extra {
	agent_note *notes;   /* oldest first */
	char *mount_message; /* why the volumes are not ready, or NULL */
} agent_extra;

/* The record of a pod. Small: there may be 100,000 of them. */
typedef struct agent_worker {
	const korch_pod *pod; /* the newest known, referenced */
	korch_usec start_us;
	korch_usec stop_us;
	uint32_t node;    /* index in the agent's nodes */
	uint32_t address; /* host byte order, 0: none */
	uint16_t pending; /* operations under way */
	uint16_t n;       /* containers */
	uint8_t sandbox;
	uint8_t volumes;
	uint8_t gone;      /* the object is gone */
	uint8_t uses;      /* AGENT_USES_* */
	uint8_t is_listed; /* the runtime has listed its sandbox */
	agent_extra *extra;
	struct korch__prober *prober; /* NULL: no probes */
	korch__container_facts containers[];
} agent_worker;

enum { AGENT_USES_CONFIG = 1, AGENT_USES_FILES = 2, AGENT_USES_PROBES = 4 };

typedef struct agent_node {
	char *name;
	char *address;
	korch_node_capacity capacity;
	korch_map *labels;
	korch_taint *taints;
	size_t n_taints;
	korch_usec renew_us; /* when the Lease was renewed last */
	int is_silent;       /* its machine does not answer */
} agent_node;

/* An operation under way; outlives its worker and the agent when they end first. */
typedef struct agent_op {
	korch_agent *agent;   /* NULL: gone */
	agent_worker *worker; /* NULL: of no pod */
	struct agent_op *previous, *next;
	uint8_t kind; /* a korch__op_kind */
	uint16_t container;
	int32_t restart_count;
	korch_timer *timer;           /* of a pause, or NULL */
	struct korch__probe_run *run; /* of a request, or NULL */
} agent_op;

struct korch_agent {
	korch_engine *engine;
	korch_runtime *runtime;
	const korch_runtime_ops *ops;
	void *self; /* of the runtime */
	korch_loop *loop;
	char *state_folder; /* NULL: none */
	char *log_folder;   /* NULL: none */
	char *api_host;
	char *api_port;
	agent_node *nodes;
	size_t n_nodes;
	korch_table node_index; /* by name */
	korch_table workers;    /* by uid */
	korch__addresses addresses;
	korch_usec lease_period_us;
	korch_usec relist_at; /* when the runtime is to be asked again what it holds */
	int warnings_only;
	int is_durable;
	int is_virtual;
	uint64_t seed;          /* of tokens */
	korch_controller *pods; /* borrowed from the engine */
	korch_controller *leases;
	korch__pod_output out; /* of the decision in hand */
	korch__intern *intern;
	agent_op *op_list;         /* under way */
	struct agent_found *found; /* on the runtime at the start; NULL once dealt with */
	int listing;               /* the runtime has been asked what it holds */
	korch_timer *list_timer;   /* when it could not say */
	size_t removing;           /* leftovers that are being removed */
	KORCH_VEC(char *) waiting; /* pods to be asked for when those are gone: "namespace/name" */
	korch_heap probes;         /* slots of probes, by when they are due */
	korch_timer *probe_timer;  /* made with the first probe */
	korch__http *http;         /* likewise */
	int listens;               /* the runtime tells us of changes */
	int shutdown;
	int shutdown_posted;
	char *services; /* lines of all Services for /etc/hosts; NULL: to be made */
	korch_timer *hosts_timer;
	int hosts_posted; /* files of pods are about to be rewritten */
	korch_loop_fn shutdown_fn;
	void *shutdown_userdata;
};

/* agent_pod.c: workers. */
agent_worker *korch__worker_find(const korch_agent *agent, const char *uid);
agent_worker *korch__worker_new(korch_agent *agent, const korch_pod *pod);
void korch__worker_free(korch_agent *agent, agent_worker *worker);
agent_extra *korch__worker_extra(agent_worker *worker); /* made when there is none; NULL without
                                                           memory */
/* Decides and begins what is to be done. plan NULL: without status and events. 0 or a code. */
int korch__worker_drive(korch_agent *agent, agent_worker *worker, korch_plan *plan);
/* Something has happened: the pod is looked at again. */
void korch__worker_request(korch_agent *agent, agent_worker *worker, korch_usec at);
size_t korch__agent_node_of(const korch_agent *agent, const korch_pod *pod); /* SIZE_MAX: none */
int korch__agent_reconcile(void *userdata, const korch_view *view, const korch_request *request,
                           korch_plan *plan, korch_error **err);

/* agent_ops.c: operations on the runtime. */
/* Begins one; 1: it cannot be begun, decide again. */
int korch__agent_perform(korch_agent *agent, agent_worker *worker, const korch__pod_op *from,
                         const korch__pod_input *in);
agent_op *korch__op_new(korch_agent *agent, agent_worker *worker, const korch__pod_op *op);
/* Forgets it; *out_agent is NULL when the agent is gone. The worker, or NULL. */
agent_worker *korch__op_end(agent_op *op, korch_agent **out_agent);
void korch__agent_report(void *userdata, const korch_container_report *report);
enum { AGENT_ID_MAX = 256 };

/* agent_config.c: what a container is started with. */
typedef struct korch__container_setup korch__container_setup;
/* *problem (the caller's): why it cannot be made now. */
int korch__container_setup_make(korch__container_setup **out, korch_agent *agent,
                                agent_worker *worker, const korch__pod_op *from, char **problem);
const korch_container_config *korch__container_setup_config(const korch__container_setup *setup);
void korch__container_setup_free(korch__container_setup **slot);
void korch__worker_env_context(korch_agent *agent, const agent_worker *worker,
                               char address[KORCH__ADDRESS_TEXT], korch__env_context *out);
char *korch__log_folder(const korch_agent *agent, const korch_pod *pod); /* "" for none */

/* agent_files.c: volumes and other files of pods. */
/* Makes what is missing; again: brings up to date what is there. 0 or KORCH_E_NOMEM;
 * worker->volumes tells. */
int korch__worker_files(korch_agent *agent, agent_worker *worker, int again);
void korch__worker_files_remove(korch_agent *agent, agent_worker *worker);
/* Only what is made again from objects: a pod that will be run again keeps its emptyDirs. */
void korch__worker_files_remove_made(korch_agent *agent, agent_worker *worker);
void korch__worker_volume_context(korch_agent *agent, const agent_worker *worker,
                                  char address[KORCH__ADDRESS_TEXT], korch__volume_context *out);
int korch__agent_files_start(korch_agent *agent);
/* Services have changed. */
void korch__agent_services_changed(korch_agent *agent);
/* Removes folders of pods that are no more. */
void korch__agent_sweep(korch_agent *agent, const korch_view *view);

/* agent_probe.c: probes. wanted: one KORCH__WANT_* set per container. */
int korch__worker_probes(korch_agent *agent, agent_worker *worker, const uint8_t *wanted, size_t n);
void korch__worker_probes_free(agent_worker *worker);
void korch__agent_probes_fini(korch_agent *agent);

/* agent_hook.c: postStart and preStop. */
int korch__agent_hook(korch_agent *agent, agent_worker *worker, const korch__pod_op *from,
                      const korch__pod_input *in);

/* agent_notes.c: events. */
void korch__worker_note(korch_agent *agent, agent_worker *worker, const char *type,
                        const char *reason, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
int korch__worker_notes_flush(agent_worker *worker, korch_plan *plan);
void korch__note_op(korch_agent *agent, agent_worker *worker, const korch__pod_op *op);
void korch__note_backoff(korch_agent *agent, agent_worker *worker, const korch_pod_status *next);

/* agent_adopt.c: what an earlier process left running. */
int korch__agent_list(korch_agent *agent);
void korch__agent_list_again(void *agent);
/* 1 while leftovers are being removed; KORCH_E_NOMEM: to be called again. */
int korch__agent_adopt(korch_agent *agent, const korch_view *view);
void korch__found_free(struct agent_found *found);

/* Removes a sandbox that no pod has. */
void korch__agent_remove_leftover(korch_agent *agent, const char *id);
/* agent_relist.c: comparing what is believed with what the runtime holds. */
int korch__agent_relist(korch_agent *agent);
/* Finds out whether a node's machine answers; lists again when it does so anew, and now and then.
 * 1: it does. */
int korch__node_listen(korch_agent *agent, agent_node *node);
int korch__node_is_silent(const korch_agent *agent, size_t node);

/* Asks for what waited. */
void korch__agent_release(korch_agent *agent);

/* agent_stop.c: since when the pods of a node are stopped in order, by an earlier agent; 0: never.
 */
korch_usec korch__node_stopped(const korch_agent *agent, size_t node);

/* agent_node.c: Nodes and Leases. */
int korch__agent_add_nodes(korch_agent *agent, korch_error **err);

/* agent_watch.c: which changes concern which pods. */
int korch__agent_concerns(void *userdata, const korch_object *previous, const korch_object *object);
void korch__agent_observe(void *userdata, const korch_view *view, const korch_change *change);
void korch__agent_map_config(void *userdata, const korch_view *view, const korch_object *previous,
                             const korch_object *object, korch_enqueue *enqueue);
uint8_t korch__pod_uses(const korch_pod *pod);

/* agent.c */
void korch__agent_check_shutdown(korch_agent *agent);
char *korch__log_path(const korch_agent *agent, const korch_pod *pod, const char *container,
                      int32_t run);

#endif
