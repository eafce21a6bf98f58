/*
 * What sources by HTTP share: the requests under way, headers, addresses, texts of failures.
 */
#ifndef KORCH_METRIC_HTTP_SOURCE_H
#define KORCH_METRIC_HTTP_SOURCE_H

#include "base/buf.h"
#include "http/http.h"
#include <korch/sys/metric.h>

/* Bytes of an answer that are read at most. */
#define KORCH__METRIC_ANSWER_MAX ((size_t)4 << 20)

struct json_object;

typedef struct korch__metric_http {
	korch_loop *loop;
	korch__http *http;
} korch__metric_http;

typedef struct korch__metric_request korch__metric_request;
/* Makes an answer of what the server said: fills in *answer and calls korch__metric_answer(). */
typedef void (*korch__metric_read_fn)(korch__metric_request *request,
                                      const korch__http_answer *answer);

/* A measurement by one request. */
struct korch__metric_request {
	korch__metric_http *source;
	korch__http_call *call;
	korch__metric_read_fn read;
	char *json_path; /* web */
	korch_metric_fn fn;
	void *userdata;
};

/* What is asked. Borrowed for the call. */
typedef struct korch__metric_ask {
	const char *path; /* of the provider's fields, for errors: "provider.web" */
	const char *url;
	const char *method; /* NULL: GET, with a body POST */
	const char *content_type;
	const korch_metric_header *headers;
	size_t n_headers;
	const korch_metric_authentication *authentication;
	const char *body; /* NULL: none */
	int64_t timeout_seconds;
	int insecure;
	const char *json_path; /* copied */
	korch__metric_read_fn read;
	korch_metric_fn fn;
	void *userdata;
} korch__metric_ask;

int korch__metric_http_init(korch__metric_http *source, korch_loop *loop);
void korch__metric_http_fini(korch__metric_http *source);
/* Begins it: 0 or a code with err. */
int korch__metric_http_ask(korch__metric_request **out, korch__metric_http *source,
                           const korch__metric_ask *ask, korch_error **err);
/* Ends the request without an answer, or after one. */
void korch__metric_request_free(korch__metric_request *request);

/* An Error with a message made by printf. */
void korch__metric_say_error(korch__metric_request *request, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void korch__metric_say(korch__metric_request *request, const korch_metric_answer *answer);

/* Appends a text as a form or an URL wants it. */
void korch__metric_put_encoded(korch_buf *buf, const char *text);

#endif
