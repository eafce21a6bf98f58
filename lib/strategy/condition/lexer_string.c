/* 'text', "text" with Go's escapes; `text` as it stands. What it holds is never longer than what
 * was written. */
#include "strategy/condition/lexer_string.h"
#include <string.h>

static int fail(const korch__condition_lexer *self, const char *at, const char *what)
{
	return korch_error_set(self->err, KORCH_E_PARSE, "column %zu: %s",
	                       (size_t)(at - self->text) + 1, what);
}

static int digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	                              : 99;
}

static char *put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	} else {
		*to++ = (char)(0xf0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	}
	return to;
}

/* Reads `n` digits of a base; -1 when they are not there. */
static int64_t read_digits(const char **at, int n, int base)
{
	int64_t value = 0;
	for (int i = 0; i < n; i++, (*at)++) {
		if (digit(**at) >= base)
			return -1;
		value = value * base + digit(**at);
	}
	return value;
}

/* After a backslash; *at moves on. NULL when it is no escape. */
static char *put_escape(char *to, const char **at)
{
	static const char from[] = "abfnrtv\\'\"`", meaning[] = "\a\b\f\n\r\t\v\\'\"`";
	char letter = **at;
	const char *known = letter ? strchr(from, letter) : NULL;
	if (known) {
		*at += 1;
		*to++ = meaning[known - from];
		return to;
	}
	if (letter >= '0' && letter <= '3') {
		int64_t byte = read_digits(at, 3, 8);
		return byte < 0 ? NULL : (*to = (char)byte, to + 1);
	}
	if (letter != 'x' && letter != 'u' && letter != 'U')
		return NULL;
	*at += 1;
	int64_t value = read_digits(at, letter == 'x' ? 2 : letter == 'u' ? 4 : 8, 16);
	if (value < 0 || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
		return NULL;
	if (letter == 'x')
		return *to = (char)value, to + 1;
	return put_utf8(to, (uint32_t)value);
}

int korch__condition_string(korch__condition_lexer *self, korch__condition_token *out)
{
	char quote = *self->at;
	const char *at = self->at + 1;
	char *to = self->strings;
	while (*at && *at != quote) {
		const char *here = at;
		if (*at != '\\' || quote == '`') {
			*to++ = *at++;
			continue;
		}
		at++;
		to = put_escape(to, &at);
		if (!to)
			return fail(self, here, "unknown escape sequence in a string");
	}
	if (!*at)
		return fail(self, self->at, "string is not closed");
	*to++ = '\0';
	out->type = TOKEN_STRING;
	out->data = self->strings;
	out->data_length = (size_t)(to - self->strings) - 1;
	self->strings = to; /* two quotes have made room for the NUL */
	self->at = at + 1;
	return 0;
}
