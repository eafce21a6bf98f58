/* Members, indexes and slices. */
#include "strategy/condition/value.h"
#include <string.h>

typedef korch__condition_value value;

static int shown(size_t length)
{
	return (int)(length < 60 ? length : 60);
}

value korch__condition_member(korch__condition_run *run, const korch__condition_node *node,
                              const value *base)
{
	value found = korch__condition_nil();
	if (base->type != COND_MAP)
		return korch__condition_error(run, KORCH_E_INVALID, node, "cannot fetch %.*s from %s",
		                              shown(node->as.text.length), node->as.text.data,
		                              korch__condition_type_name(base->type));
	korch__condition_lookup(&found, base, node->as.text.data, node->as.text.length);
	return found;
}

/* A whole number for an index: 1 and *out, 0 when it is none. */
static int whole(int64_t *out, const value *number)
{
	if (number->type == COND_INT)
		*out = number->as.number;
	else if (number->type == COND_FLOAT && number->as.real > -9e15 && number->as.real < 9e15)
		*out = (int64_t)number->as.real;
	else
		return 0;
	return 1;
}

value korch__condition_index(korch__condition_run *run, const korch__condition_node *node,
                             const value *base)
{
	value key = korch__condition_evaluate(run, node->b), found = korch__condition_nil();
	int64_t i;
	if (run->code < 0)
		return found;
	if (base->type == COND_MAP && key.type == COND_STRING) {
		korch__condition_lookup(&found, base, key.as.text, key.length);
		return found;
	}
	if ((base->type != COND_ARRAY && base->type != COND_STRING) || !whole(&i, &key))
		return korch__condition_error(run, KORCH_E_INVALID, node, "cannot fetch %.*s from %s",
		                              key.type == COND_STRING ? shown(key.length) : 8,
		                              key.type == COND_STRING ? key.as.text : "an index",
		                              korch__condition_type_name(base->type));
	int64_t length = (int64_t)base->length, at = i < 0 ? i + length : i;
	if (at < 0 || at >= length)
		return korch__condition_error(run, KORCH_E_INVALID, node,
		                              "index out of range: %lld (array length is %zu)",
		                              (long long)i, base->length);
	if (base->type == COND_STRING)
		return korch__condition_text_value(base->as.text + at, 1);
	return korch__condition_element(base, (size_t)at);
}

/* A bound of a slice, cut to the length. 0 or a code. */
static int bound(korch__condition_run *run, const korch__condition_node *node, int index,
                 int64_t length, int64_t *out)
{
	if (index < 0)
		return 0;
	value number = korch__condition_evaluate(run, index);
	int64_t at = 0;
	if (run->code == 0 && !whole(&at, &number))
		korch__condition_error(run, KORCH_E_INVALID, node, "a slice needs integers, but got %s",
		                       korch__condition_type_name(number.type));
	if (at < 0)
		at = at + length < 0 ? 0 : at + length;
	*out = at > length ? length : at;
	return run->code;
}

value korch__condition_slice(korch__condition_run *run, const korch__condition_node *node,
                             const value *base)
{
	int64_t length = (int64_t)base->length, from = 0, to = length;
	if (base->type != COND_ARRAY && base->type != COND_STRING)
		return korch__condition_error(run, KORCH_E_INVALID, node, "cannot slice %s",
		                              korch__condition_type_name(base->type));
	if (bound(run, node, node->b, length, &from) < 0 || bound(run, node, node->c, length, &to) < 0)
		return korch__condition_nil();
	if (from > to)
		from = to;
	size_t n = (size_t)(to - from);
	if (base->type == COND_STRING)
		return korch__condition_text_value(base->as.text + from, n);
	value *items = korch__condition_take_memory(run, node, n, sizeof(*items));
	if (!items || korch__condition_work(run, node, n) < 0)
		return korch__condition_nil();
	for (size_t i = 0; i < n; i++)
		items[i] = korch__condition_element(base, (size_t)from + i);
	return (value){.type = COND_ARRAY, .made = 1, .as.items = items, .length = n};
}
