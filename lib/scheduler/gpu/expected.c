/* Kinds of pods: put in order, covered, priced, weighed. */
#include "scheduler/gpu/expected.h"
#include "base/cleanup.h"
#include "scheduler/gpu/measure.h"
#include <stdlib.h>
#include <string.h>

/* As many pods as a device's use is looked ahead for. */
#define OFFERS 10

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* By content, so that equal kinds stand together. */
static int by_content(const void *x, const void *y)
{
	const korch__gpu_kind *a = x, *b = y;
	const int64_t pairs[][2] = {
	    {a->request.cpu_milli, b->request.cpu_milli},
	    {a->request.memory_bytes, b->request.memory_bytes},
	    {a->request.whole, b->request.whole},
	    {a->request.share, b->request.share},
	    {a->place, b->place},
	};
	int order = 0;
	for (size_t i = 0; order == 0 && i < KORCH_COUNT(pairs); i++)
		order = compare(pairs[i][0], pairs[i][1]);
	return order;
}

static int by_frequency(const void *x, const void *y)
{
	const korch__gpu_kind *a = x, *b = y;
	int order = compare(b->pods, a->pods);
	return order ? order : by_content(x, y);
}

/* A device that is taken whole is written one way only. */
static void settle(korch__gpu_kind *kind)
{
	if (korch__gpu_is_share(&kind->request))
		return;
	kind->request.whole = korch__gpu_wholes(&kind->request);
	kind->request.share = 0;
}

static size_t merge_equal(korch__gpu_kind *kinds, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		if (kept > 0 && by_content(&kinds[kept - 1], &kinds[i]) == 0)
			kinds[kept - 1].pods += kinds[i].pods;
		else if (kinds[i].pods > 0)
			kinds[kept++] = kinds[i];
	}
	return kept;
}

/* The first kinds that cover 95 % of the pods, and what part each is of these. */
static void cover(korch__gpu_expected *to)
{
	int64_t all = 0, covered = 0;
	for (size_t i = 0; i < to->n; i++)
		all += to->kinds[i].pods;
	for (; to->n_covering < to->n && (double)covered < (double)all * 0.95; to->n_covering++)
		covered += to->kinds[to->n_covering].pods;
	for (size_t i = 0; i < to->n_covering; i++)
		to->kinds[i].part = (int64_t)((double)to->kinds[i].pods / (double)covered * KORCH__GPU_ONE);
}

/* Sizes of shares, the most frequent ones, and the pods that take whole devices. */
static size_t collect_sizes(const korch__gpu_expected *from,
                            korch__gpu_size sizes[KORCH__GPU_SIZES_MAX], int64_t *others)
{
	int64_t pods[KORCH__GPU_WHOLE] = {0};
	size_t n = 0;
	for (size_t i = 0; i < from->n; i++) {
		const korch__gpu_kind *kind = &from->kinds[i];
		if (korch__gpu_is_share(&kind->request))
			pods[kind->request.share] += kind->pods;
		else if (kind->request.whole > 0)
			*others += kind->pods;
	}
	for (int32_t share = 1; share < KORCH__GPU_WHOLE; share++) {
		if (pods[share] == 0)
			continue;
		size_t at = n < KORCH__GPU_SIZES_MAX ? n++ : 0;
		for (size_t i = 0; n == KORCH__GPU_SIZES_MAX && i < n; i++)
			at = sizes[i].pods < sizes[at].pods ? i : at;
		if (sizes[at].pods < pods[share])
			sizes[at] = (korch__gpu_size){.share = share, .pods = pods[share]};
	}
	return n;
}

static int price(korch__gpu_expected *to)
{
	korch__gpu_size sizes[KORCH__GPU_SIZES_MAX] = {{0}};
	int64_t others = 0;
	size_t n = collect_sizes(to, sizes, &others);
	if (korch__gpu_price_sizes(sizes, n) < 0)
		return KORCH_E_NOMEM;
	korch__gpu_price_rests(to->worth, sizes, n);
	korch__gpu_expect_use(to->use, sizes, n, others, OFFERS);
	for (size_t i = 0; i < to->n; i++) {
		korch__gpu_kind *kind = &to->kinds[i];
		kind->worth = kind->request.whole * KORCH__GPU_UNIT;
		for (size_t k = 0; k < n && kind->request.share > 0; k++)
			kind->worth = sizes[k].share == kind->request.share ? sizes[k].price : kind->worth;
		kind->weight = kind->worth > 0 ? KORCH__GPU_ONE / (int64_t)to->n : 0;
	}
	return 0;
}

int korch__gpu_expected_init(korch__gpu_expected *to, const korch__gpu_kind *kinds, size_t n)
{
	korch__gpu_expected made = {0};
	_cleanup_free_ korch__gpu_kind *all = korch__calloc(n + 1, sizeof(*all));
	if (!all)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < n; i++) {
		all[i] = kinds[i];
		settle(&all[i]);
	}
	qsort(all, n, sizeof(*all), by_content);
	made.n = merge_equal(all, n);
	qsort(all, made.n, sizeof(*all), by_frequency);
	made.n = made.n > KORCH__GPU_KINDS_MAX ? KORCH__GPU_KINDS_MAX : made.n;
	made.kinds = all;
	cover(&made);
	if (price(&made) < 0)
		return KORCH_E_NOMEM;
	*to = made;
	to->kinds = KORCH_STEAL(all);
	return 0;
}

void korch__gpu_expected_fini(korch__gpu_expected *expected)
{
	korch__free(expected->kinds);
	*expected = (korch__gpu_expected){0};
}

/* What all nodes together would hold of a kind. */
static double capacity_for(const korch__gpu_expected *expected, size_t kind,
                           const korch__gpu_stock *stock, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++) {
		korch__gpu_view view;
		if (stock[i].allowed && !stock[i].allowed[expected->kinds[kind].place])
			continue;
		korch__gpu_look(&view, expected, &stock[i].node);
		sum += (double)stock[i].n *
		       (double)korch__gpu_fetched(&view, &expected->kinds[kind], &stock[i].node);
	}
	return sum;
}

void korch__gpu_expected_weigh(korch__gpu_expected *expected, const korch__gpu_stock *stock,
                               size_t n)
{
	double scarcity[KORCH__GPU_KINDS_MAX], sum = 0;
	for (size_t i = 0; i < expected->n; i++) {
		double capacity = capacity_for(expected, i, stock, n);
		scarcity[i] = capacity > 0 ? (double)expected->kinds[i].pods / capacity : 0;
		sum += scarcity[i];
	}
	for (size_t i = 0; i < expected->n; i++)
		expected->kinds[i].weight = sum > 0 ? (int64_t)(scarcity[i] / sum * KORCH__GPU_ONE) : 0;
}
