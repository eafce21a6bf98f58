/* Runs every suite that the files linked into this program have registered; prints Check's closing
 * lines. */
#include "unit.h"
#include <stdlib.h>

enum { MAX_SUITES = 128 };

static korch_unit_suite_fn suites[MAX_SUITES];
static size_t n_suites;

void korch_unit_register(korch_unit_suite_fn make)
{
	if (n_suites == MAX_SUITES)
		abort();
	suites[n_suites++] = make;
}

int main(void)
{
	/* Check's own 4 s are too few on a machine that does other things, too. */
	setenv("CK_DEFAULT_TIMEOUT", "60", 0);
	SRunner *runner = srunner_create(NULL);
	for (size_t i = 0; i < n_suites; i++)
		srunner_add_suite(runner, suites[i]());
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed || n_suites == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
