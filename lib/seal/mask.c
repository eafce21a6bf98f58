/* Finding values of `secret` in YAML and JSON by their look. */
#include "seal/mask.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "korch:key:"
#define FIELD "secret"
enum { SECRETS_MAX = 4096 };

static int is_base64(uint8_t c)
{
	return isalnum(c) || c == '+' || c == '/' || c == '=';
}

static size_t skip(korch__span text, size_t at, const char *letters)
{
	while (at < text.length && text.data[at] && strchr(letters, text.data[at]))
		at++;
	return at;
}

/* Where the value of the field that begins at `at` begins; 0 when none does. */
static size_t find_value(korch__span text, size_t at)
{
	size_t n = strlen(FIELD);
	if (text.length - at <= n || memcmp(text.data + at, FIELD, n) != 0 ||
	    (at > 0 && (isalnum(text.data[at - 1]) || text.data[at - 1] == '_')))
		return 0;
	size_t end = skip(text, at + n, "\"'");
	end = skip(text, end, " \t");
	if (end >= text.length || text.data[end] != ':')
		return 0;
	/* JSON and flow style may go on in the next line. */
	end = skip(text, end + 1, " \t\r\n");
	return skip(text, end, "\"'");
}

static size_t measure(korch__span text, size_t at)
{
	size_t end = at;
	while (end < text.length && is_base64(text.data[end]))
		end++;
	/* "\/" in JSON, a key of its own, a tag: the reader sorts that out. */
	end = end < text.length && strchr("\\:", text.data[end]) && text.data[end] ? at : end;
	return end - at;
}

static int replace(korch__mask *mask, korch__span secret)
{
	if (mask->secrets.n == SECRETS_MAX)
		return KORCH_E_LIMIT;
	korch__buf_printf(&mask->text, HEAD "%zu", mask->secrets.n);
	return korch__vec_push(&mask->secrets, secret);
}

int korch__mask_init(korch__mask *mask, korch__span text)
{
	size_t kept = 0;
	int code = 0;
	*mask = (korch__mask){0};
	if (memmem(text.data, text.length, HEAD, strlen(HEAD)))
		return KORCH_E_INVALID;
	for (size_t at = 0; code == 0 && at < text.length; at++) {
		size_t value = find_value(text, at);
		size_t n = value ? measure(text, value) : 0;
		if (!n)
			continue;
		korch__buf_put(&mask->text, text.data + kept, value - kept);
		code = replace(mask, KORCH__SPAN(text.data + value, n));
		kept = value + n;
		at = kept - 1;
	}
	if (code == 0)
		korch__buf_put(&mask->text, text.data + kept, text.length - kept);
	if (code == 0)
		code = mask->text.failed;
	if (code < 0)
		korch__mask_fini(mask);
	return code;
}

void korch__mask_fini(korch__mask *mask)
{
	korch__buf_fini(&mask->text);
	korch__vec_fini(&mask->secrets);
}

korch__span korch__mask_find(const korch__mask *mask, const char *value)
{
	char *end = NULL;
	if (strncmp(value, HEAD, strlen(HEAD)) != 0)
		return (korch__span){0};
	unsigned long i = strtoul(value + strlen(HEAD), &end, 10);
	return *end || i >= mask->secrets.n ? (korch__span){0} : mask->secrets.items[i];
}

int korch__mask_is_in(const char *text)
{
	return strstr(text, HEAD) != NULL;
}
