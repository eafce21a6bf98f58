/*
 * Tokens → tree, by precedence climbing: operators, and the ends of a condition's life. What stands
 * between operators is in parse_primary.c.
 */
#include "base/cleanup.h"
#include "strategy/condition/parser.h"
#include "strategy/condition/time.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct sign_op {
	const char *sign;
	uint8_t op;
	uint8_t right; /* binds to the right */
	int16_t precedence;
} sign_op;

/* As expr-lang has them (parser/operator). */
static const sign_op binary[] = {
    {"or", COND_OR, 0, 10},
    {"||", COND_OR, 0, 10},
    {"and", COND_AND, 0, 15},
    {"&&", COND_AND, 0, 15},
    {"==", COND_EQUAL, 0, 20},
    {"!=", COND_NOT_EQUAL, 0, 20},
    {"<", COND_LESS, 0, 20},
    {"<=", COND_LESS_EQUAL, 0, 20},
    {">", COND_MORE, 0, 20},
    {">=", COND_MORE_EQUAL, 0, 20},
    {"in", COND_IN, 0, 20},
    {"matches", COND_MATCHES, 0, 20},
    {"contains", COND_CONTAINS, 0, 20},
    {"startsWith", COND_STARTS_WITH, 0, 20},
    {"endsWith", COND_ENDS_WITH, 0, 20},
    {"..", COND_RANGE, 0, 25},
    {"+", COND_ADD, 0, 30},
    {"-", COND_SUBTRACT, 0, 30},
    {"*", COND_MULTIPLY, 0, 60},
    {"/", COND_DIVIDE, 0, 60},
    {"%", COND_REMAINDER, 0, 60},
    {"**", COND_POWER, 1, 100},
    {"^", COND_POWER, 1, 100},
    {"??", COND_COALESCE, 0, 500},
};
static const sign_op unary[] = {
    {"not", COND_NOT, 0, 50},
    {"!", COND_NOT, 0, 50},
    {"-", COND_NEGATE, 0, 90},
    {"+", COND_PLUS, 0, 90},
};

int korch__condition_fail(korch__condition_parser *self, int code, size_t column,
                          const char *format, ...)
{
	char text[256];
	va_list args;
	if (self->code < 0)
		return self->code;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return self->code = korch_error_set(self->lexer.err, code, "column %zu: %s", column, text);
}

int korch__condition_unexpected(korch__condition_parser *self, const char *expected)
{
	const korch__condition_token *token = &self->token;
	if (token->type == TOKEN_END)
		return korch__condition_fail(self, KORCH_E_PARSE, token->column,
		                             "unexpected end, expected %s", expected);
	return korch__condition_fail(
	    self, KORCH_E_PARSE, token->column, "unexpected \"%.*s\", expected %s",
	    (int)(token->length < 40 ? token->length : 40), token->start, expected);
}

int korch__condition_advance(korch__condition_parser *self)
{
	int code = korch__condition_next(&self->lexer, &self->token);
	if (code < 0 && self->code == 0)
		self->code = code;
	return code;
}

int korch__condition_at(const korch__condition_parser *self, const char *text)
{
	const korch__condition_token *token = &self->token;
	return (token->type == TOKEN_SIGN || token->type == TOKEN_NAME) &&
	       strlen(text) == token->length && memcmp(text, token->start, token->length) == 0;
}

int korch__condition_take(korch__condition_parser *self, const char *text)
{
	if (!korch__condition_at(self, text))
		return 0;
	return korch__condition_advance(self) < 0 ? 0 : 1;
}

int korch__condition_expect(korch__condition_parser *self, const char *text)
{
	char quoted[16];
	if (self->code < 0 || korch__condition_take(self, text))
		return self->code;
	snprintf(quoted, sizeof(quoted), "\"%s\"", text);
	return korch__condition_unexpected(self, quoted);
}

static uint16_t depth_of(korch__condition_parser *self, int index)
{
	return index < 0 ? 0 : korch__condition_node_at(self, index)->depth;
}

