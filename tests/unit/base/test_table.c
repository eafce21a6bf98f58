/* base/table against a plain array. */
#include "base/alloc.h"
#include "base/random.h"
#include "base/table.h"
#include "unit.h"
#include <korch/error.h>

#include <string.h>

typedef struct number {
	uint64_t key;
	int in;
} number;

enum { COUNT = 500 };
static number numbers[COUNT];

static uint64_t number_hash(const void *key)
{
	return korch__hash_u64(*(const uint64_t *)key);
}

static uint64_t bad_hash(const void *key)
{
	return *(const uint64_t *)key % 3;
}

static int number_equal(const void *entry, const void *key)
{
	return ((const number *)entry)->key == *(const uint64_t *)key;
}

static const korch_table_ops good = {number_hash, number_equal, number_hash};
static const korch_table_ops colliding = {bad_hash, number_equal, bad_hash};

static void setup_numbers(void)
{
	for (size_t i = 0; i < COUNT; i++)
		numbers[i] = (number){.key = i * 1000};
}

static void check_all(korch_table *table)
{
	size_t n = 0;
	for (size_t i = 0; i < COUNT; i++) {
		void *found = korch__table_get(table, &numbers[i].key);
		ck_assert_ptr_eq(found, numbers[i].in ? &numbers[i] : NULL);
		n += (size_t)numbers[i].in;
	}
	ck_assert_uint_eq(table->n, n);
	size_t seen = 0;
	const number *entry;
	for (size_t at = 0; (entry = korch__table_next(table, &at)); seen++)
		ck_assert(entry->in);
	ck_assert_uint_eq(seen, n);
}

static void random_changes(const korch_table_ops *ops, int steps)
{
	setup_numbers();
	korch_random random;
	korch__random_init(&random, 1);
	korch_table table;
	korch__table_init(&table, ops);
	for (int step = 0; step < steps; step++) {
		/* Waves: mostly putting, then mostly removing, so that it grows and shrinks. */
		int put = korch__random_below(&random, 10) < (step / 1000 % 2 ? 2 : 8);
		number *entry = &numbers[korch__random_below(&random, COUNT)];
		if (put && !entry->in)
			ck_assert_int_eq(korch__table_put(&table, entry), 0);
		else if (!put)
			ck_assert_ptr_eq(korch__table_remove(&table, &entry->key), entry->in ? entry : NULL);
		entry->in = put;
		if (step % 500 == 0)
			check_all(&table);
	}
	check_all(&table);
	korch__table_fini(&table);
}

START_TEST(test_random)
{
	random_changes(&good, 20000);
}
END_TEST

START_TEST(test_colliding)
{
	random_changes(&colliding, 4000);
}
END_TEST

START_TEST(test_remove_while_iterating)
{
	setup_numbers();
	korch_table table;
	korch__table_init(&table, &good);
	for (size_t i = 0; i < COUNT; i++)
		ck_assert_int_eq(korch__table_put(&table, &numbers[i]), 0);
	size_t seen = 0;
	number *entry;
	for (size_t at = 0; (entry = korch__table_next(&table, &at)); seen++)
		ck_assert_ptr_eq(korch__table_remove(&table, &entry->key), entry);
	ck_assert_uint_eq(seen, COUNT);
	ck_assert_uint_eq(table.n, 0);
	ck_assert_uint_eq(table.cap, 0); /* gave its memory back */
	korch__table_fini(&table);
}
END_TEST

START_TEST(test_shrinks)
{
	setup_numbers();
	korch_table table;
	korch__table_init(&table, &good);
	for (size_t i = 0; i < COUNT; i++)
		ck_assert_int_eq(korch__table_put(&table, &numbers[i]), 0);
	for (size_t i = 1; i < COUNT; i++)
		korch__table_remove(&table, &numbers[i].key);
	ck_assert_int_eq(korch__table_put(&table, &numbers[7]), 0);
	ck_assert_uint_le(table.cap, 16);
	ck_assert_ptr_eq(korch__table_get(&table, &numbers[0].key), &numbers[0]);
	korch__table_fini(&table);
}
END_TEST

