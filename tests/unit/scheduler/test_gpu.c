/* Devices, prices of shares, fragmentation and headroom: literals and properties. */
#include "base/cleanup.h"
#include "base/random.h"
#include "scheduler/gpu/expected.h"
#include "unit.h"
#include <string.h>

enum { ROUNDS = 300 };

static korch__gpu_kind kind(int64_t cpu, int64_t whole, int32_t share, int64_t pods)
{
	return (korch__gpu_kind){.request = {.cpu_milli = cpu, .whole = whole, .share = share},
	                         .pods = pods};
}

static korch__gpu_node node(int64_t cpu, uint32_t n, const int32_t *devices)
{
	korch__gpu_node made = {.cpu_milli = cpu, .memory_bytes = 1 << 30, .n_devices = n};
	memcpy(made.devices, devices, n * sizeof(*devices));
	return made;
}

static korch__gpu_expected expect(const korch__gpu_kind *kinds, size_t n)
{
	korch__gpu_expected made;
	ck_assert_int_eq(korch__gpu_expected_init(&made, kinds, n), 0);
	return made;
}

static int64_t free_whole(const korch__gpu_node *node)
{
	int64_t n = 0;
	for (uint32_t i = 0; i < node->n_devices; i++)
		n += node->devices[i] >= KORCH__GPU_WHOLE;
	return n;
}

/* 1: the node has room for it. */
static int fits(const korch__gpu_node *node, const korch__gpu_request *request)
{
	if (node->cpu_milli < request->cpu_milli || node->memory_bytes < request->memory_bytes)
		return 0;
	if (!korch__gpu_is_share(request))
		return free_whole(node) >= korch__gpu_wholes(request);
	for (uint32_t i = 0; i < node->n_devices; i++) {
		if (node->devices[i] >= request->share)
			return 1;
	}
	return 0;
}

START_TEST(test_take)
{
	korch__gpu_node a = node(8000, 4, (int32_t[]){300, 1000, 600, 1000});
	const korch__gpu_request share = {.cpu_milli = 1000, .share = 600};
	const korch__gpu_request two = {.cpu_milli = 1000, .whole = 2}, three = {.whole = 3};
	const korch__gpu_request one = {.share = 1000}, idle = {.cpu_milli = 6001};
	ck_assert(fits(&a, &share) && fits(&a, &two));
	ck_assert(!fits(&a, &three));
	ck_assert_uint_eq(korch__gpu_take(&a, &share, 2), 4);
	ck_assert_int_eq(a.devices[2], 0);
	ck_assert_uint_eq(korch__gpu_take(&a, &one, 0), 2);
	ck_assert_int_eq(a.devices[1], 0);
	ck_assert(!fits(&a, &two) && fits(&a, &share));
	ck_assert_int_eq(a.cpu_milli, 7000);
	ck_assert(fits(&a, &idle));
	korch__gpu_take(&a, &share, 3);
	ck_assert(!fits(&a, &idle) && !fits(&a, &share));
}
END_TEST

static int32_t price_of(const korch__gpu_size *sizes, size_t n, int32_t share)
{
	for (size_t i = 0; i < n; i++) {
		if (sizes[i].share == share)
			return sizes[i].price;
	}
	ck_abort_msg("no size %d", share);
	return 0;
}

/* 810 leaves room that only the rare 160 fills; 470 goes in pairs; three of 320 fill a device. */
START_TEST(test_prices)
{
	korch__gpu_size sizes[] = {{.share = 810, .pods = 1000},
	                           {.share = 160, .pods = 50},
	                           {.share = 470, .pods = 700},
	                           {.share = 320, .pods = 300},
	                           {.share = 650, .pods = 100}};
	int32_t worth[KORCH__GPU_WHOLE + 1];
	size_t n = KORCH_COUNT(sizes);
	ck_assert_int_eq(korch__gpu_price_sizes(sizes, n), 0);
	ck_assert_int_eq(price_of(sizes, n, 810), 1000000);
	ck_assert_int_eq(price_of(sizes, n, 160), 0);
	ck_assert_int_eq(price_of(sizes, n, 470), 500000);
	ck_assert_int_eq(price_of(sizes, n, 320), 333333);
	ck_assert_int_eq(price_of(sizes, n, 650), 666667);
	korch__gpu_price_rests(worth, sizes, n);
	ck_assert_int_eq(worth[190], 0);
	ck_assert_int_eq(worth[320], 333333);
	ck_assert_int_eq(worth[530], 500000);
	ck_assert_int_eq(worth[650], 666667);
	ck_assert_int_eq(worth[1000], 1000000);
}
END_TEST

