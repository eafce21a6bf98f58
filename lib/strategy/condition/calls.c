/* Functions of values. */
#include "strategy/condition/lexer.h"
#include "strategy/condition/value.h"
#include <korch/time.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef korch__condition_value value;

static const char *name_of(const korch__condition_node *node)
{
	return korch__condition_functions[node->function].name;
}

static value not_for(korch__condition_run *run, const korch__condition_node *node, const value *a)
{
	return korch__condition_error(run, KORCH_E_INVALID, node, "%s() not supported on %s",
	                              name_of(node), korch__condition_type_name(a->type));
}

/* Go's conversion on amd64: what does not fit becomes the smallest number. */
static int64_t truncated(double real)
{
	return real >= -9223372036854775808.0 && real < 9223372036854775808.0 ? (int64_t)real
	                                                                      : INT64_MIN;
}

static value not_parsed(korch__condition_run *run, const korch__condition_node *node,
                        const value *a, const char *what, int code)
{
	return korch__condition_error(run, KORCH_E_INVALID, node,
	                              "strconv.Parse%s: parsing \"%.*s\": %s", what,
	                              (int)(a->length < 60 ? a->length : 60), a->as.text,
	                              code == KORCH_E_LIMIT ? "value out of range" : "invalid syntax");
}

/* Decimal digits with a sign or without; 0 or a code. Counts downwards, which reaches one further.
 */
static int read_int(int64_t *out, const value *a)
{
	int64_t number = 0;
	int negative = a->length > 0 && a->as.text[0] == '-';
	size_t i = negative || (a->length > 0 && a->as.text[0] == '+');
	if (i == a->length)
		return KORCH_E_PARSE;
	for (; i < a->length; i++) {
		char c = a->as.text[i];
		if (c < '0' || c > '9')
			return KORCH_E_PARSE;
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_sub_overflow(number, c - '0', &number))
			return KORCH_E_LIMIT;
	}
	if (!negative && number == INT64_MIN)
		return KORCH_E_LIMIT;
	*out = negative ? number : -number;
	return 0;
}

static value parsed(korch__condition_run *run, const korch__condition_node *node, const value *a)
{
	double real = 0;
	int64_t number = 0;
	if (node->function == FN_AS_INT || node->function == FN_INT) {
		int code = read_int(&number, a);
		return code < 0 ? not_parsed(run, node, a, "Int", code) : korch__condition_int(number);
	}
	int code = korch__condition_real(&real, a->as.text, a->length);
	return code < 0 ? not_parsed(run, node, a, "Float", code) : korch__condition_float(real);
}

static value convert(korch__condition_run *run, const korch__condition_node *node, const value *a)
{
	if (a->type == COND_STRING)
		return parsed(run, node, a);
	if (!korch__condition_is_number(a->type))
		return not_for(run, node, a);
	if (node->function == FN_AS_FLOAT || node->function == FN_FLOAT)
		return korch__condition_float(korch__condition_real_of(a));
	return a->type == COND_INT ? *a : korch__condition_int(truncated(a->as.real));
}

static value measure(korch__condition_run *run, const korch__condition_node *node, const value *a)
{
	size_t n = a->length;
	if (a->type == COND_STRING) {
		if (korch__condition_work(run, node, a->length / 16) < 0)
			return korch__condition_nil();
		n = 0;
		for (size_t i = 0; i < a->length; i++) /* code points */
			n += ((unsigned char)a->as.text[i] & 0xc0) != 0x80;
	} else if (a->type != COND_ARRAY && a->type != COND_MAP) {
		return korch__condition_error(run, KORCH_E_INVALID, node,
		                              "invalid argument for len (type %s)",
		                              korch__condition_type_name(a->type));
	}
	return korch__condition_int((int64_t)n);
}

