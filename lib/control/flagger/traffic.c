/* A Canary's weights and routes as a router wants them. Which weights: decide.c. */
#include "control/flagger/traffic.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "control/flagger/flagger.h"
#include "control/pods.h"
#include "object/json.h"
#include "object/tree.h"
#include <stdio.h>
#include <string.h>

/* The parts of a text. */
typedef struct parts {
	char revision[64];
	char routes[32];
	int weight;
} parts;

static int read_text(parts *out, const char *text)
{
	*out = (parts){.weight = 0};
	return text && sscanf(text, "%63s %d %31s", out->revision, &out->weight, out->routes) == 3;
}

int32_t korch__flagger_traffic_weight(const char *text)
{
	parts found;
	read_text(&found, text);
	return found.weight;
}

void korch__flagger_traffic_text(char out[KORCH__FLAGGER_TRAFFIC_SIZE], const char *revision,
                                 int32_t weight, const char *routes)
{
	snprintf(out, KORCH__FLAGGER_TRAFFIC_SIZE, "%s %d %s", *revision ? revision : "-", weight,
	         routes);
}

static korch_traffic_string string_of(const korch_flagger_string_match *match)
{
	if (match && match->exact)
		return (korch_traffic_string){.value = match->exact, .kind = KORCH_TRAFFIC_EXACT};
	if (match && match->prefix)
		return (korch_traffic_string){.value = match->prefix, .kind = KORCH_TRAFFIC_PREFIX};
	if (match && match->regex)
		return (korch_traffic_string){.value = match->regex, .kind = KORCH_TRAFFIC_REGEX};
	return (korch_traffic_string){0};
}

/* A value that ends so, as a regular expression. The tree owns it. */
static const char *ends_with(struct json_object *tree, const char *suffix)
{
	char text[KORCH_TRAFFIC_TEXT_MAX];
	size_t n = 0;
	text[n++] = '.';
	text[n++] = '*';
	for (; *suffix && n < sizeof(text) - 3; suffix++) {
		if (strchr(".[]{}()*+?^$|\\", *suffix))
			text[n++] = '\\';
		text[n++] = *suffix;
	}
	text[n] = '\0';
	struct json_object *node = json_object_new_string(text);
	if (!node || json_object_array_add(tree, node) < 0) {
		json_object_put(node);
		return NULL;
	}
	return json_object_get_string(node);
}

/* {"exact": "x"} and its like. */
static int read_value(korch_traffic_string *out, struct json_object *tree,
                      struct json_object *value)
{
	static const struct {
		const char *key;
		int32_t kind;
	} kinds[] = {{"exact", KORCH_TRAFFIC_EXACT},
	             {"prefix", KORCH_TRAFFIC_PREFIX},
	             {"regex", KORCH_TRAFFIC_REGEX}};
	struct json_object *text = NULL;
	*out = (korch_traffic_string){0};
	for (size_t i = 0; i < KORCH_COUNT(kinds); i++) {
		if (json_object_object_get_ex(value, kinds[i].key, &text))
			*out = (korch_traffic_string){.value = json_object_get_string(text),
			                              .kind = kinds[i].kind};
	}
	if (json_object_object_get_ex(value, "suffix", &text)) {
		out->value = ends_with(tree, json_object_get_string(text));
		out->kind = KORCH_TRAFFIC_REGEX;
		return out->value ? 0 : KORCH_E_NOMEM;
	}
	return 0;
}

static struct json_object *parse(const char *text)
{
	struct json_object *node = NULL;
	if (text && korch__json_parse(&node, text, strlen(text), NULL, NULL, NULL) == 0 &&
	    json_object_is_type(node, json_type_object))
		return node;
	json_object_put(node);
	return NULL;
}

