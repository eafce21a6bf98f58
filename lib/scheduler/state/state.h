/*
 * Inside of the scheduler: its nodes as columns of arrays, the pods on them, and the tables by
 * which both are found. What is derived of them lives in the other folders.
 */
#ifndef KORCH_SCHEDULER_STATE_H
#define KORCH_SCHEDULER_STATE_H

#include "base/btree.h"
#include "base/table.h"
#include "base/vec.h"
#include <korch/scheduler.h>

/* Resources by number: these four, then others as they become known. */
enum { RES_CPU, RES_MEMORY, RES_STORAGE, RES_PODS, RES_FIXED };
#define NONE UINT32_MAX
/* Columns by slot are a multiple of this long, so that sweeps need no tail. */
#define COLUMN_STEP 16

typedef struct sched_shape sched_shape;             /* shape/shape.h */
typedef struct sched_labelset sched_labelset;       /* shape/labelset.h */
typedef struct sched_group sched_group;             /* shape/group.h */
typedef struct sched_eligibility sched_eligibility; /* filter/eligibility.h */
typedef struct sched_terms sched_terms;             /* topology/terms.h */
typedef struct sched_matcher sched_matcher;         /* topology/matcher.h */
typedef struct sched_key sched_key;                 /* topology/key.h */
typedef struct sched_inclusion sched_inclusion;     /* topology/counter.h */
typedef struct sched_profile sched_profile;         /* profile/profile.h */
typedef struct sched_class sched_class;             /* rank/class.h */
typedef struct sched_journal sched_journal;         /* state/journal.h */
typedef struct sched_budget sched_budget;           /* state/budget.h */
typedef struct sched_claim sched_claim;             /* filter/claim.h */

/* Of amounts below this (8 TiB), a hundredfold and a half is exact in a double. */
#define KORCH__WIDE (INT64_C(1) << 43)

/* A pod on a node. */
typedef struct sched_pod {
	const char *id;   /* block string: its uid, or "namespace/name" for one without */
	const char *name; /* block string, referenced */
	sched_labelset *labels;
	sched_shape *shape;
	sched_terms *terms; /* NULL: no pod affinity of its own */
	sched_group *group; /* NULL: none */
	int64_t start_time; /* microseconds since 1970, 0 = not yet */
	uint64_t devices;   /* that it was given */
	uint32_t slot;
	uint32_t at; /* its place among the pods of the slot */
	int32_t group_limit;
	uint8_t terminating;
	uint8_t kept;      /* of a DaemonSet, or static: draining leaves it */
	uint8_t counted;   /* by the topology: its node exists */
	uint8_t preempted; /* terminating, because the scheduler wanted its room */
	uint8_t hidden;    /* for a moment: it is on its slot, and counted nowhere */
} sched_pod;

/* An image that nodes have. */
typedef struct sched_image {
	char *name;
	int64_t size;
	uint32_t n_nodes;
	uint32_t n_kept; /* nodes as they were before a change that may be undone: it stays for them */
} sched_image;

typedef struct sched_nomination sched_nomination; /* state/nominate.h */

/* A node, or the name of one that pods are on but that does not exist (yet, any more). */
typedef struct sched_slot {
	const char *name;       /* block string; NULL = free */
	const korch_node *node; /* referenced, NULL when it does not exist */
	uint32_t index;
	uint32_t before; /* neighbours by name, NONE at the ends */
	uint32_t after;
	uint32_t n_ports;            /* host ports of its pods: only then somebody has to look */
	uint32_t n_nominated;        /* pods that keep room on it */
	sched_nomination *nominated; /* the first of them */
	uint64_t touched_at;         /* end of the log when it was touched last */
	uint64_t freed_at;           /* … and when it was freed */
	uint32_t n_devices;
	uint8_t is_partial; /* counted in n_partial */
	uint8_t is_loose;   /* a trial looks after it when it ends */
	uint8_t is_closed;  /* to every pod: a question whether its node can go */
	uint8_t is_wide;    /* counted in n_wide */
	KORCH_VEC(sched_pod *) pods;
	KORCH_VEC(sched_image *) images; /* by address */
	int32_t *devices;                /* free thousandths of each device; NULL without devices */
} sched_slot;

typedef struct sched_namespace {
	const char *name; /* block string */
	korch_map *labels;
} sched_namespace;

/* A ring of slot numbers in the order in which they were touched. Readers keep the position up to
 * which they have seen it; one that fell behind its length looks at every slot. */
typedef struct sched_log {
	uint32_t *items;
	size_t cap; /* a power of two */
	uint64_t end;
} sched_log;

/* A domain without a node that stays, because the change that took the node may be undone. */
typedef struct sched_loose {
	sched_key *key; /* referenced */
	struct sched_domain *domain;
} sched_loose;

