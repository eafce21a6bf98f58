/*
 * DaemonSets: the C structs. Their tables (names, rules, defaults) stand in
 * lib/object/kinds/apps_daemon.c.
 */
#ifndef KORCH_API_APPS_DAEMON_H
#define KORCH_API_APPS_DAEMON_H

#include <korch/api/core_pod.h>

KORCH_BEGIN_DECLS

/** @file apps_daemon.h DaemonSets. */

/** How fast an update goes. */
typedef struct korch_rolling_update_daemon_set {
	KORCH_STRUCT_HEAD
	korch_int_or_string max_unavailable; /**< Nodes whose pod may be missing meanwhile, as number or
	                                        percentage */
	korch_int_or_string max_surge; /**< Nodes that may have a new pod beside the old one, as number
	                                  or percentage */
} korch_rolling_update_daemon_set;
/** The table of a korch_rolling_update_daemon_set. @since 0.1 */
extern KORCH_API const korch_type korch_rolling_update_daemon_set_type;

/** How old pods are replaced by new ones. */
typedef struct korch_daemon_set_update_strategy {
	KORCH_STRUCT_HEAD
	const char *type;                                /**< By itself, or as somebody deletes them */
	korch_rolling_update_daemon_set *rolling_update; /**< How fast */
} korch_daemon_set_update_strategy;
/** The table of a korch_daemon_set_update_strategy. @since 0.1 */
extern KORCH_API const korch_type korch_daemon_set_update_strategy_type;

/** What pods a DaemonSet keeps. */
typedef struct korch_daemon_set_spec {
	KORCH_STRUCT_HEAD
	korch_label_selector *selector;                    /**< Labels of its pods */
	korch_pod_template_spec *template_;                /**< What the pods are made from */
	korch_daemon_set_update_strategy *update_strategy; /**< How old pods are replaced */
	int32_t min_ready_seconds;      /**< Seconds that a pod must be ready to count as available */
	int32_t revision_history_limit; /**< Old revisions that are kept */
} korch_daemon_set_spec;
/** The table of a korch_daemon_set_spec. @since 0.1 */
extern KORCH_API const korch_type korch_daemon_set_spec_type;

/** One aspect of a DaemonSet's state. */
typedef struct korch_daemon_set_condition {
	KORCH_STRUCT_HEAD
	const char *type;             /**< Which aspect */
	const char *status;           /**< Whether it holds */
	int64_t last_transition_time; /**< When the status changed last, microseconds since 1970 */
	const char *reason;           /**< One word for machines, why */
	const char *message;          /**< A sentence for people */
} korch_daemon_set_condition;
/** The table of a korch_daemon_set_condition. @since 0.1 */
extern KORCH_API const korch_type korch_daemon_set_condition_type;

/** What a DaemonSet has reached. */
typedef struct korch_daemon_set_status {
	KORCH_STRUCT_HEAD
	int32_t current_number_scheduled;       /**< Nodes that should have a pod and have one */
	int32_t number_misscheduled;            /**< Nodes that have a pod and should not */
	int32_t desired_number_scheduled;       /**< Nodes that should have a pod */
	int32_t number_ready;                   /**< Of these, with one that is ready */
	int64_t observed_generation;            /**< Generation that this was computed for */
	int32_t updated_number_scheduled;       /**< Of these, with one of the present template */
	int32_t number_available;               /**< Of these, with one that is ready long enough */
	int32_t number_unavailable;             /**< Of these, without such a one */
	int32_t collision_count;                /**< How often a name of a revision was taken already */
	korch_daemon_set_condition *conditions; /**< Aspects of its state */
	size_t n_conditions;                    /**< number of conditions */
} korch_daemon_set_status;
/** The table of a korch_daemon_set_status. @since 0.1 */
extern KORCH_API const korch_type korch_daemon_set_status_type;

/** One pod on each node. */
typedef struct korch_daemon_set {
	korch_object object;             /**< kind, metadata, revision */
	korch_daemon_set_spec *spec;     /**< What pods it keeps */
	korch_daemon_set_status *status; /**< What it has reached */
} korch_daemon_set;
/** The table of a korch_daemon_set. @since 0.1 */
extern KORCH_API const korch_type korch_daemon_set_type;
/** The kind DaemonSet. @since 0.1 */
extern KORCH_API const korch_kind korch_daemon_set_kind;

KORCH_END_DECLS

#endif
