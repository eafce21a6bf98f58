/*
 * How fast the proxy is beside no proxy: bench-proxy [SECONDS [CLIENTS]]. One thread is the proxy,
 * one the server, one the clients; each figure is taken directly and through the proxy, in turn, in
 * the same run. Prints requests a second on kept connections, connections a second, and MB a second
 * of one transfer.
 */
#include "base/loop.h"
#include "proxy/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST = 128, CHUNK = 64 * 1024, CLIENTS_MAX = 1000 };

static double seconds = 1;
static int n_clients = 32;
static int server_fd;
static atomic_int is_ready, is_over;
static struct sockaddr_in direct, through;

static double now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static void must(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static struct sockaddr_in at(const char *ip, int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	inet_pton(AF_INET, ip, &address.sin_addr);
	return address;
}

/* Listens and returns the port. */
static int listen_at(int *fd, const char *ip)
{
	struct sockaddr_in address = at(ip, 0);
	socklen_t n = sizeof(address);
	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(bind(*fd, (struct sockaddr *)&address, n) == 0 && listen(*fd, 1024) == 0, "listen");
	getsockname(*fd, (struct sockaddr *)&address, &n);
	return ntohs(address.sin_port);
}

static int dial(const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	must(connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0, "connect");
	return fd;
}

/* The server: echoes requests; takes longer pieces without an answer. */
static void serve(int epoll, int fd)
{
	static char data[CHUNK];
	struct epoll_event event = {.events = EPOLLIN};
	if (fd == server_fd) {
		event.data.fd = accept4(server_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		int on = 1;
		setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event);
		return;
	}
	ssize_t n = recv(fd, data, sizeof(data), 0);
	if (n <= 0)
		close(fd);
	else if (n == REQUEST && data[0] == 'r')
		send(fd, data, REQUEST, MSG_NOSIGNAL);
}

static void *run_server(void *unused)
{
	struct epoll_event events[64], event = {.events = EPOLLIN, .data.fd = server_fd};
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(epoll, EPOLL_CTL_ADD, server_fd, &event);
	while (!is_over) {
		int n = epoll_wait(epoll, events, 64, 100);
		for (int i = 0; i < n; i++)
			serve(epoll, events[i].data.fd);
	}
	close(epoll);
	return NULL;
}

/* The proxy's thread */

static korch_service *make_service(int port)
{
	korch_object *object = NULL;
	must(korch_object_new(&object, &korch_service_kind) == 0, "service");
	korch_object_meta *meta = korch_object_edit_meta(object);
	korch_string_set(&meta->namespace_, "default");
	korch_string_set(&meta->name, "bench");
	korch_service *service = (korch_service *)object;
	korch_service_spec *spec = korch_struct_edit(&service->spec, &korch_service_spec_type);
	korch_string_set(&spec->cluster_ip, "127.44.0.9");
	korch_service_port *ports =
	    korch_list_edit(&spec->ports, &spec->n_ports, &korch_service_port_type, 1);
	ports->port = port;
	return service;
}

static korch_endpoint_slice *make_slice(int port)
{
	korch_object *object = NULL;
	must(korch_object_new(&object, &korch_endpoint_slice_kind) == 0, "slice");
	korch_endpoint_slice *slice = (korch_endpoint_slice *)object;
	korch_string_set(&slice->address_type, "IPv4");
	korch_endpoint_port *ports =
	    korch_list_edit(&slice->ports, &slice->n_ports, &korch_endpoint_port_type, 1);
	ports->port = port;
	korch_endpoint *endpoints =
	    korch_list_edit(&slice->endpoints, &slice->n_endpoints, &korch_endpoint_type, 1);
	const char **addresses =
	    korch_string_list_edit(&endpoints->addresses, &endpoints->n_addresses, 1);
	korch_string_set(&addresses[0], "127.0.0.1");
	return slice;
}

static void on_freed(void *userdata)
{
	*(int *)userdata = 1;
}

static void *run_proxy(void *unused)
{
	korch__proxy_options options = {0};
	korch_proxy *proxy = NULL;
	int freed = 0;
	must(korch_loop_new(&options.loop, NULL) == 0, "loop");
	must(korch__proxy_new(&proxy, &options, NULL) == 0, "proxy");
	korch_service *service = make_service(ntohs(through.sin_port));
	korch_endpoint_slice *slice = make_slice(ntohs(direct.sin_port));
	const korch_endpoint_slice *slices[] = {slice};
	must(korch__proxy_set_service(proxy, service, slices, 1) == 0, "service");
	is_ready = 1;
	while (!is_over)
		korch_loop_step(options.loop, korch_loop_now(options.loop) + 100 * KORCH_USEC_PER_MSEC);
	korch__proxy_free(proxy, on_freed, &freed);
	while (!freed)
		korch_loop_step(options.loop, 0);
	korch_object_unref(&service->object);
	korch_object_unref(&slice->object);
	korch_loop_free(options.loop);
	return NULL;
}

/* The measurements */

static void receive(int fd)
{
	char answer[REQUEST];
	ssize_t n = recv(fd, answer, REQUEST, MSG_WAITALL);
	must(n == REQUEST, "recv");
}

static double requests(const struct sockaddr_in *to)
{
	static int fds[CLIENTS_MAX];
	const char request[REQUEST] = "r";
	for (int i = 0; i < n_clients; i++)
		fds[i] = dial(to);
	double begin = now();
	size_t n = 0;
	for (; now() - begin < seconds; n += (size_t)n_clients) {
		for (int i = 0; i < n_clients; i++)
			send(fds[i], request, REQUEST, MSG_NOSIGNAL);
		for (int i = 0; i < n_clients; i++)
			receive(fds[i]);
	}
	double taken = now() - begin;
	for (int i = 0; i < n_clients; i++)
		close(fds[i]);
	return (double)n / taken;
}

static double connections(const struct sockaddr_in *to)
{
	const char request[REQUEST] = "r";
	double begin = now();
	size_t n = 0;
	for (; now() - begin < seconds && n < 10000; n++) { /* ports are not endless */
		int fd = dial(to);
		send(fd, request, REQUEST, MSG_NOSIGNAL);
		receive(fd);
		close(fd);
	}
	return (double)n / (now() - begin);
}

static double megabytes(const struct sockaddr_in *to)
{
	static char data[CHUNK];
	int fd = dial(to);
	double begin = now();
	size_t n = 0;
	while (now() - begin < seconds)
		n += (size_t)send(fd, data, CHUNK, MSG_NOSIGNAL);
	double taken = now() - begin;
	close(fd);
	return (double)n / taken / 1e6;
}

static void measure(const char *what, double (*fn)(const struct sockaddr_in *to))
{
	double d[2] = {0}, p[2] = {0};
	for (int i = 0; i < 2; i++) {
		d[i] = fn(&direct);
		p[i] = fn(&through);
	}
	double a = (d[0] + d[1]) / 2, b = (p[0] + p[1]) / 2;
	printf("%-24s direct %10.0f   proxy %10.0f   %5.1f %%\n", what, a, b, 100 * b / a);
}

int main(int argc, char **argv)
{
	pthread_t server, proxy;
	int probe;
	if (argc > 1)
		seconds = atof(argv[1]);
	if (argc > 2)
		n_clients = atoi(argv[2]);
	if (n_clients < 1 || n_clients > CLIENTS_MAX || seconds <= 0) {
		fprintf(stderr, "usage: bench-proxy [SECONDS [CLIENTS]]\n");
		return 2;
	}
	direct = at("127.0.0.1", listen_at(&server_fd, "127.0.0.1"));
	through = at("127.44.0.9", listen_at(&probe, "127.44.0.9"));
	close(probe);
	pthread_create(&server, NULL, run_server, NULL);
	pthread_create(&proxy, NULL, run_proxy, NULL);
	while (!is_ready)
		sched_yield();
	measure("requests/s", requests);
	measure("connections/s", connections);
	measure("MB/s", megabytes);
	is_over = 1;
	pthread_join(server, NULL);
	pthread_join(proxy, NULL);
	close(server_fd);
	return 0;
}
