/* Reading manifests for all verbs, and telling their problems. */
#include "tool.h"

#include <korch/strategy/check.h>
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

struct place {
	const korch_manifest *manifest;
	size_t i;
};

static int compare_places(const void *a, const void *b)
{
	const struct place *first = a;
	const struct place *second = b;
	const korch_key key = korch_object_key(korch_manifest_object(first->manifest, first->i));
	const korch_key other = korch_object_key(korch_manifest_object(second->manifest, second->i));
	int order = korch_key_compare(&key, &other);
	return order ? order : first->i < second->i ? -1 : first->i > second->i;
}

/* An object that is there twice would be two truths. */
static int check_duplicates(const korch_manifest *manifest, korch_error **err)
{
	size_t n = korch_manifest_count(manifest);
	struct place *places = calloc(n + 1, sizeof(*places));
	int code = places ? 0 : korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	for (size_t i = 0; places && i < n; i++)
		places[i] = (struct place){manifest, i};
	if (places)
		qsort(places, n, sizeof(*places), compare_places);
	for (size_t i = 1; places && code == 0 && i < n; i++) {
		size_t first = places[i - 1].i;
		size_t second = places[i].i;
		const korch_object *object = korch_manifest_object(manifest, second);
		const korch_key key = korch_object_key(object);
		const korch_key other = korch_object_key(korch_manifest_object(manifest, first));
		if (!*key.name || korch_key_compare(&key, &other) != 0)
			continue;
		code = korch_error_set(
		    err, KORCH_E_INVALID, "%s %s is there twice, first in %s:%d", object->kind->singular,
		    key.name, korch_manifest_file(manifest, first), korch_manifest_line(manifest, first));
		korch_error_set_location(err, korch_manifest_file(manifest, second),
		                         korch_manifest_line(manifest, second));
	}
	free(places);
	return code;
}

int tool_read(korch_manifest **out, const tool_paths *paths, korch_error **err)
{
	const korch_manifest_options options = {
	    .size = sizeof(options),
	    .strict = paths->strict,
	    .recursive = paths->recursive,
	    .namespace_ = "default",
	    .validate = 1,
	    .check = korch_strategy_check_object,
	    .keep_lines = paths->keep_lines,
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
	return result < 0 ? result : check_duplicates(*out, err);
}

size_t tool_each_problem(const korch_manifest *manifest,
                         void (*fn)(void *userdata, const char *line, int is_error), void *userdata)
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
