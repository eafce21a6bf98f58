/* Requests of sources by HTTP: checking what a metric says, sending, giving the answer to whoever
 * reads it. */
#include "metric/http_source.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { HEADERS_MAX = 64, TIMEOUT_MAX_S = 3600 };

/* Lines "Name: value". */
typedef struct header_lines {
	char *lines[HEADERS_MAX + 1];
	size_t n;
} header_lines;

static void lines_fini(header_lines *self)
{
	for (size_t i = 0; i < self->n; i++)
		korch__free(self->lines[i]);
}

int korch__metric_http_init(korch__metric_http *source, korch_loop *loop)
{
	source->loop = loop;
	return korch__http_new(&source->http, loop);
}

void korch__metric_http_fini(korch__metric_http *source)
{
	korch__http_free(source->http);
	source->http = NULL;
}

static int refuse(const korch__metric_ask *ask, korch_error **err, const char *field,
                  const char *what)
{
	char path[64];
	snprintf(path, sizeof(path), "%s.%s", ask->path, field);
	int code = korch_error_set(err, KORCH_E_INVALID, "%s", what);
	korch_error_prefix_path(err, path);
	return code;
}

static int add_line(header_lines *out, const char *name, const char *value, const char *between)
{
	char *line = korch__sprintf("%s%s%s", name, between, value);
	if (!line)
		return KORCH_E_NOMEM;
	out->lines[out->n++] = line;
	return 0;
}

static int is_fit_for_header(const char *text)
{
	for (; *text; text++)
		if (*text == '\r' || *text == '\n')
			return 0;
	return 1;
}

static int make_lines(header_lines *out, const korch__metric_ask *ask, korch_error **err)
{
	int code = 0;
	if (ask->n_headers > HEADERS_MAX - 1)
		return refuse(ask, err, "headers", "more than 63 headers");
	if (ask->body && ask->content_type)
		code = add_line(out, "Content-Type", ask->content_type, ": ");
	for (size_t i = 0; i < ask->n_headers && code == 0; i++) {
		const char *key = korch__text_or_empty(ask->headers[i].key);
		const char *value = korch__text_or_empty(ask->headers[i].value);
		if (!*key || strpbrk(key, ": \t") || !is_fit_for_header(key) || !is_fit_for_header(value))
			return refuse(ask, err, "headers",
			              "a header has a name without spaces and colons, and a value of one line");
		/* libcurl sends a header without a value when it ends in a semicolon */
		code = add_line(out, key, value, *value ? ": " : ";");
	}
	return code < 0 ? korch_error_set(err, code, "out of memory") : 0;
}

static int check_ask(const korch__metric_ask *ask, korch_error **err)
{
	const char *host = ask->url && korch__text_has_prefix(ask->url, "http://")    ? ask->url + 7
	                   : ask->url && korch__text_has_prefix(ask->url, "https://") ? ask->url + 8
	                                                                              : NULL;
	if (!host || !*host || *host == '/' || strpbrk(ask->url, " \t\r\n"))
		return refuse(ask, err, strcmp(ask->path, "provider.web") == 0 ? "url" : "address",
		              "has to be a URL such as http://server:9090");
	if (ask->timeout_seconds < 0 || ask->timeout_seconds > TIMEOUT_MAX_S)
		return refuse(ask, err, "timeout", "timeout should not be negative, nor above an hour");
	if (ask->authentication && (ask->authentication->sigv4 || ask->authentication->oauth2))
		return refuse(ask, err, "authentication",
		              "requests are authenticated by headers (Authorization) or by "
		              "user:password@ in the URL");
	return 0;
}

void korch__metric_request_free(korch__metric_request *request)
{
	if (!request)
		return;
	if (request->call)
		korch__http_cancel(request->call);
	korch__free(request->json_path);
	korch__free(request);
}

void korch__metric_say(korch__metric_request *request, const korch_metric_answer *answer)
{
	korch_metric_answer copy = *answer;
	copy.size = sizeof(copy);
	request->fn(request->userdata, &copy);
}

void korch__metric_say_error(korch__metric_request *request, const char *format, ...)
{
	char text[512];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	const korch_metric_answer answer = {.outcome = KORCH_METRIC_ERROR, .message = text};
	korch__metric_say(request, &answer);
}

/* The answer is told before the call ends, as it is borrowed from it. */
static void on_http(void *userdata, const korch__http_answer *answer)
{
	korch__metric_request *request = userdata;
	request->call = NULL;
	if (answer->status == 0)
		korch__metric_say_error(request, "%s", answer->message);
	else if (answer->cut)
		korch__metric_say_error(request, "the answer is longer than %zu bytes",
		                        KORCH__METRIC_ANSWER_MAX);
	else
		request->read(request, answer);
	korch__metric_request_free(request);
}

static void request_free_p(korch__metric_request **slot)
{
	korch__metric_request_free(*slot);
}

int korch__metric_http_ask(korch__metric_request **out, korch__metric_http *source,
                           const korch__metric_ask *ask, korch_error **err)
{
	_cleanup_(lines_fini) header_lines lines = {.n = 0};
	int code = check_ask(ask, err);
	if (code == 0)
		code = make_lines(&lines, ask, err);
	if (code < 0)
		return code;
	_cleanup_(request_free_p) korch__metric_request *made = korch__calloc(1, sizeof(*made));
	char *path = ask->json_path ? korch__strdup(ask->json_path) : NULL;
	if (!made || (ask->json_path && !path)) {
		korch__free(path);
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	*made = (korch__metric_request){.source = source,
	                                .read = ask->read,
	                                .json_path = path,
	                                .fn = ask->fn,
	                                .userdata = ask->userdata};
	const korch__http_request request = {
	    .url = ask->url,
	    .headers = (const char *const *)lines.lines,
	    .n_headers = lines.n,
	    .body = ask->body,
	    .body_length = ask->body ? strlen(ask->body) : 0,
	    .timeout_us = ask->timeout_seconds * KORCH_USEC_PER_SEC,
	    .method = ask->method,
	    .answer_max = KORCH__METRIC_ANSWER_MAX,
	    .verify = !ask->insecure,
	    .reuse = 1,
	};
	code = korch__http_start(&made->call, source->http, &request, on_http, made);
	if (code < 0)
		return korch_error_set(err, code, "%s",
		                       code == KORCH_E_UNSUPPORTED ? "libcurl is not on this machine"
		                                                   : korch_code_text(code));
	*out = KORCH_STEAL(made);
	return 0;
}

void korch__metric_put_encoded(korch_buf *buf, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    strchr("-_.~", c))
			korch__buf_putc(buf, (char)c);
		else
			korch__buf_printf(buf, "%%%02X", c);
	}
}
