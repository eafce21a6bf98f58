/* A router in memory: late or failing on order, in real or virtual time, with requests that are
 * answered by the name of their destination. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "base/turn.h"
#include "base/vec.h"
#include "traffic/traffic.h"
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A rollout that has traffic. */
typedef struct entry {
	korch_traffic *traffic;
	korch_turn *turns; /* one for each destination */
	uint64_t *requests;
} entry;

typedef struct sim_router {
	korch_traffic_calls calls;
	korch_loop *loop;
	uint32_t capabilities;
	korch_usec lag;
	int fail_code;
	uint32_t n_fail;
	KORCH_VEC(char *) services; /* "namespace/name"; none: all exist */
	KORCH_VEC(entry) entries;
} sim_router;

static void entry_fini(entry *e)
{
	korch_traffic_free(e->traffic);
	korch__free(e->turns);
	korch__free(e->requests);
}

static entry *find(const sim_router *router, const char *namespace_, const char *name)
{
	for (size_t i = 0; i < router->entries.n; i++) {
		entry *e = &router->entries.items[i];
		if (korch__text_equal(e->traffic->namespace_, namespace_) &&
		    korch__text_equal(e->traffic->name, name))
			return e;
	}
	return NULL;
}

static entry *find_service(const sim_router *router, const char *namespace_, const char *service)
{
	for (size_t i = 0; i < router->entries.n; i++) {
		entry *e = &router->entries.items[i];
		if (korch__text_equal(e->traffic->namespace_, namespace_) &&
		    korch__text_equal(e->traffic->service, service))
			return e;
	}
	return NULL;
}

static int has_service(const sim_router *router, const char *namespace_, const char *service)
{
	_cleanup_free_ char *text = korch__sprintf("%s/%s", namespace_, service);
	for (size_t i = 0; text && i < router->services.n; i++)
		if (strcmp(router->services.items[i], text) == 0)
			return 1;
	return router->services.n == 0;
}

/* Makes a traffic the one in force; the counters of destinations that stay go on. Takes it. */
static int apply(sim_router *router, korch_traffic **traffic)
{
	const korch_traffic *wanted = *traffic;
	entry *e = find(router, wanted->namespace_, wanted->name);
	entry next = {.turns = korch__calloc(wanted->n_destinations, sizeof(*next.turns)),
	              .requests = korch__calloc(wanted->n_destinations, sizeof(*next.requests))};
	if (!next.turns || !next.requests || (!e && korch__vec_reserve(&router->entries, 1) < 0)) {
		entry_fini(&next);
		return KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < wanted->n_destinations; i++) {
		const korch_traffic_destination *destination = &wanted->destinations[i];
		size_t was = e ? korch__traffic_find(e->traffic, destination->hash) : SIZE_MAX;
		next.turns[i].weight = destination->weight;
		next.requests[i] = was == SIZE_MAX ? 0 : e->requests[was];
	}
	next.traffic = KORCH_STEAL(*traffic);
	if (e)
		entry_fini(e);
	else
		e = &router->entries.items[router->entries.n++];
	*e = next;
	return 0;
}

static void run_set(sim_router *router, korch_traffic_call *call)
{
	const entry *other = find_service(router, call->traffic->namespace_, call->traffic->service);
	if (korch__call_is_superseded(&router->calls, call))
		korch__call_complete(call, KORCH_E_CANCELED, "a later one has taken its place");
	else if (call->code < 0)
		korch__call_complete(call, call->code, call->message);
	else if (!has_service(router, call->traffic->namespace_, call->traffic->service))
		korch__call_complete(call, KORCH_E_NOT_FOUND, "there is no such Service");
	else if (other && !korch__text_equal(other->traffic->name, call->name))
		korch__call_complete(call, KORCH_E_EXISTS, "the Service is another rollout's");
	else if (apply(router, &call->traffic) < 0)
		korch__call_complete(call, KORCH_E_NOMEM, "out of memory");
	else
		korch__call_complete(call, 0, "");
}

static void run_remove(sim_router *router, korch_traffic_call *call)
{
	entry *e = find(router, call->namespace_, call->name);
	if (e) {
		entry_fini(e);
		korch__vec_swap_remove(&router->entries, (size_t)(e - router->entries.items));
	}
	korch__call_complete(call, 0, "");
}

static int is_pending(const sim_router *router, const korch_traffic_call *of)
{
	for (const korch_traffic_call *call = router->calls.first; call; call = call->next)
		if (call->kind == KORCH_CALL_SET && korch__text_equal(call->name, of->name) &&
		    korch__text_equal(call->namespace_, of->namespace_))
			return 1;
	return 0;
}

