/*
 * The proxy as a whole: options, making, closing to the last handle, counters.
 */
#include "base/cleanup.h"
#include "proxy/internal.h"

#include <sys/resource.h>

enum {
	CONNECTIONS = 10000,
	CONNECTIONS_MIN = 16,
	FILES_OF_OTHERS = 128,
	FLOWS = 4096,
	AFFINITIES = 65536,
	LISTENERS = 4096,
	BUFFERED_BYTES = 64 * 1024 * 1024,
};
static const korch_usec CONNECT_US = 5 * KORCH_USEC_PER_SEC;
static const korch_usec UDP_IDLE_US = 60 * KORCH_USEC_PER_SEC;
static const korch_usec DRAIN_US = 3600 * KORCH_USEC_PER_SEC;
static const korch_usec BIND_RETRY_US = KORCH_USEC_PER_SEC;

static int compare_services(const void *key, const void *entry, void *context)
{
	return korch__service_compare(key, entry);
}

static const korch_btree_ops service_ops = {.compare = compare_services};

/* Two files for each connection, and some for the rest of the process. */
static size_t default_connections(void)
{
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur >= 2 * CONNECTIONS + FILES_OF_OTHERS)
		return CONNECTIONS;
	if (files.rlim_cur < 2 * CONNECTIONS_MIN + FILES_OF_OTHERS)
		return CONNECTIONS_MIN;
	return (size_t)(files.rlim_cur - FILES_OF_OTHERS) / 2;
}

static void fill_options(korch__proxy_options *options)
{
	if (!options->max_connections)
		options->max_connections = default_connections();
	if (!options->max_flows)
		options->max_flows = FLOWS;
	if (!options->max_affinity)
		options->max_affinity = AFFINITIES;
	if (!options->max_listeners)
		options->max_listeners = LISTENERS;
	if (!options->max_buffered_bytes)
		options->max_buffered_bytes = BUFFERED_BYTES;
	if (!options->connect_timeout_us)
		options->connect_timeout_us = CONNECT_US;
	if (!options->udp_idle_us)
		options->udp_idle_us = UDP_IDLE_US;
	if (!options->drain_us)
		options->drain_us = DRAIN_US;
	if (!options->bind_retry_us)
		options->bind_retry_us = BIND_RETRY_US;
}

korch_usec korch__proxy_now(korch_proxy *proxy)
{
	return korch_loop_now(proxy->loop);
}

/* Frees what needs no closing; fine on a half-made proxy. */
static void proxy_fini(korch_proxy *proxy)
{
	korch_timer_free(proxy->flow_timer);
	korch_timer_free(proxy->affinity_timer);
	korch__tcp_free_spare(proxy);
	korch__buffers_fini(&proxy->buffers);
	korch__affinity_fini(&proxy->affinity);
	korch__table_fini(&proxy->flows);
	korch__btree_fini(&proxy->services);
	korch__sharings_fini(proxy);
	korch__free(proxy->datagram);
	korch__free(proxy->node_name);
	korch__free(proxy);
}

void korch__proxy_handle_opened(korch_proxy *proxy)
{
	proxy->n_handles++;
}

void korch__proxy_handle_closed(korch_proxy *proxy)
{
	if (--proxy->n_handles)
		return;
	void (*done)(void *) = proxy->done;
	void *userdata = proxy->done_userdata;
	proxy_fini(proxy);
	if (done)
		done(userdata);
}

static void on_anchor_closed(uv_handle_t *handle)
{
	korch__proxy_handle_closed(handle->data);
}

static int fill(korch_proxy *proxy)
{
	const char *node_name = proxy->options.node_name;
	if (node_name && !(proxy->node_name = korch__strdup(node_name)))
		return KORCH_E_NOMEM;
	proxy->options.node_name = proxy->node_name;
	int r = korch_timer_new(&proxy->flow_timer, proxy->loop, korch__udp_on_idle, proxy);
	if (r == 0)
		r = korch_timer_new(&proxy->affinity_timer, proxy->loop, korch__pool_on_affinity, proxy);
	return r;
}

