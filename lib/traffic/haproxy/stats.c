/* Counters of backends, from "show stat"; kept over changes of the process. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "traffic/haproxy/haproxy.h"
#include <stdlib.h>
#include <string.h>

/* Columns of the table, by HAProxy's management guide, 9.1. */
enum {
	COLUMN_NAME = 0,
	COLUMN_ROW = 1,
	COLUMN_TOTAL = 7,
	COLUMN_5XX = 43,
	COLUMN_TIME = 61,
	COLUMN_TIME_MAX = 93,
	COLUMNS = 100,
};

static haproxy_backend *find(const haproxy_router *router, const char *name)
{
	for (size_t i = 0; i < router->routes.n; i++) {
		const haproxy_backends *backends = &router->routes.items[i]->backends;
		for (size_t j = 0; j < backends->n; j++)
			if (strcmp(backends->items[j]->name, name) == 0)
				return backends->items[j];
	}
	return NULL;
}

static void take_line(const haproxy_router *router, char *line)
{
	const char *columns[COLUMNS];
	size_t n = 0;
	for (char *rest = line; rest && n < COLUMNS;)
		columns[n++] = strsep(&rest, ",");
	if (n <= COLUMN_TIME || strcmp(columns[COLUMN_ROW], "BACKEND") != 0)
		return;
	haproxy_backend *backend = find(router, columns[COLUMN_NAME]);
	if (!backend)
		return;
	backend->now = (haproxy_counters){
	    .requests = strtoull(columns[COLUMN_TOTAL], NULL, 10),
	    .errors = strtoull(columns[COLUMN_5XX], NULL, 10), /* with those that HAProxy answered */
	    .latency_us = strtoll(columns[COLUMN_TIME], NULL, 10) * KORCH_USEC_PER_MSEC,
	    .latency_max_us = n > COLUMN_TIME_MAX
	                          ? strtoll(columns[COLUMN_TIME_MAX], NULL, 10) * KORCH_USEC_PER_MSEC
	                          : 0,
	};
}

void korch__haproxy_answer_stats(const haproxy_router *router, const korch_traffic_call *call)
{
	const haproxy_route *route = korch__haproxy_route_find(router, call->namespace_, call->name);
	size_t n = route ? route->backends.n : 0;
	korch_traffic_stats *stats = korch__calloc(n + 1, sizeof(*stats));
	if (!route || !stats) {
		call->fn.stats(call->userdata, route ? KORCH_E_NOMEM : KORCH_E_NOT_FOUND, NULL, 0);
	} else {
		for (size_t i = 0; i < n; i++) {
			const haproxy_backend *b = route->backends.items[i];
			stats[i] = (korch_traffic_stats){
			    .hash = b->hash,
			    .requests = b->before.requests + b->now.requests,
			    .errors = b->before.errors + b->now.errors,
			    .latency_us = b->now.latency_us,
			    .latency_max_us = b->now.latency_max_us,
			};
		}
		call->fn.stats(call->userdata, 0, stats, n);
	}
	korch__free(stats);
}

static void on_stats(void *userdata, const char *reply)
{
	haproxy_router *router = userdata;
	_cleanup_free_ char *text = korch__strdup(reply);
	/* What a process that has been replaced says is counted already. */
	int is_present = router->stats_generation == router->generation;
	for (char *rest = text, *line; is_present && rest && (line = strsep(&rest, "\n"));)
		take_line(router, line);
	if (router->fold == 1) {
		router->fold = 2;
		korch__haproxy_kick(router);
	}
	korch_usec now = korch_loop_now(router->loop);
	for (korch_traffic_call *call = router->calls.first; call; call = call->next)
		if (call->kind == KORCH_CALL_STATS)
			korch__call_due(&router->calls, call, now);
}

void korch__haproxy_read_stats(haproxy_router *router)
{
	if (korch__haproxy_talk_is_busy(&router->stats))
		return;
	router->stats_generation = router->generation;
	korch__haproxy_say(router, &router->stats, "show stat", on_stats, router);
}
