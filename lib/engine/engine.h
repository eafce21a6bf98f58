/*
 * Inside of the engine, shared by its files: what it owns, and what each file does. The public face
 * is <korch/engine.h>.
 */
#ifndef KORCH_ENGINE_ENGINE_H
#define KORCH_ENGINE_ENGINE_H

#include "base/random.h"
#include "base/vec.h"
#include "election/elector.h"
#include "engine/admit.h"
#include "engine/queue.h"
#include "plan/cache.h"
#include <korch/engine.h>

typedef struct korch_recorder korch_recorder;
typedef struct korch_flight korch_flight;
typedef struct korch_resync korch_resync;
typedef struct korch_question korch_question;

struct korch_controller {
	korch_engine *engine;
	korch_controller *next;
	korch_controller_spec spec;
	korch_controller_watch *watches; /* owned copy; spec.watches points here */
	char *name;                      /* owned copy; spec.name points here */
	korch_queue queue;
	korch_loop_fn ready; /* pull form */
	void *ready_userdata;
	int is_asked;        /* pull form: next() has returned 0 since the last call of ready */
	int is_trusted;      /* built in: what it makes is not validated again */
	uint64_t since;      /* has seen everything up to that change (korch_engine_stats.changes) */
	korch_usec again_at; /* a request was lost for want of memory: all keys again; NEVER: none */
	double tokens;       /* of the rate limit */
	korch_usec tokens_at;
};

typedef struct korch_engine_observer {
	void (*fn)(void *userdata, const korch_change *change);
	void *userdata;
	void (*destroy)(void *userdata);
} korch_engine_observer;

typedef enum korch_engine_state {
	KORCH_ENGINE_NEW,
	KORCH_ENGINE_LISTING,
	KORCH_ENGINE_RUNNING,
	KORCH_ENGINE_STOPPED,
} korch_engine_state;

struct korch_engine {
	korch_engine_options options;
	korch__elector_listener listener;
	korch_loop *loop;
	korch_store *store;
	korch_cache *cache;
	korch_random random;
	korch_watch *watch;
	korch_controller *controllers;
	size_t n_controllers;
	korch_controller *turn; /* whose requests come first; NULL: the first one's */
	KORCH_VEC(korch_engine_observer) observers;
	korch__admit_fn admit; /* the cluster's part of admission */
	void *admit_userdata;
	korch_timer *timer; /* the earliest of all that waits for a time, and "there is work" */
	korch_recorder *recorder;
	korch_flight *flights; /* plans on their way through the store */
	korch_flight *last_flight;
	korch_flight *spare; /* flights to be used again */
	size_t n_spare;
	size_t n_flights;
	size_t n_parked;               /* submissions that wait for the cache */
	size_t n_doubts;               /* transactions that may have been done */
	korch_question *question;      /* to the store, about them; under way */
	korch_usec doubt_at;           /* when to ask it */
	uint32_t doubt_failures;       /* answers that did not come */
	KORCH_VEC(korch_write) writes; /* of the transaction that is being made */
	KORCH_VEC(korch_plan *) plans; /* empty plans to be used again */
	void *pending;                 /* the status that every new pod shares */
	korch_resync *resync;          /* the list under way */
	korch_usec resync_at;          /* when to list, or to open the watch, again */
	uint64_t resume_at;            /* the watch broke: the revision from which it goes on */
	int is_resuming;               /* it does not yet */
	uint32_t watch_failures;       /* times that it broke without a change in between */
	int state;
	int has_synced; /* the cache has been in step once */
	int is_pumping;
	int is_draining;
	int is_settling;
	uint64_t committed; /* newest revision of an own commit */
	uint64_t revision;  /* the cache has everything up to this */
	korch_engine_stats stats;
};

/* engine.c */

/* There is work: soon, from the loop. */
void korch__engine_kick(korch_engine *engine);
/* An empty plan, or NULL; and back. */
korch_plan *korch__engine_plan_get(korch_engine *engine);
void korch__engine_plan_put(korch_engine *engine, korch_plan *plan);
/* The surroundings of a request for admission. */
korch_admission korch__engine_admission(korch_engine *engine);
/* What else an API server's admission plug-ins do, for all but trusted controllers. */
void korch__engine_set_admission(korch_engine *engine, korch__admit_fn fn, void *userdata);
/* Built in: its plans are made from admitted objects and are not validated again. */
void korch__engine_trust(korch_controller *controller);