static value rounded(korch__condition_run *run, const korch__condition_node *node, const value *a)
{
	if (!korch__condition_is_number(a->type))
		return not_for(run, node, a);
	double real = korch__condition_real_of(a);
	switch (node->function) {
	case FN_CEIL:
		return korch__condition_float(ceil(real));
	case FN_FLOOR:
		return korch__condition_float(floor(real));
	case FN_ROUND:
		return korch__condition_float(round(real));
	case FN_IS_NAN:
		return korch__condition_bool(isnan(real));
	case FN_IS_INF:
		return korch__condition_bool(isinf(real));
	default:
		break; /* abs */
	}
	if (a->type == COND_FLOAT)
		return korch__condition_float(fabs(real));
	return korch__condition_int(a->as.number < 0 ? (int64_t)(0 - (uint64_t)a->as.number)
	                                             : a->as.number);
}

/* The shortest text that reads back as the same number; with a point in any locale. */
static void put_real(char out[40], double real)
{
	int digits = 1;
	do
		snprintf(out, 40, "%.*g", digits, real);
	while (strtod(out, NULL) != real && digits++ < 17 && isfinite(real));
	char *comma = strchr(out, ',');
	if (comma)
		*comma = '.';
}

static value text_of(korch__condition_run *run, const korch__condition_node *node, const value *a)
{
	char local[40];
	switch (a->type) {
	case COND_STRING:
		return *a;
	case COND_NIL:
		return korch__condition_text_value("<nil>", 5);
	case COND_BOOL:
		return a->as.number ? korch__condition_text_value("true", 4)
		                    : korch__condition_text_value("false", 5);
	case COND_INT:
		snprintf(local, sizeof(local), "%lld", (long long)a->as.number);
		break;
	case COND_FLOAT:
		put_real(local, a->as.real);
		break;
	default:
		return not_for(run, node, a);
	}
	size_t length = strlen(local);
	char *text = korch__condition_take_memory(run, node, length + 1, 1);
	if (!text)
		return korch__condition_nil();
	memcpy(text, local, length + 1);
	return korch__condition_text_value(text, length);
}

static value changed_text(korch__condition_run *run, const korch__condition_node *node,
                          const value *a)
{
	if (a->type != COND_STRING)
		return not_for(run, node, a);
	const char *from = a->as.text, *to = from + a->length;
	if (node->function == FN_TRIM) {
		while (from < to && strchr(" \t\n\v\f\r", *from) && *from)
			from++;
		while (to > from && strchr(" \t\n\v\f\r", to[-1]) && to[-1])
			to--;
		return korch__condition_text_value(from, (size_t)(to - from));
	}
	char *text = korch__condition_take_memory(run, node, a->length + 1, 1);
	if (!text || korch__condition_work(run, node, a->length / 16) < 0)
		return korch__condition_nil();
	for (size_t i = 0; i < a->length; i++) {
		char c = from[i];
		int upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
		int turn = node->function == FN_LOWER ? upper : lower;
		text[i] = (char)(turn ? c ^ 0x20 : c);
	}
	return korch__condition_text_value(text, a->length);
}

static value at_end(korch__condition_run *run, const korch__condition_node *node, const value *a)
{
	if (a->type == COND_NIL)
		return *a;
	if (a->type != COND_ARRAY)
		return not_for(run, node, a);
	if (a->length == 0)
		return korch__condition_nil();
	return korch__condition_element(a, node->function == FN_FIRST ? 0 : a->length - 1);
}

/* All numbers among the arguments, those in arrays too, one after the other. NULL after a failure.
 */
static value *numbers_of(korch__condition_run *run, const korch__condition_node *node,
                         const value *args, size_t n, size_t *count)
{
	size_t total = 0;
	for (size_t i = 0; i < n; i++)
		total += args[i].type == COND_ARRAY ? args[i].length : 1;
	value *numbers = korch__condition_take_memory(run, node, total, sizeof(*numbers));
	if (!numbers || korch__condition_work(run, node, total) < 0)
		return NULL;
	*count = 0;
	for (size_t i = 0; i < n; i++) {
		size_t inside = args[i].type == COND_ARRAY ? args[i].length : 1;
		for (size_t k = 0; k < inside; k++) {
			value one =
			    args[i].type == COND_ARRAY ? korch__condition_element(&args[i], k) : args[i];
			if (!korch__condition_is_number(one.type)) {
				not_for(run, node, &one);
				return NULL;
			}
			numbers[(*count)++] = one;
		}
	}
	return numbers;
}

