/*
 * Listeners: bound when they can be, tried again with a growing delay when not, and led from one
 * pool to another without being closed.
 */
#include "base/log.h"
#include "proxy/internal.h"

#include <stdio.h>
#include <unistd.h>

static const korch_usec RETRY_MAX_US = 60 * KORCH_USEC_PER_SEC;

static void try_open(korch_proxy_listener *listener);

static void report(korch_proxy_listener *listener, const char *why)
{
	char address[KORCH_PROXY_ADDRESS_TEXT], message[256];
	korch_proxy *proxy = listener->proxy;
	const korch_proxy_service *service = listener->service;
	korch__proxy_address_text(address, &listener->address);
	snprintf(message, sizeof(message), "Failed to listen at %s/%s: %s", address,
	         listener->protocol == KORCH_PROXY_UDP ? "UDP" : "TCP", why);
	korch__log(KORCH_LOG_WARNING, "proxy", "service %s/%s: %s", service->namespace_, service->name,
	           message);
	if (proxy->options.report)
		proxy->options.report(proxy->options.report_userdata, service->namespace_, service->name,
		                      message);
}

static void listener_free(korch_proxy_listener *listener)
{
	korch_timer_free(listener->retry);
	korch__free(listener);
}

static void on_closed(uv_handle_t *handle);

/* Closes at once what others might want to bind to; the handle goes later. */
static void close_handle(korch_proxy_listener *listener)
{
	uv_close(&listener->uv.handle, on_closed);
	if (listener->fd >= 0)
		close(listener->fd);
	listener->fd = -1;
}

static void retry_later(korch_proxy_listener *listener)
{
	korch_usec delay =
	    listener->retry_delay ? listener->retry_delay * 2 : listener->proxy->options.bind_retry_us;
	listener->retry_delay = delay < RETRY_MAX_US ? delay : RETRY_MAX_US;
	korch_timer_set(listener->retry, korch__proxy_now(listener->proxy) + listener->retry_delay);
}

static void on_closed(uv_handle_t *handle)
{
	korch_proxy_listener *listener = handle->data;
	korch_proxy *proxy = listener->proxy;
	listener->has_handle = 0;
	if (listener->is_closing)
		listener_free(listener);
	else
		retry_later(listener);
	korch__proxy_handle_closed(proxy);
}

/* The delay after a failed try has passed, or there may be files again for a waiting client. */
static void on_retry(void *userdata)
{
	korch_proxy_listener *listener = userdata;
	if (!listener->is_open)
		try_open(listener);
	else if (listener->is_paused)
		korch__tcp_resume(listener->proxy);
}

static void try_open(korch_proxy_listener *listener)
{
	struct sockaddr_storage address;
	korch__proxy_address_to(&address, &listener->address);
	int r = listener->protocol == KORCH_PROXY_UDP
	            ? korch__udp_listen(listener, (struct sockaddr *)&address)
	            : korch__tcp_listen(listener, (struct sockaddr *)&address);
	if (r == 0) {
		listener->is_open = 1;
		listener->is_reported = 0;
		listener->retry_delay = 0;
		listener->proxy->n_open++;
		return;
	}
	if (!listener->is_reported)
		report(listener, uv_strerror(r));
	listener->is_reported = 1;
	if (listener->has_handle)
		close_handle(listener);
	else
		retry_later(listener);
}

int korch__listener_open(korch_proxy_service *service, korch_proxy_pool *pool,
                         const korch_balance_listen *listen)
{
	korch_proxy *proxy = pool->proxy;
	korch_proxy_listener *listener = korch__calloc(1, sizeof(*listener));
	if (!listener)
		return KORCH_E_NOMEM;
	if (korch_timer_new(&listener->retry, proxy->loop, on_retry, listener) < 0) {
		korch__free(listener);
		return KORCH_E_NOMEM;
	}
	listener->fd = -1;
	listener->proxy = proxy;
	listener->service = service;
	listener->pool = pool;
	listener->address = listen->address;
	listener->protocol = listen->protocol;
	listener->id = ++proxy->last_id;
	if (proxy->n_listeners >= proxy->options.max_listeners) {
		report(listener, "too many listeners");
		listener_free(listener);
		return KORCH_E_LIMIT;
	}
	proxy->n_listeners++;
	korch__link_append(&service->listeners, &listener->link);
	try_open(listener);
	return 0;
}

void korch__listener_close(korch_proxy_listener *listener)
{
	korch_proxy *proxy = listener->proxy;
	int handle_closes = listener->has_handle && uv_is_closing(&listener->uv.handle);
	korch__link_remove(&listener->link);
	korch_timer_set(listener->retry, KORCH_USEC_NEVER);
	korch__udp_close_flows(listener->pool, listener);
	proxy->n_listeners--;
	proxy->n_open -= listener->is_open;
	proxy->n_paused -= listener->is_paused;
	listener->is_closing = 1;
	listener->is_paused = 0;
	if (!listener->has_handle)
		listener_free(listener);
	else if (!handle_closes)
		close_handle(listener);
}
