/*
 * The suite of stores: its factories, and the store that a test works on. The tests stand in
 * store_*.c.
 */
#include "store.h"
#include "store_fixture.h"
#include <korch/faulty.h>
#include <string.h>

enum { FACTORIES_MAX = 16, STEP_US = 10000, LATE_US = 2000, REAL_LATE_US = 300, TIMEOUT_S = 60 };

static korch_conformance_store_factory factories[FACTORIES_MAX];
static int n_factories;
static const korch_conformance_store_factory *factory;

korch_loop *loop;
korch_store *store;
const korch_kind *config_map, *space, *widget;
int is_inside;

const korch_conformance_store_factory *fixture_factory(void)
{
	return factory;
}

static void stand_in_front(void)
{
	const korch_faulty_faults faults = {.size = sizeof(faults),
	                                    .late_permille = 300,
	                                    .answer_late_permille = 300,
	                                    .watch_late_permille = 200,
	                                    .delay_max_us =
	                                        factory->real_time ? REAL_LATE_US : LATE_US};
	const korch_faulty_options options = {
	    .size = sizeof(options), .seed = factory->seed, .faults = &faults};
	if (factory->late)
		ck_assert_int_eq(korch_store_faulty_new(&store, loop, store, &options, NULL), 0);
}

void fixture_open(int i)
{
	factory = &factories[i];
	ck_assert_int_eq(korch_kind_get(&config_map, "v1", "ConfigMap", NULL), 0);
	ck_assert_int_eq(korch_kind_get(&space, "v1", "Namespace", NULL), 0);
	ck_assert_int_eq(korch_kind_get(&widget, "example.com/v1", "Widget", NULL), 0);
	int r = factory->real_time ? korch_loop_new(&loop, NULL)
	                           : korch_loop_new_virtual(&loop, INT64_C(1577836800000000), NULL);
	ck_assert_int_eq(r, 0);
	ck_assert_int_eq(factory->open(&store, loop, factory->userdata), 0);
	stand_in_front();
}

int fixture_is_late(void)
{
	return factory->real_time || factory->late;
}

void fixture_close(void)
{
	korch_store_free(store);
	store = NULL;
	korch_loop_free(loop);
	if (factory->clean)
		factory->clean(factory->userdata);
}

int fixture_reopen(void)
{
	if (!factory->reopen)
		return 0;
	korch_store_free(store);
	store = NULL;
	ck_assert_int_eq(factory->reopen(&store, loop, factory->userdata), 0);
	stand_in_front();
	return 1;
}

/* One step of the loop; 0 when nothing is left that could happen. */
static int step(void)
{
	if (factory->step) {
		factory->step(loop, factory->userdata);
		return 1;
	}
	return korch_loop_step(loop, korch_loop_now(loop) + (fixture_is_late() ? STEP_US : 0));
}

void fixture_pass(korch_usec us)
{
	if (factory->step)
		factory->step(loop, factory->userdata);
	else
		korch_loop_step(loop, korch_loop_now(loop) + us);
}

void wait_for(const int *flag)
{
	while (!*flag) {
		int is_alive = step();
		ck_assert_msg(is_alive || *flag, "a completion did not come");
	}
}

static void on_settled(void *userdata, int code, const korch_object *object)
{
	(void)code;
	(void)object;
	*(int *)userdata = 1;
}

void settle(void)
{
	/* Several turns: what one of them starts is told on the next. */
	for (int i = 0; i < 3; i++) {
		int is_done = 0;
		korch_key key = {config_map, "settle", "settle"};
		ck_assert_int_eq(korch_store_get(store, &key, on_settled, &is_done), 0);
		wait_for(&is_done);
	}
}

void add_tests(Suite *suite, const char *name, const TTest *const *tests, size_t n, int i)
{
	TCase *tcase = tcase_create(name);
	tcase_set_timeout(tcase, factories[i].timeout_s ? factories[i].timeout_s : TIMEOUT_S);
	for (size_t at = 0; at < n; at++)
		tcase_add_loop_test(tcase, tests[at], i, i + 1);
	suite_add_tcase(suite, tcase);
}

Suite *korch_conformance_store_suite(const korch_conformance_store_factory *wanted)
{
	if (!wanted || wanted->size != sizeof(*wanted) || !wanted->name || !wanted->open ||
	    n_factories == FACTORIES_MAX)
		return NULL;
	int i = n_factories++;
	factories[i] = *wanted;
	Suite *suite = suite_create(wanted->name);
	add_commit_tests(suite, i);
	add_list_tests(suite, i);
	add_watch_tests(suite, i);
	add_life_tests(suite, i);
	add_lease_tests(suite, i);
	add_model_tests(suite, i);
	add_fault_tests(suite, i);
	return suite;
}