/* As many devices as packing the largest first, each where it fits first, needs. */
static int64_t packed(const korch__gpu_size *sizes, size_t n)
{
	int32_t left[4096];
	int64_t used = 0;
	for (size_t i = n; i-- > 0;) {
		for (int64_t k = 0; k < sizes[i].pods; k++) {
			int64_t at = 0;
			while (at < used && left[at] < sizes[i].share)
				at++;
			if (at == used)
				left[used++] = KORCH__GPU_WHOLE;
			left[at] -= sizes[i].share;
		}
	}
	return used;
}

/* Prices are a solution of the dual program: no set of shares that fits on a device costs more than
 * it; and all shares together cost no more than any packing, and no less than what they take. */
START_TEST(test_prices_bound)
{
	korch_random random;
	korch__random_init(&random, (uint64_t)_i + 1);
	korch__gpu_size sizes[24];
	size_t n = 1 + korch__random_below(&random, KORCH_COUNT(sizes));
	for (size_t i = 0; i < n; i++)
		sizes[i] =
		    (korch__gpu_size){.share = (int32_t)(i * 40 + 1 + korch__random_below(&random, 39)),
		                      .pods = (int64_t)korch__random_below(&random, 100)};
	ck_assert_int_eq(korch__gpu_price_sizes(sizes, n), 0);
	int64_t best[KORCH__GPU_WHOLE + 1] = {0};
	for (int32_t r = 1; r <= KORCH__GPU_WHOLE; r++) {
		for (size_t i = 0; i < n; i++) {
			int64_t with = sizes[i].share <= r ? sizes[i].price + best[r - sizes[i].share] : 0;
			best[r] = with > best[r] ? with : best[r];
		}
		best[r] = best[r] > best[r - 1] ? best[r] : best[r - 1];
	}
	ck_assert_int_le(best[KORCH__GPU_WHOLE], KORCH__GPU_UNIT + 1000);
	int64_t cost = 0, volume = 0, pods = 0;
	for (size_t i = 0; i < n; i++) {
		cost += sizes[i].price * sizes[i].pods;
		volume += sizes[i].share * sizes[i].pods * 1000;
		pods += sizes[i].pods;
	}
	ck_assert_int_le(cost, packed(sizes, n) * KORCH__GPU_UNIT + pods);
	ck_assert_int_ge(cost + pods, volume);
}
END_TEST

START_TEST(test_use)
{
	const korch__gpu_size half[] = {{.share = 500, .pods = 1}};
	int32_t use[KORCH__GPU_WHOLE + 1];
	korch__gpu_expect_use(use, half, 1, 1, 1);
	ck_assert_int_eq(use[499], 0);
	ck_assert_int_eq(use[500], 250000);
	ck_assert_int_eq(use[1000], 750000); /* half of it, or all of it */
	korch__gpu_expect_use(use, half, 1, 1, 10);
	for (int32_t r = 1; r <= KORCH__GPU_WHOLE; r++)
		ck_assert(use[r] >= use[r - 1] && use[r] <= r * 1000);
	ck_assert_int_ge(use[500], 499000);
	korch__gpu_expect_use(use, NULL, 0, 0, 10);
	ck_assert_int_eq(use[1000], 0);
}
END_TEST

/* Equal kinds are one; the most frequent ones that cover 95 % count for fragmentation. */
START_TEST(test_kinds)
{
	const korch__gpu_kind kinds[] = {kind(1, 1, 0, 40), kind(2, 0, 500, 58), kind(3, 0, 0, 2),
	                                 kind(1, 0, 1000, 40), kind(9, 0, 0, 0)};
	korch__gpu_expected e = expect(kinds, KORCH_COUNT(kinds));
	ck_assert_uint_eq(e.n, 3);
	ck_assert_int_eq(e.kinds[0].pods, 80);
	ck_assert_int_eq(e.kinds[0].request.whole, 1);
	ck_assert_int_eq(e.kinds[1].request.share, 500);
	ck_assert_uint_eq(e.n_covering, 2);
	ck_assert_int_eq(e.kinds[0].part, 80 * KORCH__GPU_ONE / 138);
	korch__gpu_expected_fini(&e);
}
END_TEST

