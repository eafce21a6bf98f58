/* Taints and tolerations: Kubernetes' rule of which toleration covers which taint. */
#include "scheduler/taint.h"
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
