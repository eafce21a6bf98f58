/* Asking a container once. Each way of asking ends in run_end(). */
#include "agent/probe_run.h"
#include "agent/grpc.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MESSAGE_MAX = 1024, HEADERS_MAX = 64 };

struct korch__probe_run {
	korch__probe_fn fn; /* NULL: cancelled, waits for the runtime's completion */
	void *userdata;
	korch__http_call *http;
	korch_poll *poll;
	korch_timer *timer; /* of a connection, or of an answer that is known already */
	int fd;             /* -1: none */
	int waits;          /* for the runtime's completion */
	int is_grpc;
	char *known; /* what is wrong, known from the start */
};

static void run_free(korch__probe_run *run)
{
	korch_poll_free(run->poll);
	korch_timer_free(run->timer);
	if (run->fd >= 0)
		close(run->fd);
	korch__free(run->known);
	korch__free(run);
}

static void run_end(korch__probe_run *run, int good, const char *message)
{
	korch__probe_fn fn = run->fn;
	void *userdata = run->userdata;
	char text[MESSAGE_MAX];
	snprintf(text, sizeof(text), "%s", message);
	run_free(run);
	if (fn)
		fn(userdata, good, text);
}

void korch__probe_cancel(korch__probe_run *run)
{
	if (!run)
		return;
	run->fn = NULL;
	if (run->http)
		korch__http_cancel(run->http);
	if (!run->waits)
		run_free(run);
}

int32_t korch__probe_port(const korch_int_or_string *port, const korch_container *container)
{
	int64_t number = 0;
	if (!port->text)
		return port->number;
	for (size_t i = 0; i < container->n_ports; i++)
		if (korch__text_equal(container->ports[i].name, port->text))
			return container->ports[i].container_port;
	if (korch__text_to_i64(&number, port->text) == 0 && number > 0 && number < 65536)
		return (int32_t)number;
	return 0;
}

/* An answer that is known already is given from the loop. */
static void on_known(void *userdata)
{
	korch__probe_run *run = userdata;
	run_end(run, 0, run->known);
}

static int end_later(korch__probe_run *run, korch_loop *loop, char *message)
{
	run->known = message;
	int code = message ? korch_timer_new(&run->timer, loop, on_known, run) : KORCH_E_NOMEM;
	if (code == 0)
		korch_timer_set(run->timer, korch_loop_now(loop));
	return code;
}

static void on_virtual(void *userdata, int code, const char *reason, const char *message)
{
	run_end(userdata, code == 0, korch__text_or_empty(message));
}

static void on_exec(void *userdata, int code, int exit_code, const char *output, size_t length)
{
	char text[MESSAGE_MAX];
	if (code == KORCH_E_TIMEOUT)
		snprintf(text, sizeof(text), "command timed out");
	else if (code < 0)
		snprintf(text, sizeof(text), "command could not be run: %s", korch_code_text(code));
	else
		snprintf(text, sizeof(text), "%.*s", length < sizeof(text) ? (int)length : MESSAGE_MAX - 1,
		         korch__text_or_empty(output));
	run_end(userdata, code == 0 && exit_code == 0, text);
}

static void on_connected(void *userdata, int fd, int events)
{
	int failure = 0;
	socklen_t size = sizeof(failure);
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size);
	run_end(userdata, failure == 0, failure ? strerror(failure) : "");
}

static void on_slow(void *userdata)
{
	run_end(userdata, 0, "i/o timeout");
}

/* Numeric addresses only: a name would have to be looked up, which blocks. */
static int make_address(struct sockaddr_storage *out, socklen_t *length, const char *host,
                        int32_t port)
{
	char service[16];
	struct addrinfo *found = NULL;
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	                               .ai_socktype = SOCK_STREAM};
	if (korch__text_equal(host, "localhost"))
		host = "127.0.0.1";
	snprintf(service, sizeof(service), "%d", (int)port);
	if (getaddrinfo(host, service, &hints, &found) != 0)
		return -1;
	memcpy(out, found->ai_addr, found->ai_addrlen);
	*length = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

