/*
 * Lists of the memory store. The newest state is the tree; an older one is the tree with the later
 * changes taken back: for each key that has changed since, the oldest of its later records tells
 * what was there.
 */
#include "base/cleanup.h"
#include "base/vec.h"
#include "store/list_token.h"
#include "store/memory.h"
#include <korch/sys/store.h>
#include <string.h>

/* A list in the making. */
typedef struct object_lister {
	const korch_list_query *query;
	korch_list_token token; /* key without a kind: from the start; counted for the first page */
	int is_counting;        /* the first page: go on to the end to count */
	korch_btree changed;    /* korch_record: the oldest change of each key after the revision */
	const korch_record *next_changed;
	KORCH_VEC(const korch_object *) found;
	int error;
} object_lister;

/* Records by the key of their object. */

static int compare_records(const void *key, const void *entry, void *context)
{
	return korch__memory_order.compare(key, ((const korch_record *)entry)->object, context);
}

static const void *record_key(const void *entry)
{
	return ((const korch_record *)entry)->object;
}

static const korch_btree_ops record_order = {.compare = compare_records, .entry_key = record_key};

static int is_in_query(const korch_list_query *query, const korch_object *object)
{
	if (query->kind && object->kind != query->kind)
		return 0;
	return !query->namespace_ || strcmp(korch_object_namespace(object), query->namespace_) == 0;
}

static int collect_changes(object_lister *lister, const memory_store *store)
{
	const korch_history *history = &store->history;
	uint64_t at = korch__history_after(history, lister->token.revision);
	for (; at < history->end; at++) {
		korch_record *record = (korch_record *)korch__history_at(history, at);
		if (!is_in_query(lister->query, record->object))
			continue;
		if (korch__btree_insert(&lister->changed, record) == KORCH_E_NOMEM)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* Adds an object to the page, or counts it when the page is full. 1 ends the walk. */
static int add(object_lister *lister, const korch_object *object)
{
	size_t limit = lister->query->limit;
	if (limit && lister->found.n == limit) {
		lister->token.remaining++;
		return !lister->is_counting;
	}
	if (korch__vec_push(&lister->found, object) < 0) {
		lister->error = KORCH_E_NOMEM;
		return 1;
	}
	return 0;
}

/* Adds the states of changed keys before an object (NULL: of all that are left). */
static int add_changed_before(object_lister *lister, const korch_object *object)
{
	while (lister->next_changed) {
		const korch_record *record = lister->next_changed;
		if (object && korch__memory_order.compare(record->object, object, NULL) >= 0)
			return 0;
		lister->next_changed = korch__btree_after(&lister->changed, record->object);
		if (record->previous && add(lister, record->previous))
			return 1;
	}
	return 0;
}

static int step(void *entry, void *userdata)
{
	object_lister *lister = userdata;
	const korch_object *object = entry;
	if (!is_in_query(lister->query, object))
		return 2; /* behind all that is wanted */
	if (add_changed_before(lister, object))
		return 1;
	const korch_record *record = lister->next_changed;
	if (!record || korch__memory_order.compare(record->object, object, NULL) != 0)
		return add(lister, object);
	lister->next_changed = korch__btree_after(&lister->changed, record->object);
	return record->previous ? add(lister, record->previous) : 0;
}

static void walk(object_lister *lister, const memory_store *store)
{
	const korch_list_query *query = lister->query;
	memory_probe probe = {0};
	const korch_object *from = NULL;
	if (lister->token.after.key.kind)
		from = korch__memory_probe(&probe, &lister->token.after.key);
	else if (query->kind)
		from = korch__memory_probe(&probe, &(korch_key){query->kind, query->namespace_, ""});
	lister->next_changed =
	    from ? korch__btree_at_least(&lister->changed, from) : korch__btree_first(&lister->changed);
	const korch_object *start = from;
	if (lister->token.after.key.kind) {
		/* Both start behind the key, not at it. */
		lister->next_changed = korch__btree_after(&lister->changed, from);
		start = korch__btree_after(&store->current, from);
	}
	int r = 0;
	if (start || !from)
		r = korch__btree_each_from(&store->current, start, step, lister);
	if (r != 1)
		add_changed_before(lister, NULL);
}

static int write_token(korch_page *page, const object_lister *lister)
{
	korch_key last = korch_object_key(page->objects[page->page.n - 1]);
	page->continue_token =
	    korch__list_token_write(lister->token.revision, page->page.remaining, &last);
	page->page.continue_token = page->continue_token;
	return page->continue_token ? 0 : KORCH_E_NOMEM;
}

/* Makes the page of what was found. */
static int make_page(korch_page **out, object_lister *lister)
{
	korch_page *page = korch__calloc(1, sizeof(*page));
	if (!page)
		return KORCH_E_NOMEM;
	page->page.n = lister->found.n;
	page->page.revision = lister->token.revision;
	page->page.remaining = lister->token.remaining;
	page->objects = KORCH_STEAL(lister->found.items);
	page->page.objects = page->objects;
	for (size_t i = 0; i < page->page.n; i++)
		korch_object_ref(page->objects[i]);
	if (page->page.remaining > 0 && write_token(page, lister) < 0) {
		korch__page_free(page);
		return KORCH_E_NOMEM;
	}
	*out = page;
	return 0;
}

/* Which revision is listed, and from where. */
static int begin(object_lister *lister, const memory_store *store)
{
	const char *token = lister->query->continue_token;
	lister->token.revision = lister->query->revision ? lister->query->revision : store->revision;
	lister->is_counting = !token;
	int r = token ? korch__list_token_read(&lister->token, lister->query, token) : 0;
	if (r < 0)
		return r;
	if (lister->token.revision > store->revision)
		return KORCH_E_INVALID;
	return lister->token.revision < store->history.compacted ? KORCH_E_COMPACTED : 0;
}

/* Fills a page; a code when there is none. */
static int list(korch_page **out, const memory_store *store, const korch_list_query *query)
{
	object_lister lister = {.query = query};
	korch__btree_init(&lister.changed, &record_order);
	int r = begin(&lister, store);
	size_t told = lister.token.remaining;
	if (r == 0)
		r = collect_changes(&lister, store);
	if (r == 0) {
		lister.token.remaining = 0;
		walk(&lister, store);
		r = lister.error;
	}
	/*
	 * Behind a later page there is what the token told less what is in it; at least what was seen.
	 */
	if (lister.token.remaining && !lister.is_counting && told > lister.found.n)
		lister.token.remaining = told - lister.found.n;
	if (r == 0)
		r = make_page(out, &lister);
	korch__btree_fini(&lister.changed);
	korch__vec_fini(&lister.found);
	korch__list_token_fini(&lister.token);
	return r;
}

int korch__memory_list(void *self, const korch_list_query *query, korch_list_fn fn, void *userdata)
{
	memory_store *store = self;
	korch_page *page = NULL;
	if (korch__completions_reserve(&store->waiting) < 0)
		return KORCH_E_NOMEM;
	int code = list(&page, store, query);
	if (code == KORCH_E_NOMEM)
		return code;
	korch__completions_push(&store->waiting, &(korch_completion){.type = KORCH_COMPLETION_LIST,
	                                                             .code = code,
	                                                             .userdata = userdata,
	                                                             .fn.list = fn,
	                                                             .answer.page = page});
	korch__memory_call_later(store);
	return 0;
}
