/* Calls of a router that wait: run by one timer in the order in which they came, and completed once
 * whatever happens. */
#include "base/alloc.h"
#include "base/text.h"
#include "traffic/traffic.h"
#include <stdio.h>
#include <string.h>

static void call_free(korch_traffic_call *call)
{
	korch_traffic_free(call->traffic);
	korch__free(call->namespace_);
	korch__free(call->name);
	korch__free(call);
}

static void set_timer(korch_traffic_calls *calls)
{
	korch_usec due = KORCH_USEC_NEVER;
	for (const korch_traffic_call *call = calls->first; call; call = call->next)
		due = call->due < due ? call->due : due;
	korch_timer_set(calls->timer, due);
}

/* Takes the first call out of the list that is due and not newer than a number. */
static korch_traffic_call *take_due(korch_traffic_calls *calls, uint64_t newest)
{
	korch_usec now = korch_loop_now(calls->loop);
	for (korch_traffic_call **slot = &calls->first; *slot; slot = &(*slot)->next) {
		korch_traffic_call *call = *slot;
		if (call->due > now || call->sequence > newest)
			continue;
		*slot = call->next;
		return call;
	}
	return NULL;
}

static void on_timer(void *userdata)
{
	korch_traffic_calls *calls = userdata;
	uint64_t newest = calls->sequence; /* those that completions add belong to the next round */
	for (korch_traffic_call *call; (call = take_due(calls, newest));) {
		calls->run(calls->self, call);
		call_free(call);
	}
	set_timer(calls);
}

int korch__calls_init(korch_traffic_calls *calls, korch_loop *loop, korch_traffic_run_fn run,
                      void *self)
{
	*calls = (korch_traffic_calls){.loop = loop, .run = run, .self = self};
	return korch_timer_new(&calls->timer, loop, on_timer, calls);
}

void korch__calls_fini(korch_traffic_calls *calls)
{
	korch_timer_free(calls->timer);
	calls->timer = NULL;
	for (korch_traffic_call *call; (call = calls->first);) {
		calls->first = call->next;
		korch__call_complete(call, KORCH_E_CLOSED, "the router was closed");
		call_free(call);
	}
}

static korch_traffic_call *add(korch_traffic_calls *calls, korch_traffic_call *call)
{
	korch_traffic_call **slot = &calls->first;
	while (*slot)
		slot = &(*slot)->next;
	*slot = call;
	call->sequence = ++calls->sequence;
	call->due = KORCH_USEC_NEVER;
	return call;
}

korch_traffic_call *korch__call_add(korch_traffic_calls *calls, korch_traffic_call_kind kind,
                                    const char *namespace_, const char *name, void *userdata)
{
	korch_traffic_call *call = korch__calloc(1, sizeof(*call));
	if (!call)
		return NULL;
	call->kind = kind;
	call->userdata = userdata;
	call->namespace_ = korch__strdup(namespace_);
	call->name = korch__strdup(name);
	if (call->namespace_ && call->name)
		return add(calls, call);
	call_free(call);
	return NULL;
}

korch_traffic_call *korch__call_add_remove(korch_traffic_calls *calls, const char *namespace_,
                                           const char *name, korch_router_done_fn fn,
                                           void *userdata)
{
	korch_traffic_call *call =
	    korch__call_add(calls, KORCH_CALL_REMOVE, namespace_, name, userdata);
	if (call)
		call->fn.done = fn;
	return call;
}

korch_traffic_call *korch__call_add_stats(korch_traffic_calls *calls, const char *namespace_,
                                          const char *name, korch_router_stats_fn fn,
                                          void *userdata)
{
	korch_traffic_call *call = korch__call_add(calls, KORCH_CALL_STATS, namespace_, name, userdata);
	if (call)
		call->fn.stats = fn;
	return call;
}

korch_traffic_call *korch__call_add_set(korch_traffic_calls *calls, const korch_traffic *traffic,
                                        korch_router_done_fn fn, void *userdata)
{
	korch_traffic *copy = korch_traffic_dup(traffic);
	if (!copy)
		return NULL;
	korch_traffic_call *call =
	    korch__call_add(calls, KORCH_CALL_SET, traffic->namespace_, traffic->name, userdata);
	if (!call) {
		korch_traffic_free(copy);
		return NULL;
	}
	call->traffic = copy;
	call->fn.done = fn;
	return call;
}

void korch__call_due(korch_traffic_calls *calls, korch_traffic_call *call, korch_usec due)
{
	call->due = due;
	set_timer(calls);
}

int korch__call_get(korch_traffic_calls *calls, const char *namespace_, const char *name,
                    korch_router_get_fn fn, void *userdata)
{
	korch_traffic_call *call = korch__call_add(calls, KORCH_CALL_GET, namespace_, name, userdata);
	if (!call)
		return KORCH_E_NOMEM;
	call->fn.get = fn;
	korch__call_due(calls, call, korch_loop_now(calls->loop));
	return 0;
}

void korch__call_settle(korch_traffic_calls *calls, korch_traffic_call *call, int code,
                        const char *message)
{
	call->code = code;
	snprintf(call->message, sizeof(call->message), "%s",
	         code == 0 ? ""
	         : message ? message
	                   : korch_code_text(code));
	korch__call_due(calls, call, korch_loop_now(calls->loop));
}

void korch__call_complete(korch_traffic_call *call, int code, const char *message)
{
	switch (call->kind) {
	case KORCH_CALL_SET:
	case KORCH_CALL_REMOVE:
		call->fn.done(call->userdata, code, message);
		break;
	case KORCH_CALL_GET:
		call->fn.get(call->userdata, code, NULL);
		break;
	case KORCH_CALL_STATS:
		call->fn.stats(call->userdata, code, NULL, 0);
		break;
	}
}

int korch__call_is_superseded(const korch_traffic_calls *calls, const korch_traffic_call *call)
{
	for (const korch_traffic_call *other = calls->first; other; other = other->next)
		if (other->sequence > call->sequence &&
		    (other->kind == KORCH_CALL_SET || other->kind == KORCH_CALL_REMOVE) &&
		    korch__text_equal(other->namespace_, call->namespace_) &&
		    korch__text_equal(other->name, call->name))
			return 1;
	return 0;
}

size_t korch__traffic_find(const korch_traffic *traffic, const char *hash)
{
	for (size_t i = 0; hash && i < traffic->n_destinations; i++)
		if (strcmp(traffic->destinations[i].hash, hash) == 0)
			return i;
	return SIZE_MAX;
}
