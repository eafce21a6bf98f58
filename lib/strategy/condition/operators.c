/* Operators that look at all of their operands. */
#include "strategy/condition/value.h"
#include <limits.h>
#include <math.h>
#include <string.h>

typedef korch__condition_value value;

static const char *sign_of(int op)
{
	static const char *const signs[] = {
	    [COND_NEGATE] = "-",
	    [COND_PLUS] = "+",
	    [COND_LESS] = "<",
	    [COND_LESS_EQUAL] = "<=",
	    [COND_MORE] = ">",
	    [COND_MORE_EQUAL] = ">=",
	    [COND_MATCHES] = "matches",
	    [COND_CONTAINS] = "contains",
	    [COND_STARTS_WITH] = "startsWith",
	    [COND_ENDS_WITH] = "endsWith",
	    [COND_RANGE] = "..",
	    [COND_ADD] = "+",
	    [COND_SUBTRACT] = "-",
	    [COND_MULTIPLY] = "*",
	    [COND_DIVIDE] = "/",
	    [COND_REMAINDER] = "%",
	    [COND_POWER] = "**",
	};
	return signs[op];
}

static value wrong_types(korch__condition_run *run, const korch__condition_node *node,
                         const value *a, const value *b)
{
	return korch__condition_error(run, KORCH_E_INVALID, node, "invalid operation: %s %s %s",
	                              korch__condition_type_name(a->type), sign_of(node->op),
	                              korch__condition_type_name(b->type));
}

static int compare_text(const value *a, const value *b)
{
	size_t shorter = a->length < b->length ? a->length : b->length;
	int order = memcmp(a->as.text, b->as.text, shorter);
	return order ? order : (a->length > b->length) - (a->length < b->length);
}

static int holds(int op, int less, int equal)
{
	switch (op) {
	case COND_LESS:
		return less;
	case COND_LESS_EQUAL:
		return less || equal;
	case COND_MORE:
		return !less && !equal;
	default:
		return !less;
	}
}

static value compare(korch__condition_run *run, const korch__condition_node *node, const value *a,
                     const value *b)
{
	if (a->type == COND_STRING && b->type == COND_STRING) {
		int order = compare_text(a, b);
		return korch__condition_bool(holds(node->op, order < 0, order == 0));
	}
	if (!korch__condition_is_number(a->type) || !korch__condition_is_number(b->type))
		return wrong_types(run, node, a, b);
	if (a->type == COND_INT && b->type == COND_INT)
		return korch__condition_bool(
		    holds(node->op, a->as.number < b->as.number, a->as.number == b->as.number));
	double x = korch__condition_real_of(a), y = korch__condition_real_of(b);
	if (isnan(x) || isnan(y))
		return korch__condition_bool(0);
	return korch__condition_bool(holds(node->op, x < y, x == y));
}

static value join(korch__condition_run *run, const korch__condition_node *node, const value *a,
                  const value *b)
{
	char *text = korch__condition_take_memory(run, node, a->length + b->length + 1, 1);
	if (!text || korch__condition_work(run, node, (a->length + b->length) / 64) < 0)
		return korch__condition_nil();
	memcpy(text, a->as.text, a->length);
	memcpy(text + a->length, b->as.text, b->length);
	return korch__condition_text_value(text, a->length + b->length);
}

/* Whole numbers wrap around as Go's do. */
static value whole(korch__condition_run *run, const korch__condition_node *node, int64_t a,
                   int64_t b)
{
	uint64_t x = (uint64_t)a, y = (uint64_t)b;
	switch (node->op) {
	case COND_ADD:
		return korch__condition_int((int64_t)(x + y));
	case COND_SUBTRACT:
		return korch__condition_int((int64_t)(x - y));
	case COND_MULTIPLY:
		return korch__condition_int((int64_t)(x * y));
	default:
		break;
	}
	if (b == 0)
		return korch__condition_error(run, KORCH_E_INVALID, node, "integer divide by zero");
	return korch__condition_int(b == -1 ? 0 : a % b);
}

static value arithmetic(korch__condition_run *run, const korch__condition_node *node,
                        const value *a, const value *b)
{
	if (node->op == COND_ADD && a->type == COND_STRING && b->type == COND_STRING)
		return join(run, node, a, b);
	if (!korch__condition_is_number(a->type) || !korch__condition_is_number(b->type))
		return wrong_types(run, node, a, b);
	double x = korch__condition_real_of(a), y = korch__condition_real_of(b);
	if (node->op == COND_DIVIDE)
		return korch__condition_float(x / y);
	if (node->op == COND_POWER)
		return korch__condition_float(pow(x, y));
	if (a->type == COND_INT && b->type == COND_INT)
		return whole(run, node, a->as.number, b->as.number);
	switch (node->op) {
	case COND_ADD:
		return korch__condition_float(x + y);
	case COND_SUBTRACT:
		return korch__condition_float(x - y);
	case COND_MULTIPLY:
		return korch__condition_float(x * y);
	default:
		return wrong_types(run, node, a, b); /* % is for integers */
	}
}

