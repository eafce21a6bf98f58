/* The glue between libcurl's multi interface and a loop. */
#include "http/curl_multi.h"
#include <time.h>

static int64_t monotonic_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * KORCH_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void on_socket(void *userdata, int fd, int events)
{
	korch__curl_multi *multi = userdata;
	int running;
	int bits = ((events & KORCH_POLL_IN) ? CURL_CSELECT_IN : 0) |
	           ((events & KORCH_POLL_OUT) ? CURL_CSELECT_OUT : 0);
	korch__curl()->multi_socket_action(multi->handle, fd, bits, &running);
	multi->worked(multi->userdata);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *userdata, void *poll)
{
	korch__curl_multi *multi = userdata;
	int events =
	    ((what & CURL_POLL_IN) ? KORCH_POLL_IN : 0) | ((what & CURL_POLL_OUT) ? KORCH_POLL_OUT : 0);
	if (what == CURL_POLL_REMOVE) {
		korch_poll_free(poll);
		korch__curl()->multi_assign(multi->handle, fd, NULL);
		return 0;
	}
	if (poll)
		return korch_poll_set(poll, events) < 0 ? -1 : 0;
	korch_poll *made = NULL;
	if (korch_poll_new(&made, multi->loop, fd, events, on_socket, multi) < 0)
		return -1;
	korch__curl()->multi_assign(multi->handle, fd, made);
	return 0;
}

/* Milliseconds are rounded down: one more is never early. */
static int watch_time(CURLM *handle, long timeout_ms, void *userdata)
{
	korch__curl_multi *multi = userdata;
	korch_usec delay_us = timeout_ms > 0 ? (timeout_ms + 1) * KORCH_USEC_PER_MSEC : 0;
	multi->due_us = monotonic_us() + delay_us;
	korch_timer_set(multi->timer,
	                timeout_ms < 0 ? KORCH_USEC_NEVER : korch_loop_now(multi->loop) + delay_us);
	return 0;
}

/*
 * The loop's time is that of its turn's beginning, so the timer may be early by libcurl's clock;
 * and a call that comes early makes libcurl forget a transfer's timeout (7.88 takes what is nearly
 * due out of its list, and then finds that it has not passed).
 */
static void on_timeout(void *userdata)
{
	korch__curl_multi *multi = userdata;
	int64_t early_us = multi->due_us - monotonic_us();
	int running;
	if (early_us > 0) {
		korch_timer_set(multi->timer, korch_loop_now(multi->loop) + early_us);
		return;
	}
	korch__curl()->multi_socket_action(multi->handle, CURL_SOCKET_TIMEOUT, 0, &running);
	multi->worked(multi->userdata);
}

int korch__curl_multi_begin(korch__curl_multi *multi, korch_loop *loop, korch_loop_fn worked,
                            void *userdata)
{
	if (multi->handle)
		return 0;
	if (!korch__curl())
		return KORCH_E_UNSUPPORTED;
	int code = korch_timer_new(&multi->timer, loop, on_timeout, multi);
	multi->handle = code == 0 ? korch__curl()->multi_init() : NULL;
	if (!multi->handle) {
		korch_timer_free(multi->timer);
		multi->timer = NULL;
		return KORCH_E_NOMEM;
	}
	multi->loop = loop;
	multi->worked = worked;
	multi->userdata = userdata;
	korch__curl()->multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, watch_socket);
	korch__curl()->multi_setopt(multi->handle, CURLMOPT_SOCKETDATA, multi);
	korch__curl()->multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, watch_time);
	korch__curl()->multi_setopt(multi->handle, CURLMOPT_TIMERDATA, multi);
	return 0;
}

void korch__curl_multi_end(korch__curl_multi *multi)
{
	if (!multi->handle)
		return;
	korch__curl()->multi_cleanup(multi->handle);
	korch_timer_free(multi->timer);
	*multi = (korch__curl_multi){0};
}

void *korch__curl_multi_next(korch__curl_multi *multi, CURLcode *result)
{
	CURLMsg *message;
	int left;
	while ((message = korch__curl()->multi_info_read(multi->handle, &left))) {
		char *owner = NULL;
		if (message->msg != CURLMSG_DONE)
			continue;
		*result = message->data.result;
		korch__curl()->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
		return owner;
	}
	return NULL;
}
