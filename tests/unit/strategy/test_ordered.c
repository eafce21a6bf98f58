/* StatefulSets and DaemonSets: the next actions from literal members, and walks through random
 * worlds. */
#include "base/random.h"
#include "unit.h"

#include <korch/strategy/ordered.h>
#include <stdint.h>
#include <string.h>

enum { OLD = 0, NEW = 1, MAX = 32 };

#define MEMBER(n, is_new)                                                                          \
	((korch_member){.ordinal = (n), .updated = (is_new), .ready = 1, .available = 1})
#define BROKEN(n, is_new) ((korch_member){.ordinal = (n), .updated = (is_new)})
#define GOING(n, is_new) ((korch_member){.ordinal = (n), .updated = (is_new), .terminating = 1})

static korch_stateful_spec three(void)
{
	return (korch_stateful_spec){.size = sizeof(korch_stateful_spec), .replicas = 3};
}

static korch_member_action actions[MAX];

static size_t plan(const korch_stateful_spec *spec, const korch_member *members, size_t n)
{
	size_t out = 0;
	ck_assert_int_eq(korch_stateful_plan(actions, MAX, &out, spec, members, n), 0);
	return out;
}

#define ASSERT_ACTION(i, what, which)                                                              \
	do {                                                                                           \
		ck_assert_int_eq(actions[i].op, what);                                                     \
		ck_assert_int_eq(actions[i].member, which);                                                \
	} while (0)

START_TEST(members_are_made_in_order)
{
	korch_stateful_spec spec = three();
	ck_assert_uint_eq(plan(&spec, NULL, 0), 1);
	ASSERT_ACTION(0, KORCH_MEMBER_CREATE, 0);
	korch_member some[] = {BROKEN(0, NEW)};
	ck_assert_uint_eq(plan(&spec, some, 1), 0); /* the first is not ready */
	some[0] = MEMBER(0, NEW);
	ck_assert_uint_eq(plan(&spec, some, 1), 1);
	ASSERT_ACTION(0, KORCH_MEMBER_CREATE, 1);
	spec.parallel = 1;
	ck_assert_uint_eq(plan(&spec, NULL, 0), 3);
}
END_TEST

START_TEST(the_greatest_goes_first)
{
	korch_stateful_spec spec = three();
	spec.replicas = 1;
	korch_member some[] = {MEMBER(0, NEW), MEMBER(1, NEW), MEMBER(2, NEW)};
	ck_assert_uint_eq(plan(&spec, some, 3), 1);
	ASSERT_ACTION(0, KORCH_MEMBER_DELETE, 2);
	some[2] = GOING(2, NEW);
	ck_assert_uint_eq(plan(&spec, some, 3), 0); /* one by one */
	spec.parallel = 1;
	ck_assert_uint_eq(plan(&spec, some, 3), 1);
	ASSERT_ACTION(0, KORCH_MEMBER_DELETE, 1);
}
END_TEST

START_TEST(an_update_goes_down_to_the_partition)
{
	korch_stateful_spec spec = three();
	korch_member some[] = {MEMBER(0, OLD), MEMBER(1, OLD), MEMBER(2, OLD)};
	spec.partition = 1;
	ck_assert_uint_eq(plan(&spec, some, 3), 1);
	ASSERT_ACTION(0, KORCH_MEMBER_DELETE, 2);
	some[2] = BROKEN(2, NEW);
	ck_assert_uint_eq(plan(&spec, some, 3), 0);
	some[2] = MEMBER(2, NEW);
	ck_assert_uint_eq(plan(&spec, some, 3), 1);
	ASSERT_ACTION(0, KORCH_MEMBER_DELETE, 1);
	some[1] = MEMBER(1, NEW);
	ck_assert_uint_eq(plan(&spec, some, 3), 0); /* 0 is below the partition */
	korch_member rest[] = {MEMBER(1, NEW), MEMBER(2, NEW)};
	ck_assert_uint_eq(plan(&spec, rest, 2), 1);
	ASSERT_ACTION(0, KORCH_MEMBER_CREATE, 0);
	ck_assert_int_eq(actions[0].updated, 0); /* comes back as it was */
	spec.partition = 0;
	spec.on_delete = 1;
	some[1] = MEMBER(1, OLD);
	ck_assert_uint_eq(plan(&spec, some, 3), 0);
}
END_TEST

