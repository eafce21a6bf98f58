/* Pattern → tree. */
#include "strategy/regex/internal.h"
#include <korch/error.h>
#include <string.h>

typedef struct parser {
	regex_tree *tree;
	const char *at, *end;
	const char **problem;
	int code; /* of the first failure */
	int depth;
	int fold, multiline, dot_all; /* (?i), (?m), (?s) */
} parser;

static int parse_alternatives(parser *self);

static int fail(parser *self, int code, const char *problem)
{
	if (self->code == 0) {
		self->code = code;
		*self->problem = problem;
	}
	return 0;
}

static int add(parser *self, regex_node node)
{
	if (self->tree->n_nodes >= KORCH__REGEX_NODES_MAX)
		return fail(self, KORCH_E_LIMIT, "expression too large");
	self->tree->nodes[self->tree->n_nodes] = node;
	return (int)self->tree->n_nodes++;
}

static void add_range(parser *self, uint32_t low, uint32_t high)
{
	if (self->tree->n_ranges >= KORCH__REGEX_RANGES_MAX) {
		fail(self, KORCH_E_LIMIT, "expression too large");
		return;
	}
	self->tree->ranges[self->tree->n_ranges++] = (regex_range){low, high};
}

static int at_letter(const parser *self, char letter)
{
	return self->at < self->end && *self->at == letter;
}

static int take(parser *self, char letter)
{
	if (!at_letter(self, letter))
		return 0;
	self->at++;
	return 1;
}

static void add_ranges(parser *self, const regex_range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add_range(self, ranges[i].low, ranges[i].high);
}

/* \d and its neighbours. 1 when the letter is one of them. */
static int add_perl_class(parser *self, char letter)
{
	const regex_range *ranges;
	size_t n = korch__regex_perl_class(&ranges, letter);
	add_ranges(self, ranges, n);
	return n > 0;
}

/* [:alpha:] and its neighbours; at "[:". 1 when it was one. */
static int add_named_class(parser *self)
{
	const regex_range *ranges;
	size_t length, n = korch__regex_named_class(&ranges, &length, self->at, self->end);
	add_ranges(self, ranges, n);
	self->at += length;
	return n > 0;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	                              : -1;
}

/* After \x: two digits, or any number in braces. */
static uint32_t hex_code_point(parser *self)
{
	uint32_t value = 0;
	int braces = take(self, '{'), digits = 0;
	while (self->at < self->end && hex_digit(*self->at) >= 0 && digits < (braces ? 6 : 2)) {
		value = value * 16 + (uint32_t)hex_digit(*self->at++);
		digits++;
	}
	if ((braces && !take(self, '}')) || digits == 0 || (!braces && digits != 2) || value > 0x10ffff)
		fail(self, KORCH_E_PARSE, "invalid escape sequence");
	return value;
}

