/* Watches through the network: silent while it is cut, otherwise as the store's, a little later. */
#include "message.h"

#include <stdlib.h>

struct distant_watch {
	distant_watch *next;
	wire *wire;
	korch_watch *inner;
	korch_timer *timer; /* of the store's side: news are under way */
	korch_loop_fn ready;
	void *userdata;
	uint64_t revision; /* as far as the process has seen */
	int has_news;
	int can_read; /* what there is has come */
};

static void on_news(void *userdata)
{
	distant_watch *watch = userdata;
	watch->has_news = watch->can_read = 1;
	korch_timer_set(watch->wire->inbox, korch_loop_now(watch->wire->loop));
}

static void on_ready(void *userdata)
{
	distant_watch *watch = userdata;
	network *net = watch->wire->net;
	korch_usec delay =
	    (korch_usec)korch__random_below(&net->random, 4 * (uint64_t)watch->wire->delay_us + 1);
	korch_timer_set(watch->timer, korch_loop_now(net->loop) + delay);
}

int wire_watch(void **out, void *self, const korch_watch_query *query, korch_loop_fn ready,
               void *userdata)
{
	wire *at = self;
	if (at->is_cut)
		return KORCH_E_IO;
	distant_watch *watch = calloc(1, sizeof(*watch));
	watch->wire = at;
	watch->ready = ready;
	watch->userdata = userdata;
	need(korch_timer_new(&watch->timer, at->net->loop, on_news, watch));
	int code = korch_store_watch(&watch->inner, at->net->store, query, on_ready, watch);
	if (code < 0) {
		korch_timer_free(watch->timer);
		free(watch);
		return code;
	}
	watch->revision =
	    query->since == KORCH_REVISION_ANY ? korch_watch_revision(watch->inner) : query->since;
	watch->next = at->watches;
	at->watches = watch;
	*out = watch;
	return 0;
}

int wire_watch_next(void *self, korch_change *out)
{
	distant_watch *watch = self;
	if (watch->wire->is_cut || !watch->can_read)
		return 0;
	int got = korch_watch_next(watch->inner, out);
	watch->can_read = got == 1;
	if (got >= 0)
		watch->revision = korch_watch_revision(watch->inner);
	return got;
}

uint64_t wire_watch_revision(const void *self)
{
	return ((const distant_watch *)self)->revision;
}

void wire_watch_free(void *self)
{
	distant_watch *watch = self;
	distant_watch **slot = &watch->wire->watches;
	while (*slot != watch)
		slot = &(*slot)->next;
	*slot = watch->next;
	korch_watch_free(watch->inner);
	korch_timer_free(watch->timer);
	free(watch);
}

static distant_watch *first_with_news(const wire *self)
{
	distant_watch *watch = self->watches;
	while (watch && !watch->has_news)
		watch = watch->next;
	return watch;
}

/* One that is told may end itself, and others; so it begins anew after each. */
void watches_tell(wire *self)
{
	distant_watch *watch;
	while (!self->is_cut && (watch = first_with_news(self))) {
		watch->has_news = 0;
		watch->ready(watch->userdata);
	}
}
