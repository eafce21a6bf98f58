/*
 * UDP: each client of a listener has a flow, a socket of its own connected to the endpoint that it
 * was led to; answers go back from the listener's socket. Flows end when they are idle.
 */
#include "proxy/internal.h"

#include <string.h>

enum { DATAGRAM = 64 * 1024 };

typedef struct flow_key {
	uint64_t listener_id;
	korch_proxy_address client;
	uint32_t unused; /* the key is compared as bytes */
} flow_key;

struct korch_proxy_flow {
	korch_proxy_link link;   /* in pool->flows */
	korch_proxy_link recent; /* in proxy->recent_flows */
	flow_key key;
	korch_proxy *proxy;
	korch_proxy_pool *pool;
	korch_proxy_listener *listener; /* weak: it closes its flows first */
	korch_proxy_address endpoint;
	korch_usec last_used;
	int is_closing;
	uv_udp_t socket;
};

static uint64_t key_hash(const void *key)
{
	return korch__hash_bytes(key, sizeof(flow_key), 0);
}

static int flow_equal(const void *entry, const void *key)
{
	return !memcmp(&((const korch_proxy_flow *)entry)->key, key, sizeof(flow_key));
}

static uint64_t flow_hash(const void *entry)
{
	return key_hash(&((const korch_proxy_flow *)entry)->key);
}

static const korch_table_ops flow_ops = {key_hash, flow_equal, flow_hash};

void korch__udp_init(korch_proxy *proxy)
{
	korch__table_init(&proxy->flows, &flow_ops);
	korch__link_init(&proxy->recent_flows);
}

/* Flows */

static void on_flow_closed(uv_handle_t *handle)
{
	korch_proxy_flow *flow = handle->data;
	korch_proxy *proxy = flow->proxy;
	korch__pool_unref(flow->pool);
	korch__free(flow);
	korch__proxy_handle_closed(proxy);
}

static void flow_close(korch_proxy_flow *flow)
{
	flow->is_closing = 1;
	korch__link_remove(&flow->link);
	korch__link_remove(&flow->recent);
	/* It is not in the table when making it has failed. */
	if (korch__table_get(&flow->proxy->flows, &flow->key) == flow)
		korch__table_remove(&flow->proxy->flows, &flow->key);
	flow->pool->stats.connections_now--;
	uv_close((uv_handle_t *)&flow->socket, on_flow_closed);
}

static korch_proxy_flow *least_recent(korch_proxy *proxy)
{
	korch_proxy_link *link = proxy->recent_flows.next;
	return link == &proxy->recent_flows ? NULL : KORCH_LINK_ITEM(link, korch_proxy_flow, recent);
}

static void watch_idle(korch_proxy *proxy)
{
	korch_proxy_flow *first = least_recent(proxy);
	korch_timer_set(proxy->flow_timer,
	                first ? first->last_used + proxy->options.udp_idle_us : KORCH_USEC_NEVER);
}

void korch__udp_on_idle(void *userdata)
{
	korch_proxy *proxy = userdata;
	korch_usec now = korch__proxy_now(proxy);
	korch_proxy_flow *flow;
	while ((flow = least_recent(proxy)) && flow->last_used + proxy->options.udp_idle_us <= now)
		flow_close(flow);
	watch_idle(proxy);
}

static void touch(korch_proxy_flow *flow)
{
	flow->last_used = korch__proxy_now(flow->proxy);
	korch__link_remove(&flow->recent);
	korch__link_append(&flow->proxy->recent_flows, &flow->recent);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	korch_proxy *proxy = ((korch_proxy_listener *)handle->data)->proxy;
	*out = uv_buf_init(proxy->datagram, proxy->datagram ? DATAGRAM : 0);
}

static void on_flow_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	korch_proxy *proxy = ((korch_proxy_flow *)handle->data)->proxy;
	*out = uv_buf_init(proxy->datagram, proxy->datagram ? DATAGRAM : 0);
}

/* An endpoint's answer; or the news that nobody listens there: the client's next try goes on. */
static void on_answer(uv_udp_t *socket, ssize_t n, const uv_buf_t *buf, const struct sockaddr *from,
                      unsigned flags)
{
	korch_proxy_flow *flow = socket->data;
	if (flow->is_closing || (n == 0 && !from) || flags & UV_UDP_PARTIAL)
		return;
	if (n < 0) {
		flow->pool->stats.connect_failures++;
		korch__affinity_remove(&flow->proxy->affinity, flow->pool->id, &flow->key.client);
		flow_close(flow);
		return;
	}
	struct sockaddr_storage client;
	uv_buf_t data = uv_buf_init(buf->base, (unsigned)n);
	korch__proxy_address_to(&client, &flow->key.client);
	touch(flow);
	/* What the kernel does not take is lost, as datagrams are. */
	if (uv_udp_try_send(&flow->listener->uv.udp, &data, 1, (struct sockaddr *)&client) >= 0)
		flow->pool->stats.bytes_to_client += (uint64_t)n;
}

