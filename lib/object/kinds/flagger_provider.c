/*
 * Flagger's MetricTemplates and AlertProviders: the tables of the structs in
 * <korch/api/flagger_provider.h>. One line per field; rules over several fields stand in
 * validate_*.c.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rows.h"
#include <korch/api/flagger_provider.h>

#define S korch_metric_template_provider
static const korch_field metric_template_provider_fields[] = {
    STRING(type, "type", 1, REQUIRED, "What kind of server it is",
           .allowed =
               ALLOWED("prometheus", "influxdb", "datadog", "externalmetrics", "stackdriver",
                       "cloudwatch", "newrelic", "graphite", "dynatrace", "keptn", "splunk")),
    STRING(address, "address", 2, 0, "Its address"),
    STRUCT(secret_ref, korch_local_object_reference, "secretRef", 3, 0,
           "Secret with the credentials"),
    STRING(region, "region", 4, 0, "Region of the server"),
    BOOL(insecure_skip_verify, "insecureSkipVerify", 5, 0,
         "Whether its certificate is not checked"),
    RAW(headers, "headers", 6, 0, "Headers of requests: lists of values by name"),
};
const korch_type korch_metric_template_provider_type =
    TYPE("MetricTemplateProvider", metric_template_provider_fields, "Where a metric comes from");
#undef S

#define S korch_metric_template_spec
static const korch_field metric_template_spec_fields[] = {
    STRUCT(provider, korch_metric_template_provider, "provider", 1, REQUIRED, "Where it is asked"),
    STRING(query, "query", 2, REQUIRED, "The query, with {{ target }} and other variables"),
};
const korch_type korch_metric_template_spec_type =
    TYPE("MetricTemplateSpec", metric_template_spec_fields, "A query that Canaries use");
#undef S

#define S korch_metric_template_status
static const korch_field metric_template_status_fields[] = {
    LIST_STRUCT(conditions, korch_flagger_condition, "conditions", 1, 0, "Aspects of its state"),
};
const korch_type korch_metric_template_status_type = TYPE(
    "MetricTemplateStatus", metric_template_status_fields, "What a MetricTemplate has reached");
#undef S

#define S korch_metric_template
static const korch_field metric_template_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_metric_template_spec, "spec", 2, REQUIRED, "The query"),
    STRUCT(status, korch_metric_template_status, "status", 3, 0, "What it has reached"),
};
const korch_type korch_metric_template_type =
    TYPE("MetricTemplate", metric_template_fields, "A metric that Canaries use");
#undef S

#define S korch_alert_provider_spec
static const korch_field alert_provider_spec_fields[] = {
    STRING(type, "type", 1, REQUIRED | EMIT, "What kind of server it is",
           .allowed = ALLOWED("slack", "msteams", "discord", "rocket", "gchat")),
    STRING(channel, "channel", 2, 0, "Channel that is written to"),
    STRING(username, "username", 3, 0, "Name that writes"),
    STRING(address, "address", 4, 0, "Address that is written to"),
    STRING(proxy, "proxy", 5, 0, "Proxy on the way"),
    STRUCT(secret_ref, korch_local_object_reference, "secretRef", 6, 0, "Secret with the address"),
};
const korch_type korch_alert_provider_spec_type =
    TYPE("AlertProviderSpec", alert_provider_spec_fields, "Who is told, and where",
         .validate = korch__alert_provider_spec_validate);
#undef S

#define S korch_alert_provider_status
static const korch_field alert_provider_status_fields[] = {
    LIST_STRUCT(conditions, korch_flagger_condition, "conditions", 1, 0, "Aspects of its state"),
};
const korch_type korch_alert_provider_status_type =
    TYPE("AlertProviderStatus", alert_provider_status_fields, "What an AlertProvider has reached");
#undef S

#define S korch_alert_provider
static const korch_field alert_provider_fields[] = {
    STRUCT(object.metadata, korch_object_meta, "metadata", 1, 0, "Name, labels and more"),
    STRUCT(spec, korch_alert_provider_spec, "spec", 2, REQUIRED, "Who is told"),
    STRUCT(status, korch_alert_provider_status, "status", 3, 0, "What it has reached"),
};
const korch_type korch_alert_provider_type =
    TYPE("AlertProvider", alert_provider_fields, "Somebody who is told of what Canaries do");
#undef S
