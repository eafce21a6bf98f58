/*
 * Label selectors: from structs and maps, matching, canonical text. Their text form is read in
 * selector_parse.c, field selectors stand in field_selector.c.
 */
#include "object/selector.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "object/syntax.h"
#include <stdlib.h>
#include <string.h>

static void requirement_fini(korch__requirement *requirement)
{
	korch_string_unref(requirement->key);
	for (size_t i = 0; i < requirement->n; i++)
		korch_string_unref(requirement->values[i]);
	korch__free(requirement->values);
}

void korch_selector_free(korch_selector *selector)
{
	if (!selector)
		return;
	for (size_t i = 0; i < selector->list.n; i++)
		requirement_fini(&selector->list.items[i]);
	korch__vec_fini(&selector->list);
	korch__free(selector);
}

/* "sentence; sentence" of a rule as an error at a path. */
static int refuse(korch_error **err, const char *path, korch_format format, const char *text)
{
	const char *sentences[KORCH_SYNTAX_MAX];
	size_t n = korch__syntax_text(sentences, format, text);
	if (n == 0)
		return 0;
	korch_buf buf;
	korch__buf_init(&buf, 4096);
	korch__buf_puts(&buf, "");
	for (size_t i = 0; i < n; i++)
		korch__buf_printf(&buf, "%s%s", i ? "; " : "", sentences[i]);
	korch_error_set(err, KORCH_E_INVALID, "Invalid value: \"%.200s\": %s", text,
	                buf.data ? buf.data : "");
	korch_error_prefix_path(err, path);
	korch__buf_fini(&buf);
	return KORCH_E_INVALID;
}

static int wrong_values(korch_error **err, const char *path, const char *sentence)
{
	korch_error_set(err, KORCH_E_INVALID, "Invalid value: %s", sentence);
	korch_error_prefix_path(err, path);
	return KORCH_E_INVALID;
}

static int check_count(korch__operator operator_, size_t n, korch_error **err)
{
	switch (operator_) {
	case KORCH__OPERATOR_IN:
	case KORCH__OPERATOR_NOT_IN:
		return n > 0 ? 0
		             : wrong_values(err, "values",
		                            "[]: for 'in', 'notin' operators, values set can't be empty");
	case KORCH__OPERATOR_EXISTS:
	case KORCH__OPERATOR_NOT_EXISTS:
		return n == 0 ? 0
		              : wrong_values(err, "values",
		                             "values set must be empty for exists and does not exist");
	case KORCH__OPERATOR_GREATER:
	case KORCH__OPERATOR_LESS:
		return n == 1 ? 0
		              : wrong_values(err, "values",
		                             "for 'Gt', 'Lt' operators, exactly one value is required");
	default:
		return n == 1 ? 0
		              : wrong_values(err, "values",
		                             "exact-match compatibility requires one single value");
	}
}

static int check_value(korch__requirement *requirement, const char *key, const char *value,
                       size_t i, korch_error **err)
{
	int is_order = requirement->operator_ == KORCH__OPERATOR_GREATER ||
	               requirement->operator_ == KORCH__OPERATOR_LESS;
	if (is_order && korch__text_to_i64(&requirement->number, value) < 0) {
		korch_error_set(err, KORCH_E_INVALID,
		                "Invalid value: \"%.200s\": for 'Gt', 'Lt' operators, the value must be an "
		                "integer",
		                value);
		korch_error_prefix_path(err, "values[0]");
		return KORCH_E_INVALID;
	}
	_cleanup_free_ char *path = korch__sprintf("values[%zu][%.100s]", i, key);
	return refuse(err, path ? path : "values", KORCH_FORMAT_LABEL_VALUE, value);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Copies of the values, sorted, each once. */
static int copy_values(korch__requirement *requirement, const char *const *values, size_t n)
{
	if (n == 0)
		return 0;
	requirement->values = korch__calloc(n, sizeof(*requirement->values));
	if (!requirement->values)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < n; i++) {
		requirement->values[i] = korch_string_new(korch__text_or_empty(values[i]));
		if (!requirement->values[i])
			return KORCH_E_NOMEM;
		requirement->n++;
	}
	qsort(requirement->values, n, sizeof(*requirement->values), compare_texts);
	size_t kept = 1;
	for (size_t i = 1; i < n; i++) {
		if (strcmp(requirement->values[i], requirement->values[kept - 1]) == 0)
			korch_string_unref(requirement->values[i]);
		else
			requirement->values[kept++] = requirement->values[i];
	}
	requirement->n = kept;
	return 0;
}

