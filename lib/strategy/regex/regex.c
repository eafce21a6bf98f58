/*
 * Tree → instructions, and their simulation: all threads of the expression walk through the text
 * together (Thompson's construction; Cox, "Regular Expression Matching: the Virtual Machine
 * Approach"), so nothing is tried twice.
 */
#include "base/cleanup.h"
#include "strategy/regex/internal.h"
#include <string.h>

typedef struct emitter {
	const regex_tree *tree;
	regex_code code[KORCH__REGEX_CODE_MAX];
	size_t n;
	size_t work;
	int failed;
} emitter;

static void emit_node(emitter *self, size_t index);

static size_t emit(emitter *self, regex_code code)
{
	if (self->n >= KORCH__REGEX_CODE_MAX) {
		self->failed = 1;
		return 0;
	}
	self->code[self->n] = code;
	return self->n++;
}

static void emit_alternatives(emitter *self, const regex_node *node)
{
	size_t split = emit(self, (regex_code){.op = REGEX_SPLIT});
	self->code[split].x = (uint16_t)self->n;
	emit_node(self, node->x);
	size_t jump = emit(self, (regex_code){.op = REGEX_JUMP});
	self->code[split].y = (uint16_t)self->n;
	emit_node(self, node->y);
	self->code[jump].x = (uint16_t)self->n;
}

static void emit_repeat(emitter *self, const regex_node *node)
{
	for (int i = 0; i < node->min && !self->failed; i++)
		emit_node(self, node->x);
	if (node->max < 0) {
		size_t split = emit(self, (regex_code){.op = REGEX_SPLIT});
		self->code[split].x = (uint16_t)self->n;
		emit_node(self, node->x);
		emit(self, (regex_code){.op = REGEX_JUMP, .x = (uint16_t)split});
		self->code[split].y = (uint16_t)self->n;
	}
	for (int i = node->min; i < node->max && !self->failed; i++) {
		size_t split = emit(self, (regex_code){.op = REGEX_SPLIT});
		self->code[split].x = (uint16_t)self->n;
		emit_node(self, node->x);
		self->code[split].y = (uint16_t)self->n;
	}
}

static void emit_node(emitter *self, size_t index)
{
	const regex_node *node = &self->tree->nodes[index];
	/* Groups of nothing emit nothing, so what they repeat has to be counted. */
	if (++self->work > 4 * KORCH__REGEX_CODE_MAX)
		self->failed = 1;
	if (self->failed)
		return;
	switch (node->op) {
	case REGEX_EMPTY:
		break;
	case REGEX_CAT:
		emit_node(self, node->x);
		emit_node(self, node->y);
		break;
	case REGEX_ALT:
		emit_alternatives(self, node);
		break;
	case REGEX_REPEAT:
		emit_repeat(self, node);
		break;
	default:
		emit(self, (regex_code){.op = node->op,
		                        .negated = node->negated,
		                        .folded = node->folded,
		                        .x = node->x,
		                        .y = node->y});
	}
}

/* What compiling needs for a moment, in one block: too much for a small thread's stack. */
typedef struct workshop {
	regex_tree tree;
	emitter emitter;
} workshop;

int korch__regex_new(korch__regex **out, const char *pattern, size_t length, const char **problem)
{
	_cleanup_free_ workshop *shop = korch__alloc(sizeof(*shop));
	if (!shop)
		return KORCH_E_NOMEM;
	int root = korch__regex_parse(&shop->tree, pattern, length, problem);
	if (root < 0)
		return root;
	emitter *emitted = &shop->emitter;
	emitted->tree = &shop->tree;
	emitted->n = emitted->work = 0;
	emitted->failed = 0;
	emit_node(emitted, (size_t)root);
	emit(emitted, (regex_code){.op = REGEX_MATCH});
	if (emitted->failed) {
		*problem = "expression too large";
		return KORCH_E_LIMIT;
	}
	size_t code_bytes = emitted->n * sizeof(regex_code);
	size_t range_bytes = shop->tree.n_ranges * sizeof(regex_range);
	size_t ranges_at = (sizeof(korch__regex) + code_bytes + 7) & ~(size_t)7;
	korch__regex *regex = korch__alloc(ranges_at + range_bytes);
	if (!regex)
		return KORCH_E_NOMEM;
	regex->n_code = emitted->n;
	regex->n_ranges = shop->tree.n_ranges;
	regex->ranges = (regex_range *)(void *)((char *)regex + ranges_at);
	memcpy(regex->code, emitted->code, code_bytes);
	memcpy(regex->ranges, shop->tree.ranges, range_bytes);
	*out = regex;
	return 0;
}

