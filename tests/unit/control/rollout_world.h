/* A Rollout "web" in a little cluster, for the tests of its decider: written as text, reconciled
 * until it rests, with ReplicaSets that do what they are told. */
#ifndef KORCH_TESTS_CONTROL_ROLLOUT_WORLD_H
#define KORCH_TESTS_CONTROL_ROLLOUT_WORLD_H

#include "control/rollout/rollout.h"
#include "world.h"

#define RO_TEMPLATE                                                                                \
	"selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: "       \
	"{containers: [{name: main, image: 'web:1'}]}}"
/* A Rollout with these further fields of its spec. */
#define RO(spec)                                                                                   \
	"{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: web}, spec: {replicas: "   \
	"4, " spec ", " RO_TEMPLATE "}}\n"
#define RO_CANARY(canary) RO("strategy: {canary: {" canary "}}")
#define RO_BLUE_GREEN(bg) RO("strategy: {blueGreen: {" bg "}}")
#define RO_SERVICE(name)                                                                           \
	"---\n{apiVersion: v1, kind: Service, metadata: {name: " name                                  \
	"}, spec: {selector: {app: web}, ports: [{port: 80}]}}\n"
#define RO_ROUTED(steps)                                                                           \
	RO_CANARY("stableService: stable, canaryService: canary, trafficRouting: {smi: {}}, "          \
	          "steps: [" steps "]")                                                                \
	RO_SERVICE("stable") RO_SERVICE("canary")

typedef struct ro_world {
	world *w;
	korch_controller_spec spec;
	int is_stuck;        /* new replicas do not get ready */
	char notes[16][200]; /* the last events */
	size_t n_notes;
} ro_world;

/* With the objects of a text, in the namespace "shop"; comes to rest. */
void ro_init(ro_world *r, const char *manifest);
void ro_fini(ro_world *r);
void ro_put(ro_world *r, const char *manifest);
/* Reconciles until nothing is written any more; replicas get ready, weights in force. */
void ro_settle(ro_world *r);
void ro_pass(ro_world *r, int seconds);
/* One look, without anything getting ready. @return number of writes. */
size_t ro_once(ro_world *r);

const korch_rollout *ro_get(ro_world *r);
/* A copy to change, with an exclusive status or spec; put it back with ro_store(). */
korch_rollout *ro_edit(ro_world *r);
korch_rollout_status *ro_edit_status(korch_rollout *edited);
korch_rollout_spec *ro_edit_spec(korch_rollout *edited);
void ro_store(ro_world *r, korch_rollout *edited);
void ro_image(ro_world *r, const char *image);
/* A field of "web" as text, "" when it is not there; valid until the next call but three. */
const char *ro_field(ro_world *r, const char *path);
const char *ro_field_of(ro_world *r, const korch_kind *kind, const char *name, const char *path);
/* The status of a condition, "" when there is none; its reason. */
const char *ro_condition(ro_world *r, const char *type);
const char *ro_reason(ro_world *r, const char *type);
const char *ro_message(ro_world *r, const char *type);

/* The set of an image, or NULL; its size, -1 when there is none. */
const korch_replica_set *ro_set(ro_world *r, const char *image);
int ro_size(ro_world *r, const char *image);
const char *ro_hash(ro_world *r, const char *image);
/* Whether there was such an event since ro_init(). */
int ro_saw(const ro_world *r, const char *reason);
/* Sets the phase of the newest AnalysisRun. */
void ro_run_says(ro_world *r, const char *phase);

#endif
