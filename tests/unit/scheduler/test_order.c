/* The order of ties: numbers that rise with the names, whatever comes and goes. */
#include "base/random.h"
#include "cluster.h"
#include "scheduler/state/state.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 10000 };

static korch_scheduler *s;

static korch_scheduler *with_ties(int32_t ties, uint64_t seed)
{
	const korch_scheduler_options options = {.size = sizeof(options), .ties = ties, .seed = seed};
	korch_scheduler *made = NULL;
	ck_assert_int_eq(korch_scheduler_new(&made, &options, NULL), 0);
	return made;
}

static void setup(void)
{
	s = with_ties(KORCH_TIES_NAME, 0);
}

static void teardown(void)
{
	korch_scheduler_free(s);
}

/* Slots stand in the list by name, with rising numbers. */
static void check_order(size_t n)
{
	size_t seen = 0;
	for (uint32_t at = s->last_slot; at != NONE; at = s->slots.items[at]->before, seen++) {
		const sched_slot *slot = s->slots.items[at];
		if (slot->before == NONE)
			continue;
		const sched_slot *before = s->slots.items[slot->before];
		ck_assert_uint_eq(before->after, at);
		ck_assert_int_lt(strcmp(before->name, slot->name), 0);
		ck_assert_uint_lt(s->tie[before->index], s->tie[at]);
	}
	ck_assert_uint_eq(seen, n);
}

static void add(const char *name)
{
	ck_assert_ptr_nonnull(korch__slot_make(s, name));
}

static void add_number(const char *format, unsigned i)
{
	char name[32];
	snprintf(name, sizeof(name), format, i);
	add(name);
}

START_TEST(test_rising)
{
	for (unsigned i = 0; i < NODES; i++)
		add_number("n%05u", i);
	check_order(NODES);
}
END_TEST

START_TEST(test_falling)
{
	for (unsigned i = NODES; i > 0; i--)
		add_number("n%05u", i);
	check_order(NODES);
}
END_TEST

/* As clusters are numbered: n10 comes between n1 and n2. */
START_TEST(test_as_counted)
{
	for (unsigned i = 0; i < NODES; i++)
		add_number("n%u", i);
	check_order(NODES);
}
END_TEST

/* All between two, each behind the one before: every gap is used up. */
START_TEST(test_one_gap)
{
	add("a");
	add("z");
	for (unsigned i = 0; i < NODES; i++)
		add_number("m%05u", i);
	for (unsigned i = NODES; i > 0; i--)
		add_number("k%05u", i);
	check_order(2 * NODES + 2);
}
END_TEST

static void shuffle(unsigned *list, unsigned n, uint64_t seed)
{
	korch_random random;
	korch__random_init(&random, seed);
	for (unsigned i = 0; i < n; i++)
		list[i] = i;
	for (unsigned i = n; i > 1; i--) {
		unsigned k = (unsigned)korch__random_below(&random, i), kept = list[k];
		list[k] = list[i - 1];
		list[i - 1] = kept;
	}
}

START_TEST(test_random)
{
	static unsigned list[NODES];
	shuffle(list, NODES, 1);
	for (unsigned i = 0; i < NODES; i++)
		add_number("n%05u", list[i]);
	check_order(NODES);
	for (unsigned i = 0; i < NODES; i += 2) {
		char name[16];
		snprintf(name, sizeof(name), "n%05u", list[i]);
		korch__slot_release(s, korch__slot_get(s, name));
	}
	check_order(NODES / 2);
	for (unsigned i = 0; i < NODES; i += 2)
		add_number("n%05u", list[i]);
	check_order(NODES);
}
END_TEST

/* Numbers are spread anew around a full gap only: few nodes are looked at again for each that
 * comes. */
START_TEST(test_few_are_touched)
{
	add("a");
	add("z");
	uint64_t before = s->touched.end;
	for (unsigned i = 0; i < 1000; i++)
		add_number("m%05u", i);
	ck_assert_uint_lt(s->touched.end - before, 1000 * 100);
	ck_assert_uint_eq(s->generation, 1);
}
END_TEST

/* What is best stays right while numbers are spread anew. */
START_TEST(test_decisions_in_between)
{
	char name[16];
	korch_scheduler_free(s);
	s = new_packer();
	feed_node(s, make_node("z", "cpu=1 memory=1Gi"));
	feed_node(s, make_node("n999", "cpu=4 memory=4Gi"));
	for (int i = 998; i >= 800; i--) {
		ck_assert_str_eq(ask(s, make_pod("p", "cpu=2 memory=2Gi")), i == 998 ? "n999" : name);
		snprintf(name, sizeof(name), "n%d", i);
		feed_node(s, make_node(name, "cpu=4 memory=4Gi"));
	}
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "n800a%03d", i); /* between n800 and n801 */
		feed_node(s, make_node(name, "cpu=4 memory=4Gi"));
		ck_assert_str_eq(ask(s, make_pod("p", "cpu=2 memory=2Gi")), "n800");
	}
	korch_scheduler_node_remove(s, "n800");
	ck_assert_str_eq(ask(s, make_pod("p", "cpu=2 memory=2Gi")), "n800a000");
}
END_TEST

/* The order of names as it was drawn: the same for the same seed, in whatever order nodes come. */
static void order_of(char out[400], uint64_t seed, int backwards)
{
	korch_scheduler *seeded = with_ties(KORCH_TIES_SEEDED, seed);
	out[0] = '\0';
	for (int i = 0; i < 20; i++) {
		char name[8];
		snprintf(name, sizeof(name), "n%d", backwards ? 19 - i : i);
		feed_node(seeded, make_node(name, "cpu=1 memory=1Gi"));
	}
	for (int i = 0; i < 20; i++) {
		char name[8];
		snprintf(name, sizeof(name), "p%d", i);
		const char *node = place(seeded, make_pod(name, "cpu=1 memory=1Gi"));
		snprintf(out + strlen(out), 400 - strlen(out), "%s ", node);
	}
	korch_scheduler_free(seeded);
}

START_TEST(test_seeded)
{
	char a[400], b[400], other[400];
	order_of(a, 7, 0);
	order_of(b, 7, 1);
	order_of(other, 8, 0);
	ck_assert_str_eq(a, b);
	ck_assert_str_ne(a, other);
}
END_TEST

KORCH_SUITE(order)
{
	Suite *suite = suite_create("order");
	const TTest *const tests[] = {
	    test_rising, test_falling,         test_as_counted,          test_one_gap,
	    test_random, test_few_are_touched, test_decisions_in_between};
	TCase *names = tcase_create("names");
	tcase_add_checked_fixture(names, setup, teardown);
	tcase_set_timeout(names, 60);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(names, tests[i]);
	suite_add_tcase(suite, names);
	KORCH_CASE(suite, "seeded", test_seeded);
	return suite;
}
