/*
 * Canaries the way of Flagger: the tables of the structs in <korch/api/flagger.h>. One line per
 * field; rules over several fields stand in validate_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/flagger.h>

#define S korch_flagger_target_ref
static const korch_field flagger_target_ref_fields[] = {
    STRING(api_version, "apiVersion", 1, REQUIRED, "API version of the object"),
    STRING(kind, "kind", 2, REQUIRED, "Kind of the object"),
    STRING(name, "name", 3, REQUIRED | EMIT, "Name of the object"),
};
const korch_type korch_flagger_target_ref_type =
    TYPE("LocalObjectReference", flagger_target_ref_fields, "An object in the same namespace");
#undef S

#define S korch_flagger_object_ref
static const korch_field flagger_object_ref_fields[] = {
    STRING(api_version, "apiVersion", 1, 0, "API version of the object"),
    STRING(kind, "kind", 2, 0, "Kind of the object"),
    STRING(name, "name", 3, REQUIRED | EMIT, "Name of the object"),
    STRING(namespace_, "namespace", 4, 0, "Namespace of the object; the same when absent"),
};
const korch_type korch_flagger_object_ref_type =
    TYPE("CrossNamespaceObjectReference", flagger_object_ref_fields, "An object of any namespace");
#undef S

#define S korch_flagger_scaler_replicas
static const korch_field flagger_scaler_replicas_fields[] = {
    INT32(min_replicas, "minReplicas", 1, POINTER, "Least number of pods",
          .format = KORCH_FORMAT_POSITIVE),
    INT32(max_replicas, "maxReplicas", 2, POINTER, "Greatest number of pods",
          .format = KORCH_FORMAT_POSITIVE),
};
const korch_type korch_flagger_scaler_replicas_type =
    TYPE("ScalerReplicas", flagger_scaler_replicas_fields, "Bounds of the primary autoscaler");
#undef S

#define S korch_flagger_autoscaler_ref
static const korch_field flagger_autoscaler_ref_fields[] = {
    STRING(api_version, "apiVersion", 1, REQUIRED, "API version of the autoscaler"),
    STRING(kind, "kind", 2, REQUIRED, "Kind of the autoscaler",
           .allowed = ALLOWED("HorizontalPodAutoscaler", "ScaledObject")),
    STRING(name, "name", 3, REQUIRED | EMIT, "Name of the autoscaler"),
    MAP_STRING(primary_scaler_queries, "primaryScalerQueries", 4, 0,
               "Queries of the primary autoscaler by name"),
    STRUCT(primary_scaler_replicas, korch_flagger_scaler_replicas, "primaryScalerReplicas", 5, 0,
           "Bounds of the primary autoscaler"),
};
const korch_type korch_flagger_autoscaler_ref_type =
    TYPE("AutoscalerRefernce", flagger_autoscaler_ref_fields, "An autoscaler of the target");
#undef S

#define S korch_flagger_threshold_range
static const korch_field flagger_threshold_range_fields[] = {
    RAW(min, "min", 1, POINTER, "Least value, a number"),
    RAW(max, "max", 2, POINTER, "Greatest value, a number"),
};
const korch_type korch_flagger_threshold_range_type =
    TYPE("CanaryThresholdRange", flagger_threshold_range_fields, "What a metric must lie between",
         .validate = korch__flagger_threshold_range_validate);
#undef S

#define S korch_flagger_metric
static const korch_field flagger_metric_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the metric"),
    STRING(interval, "interval", 2, 0, "Time that is looked at; 1m when absent"),
    RAW(threshold, "threshold", 3, 0,
        "Greatest value, a number; thresholdRange is meant to be used"),
    STRUCT(threshold_range, korch_flagger_threshold_range, "thresholdRange", 4, 0,
           "What it must lie between"),
    STRING(query, "query", 5, DEPRECATED, "Query to Prometheus; templateRef is meant to be used"),
    STRUCT(template_ref, korch_flagger_object_ref, "templateRef", 6, 0,
           "MetricTemplate that it is made from"),
    MAP_STRING(template_variables, "templateVariables", 7, 0, "Variables of the template"),
};
const korch_type korch_flagger_metric_type =
    TYPE("CanaryMetric", flagger_metric_fields, "A metric of an analysis",
         .validate = korch__flagger_metric_validate);
#undef S

#define S korch_flagger_alert
static const korch_field flagger_alert_fields[] = {
    STRING(name, "name", 1, REQUIRED | EMIT, "Name of the alert"),
    STRING(severity, "severity", 2, 0, "From which severity on; info when absent",
           .allowed = ALLOWED("info", "warn", "error")),
    STRUCT(provider_ref, korch_flagger_object_ref, "providerRef", 3, REQUIRED, "The AlertProvider"),
};
const korch_type korch_flagger_alert_type =
    TYPE("CanaryAlert", flagger_alert_fields, "Somebody who is told");
#undef S

#define S korch_flagger_webhook
static const korch_field flagger_webhook_fields[] = {
    STRING(type, "type", 1, EMIT, "When it is called; rollout when absent",
           .allowed =
               ALLOWED("rollout", "pre-rollout", "post-rollout", "confirm-rollout",
                       "confirm-promotion", "confirm-traffic-increase", "event", "rollback")),
    STRING(name, "name", 2, REQUIRED | EMIT, "Name of the webhook"),
    STRING(url, "url", 3, REQUIRED | EMIT, "The address"),
    BOOL(mute_alert, "muteAlert", 4, EMIT, "Whether nobody is told of its failures"),
    STRING(timeout, "timeout", 5, 0, "How long an answer may take; 10s when absent"),
    MAP_STRING(metadata, "metadata", 6, 0, "What is sent along"),
    INT32(retries, "retries", 7, 0, "How often it is tried again",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    BOOL(disable_tls, "disableTLS", 8, 0, "Whether the server's certificate is not checked"),
};
const korch_type korch_flagger_webhook_type =
    TYPE("CanaryWebhook", flagger_webhook_fields, "An address that is asked or told",
         .validate = korch__flagger_webhook_validate);
#undef S

#define S korch_flagger_session_affinity
static const korch_field flagger_session_affinity_fields[] = {
    STRING(cookie_name, "cookieName", 1, REQUIRED, "Name of the cookie"),
    STRING(primary_cookie_name, "primaryCookieName", 2, 0,
           "Name of the cookie of clients of the primary pods"),
    INT32(max_age, "maxAge", 3, 0, "Seconds that the cookie lives", .default_json = "86400"),
    STRING(domain, "domain", 4, 0, "Host that the cookie is sent to"),
    BOOL(http_only, "httpOnly", 5, 0, "Whether scripts do not see the cookie"),
    BOOL(partitioned, "partitioned", 6, 0, "Whether the cookie is kept per site"),
    STRING(path, "path", 7, 0, "Path that the cookie is sent to"),
    STRING(same_site, "sameSite", 8, 0, "Whether other sites' requests carry it",
           .allowed = ALLOWED("Strict", "Lax", "None")),
    BOOL(secure, "secure", 9, 0, "Whether only HTTPS carries it"),
};
const korch_type korch_flagger_session_affinity_type = TYPE(
    "SessionAffinity", flagger_session_affinity_fields, "Clients stay with the canary by a cookie");
#undef S

#define S korch_flagger_analysis
static const korch_field flagger_analysis_fields[] = {
    STRING(interval, "interval", 1, REQUIRED | EMIT, "Time between two checks, at least 10s"),
    INT32(iterations, "iterations", 2, 0, "Number of checks of A/B testing and blue-green",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    BOOL(mirror, "mirror", 3, 0, "Whether requests are copied to the canary first"),
    INT32(mirror_weight, "mirrorWeight", 4, 0,
          "Percentage of requests that are copied; 100 when absent"),
    INT32(max_weight, "maxWeight", 5, 0, "Greatest weight of the canary; 100 when absent"),
    INT32(step_weight, "stepWeight", 6, 0, "What the weight grows by"),
    LIST_INT32(step_weights, "stepWeights", 7, 0,
               "The weights one after the other, in place of stepWeight"),
    INT32(step_weight_promotion, "stepWeightPromotion", 8, 0,
          "What the weight of the primary pods grows by in the end; at once when absent"),
    INT32(threshold, "threshold", 9, REQUIRED | EMIT, "Failed checks that end it",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    INT32(primary_ready_threshold, "primaryReadyThreshold", 10, POINTER,
          "Percentage of the primary pods that must be available; 100 when absent"),
    INT32(canary_ready_threshold, "canaryReadyThreshold", 11, POINTER,
          "Percentage of the canary's pods that must be available; 100 when absent"),
    LIST_STRUCT(alerts, korch_flagger_alert, "alerts", 12, 0, "Who is told"),
    LIST_STRUCT(metrics, korch_flagger_metric, "metrics", 13, 0, "What is measured"),
    LIST_STRUCT(webhooks, korch_flagger_webhook, "webhooks", 14, 0, "Who is asked"),
    LIST_STRUCT(match, korch_flagger_http_match, "match", 15, 0,
                "Requests that go to the canary, for A/B testing"),
    STRUCT(session_affinity, korch_flagger_session_affinity, "sessionAffinity", 16, 0,
           "Clients stay with the canary by a cookie"),
};
const korch_type korch_flagger_analysis_type =
    TYPE("CanaryAnalysis", flagger_analysis_fields, "How a canary is judged and led",
         .validate = korch__flagger_analysis_validate);
#undef S

#define S korch_flagger_canary_spec
static const korch_field flagger_canary_spec_fields[] = {
    STRING(provider, "provider", 1, 0,
           "Which router sets the weights; what the controller was started with when absent"),
    STRING(metrics_server, "metricsServer", 2, 0, "Address of Prometheus"),
    STRUCT(target_ref, korch_flagger_target_ref, "targetRef", 3, REQUIRED, "What is updated"),
    STRUCT(autoscaler_ref, korch_flagger_autoscaler_ref, "autoscalerRef", 4, 0,
           "Autoscaler of the target"),
    STRUCT(ingress_ref, korch_flagger_target_ref, "ingressRef", 5, 0,
           "Ingress whose weights are set"),
    STRUCT(route_ref, korch_flagger_target_ref, "routeRef", 6, 0,
           "ApisixRoute whose weights are set"),
    STRUCT(upstream_ref, korch_flagger_object_ref, "upstreamRef", 7, 0, "Upstream of Gloo"),
    STRUCT(service, korch_flagger_canary_service, "service", 8, 0,
           "The Services and routes that Flagger makes"),
    STRUCT(analysis, korch_flagger_analysis, "analysis", 9, 0, "How the canary is judged and led"),
    STRUCT(canary_analysis, korch_flagger_analysis, "canaryAnalysis", 10, DEPRECATED,
           "Old name of analysis"),
    INT32(progress_deadline_seconds, "progressDeadlineSeconds", 11, POINTER,
          "Seconds without progress after which it is said to fail; 600 when absent",
          .format = KORCH_FORMAT_NON_NEGATIVE),
    BOOL(skip_analysis, "skipAnalysis", 12, 0,
         "Whether the update is promoted without being judged"),
    BOOL(revert_on_deletion, "revertOnDeletion", 13, 0,
         "Whether the target becomes what it was when the Canary is deleted"),
    BOOL(suspend, "suspend", 14, 0, "Whether nothing is done"),
};
const korch_type korch_flagger_canary_spec_type =
    TYPE("CanarySpec", flagger_canary_spec_fields, "What is led by Flagger, and how",
         .validate = korch__flagger_canary_spec_validate);
#undef S

#define S korch_flagger_condition
static const korch_field flagger_condition_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT, "Which aspect, such as Promoted"),
    STRING(status, "status", 2, REQUIRED | EMIT, "Whether it holds",
           .allowed = ALLOWED("True", "False", "Unknown")),
    TIME(last_update_time, "lastUpdateTime", 3, 0, "When it was written last"),
    TIME(last_transition_time, "lastTransitionTime", 4, 0, "When the status changed last"),
    STRING(reason, "reason", 5, 0, "One word for machines, why"),
    STRING(message, "message", 6, 0, "A sentence for people"),
};
const korch_type korch_flagger_condition_type =
    TYPE("CanaryCondition", flagger_condition_fields, "One aspect of a state");
#undef S

#define S korch_flagger_canary_status
static const korch_field flagger_canary_status_fields[] = {
    STRING(phase, "phase", 1, EMIT,
           "Initializing, Initialized, Waiting, Progressing, WaitingPromotion, Promoting, "
           "Finalising, Succeeded, Failed, Terminating or Terminated"),
    INT32(failed_checks, "failedChecks", 2, EMIT, "Checks that failed"),
    INT32(canary_weight, "canaryWeight", 3, EMIT, "The weight of the canary"),
    INT32(iterations, "iterations", 4, EMIT, "Checks that were made"),
    STRING(previous_session_affinity_cookie, "previousSessionAffinityCookie", 5, 0,
           "The cookie of the update before"),
    STRING(session_affinity_cookie, "sessionAffinityCookie", 6, 0, "The cookie of this update"),
    STRING(primary_session_affinity_cookie, "primarySessionAffinityCookie", 7, 0,
           "The cookie of clients of the primary pods"),
    MAP_STRING(tracked_configs, "trackedConfigs", 8, 0,
               "Hashes of the ConfigMaps and Secrets that the target uses"),
    STRING(last_applied_spec, "lastAppliedSpec", 9, 0,
           "Hash of the target's spec that was seen last"),
    STRING(last_promoted_spec, "lastPromotedSpec", 10, 0,
           "Hash of the target's spec that was promoted last"),
    STRING(last_tracked_revision, "lastTrackedRevision", 11, 0,
           "Revision of the target that was seen last"),
    TIME(last_transition_time, "lastTransitionTime", 12, 0, "When the phase changed last"),
    LIST_STRUCT(conditions, korch_flagger_condition, "conditions", 13, 0, "Aspects of its state"),
};
const korch_type korch_flagger_canary_status_type =
    TYPE("CanaryStatus", flagger_canary_status_fields, "What a Canary has reached");
#undef S

#define S korch_flagger_canary
static const korch_field flagger_canary_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_flagger_canary_spec, "spec", 2, REQUIRED, "What is updated, and how"),
    STRUCT(status, korch_flagger_canary_status, "status", 3, 0, "What it has reached"),
};
const korch_type korch_flagger_canary_type =
    TYPE("Canary", flagger_canary_fields, "An update of a workload that is led by Flagger's rules");
#undef S
