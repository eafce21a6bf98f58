/*
 * The cluster: the handle that wires everything. Opens a store, an engine with the built-in
 * controllers, nodes with an agent, and Service load balancing; apply, get, wait, watch; three ways
 * to drive it. Parts alone: engine.h, store.h …
 */
#ifndef KORCH_CLUSTER_H
#define KORCH_CLUSTER_H

#include <korch/controller.h>
#include <korch/engine.h>
#include <korch/manifest.h>
#include <korch/metric.h>
#include <korch/problems.h>
#include <korch/router.h>
#include <korch/runtime.h>
#include <korch/scheduler.h>
#include <korch/store.h>
#include <korch/webhook.h>

KORCH_BEGIN_DECLS

/**
 * @file cluster.h A whole orchestrator behind one handle.
 *
 * Driving: (1) korch_cluster_run() blocks and serves; (2) korch_cluster_start() serves from a
 * thread of the cluster's own, and then every call may come from any thread; (3)
 * korch_cluster_fd(), korch_cluster_timeout() and korch_cluster_process() inside somebody else's
 * loop. Calls that wait (apply, delete, scale, undo, wait) drive the loop themselves in (1) and (3)
 * and wait for the thread in (2). They must not be made from inside a callback: KORCH_E_BUSY.
 */

/** A cluster. */
typedef struct korch_cluster korch_cluster;

/** A node that the cluster's runtime serves. */
typedef struct korch_cluster_node {
	const char *name;             /**< DNS name */
	korch_node_capacity capacity; /**< zero members: what the runtime says */
	const korch_map *labels;      /**< further labels, or NULL */
	const char *taints;           /**< "key=value:Effect,…" as kubectl writes them, or NULL */
} korch_cluster_node;

/** Options; zeroed means: memory store, no nodes, a loop of its own. Strings and arrays are copied.
 */
typedef struct korch_cluster_options {
	size_t size;        /**< sizeof(korch_cluster_options) */
	korch_loop *loop;   /**< borrowed, outlives the cluster; NULL: a real loop of its own */
	korch_store *store; /**< borrowed, on the same loop, outlives the cluster; NULL: a memory store
	                       of its own */
	korch_runtime *runtime; /**< taken on success, on the same loop; NULL: no agent, pods stay as
	                           others run them */
	const korch_cluster_node *nodes; /**< nodes that the runtime serves; their arrays may go after
	                                    the call */
	size_t n_nodes;                  /**< their number; 0 with a runtime: one, named as this host */
	uint64_t seed;                   /**< of all randomness; 0: from the system */
	const char *state_folder; /**< volumes and logs of pods; NULL: a new folder under the temporary
	                             folder, removed at the end. With a store of the caller's also the
	                             node's name and the block of addresses, which are the same in the
	                             next cluster with this folder */
	const char *pod_cidr;     /**< addresses of pods; NULL: a free block of 127.0.0.0/8 */
	const char *service_cidr; /**< addresses of Services; NULL: a free block of 127.0.0.0/8 */
	int32_t no_proxy;         /**< 1: Services are not served on their addresses */
	int32_t no_controllers;   /**< 1: none of the built-in controllers */
	korch_usec lease_period_us; /**< how often nodes renew their Lease; 0: never, nodes of this
	                               process cannot get lost */
	uint32_t events_max;        /**< Event objects kept; 0: 10,000 */
	uint32_t reserved;          /**< 0 */
	const korch_scheduler_options *scheduler; /**< profiles and ties; may go after the call. NULL:
	                                             kube-scheduler's plugins, full nodes first; so it
	                                             is when it has no profiles */
	korch_router *router; /**< taken on success, on the same loop: what shares traffic among the
	                         revisions of Rollouts. NULL: the Service load balancer; without one
	                         (no_proxy, a virtual runtime) a simulated router */
	int32_t haproxy; /**< 1: HAProxy is the router, started as a child when the first Rollout routes
	                    traffic; new connections to the Service's own addresses go through it */
	int32_t reserved_;                   /**< 0 */
	korch_metric_source *const *metrics; /**< taken on success, on the same loop: where measurements
	                                        of AnalysisRuns come from, before the library's own
	                                        (Prometheus and web, on real loops); the array may go
	                                        after the call */
	size_t n_metrics;                    /**< number of metrics, at most 32 */
	const char *prometheus; /**< address of metrics that name none ("http://127.0.0.1:9090"); NULL:
	                           they have to */
	korch_webhook_fn webhook; /**< answers webhooks of Canaries in place of HTTP; NULL: HTTP, on a
	                             real loop (in virtual time they say no) */
	void *webhook_userdata;   /**< given to it */
	korch_elector *elector;   /**< NULL, or by whose term the cluster acts: it must lead now
	                             (otherwise KORCH_E_BUSY), and outlives the cluster. When it is
	                             deposed nothing is decided or written any more, what runs goes on
	                             running, calls that change something give KORCH_E_BUSY, and the
	                             cluster is to be closed */
} korch_cluster_options;

