/* What stands between operators: literals, names, brackets, calls, and what follows a value
 * (members, indexes, slices). */
#include "base/cleanup.h"
#include "base/text.h"
#include "strategy/condition/parser.h"
#include <string.h>

static korch__condition_node leaf(int op, int type, size_t column)
{
	return (korch__condition_node){.op = (uint8_t)op,
	                               .type = (uint8_t)type,
	                               .column = (uint16_t)column,
	                               .a = -1,
	                               .b = -1,
	                               .c = -1};
}

static int parse_literal(korch__condition_parser *self)
{
	const korch__condition_token *token = &self->token;
	korch__condition_node node = leaf(COND_LITERAL, COND_INT, token->column);
	if (token->type == TOKEN_FLOAT) {
		node.type = COND_FLOAT;
		node.as.real = token->real;
	} else if (token->type == TOKEN_STRING) {
		node.type = COND_STRING;
		node.as.text.data = token->data;
		node.as.text.length = token->data_length;
	} else {
		node.as.number = token->number;
	}
	korch__condition_advance(self);
	return korch__condition_add(self, node);
}

static int unknown_name(korch__condition_parser *self, const korch__condition_token *name)
{
	const char *names[FN_COUNT_ + 1];
	_cleanup_free_ char *text = korch__strndup(name->start, name->length < 40 ? name->length : 40);
	if (!text)
		return korch__condition_fail(self, KORCH_E_NOMEM, name->column, "out of memory");
	for (size_t i = 0; i < FN_COUNT_; i++)
		names[i] = korch__condition_functions[i].name;
	names[FN_COUNT_] = "result";
	const char *near = korch__text_nearest(text, names, KORCH_COUNT(names));
	if (near)
		return korch__condition_fail(self, KORCH_E_INVALID, name->column,
		                             "unknown name %s, did you mean %s?", text, near);
	return korch__condition_fail(self, KORCH_E_INVALID, name->column,
	                             "unknown name %s; there are \"result\" and functions", text);
}

/* Links a node to the end of a list. */
static void append(korch__condition_parser *self, int *first, int *last, int node)
{
	if (*first < 0)
		*first = node;
	else
		korch__condition_node_at(self, *last)->next = (int16_t)node;
	*last = node;
}

/* Up to the closing bracket. Returns how many, or a code. */
static int parse_items(korch__condition_parser *self, int *first, const char *close)
{
	int n = 0, last = *first;
	while (last >= 0 && korch__condition_node_at(self, last)->next >= 0)
		last = korch__condition_node_at(self, last)->next;
	while (self->code == 0 && !korch__condition_take(self, close)) {
		if (n > 0 && korch__condition_expect(self, ",") < 0)
			break;
		if (n > 0 && korch__condition_take(self, close)) /* a comma at the end */
			break;
		int item = korch__condition_expression(self, 0);
		if (item >= 0)
			append(self, first, &last, item);
		n++;
	}
	return self->code < 0 ? self->code : n;
}

static int parse_list(korch__condition_parser *self, size_t column)
{
	korch__condition_node node = leaf(COND_LIST, COND_ARRAY, column);
	int first = -1;
	if (parse_items(self, &first, "]") < 0)
		return self->code;
	node.a = (int16_t)first;
	return korch__condition_add(self, node);
}

/* A name, a string, a number or an expression in parentheses. */
static int parse_key(korch__condition_parser *self)
{
	korch__condition_node node = leaf(COND_LITERAL, COND_STRING, self->token.column);
	if (korch__condition_take(self, "(")) {
		int key = korch__condition_expression(self, 0);
		korch__condition_expect(self, ")");
		return self->code < 0 ? self->code : key;
	}
	if (self->token.type == TOKEN_STRING) {
		node.as.text.data = self->token.data;
		node.as.text.length = self->token.data_length;
	} else if (self->token.type == TOKEN_NAME || self->token.type == TOKEN_INT) {
		node.as.text.data = self->token.start;
		node.as.text.length = self->token.length;
	} else {
		return korch__condition_unexpected(self, "a key");
	}
	korch__condition_advance(self);
	return korch__condition_add(self, node);
}

