/*
 * Bytes → nodes, pods, claims and trials that come and go → decisions: nothing is given away twice,
 * counters count what there is, and a scheduler that is told everything anew says the same.
 */
#include "fuzz.h"
#include "script.h"

enum { STEPS_MAX = 300 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	script run;
	script_init(&run, data, size, 0);
	for (int i = 0; i < STEPS_MAX && script_step(&run); i++)
		;
	script_fini(&run);
	return 0;
}
