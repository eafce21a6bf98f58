/* A metric of a Canary as one of an AnalysisRun: its query with variables put in, and what its
 * value must be. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "control/flagger/hand.h"
#include "control/pods.h"
#include <korch/api/flagger_provider.h>
#include <korch/intstr.h>
#include <stdio.h>
#include <string.h>

/* Longest query with its variables. */
#define QUERY_MAX 65536

static const char *revision_of(const korch__flagger_hand *h)
{
	const korch_replica_set *set = h->input->target_set;
	return set ? korch__text_or_empty(
	                 korch_map_get(korch__labels(&set->object), "pod-template-hash"))
	           : "";
}

/* The value of a variable, NULL when there is none of that name. */
static const char *variable(const korch__flagger_hand *h, const korch_flagger_metric *metric,
                            const char *name, char scratch[KORCH__FLAGGER_NAME_SIZE])
{
	const korch_flagger_canary_spec *spec = h->canary->spec;
	if (strcmp(name, "name") == 0)
		return korch_object_name(&h->canary->object);
	if (strcmp(name, "namespace") == 0)
		return korch_object_namespace(&h->canary->object);
	if (strcmp(name, "target") == 0)
		return korch_object_name(&h->input->target->object);
	if (strcmp(name, "revision") == 0)
		return revision_of(h);
	if (strcmp(name, "interval") == 0)
		return metric->interval && *metric->interval ? metric->interval : "1m";
	if (strcmp(name, "ingress") == 0)
		return spec->ingress_ref ? spec->ingress_ref->name : spec->target_ref->name;
	if (strcmp(name, "route") == 0)
		return spec->route_ref ? spec->route_ref->name : spec->target_ref->name;
	if (korch__text_has_prefix(name, "variables."))
		return korch_map_get(metric->template_variables, name + strlen("variables."));
	if (strcmp(name, "service") != 0)
		return NULL;
	korch__flagger_service_name(scratch, h->canary, KORCH__FLAGGER_APEX);
	return scratch;
}

/* Puts "{{ name }}" in; what is no variable is refused. */
static int render(char **out, const korch__flagger_hand *h, const korch_flagger_metric *metric,
                  const char *text, korch_error **err)
{
	korch_buf buf;
	int code = 0;
	korch__buf_init(&buf, QUERY_MAX);
	for (const char *open; code == 0 && (open = strstr(text, "{{")) != NULL;) {
		char name[128], scratch[KORCH__FLAGGER_NAME_SIZE];
		const char *close = strstr(open, "}}"), *from = open + 2 + strspn(open + 2, " ");
		size_t n = close ? strcspn(from, " }") : 0;
		snprintf(name, sizeof(name), "%.*s", (int)(n < 127 ? n : 127), from);
		const char *value = close ? variable(h, metric, name, scratch) : NULL;
		if (!value)
			code = korch_error_set(err, KORCH_E_INVALID, "metric %s: no variable {{ %s }}",
			                       korch__text_or_empty(metric->name), name);
		korch__buf_put(&buf, text, (size_t)(open - text));
		korch__buf_puts(&buf, korch__text_or_empty(value));
		text = close ? close + 2 : open + 2;
	}
	korch__buf_puts(&buf, text);
	if (code == 0)
		code = buf.failed;
	if (code == 0)
		*out = korch__buf_steal(&buf);
	korch__buf_fini(&buf);
	return code;
}

static const korch_metric_template_spec *
find_template(const korch__flagger_hand *h, const korch_flagger_object_ref *ref, korch_error **err)
{
	const char *ns = ref->namespace_ && *ref->namespace_
	                     ? ref->namespace_
	                     : korch_object_namespace(&h->canary->object);
	const char *name = korch__text_or_empty(ref->name);
	const korch_metric_template *found = (const korch_metric_template *)korch_view_get(
	    h->input->view, &korch_metric_template_kind, ns, name);
	if (!found || !found->spec || !found->spec->query) {
		korch_error_set(err, KORCH_E_INVALID, "MetricTemplate %s/%s: there is none with a query",
		                ns, name);
		return NULL;
	}
	return found->spec;
}

