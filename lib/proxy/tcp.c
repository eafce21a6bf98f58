/*
 * TCP connections: accepted, led to an endpoint that answers, limited in number and, when their
 * endpoint goes, in time. What flows in them: splice.c.
 */
#include "proxy/internal.h"

#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum {
	BACKLOG = 1024,
	SPARE_CONNECTIONS = 64,
};
static const korch_usec MEMORY_RETRY_US = 100 * KORCH_USEC_PER_MSEC;

static void try_endpoint(korch_proxy_connection *connection,
                         const korch_balance_endpoint *endpoint);

/* Making and freeing */

static void on_timer(void *userdata);

static korch_proxy_connection *connection_new(korch_proxy *proxy, korch_proxy_pool *pool)
{
	korch_proxy_connection *connection = proxy->spare_connections;
	if (connection) {
		proxy->spare_connections = (korch_proxy_connection *)connection->link.next;
		proxy->n_spare_connections--;
		*connection = (korch_proxy_connection){.timer = connection->timer};
	} else {
		connection = korch__calloc(1, sizeof(*connection));
		if (!connection)
			return NULL;
		if (korch_timer_new(&connection->timer, proxy->loop, on_timer, connection) < 0) {
			korch__free(connection);
			return NULL;
		}
	}
	connection->proxy = proxy;
	connection->pool = pool;
	korch__pool_ref(pool);
	korch__link_append(&pool->connections, &connection->link);
	pool->stats.connections++;
	pool->stats.connections_now++;
	proxy->n_connections++;
	return connection;
}

static void connection_free(korch_proxy_connection *connection)
{
	korch_proxy *proxy = connection->proxy;
	korch__link_remove(&connection->link);
	connection->pool->stats.connections_now--;
	korch__pool_unref(connection->pool);
	proxy->n_connections--;
	if (proxy->is_closing || proxy->n_spare_connections == SPARE_CONNECTIONS) {
		korch_timer_free(connection->timer);
		korch__free(connection);
		return;
	}
	connection->link.next = (korch_proxy_link *)proxy->spare_connections;
	proxy->spare_connections = connection;
	proxy->n_spare_connections++;
	korch__tcp_resume(proxy);
}

void korch__tcp_free_spare(korch_proxy *proxy)
{
	while (proxy->spare_connections) {
		korch_proxy_connection *connection = proxy->spare_connections;
		proxy->spare_connections = (korch_proxy_connection *)connection->link.next;
		korch_timer_free(connection->timer);
		korch__free(connection);
	}
	proxy->n_spare_connections = 0;
}

static void open_side(korch_proxy_connection *connection, korch_proxy_side *side)
{
	uv_tcp_init(connection->proxy->uv, &side->socket); /* opens nothing yet: cannot fail */
	side->socket.data = connection;
	side->is_open = 1;
	connection->n_open++;
	korch__proxy_handle_opened(connection->proxy);
}

static void on_side_closed(uv_handle_t *handle)
{
	korch_proxy_connection *connection = handle->data;
	korch_proxy *proxy = connection->proxy;
	if (--connection->n_open == 0)
		connection_free(connection);
	korch__proxy_handle_closed(proxy);
}

/* Bytes that the kernel has still to send: a reset would throw them away. */
static int has_unsent(const uv_tcp_t *socket)
{
	uv_os_fd_t fd;
	int unsent = 0;
	if (uv_fileno((const uv_handle_t *)socket, &fd) < 0 || ioctl(fd, SIOCOUTQ, &unsent) < 0)
		return 0;
	return unsent > 0;
}

void korch__connection_close(korch_proxy_connection *connection, int with_reset)
{
	if (connection->is_closing)
		return;
	connection->is_closing = 1;
	korch_timer_set(connection->timer, KORCH_USEC_NEVER);
	for (int i = 0; i < 2; i++) {
		korch_proxy_side *side = &connection->sides[i];
		if (!side->is_open)
			continue;
		side->is_open = 0;
		/* libuv does not reset where an end is under way. */
		if (!with_reset || has_unsent(&side->socket) ||
		    uv_tcp_close_reset(&side->socket, on_side_closed) < 0)
			uv_close((uv_handle_t *)&side->socket, on_side_closed);
	}
}

/* Connecting */

static void refuse(korch_proxy_connection *connection)
{
	connection->pool->stats.refused++;
	korch__connection_close(connection, 1);
}

static void on_tried_closed(uv_handle_t *handle)
{
	korch_proxy_connection *connection = handle->data;
	if (connection->is_closing) {
		on_side_closed(handle);
		return;
	}
	connection->n_open--;
	const korch_balance_endpoint *next = NULL;
	if (connection->tries_left)
		next = korch__pool_choose(connection->pool, &connection->client, &connection->endpoint);
	if (next)
		try_endpoint(connection, next);
	else
		refuse(connection);
	korch__proxy_handle_closed(connection->proxy);
}

/* This endpoint does not answer: the next one is tried when its socket is closed. */
static void give_up(korch_proxy_connection *connection)
{
	korch_proxy_side *side = &connection->sides[KORCH_PROXY_ENDPOINT];
	connection->pool->stats.connect_failures++;
	korch_timer_set(connection->timer, KORCH_USEC_NEVER);
	side->is_open = 0;
	uv_close((uv_handle_t *)&side->socket, on_tried_closed);
}

/* Limits the time of a connection whose endpoint is gone or going; not any more when it is back. */
static void review(korch_proxy_connection *connection)
{
	int draining = korch__pool_is_draining(connection->pool, &connection->endpoint);
	if (!connection->is_connected || connection->is_closing || draining == connection->is_draining)
		return;
	korch_proxy *proxy = connection->proxy;
	connection->is_draining = (uint8_t)draining;
	korch_timer_set(connection->timer, draining ? korch__proxy_now(proxy) + proxy->options.drain_us
	                                            : KORCH_USEC_NEVER);
}

