/* KubeSchedulerConfiguration: what was read makes a scheduler, what was not has a message. */
#include "fuzz.h"
#include <korch/scheduler.h>
#include <string.h>

static void check_profiles(const korch_scheduler_profiles *profiles)
{
	korch_scheduler *scheduler = NULL;
	korch_scheduler_options options = {.size = sizeof(options)};
	options.profiles = korch_scheduler_profiles_list(profiles, &options.n_profiles);
	options.hard_pod_affinity_weight = korch_scheduler_profiles_hard_weight(profiles);
	FUZZ_CHECK(options.n_profiles >= 1 && options.n_profiles <= 16);
	FUZZ_CHECK(korch_scheduler_new(&scheduler, &options, NULL) == 0);
	korch_scheduler_free(scheduler);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	korch_scheduler_profiles *profiles = NULL;
	korch_error *error = NULL;
	int code =
	    korch_scheduler_profiles_read(&profiles, (const char *)data, size, "input.yaml", &error);
	FUZZ_CHECK((code == 0) == (profiles != NULL));
	FUZZ_CHECK((code == 0) == (error == NULL));
	if (code == 0)
		check_profiles(profiles);
	else
		FUZZ_CHECK(*korch_error_message(error) != '\0');
	korch_scheduler_profiles_free(profiles);
	korch_error_free(error);
	return 0;
}
