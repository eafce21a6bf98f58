/* Canaries that cannot be carried out as they are: refused when they are applied, with the path. */
#include "base/text.h"
#include "control/flagger/flagger.h"
#include "control/flagger/traffic.h"
#include "object/json.h"
#include "object/tree.h"
#include <stdio.h>
#include <string.h>

/* Members of a match that no router of ours looks at. */
static const char *unknown_member(const korch_flagger_http_match *match)
{
	const struct {
		const char *name;
		int is_set;
	} members[] = {{"scheme", match->scheme != NULL},
	               {"authority", match->authority != NULL},
	               {"port", match->port != 0},
	               {"queryParams", match->query_params && strcmp(match->query_params, "{}") != 0},
	               {"ignoreUriCase", match->ignore_uri_case},
	               {"uri.suffix", match->uri && match->uri->suffix},
	               {"method.suffix", match->method && match->method->suffix}};
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (members[i].is_set)
			return members[i].name;
	}
	return NULL;
}

static uint32_t value_needs(struct json_object *value)
{
	struct json_object *text = NULL;
	if (json_object_object_get_ex(value, "exact", &text))
		return KORCH_ROUTER_HEADER_EXACT;
	return json_object_object_get_ex(value, "prefix", &text) ? KORCH_ROUTER_HEADER_PREFIX
	                                                         : KORCH_ROUTER_HEADER_REGEX;
}

static uint32_t text_needs(const korch_flagger_string_match *text)
{
	if (!text)
		return 0;
	return text->regex    ? KORCH_ROUTER_HEADER_REGEX
	       : text->prefix ? KORCH_ROUTER_HEADER_PREFIX
	                      : KORCH_ROUTER_HEADER_EXACT;
}

uint32_t korch__flagger_match_needs(const korch_flagger_http_match *match, const char **problem)
{
	uint32_t needs = 0;
	struct json_object *headers = NULL;
	const char *text = korch__text_or_empty(match->headers);
	*problem = unknown_member(match);
	needs |= text_needs(match->uri) | text_needs(match->method);
	if (*text && korch__json_parse(&headers, text, strlen(text), NULL, NULL, NULL) == 0 &&
	    json_object_is_type(headers, json_type_object)) {
		json_object_object_foreach(headers, name, value)
		{
			(void)name;
			needs |= value_needs(value);
		}
	}
	json_object_put(headers);
	return needs;
}

static int refuse_bits(uint32_t capabilities, uint32_t bits, const char *path, korch_error **err)
{
	for (uint32_t bit = 1; bit && bit <= bits; bit <<= 1) {
		const korch_traffic_need need = {.capability = bit, .path = path};
		int code = bits & bit ? korch_router_refuses(capabilities, &need, 1, err) : 0;
		if (code < 0)
			return code;
	}
	return 0;
}

static int refuse_at(const char *path, int code, const char *text, korch_error **err)
{
	korch_error_set(err, code, "%s", text);
	korch_error_prefix_path(err, path);
	return code;
}

static int refuse_match(uint32_t capabilities, const korch_flagger_http_match *match, size_t i,
                        korch_error **err)
{
	char path[96];
	const char *problem;
	uint32_t needs = korch__flagger_match_needs(match, &problem);
	int n = snprintf(path, sizeof(path), "spec.analysis.match[%zu]", i);
	if (problem) {
		snprintf(path + n, sizeof(path) - (size_t)n, ".%s", problem);
		return refuse_at(path, KORCH_E_UNSUPPORTED,
		                 "no router matches by it; headers, uri and method are allowed", err);
	}
	if (needs == 0)
		return refuse_at(path, KORCH_E_INVALID,
		                 "matches nothing in particular; headers, uri or method are needed", err);
	return refuse_bits(capabilities, needs, path, err);
}

int korch__flagger_refuse(uint32_t capabilities, const korch_flagger_canary *canary,
                          korch_error **err)
{
	const korch_flagger_analysis *analysis = korch_flagger_analysis_of(canary);
	const korch_flagger_target_ref *target = canary->spec ? canary->spec->target_ref : NULL;
	if (!analysis || !target)
		return 0;
	if (!korch__text_equal(target->kind, "Deployment")) {
		korch_error_set(err, KORCH_E_UNSUPPORTED,
		                "Unsupported value: \"%s\": supported values: \"Deployment\"",
		                korch__text_or_empty(target->kind));
		korch_error_prefix_path(err, "spec.targetRef.kind");
		return KORCH_E_UNSUPPORTED;
	}
	int code = refuse_bits(capabilities, KORCH_ROUTER_WEIGHTS, "spec.analysis", err);
	if (code == 0 && analysis->n_match > KORCH_TRAFFIC_MATCHES_MAX) {
		code = korch_error_set(err, KORCH_E_LIMIT, "%zu of them, %d allowed", analysis->n_match,
		                       KORCH_TRAFFIC_MATCHES_MAX);
		korch_error_prefix_path(err, "spec.analysis.match");
	}
	for (size_t i = 0; code == 0 && i < analysis->n_match; i++)
		code = refuse_match(capabilities, &analysis->match[i], i, err);
	if (code == 0 && analysis->mirror)
		code = refuse_bits(capabilities, KORCH_ROUTER_MIRROR, "spec.analysis.mirror", err);
	if (code == 0 && analysis->session_affinity)
		code = refuse_bits(capabilities, KORCH_ROUTER_COOKIE_AFFINITY,
		                   "spec.analysis.sessionAffinity", err);
	return code;
}
