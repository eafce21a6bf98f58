/*
 * A real etcd for tests and benchmarks: started on free ports of the loopback, in a folder of its
 * own, killed, paused, started again on the same data. It ends with the program that started it.
 * Failures are told on stderr and end the program: without its server a test cannot go on.
 */
#ifndef KORCH_TESTS_SUPPORT_ETCD_H
#define KORCH_TESTS_SUPPORT_ETCD_H

#include <stddef.h>
#include <sys/types.h>

enum { ETCD_ARGUMENTS_MAX = 48, ETCD_MEMBERS_MAX = 7 };

/* How to start. Zeroed: one member without TLS, in memory. */
typedef struct etcd_options {
	int is_durable;        /* 1: on the disk (TMPDIR), so that an fsync costs what it costs; 0: in
	                          /dev/shm where there is one */
	const char *cert_file; /* TLS for clients: the server's certificate and key */
	const char *key_file;
	const char *client_ca_file;   /* clients must have a certificate of this authority */
	const char *const *arguments; /* more arguments, ended by NULL; may be NULL */
	/* Addresses that the members tell each other for themselves, in place of their own: proxies
	 * that a test can cut. One for each member ("http://127.0.0.1:PORT"), or NULL. */
	const char *const *peer_urls;
} etcd_options;

typedef struct etcd_server {
	pid_t pid; /* 0: not running */
	int port;  /* for clients, on 127.0.0.1; the same over restarts */
	int peer_port;
	char url[64];      /* "http://127.0.0.1:PORT" or https */
	char peer_url[64]; /* where it listens for its peers */
	char folder[256];  /* its data and its log ("log") */
	int reserved[2];   /* sockets that keep the ports from others while it does not run */
	int notify;        /* socket on which it says that it serves */
	int end;           /* readable when it has ended */
	char *arguments[ETCD_ARGUMENTS_MAX]; /* ended by NULL */
} etcd_server;

/* 1 when an etcd is installed here. */
int etcd_is_installed(void);
/* Starts one member and waits until it serves. options may be NULL. */
void etcd_start(etcd_server *server, const etcd_options *options);
/* Starts members of one cluster and waits until all serve. */
void etcd_start_cluster(etcd_server *servers, size_t n, const etcd_options *options);
/* Ports, folders and arguments of members, and no process yet: for tests that need the ports first
 * (proxies between peers); etcd_run() and etcd_wait() do the rest. */
void etcd_prepare(etcd_server *servers, size_t n, const etcd_options *options);
/* Starts a member's process; etcd_wait() waits until it serves (which takes a quorum). */
void etcd_run(etcd_server *server);
void etcd_wait(etcd_server *server);
/* SIGKILL, and waits for its end. */
void etcd_kill(etcd_server *server);
/* Starts a killed one again with its data, and waits until it serves. */
void etcd_restart(etcd_server *server);
/* SIGSTOP, and waits until it stands still; SIGCONT. */
void etcd_pause(etcd_server *server);
void etcd_resume(etcd_server *server);
/* Kills it, removes its folder, frees what it has. A zeroed one is fine. */
void etcd_stop(etcd_server *server);

#endif
