/* What Kubernetes' admission adds to a new pod: default tolerations, the first status. Defaults of
 * fields are the tables' work. */
#include "control/admit.h"
#include "base/text.h"
#include <string.h>

/* Whether the pod says itself how long it bears a NoExecute taint of that key. */
static int says(const korch_pod_spec *spec, const char *key)
{
	for (size_t i = 0; i < spec->n_tolerations; i++) {
		const korch_toleration *toleration = &spec->tolerations[i];
		int this_key = !toleration->key || !toleration->key[0] || strcmp(toleration->key, key) == 0;
		int this_effect = !toleration->effect || !toleration->effect[0] ||
		                  strcmp(toleration->effect, "NoExecute") == 0;
		if (this_key && this_effect)
			return 1;
	}
	return 0;
}

static int add_toleration(korch_pod_spec *spec, const char *key)
{
	size_t n = spec->n_tolerations;
	korch_toleration *items =
	    korch_list_edit(&spec->tolerations, &spec->n_tolerations, &korch_toleration_type, n + 1);
	if (!items)
		return KORCH_E_NOMEM;
	KORCH_SET(&items[n], korch_toleration, toleration_seconds, KORCH__DEFAULT_TOLERATION_SECONDS);
	if (korch_string_set(&items[n].key, key) < 0 ||
	    korch_string_set(&items[n].operator_, "Exists") < 0 ||
	    korch_string_set(&items[n].effect, "NoExecute") < 0)
		return KORCH_E_NOMEM;
	return 0;
}

static int admit_tolerations(korch_pod *pod)
{
	static const char *const keys[] = {"node.kubernetes.io/not-ready",
	                                   "node.kubernetes.io/unreachable"};
	int missing[2] = {!says(pod->spec, keys[0]), !says(pod->spec, keys[1])};
	if (!missing[0] && !missing[1])
		return 0;
	korch_pod_spec *spec = korch_struct_edit(&pod->spec, &korch_pod_spec_type);
	for (size_t i = 0; spec && i < 2; i++) {
		if (missing[i] && add_toleration(spec, keys[i]) < 0)
			return KORCH_E_NOMEM;
	}
	return spec ? 0 : KORCH_E_NOMEM;
}

int korch__pod_admit_defaults(korch_pod *pod)
{
	if (pod->spec && admit_tolerations(pod) < 0)
		return KORCH_E_NOMEM;
	if (pod->status && pod->status->phase)
		return 0;
	korch_pod_status *status = korch_struct_edit(&pod->status, &korch_pod_status_type);
	return status ? korch_string_set(&status->phase, "Pending") : KORCH_E_NOMEM;
}