static int connect_to(korch__probe_run *run, const korch__probe_target *target)
{
	const korch_tcp_socket_action *action = target->tcp_socket;
	struct sockaddr_storage address;
	socklen_t length;
	int32_t port = korch__probe_port(&action->port, target->container);
	const char *host = action->host && *action->host ? action->host : target->address;
	if (port <= 0 || make_address(&address, &length, host, port) < 0)
		return end_later(run, target->loop, korch__strdup("there is no such port or address"));
	run->fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (run->fd < 0)
		return KORCH_E_IO;
	if (connect(run->fd, (struct sockaddr *)&address, length) < 0 && errno != EINPROGRESS)
		return end_later(run, target->loop, korch__strdup(strerror(errno)));
	int code = korch_timer_new(&run->timer, target->loop, on_slow, run);
	if (code < 0)
		return code;
	korch_timer_set(run->timer, korch_loop_now(target->loop) + target->timeout_us);
	return korch_poll_new(&run->poll, target->loop, run->fd, KORCH_POLL_OUT, on_connected, run);
}

static void end_grpc(korch__probe_run *run, const korch__http_answer *answer)
{
	static const char *const names[] = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
	char text[MESSAGE_MAX];
	int status = answer->status == 200 && answer->grpc_status <= 0
	                 ? korch__health_status(answer->body, answer->length)
	                 : -1;
	if (answer->status == 0)
		snprintf(text, sizeof(text), "failed to connect service: %s", answer->message);
	else if (answer->grpc_status == 12)
		snprintf(text, sizeof(text), "this server does not implement the grpc health protocol");
	else if (status < 0)
		snprintf(text, sizeof(text), "health rpc probe failed with grpc status %d, http status %d",
		         answer->grpc_status, answer->status);
	else
		snprintf(text, sizeof(text), "service unhealthy (responded with \"%s\")", names[status]);
	run_end(run, status == 1, text);
}

static void on_http(void *userdata, const korch__http_answer *answer)
{
	korch__probe_run *run = userdata;
	char text[MESSAGE_MAX];
	run->http = NULL;
	if (run->is_grpc) {
		end_grpc(run, answer);
		return;
	}
	int good = answer->status >= 200 && answer->status < 400;
	if (answer->status == 0)
		snprintf(text, sizeof(text), "%s", answer->message);
	else
		snprintf(text, sizeof(text), "HTTP probe failed with statuscode: %d", answer->status);
	run_end(run, good, text);
}

static int has_header(const korch_http_get_action *action, const char *name)
{
	for (size_t i = 0; i < action->n_http_headers; i++)
		if (action->http_headers[i].name && strcasecmp(action->http_headers[i].name, name) == 0)
			return 1;
	return 0;
}

/* The lines of a request; the caller frees each. */
static size_t make_headers(char *lines[HEADERS_MAX], const korch_http_get_action *action)
{
	size_t n = 0;
	for (size_t i = 0; i < action->n_http_headers && n < HEADERS_MAX - 2; i++) {
		const korch_http_header *header = &action->http_headers[i];
		const char *value = korch__text_or_empty(header->value);
		/* Nobody smuggles lines; without a value libcurl wants a semicolon. */
		if (!header->name || strpbrk(header->name, "\r\n:") || strpbrk(value, "\r\n"))
			continue;
		lines[n++] = *value ? korch__sprintf("%s: %s", header->name, value)
		                    : korch__sprintf("%s;", header->name);
	}
	if (!has_header(action, "User-Agent"))
		lines[n++] = korch__strdup("User-Agent: kube-probe/korch");
	if (!has_header(action, "Accept"))
		lines[n++] = korch__strdup("Accept: */*");
	return n;
}

static char *make_url(const char *scheme, const char *host, int32_t port, const char *path)
{
	int v6 = strchr(host, ':') != NULL;
	return korch__sprintf("%s://%s%s%s:%d%s%s", scheme, v6 ? "[" : "", host, v6 ? "]" : "",
	                      (int)port, *path == '/' ? "" : "/", path);
}

