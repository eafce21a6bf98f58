/*
 * The other side of a gRPC client: a thread that speaks as much of HTTP/2 as a script needs, on a
 * socket of the loopback or of the file system.
 */
#ifndef KORCH_TESTS_UNIT_HTTP_PEER_H
#define KORCH_TESTS_UNIT_HTTP_PEER_H

#include <pthread.h>
#include <stdatomic.h>

/* What is done with a request, in order; a "connection" says so. */
typedef enum peer_step {
	PEER_ANSWER,       /* a message "hello", status 0 */
	PEER_IN_PIECES,    /* the same, byte by byte */
	PEER_TWO_MESSAGES, /* "hello" and "you" in one frame */
	PEER_REFUSE,       /* trailers only: status 5, a message with an escaped line end */
	PEER_NO_STATUS,    /* a message, and an end without trailers */
	PEER_NOT_FOUND,    /* HTTP status 404 */
	PEER_TOO_BIG,      /* the head of a message of 100 MB */
	PEER_COMPRESSED,   /* a message that says to be compressed */
	PEER_SILENT,       /* nothing */
	PEER_CLOSE,        /* closes the connection, without an answer */
	PEER_ECHO,         /* sends each message back, and status 0 when the client ends */
	PEER_HTTP1,        /* connection: answers in HTTP/1.1 */
} peer_step;

enum { PEER_STEPS_MAX = 64 };

typedef struct peer {
	char target[128]; /* for a channel */
	const peer_step *steps;
	int n_steps;
	int listener;
	pthread_t thread;
	atomic_int connection;
	int connections; /* to be read when it has been stopped */
	int requests;
} peer;

/* path: of a socket in the file system, or NULL. */
void peer_start(peer *out, const char *path, const peer_step *steps, int n_steps);
/* Closes the connection that there is, while nothing is under way. */
void peer_hang_up(peer *at);
void peer_stop(peer *at);

#endif