static void run_get(const sim_router *router, korch_traffic_call *call)
{
	const entry *e = find(router, call->namespace_, call->name);
	if (!e) {
		korch__call_complete(call, KORCH_E_NOT_FOUND, "");
		return;
	}
	int late = is_pending(router, call);
	korch_traffic_report report = {.traffic = e->traffic,
	                               .in_force = !late,
	                               .reason = late ? "a change is under way" : "",
	                               .address = "",
	                               .metrics = ""};
	call->fn.get(call->userdata, 0, &report);
}

static void run_stats(const sim_router *router, korch_traffic_call *call)
{
	const entry *e = find(router, call->namespace_, call->name);
	size_t n = e ? e->traffic->n_destinations : 0;
	korch_traffic_stats *stats = korch__calloc(n ? n : 1, sizeof(*stats));
	if (!e || !stats) {
		korch__call_complete(call, e ? KORCH_E_NOMEM : KORCH_E_NOT_FOUND, "");
	} else {
		for (size_t i = 0; i < n; i++)
			stats[i] = (korch_traffic_stats){.hash = e->traffic->destinations[i].hash,
			                                 .requests = e->requests[i]};
		call->fn.stats(call->userdata, 0, stats, n);
	}
	korch__free(stats);
}

static void run(void *self, korch_traffic_call *call)
{
	sim_router *router = self;
	switch (call->kind) {
	case KORCH_CALL_SET:
		run_set(router, call);
		break;
	case KORCH_CALL_REMOVE:
		run_remove(router, call);
		break;
	case KORCH_CALL_GET:
		run_get(router, call);
		break;
	case KORCH_CALL_STATS:
		run_stats(router, call);
		break;
	}
}

/* The table */

static int sim_set(void *self, const korch_traffic *traffic, korch_router_done_fn fn,
                   void *userdata)
{
	sim_router *router = self;
	korch_traffic_call *call = korch__call_add_set(&router->calls, traffic, fn, userdata);
	if (!call)
		return KORCH_E_NOMEM;
	if (router->n_fail) {
		router->n_fail--;
		korch__call_settle(&router->calls, call, router->fail_code, "told to fail");
	}
	korch__call_due(&router->calls, call, korch_loop_now(router->loop) + router->lag);
	return 0;
}

static int sim_remove(void *self, const char *namespace_, const char *name, korch_router_done_fn fn,
                      void *userdata)
{
	sim_router *router = self;
	korch_traffic_call *call =
	    korch__call_add_remove(&router->calls, namespace_, name, fn, userdata);
	if (!call)
		return KORCH_E_NOMEM;
	korch__call_due(&router->calls, call, korch_loop_now(router->loop) + router->lag);
	return 0;
}

static int sim_get(void *self, const char *namespace_, const char *name, korch_router_get_fn fn,
                   void *userdata)
{
	sim_router *router = self;
	return korch__call_get(&router->calls, namespace_, name, fn, userdata);
}

static int sim_stats(void *self, const char *namespace_, const char *name, korch_router_stats_fn fn,
                     void *userdata)
{
	sim_router *router = self;
	korch_traffic_call *call =
	    korch__call_add_stats(&router->calls, namespace_, name, fn, userdata);
	if (!call)
		return KORCH_E_NOMEM;
	korch__call_due(&router->calls, call, korch_loop_now(router->loop));
	return 0;
}

static uint32_t sim_capabilities(const void *self)
{
	return ((const sim_router *)self)->capabilities;
}

static void sim_free(void *self)
{
	sim_router *router = self;
	korch__calls_fini(&router->calls);
	for (size_t i = 0; i < router->entries.n; i++)
		entry_fini(&router->entries.items[i]);
	for (size_t i = 0; i < router->services.n; i++)
		korch__free(router->services.items[i]);
	korch__vec_fini(&router->entries);
	korch__vec_fini(&router->services);
	korch__free(router);
}

static const korch_router_ops sim_ops = {
    .size = sizeof(sim_ops),
    .name = "sim",
    .capabilities = KORCH_ROUTER_WEIGHTS | KORCH_ROUTER_HEADER_EXACT | KORCH_ROUTER_HEADER_PREFIX |
                    KORCH_ROUTER_HEADER_REGEX | KORCH_ROUTER_MIRROR | KORCH_ROUTER_COOKIE_AFFINITY |
                    KORCH_ROUTER_METRICS | KORCH_ROUTER_EXACT,
    .set = sim_set,
    .remove = sim_remove,
    .get = sim_get,
    .stats = sim_stats,
    .get_capabilities = sim_capabilities,
    .free = sim_free,
};

