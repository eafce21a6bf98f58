/* The rules of a route's frontend: header routes first, then the cookie, then the weights. */
#include "base/cleanup.h"
#include "traffic/haproxy/haproxy.h"
#include <stdio.h>
#include <string.h>

/* What a header route is made of, on the way into the text. */
typedef struct matching {
	haproxy_image *image;
	korch_buf *text;
	const haproxy_router *router;
	const haproxy_route *route;
	size_t n_maps;
	int failed;
} matching;

/* Exact values and beginnings are compared as hexadecimal text: nothing in them has a meaning. */
static void put_hex(korch_buf *to, const char *text)
{
	for (; *text; text++)
		korch__buf_printf(to, "%02X", (unsigned)(unsigned char)*text);
}

/* The whole has to match; a key of a map has no space in it. */
static void put_regex(korch_buf *to, const char *regex)
{
	int is_escaped = 0;
	korch__buf_puts(to, "^(?:");
	for (; *regex; regex++) {
		if (*regex == ' ')
			korch__buf_puts(to, is_escaped ? "x20" : "\\x20");
		else
			korch__buf_putc(to, *regex);
		is_escaped = *regex == '\\' && !is_escaped;
	}
	korch__buf_puts(to, ")$");
}

/* Adds one condition on something that HAProxy can fetch. */
static void put_condition(matching *m, const char *fetch, const korch_traffic_string *string)
{
	static const char *const ways[] = {NULL, ",hex,map_str(", ",hex,map_beg(", ",map_reg("};
	korch_buf rows;
	char name[64];
	if (string->kind == KORCH_TRAFFIC_ANY) {
		korch__buf_printf(m->text, " { %s -m found }", fetch);
		return;
	}
	snprintf(name, sizeof(name), "match-%llu-%zu", (unsigned long long)m->route->id, m->n_maps++);
	_cleanup_free_ char *path = korch__haproxy_map_path(m->router, name);
	korch__buf_init(&rows, 0);
	if (string->kind == KORCH_TRAFFIC_REGEX)
		put_regex(&rows, string->value);
	else
		put_hex(&rows, string->value);
	korch__buf_puts(&rows, " 1\n");
	m->failed |= !path || korch__haproxy_add_map(m->image, name, &rows) < 0;
	korch__buf_printf(m->text, " { %s%s%s) -m found }", fetch, ways[string->kind],
	                  path ? path : "");
}

static void put_match(matching *m, const char *backend, const korch_traffic_match *match)
{
	char fetch[320];
	korch__buf_printf(
	    m->text, "  http-request set-var(txn.to) str(%s) if !{ var(txn.to) -m found }", backend);
	if (match->method.kind)
		put_condition(m, "method", &match->method);
	if (match->path.kind)
		put_condition(m, "path", &match->path);
	for (size_t i = 0; i < match->n_headers; i++) {
		snprintf(fetch, sizeof(fetch), "req.fhdr(%s)", match->headers[i].name);
		put_condition(m, fetch, &match->headers[i].value);
	}
	korch__buf_putc(m->text, '\n');
	/* An expression is compiled when HAProxy starts: another one is another configuration. */
	for (size_t i = 0; i < match->n_headers; i++)
		if (match->headers[i].value.kind == KORCH_TRAFFIC_REGEX)
			korch__buf_printf(m->text, "  # %s\n", match->headers[i].value.value);
	if (match->path.kind == KORCH_TRAFFIC_REGEX)
		korch__buf_printf(m->text, "  # %s\n", match->path.value);
	if (match->method.kind == KORCH_TRAFFIC_REGEX)
		korch__buf_printf(m->text, "  # %s\n", match->method.value);
}

static void put_header_routes(matching *m)
{
	const korch_traffic *traffic = m->route->wanted;
	for (size_t i = 0; i < traffic->n_header_routes; i++) {
		const korch_traffic_route *route = &traffic->header_routes[i];
		size_t to = korch__traffic_find(traffic, route->destination);
		for (size_t j = 0; j < route->n_matches; j++)
			put_match(m, m->route->backends.items[to]->name, &route->matches[j]);
	}
}

