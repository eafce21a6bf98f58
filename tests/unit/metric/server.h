/* A small HTTP server in a thread of its own, for tests of sources of metrics. */
#ifndef KORCH_TESTS_UNIT_METRIC_SERVER_H
#define KORCH_TESTS_UNIT_METRIC_SERVER_H

#include <pthread.h>

typedef struct server {
	int fd;
	int port;
	pthread_t thread;
	pthread_mutex_t lock;
	/* what it answers to the next requests; "" body and status 0: it never answers */
	int status;
	const char *type;
	char body[8192];
	/* the last request, whole */
	char request[8192];
	int requests;
	int hold; /* a connection that waits for ever; closed at the end */
} server;

void server_start(server *self);
void server_answer(server *self, int status, const char *body);
/* A copy of the last request in `out`. */
void server_last(server *self, char *out, size_t size);
void server_stop(server *self);
/* A port of 127.0.0.1 that nobody listened on a moment ago. */
int server_free_port(void);

#endif
