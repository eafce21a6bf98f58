/* HTTP servers and clients for the tests of routers. Small and only as right as the tests need. */
#include "router_world.h"
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS_MAX = 64, TEXT = 4096, PEERS_MAX = 4096, STEP_US = 20000 };

static const char *const revisions[WORLD_SERVERS] = {"v1", "v1", "v1", "v2", "v3", "v3"};
static int listeners[WORLD_SERVERS], ports[WORLD_SERVERS];
static signed char server_of[PEERS_MAX]; /* by descriptor */
static pthread_t server_thread, load_thread;
static atomic_int is_over, load_is_over, load_has_ended, status_of_v2;
static atomic_ulong load_answers[4];

static struct sockaddr_in at(const char *ip, int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	inet_pton(AF_INET, ip, &address.sin_addr);
	return address;
}

/* Servers */

static void answer(int fd, int server, int n)
{
	const char *revision = revisions[server];
	int status = strcmp(revision, "v2") == 0 ? status_of_v2 : 200;
	char text[256];
	int length =
	    snprintf(text, sizeof(text),
	             "HTTP/1.1 %d It\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\n%s",
	             status, revision);
	for (int i = 0; i < n; i++)
		if (send(fd, text, (size_t)length, MSG_NOSIGNAL) != length)
			return;
}

static void take(int epoll, int server)
{
	int fd = accept4(listeners[server], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), on = 1;
	if (fd < 0 || fd >= PEERS_MAX) {
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	server_of[fd] = (signed char)server;
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/* Requests come whole here, as they are small. */
static void serve(int fd)
{
	char text[TEXT];
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);
	if (n <= 0) {
		if (n == 0 || errno != EAGAIN)
			close(fd);
		return;
	}
	text[n] = 0;
	int requests = 0;
	for (const char *end = text; (end = strstr(end, "\r\n\r\n")); end += 4)
		requests++;
	answer(fd, server_of[fd], requests);
	if (strcasestr(text, "\r\nconnection: close"))
		close(fd);
}

static void *run_servers(void *unused)
{
	struct epoll_event events[64];
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	(void)unused;
	for (int i = 0; i < WORLD_SERVERS; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)(PEERS_MAX + i)};
		epoll_ctl(epoll, EPOLL_CTL_ADD, listeners[i], &event);
	}
	while (!is_over) {
		int n = epoll_wait(epoll, events, 64, 20);
		for (int i = 0; i < n; i++) {
			if (events[i].data.u64 >= PEERS_MAX)
				take(epoll, (int)(events[i].data.u64 - PEERS_MAX));
			else
				serve(events[i].data.fd);
		}
	}
	close(epoll);
	return NULL;
}

void world_start(void)
{
	is_over = 0;
	status_of_v2 = 200;
	for (int i = 0; i < WORLD_SERVERS; i++) {
		struct sockaddr_in address = at("127.0.0.1", 0);
		socklen_t n = sizeof(address);
		listeners[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		ck_assert_int_eq(bind(listeners[i], (struct sockaddr *)&address, n), 0);
		ck_assert_int_eq(listen(listeners[i], 1024), 0);
		getsockname(listeners[i], (struct sockaddr *)&address, &n);
		ports[i] = ntohs(address.sin_port);
	}
	ck_assert_int_eq(pthread_create(&server_thread, NULL, run_servers, NULL), 0);
}

void world_stop(void)
{
	is_over = 1;
	pthread_join(server_thread, NULL);
	for (int i = 0; i < WORLD_SERVERS; i++)
		close(listeners[i]);
}

int world_port(int server)
{
	return ports[server];
}

const char *world_revision(int server)
{
	return revisions[server];
}

void world_set_status(int status)
{
	status_of_v2 = status;
}

/* A client in the loop's thread */

typedef struct exchange {
	const char *text;
	size_t sent, length;
	char *answer;
	size_t size, received;
	int is_done;
} exchange;

static void on_ready(void *userdata, int fd, int events)
{
	exchange *x = userdata;
	(void)events;
	if (x->sent < x->length) {
		ssize_t n = send(fd, x->text + x->sent, x->length - x->sent, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != ENOTCONN)
			x->is_done = 1;
		x->sent += n > 0 ? (size_t)n : 0;
		return;
	}
	ssize_t n = recv(fd, x->answer + x->received, x->size - 1 - x->received, 0);
	if (n > 0)
		x->received += (size_t)n;
	else if (n == 0 || errno != EAGAIN)
		x->is_done = 1;
	x->is_done |= x->received == x->size - 1;
}

size_t world_exchange(korch_loop *loop, const char *ip, int port, const char *text, char *answer_,
                      size_t size)
{
	exchange x = {.text = text, .length = strlen(text), .answer = answer_, .size = size};
	struct sockaddr_in address = at(ip, port);
	korch_poll *poll;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r = connect(fd, (struct sockaddr *)&address, sizeof(address));
	x.is_done = r < 0 && errno != EINPROGRESS;
	ck_assert_int_eq(korch_poll_new(&poll, loop, fd, KORCH_POLL_OUT, on_ready, &x), 0);
	for (int is_reading = 0; !x.is_done;) {
		korch_loop_step(loop, korch_loop_now(loop) + STEP_US);
		if (!is_reading && x.sent == x.length) {
			korch_poll_set(poll, KORCH_POLL_IN);
			is_reading = 1;
		}
	}
	korch_poll_free(poll);
	close(fd);
	answer_[x.received] = 0;
	return x.received;
}

static void find_cookie(world_request *request, const char *answer_)
{
	const char *line = strcasestr(answer_, "\r\nset-cookie: ");
	request->set_cookie[0] = 0;
	if (!line)
		return;
	line += strlen("\r\nset-cookie: ");
	snprintf(request->set_cookie, sizeof(request->set_cookie), "%.*s", (int)strcspn(line, "\r"),
	         line);
}

static const char *name_of(const char *body)
{
	static const char *const names[] = {"v1", "v2", "v3"};
	for (int i = 0; i < 3; i++)
		if (strncmp(body, names[i], 2) == 0)
			return names[i];
	return NULL;
}

const char *world_ask(korch_loop *loop, const char *ip, int port, world_request *request)
{
	char text[TEXT], reply[TEXT];
	int n = snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n");
	for (const char *const *h = request->headers; h && h[0]; h += 2)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%s: %s\r\n", h[0], h[1]);
	if (request->cookie)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "Cookie: a=b; %s\r\n", request->cookie);
	snprintf(text + n, sizeof(text) - (size_t)n, "\r\n");
	request->status = 0;
	if (!world_exchange(loop, ip, port, text, reply, sizeof(reply)))
		return NULL;
	find_cookie(request, reply);
	const char *body = strstr(reply, "\r\n\r\n");
	request->status = body ? atoi(reply + strlen("HTTP/1.1 ")) : 0;
	return body ? name_of(body + 4) : NULL;
}

