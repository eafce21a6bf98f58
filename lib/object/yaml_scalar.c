/*
 * Which value a YAML scalar is: the core schema of YAML 1.2, with what Kubernetes' reader takes
 * from YAML 1.1 (yes, no, on, off, 0644 and 0b11, 1_000), as docs/yaml.md says. No events and no
 * trees here.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "object/read.h"
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TAG_PREFIX "tag:yaml.org,2002:"

enum { MAX_NUMBER = 4096 };

typedef struct word {
	const char *text;
	signed char value;  /* 0 or 1; -1 for null */
	signed char is_old; /* only YAML 1.1 knows it */
} word;

/* Each in lower case, with a capital, and in capitals. */
static const word words[] = {{"null", -1, 0}, {"true", 1, 0}, {"false", 0, 0}, {"yes", 1, 1},
                             {"no", 0, 1},    {"on", 1, 1},   {"off", 0, 1}};

static int is_written_as(const char *text, size_t len, const char *lower)
{
	if (strlen(lower) != len || strncasecmp(text, lower, len) != 0)
		return 0;
	int upper = 0;
	for (size_t i = 0; i < len; i++)
		upper += text[i] >= 'A' && text[i] <= 'Z';
	return upper == 0 || upper == (int)len || (upper == 1 && text[0] >= 'A' && text[0] <= 'Z');
}

static const word *find_word(const char *text, size_t len)
{
	static const word null_word = {"", -1, 0};
	if (len == 0 || (len == 1 && text[0] == '~'))
		return &null_word;
	for (size_t i = 0; i < KORCH_COUNT(words); i++)
		if (is_written_as(text, len, words[i].text))
			return &words[i];
	return NULL;
}

static size_t count_digits(const char *text)
{
	return strspn(text, "0123456789");
}

/*
 * Writes [-+]digits[.digits][e[-+]digits] with at least one digit as a JSON number; 0 when text is
 * not of that form.
 */
static int put_decimal(korch_buf *out, const char *text)
{
	const char *at = text + (*text == '-' || *text == '+');
	size_t whole = count_digits(at), zeros = strspn(at, "0");
	const char *dot = at + whole;
	size_t fraction = *dot == '.' ? count_digits(dot + 1) : 0;
	const char *exponent = *dot == '.' ? dot + 1 + fraction : dot;
	if (whole + fraction == 0)
		return 0;
	if (*exponent == 'e' || *exponent == 'E') {
		const char *digits = exponent + 1 + (exponent[1] == '-' || exponent[1] == '+');
		size_t n = count_digits(digits);
		if (n == 0 || digits[n] != '\0')
			return 0;
	} else if (*exponent != '\0') {
		return 0;
	}
	if (zeros > 0 && zeros >= whole)
		zeros = whole - 1;
	if (*text == '-')
		korch__buf_putc(out, '-');
	if (whole == 0)
		korch__buf_putc(out, '0');
	korch__buf_put(out, at + zeros, whole - zeros);
	if (fraction > 0)
		korch__buf_put(out, dot, fraction + 1);
	else if (*dot == '.' && *exponent == '\0')
		korch__buf_puts(out, ".0");
	korch__buf_puts(out, exponent);
	return 1;
}

/*
 * 0x1f, 0o17, 0b11 and 017, with a sign, in 64 bits. 0 when text is not of that form or does not
 * fit.
 */
static int put_radix(korch_buf *out, const char *text)
{
	const char *at = text + (*text == '-' || *text == '+');
	if (at[0] != '0' || at[1] == '\0')
		return 0;
	int base = at[1] == 'x' || at[1] == 'X'   ? 16
	           : at[1] == 'o'                 ? 8
	           : at[1] == 'b' || at[1] == 'B' ? 2
	                                          : 0;
	const char *digits = base > 0 ? at + 2 : at + 1;
	if (base == 0)
		base = 8;
	const char *allowed = base == 16 ? "0123456789abcdefABCDEF" : base == 8 ? "01234567" : "01";
	if (*digits == '\0' || digits[strspn(digits, allowed)] != '\0')
		return 0;
	errno = 0;
	unsigned long long value = strtoull(digits, NULL, base);
	if (errno != 0)
		return 0;
	korch__buf_printf(out, "%s%llu", *text == '-' && value > 0 ? "-" : "", value);
	return 1;
}

static int has_underscores(const char *text)
{
	return strchr(text, '_') && strpbrk(text, "0123456789") && *text != '_';
}

/* A copy without underscores; NULL when memory is short. */
static char *without_underscores(const char *text)
{
	char *copy = korch__strdup(text), *to = copy;
	for (const char *from = copy; from && *from; from++)
		if (*from != '_')
			*to++ = *from;
	if (to)
		*to = '\0';
	return copy;
}

static int is_old_number(const char *text)
{
	const char *at = text + (*text == '-' || *text == '+');
	return strchr(text, '_') || (at[0] == '0' && (at[1] == 'b' || at[1] == 'B' || at[1] == 'X'));
}

