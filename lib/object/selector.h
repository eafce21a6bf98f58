/* The inside of label selectors, shared by selector.c (making and matching) and selector_parse.c
 * (their text form). */
#ifndef KORCH_OBJECT_SELECTOR_H
#define KORCH_OBJECT_SELECTOR_H

#include "base/vec.h"
#include <korch/selector.h>

typedef enum korch__operator {
	KORCH__OPERATOR_EQUALS,     /* = */
	KORCH__OPERATOR_SAME,       /* == */
	KORCH__OPERATOR_NOT_EQUALS, /* != */
	KORCH__OPERATOR_IN,
	KORCH__OPERATOR_NOT_IN,
	KORCH__OPERATOR_EXISTS,
	KORCH__OPERATOR_NOT_EXISTS,
	KORCH__OPERATOR_GREATER,
	KORCH__OPERATOR_LESS,
} korch__operator;

typedef struct korch__requirement {
	const char *key; /* block strings */
	korch__operator operator_;
	const char **values; /* sorted, without repetition */
	size_t n;
	int64_t number; /* of GREATER and LESS */
} korch__requirement;

struct korch_selector {
	KORCH_VEC(korch__requirement) list;
	int selects_nothing;
};

/* Adds a requirement; texts are copied. 0, KORCH_E_INVALID with Kubernetes' sentence and path,
 * KORCH_E_NOMEM. */
int korch__selector_add(korch_selector *selector, const char *key, korch__operator operator_,
                        const char *const *values, size_t n, korch_error **err);

static inline void korch__selector_free_p(korch_selector **slot)
{
	korch_selector_free(*slot);
}

#endif