/* Load */

static struct sockaddr_in load_target;
static int n_load;

/* One request on a kept connection; 0 … 3 as answered; connects anew when it was closed between
 * two requests, as clients do. */
static int load_once(int *fd)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: web\r\n\r\n";
	char reply[TEXT];
	for (int attempt = 0; attempt < 2; attempt++) {
		int is_fresh = *fd < 0;
		if (is_fresh) {
			struct timeval limit = {.tv_sec = 10};
			*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
			setsockopt(*fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
			if (connect(*fd, (struct sockaddr *)&load_target, sizeof(load_target)) < 0)
				break;
		}
		size_t n = 0;
		const char *body = NULL;
		ssize_t r = send(*fd, request, sizeof(request) - 1, MSG_NOSIGNAL);
		while (r > 0 && !body && n < sizeof(reply) - 1 &&
		       (r = recv(*fd, reply + n, sizeof(reply) - 1 - n, 0)) > 0) {
			n += (size_t)r;
			reply[n] = 0;
			body = strstr(reply, "\r\n\r\n");
			body = body && strlen(body) >= 6 ? body + 4 : NULL;
		}
		if (body && strncmp(reply, "HTTP/1.1 200", 12) == 0 && name_of(body)) {
			if (strcasestr(reply, "connection: close")) {
				close(*fd);
				*fd = -1;
			}
			return body[1] - '0';
		}
		close(*fd);
		*fd = -1;
		if (n > 0 || is_fresh)
			break;
	}
	return 0;
}

static void *run_load(void *unused)
{
	int fds[CLIENTS_MAX];
	(void)unused;
	for (int i = 0; i < n_load; i++)
		fds[i] = -1;
	while (!load_is_over)
		for (int i = 0; i < n_load; i++)
			load_answers[load_once(&fds[i])]++;
	for (int i = 0; i < n_load; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	load_has_ended = 1;
	return NULL;
}

void world_load_start(const char *ip, int port, int connections)
{
	load_target = at(ip, port);
	n_load = connections < CLIENTS_MAX ? connections : CLIENTS_MAX;
	load_is_over = load_has_ended = 0;
	for (int i = 0; i < 4; i++)
		load_answers[i] = 0;
	ck_assert_int_eq(pthread_create(&load_thread, NULL, run_load, NULL), 0);
}

uint64_t world_load_count(void)
{
	return load_answers[0] + load_answers[1] + load_answers[2] + load_answers[3];
}

void world_load_end(void)
{
	load_is_over = 1;
}

int world_load_has_ended(void)
{
	return load_has_ended;
}

void world_load_stop(uint64_t answers[4])
{
	load_is_over = 1;
	pthread_join(load_thread, NULL);
	for (int i = 0; i < 4; i++)
		answers[i] = load_answers[i];
}
