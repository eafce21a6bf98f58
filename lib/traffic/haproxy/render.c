/* From routes to an image: the configuration's text, maps, servers. The rules of a frontend:
 * rules.c.
 */
#include "base/cleanup.h"
#include "base/turn.h"
#include "traffic/haproxy/haproxy.h"
#include <stdio.h>
#include <string.h>

char *korch__haproxy_socket(const haproxy_router *router, uint64_t generation)
{
	return korch__sprintf("%s/run-%llu.sock", router->folder, (unsigned long long)generation);
}

char *korch__haproxy_map_path(const haproxy_router *router, const char *name)
{
	return korch__sprintf("%s/%s.map", router->folder, name);
}

void korch__haproxy_image_fini(haproxy_image *image)
{
	korch__free(image->shape);
	korch__free(image->config);
	for (size_t i = 0; i < image->maps.n; i++)
		korch__free(image->maps.items[i].rows);
	korch__vec_fini(&image->maps);
	korch__vec_fini(&image->servers);
	*image = (haproxy_image){0};
}

int korch__haproxy_add_map(haproxy_image *out, const char *name, korch_buf *rows)
{
	haproxy_map map = {.rows = korch__buf_steal(rows)};
	snprintf(map.name, sizeof(map.name), "%s", name);
	if (map.rows && korch__vec_push(&out->maps, map) == 0)
		return 0;
	korch__free(map.rows);
	return KORCH_E_NOMEM;
}

static void put_globals(korch_buf *text, const haproxy_router *router)
{
	korch__buf_puts(text, "defaults\n"
	                      "  mode http\n"
	                      "  timeout connect 5s\n"
	                      "  timeout client 1h\n"
	                      "  timeout server 1h\n"
	                      "  timeout http-request 60s\n"
	                      "  timeout http-keep-alive 60s\n"
	                      "  timeout queue 5s\n"
	                      "  retries 3\n"
	                      "  option redispatch 1\n"
	                      "  retry-on conn-failure empty-response\n"
	                      "frontend korch-metrics\n");
	korch__buf_printf(text, "  bind fd@%d\n", router->metrics_fd);
	korch__buf_puts(text, "  http-request use-service prometheus-exporter if { path /metrics }\n");
}

/* Which destination has which place in the sequence that a counter walks through. */
static int add_sequence(haproxy_image *out, const haproxy_route *route)
{
	korch_turn turns[KORCH_TRAFFIC_DESTINATIONS_MAX] = {{0, 0}};
	const korch_traffic *traffic = route->wanted;
	korch_buf rows;
	char name[64];
	size_t first = 0;
	for (size_t i = traffic->n_destinations; i-- > 0;) {
		if (route->backends.items[i]->n_endpoints)
			turns[i].weight = traffic->destinations[i].weight;
		if (traffic->destinations[i].weight)
			first = i;
	}
	korch__buf_init(&rows, 0);
	for (int32_t i = 0; i < korch__traffic_max(traffic); i++) {
		size_t to = korch__turn_next(turns, traffic->n_destinations);
		korch__buf_printf(&rows, "%d %s\n", (int)i,
		                  route->backends.items[to == SIZE_MAX ? first : to]->name);
	}
	snprintf(name, sizeof(name), "weights-%llu", (unsigned long long)route->id);
	return korch__haproxy_add_map(out, name, &rows);
}

static int put_backend(haproxy_image *out, korch_buf *shape, korch_buf *config,
                       const haproxy_backend *backend)
{
	char head[HAPROXY_NAME_SIZE + 64];
	snprintf(head, sizeof(head), "backend %s\n  balance roundrobin\n", backend->name);
	korch__buf_puts(shape, head);
	korch__buf_puts(config, head);
	korch__buf_printf(shape, "  servers %zu\n", backend->slots.n);
	for (size_t i = 0; i < backend->slots.n; i++) {
		haproxy_server server = {.slot = backend->slots.items[i]};
		const haproxy_slot *slot = &server.slot;
		snprintf(server.name, sizeof(server.name), "%s/s%zu", backend->name, i);
		if (!slot->port)
			korch__buf_printf(config, "  server s%zu 127.0.0.1:1 disabled\n", i);
		else
			korch__buf_printf(config,
			                  strchr(slot->address, ':') ? "  server s%zu ipv6@[%s]:%d\n"
			                                             : "  server s%zu %s:%d\n",
			                  i, slot->address, (int)slot->port);
		if (korch__vec_push(&out->servers, server) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int put_route(haproxy_image *out, korch_buf *shape, korch_buf *config,
                     const haproxy_router *router, const haproxy_route *route)
{
	korch_buf rules;
	korch__buf_init(&rules, 0);
	int r = add_sequence(out, route);
	if (r == 0)
		r = korch__haproxy_rules(out, &rules, router, route);
	_cleanup_free_ char *text = korch__buf_steal(&rules);
	if (r < 0 || !text)
		return KORCH_E_NOMEM;
	korch__buf_puts(shape, text);
	korch__buf_puts(config, text);
	for (size_t i = 0; r == 0 && i < route->backends.n; i++)
		r = put_backend(out, shape, config, route->backends.items[i]);
	return r;
}

int korch__haproxy_render(haproxy_image *out, const haproxy_router *router)
{
	_cleanup_free_ char *path = korch__haproxy_socket(router, router->generation + 1);
	korch_buf shape, config;
	int r = path ? 0 : KORCH_E_NOMEM;
	*out = (haproxy_image){0};
	korch__buf_init(&shape, 0);
	korch__buf_init(&config, 0);
	korch__buf_printf(&config,
	                  "global\n  stats socket %s mode 600 level admin\n  hard-stop-after 60s\n"
	                  "  nbthread 1\n",
	                  path);
	put_globals(&config, router);
	for (size_t i = 0; r == 0 && i < router->routes.n; i++)
		r = put_route(out, &shape, &config, router, router->routes.items[i]);
	out->shape = korch__buf_steal(&shape);
	out->config = korch__buf_steal(&config);
	if (r < 0 || !out->shape || !out->config) {
		korch__haproxy_image_fini(out);
		return KORCH_E_NOMEM;
	}
	return 0;
}