/** Opens a cluster. @param options NULL: the defaults. @since 0.1 */
KORCH_API int korch_cluster_open(korch_cluster **out, const korch_cluster_options *options,
                                 korch_error **err);
/**
 * Stops all pods that this process runs, each with its grace period, sidecars last, waits for their
 * end (at most timeout_us), and removes what was left on disk. Objects stay in the store: in one of
 * the caller's the next cluster runs the pods again, without counting an end, and their emptyDirs
 * stay. @return 0 or KORCH_E_TIMEOUT. @since 0.1
 */
KORCH_API int korch_cluster_stop_pods(korch_cluster *cluster, korch_usec timeout_us,
                                      korch_error **err);
/** Ends everything and frees the cluster; pods keep running when the runtime can be adopted later.
 * NULL is fine. @since 0.1 */
KORCH_API void korch_cluster_close(korch_cluster *cluster);

/** @name Driving
 * @{ */
/** Serves until korch_cluster_quit(); on a virtual loop also until nothing is left that could
 * happen. @return 0, KORCH_E_INVALID (there is a thread), KORCH_E_BUSY from inside a callback.
 * @since 0.1 */
KORCH_API int korch_cluster_run(korch_cluster *cluster);
/** Lets korch_cluster_run() return. Any thread. @since 0.1 */
KORCH_API void korch_cluster_quit(korch_cluster *cluster);
/** Serves from a thread of the cluster's own until korch_cluster_stop(). Real loops only. @since
 * 0.1 */
KORCH_API int korch_cluster_start(korch_cluster *cluster, korch_error **err);
/** Ends that thread. Does nothing without one, and from inside a callback. @since 0.1 */
KORCH_API void korch_cluster_stop(korch_cluster *cluster);
/** Readable when there is work; -1 for a virtual loop. Borrowed. @since 0.1 */
KORCH_API int korch_cluster_fd(const korch_cluster *cluster);
/** Microseconds until there is work by time alone; KORCH_USEC_NEVER: only the descriptor matters.
 * @since 0.1 */
KORCH_API korch_usec korch_cluster_timeout(const korch_cluster *cluster);
/** Does what is due, without waiting. On a virtual loop: lets time pass until `until_us`. @return 1
 * when anything is left that could happen later, 0 when not, KORCH_E_INVALID (there is a thread),
 * KORCH_E_BUSY from inside a callback. @since 0.1 */
KORCH_API int korch_cluster_process(korch_cluster *cluster, korch_usec until_us);
/** The loop. Borrowed. @since 0.1 */
KORCH_API korch_loop *korch_cluster_loop(const korch_cluster *cluster);
/** The engine, for plans of one's own and statistics; from the loop's thread. Borrowed. @since 0.1
 */
KORCH_API korch_engine *korch_cluster_engine(const korch_cluster *cluster);
/** @} */

/** What korch_cluster_apply() did to one object. */
typedef enum korch_apply_result {
	KORCH_APPLY_CREATED,
	KORCH_APPLY_CONFIGURED,
	KORCH_APPLY_UNCHANGED,
} korch_apply_result;

/** Called for each object that was applied, in order. */
typedef void (*korch_applied_fn)(void *userdata, const korch_object *object,
                                 korch_apply_result result);

/** @name Objects
 * @{ */
/**
 * Applies the objects of a manifest: all are checked first, and nothing is done when one is wrong.
 * What a manifest said before and does not say now is removed; what others set (status, addresses,
 * replicas of an autoscaler) is kept. Namespaces and priority classes go first. @param fn may be
 * NULL. @since 0.1
 */
