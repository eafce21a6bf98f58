/* Tokens: numbers, names, signs. Strings stand in lexer_string.c. */
#include "strategy/condition/lexer.h"
#include "strategy/condition/lexer_string.h"
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 63 };

static int fail(const korch__condition_lexer *self, const char *at, const char *what)
{
	return korch_error_set(self->err, KORCH_E_PARSE, "column %zu: %s",
	                       (size_t)(at - self->text) + 1, what);
}

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

static int skip_space(korch__condition_lexer *self)
{
	for (;;) {
		while (*self->at == ' ' || *self->at == '\t' || *self->at == '\n' || *self->at == '\r')
			self->at++;
		if (strncmp(self->at, "//", 2) == 0) {
			self->at += strcspn(self->at, "\n");
		} else if (strncmp(self->at, "/*", 2) == 0) {
			const char *end = strstr(self->at + 2, "*/");
			if (!end)
				return fail(self, self->at, "comment is not closed");
			self->at = end + 2;
		} else {
			return 0;
		}
	}
}

int korch__condition_real(double *out, const char *text, size_t length)
{
	char copy[NUMBER_MAX + 1], *end = NULL;
	if (length == 0 || length > NUMBER_MAX || text[0] == ' ')
		return KORCH_E_PARSE;
	memcpy(copy, text, length);
	copy[length] = '\0';
	/* strtod() reads what the process's locale calls a decimal point. */
	const char *point = localeconv()->decimal_point;
	char *dot = strchr(copy, '.');
	if (dot && point[0] && !point[1])
		*dot = point[0];
	errno = 0;
	double value = strtod(copy, &end);
	if (*end || end == copy)
		return KORCH_E_PARSE;
	if (errno == ERANGE && isinf(value))
		return KORCH_E_LIMIT;
	*out = value;
	return 0;
}

static int whole_number(korch__condition_lexer *self, korch__condition_token *out,
                        const char *digits, int base)
{
	char *end = NULL;
	errno = 0;
	out->type = TOKEN_INT;
	out->number = strtoll(digits, &end, base);
	if (*end || !*digits)
		return fail(self, out->start, "bad number syntax");
	if (errno == ERANGE)
		return fail(self, out->start, "number is too large for 64 bits");
	return 0;
}

/* Collects the letters of a number without underscores. Returns whether it has a point or an
 * exponent, -1 when it is too long. */
static int collect(korch__condition_lexer *self, char *copy)
{
	size_t n = 0;
	int real = 0, hex = self->at[0] == '0' && (self->at[1] | 32) == 'x';
	for (const char *at = self->at;; at++) {
		int exponent = !hex && (*at | 32) == 'e';
		int sign = n > 0 && !hex && (*at == '+' || *at == '-') && (copy[n - 1] | 32) == 'e';
		/* "1..3" is a range */
		int point = *at == '.' && at[1] != '.' && !real && (is_digit(at[1]) || !is_letter(at[1]));
		if (!is_digit(*at) && !is_letter(*at) && !sign && !point) {
			self->at = at;
			copy[n] = '\0';
			return real;
		}
		real |= point || exponent;
		if (*at == '_')
			continue;
		if (n == NUMBER_MAX)
			return -1;
		copy[n++] = *at;
	}
}

static int read_number(korch__condition_lexer *self, korch__condition_token *out)
{
	char copy[NUMBER_MAX + 1];
	int real = collect(self, copy);
	if (real < 0)
		return fail(self, out->start, "number has too many digits");
	if (copy[0] == '0' && (copy[1] | 32) == 'x')
		return whole_number(self, out, copy + 2, 16);
	if (copy[0] == '0' && (copy[1] | 32) == 'b')
		return whole_number(self, out, copy + 2, 2);
	if (copy[0] == '0' && (copy[1] | 32) == 'o')
		return whole_number(self, out, copy + 2, 8);
	if (!real)
		return whole_number(self, out, copy, 10);
	out->type = TOKEN_FLOAT;
	int code = korch__condition_real(&out->real, copy, strlen(copy));
	if (code == KORCH_E_LIMIT)
		return fail(self, out->start, "number is out of range");
	return code < 0 ? fail(self, out->start, "bad number syntax") : 0;
}

static size_t sign_length(const char *at)
{
	static const char *const signs[] = {
	    "&&", "||", "==", "!=", "<=", ">=", "**", "..", "??", "?.", "?:"};
	if ((unsigned char)*at < 0x20 || (unsigned char)*at >= 0x7f)
		return 0;
	/* "a ?.5 : b" is a question */
	int question = at[0] == '?' && at[1] == '.' && is_digit(at[2]);
	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs) && !question; i++)
		if (strncmp(at, signs[i], 2) == 0)
			return 2;
	return strchr("()[]{}<>!+-*/%^?:,.#|", *at) ? 1 : 0;
}

static int read_sign(korch__condition_lexer *self, korch__condition_token *out)
{
	size_t length = sign_length(self->at);
	unsigned char c = (unsigned char)*self->at;
	if (length == 0 && c > 0x20 && c < 0x7f)
		return korch_error_set(self->err, KORCH_E_PARSE, "column %zu: unexpected character '%c'%s",
		                       out->column, c, c == '=' ? "; equality is ==" : "");
	if (length == 0)
		return korch_error_set(self->err, KORCH_E_PARSE,
		                       "column %zu: unexpected byte 0x%02x outside of a string",
		                       out->column, c);
	out->type = TOKEN_SIGN;
	self->at += length;
	return 0;
}

int korch__condition_next(korch__condition_lexer *self, korch__condition_token *out)
{
	int code = skip_space(self);
	if (code < 0)
		return code;
	char c = *self->at;
	out->type = TOKEN_END;
	out->start = self->at;
	out->column = (size_t)(self->at - self->text) + 1;
	if (is_digit(c) || (c == '.' && is_digit(self->at[1]))) {
		code = read_number(self, out);
	} else if (is_letter(c)) {
		out->type = TOKEN_NAME;
		while (is_letter(*self->at) || is_digit(*self->at))
			self->at++;
	} else if (c == '"' || c == '\'' || c == '`') {
		code = korch__condition_string(self, out);
	} else if (c) {
		code = read_sign(self, out);
	}
	out->length = (size_t)(self->at - out->start);
	return code;
}
