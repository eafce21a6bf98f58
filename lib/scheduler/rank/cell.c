/* Cells of a ranking: found by their key, each a binary heap. */
#include "base/cleanup.h"
#include "scheduler/rank/ranking.h"
#include <string.h>

static void set_place(sched_ranking *r, sched_cell *cell, uint32_t at, sched_ranked entry)
{
	cell->heap[at] = entry;
	r->place[entry.slot] = at;
}

static void sift_up(sched_ranking *r, sched_cell *cell, uint32_t at)
{
	sched_ranked entry = cell->heap[at];
	while (at > 0 && korch__is_better(&entry, &cell->heap[(at - 1) / 2])) {
		set_place(r, cell, at, cell->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	set_place(r, cell, at, entry);
}

static void sift_down(sched_ranking *r, sched_cell *cell, uint32_t at)
{
	sched_ranked entry = cell->heap[at];
	for (uint32_t child; (child = 2 * at + 1) < cell->n; at = child) {
		if (child + 1 < cell->n && korch__is_better(&cell->heap[child + 1], &cell->heap[child]))
			child++;
		if (!korch__is_better(&cell->heap[child], &entry))
			break;
		set_place(r, cell, at, cell->heap[child]);
	}
	set_place(r, cell, at, entry);
}

static uint64_t hash_key(const sched_ranking *r, const int32_t *key)
{
	return r->n_dims == 0 ? 0 : korch__hash_bytes(key, r->n_dims * sizeof(*key), 0);
}

static size_t home(const sched_ranking *r, uint64_t hash)
{
	return (size_t)((hash * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (r->index_cap - 1);
}

/* The place in the index where the key's cell stands, or would. */
static size_t probe(const sched_ranking *r, const int32_t *key, uint64_t hash)
{
	size_t i = home(r, hash);
	for (; r->index[i] != NONE; i = (i + 1) & (r->index_cap - 1)) {
		const sched_cell *cell = &r->cells.items[r->index[i]];
		if (cell->hash == hash && memcmp(cell->key, key, r->n_dims * sizeof(*key)) == 0)
			return i;
	}
	return i;
}

static void put_index(sched_ranking *r, uint32_t number)
{
	size_t i = home(r, r->cells.items[number].hash);
	while (r->index[i] != NONE)
		i = (i + 1) & (r->index_cap - 1);
	r->index[i] = number;
}

static int grow_index(sched_ranking *r)
{
	if (2 * (r->n_indexed + 1) < r->index_cap)
		return 0;
	size_t cap = r->index_cap ? 2 * r->index_cap : 8;
	uint32_t *index = korch__realloc_array(NULL, cap, sizeof(*index));
	if (!index)
		return KORCH_E_NOMEM;
	memset(index, 0xff, cap * sizeof(*index));
	korch__free(r->index);
	r->index = index;
	r->index_cap = cap;
	for (uint32_t i = 0; i < r->cells.n; i++) {
		if (r->cells.items[i].live_at != NONE)
			put_index(r, i);
	}
	return 0;
}

/* Takes a cell's number out of the index, and moves what stood behind it up. */
static void drop_index(sched_ranking *r, uint32_t number)
{
	size_t i = home(r, r->cells.items[number].hash);
	while (r->index[i] != number)
		i = (i + 1) & (r->index_cap - 1);
	r->index[i] = NONE;
	for (size_t k = (i + 1) & (r->index_cap - 1); r->index[k] != NONE;
	     k = (k + 1) & (r->index_cap - 1)) {
		uint32_t moved = r->index[k];
		r->index[k] = NONE;
		put_index(r, moved);
	}
	r->n_indexed--;
}

/* An unused cell with room for a key; NONE when memory is short. */
static uint32_t take_cell(sched_ranking *r)
{
	if (r->free_cells.n > 0)
		return r->free_cells.items[--r->free_cells.n];
	if (korch__vec_reserve(&r->cells, 1) < 0 || korch__vec_reserve(&r->live, r->cells.n + 1) < 0 ||
	    korch__vec_reserve(&r->free_cells, r->cells.n + 1) < 0)
		return NONE;
	int32_t *key = korch__calloc(r->n_dims ? r->n_dims : 1, sizeof(*key));
	if (!key)
		return NONE;
	r->cells.items[r->cells.n] = (sched_cell){.key = key, .live_at = NONE};
	return (uint32_t)r->cells.n++;
}

static uint32_t find_cell(sched_ranking *r, const int32_t *key)
{
	uint64_t hash = hash_key(r, key);
	if (grow_index(r) < 0)
		return NONE;
	size_t at = probe(r, key, hash);
	if (r->index[at] != NONE)
		return r->index[at];
	uint32_t number = take_cell(r);
	if (number == NONE)
		return NONE;
	sched_cell *cell = &r->cells.items[number];
	memcpy(cell->key, key, r->n_dims * sizeof(*key));
	cell->hash = hash;
	cell->live_at = (uint32_t)r->live.n;
	r->live.items[r->live.n++] = number;
	r->index[at] = number;
	r->n_indexed++;
	return number;
}

/* A cell without a node is used for another key. */
static void release_cell(sched_ranking *r, uint32_t number)
{
	sched_cell *cell = &r->cells.items[number];
	drop_index(r, number);
	uint32_t last = r->live.items[--r->live.n];
	r->live.items[cell->live_at] = last;
	r->cells.items[last].live_at = cell->live_at;
	cell->live_at = NONE;
	r->free_cells.items[r->free_cells.n++] = number;
}

void korch__cell_take(sched_ranking *r, uint32_t slot)
{
	uint32_t number = r->cell_of[slot];
	sched_cell *cell = &r->cells.items[number];
	uint32_t at = r->place[slot];
	r->cell_of[slot] = NONE;
	r->n_feasible--;
	sched_ranked last = cell->heap[--cell->n];
	if (last.slot != slot) {
		set_place(r, cell, at, last);
		sift_up(r, cell, at);
		sift_down(r, cell, r->place[last.slot]);
	}
	if (cell->n == 0)
		release_cell(r, number);
}

static int grow_heap(sched_cell *cell)
{
	if (cell->n < cell->cap)
		return 0;
	uint32_t cap = cell->cap ? 2 * cell->cap : 4;
	sched_ranked *heap = korch__realloc_array(cell->heap, cap, sizeof(*heap));
	if (!heap)
		return KORCH_E_NOMEM;
	cell->heap = heap;
	cell->cap = cap;
	return 0;
}

int korch__cell_put(sched_ranking *r, const int32_t *key, sched_ranked entry)
{
	uint32_t number = r->cell_of[entry.slot];
	if (number != NONE && (r->n_dims == 0 || memcmp(r->cells.items[number].key, key,
	                                                r->n_dims * sizeof(*key)) == 0)) {
		sched_cell *cell = &r->cells.items[number];
		uint32_t at = r->place[entry.slot];
		int rises = korch__is_better(&entry, &cell->heap[at]);
		cell->heap[at] = entry;
		if (rises)
			sift_up(r, cell, at);
		else
			sift_down(r, cell, at);
		return 0;
	}
	if (number != NONE)
		korch__cell_take(r, entry.slot);
	number = find_cell(r, key);
	if (number == NONE)
		return KORCH_E_NOMEM;
	sched_cell *cell = &r->cells.items[number];
	if (grow_heap(cell) < 0) {
		if (cell->n == 0)
			release_cell(r, number);
		return KORCH_E_NOMEM;
	}
	r->cell_of[entry.slot] = number;
	r->n_feasible++;
	cell->heap[cell->n++] = entry;
	sift_up(r, cell, cell->n - 1);
	return 0;
}

void korch__cells_fini(sched_ranking *r)
{
	for (size_t i = 0; i < r->cells.n; i++) {
		korch__free(r->cells.items[i].key);
		korch__free(r->cells.items[i].heap);
	}
	korch__vec_fini(&r->cells);
	korch__vec_fini(&r->live);
	korch__vec_fini(&r->free_cells);
	korch__free(r->index);
}
