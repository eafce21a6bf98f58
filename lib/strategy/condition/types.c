/* What can be said of types before there is a result. The words are those of expr-lang. */
#include "strategy/condition/parser.h"

static int mismatched(korch__condition_parser *self, const korch__condition_node *node,
                      const char *sign)
{
	return korch__condition_fail(
	    self, KORCH_E_INVALID, node->column, "invalid operation: %s (mismatched types %s and %s)",
	    sign, korch__condition_type_name(korch__condition_node_at(self, node->a)->type),
	    korch__condition_type_name(korch__condition_node_at(self, node->b)->type));
}

static int may_be(int type, int wanted)
{
	return type == COND_ANY || type == wanted;
}

static int may_be_number(int type)
{
	return type == COND_ANY || korch__condition_is_number(type);
}

static int may_be_equal(int a, int b)
{
	return a == COND_ANY || b == COND_ANY || a == COND_NIL || b == COND_NIL || a == b ||
	       (korch__condition_is_number(a) && korch__condition_is_number(b));
}

/* Both numbers, or both strings. */
static int may_be_alike(int a, int b)
{
	return (may_be_number(a) && may_be_number(b)) ||
	       (may_be(a, COND_STRING) && may_be(b, COND_STRING));
}

static int sum_type(int op, int a, int b)
{
	if (op == COND_DIVIDE || op == COND_POWER)
		return COND_FLOAT;
	if (a == COND_ANY || b == COND_ANY)
		return op == COND_REMAINDER ? COND_INT : COND_ANY;
	return a == COND_FLOAT || b == COND_FLOAT ? COND_FLOAT : a;
}

/* The outcome's type; -1 when it cannot be. */
static int outcome(int op, int a, int b)
{
	switch (op) {
	case COND_OR:
	case COND_AND:
		return may_be(a, COND_BOOL) && may_be(b, COND_BOOL) ? COND_BOOL : -1;
	case COND_COALESCE:
		return a == b ? a : COND_ANY;
	case COND_EQUAL:
	case COND_NOT_EQUAL:
		return may_be_equal(a, b) ? COND_BOOL : -1;
	case COND_LESS:
	case COND_LESS_EQUAL:
	case COND_MORE:
	case COND_MORE_EQUAL:
		return may_be_alike(a, b) ? COND_BOOL : -1;
	case COND_IN:
		return b == COND_ANY || b == COND_ARRAY || b == COND_NIL ||
		               (b == COND_MAP && may_be(a, COND_STRING))
		           ? COND_BOOL
		           : -1;
	case COND_MATCHES:
	case COND_CONTAINS:
	case COND_STARTS_WITH:
	case COND_ENDS_WITH:
		return may_be(a, COND_STRING) && may_be(b, COND_STRING) ? COND_BOOL : -1;
	case COND_RANGE:
		return may_be(a, COND_INT) && may_be(b, COND_INT) ? COND_ARRAY : -1;
	case COND_REMAINDER:
		return may_be(a, COND_INT) && may_be(b, COND_INT) ? COND_INT : -1;
	case COND_ADD:
		return may_be_alike(a, b) ? sum_type(op, a, b) : -1;
	default:
		return may_be_number(a) && may_be_number(b) ? sum_type(op, a, b) : -1;
	}
}

int korch__condition_type_binary(korch__condition_parser *self, korch__condition_node *node,
                                 const char *sign)
{
	int type = outcome(node->op, korch__condition_node_at(self, node->a)->type,
	                   korch__condition_node_at(self, node->b)->type);
	if (type < 0)
		return mismatched(self, node, sign);
	node->type = (uint8_t)type;
	return 0;
}

int korch__condition_type_unary(korch__condition_parser *self, korch__condition_node *node,
                                const char *sign)
{
	int type = korch__condition_node_at(self, node->a)->type;
	int fine = node->op == COND_NOT ? may_be(type, COND_BOOL) : may_be_number(type);
	if (!fine)
		return korch__condition_fail(self, KORCH_E_INVALID, node->column,
		                             "invalid operation: %s (mismatched type %s)", sign,
		                             korch__condition_type_name(type));
	node->type = (uint8_t)(node->op == COND_NOT ? COND_BOOL : type);
	return 0;
}
