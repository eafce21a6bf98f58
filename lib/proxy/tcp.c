/*
 * TCP connections: accepted, led to an endpoint that answers, limited in number and, when their
 * endpoint goes, in time. What flows in them: splice.c.
 */
#include "proxy/internal.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BACKLOG = 1024,
	ACCEPTS = 64, /* before others get a turn */
	SPARE_CONNECTIONS = 64,
};
static const korch_usec FILES_RETRY_US = 100 * KORCH_USEC_PER_MSEC;

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

/* Takes the descriptor, in any case. */
static int open_side(korch_proxy_connection *connection, korch_proxy_side *side, int fd)
{
	int r = uv_poll_init(connection->proxy->uv, &side->poll, fd);
	if (r < 0) {
		close(fd);
		return r;
	}
	int on = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	side->poll.data = connection;
	side->fd = fd;
	side->is_open = 1;
	connection->n_open++;
	korch__proxy_handle_opened(connection->proxy);
	return 0;
}

static void close_side(korch_proxy_side *side, uv_close_cb closed)
{
	side->is_open = 0;
	uv_close((uv_handle_t *)&side->poll, closed);
	close(side->fd);
}

static void on_side_closed(uv_handle_t *handle)
{
	korch_proxy_connection *connection = handle->data;
	korch_proxy *proxy = connection->proxy;
	if (--connection->n_open == 0)
		connection_free(connection);
	korch__proxy_handle_closed(proxy);
}

/* Makes closing a reset; not when the kernel has bytes to send, which would be thrown away. */
static void set_reset(const korch_proxy_side *side)
{
	const struct linger at_once = {.l_onoff = 1};
	int unsent = 0;
	if (ioctl(side->fd, SIOCOUTQ, &unsent) == 0 && unsent == 0)
		setsockopt(side->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

void korch__connection_close(korch_proxy_connection *connection, int with_reset)
{
	if (connection->is_closing)
		return;
	connection->is_closing = 1;
	korch_timer_set(connection->timer, KORCH_USEC_NEVER);
	korch__splice_end(connection);
	for (int i = 0; i < 2; i++) {
		korch_proxy_side *side = &connection->sides[i];
		if (!side->is_open)
			continue;
		if (with_reset)
			set_reset(side);
		close_side(side, on_side_closed);
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
	close_side(side, on_tried_closed);
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

static void on_connected(uv_poll_t *poll, int status, int events)
{
	korch_proxy_connection *connection = poll->data;
	int error = 0;
	socklen_t n = sizeof(error);
	if (getsockopt(connection->sides[KORCH_PROXY_ENDPOINT].fd, SOL_SOCKET, SO_ERROR, &error, &n) <
	        0 ||
	    error || status < 0) {
		give_up(connection);
		return;
	}
	korch_timer_set(connection->timer, KORCH_USEC_NEVER);
	connection->is_connected = 1;
	korch__pool_taken(connection->pool, &connection->client, &connection->endpoint);
	review(connection);
	korch__splice_start(connection);
}

static int begin_connect(korch_proxy_side *side, const korch_proxy_address *endpoint)
{
	struct sockaddr_storage address;
	korch__proxy_address_to(&address, endpoint);
	if (connect(side->fd, (struct sockaddr *)&address, korch__proxy_address_size(endpoint)) < 0 &&
	    errno != EINPROGRESS)
		return -1;
	return uv_poll_start(&side->poll, UV_WRITABLE, on_connected);
}

static void try_endpoint(korch_proxy_connection *connection, const korch_balance_endpoint *endpoint)
{
	korch_proxy *proxy = connection->proxy;
	korch_proxy_side *side = &connection->sides[KORCH_PROXY_ENDPOINT];
	connection->endpoint = endpoint->address;
	connection->tries_left--;
	int family = endpoint->address.family == 6 ? AF_INET6 : AF_INET;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || open_side(connection, side, fd) < 0) {
		refuse(connection); /* no other endpoint would help */
		return;
	}
	if (begin_connect(side, &connection->endpoint) < 0)
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

static void pause_listener(korch_proxy_listener *listener)
{
	uv_poll_stop(&listener->uv.tcp);
	listener->is_paused = 1;
	listener->proxy->n_paused++;
}

/* A client has come. */
static void serve_client(korch_proxy_listener *listener, int fd, const struct sockaddr *address)
{
	korch_proxy_address client;
	korch_proxy_connection *connection = NULL;
	if (korch__proxy_address_from(&client, address) == 0)
		connection = connection_new(listener->proxy, listener->pool);
	if (!connection) {
		close(fd);
		return;
	}
	connection->client = client;
	if (open_side(connection, &connection->sides[KORCH_PROXY_CLIENT], fd) < 0) {
		connection_free(connection);
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

static void on_acceptable(uv_poll_t *poll, int status, int events)
{
	korch_proxy_listener *listener = poll->data;
	korch_proxy *proxy = listener->proxy;
	for (int i = 0; i < ACCEPTS; i++) {
		struct sockaddr_storage address;
		socklen_t n = sizeof(address);
		if (proxy->n_connections >= proxy->options.max_connections) {
			pause_listener(listener);
			return;
		}
		int fd =
		    accept4(listener->fd, (struct sockaddr *)&address, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			serve_client(listener, fd, (struct sockaddr *)&address);
		} else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			pause_listener(listener);
			korch_timer_set(listener->retry, korch__proxy_now(proxy) + FILES_RETRY_US);
			return;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			return;
		}
	}
}

static int open_listener(korch_proxy_listener *listener, const struct sockaddr *address)
{
	int on = 1;
	listener->fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener->fd < 0)
		return -1;
	setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (address->sa_family == AF_INET6)
		setsockopt(listener->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(listener->fd, address, korch__proxy_address_size(&listener->address)) < 0)
		return -1;
	return listen(listener->fd, BACKLOG);
}

int korch__tcp_listen(korch_proxy_listener *listener, const struct sockaddr *address)
{
	int r = open_listener(listener, address) < 0 ? uv_translate_sys_error(errno) : 0;
	if (r == 0)
		r = uv_poll_init(listener->proxy->uv, &listener->uv.tcp, listener->fd);
	if (r < 0) {
		if (listener->fd >= 0)
			close(listener->fd);
		listener->fd = -1;
		return r;
	}
	listener->uv.tcp.data = listener;
	listener->has_handle = 1;
	korch__proxy_handle_opened(listener->proxy);
	return uv_poll_start(&listener->uv.tcp, UV_READABLE, on_acceptable);
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
		uv_poll_start(&listener->uv.tcp, UV_READABLE, on_acceptable);
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
