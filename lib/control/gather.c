/* Reading sets of objects out of a view, and turning changes into keys. */
#include "control/gather.h"
#include "base/text.h"
#include <korch/selector.h>

static int add_pod(void *userdata, const korch_object *object)
{
	korch__pods *pods = userdata;
	return korch__vec_push(pods, korch__pod_of(object));
}

int korch__gather_pods(korch__pods *out, const korch_view *view, const char *namespace_,
                       const char *owner_uid)
{
	korch_view_query query = {
	    .kind = &korch_pod_kind, .namespace_ = namespace_, .owner_uid = owner_uid};
	return korch_view_each(view, &query, add_pod, out);
}

static int add_object(void *userdata, const korch_object *object)
{
	korch__objects *objects = userdata;
	return korch__vec_push(objects, object);
}

int korch__gather(korch__objects *out, const korch_view *view, const korch_view_query *query)
{
	return korch_view_each(view, query, add_object, out);
}

void korch__enqueue_controller(const korch_object *object, const korch_kind *kind,
                               korch_enqueue *enqueue)
{
	const korch_owner_reference *owner = object ? korch_object_controller(object) : NULL;
	if (owner && korch__text_equal(owner->kind, kind->name) &&
	    korch__text_equal(owner->api_version, kind->api_version))
		korch_enqueue_key(enqueue, korch_object_namespace(object), owner->name);
}

void korch__orphan_match_add(korch__orphan_match *match, const korch_object *owner,
                             const korch_label_selector *selector)
{
	korch_selector *compiled = NULL;
	if (!selector || korch_selector_new(&compiled, selector, NULL) < 0)
		return;
	if (korch_selector_matches(compiled, korch__labels(match->object)))
		korch_enqueue_key(match->enqueue, korch_object_namespace(owner), korch_object_name(owner));
	korch_selector_free(compiled);
}
