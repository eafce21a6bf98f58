/*
 * The faulty store: its handle, what is said to it, the connection that breaks. Calls on their way
 * stand in call.c, watches in watch.c, what goes wrong in chance.c.
 */
#include "store/faulty/faulty.h"
#include "base/cleanup.h"
#include "store/store.h"

/* Calls */

static int faulty_commit(void *self, const korch_write *writes, size_t n, korch_commit_fn fn,
                         void *userdata)
{
	const korch_completion completion = {
	    .type = KORCH_COMPLETION_COMMIT, .fn.commit = fn, .userdata = userdata};
	faulty_arguments arguments = {
	    .type = FAULTY_COMMIT, .writes = (korch_write *)(uintptr_t)writes, .n = n};
	return faulty_call_start(self, &arguments, &completion);
}

static int faulty_get(void *self, const korch_key *key, korch_get_fn fn, void *userdata)
{
	const korch_completion completion = {
	    .type = KORCH_COMPLETION_GET, .fn.get = fn, .userdata = userdata};
	faulty_arguments arguments = {.type = FAULTY_GET, .key = *key};
	return faulty_call_start(self, &arguments, &completion);
}

static int faulty_list(void *self, const korch_list_query *query, korch_list_fn fn, void *userdata)
{
	const korch_completion completion = {
	    .type = KORCH_COMPLETION_LIST, .fn.list = fn, .userdata = userdata};
	faulty_arguments arguments = {.type = FAULTY_LIST, .query = *query};
	return faulty_call_start(self, &arguments, &completion);
}

static int faulty_compact(void *self, uint64_t revision, korch_commit_fn fn, void *userdata)
{
	const korch_completion completion = {
	    .type = KORCH_COMPLETION_COMMIT, .fn.commit = fn, .userdata = userdata};
	faulty_arguments arguments = {.type = FAULTY_COMPACT, .number = revision};
	return faulty_call_start(self, &arguments, &completion);
}

static int lease_call(faulty_store *store, faulty_arguments arguments, korch_lease_fn fn,
                      void *userdata)
{
	const korch_completion completion = {
	    .type = KORCH_COMPLETION_LEASE, .fn.lease = fn, .userdata = userdata};
	return faulty_call_start(store, &arguments, &completion);
}

static int faulty_grant(void *self, korch_usec ttl_us, korch_lease_fn fn, void *userdata)
{
	return lease_call(self, (faulty_arguments){.type = FAULTY_GRANT, .ttl_us = ttl_us}, fn,
	                  userdata);
}

static int faulty_renew(void *self, uint64_t lease, korch_lease_fn fn, void *userdata)
{
	return lease_call(self, (faulty_arguments){.type = FAULTY_RENEW, .number = lease}, fn,
	                  userdata);
}

static int faulty_revoke(void *self, uint64_t lease, korch_lease_fn fn, void *userdata)
{
	return lease_call(self, (faulty_arguments){.type = FAULTY_REVOKE, .number = lease}, fn,
	                  userdata);
}

static size_t faulty_writes_max(const void *self)
{
	return korch_store_writes_max(((const faulty_store *)self)->inner);
}

/* The connection */

void faulty_cut(faulty_store *store, korch_usec span_us, int watches)
{
	korch_usec now = korch_loop_now(store->loop);
	store->stats.cuts += !store->is_cut;
	store->is_cut = 1;
	store->cut_watches = watches;
	korch_timer_set(store->mending,
	                span_us < KORCH_USEC_NEVER - now ? now + span_us : KORCH_USEC_NEVER);
	faulty_calls_fail(store, KORCH_E_IO);
	for (faulty_watch *watch = store->watches; watch; watch = watch->next)
		faulty_watch_cut(watch);
}

static void mend(void *userdata)
{
	faulty_store *store = userdata;
	korch_timer_set(store->mending, KORCH_USEC_NEVER);
	store->is_cut = 0;
}

/* The end */

static void faulty_close(void *self)
{
	faulty_store *store = self;
	store->is_closed = 1;
	if (!store->is_lent)
		korch_store_close(store->inner);
	faulty_calls_fail(store, KORCH_E_CLOSED);
	for (faulty_watch *watch = store->watches; watch; watch = watch->next)
		faulty_watch_end(watch, KORCH_E_CLOSED);
}

static void release(faulty_store *store)
{
	korch_timer_free(store->mending);
	korch__free(store);
}

static void faulty_free(void *self)
{
	faulty_store *store = self;
	if (!store->is_lent)
		korch_store_free(store->inner); /* answers what it has */
	faulty_calls_end(store);
	release(store);
}

#define TABLE                                                                                      \
	.size = sizeof(korch_store_ops), .name = "faulty", .commit = faulty_commit, .get = faulty_get, \
	.list = faulty_list, .compact = faulty_compact, .watch = faulty_watch_open,                    \
	.watch_next = faulty_watch_next, .watch_revision = faulty_watch_revision,                      \
	.watch_free = faulty_watch_free, .close = faulty_close, .free = faulty_free,                   \
	.writes_max = faulty_writes_max

static const korch_store_ops plain_ops = {TABLE};
static const korch_store_ops leasing_ops = {
    TABLE, .lease_grant = faulty_grant, .lease_renew = faulty_renew, .lease_revoke = faulty_revoke};

