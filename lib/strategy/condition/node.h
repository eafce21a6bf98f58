/* What a condition is made of: nodes of a tree in one array, the children before their parent. */
#ifndef KORCH_STRATEGY_CONDITION_NODE_H
#define KORCH_STRATEGY_CONDITION_NODE_H

#include "base/vec.h"
#include "strategy/regex/regex.h"
#include <korch/strategy/condition.h>
#include <stddef.h>

enum { KORCH__CONDITION_NODES_MAX = 4096 };

/* Types as far as they are known before evaluation; also those of values, without ANY. */
typedef enum korch__condition_type {
	COND_NIL,
	COND_BOOL,
	COND_INT,
	COND_FLOAT,
	COND_STRING,
	COND_ARRAY,
	COND_MAP,
	COND_ANY,
} korch__condition_type;

typedef enum korch__condition_op {
	COND_LITERAL, /* of the node's type */
	COND_RESULT,
	COND_ITEM,       /* # */
	COND_ITEM_INDEX, /* #index */
	COND_LIST,       /* a: first element; they are linked by next */
	COND_DICT,       /* a: first key; key, value, key, value … */
	COND_MEMBER,     /* a.text; optional: nil stays nil */
	COND_INDEX,      /* a[b] */
	COND_SLICE,      /* a[b:c]; b, c may be -1 */
	COND_NOT,
	COND_NEGATE,
	COND_PLUS, /* unary */
	COND_OR,
	COND_AND,
	COND_COALESCE, /* ?? */
	COND_TERNARY,  /* a ? b : c; b is -1 in a ?: c */
	COND_EQUAL,
	COND_NOT_EQUAL,
	COND_LESS,
	COND_LESS_EQUAL,
	COND_MORE,
	COND_MORE_EQUAL,
	COND_IN,
	COND_MATCHES, /* regex: when the pattern is a literal */
	COND_CONTAINS,
	COND_STARTS_WITH,
	COND_ENDS_WITH,
	COND_RANGE, /* a..b */
	COND_ADD,
	COND_SUBTRACT,
	COND_MULTIPLY,
	COND_DIVIDE,
	COND_REMAINDER,
	COND_POWER,
	COND_CALL,  /* function; a: first argument */
	COND_QUERY, /* function with a closure: a: array, b: closure or -1 */
} korch__condition_op;

typedef struct korch__condition_node {
	uint8_t op;       /* korch__condition_op */
	uint8_t type;     /* korch__condition_type */
	uint8_t function; /* korch__condition_function */
	uint8_t optional;
	uint16_t depth;
	uint16_t column; /* from 1 */
	int16_t a, b, c; /* other nodes; -1: none */
	int16_t next;    /* in a list of nodes; -1: the last */
	union {
		int64_t number; /* INT, BOOL */
		double real;
		struct {
			const char *data;
			size_t length;
		} text;
		korch__regex *regex;
	} as;
} korch__condition_node;

struct korch_parsed_condition {
	char *text;
	char *strings; /* literals without their quotes */
	KORCH_VEC(korch__condition_node) nodes;
	int root;
};

/* The functions: how they are called, what they take, what they give. */
typedef enum korch__condition_function {
	FN_ABS,
	FN_ALL,
	FN_ANY,
	FN_AS_FLOAT,
	FN_AS_INT,
	FN_CEIL,
	FN_COUNT,
	FN_DATE,
	FN_DEFAULT,
	FN_DURATION,
	FN_FILTER,
	FN_FIND,
	FN_FIND_INDEX,
	FN_FIRST,
	FN_FLOAT,
	FN_FLOOR,
	FN_INT,
	FN_IS_INF,
	FN_IS_NAN,
	FN_IS_NIL,
	FN_LAST,
	FN_LEN,
	FN_LOWER,
	FN_MAP,
	FN_MAX,
	FN_MEAN,
	FN_MEDIAN,
	FN_MIN,
	FN_NONE,
	FN_NOW,
	FN_ONE,
	FN_ROUND,
	FN_STRING,
	FN_SUM,
	FN_TRIM,
	FN_UPPER,
	FN_COUNT_,
} korch__condition_function;

typedef struct korch__condition_signature {
	const char *name;
	uint8_t min, max; /* arguments */
	uint8_t query;    /* 1: the second argument is a closure */
	uint8_t type;
	uint8_t times; /* 1: only in expressions of times (time.h) */
} korch__condition_signature;

extern const korch__condition_signature korch__condition_functions[FN_COUNT_];

/* "float64" and so on, as Go calls them. */
const char *korch__condition_type_name(int type);
static inline int korch__condition_is_number(int type)
{
	return type == COND_INT || type == COND_FLOAT;
}

#endif
