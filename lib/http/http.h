/* HTTP requests on the loop by libcurl, which is loaded with the first one. */
#ifndef KORCH_HTTP_HTTP_H
#define KORCH_HTTP_HTTP_H

#include <korch/loop.h>
#include <stddef.h>

typedef struct korch__http korch__http;
typedef struct korch__http_call korch__http_call;

/* Borrowed for the call. */
typedef struct korch__http_request {
	const char *url;
	const char *const *headers; /* "Name: value" */
	size_t n_headers;
	const void *body; /* NULL: none */
	size_t body_length;
	korch_usec timeout_us;
	const char *method; /* NULL: GET, with a body POST */
	size_t answer_max;  /* bytes that are kept of an answer; 0: 10 KiB, the rest is not read */
	int verify;         /* 1: the server's certificate has to be right */
	int reuse;          /* 1: connections are kept for later requests */
	int grpc;           /* 1: HTTP/2 without TLS, as gRPC wants it */
} korch__http_request;

/* What came of it. Borrowed. */
typedef struct korch__http_answer {
	int status;          /* 0: there was no answer */
	const char *message; /* status 0: why */
	const char *body;    /* as much as is kept of it; terminated */
	size_t length;
	int cut;         /* 1: there was more */
	int grpc_status; /* of the trailers; -1: none */
} korch__http_answer;

typedef void (*korch__http_fn)(void *userdata, const korch__http_answer *answer);

/* Costs nothing until the first call. */
int korch__http_new(korch__http **out, korch_loop *loop);
void korch__http_free(korch__http *http); /* drops the calls under way; NULL is fine */
/* 0 and *out until fn was called, or a code (KORCH_E_UNSUPPORTED: libcurl is not on this machine).
 * Redirects to the same host are followed. */
int korch__http_start(korch__http_call **out, korch__http *http, const korch__http_request *request,
                      korch__http_fn fn, void *userdata);
void korch__http_cancel(korch__http_call *call); /* fn is not called */

#endif
