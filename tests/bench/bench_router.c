/*
 * Routers: bench-router [SETS [REQUESTS]]. How many set calls a second each completes, one after
 * the other and many at once, and how far shares are from the weights in force. HAProxy's part
 * needs HAProxy. The weights are drawn from a seed that is printed.
 */
#include "base/random.h"
#include <arpa/inet.h>
#include <korch/router.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static korch_loop *loop;
static korch_router *router;
static korch_traffic_endpoint endpoints[2];
static korch_traffic_destination destinations[2];
static korch_traffic traffic;
static char address[64];
static int n_done;

static double now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static void on_done(void *userdata, int code, const char *message)
{
	(void)userdata;
	n_done++;
	if (code == 0 || code == KORCH_E_CANCELED)
		return;
	fprintf(stderr, "set: %s\n", message);
	exit(1);
}

static void set(int canary)
{
	destinations[0].weight = 100 - canary;
	destinations[1].weight = canary;
	if (korch_router_set(router, &traffic, on_done, NULL, NULL) < 0)
		exit(1);
}

static void wait_for(int n)
{
	while (n_done < n)
		korch_loop_step(loop, korch_loop_now(loop) + 20000);
}

static void measure_sets(const char *name, int n, uint64_t seed)
{
	korch_random random;
	korch__random_init(&random, seed);
	set(50);
	n_done = 0;
	wait_for(1);
	n_done = 0;
	double begin = now();
	for (int i = 0; i < n; i++) {
		set((int)korch__random_below(&random, 101));
		wait_for(i + 1);
	}
	double single = now() - begin;
	n_done = 0;
	begin = now();
	for (int i = 0; i < n; i++)
		set((int)korch__random_below(&random, 101));
	wait_for(n);
	double many = now() - begin;
	printf("%-8s %8.0f sets/s one after the other (%.0f us), %8.0f sets/s at once\n", name,
	       n / single, single / n * 1e6, n / many);
}

typedef struct server {
	int fd, number;
} server;

/* Answers anything with its number. */
static void *serve(void *userdata)
{
	const server *own = userdata;
	char text[4096], reply[128];
	int n = snprintf(reply, sizeof(reply),
	                 "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n%d",
	                 own->number);
	for (int fd; (fd = accept(own->fd, NULL, NULL)) >= 0; close(fd))
		if (recv(fd, text, sizeof(text), 0) > 0)
			send(fd, reply, (size_t)n, MSG_NOSIGNAL);
	return NULL;
}

static void start_servers(void)
{
	static server servers[2];
	for (int i = 0; i < 2; i++) {
		struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		socklen_t n = sizeof(at);
		pthread_t thread;
		servers[i] = (server){socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), i};
		if (bind(servers[i].fd, (struct sockaddr *)&at, n) < 0 || listen(servers[i].fd, 1024) < 0 ||
		    getsockname(servers[i].fd, (struct sockaddr *)&at, &n) < 0 ||
		    pthread_create(&thread, NULL, serve, &servers[i]) != 0)
			exit(1);
		pthread_detach(thread);
		endpoints[i] = (korch_traffic_endpoint){"127.0.0.1", ntohs(at.sin_port), 0};
	}
}

static void on_get(void *userdata, int code, const korch_traffic_report *report)
{
	if (code == 0)
		snprintf(address, sizeof(address), "%s", report->address);
	*(int *)userdata = 1;
}

/* One request on a connection of its own: 0 or 1. */
static int ask(int port)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n";
	struct sockaddr_in at = {.sin_family = AF_INET,
	                         .sin_port = htons((uint16_t)port),
	                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	char text[4096];
	size_t n = 0;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0)
		exit(1);
	for (ssize_t got; n < sizeof(text) && (got = recv(fd, text + n, sizeof(text) - n, 0)) > 0;)
		n += (size_t)got;
	close(fd);
	return n > 0 && text[n - 1] == '1';
}

/* How far the canary's share of n requests is from its weight, in points; the worst of all weights.
 */
static void measure_shares(int n)
{
	double worst = 0, begin = now();
	int port = 0, is_told = 0, asked = 0;
	if (korch_router_get(router, "ns", "web", on_get, &is_told) < 0)
		exit(1);
	while (!is_told)
		korch_loop_step(loop, korch_loop_now(loop) + 20000);
	sscanf(strchr(address, ':') + 1, "%d", &port);
	for (int weight = 0; weight <= 100; weight += 7) {
		n_done = 0;
		set(weight);
		wait_for(1);
		int hits = 0;
		for (int i = 0; i < n; i++)
			hits += ask(port);
		asked += n;
		double off = 100.0 * hits / n - weight;
		off = off < 0 ? -off : off;
		worst = off > worst ? off : worst;
	}
	printf("haproxy  worst share error %.3f points, %d requests for each of 15 weights "
	       "(%.0f requests/s on one connection each)\n",
	       worst, n, asked / (now() - begin));
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 2000, requests = argc > 2 ? atoi(argv[2]) : 1000;
	uint64_t seed = korch__random_seed_from_system();
	korch_error *err = NULL;
	printf("seed %llu\n", (unsigned long long)seed);
	start_servers();
	destinations[0] =
	    (korch_traffic_destination){.hash = "stable", .endpoints = &endpoints[0], .n_endpoints = 1};
	destinations[1] =
	    (korch_traffic_destination){.hash = "canary", .endpoints = &endpoints[1], .n_endpoints = 1};
	traffic = (korch_traffic){.size = sizeof(traffic),
	                          .namespace_ = "ns",
	                          .name = "web",
	                          .service = "web",
	                          .destinations = destinations,
	                          .n_destinations = 2};
	if (korch_loop_new(&loop, NULL) < 0 || korch_router_sim_new(&router, loop, NULL, NULL) < 0)
		return 1;
	measure_sets("sim", n, seed);
	korch_router_free(router);
	if (korch_router_haproxy_new(&router, loop, NULL, &err) < 0) {
		fprintf(stderr, "%s\n", korch_error_message(err));
		return 1;
	}
	measure_sets("haproxy", n, seed);
	measure_shares(requests);
	korch_router_free(router);
	korch_loop_free(loop);
	return 0;
}
