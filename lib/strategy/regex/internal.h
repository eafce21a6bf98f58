/* The parts of a compiled expression, and the tree that it is made of. */
#ifndef KORCH_STRATEGY_REGEX_INTERNAL_H
#define KORCH_STRATEGY_REGEX_INTERNAL_H

#include "strategy/regex/regex.h"
#include <stdint.h>

enum {
	KORCH__REGEX_CODE_MAX = 1024,
	KORCH__REGEX_RANGES_MAX = 2048,
	KORCH__REGEX_DEPTH_MAX = 32,
	KORCH__REGEX_REPEAT_MAX = 1000, /* as RE2 has it */
	KORCH__REGEX_NODES_MAX = 2 * KORCH__REGEX_PATTERN_MAX + 2,
};

/* Instructions. */
enum {
	REGEX_CLASS,      /* x: first range, y: how many; negated, folded */
	REGEX_ANY,        /* any code point; `negated`: but a newline */
	REGEX_SPLIT,      /* goes on at x and at y */
	REGEX_JUMP,       /* goes on at x */
	REGEX_LINE_START, /* ^ in (?m) */
	REGEX_LINE_END,   /* $ in (?m) */
	REGEX_TEXT_START, /* ^ \A */
	REGEX_TEXT_END,   /* $ \z */
	REGEX_WORD,       /* \b */
	REGEX_NOT_WORD,   /* \B */
	REGEX_MATCH,
	/* in trees only */
	REGEX_EMPTY,
	REGEX_CAT,    /* x, y */
	REGEX_ALT,    /* x, y */
	REGEX_REPEAT, /* x; from min to max (-1: without end) */
};

typedef struct regex_code {
	uint8_t op;
	uint8_t negated;
	uint8_t folded; /* letters of ASCII in either case */
	uint16_t x, y;
} regex_code;

typedef struct regex_range {
	uint32_t low, high;
} regex_range;

struct korch__regex {
	size_t n_code, n_ranges;
	regex_range *ranges;
	regex_code code[];
};

typedef struct regex_node {
	uint8_t op;
	uint8_t negated;
	uint8_t folded;
	int16_t min, max;
	uint16_t x, y;
} regex_node;

typedef struct regex_tree {
	regex_node nodes[KORCH__REGEX_NODES_MAX];
	regex_range ranges[KORCH__REGEX_RANGES_MAX];
	size_t n_nodes, n_ranges;
} regex_tree;

/* The root's index, or a code; *problem as korch__regex_new(). */
int korch__regex_parse(regex_tree *tree, const char *pattern, size_t length, const char **problem);
/* Ranges of \d \s \w \D \S \W; how many, 0 when the letter is none of them. */
size_t korch__regex_perl_class(const regex_range **out, char letter);
/* Ranges of [:alpha:] and so on at a text, and how long the name is; 0 when there is none. */
size_t korch__regex_named_class(const regex_range **out, size_t *length, const char *at,
                                const char *end);
/* The code point at *at, which moves on; bytes that are no UTF-8 stand for themselves. */
uint32_t korch__regex_next(const char **at, const char *end);

#endif
