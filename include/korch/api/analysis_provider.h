/*
 * Where metrics come from: the C structs. Their tables (names, rules) stand in
 * lib/object/kinds/analysis_provider.c.
 */
#ifndef KORCH_API_ANALYSIS_PROVIDER_H
#define KORCH_API_ANALYSIS_PROVIDER_H

#include <korch/api/meta.h>

KORCH_BEGIN_DECLS

/** @file analysis_provider.h Where metrics come from. */

/** Signing of requests to AWS. */
typedef struct korch_sigv4_config {
	KORCH_STRUCT_HEAD
	const char *region;   /**< Region to sign for */
	const char *profile;  /**< Profile of the credentials */
	const char *role_arn; /**< Role that signs */
} korch_sigv4_config;
/** The table of a korch_sigv4_config. @since 0.1 */
extern KORCH_API const korch_type korch_sigv4_config_type;

/** Authentication by OAuth 2. */
typedef struct korch_oauth2_config {
	KORCH_STRUCT_HEAD
	const char *token_url;     /**< Address that gives tokens */
	const char *client_id;     /**< The client */
	const char *client_secret; /**< Its secret */
	const char **scopes;       /**< Scopes to ask for */
	size_t n_scopes;           /**< number of scopes */
} korch_oauth2_config;
/** The table of a korch_oauth2_config. @since 0.1 */
extern KORCH_API const korch_type korch_oauth2_config_type;

/** How requests prove who sends them. */
typedef struct korch_metric_authentication {
	KORCH_STRUCT_HEAD
	korch_sigv4_config *sigv4;   /**< By a signature for AWS */
	korch_oauth2_config *oauth2; /**< By a token */
} korch_metric_authentication;
/** The table of a korch_metric_authentication. @since 0.1 */
extern KORCH_API const korch_type korch_metric_authentication_type;

/** A header of a request. */
typedef struct korch_metric_header {
	KORCH_STRUCT_HEAD
	const char *key;   /**< Its name */
	const char *value; /**< Its value */
} korch_metric_header;
/** The table of a korch_metric_header. @since 0.1 */
extern KORCH_API const korch_type korch_metric_header_type;

/** A query over a time in place of a moment. */
typedef struct korch_prometheus_range_query {
	KORCH_STRUCT_HEAD
	const char *start; /**< Expression of the start, such as now() - duration('1h') */
	const char *end;   /**< Expression of the end */
	const char *step;  /**< Distance of the points, such as 1m */
} korch_prometheus_range_query;
/** The table of a korch_prometheus_range_query. @since 0.1 */
extern KORCH_API const korch_type korch_prometheus_range_query_type;

/** A query to Prometheus. */
typedef struct korch_prometheus_metric {
	KORCH_STRUCT_HEAD
	const char *address; /**< Address of the server, such as http://prometheus:9090 */
	const char *query;   /**< The query in PromQL */
	korch_metric_authentication *authentication; /**< How requests prove who sends them */
	int64_t timeout;              /**< Seconds that an answer may take; 30 when absent */
	int32_t insecure;             /**< Whether the server's certificate is not checked */
	korch_metric_header *headers; /**< Headers of the request */
	size_t n_headers;             /**< number of headers */
	korch_prometheus_range_query *range_query; /**< Asks for a time in place of a moment */
} korch_prometheus_metric;
/** The table of a korch_prometheus_metric. @since 0.1 */
extern KORCH_API const korch_type korch_prometheus_metric_type;

/** A request over HTTP whose answer is JSON. */
typedef struct korch_web_metric {
	KORCH_STRUCT_HEAD
	const char *method;           /**< GET, POST or PUT; GET when absent */
	const char *url;              /**< Address to ask */
	korch_metric_header *headers; /**< Headers of the request */
	size_t n_headers;             /**< number of headers */
	const char *body;             /**< Body of a POST or PUT */
	int64_t timeout_seconds;      /**< Seconds that an answer may take; 10 when absent */
	const char *json_path;        /**< Path of the result in the answer; all of it when absent */
	int32_t insecure;             /**< Whether the server's certificate is not checked */
	const char *json_body;        /**< Body of a POST or PUT; JSON as text */
	korch_metric_authentication *authentication; /**< How requests prove who sends them */
} korch_web_metric;
/** The table of a korch_web_metric. @since 0.1 */
extern KORCH_API const korch_type korch_web_metric_type;

/** The Secret with the keys of Datadog. */
typedef struct korch_datadog_secret_ref {
	KORCH_STRUCT_HEAD
	const char *name;   /**< Name of the Secret */
	int32_t namespaced; /**< Whether it is in the namespace of the AnalysisRun */
} korch_datadog_secret_ref;
/** The table of a korch_datadog_secret_ref. @since 0.1 */
extern KORCH_API const korch_type korch_datadog_secret_ref_type;