int korch__condition_add(korch__condition_parser *self, korch__condition_node node)
{
	korch_parsed_condition *condition = self->condition;
	if (self->code < 0)
		return self->code;
	if (condition->nodes.n >= KORCH__CONDITION_NODES_MAX)
		return korch__condition_fail(self, KORCH_E_LIMIT, node.column,
		                             "more than %d parts in one condition",
		                             KORCH__CONDITION_NODES_MAX);
	int lists = node.op == COND_LIST || node.op == COND_DICT || node.op == COND_CALL;
	uint16_t depth = depth_of(self, node.a);
	if (depth_of(self, node.b) > depth)
		depth = depth_of(self, node.b);
	if (depth_of(self, node.c) > depth)
		depth = depth_of(self, node.c);
	for (int i = lists ? node.a : -1; i >= 0; i = korch__condition_node_at(self, i)->next)
		if (depth_of(self, i) > depth)
			depth = depth_of(self, i);
	if (depth >= KORCH_CONDITION_DEPTH_MAX)
		return korch__condition_fail(self, KORCH_E_LIMIT, node.column, "nested deeper than %d",
		                             KORCH_CONDITION_DEPTH_MAX);
	node.depth = (uint16_t)(depth + 1);
	node.next = -1;
	if (korch__vec_push(&condition->nodes, node) < 0)
		return korch__condition_fail(self, KORCH_E_NOMEM, node.column, "out of memory");
	return (int)condition->nodes.n - 1;
}

static const sign_op *find(const korch__condition_parser *self, const sign_op *table, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (korch__condition_at(self, table[i].sign))
			return &table[i];
	return NULL;
}

static int add_unary(korch__condition_parser *self, const sign_op *found, size_t column, int a)
{
	korch__condition_node node = {
	    .op = found->op, .column = (uint16_t)column, .a = (int16_t)a, .b = -1, .c = -1};
	if (self->code < 0 || korch__condition_type_unary(self, &node, found->sign) < 0)
		return self->code;
	return korch__condition_add(self, node);
}

static int parse_unary(korch__condition_parser *self)
{
	const sign_op *found = find(self, unary, KORCH_COUNT(unary));
	size_t column = self->token.column;
	if (!found)
		return korch__condition_primary(self);
	if (korch__condition_advance(self) < 0)
		return self->code;
	int a = korch__condition_expression(self, found->precedence);
	return add_unary(self, found, column, a);
}

/* Literal patterns are compiled once. */
static int compile_pattern(korch__condition_parser *self, korch__condition_node *node)
{
	const korch__condition_node *pattern = korch__condition_node_at(self, node->b);
	const char *problem = NULL;
	if (node->op != COND_MATCHES || pattern->op != COND_LITERAL || pattern->type != COND_STRING)
		return 0;
	int code =
	    korch__regex_new(&node->as.regex, pattern->as.text.data, pattern->as.text.length, &problem);
	if (code < 0)
		return korch__condition_fail(self, code, pattern->column, "error parsing regexp: %s",
		                             problem ? problem : "out of memory");
	return 0;
}

static int add_binary(korch__condition_parser *self, const sign_op *found, size_t column, int a,
                      int b)
{
	korch__condition_node node = {
	    .op = found->op, .column = (uint16_t)column, .a = (int16_t)a, .b = (int16_t)b, .c = -1};
	if (self->code < 0 || korch__condition_type_binary(self, &node, found->sign) < 0 ||
	    compile_pattern(self, &node) < 0)
		return self->code;
	int made = korch__condition_add(self, node);
	if (made < 0)
		korch__regex_free(node.as.regex);
	return made;
}

/* An operator, with "not" before it or without. *negated: it was there. */
static const sign_op *next_operator(korch__condition_parser *self, int *negated)
{
	const korch__condition_parser before = *self;
	*negated = 0;
	if (self->token.type == TOKEN_NAME && korch__condition_take(self, "not")) {
		const sign_op *found = find(self, binary, KORCH_COUNT(binary));
		*negated = 1;
		if (found && found->op >= COND_IN && found->op <= COND_ENDS_WITH)
			return found;
		if (self->code == 0)
			korch__condition_unexpected(self, "in, matches, contains, startsWith or endsWith");
		return NULL;
	}
	if (self->code < 0)
		return NULL;
	*self = before;
	return find(self, binary, KORCH_COUNT(binary));
}

static int parse_operators(korch__condition_parser *self, int left, int precedence)
{
	static const sign_op negation = {"not", COND_NOT, 0, 50};
	while (self->code == 0) {
		int negated;
		if (korch__condition_at(self, "not") && precedence > 20)
			return left;
		size_t column = self->token.column;
		const sign_op *found = next_operator(self, &negated);
		if (!found || found->precedence < precedence || korch__condition_advance(self) < 0)
			break;
		int right = korch__condition_expression(self, found->precedence + !found->right);
		left = add_binary(self, found, column, left, right);
		if (negated)
			left = add_unary(self, &negation, column, left);
	}
	return self->code < 0 ? self->code : left;
}

