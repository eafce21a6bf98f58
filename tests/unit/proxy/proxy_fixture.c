/* The fixture of the proxy's traffic tests. */
#include "proxy_fixture.h"
#include "base/loop.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

korch_loop *loop;
uv_loop_t *uv;
korch_proxy *proxy;
server servers[SERVERS];
korch_service *service;
int32_t service_port_number;
int reports;
char report_text[256];
const char service_ip[] = "127.44.0.1";

enum { CHUNK = 64 * 1024 };
static int is_freed;
static peer *peers; /* all, until the end */

typedef struct chunk {
	uv_write_t request;
	peer *owner;
	char data[CHUNK];
} chunk;

static void on_report(void *userdata, const char *namespace_, const char *name, const char *message)
{
	reports++;
	ck_assert_str_eq(namespace_, "shop");
	ck_assert_str_eq(name, "web");
	snprintf(report_text, sizeof(report_text), "%s", message);
}

static char pattern(size_t offset)
{
	return (char)((offset * 31 + offset / 251) & 0xff);
}

static struct sockaddr_in at(const char *ip, int port)
{
	struct sockaddr_in address;
	ck_assert_int_eq(uv_ip4_addr(ip, port, &address), 0);
	return address;
}

int32_t free_port(int type, const char *ip)
{
	struct sockaddr_in address = at(ip, 0);
	socklen_t n = sizeof(address);
	int fd = socket(AF_INET, type, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, n), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &n), 0);
	close(fd);
	return ntohs(address.sin_port);
}

void fixture_make(const korch__proxy_options *options, const char *protocol)
{
	korch__proxy_options o = {0};
	if (options)
		o = *options;
	signal(SIGPIPE, SIG_IGN); /* the test's own sockets are libuv's, which writes without further
	                             care */
	ck_assert_int_eq(korch_loop_new(&loop, NULL), 0);
	uv = korch__loop_uv(loop);
	o.loop = loop;
	o.report = on_report;
	ck_assert_int_eq(korch__proxy_new(&proxy, &o, NULL), 0);
	service = service_make("web", service_ip);
	service_port_number = free_port(SOCK_STREAM, service_ip);
	service_port(service, "http", protocol, service_port_number, 0);
}

static void on_freed(void *userdata)
{
	is_freed = 1;
}

void fixture_finish(void)
{
	for (int i = 0; i < SERVERS; i++)
		server_close(i);
	if (proxy) {
		korch__proxy_free(proxy, on_freed, NULL);
		ck_assert_int_eq(is_freed, 0);
		RUN_UNTIL(is_freed);
	}
	for (peer *p = peers; p; p = p->next)
		peer_close(p);
	while (korch_loop_step(loop, 0))
		; /* everybody's closing */
	for (peer *next; peers; peers = next) {
		next = peers->next;
		free(peers);
	}
	korch_object_unref(&service->object);
	korch_loop_free(loop);
}

void step(void)
{
	korch_loop_step(loop, KORCH_USEC_NEVER);
}

/* Ends of connections */

static void on_peer_closed(uv_handle_t *handle)
{
	peer *p = handle->data;
	p->closed = 1;
}

static peer *peer_new(void)
{
	peer *p = calloc(1, sizeof(*p));
	uv_tcp_init(uv, &p->socket);
	p->socket.data = p;
	p->connect.data = p;
	p->next = peers;
	peers = p;
	return p;
}

void peer_close(peer *p)
{
	if (!uv_is_closing((uv_handle_t *)&p->socket))
		uv_close((uv_handle_t *)&p->socket, on_peer_closed);
}

static void send_more(peer *p);

static void on_ended(uv_shutdown_t *request, int status)
{
}

static void on_written(uv_write_t *request, int status)
{
	chunk *c = (chunk *)request;
	peer *p = c->owner;
	p->writes--;
	free(c);
	if (status < 0) {
		p->error = status;
		return;
	}
	send_more(p);
}

static void write_chunk(peer *p, chunk *c, size_t n)
{
	uv_buf_t buf = uv_buf_init(c->data, (unsigned)n);
	c->owner = p;
	p->writes++;
	ck_assert_int_eq(uv_write(&c->request, (uv_stream_t *)&p->socket, &buf, 1, on_written), 0);
}