KORCH_API int korch_cluster_apply(korch_cluster *cluster, const korch_manifest *manifest,
                                  korch_applied_fn fn, void *userdata, korch_error **err);
/** Reads a file or folder and applies it. @since 0.1 */
KORCH_API int korch_cluster_apply_file(korch_cluster *cluster, const char *path, korch_error **err);
/** Applies manifest text (YAML or JSON). name stands for the file in messages. @since 0.1 */
KORCH_API int korch_cluster_apply_text(korch_cluster *cluster, const char *text, const char *name,
                                       korch_error **err);
/** One object; the caller owns a reference (korch_object_unref()). kind as a person writes it
 * ("deploy"). KORCH_E_NOT_FOUND. @since 0.1 */
KORCH_API int korch_cluster_get(korch_object **out, korch_cluster *cluster, const char *kind,
                                const char *namespace_, const char *name, korch_error **err);
/** Objects of a kind in a namespace (NULL: all) that a label selector ("app=web,tier in (a,b)";
 * NULL: all) selects. The caller frees with korch_object_list_free(). @since 0.1 */
KORCH_API int korch_cluster_list(korch_object ***out, size_t *n_out, korch_cluster *cluster,
                                 const char *kind, const char *namespace_, const char *selector,
                                 korch_error **err);
/** Releases what korch_cluster_list() gave. NULL is fine. @since 0.1 */
KORCH_API void korch_object_list_free(korch_object **objects, size_t n);
/** Deletes an object as an API server does; options NULL: the defaults. @since 0.1 */
KORCH_API int korch_cluster_delete(korch_cluster *cluster, const korch_key *key,
                                   const korch_delete_options *options, korch_error **err);
/** Sets spec.replicas of a Deployment, ReplicaSet, StatefulSet or Rollout. @since 0.1 */
KORCH_API int korch_cluster_scale(korch_cluster *cluster, const korch_key *key, int32_t replicas,
                                  korch_error **err);
/** Brings a Deployment, StatefulSet or DaemonSet back to a revision (0: the one before), as
 * `kubectl rollout undo`. @param workload name of a Deployment, or KIND/NAME: "statefulset/db".
 * @since 0.1 */
KORCH_API int korch_cluster_undo(korch_cluster *cluster, const char *namespace_,
                                 const char *workload, int64_t revision, korch_error **err);
/** Replaces all pods of a workload by the way of its strategy, as `kubectl rollout restart`.
 * @param workload as of korch_cluster_undo(). @since 0.1 */
KORCH_API int korch_cluster_restart(korch_cluster *cluster, const char *namespace_,
                                    const char *workload, korch_error **err);
/**
 * Waits. @param condition "available" (Deployment, ReplicaSet, StatefulSet, DaemonSet: as many as
 * wished are up to date and available; Rollout: it is healthy), "ready" (Pod), "deleted", or the
 * type of a condition in status.conditions, e.g. "Progressing" (=True), "Progressing=False".
 * @return 0, KORCH_E_TIMEOUT, KORCH_E_NOT_FOUND, KORCH_E_INVALID. @since 0.1
 */
KORCH_API int korch_cluster_wait(korch_cluster *cluster, const korch_key *key,
                                 const char *condition, korch_usec timeout_us, korch_error **err);
/** Waits until nothing is left to do but by the passing of time. @since 0.1 */
KORCH_API int korch_cluster_settle(korch_cluster *cluster, korch_usec timeout_us,
                                   korch_error **err);
/** Adds a controller of one's own. @since 0.1 */
KORCH_API int korch_cluster_add_controller(korch_controller **out, korch_cluster *cluster,
                                           const korch_controller_spec *spec, korch_error **err);
/** Opens a watch on the store; pull with korch_watch_next() from the loop's thread. @since 0.1 */
KORCH_API int korch_cluster_watch(korch_watch **out, korch_cluster *cluster,
                                  const korch_watch_query *query, korch_loop_fn ready,
                                  void *userdata, korch_error **err);
/** Path of a container's log file; the caller frees it with free(). previous: of the run before.
 * @since 0.1 */
KORCH_API int korch_cluster_log_path(char **out, korch_cluster *cluster, const korch_key *pod,
                                     const char *container, int previous, korch_error **err);
/** @} */

KORCH_END_DECLS

#endif
