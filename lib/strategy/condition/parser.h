/* What the files of the parser share: its state, and the making of nodes. */
#ifndef KORCH_STRATEGY_CONDITION_PARSER_H
#define KORCH_STRATEGY_CONDITION_PARSER_H

#include "strategy/condition/lexer.h"
#include "strategy/condition/node.h"

typedef struct korch__condition_parser {
	korch_parsed_condition *condition;
	korch__condition_lexer lexer;
	korch__condition_token token; /* the next one */
	int nesting;
	int closures; /* how many closures we are inside of */
	int times;    /* 1: the outcome is a time; now() and so on are known */
	int code;     /* of the first failure */
} korch__condition_parser;

/* All return a node's index, or a code that stands in parser->code, too. */
int korch__condition_expression(korch__condition_parser *parser, int precedence);
int korch__condition_primary(korch__condition_parser *parser);
/* A function's call; at the parenthesis. first: an argument that stands before it (a | f()); -1. */
int korch__condition_call(korch__condition_parser *parser, const korch__condition_token *name,
                          int first);
/* Adds a node; works out its depth. */
int korch__condition_add(korch__condition_parser *parser, korch__condition_node node);

int korch__condition_advance(korch__condition_parser *parser);
/* Whether the next token is this sign or this name. */
int korch__condition_at(const korch__condition_parser *parser, const char *text);
/* Takes it when it is. */
int korch__condition_take(korch__condition_parser *parser, const char *text);
/* Takes it, or fails. 0 or a code. */
int korch__condition_expect(korch__condition_parser *parser, const char *text);
/* "column 7: unexpected ")", expected a value". */
int korch__condition_unexpected(korch__condition_parser *parser, const char *expected);
int korch__condition_fail(korch__condition_parser *parser, int code, size_t column,
                          const char *format, ...) __attribute__((format(printf, 4, 5)));

static inline korch__condition_node *korch__condition_node_at(korch__condition_parser *parser,
                                                              int index)
{
	return &parser->condition->nodes.items[index];
}

/*
 * Type of a unary or binary operator's outcome; fails when what is known of the operands rules it
 * out. sign is how the operator is written.
 */
int korch__condition_type_unary(korch__condition_parser *parser, korch__condition_node *node,
                                const char *sign);
int korch__condition_type_binary(korch__condition_parser *parser, korch__condition_node *node,
                                 const char *sign);

#endif
