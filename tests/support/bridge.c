/* The bridge between two loops: see bridge.h. It is built of the parts of the memory store. */
#include "bridge.h"
#include "store/completion.h"
#include "store/watch.h"
#include <korch/sys/store.h>
#include <stdlib.h>

enum { HISTORY = 65536, STEP_US = 100000 };

typedef struct bridge {
	korch_loop *loop; /* virtual */
	korch_loop *real;
	korch_store *inner;
	korch_watch *changes; /* everything that happens in it */
	uint64_t base;        /* its revision at the beginning */
	uint64_t revision;    /* of the last change that it told; ours */
	korch_completions waiting;
	korch_history history;
	korch_watches watches;
	korch_timer *turn;
	int is_closed;
	int *is_gone;
} bridge;

/* An answer of the inner store, as it comes. */
typedef struct answer {
	bridge *self;
	int is_done;
	korch_completion completion;
} answer;

static uint64_t ours(const bridge *self, uint64_t revision)
{
	return revision > self->base ? revision - self->base : 0;
}

static uint64_t theirs(const bridge *self, uint64_t revision)
{
	return revision && revision != KORCH_REVISION_ANY ? revision + self->base : revision;
}

static const korch_object *our_object(const bridge *self, const korch_object *object)
{
	korch_object *copy = object ? korch_object_edit(object) : NULL;
	if (copy)
		copy->revision = ours(self, object->revision);
	return copy;
}

/* Turns of the virtual loop */

static void call_later(bridge *self)
{
	if (korch_timer_due(self->turn) == KORCH_USEC_NEVER)
		korch_timer_set(self->turn, korch_loop_now(self->loop));
}

static void on_turn(void *userdata)
{
	bridge *self = userdata;
	int is_gone = 0;
	int *outer = self->is_gone;
	korch_completion completion;
	self->is_gone = &is_gone;
	/* What the callbacks start belongs to the next turn. */
	for (size_t n = self->waiting.n; n > 0 && !is_gone; n--) {
		if (korch__completions_pop(&completion, &self->waiting))
			korch__completion_deliver(&completion, self->is_closed ? KORCH_E_CLOSED : 0);
	}
	if (!is_gone)
		korch__watches_tell(&self->watches, &is_gone);
	if (is_gone)
		return;
	self->is_gone = outer;
	if (self->waiting.n > 0)
		call_later(self);
}

/* The real loop */

static void take_changes(bridge *self)
{
	korch_change change;
	while (korch_watch_next(self->changes, &change) == 1) {
		if (korch__history_reserve(&self->history, 1) < 0)
			abort();
		self->revision = ours(self, change.revision);
		const korch_record record = {
		    .revision = self->revision,
		    .type = (uint64_t)change.type,
		    .object = our_object(self, change.object),
		    .previous = our_object(self, change.previous),
		};
		korch__history_push(&self->history, &record);
	}
}

/* Until there is an answer, and the changes up to a revision (theirs) that it has. */
static void wait_for(bridge *self, const answer *wanted)
{
	while (!wanted->is_done)
		korch_loop_step(self->real, korch_loop_now(self->real) + STEP_US);
	const korch_completion *got = &wanted->completion;
	uint64_t until = got->type == KORCH_COMPLETION_COMMIT ? got->answer.result.revision : 0;
	for (take_changes(self); self->revision < until; take_changes(self))
		korch_loop_step(self->real, korch_loop_now(self->real) + STEP_US);
}

/* r: of the call that was made. */
static int finish(answer *made, int r)
{
	bridge *self = made->self;
	if (r < 0)
		return r;
	wait_for(self, made);
	if (korch__completions_reserve(&self->waiting) < 0)
		abort();
	korch__completions_push(&self->waiting, &made->completion);
	call_later(self);
	return 0;
}

static void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	answer *out = userdata;
	out->completion.code = code;
	out->completion.answer.result = *result;
	out->completion.answer.result.revision = ours(out->self, result->revision);
	out->is_done = 1;
}

static void on_get(void *userdata, int code, const korch_object *object)
{
	answer *out = userdata;
	out->completion.code = code;
	out->completion.answer.object = our_object(out->self, object);
	out->is_done = 1;
}

static void on_list(void *userdata, int code, const korch_list_page *page)
{
	answer *out = userdata;
	out->is_done = 1;
	out->completion.code = code;
	if (code < 0)
		return;
	korch_page *copy = korch__page_copy(page);
	if (!copy)
		abort();
	for (size_t i = 0; i < page->n; i++) {
		korch_object_unref(copy->objects[i]);
		copy->objects[i] = our_object(out->self, page->objects[i]);
	}
	copy->page.revision = ours(out->self, page->revision);
	out->completion.answer.page = copy;
}

/* Calls */

static int bridge_commit(void *userdata, const korch_write *writes, size_t n, korch_commit_fn fn,
                         void *caller)
{
	bridge *self = userdata;
	answer made = {
	    .self = self,
	    .completion = {.type = KORCH_COMPLETION_COMMIT, .fn.commit = fn, .userdata = caller}};
	korch_write *copies = calloc(n, sizeof(*copies));
	if (!copies)
		abort();
	for (size_t i = 0; i < n; i++) {
		copies[i] = writes[i];
		copies[i].expected = theirs(self, writes[i].expected);
	}
	int r = korch_store_commit(self->inner, copies, n, on_commit, &made);
	free(copies);
	return finish(&made, r);
}

