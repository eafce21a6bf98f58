/* Reading YAML and JSON text into trees: values, lines, limits, errors. */
#include "base/alloc.h"
#include "base/buf.h"
#include "object/read.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a text reads as: documents as JSON, one a line, in `out`; the error, formatted. */
typedef struct result {
	korch_buf out;
	char error[512];
	int code;
	int lines[16];
	int n;
	int n_duplicates;
} result;

static int put_document(void *userdata, struct json_object *tree, int line)
{
	result *self = userdata;
	if (self->n < 16)
		self->lines[self->n] = line;
	self->n++;
	korch__buf_puts(&self->out,
	                tree ? json_object_to_json_string_ext(tree, JSON_C_TO_STRING_PLAIN |
	                                                                JSON_C_TO_STRING_NOSLASHESCAPE)
	                     : "null");
	korch__buf_putc(&self->out, '\n');
	return 0;
}

static int count_duplicate(void *userdata, const char *path, int line, int first_line)
{
	((result *)userdata)->n_duplicates++;
	return 0;
}

static void put_failure(void *userdata, const korch_error *error)
{
	result *self = userdata;
	char *text = korch_error_format(error);
	korch__buf_printf(&self->out, "! %s\n", text);
	free(text);
}

static void run_read(result *self, korch__read read, const char *text, size_t len)
{
	memset(self, 0, sizeof(*self));
	korch__buf_init(&self->out, 0);
	read.file = "f";
	read.document = put_document;
	read.userdata = self;
	korch_error *error = NULL;
	self->code = korch__text_read(&read, text, len, &error);
	char *formatted = korch_error_format(error);
	snprintf(self->error, sizeof(self->error), "%s", error ? formatted : "");
	free(formatted);
	korch_error_free(error);
}

static void check_reads(const char *text, size_t len, const char *expected)
{
	result self;
	run_read(&self, (korch__read){0}, text, len);
	ck_assert_msg(self.code == 0, "%.80s: %s", text, self.error);
	ck_assert_str_eq(self.out.data ? self.out.data : "", expected);
	korch__buf_fini(&self.out);
}

static void check_fails(const char *text, size_t len, int code, const char *message)
{
	result self;
	run_read(&self, (korch__read){0}, text, len);
	ck_assert_msg(self.code == code, "%.80s: %d", text, self.code);
	ck_assert_msg(strstr(self.error, message) != NULL, "%.80s: %s", text, self.error);
	korch__buf_fini(&self.out);
}

#define READS(text, expected) check_reads(text, sizeof(text) - 1, expected)
#define FAILS(text, message) check_fails(text, sizeof(text) - 1, KORCH_E_PARSE, message)

START_TEST(scalars)
{
	READS("[a, 'true', \"1\", true, False, NULL, ~, 1]",
	      "[\"a\",\"true\",\"1\",true,false,null,null,1]\n");
	READS("[1, -1, +1, 0x1F, 0o17, 0644, 08, 1_000, 0b11]", "[1,-1,1,31,15,420,8,1000,3]\n");
	READS("[1.5, .5, 1., 1e3, -1.5E-3, +012.50, 1.10]", "[1.5,0.5,1.0,1e3,-1.5E-3,12.50,1.10]\n");
	READS("[yes, No, ON, off, yEs, y, n]", "[true,false,true,false,\"yEs\",\"y\",\"n\"]\n");
	READS("[1.2.3, 1:30, 0xg, 1e, ., _1, 2001-01-01, 10Gi]",
	      "[\"1.2.3\",\"1:30\",\"0xg\",\"1e\",\".\",\"_1\",\"2001-01-01\",\"10Gi\"]\n");
	READS("123456789012345678901234567890", "123456789012345678901234567890\n");
	FAILS("a: .inf", "f:1: infinity");
	FAILS("a: .NaN", "f:1: infinity");
}
END_TEST

START_TEST(tags)
{
	READS("[!!str 1, !!int \"3\", !!float 2, !!bool yes, !!null '', !x 1, ! 2]",
	      "[\"1\",3,2,true,null,\"1\",\"2\"]\n");
	READS("!!set {a, b}", "{\"a\":null,\"b\":null}\n");
	READS("!!omap [a: 1]", "[{\"a\":1}]\n");
	READS("!!binary aGk=", "\"aGk=\"\n");
	FAILS("!!binary a_k=", "base64");
	FAILS("!!int x", "not an integer");
	FAILS("!!bool 1", "neither true nor false");
	FAILS("!!map [a]", "on a list");
	FAILS("!!seq a", "single value");
}
END_TEST

START_TEST(anchors_and_merges)
{
	READS("a: &x {b: 1}\nc: *x\nd: [*x, *x]",
	      "{\"a\":{\"b\":1},\"c\":{\"b\":1},\"d\":[{\"b\":1},{\"b\":1}]}\n");
	READS("a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  b: 3",
	      "{\"a\":{\"b\":1,\"c\":2},\"d\":{\"b\":3,\"c\":2}}\n");
	READS("- &x {b: 1, c: 2}\n- &y {c: 3, d: 4}\n- {<<: [*x, *y], b: 0}",
	      "[{\"b\":1,\"c\":2},{\"c\":3,\"d\":4},{\"b\":0,\"c\":2,\"d\":4}]\n");
	READS("{'<<': 1}", "{\"<<\":1}\n");
	READS("&a x: 1\ny: {*a : 2, z: *a}\n", "{\"x\":1,\"y\":{\"x\":2,\"z\":\"x\"}}\n");
}
END_TEST

