/* What is wrong with a traffic, what it needs, and whether a router can do that. Pure. */
#include "base/cleanup.h"
#include "base/text.h"
#include <arpa/inet.h>
#include <korch/router.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { NAME_MAX_ = 253, HASH_MAX = 63 };

static const char HASH_LETTERS[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
/* RFC 9110, 5.6.2: tchar. */
static const char TOKEN_LETTERS[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";

static int fail(korch_error **err, int code, const char *path, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static int fail(korch_error **err, int code, const char *path, const char *format, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	korch_error_set(err, code, "%s", text);
	korch_error_prefix_path(err, path);
	return code;
}

static int check_name(const char *name, const char *letters, size_t max, const char *path,
                      korch_error **err)
{
	if (!name || !*name)
		return fail(err, KORCH_E_INVALID, path, "required");
	if (strlen(name) > max)
		return fail(err, KORCH_E_LIMIT, path, "%zu bytes; at most %zu are allowed", strlen(name),
		            max);
	if (name[strspn(name, letters)])
		return fail(err, KORCH_E_INVALID, path, "\"%s\": '%c' is not allowed here", name,
		            name[strspn(name, letters)]);
	return 0;
}

static int check_endpoints(const korch_traffic_destination *destination, const char *path,
                           korch_error **err)
{
	if (destination->n_endpoints > KORCH_TRAFFIC_ENDPOINTS_MAX)
		return fail(err, KORCH_E_LIMIT, path, "%zu endpoints; at most %d are allowed",
		            destination->n_endpoints, KORCH_TRAFFIC_ENDPOINTS_MAX);
	for (size_t i = 0; i < destination->n_endpoints; i++) {
		const korch_traffic_endpoint *endpoint = &destination->endpoints[i];
		unsigned char ip[16];
		const char *address = korch__text_or_empty(endpoint->address);
		if (inet_pton(AF_INET, address, ip) != 1 && inet_pton(AF_INET6, address, ip) != 1)
			return fail(err, KORCH_E_INVALID, path, "endpoint %zu: \"%s\" is no IP address", i,
			            address);
		if (endpoint->port < 1 || endpoint->port > 65535)
			return fail(err, KORCH_E_INVALID, path, "endpoint %zu: port %d; 1 to 65535 are allowed",
			            i, (int)endpoint->port);
	}
	return 0;
}

static int find(const korch_traffic *traffic, const char *hash, size_t before)
{
	for (size_t i = 0; i < before; i++)
		if (korch__text_equal(traffic->destinations[i].hash, hash))
			return 1;
	return 0;
}

static int check_destination(const korch_traffic *traffic, size_t i, korch_error **err)
{
	const korch_traffic_destination *destination = &traffic->destinations[i];
	char path[64];
	snprintf(path, sizeof(path), "destinations[%zu].hash", i);
	int r = check_name(destination->hash, HASH_LETTERS, HASH_MAX, path, err);
	if (r < 0)
		return r;
	if (find(traffic, destination->hash, i))
		return fail(err, KORCH_E_INVALID, path, "\"%s\" stands here twice", destination->hash);
	snprintf(path, sizeof(path), "destinations[%zu].weight", i);
	int32_t max = traffic->max_weight ? traffic->max_weight : 100;
	if (destination->weight < 0 || destination->weight > max)
		return fail(err, KORCH_E_INVALID, path, "%d; 0 to %d are allowed", (int)destination->weight,
		            (int)max);
	snprintf(path, sizeof(path), "destinations[%zu].endpoints", i);
	return check_endpoints(destination, path, err);
}

static int check_destinations(const korch_traffic *traffic, korch_error **err)
{
	int32_t max = traffic->max_weight ? traffic->max_weight : 100;
	int64_t sum = 0;
	if (max < 1 || max > KORCH_TRAFFIC_WEIGHT_MAX)
		return fail(err, KORCH_E_INVALID, "max_weight", "%d; 1 to %d are allowed", (int)max,
		            KORCH_TRAFFIC_WEIGHT_MAX);
	if (traffic->n_destinations < 1 || traffic->n_destinations > KORCH_TRAFFIC_DESTINATIONS_MAX)
		return fail(err, KORCH_E_LIMIT, "destinations", "%zu; 1 to %d are allowed",
		            traffic->n_destinations, KORCH_TRAFFIC_DESTINATIONS_MAX);
	for (size_t i = 0; i < traffic->n_destinations; i++) {
		int r = check_destination(traffic, i, err);
		if (r < 0)
			return r;
		sum += traffic->destinations[i].weight;
	}
	if (sum != max)
		return fail(err, KORCH_E_INVALID, "destinations", "the weights sum to %d, not to %d",
		            (int)sum, (int)max);
	return 0;
}

static int check_string(const korch_traffic_string *string, const char *path, korch_error **err)
{
	if (string->kind < KORCH_TRAFFIC_ANY || string->kind > KORCH_TRAFFIC_REGEX)
		return fail(err, KORCH_E_INVALID, path, "%d is no kind of match", (int)string->kind);
	if (string->kind == KORCH_TRAFFIC_ANY)
		return 0;
	if (!string->value || !*string->value)
		return fail(err, KORCH_E_INVALID, path, "exact, prefix or regex must not be empty");
	if (strlen(string->value) > KORCH_TRAFFIC_TEXT_MAX)
		return fail(err, KORCH_E_LIMIT, path, "%zu bytes; at most %d are allowed",
		            strlen(string->value), KORCH_TRAFFIC_TEXT_MAX);
	for (const char *c = string->value; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return fail(err, KORCH_E_INVALID, path, "control characters are not allowed");
	return 0;
}

static int check_match(const korch_traffic_match *match, const char *path, korch_error **err)
{
	if (match->n_headers > KORCH_TRAFFIC_MATCHES_MAX)
		return fail(err, KORCH_E_LIMIT, path, "%zu headers; at most %d are allowed",
		            match->n_headers, KORCH_TRAFFIC_MATCHES_MAX);
	int is_any = match->n_headers == 0 && match->method.kind == KORCH_TRAFFIC_ANY &&
	             match->path.kind == KORCH_TRAFFIC_ANY;
	if (is_any)
		return fail(err, KORCH_E_INVALID, path, "matches nothing in particular");
	int r = check_string(&match->method, path, err);
	if (r == 0)
		r = check_string(&match->path, path, err);
	for (size_t i = 0; r == 0 && i < match->n_headers; i++) {
		r = check_name(match->headers[i].name, TOKEN_LETTERS, NAME_MAX_, path, err);
		if (r == 0)
			r = check_string(&match->headers[i].value, path, err);
	}
	return r;
}

static int check_route(const korch_traffic *traffic, const korch_traffic_route *route,
                       const char *path, korch_error **err)
{
	char member[128];
	snprintf(member, sizeof(member), "%s.name", path);
	int r = check_name(route->name, HASH_LETTERS, NAME_MAX_, member, err);
	if (r < 0)
		return r;
	if (!find(traffic, korch__text_or_empty(route->destination), traffic->n_destinations))
		return fail(err, KORCH_E_INVALID, path, "there is no destination \"%s\"",
		            korch__text_or_empty(route->destination));
	if (route->n_matches < 1 || route->n_matches > KORCH_TRAFFIC_MATCHES_MAX)
		return fail(err, KORCH_E_LIMIT, path, "%zu matches; 1 to %d are allowed", route->n_matches,
		            KORCH_TRAFFIC_MATCHES_MAX);
	for (size_t i = 0; r == 0 && i < route->n_matches; i++) {
		snprintf(member, sizeof(member), "%s.match[%zu]", path, i);
		r = check_match(&route->matches[i], member, err);
	}
	return r;
}

static int check_routes(const korch_traffic *traffic, int is_mirror, korch_error **err)
{
	const char *what = is_mirror ? "mirror_routes" : "header_routes";
	const korch_traffic_route *routes = is_mirror ? traffic->mirror_routes : traffic->header_routes;
	size_t n = is_mirror ? traffic->n_mirror_routes : traffic->n_header_routes;
	if (n > KORCH_TRAFFIC_ROUTES_MAX)
		return fail(err, KORCH_E_LIMIT, what, "%zu; at most %d are allowed", n,
		            KORCH_TRAFFIC_ROUTES_MAX);
	for (size_t i = 0; i < n; i++) {
		char path[64];
		snprintf(path, sizeof(path), "%s[%zu]", what, i);
		int r = check_route(traffic, &routes[i], path, err);
		if (r < 0)
			return r;
		for (size_t j = 0; j < i; j++)
			if (korch__text_equal(routes[i].name, routes[j].name))
				return fail(err, KORCH_E_INVALID, path, "\"%s\" stands here twice", routes[i].name);
		if (is_mirror && (routes[i].percentage < 1 || routes[i].percentage > 100))
			return fail(err, KORCH_E_INVALID, path, "percentage %d; 1 to 100 are allowed",
			            (int)routes[i].percentage);
	}
	return 0;
}

static int check_cookie(const korch_traffic *traffic, korch_error **err)
{
	if (!traffic->cookie)
		return 0;
	int r = check_name(traffic->cookie, TOKEN_LETTERS, HASH_MAX, "cookie", err);
	if (r == 0 &&
	    (traffic->cookie_max_age_s < 0 || traffic->cookie_max_age_s > KORCH_TRAFFIC_COOKIE_AGE_MAX))
		r = fail(err, KORCH_E_INVALID, "cookie_max_age_s", "0 to %d seconds are allowed",
		         KORCH_TRAFFIC_COOKIE_AGE_MAX);
	return r;
}

int korch_traffic_check(const korch_traffic *traffic, korch_error **err)
{
	if (!traffic || traffic->size < sizeof(*traffic))
		return korch_error_set(err, KORCH_E_INVALID, "a traffic of the known size is needed");
	int r = check_name(traffic->namespace_, HASH_LETTERS, NAME_MAX_, "namespace", err);
	if (r == 0)
		r = check_name(traffic->name, HASH_LETTERS, NAME_MAX_, "name", err);
	if (r == 0)
		r = check_name(traffic->service, HASH_LETTERS, NAME_MAX_, "service", err);
	if (r == 0 && (traffic->port < 0 || traffic->port > 65535))
		r = fail(err, KORCH_E_INVALID, "port", "%d; 0 to 65535 are allowed", (int)traffic->port);
	if (r == 0)
		r = check_destinations(traffic, err);
	if (r == 0)
		r = check_routes(traffic, 0, err);
	if (r == 0)
		r = check_routes(traffic, 1, err);
	return r < 0 ? r : check_cookie(traffic, err);
}

static uint32_t needs_of_match(const korch_traffic_match *match)
{
	static const uint32_t bits[] = {
	    [KORCH_TRAFFIC_ANY] = KORCH_ROUTER_HEADER_PREFIX,
	    [KORCH_TRAFFIC_EXACT] = KORCH_ROUTER_HEADER_EXACT,
	    [KORCH_TRAFFIC_PREFIX] = KORCH_ROUTER_HEADER_PREFIX,
	    [KORCH_TRAFFIC_REGEX] = KORCH_ROUTER_HEADER_REGEX,
	};
	uint32_t needed = 0;
	if (match->method.kind)
		needed |= bits[match->method.kind];
	if (match->path.kind)
		needed |= bits[match->path.kind];
	for (size_t i = 0; i < match->n_headers; i++)
		needed |= bits[match->headers[i].value.kind];
	return needed;
}

uint32_t korch_traffic_needs(const korch_traffic *traffic)
{
	uint32_t needed = 0;
	for (size_t i = 0; i < traffic->n_destinations; i++)
		if (traffic->n_destinations > 1 && traffic->destinations[i].weight)
			needed |= KORCH_ROUTER_WEIGHTS;
	for (size_t i = 0; i < traffic->n_header_routes; i++)
		for (size_t j = 0; j < traffic->header_routes[i].n_matches; j++)
			needed |= needs_of_match(&traffic->header_routes[i].matches[j]);
	if (traffic->n_mirror_routes)
		needed |= KORCH_ROUTER_MIRROR;
	if (traffic->cookie)
		needed |= KORCH_ROUTER_COOKIE_AFFINITY;
	return needed;
}

/* What a bit is called in a refusal. */
static const char *capability_text(uint32_t bit)
{
	switch (bit) {
	case KORCH_ROUTER_WEIGHTS:
		return "set weights";
	case KORCH_ROUTER_HEADER_EXACT:
		return "route by a header's exact value";
	case KORCH_ROUTER_HEADER_PREFIX:
		return "route by the beginning of a header's value";
	case KORCH_ROUTER_HEADER_REGEX:
		return "route by a regular expression";
	case KORCH_ROUTER_MIRROR:
		return "mirror requests";
	case KORCH_ROUTER_COOKIE_AFFINITY:
		return "keep clients with a revision by a cookie";
	case KORCH_ROUTER_METRICS:
		return "count requests";
	case KORCH_ROUTER_EXACT:
		return "keep shares exact";
	default:
		return "do that";
	}
}

int korch_router_refuses(uint32_t capabilities, const korch_traffic_need *needs, size_t n,
                         korch_error **err)
{
	for (size_t i = 0; i < n; i++) {
		if ((needs[i].capability & capabilities) == needs[i].capability)
			continue;
		korch_error_set(err, KORCH_E_UNSUPPORTED, "the traffic router cannot %s",
		                capability_text(needs[i].capability));
		if (needs[i].path)
			korch_error_prefix_path(err, needs[i].path);
		return KORCH_E_UNSUPPORTED;
	}
	return 0;
}