static int is_special_float(const char *text)
{
	const char *at = text + (*text == '-' || *text == '+');
	return is_written_as(at, strlen(at), ".inf") || strcmp(at, ".Inf") == 0 ||
	       is_written_as(text, strlen(text), ".nan") || strcmp(text, ".NaN") == 0;
}

/* *out stays NULL when the text is no number. */
static int read_number(struct json_object **out, const char *text)
{
	if (!strchr("+-.0123456789", *text) || *text == '\0' || strlen(text) > MAX_NUMBER)
		return 0;
	_cleanup_free_ char *short_text = has_underscores(text) ? without_underscores(text) : NULL;
	if (has_underscores(text) && !short_text)
		return KORCH_E_NOMEM;
	const char *digits = short_text ? short_text : text;
	korch_buf json;
	korch__buf_init(&json, 0);
	int is_number = put_radix(&json, digits) || put_decimal(&json, digits);
	_cleanup_free_ char *number = korch__buf_steal(&json);
	if (!number)
		return KORCH_E_NOMEM;
	if (!is_number)
		return 0;
	_cleanup_tree_ struct json_object *node = korch__tree_number(number);
	if (!node || (is_old_number(text) && korch__tree_set_plain_text(node, text) < 0))
		return KORCH_E_NOMEM;
	*out = KORCH_STEAL(node);
	return 0;
}

static int new_string(struct json_object **out, const char *text, size_t len)
{
	*out = json_object_new_string_len(text, (int)len);
	return *out ? 0 : KORCH_E_NOMEM;
}

static int new_bool(struct json_object **out, const word *found, const char *text)
{
	_cleanup_tree_ struct json_object *node = json_object_new_boolean(found->value);
	if (!node || (found->is_old && korch__tree_set_plain_text(node, text) < 0))
		return KORCH_E_NOMEM;
	*out = KORCH_STEAL(node);
	return 0;
}

static int read_plain(struct json_object **out, const char *text, size_t len, const char **why)
{
	const word *found = find_word(text, len);
	if (found && found->value < 0) {
		*out = NULL;
		return 0;
	}
	if (found)
		return new_bool(out, found, text);
	if (strlen(text) != len) /* libyaml's text ends in a NUL; one before is not a number's */
		return new_string(out, text, len);
	if (is_special_float(text)) {
		*why = "infinity and not-a-number have no place in JSON (quote it to mean text)";
		return KORCH_E_PARSE;
	}
	int code = read_number(out, text);
	return code < 0 || *out ? code : new_string(out, text, len);
}

static int read_binary(struct json_object **out, const char *text, size_t len, const char **why)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = 0, padding = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] != '\0' && strchr(" \t\r\n", text[i]))
			continue;
		if (text[i] == '=')
			padding++;
		else if (text[i] == '\0' || !strchr(alphabet, text[i]) || padding > 0)
			padding = 3;
		n++;
	}
	if (padding > 2 || n % 4 != 0) {
		*why = "!!binary must be base64";
		return KORCH_E_PARSE;
	}
	return new_string(out, text, len);
}

/* A scalar whose tag says that it is a null, bool or number. */
static int read_as(struct json_object **out, const char *text, size_t len, const char *type,
                   const char **why)
{
	_cleanup_tree_ struct json_object *node = NULL;
	int code = read_plain(&node, text, len, why);
	if (code < 0)
		return code;
	json_type found = json_object_get_type(node);
	int fits = strcmp(type, "null") == 0   ? found == json_type_null
	           : strcmp(type, "bool") == 0 ? found == json_type_boolean
	           : strcmp(type, "int") == 0
	               ? found == json_type_int || (found == json_type_double && !strpbrk(text, ".eE"))
	               : found == json_type_int || found == json_type_double;
	if (!fits) {
		*why = strcmp(type, "null") == 0   ? "!!null has a value"
		       : strcmp(type, "bool") == 0 ? "!!bool is neither true nor false"
		       : strcmp(type, "int") == 0  ? "!!int is not an integer"
		                                   : "!!float is not a number";
		return KORCH_E_PARSE;
	}
	*out = KORCH_STEAL(node);
	return 0;
}

int korch__yaml_scalar(struct json_object **out, const char *text, size_t len, const char *tag,
                       int is_plain, const char **why)
{
	*out = NULL;
	if (!tag)
		return is_plain ? read_plain(out, text, len, why) : new_string(out, text, len);
	if (strncmp(tag, TAG_PREFIX, strlen(TAG_PREFIX)) != 0)
		return new_string(out, text, len);
	const char *type = tag + strlen(TAG_PREFIX);
	if (strcmp(type, "binary") == 0)
		return read_binary(out, text, len, why);
	if (strcmp(type, "null") == 0 || strcmp(type, "bool") == 0 || strcmp(type, "int") == 0 ||
	    strcmp(type, "float") == 0)
		return read_as(out, text, len, type, why);
	if (strcmp(type, "map") == 0 || strcmp(type, "seq") == 0 || strcmp(type, "set") == 0 ||
	    strcmp(type, "omap") == 0 || strcmp(type, "pairs") == 0) {
		*why = "the tag of a mapping or list on a single value";
		return KORCH_E_PARSE;
	}
	return new_string(out, text, len);
}
