/* A new pod of a template, and whether admission lets it in. */
#include "control/newpod.h"
#include "base/cleanup.h"
#include "control/admit.h"
#include "control/pods.h"
#include "object/object.h"
#include <korch/api/core_namespace.h>

void korch__admission_find(korch__admission *out, const korch_view *view, const char *namespace_,
                           const korch_pod_template_spec *template_)
{
	const korch_pod_spec *pod = template_ ? template_->spec : NULL;
	const korch_object *object = korch_view_get(view, &korch_namespace_kind, NULL, namespace_);
	*out = (korch__admission){.namespace_closed = object && korch__is_deleting(object)};
	out->has_priority =
	    korch__priority_find(&out->priority, view, pod ? pod->priority_class_name : NULL);
}

static void share_meta(korch_object_meta *meta, const korch_object_meta *template_)
{
	if (!template_)
		return;
	korch_block_share(&meta->labels, template_->labels);
	korch_block_share(&meta->annotations, template_->annotations);
	korch_block_share(&meta->finalizers, template_->finalizers);
	meta->n_finalizers = template_->n_finalizers;
}

int korch__pod_of_template(korch_pod **out, const korch_object *owner,
                           const korch_pod_template_spec *template_)
{
	_cleanup_object_ korch_object *object = NULL;
	if (korch_object_new(&object, &korch_pod_kind) < 0)
		return KORCH_E_NOMEM;
	korch_pod *pod = (korch_pod *)object;
	korch_object_meta *meta = korch_object_edit_meta(object);
	korch_block_share(&pod->spec, template_->spec);
	if (!meta || korch_string_set(&meta->namespace_, korch_object_namespace(owner)) < 0)
		return KORCH_E_NOMEM;
	share_meta(meta, template_->metadata);
	if (korch_object_set_controller(object, owner) < 0 || korch__pod_admit_defaults(pod) < 0)
		return KORCH_E_NOMEM;
	*out = (korch_pod *)KORCH_STEAL(object);
	return 0;
}

int korch__pod_admit(korch_pod *pod, const korch__admission *admission, korch_error **err)
{
	const korch_object_meta *meta = pod->object.metadata;
	int is_named = meta->name && meta->name[0];
	if (admission->namespace_closed)
		return korch_error_set(err, KORCH_E_FORBIDDEN,
		                       "pods \"%s\" is forbidden: unable to create new content in "
		                       "namespace %s because it is being terminated",
		                       is_named ? meta->name : meta->generate_name, meta->namespace_);
	return korch__pod_admit_priority(pod, admission->has_priority ? &admission->priority : NULL,
	                                 err);
}
