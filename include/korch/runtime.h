/*
 * Runtimes: what runs the sandboxes (pods) and containers of nodes. What users of a runtime see;
 * authors of one read sys/runtime.h, which has the functions.
 */
#ifndef KORCH_RUNTIME_H
#define KORCH_RUNTIME_H

#include <korch/loop.h>
#include <korch/struct.h>

KORCH_BEGIN_DECLS

/** @file runtime.h Running sandboxes and containers. */

/** A runtime, bound to one loop; all calls from the loop's thread. */
typedef struct korch_runtime korch_runtime;

/** A pod's surroundings. Strings are borrowed for the call. Identifiers are chosen by the caller;
 * [A-Za-z0-9._-]+, at most 255. */
typedef struct korch_sandbox_spec {
	const char *id;            /**< unique on the runtime: the agent uses the pod's uid */
	const char *node;          /**< node the pod is bound to */
	const char *pod_namespace; /**< the pod's namespace */
	const char *pod_name;      /**< the pod's name */
	const char *hostname;      /**< wanted host name, "" for the pod's name */
	const char *address;    /**< address the agent has assigned, "" when the runtime assigns one */
	const char *log_folder; /**< folder for log files, "" for none */
	const char *hosts_file; /**< file to be seen as /etc/hosts, "" for none */
	const char *cgroup_parent;    /**< "" for the runtime's choice */
	const korch_map *labels;      /**< kept with the sandbox, given back by list */
	const korch_map *annotations; /**< the pod's annotations (simulations are scripted by them) */
} korch_sandbox_spec;

/** A mount into a container. */
typedef struct korch_mount {
	const char *host_path;      /**< existing file or folder */
	const char *container_path; /**< absolute path inside */
	int32_t read_only;          /**< 1: not writable */
	int32_t reserved;           /**< 0 */
} korch_mount;

/** A container to start. Strings and arrays are borrowed for the call. */
typedef struct korch_container_config {
	const char *id;             /**< unique on the runtime, e.g. "<uid>.<name>.<restarts>" */
	const char *sandbox_id;     /**< its sandbox */
	const char *name;           /**< container name */
	const char *image;          /**< image reference as in the manifest */
	const char *const *command; /**< replaces the image's entry point when n_command > 0 */
	size_t n_command;           /**< number of words */
	const char *const *args;    /**< replaces the image's arguments */
	size_t n_args;              /**< number of words */
	const korch_map_entry *env; /**< the whole environment, in order */
	size_t n_env;               /**< number of variables */
	const char *working_dir;    /**< "" for the image's, or the current one */
	const korch_mount *mounts;  /**< mounts, parents first */
	size_t n_mounts;            /**< number of mounts */
	const char *log_file;       /**< file for standard output and error, "" for none */
	int64_t log_max_bytes;      /**< size at which the log file is rotated, 0: 10 MiB */
	int32_t log_max_files;      /**< files kept, with the current one; 0: 5 */
	int32_t restart_count;      /**< how often this container of the pod was started before */
	int64_t run_as_user;        /**< user id, -1: unchanged */
	int64_t run_as_group;       /**< group id, -1: unchanged */
	int64_t cpu_shares_milli;   /**< requested millicores, 0: none */
	int64_t cpu_limit_milli;    /**< millicores, 0: no limit */
	int64_t memory_limit_bytes; /**< bytes, 0: no limit */
	int32_t tty;                /**< 1: a terminal */
	int32_t read_only_root;     /**< 1: root file system read-only, where the runtime can */
} korch_container_config;

/** State of a container on the runtime. */
typedef enum korch_container_phase {
	KORCH_CONTAINER_STARTING, /**< accepted, not running yet */
	KORCH_CONTAINER_RUNNING,
	KORCH_CONTAINER_EXITED,
} korch_container_phase;

