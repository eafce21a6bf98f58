/* base/btree against a plain array, with its structure checked from outside by order and count. */
#include "base/alloc.h"
#include "base/btree.h"
#include "base/random.h"
#include "unit.h"
#include <korch/error.h>

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

typedef struct number {
	int key;
	int in;
} number;

enum { COUNT = 3000 };
static number numbers[COUNT];
static korch_btree tree;

static int compare(const void *key, const void *entry, void *context)
{
	(void)context;
	int a = *(const int *)key, b = ((const number *)entry)->key;
	return (a > b) - (a < b);
}

static const korch_btree_ops ops = {.compare = compare};

static void setup_numbers(void)
{
	for (int i = 0; i < COUNT; i++)
		numbers[i] = (number){.key = 2 * i};
	korch__btree_init(&tree, &ops);
}

static int check_next(void *entry, void *userdata)
{
	number **expected = userdata;
	while (*expected < numbers + COUNT && !(*expected)->in)
		(*expected)++;
	ck_assert_ptr_eq(entry, *expected);
	(*expected)++;
	return 0;
}

/* The walk gives exactly what is in, in order. */
static void check_all(void)
{
	number *expected = numbers;
	size_t n = 0;
	ck_assert_int_eq(korch__btree_each_from(&tree, NULL, check_next, &expected), 0);
	for (size_t i = 0; i < COUNT; i++)
		n += (size_t)numbers[i].in;
	for (; expected < numbers + COUNT; expected++)
		ck_assert(!expected->in);
	ck_assert_uint_eq(tree.n, n);
}

static number *next_in(int i)
{
	while (i < COUNT && !numbers[i].in)
		i++;
	return i < COUNT ? &numbers[i] : NULL;
}

static void check_bounds(int i)
{
	int key = 2 * i, before = key - 1;
	ck_assert_ptr_eq(korch__btree_find(&tree, &key), numbers[i].in ? &numbers[i] : NULL);
	ck_assert_ptr_null(korch__btree_find(&tree, &before));
	ck_assert_ptr_eq(korch__btree_at_least(&tree, &key), next_in(i));
	ck_assert_ptr_eq(korch__btree_at_least(&tree, &before), next_in(i));
	ck_assert_ptr_eq(korch__btree_after(&tree, &before), next_in(i));
	ck_assert_ptr_eq(korch__btree_after(&tree, &key), next_in(i + 1));
	if (i % 100 == 0) {
		number *expected = next_in(i) ? next_in(i) : numbers + COUNT;
		korch__btree_each_from(&tree, &key, check_next, &expected);
	}
}

static void change(int i, int put)
{
	number *entry = &numbers[i];
	if (put)
		ck_assert_int_eq(korch__btree_insert(&tree, entry), entry->in ? KORCH_E_EXISTS : 0);
	else
		ck_assert_ptr_eq(korch__btree_remove(&tree, &entry->key), entry->in ? entry : NULL);
	entry->in = put;
}

START_TEST(test_random)
{
	setup_numbers();
	korch_random random;
	korch__random_init(&random, 5);
	for (int step = 0; step < 60000; step++) {
		int mostly_put = step / 10000 % 2 == 0;
		change((int)korch__random_below(&random, COUNT),
		       korch__random_below(&random, 10) < (mostly_put ? 9 : 1));
		if (step % 1000 == 0)
			check_all();
		if (step % 10 == 0)
			check_bounds((int)korch__random_below(&random, COUNT));
	}
	check_all();
	korch__btree_fini(&tree);
	ck_assert_uint_eq(tree.n, 0);
}
END_TEST

START_TEST(test_orders)
{
	/* Up, down, inwards: put all in one order and take all out in another. */
	for (int how = 0; how < 9; how++) {
		setup_numbers();
		for (int phase = 0; phase < 2; phase++) {
			int order = phase ? how / 3 : how % 3;
			for (int i = 0; i < COUNT; i++) {
				int inwards = i % 2 ? COUNT - 1 - i / 2 : i / 2;
				change(order == 0 ? i : order == 1 ? COUNT - 1 - i : inwards, phase == 0);
				if (i % 300 == 0)
					check_all();
			}
		}
		ck_assert_ptr_null(korch__btree_first(&tree));
		ck_assert_ptr_null(korch__btree_last(&tree));
		ck_assert_ptr_null(tree.root); /* gave its memory back */
	}
}
END_TEST