static int flow_connect(korch_proxy_flow *flow)
{
	struct sockaddr_storage address;
	korch__proxy_address_to(&address, &flow->endpoint);
	int r = uv_udp_connect(&flow->socket, (struct sockaddr *)&address);
	if (r == 0)
		r = uv_udp_recv_start(&flow->socket, on_flow_alloc, on_answer);
	return r == 0 ? korch__table_put(&flow->proxy->flows, flow) : r;
}

/* A flow for a client that has none; failed: the endpoint that was tried in vain, or NULL. */
static korch_proxy_flow *flow_new(korch_proxy_listener *listener, const flow_key *key,
                                  const korch_proxy_address *failed)
{
	korch_proxy *proxy = listener->proxy;
	korch_proxy_pool *pool = listener->pool;
	const korch_balance_endpoint *endpoint = korch__pool_choose(pool, &key->client, failed);
	if (proxy->flows.n >= proxy->options.max_flows)
		flow_close(least_recent(proxy));
	korch_proxy_flow *flow = endpoint ? korch__calloc(1, sizeof(*flow)) : NULL;
	if (!flow) {
		pool->stats.refused++;
		return NULL;
	}
	flow->key = *key;
	flow->proxy = proxy;
	flow->pool = pool;
	flow->listener = listener;
	flow->endpoint = endpoint->address;
	korch__pool_ref(pool);
	korch__link_append(&pool->flows, &flow->link);
	korch__link_init(&flow->recent);
	pool->stats.connections++;
	pool->stats.connections_now++;
	uv_udp_init(proxy->uv, &flow->socket); /* opens nothing yet: cannot fail */
	flow->socket.data = flow;
	korch__proxy_handle_opened(proxy);
	touch(flow);
	if (flow_connect(flow) < 0) {
		pool->stats.connect_failures++;
		flow_close(flow);
		return NULL;
	}
	if (korch_timer_due(proxy->flow_timer) == KORCH_USEC_NEVER)
		watch_idle(proxy);
	korch__pool_taken(pool, &key->client, &flow->endpoint);
	return flow;
}

/* Listening */

static int flow_send(korch_proxy_flow *flow, const uv_buf_t *data)
{
	int r = uv_udp_try_send(&flow->socket, data, 1, NULL);
	if (r >= 0)
		flow->pool->stats.bytes_to_endpoint += data->len;
	return r == UV_EAGAIN || r == UV_ENOBUFS || r == UV_EMSGSIZE ? 0 : r;
}

static void on_datagram(uv_udp_t *socket, ssize_t n, const uv_buf_t *buf,
                        const struct sockaddr *from, unsigned flags)
{
	korch_proxy_listener *listener = socket->data;
	flow_key key = {.listener_id = listener->id};
	if (n < 0 || !from || flags & UV_UDP_PARTIAL || listener->is_closing ||
	    korch__proxy_address_from(&key.client, from) < 0)
		return;
	uv_buf_t data = uv_buf_init(buf->base, (unsigned)n);
	korch_proxy_flow *flow = korch__table_get(&listener->proxy->flows, &key);
	if (flow)
		touch(flow);
	else
		flow = flow_new(listener, &key, NULL);
	if (!flow || flow_send(flow, &data) >= 0)
		return;
	/* Nobody listened there when the last one was sent: another endpoint, once. */
	korch_proxy_address failed = flow->endpoint;
	flow->pool->stats.connect_failures++;
	flow_close(flow);
	flow = flow_new(listener, &key, &failed);
	if (flow)
		flow_send(flow, &data);
}

int korch__udp_listen(korch_proxy_listener *listener, const struct sockaddr *address)
{
	korch_proxy *proxy = listener->proxy;
	if (!proxy->datagram)
		proxy->datagram = korch__alloc(DATAGRAM);
	if (!proxy->datagram)
		return UV_ENOMEM;
	uv_udp_init(proxy->uv, &listener->uv.udp);
	listener->uv.udp.data = listener;
	listener->has_handle = 1;
	korch__proxy_handle_opened(proxy);
	unsigned flags = listener->address.family == 6 ? UV_UDP_IPV6ONLY : 0;
	int r = uv_udp_bind(&listener->uv.udp, address, flags);
	return r < 0 ? r : uv_udp_recv_start(&listener->uv.udp, on_alloc, on_datagram);
}

void korch__udp_close_flows(korch_proxy_pool *pool, const korch_proxy_listener *listener)
{
	korch_proxy_link *head = &pool->flows, *next;
	for (korch_proxy_link *link = head->next; link != head; link = next) {
		korch_proxy_flow *flow = KORCH_LINK_ITEM(link, korch_proxy_flow, link);
		next = link->next;
		if (!listener || flow->listener == listener)
			flow_close(flow);
	}
}

void korch__udp_review(korch_proxy_pool *pool)
{
	korch_proxy_link *head = &pool->flows, *next;
	for (korch_proxy_link *link = head->next; link != head; link = next) {
		korch_proxy_flow *flow = KORCH_LINK_ITEM(link, korch_proxy_flow, link);
		next = link->next;
		if (!korch__balance_find_usable(pool->port, &flow->endpoint))
			flow_close(flow);
	}
}
