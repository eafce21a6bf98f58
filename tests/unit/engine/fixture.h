/* A loop in virtual time, a memory store and an engine for the tests of this folder. */
#ifndef KORCH_TESTS_ENGINE_FIXTURE_H
#define KORCH_TESTS_ENGINE_FIXTURE_H

#include <korch/api.h>
#include <korch/engine.h>

#define START_US ((korch_usec)1600000000 * KORCH_USEC_PER_SEC)

typedef struct fixture {
	korch_loop *loop;
	korch_store *store;
	korch_engine *engine;
	korch_engine_options options;
} fixture;

/* Everything but the engine; options may be changed before fixture_start(). */
void fixture_init(fixture *at);
/* Makes the engine. */
void fixture_engine(fixture *at);
/* Makes the engine when there is none, starts it, and lets it come in step. */
void fixture_start(fixture *at);
void fixture_fini(fixture *at);
/* Runs what is due now, without letting time pass. */
void fixture_settle(fixture *at);
/* Lets time pass. */
void fixture_pass(fixture *at, korch_usec us);

/* A config map in the namespace "default" (owned by the caller). */
korch_object *fixture_config(const char *name, const char *value);
/* A pod with one container in "default". */
korch_object *fixture_pod(const char *name);
/* A namespace. */
korch_object *fixture_namespace(const char *name);
/* Binds an exclusively owned pod to a node. */
void fixture_bind(korch_object *pod, const char *node);
/* data["key"] of a config map, "" for NULL. */
const char *fixture_value(const korch_object *config);

/* Writes straight into the store, as somebody else would. Takes the reference. */
void fixture_write(fixture *at, korch_object *object);
void fixture_remove(fixture *at, const korch_object *object);
/* A completion that nobody waits for. */
void fixture_ignore(void *userdata, int code, const korch_commit_result *result);
/* What the engine's cache has. */
const korch_object *fixture_get(const fixture *at, const korch_kind *kind, const char *name);
size_t fixture_count(const fixture *at, const korch_kind *kind);

/* Outcome of a submission. */
struct outcome {
	int calls;
	int code;
	char message[512];
	korch_object *result;
};
void outcome_clear(struct outcome *outcome);
/* Submits a plan of one step and lets it come through; takes object. Returns the code. */
int fixture_create(fixture *at, korch_object *object, struct outcome *outcome);
int fixture_update(fixture *at, const korch_object *base, korch_object *object,
                   struct outcome *outcome);
int fixture_update_status(fixture *at, const korch_object *base, korch_object *object,
                          struct outcome *outcome);
int fixture_delete(fixture *at, const korch_object *base, const korch_delete_options *options,
                   struct outcome *outcome);
int fixture_submit(fixture *at, korch_plan *plan, struct outcome *outcome);

#endif