/** A query to Datadog. */
typedef struct korch_datadog_metric {
	KORCH_STRUCT_HEAD
	const char *interval;                 /**< Time that is looked at */
	const char *query;                    /**< The query */
	korch_map *queries;                   /**< Queries by name, for a formula */
	const char *formula;                  /**< What is computed from the queries */
	const char *api_version;              /**< Version of Datadog's API */
	const char *aggregator;               /**< How the values become one */
	korch_datadog_secret_ref *secret_ref; /**< The Secret with the keys */
} korch_datadog_metric;
/** The table of a korch_datadog_metric. @since 0.1 */
extern KORCH_API const korch_type korch_datadog_metric_type;

/** A query to Wavefront. */
typedef struct korch_wavefront_metric {
	KORCH_STRUCT_HEAD
	const char *address; /**< Address of the server */
	const char *query;   /**< The query */
} korch_wavefront_metric;
/** The table of a korch_wavefront_metric. @since 0.1 */
extern KORCH_API const korch_type korch_wavefront_metric_type;

/** A query to New Relic. */
typedef struct korch_new_relic_metric {
	KORCH_STRUCT_HEAD
	const char *profile; /**< Name of the Secret with the account */
	const char *query;   /**< The query in NRQL */
	int64_t timeout;     /**< Seconds that an answer may take */
} korch_new_relic_metric;
/** The table of a korch_new_relic_metric. @since 0.1 */
extern KORCH_API const korch_type korch_new_relic_metric_type;

/** A query to Graphite. */
typedef struct korch_graphite_metric {
	KORCH_STRUCT_HEAD
	const char *address; /**< Address of the server */
	const char *query;   /**< The query */
} korch_graphite_metric;
/** The table of a korch_graphite_metric. @since 0.1 */
extern KORCH_API const korch_type korch_graphite_metric_type;

/** A query to InfluxDB. */
typedef struct korch_influxdb_metric {
	KORCH_STRUCT_HEAD
	const char *profile; /**< Name of the Secret with the account */
	const char *query;   /**< The query in Flux */
} korch_influxdb_metric;
/** The table of a korch_influxdb_metric. @since 0.1 */
extern KORCH_API const korch_type korch_influxdb_metric_type;

/** A query to SkyWalking. */
typedef struct korch_skywalking_metric {
	KORCH_STRUCT_HEAD
	const char *address;  /**< Address of the server */
	const char *query;    /**< The query */
	const char *interval; /**< Time that is looked at */
} korch_skywalking_metric;
/** The table of a korch_skywalking_metric. @since 0.1 */
extern KORCH_API const korch_type korch_skywalking_metric_type;

/** A dimension of a metric of CloudWatch. */
typedef struct korch_cloud_watch_dimension {
	KORCH_STRUCT_HEAD
	const char *name;  /**< Its name */
	const char *value; /**< Its value */
} korch_cloud_watch_dimension;
/** The table of a korch_cloud_watch_dimension. @since 0.1 */
extern KORCH_API const korch_type korch_cloud_watch_dimension_type;

/** A metric of CloudWatch. */
typedef struct korch_cloud_watch_stat_metric {
	KORCH_STRUCT_HEAD
	korch_cloud_watch_dimension *dimensions; /**< Its dimensions */
	size_t n_dimensions;                     /**< number of dimensions */
	const char *metric_name;                 /**< Its name */
	const char *namespace_;                  /**< Its namespace */
} korch_cloud_watch_stat_metric;
/** The table of a korch_cloud_watch_stat_metric. @since 0.1 */
extern KORCH_API const korch_type korch_cloud_watch_stat_metric_type;

/** A statistic of a metric of CloudWatch. */
typedef struct korch_cloud_watch_stat {
	KORCH_STRUCT_HEAD
	korch_cloud_watch_stat_metric *metric; /**< The metric */
	korch_int_or_string period;            /**< Seconds that a value covers */
	const char *stat;                      /**< The statistic, such as Average */
	const char *unit;                      /**< The unit */
} korch_cloud_watch_stat;
/** The table of a korch_cloud_watch_stat. @since 0.1 */
extern KORCH_API const korch_type korch_cloud_watch_stat_type;

/** A query to CloudWatch. */
typedef struct korch_cloud_watch_query {
	KORCH_STRUCT_HEAD
	const char *id;                      /**< Its name */
	const char *expression;              /**< What is computed */
	const char *label;                   /**< A name for people */
	korch_cloud_watch_stat *metric_stat; /**< A statistic in place of an expression */
	korch_int_or_string period;          /**< Seconds that a value covers */
	int32_t return_data;                 /**< Whether its values are the result */
} korch_cloud_watch_query;
/** The table of a korch_cloud_watch_query. @since 0.1 */
extern KORCH_API const korch_type korch_cloud_watch_query_type;