static void send_more(peer *p)
{
	if (p->sent < p->to_send) {
		chunk *c = malloc(sizeof(*c));
		size_t n = p->to_send - p->sent < CHUNK ? p->to_send - p->sent : CHUNK;
		for (size_t i = 0; i < n; i++)
			c->data[i] = pattern(p->sent + i);
		p->sent += n;
		write_chunk(p, c, n);
	} else if (p->end_after && p->writes == 0) {
		p->end_after = 0;
		uv_shutdown(&p->shutdown, (uv_stream_t *)&p->socket, on_ended);
	}
}

void peer_send(peer *p, size_t n, int end_after)
{
	p->to_send += n;
	p->end_after = end_after;
	if (p->connected)
		send_more(p);
}

static void send_text(peer *p, const char *text)
{
	chunk *c = malloc(sizeof(*c));
	memcpy(c->data, text, strlen(text));
	write_chunk(p, c, strlen(text));
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	static char memory[CHUNK];
	*out = uv_buf_init(memory, sizeof(memory));
}

static void served(peer *p, const char *data, size_t n)
{
	if (p->server->mode == SERVE_ECHO) {
		chunk *c = malloc(sizeof(*c));
		memcpy(c->data, data, n);
		write_chunk(p, c, n);
	} else if (p->server->mode == SERVE_RESET) {
		uv_tcp_close_reset(&p->socket, on_peer_closed);
	}
}

static void at_eof(peer *p)
{
	char text[32];
	p->eof = 1;
	if (p->server && p->server->mode == SERVE_REPLY_AT_END) {
		snprintf(text, sizeof(text), "got %zu", p->received);
		send_text(p, text);
	}
	if (p->server && p->server->mode != SERVE_SILENT) {
		p->end_after = 1;
		send_more(p);
	}
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	peer *p = stream->data;
	if (n == UV_EOF) {
		at_eof(p);
	} else if (n < 0) {
		p->error = (int)n;
	} else {
		for (ssize_t i = 0; i < n; i++) {
			if (p->received + (size_t)i < sizeof(p->head) - 1)
				p->head[p->received + (size_t)i] = buf->base[i];
			p->is_wrong |= p->check && buf->base[i] != pattern(p->received + (size_t)i);
		}
		p->received += (size_t)n;
		if (p->server && n > 0)
			served(p, buf->base, (size_t)n);
	}
}

void peer_read(peer *p)
{
	ck_assert_int_eq(uv_read_start((uv_stream_t *)&p->socket, on_alloc, on_read), 0);
}

void peer_stop_reading(peer *p)
{
	uv_read_stop((uv_stream_t *)&p->socket);
}

static void on_connected(uv_connect_t *request, int status)
{
	peer *p = request->data;
	if (status < 0) {
		p->error = status;
		return;
	}
	p->connected = 1;
	peer_read(p);
	send_more(p);
}

peer *client_new(const char *from)
{
	peer *p = peer_new();
	struct sockaddr_in to = at(service_ip, service_port_number);
	if (from) {
		struct sockaddr_in own = at(from, 0);
		ck_assert_int_eq(uv_tcp_bind(&p->socket, (struct sockaddr *)&own, 0), 0);
	}
	ck_assert_int_eq(uv_tcp_connect(&p->connect, &p->socket, (struct sockaddr *)&to, on_connected),
	                 0);
	return p;
}

/* Servers */

static void on_connection(uv_stream_t *stream, int status)
{
	server *s = stream->data;
	peer *p = peer_new();
	char text[8];
	ck_assert_int_eq(status, 0);
	p->server = s;
	p->connected = 1;
	p->check = s->mode == SERVE_SINK || s->mode == SERVE_ECHO;
	ck_assert_int_eq(uv_accept(stream, (uv_stream_t *)&p->socket), 0);
	s->accepted++;
	s->last = p;
	if (s->mode != SERVE_SILENT)
		peer_read(p);
	if (s->mode == SERVE_NAME) {
		snprintf(text, sizeof(text), "%d", s->number);
		p->end_after = 1;
		send_text(p, text);
	}
}