static int by_size(const void *a, const void *b)
{
	double x = korch__condition_real_of(a), y = korch__condition_real_of(b);
	return (x > y) - (x < y);
}

static value middle(korch__condition_run *run, const korch__condition_node *node, value *numbers,
                    size_t n)
{
	if (korch__condition_work(run, node, n * 16) < 0)
		return korch__condition_nil();
	qsort(numbers, n, sizeof(*numbers), by_size);
	double high = korch__condition_real_of(&numbers[n / 2]);
	double low = n % 2 ? high : korch__condition_real_of(&numbers[n / 2 - 1]);
	return korch__condition_float((low + high) / 2);
}

static value over_numbers(korch__condition_run *run, const korch__condition_node *node,
                          const value *args, size_t n)
{
	size_t count;
	value *numbers = numbers_of(run, node, args, n, &count);
	if (!numbers)
		return korch__condition_nil();
	if (count == 0)
		return node->function == FN_MIN || node->function == FN_MAX ? korch__condition_nil()
		                                                            : korch__condition_int(0);
	value best = numbers[0];
	double sum = 0;
	int64_t whole = 0;
	int all_whole = 1;
	for (size_t i = 0; i < count; i++) {
		double real = korch__condition_real_of(&numbers[i]);
		double known = korch__condition_real_of(&best);
		if (node->function == FN_MIN ? real < known : real > known)
			best = numbers[i];
		sum += real;
		all_whole &= numbers[i].type == COND_INT;
		whole = (int64_t)((uint64_t)whole +
		                  (numbers[i].type == COND_INT ? (uint64_t)numbers[i].as.number : 0));
	}
	if (node->function == FN_SUM)
		return all_whole ? korch__condition_int(whole) : korch__condition_float(sum);
	if (node->function == FN_MEAN)
		return korch__condition_float(sum / (double)count);
	return node->function == FN_MEDIAN ? middle(run, node, numbers, count) : best;
}

static value moment(korch__condition_run *run, const korch__condition_node *node, const value *a)
{
	char text[64];
	int64_t out = 0;
	if (a->type != COND_STRING)
		return not_for(run, node, a);
	size_t length = a->length < sizeof(text) - 1 ? a->length : sizeof(text) - 1;
	memcpy(text, a->as.text, length);
	text[length] = '\0';
	int code = node->function == FN_DATE ? korch_time_parse(&out, text, NULL)
	                                     : korch_duration_parse(&out, text, NULL);
	if (code < 0 || length < a->length)
		return korch__condition_error(run, KORCH_E_INVALID, node, "invalid %s \"%s\"",
		                              name_of(node), text);
	return korch__condition_int(node->function == FN_DATE ? out : out / 1000);
}

value korch__condition_function_call(korch__condition_run *run, const korch__condition_node *node,
                                     const value *args, size_t n)
{
	switch (node->function) {
	case FN_AS_FLOAT:
	case FN_AS_INT:
	case FN_FLOAT:
	case FN_INT:
		return convert(run, node, args);
	case FN_ABS:
	case FN_CEIL:
	case FN_FLOOR:
	case FN_ROUND:
	case FN_IS_INF:
	case FN_IS_NAN:
		return rounded(run, node, args);
	case FN_NOW:
		return korch__condition_int(run->now);
	case FN_DATE:
	case FN_DURATION:
		return moment(run, node, args);
	case FN_DEFAULT:
		return args[args[0].type == COND_NIL];
	case FN_IS_NIL:
		return korch__condition_bool(args[0].type == COND_NIL);
	case FN_FIRST:
	case FN_LAST:
		return at_end(run, node, args);
	case FN_LEN:
		return measure(run, node, args);
	case FN_STRING:
		return text_of(run, node, args);
	case FN_LOWER:
	case FN_UPPER:
	case FN_TRIM:
		return changed_text(run, node, args);
	default:
		return over_numbers(run, node, args, n);
	}
}
