/* Taints and tolerations. */
#include "internal.h"
#include <string.h>

static int tolerates(const korch_toleration *toleration, const korch_taint *taint)
{
	const char *how = toleration->operator_ ? toleration->operator_ : "";
	if (!reference_same(toleration->effect, "") &&
	    !reference_same(toleration->effect, taint->effect))
		return 0;
	if (!reference_same(toleration->key, "") && !reference_same(toleration->key, taint->key))
		return 0;
	if (strcmp(how, "Exists") == 0)
		return 1;
	return (strcmp(how, "") == 0 || strcmp(how, "Equal") == 0) &&
	       reference_same(toleration->value, taint->value);
}

int reference_tolerates(const korch_pod *pod, const korch_taint *taint)
{
	for (size_t i = 0; i < pod->spec->n_tolerations; i++)
		if (tolerates(&pod->spec->tolerations[i], taint))
			return 1;
	return 0;
}

const korch_taint *reference_untolerated(const korch_pod *pod, const korch_node *node)
{
	for (size_t i = 0; node->spec && i < node->spec->n_taints; i++) {
		const korch_taint *taint = &node->spec->taints[i];
		int keeps_away = reference_same(taint->effect, "NoSchedule") ||
		                 reference_same(taint->effect, "NoExecute");
		if (keeps_away && !reference_tolerates(pod, taint))
			return taint;
	}
	return NULL;
}

int64_t reference_taint_score(const korch_pod *pod, const korch_node *node)
{
	int64_t n = 0;
	for (size_t i = 0; node->spec && i < node->spec->n_taints; i++) {
		const korch_taint *taint = &node->spec->taints[i];
		if (reference_same(taint->effect, "PreferNoSchedule") && !reference_tolerates(pod, taint))
			n++;
	}
	return n;
}
