/* After a second list: the differences to what the cache has, as changes. */
#include "engine/sync.h"

#include "base/cleanup.h"
#include "object/object.h"
#include <string.h>

typedef struct difference {
	korch_resync *resync;
	const korch_view *known;
	const korch_view *fresh;
	KORCH_VEC(const korch_object *) gone;
} difference;

static const korch_object *same_key(const korch_view *view, const korch_object *object)
{
	const korch_key key = korch_object_key(object);
	return korch_view_get(view, key.kind, key.namespace_, key.name);
}

/* Gone, or gone and made again. */
static int note_if_gone(void *userdata, const korch_object *object)
{
	difference *at = userdata;
	const korch_object *now = same_key(at->fresh, object);
	if (now && strcmp(korch_object_uid(now), korch_object_uid(object)) == 0)
		return 0;
	return korch__vec_push(&at->gone, object) < 0 ? KORCH_E_NOMEM : (korch_object_ref(object), 0);
}

static int note_gone_of_kind(void *userdata, const korch_kind *kind, size_t n)
{
	difference *at = userdata;
	const korch_view_query query = {.kind = kind};
	return korch_view_each(at->known, &query, note_if_gone, at);
}

/* The last state, with the revision at which it is known to be gone. */
static int apply_deleted(const difference *at, const korch_object *object)
{
	_cleanup_object_ korch_object *last = korch_object_edit(object);
	if (!last)
		return KORCH_E_NOMEM;
	last->revision = at->resync->revision;
	const korch_change change = {
	    .type = KORCH_CHANGE_DELETED, .object = last, .revision = last->revision};
	return korch__sync_apply(at->resync->engine, &change);
}

static int take_over(void *userdata, const korch_object *object)
{
	const difference *at = userdata;
	const korch_object *known = same_key(at->known, object);
	if (!at->resync->engine || (known && known->revision == object->revision))
		return 0;
	const korch_change change = {
	    .type = KORCH_CHANGE_MODIFIED, .object = object, .revision = object->revision};
	return korch__sync_apply(at->resync->engine, &change);
}

static int take_over_kind(void *userdata, const korch_kind *kind, size_t n)
{
	difference *at = userdata;
	const korch_view_query query = {.kind = kind};
	return korch_view_each(at->fresh, &query, take_over, at);
}

int korch__relist_apply(korch_resync *resync)
{
	const korch_cache *cache = resync->engine->cache;
	difference at = {
	    .resync = resync,
	    .known = korch_cache_view(cache),
	    .fresh = korch_cache_view(resync->fresh),
	};
	int code = korch__cache_each_kind(cache, note_gone_of_kind, &at);
	for (size_t i = 0; i < at.gone.n; i++) {
		if (code == 0 && resync->engine)
			code = apply_deleted(&at, at.gone.items[i]);
		korch_object_unref(at.gone.items[i]);
	}
	korch__vec_fini(&at.gone);
	return code < 0 ? code : korch__cache_each_kind(resync->fresh, take_over_kind, &at);
}
