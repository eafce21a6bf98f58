/* What a unit test file needs: KORCH_SUITE(name) defines and registers a Check suite of that name.
 */
#ifndef KORCH_TESTS_UNIT_H
#define KORCH_TESTS_UNIT_H

#include <check.h>
#include <stdint.h>
#include <stdlib.h>

typedef Suite *(*korch_unit_suite_fn)(void);
void korch_unit_register(korch_unit_suite_fn make);

/* KORCH_SUITE(table) { Suite *suite = suite_create("table"); …; return suite; } */
#define KORCH_SUITE(name)                                                                          \
	static Suite *name##_suite(void);                                                              \
	__attribute__((constructor)) static void name##_register(void)                                 \
	{                                                                                              \
		korch_unit_register(name##_suite);                                                         \
	}                                                                                              \
	static Suite *name##_suite(void)

/* Adds a test case made of the tests given: KORCH_CASE(suite, "grow", test_a, test_b); */
#define KORCH_CASE(suite, name, ...)                                                               \
	do {                                                                                           \
		const TTest *const tests_[] = {__VA_ARGS__};                                               \
		TCase *case_ = tcase_create(name);                                                         \
		tcase_set_timeout(case_, 60);                                                              \
		for (size_t i_ = 0; i_ < sizeof(tests_) / sizeof(tests_[0]); i_++)                         \
			tcase_add_test(case_, tests_[i_]);                                                     \
		suite_add_tcase((suite), case_);                                                           \
	} while (0)

/* How many seeds a test with random input takes: n, or KORCH_SEEDS times as many. */
static inline uint64_t unit_seeds(uint64_t n)
{
	const char *times = getenv("KORCH_SEEDS");
	uint64_t factor = times ? strtoull(times, NULL, 10) : 1;
	return factor > 0 ? n * factor : n;
}

#endif
