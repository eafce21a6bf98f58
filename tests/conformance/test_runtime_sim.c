/* The simulated runtime through the conformance suite, in virtual and in real time. */
#include "runtime.h"
#include <korch/sim.h>
#include <stdlib.h>

static void add_rule(korch_runtime *runtime, korch_sim_rule rule)
{
	rule.size = sizeof(rule);
	ck_assert_int_eq(korch_sim_rule_add(runtime, &rule, NULL), 0);
}

static int open_sim(korch_runtime **out, korch_loop *loop, void *userdata)
{
	korch_node_capacity capacity = {.cpu_milli = 4000, .memory_bytes = 1 << 30, .pods = 110};
	korch_usec start_us = userdata ? 200 * KORCH_USEC_PER_MSEC : 0;
	int r = korch_runtime_sim_new(out, loop, NULL, NULL);
	if (r < 0)
		return r;
	add_rule(*out, (korch_sim_rule){.image = "forever",
	                                .start_us = start_us,
	                                .pull_us = start_us,
	                                .term_us = start_us,
	                                .exec_us = start_us,
	                                .exec_output = "out\n",
	                                .exec_exit_code = 3,
	                                .cpu_milli = 250});
	add_rule(*out, (korch_sim_rule){.image = "exit",
	                                .start_us = start_us,
	                                .run_us = 100 * KORCH_USEC_PER_MSEC,
	                                .exit_code = 7});
	add_rule(*out, (korch_sim_rule){.image = "stubborn", .start_us = start_us, .ignores_term = 1});
	add_rule(*out, (korch_sim_rule){.image = "broken", .start_error = "it is broken"});
	return korch_sim_node_add(*out, "node-1", &capacity);
}

static int restart_sim(korch_runtime **runtime, korch_loop *loop, void *userdata)
{
	(void)loop;
	(void)userdata;
	return korch_sim_restart(runtime, *runtime);
}

static void describe(korch_container_config *config, korch_conformance_job job, void *userdata)
{
	static const char *const images[] = {"forever", "exit", "stubborn", "broken"};
	(void)userdata;
	config->image = images[job];
}

int main(void)
{
	static int is_slow = 1;
	korch_conformance_runtime_factory factory = {.size = sizeof(factory),
	                                             .name = "sim",
	                                             .open = open_sim,
	                                             .restart = restart_sim,
	                                             .describe = describe};
	SRunner *runner = srunner_create(korch_conformance_runtime_suite(&factory));
	factory.name = "sim, where everything takes time";
	factory.userdata = &is_slow;
	srunner_add_suite(runner, korch_conformance_runtime_suite(&factory));
	factory.name = "sim, real time";
	factory.real_time = 1;
	srunner_add_suite(runner, korch_conformance_runtime_suite(&factory));
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
