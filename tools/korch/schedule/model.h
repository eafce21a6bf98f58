/*
 * What `korch schedule` works on: nodes and pods from all files, what each pod requests, where it
 * went and why not. Filled by the readers, decided by run.c, written by the outputs.
 */
#ifndef KORCH_SCHEDULE_MODEL_H
#define KORCH_SCHEDULE_MODEL_H

#include "nearest.h"

#include <korch/api.h>
#include <korch/manifest.h>
#include <korch/quantity.h>
#include <korch/scheduler.h>

enum {
	MODEL_RESOURCES_MAX = 64, /* different resources that are shown */
	MODEL_PODS_MAX = 2000000,
	MODEL_FILE_MAX = 512 << 20,
};
#define NO_NODE SIZE_MAX
#define NO_REASON SIZE_MAX
#define NO_GANG SIZE_MAX

/* Where an object was read. */
typedef struct model_place {
	const char *file; /* borrowed: of the command line, or of the manifest */
	int line;
} model_place;

typedef struct model_node {
	korch_node *object; /* owned */
	model_place place;
	int64_t amounts[MODEL_RESOURCES_MAX]; /* allocatable, by resource */
	int64_t requested[MODEL_RESOURCES_MAX];
	size_t n_pods;
} model_node;

typedef enum model_state {
	MODEL_WAITING, /* not looked at yet */
	MODEL_GIVEN,   /* was on its node before */
	MODEL_PLACED,  /* went to its node now */
	MODEL_PENDING, /* fits nowhere */
} model_state;

typedef struct model_pod {
	korch_pod *object; /* owned */
	model_place place;
	const char *group;      /* owned by the model's texts; "" when none */
	const int64_t *amounts; /* requests by resource; may be shared by pods of one template */
	model_state state;
	int has_score;
	size_t node;           /* index, or NO_NODE */
	size_t reason;         /* index, or NO_REASON */
	size_t gang;           /* index, or NO_GANG */
	size_t preempted_from; /* index of the node that it had to leave, or NO_NODE */
	size_t preempted_by;   /* index of the pod that it had to leave it for */
	int64_t score;
	uint64_t feasible; /* nodes that would have done */
	uint64_t devices;
} model_pod;

/* A claim for a volume: it is bound, and this is where its volume can be reached from. */
typedef struct model_claim {
	const char *namespace_, *name;
	const korch_node_selector *nodes; /* NULL: everywhere */
} model_claim;

/* Pods that are placed together, or none of them: a PodGroup. */
typedef struct model_gang {
	const char *namespace_, *name;
	int64_t least; /* how many must be placed; 0: all */
	model_place place;
} model_gang;

/* A DaemonSet: a pod on each node that will do, made once all nodes are known. */
typedef struct model_daemon {
	const korch_object *owner; /* with an identity; owned by the model */
	const korch_pod_template_spec *template_;
	model_place place;
} model_daemon;

/* A list of owned things. */
#define MODEL_LIST(type)                                                                           \
	struct {                                                                                       \
		type *items;                                                                               \
		size_t n, cap;                                                                             \
	}

typedef struct schedule_model {
	korch_manifest *manifest; /* of all YAML and JSON; owns what others borrow */
	MODEL_LIST(model_node) nodes;
	MODEL_LIST(model_pod) pods;
	MODEL_LIST(const korch_namespace *) namespaces;
	MODEL_LIST(const korch_pod_disruption_budget *) budgets;
	MODEL_LIST(model_claim) claims;
	MODEL_LIST(model_daemon) daemons;
	MODEL_LIST(model_gang) gangs; /* by namespace and name, once all is read */
	MODEL_LIST(void *) memory;    /* freed with the model */
	MODEL_LIST(void *) blocks;    /* unreferenced with the model */
	MODEL_LIST(char *) reasons;   /* sentences of pods that fit nowhere, each once */
	uint64_t *reason_hashes;      /* of the reasons */
	size_t reason_hashes_cap;
	const char *resources[MODEL_RESOURCES_MAX]; /* cpu, memory, then the others by name */
	int64_t scales[MODEL_RESOURCES_MAX];        /* amounts are counted in 1/scale units */
	size_t n_resources;
	size_t *by_name;    /* indexes of nodes in the order of their names */
	int has_pod_limits; /* a node says how many pods it takes */
} schedule_model;

void model_fini(schedule_model *self);
/* Room for one more; 0 or KORCH_E_NOMEM with the error. */
int model_grow(void *items_slot, size_t n, size_t *cap, size_t size, korch_error **err);
#define MODEL_ADD(list, value, err)                                                                \
	(model_grow(&(list)->items, (list)->n, &(list)->cap, sizeof(*(list)->items), (err)) < 0        \
	     ? KORCH_E_NOMEM                                                                           \
	     : ((list)->items[(list)->n++] = (value), 0))

/* Memory that the model frees; zeroed. NULL with the error when there is none. */
void *model_calloc(schedule_model *self, size_t n, size_t size, korch_error **err);
/* A copy of a text, freed by the model. */
const char *model_text(schedule_model *self, const char *text, korch_error **err);
/* Takes a reference to an object or struct block, which the model lets go. */
int model_keep_block(schedule_model *self, void *block, korch_error **err);

/* Add an object; its reference is taken, also when that fails. */
int model_add_node(schedule_model *self, korch_node *node, model_place place, korch_error **err);
int model_add_pod(schedule_model *self, korch_pod *pod, model_place place, korch_error **err);

/* Once all is read: sorts names, refuses what is there twice, lists resources and measures what
 * nodes offer and pods request. */
int model_settle(schedule_model *self, korch_error **err);
/* Offers of nodes and requests of pods, in measure.c. */
int model_measure(schedule_model *self, korch_error **err);

/* The node of that name, or NO_NODE. */
size_t model_node_index(const schedule_model *self, const char *name);
/* The resource of that name, or MODEL_RESOURCES_MAX. */
size_t model_resource_index(const schedule_model *self, const char *name);
/* The pod that "name" or "namespace/name" means, or an error that names one that may be meant. */
int model_find_pod(size_t *out, const schedule_model *self, const char *name, korch_error **err);
/* "namespace/name" in memory of the model's; NULL with the error. */
const char *model_pod_name(const model_pod *pod, char *out, size_t size);
/* The index of a sentence, added when it is new. */
int model_reason(size_t *out, schedule_model *self, const char *sentence, korch_error **err);
/* Counts a pod on a node (sign 1), or takes it away (-1). */
void model_count(schedule_model *self, size_t pod, size_t node, int sign);

/* An error about an object of the input. */
int model_fail(korch_error **err, model_place place, const char *format, ...) KORCH_PRINTF(3, 4);
/* KORCH_E_NOMEM with its text. */
int model_nomem(korch_error **err);

#endif