static int port_of(const struct sockaddr_in *address)
{
	return ntohs(address->sin_port);
}

void tcp_server(int i, server_mode mode)
{
	server *s = &servers[i];
	struct sockaddr_in address = at("127.0.0.1", 0);
	int n = sizeof(address);
	*s = (server){.is_open = 1, .number = i, .mode = mode};
	uv_tcp_init(uv, &s->socket);
	s->socket.data = s;
	ck_assert_int_eq(uv_tcp_bind(&s->socket, (struct sockaddr *)&address, 0), 0);
	ck_assert_int_eq(uv_listen((uv_stream_t *)&s->socket, 1024, on_connection), 0);
	uv_tcp_getsockname(&s->socket, (struct sockaddr *)&address, &n);
	s->port = port_of(&address);
}

/* Answers with its number and the datagram. */
static void on_datagram(uv_udp_t *socket, ssize_t n, const uv_buf_t *buf,
                        const struct sockaddr *from, unsigned flags)
{
	server *s = socket->data;
	char answer[64];
	if (n < 0 || !from)
		return;
	s->datagrams++;
	snprintf(answer, sizeof(answer), "%d:%.*s", s->number, (int)n, buf->base);
	uv_buf_t data = uv_buf_init(answer, (unsigned)strlen(answer));
	uv_udp_try_send(socket, &data, 1, from);
}

void udp_server(int i)
{
	server *s = &servers[i];
	struct sockaddr_in address = at("127.0.0.1", 0);
	int n = sizeof(address);
	*s = (server){.is_open = 2, .number = i};
	uv_udp_init(uv, &s->udp);
	s->udp.data = s;
	ck_assert_int_eq(uv_udp_bind(&s->udp, (struct sockaddr *)&address, 0), 0);
	ck_assert_int_eq(uv_udp_recv_start(&s->udp, on_alloc, on_datagram), 0);
	uv_udp_getsockname(&s->udp, (struct sockaddr *)&address, &n);
	s->port = port_of(&address);
}

void server_close(int i)
{
	if (servers[i].is_open)
		uv_close(servers[i].is_open == 1 ? (uv_handle_t *)&servers[i].socket
		                                 : (uv_handle_t *)&servers[i].udp,
		         NULL);
	servers[i].is_open = 0;
}

/* The Service */

void serve_here(unsigned mask, int conditions)
{
	const korch_endpoint_slice *slices[SERVERS];
	size_t n = 0;
	const char *protocol = service->spec->ports[0].protocol;
	service->spec->ports[0].port = service_port_number;
	for (int i = 0; i < SERVERS; i++) {
		if (!(mask & 1u << i))
			continue;
		korch_endpoint_slice *slice = slice_make("web", "http", protocol, servers[i].port);
		slice_add(slice, (endpoint_row){"127.0.0.1", conditions, NULL});
		slices[n++] = slice;
	}
	ck_assert_int_eq(korch__proxy_set_service(proxy, service, slices, n), 0);
	for (size_t i = 0; i < n; i++)
		korch_object_unref(&slices[i]->object);
}

void serve_mask(unsigned mask, int conditions)
{
	int is_udp = !strcmp(service->spec->ports[0].protocol, "UDP");
	for (;;) {
		int before = reports;
		serve_here(mask, conditions);
		if (reports == before)
			return;
		service_port_number = free_port(is_udp ? SOCK_DGRAM : SOCK_STREAM, service_ip);
	}
}

void serve(int n, int conditions)
{
	serve_mask((1u << n) - 1, conditions);
}

korch_proxy_stats stats_now(void)
{
	korch_proxy_stats stats;
	korch__proxy_get_stats(&stats, proxy);
	return stats;
}

static void copy_port(void *userdata, const korch_proxy_port_stats *stats)
{
	*(korch_proxy_port_stats *)userdata = *stats;
}

korch_proxy_port_stats port_now(void)
{
	korch_proxy_port_stats stats = {0};
	korch__proxy_each_port(proxy, copy_port, &stats);
	return stats;
}
