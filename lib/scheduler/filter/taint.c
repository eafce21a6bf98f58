/* Taints and tolerations: Kubernetes' rule of which toleration covers which taint. */
#include "scheduler/filter/taint.h"
#include "base/text.h"
#include <string.h>

int korch__toleration_tolerates(const korch_toleration *toleration, const korch_taint *taint)
{
	const char *key = korch__text_or_empty(toleration->key),
	           *effect = korch__text_or_empty(toleration->effect);
	const char *how = korch__text_or_empty(toleration->operator_);
	if (effect[0] && !korch__text_equal(effect, taint->effect))
		return 0;
	if (key[0] && !korch__text_equal(key, taint->key))
		return 0;
	if (strcmp(how, "Exists") == 0)
		return 1;
	return (!how[0] || strcmp(how, "Equal") == 0) &&
	       korch__text_equal(toleration->value, taint->value);
}

const korch_toleration *korch__taint_toleration(const korch_taint *taint,
                                                const korch_toleration *tolerations, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (korch__toleration_tolerates(&tolerations[i], taint))
			return &tolerations[i];
	}
	return NULL;
}

const korch_taint *korch__untolerated_taint(const korch_pod_spec *spec, const korch_node *node)
{
	for (size_t i = 0; node->spec && i < node->spec->n_taints; i++) {
		const korch_taint *taint = &node->spec->taints[i];
		int repels = korch__text_equal(taint->effect, "NoSchedule") ||
		             korch__text_equal(taint->effect, "NoExecute");
		if (repels && !korch__taint_toleration(taint, spec->tolerations, spec->n_tolerations))
			return taint;
	}
	return NULL;
}

int32_t korch__taints_disliked(const korch_pod_spec *spec, const korch_node *node)
{
	int32_t n = 0;
	for (size_t i = 0; node->spec && i < node->spec->n_taints; i++) {
		const korch_taint *taint = &node->spec->taints[i];
		n += korch__text_equal(taint->effect, "PreferNoSchedule") &&
		     !korch__taint_toleration(taint, spec->tolerations, spec->n_tolerations);
	}
	return n;
}

int korch__node_is_cordoned(const korch_pod_spec *spec, const korch_node *node)
{
	static const korch_taint cordon = {.key = "node.kubernetes.io/unschedulable",
	                                   .effect = "NoSchedule"};
	return node->spec && node->spec->unschedulable &&
	       !korch__taint_toleration(&cordon, spec->tolerations, spec->n_tolerations);
}
