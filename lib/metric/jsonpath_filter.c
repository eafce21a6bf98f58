/* [?(@.price < 10)], [?(@.name == "x")], [?(@.name)]: comparisons of what two paths find, or of a
 * path and a literal. */
#include "base/cleanup.h"
#include "metric/jsonpath_internal.h"
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 8, LITERAL_SIZE = 256 };

typedef enum comparison { EXISTS, EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, MORE, MORE_EQUAL } comparison;

/* One side: a literal (made: to be put) or what a path finds. */
typedef struct side {
	struct json_object *value;
	struct json_object *made;
	size_t n; /* how many values; a literal is one */
} side;

static int read_path(korch__jsonpath *self, side *out)
{
	korch__jsonpath_values found = {0};
	self->relaxed++;
	int code = korch__jsonpath_walk(self, &found);
	self->relaxed--;
	out->n = found.n;
	out->value = found.n ? found.items[0] : NULL;
	korch__vec_fini(&found);
	if (code == 0 && out->n > 1)
		return korch_error_set(self->err, KORCH_E_INVALID,
		                       "jsonPath \"%s\": can only compare one element at a time",
		                       self->text);
	return code;
}

static int read_literal(korch__jsonpath *self, side *out)
{
	char text[LITERAL_SIZE];
	size_t n = 0;
	int code = 0;
	if (*self->at == '\'' || *self->at == '"') {
		code = korch__jsonpath_quoted(self, text, sizeof(text));
		out->made = code == 0 ? json_object_new_string(text) : NULL;
	} else {
		while (*self->at && !strchr(" )]=!<>", *self->at) && n + 1 < sizeof(text))
			text[n++] = *self->at++;
		text[n] = '\0';
		char *end = text;
		double number = strtod(text, &end);
		if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
			out->made = json_object_new_boolean(text[0] == 't');
		else if (n && !*end)
			out->made = json_object_new_double(number);
		else
			code = korch__jsonpath_fail(self, "expected @, $, a number, true, false or a text");
	}
	if (code == 0 && !out->made)
		return korch_error_set(self->err, KORCH_E_NOMEM, "out of memory");
	out->value = out->made;
	out->n = 1;
	return code;
}

static int read_side(korch__jsonpath *self, side *out)
{
	korch__jsonpath_spaces(self);
	int code = *self->at == '@' || *self->at == '$' || *self->at == '.' ? read_path(self, out)
	                                                                    : read_literal(self, out);
	korch__jsonpath_spaces(self);
	return code;
}

static int read_comparison(korch__jsonpath *self, comparison *out)
{
	static const struct {
		const char *sign;
		comparison what;
	} signs[] = {{"==", EQUAL},      {"!=", NOT_EQUAL}, {"<=", LESS_EQUAL},
	             {">=", MORE_EQUAL}, {"<", LESS},       {">", MORE}};
	*out = EXISTS;
	if (*self->at == ')')
		return 0;
	for (size_t i = 0; i < KORCH_COUNT(signs); i++) {
		if (strncmp(self->at, signs[i].sign, strlen(signs[i].sign)) == 0) {
			*out = signs[i].what;
			self->at += strlen(signs[i].sign);
			return 0;
		}
	}
	return korch__jsonpath_fail(self, "expected ==, !=, <, <=, >, >= or )");
}

static int is_number(struct json_object *value)
{
	return json_object_is_type(value, json_type_int) ||
	       json_object_is_type(value, json_type_double);
}

/* -1, 0, 1; 2: they cannot be compared. */
static int order(struct json_object *a, struct json_object *b)
{
	if (is_number(a) && is_number(b)) {
		double x = json_object_get_double(a), y = json_object_get_double(b);
		return x < y ? -1 : x > y ? 1 : x == y ? 0 : 2;
	}
	if (json_object_is_type(a, json_type_string) && json_object_is_type(b, json_type_string)) {
		int result = strcmp(json_object_get_string(a), json_object_get_string(b));
		return (result > 0) - (result < 0);
	}
	if (json_object_is_type(a, json_type_boolean) && json_object_is_type(b, json_type_boolean))
		return json_object_get_boolean(a) - json_object_get_boolean(b);
	return 2;
}

static int holds(comparison what, const side *left, const side *right)
{
	if (what == EXISTS)
		return left->n > 0;
	if (!left->n || !right->n)
		return 0;
	int result = order(left->value, right->value);
	switch (what) {
	case EQUAL:
		return result == 0;
	case NOT_EQUAL:
		return result != 0;
	case LESS:
		return result == -1;
	case LESS_EQUAL:
		return result == -1 || result == 0;
	case MORE:
		return result == 1;
	default:
		return result == 1 || result == 0;
	}
}

/* Reads the comparison for self->current; 1 when it holds, 0 when not, or a code. */
static int compare(korch__jsonpath *self)
{
	side left = {0}, right = {0};
	comparison what = EXISTS;
	int code = read_side(self, &left);
	if (code == 0)
		code = read_comparison(self, &what);
	if (code == 0 && what != EXISTS)
		code = read_side(self, &right);
	if (code == 0 && *self->at != ')')
		code = korch__jsonpath_fail(self, "expected )");
	if (code == 0)
		code = holds(what, &left, &right);
	self->at += code >= 0;
	json_object_put(left.made);
	json_object_put(right.made);
	return code;
}

static int filter_array(korch__jsonpath *self, struct json_object *array, const char *start,
                        korch__jsonpath_values *to)
{
	int code = 0;
	if (!json_object_is_type(array, json_type_array))
		return self->relaxed ? 0
		                     : korch_error_set(self->err, KORCH_E_INVALID,
		                                       "%s is not array or slice and cannot be filtered",
		                                       json_type_to_name(json_object_get_type(array)));
	for (size_t i = 0; i < json_object_array_length(array) && code >= 0; i++) {
		self->current = json_object_array_get_idx(array, i);
		self->at = start;
		code = compare(self);
		if (code == 1)
			code = korch__jsonpath_put(self, to, self->current);
	}
	return code < 0 ? code : 0;
}

int korch__jsonpath_filter(korch__jsonpath *self, const korch__jsonpath_values *from,
                           korch__jsonpath_values *to)
{
	struct json_object *outer = self->current;
	if (*self->at != '(')
		return korch__jsonpath_fail(self, "expected (");
	const char *start = ++self->at;
	if (++self->depth > DEPTH_MAX)
		return korch__jsonpath_fail(self, "filters nest too deeply");
	/* Once without values: the syntax is looked at even when there is nothing to filter, and the
	 * end is known. */
	int check = self->check;
	self->check = 1;
	int code = compare(self);
	const char *end = self->at;
	self->check = check;
	code = code < 0 ? code : 0;
	for (size_t i = 0; i < from->n && code == 0; i++)
		code = filter_array(self, from->items[i], start, to);
	if (code == 0)
		self->at = end;
	self->current = outer;
	self->depth--;
	return code;
}
