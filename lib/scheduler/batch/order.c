/* What a batch's pods are worth, and which of them are difficult. */
#include "base/cleanup.h"
#include "scheduler/batch/batch.h"
#include <stdlib.h>

/* A pod that asks for all that there is of something weighs so much. */
#define WHOLE ((int64_t)1 << 40)

static int by_priority(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
	return (x < y) - (x > y);
}

static uint32_t level_of(const int32_t *priorities, size_t n, int32_t priority)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (priorities[middle] > priority)
			low = middle + 1;
		else
			high = middle;
	}
	return (uint32_t)low;
}

/* Different priorities become levels, the highest 0. */
static int set_levels(sched_batch *b)
{
	_cleanup_free_ int32_t *priorities = korch__calloc(b->n + 1, sizeof(*priorities));
	size_t n = 0;
	if (!priorities)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < b->n; i++)
		priorities[i] = b->members[i].object->spec->priority;
	qsort(priorities, b->n, sizeof(*priorities), by_priority);
	for (size_t i = 0; i < b->n; i++) {
		if (n == 0 || priorities[n - 1] != priorities[i])
			priorities[n++] = priorities[i];
	}
	for (size_t i = 0; i < b->n; i++)
		b->members[i].level = level_of(priorities, n, b->members[i].object->spec->priority);
	b->n_levels = (uint32_t)n;
	return 0;
}

/* Of a resource, over all nodes; as a double, which is exact enough for comparing. */
static double total(const korch_scheduler *s, int64_t *const *columns, uint32_t resource)
{
	double sum = 0;
	for (uint32_t i = 0; i < s->slots.n; i++)
		sum += s->slots.items[i]->node ? (double)columns[resource][i] : 0;
	return sum;
}

/* Nodes that the pod may go to at all. */
static size_t count_eligible(const korch_scheduler *s, const sched_class *c)
{
	size_t n = 0;
	for (uint32_t i = 0; i < s->slots.n; i++)
		n += !(c->eligibility->fails[i] & c->fails_that_count);
	return n;
}

static int measure(sched_batch *b, sched_member *m, const double *totals)
{
	sched_class *c = NULL;
	if (korch__class_of(&c, b->s, m->object, NULL) < 0 || korch__class_refresh(b->s, c) < 0)
		return KORCH_E_NOMEM;
	double sum = 0, most = 0;
	for (size_t i = 0; i < c->shape->needs.n; i++) {
		const sched_need *need = &c->shape->needs.items[i];
		double part =
		    totals[need->resource] > 0 ? (double)need->amount / totals[need->resource] : 1;
		part = part < 1 ? part : 1;
		sum += part;
		most = part > most ? part : most;
	}
	most += (double)c->shape->device_share / 1000 / (double)(b->s->n_nodes + 1);
	m->weight = (int64_t)(sum * (double)WHOLE);
	m->difficulty = most * (double)b->s->n_nodes / (double)(count_eligible(b->s, c) + 1);
	m->is_hopeless = c->shape->gated;
	return 0;
}

int korch__batch_measure(sched_batch *b)
{
	const korch_scheduler *s = b->s;
	double totals[KORCH_SCHEDULER_RESOURCES_MAX];
	const sched_member *last = NULL;
	if (set_levels(b) < 0)
		return KORCH_E_NOMEM;
	for (uint32_t r = 0; r < s->n_resources; r++)
		totals[r] = total(s, s->alloc, r);
	for (size_t i = 0; i < b->n; i++) {
		sched_member *m = &b->members[i];
		if (!m->pod)
			continue;
		if (last && last->object->spec == m->object->spec) {
			m->weight = last->weight;
			m->difficulty = last->difficulty;
			m->is_hopeless = last->is_hopeless;
		} else if (measure(b, m, totals) < 0) {
			return KORCH_E_NOMEM;
		}
		last = m;
	}
	return 0;
}

void korch__batch_price(sched_batch *b)
{
	const korch_scheduler *s = b->s;
	for (uint32_t r = 0; r < s->n_resources; r++)
		b->prices[r] = 0;
	for (size_t i = 0; i < b->todo.n; i++) {
		const sched_shape *shape = b->members[b->todo.items[i]].pod->shape;
		for (size_t k = 0; k < shape->needs.n; k++)
			b->prices[shape->needs.items[k].resource] += (double)shape->needs.items[k].amount;
	}
	for (uint32_t r = 0; r < s->n_resources; r++) {
		double free_ = total(s, s->alloc, r) - total(s, s->used, r);
		b->prices[r] = free_ > 0 ? b->prices[r] / free_ : 1;
	}
}

typedef struct ranked {
	uint32_t level;
	double difficulty;
	uint32_t member;
} ranked;

static int by_difficulty(const void *a, const void *b)
{
	const ranked *x = a, *y = b;
	if (x->level != y->level)
		return x->level < y->level ? -1 : 1;
	if (x->difficulty != y->difficulty)
		return x->difficulty > y->difficulty ? -1 : 1;
	return (x->member > y->member) - (x->member < y->member);
}

int korch__batch_order(const sched_batch *b, uint32_t *members, size_t n)
{
	_cleanup_free_ ranked *list = korch__calloc(n + 1, sizeof(*list));
	if (!list)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < n; i++)
		list[i] = (ranked){.level = b->members[members[i]].level,
		                   .difficulty = b->members[members[i]].difficulty,
		                   .member = members[i]};
	qsort(list, n, sizeof(*list), by_difficulty);
	for (size_t i = 0; i < n; i++)
		members[i] = list[i].member;
	return 0;
}
