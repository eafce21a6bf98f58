/* A pod of a StatefulSet: its name, labels, host name and volumes. Kubernetes' rules
 * (pkg/controller/statefulset/stateful_set_utils.go). */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/statefulset/hand.h"
#include "object/object.h"
#include <stdio.h>
#include <string.h>

int32_t korch__stateful_set_ordinal(const char *set, const char *pod)
{
	size_t length = strlen(set);
	int64_t number = 0;
	if (strncmp(set, pod, length) != 0 || pod[length] != '-')
		return -1;
	const char *digits = pod + length + 1;
	if (digits[0] < '0' || digits[0] > '9' || (digits[0] == '0' && digits[1]))
		return -1;
	return korch__text_to_i64(&number, digits) == 0 && number <= INT32_MAX ? (int32_t)number : -1;
}

int korch__stateful_pod_label(korch_object_meta *meta, const char *name, int32_t ordinal)
{
	char index[16];
	snprintf(index, sizeof(index), "%d", ordinal);
	if (korch_map_set(&meta->labels, KORCH__LABEL_POD_NAME, name) < 0)
		return KORCH_E_NOMEM;
	return korch_map_set(&meta->labels, KORCH__LABEL_POD_INDEX, index);
}

int korch__stateful_pod_new(korch_pod **out, const korch__stateful *s, int32_t ordinal,
                            const korch_pod_template_spec *template_, const char *revision)
{
	const korch_object *owner = &s->set->object;
	korch_pod *pod = NULL;
	if (korch__pod_of_template(&pod, owner, template_) < 0)
		return KORCH_E_NOMEM;
	_cleanup_object_ korch_object *object = &pod->object;
	_cleanup_free_ char *name = korch__sprintf("%s-%d", korch_object_name(owner), ordinal);
	korch_object_meta *meta = korch_object_edit_meta(object);
	korch_pod_spec *spec = korch_struct_edit(&pod->spec, &korch_pod_spec_type);
	if (!name || !meta || !spec || korch_string_set(&meta->name, name) < 0 ||
	    korch__stateful_pod_label(meta, name, ordinal) < 0 ||
	    korch_map_set(&meta->labels, KORCH__LABEL_REVISION_HASH, revision) < 0 ||
	    korch_string_set(&spec->hostname, name) < 0 ||
	    korch__stateful_volumes(spec, s->set, ordinal) < 0)
		return KORCH_E_NOMEM;
	if (s->set->spec->service_name && s->set->spec->service_name[0] &&
	    korch_string_set(&spec->subdomain, s->set->spec->service_name) < 0)
		return KORCH_E_NOMEM;
	*out = (korch_pod *)KORCH_STEAL(object);
	return 0;
}
