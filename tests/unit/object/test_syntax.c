/* The syntax of names, labels, keys, ports and addresses. */
#include "object/syntax.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>

#define A63 "a123456789-123456789-123456789-123456789-123456789-123456789-12"

typedef struct row {
	korch_format format;
	const char *text;
	size_t sentences;
	const char *part; /* of the first sentence */
} row;

static const row rows[] = {
    {KORCH_FORMAT_DNS1123_LABEL, "web", 0, ""},
    {KORCH_FORMAT_DNS1123_LABEL, "9-web", 0, ""},
    {KORCH_FORMAT_DNS1123_LABEL, A63, 0, ""},
    {KORCH_FORMAT_DNS1123_LABEL, A63 "x", 1, "must be no more than 63 characters"},
    {KORCH_FORMAT_DNS1123_LABEL, "a.b", 1, "must not contain dots"},
    {KORCH_FORMAT_DNS1123_LABEL, "Web", 1, "a lowercase RFC 1123 label must consist of"},
    {KORCH_FORMAT_DNS1123_LABEL, "-a", 1,
     "regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"},
    {KORCH_FORMAT_DNS1123_LABEL, "", 1, "a lowercase RFC 1123 label"},
    {KORCH_FORMAT_DNS1123_SUBDOMAIN, "a.b-c.d", 0, ""},
    {KORCH_FORMAT_DNS1123_SUBDOMAIN, "a..b", 1, "a lowercase RFC 1123 subdomain must consist of"},
    {KORCH_FORMAT_DNS1123_SUBDOMAIN, "a_b", 1, "(e.g. 'example.com', regex used"},
    {KORCH_FORMAT_DNS1035_LABEL, "web-1", 0, ""},
    {KORCH_FORMAT_DNS1035_LABEL, "1web", 1, "a DNS-1035 label must consist of"},
    {KORCH_FORMAT_DNS1035_LABEL, "", 1, "a DNS-1035 label must consist of"},
    {KORCH_FORMAT_QUALIFIED_NAME, "app", 0, ""},
    {KORCH_FORMAT_QUALIFIED_NAME, "app.kubernetes.io/Name_1", 0, ""},
    {KORCH_FORMAT_QUALIFIED_NAME, "/name", 1, "prefix part must be non-empty"},
    {KORCH_FORMAT_QUALIFIED_NAME, "Example.com/name", 1,
     "prefix part a lowercase RFC 1123 subdomain"},
    {KORCH_FORMAT_QUALIFIED_NAME, "a/b/c", 1,
     "a qualified name must consist of alphanumeric characters"},
    {KORCH_FORMAT_QUALIFIED_NAME, "a/", 2, "name part must be non-empty"},
    {KORCH_FORMAT_QUALIFIED_NAME, "-a", 1, "name part must consist of"},
    {KORCH_FORMAT_QUALIFIED_NAME, A63 "x", 1, "name part must be no more than 63 characters"},
    {KORCH_FORMAT_LABEL_VALUE, "", 0, ""},
    {KORCH_FORMAT_LABEL_VALUE, "a_B.c", 0, ""},
    {KORCH_FORMAT_LABEL_VALUE, "a b", 1, "a valid label must be an empty string or consist of"},
    {KORCH_FORMAT_LABEL_VALUE, A63 "x", 1, "must be no more than 63"},
    {KORCH_FORMAT_PORT_NAME, "http-2", 0, ""},
    {KORCH_FORMAT_PORT_NAME, "80", 1, "must contain at least one letter (a-z)"},
    {KORCH_FORMAT_PORT_NAME, "a--b", 1, "must not contain consecutive hyphens"},
    {KORCH_FORMAT_PORT_NAME, "-a", 1, "must not begin or end with a hyphen"},
    {KORCH_FORMAT_PORT_NAME, "HTTP", 2, "must contain only alpha-numeric characters"},
    {KORCH_FORMAT_PORT_NAME, "abcdefghijklmnop", 1, "must be no more than 15 characters"},
    {KORCH_FORMAT_ENV_NAME, "A.b-1 c", 0, ""},
    {KORCH_FORMAT_ENV_NAME, "A=b", 1, "printable ASCII"},
    {KORCH_FORMAT_ENV_NAME, "\xc3\xa4", 1, "printable ASCII"},
    {KORCH_FORMAT_CONFIG_KEY, "my.key_1-x", 0, ""},
    {KORCH_FORMAT_CONFIG_KEY, "a/b", 1, "a valid config key must consist of"},
    {KORCH_FORMAT_CONFIG_KEY, ".", 1, "must not be '.'"},
    {KORCH_FORMAT_CONFIG_KEY, "..", 1, "must not be '..'"},
    {KORCH_FORMAT_CONFIG_KEY, "..a", 1, "must not start with '..'"},
    {KORCH_FORMAT_IP, "10.0.0.1", 0, ""},
    {KORCH_FORMAT_IP, "2001:db8::1", 0, ""},
    {KORCH_FORMAT_IP, "10.0.0.256", 1,
     "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"},
    {KORCH_FORMAT_ABSOLUTE_PATH, "/a", 0, ""},
    {KORCH_FORMAT_ABSOLUTE_PATH, "a", 1, "must be an absolute path"},
    {KORCH_FORMAT_NONE, "anything", 0, ""},
    {KORCH_FORMAT_PORT, "anything", 0, ""},
};

