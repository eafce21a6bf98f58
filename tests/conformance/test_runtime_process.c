/* The process runtime through the conformance suite. */
#include "runtime.h"
#include <ftw.h>
#include <korch/process.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64];

static int open_process(korch_runtime **out, korch_loop *loop, void *userdata)
{
	(void)userdata;
	if (!folder[0]) {
		snprintf(folder, sizeof(folder), "/tmp/korch-conformance-XXXXXX");
		ck_assert_ptr_nonnull(mkdtemp(folder));
	}
	korch_process_options options = {.size = sizeof(options), .state_folder = folder};
	return korch_runtime_process_new(out, loop, &options, NULL);
}

static int restart_process(korch_runtime **runtime, korch_loop *loop, void *userdata)
{
	korch_runtime_free(*runtime);
	*runtime = NULL;
	return open_process(runtime, loop, userdata);
}

static void describe(korch_container_config *config, korch_conformance_job job, void *userdata)
{
	static const char *const commands[][3] = {
	    [KORCH_CONFORMANCE_FOREVER] = {"sh", "-c", "exec sleep 100000"},
	    [KORCH_CONFORMANCE_EXIT] = {"sh", "-c", "exit 7"},
	    [KORCH_CONFORMANCE_STUBBORN] = {"sh", "-c", "trap '' TERM; while :; do sleep 1; done"},
	    [KORCH_CONFORMANCE_BROKEN] = {"/does/not/exist", "", ""},
	};
	(void)userdata;
	config->image = "conformance";
	config->command = commands[job];
	config->n_command = 3;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

static void clean(void *userdata)
{
	(void)userdata;
	if (folder[0])
		nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	folder[0] = '\0';
}

int main(void)
{
	korch_conformance_runtime_factory factory = {.size = sizeof(factory),
	                                             .name = "process",
	                                             .open = open_process,
	                                             .restart = restart_process,
	                                             .describe = describe,
	                                             .clean = clean,
	                                             .real_time = 1};
	SRunner *runner = srunner_create(korch_conformance_runtime_suite(&factory));
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
