/*
 * Single values of fields out of JSON: types, ranges, and the syntax of times, quantities and
 * base64. Structs, lists and maps stand in decode.c.
 */
#include "base/cleanup.h"
#include "object/base64.h"
#include "object/decode.h"
#include "object/json.h"
#include "object/tree.h"
#include <inttypes.h>
#include <korch/quantity.h>
#include <korch/time.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What was found, for people: `string "3"`, `integer 3`, `object`. */
static void describe(char *out, size_t size, struct json_object *node)
{
	switch (json_object_get_type(node)) {
	case json_type_null:
		snprintf(out, size, "null");
		break;
	case json_type_boolean:
		snprintf(out, size, "boolean %s", json_object_get_boolean(node) ? "true" : "false");
		break;
	case json_type_double:
		snprintf(out, size, "number %.60s", json_object_to_json_string(node));
		break;
	case json_type_int:
		snprintf(out, size, "integer %.60s", json_object_to_json_string(node));
		break;
	case json_type_string: {
		const char *text = json_object_get_string(node);
		snprintf(out, size, "string \"%.60s%s\"", text, strlen(text) > 60 ? "…" : "");
		break;
	}
	case json_type_array:
		snprintf(out, size, "array");
		break;
	default:
		snprintf(out, size, "object");
	}
}

