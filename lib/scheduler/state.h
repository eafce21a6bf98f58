/* Inside of the scheduler: its arrays, and what its files share. */
#ifndef KORCH_SCHEDULER_STATE_H
#define KORCH_SCHEDULER_STATE_H

#include "base/buf.h"
#include "base/table.h"
#include "base/vec.h"
#include "scheduler/scheduler.h"

/* Resources by number: these four, then others as they become known. */
enum { RES_CPU, RES_MEMORY, RES_STORAGE, RES_PODS, RES_FIXED, RES_MAX = 256 };
#define NONE UINT32_MAX

typedef struct sched_need {
	uint32_t resource;
	int64_t amount; /* cpu in millicores, others in units */
} sched_need;

typedef struct sched_port {
	const char *ip; /* borrowed from the spec; "" and "0.0.0.0" mean every address */
	const char *protocol;
	int32_t port;
} sched_port;

/* What a pod needs of its node; shared by all pods of one class. */
typedef struct sched_needs {
	uint32_t refs;
	int64_t score_cpu; /* for the score even a pod without requests counts a little, as in
	                      Kubernetes */
	int64_t score_memory;
	const korch_pod_spec *spec;  /* referenced: ports borrow from it */
	KORCH_VEC(sched_need) items; /* but for the one pod */
	KORCH_VEC(sched_port) ports;
} sched_needs;

/* A node, or the name of one that pods are on but that does not exist (yet, any more). */
typedef struct sched_slot {
	const char *name;       /* block string; NULL = free */
	const korch_node *node; /* referenced, NULL when it does not exist */
	uint32_t index;
	uint32_t version; /* rises when the node itself changes */
	size_t n_pods;
	size_t n_ports; /* host ports of its pods: only then somebody has to look */
	int64_t score_cpu;
	int64_t score_memory;
} sched_slot;

/* A pod on a node. */
typedef struct sched_pod {
	const char *uid; /* block strings and blocks, referenced */
	const char *namespace_;
	korch_map *labels;
	const korch_pod_spec *spec;
	sched_needs *needs;
	uint32_t slot;
	int terminating;
} sched_pod;

typedef struct sched_namespace {
	const char *name; /* block string */
	korch_map *labels;
} sched_namespace;

/* Pods with an equal spec, and the ranking of the nodes for them. Arrays are by slot. */
typedef struct sched_class {
	uint64_t hash;
	const korch_pod_spec *spec; /* referenced */
	sched_needs *needs;
	uint64_t used_at;   /* for forgetting the least recently used */
	uint64_t log_at;    /* the log is worked in up to here */
	size_t cap;         /* length of the arrays */
	uint8_t *verdicts;  /* a sched_reason that the node itself causes */
	uint32_t *versions; /* of the slot when that was found; 0 = never */
	uint32_t *places;   /* in the heap, NONE when not feasible */
	int32_t *scores;
	const korch_pod_spec **bound;
	uint32_t *heap; /* feasible slots, best first */
	size_t n_heap;
	char *message; /* why there is no node, valid at message_at */
	uint64_t message_at;
} sched_class;

/* Why a node does not do. */
typedef enum sched_reason {
	REASON_NONE,
	REASON_UNSCHEDULABLE,
	REASON_NODE_NAME,
	REASON_TAINT,
	REASON_AFFINITY,
	REASON_PORTS,
	REASON_FIT,
	REASON_SPREAD_LABEL,
	REASON_SPREAD,
	REASON_POD_AFFINITY,
	REASON_POD_ANTI_AFFINITY,
	REASON_EXISTING_ANTI_AFFINITY,
} sched_reason;

enum { CLASS_CACHE = 1024 };

struct korch_scheduler {
	const char *resources[RES_MAX]; /* owned names behind RES_FIXED */
	uint32_t n_resources;
	uint32_t row;   /* length of a row of the two arrays below */
	int64_t *alloc; /* slot × row */
	int64_t *used;
	KORCH_VEC(sched_slot *) slots; /* by index */
	KORCH_VEC(uint32_t) free_slots;
	size_t n_nodes;         /* that exist */
	korch_table slot_table; /* by name */
	korch_table pod_table;  /* by uid */
	korch_table namespace_table;
	korch_table class_table;                              /* by spec */
	sched_class *class_cache[CLASS_CACHE];                /* by address of the spec */
	const korch_pod_spec *class_cache_specs[CLASS_CACHE]; /* referenced */
	sched_needs *needs_cache[CLASS_CACHE]; /* of specs that have a node, by their address */
	uint64_t clock;                        /* for used_at */
	uint32_t *log;                         /* ring: slots in the order in which they were touched */
	size_t log_cap;                        /* a power of two */
	uint64_t log_end;
	size_t n_anti; /* pods with required anti-affinity */
	uint32_t version;
	char *message; /* of the last verdict */
};

/* needs.c */
sched_needs *korch__needs_new(korch_scheduler *s, const korch_pod_spec *spec);
void korch__needs_unref(sched_needs *needs);
/* The number of a resource; NONE when memory is short or there are too many. */
uint32_t korch__resource_number(korch_scheduler *s, const char *name);
/* An amount of a resource in its unit. */
int64_t korch__resource_amount(uint32_t resource, const char *text);

/* node.c */
sched_slot *korch__slot_get(const korch_scheduler *s, const char *name);
sched_slot *korch__slot_make(korch_scheduler *s, const char *name);
void korch__slot_release(korch_scheduler *s, sched_slot *slot); /* frees it when nothing is left of
                                                                   it */
void korch__slot_touch(korch_scheduler *s, const sched_slot *slot);
int korch__scheduler_widen(korch_scheduler *s, uint32_t n_resources);

/* filter.c */
sched_reason korch__node_verdict(const korch_pod_spec *spec, const korch_node *node);
/* REASON_NONE, REASON_PORTS or REASON_FIT. */
sched_reason korch__node_fits(const korch_scheduler *s, const sched_needs *needs,
                              const sched_slot *slot);
int32_t korch__node_score(const korch_scheduler *s, const sched_needs *needs,
                          const sched_slot *slot);
/* spec.nodeSelector and the required node affinity. */
int korch__node_is_selected(const korch_pod_spec *spec, const korch_node *node);
/* The first taint that keeps pods away and is not tolerated, or NULL. */
const korch_taint *korch__untolerated_taint(const korch_pod_spec *spec, const korch_node *node);

/* class.c */
sched_class *korch__class_get(korch_scheduler *s, const korch_pod_spec *spec);
/* Brings the ranking up to date; 0 or KORCH_E_NOMEM. */
int korch__class_refresh(korch_scheduler *s, sched_class *class_);
void korch__class_free(sched_class *class_);
void korch__classes_forget_slot(korch_scheduler *s, uint32_t slot);

/* topology.c */
typedef struct sched_topology sched_topology;
int korch__topology_needed(const korch_scheduler *s, const korch_pod *pod);
int korch__topology_new(sched_topology **out, korch_scheduler *s, const korch_pod *pod);
void korch__topology_free(sched_topology *topology);
sched_reason korch__topology_check(const sched_topology *topology, const sched_slot *slot);
int korch__has_required_anti_affinity(const korch_pod_spec *spec);

/* explain.c: topology NULL when it plays no part. The sentence, owned by the caller; NULL when
 * memory is short. */
char *korch__explain(korch_scheduler *s, const sched_class *class_, const sched_topology *topology);

#endif