struct korch_scheduler {
	int32_t ties;
	int32_t hard_weight;
	uint64_t seed;
	sched_profile **profiles;
	size_t n_profiles;

	const char *resources[KORCH_SCHEDULER_RESOURCES_MAX]; /* owned names behind RES_FIXED */
	uint32_t n_resources;
	size_t cap;       /* slots that the columns have room for */
	size_t n_wide;    /* nodes with so much of them that doubles would not be exact */
	size_t n_partial; /* nodes without processor or memory */
	int64_t *alloc[KORCH_SCHEDULER_RESOURCES_MAX]; /* by resource, by slot */
	int64_t *used[KORCH_SCHEDULER_RESOURCES_MAX];
	int64_t *score_cpu; /* as `used`, but pods without requests count a little */
	int64_t *score_memory;
	/* What sweeps look at, so that they read little: allocatable less `used`, less what counts for
	 * the score, and the inverse of allocatable (0 where there is none). */
	int64_t *left_cpu;
	int64_t *left_memory;
	int64_t *left_pods;
	int64_t *score_left_cpu;
	int64_t *score_left_memory;
	double *inverse_cpu;
	double *inverse_memory;
	uint64_t *tie; /* smaller is better, unique */

	KORCH_VEC(sched_slot *) slots; /* by index */
	KORCH_VEC(uint32_t) free_slots;
	size_t n_nodes;         /* that exist */
	korch_btree slot_order; /* by name */
	uint32_t last_slot;     /* greatest name */
	korch_table slot_table; /* by name */
	korch_table pod_table;  /* by id */
	korch_table namespace_table;
	korch_table image_table;
	korch_table claim_table;
	korch_table group_table;
	KORCH_VEC(sched_budget *) budgets;
	korch_table nominations; /* by the pod's id */
	uint64_t nominee_seen;   /* no nominated pod was ready when the state was at these */
	uint64_t nominee_topology;
	uint64_t nominee_generation;

	sched_log touched; /* anything about the node or its pods */
	sched_log freed;   /* … that may make room: a node changed, a pod went */
	sched_log changed; /* the node object itself */
	/* Which state this is: another number after everything that may change a decision, and the
	 * number of before after a trial that was rolled back. No number means two states. */
	uint64_t changes;
	uint64_t last_change; /* the greatest number so far */
	/* These rise when rankings have to be made anew: order of ties, keys and counters, images. */
	uint64_t generation;
	uint64_t image_generation;
	uint64_t typical_generation;
	uint64_t counter_generation; /* a counter came or went, a matcher matches others */
	uint64_t namespace_generation;
	uint64_t claim_generation;
	uint64_t budget_generation;
	uint64_t topology_version; /* rises when what is counted by domain changes */
	int32_t lowest_priority;   /* no pod that was ever there had a lower one */

	/* shape/ */
	korch_table shape_table;
	korch_table labelset_table;
	struct sched_shape_cache *shape_cache;
	/* filter/ */
	korch_table eligibility_table;
	/* topology/ */
	KORCH_VEC(sched_key *) keys;
	KORCH_VEC(sched_loose) loose_domains;
	unsigned n_holds;    /* see korch__domains_hold() */
	size_t topology_cap; /* slots that the topology has room for */
	korch_table matcher_table;
	KORCH_VEC(sched_inclusion *) inclusions;
	korch_table terms_table;
	korch_table existing_table;
	/* rank/ */
	korch_table class_table;
	struct sched_class_cache *class_cache;
	struct sched_blocks *blocks; /* NULL: there are too few nodes for them */
	uint64_t clock;              /* for forgetting the least recently used */
	size_t cells;                /* of all rankings */
	uint64_t wait_sequence;
	uint64_t wait_counter_generation; /* of the classes that pods wait with */
	korch_table waiting_table;        /* by id */
	KORCH_VEC(sched_class *) waiting_classes;

	sched_journal *journal;        /* NULL: no trial is open */
	char *message;                 /* of the last verdict */
	struct sched_preempt *preempt; /* preempt/: NULL until somebody asks */
	struct sched_typical *typical; /* score/: the pods that are expected, NULL: not asked for yet */
};

/* resource.c: the number of a resource; NONE when memory is short or there are too many. */
uint32_t korch__resource_number(korch_scheduler *s, const char *name);
/* The number of a resource that is known, or NONE. */
uint32_t korch__resource_find(const korch_scheduler *s, const char *name);
/* An amount of a resource in its unit. */
int64_t korch__resource_amount(uint32_t resource, const char *text);
/* Room for so many slots in all columns. */
int korch__columns_reserve(korch_scheduler *s, size_t slots);
void korch__columns_free(korch_scheduler *s);
/* Brings what sweeps look at into step with a slot's other columns. */
void korch__columns_settle(korch_scheduler *s, uint32_t slot);
void korch__resources_free(korch_scheduler *s);