START_TEST(test_texts)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *sentences[KORCH_SYNTAX_MAX] = {""};
		size_t n = korch__syntax_text(sentences, rows[i].format, rows[i].text);
		ck_assert_msg(n == rows[i].sentences, "%s: %zu, %s", rows[i].text, n, sentences[0]);
		ck_assert_msg(n == 0 || strstr(sentences[0], rows[i].part), "%s: %s", rows[i].text,
		              sentences[0]);
		ck_assert_int_eq(korch__syntax_is_valid(rows[i].format, rows[i].text), n == 0);
	}
}
END_TEST

START_TEST(test_numbers)
{
	ck_assert_ptr_null(korch__syntax_number(KORCH_FORMAT_PORT, 1));
	ck_assert_ptr_null(korch__syntax_number(KORCH_FORMAT_PORT, 65535));
	ck_assert_str_eq(korch__syntax_number(KORCH_FORMAT_PORT, 0),
	                 "must be between 1 and 65535, inclusive");
	ck_assert_ptr_nonnull(korch__syntax_number(KORCH_FORMAT_PORT, 65536));
	ck_assert_ptr_null(korch__syntax_number(KORCH_FORMAT_PORT_OR_ZERO, 0));
	ck_assert_ptr_nonnull(korch__syntax_number(KORCH_FORMAT_PORT_OR_ZERO, -1));
	ck_assert_str_eq(korch__syntax_number(KORCH_FORMAT_NON_NEGATIVE, -1),
	                 "must be greater than or equal to 0");
	ck_assert_str_eq(korch__syntax_number(KORCH_FORMAT_POSITIVE, 0), "must be greater than 0");
	ck_assert_ptr_null(korch__syntax_number(KORCH_FORMAT_IP, 0));
}
END_TEST

START_TEST(test_check)
{
	korch_problems *problems = NULL;
	ck_assert_int_eq(korch_problems_new(&problems, 0), 0);
	korch__syntax_check(problems, "spec", "name", KORCH_FORMAT_DNS1123_LABEL, "a.b");
	korch__syntax_check(problems, "spec", "name", KORCH_FORMAT_DNS1123_LABEL, "");
	korch__syntax_check(problems, "spec", "name", KORCH_FORMAT_DNS1123_LABEL, NULL);
	ck_assert_uint_eq(korch_problems_count(problems), 1);
	ck_assert_str_eq(korch_problems_at(problems, 0)->path, "spec.name");
	ck_assert_str_eq(korch_problems_at(problems, 0)->message,
	                 "Invalid value: \"a.b\": must not contain dots");
	korch_problems_free(problems);
}
END_TEST

KORCH_SUITE(syntax)
{
	Suite *suite = suite_create("syntax");
	KORCH_CASE(suite, "rules", test_texts, test_numbers, test_check);
	return suite;
}
