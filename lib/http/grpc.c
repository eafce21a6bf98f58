/*
 * Channels: which call is on its way and which waits, and telling what has come. How a call is
 * carried out stands in grpc_call.c.
 */
#include "http/grpc.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "http/grpc_internal.h"
#include <stdio.h>
#include <string.h>

enum {
	RUNNING_MAX = 90, /* libcurl opens a second connection above 100 streams */
	WAITING_MAX = 100000,
	TRIES_MAX = 3,
	MESSAGE_DEFAULT = 4 << 20,
	SLACK = 1 << 20, /* beginnings of messages behind the one that is being read */
	CONNECT_DEFAULT_US = 5000000,
};

/* Lists */

static void move_to(korch__grpc_call *call, struct grpc_list *list, int is_first)
{
	korch__grpc_channel *channel = call->channel;
	if (call->list) {
		TAILQ_REMOVE(call->list, call, link);
		channel->n_waiting -= call->list == &channel->waiting;
		channel->n_running -= call->list == &channel->running;
	}
	call->list = list;
	if (!list)
		return;
	channel->n_waiting += list == &channel->waiting;
	channel->n_running += list == &channel->running;
	if (is_first)
		TAILQ_INSERT_HEAD(list, call, link);
	else
		TAILQ_INSERT_TAIL(list, call, link);
}

void korch__grpc_tell(korch__grpc_call *call)
{
	if (call->has_news)
		return;
	call->has_news = 1;
	TAILQ_INSERT_TAIL(&call->channel->news, call, news_link);
}

static void untell(korch__grpc_call *call)
{
	if (call->has_news)
		TAILQ_REMOVE(&call->channel->news, call, news_link);
	call->has_news = 0;
}

static void call_free(korch__grpc_call *call)
{
	korch__grpc_halt(call);
	untell(call);
	move_to(call, NULL, 0);
	if (call->channel->connecting == call) {
		call->channel->connecting = NULL;
		call->channel->state = GRPC_COLD;
	}
	if (call->channel->telling == call)
		call->channel->telling = NULL;
	korch__buf_fini(&call->out);
	korch__buf_fini(&call->in);
	korch__free(call->url);
	korch__free(call);
}

static void turn_later(korch__grpc_channel *channel)
{
	if (korch_timer_due(channel->turn) == KORCH_USEC_NEVER)
		korch_timer_set(channel->turn, korch_loop_now(channel->loop));
}

/* Starting and ending */

static void end_unsent(korch__grpc_call *call, int status, const char *text)
{
	snprintf(call->text, sizeof(call->text), "%s", text);
	call->end = (korch__grpc_end){KORCH_GRPC_NOT_SENT, status, call->text};
	move_to(call, &call->channel->over, 0);
	korch__grpc_tell(call);
	turn_later(call->channel);
}

static void run(korch__grpc_call *call, int is_connecting)
{
	korch__grpc_channel *channel = call->channel;
	int r = korch__grpc_run(call, is_connecting);
	if (r == 0) {
		move_to(call, &channel->running, 0);
		return;
	}
	if (channel->connecting == call) {
		channel->connecting = NULL;
		channel->state = GRPC_COLD;
	}
	korch__grpc_halt(call);
	end_unsent(call, r == KORCH_E_TIMEOUT ? KORCH_GRPC_DEADLINE_EXCEEDED : KORCH_GRPC_UNAVAILABLE,
	           r == KORCH_E_TIMEOUT ? "no connection in time" : korch_code_text(r));
}

static void on_worked(void *userdata);

/* Starts what can be started. */
static void pump(korch__grpc_channel *channel)
{
	korch__grpc_call *call;
	while (channel->state != GRPC_CONNECTING && channel->n_running < RUNNING_MAX &&
	       (call = TAILQ_FIRST(&channel->waiting))) {
		int is_connecting = channel->state == GRPC_COLD;
		if (is_connecting) {
			channel->state = GRPC_CONNECTING;
			channel->connecting = call;
		}
		if (korch__curl_multi_begin(&channel->multi, channel->loop, on_worked, channel) < 0) {
			channel->state = GRPC_COLD;
			channel->connecting = NULL;
			end_unsent(call, KORCH_GRPC_UNAVAILABLE, "out of memory");
			continue;
		}
		run(call, is_connecting);
	}
}

/* The call that was to make the connection could not: none of those that wait would. */
static void fail_waiting(korch__grpc_channel *channel, const korch__grpc_call *why)
{
	korch__grpc_call *call;
	while ((call = TAILQ_FIRST(&channel->waiting)))
		end_unsent(call, why->end.status, why->end.message);
}