static int bridge_get(void *userdata, const korch_key *key, korch_get_fn fn, void *caller)
{
	bridge *self = userdata;
	answer made = {.self = self,
	               .completion = {.type = KORCH_COMPLETION_GET, .fn.get = fn, .userdata = caller}};
	return finish(&made, korch_store_get(self->inner, key, on_get, &made));
}

static int bridge_list(void *userdata, const korch_list_query *query, korch_list_fn fn,
                       void *caller)
{
	bridge *self = userdata;
	answer made = {
	    .self = self,
	    .completion = {.type = KORCH_COMPLETION_LIST, .fn.list = fn, .userdata = caller}};
	korch_list_query asked = *query;
	asked.revision = theirs(self, query->revision);
	return finish(&made, korch_store_list(self->inner, &asked, on_list, &made));
}

static int bridge_compact(void *userdata, uint64_t revision, korch_commit_fn fn, void *caller)
{
	bridge *self = userdata;
	answer made = {
	    .self = self,
	    .completion = {.type = KORCH_COMPLETION_COMMIT, .fn.commit = fn, .userdata = caller}};
	int r = korch_store_compact(self->inner, theirs(self, revision), on_commit, &made);
	r = finish(&made, r);
	if (r == 0 && made.completion.code == 0)
		korch__history_compact(&self->history, revision);
	return r;
}

static int bridge_watch(void **out, void *userdata, const korch_watch_query *query,
                        korch_loop_fn ready, void *caller)
{
	bridge *self = userdata;
	korch_log_watch *watch = NULL;
	int r = korch__watch_new(&watch, &self->watches, query, ready, caller);
	if (r < 0)
		return r;
	*out = watch;
	call_later(self);
	return 0;
}

static int bridge_watch_next(void *watch, korch_change *out)
{
	return korch__watch_next(watch, out);
}

static uint64_t bridge_watch_revision(const void *watch)
{
	return korch__watch_revision(watch);
}

static void bridge_watch_free(void *watch)
{
	korch__watch_free(watch);
}

static size_t bridge_writes_max(const void *self)
{
	return korch_store_writes_max(((const bridge *)self)->inner);
}

static void bridge_close(void *userdata)
{
	bridge *self = userdata;
	self->is_closed = 1;
	korch__watches_close(&self->watches);
	call_later(self);
}

static void bridge_free(void *userdata)
{
	bridge *self = userdata;
	korch_completion completion;
	while (korch__completions_pop(&completion, &self->waiting))
		korch__completion_deliver(&completion, KORCH_E_CLOSED);
	if (self->is_gone)
		*self->is_gone = 1;
	korch__completions_fini(&self->waiting);
	korch__history_fini(&self->history);
	korch_timer_free(self->turn);
	korch_watch_free(self->changes);
	korch_store_free(self->inner);
	korch_loop_free(self->real);
	free(self);
}

static const korch_store_ops ops = {
    .size = sizeof(ops),
    .name = "bridge",
    .commit = bridge_commit,
    .get = bridge_get,
    .list = bridge_list,
    .compact = bridge_compact,
    .watch = bridge_watch,
    .watch_next = bridge_watch_next,
    .watch_revision = bridge_watch_revision,
    .watch_free = bridge_watch_free,
    .close = bridge_close,
    .free = bridge_free,
    .writes_max = bridge_writes_max,
};

/* Where it begins to count. */
static void on_base(void *userdata, int code, const korch_list_page *page)
{
	answer *out = userdata;
	out->is_done = 1;
	out->completion.code = code;
	out->self->base = page ? page->revision : 0;
}

static int begin(bridge *self, bridge_open_fn open, void *userdata)
{
	answer first = {.self = self};
	const korch_list_query query = {.limit = 1};
	int r = korch_loop_new(&self->real, NULL);
	if (r == 0)
		r = open(&self->inner, self->real, userdata);
	if (r == 0)
		r = korch_store_list(self->inner, &query, on_base, &first);
	if (r < 0)
		return r;
	wait_for(self, &first);
	const korch_watch_query all = {.since = self->base};
	return first.completion.code < 0
	           ? first.completion.code
	           : korch_store_watch(&self->changes, self->inner, &all, NULL, NULL);
}

int bridge_new(korch_store **out, korch_loop *loop, size_t history, bridge_open_fn open,
               void *userdata)
{
	bridge *self = calloc(1, sizeof(*self));
	if (!self)
		return KORCH_E_NOMEM;
	self->loop = loop;
	korch__history_init(&self->history, history ? history : HISTORY);
	korch__watches_init(&self->watches, &self->history);
	int r = korch_timer_new(&self->turn, loop, on_turn, self);
	if (r == 0)
		r = begin(self, open, userdata);
	if (r == 0)
		r = korch_store_register(out, &ops, self, NULL);
	if (r < 0)
		bridge_free(self);
	return r;
}
