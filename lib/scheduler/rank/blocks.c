/* Bounds by block, made again for the blocks that were touched. */
#include "scheduler/rank/blocks.h"
#include "base/cleanup.h"
#include <math.h>
#include <string.h>

static double **column_of(sched_blocks *blocks, size_t i)
{
	sched_bounds *of = i < BOUNDS ? &blocks->cpu : &blocks->memory;
	double **const all[BOUNDS] = {&of->most_left,    &of->least_used,    &of->most_used,
	                              &of->most_counted, &of->least_inverse, &of->most_inverse,
	                              &of->most_free};
	return all[i % BOUNDS];
}

void korch__blocks_free(korch_scheduler *s)
{
	sched_blocks *blocks = KORCH_STEAL(s->blocks);
	if (!blocks)
		return;
	for (size_t i = 0; i < 2 * BOUNDS; i++)
		korch__free(*column_of(blocks, i));
	korch__free(blocks->least_tie);
	korch__free(blocks->most);
	korch__free(blocks->dirty);
	korch__free(blocks);
}

static int grow(void *slot, size_t cap, size_t size)
{
	void *memory = NULL;
	memcpy(&memory, slot, sizeof(memory));
	memory = korch__realloc_array(memory, cap, size);
	if (!memory)
		return KORCH_E_NOMEM;
	memcpy(slot, &memory, sizeof(memory));
	return 0;
}

static int reserve(sched_blocks *blocks, size_t n)
{
	if (n <= blocks->cap)
		return 0;
	size_t cap = (n + n / 2 + COLUMN_STEP) / COLUMN_STEP * COLUMN_STEP;
	for (size_t i = 0; i < 2 * BOUNDS; i++) {
		if (grow(column_of(blocks, i), cap, sizeof(double)) < 0)
			return KORCH_E_NOMEM;
	}
	if (grow(&blocks->least_tie, cap, sizeof(*blocks->least_tie)) < 0 ||
	    grow(&blocks->most, cap, sizeof(*blocks->most)) < 0 ||
	    grow(&blocks->dirty, cap, sizeof(*blocks->dirty)) < 0)
		return KORCH_E_NOMEM;
	blocks->cap = cap;
	return 0;
}

static void start(const sched_bounds *of, size_t b)
{
	of->most_left[b] = of->most_used[b] = of->most_counted[b] = of->most_free[b] = -INFINITY;
	of->most_inverse[b] = -INFINITY;
	of->least_used[b] = of->least_inverse[b] = INFINITY;
}

static void widen(const sched_bounds *of, size_t b, double inverse, const double amounts[3])
{
	double alloc = amounts[0], used = amounts[1] * inverse, counted = amounts[2] * inverse;
	of->most_left[b] = fmax(of->most_left[b], 1 - counted);
	of->least_used[b] = fmin(of->least_used[b], used);
	of->most_used[b] = fmax(of->most_used[b], used);
	of->most_counted[b] = fmax(of->most_counted[b], counted);
	of->least_inverse[b] = fmin(of->least_inverse[b], inverse);
	of->most_inverse[b] = fmax(of->most_inverse[b], inverse);
	of->most_free[b] = fmax(of->most_free[b], alloc - amounts[1]);
}

static void look_at(const korch_scheduler *s, sched_blocks *blocks, size_t b)
{
	size_t end = (b + 1) * BLOCK_SLOTS < s->slots.n ? (b + 1) * BLOCK_SLOTS : s->slots.n;
	start(&blocks->cpu, b);
	start(&blocks->memory, b);
	blocks->least_tie[b] = UINT64_MAX;
	blocks->dirty[b] = 0;
	for (size_t i = b * BLOCK_SLOTS; i < end; i++) {
		if (!s->slots.items[i]->node)
			continue;
		const double cpu[3] = {(double)s->alloc[RES_CPU][i], (double)s->used[RES_CPU][i],
		                       (double)s->score_cpu[i]};
		const double memory[3] = {(double)s->alloc[RES_MEMORY][i], (double)s->used[RES_MEMORY][i],
		                          (double)s->score_memory[i]};
		widen(&blocks->cpu, b, s->inverse_cpu[i], cpu);
		widen(&blocks->memory, b, s->inverse_memory[i], memory);
		blocks->least_tie[b] = s->tie[i] < blocks->least_tie[b] ? s->tie[i] : blocks->least_tie[b];
	}
}

static int refresh(korch_scheduler *s, sched_blocks *blocks)
{
	size_t n = (s->slots.n + BLOCK_SLOTS - 1) / BLOCK_SLOTS;
	if (reserve(blocks, n) < 0)
		return KORCH_E_NOMEM;
	int anew = n != blocks->n || s->generation != blocks->generation ||
	           korch__log_lost(&s->touched, blocks->seen);
	blocks->n = n;
	blocks->generation = s->generation;
	if (anew) {
		for (size_t b = 0; b < n; b++)
			look_at(s, blocks, b);
		blocks->seen = s->touched.end;
		return 0;
	}
	uint64_t seen = blocks->seen;
	for (uint64_t at = seen; at < s->touched.end; at++)
		blocks->dirty[s->touched.items[at & (s->touched.cap - 1)] / BLOCK_SLOTS] = 1;
	for (; blocks->seen < s->touched.end; blocks->seen++) {
		size_t b = s->touched.items[blocks->seen & (s->touched.cap - 1)] / BLOCK_SLOTS;
		if (blocks->dirty[b])
			look_at(s, blocks, b);
	}
	return 0;
}

/* Bounds that told little the last time are asked again after so many sweeps. */
#define REST 15

int korch__blocks_get(sched_blocks **out, korch_scheduler *s)
{
	if (!s->blocks && !(s->blocks = korch__calloc(1, sizeof(*s->blocks))))
		return KORCH_E_NOMEM;
	sched_blocks *blocks = s->blocks;
	if (blocks->resting > 0) {
		blocks->resting--;
		return 0;
	}
	if (blocks->looked * 2 > blocks->n) {
		blocks->resting = REST;
		blocks->looked = 0;
		return 0;
	}
	if (refresh(s, blocks) < 0)
		return KORCH_E_NOMEM;
	*out = blocks;
	return 0;
}