/* libcurl is done with a call. */
static void take_end(korch__grpc_call *call, CURLcode result)
{
	korch__grpc_channel *channel = call->channel;
	int is_dead = call->is_refused && !call->is_sent; /* the connection was gone */
	korch__grpc_judge(call, result);
	korch__grpc_halt(call);
	if (is_dead && channel->state == GRPC_WARM)
		channel->state = GRPC_COLD;
	if (is_dead && call->tries < TRIES_MAX) {
		move_to(call, &channel->waiting, 1);
		return;
	}
	if (channel->connecting == call) {
		channel->connecting = NULL;
		channel->state = GRPC_COLD;
		fail_waiting(channel, call);
	}
	move_to(call, &channel->over, 0);
	korch__grpc_tell(call);
}

/* Telling */

/* Tells the messages that have come as a whole; 1 when the call is still there. */
static int tell_messages(korch__grpc_call *call)
{
	korch__grpc_channel *channel = call->channel;
	const char *message;
	size_t length, at = 0;
	channel->telling = call;
	while (call->in.len > at &&
	       korch__grpc_frame_next(&message, &length, call->in.data + at, call->in.len - at,
	                              channel->message_max) == 1) {
		at += KORCH_GRPC_HEAD + length;
		int is_gone = 0;
		int *outer = channel->is_gone;
		channel->is_gone = &is_gone;
		call->events->message(call->userdata, message, length);
		if (is_gone) {
			*outer = 1;
			return 0;
		}
		channel->is_gone = outer;
		if (channel->telling != call)
			return 0;
	}
	channel->telling = NULL;
	if (at > 0)
		memmove(call->in.data, call->in.data + at, call->in.len - at + 1);
	call->in.len -= at;
	return 1;
}

static void tell_end(korch__grpc_call *call)
{
	char text[GRPC_TEXT_MAX];
	memcpy(text, call->text, sizeof(text));
	korch__grpc_end end = call->end;
	end.message = end.status == KORCH_GRPC_OK ? "" : text;
	const korch__grpc_events *events = call->events;
	void *userdata = call->userdata;
	call_free(call);
	events->end(userdata, &end);
}

static void dispatch(korch__grpc_channel *channel)
{
	int is_gone = 0;
	int *outer = channel->is_gone;
	korch__grpc_call *call;
	channel->is_gone = &is_gone;
	while (!is_gone && (call = TAILQ_FIRST(&channel->news))) {
		untell(call);
		if (tell_messages(call) && call->list == &channel->over)
			tell_end(call);
	}
	if (!is_gone)
		channel->is_gone = outer;
	else if (outer)
		*outer = 1;
}

static void on_worked(void *userdata)
{
	korch__grpc_channel *channel = userdata;
	korch__grpc_call *call;
	CURLcode result;
	while ((call = korch__curl_multi_next(&channel->multi, &result)))
		take_end(call, result);
	pump(channel);
	if (!TAILQ_EMPTY(&channel->news))
		dispatch(channel);
}

static void on_turn(void *userdata)
{
	korch__grpc_channel *channel = userdata;
	pump(channel);
	dispatch(channel);
}

/* Channels */

static int set_target(korch__grpc_channel *channel, const char *target)
{
	static const char unix_prefix[] = "unix:";
	if (!target)
		return KORCH_E_INVALID;
	if (korch__text_has_prefix(target, unix_prefix)) {
		const char *path = target + sizeof(unix_prefix) - 1;
		while (path[0] == '/' && path[1] == '/')
			path++;
		channel->socket_path = korch__strdup(path);
		channel->base = korch__strdup("http://localhost");
		if (*path != '/')
			return KORCH_E_INVALID;
		return channel->socket_path && channel->base ? 0 : KORCH_E_NOMEM;
	}
	if (!korch__text_has_prefix(target, "http://") && !korch__text_has_prefix(target, "https://"))
		return KORCH_E_INVALID;
	channel->base = korch__strdup(target);
	return channel->base ? 0 : KORCH_E_NOMEM;
}

static int copy_text(char **out, const char *text)
{
	*out = korch__strdup(text);
	return text && !*out ? KORCH_E_NOMEM : 0;
}

static void set_headers(korch__grpc_channel *channel)
{
	const char *const lines[] = {"content-type: application/grpc", "te: trailers",
	                             "Expect:", channel->metadata};
	size_t n = channel->metadata ? 4 : 3;
	for (size_t i = 0; i < n; i++)
		channel->headers[i] =
		    (struct curl_slist){(char *)lines[i], i + 1 < n ? &channel->headers[i + 1] : NULL};
}

