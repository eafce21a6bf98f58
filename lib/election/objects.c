/*
 * The objects of an election: the Lease object, which is there as long as a term, and the record of
 * terms, another Lease object, which stays: it has the last term's holder and counts.
 */
#include "election/elector.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "object/object.h"

/* "When it changed hands": a leader that is elected again is no change. */
static int32_t transitions(const korch_elector *elector)
{
	const korch_lease_spec *last = elector->record ? elector->record->spec : NULL;
	if (!last)
		return 0;
	int is_same = korch__text_equal(last->holder_identity, elector->options.identity);
	return last->lease_transitions + (!is_same && last->lease_transitions < INT32_MAX);
}

static int fill_meta(korch_elector *elector, korch_object *object, const korch_key *key)
{
	char uid[37];
	korch_usec now = korch_loop_now(elector->loop);
	korch__random_uuid(&elector->random, uid);
	korch_object_meta *meta = korch_object_edit_meta(object);
	if (!meta || korch_string_set(&meta->name, key->name) < 0 ||
	    korch_string_set(&meta->namespace_, key->namespace_) < 0)
		return KORCH_E_NOMEM;
	meta->creation_timestamp = now - now % KORCH_USEC_PER_SEC;
	return korch_string_set(&meta->uid, uid);
}

static int fill_spec(const korch_elector *elector, korch_lease *lease)
{
	korch_lease_spec *spec = korch_struct_edit(&lease->spec, &korch_lease_spec_type);
	if (!spec)
		return KORCH_E_NOMEM;
	korch_usec ttl = elector->is.ttl_us;
	spec->lease_duration_seconds = (int32_t)((ttl + KORCH_USEC_PER_SEC - 1) / KORCH_USEC_PER_SEC);
	KORCH_SET(spec, korch_lease_spec, lease_transitions, transitions(elector));
	spec->acquire_time = korch_loop_now(elector->loop);
	spec->renew_time = spec->acquire_time;
	return korch_string_set(&spec->holder_identity, elector->options.identity);
}

static korch_object *make(korch_elector *elector, const korch_key *key, const korch_object *base)
{
	_cleanup_object_ korch_object *object = base ? korch_object_edit(base) : NULL;
	if (!base && korch_object_new(&object, &korch_lease_kind) < 0)
		return NULL;
	if (!object || (!base && fill_meta(elector, object, key) < 0) ||
	    fill_spec(elector, (korch_lease *)object) < 0)
		return NULL;
	return KORCH_STEAL(object);
}

int korch__elector_make(korch_object **lease, korch_object **record, korch_elector *elector)
{
	const korch_object *base = elector->record ? &elector->record->object : NULL;
	korch_object *made = make(elector, &elector->lease_key, NULL);
	korch_object *kept = made ? make(elector, &elector->record_key, base) : NULL;
	if (!kept) {
		korch_object_unref(made);
		return KORCH_E_NOMEM;
	}
	*lease = made;
	*record = kept;
	return 0;
}