START_TEST(a_broken_old_member_is_replaced_though_others_are_missing)
{
	korch_stateful_spec spec = three();
	korch_member some[] = {MEMBER(0, OLD), BROKEN(1, OLD)};
	ck_assert_uint_eq(plan(&spec, some, 2), 1);
	ASSERT_ACTION(0, KORCH_MEMBER_DELETE, 1);
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	korch_stateful_spec spec = three();
	size_t n = 7;
	korch_member twice[] = {MEMBER(1, NEW), MEMBER(1, OLD)};
	ck_assert_int_eq(korch_stateful_plan(actions, MAX, &n, &spec, twice, 2), KORCH_E_INVALID);
	spec.partition = -1;
	ck_assert_int_eq(korch_stateful_plan(actions, MAX, &n, &spec, NULL, 0), KORCH_E_INVALID);
	korch_daemon_spec daemon = {.size = sizeof(daemon)}; /* neither surge nor unavailable */
	ck_assert_int_eq(korch_daemon_plan(actions, MAX, &n, &daemon, NULL, 0, NULL, 0),
	                 KORCH_E_INVALID);
	daemon.max_unavailable = 1;
	int32_t want = KORCH_DAEMON_RUN;
	ck_assert_int_eq(korch_daemon_plan(actions, MAX, &n, &daemon, &want, 1, twice, 1),
	                 KORCH_E_INVALID);
	ck_assert_uint_eq(n, 7);
}
END_TEST

/* A world of members in which random things happen between plans. */
typedef struct world {
	korch_member items[MAX];
	size_t n;
	korch_random random;
} world;

static void world_remove(world *w, size_t i)
{
	memmove(&w->items[i], &w->items[i + 1], (--w->n - i) * sizeof(w->items[0]));
}

static void world_add(world *w, korch_member m, int sorted)
{
	size_t i = w->n;
	ck_assert_uint_lt(w->n, MAX);
	for (; sorted && i > 0 && w->items[i - 1].ordinal > m.ordinal; i--)
		w->items[i] = w->items[i - 1];
	w->items[i] = m;
	w->n++;
}

static void world_act(world *w, const korch_member_action *todo, size_t n, int sorted)
{
	for (size_t i = 0; i < n; i++) {
		if (todo[i].op == KORCH_MEMBER_DELETE)
			w->items[todo[i].member].terminating = 1;
	}
	for (size_t i = 0; i < n; i++) {
		if (todo[i].op == KORCH_MEMBER_CREATE)
			world_add(w, BROKEN(todo[i].member, todo[i].updated), sorted);
	}
}

/* Pods end that have to, and become ready; faults: some fail. */
static void world_pass(world *w, uint64_t faults)
{
	for (size_t i = w->n; i-- > 0;) {
		uint64_t dice = korch__random_below(&w->random, 4);
		if (w->items[i].terminating && dice < 2)
			world_remove(w, i);
		else if (!w->items[i].available && dice == 2)
			w->items[i].ready = w->items[i].available = 1;
		else if (faults && korch__random_below(&w->random, 16) == 0)
			w->items[i].ready = w->items[i].available = 0;
	}
}

static int32_t missing_of(const world *w, int32_t n)
{
	int32_t missing = n;
	for (int32_t ordinal = 0; ordinal < n; ordinal++) {
		for (size_t i = 0; i < w->n; i++) {
			const korch_member *m = &w->items[i];
			if (m->ordinal == ordinal && m->available && !m->terminating) {
				missing--;
				break;
			}
		}
	}
	return missing;
}

static int all_updated(const world *w, int32_t n)
{
	for (size_t i = 0; i < w->n; i++) {
		if (!w->items[i].updated)
			return 0;
	}
	return w->n == (size_t)n && missing_of(w, n) == 0;
}

