/*
 * Inside of traffic routers: what the library's own ones share. Calls that wait for their
 * completion, and the choice of a destination.
 */
#ifndef KORCH_TRAFFIC_TRAFFIC_H
#define KORCH_TRAFFIC_TRAFFIC_H

#include <korch/sys/router.h>

typedef enum korch_traffic_call_kind {
	KORCH_CALL_SET,
	KORCH_CALL_REMOVE,
	KORCH_CALL_GET,
	KORCH_CALL_STATS,
} korch_traffic_call_kind;

/* A call that has been accepted and not completed. */
typedef struct korch_traffic_call {
	struct korch_traffic_call *next;
	korch_traffic_call_kind kind;
	uint64_t sequence;       /* later ones have greater numbers */
	korch_usec due;          /* when it is run */
	char *namespace_, *name; /* of the rollout */
	korch_traffic *traffic;  /* SET */
	uint64_t version;        /* for routers that count their states */
	int code;                /* what it completes with, for routers that know before it is run */
	char message[256];
	union {
		korch_router_done_fn done;
		korch_router_get_fn get;
		korch_router_stats_fn stats;
	} fn;
	void *userdata;
} korch_traffic_call;

/* Runs a call that is due; it has to complete it. */
typedef void (*korch_traffic_run_fn)(void *self, korch_traffic_call *call);

/* All calls of a router, in the order in which they came. */
typedef struct korch_traffic_calls {
	korch_loop *loop;
	korch_timer *timer;
	korch_traffic_call *first;
	uint64_t sequence;
	korch_traffic_run_fn run;
	void *self;
} korch_traffic_calls;

/* 0 or KORCH_E_NOMEM. */
int korch__calls_init(korch_traffic_calls *calls, korch_loop *loop, korch_traffic_run_fn run,
                      void *self);
/* Completes all that are left with KORCH_E_CLOSED. Fine on zeroed memory. */
void korch__calls_fini(korch_traffic_calls *calls);
/* A copy of what was called, to be run at `due`. NULL when memory is short. The caller sets fn. */
korch_traffic_call *korch__call_add(korch_traffic_calls *calls, korch_traffic_call_kind kind,
                                    const char *namespace_, const char *name, void *userdata);
/* The same for a set. */
korch_traffic_call *korch__call_add_set(korch_traffic_calls *calls, const korch_traffic *traffic,
                                        korch_router_done_fn fn, void *userdata);
/* The same for a remove, and for stats. */
korch_traffic_call *korch__call_add_remove(korch_traffic_calls *calls, const char *namespace_,
                                           const char *name, korch_router_done_fn fn,
                                           void *userdata);
korch_traffic_call *korch__call_add_stats(korch_traffic_calls *calls, const char *namespace_,
                                          const char *name, korch_router_stats_fn fn,
                                          void *userdata);
/* A get, run in the next round. 0 or KORCH_E_NOMEM. */
int korch__call_get(korch_traffic_calls *calls, const char *namespace_, const char *name,
                    korch_router_get_fn fn, void *userdata);
/* When it is run; KORCH_USEC_NEVER: not before this is called again. */
void korch__call_due(korch_traffic_calls *calls, korch_traffic_call *call, korch_usec due);
/* It is run in the next round, and completes with that. message may be NULL: the code's text. */
void korch__call_settle(korch_traffic_calls *calls, korch_traffic_call *call, int code,
                        const char *message);
/* Completes a call without more than a code. */
void korch__call_complete(korch_traffic_call *call, int code, const char *message);
/* 1 when a later set or remove of the same rollout waits. */
int korch__call_is_superseded(const korch_traffic_calls *calls, const korch_traffic_call *call);

/* The sum of weights: 100 unless the traffic says otherwise. */
static inline int32_t korch__traffic_max(const korch_traffic *traffic)
{
	return traffic->max_weight ? traffic->max_weight : 100;
}
/* Index of a destination; SIZE_MAX without one. hash may be NULL. */
size_t korch__traffic_find(const korch_traffic *traffic, const char *hash);

#endif