/* condition ? a : b and a ?: b. */
static int parse_ternary(korch__condition_parser *self, int condition)
{
	size_t column = self->token.column;
	int chosen = -1, otherwise = -1;
	int type = korch__condition_node_at(self, condition)->type;
	if (type != COND_ANY && type != COND_BOOL)
		return korch__condition_fail(self, KORCH_E_INVALID, column,
		                             "non-bool expression (type %s) used as condition",
		                             korch__condition_type_name(type));
	if (!korch__condition_take(self, "?:")) {
		korch__condition_take(self, "?");
		chosen = korch__condition_expression(self, 0);
		korch__condition_expect(self, ":");
	}
	otherwise = self->code < 0 ? -1 : korch__condition_expression(self, 0);
	if (self->code < 0)
		return self->code;
	int a = korch__condition_node_at(self, chosen < 0 ? condition : chosen)->type;
	int b = korch__condition_node_at(self, otherwise)->type;
	return korch__condition_add(self,
	                            (korch__condition_node){.op = COND_TERNARY,
	                                                    .type = (uint8_t)(a == b ? a : COND_ANY),
	                                                    .column = (uint16_t)column,
	                                                    .a = (int16_t)condition,
	                                                    .b = (int16_t)chosen,
	                                                    .c = (int16_t)otherwise});
}

/* value | function(more arguments) */
static int parse_pipe(korch__condition_parser *self, int value)
{
	korch__condition_token name = self->token;
	if (name.type != TOKEN_NAME)
		return korch__condition_unexpected(self, "the name of a function");
	if (korch__condition_advance(self) < 0)
		return self->code;
	return korch__condition_call(self, &name, value);
}

int korch__condition_expression(korch__condition_parser *self, int precedence)
{
	if (self->code < 0)
		return self->code;
	if (++self->nesting > KORCH_CONDITION_DEPTH_MAX)
		return korch__condition_fail(self, KORCH_E_LIMIT, self->token.column,
		                             "nested deeper than %d", KORCH_CONDITION_DEPTH_MAX);
	int node = parse_unary(self);
	node = parse_operators(self, node, precedence);
	while (self->code == 0 && precedence == 0) {
		if (korch__condition_at(self, "?") || korch__condition_at(self, "?:"))
			node = parse_ternary(self, node);
		else if (korch__condition_take(self, "|"))
			node = parse_pipe(self, node);
		else
			break;
	}
	self->nesting--;
	return self->code < 0 ? self->code : node;
}

static int parse_whole(korch__condition_parser *self)
{
	if (korch__condition_advance(self) < 0)
		return self->code;
	int root = korch__condition_expression(self, 0);
	if (self->code == 0 && self->token.type != TOKEN_END)
		korch__condition_unexpected(self, "an operator or the end");
	if (self->code < 0)
		return self->code;
	int type = korch__condition_node_at(self, root)->type;
	if (type != COND_ANY && type != (self->times ? COND_INT : COND_BOOL))
		return korch__condition_fail(self, KORCH_E_INVALID, 1, "expected %s, but got %s",
		                             self->times ? "time" : "bool",
		                             korch__condition_type_name(type));
	self->condition->root = root;
	return 0;
}

static void free_p(korch_parsed_condition **slot)
{
	korch_condition_free(*slot);
}

int korch_condition_parse(korch_parsed_condition **out, const char *text, korch_error **err)
{
	return korch__condition_read(out, text, 0, err);
}

int korch__condition_read(korch_parsed_condition **out, const char *text, int times,
                          korch_error **err)
{
	if (!out || !text)
		return korch_error_set(err, KORCH_E_INVALID, "a condition needs a text");
	size_t length = strnlen(text, KORCH_CONDITION_LENGTH_MAX + 1);
	if (length > KORCH_CONDITION_LENGTH_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "a condition has at most %d bytes",
		                       KORCH_CONDITION_LENGTH_MAX);
	_cleanup_(free_p) korch_parsed_condition *made = korch__calloc(1, sizeof(*made));
	if (!made)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	made->text = korch__strndup(text, length);
	made->strings = korch__alloc(length + 1);
	if (!made->text || !made->strings)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch__condition_parser parser = {
	    .condition = made,
	    .times = times,
	    .lexer = {.text = made->text, .at = made->text, .strings = made->strings, .err = err},
	};
	int code = parse_whole(&parser);
	if (code == 0)
		*out = KORCH_STEAL(made);
	return code;
}

const char *korch_condition_text(const korch_parsed_condition *condition)
{
	return condition ? condition->text : "";
}

void korch_condition_free(korch_parsed_condition *condition)
{
	if (!condition)
		return;
	for (size_t i = 0; i < condition->nodes.n; i++)
		if (condition->nodes.items[i].op == COND_MATCHES)
			korch__regex_free(condition->nodes.items[i].as.regex);
	korch__vec_fini(&condition->nodes);
	korch__free(condition->strings);
	korch__free(condition->text);
	korch__free(condition);
}
