/*
 * The simulated runtime: virtual nodes and containers with scripted behaviour and faults, on any
 * loop. How to make and steer one; what runtimes are stands in runtime.h.
 */
#ifndef KORCH_SIM_H
#define KORCH_SIM_H

#include <korch/runtime.h>

KORCH_BEGIN_DECLS

/**
 * @file sim.h Virtual nodes and containers.
 *
 * Nothing real runs; time is the loop's, so that on a virtual loop an hour passes at once and two
 * runs with the same calls are the same. What a container does is said by the rules (the one added
 * last that matches counts, as a whole) and then, field by field, by the annotations of its pod,
 * "sim.korch.dev/FIELD" for all of its containers or "sim.korch.dev/CONTAINER.FIELD" for one of
 * them: start, start-error, run, exit-code, signal, crash-permille, crash-within, ignore-term,
 * term, term-exit-code, startup, readiness, liveness, exec, exec-exit-code, exec-output, cpu,
 * memory; values are written as in manifests ("250m", "64Mi", "1m30s", "true"). An annotation that
 * cannot be read, or is none of these, fails the creation of the sandbox with KORCH_E_INVALID.
 *
 * All functions take a runtime that korch_runtime_sim_new() made (KORCH_E_INVALID otherwise), on
 * its loop's thread.
 */

/** Options; zeroed means the defaults; NULL as well. */
typedef struct korch_sim_options {
	size_t size;   /**< sizeof(korch_sim_options) */
	uint64_t seed; /**< of everything that happens by chance; 0: 1 */
} korch_sim_options;

/**
 * What containers do. Zeroed: images are there, containers start at once, run for ever, end on TERM
 * with status 0, and answer every probe. Strings are copied. Globs know "*" and "?"; NULL matches
 * everything.
 */
typedef struct korch_sim_rule {
	size_t size;      /**< sizeof(korch_sim_rule) */
	const char *node; /**< glob on the node's name */
	/** glob on "NAMESPACE/NAME"; a rule that has one says nothing about images */
	const char *pod;
	/** glob on the container's name; a rule that has one says nothing about images */
	const char *container;
	const char *image;  /**< glob on the image as in the manifest */
	korch_usec pull_us; /**< time to pull the image; 0: it is on the nodes already */
	/** what is wrong with the image, in words: pulls fail with "ErrImagePull"; NULL: nothing */
	const char *pull_error;
	/** how many pulls fail in all before it is put right, 0: all of them */
	int32_t pull_failures;
	int32_t exit_code;       /**< status with which it ends by itself */
	korch_usec start_us;     /**< time from the start call until it runs */
	const char *start_error; /**< why it cannot be started ("RunContainerError"); NULL: it can */
	korch_usec run_us;       /**< how long it runs until it ends by itself; 0: for ever */
	int32_t signal;          /**< the signal it ends by, in place of a status; 0: none */
	/** chance of each start, in thousandths, that it crashes (status 1) */
	int32_t crash_permille;
	korch_usec crash_within_us; /**< when: at a random time up to this; 0: 10 s */
	int32_t ignores_term;       /**< 1: only KILL ends it */
	int32_t term_exit_code;     /**< status after TERM */
	korch_usec term_us;         /**< time from TERM until it ends */
	/**
	 * answers of its startup probe over time: "fail:5s,ok:1m,timeout:1s,repeat"; each result (ok,
	 * fail, timeout) for so long after the start, the last for ever, or all again with "repeat";
	 * NULL: ok
	 */
	const char *startup;
	const char *readiness;   /**< as startup, of the readiness probe */
	const char *liveness;    /**< as startup, of the liveness probe */
	korch_usec exec_us;      /**< time that a command inside takes */
	const char *exec_output; /**< what it prints; NULL: nothing */
	int32_t exec_exit_code;  /**< its status */
	int32_t reserved;        /**< 0 */
	int64_t cpu_milli;       /**< processor time it uses, millicores */
	int64_t memory_bytes;    /**< memory it uses */
} korch_sim_rule;

