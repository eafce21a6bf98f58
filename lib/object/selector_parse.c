/*
 * The text form of label selectors: Kubernetes' grammar and its sentences for what is wrong.
 *   requirement = ["!"] key | key operator value | key ("in" | "notin") "(" [value {"," value}] ")"
 */
#include "base/cleanup.h"
#include "object/selector.h"
#include <string.h>

enum { TEXT_MAX = 64 * 1024, VALUES_MAX = 4096 };

typedef enum token {
	TOKEN_END,
	TOKEN_IDENTIFIER,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_NOT,
	TOKEN_EQUALS,
	TOKEN_SAME,
	TOKEN_NOT_EQUALS,
	TOKEN_GREATER,
	TOKEN_LESS,
	TOKEN_IN,
	TOKEN_NOT_IN,
} token;

typedef struct item {
	token kind;
	const char *text;
	size_t length;
} item;

typedef KORCH_VEC(char *) texts;

typedef struct parser {
	const char *p;
	item next; /* what peek() has read */
	int has_next;
	texts values;
	korch_error **err;
} parser;

static int is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int is_special(char c)
{
	return c && strchr("=!(),><", c) != NULL;
}

static token word_token(const char *text, size_t length, int is_operator)
{
	if (is_operator && length == 2 && memcmp(text, "in", 2) == 0)
		return TOKEN_IN;
	if (is_operator && length == 5 && memcmp(text, "notin", 5) == 0)
		return TOKEN_NOT_IN;
	return TOKEN_IDENTIFIER;
}

static item scan(parser *self, int is_operator)
{
	static const struct {
		char text[3];
		token kind;
	} signs[] = {{"==", TOKEN_SAME}, {"!=", TOKEN_NOT_EQUALS}, {"=", TOKEN_EQUALS},
	             {"!", TOKEN_NOT},   {"(", TOKEN_OPEN},        {")", TOKEN_CLOSE},
	             {",", TOKEN_COMMA}, {">", TOKEN_GREATER},     {"<", TOKEN_LESS}};
	while (is_space(*self->p))
		self->p++;
	item out = {TOKEN_END, self->p, 0};
	if (!*self->p)
		return out;
	for (size_t i = 0; i < KORCH_COUNT(signs); i++) {
		size_t length = strlen(signs[i].text);
		if (strncmp(self->p, signs[i].text, length) == 0) {
			self->p += length;
			return (item){signs[i].kind, out.text, length};
		}
	}
	while (*self->p && !is_space(*self->p) && !is_special(*self->p))
		self->p++;
	out.length = (size_t)(self->p - out.text);
	out.kind = word_token(out.text, out.length, is_operator);
	return out;
}

/* "in" and "notin" are operators only where an operator may stand. */
static item take(parser *self, int is_operator)
{
	item out = self->has_next ? self->next : scan(self, is_operator);
	if (self->has_next && out.kind == TOKEN_IDENTIFIER)
		out.kind = word_token(out.text, out.length, is_operator);
	self->has_next = 0;
	return out;
}

static item peek(parser *self)
{
	if (!self->has_next)
		self->next = scan(self, 0);
	self->has_next = 1;
	return self->next;
}

static int found(parser *self, item what, const char *expected)
{
	return korch_error_set(self->err, KORCH_E_PARSE, "found '%.*s', expected: %s",
	                       what.length > 100 ? 100 : (int)what.length, what.text, expected);
}

static void clear_values(parser *self)
{
	for (size_t i = 0; i < self->values.n; i++)
		korch__free(self->values.items[i]);
	self->values.n = 0;
}

static int add_value(parser *self, const char *text, size_t length)
{
	if (self->values.n >= VALUES_MAX)
		return korch_error_set(self->err, KORCH_E_LIMIT, "too many values");
	char *copy = korch__strndup(text, length);
	if (!copy || korch__vec_push(&self->values, copy) < 0) {
		korch__free(copy);
		return korch_error_set(self->err, KORCH_E_NOMEM, "out of memory");
	}
	return 0;
}

/* One step in a list of values: a value or a comma; *done at the closing bracket. */
static int parse_list_item(parser *self, int *done)
{
	item what = take(self, 0);
	int code = 0;
	if (what.kind == TOKEN_IDENTIFIER) {
		code = add_value(self, what.text, what.length);
		item next = peek(self);
		if (code == 0 && next.kind != TOKEN_COMMA && next.kind != TOKEN_CLOSE)
			return found(self, next, "',' or ')'");
		*done = next.kind == TOKEN_CLOSE;
		return code;
	}
	if (what.kind != TOKEN_COMMA)
		return found(self, what, "',', or identifier");
	if (self->values.n == 0)
		code = add_value(self, "", 0);
	token next = peek(self).kind;
	if (code == 0 && (next == TOKEN_CLOSE || next == TOKEN_COMMA))
		code = add_value(self, "", 0);
	*done = next == TOKEN_CLOSE;
	return code;
}

