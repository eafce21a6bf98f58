/*
 * Priority classes, by the rules of Kubernetes' Priority admission
 * (plugin/pkg/admission/priority).
 */
#include "control/priority.h"
#include "base/text.h"
#include "object/kinds/hooks.h"
#include <string.h>

#define PREEMPT "PreemptLowerPriority"

typedef struct search {
	const korch_priority_class *found;
} search;

/* Of several defaults the one of the lowest value. */
static int see_class(void *userdata, const korch_object *object)
{
	search *s = userdata;
	const korch_priority_class *class_ = (const korch_priority_class *)object;
	if (class_->global_default && (!s->found || class_->value < s->found->value))
		s->found = class_;
	return 0;
}

static const korch_priority_class *find_default(const korch_view *view)
{
	search s = {0};
	const korch_view_query query = {.kind = &korch_priority_class_kind};
	korch_view_each(view, &query, see_class, &s);
	return s.found;
}

int korch__priority_find(korch__priority *out, const korch_view *view, const char *class_name)
{
	const korch_priority_class *class_ = NULL;
	int is_named = class_name && *class_name;
	*out =
	    (korch__priority){.class_name = is_named ? class_name : NULL, .preemption_policy = PREEMPT};
	if (is_named && korch__priority_class_system(&out->value, class_name))
		return 1;
	if (is_named)
		class_ = (const korch_priority_class *)korch_view_get(view, &korch_priority_class_kind,
		                                                      NULL, class_name);
	else
		class_ = find_default(view);
	if (!class_)
		return !is_named;
	out->class_name = korch_object_name(&class_->object);
	out->value = class_->value;
	if (class_->preemption_policy)
		out->preemption_policy = class_->preemption_policy;
	return 1;
}

static const char *name_of(const korch_pod *pod)
{
	const korch_object_meta *meta = pod->object.metadata;
	const char *name = korch_object_name(&pod->object);
	return *name || !meta ? name : korch__text_or_empty(meta->generate_name);
}

/* What a pod says itself must be what its class says. */
static int check(const korch_pod *pod, const korch__priority *priority, korch_error **err)
{
	const korch_pod_spec *spec = pod->spec;
	if (!priority)
		return korch_error_set(err, KORCH_E_FORBIDDEN,
		                       "pods \"%s\" is forbidden: no PriorityClass with name %s was found",
		                       name_of(pod), korch__text_or_empty(spec->priority_class_name));
	if (KORCH_IS_SET(spec, korch_pod_spec, priority) && spec->priority != priority->value)
		return korch_error_set(
		    err, KORCH_E_FORBIDDEN,
		    "pods \"%s\" is forbidden: the integer value of priority (%d) must not be provided in "
		    "pod spec; priority admission controller computed %d from the given PriorityClass name",
		    name_of(pod), spec->priority, priority->value);
	if (spec->preemption_policy &&
	    strcmp(spec->preemption_policy, priority->preemption_policy) != 0)
		return korch_error_set(
		    err, KORCH_E_FORBIDDEN,
		    "pods \"%s\" is forbidden: the string value of PreemptionPolicy (%s) must not be "
		    "provided in pod spec; priority admission controller computed %s from the given "
		    "PriorityClass name",
		    name_of(pod), spec->preemption_policy, priority->preemption_policy);
	return 0;
}

int korch__pod_admit_priority(korch_pod *pod, const korch__priority *priority, korch_error **err)
{
	if (!pod->spec)
		return 0;
	int code = check(pod, priority, err);
	if (code < 0)
		return code;
	korch_pod_spec *spec = korch_struct_edit(&pod->spec, &korch_pod_spec_type);
	if (!spec || korch_string_set(&spec->priority_class_name, priority->class_name) < 0 ||
	    korch_string_set(&spec->preemption_policy, priority->preemption_policy) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	KORCH_SET(spec, korch_pod_spec, priority, priority->value);
	return 0;
}

int korch__priority_class_admit(const korch_priority_class *class_, const korch_view *view,
                                korch_error **err)
{
	const korch_priority_class *other = class_->global_default ? find_default(view) : NULL;
	const char *name = korch_object_name(&class_->object);
	if (!other || strcmp(korch_object_name(&other->object), name) == 0)
		return 0;
	return korch_error_set(err, KORCH_E_FORBIDDEN,
	                       "priorityclasses.scheduling.k8s.io \"%s\" is forbidden: PriorityClass "
	                       "%s is already marked as default. Only one default can exist",
	                       name, korch_object_name(&other->object));
}
