/* HTTP requests by libcurl: what is asked for, what is kept of the answer, redirects. */
#include "http/http.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "http/curl_multi.h"
#include <stdlib.h>
#include <string.h>

enum { BODY_MAX = 10 << 10, REDIRECTS_MAX = 10, SLACK_US = 100000 };

struct korch__http {
	korch_loop *loop;
	korch__curl_multi multi; /* begun with the first call */
	korch__http_call *calls;
};

struct korch__http_call {
	korch__http *http;
	korch__http_call *previous, *next;
	CURL *easy;
	korch_timer *guard; /* libcurl 7.88 can forget a transfer's timeout: the call ends all the same
	                     */
	korch_usec timeout_us;
	struct curl_slist *headers;
	korch_buf request; /* body */
	korch_buf body;
	size_t body_max;
	int cut; /* there was more than is kept */
	int redirects;
	int grpc_status;
	korch__http_fn fn;
	void *userdata;
	char error[CURL_ERROR_SIZE];
};

static void check_done(void *userdata);
static void on_guard(void *userdata);

int korch__http_new(korch__http **out, korch_loop *loop)
{
	korch__http *http = korch__calloc(1, sizeof(*http));
	if (!http)
		return KORCH_E_NOMEM;
	http->loop = loop;
	*out = http;
	return 0;
}

static void call_free(korch__http_call *call)
{
	if (call->previous)
		call->previous->next = call->next;
	else if (call->http->calls == call)
		call->http->calls = call->next;
	if (call->next)
		call->next->previous = call->previous;
	if (call->easy) {
		korch__curl()->multi_remove_handle(call->http->multi.handle, call->easy);
		korch__curl()->easy_cleanup(call->easy);
	}
	korch_timer_free(call->guard);
	korch__curl()->slist_free_all(call->headers);
	korch__buf_fini(&call->request);
	korch__buf_fini(&call->body);
	korch__free(call);
}

void korch__http_cancel(korch__http_call *call)
{
	call_free(call);
}

void korch__http_free(korch__http *http)
{
	if (!http)
		return;
	while (http->calls)
		call_free(http->calls);
	korch__curl_multi_end(&http->multi);
	korch__free(http);
}

static size_t on_body(char *data, size_t size, size_t n, void *userdata)
{
	korch__http_call *call = userdata;
	size_t length = size * n;
	size_t room = call->body_max - call->body.len;
	call->cut = length > room;
	korch__buf_put(&call->body, data, length < room ? length : room);
	return call->cut ? 0 : length;
}

static size_t on_header(char *data, size_t size, size_t n, void *userdata)
{
	static const char name[] = "grpc-status:";
	korch__http_call *call = userdata;
	size_t length = size * n;
	if (length > sizeof(name) && strncasecmp(data, name, sizeof(name) - 1) == 0) {
		char number[16] = "";
		size_t digits = length - (sizeof(name) - 1);
		memcpy(number, data + sizeof(name) - 1,
		       digits < sizeof(number) - 1 ? digits : sizeof(number) - 1);
		call->grpc_status = (int)strtol(number, NULL, 10);
	}
	return length;
}

static int set_headers(korch__http_call *call, const korch__http_request *request)
{
	for (size_t i = 0; i < request->n_headers; i++) {
		struct curl_slist *longer = korch__curl()->slist_append(call->headers, request->headers[i]);
		if (!longer)
			return KORCH_E_NOMEM;
		call->headers = longer;
	}
	korch__curl()->easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
	return 0;
}

static int set_body(korch__http_call *call, const korch__http_request *request)
{
	korch__buf_put(&call->request, request->body, request->body_length);
	if (call->request.failed)
		return KORCH_E_NOMEM;
	korch__curl()->easy_setopt(call->easy, CURLOPT_POSTFIELDS, call->request.data);
	korch__curl()->easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE, (long)call->request.len);
	if (request->grpc)
		korch__curl()->easy_setopt(call->easy, CURLOPT_HTTP_VERSION,
		                           (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
	return 0;
}

static void set_connection(CURL *easy, const korch__http_request *request)
{
	korch__curl()->easy_setopt(easy, CURLOPT_NOPROXY, "*");
	korch__curl()->easy_setopt(easy, CURLOPT_TIMEOUT_MS,
	                           (long)(request->timeout_us / KORCH_USEC_PER_MSEC));
	korch__curl()->easy_setopt(easy, CURLOPT_FRESH_CONNECT, (long)!request->reuse);
	korch__curl()->easy_setopt(easy, CURLOPT_FORBID_REUSE, (long)!request->reuse);
	/* Probes ask whether somebody answers, not who: certificates of pods are made for other names.
	 */
	korch__curl()->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, request->verify ? 1L : 0L);
	korch__curl()->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, request->verify ? 2L : 0L);
}