/* A client whose cookie names a revision that has weight goes there; one that is new gets it. */
static int put_cookie(matching *m)
{
	const korch_traffic *traffic = m->route->wanted;
	char kept[64], named[64];
	korch_buf rows;
	snprintf(kept, sizeof(kept), "kept-%llu", (unsigned long long)m->route->id);
	snprintf(named, sizeof(named), "named-%llu", (unsigned long long)m->route->id);
	_cleanup_free_ char *kept_path = korch__haproxy_map_path(m->router, kept);
	if (!kept_path)
		return KORCH_E_NOMEM;
	korch__buf_init(&rows, 0);
	for (size_t i = 0; i < traffic->n_destinations; i++)
		if (traffic->destinations[i].weight && m->route->backends.items[i]->n_endpoints)
			korch__buf_printf(&rows, "%s %s\n", traffic->destinations[i].hash,
			                  m->route->backends.items[i]->name);
	if (korch__haproxy_add_map(m->image, kept, &rows) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < traffic->n_destinations; i++)
		korch__buf_printf(&rows, "%s %s\n", m->route->backends.items[i]->name,
		                  traffic->destinations[i].hash);
	if (korch__haproxy_add_map(m->image, named, &rows) < 0)
		return KORCH_E_NOMEM;
	korch__buf_printf(
	    m->text,
	    "  http-request set-var(txn.kept) req.cook(%s),map_str(%s) if !{ "
	    "var(txn.to) -m found }\n"
	    "  http-request set-var(txn.to) var(txn.kept) if { var(txn.kept) -m found }\n",
	    traffic->cookie, kept_path);
	return 0;
}

static int put_set_cookie(matching *m)
{
	const korch_traffic *traffic = m->route->wanted;
	char named[64], age[48] = "";
	snprintf(named, sizeof(named), "named-%llu", (unsigned long long)m->route->id);
	_cleanup_free_ char *path = korch__haproxy_map_path(m->router, named);
	if (traffic->cookie_max_age_s)
		snprintf(age, sizeof(age), "; Max-Age=%lld", (long long)traffic->cookie_max_age_s);
	korch__buf_printf(m->text,
	                  "  http-response add-header Set-Cookie \"%s=%%[var(txn.to),map_str(%s)]%s; "
	                  "Path=/; HttpOnly\" if { var(txn.new) -m found }\n",
	                  traffic->cookie, path ? path : "", age);
	return path ? 0 : KORCH_E_NOMEM;
}

int korch__haproxy_rules(haproxy_image *out, korch_buf *text, const haproxy_router *router,
                         const haproxy_route *route)
{
	const korch_traffic *traffic = route->wanted;
	unsigned long long id = route->id;
	matching m = {.image = out, .text = text, .router = router, .route = route};
	char name[64];
	snprintf(name, sizeof(name), "weights-%llu", id);
	_cleanup_free_ char *weights = korch__haproxy_map_path(router, name);
	korch__buf_printf(text,
	                  "backend korch-count-%llu\n  stick-table type integer size 1 store gpc0\n"
	                  "frontend korch-in-%llu\n  bind fd@%d\n",
	                  id, id, route->fd);
	put_header_routes(&m);
	if (m.failed || !weights || (traffic->cookie && put_cookie(&m) < 0))
		return KORCH_E_NOMEM;
	korch__buf_printf(text,
	                  "  http-request set-var(txn.new) int(1) if !{ var(txn.to) -m found }\n"
	                  "  http-request track-sc0 int(0) table korch-count-%llu if { var(txn.new) -m "
	                  "found }\n"
	                  "  http-request set-var(txn.to) sc_inc_gpc0(0),mod(%d),map_str(%s) if { "
	                  "var(txn.new) -m found }\n"
	                  "  use_backend %%[var(txn.to)] if { var(txn.to) -m found }\n",
	                  id, (int)korch__traffic_max(traffic), weights);
	return traffic->cookie ? put_set_cookie(&m) : 0;
}
