/*
 * Inside of the cluster handle, shared by the files of this room: what it owns, how calls enter,
 * how calls wait.
 */
#ifndef KORCH_CLUSTER_CLUSTER_H
#define KORCH_CLUSTER_CLUSTER_H

#include "agent/agent.h"
#include "cluster/identity.h"
#include "cluster/measuring/measuring.h"
#include "cluster/routing.h"
#include "cluster/webhook.h"
#include "proxy/proxy.h"
#include <korch/cluster.h>
#include <pthread.h>

/* How often a change is decided anew because somebody else was faster. Each time means that
 * somebody else got on; many at once may change the same object, and the lock between them is not
 * fair. */
enum { KORCH__CONFLICT_RETRIES = 100 };

/* The caller's sources of metrics, and the library's own. */
#define KORCH__SOURCES_MAX 40
#define KORCH__SOURCES_GIVEN_MAX 32

struct korch_cluster {
	korch_loop *loop;
	korch_store *store;
	korch_runtime *runtime;
	korch_engine *engine;
	korch_agent *agent; /* NULL without a runtime */
	korch_proxy *proxy; /* NULL without Service balancing */
	korch_router *router;
	korch__webhooks *webhooks; /* of Canaries */
	korch__routing *routing;   /* Rollouts → router */
	korch_metric_source *sources[KORCH__SOURCES_MAX];
	size_t n_sources;
	korch__measuring *measuring; /* AnalysisRuns → sources */
	char *state_folder;          /* NULL without a runtime */
	korch__identity identity;
	const char *kept_for; /* state_folder, when the block of addresses is kept for it; or NULL */
	int address_lock;     /* descriptor that holds the block of addresses, -1: none */
	uint8_t owns_loop;
	uint8_t owns_store;
	uint8_t owns_state_folder;

	pthread_mutex_t lock; /* recursive; held while the loop does its work */
	pthread_cond_t moved; /* the loop has done a round (threaded driving only) */
	pthread_t driver;     /* who is inside the loop now, valid while in_loop */
	pthread_t thread;
	int in_loop;
	int threaded;
	int thread_stop;
	int quit;
	int is_stop_noted;  /* on the nodes, for the next program on this store */
	size_t noting;      /* nodes that are being noted */
	int note_conflicts; /* somebody else changed one meanwhile */
	int pods_stopped;
};

/* Every public call is bracketed by these. */
void korch__cluster_enter(korch_cluster *cluster);
void korch__cluster_leave(korch_cluster *cluster);

/* Answers "is it over?" between rounds of the loop: 0 not yet, 1 yes, negative: give up with this
 * code. */
typedef int (*korch__cluster_done_fn)(void *userdata);

/*
 * Lets the cluster work until done() says so. Entered calls only. KORCH_E_BUSY from inside a
 * callback, KORCH_E_TIMEOUT after timeout_us, or when nothing is left that could ever happen.
 */
int korch__cluster_wait(korch_cluster *cluster, korch__cluster_done_fn done, void *userdata,
                        korch_usec timeout_us);

/* Submits a plan (taken) and waits for its outcome; *result (may be NULL) is the caller's
 * reference. */
int korch__cluster_submit(korch_object **result, korch_cluster *cluster, korch_plan *plan,
                          korch_error **err);

/* Waits until the cache is in step with the store. */
int korch__cluster_sync(korch_cluster *cluster, korch_error **err);

/* Makes a plan for one existing object. */
typedef int (*korch__plan_for_fn)(korch_plan *plan, const korch_view *view,
                                  const korch_object *object, const void *argument,
                                  korch_error **err);
/* Changes an object by a plan, which is made again when it changed in between. Public calls are
 * made of it: it enters by itself. */
int korch__cluster_change(korch_cluster *cluster, const korch_key *key, korch__plan_for_fn plan_for,
                          const void *argument, korch_error **err);

/* The kind that a person means, or KORCH_E_INVALID with a sentence. */
int korch__cluster_kind(const korch_kind **out, const char *text, korch_error **err);

/* Where addresses come from. */
typedef struct korch__address_blocks {
	char services[32];
	char pods[32];
} korch__address_blocks;
/* By the options; otherwise a block of loopback addresses is claimed, the one of the cluster's
 * identity when it has one. */
int korch__addresses_choose(korch__address_blocks *out, korch_cluster *cluster,
                            const korch_cluster_options *options, korch_error **err);
/* "127.65.128.0/17" → base (host byte order) and prefix. */
int korch__cidr_parse(uint32_t *base, uint32_t *prefix, const char *text, korch_error **err);

/*
 * Claims a block of loopback addresses that no other korch on this machine uses: 127.N.0.0/16.
 * *lock is a descriptor to be closed at the end; *block is N: this one, or any when it is 0. owner:
 * the folder for which the block is kept as long as that is there, or NULL. KORCH_E_BUSY: somebody
 * else has that block; KORCH_E_LIMIT: all are taken.
 */
int korch__address_block_claim(int *lock, int *block, const char *owner, korch_error **err);

#endif
