/*
 * Scripts: bytes that are read as nodes and pods that come, change and go, as decisions and trials.
 * Beside the scheduler a model is kept of nothing but the objects that it was told; a scheduler
 * that is fed the model anew must say the same of everything.
 */
#ifndef KORCH_TESTS_SCHEDULER_SCRIPT_H
#define KORCH_TESTS_SCHEDULER_SCRIPT_H

#include <korch/scheduler.h>
#include <stddef.h>
#include <stdint.h>

enum { MODEL_NODES = 8, MODEL_PODS = 16, MODEL_SPACES = 3, MODEL_CLAIMS = 3, MODEL_TRIALS = 3 };

/* Bytes that are left; 0 comes when there are none. */
typedef struct reader {
	const uint8_t *at;
	size_t n;
} reader;

/* A number below the bound. */
unsigned draw(reader *from, unsigned bound);

/* What the scheduler was told, all of it referenced. */
typedef struct model_pod {
	korch_pod *pod; /* NULL: not on a node */
	int node;
	korch_pod *nominated;
	int nominated_to;
	korch_pod *waiting;
} model_pod;

typedef struct model {
	korch_node *nodes[MODEL_NODES];
	model_pod pods[MODEL_PODS];
	korch_map *spaces[MODEL_SPACES];
	unsigned claims[MODEL_CLAIMS]; /* 0: not told, 1: every node, 2: those of zone a */
} model;

typedef struct script {
	reader from;
	korch_scheduler *s;
	korch_scheduler_options options;
	model now;
	model before[MODEL_TRIALS]; /* the trials that are open */
	unsigned depth;
	/* 1: each call is made with one allocation after the other failing, before it may succeed;
	 * after each failure the state must be what it was. */
	int tortures;
	unsigned n_failures; /* calls that said that memory was short */
} script;

void script_init(script *run, const uint8_t *data, size_t size, int tortures);
/* One operation; 0 when there are no more. */
int script_step(script *run);
void script_fini(script *run);

/* script_objects.c */
extern const char *const model_node_names[MODEL_NODES];
extern const char *const model_spaces[MODEL_SPACES];
korch_node *draw_node(reader *from, unsigned number);
/* The pod of that number always has the same identity. */
korch_pod *draw_pod(reader *from, unsigned number);
korch_map *draw_space_labels(reader *from);
int set_claim(korch_scheduler *s, unsigned number, unsigned how);
/* The pod as it is told once it has these devices. */
korch_pod *with_devices(korch_pod *pod, uint64_t devices);

/* script_model.c */
model model_copy(const model *from);
void model_fini(model *of);
void set_pod(korch_pod **slot, korch_pod *pod); /* takes the pod */
/* Fails when a scheduler that is fed the model anew, in another order, says anything else of the
 * pod than this one. */
void check_rebuilt(const script *run, korch_pod *probe);

#endif