/* What is removed comes back without memory, whatever was put and removed in between. */
START_TEST(test_held)
{
	korch_random random;
	korch__random_init(&random, 3);
	korch_table table;
	korch__table_init(&table, &good);
	for (int round = 0; round < 300; round++) {
		int one_by_one = round % 2;
		size_t taken[COUNT], n = 0, fill = 1 + (size_t)korch__random_below(&random, COUNT);
		setup_numbers();
		for (size_t i = 0; i < fill; i++) {
			ck_assert_int_eq(korch__table_put(&table, &numbers[i]), 0);
			numbers[i].in = 1;
		}
		for (int step = 0; step < 600; step++) {
			size_t i = (size_t)korch__random_below(&random, COUNT);
			if (!numbers[i].in && i >= fill) {
				ck_assert_int_eq(korch__table_put(&table, &numbers[i]), 0);
				numbers[i].in = 1;
			} else if (numbers[i].in && i >= fill) {
				korch__table_remove(&table, &numbers[i].key);
				numbers[i].in = 0;
			} else if (one_by_one && i < fill / 2) {
				ck_assert_int_eq(korch__table_hold(&table), 0);
				korch__table_remove(&table, &numbers[i].key);
				korch__table_put_held(&table, &numbers[i]);
			} else if (numbers[i].in) {
				ck_assert_int_eq(korch__table_hold(&table), 0);
				korch__table_remove(&table, &numbers[i].key);
				numbers[i].in = 0;
				taken[n++] = i;
			}
		}
		korch__alloc_fail_at(1);
		while (n > 0 && n != fill / 2) {
			korch__table_put_held(&table, &numbers[taken[--n]]);
			numbers[taken[n]].in = 1;
		}
		ck_assert_uint_eq(korch__alloc_count(), 0);
		korch__alloc_fail_at(0);
		while (n-- > 0)
			korch__table_unhold(&table);
		ck_assert_uint_eq(table.held, 0);
		check_all(&table);
		for (size_t i = 0; i < COUNT; i++)
			korch__table_remove(&table, &numbers[i].key);
		ck_assert_uint_eq(table.cap, 0);
	}
	korch__table_fini(&table);
}
END_TEST

START_TEST(test_no_memory)
{
	int done = 0;
	for (uint64_t n = 1; !done; n++) {
		setup_numbers();
		korch_table table;
		korch__table_init(&table, &good);
		korch__alloc_fail_at(n);
		for (size_t i = 0; i < COUNT; i++) {
			int r = korch__table_put(&table, &numbers[i]);
			ck_assert(r == 0 || r == KORCH_E_NOMEM);
			numbers[i].in = r == 0;
		}
		done = korch__alloc_count() < n;
		korch__alloc_fail_at(0);
		check_all(&table);
		korch__table_fini(&table);
	}
}
END_TEST

START_TEST(test_hashes)
{
	/*
	 * Fixed values: they must be the same on every machine and in every version, so that runs
	 * repeat.
	 */
	ck_assert_uint_eq(korch__hash_string("kube-system/web-7"), UINT64_C(0xed93a0634d6fc5cf));
	ck_assert_uint_eq(korch__hash_u64(1), UINT64_C(0x68cb58c58e88561b));
	ck_assert_uint_ne(korch__hash_string("a"), korch__hash_string("b"));
	ck_assert_uint_eq(korch__hash_string("abcdefghij"), korch__hash_bytes("abcdefghij", 10, 0));
	ck_assert_uint_ne(korch__hash_bytes("a\0", 2, 0), korch__hash_bytes("a", 1, 0));
	ck_assert_uint_ne(korch__hash_bytes("abc", 3, 0), korch__hash_bytes("abc", 3, 1));
	uint64_t bits = 0;
	for (uint64_t i = 0; i < 64; i++)
		bits |= UINT64_C(1) << (korch__hash_u64(i) >> 58);
	ck_assert_int_gt(__builtin_popcountll(bits), 30); /* 64 balls into 64 bins fill about 40 */
}
END_TEST

KORCH_SUITE(table)
{
	Suite *suite = suite_create("table");
	KORCH_CASE(suite, "table", test_random, test_colliding, test_remove_while_iterating,
	           test_shrinks, test_held, test_no_memory, test_hashes);
	return suite;
}
