/* Strings of JSON: escapes and UTF-8. */
#include "object/json_text.h"
#include <korch/error.h>
#include <string.h>

/* Length of the UTF-8 sequence at a place, 0 when it is not valid. */
static size_t utf8_length(const char *at, const char *end)
{
	const unsigned char *p = (const unsigned char *)at;
	size_t left = (size_t)(end - at);
	if (left == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || left < n)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* too long for what they say, surrogates, beyond Unicode */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

static void put_code_point(korch_buf *out, uint32_t c)
{
	if (c < 0x80) {
		korch__buf_putc(out, (char)c);
		return;
	}
	int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char first[] = {0, 0xc0, 0xe0, 0xf0};
	korch__buf_putc(out, (char)(first[more] | (c >> (6 * more))));
	while (more-- > 0)
		korch__buf_putc(out, (char)(0x80 | ((c >> (6 * more)) & 0x3f)));
}

/* Four hexadecimal digits; -1 when they are not. */
static int32_t read_hex(const char *at, const char *end)
{
	int32_t value = 0;
	if (end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = at[i];
		int digit = c >= '0' && c <= '9'                 ? c - '0'
		            : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
		                                                 : -1;
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* \uXXXX, where *at is behind the u; a half of a pair that stands alone becomes U+FFFD. */
static int put_unicode(korch_buf *out, const char **at, const char *end)
{
	int32_t c = read_hex(*at, end);
	if (c < 0)
		return KORCH_E_PARSE;
	*at += 4;
	if (c >= 0xd800 && c <= 0xdbff && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
		int32_t low = read_hex(*at + 2, end);
		if (low >= 0xdc00 && low <= 0xdfff) {
			*at += 6;
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		}
	}
	put_code_point(out, c >= 0xd800 && c <= 0xdfff ? 0xfffd : (uint32_t)c);
	return 0;
}

static int put_escape(korch_buf *out, const char **at, const char *end)
{
	static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	if (*at == end)
		return KORCH_E_PARSE;
	char c = *(*at)++;
	if (c == 'u')
		return put_unicode(out, at, end);
	const char *found = c != '\0' ? strchr(letters, c) : NULL;
	if (!found)
		return KORCH_E_PARSE;
	korch__buf_putc(out, meanings[found - letters]);
	return 0;
}

int korch__json_text(korch_buf *out, const char **at, const char *end, const char **why)
{
	for (++*at; *at < end && **at != '"';) {
		const char *start = *at;
		while (*at < end && (unsigned char)**at >= 0x20 && (unsigned char)**at < 0x80 &&
		       **at != '"' && **at != '\\')
			++*at;
		korch__buf_put(out, start, (size_t)(*at - start));
		if (*at == end || **at == '"')
			continue;
		if (**at == '\\') {
			++*at;
			if (put_escape(out, at, end) < 0) {
				*why = "malformed escape in a string";
				return KORCH_E_PARSE;
			}
			continue;
		}
		size_t n = (unsigned char)**at < 0x20 ? 0 : utf8_length(*at, end);
		if (n == 0) {
			*why = (unsigned char)**at < 0x20 ? "a control character in a string must be escaped"
			                                  : "malformed UTF-8";
			return KORCH_E_PARSE;
		}
		korch__buf_put(out, *at, n);
		*at += n;
	}
	if (*at >= end) {
		*why = "a string does not end";
		return KORCH_E_PARSE;
	}
	++*at;
	return out->failed ? KORCH_E_NOMEM : 0;
}