int korch__selector_add(korch_selector *selector, const char *key, korch__operator operator_,
                        const char *const *values, size_t n, korch_error **err)
{
	korch__requirement requirement = {.operator_ = operator_};
	key = korch__text_or_empty(key);
	int code = refuse(err, "key", KORCH_FORMAT_QUALIFIED_NAME, key);
	if (code == 0)
		code = check_count(operator_, n, err);
	for (size_t i = 0; i < n && code == 0; i++)
		code = check_value(&requirement, key, korch__text_or_empty(values[i]), i, err);
	if (code < 0)
		return code;
	requirement.key = korch_string_new(key);
	if (!requirement.key || copy_values(&requirement, values, n) < 0 ||
	    korch__vec_push(&selector->list, requirement) < 0) {
		requirement_fini(&requirement);
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	return 0;
}

static int add_expression(korch_selector *selector, const korch_label_selector_requirement *from,
                          korch_error **err)
{
	static const struct {
		const char *name;
		korch__operator operator_;
	} operators[] = {{"In", KORCH__OPERATOR_IN},
	                 {"NotIn", KORCH__OPERATOR_NOT_IN},
	                 {"Exists", KORCH__OPERATOR_EXISTS},
	                 {"DoesNotExist", KORCH__OPERATOR_NOT_EXISTS}};
	for (size_t i = 0; i < KORCH_COUNT(operators); i++) {
		if (korch__text_equal(from->operator_, operators[i].name))
			return korch__selector_add(selector, from->key, operators[i].operator_, from->values,
			                           from->n_values, err);
	}
	korch_error_set(err, KORCH_E_INVALID, "\"%.100s\" is not a valid label selector operator",
	                korch__text_or_empty(from->operator_));
	korch_error_prefix_path(err, "operator");
	return KORCH_E_INVALID;
}

static int add_map(korch_selector *selector, const korch_map *map, korch_error **err)
{
	for (size_t i = 0; map && i < map->n; i++) {
		int code = korch__selector_add(selector, map->items[i].key, KORCH__OPERATOR_EQUALS,
		                               &map->items[i].value, 1, err);
		if (code < 0)
			return code;
	}
	return 0;
}

int korch_selector_from_map(korch_selector **out, const korch_map *map, korch_error **err)
{
	_cleanup_(korch__selector_free_p) korch_selector *selector =
	    korch__calloc(1, sizeof(*selector));
	if (!selector)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	int code = add_map(selector, map, err);
	if (code == 0)
		*out = KORCH_STEAL(selector);
	return code;
}

int korch_selector_new(korch_selector **out, const korch_label_selector *from, korch_error **err)
{
	_cleanup_(korch__selector_free_p) korch_selector *selector =
	    korch__calloc(1, sizeof(*selector));
	if (!selector)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	selector->selects_nothing = !from;
	int code = add_map(selector, from ? from->match_labels : NULL, err);
	if (code < 0) {
		korch_error_prefix_path(err, "matchLabels");
		return code;
	}
	for (size_t i = 0; from && i < from->n_match_expressions; i++) {
		code = add_expression(selector, &from->match_expressions[i], err);
		if (code < 0) {
			_cleanup_free_ char *path = korch__sprintf("matchExpressions[%zu]", i);
			korch_error_prefix_path(err, path ? path : "matchExpressions");
			return code;
		}
	}
	*out = KORCH_STEAL(selector);
	return 0;
}

static int has_value(const korch__requirement *requirement, const char *value)
{
	for (size_t i = 0; i < requirement->n; i++) {
		if (requirement->values[i] == value || strcmp(requirement->values[i], value) == 0)
			return 1;
	}
	return 0;
}

static int holds(const korch__requirement *requirement, const korch_map *labels)
{
	const char *value = korch_map_get(labels, requirement->key);
	int64_t number;
	switch (requirement->operator_) {
	case KORCH__OPERATOR_EQUALS:
	case KORCH__OPERATOR_SAME:
	case KORCH__OPERATOR_IN:
		return value && has_value(requirement, value);
	case KORCH__OPERATOR_NOT_EQUALS:
	case KORCH__OPERATOR_NOT_IN:
		return !value || !has_value(requirement, value);
	case KORCH__OPERATOR_EXISTS:
		return value != NULL;
	case KORCH__OPERATOR_NOT_EXISTS:
		return value == NULL;
	default:
		if (!value || korch__text_to_i64(&number, value) < 0)
			return 0;
		return requirement->operator_ == KORCH__OPERATOR_GREATER ? number > requirement->number
		                                                         : number < requirement->number;
	}
}

int korch_selector_matches(const korch_selector *selector, const korch_map *labels)
{
	if (!selector)
		return 1;
	if (selector->selects_nothing)
		return 0;
	for (size_t i = 0; i < selector->list.n; i++) {
		if (!holds(&selector->list.items[i], labels))
			return 0;
	}
	return 1;
}

int korch_selector_is_everything(const korch_selector *selector)
{
	return !selector || (!selector->selects_nothing && selector->list.n == 0);
}

static void write_requirement(korch_buf *buf, const korch__requirement *requirement)
{
	static const char *const signs[] = {"=", "==", "!=", " in (", " notin (", "", "", ">", "<"};
	if (requirement->operator_ == KORCH__OPERATOR_NOT_EXISTS)
		korch__buf_putc(buf, '!');
	korch__buf_puts(buf, requirement->key);
	korch__buf_puts(buf, signs[requirement->operator_]);
	for (size_t i = 0; i < requirement->n; i++)
		korch__buf_printf(buf, "%s%s", i ? "," : "", requirement->values[i]);
	if (requirement->operator_ != KORCH__OPERATOR_IN &&
	    requirement->operator_ != KORCH__OPERATOR_NOT_IN)
		return;
	/* "()" would be no value at all */
	korch__buf_puts(buf, requirement->n == 1 && !requirement->values[0][0] ? ",)" : ")");
}

static int compare_requirements(const void *left, const void *right)
{
	const korch__requirement *a = *(const korch__requirement *const *)left;
	const korch__requirement *b = *(const korch__requirement *const *)right;
	int order = strcmp(a->key, b->key);
	return order ? order : (int)a->operator_ - (int)b->operator_;
}

char *korch_selector_format(const korch_selector *selector)
{
	size_t n = selector ? selector->list.n : 0;
	_cleanup_free_ const korch__requirement **sorted = korch__calloc(n + 1, sizeof(*sorted));
	if (!sorted)
		return NULL;
	for (size_t i = 0; i < n; i++)
		sorted[i] = &selector->list.items[i];
	qsort(sorted, n, sizeof(*sorted), compare_requirements);
	korch_buf buf;
	korch__buf_init(&buf, 0);
	for (size_t i = 0; i < n; i++) {
		if (i)
			korch__buf_putc(&buf, ',');
		write_requirement(&buf, sorted[i]);
	}
	char *text = korch__buf_steal(&buf);
	korch__buf_fini(&buf);
	return text;
}
