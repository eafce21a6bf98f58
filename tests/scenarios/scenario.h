/* A scenario that is being replayed: the cluster, where we are in the file, and what its steps and
 * expectations are made of. */
#ifndef KORCH_TESTS_SCENARIO_H
#define KORCH_TESTS_SCENARIO_H

#include <json-c/json.h>
#include <korch/api.h>
#include <korch/cluster.h>
#include <korch/sim.h>

typedef struct scenario {
	const char *file;
	korch_loop *loop;
	korch_store *store;
	korch_runtime *runtime; /* the cluster's */
	korch_cluster *cluster;
	korch_metric_source *metrics; /* the cluster's, simulated */
	struct webhooks *webhooks;    /* what they say */
	korch_usec start;
	int checks;
} scenario;

/* Ends the program: "FILE:LINE: words". */
void fail(const scenario *s, json_object *at, const char *format, ...)
    __attribute__((noreturn, format(printf, 3, 4)));

/* Members of a mapping. Those that are required end the program when they are missing. */
const char *text_of(json_object *map, const char *key, const char *otherwise);
const char *need_text(const scenario *s, json_object *map, const char *key);
int64_t number_of(json_object *map, const char *key, int64_t otherwise);
/* A duration such as "1m30s". */
korch_usec span_of(const scenario *s, json_object *map, const char *key, korch_usec otherwise);
korch_usec parse_span(const scenario *s, json_object *at, const char *text);

/* "KIND/NAME" or "KIND/NAMESPACE/NAME"; the name may have "*": the first that matches. The
 * caller's; NULL: there is none. */
korch_object *find_object(const scenario *s, json_object *at, const char *reference);
/* As find_object(), but the program ends when there is none. */
korch_object *need_object(const scenario *s, json_object *at, const char *reference);
/* The value of a path such as "status.conditions[type=Ready].status"; borrowed from the tree; NULL:
 * missing. */
json_object *value_at(json_object *tree, const char *path);
json_object *tree_of(const korch_object *object);

/* webhook.c */
struct webhooks *webhooks_new(void);
int webhooks_answer(void *userdata, const korch_webhook_call *call, korch_error **err);
void do_webhook(scenario *s, json_object *step, json_object *value);

/* Does one step. */
void do_step(scenario *s, json_object *step);
/* Checks one expectation. */
void check(scenario *s, json_object *expectation);

#endif
