/*
 * Regions: nodes that are open to the same expected pods. And what nodes there are without their
 * pods, by which the expected ones are weighed.
 */
#include "base/cleanup.h"
#include "scheduler/filter/eligibility.h"
#include "scheduler/score/expected.h"
#include "scheduler/score/typical.h"
#include <stdlib.h>
#include <string.h>

static uint64_t hash_of(const void *entry)
{
	return ((const sched_region *)entry)->hash;
}
static int is_equal(const void *entry, const void *key)
{
	const sched_region *a = entry, *b = key;
	return a->n == b->n && memcmp(a->allowed, b->allowed, a->n) == 0;
}
static const korch_table_ops region_ops = {
    .hash = hash_of, .equal = is_equal, .entry_hash = hash_of};

void korch__regions_clear(sched_typical *t)
{
	sched_region *region;
	if (t->regions.ops) {
		for (size_t at = 0; (region = korch__table_next(&t->regions, &at));)
			korch__free(region);
		korch__table_fini(&t->regions);
	}
	korch__table_init(&t->regions, &region_ops);
	for (size_t i = 0; i < t->cap; i++)
		t->region_of[i] = NULL;
	t->seen = 0;
}

/* The region with that key, made when there is none; NULL when memory is short. */
static const sched_region *intern(sched_typical *t, const sched_region *key)
{
	sched_region *region = korch__table_get(&t->regions, key);
	if (region)
		return region;
	region = korch__calloc(1, sizeof(*region) + key->n);
	if (!region)
		return NULL;
	*region = (sched_region){.hash = key->hash, .n = key->n, .allowed = (uint8_t *)(region + 1)};
	memcpy(region->allowed, key->allowed, key->n);
	if (korch__table_put(&t->regions, region) == 0)
		return region;
	korch__free(region);
	return NULL;
}

static int look_at(korch_scheduler *s, uint32_t slot)
{
	sched_typical *t = s->typical;
	uint8_t allowed[PLACES_MAX + 1] = {1}; /* PLACE_ANYWHERE */
	t->region_of[slot] = NULL;
	if (!s->slots.items[slot]->node || s->slots.items[slot]->n_devices == 0)
		return 0;
	for (size_t i = 0; i < t->places.n; i++)
		allowed[i + 1] = t->places.items[i]->fails[slot] == 0;
	sched_region key = {.n = t->places.n + 1, .allowed = allowed};
	key.hash = korch__hash_bytes(allowed, key.n, 0);
	t->region_of[slot] = intern(t, &key);
	return t->region_of[slot] ? 0 : KORCH_E_NOMEM;
}

static int grow(korch_scheduler *s)
{
	sched_typical *t = s->typical;
	if (s->cap <= t->cap)
		return 0;
	const sched_region **region_of = korch__realloc_array(t->region_of, s->cap, sizeof(*region_of));
	if (!region_of)
		return KORCH_E_NOMEM;
	t->region_of = region_of;
	for (; t->cap < s->cap; t->cap++)
		region_of[t->cap] = NULL;
	return 0;
}

static int look_at_changed(korch_scheduler *s)
{
	sched_typical *t = s->typical;
	if (grow(s) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < t->places.n; i++) {
		if (korch__eligibility_refresh(s, t->places.items[i]) < 0)
			return KORCH_E_NOMEM;
	}
	/* labels that come and go leave regions behind: now and then they are found anew */
	int anew = korch__log_lost(&s->changed, t->seen) || t->regions.n > 2 * s->n_nodes + 64;
	if (anew)
		korch__regions_clear(t);
	for (uint32_t i = 0; anew && i < s->slots.n; i++) {
		if (look_at(s, i) < 0)
			return KORCH_E_NOMEM;
	}
	for (uint64_t at = t->seen; !anew && at < s->changed.end; at++) {
		if (look_at(s, s->changed.items[at & (s->changed.cap - 1)]) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int by_make(const void *x, const void *y)
{
	const sched_make *a = x, *b = y;
	if (a->cpu_milli != b->cpu_milli)
		return a->cpu_milli < b->cpu_milli ? -1 : 1;
	if (a->memory_bytes != b->memory_bytes)
		return a->memory_bytes < b->memory_bytes ? -1 : 1;
	if (a->n_devices != b->n_devices)
		return a->n_devices < b->n_devices ? -1 : 1;
	return a->region == b->region ? 0
	                              : memcmp(a->region->allowed, b->region->allowed, a->region->n);
}

static size_t list_makes(const korch_scheduler *s, sched_make *makes)
{
	const sched_typical *t = s->typical;
	size_t n = 0;
	for (uint32_t i = 0; i < s->slots.n; i++) {
		if (!t->region_of[i])
			continue;
		makes[n++] = (sched_make){.cpu_milli = s->alloc[RES_CPU][i],
		                          .memory_bytes = s->alloc[RES_MEMORY][i],
		                          .n_devices = s->slots.items[i]->n_devices,
		                          .region = t->region_of[i]};
	}
	qsort(makes, n, sizeof(*makes), by_make);
	return n;
}

static korch__gpu_stock stock_of(const sched_make *make)
{
	korch__gpu_stock stock = {.allowed = make->region->allowed, .n = 1};
	stock.node.cpu_milli = make->cpu_milli;
	stock.node.memory_bytes = make->memory_bytes;
	stock.node.n_devices = make->n_devices;
	for (uint32_t i = 0; i < make->n_devices; i++)
		stock.node.devices[i] = KORCH__GPU_WHOLE;
	return stock;
}

static int weigh(korch_scheduler *s)
{
	size_t n_stock = 0;
	_cleanup_free_ sched_make *makes = korch__calloc(s->slots.n + 1, sizeof(*makes));
	if (!makes)
		return KORCH_E_NOMEM;
	size_t n = list_makes(s, makes);
	for (size_t i = 0; i < n; i++)
		n_stock += i == 0 || by_make(&makes[i - 1], &makes[i]) != 0;
	_cleanup_free_ korch__gpu_stock *stock = korch__calloc(n_stock + 1, sizeof(*stock));
	if (!stock)
		return KORCH_E_NOMEM;
	n_stock = 0;
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && by_make(&makes[i - 1], &makes[i]) == 0)
			stock[n_stock - 1].n++;
		else
			stock[n_stock++] = stock_of(&makes[i]);
	}
	korch__gpu_expected_weigh(&s->typical->expected, stock, n_stock);
	return 0;
}

int korch__expected_refresh(korch_scheduler *s)
{
	if (!s->typical && korch__expected_default(s) < 0)
		return KORCH_E_NOMEM;
	if (s->typical->seen == s->changed.end && s->typical->cap >= s->cap)
		return 0;
	if (look_at_changed(s) < 0 || weigh(s) < 0) {
		s->typical->seen = 0;
		return KORCH_E_NOMEM;
	}
	s->typical->seen = s->changed.end;
	s->typical_generation++;
	return 0;
}
