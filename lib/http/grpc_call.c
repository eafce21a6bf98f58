/*
 * One call as a transfer of libcurl.
 *
 * Over plain text libcurl has to be told that the server speaks HTTP/2 ("prior knowledge"), and
 * libcurl 7.88 breaks every second call on a connection when it is told so again. So one call makes
 * the connection, and the others, which are not told, may only use it: one that would open another
 * connection (it would speak HTTP/1.1) is refused the socket. That also keeps libcurl from sending
 * a request a second time by itself, which it does when a connection dies early: a request goes out
 * once, or its caller is told that it was not sent.
 */
#include "base/alloc.h"
#include "http/grpc_internal.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	KEEP_ALIVE_S = 10,
	DEAD_AFTER_MS = 15000, /* sent, and nothing acknowledged */
	BUFFER_BYTES = 64 << 10,
};

/* What libcurl calls */

static size_t on_send(char *to, size_t size, size_t n, void *userdata)
{
	korch__grpc_call *call = userdata;
	size_t left = call->out.len - call->n_sent;
	size_t length = left < size * n ? left : size * n;
	if (length == 0 && call->is_open) {
		call->is_paused = 1;
		return CURL_READFUNC_PAUSE;
	}
	if (length)
		memcpy(to, call->out.data + call->n_sent, length);
	call->n_sent += length;
	if (call->n_sent == call->out.len) {
		korch__buf_reset(&call->out);
		call->n_sent = 0;
	}
	return length;
}

/* Room for the whole of the message that has begun, so that it is not moved while it comes. */
static int on_message_part(korch__grpc_call *call)
{
	const char *message;
	size_t length;
	int r = korch__grpc_frame_next(&message, &length, call->in.data, call->in.len,
	                               call->channel->message_max);
	if (r == 0 && length && !korch__buf_reserve(&call->in, length + KORCH_GRPC_HEAD - call->in.len))
		r = call->in.failed;
	if (r == 1)
		korch__grpc_tell(call);
	return r;
}

static size_t on_body(char *data, size_t size, size_t n, void *userdata)
{
	korch__grpc_call *call = userdata;
	korch__buf_put(&call->in, data, size * n);
	int r = call->in.failed ? call->in.failed : on_message_part(call);
	if (r >= 0)
		return size * n;
	call->in_error = r;
	return 0;
}

static int hex_of(char c)
{
	return c >= '0' && c <= '9'                 ? c - '0'
	       : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
	                                            : -1;
}

/* grpc-message is percent-encoded, and may be anything: one line is made of it. */
static void read_text(char *out, const char *at, size_t length)
{
	size_t n = 0;
	for (size_t i = 0; i < length && n < GRPC_TEXT_MAX - 1; i++) {
		char c = at[i];
		if (c == '%' && i + 2 < length && hex_of(at[i + 1]) >= 0 && hex_of(at[i + 2]) >= 0) {
			c = (char)(hex_of(at[i + 1]) << 4 | hex_of(at[i + 2]));
			i += 2;
		}
		out[n++] = (unsigned char)c < ' ' ? ' ' : c;
	}
	out[n] = '\0';
}

/* The value of a header that is looked for, without spaces around; NULL when it is another one. */
static const char *value_of(size_t *value_length, const char *data, size_t length, const char *name)
{
	size_t n = strlen(name);
	if (length <= n || strncasecmp(data, name, n) != 0)
		return NULL;
	while (n < length && data[n] == ' ')
		n++;
	while (length > n &&
	       (data[length - 1] == '\r' || data[length - 1] == '\n' || data[length - 1] == ' '))
		length--;
	*value_length = length - n;
	return data + n;
}

/* Headers and trailers come the same way. */
static size_t on_header(char *data, size_t size, size_t n, void *userdata)
{
	korch__grpc_call *call = userdata;
	char number[8] = "";
	size_t length;
	const char *value = value_of(&length, data, size * n, "grpc-status:");
	if (value) {
		memcpy(number, value, length < sizeof(number) ? length : sizeof(number) - 1);
		int status = atoi(number);
		call->status =
		    status >= 0 && status <= KORCH_GRPC_UNAUTHENTICATED ? status : KORCH_GRPC_UNKNOWN;
	}
	value = value_of(&length, data, size * n, "grpc-message:");
	if (value)
		read_text(call->text, value, length);
	return size * n;
}