START_TEST(test_ends_and_replace)
{
	setup_numbers();
	int key = 10;
	ck_assert_ptr_null(korch__btree_find(&tree, &key));
	ck_assert_ptr_null(korch__btree_at_least(&tree, &key));
	ck_assert_ptr_null(korch__btree_remove(&tree, &key));
	number other = {.key = 10};
	ck_assert_ptr_null(korch__btree_replace(&tree, &other));
	for (int i = 0; i < 200; i++)
		change(i, 1);
	ck_assert_ptr_eq(korch__btree_first(&tree), &numbers[0]);
	ck_assert_ptr_eq(korch__btree_last(&tree), &numbers[199]);
	ck_assert_ptr_eq(korch__btree_replace(&tree, &other), &numbers[5]);
	ck_assert_ptr_eq(korch__btree_find(&tree, &key), &other);
	ck_assert_uint_eq(tree.n, 200);
	korch__btree_fini(&tree);
}
END_TEST

/* A walk by key goes on rightly when the entry it stands on, and others, go away in between. */
START_TEST(test_steps_survive_changes)
{
	setup_numbers();
	for (int i = 0; i < COUNT; i++)
		change(i, 1);
	int seen = 0, key = -1;
	for (number *at; (at = korch__btree_after(&tree, &key)); seen++) {
		ck_assert_int_gt(at->key, key);
		key = at->key;
		change(key / 2, 0);
		if (key / 2 + 1 < COUNT)
			change(key / 2 + 1, 0);
	}
	ck_assert_int_eq(seen, COUNT / 2);
	ck_assert_uint_eq(tree.n, 0);
}
END_TEST

static int stop_at(void *entry, void *userdata)
{
	return ((number *)entry)->key == *(int *)userdata ? 7 : 0;
}

typedef struct named {
	int ignored;
	char name[12];
} named;

static int compare_name(const void *key, const void *entry, void *context)
{
	++*(int *)context;
	return strcmp(key, ((const named *)entry)->name);
}

static const void *name_of(const void *entry)
{
	return ((const named *)entry)->name;
}

START_TEST(test_walk_ends_and_keys)
{
	setup_numbers();
	for (int i = 0; i < 500; i++)
		change(i, 1);
	int key = 600, from = 100, beyond = 5000;
	ck_assert_int_eq(korch__btree_each_from(&tree, &from, stop_at, &key), 7);
	ck_assert_int_eq(korch__btree_each_from(&tree, &beyond, stop_at, &key), 0);
	korch__btree_fini(&tree);

	int compared = 0;
	korch_btree_ops by_name = {.compare = compare_name, .entry_key = name_of, .context = &compared};
	korch_btree names;
	korch__btree_init(&names, &by_name);
	named web = {.name = "web"}, db = {.name = "db"};
	ck_assert_int_eq(korch__btree_insert(&names, &web), 0);
	ck_assert_int_eq(korch__btree_insert(&names, &db), 0);
	ck_assert_ptr_eq(korch__btree_first(&names), &db);
	ck_assert_ptr_eq(korch__btree_find(&names, "web"), &web);
	ck_assert_int_gt(compared, 0);
	korch__btree_fini(&names);
}
END_TEST

/* Each allocation fails once: the tree holds what was reported as put. */
START_TEST(test_no_memory)
{
	int done = 0;
	for (uint64_t n = 1; !done; n += n < 20 ? 1 : 7) {
		setup_numbers();
		korch__alloc_fail_at(n);
		for (int i = 0; i < COUNT; i++) {
			int at = (int)((unsigned)i * 1103u % COUNT);
			int r = korch__btree_insert(&tree, &numbers[at]);
			ck_assert(r == 0 || r == KORCH_E_NOMEM);
			numbers[at].in = r == 0;
		}
		done = korch__alloc_count() < n;
		korch__alloc_fail_at(0);
		check_all();
		for (int i = 0; i < COUNT; i++)
			change(i, 0);
		ck_assert_ptr_null(tree.root);
	}
}
END_TEST

#if !defined(__SANITIZE_ADDRESS__)
/*
 * The promise of the header: at most 16 bytes an entry, for entries that come in random and in
 * rising order.
 */
START_TEST(test_memory)
{
	enum { MANY = 100000 };
	number *many = malloc(MANY * sizeof(*many));
	for (int rising = 0; rising < 2; rising++) {
		korch__btree_init(&tree, &ops);
		size_t before = mallinfo2().uordblks;
		for (int i = 0; i < MANY; i++) {
			int at = rising ? i : (int)((unsigned)i * 7919u % MANY);
			many[at] = (number){.key = at};
			ck_assert_int_eq(korch__btree_insert(&tree, &many[at]), 0);
		}
		size_t used = mallinfo2().uordblks - before;
		ck_assert_uint_le(used, (size_t)MANY * (rising ? 10 : 16));
		korch__btree_fini(&tree);
	}
	free(many);
}
END_TEST
#endif

KORCH_SUITE(btree)
{
	Suite *suite = suite_create("btree");
	KORCH_CASE(suite, "btree", test_random, test_orders, test_ends_and_replace,
	           test_steps_survive_changes, test_walk_ends_and_keys, test_no_memory);
#if !defined(__SANITIZE_ADDRESS__)
	KORCH_CASE(suite, "memory", test_memory);
#endif
	return suite;
}
