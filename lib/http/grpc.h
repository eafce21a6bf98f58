/*
 * A gRPC client: a channel is one HTTP/2 connection to one server, on which any number of calls are
 * under way. Unary calls, and streams in one direction or both. Messages are bytes here. What is
 * done when a server cannot be reached (another one, again later) is the caller's to say: a call's
 * end tells whether the server may have seen it.
 */
#ifndef KORCH_HTTP_GRPC_H
#define KORCH_HTTP_GRPC_H

#include "http/grpc_frame.h"
#include <korch/loop.h>
#include <stddef.h>

typedef struct korch__grpc_channel korch__grpc_channel;
typedef struct korch__grpc_call korch__grpc_call;

/* Status codes of gRPC that callers look at. */
enum {
	KORCH_GRPC_OK = 0,
	KORCH_GRPC_UNKNOWN = 2,
	KORCH_GRPC_DEADLINE_EXCEEDED = 4,
	KORCH_GRPC_NOT_FOUND = 5,
	KORCH_GRPC_RESOURCE_EXHAUSTED = 8,
	KORCH_GRPC_UNAVAILABLE = 14,
	KORCH_GRPC_UNAUTHENTICATED = 16,
};

/* Whose word a status is. */
typedef enum korch__grpc_cause {
	KORCH_GRPC_SERVER,   /* the server's; all other causes are ours */
	KORCH_GRPC_NOT_SENT, /* no connection: the server surely has not seen it */
	KORCH_GRPC_LOST,     /* the connection was lost: it may have */
	KORCH_GRPC_LATE,     /* the deadline has passed: it may have */
	KORCH_GRPC_TOO_BIG,  /* a message was longer than message_max */
} korch__grpc_cause;

typedef struct korch__grpc_end {
	int cause;
	int status;          /* KORCH_GRPC_* */
	const char *message; /* one line, "" when all went well; borrowed */
} korch__grpc_end;

/* What a call tells, from the loop, never from inside of a call of this header. Both may free the
 * channel. */
typedef struct korch__grpc_events {
	/* A message has come; borrowed. */
	void (*message)(void *userdata, const char *data, size_t length);
	/* It is over, and its handle is gone. */
	void (*end)(void *userdata, const korch__grpc_end *end);
} korch__grpc_events;

/* How to reach a server. Copied. */
typedef struct korch__grpc_options {
	const char *target;  /* "http://HOST:PORT", "https://HOST:PORT" or "unix:/PATH" */
	const char *ca_file; /* https: certificates of authorities; NULL: the system's */
	const char *cert_file;
	const char *key_file;
	const char *metadata;          /* one more header line of all calls, or NULL */
	korch_usec connect_timeout_us; /* 0: 5 s */
	size_t message_max;            /* longest message that may come; 0: 4 MiB */
} korch__grpc_options;

typedef struct korch__grpc_request {
	const char *path; /* "/package.Service/Method" */
	/* Framed messages (grpc_frame.h). Copied for a call that is open; otherwise they must stay
	 * until its end. */
	const char *body;
	size_t body_length;
	korch_usec timeout_us; /* 0: no deadline */
	int is_open;           /* 1: more messages will be sent */
} korch__grpc_request;

/* Connects with the first call. 0, KORCH_E_INVALID (the target), KORCH_E_UNSUPPORTED (no libcurl
 * here, a virtual loop), KORCH_E_NOMEM. */
int korch__grpc_channel_new(korch__grpc_channel **out, korch_loop *loop,
                            const korch__grpc_options *options);
/* Drops the calls under way, whose `end` is not called. NULL is fine. */
void korch__grpc_channel_free(korch__grpc_channel *channel);
/* Gives the connection up, as when it is dead and does not know it: calls under way end as lost,
 * the next one connects. */
void korch__grpc_channel_reset(korch__grpc_channel *channel);

/* 0 and *out until `end`; KORCH_E_LIMIT (too many calls wait), KORCH_E_NOMEM. */
int korch__grpc_start(korch__grpc_call **out, korch__grpc_channel *channel,
                      const korch__grpc_request *request, const korch__grpc_events *events,
                      void *userdata);
/* Sends framed messages behind those before. 0 or KORCH_E_NOMEM. */
int korch__grpc_send(korch__grpc_call *call, const char *body, size_t body_length);
/* No more messages will be sent. */
void korch__grpc_send_end(korch__grpc_call *call);
/* Ends a call; nothing is told any more. NULL is fine. */
void korch__grpc_cancel(korch__grpc_call *call);

#endif