int korch__decode_problem(korch__decoder *self, const korch__path *path, struct json_object *node,
                          int kind, const char *format, ...)
{
	_cleanup_free_ char *where = korch__path_text(path);
	if (!where)
		return KORCH_E_NOMEM;
	char message[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	int soft = kind == KORCH_PROBLEM_UNKNOWN_FIELD && !self->options->strict;
	korch_problem problem = {.severity = soft ? KORCH_SEVERITY_WARNING : KORCH_SEVERITY_ERROR,
	                         .kind = kind,
	                         .path = where,
	                         .message = message,
	                         .file = self->options->file,
	                         .line = korch__tree_line(node)};
	korch_problem_add(self->problems, &problem);
	return 0;
}

int korch__decode_mismatch(korch__decoder *self, const korch__path *path, struct json_object *node,
                           const char *expected)
{
	char found[128];
	describe(found, sizeof(found), node);
	return korch__decode_problem(self, path, node, KORCH_PROBLEM_TYPE, "expected %s, found %s",
	                             expected, found);
}

/* An integer, or a number that has the value of one (3.0). */
static int read_integer(int64_t *out, struct json_object *node)
{
	if (json_object_is_type(node, json_type_int)) {
		*out = json_object_get_int64(node);
		return json_object_get_uint64(node) <= INT64_MAX || *out < 0;
	}
	if (!json_object_is_type(node, json_type_double))
		return 0;
	double value = json_object_get_double(node);
	if (!(fabs(value) <= 9007199254740992.0) || value != floor(value))
		return 0;
	*out = (int64_t)value;
	return 1;
}

static int decode_integer(korch__decoder *self, void *at, struct json_object *node,
                          const korch_field *field, const korch__path *path)
{
	int64_t value;
	if (!read_integer(&value, node)) {
		if (json_object_is_type(node, json_type_int))
			return korch__decode_problem(self, path, node, KORCH_PROBLEM_TYPE, "%s is out of range",
			                             json_object_to_json_string(node));
		return korch__decode_mismatch(self, path, node, "integer");
	}
	if (field->kind == KORCH_FIELD_INT64) {
		*(int64_t *)at = value;
		return 0;
	}
	if (value < INT32_MIN || value > INT32_MAX)
		return korch__decode_problem(self, path, node, KORCH_PROBLEM_TYPE,
		                             "%" PRId64 " is out of range, expected %d to %d", value,
		                             INT32_MIN, INT32_MAX);
	*(int32_t *)at = (int32_t)value;
	return 0;
}

static int decode_bool(korch__decoder *self, void *at, struct json_object *node,
                       const korch__path *path)
{
	if (!json_object_is_type(node, json_type_boolean))
		return korch__decode_mismatch(self, path, node, "boolean");
	*(int32_t *)at = json_object_get_boolean(node) != 0;
	return 0;
}

/* The text of a string node, or of one that YAML 1.2 takes for a string; NULL: neither. */
static const char *text_of(struct json_object *node)
{
	if (json_object_is_type(node, json_type_string))
		return json_object_get_string(node);
	return korch__tree_plain_text(node);
}

static int has_nul(struct json_object *node, const char *text)
{
	return json_object_is_type(node, json_type_string) &&
	       strlen(text) != (size_t)json_object_get_string_len(node);
}

static int keep(const char **at, const char *text)
{
	*at = korch_string_new(text);
	return *at ? 0 : KORCH_E_NOMEM;
}

static int decode_quantity(korch__decoder *self, const char **at, struct json_object *node,
                           const korch__path *path)
{
	const char *text = text_of(node);
	if (json_object_is_type(node, json_type_int) || json_object_is_type(node, json_type_double))
		text = json_object_to_json_string(node);
	if (!text)
		return korch__decode_mismatch(self, path, node, "quantity");
	korch_quantity quantity;
	_cleanup_error_ korch_error *err = NULL;
	if (korch_quantity_parse(&quantity, text, &err) < 0)
		return korch__decode_problem(self, path, node, KORCH_PROBLEM_INVALID, "\"%.60s\": %s", text,
		                             korch_error_message(err));
	return keep(at, text);
}

static int decode_time(korch__decoder *self, int64_t *at, struct json_object *node,
                       const korch__path *path)
{
	const char *text =
	    json_object_is_type(node, json_type_string) ? json_object_get_string(node) : NULL;
	if (text && korch_time_parse(at, text, NULL) == 0)
		return 0;
	if (text && !*text) /* Kubernetes takes "" for no time */
		return 0;
	return korch__decode_mismatch(self, path, node, "RFC 3339 time");
}

static int decode_mixed(korch__decoder *self, korch_int_or_string *at, struct json_object *node,
                        const korch__path *path)
{
	int64_t value;
	if (json_object_is_type(node, json_type_string)) {
		const char *text = json_object_get_string(node);
		if (has_nul(node, text))
			return korch__decode_mismatch(self, path, node, "string without NUL");
		at->is_set = 1;
		return keep(&at->text, text);
	}
	if (!read_integer(&value, node))
		return korch__decode_mismatch(self, path, node, "integer or string");
	if (value < INT32_MIN || value > INT32_MAX)
		return korch__decode_problem(self, path, node, KORCH_PROBLEM_TYPE,
		                             "%" PRId64 " is out of range, expected %d to %d", value,
		                             INT32_MIN, INT32_MAX);
	at->number = (int32_t)value;
	at->is_set = 1;
	return 0;
}

static int decode_raw(korch__decoder *self, const char **at, struct json_object *node)
{
	korch_buf buf;
	korch__buf_init(&buf, self->max_bytes);
	korch__json_write(&buf, node);
	int code = buf.failed;
	if (code == 0) {
		*at = korch_string_new_n(buf.data, buf.len);
		code = *at ? 0 : KORCH_E_NOMEM;
	}
	korch__buf_fini(&buf);
	return code;
}

static int decode_text(korch__decoder *self, const char **at, struct json_object *node,
                       const korch_field *field, const korch__path *path)
{
	const char *text = text_of(node);
	if (!text)
		return korch__decode_mismatch(self, path, node, "string");
	if (has_nul(node, text))
		return korch__decode_mismatch(self, path, node, "string without NUL");
	if (field->kind == KORCH_FIELD_BYTES && !korch__base64_check(text))
		return korch__decode_mismatch(self, path, node, "base64");
	int64_t us;
	if (field->kind == KORCH_FIELD_TIME && korch_time_parse(&us, text, NULL) < 0)
		return korch__decode_mismatch(self, path, node, "RFC 3339 time");
	return keep(at, text);
}

int korch__decode_value(korch__decoder *self, void *at, struct json_object *node,
                        const korch_field *field, const korch__path *path)
{
	/* In a map even times are texts. */
	int is_map = field->shape == KORCH_SHAPE_MAP;
	switch (field->kind) {
	case KORCH_FIELD_BOOL:
		return decode_bool(self, at, node, path);
	case KORCH_FIELD_INT32:
	case KORCH_FIELD_INT64:
		return decode_integer(self, at, node, field, path);
	case KORCH_FIELD_TIME:
	case KORCH_FIELD_MICROTIME:
		return is_map ? decode_text(self, at, node, field, path)
		              : decode_time(self, at, node, path);
	case KORCH_FIELD_QUANTITY:
		return decode_quantity(self, at, node, path);
	case KORCH_FIELD_INT_OR_STRING:
		return decode_mixed(self, at, node, path);
	case KORCH_FIELD_RAW:
		return decode_raw(self, at, node);
	default:
		return decode_text(self, at, node, field, path);
	}
}