static faulty_store *self_of(const korch_store *store)
{
	faulty_store *self = korch__store_self(store, &plain_ops);
	return self ? self : korch__store_self(store, &leasing_ops);
}

/* Opening */

static int are_faults_valid(const korch_faulty_faults *faults)
{
	const int32_t all[] = {
	    faults->refused_permille,    faults->failed_permille,    faults->lost_permille,
	    faults->given_up_permille,   faults->late_permille,      faults->answer_late_permille,
	    faults->watch_late_permille, faults->watch_end_permille, faults->cut_permille};
	for (size_t i = 0; i < KORCH_COUNT(all); i++) {
		if (all[i] < 0 || all[i] > 1000)
			return 0;
	}
	return faults->size == sizeof(*faults) && faults->delay_max_us >= KORCH_FAULTY_TURN &&
	       faults->cut_max_us >= 0;
}

static int check_options(korch_store **out, korch_loop *loop, korch_store *inner,
                         const korch_faulty_options *options)
{
	return out && loop && inner &&
	       (!options || (options->size == sizeof(*options) &&
	                     (!options->faults || are_faults_valid(options->faults))));
}

int korch_store_faulty_new(korch_store **out, korch_loop *loop, korch_store *inner,
                           const korch_faulty_options *options, korch_error **err)
{
	if (!check_options(out, loop, inner, options))
		return korch_error_set(err, KORCH_E_INVALID,
		                       "a faulty store needs a loop, a store, and faults from 0 to 1000");
	faulty_store *store = korch__calloc(1, sizeof(*store));
	if (!store)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a store");
	store->loop = loop;
	store->inner = inner;
	store->is_lent = options && options->lent;
	korch__random_init(&store->random, options && options->seed ? options->seed : 1);
	if (options && options->faults)
		store->faults = *options->faults;
	int r = korch_timer_new(&store->mending, loop, mend, store);
	if (r == 0)
		r = korch_store_register(out, korch_store_has_leases(inner) ? &leasing_ops : &plain_ops,
		                         store, err);
	if (r < 0)
		release(store);
	return r;
}

/* What is said to it */

int korch_faulty_set_faults(korch_store *store, const korch_faulty_faults *faults)
{
	faulty_store *self = self_of(store);
	if (!self || (faults && !are_faults_valid(faults)))
		return KORCH_E_INVALID;
	self->faults = faults ? *faults : (korch_faulty_faults){0};
	return 0;
}

int korch_faulty_rule_add(korch_store *store, const korch_faulty_rule *rule)
{
	faulty_store *self = self_of(store);
	if (!self || !rule || rule->size != sizeof(*rule) || !(rule->calls & KORCH_FAULTY_ALL) ||
	    rule->fault < KORCH_FAULTY_NONE || rule->fault > KORCH_FAULTY_GIVEN_UP ||
	    rule->late_us < KORCH_FAULTY_TURN || rule->answer_late_us < KORCH_FAULTY_TURN)
		return KORCH_E_INVALID;
	if (self->n_rules == KORCH_FAULTY_RULES_MAX)
		return KORCH_E_LIMIT;
	self->rules[self->n_rules++] = *rule;
	return 0;
}

int korch_faulty_rule_clear(korch_store *store)
{
	faulty_store *self = self_of(store);
	if (!self)
		return KORCH_E_INVALID;
	self->n_rules = 0;
	return 0;
}

int korch_faulty_cut(korch_store *store, korch_usec span_us, int32_t watches)
{
	faulty_store *self = self_of(store);
	if (!self || self->is_closed || span_us < 0 || watches < KORCH_FAULTY_STALL ||
	    watches > KORCH_FAULTY_COMPACTED)
		return KORCH_E_INVALID;
	faulty_cut(self, span_us, watches);
	return 0;
}

int korch_faulty_mend(korch_store *store)
{
	faulty_store *self = self_of(store);
	if (!self)
		return KORCH_E_INVALID;
	if (self->is_cut && self->cut_watches == KORCH_FAULTY_STALL)
		korch_faulty_watches_hold(store, 0);
	mend(self);
	return 0;
}

int korch_faulty_watches_end(korch_store *store, int code)
{
	faulty_store *self = self_of(store);
	if (!self || (code != KORCH_E_IO && code != KORCH_E_COMPACTED))
		return KORCH_E_INVALID;
	for (faulty_watch *watch = self->watches; watch; watch = watch->next)
		faulty_watch_end(watch, code);
	return 0;
}

int korch_faulty_watches_hold(korch_store *store, korch_usec span_us)
{
	faulty_store *self = self_of(store);
	if (!self || span_us < 0)
		return KORCH_E_INVALID;
	korch_usec now = korch_loop_now(self->loop);
	for (faulty_watch *watch = self->watches; watch; watch = watch->next)
		faulty_watch_hold(watch,
		                  span_us < KORCH_USEC_NEVER - now ? now + span_us : KORCH_USEC_NEVER);
	return 0;
}

int korch_faulty_get_stats(korch_faulty_stats *out, const korch_store *store)
{
	const faulty_store *self = self_of(store);
	if (!out || !self)
		return KORCH_E_INVALID;
	*out = self->stats;
	return 0;
}
