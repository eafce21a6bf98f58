/*
 * Plans on their way through the store: made into a transaction (transaction.c), committed
 * (commit.c), and, when they came from outside, answered (submit.c).
 */
#ifndef KORCH_ENGINE_FLIGHT_H
#define KORCH_ENGINE_FLIGHT_H

#include "engine/engine.h"

enum { KORCH_FLIGHT_FEW = 4 };

/* Whether it may have been done. */
typedef enum korch_doubt {
	KORCH_DOUBT_NONE,
	KORCH_DOUBT_NEW,
	KORCH_DOUBT_ASKED, /* the store is being asked */
} korch_doubt;

struct korch_flight {
	korch_flight *next;
	korch_flight *previous;
	korch_engine *engine;         /* NULL: it has been freed */
	korch_controller *controller; /* NULL: submitted from outside */
	korch_queue_item *item;       /* of the controller: the key in hand */
	korch_plan *plan;
	const char **created; /* final names by step; block strings, NULL for other steps */
	const char *few[KORCH_FLIGHT_FEW];
	size_t n_steps;
	uint64_t names_seed; /* of generated names; tried again, it has the same ones */
	int doubt;           /* a korch_doubt */
	uint64_t term;       /* whose fence is the first write; 0: none */
	/* From outside: */
	korch_submit_fn fn;
	void *userdata;
	uint32_t attempts;
	int is_parked;            /* waits for the cache to reach `revision` */
	int code;                 /* what came of it */
	uint64_t revision;        /* of the commit, or the store's newest on a conflict */
	korch_object *last_state; /* what the first step deletes */
	size_t failed_step;       /* which step was in the way */
	size_t *step_of;          /* the step of each write */
};

/* Does not take the plan when it fails (NULL: no memory). */
korch_flight *korch__flight_new(korch_engine *engine, korch_plan *plan);
/* Frees it and its plan. */
void korch__flight_free(korch_flight *flight);

/*
 * Makes the transaction of a flight and gives it to the store.
 * Returns 0 when the completion will come, 1 when there was nothing to write, or a code.
 */
int korch__flight_commit(korch_flight *flight, korch_error **err);
/* A controller's transaction may have been done; its key stays in hand until that is known. */
void korch__doubt_add(korch_flight *flight);
/* A submission's transaction has ended. */
void korch__submit_committed(korch_flight *flight, int code, uint64_t revision);

/* Fills engine->writes with the writes of a flight's plan. The caller releases them. */
int korch__transaction_make(korch_flight *flight, korch_error **err);
/* Releases engine->writes and what they hold. */
void korch__transaction_drop(korch_engine *engine);

/* The object that a step is about: its base, or what it creates. NULL for a plan that was used. */
const korch_object *korch__step_object(const korch_step *step);

#endif