START_TEST(test_fragmentation)
{
	const korch__gpu_kind half = kind(1000, 0, 500, 1), idle = kind(1000, 0, 0, 1);
	const korch__gpu_kind mixed[] = {half, kind(4000, 2, 0, 3)};
	korch__gpu_node a = node(2000, 3, (int32_t[]){400, 600, 1000});
	korch__gpu_expected e = expect(&half, 1);
	ck_assert_int_eq(korch__gpu_fragmentation(&e, NULL, &a), 400 * KORCH__GPU_ONE);
	ck_assert_int_eq(korch__gpu_fragmentation(&e, (const uint8_t[]){0}, &a), 2000 * KORCH__GPU_ONE);
	a.cpu_milli = 999;
	ck_assert_int_eq(korch__gpu_fragmentation(&e, NULL, &a), 2000 * KORCH__GPU_ONE);
	korch__gpu_expected_fini(&e);
	e = expect(&idle, 1);
	ck_assert_int_eq(korch__gpu_fragmentation(&e, NULL, &a), 2000 * KORCH__GPU_ONE);
	korch__gpu_expected_fini(&e);
	e = expect(mixed, 2);
	a = node(4000, 3, (int32_t[]){1000, 400, 1000});
	ck_assert_int_eq(korch__gpu_fragmentation(&e, NULL, &a), 400 * KORCH__GPU_ONE);
	a.devices[0] = 900; /* one whole device is not enough for those that want two */
	ck_assert_int_eq(korch__gpu_fragmentation(&e, NULL, &a), (3 * 2300 + 400) * KORCH__GPU_ONE / 4);
	korch__gpu_expected_fini(&e);
}
END_TEST

START_TEST(test_headroom)
{
	const korch__gpu_kind half = kind(1000, 0, 500, 1), one = kind(1000, 1, 0, 1);
	korch__gpu_node a = node(8000, 2, (int32_t[]){1000, 500});
	korch__gpu_expected e = expect(&half, 1);
	/* three halves: 1.5 devices are worth 1.5 on average and at best, and will be used */
	ck_assert_int_eq(korch__gpu_headroom(&e, NULL, &a), 9 * 1500000 + 1500000);
	a.cpu_milli = 2000; /* two halves */
	ck_assert_int_eq(korch__gpu_headroom(&e, NULL, &a), 9 * 1000000 + 1500000);
	ck_assert_int_eq(korch__gpu_headroom(&e, (const uint8_t[]){0}, &a), 1500000);
	a.memory_bytes = -1;
	ck_assert_int_eq(korch__gpu_headroom(&e, NULL, &a), 1500000);
	a.n_devices = 0;
	ck_assert_int_eq(korch__gpu_headroom(&e, NULL, &a), 0);
	korch__gpu_expected_fini(&e);
	e = expect(&one, 1);
	a = node(8000, 2, (int32_t[]){1000, 999});
	ck_assert_int_eq(korch__gpu_headroom(&e, NULL, &a), 9 * 1000000 + 1000000);
	korch__gpu_expected_fini(&e);
}
END_TEST

/* A kind for which few nodes will do weighs more than one as frequent for which many will. */
START_TEST(test_weights)
{
	korch__gpu_kind kinds[] = {kind(1000, 1, 0, 10), kind(1000, 1, 0, 10)};
	kinds[1].place = 1;
	korch__gpu_expected e = expect(kinds, 2);
	const korch__gpu_stock stock[] = {
	    {.node = node(8000, 1, (int32_t[]){1000}), .allowed = (const uint8_t[]){1, 0}, .n = 3},
	    {.node = node(8000, 1, (int32_t[]){1000}), .n = 1}};
	korch__gpu_expected_weigh(&e, stock, 2);
	ck_assert_int_eq(e.kinds[0].weight, KORCH__GPU_ONE / 5);
	ck_assert_int_eq(e.kinds[1].weight, KORCH__GPU_ONE * 4 / 5);
	korch__gpu_expected_weigh(&e, stock, 0);
	ck_assert_int_eq(e.kinds[0].weight, 0);
	korch__gpu_expected_fini(&e);
}
END_TEST

