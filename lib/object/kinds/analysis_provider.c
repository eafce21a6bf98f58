/*
 * Where metrics come from: the tables of the structs in <korch/api/analysis_provider.h>. One line
 * per field; rules over several fields stand in validate_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/analysis_provider.h>

#define S korch_sigv4_config
static const korch_field sigv4_config_fields[] = {
    STRING(region, "region", 1, 0, "Region to sign for"),
    STRING(profile, "profile", 2, 0, "Profile of the credentials"),
    STRING(role_arn, "roleArn", 3, 0, "Role that signs"),
};
const korch_type korch_sigv4_config_type =
    TYPE("Sigv4Config", sigv4_config_fields, "Signing of requests to AWS");
#undef S

#define S korch_oauth2_config
static const korch_field oauth2_config_fields[] = {
    STRING(token_url, "tokenUrl", 1, 0, "Address that gives tokens"),
    STRING(client_id, "clientId", 2, 0, "The client"),
    STRING(client_secret, "clientSecret", 3, 0, "Its secret"),
    LIST_STRING(scopes, "scopes", 4, 0, "Scopes to ask for"),
};
const korch_type korch_oauth2_config_type =
    TYPE("OAuth2Config", oauth2_config_fields, "Authentication by OAuth 2");
#undef S

#define S korch_metric_authentication
static const korch_field metric_authentication_fields[] = {
    STRUCT(sigv4, korch_sigv4_config, "sigv4", 1, 0, "By a signature for AWS"),
    STRUCT(oauth2, korch_oauth2_config, "oauth2", 2, 0, "By a token"),
};
const korch_type korch_metric_authentication_type =
    TYPE("Authentication", metric_authentication_fields, "How requests prove who sends them");
#undef S

#define S korch_metric_header
static const korch_field metric_header_fields[] = {
    STRING(key, "key", 1, REQUIRED | EMIT, "Its name"),
    STRING(value, "value", 2, EMIT, "Its value"),
};
const korch_type korch_metric_header_type =
    TYPE("WebMetricHeader", metric_header_fields, "A header of a request");
#undef S

#define S korch_prometheus_range_query
static const korch_field prometheus_range_query_fields[] = {
    STRING(start, "start", 1, 0, "Expression of the start, such as now() - duration('1h')"),
    STRING(end, "end", 2, 0, "Expression of the end"),
    STRING(step, "step", 3, 0, "Distance of the points, such as 1m"),
};
const korch_type korch_prometheus_range_query_type =
    TYPE("PrometheusRangeQueryArgs", prometheus_range_query_fields,
         "A query over a time in place of a moment");
#undef S

#define S korch_prometheus_metric
static const korch_field prometheus_metric_fields[] = {
    STRING(address, "address", 1, 0, "Address of the server, such as http://prometheus:9090"),
    STRING(query, "query", 2, 0, "The query in PromQL"),
    STRUCT(authentication, korch_metric_authentication, "authentication", 3, 0,
           "How requests prove who sends them"),
    INT64(timeout, "timeout", 4, POINTER, "Seconds that an answer may take; 30 when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    BOOL(insecure, "insecure", 5, 0, "Whether the server's certificate is not checked"),
    LIST_STRUCT(headers, korch_metric_header, "headers", 6, 0, "Headers of the request",
                .merge_key = "key"),
    STRUCT(range_query, korch_prometheus_range_query, "rangeQuery", 7, 0,
           "Asks for a time in place of a moment"),
};
const korch_type korch_prometheus_metric_type =
    TYPE("PrometheusMetric", prometheus_metric_fields, "A query to Prometheus");
#undef S

#define S korch_web_metric
static const korch_field web_metric_fields[] = {
    STRING(method, "method", 1, 0, "GET, POST or PUT; GET when absent",
           .allowed = ALLOWED("GET", "POST", "PUT")),
    STRING(url, "url", 2, REQUIRED | EMIT, "Address to ask"),
    LIST_STRUCT(headers, korch_metric_header, "headers", 3, 0, "Headers of the request",
                .merge_key = "key"),
    STRING(body, "body", 4, 0, "Body of a POST or PUT"),
    INT64(timeout_seconds, "timeoutSeconds", 5, 0,
          "Seconds that an answer may take; 10 when absent", .format = KORCH_FORMAT_NON_NEGATIVE),
    STRING(json_path, "jsonPath", 6, 0, "Path of the result in the answer; all of it when absent"),
    BOOL(insecure, "insecure", 7, 0, "Whether the server's certificate is not checked"),
    RAW(json_body, "jsonBody", 8, 0, "Body of a POST or PUT"),
    STRUCT(authentication, korch_metric_authentication, "authentication", 9, 0,
           "How requests prove who sends them"),
};
const korch_type korch_web_metric_type =
    TYPE("WebMetric", web_metric_fields, "A request over HTTP whose answer is JSON",
         .validate = korch__web_metric_validate);
#undef S

#define S korch_datadog_secret_ref
static const korch_field datadog_secret_ref_fields[] = {
    STRING(name, "name", 1, 0, "Name of the Secret"),
    BOOL(namespaced, "namespaced", 2, 0, "Whether it is in the namespace of the AnalysisRun"),
};
const korch_type korch_datadog_secret_ref_type =
    TYPE("SecretRef", datadog_secret_ref_fields, "The Secret with the keys of Datadog");
#undef S

#define S korch_datadog_metric
static const korch_field datadog_metric_fields[] = {
    STRING(interval, "interval", 1, 0, "Time that is looked at", .default_json = "\"5m\""),
    STRING(query, "query", 2, 0, "The query"),
    MAP_STRING(queries, "queries", 3, 0, "Queries by name, for a formula"),
    STRING(formula, "formula", 4, 0, "What is computed from the queries"),
    STRING(api_version, "apiVersion", 5, 0, "Version of Datadog's API",
           .allowed = ALLOWED("v1", "v2"), .default_json = "\"v1\""),
    STRING(aggregator, "aggregator", 6, 0, "How the values become one",
           .allowed =
               ALLOWED("avg", "min", "max", "sum", "last", "percentile", "mean", "l2norm", "area")),
    STRUCT(secret_ref, korch_datadog_secret_ref, "secretRef", 7, 0, "The Secret with the keys"),
};
const korch_type korch_datadog_metric_type =
    TYPE("DatadogMetric", datadog_metric_fields, "A query to Datadog");
#undef S

#define S korch_wavefront_metric
static const korch_field wavefront_metric_fields[] = {
    STRING(address, "address", 1, 0, "Address of the server"),
    STRING(query, "query", 2, 0, "The query"),
};
const korch_type korch_wavefront_metric_type =
    TYPE("WavefrontMetric", wavefront_metric_fields, "A query to Wavefront");
#undef S

#define S korch_new_relic_metric
static const korch_field new_relic_metric_fields[] = {
    STRING(profile, "profile", 1, 0, "Name of the Secret with the account"),
    STRING(query, "query", 2, REQUIRED | EMIT, "The query in NRQL"),
    INT64(timeout, "timeout", 3, POINTER, "Seconds that an answer may take",
          .format = KORCH_FORMAT_NON_NEGATIVE),
};
const korch_type korch_new_relic_metric_type =
    TYPE("NewRelicMetric", new_relic_metric_fields, "A query to New Relic");
#undef S

#define S korch_graphite_metric
static const korch_field graphite_metric_fields[] = {
    STRING(address, "address", 1, 0, "Address of the server"),
    STRING(query, "query", 2, 0, "The query"),
};
const korch_type korch_graphite_metric_type =
    TYPE("GraphiteMetric", graphite_metric_fields, "A query to Graphite");
#undef S

#define S korch_influxdb_metric
static const korch_field influxdb_metric_fields[] = {
    STRING(profile, "profile", 1, 0, "Name of the Secret with the account"),
    STRING(query, "query", 2, 0, "The query in Flux"),
};
const korch_type korch_influxdb_metric_type =
    TYPE("InfluxdbMetric", influxdb_metric_fields, "A query to InfluxDB");
#undef S

#define S korch_skywalking_metric
static const korch_field skywalking_metric_fields[] = {
    STRING(address, "address", 1, 0, "Address of the server"),
    STRING(query, "query", 2, 0, "The query"),
    STRING(interval, "interval", 3, 0, "Time that is looked at"),
};
const korch_type korch_skywalking_metric_type =
    TYPE("SkyWalkingMetric", skywalking_metric_fields, "A query to SkyWalking");
#undef S

#define S korch_cloud_watch_dimension
static const korch_field cloud_watch_dimension_fields[] = {
    STRING(name, "name", 1, 0, "Its name"),
    STRING(value, "value", 2, 0, "Its value"),
};
const korch_type korch_cloud_watch_dimension_type =
    TYPE("CloudWatchMetricStatMetricDimension", cloud_watch_dimension_fields,
         "A dimension of a metric of CloudWatch");
#undef S

#define S korch_cloud_watch_stat_metric
static const korch_field cloud_watch_stat_metric_fields[] = {
    LIST_STRUCT(dimensions, korch_cloud_watch_dimension, "dimensions", 1, 0, "Its dimensions"),
    STRING(metric_name, "metricName", 2, 0, "Its name"),
    STRING(namespace_, "namespace", 3, 0, "Its namespace"),
};
const korch_type korch_cloud_watch_stat_metric_type =
    TYPE("CloudWatchMetricStatMetric", cloud_watch_stat_metric_fields, "A metric of CloudWatch");
#undef S

#define S korch_cloud_watch_stat
static const korch_field cloud_watch_stat_fields[] = {
    STRUCT(metric, korch_cloud_watch_stat_metric, "metric", 1, 0, "The metric"),
    INT_OR_STRING(period, "period", 2, 0, "Seconds that a value covers"),
    STRING(stat, "stat", 3, 0, "The statistic, such as Average"),
    STRING(unit, "unit", 4, 0, "The unit"),
};
const korch_type korch_cloud_watch_stat_type =
    TYPE("CloudWatchMetricStat", cloud_watch_stat_fields, "A statistic of a metric of CloudWatch");
#undef S

#define S korch_cloud_watch_query
static const korch_field cloud_watch_query_fields[] = {
    STRING(id, "id", 1, 0, "Its name"),
    STRING(expression, "expression", 2, POINTER, "What is computed"),
    STRING(label, "label", 3, POINTER, "A name for people"),
    STRUCT(metric_stat, korch_cloud_watch_stat, "metricStat", 4, 0,
           "A statistic in place of an expression"),
    INT_OR_STRING(period, "period", 5, 0, "Seconds that a value covers"),
    BOOL(return_data, "returnData", 6, POINTER, "Whether its values are the result"),
};
const korch_type korch_cloud_watch_query_type =
    TYPE("CloudWatchMetricDataQuery", cloud_watch_query_fields, "A query to CloudWatch");
#undef S

#define S korch_cloud_watch_metric
static const korch_field cloud_watch_metric_fields[] = {
    STRING(interval, "interval", 1, 0, "Time that is looked at; 5m when absent"),
    LIST_STRUCT(metric_data_queries, korch_cloud_watch_query, "metricDataQueries", 2, REQUIRED,
                "The queries"),
};
const korch_type korch_cloud_watch_metric_type =
    TYPE("CloudWatchMetric", cloud_watch_metric_fields, "Queries to CloudWatch");
#undef S

#define S korch_kayenta_threshold
static const korch_field kayenta_threshold_fields[] = {
    INT64(pass, "pass", 1, EMIT, "From this on it succeeded"),
    INT64(marginal, "marginal", 2, EMIT, "From this on it is inconclusive"),
};
const korch_type korch_kayenta_threshold_type =
    TYPE("KayentaThreshold", kayenta_threshold_fields, "Scores of Kayenta");
#undef S

#define S korch_kayenta_scope_detail
static const korch_field kayenta_scope_detail_fields[] = {
    STRING(scope, "scope", 1, EMIT, "The scope"),
    STRING(region, "region", 2, EMIT, "The region"),
    INT64(step, "step", 3, EMIT, "Seconds between two points"),
    STRING(start, "start", 4, EMIT, "When it starts"),
    STRING(end, "end", 5, EMIT, "When it ends"),
};
const korch_type korch_kayenta_scope_detail_type =
    TYPE("ScopeDetail", kayenta_scope_detail_fields, "What Kayenta looks at");
#undef S

#define S korch_kayenta_scope
static const korch_field kayenta_scope_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the scope"),
    STRUCT(control_scope, korch_kayenta_scope_detail, "controlScope", 2, REQUIRED,
           "What is known to be good"),
    STRUCT(experiment_scope, korch_kayenta_scope_detail, "experimentScope", 3, REQUIRED,
           "What is judged"),
};
const korch_type korch_kayenta_scope_type =
    TYPE("KayentaScope", kayenta_scope_fields, "What Kayenta compares");
#undef S

#define S korch_kayenta_metric
static const korch_field kayenta_metric_fields[] = {
    STRING(address, "address", 1, REQUIRED | EMIT, "Address of the server"),
    STRING(application, "application", 2, REQUIRED | EMIT, "The application"),
    STRING(canary_config_name, "canaryConfigName", 3, REQUIRED | EMIT, "Name of the configuration"),
    STRING(metrics_account_name, "metricsAccountName", 4, REQUIRED | EMIT,
           "Account of the metrics"),
    STRING(configuration_account_name, "configurationAccountName", 5, REQUIRED | EMIT,
           "Account of the configuration"),
    STRING(storage_account_name, "storageAccountName", 6, REQUIRED | EMIT,
           "Account of the storage"),
    STRUCT(threshold, korch_kayenta_threshold, "threshold", 7, REQUIRED, "Scores"),
    LIST_STRUCT(scopes, korch_kayenta_scope, "scopes", 8, REQUIRED, "What is compared"),
};
const korch_type korch_kayenta_metric_type =
    TYPE("KayentaMetric", kayenta_metric_fields, "A judgement of Kayenta");
#undef S

#define S korch_job_metric
static const korch_field job_metric_fields[] = {
    STRUCT(metadata, korch_object_meta, "metadata", 1, 0, "Labels and annotations of the Job"),
    RAW(spec, "spec", 2, REQUIRED, "The spec of a batch/v1 Job"),
};
const korch_type korch_job_metric_type =
    TYPE("JobMetric", job_metric_fields, "A Job whose outcome is the result",
         .validate = korch__job_metric_validate);
#undef S

#define S korch_metric_provider
static const korch_field metric_provider_fields[] = {
    STRUCT(prometheus, korch_prometheus_metric, "prometheus", 1, 0, "Prometheus"),
    STRUCT(kayenta, korch_kayenta_metric, "kayenta", 2, 0, "Kayenta"),
    STRUCT(web, korch_web_metric, "web", 3, 0, "Any server that answers with JSON"),
    STRUCT(datadog, korch_datadog_metric, "datadog", 4, 0, "Datadog"),
    STRUCT(wavefront, korch_wavefront_metric, "wavefront", 5, 0, "Wavefront"),
    STRUCT(new_relic, korch_new_relic_metric, "newRelic", 6, 0, "New Relic"),
    STRUCT(job, korch_job_metric, "job", 7, 0, "A Job that succeeds or fails"),
    STRUCT(cloud_watch, korch_cloud_watch_metric, "cloudWatch", 8, 0, "CloudWatch"),
    STRUCT(graphite, korch_graphite_metric, "graphite", 9, 0, "Graphite"),
    STRUCT(influxdb, korch_influxdb_metric, "influxdb", 10, 0, "InfluxDB"),
    STRUCT(skywalking, korch_skywalking_metric, "skywalking", 11, 0, "SkyWalking"),
    RAW(plugin, "plugin", 12, 0,
        "Settings of one plug-in under its name, such as a callback of the host program"),
};
const korch_type korch_metric_provider_type =
    TYPE("MetricProvider", metric_provider_fields,
         "Where a metric comes from: exactly one member says it",
         .validate = korch__metric_provider_validate);
#undef S
