/* The memory store through the conformance suite, with a long history and on a real loop. */
#include "store.h"
#include <stdlib.h>

static int open_memory(korch_store **out, korch_loop *loop, void *userdata)
{
	(void)userdata;
	return korch_store_memory_new(out, loop, 0, NULL);
}

int main(void)
{
	korch_conformance_store_factory factory = {
	    .size = sizeof(factory), .name = "memory", .open = open_memory};
	SRunner *runner = srunner_create(korch_conformance_store_suite(&factory));
	factory.name = "memory, real time";
	factory.real_time = 1;
	factory.seed = 7;
	srunner_add_suite(runner, korch_conformance_store_suite(&factory));
	factory.name = "memory, late";
	factory.real_time = 0;
	factory.late = 1;
	srunner_add_suite(runner, korch_conformance_store_suite(&factory));
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
