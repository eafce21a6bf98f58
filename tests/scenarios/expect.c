/* Expectations: what a scenario says must hold at this moment. */
#include "scenario.h"
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

/* How a value is compared: is, not, like (a glob), at-least, at-most, missing. */
static int holds(json_object *expectation, json_object *value)
{
	json_object *other;
	const char *text = value ? json_object_get_string(value) : "";
	if (json_object_object_get_ex(expectation, "is", &other))
		return value && strcmp(text, json_object_get_string(other)) == 0;
	if (json_object_object_get_ex(expectation, "not", &other))
		return !value || strcmp(text, json_object_get_string(other)) != 0;
	if (json_object_object_get_ex(expectation, "like", &other))
		return value && fnmatch(json_object_get_string(other), text, 0) == 0;
	if (json_object_object_get_ex(expectation, "at-least", &other))
		return value && json_object_get_int64(value) >= json_object_get_int64(other);
	if (json_object_object_get_ex(expectation, "at-most", &other))
		return value && json_object_get_int64(value) <= json_object_get_int64(other);
	return number_of(expectation, "missing", 0) ? value == NULL : value != NULL;
}

static void compare(scenario *s, json_object *expectation, json_object *value, const char *what)
{
	s->checks++;
	if (!holds(expectation, value))
		fail(s, expectation, "%s is %s; expected: %s", what,
		     value ? json_object_to_json_string(value) : "missing",
		     json_object_to_json_string_ext(expectation, JSON_C_TO_STRING_SPACED));
}

static void check_object(scenario *s, json_object *expectation, const char *reference)
{
	const char *path = text_of(expectation, "path", NULL);
	korch_object *object =
	    path ? need_object(s, expectation, reference) : find_object(s, expectation, reference);
	json_object *tree = object ? tree_of(object) : NULL;
	compare(s, expectation, path ? value_at(tree, path) : tree, path ? path : reference);
	json_object_put(tree);
	korch_object_unref(object);
}

/* Whether an object has all the values of "where": path → glob. */
static int is_selected(json_object *where, const korch_object *object)
{
	int selected = 1;
	json_object *tree = where ? tree_of(object) : NULL;
	if (where) {
		json_object_object_foreach(where, path, glob)
		{
			json_object *value = value_at(tree, path);
			selected &= value && fnmatch(json_object_get_string(glob),
			                             json_object_get_string(value), 0) == 0;
		}
	}
	json_object_put(tree);
	return selected;
}

static void check_count(scenario *s, json_object *expectation, const char *kind)
{
	korch_object **objects = NULL;
	korch_error *error = NULL;
	size_t n = 0;
	int64_t found = 0;
	json_object *where = json_object_object_get(expectation, "where");
	if (korch_cluster_list(&objects, &n, s->cluster, kind, text_of(expectation, "namespace", NULL),
	                       text_of(expectation, "selector", NULL), &error) < 0)
		fail(s, expectation, "%s", korch_error_message(error));
	for (size_t i = 0; i < n; i++)
		found += is_selected(where, objects[i]);
	korch_object_list_free(objects, n);
	json_object *value = json_object_new_int64(found);
	compare(s, expectation, value, kind);
	json_object_put(value);
}

/* The time since the start, rounded to milliseconds, in seconds. */
static void check_time(scenario *s, json_object *expectation, const char *text)
{
	korch_usec wanted = parse_span(s, expectation, text);
	korch_usec now = korch_loop_now(s->loop) - s->start;
	s->checks++;
	if (now / 1000 != wanted / 1000)
		fail(s, expectation, "the time is not %s", text);
}

void check(scenario *s, json_object *expectation)
{
	const char *what;
	if ((what = text_of(expectation, "object", NULL)))
		check_object(s, expectation, what);
	else if ((what = text_of(expectation, "count", NULL)))
		check_count(s, expectation, what);
	else if ((what = text_of(expectation, "time", NULL)))
		check_time(s, expectation, what);
	else
		fail(s, expectation, "an expectation has \"object\", \"count\" or \"time\"");
}