START_TEST(a_stateful_set_never_lacks_more_than_it_may)
{
	world w = {0};
	korch__random_init(&w.random, (uint64_t)_i);
	korch_stateful_spec spec = three();
	spec.replicas = 1 + (int32_t)korch__random_below(&w.random, 6);
	spec.parallel = (int32_t)korch__random_below(&w.random, 2);
	spec.max_unavailable = 1 + (int32_t)korch__random_below(&w.random, 3);
	for (int32_t i = 0; i < spec.replicas; i++)
		world_add(&w, MEMBER(i, OLD), 1);
	for (int step = 0; step < 400 && !all_updated(&w, spec.replicas); step++) {
		int32_t before = missing_of(&w, spec.replicas);
		world_act(&w, actions, plan(&spec, w.items, w.n), 1);
		int32_t after = missing_of(&w, spec.replicas);
		ck_assert_msg(after <= before || after <= spec.max_unavailable, "%d missing, %d before",
		              after, before);
		world_pass(&w, step < 100);
	}
	ck_assert(all_updated(&w, spec.replicas));
	ck_assert_uint_eq(plan(&spec, w.items, w.n), 0);
}
END_TEST

START_TEST(a_daemon_set_never_lacks_more_than_it_may)
{
	world w = {0};
	korch__random_init(&w.random, (uint64_t)_i);
	korch_daemon_spec spec = {.size = sizeof(spec)};
	int32_t n = 1 + (int32_t)korch__random_below(&w.random, 6), wants[8];
	int32_t most = 1 + (int32_t)korch__random_below(&w.random, 3);
	*(korch__random_below(&w.random, 2) ? &spec.max_surge : &spec.max_unavailable) = most;
	for (int32_t i = 0; i < n; i++) {
		wants[i] = KORCH_DAEMON_RUN;
		world_add(&w, MEMBER(i, OLD), 0);
	}
	for (int step = 0; step < 400 && !all_updated(&w, n); step++) {
		size_t n_actions = 0;
		int32_t before = missing_of(&w, n);
		ck_assert_int_eq(
		    korch_daemon_plan(actions, MAX, &n_actions, &spec, wants, (size_t)n, w.items, w.n), 0);
		world_act(&w, actions, n_actions, 0);
		int32_t after = missing_of(&w, n);
		ck_assert_msg(after <= before || after <= spec.max_unavailable, "%d missing, %d before",
		              after, before);
		ck_assert_uint_le(w.n, (size_t)(n + (spec.max_surge ? 2 * n : n)));
		world_pass(&w, step < 100);
	}
	ck_assert(all_updated(&w, n));
}
END_TEST

START_TEST(nodes_get_and_lose_daemons)
{
	korch_daemon_spec spec = {.size = sizeof(spec), .max_unavailable = 1};
	int32_t wants[] = {KORCH_DAEMON_RUN, KORCH_DAEMON_EVICT, KORCH_DAEMON_LEAVE, KORCH_DAEMON_RUN};
	korch_member some[] = {MEMBER(1, NEW), MEMBER(2, NEW), BROKEN(3, NEW), MEMBER(3, NEW)};
	size_t n = 0;
	ck_assert_int_eq(korch_daemon_plan(actions, MAX, &n, &spec, wants, 4, some, 4), 0);
	ck_assert_uint_eq(n, 3);
	ASSERT_ACTION(0, KORCH_MEMBER_DELETE, 0); /* evicted */
	ASSERT_ACTION(1, KORCH_MEMBER_DELETE, 2); /* one too many: the broken one */
	ASSERT_ACTION(2, KORCH_MEMBER_CREATE, 0);
}
END_TEST

KORCH_SUITE(ordered)
{
	Suite *suite = suite_create("ordered");
	KORCH_CASE(suite, "stateful", members_are_made_in_order, the_greatest_goes_first,
	           an_update_goes_down_to_the_partition,
	           a_broken_old_member_is_replaced_though_others_are_missing,
	           what_makes_no_sense_is_refused);
	KORCH_CASE(suite, "daemon", nodes_get_and_lose_daemons);
	TCase *walks = tcase_create("walks");
	tcase_set_timeout(walks, 60);
	tcase_add_loop_test(walks, a_stateful_set_never_lacks_more_than_it_may, 0, 200);
	tcase_add_loop_test(walks, a_daemon_set_never_lacks_more_than_it_may, 0, 200);
	suite_add_tcase(suite, walks);
	return suite;
}