static int parse_dict(korch__condition_parser *self, size_t column)
{
	korch__condition_node node = leaf(COND_DICT, COND_MAP, column);
	int first = -1, last = -1;
	while (self->code == 0 && !korch__condition_take(self, "}")) {
		if (first >= 0 && korch__condition_expect(self, ",") < 0)
			break;
		if (first >= 0 && korch__condition_take(self, "}"))
			break;
		int key = parse_key(self);
		korch__condition_expect(self, ":");
		int value = korch__condition_expression(self, 0);
		if (self->code < 0)
			break;
		append(self, &first, &last, key);
		append(self, &first, &last, value);
	}
	node.a = (int16_t)first;
	return korch__condition_add(self, node);
}

static int find_function(const korch__condition_parser *self, const korch__condition_token *name)
{
	for (int i = 0; i < FN_COUNT_; i++) {
		const char *known = korch__condition_functions[i].name;
		if (strlen(known) == name->length && memcmp(known, name->start, name->length) == 0 &&
		    self->times >= korch__condition_functions[i].times)
			return i;
	}
	return -1;
}

static int parse_closure(korch__condition_parser *self)
{
	int braces = korch__condition_take(self, "{");
	self->closures++;
	int node = korch__condition_expression(self, 0);
	self->closures--;
	if (braces)
		korch__condition_expect(self, "}");
	return self->code < 0 ? self->code : node;
}

/* all(array, {closure}); the array may stand before (array | all({closure})). */
static int parse_query(korch__condition_parser *self, int function, size_t column, int array)
{
	const korch__condition_signature *known = &korch__condition_functions[function];
	korch__condition_node node = leaf(COND_QUERY, known->type, column);
	int more = 1;
	if (array < 0) {
		array = korch__condition_expression(self, 0);
		more = korch__condition_take(self, ",");
	} else {
		more = !korch__condition_at(self, ")");
	}
	int closure = more && self->code == 0 ? parse_closure(self) : -1;
	korch__condition_expect(self, ")");
	if (self->code < 0)
		return self->code;
	if (!more && known->min > 1)
		return korch__condition_fail(self, KORCH_E_INVALID, column,
		                             "not enough arguments to call %s (have 1, want 2)",
		                             known->name);
	int type = korch__condition_node_at(self, array)->type;
	if (type != COND_ANY && type != COND_ARRAY)
		return korch__condition_fail(self, KORCH_E_INVALID, column,
		                             "builtin %s takes only array (got %s)", known->name,
		                             korch__condition_type_name(type));
	int what = closure < 0 ? COND_ANY : korch__condition_node_at(self, closure)->type;
	if (function != FN_MAP && what != COND_ANY && what != COND_BOOL)
		return korch__condition_fail(self, KORCH_E_INVALID, column,
		                             "predicate should return boolean (got %s)",
		                             korch__condition_type_name(what));
	node.function = (uint8_t)function;
	node.a = (int16_t)array;
	node.b = (int16_t)closure;
	return korch__condition_add(self, node);
}

int korch__condition_call(korch__condition_parser *self, const korch__condition_token *name,
                          int first)
{
	int function = find_function(self, name);
	if (function < 0)
		return unknown_name(self, name);
	const korch__condition_signature *known = &korch__condition_functions[function];
	if (korch__condition_expect(self, "(") < 0)
		return self->code;
	if (known->query)
		return parse_query(self, function, name->column, first);
	int n = parse_items(self, &first, ")");
	if (n < 0)
		return n;
	korch__condition_node node = leaf(COND_CALL, known->type, name->column);
	n = 0;
	for (int i = first; i >= 0; i = korch__condition_node_at(self, i)->next)
		n++;
	if (n < known->min || n > known->max)
		return korch__condition_fail(self, KORCH_E_INVALID, name->column,
		                             "%s arguments to call %s (have %d, want %d)",
		                             n < known->min ? "not enough" : "too many", known->name, n,
		                             n < known->min ? known->min : known->max);
	node.function = (uint8_t)function;
	node.a = (int16_t)first;
	return korch__condition_add(self, node);
}

static int parse_name(korch__condition_parser *self)
{
	korch__condition_token name = self->token;
	korch__condition_node node = leaf(COND_LITERAL, COND_BOOL, name.column);
	if (korch__condition_take(self, "result"))
		return korch__condition_add(self, leaf(COND_RESULT, COND_ANY, name.column));
	if (korch__condition_take(self, "true")) {
		node.as.number = 1;
		return korch__condition_add(self, node);
	}
	if (korch__condition_take(self, "false"))
		return korch__condition_add(self, node);
	if (korch__condition_take(self, "nil"))
		return korch__condition_add(self, leaf(COND_LITERAL, COND_NIL, name.column));
	if (korch__condition_advance(self) < 0)
		return self->code;
	if (!korch__condition_at(self, "(") && find_function(self, &name) < 0)
		return unknown_name(self, &name);
	return korch__condition_call(self, &name, -1);
}