/* slot.c */
sched_slot *korch__slot_get(const korch_scheduler *s, const char *name);
sched_slot *korch__slot_make(korch_scheduler *s, const char *name);
/* 0, or KORCH_E_LIMIT: there is none of that name, and no room for it. */
int korch__slot_check_room(const korch_scheduler *s, const char *name, korch_error **err);
/* Frees it when nothing is left of it, inside a trial only when that has ended. */
void korch__slot_release(korch_scheduler *s, sched_slot *slot);
void korch__slot_touch(korch_scheduler *s, uint32_t slot);
/* As korch__slot_touch(), and there may be more room than before. */
void korch__slot_freed(korch_scheduler *s, uint32_t slot);
/* Lets no pod onto it, whatever it tolerates; or lets them in again. Its domains stay. */
void korch__slot_close(korch_scheduler *s, sched_slot *slot, int is_closed);
void korch__slots_free(korch_scheduler *s);

/* order.c: puts a slot in its place among the names and gives it its rank among ties. */
int korch__order_insert(korch_scheduler *s, sched_slot *slot);
void korch__order_remove(korch_scheduler *s, sched_slot *slot);

/* log.c */
int korch__log_reserve(sched_log *log, size_t slots);
void korch__log_add(sched_log *log, uint32_t slot);
static inline int korch__log_lost(const sched_log *log, uint64_t seen)
{
	return seen == 0 || log->end - seen >= log->cap;
}

/* pod.c: the state changes of a pod. A detached pod belongs to who detached it. */
int korch__pod_make(sched_pod **out, korch_scheduler *s, const korch_pod *pod, korch_error **err);
void korch__pod_free(korch_scheduler *s, sched_pod *pod);
/* Puts it on the slot; 0 or KORCH_E_NOMEM (nothing has changed then). It can be found by its
 * identity only when the table knows it, which is the caller's. */
int korch__pod_attach(korch_scheduler *s, sched_pod *pod, uint32_t slot);
void korch__pod_detach(korch_scheduler *s, sched_pod *pod);
/* Takes a pod off all numbers for a moment, as if it were not there, and puts it back. Nobody is
 * told; cannot fail. */
void korch__pod_hide(korch_scheduler *s, sched_pod *pod);
void korch__pod_show(korch_scheduler *s, sched_pod *pod);
/* A pod that is not known comes to the slot; in a trial there is room for noting it. 0,
 * KORCH_E_LIMIT or KORCH_E_NOMEM. */
int korch__pod_add(korch_scheduler *s, sched_pod *pod, uint32_t slot);
/* Puts a pod back to where it was detached from, in its old place among the others, when all that
 * was done since has been undone. */
void korch__pod_attach_back(korch_scheduler *s, sched_pod *pod);
struct sched_entry;
void korch__pod_undo(korch_scheduler *s, const struct sched_entry *entry);
/* Puts a pod on a node as korch_scheduler_pod_set() does. With devices these, whatever it says. */
int korch__pod_assume(korch_scheduler *s, const korch_pod *pod, const char *node, uint64_t devices,
                      korch_error **err);

/* account.c: adds what a pod uses to its node's columns (1), or takes it away (-1). */
void korch__account(korch_scheduler *s, const sched_pod *pod, int64_t sign);
/* The most that requests of one resource on one node may add up to. */
#define SUM_MAX (INT64_MAX / 2)
/* 0, or KORCH_E_LIMIT: with the pod there, or with room kept for it, sums would be too large. */
int korch__account_check(const korch_scheduler *s, const sched_pod *pod, const char *node,
                         korch_error **err);
int korch__account_check_nominated(const korch_scheduler *s, const sched_pod *pod, const char *node,
                                   korch_error **err);

/* identity.c: the identity of a pod, borrowed from the pod or the buffer; NULL when it has none, or
 * too long a one. */
#define KORCH__ID_SIZE 512
const char *korch__pod_id(const korch_pod *pod, char buffer[KORCH__ID_SIZE]);
/* The error that says which. */
int korch__pod_nameless(const korch_pod *pod, korch_error **err);
/* 1: of a DaemonSet, or static: it goes with its node, and draining leaves it there. */
int korch__pod_is_kept(const korch_object_meta *meta);
/* The pod of that object, or NULL. */
sched_pod *korch__pod_find(const korch_scheduler *s, const korch_pod *pod);

/* namespace.c */
void korch__namespaces_free(korch_scheduler *s);
const sched_namespace *korch__namespace_get(const korch_scheduler *s, const char *name);
/* Labels of a namespace that was told once; in a trial there is room for undoing it. */
int korch__namespace_put(korch_scheduler *s, sched_namespace *ns, const korch_map *labels);

/* Something that decisions depend on has changed. */
static inline void korch__changed(korch_scheduler *s)
{
	s->changes = ++s->last_change;
}

#endif