int korch__proxy_new(korch_proxy **out, const korch__proxy_options *options, korch_error **err)
{
	uv_loop_t *uv = korch__loop_uv(options->loop);
	if (!uv)
		return korch_error_set(err, KORCH_E_UNSUPPORTED, "a proxy needs a loop in real time");
	korch_proxy *proxy = korch__calloc(1, sizeof(*proxy));
	if (!proxy)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a proxy");
	proxy->options = *options;
	proxy->loop = options->loop;
	proxy->uv = uv;
	fill_options(&proxy->options);
	korch__btree_init(&proxy->services, &service_ops);
	korch__sharings_init(proxy);
	korch__link_init(&proxy->pools);
	korch__affinity_init(&proxy->affinity, proxy->options.max_affinity);
	korch__udp_init(proxy);
	proxy->buffers.max_bytes = proxy->options.max_buffered_bytes;
	int r = fill(proxy);
	if (r < 0) {
		proxy_fini(proxy);
		return korch_error_set(err, r, "no memory for a proxy");
	}
	uv_timer_init(uv, &proxy->anchor); /* cannot fail */
	proxy->anchor.data = proxy;
	korch__proxy_handle_opened(proxy);
	*out = proxy;
	return 0;
}

void korch__proxy_free(korch_proxy *proxy, void (*done)(void *userdata), void *userdata)
{
	if (!proxy)
		return;
	proxy->is_closing = 1;
	proxy->done = done;
	proxy->done_userdata = userdata;
	if (proxy->on_free)
		proxy->on_free(proxy->observer);
	for (korch_proxy_service *service; (service = korch__btree_first(&proxy->services));) {
		korch__btree_remove(&proxy->services, service);
		korch__service_free(service);
	}
	/* What is left of pools has connections: aborting them is not immediate, so the list stays. */
	korch_proxy_link *head = &proxy->pools;
	for (korch_proxy_link *link = head->next; link != head; link = link->next)
		korch__tcp_abort_all(KORCH_LINK_ITEM(link, korch_proxy_pool, link));
	korch_timer_set(proxy->flow_timer, KORCH_USEC_NEVER);
	korch_timer_set(proxy->affinity_timer, KORCH_USEC_NEVER);
	uv_close((uv_handle_t *)&proxy->anchor, on_anchor_closed);
}

typedef struct each_port {
	void (*fn)(void *userdata, const korch_proxy_port_stats *stats);
	void *userdata;
} each_port;

static int each_of_service(void *entry, void *userdata)
{
	const korch_proxy_service *service = entry;
	const each_port *each = userdata;
	for (size_t i = 0; i < service->table.n_ports; i++) {
		const korch_balance_port *port = &service->table.ports[i];
		korch_proxy_port_stats stats = service->pools[i]->stats;
		stats.namespace_ = service->namespace_;
		stats.name = service->name;
		stats.port_name = port->name ? port->name : "";
		stats.protocol = port->protocol == KORCH_PROXY_UDP ? "UDP" : "TCP";
		stats.port = port->port;
		stats.endpoints = port->n_usable;
		each->fn(each->userdata, &stats);
	}
	return 0;
}

void korch__proxy_each_port(const korch_proxy *proxy,
                            void (*fn)(void *userdata, const korch_proxy_port_stats *stats),
                            void *userdata)
{
	each_port each = {fn, userdata};
	korch__btree_each_from(&proxy->services, NULL, each_of_service, &each);
}

void korch__proxy_get_stats(korch_proxy_stats *out, const korch_proxy *proxy)
{
	*out = (korch_proxy_stats){
	    .services = proxy->services.n,
	    .listeners = proxy->n_open,
	    .listeners_failing = proxy->n_listeners - proxy->n_open,
	    .listeners_paused = proxy->n_paused,
	    .connections = proxy->n_connections,
	    .flows = proxy->flows.n,
	    .affinities = proxy->affinity.entries.n,
	    .buffered_bytes = proxy->buffers.held_bytes,
	};
}