static int parse_list(parser *self)
{
	item what = take(self, 0);
	if (what.kind != TOKEN_OPEN)
		return found(self, what, "'('");
	what = peek(self);
	if (what.kind != TOKEN_IDENTIFIER && what.kind != TOKEN_COMMA && what.kind != TOKEN_CLOSE)
		return found(self, what, "',', ')' or identifier");
	int done = what.kind == TOKEN_CLOSE;
	while (!done) {
		int code = parse_list_item(self, &done);
		if (code < 0)
			return code;
	}
	take(self, 0);
	return 0;
}

static int parse_exact(parser *self)
{
	token next = peek(self).kind;
	if (next == TOKEN_END || next == TOKEN_COMMA)
		return add_value(self, "", 0);
	item what = take(self, 0);
	if (what.kind != TOKEN_IDENTIFIER)
		return found(self, what, "identifier");
	return add_value(self, what.text, what.length);
}

static int parse_operator(parser *self, korch__operator *out)
{
	item what = take(self, 1);
	switch (what.kind) {
	case TOKEN_IN:
		*out = KORCH__OPERATOR_IN;
		return parse_list(self);
	case TOKEN_NOT_IN:
		*out = KORCH__OPERATOR_NOT_IN;
		return parse_list(self);
	case TOKEN_EQUALS:
		*out = KORCH__OPERATOR_EQUALS;
		break;
	case TOKEN_SAME:
		*out = KORCH__OPERATOR_SAME;
		break;
	case TOKEN_NOT_EQUALS:
		*out = KORCH__OPERATOR_NOT_EQUALS;
		break;
	case TOKEN_GREATER:
		*out = KORCH__OPERATOR_GREATER;
		break;
	case TOKEN_LESS:
		*out = KORCH__OPERATOR_LESS;
		break;
	default:
		return found(self, what, "in, notin, =, ==, !=, gt, lt");
	}
	return parse_exact(self);
}

static int parse_requirement(parser *self, korch_selector *selector)
{
	item what = take(self, 0);
	korch__operator operator_ = KORCH__OPERATOR_EXISTS;
	if (what.kind == TOKEN_NOT) {
		operator_ = KORCH__OPERATOR_NOT_EXISTS;
		what = take(self, 0);
	}
	if (what.kind != TOKEN_IDENTIFIER)
		return found(self, what, "identifier");
	_cleanup_free_ char *key = korch__strndup(what.text, what.length);
	if (!key)
		return korch_error_set(self->err, KORCH_E_NOMEM, "out of memory");
	token next = peek(self).kind;
	int code = 0;
	clear_values(self);
	if (operator_ == KORCH__OPERATOR_EXISTS && next != TOKEN_END && next != TOKEN_COMMA)
		code = parse_operator(self, &operator_);
	if (code < 0)
		return code;
	return korch__selector_add(selector, key, operator_, (const char *const *)self->values.items,
	                           self->values.n, self->err);
}

/* Kubernetes puts its words in front and its path into the sentence. */
static int wrap(korch_error **err, korch_error *inner, int code)
{
	const char *path = korch_error_path(inner);
	korch_error_set(err, code == KORCH_E_INVALID ? KORCH_E_PARSE : code,
	                "unable to parse requirement: %s%s%s", path ? path : "", path ? ": " : "",
	                korch_error_message(inner));
	return code == KORCH_E_INVALID ? KORCH_E_PARSE : code;
}

static int parse_all(parser *self, korch_selector *selector, korch_error **err)
{
	for (item next = peek(self); next.kind != TOKEN_END; next = peek(self)) {
		_cleanup_error_ korch_error *inner = NULL;
		self->err = &inner;
		if (next.kind != TOKEN_IDENTIFIER && next.kind != TOKEN_NOT) {
			self->err = err;
			return found(self, next, "!, identifier, or 'end of string'");
		}
		int code = parse_requirement(self, selector);
		self->err = err;
		if (code < 0)
			return wrap(err, inner, code);
		item behind = take(self, 0);
		if (behind.kind == TOKEN_END)
			return 0;
		if (behind.kind != TOKEN_COMMA)
			return found(self, behind, "',' or 'end of string'");
		next = peek(self);
		if (next.kind != TOKEN_IDENTIFIER && next.kind != TOKEN_NOT)
			return found(self, next, "identifier after ','");
	}
	return 0;
}

int korch_selector_parse(korch_selector **out, const char *text, korch_error **err)
{
	if (!out || !text || strlen(text) > TEXT_MAX)
		return korch_error_set(err, KORCH_E_PARSE, "selector is missing or too long");
	_cleanup_(korch__selector_free_p) korch_selector *selector =
	    korch__calloc(1, sizeof(*selector));
	if (!selector)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	parser self = {.p = text};
	int code = parse_all(&self, selector, err);
	clear_values(&self);
	korch__vec_fini(&self.values);
	if (code == 0)
		*out = KORCH_STEAL(selector);
	return code;
}
