/*
 * Which call is on its way and which waits, and telling what has come. How a call is carried out
 * stands in grpc_call.c, how a channel is made in grpc_channel.c.
 */
#include "http/grpc.h"
#include "base/cleanup.h"
#include "http/grpc_internal.h"
#include <stdio.h>
#include <string.h>

enum {
	WAITING_MAX = 100000,
	TRIES_MAX = 3,
	LATE_US = 50000, /* libcurl's own timeouts come first */
	SLACK = 8 << 20, /* what libcurl brings in one go (100 times 64 KiB) behind a whole message */
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

void korch__grpc_call_free(korch__grpc_call *call)
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
		if (call->deadline != KORCH_USEC_NEVER &&
		    call->deadline + LATE_US < korch_timer_due(channel->late))
			korch_timer_set(channel->late, call->deadline + LATE_US);
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
	while (channel->state != GRPC_CONNECTING && channel->n_running < GRPC_RUNNING_MAX &&
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

/*
 * libcurl 7.88 may forget a transfer's timeout when another of its timers is due within the same
 * millisecond: calls that are over their time are ended here, then.
 */
void korch__grpc_on_late(void *userdata)
{
	korch__grpc_channel *channel = userdata;
	korch_usec now = korch_loop_now(channel->loop), next = KORCH_USEC_NEVER;
	korch__grpc_call *call = TAILQ_FIRST(&channel->running);
	while (call) {
		korch__grpc_call *behind = TAILQ_NEXT(call, link);
		if (call->deadline != KORCH_USEC_NEVER && call->deadline + LATE_US <= now)
			take_end(call, CURLE_OPERATION_TIMEDOUT);
		else if (call->deadline != KORCH_USEC_NEVER && call->deadline + LATE_US < next)
			next = call->deadline + LATE_US;
		call = behind;
	}
	korch_timer_set(channel->late, next);
	turn_later(channel);
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
	korch__grpc_call_free(call);
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

void korch__grpc_on_turn(void *userdata)
{
	korch__grpc_channel *channel = userdata;
	pump(channel);
	dispatch(channel);
}

/* Calls */

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
	korch__grpc_call_free(call);
	turn_later(channel); /* another one may have waited for its place */
}