static void on_connected(uv_connect_t *request, int status)
{
	korch_proxy_connection *connection = request->data;
	if (connection->is_closing || !connection->sides[KORCH_PROXY_ENDPOINT].is_open)
		return; /* given up meanwhile */
	if (status < 0) {
		give_up(connection);
		return;
	}
	korch_timer_set(connection->timer, KORCH_USEC_NEVER);
	connection->is_connected = 1;
	for (int i = 0; i < 2; i++)
		uv_tcp_nodelay(&connection->sides[i].socket, 1);
	korch__pool_taken(connection->pool, &connection->client, &connection->endpoint);
	review(connection);
	korch__splice_start(connection);
}

static void try_endpoint(korch_proxy_connection *connection, const korch_balance_endpoint *endpoint)
{
	korch_proxy *proxy = connection->proxy;
	korch_proxy_side *side = &connection->sides[KORCH_PROXY_ENDPOINT];
	struct sockaddr_storage address;
	connection->endpoint = endpoint->address;
	connection->tries_left--;
	korch__proxy_address_to(&address, &connection->endpoint);
	open_side(connection, side);
	connection->connect.data = connection;
	int r = uv_tcp_connect(&connection->connect, &side->socket, (struct sockaddr *)&address,
	                       on_connected);
	if (r < 0)
		give_up(connection);
	else
		korch_timer_set(connection->timer,
		                korch__proxy_now(proxy) + proxy->options.connect_timeout_us);
}

static void on_timer(void *userdata)
{
	korch_proxy_connection *connection = userdata;
	if (connection->is_connected)
		korch__connection_close(connection, 1); /* has drained for long enough */
	else
		give_up(connection);
}

/* Accepting */

static int client_address(korch_proxy_connection *connection)
{
	struct sockaddr_storage address;
	int n = sizeof(address);
	int r = uv_tcp_getpeername(&connection->sides[KORCH_PROXY_CLIENT].socket,
	                           (struct sockaddr *)&address, &n);
	if (r < 0)
		return r;
	return korch__proxy_address_from(&connection->client, (struct sockaddr *)&address);
}

/* While the client that waits is not accepted, libuv accepts no other one. */
static void pause_listener(korch_proxy_listener *listener)
{
	if (listener->is_paused)
		return;
	listener->is_paused = 1;
	listener->proxy->n_paused++;
}

static void accept_client(korch_proxy_listener *listener)
{
	korch_proxy *proxy = listener->proxy;
	korch_proxy_connection *connection = NULL;
	if (proxy->n_connections < proxy->options.max_connections) {
		connection = connection_new(proxy, listener->pool);
		if (!connection)
			korch_timer_set(listener->retry, korch__proxy_now(proxy) + MEMORY_RETRY_US);
	}
	if (!connection) {
		pause_listener(listener);
		return;
	}
	korch_proxy_side *side = &connection->sides[KORCH_PROXY_CLIENT];
	open_side(connection, side);
	if (uv_accept((uv_stream_t *)&listener->uv.tcp, (uv_stream_t *)&side->socket) < 0 ||
	    client_address(connection) < 0) {
		korch__connection_close(connection, 1);
		return;
	}
	const korch_balance_endpoint *first =
	    korch__pool_choose(connection->pool, &connection->client, NULL);
	connection->tries_left = (uint32_t)connection->pool->port->n_usable;
	if (first)
		try_endpoint(connection, first);
	else
		refuse(connection);
}

static void on_connection(uv_stream_t *stream, int status)
{
	if (status == 0)
		accept_client(stream->data);
}

int korch__tcp_listen(korch_proxy_listener *listener, const struct sockaddr *address)
{
	uv_tcp_init(listener->proxy->uv, &listener->uv.tcp);
	listener->uv.tcp.data = listener;
	listener->has_handle = 1;
	korch__proxy_handle_opened(listener->proxy);
	unsigned flags = listener->address.family == 6 ? UV_TCP_IPV6ONLY : 0;
	int r = uv_tcp_bind(&listener->uv.tcp, address, flags);
	return r < 0 ? r : uv_listen((uv_stream_t *)&listener->uv.tcp, BACKLOG, on_connection);
}

static int resume_service(void *entry, void *userdata)
{
	korch_proxy_service *service = entry;
	korch_proxy *proxy = userdata;
	korch_proxy_link *head = &service->listeners;
	for (korch_proxy_link *link = head->next; link != head; link = link->next) {
		korch_proxy_listener *listener = KORCH_LINK_ITEM(link, korch_proxy_listener, link);
		if (proxy->n_connections >= proxy->options.max_connections)
			return 1;
		if (!listener->is_paused)
			continue;
		listener->is_paused = 0;
		proxy->n_paused--;
		accept_client(listener);
	}
	return 0;
}

void korch__tcp_resume(korch_proxy *proxy)
{
	if (proxy->n_paused)
		korch__btree_each_from(&proxy->services, NULL, resume_service, proxy);
}

void korch__tcp_review(korch_proxy_pool *pool)
{
	korch_proxy_link *head = &pool->connections;
	for (korch_proxy_link *link = head->next; link != head; link = link->next)
		review(KORCH_LINK_ITEM(link, korch_proxy_connection, link));
}

void korch__tcp_abort_all(korch_proxy_pool *pool)
{
	korch_proxy_link *head = &pool->connections;
	for (korch_proxy_link *link = head->next; link != head; link = link->next)
		korch__connection_close(KORCH_LINK_ITEM(link, korch_proxy_connection, link), 1);
}