static curl_socket_t open_socket(void *userdata, curlsocktype purpose,
                                 struct curl_sockaddr *address)
{
	korch__grpc_call *call = userdata;
	(void)purpose;
	if (!call->is_connecting) {
		call->is_refused = 1;
		return CURL_SOCKET_BAD;
	}
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	unsigned dead_after = DEAD_AFTER_MS;
	if (fd >= 0 && address->family != AF_UNIX)
		setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_after, sizeof(dead_after));
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* There is a connection, and the request is about to go. */
static int on_ready(void *userdata, char *ip, char *local_ip, int port, int local_port)
{
	korch__grpc_call *call = userdata;
	(void)ip;
	(void)local_ip;
	(void)port;
	(void)local_port;
	if (call->is_sent)
		return CURL_PREREQFUNC_ABORT; /* libcurl tries again by itself */
	call->is_sent = 1;
	call->is_connecting = 0;
	if (call->channel->connecting == call) {
		call->channel->connecting = NULL;
		call->channel->state = GRPC_WARM;
	}
	return CURL_PREREQFUNC_OK;
}

/* Handing over */

static void set_connection(CURL *easy, const korch__grpc_channel *channel)
{
	const korch__curl_table *curl = korch__curl();
	curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl->easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl->easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl->easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, (long)KEEP_ALIVE_S);
	curl->easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, (long)KEEP_ALIVE_S);
	curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
	                  (long)(channel->connect_timeout_us / KORCH_USEC_PER_MSEC));
	if (channel->socket_path)
		curl->easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, channel->socket_path);
	if (channel->ca_file) {
		curl->easy_setopt(easy, CURLOPT_CAINFO, channel->ca_file);
		/* These alone: libcurl would trust the system's as well. */
		curl->easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	if (channel->cert_file)
		curl->easy_setopt(easy, CURLOPT_SSLCERT, channel->cert_file);
	if (channel->key_file)
		curl->easy_setopt(easy, CURLOPT_SSLKEY, channel->key_file);
}

static void set_functions(CURL *easy)
{
	const korch__curl_table *curl = korch__curl();
	curl->easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
	curl->easy_setopt(easy, CURLOPT_POST, 1L);
	curl->easy_setopt(easy, CURLOPT_READFUNCTION, on_send);
	curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl->easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_ready);
}

/* A handle with all that is the same for all calls. */
static CURL *take_easy(korch__grpc_channel *channel)
{
	if (channel->n_idle > 0)
		return channel->idle[--channel->n_idle];
	CURL *easy = korch__curl()->easy_init();
	if (easy) {
		set_connection(easy, channel);
		set_functions(easy);
	}
	return easy;
}

static void set_headers(korch__grpc_call *call, korch_usec left_us)
{
	struct curl_slist *headers = call->channel->headers;
	if (call->deadline != KORCH_USEC_NEVER) {
		/* Eight digits are the most; microseconds become milliseconds. */
		int64_t left_ms = (left_us + KORCH_USEC_PER_MSEC - 1) / KORCH_USEC_PER_MSEC;
		snprintf(call->timeout_text, sizeof(call->timeout_text), "grpc-timeout: %dm",
		         (int)(left_ms < 99999999 ? left_ms : 99999999));
		call->timeout = (struct curl_slist){call->timeout_text, headers};
		headers = &call->timeout;
	}
	korch__curl()->easy_setopt(call->easy, CURLOPT_HTTPHEADER, headers);
}

static void set_call(korch__grpc_call *call, korch_usec left_us)
{
	const korch__curl_table *curl = korch__curl();
	CURL *easy = call->easy;
	int is_plain = strncmp(call->url, "https:", 6) != 0;
	long version = call->is_connecting && is_plain ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
	                                               : CURL_HTTP_VERSION_2TLS;
	curl->easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl->easy_setopt(easy, CURLOPT_HTTP_VERSION, version);
	curl->easy_setopt(
	    easy, CURLOPT_TIMEOUT_MS,
	    call->deadline == KORCH_USEC_NEVER ? 0L : (long)(left_us / KORCH_USEC_PER_MSEC + 1));
	call->curl_text[0] = '\0';
	curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, call->curl_text);
	curl->easy_setopt(easy, CURLOPT_READDATA, call);
	curl->easy_setopt(easy, CURLOPT_WRITEDATA, call);
	curl->easy_setopt(easy, CURLOPT_HEADERDATA, call);
	curl->easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call);
	curl->easy_setopt(easy, CURLOPT_PREREQDATA, call);
	/* With a known size the body goes with the head; otherwise it is asked for. */
	curl->easy_setopt(easy, CURLOPT_POSTFIELDS, call->is_stream ? NULL : call->body);
	curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
	                  call->is_stream ? (curl_off_t)-1 : (curl_off_t)call->body_length);
	set_headers(call, left_us);
}