/* A letter after a backslash that stands for one code point. */
static uint32_t escaped(parser *self)
{
	static const char from[] = "aftnrv", to[] = "\a\f\t\n\r\v";
	if (self->at >= self->end)
		return (uint32_t)fail(self, KORCH_E_PARSE, "trailing backslash at end of expression");
	const char *known = strchr(from, *self->at);
	if (known && *known) {
		self->at++;
		return (uint32_t)(unsigned char)to[known - from];
	}
	if (take(self, 'x'))
		return hex_code_point(self);
	unsigned char c = (unsigned char)*self->at;
	if (c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
		return (uint32_t)fail(self, KORCH_E_PARSE, "invalid escape sequence");
	self->at++;
	return c;
}

static uint32_t class_letter(parser *self)
{
	if (take(self, '\\'))
		return escaped(self);
	return korch__regex_next(&self->at, self->end);
}

/* One item between brackets. */
static void class_item(parser *self)
{
	if (at_letter(self, '[') && self->end - self->at > 1 && self->at[1] == ':') {
		if (!add_named_class(self))
			fail(self, KORCH_E_PARSE, "invalid character class range");
		return;
	}
	if (at_letter(self, '\\') && self->end - self->at > 1 && add_perl_class(self, self->at[1])) {
		self->at += 2;
		return;
	}
	uint32_t low = class_letter(self), high = low;
	if (at_letter(self, '-') && self->end - self->at > 1 && self->at[1] != ']') {
		self->at++;
		high = class_letter(self);
	}
	if (high < low)
		fail(self, KORCH_E_PARSE, "invalid character class range");
	add_range(self, low, high);
}

static int class_node(parser *self, size_t first, int negated)
{
	return add(self, (regex_node){.op = REGEX_CLASS,
	                              .negated = (uint8_t)negated,
	                              .folded = (uint8_t)self->fold,
	                              .x = (uint16_t)first,
	                              .y = (uint16_t)(self->tree->n_ranges - first)});
}

static int parse_class(parser *self)
{
	size_t first = self->tree->n_ranges;
	int negated = take(self, '^');
	int more = 1;
	while (self->code == 0 && (more || !at_letter(self, ']'))) {
		if (self->at >= self->end)
			return fail(self, KORCH_E_PARSE, "missing closing ]");
		class_item(self);
		more = 0;
	}
	self->at++;
	return class_node(self, first, negated);
}

static int one_letter(parser *self, uint32_t letter)
{
	size_t first = self->tree->n_ranges;
	add_range(self, letter, letter);
	return class_node(self, first, 0);
}

static int parse_escape(parser *self)
{
	static const char letters[] = "AzbB";
	static const uint8_t ops[] = {REGEX_TEXT_START, REGEX_TEXT_END, REGEX_WORD, REGEX_NOT_WORD};
	size_t first = self->tree->n_ranges;
	if (self->at < self->end && add_perl_class(self, *self->at)) {
		self->at++;
		return class_node(self, first, 0);
	}
	const char *known = self->at < self->end && *self->at ? strchr(letters, *self->at) : NULL;
	if (!known)
		return one_letter(self, escaped(self));
	self->at++;
	return add(self, (regex_node){.op = ops[known - letters]});
}

/* Flags after "(?": 1 when a group follows, 0 when they hold for what comes after. */
static int parse_flags(parser *self)
{
	int set = 1;
	for (; self->at < self->end; self->at++) {
		switch (*self->at) {
		case 'i':
			self->fold = set;
			break;
		case 'm':
			self->multiline = set;
			break;
		case 's':
			self->dot_all = set;
			break;
		case 'U':
			break; /* which match is preferred does not matter here */
		case '-':
			set = 0;
			break;
		case ':':
			self->at++;
			return 1;
		case ')':
			self->at++;
			return 0;
		default:
			return fail(self, KORCH_E_PARSE, "invalid or unsupported Perl syntax");
		}
	}
	return fail(self, KORCH_E_PARSE, "missing closing )");
}

/* Skips the name of (?P<name>. */
static void skip_name(parser *self)
{
	while (self->at < self->end && *self->at != '>')
		self->at++;
	if (!take(self, '>'))
		fail(self, KORCH_E_PARSE, "invalid named capture");
}

static int parse_group(parser *self)
{
	const parser outer = *self;
	if (take(self, '?')) {
		if (take(self, 'P') || at_letter(self, '<')) {
			if (!take(self, '<'))
				return fail(self, KORCH_E_PARSE, "invalid or unsupported Perl syntax");
			skip_name(self);
		} else if (!parse_flags(self)) {
			return self->code == 0 ? add(self, (regex_node){.op = REGEX_EMPTY}) : 0;
		}
	}
	if (++self->depth > KORCH__REGEX_DEPTH_MAX)
		return fail(self, KORCH_E_LIMIT, "expression nests too deeply");
	int node = parse_alternatives(self);
	self->depth--;
	if (self->code == 0 && !take(self, ')'))
		fail(self, KORCH_E_PARSE, "missing closing )");
	self->fold = outer.fold;
	self->multiline = outer.multiline;
	self->dot_all = outer.dot_all;
	return node;
}

static int parse_atom(parser *self)
{
	char letter = *self->at;
	if (strchr("*+?", letter) && letter)
		return fail(self, KORCH_E_PARSE, "missing argument to repetition operator");
	if (take(self, '('))
		return parse_group(self);
	if (take(self, '['))
		return parse_class(self);
	if (take(self, '\\'))
		return parse_escape(self);
	if (take(self, '.'))
		return add(self, (regex_node){.op = REGEX_ANY, .negated = (uint8_t)!self->dot_all});
	if (take(self, '^'))
		return add(self, (regex_node){.op = self->multiline ? REGEX_LINE_START : REGEX_TEXT_START});
	if (take(self, '$'))
		return add(self, (regex_node){.op = self->multiline ? REGEX_LINE_END : REGEX_TEXT_END});
	return one_letter(self, korch__regex_next(&self->at, self->end));
}

static int parse_number(parser *self)
{
	int value = 0;
	if (self->at >= self->end || *self->at < '0' || *self->at > '9')
		return -1;
	while (self->at < self->end && *self->at >= '0' && *self->at <= '9') {
		value = value * 10 + (*self->at++ - '0');
		if (value > KORCH__REGEX_REPEAT_MAX)
			value = KORCH__REGEX_REPEAT_MAX + 1;
	}
	return value;
}

/* {n}, {n,} or {n,m}; anything else after a brace is text. 1 when it was one. */
static int parse_counts(parser *self, regex_node *repeat)
{
	const char *start = self->at++;
	int min = parse_number(self), max = min;
	if (min >= 0 && take(self, ','))
		max = at_letter(self, '}') ? -1 : parse_number(self);
	if (min < 0 || (max < 0 && !at_letter(self, '}')) || !take(self, '}')) {
		self->at = start;
		return 0;
	}
	if (min > KORCH__REGEX_REPEAT_MAX || max > KORCH__REGEX_REPEAT_MAX || (max >= 0 && max < min))
		fail(self, KORCH_E_PARSE, "invalid repeat count");
	repeat->min = (int16_t)min;
	repeat->max = (int16_t)max;
	return 1;
}

static int parse_repeat(parser *self)
{
	int node = parse_atom(self), repeats = 0;
	while (self->code == 0 && self->at < self->end) {
		regex_node repeat = {.op = REGEX_REPEAT, .x = (uint16_t)node, .max = -1};
		if (take(self, '+'))
			repeat.min = 1;
		else if (take(self, '?'))
			repeat.max = 1;
		else if (!take(self, '*') && !(at_letter(self, '{') && parse_counts(self, &repeat)))
			break;
		take(self, '?'); /* lazy: the same answer */
		if (++repeats > 1)
			return fail(self, KORCH_E_PARSE, "invalid nested repetition operator");
		node = add(self, repeat);
	}
	return node;
}

static int parse_sequence(parser *self)
{
	int node = -1;
	while (self->code == 0 && self->at < self->end && *self->at != '|' && *self->at != ')') {
		int next = parse_repeat(self);
		node = node < 0
		           ? next
		           : add(self,
		                 (regex_node){.op = REGEX_CAT, .x = (uint16_t)node, .y = (uint16_t)next});
	}
	return node < 0 ? add(self, (regex_node){.op = REGEX_EMPTY}) : node;
}

static int parse_alternatives(parser *self)
{
	int node = parse_sequence(self);
	while (self->code == 0 && take(self, '|')) {
		int next = parse_sequence(self);
		node = add(self, (regex_node){.op = REGEX_ALT, .x = (uint16_t)node, .y = (uint16_t)next});
	}
	return node;
}

int korch__regex_parse(regex_tree *tree, const char *pattern, size_t length, const char **problem)
{
	parser self = {.tree = tree, .at = pattern, .end = pattern + length, .problem = problem};
	tree->n_nodes = tree->n_ranges = 0;
	if (length > KORCH__REGEX_PATTERN_MAX) {
		*problem = "expression too large";
		return KORCH_E_LIMIT;
	}
	int root = parse_alternatives(&self);
	if (self.code == 0 && self.at < self.end)
		fail(&self, KORCH_E_PARSE, "unexpected )");
	return self.code < 0 ? self.code : root;
}
