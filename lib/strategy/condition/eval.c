/* Walks the tree. Operators on values stand in operators.c, functions in calls.c, closures in
 * query.c, members in fetch.c. */
#include "strategy/condition/value.h"

typedef korch__condition_value value;

static const korch__condition_node *node_at(const korch__condition_run *run, int index)
{
	return &run->condition->nodes.items[index];
}

static value literal(const korch__condition_node *node)
{
	switch (node->type) {
	case COND_STRING:
		return korch__condition_text_value(node->as.text.data, node->as.text.length);
	case COND_FLOAT:
		return korch__condition_float(node->as.real);
	case COND_INT:
		return korch__condition_int(node->as.number);
	case COND_BOOL:
		return korch__condition_bool((int)node->as.number);
	default:
		return korch__condition_nil();
	}
}

/* Evaluates a list of nodes into memory; *n is how many. NULL after a failure. */
static value *evaluate_all(korch__condition_run *run, const korch__condition_node *node, size_t *n)
{
	*n = 0;
	for (int i = node->a; i >= 0; i = node_at(run, i)->next)
		*n += 1;
	value *items = korch__condition_take_memory(run, node, *n, sizeof(*items));
	size_t at = 0;
	for (int i = node->a; items && i >= 0; i = node_at(run, i)->next) {
		items[at++] = korch__condition_evaluate(run, i);
		if (run->code < 0)
			return NULL;
	}
	return items;
}

static value make_list(korch__condition_run *run, const korch__condition_node *node)
{
	size_t n;
	const value *items = evaluate_all(run, node, &n);
	if (!items)
		return korch__condition_nil();
	return (value){.type = COND_ARRAY, .made = 1, .as.items = items, .length = n};
}

static value make_map(korch__condition_run *run, const korch__condition_node *node)
{
	size_t n;
	const value *items = evaluate_all(run, node, &n);
	if (!items)
		return korch__condition_nil();
	for (size_t i = 0; i < n; i += 2)
		if (items[i].type != COND_STRING)
			return korch__condition_error(run, KORCH_E_INVALID, node,
			                              "a key is a string, but got %s",
			                              korch__condition_type_name(items[i].type));
	return (value){.type = COND_MAP, .made = 1, .as.items = items, .length = n / 2};
}

static value call(korch__condition_run *run, const korch__condition_node *node)
{
	size_t n = 1;
	if (node->a < 0)
		return korch__condition_function_call(run, node, NULL, 0);
	if (node_at(run, node->a)->next < 0) { /* the usual one: no memory */
		value argument = korch__condition_evaluate(run, node->a);
		return run->code < 0 ? korch__condition_nil()
		                     : korch__condition_function_call(run, node, &argument, n);
	}
	const value *items = evaluate_all(run, node, &n);
	return items ? korch__condition_function_call(run, node, items, n) : korch__condition_nil();
}

/* The operand of && || ! ?: has to be a bool. 1, 0, or a code. */
static int truth(korch__condition_run *run, const korch__condition_node *node, int index)
{
	value operand = korch__condition_evaluate(run, index);
	if (run->code == 0 && operand.type != COND_BOOL)
		korch__condition_error(
		    run, KORCH_E_INVALID, node, "interface conversion: interface {} is %s, not bool",
		    operand.type == COND_NIL ? "nil" : korch__condition_type_name(operand.type));
	return run->code < 0 ? run->code : (int)operand.as.number;
}

/* Operators that do not always look at all of their operands. */
static value lazy(korch__condition_run *run, const korch__condition_node *node)
{
	if (node->op == COND_COALESCE || (node->op == COND_TERNARY && node->b < 0)) {
		value first = korch__condition_evaluate(run, node->a);
		if (node->op == COND_COALESCE && first.type != COND_NIL)
			return first;
		if (node->op == COND_TERNARY && first.type == COND_BOOL && first.as.number)
			return first;
		if (run->code < 0)
			return korch__condition_nil();
		return korch__condition_evaluate(run, node->op == COND_COALESCE ? node->b : node->c);
	}
	int first = truth(run, node, node->a);
	if (first < 0)
		return korch__condition_nil();
	if (node->op == COND_TERNARY)
		return korch__condition_evaluate(run, first ? node->b : node->c);
	if (node->op == COND_NOT)
		return korch__condition_bool(!first);
	if (first == (node->op == COND_OR))
		return korch__condition_bool(first);
	int second = truth(run, node, node->b);
	return korch__condition_bool(second > 0);
}

static value fetch(korch__condition_run *run, const korch__condition_node *node)
{
	value base = korch__condition_evaluate(run, node->a);
	if (run->code < 0 || (base.type == COND_NIL && node->optional))
		return korch__condition_nil();
	if (node->op == COND_MEMBER)
		return korch__condition_member(run, node, &base);
	if (node->op == COND_INDEX)
		return korch__condition_index(run, node, &base);
	return korch__condition_slice(run, node, &base);
}

static value operate(korch__condition_run *run, const korch__condition_node *node)
{
	value a = korch__condition_evaluate(run, node->a), b = korch__condition_nil();
	if (run->code == 0 && node->b >= 0)
		b = korch__condition_evaluate(run, node->b);
	return run->code < 0 ? korch__condition_nil() : korch__condition_operate(run, node, &a, &b);
}

korch__condition_value korch__condition_evaluate(korch__condition_run *run, int index)
{
	const korch__condition_node *node = node_at(run, index);
	if (korch__condition_work(run, node, 1) < 0)
		return korch__condition_nil();
	switch (node->op) {
	case COND_LITERAL:
		return literal(node);
	case COND_RESULT:
		return run->result;
	case COND_ITEM:
		return run->item;
	case COND_ITEM_INDEX:
		return korch__condition_int(run->index);
	case COND_LIST:
		return make_list(run, node);
	case COND_DICT:
		return make_map(run, node);
	case COND_MEMBER:
	case COND_INDEX:
	case COND_SLICE:
		return fetch(run, node);
	case COND_NOT:
	case COND_OR:
	case COND_AND:
	case COND_COALESCE:
	case COND_TERNARY:
		return lazy(run, node);
	case COND_CALL:
		return call(run, node);
	case COND_QUERY:
		return korch__condition_query(run, node);
	default:
		return operate(run, node);
	}
}
