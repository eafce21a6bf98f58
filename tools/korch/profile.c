/* Profiles of the scheduler: a built-in one by its name, or a KubeSchedulerConfiguration file. */
#include "schedule/model.h"
#include "tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONFIG_MAX = 1 << 20 };

static int read_file(char **out, size_t *length, const char *path, korch_error **err)
{
	FILE *stream = fopen(path, "re");
	if (!stream)
		return korch_error_set(err, KORCH_E_NOT_FOUND, "%s: %s", path, strerror(errno));
	char *text = malloc(CONFIG_MAX + 1);
	size_t n = text ? fread(text, 1, CONFIG_MAX + 1, stream) : 0;
	int number = ferror(stream) ? errno : 0;
	fclose(stream);
	if (!text)
		return model_nomem(err);
	if (number || n > CONFIG_MAX) {
		free(text);
		return number ? korch_error_set(err, KORCH_E_IO, "%s: %s", path, strerror(number))
		              : korch_error_set(err, KORCH_E_LIMIT, "%s: larger than %d bytes", path,
		                                CONFIG_MAX);
	}
	*out = text;
	*length = n;
	return 0;
}

/* Neither a profile nor a file. */
static int no_profile(const char *option, const char *name, korch_error **err)
{
	static const char *const BUILTIN[] = {"default-scheduler", "spread",      "binpack",
	                                      "best-fit",          "dot-product", "gpu-fragmentation",
	                                      "gpu-headroom"};
	const char *known[sizeof(BUILTIN) / sizeof(BUILTIN[0])];
	char list[256] = "";
	size_t n = 0, length = 0;
	for (size_t i = 0; i < sizeof(BUILTIN) / sizeof(BUILTIN[0]); i++)
		if (korch_scheduler_profile_builtin(BUILTIN[i])) {
			known[n++] = BUILTIN[i];
			length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
			                           n > 1 ? ", " : "", BUILTIN[i]);
		}
	const char *meant = nearest_name(name, known, n);
	return korch_error_set(
	    err, KORCH_E_NOT_FOUND, "%s %s: no such file, and no profile of that name (%s)%s%s%s",
	    option, name, list, meant ? ", did you mean " : "", meant ? meant : "", meant ? "?" : "");
}

int tool_profile_load(korch_scheduler_profiles **out, korch_scheduler_options *options,
                      const char *option, const char *profile, korch_error **err)
{
	char *text = NULL;
	size_t length = 0;
	options->profiles = korch_scheduler_profile_builtin(profile);
	options->n_profiles = 1;
	if (options->profiles)
		return 0;
	korch_error *error = NULL;
	int code = read_file(&text, &length, profile, &error);
	if (code == KORCH_E_NOT_FOUND && !strchr(profile, '/') && !strchr(profile, '.')) {
		korch_error_free(error);
		return no_profile(option, profile, err);
	}
	if (code == 0)
		code = korch_scheduler_profiles_read(out, text, length, profile, &error);
	free(text);
	if (code < 0) {
		*err = error;
		return code;
	}
	options->profiles = korch_scheduler_profiles_list(*out, &options->n_profiles);
	options->hard_pod_affinity_weight = korch_scheduler_profiles_hard_weight(*out);
	return 0;
}
