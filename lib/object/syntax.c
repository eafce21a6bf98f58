/* The syntax of names, labels, keys, ports and addresses. */
#include "object/syntax.h"
#include "base/text.h"
#include "object/problems.h"
#include <arpa/inet.h>
#include <string.h>

enum { LABEL_MAX = 63, SUBDOMAIN_MAX = 253, PORT_NAME_MAX = 15, PORT_MAX = 65535 };

#define TOO_LONG_15 "must be no more than 15 characters"
#define TOO_LONG_63 "must be no more than 63 characters"
#define TOO_LONG_253 "must be no more than 253 characters"
#define LABEL_REGEX "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
#define BAD_LABEL                                                                                  \
	"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "   \
	"must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex "     \
	"used for validation is '" LABEL_REGEX "')"
#define BAD_SUBDOMAIN                                                                              \
	"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "   \
	"'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used "  \
	"for validation is '" LABEL_REGEX "(\\." LABEL_REGEX ")*')"
#define BAD_LABEL_1035                                                                             \
	"a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "   \
	"alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or "           \
	"'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
#define NAME_REGEX "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
#define BAD_NAME                                                                                   \
	"must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "    \
	"alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "         \
	"validation is '" NAME_REGEX "')"
#define BAD_LABEL_VALUE                                                                            \
	"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "    \
	"'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or "             \
	"'my_value',  or '12345', regex used for validation is '(" NAME_REGEX ")?')"
#define BAD_CONFIG_KEY                                                                             \
	"a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "           \
	"'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is "                    \
	"'[-._a-zA-Z0-9]+')"
#define BAD_ENV_NAME                                                                               \
	"a valid environment variable name must consist only of printable ASCII characters other "     \
	"than '='"

static int is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int is_lower_alnum(char c)
{
	return is_lower(c) || is_digit(c);
}

static int is_alnum(char c)
{
	return is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

/* Lower-case letters, digits and dashes; no dash at either end. */
static int is_label(const char *text, size_t n)
{
	if (n == 0 || !is_lower_alnum(text[0]) || !is_lower_alnum(text[n - 1]))
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (!is_lower_alnum(text[i]) && text[i] != '-')
			return 0;
	}
	return 1;
}

/* Labels joined by dots. */
static int is_subdomain(const char *text, size_t n)
{
	for (size_t at = 0;;) {
		const char *dot = memchr(text + at, '.', n - at);
		size_t end = dot ? (size_t)(dot - text) : n;
		if (!is_label(text + at, end - at))
			return 0;
		if (!dot)
			return 1;
		at = end + 1;
	}
}

/* Letters, digits and "-_."; alphanumeric at both ends. */
static int is_name(const char *text, size_t n)
{
	if (n == 0 || !is_alnum(text[0]) || !is_alnum(text[n - 1]))
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (!is_alnum(text[i]) && !strchr("-_.", text[i]))
			return 0;
	}
	return 1;
}

static size_t check_label(const char **out, const char *text, size_t n)
{
	size_t found = 0;
	if (n > LABEL_MAX)
		out[found++] = TOO_LONG_63;
	if (!is_label(text, n))
		out[found++] = is_subdomain(text, n) ? "must not contain dots" : BAD_LABEL;
	return found;
}

static size_t check_subdomain(const char **out, const char *text, size_t n)
{
	size_t found = 0;
	if (n > SUBDOMAIN_MAX)
		out[found++] = TOO_LONG_253;
	if (!is_subdomain(text, n))
		out[found++] = BAD_SUBDOMAIN;
	return found;
}

static size_t check_label_1035(const char **out, const char *text, size_t n)
{
	size_t found = 0;
	if (n > LABEL_MAX)
		out[found++] = TOO_LONG_63;
	if (!is_label(text, n) || !is_lower(text[0]))
		out[found++] = BAD_LABEL_1035;
	return found;
}

static size_t check_qualified_name(const char **out, const char *text, size_t n)
{
	size_t found = 0;
	const char *slash = memchr(text, '/', n);
	size_t prefix = slash ? (size_t)(slash - text) : 0;
	const char *name = slash ? slash + 1 : text;
	size_t name_n = n - (size_t)(name - text);
	if (memchr(name, '/', name_n)) {
		out[0] = "a qualified name " BAD_NAME
		         " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
		return 1;
	}
	if (slash && prefix == 0)
		out[found++] = "prefix part must be non-empty";
	else if (slash && prefix > SUBDOMAIN_MAX)
		out[found++] = "prefix part " TOO_LONG_253;
	if (prefix > 0 && !is_subdomain(text, prefix))
		out[found++] = "prefix part " BAD_SUBDOMAIN;
	if (name_n == 0)
		out[found++] = "name part must be non-empty";
	else if (name_n > LABEL_MAX)
		out[found++] = "name part " TOO_LONG_63;
	if (!is_name(name, name_n))
		out[found++] = "name part " BAD_NAME;
	return found;
}

