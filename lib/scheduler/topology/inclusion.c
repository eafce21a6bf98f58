/* Which nodes count for spread constraints. */
#include "base/cleanup.h"
#include "scheduler/topology/counter.h"
#include <string.h>

static int is_it(const sched_inclusion *x, const sched_eligibility *eligibility, uint32_t policies,
                 sched_key *const *keys, size_t n_keys)
{
	if (x->eligibility != eligibility || x->policies != policies || x->keys.n != n_keys)
		return 0;
	return n_keys == 0 || memcmp(x->keys.items, keys, n_keys * sizeof(*keys)) == 0;
}

static int grow(sched_inclusion *x, size_t cap)
{
	if (cap <= x->cap)
		return 0;
	uint8_t *included = korch__realloc_array(x->included, cap, 1);
	if (!included)
		return KORCH_E_NOMEM;
	memset(included + x->cap, 0, cap - x->cap);
	x->included = included;
	x->cap = cap;
	return 0;
}

int korch__inclusion_reserve(korch_scheduler *s, sched_inclusion *x)
{
	return grow(x, s->slots.cap) < 0 || korch__eligibility_reserve(s, x->eligibility) < 0
	           ? KORCH_E_NOMEM
	           : korch__eligibility_refresh(s, x->eligibility);
}

static int is_included(const sched_inclusion *x, uint32_t slot)
{
	unsigned fails = x->eligibility->fails[slot];
	if ((fails & FAILS_ABSENT) || ((x->policies & INCLUDE_AFFINITY) && (fails & FAILS_AFFINITY)) ||
	    ((x->policies & INCLUDE_TAINTS) && (fails & FAILS_TAINT)))
		return 0;
	for (size_t i = 0; i < x->keys.n; i++) {
		if (x->keys.items[i]->of[slot] == NONE)
			return 0;
	}
	return 1;
}

static void free_it(korch_scheduler *s, sched_inclusion *x)
{
	korch__eligibility_unref(s, x->eligibility);
	for (size_t i = 0; i < x->keys.n; i++)
		korch__key_unref(s, x->keys.items[i]);
	korch__vec_fini(&x->keys);
	korch__vec_fini(&x->counters);
	korch__free(x->included);
	korch__free(x);
}

static int fill(korch_scheduler *s, sched_inclusion *x, sched_key *const *keys, size_t n_keys)
{
	for (size_t i = 0; i < n_keys; i++) {
		if (korch__vec_push(&x->keys, keys[i]) < 0)
			return KORCH_E_NOMEM;
		korch__key_ref(keys[i]);
	}
	if (korch__inclusion_reserve(s, x) < 0)
		return KORCH_E_NOMEM;
	for (uint32_t i = 0; i < s->slots.n; i++)
		x->included[i] = (uint8_t)is_included(x, i);
	return korch__vec_push(&s->inclusions, x);
}

sched_inclusion *korch__inclusion_get(korch_scheduler *s, sched_eligibility *eligibility,
                                      uint32_t policies, sched_key *const *keys, size_t n_keys)
{
	for (size_t i = 0; i < s->inclusions.n; i++) {
		if (is_it(s->inclusions.items[i], eligibility, policies, keys, n_keys)) {
			s->inclusions.items[i]->refs++;
			return s->inclusions.items[i];
		}
	}
	sched_inclusion *x = korch__calloc(1, sizeof(*x));
	if (!x)
		return NULL;
	x->refs = 1;
	x->eligibility = korch__eligibility_ref(eligibility);
	x->policies = policies;
	if (fill(s, x, keys, n_keys) < 0) {
		free_it(s, x);
		return NULL;
	}
	return x;
}

void korch__inclusion_unref(korch_scheduler *s, sched_inclusion *x)
{
	if (!x || --x->refs > 0)
		return;
	for (size_t i = 0; i < s->inclusions.n; i++) {
		if (s->inclusions.items[i] == x) {
			korch__vec_swap_remove(&s->inclusions, i);
			break;
		}
	}
	free_it(s, x);
}

int korch__inclusion_node(korch_scheduler *s, sched_inclusion *x, const sched_slot *slot, int sign)
{
	uint32_t i = slot->index;
	if (sign < 0) {
		for (size_t k = 0; korch__included(x, i) && k < x->counters.n; k++)
			korch__counter_domain(x->counters.items[k], i, -1);
		if (i < x->cap)
			x->included[i] = 0;
		return 0;
	}
	if (korch__inclusion_reserve(s, x) < 0)
		return KORCH_E_NOMEM;
	korch__eligibility_look(s, x->eligibility, i);
	x->included[i] = (uint8_t)is_included(x, i);
	for (size_t k = 0; x->included[i] && k < x->counters.n; k++)
		korch__counter_domain(x->counters.items[k], i, 1);
	return 0;
}
