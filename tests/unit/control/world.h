/* A little cluster for the tests of deciders: a cache, and what an engine would do with a plan. No
 * loop, no store. */
#ifndef KORCH_TESTS_CONTROL_WORLD_H
#define KORCH_TESTS_CONTROL_WORLD_H

#include <check.h>
#include <korch/api.h>
#include <korch/controller.h>
#include <korch/view.h>

/* 2020-01-01 */
#define WORLD_START ((korch_usec)1577836800000000)

typedef struct world {
	korch_cache *cache;
	const korch_view *view;
	korch_usec now;
	uint64_t revision;
	unsigned serial;  /* for names and uids */
	size_t steps_max; /* of a plan; 0: as many as may be */
	void (*changed)(struct world *w, const korch_change *change); /* sees every change; may be NULL
	                                                               */
	void *userdata;
} world;

world *world_new(void);
void world_free(world *w);
void world_advance(world *w, korch_usec by);

/* Takes the object, gives it uid, creation time and revision where they are missing. The result is
 * borrowed. */
const korch_object *world_put(world *w, korch_object *object);
void world_remove(world *w, const korch_object *object);
/* Carries out a plan as the engine does: every step must be based on what is stored. Pods on nodes
 * only begin to end. */
void world_apply(world *w, const korch_plan *plan);
/* Calls the controller for a key and carries the plan out. The plan is given back for looking at;
 * free it. */
korch_plan *world_reconcile(world *w, const korch_controller_spec *spec, const char *ns,
                            const char *name);
/* The same, and frees the plan. @return number of steps. */
size_t world_run(world *w, const korch_controller_spec *spec, const char *ns, const char *name);

const korch_object *world_get(world *w, const korch_kind *kind, const char *ns, const char *name);
size_t world_count(world *w, const korch_kind *kind);
/* The i-th object of a kind in order of names, or NULL. */
const korch_object *world_at(world *w, const korch_kind *kind, size_t i);

/* "Reason: message" of note i, "" when there are fewer; valid until the next call. */
const char *world_note(const korch_plan *plan, size_t i);
size_t plan_count(const korch_plan *plan, korch_step_op op);

/* Building objects. */
korch_object *make(const korch_kind *kind, const char *ns, const char *name);
void make_label(korch_object *object, const char *key, const char *value);
void make_annotation(korch_object *object, const char *key, const char *value);
void make_condition(korch_pod *pod, const char *type, const char *status, korch_usec since);
/* A pod with one container "main". */
korch_pod *make_pod(const char *ns, const char *name);
korch_pod_template_spec *make_template(const char *label_value, const char *image);
korch_label_selector *make_selector(const char *key, const char *value);
/* A Deployment of the namespace "shop" with label app=NAME. */
korch_deployment *make_deployment(const char *name, int32_t replicas, const char *image);
korch_replica_set *make_replica_set(const char *name, int32_t replicas);

/* Changing stored pods. */
void pod_bind(world *w, const char *name, const char *node);
void pod_phase(world *w, const char *name, const char *phase);
void pod_ready(world *w, const char *name, int ready);

#endif