static size_t check_label_value(const char **out, const char *text, size_t n)
{
	size_t found = 0;
	if (n > LABEL_MAX)
		out[found++] = TOO_LONG_63;
	if (n > 0 && !is_name(text, n))
		out[found++] = BAD_LABEL_VALUE;
	return found;
}

static size_t check_port_name(const char **out, const char *text, size_t n)
{
	size_t found = 0;
	int letter = 0, other = n == 0;
	for (size_t i = 0; i < n; i++) {
		letter |= is_lower(text[i]);
		other |= !is_lower_alnum(text[i]) && text[i] != '-';
	}
	if (n > PORT_NAME_MAX)
		out[found++] = TOO_LONG_15;
	if (other)
		out[found++] = "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
	if (!letter)
		out[found++] = "must contain at least one letter (a-z)";
	if (strstr(text, "--"))
		out[found++] = "must not contain consecutive hyphens";
	if (n > 0 && (text[0] == '-' || text[n - 1] == '-'))
		out[found++] = "must not begin or end with a hyphen";
	return found;
}

static size_t check_env_name(const char **out, const char *text, size_t n)
{
	if (n == 0) {
		out[0] = "environment variable name must be non-empty";
		return 1;
	}
	for (size_t i = 0; i < n; i++) {
		if (text[i] < 0x20 || text[i] > 0x7e || text[i] == '=') {
			out[0] = BAD_ENV_NAME;
			return 1;
		}
	}
	return 0;
}

static size_t check_config_key(const char **out, const char *text, size_t n)
{
	size_t found = 0;
	int bad = n == 0;
	for (size_t i = 0; i < n; i++)
		bad |= !is_alnum(text[i]) && !strchr("-._", text[i]);
	if (n > SUBDOMAIN_MAX)
		out[found++] = TOO_LONG_253;
	if (bad)
		out[found++] = BAD_CONFIG_KEY;
	if (strcmp(text, ".") == 0)
		out[found++] = "must not be '.'";
	else if (strcmp(text, "..") == 0)
		out[found++] = "must not be '..'";
	else if (strncmp(text, "..", 2) == 0)
		out[found++] = "must not start with '..'";
	return found;
}

static size_t check_ip(const char **out, const char *text)
{
	unsigned char bytes[16];
	if (inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1)
		return 0;
	out[0] = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
	return 1;
}

size_t korch__syntax_text(const char **out, korch_format format, const char *text)
{
	text = korch__text_or_empty(text);
	size_t n = strlen(text);
	switch (format) {
	case KORCH_FORMAT_DNS1123_LABEL:
		return check_label(out, text, n);
	case KORCH_FORMAT_DNS1123_SUBDOMAIN:
		return check_subdomain(out, text, n);
	case KORCH_FORMAT_DNS1035_LABEL:
		return check_label_1035(out, text, n);
	case KORCH_FORMAT_QUALIFIED_NAME:
		return check_qualified_name(out, text, n);
	case KORCH_FORMAT_LABEL_VALUE:
		return check_label_value(out, text, n);
	case KORCH_FORMAT_PORT_NAME:
		return check_port_name(out, text, n);
	case KORCH_FORMAT_ENV_NAME:
		return check_env_name(out, text, n);
	case KORCH_FORMAT_CONFIG_KEY:
		return check_config_key(out, text, n);
	case KORCH_FORMAT_IP:
		return check_ip(out, text);
	case KORCH_FORMAT_ABSOLUTE_PATH:
		out[0] = "must be an absolute path";
		return text[0] != '/';
	default:
		return 0;
	}
}

const char *korch__syntax_number(korch_format format, int64_t number)
{
	switch (format) {
	case KORCH_FORMAT_PORT:
		return number >= 1 && number <= PORT_MAX ? NULL : "must be between 1 and 65535, inclusive";
	case KORCH_FORMAT_PORT_OR_ZERO:
		/* 0 stands for none; the sentence does not offer it, as in Kubernetes. */
		return number >= 0 && number <= PORT_MAX ? NULL : "must be between 1 and 65535, inclusive";
	case KORCH_FORMAT_NON_NEGATIVE:
		return number >= 0 ? NULL : "must be greater than or equal to 0";
	case KORCH_FORMAT_POSITIVE:
		return number >= 1 ? NULL : "must be greater than 0";
	default:
		return NULL;
	}
}

int korch__syntax_is_valid(korch_format format, const char *text)
{
	const char *sentences[KORCH_SYNTAX_MAX];
	return korch__syntax_text(sentences, format, text) == 0;
}

void korch__syntax_check(korch_problems *problems, const char *path, const char *field,
                         korch_format format, const char *text)
{
	if (!text || !*text)
		return;
	const char *sentences[KORCH_SYNTAX_MAX];
	size_t n = korch__syntax_text(sentences, format, text);
	for (size_t i = 0; i < n; i++)
		korch__problem_field(problems, path, field, KORCH_PROBLEM_INVALID, "\"%s\": %s", text,
		                     sentences[i]);
}