static int keep_services(sim_router *router, const korch_router_sim_options *options)
{
	for (size_t i = 0; options && i < options->n_services; i++) {
		char *text = korch__strdup(options->services[i]);
		if (!text || korch__vec_push(&router->services, text) < 0) {
			korch__free(text);
			return KORCH_E_NOMEM;
		}
	}
	return 0;
}

int korch_router_sim_new(korch_router **out, korch_loop *loop,
                         const korch_router_sim_options *options, korch_error **err)
{
	if (!out || !loop || (options && options->size < sizeof(*options)))
		return korch_error_set(err, KORCH_E_INVALID,
		                       "a simulated router needs a loop, and options of the known size");
	sim_router *router = korch__calloc(1, sizeof(*router));
	if (!router)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a router");
	router->loop = loop;
	router->capabilities =
	    options && options->capabilities ? options->capabilities : sim_ops.capabilities;
	router->lag = options ? options->lag_us : 0;
	int r = korch__calls_init(&router->calls, loop, run, router);
	if (r == 0)
		r = keep_services(router, options);
	if (r == 0)
		r = korch_router_register(out, &sim_ops, router, NULL);
	if (r == 0)
		return 0;
	sim_free(router);
	return korch_error_set(err, r, "no memory for a router");
}

void korch_router_sim_fail(korch_router *router, int code, uint32_t n)
{
	sim_router *sim = korch_router_get_self(router);
	sim->fail_code = code;
	sim->n_fail = n;
}

void korch_router_sim_lag(korch_router *router, korch_usec lag_us)
{
	((sim_router *)korch_router_get_self(router))->lag = lag_us;
}

/* Requests */

static int matches_regex(const char *pattern, const char *text)
{
	regex_t regex;
	_cleanup_free_ char *whole = korch__sprintf("^(%s)$", pattern);
	if (!whole || regcomp(&regex, whole, REG_EXTENDED | REG_NOSUB) != 0)
		return 0;
	int found = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

static int matches_string(const korch_traffic_string *wanted, const char *text)
{
	switch (wanted->kind) {
	case KORCH_TRAFFIC_EXACT:
		return strcmp(wanted->value, text) == 0;
	case KORCH_TRAFFIC_PREFIX:
		return korch__text_has_prefix(text, wanted->value);
	case KORCH_TRAFFIC_REGEX:
		return matches_regex(wanted->value, text);
	default:
		return 1;
	}
}

static int matches_header(const korch_traffic_header *wanted, const char *const *headers)
{
	for (; headers && headers[0]; headers += 2)
		if (strcasecmp(headers[0], wanted->name) == 0)
			return matches_string(&wanted->value, headers[1]);
	return 0;
}

/* Methods and paths are not simulated: each request is a GET of "/". */
static int matches(const korch_traffic_route *route, const char *const *headers)
{
	for (size_t i = 0; i < route->n_matches; i++) {
		const korch_traffic_match *match = &route->matches[i];
		int all = matches_string(&match->method, "GET") && matches_string(&match->path, "/");
		for (size_t j = 0; all && j < match->n_headers; j++)
			all = matches_header(&match->headers[j], headers);
		if (all)
			return 1;
	}
	return 0;
}

const char *korch_router_sim_request(korch_router *router, const char *namespace_,
                                     const char *service, const char *const *headers,
                                     const char *cookie)
{
	entry *e = find_service(korch_router_get_self(router), namespace_, service);
	if (!e)
		return NULL;
	const korch_traffic *traffic = e->traffic;
	size_t to = SIZE_MAX;
	for (size_t i = 0; to == SIZE_MAX && i < traffic->n_header_routes; i++)
		if (matches(&traffic->header_routes[i], headers))
			to = korch__traffic_find(traffic, traffic->header_routes[i].destination);
	size_t kept = traffic->cookie ? korch__traffic_find(traffic, cookie) : SIZE_MAX;
	if (to == SIZE_MAX && kept != SIZE_MAX && traffic->destinations[kept].weight)
		to = kept;
	if (to == SIZE_MAX)
		to = korch__turn_next(e->turns, traffic->n_destinations);
	e->requests[to]++;
	return traffic->destinations[to].hash;
}
