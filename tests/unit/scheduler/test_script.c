/* Random scripts: the state stays what the objects say, also when memory is short. */
#include "base/random.h"
#include "script.h"
#include "unit.h"
#include <stdlib.h>

enum { SIZE = 3000 };

static unsigned play(uint64_t seed, int tortures)
{
	uint8_t data[SIZE];
	korch_random random;
	script run;
	korch__random_init(&random, seed);
	for (size_t i = 0; i < SIZE; i++)
		data[i] = (uint8_t)korch__random_below(&random, 256);
	script_init(&run, data, SIZE, tortures);
	while (script_step(&run))
		;
	unsigned n_failures = run.n_failures;
	script_fini(&run);
	return n_failures;
}

/* The seed is the number of the test that fails. */
START_TEST(test_as_if_told_anew)
{
	for (uint64_t i = 0; i < unit_seeds(2); i++)
		play((uint64_t)_i + 20 * i, 0);
}
END_TEST

START_TEST(test_memory)
{
	ck_assert_uint_gt(play(1000 + (uint64_t)_i, 1), 100);
}
END_TEST

KORCH_SUITE(script)
{
	Suite *suite = suite_create("script");
	TCase *anew = tcase_create("as if told anew"), *memory = tcase_create("memory");
	tcase_set_timeout(anew, 60);
	tcase_set_timeout(memory, 60);
	tcase_add_loop_test(anew, test_as_if_told_anew, 0, 20);
	tcase_add_loop_test(memory, test_memory, 0, 3);
	suite_add_tcase(suite, anew);
	suite_add_tcase(suite, memory);
	return suite;
}
