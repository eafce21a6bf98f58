/*
 * Queries to Prometheus for the metrics that Flagger knows by itself: request-success-rate in
 * percent, and request-duration (99th percentile) in milliseconds. Which series a mesh or an
 * ingress exports is its own documentation's matter; the provider says which one it is.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/flagger/hand.h"

#define SHARE(series, labels, bad)                                                                 \
	"sum(rate(" series "{" labels "," bad "}[{{ interval }}])) / sum(rate(" series "{" labels      \
	"}[{{ interval }}])) * 100"
#define P99(series, labels, factor)                                                                \
	"histogram_quantile(0.99, sum(rate(" series "{" labels "}[{{ interval }}])) by (le))" factor

#define ISTIO                                                                                      \
	"reporter=\"destination\",destination_workload_namespace=\"{{ namespace }}\","                 \
	"destination_workload=\"{{ target }}\""
#define PODS                                                                                       \
	"kubernetes_namespace=\"{{ namespace }}\","                                                    \
	"kubernetes_pod_name=~\"{{ target }}-[0-9a-z]+(-[0-9a-z]+)\""
#define LINKERD "namespace=\"{{ namespace }}\",deployment=\"{{ target }}\",direction=\"inbound\""
#define NGINX "namespace=\"{{ namespace }}\",ingress=\"{{ ingress }}\",canary!=\"\""
#define HAPROXY "proxy=\"{{ namespace }}_canary.{{ name }}_{{ revision }}\""

static const struct {
	const char *provider, *success, *duration;
} queries[] = {
    {"istio", SHARE("istio_requests_total", ISTIO, "response_code!~\"5.*\""),
     P99("istio_request_duration_milliseconds_bucket", ISTIO, "")},
    {"kubernetes", SHARE("http_request_duration_seconds_count", PODS, "status!~\"5.*\""),
     P99("http_request_duration_seconds_bucket", PODS, " * 1000")},
    {"linkerd", SHARE("response_total", LINKERD, "classification!=\"failure\""),
     P99("response_latency_ms_bucket", LINKERD, "")},
    {"nginx", SHARE("nginx_ingress_controller_requests", NGINX, "status!~\"5.*\""),
     P99("nginx_ingress_controller_request_duration_seconds_bucket", NGINX, " * 1000")},
    /* the router of this library: mean times of the last 1024 requests are all that it has */
    {"haproxy", SHARE("haproxy_backend_http_responses_total", HAPROXY, "code!=\"5xx\""),
     "max(haproxy_backend_total_time_average_seconds{" HAPROXY "}) * 1000"},
};

const char *korch__flagger_query(const char *provider, const char *metric)
{
	for (size_t i = 0; i < KORCH_COUNT(queries); i++) {
		if (!korch__text_equal(queries[i].provider, provider))
			continue;
		if (korch__text_equal(metric, "request-success-rate"))
			return queries[i].success;
		return korch__text_equal(metric, "request-duration") ? queries[i].duration : NULL;
	}
	return NULL;
}