/** What goes wrong by chance; thousandths. Zeroed: nothing. */
typedef struct korch_sim_faults {
	size_t size;                     /**< sizeof(korch_sim_faults) */
	int32_t pull_failure_permille;   /**< pulls (of images that take time) that fail */
	int32_t start_failure_permille;  /**< starts that fail */
	int32_t event_lost_permille;     /**< events that are never told */
	int32_t event_repeated_permille; /**< events that are told twice */
	/** events that come late; those of one container stay in order */
	int32_t event_delayed_permille;
	int32_t reserved;              /**< 0 */
	korch_usec event_delay_max_us; /**< how late at most; 0: 5 s */
} korch_sim_faults;

/** How much there is, and how much there was. */
typedef struct korch_sim_stats {
	uint64_t nodes;      /**< nodes */
	uint64_t sandboxes;  /**< sandboxes now */
	uint64_t containers; /**< containers now, exited ones too */
	uint64_t running;    /**< containers that run now */
	uint64_t starts;     /**< containers ever started */
	uint64_t exits;      /**< containers that ended, for whatever reason */
	uint64_t events;     /**< events told */
	uint64_t pulls;      /**< images pulled */
} korch_sim_stats;

/** A simulated runtime without nodes. @return 0, KORCH_E_INVALID, KORCH_E_NOMEM. @since 0.1 */
KORCH_API int korch_runtime_sim_new(korch_runtime **out, korch_loop *loop,
                                    const korch_sim_options *options, korch_error **err);
/**
 * What a restart of the host program does: frees `runtime` (completions under way come as
 * KORCH_E_CLOSED, events that were not told are lost) and makes a new handle on the same nodes,
 * rules, sandboxes and containers, which run on; list shows them.
 * @return 0, or KORCH_E_NOMEM: then `runtime` is as it was. @since 0.1
 */
KORCH_API int korch_sim_restart(korch_runtime **out, korch_runtime *runtime);

/**
 * Adds a node, or changes the capacity of one. Calls for nodes that were not added fail with
 * KORCH_E_NOT_FOUND. @since 0.1
 */
KORCH_API int korch_sim_node_add(korch_runtime *runtime, const char *name,
                                 const korch_node_capacity *capacity);
/** Removes a node with everything on it, silently. @return 0 or KORCH_E_NOT_FOUND. @since 0.1 */
KORCH_API int korch_sim_node_remove(korch_runtime *runtime, const char *name);
/**
 * Takes a node down: no events come from it, calls for it fail with KORCH_E_IO and the reason
 * "NodeDown", list leaves it out.
 * @param freeze 0: power is off, what it ran is gone, silently; 1: it hangs, and goes on where it
 * was when it is up again.
 * @return 0 or KORCH_E_NOT_FOUND. @since 0.1
 */
KORCH_API int korch_sim_node_down(korch_runtime *runtime, const char *name, int freeze);
/**
 * Takes a node up again; of a frozen one what is due comes at once. @return 0 or KORCH_E_NOT_FOUND.
 * @since 0.1
 */
KORCH_API int korch_sim_node_up(korch_runtime *runtime, const char *name);

/**
 * Adds a rule for containers that start from now on; at most 4,096. @return 0, KORCH_E_INVALID (a
 * timeline that cannot be read, a number out of range), KORCH_E_LIMIT, KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_sim_rule_add(korch_runtime *runtime, const korch_sim_rule *rule,
                                 korch_error **err);
/** Removes all rules; what runs keeps its behaviour. @since 0.1 */
KORCH_API int korch_sim_rules_clear(korch_runtime *runtime);
/** Sets what goes wrong by chance from now on; NULL: nothing. @since 0.1 */
KORCH_API int korch_sim_set_faults(korch_runtime *runtime, const korch_sim_faults *faults);

/**
 * Ends a container that runs, now, as a crash or a kill from outside would. @param signal 0: it
 * ends with exit_code. @return 0, KORCH_E_NOT_FOUND (it does not run). @since 0.1
 */
KORCH_API int korch_sim_container_exit(korch_runtime *runtime, const char *container_id,
                                       int exit_code, int signal);
/**
 * Answers the probes of a type ("startup", "readiness", "liveness") of a container from now on: 1
 * ok, 0 fail, -1 as its script says. @return 0, KORCH_E_NOT_FOUND, KORCH_E_INVALID. @since 0.1
 */
KORCH_API int korch_sim_container_probe(korch_runtime *runtime, const char *container_id,
                                        const char *type, int result);
/** Counters. @since 0.1 */
KORCH_API int korch_sim_get_stats(korch_sim_stats *out, const korch_runtime *runtime);

KORCH_END_DECLS

#endif
