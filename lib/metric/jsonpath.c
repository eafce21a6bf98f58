/* Walking along a path: names, indexes, slices, unions, wildcards, "..". Filters stand in
 * jsonpath_filter.c. */
#include "base/cleanup.h"
#include "metric/jsonpath_internal.h"
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 256 };

int korch__jsonpath_fail(korch__jsonpath *self, const char *what)
{
	return korch_error_set(self->err, KORCH_E_PARSE, "jsonPath \"%s\", column %zu: %s", self->text,
	                       (size_t)(self->at - self->text) + 1, what);
}

int korch__jsonpath_put(korch__jsonpath *self, korch__jsonpath_values *to,
                        struct json_object *value)
{
	if (++self->work > KORCH__JSONPATH_VALUES_MAX)
		return korch_error_set(self->err, KORCH_E_LIMIT, "jsonPath \"%s\": more than %d values",
		                       self->text, KORCH__JSONPATH_VALUES_MAX);
	if (korch__vec_push(to, value) < 0)
		return korch_error_set(self->err, KORCH_E_NOMEM, "out of memory");
	return 0;
}

void korch__jsonpath_spaces(korch__jsonpath *self)
{
	while (*self->at == ' ')
		self->at++;
}

int korch__jsonpath_quoted(korch__jsonpath *self, char *name, size_t size)
{
	char quote = *self->at++;
	size_t n = 0;
	for (; *self->at && *self->at != quote; self->at++) {
		if (*self->at == '\\' && self->at[1])
			self->at++;
		if (n + 1 >= size)
			return korch__jsonpath_fail(self, "name is too long");
		name[n++] = *self->at;
	}
	name[n] = '\0';
	if (!*self->at)
		return korch__jsonpath_fail(self, "a quote is missing");
	self->at++;
	return 0;
}

static int is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '-' || c == '/' || (unsigned char)c >= 0x80;
}

/* A name after a dot; a backslash takes what follows as it stands. */
static int read_name(korch__jsonpath *self, char name[NAME_SIZE])
{
	size_t n = 0;
	while (is_name(*self->at) || (*self->at == '\\' && self->at[1])) {
		self->at += *self->at == '\\';
		if (n + 1 >= NAME_SIZE)
			return korch__jsonpath_fail(self, "name is too long");
		name[n++] = *self->at++;
	}
	name[n] = '\0';
	return n ? 0 : korch__jsonpath_fail(self, "expected the name of a field");
}

static int take_field(korch__jsonpath *self, const korch__jsonpath_values *from,
                      korch__jsonpath_values *to, const char *name)
{
	int code = 0;
	size_t before = to->n;
	for (size_t i = 0; i < from->n && code == 0; i++) {
		struct json_object *value;
		if (json_object_is_type(from->items[i], json_type_object) &&
		    json_object_object_get_ex(from->items[i], name, &value))
			code = korch__jsonpath_put(self, to, value);
	}
	if (code == 0 && to->n == before && from->n && !self->relaxed)
		return korch_error_set(self->err, KORCH_E_NOT_FOUND, "%s is not found", name);
	return code;
}