START_TEST(anchor_errors)
{
	FAILS("a: *x", "no anchor named \"x\"");
	FAILS("&x [*x]", "inside its own anchor");
	FAILS("a: {<<: 1}", "must be a mapping");
	FAILS("---\na: &x 1\n---\nb: *x", "f:4: no anchor");
	FAILS("? [a]\n: b", "cannot be a key");
	FAILS("- &x [a]\n- {*x : b}", "cannot be a key");
}
END_TEST

START_TEST(keys)
{
	READS("1: a\ntrue: b\n~: c\n1.50: d\n",
	      "{\"1\":\"a\",\"true\":\"b\",\"~\":\"c\",\"1.50\":\"d\"}\n");
	READS("{? : a}", "{\"\":\"a\"}\n");
	FAILS("a: 1\nb: {c: 2,\n  c: 3}", "f:3: b.c: duplicate key, first given in line 2");
	FAILS("{\"a\": 1,\n\"a\": 2}", "f:2: a: duplicate key, first given in line 1");
	FAILS("\"a\\0b\": 1", "NUL");
	result self;
	korch__read read = {.duplicate = count_duplicate};
	run_read(&self, read, "a: 1\nb: 2\na: 3\n", 15);
	ck_assert_int_eq(self.n_duplicates, 1);
	ck_assert_str_eq(self.out.data, "{\"a\":3,\"b\":2}\n");
	korch__buf_fini(&self.out);
}
END_TEST

START_TEST(documents)
{
	READS("", "");
	READS("# nothing\n", "");
	READS("---\n---\na: 1\n...\n# c\n---\n", "null\n{\"a\":1}\nnull\n");
	READS("a: 1\r\nb:\r\n- x\r\n", "{\"a\":1,\"b\":[\"x\"]}\n");
	READS("\xef\xbb\xbf"
	      "a: 1",
	      "{\"a\":1}\n");
	READS("\xff\xfe"
	      "a\0:\0 \0001\0",
	      "{\"a\":1}\n");
	READS("\xfe\xff"
	      "\0a\0:\0 \0001",
	      "{\"a\":1}\n");
	READS("a: |\n  x\n  y\nb: >-\n  x\n  y\n", "{\"a\":\"x\\ny\\n\",\"b\":\"x y\"}\n");
	READS("a: \"\\0\"", "{\"a\":\"\\u0000\"}\n");
	FAILS("a: \0b", "f:1: ");
	FAILS("a: b\n\tc: d", "f:2: ");
	FAILS("a: \xff", "UTF-8");
}
END_TEST

START_TEST(lines)
{
	result self;
	run_read(&self, (korch__read){0}, "# c\n---\na: 1\n---\n\n[\n1]\n---\n", 27);
	ck_assert_int_eq(self.n, 3);
	ck_assert_int_eq(self.lines[0], 3);
	ck_assert_int_eq(self.lines[1], 6);
	ck_assert_int_eq(self.lines[2], 8);
	korch__buf_fini(&self.out);
	run_read(&self, (korch__read){0}, "\n{}\n\n[\n{}]", 11);
	ck_assert_int_eq(self.lines[0], 2);
	ck_assert_int_eq(self.lines[1], 4);
	korch__buf_fini(&self.out);
}
END_TEST

START_TEST(going_on_after_failures)
{
	static const char text[] = "a: 1\n---\nb: [\n---\nc: 2\n---\nd: *x\ne: f\n---\nf: 3\n";
	result self;
	run_read(&self, (korch__read){.failed = put_failure}, text, sizeof(text) - 1);
	ck_assert_int_eq(self.code, 0);
	ck_assert_ptr_nonnull(strstr(self.out.data, "{\"a\":1}\n! f:4: "));
	ck_assert_ptr_nonnull(
	    strstr(self.out.data, "{\"c\":2}\n! f:7: no anchor named \"x\"\n{\"f\":3}\n"));
	korch__buf_fini(&self.out);
}
END_TEST

START_TEST(json_values)
{
	READS("{\"a\": [1, -2.50, 1e5, true, false, null, \"x\\u00e9\\ud83d\\ude00\\n\"]}",
	      "{\"a\":[1,-2.50,1e5,true,false,null,\"x\xc3\xa9\xf0\x9f\x98\x80\\n\"]}\n");
	READS("{}{}\n[]", "{}\n{}\n[]\n");
	READS("[\"\\ud800\"]", "[\"\xef\xbf\xbd\"]\n");
	READS("{\t\"a\":\t1}", "{\"a\":1}\n");
	READS("{a: 1}", "{\"a\":1}\n");
	READS("{\"a\": 1}\n---\n{\"b\": 2}", "{\"a\":1}\n{\"b\":2}\n");
	READS("{\"a\": 1,}", "{\"a\":1}\n");
	FAILS("{\n\t\"a\": 1\n\t\"b\": 2}", "f:3: \",\" or \"}\" was expected (column 2)");
	FAILS("{\"a\": ", "f:");
	FAILS("[1, 2", "f:");
	FAILS("{\n\t\"a\": \"\\x\"}", "f:2: malformed escape");
	FAILS("[\"\xc0\x80\"]", "UTF-8");
}
END_TEST

