/*
 * libcurl's multi interface on a korch_loop: its sockets are polls, its timeout is one timer. What
 * is transferred is its users' affair.
 */
#ifndef KORCH_HTTP_CURL_MULTI_H
#define KORCH_HTTP_CURL_MULTI_H

#include "http/curl_table.h"
#include <korch/loop.h>

typedef struct korch__curl_multi {
	korch_loop *loop;
	CURLM *handle; /* NULL: not begun */
	korch_timer *timer;
	int64_t due_us;       /* when libcurl wants to be called, by the monotonic clock */
	korch_loop_fn worked; /* libcurl has done something; may free all of this */
	void *userdata;
} korch__curl_multi;

/* 0 (also when it has begun already), KORCH_E_UNSUPPORTED: libcurl is not on this machine,
 * KORCH_E_NOMEM. */
int korch__curl_multi_begin(korch__curl_multi *multi, korch_loop *loop, korch_loop_fn worked,
                            void *userdata);
/* Closes its connections; all transfers must have been removed. Fine when it has not begun. */
void korch__curl_multi_end(korch__curl_multi *multi);
/* CURLOPT_PRIVATE of a transfer that has come to its end, each once; NULL when there is none. */
void *korch__curl_multi_next(korch__curl_multi *multi, CURLcode *result);

#endif