/* The headers of a match, in the room that is left. */
static int add_headers(korch__asked_traffic *t, korch_traffic_match *match,
                       struct json_object *headers)
{
	match->headers = &t->headers[t->n_headers];
	json_object_object_foreach(headers, name, value)
	{
		korch_traffic_header *header = &t->headers[t->n_headers++];
		header->name = name;
		match->n_headers++;
		if (read_value(&header->value, t->tree, value) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* Parses the headers of all matches; counts them. */
static int parse_headers(korch__asked_traffic *t, const korch_flagger_analysis *analysis, size_t *n)
{
	t->tree = json_object_new_array();
	for (size_t i = 0; t->tree && i < analysis->n_match; i++) {
		struct json_object *headers = parse(analysis->match[i].headers);
		*n += headers ? (size_t)json_object_object_length(headers) : 0;
		if (json_object_array_add(t->tree, headers) < 0) {
			json_object_put(headers);
			return KORCH_E_NOMEM;
		}
	}
	return t->tree ? 0 : KORCH_E_NOMEM;
}

/* Any of the matches leads to the target. */
static int add_match(korch__asked_traffic *t, const korch_flagger_analysis *analysis,
                     const char *revision)
{
	size_t n = 0;
	if (analysis->n_match == 0 || parse_headers(t, analysis, &n) < 0)
		return analysis->n_match == 0 ? 0 : KORCH_E_NOMEM;
	t->matches = korch__calloc(analysis->n_match, sizeof(*t->matches));
	t->headers = korch__calloc(n + 1, sizeof(*t->headers));
	if (!t->matches || !t->headers)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < analysis->n_match; i++) {
		korch_traffic_match *match = &t->matches[t->n_matches++];
		struct json_object *headers = json_object_array_get_idx(t->tree, i);
		match->method = string_of(analysis->match[i].method);
		match->path = string_of(analysis->match[i].uri);
		if (headers && add_headers(t, match, headers) < 0)
			return KORCH_E_NOMEM;
	}
	t->header_routes[t->traffic.n_header_routes++] =
	    (korch_traffic_route){.name = KORCH_FLAGGER_MATCH_ROUTE,
	                          .destination = revision,
	                          .matches = t->matches,
	                          .n_matches = t->n_matches};
	return 0;
}

/* Copies of all requests. */
static int add_mirror(korch__asked_traffic *t, int percentage, const char *revision)
{
	t->matches = korch__calloc(1, sizeof(*t->matches));
	if (!t->matches)
		return KORCH_E_NOMEM;
	t->n_matches = 1;
	t->matches[0].path = (korch_traffic_string){.value = "/", .kind = KORCH_TRAFFIC_PREFIX};
	t->mirror_routes[t->traffic.n_mirror_routes++] =
	    (korch_traffic_route){.name = KORCH_FLAGGER_MIRROR_ROUTE,
	                          .destination = revision,
	                          .matches = t->matches,
	                          .n_matches = 1,
	                          .percentage = percentage};
	return 0;
}

static void add_destinations(korch__asked_traffic *t, const parts *found)
{
	korch_traffic *to = &t->traffic;
	t->destinations[to->n_destinations++] = (korch_traffic_destination){
	    .hash = KORCH__FLAGGER_PRIMARY, .service = t->names[2], .weight = 100 - found->weight};
	if (strcmp(found->revision, "-") != 0)
		t->destinations[to->n_destinations++] = (korch_traffic_destination){
		    .hash = t->revision, .service = t->names[3], .weight = found->weight};
}

static void add_affinity(korch__asked_traffic *t, const korch_flagger_analysis *analysis,
                         const parts *found)
{
	const korch_flagger_session_affinity *affinity = analysis->session_affinity;
	if (!affinity || found->weight <= 0 || found->weight >= 100)
		return;
	t->traffic.cookie = affinity->cookie_name;
	t->traffic.cookie_max_age_s = affinity->max_age;
}

static int asks(korch__asked_traffic *out, const korch_object *object)
{
	const korch_flagger_canary *canary = (const korch_flagger_canary *)object;
	const korch_flagger_analysis *analysis = korch_flagger_analysis_of(canary);
	const char *text = korch__annotation(object, KORCH__FLAGGER_ANNOTATION_TRAFFIC);
	parts found;
	int mirror = 0;
	*out = (korch__asked_traffic){.traffic = {.size = sizeof(korch_traffic)}};
	if (!analysis || !canary->spec->service || !read_text(&found, text))
		return 0;
	snprintf(out->names[0], sizeof(out->names[0]), "canary.%.240s", korch_object_name(object));
	korch__flagger_service_name(out->names[1], canary, KORCH__FLAGGER_APEX);
	korch__flagger_service_name(out->names[2], canary, KORCH__FLAGGER_PRIMARY_ONLY);
	korch__flagger_service_name(out->names[3], canary, KORCH__FLAGGER_CANARY_ONLY);
	snprintf(out->revision, sizeof(out->revision), "%s", found.revision);
	korch_traffic *t = &out->traffic;
	t->namespace_ = korch_object_namespace(object);
	t->name = out->names[0];
	t->service = out->names[1];
	t->port = canary->spec->service->port;
	t->destinations = out->destinations;
	t->header_routes = out->header_routes;
	t->mirror_routes = out->mirror_routes;
	add_destinations(out, &found);
	add_affinity(out, analysis, &found);
	int code = 0;
	if (strcmp(found.routes, "match") == 0)
		code = add_match(out, analysis, out->revision);
	else if (sscanf(found.routes, "mirror=%d", &mirror) == 1)
		code = add_mirror(out, mirror, out->revision);
	return code < 0 ? code : 1;
}

static const char *asked(const korch_object *object)
{
	return object ? korch__annotation(object, KORCH__FLAGGER_ANNOTATION_TRAFFIC) : NULL;
}

static int is_verified(const korch_object *object)
{
	return asked(object) &&
	       korch__text_equal(asked(object),
	                         korch__annotation(object, KORCH__FLAGGER_ANNOTATION_IN_FORCE));
}

static int same(const korch_object *a, const korch_object *b)
{
	return korch__text_equal(asked(a), asked(b)) &&
	       ((const korch_flagger_canary *)a)->spec == ((const korch_flagger_canary *)b)->spec;
}

static int concerns(const korch_object *previous, const korch_object *object)
{
	if (!asked(previous) && !asked(object))
		return 0;
	return !previous || !object || korch__is_deleting(object) || !same(previous, object) ||
	       !is_verified(object);
}

static int verify(korch_object *edited)
{
	korch_object_meta *meta = korch_object_edit_meta(edited);
	return meta ? korch_map_set(&meta->annotations, KORCH__FLAGGER_ANNOTATION_IN_FORCE,
	                            asked(edited))
	            : KORCH_E_NOMEM;
}

const korch__routed korch__flagger_routed = {
    .kind = &korch_flagger_canary_kind,
    .controller = "canary-routing",
    .prefix = "canary.",
    .asks = asks,
    .concerns = concerns,
    .same = same,
    .is_verified = is_verified,
    .verify = verify,
};