START_TEST(json_is_strict)
{
	static const char *const bad[] = {"{a:1}",      "[1,]",  "{\"a\":1,}", "[01]",  "[1.]",
	                                  "[.5]",       "[+1]",  "[NaN]",      "[1 2]", "['a']",
	                                  "[\"\x01\"]", "[\"a]", "{\"a\"}",    "nul",   "[1e]",
	                                  "\xff",       "//\n1", "{\"a\":1}}"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		korch_error *error = NULL;
		ck_assert_msg(korch__json_read(&(korch__read){0}, bad[i], strlen(bad[i]), &error) ==
		                  KORCH_E_PARSE,
		              "%s", bad[i]);
		ck_assert_int_gt(korch_error_line(error), 0);
		korch_error_free(error);
	}
}
END_TEST

static char *repeat(const char *text, size_t n, size_t *len)
{
	korch_buf buf;
	korch__buf_init(&buf, 0);
	for (size_t i = 0; i < n; i++)
		korch__buf_puts(&buf, text);
	*len = buf.len;
	return korch__buf_steal(&buf);
}

START_TEST(depth)
{
	static const char *const units[] = {"[", "{\"a\":", "- ", "{a: ", "- - - "};
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t len;
		char *text = repeat(units[i], 10000, &len);
		check_fails(text, len, KORCH_E_LIMIT, "nested deeper than 512 levels");
		korch__free(text);
	}
	result self;
	run_read(&self, (korch__read){.limits = {.max_depth = 3}}, "[[[1]]]", 7);
	ck_assert_int_eq(self.code, 0);
	korch__buf_fini(&self.out);
	run_read(&self, (korch__read){.limits = {.max_depth = 3}}, "a: &a [[1]]\nb: *a\nc: [*a]", 25);
	ck_assert_int_eq(self.code, KORCH_E_LIMIT);
	ck_assert_ptr_nonnull(strstr(self.error, "f:3: "));
	korch__buf_fini(&self.out);
}
END_TEST

START_TEST(billion_laughs)
{
	static const char text[] =
	    "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
	    "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
	    "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"
	    "g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\nh: &h [*g,*g,*g,*g,*g,*g,*g,*g,*g,*g]\n";
	check_fails(text, sizeof(text) - 1, KORCH_E_LIMIT,
	            "aliases stand for more than 1000000 values");
	result self;
	run_read(&self, (korch__read){.limits = {.max_nodes = 10}}, "[1,2,3,4,5,6,7,8,9]", 19);
	ck_assert_int_eq(self.code, 0);
	korch__buf_fini(&self.out);
	run_read(&self, (korch__read){.limits = {.max_nodes = 9}}, "[1,2,3,4,5,6,7,8,9]", 19);
	ck_assert_int_eq(self.code, KORCH_E_LIMIT);
	korch__buf_fini(&self.out);
	run_read(&self, (korch__read){.limits = {.max_documents = 2}}, "1\n---\n2\n---\n3", 13);
	ck_assert_int_eq(self.code, KORCH_E_LIMIT);
	korch__buf_fini(&self.out);
	run_read(&self, (korch__read){.limits = {.max_bytes = 4}}, "a: 12", 5);
	ck_assert_int_eq(self.code, KORCH_E_LIMIT);
	korch__buf_fini(&self.out);
}
END_TEST

START_TEST(memory_is_short)
{
	static const char text[] = "a: &x {b: 1.50, c: [yes, 'z']}\nd: {<<: *x, e: f}\n---\n- *x\n";
	static const char json[] = "{\"a\": [1.5, {\"b\": \"c\"}]}";
	for (uint64_t n = 1; n < 200; n++) {
		result self = {0};
		korch__buf_init(&self.out, 0);
		korch__read read = {.failed = put_failure, .userdata = &self};
		korch__alloc_fail_at(n);
		korch_error *error = NULL;
		korch__text_read(&read, text, sizeof(text) - 1, &error);
		korch_error_free(error);
		korch__alloc_fail_at(n);
		error = NULL;
		korch__text_read(&(korch__read){.userdata = &self}, json, sizeof(json) - 1, &error);
		korch__alloc_fail_at(0);
		korch_error_free(error);
		korch__buf_fini(&self.out);
	}
}
END_TEST

KORCH_SUITE(read)
{
	Suite *suite = suite_create("read");
	KORCH_CASE(suite, "yaml", scalars, tags, anchors_and_merges, anchor_errors, keys, documents);
	KORCH_CASE(suite, "both", lines, going_on_after_failures, depth, billion_laughs,
	           memory_is_short);
	KORCH_CASE(suite, "json", json_values, json_is_strict);
	return suite;
}
