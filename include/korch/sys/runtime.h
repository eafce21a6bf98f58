/*
 * For authors of runtimes, and for whoever drives one (the node agent): the table of functions, and
 * the calls through it.
 */
#ifndef KORCH_SYS_RUNTIME_H
#define KORCH_SYS_RUNTIME_H

#include <korch/runtime.h>

KORCH_BEGIN_DECLS

/** @file sys/runtime.h The table that a runtime backend implements. */

/** What a runtime can do beyond the required. */
enum {
	KORCH_RUNTIME_EXEC = 1 << 0,    /**< has exec */
	KORCH_RUNTIME_STATS = 1 << 1,   /**< has stats */
	KORCH_RUNTIME_ADOPT = 1 << 2,   /**< what it started outlives the host program and is listed by
	                                   the next */
	KORCH_RUNTIME_MOUNTS = 1 << 3,  /**< containers see mounts at their container path */
	KORCH_RUNTIME_VIRTUAL = 1 << 4, /**< nothing real runs: probes are answered by `probe` */
};

/** A probe to be answered by a virtual runtime. */
typedef struct korch_runtime_probe {
	const char *container_id; /**< whom to ask */
	const char *type;         /**< "startup", "readiness" or "liveness" */
} korch_runtime_probe;

/**
 * Functions of a runtime. Completions run exactly once, from the loop, never from inside the call;
 * when a call returns a negative code it was not accepted and nothing is called. All calls are
 * idempotent: what is so already completes with 0.
 */
typedef struct korch_runtime_ops {
	size_t size;           /**< sizeof(korch_runtime_ops), so that the table can grow */
	const char *name;      /**< e.g. "process" */
	uint32_t capabilities; /**< KORCH_RUNTIME_* */
	/** Required. Where changes of containers are told; called once before anything else. Events of
	 * one container come in order; none is told from inside a call. */
	void (*set_listener)(void *self, korch_runtime_event_fn fn, void *userdata);
	/** Required. Makes an image ready. policy is "Always", "IfNotPresent" or "Never". Failure
	 * reasons: "ErrImagePull", "ErrImageNeverPull", "InvalidImageName". */
	int (*prepare)(void *self, const char *node, const char *image, const char *policy,
	               korch_runtime_done_fn fn, void *userdata);
	/** Required. Creates a sandbox. */
	int (*sandbox_create)(void *self, const korch_sandbox_spec *spec, korch_runtime_done_fn fn,
	                      void *userdata);
	/** Required. Kills what is left in a sandbox and forgets it with its containers. */
	int (*sandbox_remove)(void *self, const char *sandbox_id, korch_runtime_done_fn fn,
	                      void *userdata);
	/** Required. Creates and starts a container; completes when it runs (or could not be started).
	 * KORCH_E_NOT_FOUND with the reason "RunContainerError": its sandbox is not there (any more);
	 * the agent creates it again. */
	int (*start)(void *self, const korch_container_config *config, korch_runtime_done_fn fn,
	             void *userdata);
	/** Required. Sends a signal (0: the runtime's default, TERM), and KILL after grace_us;
	 * completes when it was sent; the end comes as an event. A second call with a shorter grace
	 * shortens it. */
	int (*stop)(void *self, const char *container_id, int signal, korch_usec grace_us,
	            korch_runtime_done_fn fn, void *userdata);
	/** Required. Forgets an exited container (its log file stays). */
	int (*remove)(void *self, const char *container_id, korch_runtime_done_fn fn, void *userdata);
	/** Required. All that the runtime holds. */
	int (*list)(void *self, korch_runtime_list_fn fn, void *userdata);
	/** Required. What the machine behind a node has. Returns at once. KORCH_E_IO: it does not
	 * answer; while that lasts the agent gives no heartbeat for the node. */
	int (*capacity)(void *self, const char *node, korch_node_capacity *out);
	/** With KORCH_RUNTIME_EXEC. Runs a command inside a container; KORCH_E_TIMEOUT after timeout_us
	 * (the command is killed). */
	int (*exec)(void *self, const char *container_id, const char *const *command, size_t n,
	            korch_usec timeout_us, korch_runtime_exec_fn fn, void *userdata);
	/** With KORCH_RUNTIME_STATS. */
	int (*stats)(void *self, const char *container_id, korch_runtime_stats_fn fn, void *userdata);
	/** With KORCH_RUNTIME_VIRTUAL. Answers a probe: code 0 = success. */
	int (*probe)(void *self, const korch_runtime_probe *probe, korch_runtime_done_fn fn,
	             void *userdata);
	/** Required. See korch_runtime_free(). */
	void (*free)(void *self);
} korch_runtime_ops;

/** Makes a runtime of a backend. ops: static; refused with KORCH_E_INVALID when a slot that is
 * required or promised by the capabilities is empty. self passes to the runtime on success. @since
 * 0.1 */
KORCH_API int korch_runtime_register(korch_runtime **out, const korch_runtime_ops *ops, void *self,
                                     korch_error **err);
/** The table. @since 0.1 */
KORCH_API const korch_runtime_ops *korch_runtime_get_ops(const korch_runtime *runtime);
/** The backend's own data. @since 0.1 */
KORCH_API void *korch_runtime_get_self(const korch_runtime *runtime);

KORCH_END_DECLS

#endif