int korch__grpc_run(korch__grpc_call *call, int is_connecting)
{
	korch__grpc_channel *channel = call->channel;
	korch_usec left_us = 0;
	if (call->deadline != KORCH_USEC_NEVER) {
		left_us = call->deadline - korch_loop_now(channel->loop);
		if (left_us <= 0)
			return KORCH_E_TIMEOUT;
	}
	call->easy = take_easy(channel);
	if (!call->easy)
		return KORCH_E_NOMEM;
	call->tries++;
	call->is_connecting = is_connecting;
	call->is_refused = call->is_sent = 0;
	call->n_sent = 0;
	set_call(call, left_us);
	if (korch__curl()->easy_setopt(call->easy, CURLOPT_URL, call->url) != CURLE_OK ||
	    korch__curl()->multi_add_handle(channel->multi.handle, call->easy) != CURLM_OK)
		return KORCH_E_NOMEM;
	return 0;
}

void korch__grpc_halt(korch__grpc_call *call)
{
	korch__grpc_channel *channel = call->channel;
	if (!call->easy)
		return;
	korch__curl()->multi_remove_handle(channel->multi.handle, call->easy);
	/* What is kept for later must not point to what goes. */
	korch__curl()->easy_setopt(call->easy, CURLOPT_POSTFIELDS, NULL);
	korch__curl()->easy_setopt(call->easy, CURLOPT_HTTPHEADER, NULL);
	korch__curl()->easy_setopt(call->easy, CURLOPT_ERRORBUFFER, NULL);
	channel->idle[channel->n_idle++] = call->easy;
	call->easy = NULL;
	call->is_paused = 0;
}

void korch__grpc_idle_free(korch__grpc_channel *channel)
{
	while (channel->n_idle > 0)
		korch__curl()->easy_cleanup(channel->idle[--channel->n_idle]);
}

/* Ends */

static void end(korch__grpc_call *call, korch__grpc_cause cause, int status, const char *text)
{
	if (text != call->text)
		snprintf(call->text, sizeof(call->text), "%s", text);
	call->end = (korch__grpc_end){(int)cause, status, call->text};
}

/* The answer was no gRPC, or it ended without its trailers. */
static void end_without_status(korch__grpc_call *call)
{
	long version = 0, code = 0;
	char text[GRPC_TEXT_MAX];
	korch__curl()->easy_getinfo(call->easy, CURLINFO_HTTP_VERSION, &version);
	korch__curl()->easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &code);
	if (version != CURL_HTTP_VERSION_2_0)
		snprintf(text, sizeof(text), "the server does not speak HTTP/2");
	else if (code != 200)
		snprintf(text, sizeof(text), "HTTP status %ld in place of a gRPC answer", code);
	else
		snprintf(text, sizeof(text), "the server ended the call without a status");
	end(call, KORCH_GRPC_LOST, KORCH_GRPC_UNAVAILABLE, text);
}

void korch__grpc_judge(korch__grpc_call *call, CURLcode result)
{
	const char *text = *call->curl_text ? call->curl_text : korch__curl()->easy_strerror(result);
	if (call->in_error == KORCH_E_LIMIT)
		end(call, KORCH_GRPC_TOO_BIG, KORCH_GRPC_RESOURCE_EXHAUSTED, "the answer is too long");
	else if (call->in_error)
		end(call, KORCH_GRPC_LOST, KORCH_GRPC_UNKNOWN, korch_code_text(call->in_error));
	else if (call->status >= 0)
		end(call, KORCH_GRPC_SERVER, call->status, call->text);
	else if (!call->is_sent)
		end(call, KORCH_GRPC_NOT_SENT, KORCH_GRPC_UNAVAILABLE, text);
	else if (result == CURLE_OPERATION_TIMEDOUT)
		end(call, KORCH_GRPC_LATE, KORCH_GRPC_DEADLINE_EXCEEDED, "no answer in time");
	else if (result == CURLE_OK)
		end_without_status(call);
	else
		end(call, KORCH_GRPC_LOST, KORCH_GRPC_UNAVAILABLE, text);
}
