/*
 * Watches in front of the inner store's: held back for a while, ended early. While one is held, or
 * has read ahead, its revision stays where the reader is.
 */
#include "base/cleanup.h"
#include "store/faulty/faulty.h"

static void tell(faulty_watch *watch)
{
	if (!watch->waits)
		return;
	watch->waits = 0;
	watch->is_told = 1;
	if (watch->ready)
		watch->ready(watch->userdata); /* may end it */
}

/* By the loop. */
static void tell_later(faulty_watch *watch)
{
	korch_timer_set(watch->timer, korch_loop_now(watch->store->loop));
}

void faulty_watch_end(faulty_watch *watch, int code)
{
	if (watch->code == 0 && !watch->is_held && !watch->has_next)
		watch->revision = korch_watch_revision(watch->inner);
	if (watch->code == 0 && code != KORCH_E_CLOSED)
		watch->store->stats.watches_ended++;
	if (watch->code == 0 || code == KORCH_E_CLOSED)
		watch->code = code;
	tell_later(watch);
}

void faulty_watch_hold(faulty_watch *watch, korch_usec until_us)
{
	if (watch->code)
		return;
	if (!watch->is_held && !watch->has_next)
		watch->revision = korch_watch_revision(watch->inner);
	watch->store->stats.watches_late += !watch->is_held;
	watch->is_held = 1;
	korch_timer_set(watch->timer, until_us);
}

/* Something goes wrong in place of a change, perhaps. */
static void meet_chance(faulty_watch *watch)
{
	faulty_store *store = watch->store;
	if (watch->is_held || watch->code)
		return;
	if (faulty_happens(store, store->faults.watch_end_permille))
		faulty_watch_end(watch,
		                 korch__random_below(&store->random, 2) ? KORCH_E_IO : KORCH_E_COMPACTED);
	else if (faulty_happens(store, store->faults.watch_late_permille))
		faulty_watch_hold(watch, faulty_later(store->loop, faulty_delay(store)));
}

static void on_ready(void *userdata)
{
	faulty_watch *watch = userdata;
	if (watch->waits)
		meet_chance(watch);
	if (!watch->is_held && !watch->code)
		tell(watch);
}

/* Takes what the inner watch has, so that it stays when that is asked again. */
static int read_ahead(faulty_watch *watch)
{
	watch->revision = korch_watch_revision(watch->inner);
	int got = korch_watch_next(watch->inner, &watch->next_change);
	watch->has_next = got == 1;
	if (got == 1) {
		korch_object_ref(watch->next_change.object);
		korch_object_ref(watch->next_change.previous);
	}
	return got;
}

static void release(korch_change *change)
{
	korch_object_unref(change->object);
	korch_object_unref(change->previous);
	*change = (korch_change){0};
}

/*
 * The end of a hold. The inner watch tells once only, so that it has to be asked whether it has
 * something.
 */
static void on_time(void *userdata)
{
	faulty_watch *watch = userdata;
	watch->is_held = 0;
	if (watch->code) {
		tell(watch);
		return;
	}
	if (watch->has_next || read_ahead(watch) != 0)
		tell(watch);
}

int faulty_watch_next(void *self, korch_change *out)
{
	faulty_watch *watch = self;
	release(&watch->given);
	if (watch->code)
		return watch->code;
	if (!watch->is_held && !watch->has_next) {
		int got = read_ahead(watch);
		watch->waits |= got == 0;
		if (got != 1)
			return got;
		if (!watch->is_told)
			meet_chance(watch);
	}
	watch->is_told = 0;
	if (watch->code)
		return watch->code;
	if (watch->is_held) {
		watch->waits = 1;
		return 0;
	}
	watch->has_next = 0;
	watch->given = watch->next_change;
	*out = watch->given;
	return 1;
}

uint64_t faulty_watch_revision(const void *self)
{
	const faulty_watch *watch = self;
	return watch->is_held || watch->has_next || watch->code ? watch->revision
	                                                        : korch_watch_revision(watch->inner);
}

void faulty_watch_free(void *self)
{
	faulty_watch *watch = self;
	*watch->slot = watch->next;
	if (watch->next)
		watch->next->slot = watch->slot;
	if (watch->has_next)
		release(&watch->next_change);
	release(&watch->given);
	korch_watch_free(watch->inner);
	korch_timer_free(watch->timer);
	korch__free(watch);
}

void faulty_watch_cut(faulty_watch *watch)
{
	const faulty_store *store = watch->store;
	if (store->cut_watches == KORCH_FAULTY_STALL)
		faulty_watch_hold(watch, korch_timer_due(store->mending));
	else
		faulty_watch_end(watch,
		                 store->cut_watches == KORCH_FAULTY_END ? KORCH_E_IO : KORCH_E_COMPACTED);
}

int faulty_watch_open(void **out, void *self, const korch_watch_query *query, korch_loop_fn ready,
                      void *userdata)
{
	faulty_store *store = self;
	_cleanup_free_ faulty_watch *watch = korch__calloc(1, sizeof(*watch));
	if (!watch)
		return KORCH_E_NOMEM;
	int r = korch_timer_new(&watch->timer, store->loop, on_time, watch);
	if (r == 0)
		r = korch_store_watch(&watch->inner, store->inner, query, on_ready, watch);
	if (r < 0) {
		korch_timer_free(watch->timer);
		return r;
	}
	watch->store = store;
	watch->ready = ready;
	watch->userdata = userdata;
	watch->waits = 1;
	watch->revision = korch_watch_revision(watch->inner);
	watch->next = store->watches;
	watch->slot = &store->watches;
	if (watch->next)
		watch->next->slot = &watch->next;
	store->watches = watch;
	if (store->is_cut)
		faulty_watch_cut(watch);
	*out = KORCH_STEAL(watch);
	return 0;
}