static int ask_http(korch__probe_run *run, const korch__probe_target *target)
{
	const korch_http_get_action *action = target->http_get;
	char *lines[HEADERS_MAX] = {NULL};
	int32_t port = korch__probe_port(&action->port, target->container);
	const char *host = action->host && *action->host ? action->host : target->address;
	int secure = korch__text_equal(action->scheme, "HTTPS");
	if (port <= 0 || *host == '\0')
		return end_later(run, target->loop, korch__strdup("there is no such port"));
	_cleanup_free_ char *url =
	    make_url(secure ? "https" : "http", host, port, korch__text_or_empty(action->path));
	size_t n = make_headers(lines, action);
	int code = url ? 0 : KORCH_E_NOMEM;
	for (size_t i = 0; i < n; i++)
		code = lines[i] ? code : KORCH_E_NOMEM;
	const korch__http_request request = {.url = url,
	                                     .headers = (const char *const *)lines,
	                                     .n_headers = n,
	                                     .timeout_us = target->timeout_us};
	if (code == 0)
		code = korch__http_start(&run->http, target->http, &request, on_http, run);
	for (size_t i = 0; i < n; i++)
		korch__free(lines[i]);
	return code;
}

static int ask_grpc(korch__probe_run *run, const korch__probe_target *target)
{
	static const char *const lines[] = {"Content-Type: application/grpc", "TE: trailers",
	                                    "User-Agent: kube-probe/korch"};
	_cleanup_(korch__buf_fini) korch_buf body;
	_cleanup_free_ char *url =
	    make_url("http", target->address, target->grpc->port, "/grpc.health.v1.Health/Check");
	korch__buf_init(&body, 0);
	korch__health_request(&body, korch__text_or_empty(target->grpc->service));
	run->is_grpc = 1;
	if (!url || body.failed)
		return KORCH_E_NOMEM;
	const korch__http_request request = {.url = url,
	                                     .headers = lines,
	                                     .n_headers = KORCH_COUNT(lines),
	                                     .body = body.data,
	                                     .body_length = body.len,
	                                     .timeout_us = target->timeout_us,
	                                     .grpc = 1};
	return korch__http_start(&run->http, target->http, &request, on_http, run);
}

static int ask_runtime(korch__probe_run *run, const korch__probe_target *target)
{
	const korch_runtime_ops *ops = korch_runtime_get_ops(target->runtime);
	void *self = korch_runtime_get_self(target->runtime);
	const korch_runtime_probe probe = {target->container_id, target->type};
	run->waits = 1;
	if (ops->capabilities & KORCH_RUNTIME_VIRTUAL)
		return ops->probe(self, &probe, on_virtual, run);
	if (!(ops->capabilities & KORCH_RUNTIME_EXEC)) {
		run->waits = 0;
		return end_later(run, target->loop, korch__strdup("the runtime cannot run commands"));
	}
	assert(target->exec); /* only a virtual runtime is asked for the other probes */
	return ops->exec(self, target->container_id, (const char *const *)target->exec->command,
	                 target->exec->n_command, target->timeout_us, on_exec, run);
}

int korch__probe_start(korch__probe_run **out, const korch__probe_target *target,
                       korch__probe_fn fn, void *userdata)
{
	uint32_t capabilities = korch_runtime_get_ops(target->runtime)->capabilities;
	korch__probe_run *run = korch__calloc(1, sizeof(*run));
	int code;
	if (!run)
		return KORCH_E_NOMEM;
	run->fn = fn;
	run->userdata = userdata;
	run->fd = -1;
	if (target->exec || (capabilities & KORCH_RUNTIME_VIRTUAL))
		code = ask_runtime(run, target);
	else if (target->http_get)
		code = ask_http(run, target);
	else if (target->tcp_socket)
		code = connect_to(run, target);
	else if (target->grpc)
		code = ask_grpc(run, target);
	else
		code = end_later(run, target->loop, korch__strdup("the probe says nothing to do"));
	if (code == KORCH_E_UNSUPPORTED && !run->waits)
		code = end_later(run, target->loop, korch__strdup("libcurl is not on this machine"));
	if (code < 0) {
		run_free(run);
		return code;
	}
	*out = run;
	return 0;
}
