/* Reading manifests for all verbs, and telling their problems. */
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_one(korch_manifest *manifest, const char *path, korch_error **err)
{
	if (strcmp(path, "-") == 0)
		return korch_manifest_read_fd(manifest, STDIN_FILENO, "standard input", err);
	return korch_manifest_read_path(manifest, path, err);
}

int tool_read(korch_manifest **out, const tool_paths *paths, korch_error **err)
{
	const korch_manifest_options options = {
		.size = sizeof(options),
		.strict = paths->strict,
		.recursive = paths->recursive,
		.namespace_ = "default",
		.validate = 1,
	};
	int result = korch_manifest_new(out, &options, err);
	if (result < 0)
		return result;
	for (size_t i = 0; i < paths->n; i++) {
		korch_error *error = NULL;
		int code = read_one(*out, paths->paths[i], &error);
		if (code < 0 && result == 0) {
			result = code;
			if (err && !*err) {
				*err = error;
				error = NULL;
			}
		}
		korch_error_free(error);
	}
	return result;
}

size_t tool_each_problem(const korch_manifest *manifest, void (*fn)(void *userdata, const char *line, int is_error), void *userdata)
{
	const korch_problems *problems = korch_manifest_problems(manifest);
	size_t errors = korch_problems_total(problems, KORCH_SEVERITY_ERROR);
	size_t all = errors + korch_problems_total(problems, KORCH_SEVERITY_WARNING);
	for (size_t i = 0; i < korch_problems_count(problems); i++) {
		const korch_problem *problem = korch_problems_at(problems, i);
		char *line = korch_problem_format(problem);
		if (line)
			fn(userdata, line, problem->severity == KORCH_SEVERITY_ERROR);
		free(line);
	}
	if (all > korch_problems_count(problems)) {
		char more[64];
		snprintf(more, sizeof(more), "and %zu more", all - korch_problems_count(problems));
		fn(userdata, more, 1);
	}
	return errors;
}
