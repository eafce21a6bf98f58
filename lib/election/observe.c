/*
 * What is known of an election: the Lease object and the record of terms, by a list of the
 * namespace's Leases and a watch from there on.
 */
#include "election/elector.h"

#include "base/cleanup.h"
#include "base/text.h"
#include <string.h>

enum { PAGE = 500 };

static int ask_page(korch__elector_listing *listing, const char *token);

static int is_named(const korch_object *object, const korch_key *key)
{
	return strcmp(korch_object_name(object), key->name) == 0;
}

static int keep_leader(korch_elector *elector, const korch_object *object)
{
	const korch_lease_spec *spec = object ? ((const korch_lease *)object)->spec : NULL;
	const char *name = spec ? korch__text_or_empty(spec->holder_identity) : "";
	char *copy = korch__strdup(name);
	if (!copy)
		return KORCH_E_NOMEM;
	korch__free(elector->leader);
	elector->leader = copy;
	return 0;
}

/* An object as it is now; revision 0: gone. */
static int see(korch_elector *elector, const korch_object *object, uint64_t revision)
{
	if (is_named(object, &elector->record_key)) {
		elector->is.record_revision = revision;
		korch_object_unref((korch_object *)elector->record);
		elector->record = revision ? (korch_lease *)korch_object_ref(object) : NULL;
		return 0;
	}
	if (!is_named(object, &elector->lease_key))
		return 0;
	int r = keep_leader(elector, revision ? object : NULL);
	if (r == 0)
		elector->is.lease_revision = revision;
	return r;
}

/* Nothing is known any more; lists again, at once or after a pause. */
static void lose_sight(korch_elector *elector, int code)
{
	elector->is.is_known = 0;
	korch_watch_free(KORCH_STEAL(elector->watch));
	if (code == KORCH_E_CLOSED) {
		korch__elector_closed(elector);
		return;
	}
	korch_usec now = korch_loop_now(elector->loop);
	korch_timer_set(elector->resync,
	                code == KORCH_E_COMPACTED ? now : now + elector->options.retry_us);
	korch__elector_kick(elector);
}

static void on_ready(void *userdata)
{
	korch_elector *elector = userdata;
	korch_change change;
	int got;
	while ((got = korch_watch_next(elector->watch, &change)) == 1) {
		int is_gone = change.type == KORCH_CHANGE_DELETED;
		if (see(elector, change.object, is_gone ? 0 : change.revision) < 0) {
			lose_sight(elector, KORCH_E_NOMEM);
			return;
		}
	}
	if (got < 0) {
		lose_sight(elector, got);
		return;
	}
	elector->is.known_to = korch_watch_revision(elector->watch);
	korch__elector_kick(elector);
}

static korch_watch_query watch_query(const korch_elector *elector, uint64_t since)
{
	return (korch_watch_query){
	    .kind = &korch_lease_kind, .namespace_ = elector->lease_key.namespace_, .since = since};
}

/* The list is complete: what it did not have is gone. */
static int finish(korch_elector *elector, uint64_t revision)
{
	const korch__elector_listing *listing = elector->listing;
	korch_watch_query query = watch_query(elector, revision);
	int r = listing->lease_revision ? 0 : keep_leader(elector, NULL);
	if (r == 0)
		r = korch_store_watch(&elector->watch, elector->store, &query, on_ready, elector);
	if (r < 0)
		return r;
	elector->is.lease_revision = listing->lease_revision;
	elector->is.record_revision = listing->record_revision;
	if (!listing->record_revision) {
		korch_object_unref((korch_object *)elector->record);
		elector->record = NULL;
	}
	elector->is.known_to = revision;
	elector->is.is_known = 1;
	korch__free(KORCH_STEAL(elector->listing));
	korch__elector_kick(elector);
	return 0;
}

static int take_page(korch__elector_listing *listing, const korch_list_page *page)
{
	korch_elector *elector = listing->elector;
	for (size_t i = 0; i < page->n; i++) {
		const korch_object *object = page->objects[i];
		if (is_named(object, &elector->lease_key))
			listing->lease_revision = object->revision;
		if (is_named(object, &elector->record_key))
			listing->record_revision = object->revision;
		if (see(elector, object, object->revision) < 0)
			return KORCH_E_NOMEM;
	}
	return page->continue_token ? ask_page(listing, page->continue_token)
	                            : finish(elector, page->revision);
}

static void on_page(void *userdata, int code, const korch_list_page *page)
{
	korch__elector_listing *listing = userdata;
	korch_elector *elector = listing->elector;
	if (!elector) {
		korch__free(listing);
		return;
	}
	if (code == 0)
		code = take_page(listing, page);
	if (code == 0)
		return;
	korch__free(KORCH_STEAL(elector->listing));
	lose_sight(elector, code);
}

static int ask_page(korch__elector_listing *listing, const char *token)
{
	const korch_elector *elector = listing->elector;
	const korch_list_query query = {.kind = &korch_lease_kind,
	                                .namespace_ = elector->lease_key.namespace_,
	                                .limit = PAGE,
	                                .continue_token = token};
	return korch_store_list(elector->store, &query, on_page, listing);
}

void korch__elector_observe(korch_elector *elector)
{
	korch__elector_listing *listing = korch__calloc(1, sizeof(*listing));
	int r = listing ? 0 : KORCH_E_NOMEM;
	if (listing) {
		listing->elector = elector;
		r = ask_page(listing, NULL);
	}
	if (r == 0) {
		elector->listing = listing;
		return;
	}
	korch__free(listing);
	lose_sight(elector, r);
}

void korch__elector_observe_stop(korch_elector *elector)
{
	elector->is.is_known = 0;
	korch_watch_free(KORCH_STEAL(elector->watch));
	if (elector->listing)
		elector->listing->elector = NULL;
	elector->listing = NULL;
	korch_timer_set(elector->resync, KORCH_USEC_NEVER);
}