/** What a runtime knows of a container. Strings are borrowed for the call. */
typedef struct korch_container_report {
	const char *id;         /**< as given at the start */
	const char *sandbox_id; /**< its sandbox */
	const char *name;       /**< container name */
	const char *image_id;   /**< what the image resolved to, "" when unknown */
	int32_t phase;          /**< a korch_container_phase */
	int32_t restart_count;  /**< as given at the start */
	int32_t exit_code;      /**< EXITED: exit status, 128 + signal when killed by one */
	int32_t signal;         /**< EXITED: signal that ended it, 0: none */
	int32_t oom_killed;     /**< EXITED: 1 when it ran out of memory */
	int32_t reserved;       /**< 0 */
	int64_t pid;            /**< RUNNING: process id on this machine, 0 when there is none */
	korch_usec started_us;  /**< when it started, 0 when not yet */
	korch_usec finished_us; /**< EXITED: when */
	const char *reason;     /**< EXITED without having run: CamelCase reason, e.g. "StartError"; ""
	                           otherwise */
	const char *message;    /**< what went wrong in words; "" otherwise */
} korch_container_report;

/** What a runtime knows of a sandbox. */
typedef struct korch_sandbox_report {
	const char *id;            /**< as given at creation */
	const char *node;          /**< node */
	const char *pod_namespace; /**< namespace */
	const char *pod_name;      /**< name */
	const char *address;       /**< its address */
	const korch_map *labels;   /**< as given at creation */
	int32_t lost; /**< 1: nothing of it runs any more (the machine was started anew), and nothing
	                 starts in it until it is created again */
	int32_t reserved; /**< 0 */
} korch_sandbox_report;

/** What a runtime holds, for adoption after a restart. Valid during the callback. */
typedef struct korch_runtime_list {
	const korch_sandbox_report *sandboxes;    /**< all sandboxes */
	size_t n_sandboxes;                       /**< number of them */
	const korch_container_report *containers; /**< all containers, exited ones too */
	size_t n_containers;                      /**< number of them */
} korch_runtime_list;

/** Resources that a container or sandbox uses. */
typedef struct korch_usage {
	korch_usec at_us;     /**< when it was read */
	int64_t cpu_usec;     /**< processor time since the start, microseconds */
	int64_t memory_bytes; /**< resident memory */
	int64_t processes;    /**< number of processes */
} korch_usage;

/** What a runtime can tell of a node. */
typedef struct korch_node_capacity {
	int64_t cpu_milli;     /**< millicores */
	int64_t memory_bytes;  /**< bytes */
	int64_t storage_bytes; /**< ephemeral storage, bytes; 0: unknown */
	int64_t pods;          /**< most pods */
} korch_node_capacity;

/** Completion: code 0 or negative; reason is a CamelCase word for the pod's status
 * ("ErrImagePull"), message says it in words; both borrowed, "" on success. */
typedef void (*korch_runtime_done_fn)(void *userdata, int code, const char *reason,
                                      const char *message);
/** Completion of list; list is NULL on failure. */
typedef void (*korch_runtime_list_fn)(void *userdata, int code, const korch_runtime_list *list);
/** Completion of exec: exit_code of the command; output (standard output and error, cut at the
 * limit) is borrowed. */
typedef void (*korch_runtime_exec_fn)(void *userdata, int code, int exit_code, const char *output,
                                      size_t length);
/** Completion of stats. */
typedef void (*korch_runtime_stats_fn)(void *userdata, int code, const korch_usage *usage);
/** Sees each change of a container's phase. */
typedef void (*korch_runtime_event_fn)(void *userdata, const korch_container_report *report);

/** The backend's name, e.g. "process". Static. @since 0.1 */
KORCH_API const char *korch_runtime_name(const korch_runtime *runtime);
/** Ends the connection to what runs: nothing is stopped; completions under way come as
 * KORCH_E_CLOSED. Not from inside one of its callbacks. NULL is fine. @since 0.1 */
KORCH_API void korch_runtime_free(korch_runtime *runtime);

KORCH_END_DECLS

#endif
