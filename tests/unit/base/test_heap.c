/* base/heap: order, ties, removal anywhere, memory. */
#include "base/alloc.h"
#include "base/heap.h"
#include "base/random.h"
#include "unit.h"
#include <korch/error.h>

enum { COUNT = 300 };
static korch_heap_node nodes[COUNT];

static void setup_nodes(void)
{
	for (size_t i = 0; i < COUNT; i++)
		nodes[i] = (korch_heap_node){.index = SIZE_MAX};
}

/* Takes all out and checks that (when, sequence) only grows. */
static size_t drain(korch_heap *heap)
{
	size_t n = 0;
	int64_t when = INT64_MIN;
	uint64_t sequence = 0;
	for (korch_heap_node *node; (node = korch__heap_first(heap)); n++) {
		ck_assert(node->when > when || (node->when == when && node->sequence > sequence));
		when = node->when;
		sequence = node->sequence;
		korch__heap_remove(heap, node);
		ck_assert_uint_eq(node->index, SIZE_MAX);
	}
	return n;
}

START_TEST(test_order)
{
	korch_random random;
	korch__random_init(&random, 3);
	for (int round = 0; round < 50; round++) {
		setup_nodes();
		korch_heap heap = {.sequence = 1};
		for (size_t i = 0; i < COUNT; i++) {
			nodes[i].when = (int64_t)korch__random_below(&random, 40) - 20;
			ck_assert_int_eq(korch__heap_insert(&heap, &nodes[i]), 0);
		}
		for (size_t i = 0; i < COUNT; i += 3)
			korch__heap_remove(&heap, &nodes[korch__random_below(&random, COUNT)]);
		size_t left = heap.n;
		ck_assert_uint_eq(drain(&heap), left);
		ck_assert_ptr_null(korch__heap_first(&heap));
		korch__heap_fini(&heap);
	}
}
END_TEST

START_TEST(test_fini_forgets)
{
	setup_nodes();
	korch_heap heap = {0};
	ck_assert_int_eq(korch__heap_insert(&heap, &nodes[0]), 0);
	korch__heap_remove(&heap, &nodes[1]); /* not in */
	korch__heap_fini(&heap);
	ck_assert_uint_eq(nodes[0].index, SIZE_MAX);
}
END_TEST

START_TEST(test_no_memory)
{
	int done = 0;
	for (uint64_t n = 1; !done; n++) {
		setup_nodes();
		korch_heap heap = {.sequence = 1};
		korch__alloc_fail_at(n);
		size_t in = 0;
		for (size_t i = 0; i < COUNT; i++) {
			nodes[i].when = (int64_t)(i * 7 % 50);
			in += korch__heap_insert(&heap, &nodes[i]) == 0;
		}
		done = korch__alloc_count() < n;
		korch__alloc_fail_at(0);
		ck_assert_uint_eq(heap.n, in);
		ck_assert_uint_eq(drain(&heap), in);
		korch__heap_fini(&heap);
	}
}
END_TEST

START_TEST(test_reserve)
{
	setup_nodes();
	korch_heap heap = {0};
	ck_assert_int_eq(korch__heap_reserve(&heap, COUNT), 0);
	korch__alloc_fail_at(1);
	for (size_t i = 0; i < COUNT; i++)
		ck_assert_int_eq(korch__heap_insert(&heap, &nodes[i]), 0);
	ck_assert_uint_eq(korch__alloc_count(), 0);
	korch__alloc_fail_at(0);
	korch__heap_fini(&heap);
}
END_TEST

KORCH_SUITE(heap)
{
	Suite *suite = suite_create("heap");
	KORCH_CASE(suite, "heap", test_order, test_fini_forgets, test_no_memory, test_reserve);
	return suite;
}
