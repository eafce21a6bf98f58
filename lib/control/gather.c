/* Reading sets of objects out of a view, and turning changes into keys. */
#include "control/gather.h"
#include "base/text.h"
#include <korch/api/apps_stateful.h>
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

int korch__gather_revisions(korch__objects *out, const korch_view *view, const korch_object *owner,
                            const korch_label_selector *selector)
{
	korch_selector *compiled = NULL;
	korch_view_query query = {.kind = &korch_controller_revision_kind,
	                          .namespace_ = korch_object_namespace(owner),
	                          .owner_uid = korch_object_uid(owner)};
	if (korch__gather(out, view, &query) < 0)
		return KORCH_E_NOMEM;
	if (!selector || korch__is_deleting(owner) || korch_selector_new(&compiled, selector, NULL) < 0)
		return 0;
	query.owner_uid = "";
	query.selector = compiled;
	int code = korch__gather(out, view, &query);
	korch_selector_free(compiled);
	return code < 0 ? KORCH_E_NOMEM : 0;
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

/* Workloads that name a class. */
typedef struct naming {
	const char *class_name;
	const korch_pod_template_spec *(*template_of)(const korch_object *);
	korch_enqueue *enqueue;
} naming;

static int enqueue_if_naming(void *userdata, const korch_object *object)
{
	const naming *to = userdata;
	const korch_pod_template_spec *template_ = to->template_of(object);
	const korch_pod_spec *pod = template_ ? template_->spec : NULL;
	if (pod && korch__text_equal(pod->priority_class_name, to->class_name))
		korch_enqueue_key(to->enqueue, korch_object_namespace(object), korch_object_name(object));
	return 0;
}

void korch__enqueue_for_class(const korch_view *view, const korch_kind *kind,
                              const korch_pod_template_spec *(*template_of)(const korch_object *),
                              const korch_object *class_, korch_enqueue *enqueue)
{
	naming to = {korch_object_name(class_), template_of, enqueue};
	const korch_view_query query = {.kind = kind};
	korch_view_each(view, &query, enqueue_if_naming, &to);
}
