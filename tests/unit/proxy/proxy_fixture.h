/*
 * A proxy on a real loop, servers on loopback that behave as told, and clients that check every
 * byte. Service addresses are in 127.44.0.0/16 with ports that were free a moment ago.
 */
#ifndef KORCH_TESTS_PROXY_FIXTURE_H
#define KORCH_TESTS_PROXY_FIXTURE_H

#include "proxy/proxy.h"
#include "proxy_objects.h"
#include <uv.h>

enum { SERVERS = 4 };

typedef enum server_mode {
	SERVE_ECHO,         /* sends back what comes, ends when the client does */
	SERVE_NAME,         /* sends its number and ends */
	SERVE_REPLY_AT_END, /* sends "got N" when the client has ended */
	SERVE_SINK,         /* takes what comes and checks it */
	SERVE_SILENT,       /* does not read */
	SERVE_RESET,        /* resets after the first bytes */
} server_mode;

/* One end of a connection in the test: a client, or what a server has accepted. */
typedef struct peer {
	struct peer *next;
	uv_tcp_t socket;
	uv_connect_t connect;
	uv_shutdown_t shutdown;
	struct server *server; /* NULL for a client */
	size_t received;
	char head[32]; /* the first bytes */
	int is_wrong;  /* something came that does not follow the pattern */
	int check;     /* compare with the pattern */
	size_t to_send, sent;
	int end_after; /* ends its direction when everything is sent */
	int writes;    /* under way */
	int connected, eof, error, closed;
} peer;

typedef struct server {
	uv_tcp_t socket;
	uv_udp_t udp;
	int is_open, number, port;
	server_mode mode;
	size_t accepted, datagrams;
	peer *last; /* accepted last */
} server;

extern korch_loop *loop;
extern uv_loop_t *uv;
extern korch_proxy *proxy;
extern server servers[SERVERS];
extern korch_service *service; /* "web" at service_ip, with one port */
extern int32_t service_port_number;
extern int reports; /* bind failures told */
extern char report_text[256];
extern const char service_ip[];

/* The loop, the proxy (options NULL: the defaults) and an unused Service of that protocol. */
void fixture_make(const korch__proxy_options *options, const char *protocol);
/* Frees the proxy to its end, closes servers and clients, frees the loop: nothing may be left. */
void fixture_finish(void);

void tcp_server(int i, server_mode mode);
void udp_server(int i);
void server_close(int i);

/* Gives the Service to the proxy with servers 0 to n-1; their conditions. A taken port: another. */
void serve(int n, int conditions);
/* The same, with a bit for each server that is to be there. */
void serve_mask(unsigned mask, int conditions);
/* The same without another port when it is taken. */
void serve_here(unsigned mask, int conditions);
int32_t free_port(int type, const char *ip);

/* A client that connects to the Service; from: its address, NULL for any. */
peer *client_new(const char *from);
/* Sends so many bytes of the pattern. */
void peer_send(peer *p, size_t n, int end_after);
void peer_read(peer *p);
void peer_stop_reading(peer *p);
void peer_close(peer *p);

/* One round of the loop; waits for something to happen. */
void step(void);
#define RUN_UNTIL(condition)                                                                       \
	while (!(condition))                                                                           \
	step()

korch_proxy_stats stats_now(void);
korch_proxy_port_stats port_now(void);

#endif