/* # or #index. */
static int parse_item(korch__condition_parser *self, size_t column)
{
	if (self->closures == 0)
		return korch__condition_fail(self, KORCH_E_INVALID, column,
		                             "# stands for an element and is known inside of { } only");
	/* "#index" is one word: nothing stands in between. */
	if (korch__condition_at(self, "index") && self->token.start[-1] == '#') {
		korch__condition_advance(self);
		return korch__condition_add(self, leaf(COND_ITEM_INDEX, COND_INT, column));
	}
	return korch__condition_add(self, leaf(COND_ITEM, COND_ANY, column));
}

static int add_member(korch__condition_parser *self, int base, int optional)
{
	korch__condition_node node = leaf(COND_MEMBER, COND_ANY, self->token.column);
	if (self->token.type != TOKEN_NAME)
		return korch__condition_unexpected(self, "the name of a field");
	int type = korch__condition_node_at(self, base)->type;
	if (type != COND_ANY && type != COND_MAP && !(type == COND_NIL && optional))
		return korch__condition_fail(self, KORCH_E_INVALID, self->token.column,
		                             "type %s has no field %.*s", korch__condition_type_name(type),
		                             (int)(self->token.length < 40 ? self->token.length : 40),
		                             self->token.start);
	node.a = (int16_t)base;
	node.optional = (uint8_t)optional;
	node.as.text.data = self->token.start;
	node.as.text.length = self->token.length;
	korch__condition_advance(self);
	return korch__condition_add(self, node);
}

/* After "[": [index], [from:to], [:to], [from:]. */
static int add_index(korch__condition_parser *self, int base, int optional, size_t column)
{
	korch__condition_node node = leaf(COND_INDEX, COND_ANY, column);
	int from = -1, to = -1;
	if (!korch__condition_at(self, ":"))
		from = korch__condition_expression(self, 0);
	if (self->code == 0 && korch__condition_take(self, ":")) {
		node.op = COND_SLICE;
		if (!korch__condition_at(self, "]"))
			to = korch__condition_expression(self, 0);
	}
	if (korch__condition_expect(self, "]") < 0)
		return self->code;
	node.a = (int16_t)base;
	node.b = (int16_t)from;
	node.c = (int16_t)to;
	node.optional = (uint8_t)optional;
	return korch__condition_add(self, node);
}

/* Once a chain has "?.", nil stays nil up to its end. */
static int parse_postfix(korch__condition_parser *self, int node)
{
	int optional = 0;
	while (self->code == 0) {
		size_t column = self->token.column;
		if (korch__condition_take(self, "?.")) {
			optional = 1;
			node = korch__condition_take(self, "[") ? add_index(self, node, optional, column)
			                                        : add_member(self, node, optional);
		} else if (korch__condition_take(self, ".")) {
			node = add_member(self, node, optional);
		} else if (korch__condition_take(self, "[")) {
			node = add_index(self, node, optional, column);
		} else {
			break;
		}
	}
	return self->code < 0 ? self->code : node;
}

int korch__condition_primary(korch__condition_parser *self)
{
	size_t column = self->token.column;
	int node;
	if (self->token.type == TOKEN_NAME) {
		node = parse_name(self);
	} else if (self->token.type != TOKEN_SIGN) {
		node = self->token.type == TOKEN_END ? korch__condition_unexpected(self, "a value")
		                                     : parse_literal(self);
	} else if (korch__condition_take(self, "(")) {
		node = korch__condition_expression(self, 0);
		korch__condition_expect(self, ")");
	} else if (korch__condition_take(self, "[")) {
		node = parse_list(self, column);
	} else if (korch__condition_take(self, "{")) {
		node = parse_dict(self, column);
	} else if (korch__condition_take(self, "#")) {
		node = parse_item(self, column);
	} else if (korch__condition_at(self, ".") && self->closures > 0) {
		node = korch__condition_add(self, leaf(COND_ITEM, COND_ANY, column)); /* .x is #.x */
	} else {
		node = korch__condition_unexpected(self, "a value");
	}
	return self->code < 0 ? self->code : parse_postfix(self, node);
}