static int prepare(korch__http_call *call, const korch__http_request *request)
{
	CURL *easy = call->easy = korch__curl()->easy_init();
	if (!easy || korch__curl()->easy_setopt(easy, CURLOPT_URL, request->url) != CURLE_OK)
		return KORCH_E_NOMEM;
	korch__curl()->easy_setopt(easy, CURLOPT_PRIVATE, call);
	korch__curl()->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	korch__curl()->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	set_connection(easy, request);
	korch__curl()->easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
	korch__curl()->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	korch__curl()->easy_setopt(easy, CURLOPT_WRITEDATA, call);
	korch__curl()->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	korch__curl()->easy_setopt(easy, CURLOPT_HEADERDATA, call);
	int code = set_headers(call, request);
	if (code == 0 && request->body)
		code = set_body(call, request);
	if (code == 0 && request->method &&
	    korch__curl()->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) != CURLE_OK)
		code = KORCH_E_NOMEM;
	return code;
}

/* A transfer begins; libcurl has the first word about its time. */
static int begin(korch__http_call *call)
{
	if (korch__curl()->multi_add_handle(call->http->multi.handle, call->easy) != CURLM_OK)
		return KORCH_E_NOMEM;
	if (call->timeout_us)
		korch_timer_set(call->guard,
		                korch_loop_now(call->http->loop) + call->timeout_us + SLACK_US);
	return 0;
}

int korch__http_start(korch__http_call **out, korch__http *http, const korch__http_request *request,
                      korch__http_fn fn, void *userdata)
{
	int code = korch__curl_multi_begin(&http->multi, http->loop, check_done, http);
	korch__http_call *call = code == 0 ? korch__calloc(1, sizeof(*call)) : NULL;
	if (!call)
		return code < 0 ? code : KORCH_E_NOMEM;
	call->http = http;
	call->fn = fn;
	call->userdata = userdata;
	call->grpc_status = -1;
	korch__buf_init(&call->request, 0);
	call->body_max = request->answer_max ? request->answer_max : BODY_MAX;
	korch__buf_init(&call->body, call->body_max + 1);
	call->next = http->calls;
	if (call->next)
		call->next->previous = call;
	http->calls = call;
	call->timeout_us = request->timeout_us;
	code = korch_timer_new(&call->guard, http->loop, on_guard, call);
	if (code == 0)
		code = prepare(call, request);
	if (code == 0)
		code = begin(call);
	if (code < 0) {
		call_free(call);
		return code;
	}
	*out = call;
	return 0;
}

static char *host_of(const char *url)
{
	CURLU *parts = korch__curl()->url();
	char *host = NULL;
	if (parts && korch__curl()->url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK)
		korch__curl()->url_get(parts, CURLUPART_HOST, &host, 0);
	korch__curl()->url_cleanup(parts);
	return host;
}

/* Goes where an answer leads when that is the same host. 1 when it does, -1 when it went on too
 * often. */
static int redirect(korch__http_call *call)
{
	char *to = NULL, *from = NULL;
	korch__curl()->easy_getinfo(call->easy, CURLINFO_REDIRECT_URL, &to);
	korch__curl()->easy_getinfo(call->easy, CURLINFO_EFFECTIVE_URL, &from);
	char *to_host = to ? host_of(to) : NULL;
	char *from_host = from ? host_of(from) : NULL;
	int same = to_host && from_host && strcmp(to_host, from_host) == 0;
	korch__curl()->free(to_host);
	korch__curl()->free(from_host);
	if (!same)
		return 0;
	if (++call->redirects > REDIRECTS_MAX)
		return -1;
	_cleanup_free_ char *url = korch__strdup(to);
	korch__curl()->multi_remove_handle(call->http->multi.handle, call->easy);
	korch__buf_reset(&call->body);
	if (!url || korch__curl()->easy_setopt(call->easy, CURLOPT_URL, url) != CURLE_OK ||
	    begin(call) < 0)
		return -1;
	return 1;
}

/* libcurl's words for a timeout depend on what it was doing; people get the same ones always. */
static const char *failure_text(const korch__http_call *call, CURLcode result)
{
	if (result == CURLE_OPERATION_TIMEDOUT)
		return "the request timed out";
	return *call->error ? call->error : korch__curl()->easy_strerror(result);
}

static void finish(korch__http_call *call, CURLcode result)
{
	long status = 0;
	korch__curl()->easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	int good = result == CURLE_OK || (result == CURLE_WRITE_ERROR && call->cut);
	int again = good && status >= 300 && status < 400 ? redirect(call) : 0;
	if (again > 0)
		return;
	const korch__http_answer answer = {
	    .status = good && again == 0 ? (int)status : 0,
	    .message = again < 0 ? "stopped after 10 redirects" : failure_text(call, result),
	    .body = korch__text_or_empty(call->body.data),
	    .length = call->body.len,
	    .cut = call->cut,
	    .grpc_status = call->grpc_status,
	};
	korch__http_fn fn = call->fn;
	void *userdata = call->userdata;
	korch__http_answer copy = answer;
	fn(userdata, &copy);
	call_free(call);
}

static void on_guard(void *userdata)
{
	finish(userdata, CURLE_OPERATION_TIMEDOUT);
}

static void check_done(void *userdata)
{
	korch__http *http = userdata;
	CURLcode result;
	korch__http_call *call;
	while ((call = korch__curl_multi_next(&http->multi, &result)))
		finish(call, result);
}
