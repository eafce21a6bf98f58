/* A store over another one whose watches can be held back. */
#include "slow_store.h"

#include <check.h>
#include <korch/sys/store.h>
#include <stdlib.h>

struct slow_watch {
	struct slow_watch *next;
	slow_store *slow;
	korch_watch *inner;
	uint64_t revision; /* when it was held back */
	korch_loop_fn ready;
	void *userdata;
};

static int slow_commit(void *self, const korch_write *writes, size_t n, korch_commit_fn fn,
                       void *userdata)
{
	slow_store *slow = self;
	slow->commits++;
	if (n > slow->most)
		slow->most = n;
	void (*before)(void *) = slow->before;
	slow->before = NULL;
	if (before)
		before(slow->userdata);
	return korch_store_commit(slow->inner, writes, n, fn, userdata);
}

static int slow_get(void *self, const korch_key *key, korch_get_fn fn, void *userdata)
{
	return korch_store_get(((slow_store *)self)->inner, key, fn, userdata);
}

static int slow_list(void *self, const korch_list_query *query, korch_list_fn fn, void *userdata)
{
	slow_store *slow = self;
	if (slow->refuse_lists > 0) {
		slow->refuse_lists--;
		return KORCH_E_IO;
	}
	return korch_store_list(slow->inner, query, fn, userdata);
}

static int slow_compact(void *self, uint64_t revision, korch_commit_fn fn, void *userdata)
{
	return korch_store_compact(((slow_store *)self)->inner, revision, fn, userdata);
}

static void on_ready(void *userdata)
{
	struct slow_watch *watch = userdata;
	if (!watch->slow->is_held)
		watch->ready(watch->userdata);
}

static int slow_watch(void **out, void *self, const korch_watch_query *query, korch_loop_fn ready,
                      void *userdata)
{
	slow_store *slow = self;
	struct slow_watch *watch = calloc(1, sizeof(*watch));
	watch->slow = slow;
	watch->ready = ready;
	watch->userdata = userdata;
	int code = korch_store_watch(&watch->inner, slow->inner, query, on_ready, watch);
	if (code < 0) {
		free(watch);
		return code;
	}
	watch->next = slow->watches;
	slow->watches = watch;
	*out = watch;
	return 0;
}

static int slow_next(void *self, korch_change *out)
{
	struct slow_watch *watch = self;
	return watch->slow->is_held ? 0 : korch_watch_next(watch->inner, out);
}

static uint64_t slow_revision(const void *self)
{
	const struct slow_watch *watch = self;
	return watch->slow->is_held ? watch->revision : korch_watch_revision(watch->inner);
}

static void slow_watch_free(void *self)
{
	struct slow_watch *watch = self;
	struct slow_watch **slot = &watch->slow->watches;
	while (*slot != watch)
		slot = &(*slot)->next;
	*slot = watch->next;
	korch_watch_free(watch->inner);
	free(watch);
}

static void slow_close(void *self)
{
	slow_store *slow = self;
	if (!slow->is_shared)
		korch_store_close(slow->inner);
}

static void slow_free(void *self)
{
	slow_store *slow = self;
	if (!slow->is_shared)
		korch_store_free(slow->inner);
	free(self);
}

static size_t slow_writes_max(const void *self)
{
	const slow_store *slow = self;
	return slow->writes_max ? slow->writes_max : korch_store_writes_max(slow->inner);
}

static int slow_grant(void *self, korch_usec ttl_us, korch_lease_fn fn, void *userdata)
{
	return korch_store_lease_grant(((slow_store *)self)->inner, ttl_us, fn, userdata);
}

static int slow_renew(void *self, uint64_t lease, korch_lease_fn fn, void *userdata)
{
	return korch_store_lease_renew(((slow_store *)self)->inner, lease, fn, userdata);
}

static int slow_revoke(void *self, uint64_t lease, korch_lease_fn fn, void *userdata)
{
	return korch_store_lease_revoke(((slow_store *)self)->inner, lease, fn, userdata);
}

void slow_store_new(korch_store **out, slow_store **slow, korch_store *inner)
{
	static const korch_store_ops ops = {
	    .size = sizeof(ops),
	    .name = "slow",
	    .commit = slow_commit,
	    .get = slow_get,
	    .list = slow_list,
	    .compact = slow_compact,
	    .watch = slow_watch,
	    .watch_next = slow_next,
	    .watch_revision = slow_revision,
	    .watch_free = slow_watch_free,
	    .close = slow_close,
	    .free = slow_free,
	    .writes_max = slow_writes_max,
	    .lease_grant = slow_grant,
	    .lease_renew = slow_renew,
	    .lease_revoke = slow_revoke,
	};
	*slow = calloc(1, sizeof(**slow));
	(*slow)->inner = inner;
	ck_assert_int_eq(korch_store_register(out, &ops, *slow, NULL), 0);
}

void slow_store_share(korch_store **out, slow_store **slow, korch_store *inner)
{
	slow_store_new(out, slow, inner);
	(*slow)->is_shared = 1;
}

void slow_store_hold(slow_store *slow)
{
	for (struct slow_watch *watch = slow->watches; watch; watch = watch->next)
		watch->revision = korch_watch_revision(watch->inner);
	slow->is_held = 1;
}

void slow_store_release(slow_store *slow)
{
	slow->is_held = 0;
	for (struct slow_watch *watch = slow->watches; watch; watch = watch->next)
		watch->ready(watch->userdata);
}
