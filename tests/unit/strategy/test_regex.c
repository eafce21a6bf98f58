/* Regular expressions: RE2's syntax, what is refused, and that nothing takes long. */
#include "strategy/regex/regex.h"
#include "unit.h"
#include <korch/error.h>
#include <string.h>

/* 1, 0, or a code. */
static int match(const char *pattern, const char *text)
{
	korch__regex *regex = NULL;
	const char *problem = NULL;
	int code = korch__regex_new(&regex, pattern, strlen(pattern), &problem);
	if (code < 0) {
		ck_assert_ptr_nonnull(problem);
		return code;
	}
	int yes = korch__regex_match(regex, text, strlen(text));
	korch__regex_free(regex);
	return yes;
}

START_TEST(test_meaning)
{
	static const struct {
		const char *pattern, *text;
		int wanted;
	} rows[] = {
	    {"", "", 1},
	    {"a", "bab", 1},
	    {"^a$", "a", 1},
	    {"^a$", "ab", 0},
	    {"^(a|bc)+$", "abcbca", 1},
	    {"^(a|bc)+$", "abcb", 0},
	    {"^a*b?c+$", "aacc", 1},
	    {"^a{2,3}$", "a", 0},
	    {"^a{2,3}$", "aaa", 1},
	    {"^a{2,3}$", "aaaa", 0},
	    {"^a{2}$", "aa", 1},
	    {"^a{2,}$", "aaaaa", 1},
	    {"a{,2}", "a{,2}", 1},
	    {"a{x", "a{x", 1},
	    {"^[a-c]+$", "abc", 1},
	    {"^[^a-c]+$", "xyz", 1},
	    {"^[^a-c]+$", "xaz", 0},
	    {"^[]a]+$", "]a", 1},
	    {"^[a-]+$", "a-", 1},
	    {"^\\d+\\.\\d+$", "1.25", 1},
	    {"^[\\d.]+$", "1.25", 1},
	    {"^\\w+\\s\\W$", "ab_9 !", 1},
	    {"^[[:alpha:]]+$", "abC", 1},
	    {"^[[:alpha:]]+$", "ab1", 0},
	    {"(?i)^ABC$", "aBc", 1},
	    {"^(?i:a)b$", "Ab", 1},
	    {"^(?i:a)b$", "AB", 0},
	    {"^.$", "\n", 0},
	    {"(?s)^.$", "\n", 1},
	    {"^b$", "a\nb", 0},
	    {"(?m)^b$", "a\nb", 1},
	    {"\\bfoo\\b", "a foo b", 1},
	    {"\\bfoo\\b", "afoo", 0},
	    {"\\Bo", "foo", 1},
	    {"^(?P<name>a)(?:b)$", "ab", 1},
	    {"\\x41\\x{e9}", "A\xc3\xa9", 1},
	    {"^.$", "\xc3\xa9", 1},
	    {"^[\xc3\xa0-\xc3\xbf]$", "\xc3\xa9", 1},
	    {"a+?b*?", "a", 1},
	    {"^(|a)+$", "aa", 1},
	    {"^(a*)*$", "aaa", 1},
	    {"success-.*", "success-rate", 1},
	    {"\\Aab\\z", "ab", 1},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(match(rows[i].pattern, rows[i].text) == rows[i].wanted, "%s on %s",
		              rows[i].pattern, rows[i].text);
}
END_TEST

START_TEST(test_refused)
{
	static const char *const rows[] = {"(",      ")",     "(a",         "[a",     "a**",    "*a",
	                                   "+",      "[b-a]", "\\",         "\\y",    "\\x4",   "(?<a",
	                                   "(?P>a)", "(?=a)", "[[:nope:]]", "a{3,2}", "a{1001}"};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ck_assert_msg(match(rows[i], "") == KORCH_E_PARSE, "%s", rows[i]);
	ck_assert_int_eq(match("((a{100}){100}){100}", ""), KORCH_E_LIMIT);
	ck_assert_int_eq(match("(((){1000}){1000}){1000}", ""), KORCH_E_LIMIT);
	ck_assert_int_eq(
	    match("((((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))))", ""),
	    KORCH_E_LIMIT);
}
END_TEST

/* What takes others exponential time takes none here. */
START_TEST(test_no_backtracking)
{
	char text[2001];
	memset(text, 'a', 2000);
	text[2000] = '\0';
	ck_assert_int_eq(match("^(a+)+$", text), 1);
	ck_assert_int_eq(match("^(a|a)*b$", text), 0);
	ck_assert_int_eq(match("(a?){100}a{100}b", text), 0);
}
END_TEST

KORCH_SUITE(regex)
{
	Suite *suite = suite_create("regex");
	KORCH_CASE(suite, "regex", test_meaning, test_refused, test_no_backtracking);
	return suite;
}