static value range(korch__condition_run *run, const korch__condition_node *node, const value *a,
                   const value *b)
{
	if (a->type != COND_INT || b->type != COND_INT)
		return wrong_types(run, node, a, b);
	int64_t from = a->as.number, to = b->as.number;
	uint64_t n = to < from ? 0 : (uint64_t)to - (uint64_t)from + 1;
	if (n > KORCH_CONDITION_MEMORY_MAX || (n == 0 && to >= from))
		return korch__condition_error(run, KORCH_E_LIMIT, node, "memory budget exceeded");
	value *items = korch__condition_take_memory(run, node, (size_t)n, sizeof(*items));
	if (!items || korch__condition_work(run, node, (size_t)n) < 0)
		return korch__condition_nil();
	for (size_t i = 0; i < n; i++)
		items[i] = korch__condition_int(from + (int64_t)i);
	return (value){.type = COND_ARRAY, .made = 1, .as.items = items, .length = (size_t)n};
}

static value in(korch__condition_run *run, const korch__condition_node *node, const value *a,
                const value *b)
{
	value found;
	if (b->type == COND_NIL)
		return korch__condition_bool(0);
	if (b->type == COND_MAP && a->type == COND_STRING)
		return korch__condition_bool(korch__condition_lookup(&found, b, a->as.text, a->length));
	if (b->type != COND_ARRAY)
		return korch__condition_error(run, KORCH_E_INVALID, node,
		                              "operator \"in\" not defined on %s",
		                              korch__condition_type_name(b->type));
	int yes = 0;
	for (size_t i = 0; i < b->length && !yes && run->code == 0; i++) {
		found = korch__condition_element(b, i);
		yes = korch__condition_equal(run, node, a, &found);
	}
	return korch__condition_bool(yes);
}

static int matches(korch__condition_run *run, const korch__condition_node *node, const value *a,
                   const value *b)
{
	const char *problem = NULL;
	korch__regex *made = NULL;
	const korch__regex *regex = node->as.regex;
	if (!regex) { /* the pattern is not a literal */
		int code = korch__condition_work(run, node, 1000);
		if (code == 0)
			code = korch__regex_new(&made, b->as.text, b->length, &problem);
		if (code < 0) {
			korch__condition_error(run, code, node, "error parsing regexp: %s",
			                       problem ? problem : korch_code_text(code));
			return 0;
		}
		regex = made;
	}
	int yes = 0;
	if (korch__condition_work(run, node, korch__regex_cost(regex, a->length) / 8) == 0)
		yes = korch__regex_match(regex, a->as.text, a->length);
	korch__regex_free(made);
	return yes;
}

static value about_text(korch__condition_run *run, const korch__condition_node *node,
                        const value *a, const value *b)
{
	if (a->type == COND_NIL && node->op == COND_MATCHES)
		return korch__condition_bool(0);
	if (a->type != COND_STRING || b->type != COND_STRING)
		return wrong_types(run, node, a, b);
	if (node->op == COND_MATCHES)
		return korch__condition_bool(matches(run, node, a, b));
	if (korch__condition_work(run, node, a->length / 64) < 0)
		return korch__condition_nil();
	if (node->op == COND_CONTAINS)
		return korch__condition_bool(b->length == 0 ||
		                             memmem(a->as.text, a->length, b->as.text, b->length));
	size_t at = node->op == COND_ENDS_WITH ? a->length - b->length : 0;
	return korch__condition_bool(b->length <= a->length &&
	                             memcmp(a->as.text + at, b->as.text, b->length) == 0);
}

static value sign(korch__condition_run *run, const korch__condition_node *node, const value *a)
{
	if (!korch__condition_is_number(a->type))
		return korch__condition_error(run, KORCH_E_INVALID, node, "invalid operation: %s %s",
		                              sign_of(node->op), korch__condition_type_name(a->type));
	if (node->op == COND_PLUS)
		return *a;
	return a->type == COND_INT ? korch__condition_int((int64_t)(0 - (uint64_t)a->as.number))
	                           : korch__condition_float(-a->as.real);
}

value korch__condition_operate(korch__condition_run *run, const korch__condition_node *node,
                               const value *a, const value *b)
{
	switch (node->op) {
	case COND_EQUAL:
		return korch__condition_bool(korch__condition_equal(run, node, a, b));
	case COND_NOT_EQUAL:
		return korch__condition_bool(!korch__condition_equal(run, node, a, b));
	case COND_LESS:
	case COND_LESS_EQUAL:
	case COND_MORE:
	case COND_MORE_EQUAL:
		return compare(run, node, a, b);
	case COND_IN:
		return in(run, node, a, b);
	case COND_MATCHES:
	case COND_CONTAINS:
	case COND_STARTS_WITH:
	case COND_ENDS_WITH:
		return about_text(run, node, a, b);
	case COND_RANGE:
		return range(run, node, a, b);
	case COND_NEGATE:
	case COND_PLUS:
		return sign(run, node, a);
	default:
		return arithmetic(run, node, a, b);
	}
}