static const char *provider_of(const korch__flagger_hand *h)
{
	const char *named = h->canary->spec->provider;
	if (named && *named)
		return named;
	return korch__annotation(&h->canary->object, "korch.dev/router-metrics") ? "haproxy"
	                                                                         : "kubernetes";
}

/* Where it is asked, and what. */
typedef struct question {
	const char *query, *address;
	int insecure;
} question;

static int find_question(question *out, const korch__flagger_hand *h,
                         const korch_flagger_metric *metric, korch_error **err)
{
	*out = (question){.query = metric->query, .address = h->canary->spec->metrics_server};
	if (metric->template_ref) {
		const korch_metric_template_spec *spec = find_template(h, metric->template_ref, err);
		const korch_metric_template_provider *provider = spec ? spec->provider : NULL;
		if (!spec)
			return KORCH_E_INVALID;
		if (provider && provider->type && !korch__text_equal(provider->type, "prometheus"))
			return korch_error_set(
			    err, KORCH_E_INVALID, "MetricTemplate %s: provider %s: only prometheus is measured",
			    korch__text_or_empty(metric->template_ref->name), provider->type);
		out->query = spec->query;
		out->address = provider && provider->address ? provider->address : out->address;
		out->insecure = provider ? provider->insecure_skip_verify : 0;
	} else if (!out->query || !*out->query) {
		out->query = korch__flagger_query(provider_of(h), metric->name);
	}
	return out->query && *out->query
	           ? 0
	           : korch_error_set(err, KORCH_E_INVALID,
	                             "metric %s: there is no query for provider %s",
	                             korch__text_or_empty(metric->name), provider_of(h));
}

/* The bounds: a range, or the one bound of the old form: at least for the success rate, otherwise
 * at most. */
static int set_condition(korch_analysis_metric *out, const korch_flagger_metric *metric)
{
	char text[256];
	const korch_flagger_threshold_range *range = metric->threshold_range;
	const char *min = range ? range->min : NULL, *max = range ? range->max : NULL;
	if (!range && korch__text_equal(metric->name, "request-success-rate"))
		min = metric->threshold;
	else if (!range)
		max = metric->threshold;
	if (min && max)
		snprintf(text, sizeof(text), "result[0] >= %.60s && result[0] <= %.60s", min, max);
	else if (min || max)
		snprintf(text, sizeof(text), "result[0] %s %.60s", min ? ">=" : "<=", min ? min : max);
	else
		snprintf(text, sizeof(text), "len(result) > 0");
	return korch_string_set(&out->success_condition, text);
}

int korch__flagger_metric(korch_analysis_metric *out, const korch__flagger_hand *h,
                          const korch_flagger_metric *metric, korch_error **err)
{
	question asked;
	_cleanup_free_ char *query = NULL;
	int code = find_question(&asked, h, metric, err);
	if (code == 0)
		code = render(&query, h, metric, asked.query, err);
	if (code < 0)
		return code;
	korch_metric_provider *provider =
	    korch_struct_edit(&out->provider, &korch_metric_provider_type);
	korch_prometheus_metric *prometheus =
	    provider ? korch_struct_edit(&provider->prometheus, &korch_prometheus_metric_type) : NULL;
	if (!prometheus || korch_string_set(&out->name, metric->name) < 0 ||
	    set_condition(out, metric) < 0 || korch_string_set(&prometheus->query, query) < 0 ||
	    korch_string_set(&prometheus->address, asked.address) < 0)
		return KORCH_E_NOMEM;
	prometheus->insecure = asked.insecure;
	/* no value is a check that failed, not one to be tried again */
	korch_int_or_string_set_number(&out->consecutive_error_limit, 0);
	return 0;
}
