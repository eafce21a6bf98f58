/* Back to an earlier revision of a Deployment, as `kubectl rollout undo` does it. One call, no
 * decider. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/deployment/hand.h"
#include "control/gather.h"

typedef struct search {
	int64_t wanted; /* 0: the second newest */
	const korch_replica_set *newest;
	const korch_replica_set *found;
} search;

static int look_at(void *userdata, const korch_object *object)
{
	search *s = userdata;
	const korch_replica_set *set = (const korch_replica_set *)object;
	int64_t revision = korch__revision_of(object);
	if (!set->spec || !set->spec->template_ || korch__is_deleting(object))
		return 0;
	if (s->wanted != 0) {
		s->found = revision == s->wanted ? set : s->found;
		return 0;
	}
	if (!s->newest || revision > korch__revision_of(&s->newest->object)) {
		s->found = s->newest;
		s->newest = set;
	} else if (!s->found || revision > korch__revision_of(&s->found->object)) {
		s->found = set;
	}
	return 0;
}

/* The deployment's own bookkeeping stays, everything else is the revision's. */
static int restore_annotations(korch_object_meta *meta, const korch_map *from)
{
	korch_map *old = korch_block_ref(meta->annotations);
	int code = 0;
	for (size_t i = 0; old && i < old->n && code == 0; i++) {
		if (!korch__annotation_is_deployments_own(old->items[i].key))
			code = korch_map_set(&meta->annotations, old->items[i].key, NULL);
	}
	korch_block_unref(old);
	for (size_t i = 0; from && i < from->n && code == 0; i++) {
		if (!korch__annotation_is_deployments_own(from->items[i].key))
			code = korch_map_set(&meta->annotations, from->items[i].key,
			                     korch__text_or_empty(from->items[i].value));
	}
	return code;
}

static int restore(korch_deployment *deployment, const korch_replica_set *set)
{
	korch_deployment_spec *spec = korch_struct_edit(&deployment->spec, &korch_deployment_spec_type);
	korch_object_meta *meta = korch_object_edit_meta(&deployment->object);
	if (!spec || !meta)
		return KORCH_E_NOMEM;
	korch_block_share(&spec->template_, set->spec->template_);
	korch_pod_template_spec *template_ =
	    korch_struct_edit(&spec->template_, &korch_pod_template_spec_type);
	korch_object_meta *labels =
	    template_ ? korch_struct_edit(&template_->metadata, &korch_object_meta_type) : NULL;
	if (!labels || korch_map_set(&labels->labels, KORCH__LABEL_TEMPLATE_HASH, NULL) < 0)
		return KORCH_E_NOMEM;
	return restore_annotations(meta, set->object.metadata->annotations);
}

int korch__deployment_rollback(const korch_view *view, const korch_deployment *deployment,
                               int64_t revision, korch_plan *plan, korch_error **err)
{
	const korch_object *object = &deployment->object;
	const char *name = korch_object_name(object);
	search s = {.wanted = revision};
	if (revision < 0 || !deployment->spec || !deployment->spec->template_)
		return korch_error_set(err, KORCH_E_INVALID, "revision %lld is not a revision",
		                       (long long)revision);
	if (deployment->spec->paused)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "deployment \"%s\" is paused; resume it before rolling back", name);
	korch_view_query query = {.kind = &korch_replica_set_kind,
	                          .namespace_ = korch_object_namespace(object),
	                          .owner_uid = korch_object_uid(object)};
	korch_view_each(view, &query, look_at, &s);
	if (!s.found && revision == 0)
		return korch_error_set(err, KORCH_E_NOT_FOUND,
		                       "no rollout history found for deployment \"%s\"", name);
	if (!s.found)
		return korch_error_set(err, KORCH_E_NOT_FOUND,
		                       "unable to find specified revision %lld in history",
		                       (long long)revision);
	if (korch__template_equal(s.found->spec->template_, deployment->spec->template_))
		return 0;
	korch_deployment *edited = (korch_deployment *)korch_object_edit(object);
	if (!edited || restore(edited, s.found) < 0) {
		korch_object_unref((korch_object *)edited);
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	return korch_plan_update(plan, object, &edited->object);
}
