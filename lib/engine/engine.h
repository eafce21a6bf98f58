/*
 * Inside of the engine, shared by its files: what it owns, and what each file does. The public face is <korch/engine.h>.
 */
#ifndef KORCH_ENGINE_ENGINE_H
#define KORCH_ENGINE_ENGINE_H

#include "base/random.h"
#include "base/vec.h"
#include "engine/queue.h"
#include "plan/cache.h"
#include <korch/engine.h>

typedef struct korch_recorder korch_recorder;
typedef struct korch_inflight korch_inflight;
typedef struct korch_resync korch_resync;

struct korch_controller {
	korch_engine *engine;
	korch_controller *next;
	korch_controller_spec spec;
	korch_controller_watch *watches; /* owned copy; spec.watches points here */
	char *name;                      /* owned copy; spec.name points here */
	korch_queue queue;
	korch_loop_fn ready; /* pull form */
	void *ready_userdata;
	int ready_asked;    /* next() has returned 0 since the last call of ready */
	int is_trusted;     /* built in: what it makes is not validated again */
	double tokens;      /* of the rate limit */
	korch_usec tokens_at;
};

typedef struct korch_engine_observer {
	void (*fn)(void *userdata, const korch_change *change);
	void *userdata;
	void (*destroy)(void *userdata);
} korch_engine_observer;

/* What an API server's admission plug-ins do to requests from outside; set by the cluster. */
typedef int (*korch__engine_admit_fn)(void *userdata, korch_object *object, const korch_object *old, korch_error **err);

enum engine_state {
	ENGINE_NEW,
	ENGINE_LISTING,
	ENGINE_RUNNING,
	ENGINE_STOPPED,
};

struct korch_engine {
	korch_engine_options options;
	korch_loop *loop;
	korch_store *store;
	korch_cache *cache;
	korch_random random;
	korch_watch *watch;
	korch_controller *controllers;
	KORCH_VEC(korch_engine_observer) observers;
	korch__engine_admit_fn admit;
	void *admit_userdata;
	korch_timer *timer; /* the earliest of all that waits for a time, and "there is work" */
	korch_recorder *recorder;
	korch_inflight *inflight;
	korch_resync *resync;
	KORCH_VEC(korch_plan *) plans; /* empty plans to be used again */
	int state;
	int is_pumping;
	uint64_t committed; /* newest revision of an own commit */
	uint64_t revision;  /* the cache has everything up to this */
	size_t n_inflight;
	korch_engine_stats stats;
};

/* engine.c */
void korch__engine_kick(korch_engine *engine); /* there is work: soon, from the loop */
korch_plan *korch__engine_plan_get(korch_engine *engine);
void korch__engine_plan_put(korch_engine *engine, korch_plan *plan);
void korch__engine_set_admission(korch_engine *engine, korch__engine_admit_fn fn, void *userdata);
/* Marks a controller as built in: its plans are made from admitted objects and are not validated again. */
void korch__engine_trust(korch_controller *controller);

/* sync.c: store → cache → controllers */
int korch__sync_start(korch_engine *engine, korch_error **err);
void korch__sync_drain(korch_engine *engine); /* takes what the watch has */
void korch__sync_stop(korch_engine *engine);

/* controller.c */
void korch__controller_see(korch_controller *controller, const korch_change *change);
void korch__controller_see_everything(korch_controller *controller);
void korch__controller_free(korch_controller *controller);
/* Handles up to max requests; returns how many it handled. */
size_t korch__controller_work(korch_controller *controller, size_t max);
/* When it has something to do by time alone. */
korch_usec korch__controller_due(const korch_controller *controller);
int korch__controller_has_work(const korch_controller *controller);

/* commit.c: plan → transaction → outcome */
/* A controller's plan (taken) for a key in hand. */
void korch__commit_request(korch_controller *controller, korch_queue_item *item, korch_plan *plan);
void korch__commit_abandon_all(korch_engine *engine);

/* events.c: notes of plans → Event objects */
int korch__recorder_new(korch_recorder **out, korch_engine *engine);
void korch__recorder_free(korch_recorder *recorder);
/* Notes of a committed plan; component is the controller's name. created(i): final name of the object of step i. */
void korch__recorder_record(korch_recorder *recorder, const char *component, const korch_plan *plan, const char *const *created_names);
/* An Event object came or went. */
void korch__recorder_see(korch_recorder *recorder, const korch_change *change);
int korch__recorder_is_busy(const korch_recorder *recorder);
void korch__recorder_flush(korch_recorder *recorder);

#endif
