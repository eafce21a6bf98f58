/* Classes of letters that have a name. */
#include "strategy/regex/internal.h"
#include <string.h>

size_t korch__regex_perl_class(const regex_range **out, char letter)
{
	static const struct {
		char letter;
		uint8_t n;
		regex_range ranges[5];
	} classes[] = {
	    {'d', 1, {{'0', '9'}}},
	    {'D', 2, {{0, '0' - 1}, {'9' + 1, 0x10ffff}}},
	    {'s', 3, {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}}},
	    {'S', 4, {{0, '\t' - 1}, {'\v', '\v'}, {'\r' + 1, ' ' - 1}, {' ' + 1, 0x10ffff}}},
	    {'w', 4, {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}},
	    {'W',
	     5,
	     {{0, '0' - 1}, {'9' + 1, 'A' - 1}, {'Z' + 1, '_' - 1}, {'`', '`'}, {'z' + 1, 0x10ffff}}},
	};
	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		if (classes[i].letter == letter) {
			*out = classes[i].ranges;
			return classes[i].n;
		}
	}
	*out = NULL;
	return 0;
}

size_t korch__regex_named_class(const regex_range **out, size_t *length, const char *at,
                                const char *end)
{
	static const struct {
		const char *name;
		uint8_t n;
		regex_range ranges[4];
	} classes[] = {
	    {"[:alnum:]", 3, {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
	    {"[:alpha:]", 2, {{'A', 'Z'}, {'a', 'z'}}},
	    {"[:blank:]", 2, {{'\t', '\t'}, {' ', ' '}}},
	    {"[:digit:]", 1, {{'0', '9'}}},
	    {"[:lower:]", 1, {{'a', 'z'}}},
	    {"[:punct:]", 4, {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
	    {"[:space:]", 2, {{'\t', '\r'}, {' ', ' '}}},
	    {"[:upper:]", 1, {{'A', 'Z'}}},
	    {"[:word:]", 4, {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}},
	    {"[:xdigit:]", 3, {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}},
	};
	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		*length = strlen(classes[i].name);
		if ((size_t)(end - at) >= *length && memcmp(at, classes[i].name, *length) == 0) {
			*out = classes[i].ranges;
			return classes[i].n;
		}
	}
	*out = NULL;
	*length = 0;
	return 0;
}