static int take_all(korch__jsonpath *self, const korch__jsonpath_values *from,
                    korch__jsonpath_values *to)
{
	int code = 0;
	for (size_t i = 0; i < from->n && code == 0; i++) {
		struct json_object *value = from->items[i];
		if (json_object_is_type(value, json_type_array)) {
			for (size_t k = 0; k < json_object_array_length(value) && code == 0; k++)
				code = korch__jsonpath_put(self, to, json_object_array_get_idx(value, k));
		} else if (json_object_is_type(value, json_type_object)) {
			struct json_object_iterator at = json_object_iter_begin(value);
			struct json_object_iterator end = json_object_iter_end(value);
			for (; code == 0 && !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
				code = korch__jsonpath_put(self, to, json_object_iter_peek_value(&at));
		}
	}
	return code;
}

/* The values and all below them, each before what it holds. */
static int take_below(korch__jsonpath *self, const korch__jsonpath_values *from,
                      korch__jsonpath_values *to)
{
	int code = 0;
	for (size_t i = 0; i < from->n && code == 0; i++)
		code = korch__jsonpath_put(self, to, from->items[i]);
	for (size_t i = 0; i < to->n && code == 0; i++) {
		struct json_object *one[1] = {to->items[i]};
		const korch__jsonpath_values parent = {.items = one, .n = 1};
		code = take_all(self, &parent, to);
	}
	return code;
}

/* begin, end and step of [begin:end:step]; a mere index has only begin. */
typedef struct bounds {
	int64_t value[3];
	int known[3];
	int slice;
} bounds;

static int read_bounds(korch__jsonpath *self, bounds *out)
{
	memset(out, 0, sizeof(*out));
	for (int i = 0; i < 3; i++) {
		korch__jsonpath_spaces(self);
		char *end;
		if (*self->at == '-' || (*self->at >= '0' && *self->at <= '9')) {
			out->value[i] = strtoll(self->at, &end, 10);
			out->known[i] = 1;
			if (end == self->at)
				return korch__jsonpath_fail(self, "expected a number");
			self->at = end;
		}
		korch__jsonpath_spaces(self);
		if (*self->at != ':')
			break;
		out->slice = 1;
		self->at++;
	}
	if (!out->slice && !out->known[0])
		return korch__jsonpath_fail(self, "expected an index, a name in quotes, * or ?(");
	if (out->known[2] && out->value[2] <= 0)
		return korch__jsonpath_fail(self, "a step is greater than 0");
	return 0;
}

static int64_t within(int64_t at, int64_t length)
{
	if (at < 0)
		at += length;
	return at < 0 ? 0 : at > length ? length : at;
}

static int take_bounds_of(korch__jsonpath *self, struct json_object *array, const bounds *wanted,
                          korch__jsonpath_values *to)
{
	int64_t length = (int64_t)json_object_array_length(array);
	int64_t from = wanted->value[0];
	if (!wanted->slice) {
		int64_t at = from < 0 ? from + length : from;
		if (at >= 0 && at < length)
			return korch__jsonpath_put(self, to, json_object_array_get_idx(array, (size_t)at));
		if (self->relaxed)
			return 0;
		return korch_error_set(self->err, KORCH_E_NOT_FOUND,
		                       "array index out of bounds: index %lld, length %lld",
		                       (long long)from, (long long)length);
	}
	int64_t end = wanted->known[1] ? within(wanted->value[1], length) : length;
	int64_t step = wanted->known[2] ? wanted->value[2] : 1;
	int code = 0;
	for (int64_t i = within(from, length); i < end && code == 0;
	     i = step > length - i ? length : i + step)
		code = korch__jsonpath_put(self, to, json_object_array_get_idx(array, (size_t)i));
	return code;
}

static int take_bounds(korch__jsonpath *self, const korch__jsonpath_values *from,
                       const bounds *wanted, korch__jsonpath_values *to)
{
	int code = 0;
	for (size_t i = 0; i < from->n && code == 0; i++) {
		if (json_object_is_type(from->items[i], json_type_array))
			code = take_bounds_of(self, from->items[i], wanted, to);
		else if (!self->relaxed)
			code = korch_error_set(self->err, KORCH_E_INVALID, "%s is not array or slice",
			                       json_type_to_name(json_object_get_type(from->items[i])));
	}
	return code;
}

/* After "[": up to and with "]"; parts are separated by commas. */
static int take_brackets(korch__jsonpath *self, const korch__jsonpath_values *from,
                         korch__jsonpath_values *to)
{
	int code = 0;
	do {
		char name[NAME_SIZE];
		bounds wanted;
		korch__jsonpath_spaces(self);
		if (*self->at == '?') {
			self->at++;
			code = korch__jsonpath_filter(self, from, to);
		} else if (*self->at == '*') {
			self->at++;
			code = take_all(self, from, to);
		} else if (*self->at == '\'' || *self->at == '"') {
			code = korch__jsonpath_quoted(self, name, sizeof(name));
			code = code < 0 ? code : take_field(self, from, to, name);
		} else {
			code = read_bounds(self, &wanted);
			code = code < 0 ? code : take_bounds(self, from, &wanted, to);
		}
		korch__jsonpath_spaces(self);
	} while (code == 0 && *self->at == ',' && self->at++);
	if (code == 0 && *self->at != ']')
		return korch__jsonpath_fail(self, "expected ]");
	self->at += code == 0;
	return code;
}

/* One step from `from` to `to`; 1: there was none. */
static int take_step(korch__jsonpath *self, const korch__jsonpath_values *from,
                     korch__jsonpath_values *to)
{
	char name[NAME_SIZE];
	if (*self->at == '[') {
		self->at++;
		return take_brackets(self, from, to);
	}
	if (*self->at != '.')
		return 1;
	self->at++;
	if (*self->at == '.') {
		if (self->at[1] == '[')
			self->at++; /* "..[0]": the brackets are the next step; "..name" keeps its dot */
		self->relaxed++;
		return take_below(self, from, to);
	}
	if (*self->at == '*') {
		self->at++;
		return take_all(self, from, to);
	}
	if (*self->at == '[') /* ".[0]" */
		return take_step(self, from, to);
	int code = read_name(self, name);
	return code < 0 ? code : take_field(self, from, to, name);
}

/* "a.b" is "$.a.b": the first name needs no dot. */
static int take_first(korch__jsonpath *self, const korch__jsonpath_values *from,
                      korch__jsonpath_values *to)
{
	char name[NAME_SIZE];
	int code = read_name(self, name);
	return code < 0 ? code : take_field(self, from, to, name);
}

int korch__jsonpath_walk(korch__jsonpath *self, korch__jsonpath_values *out)
{
	korch__jsonpath_values now = {0}, next = {0};
	struct json_object *start = *self->at == '@' ? self->current : self->root;
	int relaxed = self->relaxed, bare = is_name(*self->at);
	self->at += *self->at == '$' || *self->at == '@';
	int code = self->check ? 0 : korch__jsonpath_put(self, &now, start);
	while (code == 0) {
		next.n = 0;
		code = bare ? take_first(self, &now, &next) : take_step(self, &now, &next);
		bare = 0;
		if (code == 0) {
			korch__jsonpath_values other = now;
			now = next;
			next = other;
		}
	}
	code = code == 1 ? 0 : code;
	for (size_t i = 0; i < now.n && code == 0; i++)
		code = korch__jsonpath_put(self, out, now.items[i]);
	self->relaxed = relaxed;
	korch__vec_fini(&now);
	korch__vec_fini(&next);
	return code;
}

/* One "{ … }": 0 or a code. */
static int take_action(korch__jsonpath *self, korch__jsonpath_values *out)
{
	korch__jsonpath_spaces(self);
	int code = korch__jsonpath_walk(self, out);
	korch__jsonpath_spaces(self);
	if (code == 0 && *self->at != '}')
		return korch__jsonpath_fail(self, "expected }");
	self->at += code == 0;
	return code;
}

/* All of the text: actions in braces with nothing else, or one path without braces. */
static int take_text(korch__jsonpath *self, korch__jsonpath_values *out)
{
	int code = 0, actions = 0;
	korch__jsonpath_spaces(self);
	while (code == 0 && *self->at == '{') {
		self->at++;
		code = take_action(self, out);
		actions++;
		if (code == 0)
			korch__jsonpath_spaces(self);
	}
	if (code == 0 && actions == 0)
		code = korch__jsonpath_walk(self, out);
	if (code == 0 && *self->at)
		code = korch__jsonpath_fail(self,
		                            actions ? "expected { or the end" : "expected ., [ or the end");
	return code;
}

int korch__jsonpath_first(struct json_object **out, const char *path, struct json_object *root,
                          int check, korch_error **err)
{
	korch__jsonpath self = {
	    .text = path, .at = path, .root = root, .current = root, .check = check, .err = err};
	korch__jsonpath_values found = {0};
	if (strnlen(path, KORCH__JSONPATH_LENGTH_MAX + 1) > KORCH__JSONPATH_LENGTH_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "jsonPath: at most %d bytes",
		                       KORCH__JSONPATH_LENGTH_MAX);
	int code = take_text(&self, &found);
	if (code == 0 && found.n > 0)
		*out = found.items[0];
	else if (code == 0 && !check)
		code = korch_error_set(err, KORCH_E_NOT_FOUND, "it produced no value");
	korch__vec_fini(&found);
	return code;
}