/* term.c: acting by an elector */

void korch__term_init(korch_engine *engine);
void korch__term_fini(korch_engine *engine);
/* Whether it leads, or needs not. */
int korch__term_is_mine(const korch_engine *engine);
/* Whether it may decide and write of its own accord. */
int korch__term_may_act(const korch_engine *engine);
/* The first write of a transaction. 1, 0 (none is needed), or KORCH_E_BUSY: it does not lead. */
int korch__term_fence(korch_write *out, const korch_engine *engine);
/* Whether a transaction was refused because the term (0: none) of its fence is over. */
int korch__term_is_over(korch_engine *engine, uint64_t term, int code,
                        const korch_commit_result *result);
/* Most writes of a transaction beside the fence. */
size_t korch__term_writes_max(const korch_engine *engine);

/* sync.c: store → cache → controllers */

int korch__sync_start(korch_engine *engine, korch_error **err);
/* Takes what the watch has, up to a limit. 1 when there may be more. */
int korch__sync_drain(korch_engine *engine);
void korch__sync_stop(korch_engine *engine);

/* controller.c: changes → requests → plans */

void korch__controller_see(korch_controller *controller, const korch_change *change);
/* Makes room for the request that the deletion of an object brings. 0 or KORCH_E_NOMEM. */
int korch__controller_expect(korch_controller *controller, const korch_object *object);
/* It has come, or not. */
void korch__controller_unexpect(korch_controller *controller, const korch_object *object);
void korch__controller_free(korch_controller *controller);
/* Handles up to max requests; returns how many it handled. */
size_t korch__controller_work(korch_controller *controller, size_t max);
/* Pull form: tells that there are requests, when somebody waits for that. */
void korch__pull_tell(korch_controller *controller);
/* When it has something to do; now or earlier: at once. */
korch_usec korch__controller_due(const korch_controller *controller);
/* Gives a key in hand back. code: of the reconcile or the commit; plan: its wishes, may be NULL. */
void korch__controller_finish(korch_controller *controller, korch_queue_item *item, int code,
                              const korch_plan *plan, uint64_t revision);

/* commit.c: plan → transaction → outcome */

/* A controller's plan (taken) for a key in hand. */
void korch__commit_request(korch_controller *controller, korch_queue_item *item, korch_plan *plan);
/* The engine ends: tells whoever waits. */
void korch__flight_abandon_all(korch_engine *engine);

/* doubt.c */

/* Asks the store about transactions in doubt, when it is time. */
void korch__doubt_ask(korch_engine *engine);
/* When it is; KORCH_USEC_NEVER: there are none, or it has been asked. */
korch_usec korch__doubt_due(const korch_engine *engine);
void korch__doubt_fini(korch_engine *engine);

/* submit.c */

/* The cache has come on: ends submissions that waited for it, or tries them again. */
void korch__submit_reach(korch_engine *engine);
/* 1 when korch__submit_reach() would do something. */
int korch__submit_has_work(const korch_engine *engine);

/* events.c: notes of plans → Event objects */

int korch__recorder_new(korch_recorder **out, korch_engine *engine);
void korch__recorder_free(korch_recorder *recorder);
/* Notes of a committed plan. created[i]: final name of the object of step i; may be NULL. */
void korch__recorder_record(korch_recorder *recorder, const char *component, const korch_plan *plan,
                            const char *const *created);
/* An Event object came or went. */
void korch__recorder_see(korch_recorder *recorder, const korch_change *change);
int korch__recorder_is_busy(const korch_recorder *recorder);
/* Writes what is waiting, unless a write is under way. */
void korch__recorder_flush(korch_recorder *recorder);
/* When flushing has to be tried again; KORCH_USEC_NEVER: need not. */
korch_usec korch__recorder_due(const korch_recorder *recorder);
/* Events that were not written because there were too many. */
uint64_t korch__recorder_dropped(const korch_recorder *recorder);

#endif
