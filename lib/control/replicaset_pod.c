/*
 * A new pod of a ReplicaSet. Its template, labels, annotations and owner are the same blocks for
 * all pods of the set, so that a further pod costs little more than its own name.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/admit.h"
#include "control/pods.h"
#include "control/replicaset.h"
#include "object/object.h"

static int same_owners(const korch_object_meta *a, const korch_object_meta *b)
{
	if (a->n_owner_references != b->n_owner_references)
		return 0;
	for (size_t i = 0; i < a->n_owner_references; i++) {
		if (!korch_struct_equal(&a->owner_references[i], &b->owner_references[i],
		                        &korch_owner_reference_type))
			return 0;
	}
	return 1;
}

static int fill_meta(korch_object_meta *meta, const korch_replica_set *set)
{
	const korch_object *owner = &set->object;
	const korch_object_meta *template_ = set->spec->template_->metadata;
	_cleanup_free_ char *generate_name = korch__sprintf("%s-", korch_object_name(owner));
	if (!generate_name || korch_string_set(&meta->generate_name, generate_name) < 0 ||
	    korch_string_set(&meta->namespace_, korch_object_namespace(owner)) < 0)
		return KORCH_E_NOMEM;
	if (!template_)
		return 0;
	korch_block_share(&meta->labels, template_->labels);
	korch_block_share(&meta->annotations, template_->annotations);
	korch_block_share(&meta->finalizers, template_->finalizers);
	meta->n_finalizers = template_->n_finalizers;
	return 0;
}

/* Takes over the blocks of a sibling where they are equal. */
static void share_with(korch_pod *pod, const korch_pod *sibling)
{
	korch_object_meta *meta = pod->object.metadata;
	const korch_object_meta *theirs = sibling->object.metadata;
	if (same_owners(meta, theirs))
		korch_block_share(&meta->owner_references, theirs->owner_references);
	if (korch__text_equal(meta->generate_name, theirs->generate_name))
		korch_string_share(&meta->generate_name, theirs->generate_name);
	korch_string_share(&meta->namespace_, theirs->namespace_);
	if (sibling->spec && korch_struct_equal(pod->spec, sibling->spec, &korch_pod_spec_type))
		korch_block_share(&pod->spec, sibling->spec);
}

/* One whose equal parts can be shared, or NULL. */
static const korch_pod *find_sibling(const korch_replica_set *set, const korch_pod *const *siblings,
                                     size_t n)
{
	const korch_pod *sibling = NULL;
	for (size_t i = 0; i < n && !sibling; i++) {
		if (korch__is_controlled_by(&siblings[i]->object, korch_object_uid(&set->object)))
			sibling = siblings[i];
	}
	/* One that is not bound yet has the spec as we made it. */
	for (size_t i = n; i-- > 0 && n - i < 64;) {
		if (!korch__pod_node(siblings[i])[0] &&
		    korch__is_controlled_by(&siblings[i]->object, korch_object_uid(&set->object))) {
			sibling = siblings[i];
			break;
		}
	}
	return sibling;
}

int korch__replica_set_pod(korch_pod **out, const korch__replica_set_input *input,
                           const korch_pod *const *siblings, size_t n, korch_error **err)
{
	const korch_replica_set *set = input->set;
	_cleanup_object_ korch_object *object = NULL;
	if (korch_object_new(&object, &korch_pod_kind) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch_pod *pod = (korch_pod *)object;
	korch_object_meta *meta = korch_object_edit_meta(object);
	korch_block_share(&pod->spec, set->spec->template_->spec);
	if (!meta || fill_meta(meta, set) < 0 ||
	    korch_object_set_controller(object, &set->object) < 0 || korch__pod_admit_defaults(pod) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	int code = korch__pod_admit_priority(pod, input->priority, err);
	if (code < 0)
		return code;
	const korch_pod *sibling = find_sibling(set, siblings, n);
	if (sibling)
		share_with(pod, sibling);
	*out = (korch_pod *)KORCH_STEAL(object);
	return 0;
}
