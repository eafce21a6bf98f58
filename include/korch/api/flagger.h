/*
 * Canaries the way of Flagger: the C structs. Their tables (names, rules) stand in
 * lib/object/kinds/flagger.c.
 */
#ifndef KORCH_API_FLAGGER_H
#define KORCH_API_FLAGGER_H

#include <korch/api/core_reference.h>
#include <korch/api/flagger_service.h>
#include <korch/object.h>

KORCH_BEGIN_DECLS

/**
 * @file flagger.h Canaries the way of Flagger.
 *
 * Canaries, MetricTemplates and AlertProviders of flagger.app/v1beta1. What a field means when it
 * is absent is said at the field; only maxAge of a session affinity is a default of Flagger's own
 * schema. Flagger has no protobuf form: the numbers of the rows only count them.
 */

/** An object in the same namespace. */
typedef struct korch_flagger_target_ref {
	KORCH_STRUCT_HEAD
	const char *api_version; /**< API version of the object */
	const char *kind;        /**< Kind of the object */
	const char *name;        /**< Name of the object */
} korch_flagger_target_ref;
/** The table of a korch_flagger_target_ref. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_target_ref_type;

/** An object of any namespace. */
typedef struct korch_flagger_object_ref {
	KORCH_STRUCT_HEAD
	const char *api_version; /**< API version of the object */
	const char *kind;        /**< Kind of the object */
	const char *name;        /**< Name of the object */
	const char *namespace_;  /**< Namespace of the object; the same when absent */
} korch_flagger_object_ref;
/** The table of a korch_flagger_object_ref. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_object_ref_type;

/** Bounds of the primary autoscaler. */
typedef struct korch_flagger_scaler_replicas {
	KORCH_STRUCT_HEAD
	int32_t min_replicas; /**< Least number of pods */
	int32_t max_replicas; /**< Greatest number of pods */
} korch_flagger_scaler_replicas;
/** The table of a korch_flagger_scaler_replicas. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_scaler_replicas_type;

/** An autoscaler of the target. */
typedef struct korch_flagger_autoscaler_ref {
	KORCH_STRUCT_HEAD
	const char *api_version;           /**< API version of the autoscaler */
	const char *kind;                  /**< Kind of the autoscaler */
	const char *name;                  /**< Name of the autoscaler */
	korch_map *primary_scaler_queries; /**< Queries of the primary autoscaler by name */
	/** Bounds of the primary autoscaler */
	korch_flagger_scaler_replicas *primary_scaler_replicas;
} korch_flagger_autoscaler_ref;
/** The table of a korch_flagger_autoscaler_ref. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_autoscaler_ref_type;

/** What a metric must lie between. */
typedef struct korch_flagger_threshold_range {
	KORCH_STRUCT_HEAD
	const char *min; /**< Least value, a number; JSON as text */
	const char *max; /**< Greatest value, a number; JSON as text */
} korch_flagger_threshold_range;
/** The table of a korch_flagger_threshold_range. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_threshold_range_type;

/** A metric of an analysis. */
typedef struct korch_flagger_metric {
	KORCH_STRUCT_HEAD
	const char *name;     /**< Name of the metric */
	const char *interval; /**< Time that is looked at; 1m when absent */
	/** Greatest value, a number; thresholdRange is meant to be used; JSON as text */
	const char *threshold;
	korch_flagger_threshold_range *threshold_range; /**< What it must lie between */
	const char *query; /**< Query to Prometheus; templateRef is meant to be used */
	korch_flagger_object_ref *template_ref; /**< MetricTemplate that it is made from */
	korch_map *template_variables;          /**< Variables of the template */
} korch_flagger_metric;
/** The table of a korch_flagger_metric. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_metric_type;

/** Somebody who is told. */
typedef struct korch_flagger_alert {
	KORCH_STRUCT_HEAD
	const char *name;                       /**< Name of the alert */
	const char *severity;                   /**< From which severity on; info when absent */
	korch_flagger_object_ref *provider_ref; /**< The AlertProvider */
} korch_flagger_alert;
/** The table of a korch_flagger_alert. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_alert_type;

/** An address that is asked or told. */
typedef struct korch_flagger_webhook {
	KORCH_STRUCT_HEAD
	const char *type;    /**< When it is called; rollout when absent */
	const char *name;    /**< Name of the webhook */
	const char *url;     /**< The address */
	int32_t mute_alert;  /**< Whether nobody is told of its failures */
	const char *timeout; /**< How long an answer may take; 10s when absent */
	korch_map *metadata; /**< What is sent along */
	int32_t retries;     /**< How often it is tried again */
	int32_t disable_tls; /**< Whether the server's certificate is not checked */
} korch_flagger_webhook;
/** The table of a korch_flagger_webhook. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_webhook_type;

/** Clients stay with the canary by a cookie. */
typedef struct korch_flagger_session_affinity {
	KORCH_STRUCT_HEAD
	const char *cookie_name;         /**< Name of the cookie */
	const char *primary_cookie_name; /**< Name of the cookie of clients of the primary pods */
	int32_t max_age;                 /**< Seconds that the cookie lives */
	const char *domain;              /**< Host that the cookie is sent to */
	int32_t http_only;               /**< Whether scripts do not see the cookie */
	int32_t partitioned;             /**< Whether the cookie is kept per site */
	const char *path;                /**< Path that the cookie is sent to */
	const char *same_site;           /**< Whether other sites' requests carry it */
	int32_t secure;                  /**< Whether only HTTPS carries it */
} korch_flagger_session_affinity;
/** The table of a korch_flagger_session_affinity. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_session_affinity_type;

/** How a canary is judged and led. */
typedef struct korch_flagger_analysis {
	KORCH_STRUCT_HEAD
	const char *interval;  /**< Time between two checks, at least 10s */
	int32_t iterations;    /**< Number of checks of A/B testing and blue-green */
	int32_t mirror;        /**< Whether requests are copied to the canary first */
	int32_t mirror_weight; /**< Percentage of requests that are copied; 100 when absent */
	int32_t max_weight;    /**< Greatest weight of the canary; 100 when absent */
	int32_t step_weight;   /**< What the weight grows by */
	int32_t *step_weights; /**< The weights one after the other, in place of stepWeight */
	size_t n_step_weights; /**< number of step weights */
	/** What the weight of the primary pods grows by in the end; at once when absent */
	int32_t step_weight_promotion;
	int32_t threshold; /**< Failed checks that end it */
	/** Percentage of the primary pods that must be available; 100 when absent */
	int32_t primary_ready_threshold;
	/** Percentage of the canary's pods that must be available; 100 when absent */
	int32_t canary_ready_threshold;
	korch_flagger_alert *alerts;     /**< Who is told */
	size_t n_alerts;                 /**< number of alerts */
	korch_flagger_metric *metrics;   /**< What is measured */
	size_t n_metrics;                /**< number of metrics */
	korch_flagger_webhook *webhooks; /**< Who is asked */
	size_t n_webhooks;               /**< number of webhooks */
	korch_flagger_http_match *match; /**< Requests that go to the canary, for A/B testing */
	size_t n_match;                  /**< number of match */
	/** Clients stay with the canary by a cookie */
	korch_flagger_session_affinity *session_affinity;
} korch_flagger_analysis;
/** The table of a korch_flagger_analysis. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_analysis_type;

/** What is led by Flagger, and how. */
typedef struct korch_flagger_canary_spec {
	KORCH_STRUCT_HEAD
	/** Which router sets the weights; what the controller was started with when absent */
	const char *provider;
	const char *metrics_server;                   /**< Address of Prometheus */
	korch_flagger_target_ref *target_ref;         /**< What is updated */
	korch_flagger_autoscaler_ref *autoscaler_ref; /**< Autoscaler of the target */
	korch_flagger_target_ref *ingress_ref;        /**< Ingress whose weights are set */
	korch_flagger_target_ref *route_ref;          /**< ApisixRoute whose weights are set */
	korch_flagger_object_ref *upstream_ref;       /**< Upstream of Gloo */
	korch_flagger_canary_service *service;        /**< The Services and routes that Flagger makes */
	korch_flagger_analysis *analysis;             /**< How the canary is judged and led */
	korch_flagger_analysis *canary_analysis;      /**< Old name of analysis */
	/** Seconds without progress after which it is said to fail; 600 when absent */
	int32_t progress_deadline_seconds;
	int32_t skip_analysis; /**< Whether the update is promoted without being judged */
	/** Whether the target becomes what it was when the Canary is deleted */
	int32_t revert_on_deletion;
	int32_t suspend; /**< Whether nothing is done */
} korch_flagger_canary_spec;
/** The table of a korch_flagger_canary_spec. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_canary_spec_type;

/** One aspect of a state. */
typedef struct korch_flagger_condition {
	KORCH_STRUCT_HEAD
	const char *type;             /**< Which aspect, such as Promoted */
	const char *status;           /**< Whether it holds */
	int64_t last_update_time;     /**< When it was written last, microseconds since 1970 */
	int64_t last_transition_time; /**< When the status changed last, microseconds since 1970 */
	const char *reason;           /**< One word for machines, why */
	const char *message;          /**< A sentence for people */
} korch_flagger_condition;
/** The table of a korch_flagger_condition. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_condition_type;

/** What a Canary has reached. */
typedef struct korch_flagger_canary_status {
	KORCH_STRUCT_HEAD
	/** Initializing, Initialized, Waiting, Progressing, WaitingPromotion, Promoting, Finalising,
	 * Succeeded, Failed, Terminating or Terminated */
	const char *phase;
	int32_t failed_checks;                        /**< Checks that failed */
	int32_t canary_weight;                        /**< The weight of the canary */
	int32_t iterations;                           /**< Checks that were made */
	const char *previous_session_affinity_cookie; /**< The cookie of the update before */
	const char *session_affinity_cookie;          /**< The cookie of this update */
	const char *primary_session_affinity_cookie;  /**< The cookie of clients of the primary pods */
	korch_map *tracked_configs;    /**< Hashes of the ConfigMaps and Secrets that the target uses */
	const char *last_applied_spec; /**< Hash of the target's spec that was seen last */
	const char *last_promoted_spec;    /**< Hash of the target's spec that was promoted last */
	const char *last_tracked_revision; /**< Revision of the target that was seen last */
	int64_t last_transition_time;      /**< When the phase changed last, microseconds since 1970 */
	korch_flagger_condition *conditions; /**< Aspects of its state */
	size_t n_conditions;                 /**< number of conditions */
} korch_flagger_canary_status;
/** The table of a korch_flagger_canary_status. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_canary_status_type;

/** An update of a workload that is led by Flagger's rules. */
typedef struct korch_flagger_canary {
	korch_object object;                 /**< kind, metadata, revision */
	korch_flagger_canary_spec *spec;     /**< What is updated, and how */
	korch_flagger_canary_status *status; /**< What it has reached */
} korch_flagger_canary;
/** The table of a korch_flagger_canary. @since 0.1 */
extern KORCH_API const korch_type korch_flagger_canary_type;
/** The kind Canary. @since 0.1 */
extern KORCH_API const korch_kind korch_flagger_canary_kind;

KORCH_END_DECLS

#endif