static korch__gpu_kind random_kind(korch_random *random)
{
	korch__gpu_kind made = {.pods = (int64_t)korch__random_below(random, 100)};
	made.request.cpu_milli = (int64_t)korch__random_below(random, 16000);
	made.request.memory_bytes = (int64_t)korch__random_below(random, 1 << 26);
	uint64_t which = korch__random_below(random, 4);
	if (which == 0)
		made.request.whole = (int64_t)korch__random_below(random, 9);
	else if (which < 3)
		made.request.share = (int32_t)(1 + korch__random_below(random, 1000));
	return made;
}

static korch__gpu_node random_node(korch_random *random)
{
	korch__gpu_node made = {.n_devices = (uint32_t)korch__random_below(random, 9),
	                        .cpu_milli = (int64_t)korch__random_below(random, 96000),
	                        .memory_bytes = (int64_t)korch__random_below(random, 1 << 28)};
	for (uint32_t i = 0; i < made.n_devices; i++)
		made.devices[i] = korch__random_below(random, 3)
		                      ? KORCH__GPU_WHOLE
		                      : (int32_t)korch__random_below(random, 1001);
	return made;
}

static int64_t free_of(const korch__gpu_node *a)
{
	int64_t sum = 0;
	for (uint32_t i = 0; i < a->n_devices; i++) {
		ck_assert(a->devices[i] >= 0 && a->devices[i] <= KORCH__GPU_WHOLE);
		sum += a->devices[i];
	}
	return sum;
}

/* Whatever is placed: nothing is over-committed, fragmentation stays between nothing and what is
 * free, and what is left is never worth more than before. */
START_TEST(test_properties)
{
	korch_random random;
	korch__random_init(&random, (uint64_t)_i + 1);
	korch__gpu_kind kinds[40];
	for (size_t i = 0; i < KORCH_COUNT(kinds); i++)
		kinds[i] = random_kind(&random);
	korch__gpu_expected e = expect(kinds, KORCH_COUNT(kinds));
	korch__gpu_node a = random_node(&random);
	for (int i = 0; i < 100; i++) {
		const korch__gpu_request *request =
		    &kinds[korch__random_below(&random, KORCH_COUNT(kinds))].request;
		int64_t worth = korch__gpu_headroom(&e, NULL, &a), free = free_of(&a);
		int64_t lost = korch__gpu_fragmentation(&e, NULL, &a);
		ck_assert(lost >= 0 && lost <= free * KORCH__GPU_ONE);
		ck_assert(worth >= 0 && worth <= INT64_C(10000000) * a.n_devices);
		if (!fits(&a, request))
			continue;
		uint32_t at = 0;
		while (korch__gpu_is_share(request) && a.devices[at] < request->share)
			at++;
		uint64_t mask = korch__gpu_take(&a, request, at);
		int64_t taken =
		    korch__gpu_is_share(request) ? request->share : 1000 * korch__gpu_wholes(request);
		ck_assert_int_eq(free_of(&a), free - taken);
		ck_assert_int_eq(__builtin_popcountll(mask),
		                 korch__gpu_is_share(request) ? 1 : korch__gpu_wholes(request));
		ck_assert(a.cpu_milli >= 0 && a.memory_bytes >= 0);
		ck_assert_int_le(korch__gpu_headroom(&e, NULL, &a), worth);
	}
	korch__gpu_expected_fini(&e);
}
END_TEST

START_TEST(test_no_memory)
{
	const korch__gpu_kind kinds[] = {kind(1, 1, 0, 4), kind(2, 0, 500, 5), kind(2, 0, 300, 5)};
	for (uint64_t n = 1;; n++) {
		korch__gpu_expected e;
		korch__alloc_fail_at(n);
		int code = korch__gpu_expected_init(&e, kinds, KORCH_COUNT(kinds));
		korch__alloc_fail_at(0);
		if (code == 0) {
			ck_assert_uint_gt(n, 2);
			korch__gpu_expected_fini(&e);
			break;
		}
		ck_assert_int_eq(code, KORCH_E_NOMEM);
	}
}
END_TEST

KORCH_SUITE(scheduler_gpu)
{
	Suite *suite = suite_create("scheduler/gpu");
	KORCH_CASE(suite, "literals", test_take, test_prices, test_use, test_kinds, test_fragmentation,
	           test_headroom, test_weights, test_no_memory);
	TCase *seeds = tcase_create("seeds");
	tcase_set_timeout(seeds, 60);
	tcase_add_loop_test(seeds, test_prices_bound, 0, ROUNDS);
	tcase_add_loop_test(seeds, test_properties, 0, ROUNDS);
	suite_add_tcase(suite, seeds);
	return suite;
}