/** Queries to CloudWatch. */
typedef struct korch_cloud_watch_metric {
	KORCH_STRUCT_HEAD
	const char *interval;                         /**< Time that is looked at; 5m when absent */
	korch_cloud_watch_query *metric_data_queries; /**< The queries */
	size_t n_metric_data_queries;                 /**< number of metric data queries */
} korch_cloud_watch_metric;
/** The table of a korch_cloud_watch_metric. @since 0.1 */
extern KORCH_API const korch_type korch_cloud_watch_metric_type;

/** Scores of Kayenta. */
typedef struct korch_kayenta_threshold {
	KORCH_STRUCT_HEAD
	int64_t pass;     /**< From this on it succeeded */
	int64_t marginal; /**< From this on it is inconclusive */
} korch_kayenta_threshold;
/** The table of a korch_kayenta_threshold. @since 0.1 */
extern KORCH_API const korch_type korch_kayenta_threshold_type;

/** What Kayenta looks at. */
typedef struct korch_kayenta_scope_detail {
	KORCH_STRUCT_HEAD
	const char *scope;  /**< The scope */
	const char *region; /**< The region */
	int64_t step;       /**< Seconds between two points */
	const char *start;  /**< When it starts */
	const char *end;    /**< When it ends */
} korch_kayenta_scope_detail;
/** The table of a korch_kayenta_scope_detail. @since 0.1 */
extern KORCH_API const korch_type korch_kayenta_scope_detail_type;

/** What Kayenta compares. */
typedef struct korch_kayenta_scope {
	KORCH_STRUCT_HEAD
	const char *name;                             /**< Name of the scope */
	korch_kayenta_scope_detail *control_scope;    /**< What is known to be good */
	korch_kayenta_scope_detail *experiment_scope; /**< What is judged */
} korch_kayenta_scope;
/** The table of a korch_kayenta_scope. @since 0.1 */
extern KORCH_API const korch_type korch_kayenta_scope_type;

/** A judgement of Kayenta. */
typedef struct korch_kayenta_metric {
	KORCH_STRUCT_HEAD
	const char *address;                    /**< Address of the server */
	const char *application;                /**< The application */
	const char *canary_config_name;         /**< Name of the configuration */
	const char *metrics_account_name;       /**< Account of the metrics */
	const char *configuration_account_name; /**< Account of the configuration */
	const char *storage_account_name;       /**< Account of the storage */
	korch_kayenta_threshold *threshold;     /**< Scores */
	korch_kayenta_scope *scopes;            /**< What is compared */
	size_t n_scopes;                        /**< number of scopes */
} korch_kayenta_metric;
/** The table of a korch_kayenta_metric. @since 0.1 */
extern KORCH_API const korch_type korch_kayenta_metric_type;

/** A Job whose outcome is the result. */
typedef struct korch_job_metric {
	KORCH_STRUCT_HEAD
	korch_object_meta *metadata; /**< Labels and annotations of the Job */
	const char *spec;            /**< The spec of a batch/v1 Job; JSON as text */
} korch_job_metric;
/** The table of a korch_job_metric. @since 0.1 */
extern KORCH_API const korch_type korch_job_metric_type;

/** Where a metric comes from: exactly one member says it. */
typedef struct korch_metric_provider {
	KORCH_STRUCT_HEAD
	korch_prometheus_metric *prometheus;   /**< Prometheus */
	korch_kayenta_metric *kayenta;         /**< Kayenta */
	korch_web_metric *web;                 /**< Any server that answers with JSON */
	korch_datadog_metric *datadog;         /**< Datadog */
	korch_wavefront_metric *wavefront;     /**< Wavefront */
	korch_new_relic_metric *new_relic;     /**< New Relic */
	korch_job_metric *job;                 /**< A Job that succeeds or fails */
	korch_cloud_watch_metric *cloud_watch; /**< CloudWatch */
	korch_graphite_metric *graphite;       /**< Graphite */
	korch_influxdb_metric *influxdb;       /**< InfluxDB */
	korch_skywalking_metric *skywalking;   /**< SkyWalking */
	/** Settings of one plug-in under its name, such as a callback of the host program; JSON as text
	 */
	const char *plugin;
} korch_metric_provider;
/** The table of a korch_metric_provider. @since 0.1 */
extern KORCH_API const korch_type korch_metric_provider_type;

KORCH_END_DECLS

#endif
