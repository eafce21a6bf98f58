/*
 * The seeded simulator: a whole cluster in virtual time to which random things happen, while laws
 * are checked at each change. What happens stands in actions.c and faults.c, what must hold in
 * laws.c and law_*.c.
 */
#ifndef KORCH_TESTS_SIM_H
#define KORCH_TESTS_SIM_H

#include "base/random.h"
#include "base/table.h"
#include <korch/api.h>
#include <korch/cluster.h>
#include <korch/metric.h>
#include <korch/router.h>
#include <korch/sim.h>

enum { NODES = 6, DEPLOYMENTS = 7, ROLLOUTS = 8, GANG = 3, PAST = 64 };
#define SECOND KORCH_USEC_PER_SEC
#define START_US ((korch_usec)1600000000 * SECOND)

/* What must have been so lately: deciders see a state that is a moment old. */
typedef struct recent {
	char uid[48];
	korch_usec changed;
	int32_t most, old_most;   /* upper limit: now, and before the last change */
	int32_t least, old_least; /* lower limit */
} recent;

/* A change; each state referenced, or NULL. */
typedef struct past {
	const korch_object *before, *after;
	korch_usec at;
} past;

/* Everything that changes of the store tell, and what follows from it. */
typedef struct laws {
	korch_watch *watch;
	korch_cache *cache; /* the state as the watch tells it */
	const korch_view *view;
	korch_table uids; /* all that there ever were */
	korch_table recents;
	uint64_t revision; /* of the last change */
	uint64_t changes;
	uint64_t wishes; /* changes but of Leases and Events */
	uint64_t hash;   /* of all changes, byte for byte */
	past past[PAST]; /* of pods and nodes, a ring */
	uint64_t n_past;
	past sets[PAST]; /* ReplicaSets that changed in the last revision */
	size_t n_sets;
	char gang[64];       /* of which a pod was bound in the last revision, or "" */
	past rollouts[PAST]; /* that changed in the last revision */
	size_t n_rollouts;
	korch_table selections; /* what services select: law_argo.c */
	uint64_t causes;        /* of changes of what a service selects */
} laws;

typedef struct sim {
	uint64_t seed;
	int step;
	korch_random random;
	korch_loop *loop;
	korch_store *store;     /* what is stored */
	korch_store *faulty;    /* the cluster's way to it; without faults unless is_faulty */
	korch_runtime *runtime; /* lent to the cluster */
	korch_router *router;   /* the cluster's */
	korch_metric_source *metrics;
	korch_cluster *cluster;
	laws laws;
	int node_state[NODES]; /* 0 up, 1 down, 2 frozen */
	uint64_t restarts;
	int is_over;        /* Rollouts were begun and aborted at the end */
	int is_rollouts;    /* Rollouts for the most part */
	int is_faulty;      /* the store fails now and then */
	int said[ROLLOUTS]; /* what their metrics say */
	char log[512];      /* the last thing that was done */
} sim;

/* Ends the program, with the seed. */
void broken(const sim *s, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));
uint64_t below(sim *s, uint64_t n);
/* 1 in n. */
int chance(sim *s, uint64_t n);
void note(sim *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* world.c */
void world_open(sim *s);
void world_close(sim *s);
/* The program ends and is started again; store and containers stay. */
void world_restart(sim *s);

/* actions.c: what people do. */
void judge_call(sim *s, int code, korch_error *error);
void apply(sim *s, const char *text);
const char *image_of(sim *s);
void act(sim *s);
/* Before anything else: priority classes. */
void act_first(sim *s);
/* What is broken on purpose is put right. */
void act_repair(sim *s);
/* rollouts.c: the same with Rollouts. */
void act_rollouts(sim *s);
void rollouts_first(sim *s);
/* Metrics say again what they said. */
void rollouts_restarted(sim *s);
/* All are applied in order; some are aborted. */
void rollouts_repair(sim *s);
/* A new version is begun everywhere (0), and aborted where it is still under way (1). */
void rollouts_abort(sim *s, int aborts);
/* Pauses are ended. */
void rollouts_go_on(sim *s);

/* faults.c: what happens to them. */
void disturb(sim *s);
void calm(sim *s);
/* The store fails by chance, or not. */
void store_faults(sim *s, int is_on);

/* laws.c */
/* How old a state may be that a decision is made on. */
korch_usec lag_of(const sim *s);
void laws_init(sim *s);
void laws_fini(sim *s);
/* Reads what the watch has and checks. */
void laws_check(sim *s);
/* The watch has told everything. */
void laws_check_complete(sim *s);
/* All wishes have come true. */
void laws_check_converged(sim *s);
recent *recent_of(sim *s, const char *uid);
void recent_put(sim *s, const char *uid, int32_t most, int32_t least);
int32_t recent_most(const sim *s, const recent *at);
int32_t recent_least(const sim *s, const recent *at);

/* law_schedule.c: `before` is the pod without a node. */
void law_binding(sim *s, const korch_pod *before, const korch_pod *pod);
void law_nomination(sim *s, const korch_pod *before, const korch_pod *pod);
/* A pod or node changed. */
void law_remember(sim *s, const korch_object *before, const korch_object *after);
void law_forget(sim *s);
/* A revision has been told as a whole. */
void law_gang(sim *s);

/* law_pod.c: capacity, binding, phases. law_rollout.c: surge and availability. `before` may be
 * NULL. */
void law_pod(sim *s, const korch_pod *before, const korch_pod *pod);
void law_node_full(sim *s, const char *node);
void law_deployment(sim *s, const korch_deployment *deployment);
void law_replica_set(sim *s, const korch_replica_set *before, const korch_replica_set *set);
void law_new_pod(sim *s, const korch_pod *pod);
/* law_argo.c: law 5. */
void law_rollout(sim *s, const korch_rollout *rollout);
void law_rollout_set(sim *s, const korch_replica_set *before, const korch_replica_set *set);
void law_weights(sim *s, const korch_rollout *before, const korch_rollout *rollout);
void law_service(sim *s, const korch_service *service);
void law_cause(sim *s, const korch_object *before, const korch_object *object);
void law_rollout_converged(sim *s, const korch_rollout *rollout);
void law_selections_fini(sim *s);
int pod_is_active(const korch_pod *pod);
void rolling_limits(const korch_deployment *deployment, int32_t *surge, int32_t *unavailable);

#endif
