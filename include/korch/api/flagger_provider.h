/*
 * Flagger's MetricTemplates and AlertProviders: the C structs. Their tables (names, rules) stand in
 * lib/object/kinds/flagger_provider.c.
 */
#ifndef KORCH_API_FLAGGER_PROVIDER_H
#define KORCH_API_FLAGGER_PROVIDER_H

#include <korch/api/flagger.h>

KORCH_BEGIN_DECLS

/** @file flagger_provider.h Flagger's MetricTemplates and AlertProviders. */

/** Where a metric comes from. */
typedef struct korch_metric_template_provider {
	KORCH_STRUCT_HEAD
	const char *type;                         /**< What kind of server it is */
	const char *address;                      /**< Its address */
	korch_local_object_reference *secret_ref; /**< Secret with the credentials */
	const char *region;                       /**< Region of the server */
	int32_t insecure_skip_verify;             /**< Whether its certificate is not checked */
	const char *headers; /**< Headers of requests: lists of values by name; JSON as text */
} korch_metric_template_provider;
/** The table of a korch_metric_template_provider. @since 0.1 */
extern KORCH_API const korch_type korch_metric_template_provider_type;

/** A query that Canaries use. */
typedef struct korch_metric_template_spec {
	KORCH_STRUCT_HEAD
	korch_metric_template_provider *provider; /**< Where it is asked */
	const char *query; /**< The query, with {{ target }} and other variables */
} korch_metric_template_spec;
/** The table of a korch_metric_template_spec. @since 0.1 */
extern KORCH_API const korch_type korch_metric_template_spec_type;

/** What a MetricTemplate has reached. */
typedef struct korch_metric_template_status {
	KORCH_STRUCT_HEAD
	korch_flagger_condition *conditions; /**< Aspects of its state */
	size_t n_conditions;                 /**< number of conditions */
} korch_metric_template_status;
/** The table of a korch_metric_template_status. @since 0.1 */
extern KORCH_API const korch_type korch_metric_template_status_type;

/** A metric that Canaries use. */
typedef struct korch_metric_template {
	korch_object object;                  /**< kind, metadata, revision */
	korch_metric_template_spec *spec;     /**< The query */
	korch_metric_template_status *status; /**< What it has reached */
} korch_metric_template;
/** The table of a korch_metric_template. @since 0.1 */
extern KORCH_API const korch_type korch_metric_template_type;
/** The kind MetricTemplate. @since 0.1 */
extern KORCH_API const korch_kind korch_metric_template_kind;

/** Who is told, and where. */
typedef struct korch_alert_provider_spec {
	KORCH_STRUCT_HEAD
	const char *type;                         /**< What kind of server it is */
	const char *channel;                      /**< Channel that is written to */
	const char *username;                     /**< Name that writes */
	const char *address;                      /**< Address that is written to */
	const char *proxy;                        /**< Proxy on the way */
	korch_local_object_reference *secret_ref; /**< Secret with the address */
} korch_alert_provider_spec;
/** The table of a korch_alert_provider_spec. @since 0.1 */
extern KORCH_API const korch_type korch_alert_provider_spec_type;

/** What an AlertProvider has reached. */
typedef struct korch_alert_provider_status {
	KORCH_STRUCT_HEAD
	korch_flagger_condition *conditions; /**< Aspects of its state */
	size_t n_conditions;                 /**< number of conditions */
} korch_alert_provider_status;
/** The table of a korch_alert_provider_status. @since 0.1 */
extern KORCH_API const korch_type korch_alert_provider_status_type;

/** Somebody who is told of what Canaries do. */
typedef struct korch_alert_provider {
	korch_object object;                 /**< kind, metadata, revision */
	korch_alert_provider_spec *spec;     /**< Who is told */
	korch_alert_provider_status *status; /**< What it has reached */
} korch_alert_provider;
/** The table of a korch_alert_provider. @since 0.1 */
extern KORCH_API const korch_type korch_alert_provider_type;
/** The kind AlertProvider. @since 0.1 */
extern KORCH_API const korch_kind korch_alert_provider_kind;

KORCH_END_DECLS

#endif