static int set_up(korch__grpc_channel *channel, const korch__grpc_options *options)
{
	TAILQ_INIT(&channel->waiting);
	TAILQ_INIT(&channel->running);
	TAILQ_INIT(&channel->over);
	TAILQ_INIT(&channel->news);
	channel->connect_timeout_us =
	    options->connect_timeout_us ? options->connect_timeout_us : CONNECT_DEFAULT_US;
	channel->message_max = options->message_max ? options->message_max : MESSAGE_DEFAULT;
	channel->idle = korch__calloc(RUNNING_MAX, sizeof(CURL *));
	int r = channel->idle ? set_target(channel, options->target) : KORCH_E_NOMEM;
	if (r == 0 && (copy_text(&channel->ca_file, options->ca_file) < 0 ||
	               copy_text(&channel->cert_file, options->cert_file) < 0 ||
	               copy_text(&channel->key_file, options->key_file) < 0 ||
	               copy_text(&channel->metadata, options->metadata) < 0))
		r = KORCH_E_NOMEM;
	set_headers(channel);
	if (r == 0)
		r = korch_timer_new(&channel->turn, channel->loop, on_turn, channel);
	return r;
}

int korch__grpc_channel_new(korch__grpc_channel **out, korch_loop *loop,
                            const korch__grpc_options *options)
{
	if (!korch__curl() || korch_loop_is_virtual(loop))
		return KORCH_E_UNSUPPORTED;
	korch__grpc_channel *channel = korch__calloc(1, sizeof(*channel));
	if (!channel)
		return KORCH_E_NOMEM;
	channel->loop = loop;
	int r = set_up(channel, options);
	if (r < 0) {
		korch__grpc_channel_free(channel);
		return r;
	}
	*out = channel;
	return 0;
}

void korch__grpc_channel_free(korch__grpc_channel *channel)
{
	korch__grpc_call *call;
	if (!channel)
		return;
	while ((call = TAILQ_FIRST(&channel->waiting)) || (call = TAILQ_FIRST(&channel->running)) ||
	       (call = TAILQ_FIRST(&channel->over)))
		call_free(call);
	if (channel->is_gone)
		*channel->is_gone = 1;
	korch__grpc_idle_free(channel);
	korch__curl_multi_end(&channel->multi);
	korch_timer_free(channel->turn);
	korch__free(channel->idle);
	korch__free(channel->base);
	korch__free(channel->socket_path);
	korch__free(channel->ca_file);
	korch__free(channel->cert_file);
	korch__free(channel->key_file);
	korch__free(channel->metadata);
	korch__free(channel);
}

void korch__grpc_channel_reset(korch__grpc_channel *channel)
{
	korch__grpc_call *call;
	while ((call = TAILQ_FIRST(&channel->running))) {
		snprintf(call->curl_text, sizeof(call->curl_text), "the connection was given up");
		korch__grpc_judge(call, CURLE_RECV_ERROR);
		korch__grpc_halt(call);
		move_to(call, &channel->over, 0);
		korch__grpc_tell(call);
	}
	channel->state = GRPC_COLD;
	channel->connecting = NULL;
	korch__grpc_idle_free(channel);
	korch__curl_multi_end(&channel->multi);
	turn_later(channel);
}

/* Calls */

int korch__grpc_start(korch__grpc_call **out, korch__grpc_channel *channel,
                      const korch__grpc_request *request, const korch__grpc_events *events,
                      void *userdata)
{
	if (channel->n_waiting >= WAITING_MAX)
		return KORCH_E_LIMIT;
	_cleanup_free_ korch__grpc_call *call = korch__calloc(1, sizeof(*call));
	if (!call)
		return KORCH_E_NOMEM;
	korch__buf_init(&call->out, 0);
	korch__buf_init(&call->in, channel->message_max + KORCH_GRPC_HEAD + SLACK);
	if (request->is_open)
		korch__buf_put(&call->out, request->body, request->body_length);
	if (call->out.failed || !(call->url = korch__sprintf("%s%s", channel->base, request->path))) {
		korch__buf_fini(&call->out);
		return KORCH_E_NOMEM;
	}
	call->channel = channel;
	call->events = events;
	call->userdata = userdata;
	call->body = request->body;
	call->body_length = request->body_length;
	call->is_open = call->is_stream = request->is_open;
	call->status = -1;
	call->deadline = request->timeout_us ? korch_loop_now(channel->loop) + request->timeout_us
	                                     : KORCH_USEC_NEVER;
	move_to(call, &channel->waiting, 0);
	*out = KORCH_STEAL(call);
	pump(channel);
	return 0;
}

/* libcurl asks again for more to send. */
static void go_on(korch__grpc_call *call)
{
	if (!call->is_paused)
		return;
	call->is_paused = 0;
	korch__curl()->easy_pause(call->easy, CURLPAUSE_CONT);
}

int korch__grpc_send(korch__grpc_call *call, const char *body, size_t body_length)
{
	korch__buf_put(&call->out, body, body_length);
	if (call->out.failed)
		return KORCH_E_NOMEM;
	go_on(call);
	return 0;
}

void korch__grpc_send_end(korch__grpc_call *call)
{
	call->is_open = 0;
	go_on(call);
}

void korch__grpc_cancel(korch__grpc_call *call)
{
	if (!call)
		return;
	korch__grpc_channel *channel = call->channel;
	call_free(call);
	turn_later(channel); /* another one may have waited for its place */
}