void korch__regex_free(korch__regex *regex)
{
	korch__free(regex);
}

size_t korch__regex_cost(const korch__regex *regex, size_t length)
{
	return regex->n_code * (length + 1);
}

uint32_t korch__regex_next(const char **at, const char *end)
{
	const unsigned char *p = (const unsigned char *)*at;
	size_t left = (size_t)(end - *at);
	size_t more = p[0] >= 0xf0 && p[0] < 0xf8 ? 3 : p[0] >= 0xe0 ? 2 : 1;
	*at += 1;
	if (p[0] < 0xc2 || p[0] >= 0xf8 || left <= more)
		return p[0];
	uint32_t value = p[0] & (0x3fu >> more);
	for (size_t i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return p[0];
		value = value << 6 | (p[i] & 0x3f);
	}
	*at += more;
	return value;
}

typedef struct threads {
	uint16_t at[KORCH__REGEX_CODE_MAX];
	size_t n;
} threads;

typedef struct machine {
	const korch__regex *regex;
	const char *start, *end;
	uint32_t generation;
	uint32_t seen[KORCH__REGEX_CODE_MAX]; /* generation in which an instruction was put on a list */
	uint16_t stack[KORCH__REGEX_CODE_MAX * 2 + 2];
	int matched;
} machine;

static int is_word(const machine *self, const char *at)
{
	if (at < self->start || at >= self->end)
		return 0;
	char c = *at;
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Whether an instruction that looks at a place lets a thread pass there. */
static int holds(const machine *self, uint8_t op, const char *at)
{
	switch (op) {
	case REGEX_LINE_START:
		return at == self->start || at[-1] == '\n';
	case REGEX_LINE_END:
		return at == self->end || *at == '\n';
	case REGEX_TEXT_START:
		return at == self->start;
	case REGEX_TEXT_END:
		return at == self->end;
	case REGEX_WORD:
		return is_word(self, at - 1) != is_word(self, at);
	default:
		return is_word(self, at - 1) == is_word(self, at);
	}
}

/* Puts a thread on the list, with all that it leads to without reading. */
static void put(machine *self, threads *list, uint16_t first, const char *at)
{
	size_t depth = 0;
	self->stack[depth++] = first;
	while (depth > 0) {
		uint16_t pc = self->stack[--depth];
		const regex_code *code = &self->regex->code[pc];
		if (self->seen[pc] == self->generation)
			continue;
		self->seen[pc] = self->generation;
		if (code->op == REGEX_CLASS || code->op == REGEX_ANY) {
			list->at[list->n++] = pc;
		} else if (code->op == REGEX_MATCH) {
			self->matched = 1;
		} else if (code->op == REGEX_SPLIT) {
			self->stack[depth++] = code->y;
			self->stack[depth++] = code->x;
		} else if (code->op == REGEX_JUMP) {
			self->stack[depth++] = code->x;
		} else if (holds(self, code->op, at)) {
			self->stack[depth++] = (uint16_t)(pc + 1);
		}
	}
}

static int in_ranges(const korch__regex *regex, const regex_code *code, uint32_t letter)
{
	for (size_t i = code->x; i < (size_t)code->x + code->y; i++)
		if (letter >= regex->ranges[i].low && letter <= regex->ranges[i].high)
			return 1;
	return 0;
}

static int takes(const korch__regex *regex, const regex_code *code, uint32_t letter)
{
	if (code->op == REGEX_ANY)
		return !code->negated || letter != '\n';
	int in = in_ranges(regex, code, letter);
	if (!in && code->folded && letter >= 'a' && letter <= 'z')
		in = in_ranges(regex, code, letter - 'a' + 'A');
	else if (!in && code->folded && letter >= 'A' && letter <= 'Z')
		in = in_ranges(regex, code, letter - 'A' + 'a');
	return in != code->negated;
}

int korch__regex_match(const korch__regex *regex, const char *text, size_t length)
{
	machine self = {.regex = regex, .start = text, .end = text + length, .generation = 1};
	threads lists[2];
	threads *now = &lists[0], *next = &lists[1];
	const char *at = text;
	now->n = 0;
	put(&self, now, 0, at);
	while (!self.matched && at < self.end) {
		uint32_t letter = korch__regex_next(&at, self.end);
		self.generation++;
		next->n = 0;
		for (size_t i = 0; i < now->n && !self.matched; i++)
			if (takes(regex, &regex->code[now->at[i]], letter))
				put(&self, next, (uint16_t)(now->at[i] + 1), at);
		put(&self, next, 0, at); /* a match may begin anywhere */
		threads *other = now;
		now = next;
		next = other;
	}
	return self.matched;
}
