/* Standard base64 (RFC 4648, section 4) both ways. */
#include "object/base64.h"
#include <korch/error.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* out may be NULL: only a check. */
static int decode(korch_buf *out, const char *text)
{
	uint32_t bits = 0;
	int n = 0, padding = 0;
	for (; *text; text++) {
		if (*text == '\n' || *text == '\r')
			continue;
		if (*text == '=') {
			padding++;
			continue;
		}
		int value = value_of(*text);
		if (value < 0 || padding)
			return KORCH_E_PARSE;
		bits = bits << 6 | (uint32_t)value;
		if (++n % 4 == 0 && out) {
			const char bytes[3] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};
			korch__buf_put(out, bytes, 3);
		}
		n %= 4;
	}
	if (n == 1 || padding != (4 - n) % 4)
		return KORCH_E_PARSE;
	if (out && n >= 2) {
		bits <<= 6 * (4 - n);
		const char bytes[2] = {(char)(bits >> 16), (char)(bits >> 8)};
		korch__buf_put(out, bytes, (size_t)n - 1);
	}
	return 0;
}

int korch__base64_check(const char *text)
{
	return decode(NULL, text) == 0;
}

int korch__base64_decode(korch_buf *out, const char *text)
{
	return decode(out, text);
}

void korch__base64_encode(korch_buf *out, const void *data, size_t length)
{
	const unsigned char *p = data;
	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		uint32_t bits = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
		                (left > 2 ? p[i + 2] : 0);
		char text[4] = {alphabet[bits >> 18], alphabet[bits >> 12 & 63], alphabet[bits >> 6 & 63],
		                alphabet[bits & 63]};
		if (left < 3)
			text[3] = '=';
		if (left < 2)
			text[2] = '=';
		korch__buf_put(out, text, 4);
	}
}
