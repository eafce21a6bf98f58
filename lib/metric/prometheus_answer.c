/*
 * Prometheus' answers as Argo Rollouts takes them: a vector is an array of numbers, a scalar a
 * number, a range the numbers of all points one after the other. Values are kept as the server
 * wrote them ("0.97", "NaN", "+Inf").
 */
#include "base/cleanup.h"
#include "metric/prometheus.h"
#include "object/json.h"
#include "object/tree.h"
#include "strategy/condition/lexer.h"
#include <math.h>
#include <string.h>

/* A result that is being made. */
typedef struct outcome {
	korch_buf text;
	struct json_object *numbers; /* the array */
	struct json_object *number;  /* a scalar */
	size_t n;
} outcome;

static void outcome_fini(outcome *self)
{
	korch__buf_fini(&self->text);
	json_object_put(self->numbers);
	json_object_put(self->number);
}

static struct json_object *member(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;
	if (json_object_is_type(object, json_type_object))
		json_object_object_get_ex(object, name, &value);
	return value;
}

/* "0.97", "NaN", "+Inf", "-Inf" */
static int read_number(double *out, const char *text)
{
	if (strcmp(text, "NaN") == 0)
		*out = NAN;
	else if (strcmp(text, "+Inf") == 0 || strcmp(text, "Inf") == 0)
		*out = INFINITY;
	else if (strcmp(text, "-Inf") == 0)
		*out = -INFINITY;
	else
		return korch__condition_real(out, text, strlen(text));
	return 0;
}

/* One [time, "value"]. NULL when it is none, or when memory is short. */
static struct json_object *read_point(struct json_object *point, const char **text)
{
	double number;
	struct json_object *value =
	    json_object_is_type(point, json_type_array) ? json_object_array_get_idx(point, 1) : NULL;
	*text = json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
	return read_number(&number, *text) == 0 ? json_object_new_double(number) : NULL;
}

static int add_point(outcome *self, struct json_object *point)
{
	const char *text;
	struct json_object *number = read_point(point, &text);
	if (!number)
		return KORCH_E_PARSE;
	if (json_object_array_add(self->numbers, number) < 0) {
		json_object_put(number);
		return KORCH_E_NOMEM;
	}
	korch__buf_puts(&self->text, self->n++ ? "," : "[");
	korch__buf_puts(&self->text, text);
	return 0;
}

static int read_series(outcome *self, struct json_object *series)
{
	struct json_object *value = member(series, "value"), *values = member(series, "values");
	int code = value || !json_object_is_type(values, json_type_array) ? add_point(self, value) : 0;
	for (size_t i = 0; !value && code == 0 && i < json_object_array_length(values); i++)
		code = add_point(self, json_object_array_get_idx(values, i));
	return code;
}

static int read_all(outcome *self, struct json_object *result)
{
	int code = 0;
	self->numbers = json_object_new_array();
	if (!self->numbers)
		return KORCH_E_NOMEM;
	if (!json_object_is_type(result, json_type_array))
		return KORCH_E_PARSE;
	for (size_t i = 0; code == 0 && i < json_object_array_length(result); i++)
		code = read_series(self, json_object_array_get_idx(result, i));
	korch__buf_puts(&self->text, self->n ? "]" : "[]");
	return code == 0 ? self->text.failed : code;
}

static int read_data(outcome *self, struct json_object *data)
{
	struct json_object *type = member(data, "resultType"), *result = member(data, "result");
	const char *name =
	    json_object_is_type(type, json_type_string) ? json_object_get_string(type) : "";
	const char *text;
	if (strcmp(name, "vector") == 0 || strcmp(name, "matrix") == 0)
		return read_all(self, result);
	if (strcmp(name, "scalar") != 0)
		return KORCH_E_UNSUPPORTED;
	self->number = read_point(result, &text);
	korch__buf_puts(&self->text, text);
	return self->number ? self->text.failed : KORCH_E_PARSE;
}

/* "a", "b": as Argo notes them; NULL without any. */
static korch_map *read_warnings(struct json_object *answer)
{
	struct json_object *warnings = member(answer, "warnings");
	_cleanup_(korch__buf_fini) korch_buf text;
	korch_map *map = NULL;
	korch__buf_init(&text, 4096);
	if (!json_object_is_type(warnings, json_type_array))
		return NULL;
	for (size_t i = 0; i < json_object_array_length(warnings); i++)
		korch__buf_printf(&text, "%s\"%s\"", i ? ", " : "",
		                  json_object_get_string(json_object_array_get_idx(warnings, i)));
	if (text.len)
		korch_map_set(&map, "warnings", text.data);
	return map;
}

static void say(korch__metric_request *request, struct json_object *answer)
{
	_cleanup_(outcome_fini) outcome made = {.numbers = NULL};
	korch__buf_init(&made.text, 1 << 20);
	int code = read_data(&made, member(answer, "data"));
	if (code == KORCH_E_UNSUPPORTED) {
		korch__metric_say_error(request, "Prometheus metric type not supported");
		return;
	}
	if (code < 0) {
		korch__metric_say_error(request, "Prometheus' answer cannot be read: %s",
		                        korch_code_text(code));
		return;
	}
	korch_map *notes = read_warnings(answer);
	const korch_metric_answer value = {.outcome = KORCH_METRIC_VALUE,
	                                   .result = made.number ? made.number : made.numbers,
	                                   .value = made.text.data,
	                                   .metadata = notes};
	korch__metric_say(request, &value);
	korch_block_unref(notes);
}

void korch__prometheus_read(korch__metric_request *request, const korch__http_answer *answer)
{
	_cleanup_tree_ struct json_object *tree = NULL;
	int code = korch__json_parse(&tree, answer->body, answer->length, NULL, NULL, NULL);
	struct json_object *status = code == 0 ? member(tree, "status") : NULL;
	const char *word =
	    json_object_is_type(status, json_type_string) ? json_object_get_string(status) : "";
	if (strcmp(word, "success") == 0) {
		say(request, tree);
	} else if (strcmp(word, "error") == 0) {
		struct json_object *type = member(tree, "errorType"), *text = member(tree, "error");
		korch__metric_say_error(request, "%s: %s", type ? json_object_get_string(type) : "error",
		                        text ? json_object_get_string(text) : "");
	} else {
		korch__metric_say_error(request, "%s error: %d",
		                        answer->status >= 500 ? "server_error: server"
		                                              : "client_error: client",
		                        answer->status);
	}
}
