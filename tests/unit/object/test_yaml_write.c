/* Writing YAML: style, quoting, and that what was written reads as the same tree. */
#include "base/alloc.h"
#include "base/random.h"
#include "files.h"
#include "object/read.h"
#include "object/yaml_write.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int keep(void *userdata, struct json_object *tree, int line)
{
	json_object_array_add(userdata, json_object_get(tree));
	return 0;
}

static int later_wins(void *userdata, const char *path, int line, int first_line)
{
	return 0;
}

/* All documents of a text, in an array; NULL with the error printed into it. */
static struct json_object *read_documents(const char *text, size_t len)
{
	struct json_object *list = json_object_new_array();
	korch__read read = {.document = keep, .duplicate = later_wins, .userdata = list};
	if (korch__text_read(&read, text, len, NULL) == 0)
		return list;
	json_object_put(list);
	return NULL;
}

static char *written(struct json_object *tree)
{
	korch_buf buf;
	korch__buf_init(&buf, 0);
	korch__yaml_write(&buf, tree);
	ck_assert_int_eq(buf.failed, 0);
	return korch__buf_steal(&buf);
}

static void check_round_trip(struct json_object *tree, const char *name)
{
	char *text = written(tree);
	korch__read read = {.document = keep};
	_cleanup_tree_ struct json_object *list = json_object_new_array();
	read.userdata = list;
	korch_error *error = NULL;
	int code = korch__yaml_read(&read, text, strlen(text), &error);
	ck_assert_msg(code == 0, "%s: %d %s\n%.2000s", name, korch_error_line(error),
	              korch_error_message(error), text);
	ck_assert_msg(json_object_array_length(list) == 1 &&
	                  korch__tree_equal(json_object_array_get_idx(list, 0), tree),
	              "%s: differs\n%.2000s", name, text);
	korch__free(text);
}

static void check_text(const char *json, const char *expected)
{
	_cleanup_tree_ struct json_object *list = read_documents(json, strlen(json));
	char *text = written(json_object_array_get_idx(list, 0));
	ck_assert_str_eq(text, expected);
	korch__free(text);
}

START_TEST(style)
{
	check_text("{\"a\":{\"b\":[1,{\"c\":2.50,\"d\":null}],\"e\":[],\"f\":{}},\"g\":true}",
	           "a:\n  b:\n  - 1\n  - c: 2.50\n    d: null\n  e: []\n  f: {}\ng: true\n");
	check_text("{\"a\":\"x\\ny\\n\",\"b\":\"x\\ny\",\"c\":\"10.0.0.1\",\"d\":\"a: b\"}",
	           "a: |\n  x\n  y\nb: |-\n  x\n  y\nc: 10.0.0.1\nd: 'a: b'\n");
	check_text("[\"yes\",\"012\",\"1e3\",\"\",\" "
	           "a\",\"null\",\"1:30\",\"2001-01-01\",\"y\",\"~\",\"10Gi\"]",
	           "- \"yes\"\n- \"012\"\n- \"1e3\"\n- \"\"\n- ' a'\n- \"null\"\n- \"1:30\"\n- "
	           "\"2001-01-01\"\n- \"y\"\n- \"~\"\n- 10Gi\n");
}
END_TEST

/* longer than the 128 letters that the emitter allows a simple key */
#define TEN "ten words "
#define LONG_KEY "x" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "x"

START_TEST(hard_texts)
{
	static const char *const texts[] = {"",
	                                    " ",
	                                    "\n",
	                                    "\n\n",
	                                    "a\n",
	                                    "\na",
	                                    " a\nb",
	                                    "a\n b\n",
	                                    "a\n\n",
	                                    "\ta\nb",
	                                    "a\n\tb",
	                                    "a\tb",
	                                    "\t",
	                                    "a \nb",
	                                    "a\r\nb",
	                                    "a\n ",
	                                    "#a",
	                                    "a #b",
	                                    "a: b",
	                                    "- a",
	                                    "? a",
	                                    "-",
	                                    "?",
	                                    ":",
	                                    "a:",
	                                    "@a",
	                                    "`a",
	                                    "%a",
	                                    "&a",
	                                    "*a",
	                                    "!a",
	                                    "!!str a",
	                                    "|",
	                                    ">",
	                                    "'",
	                                    "\"",
	                                    "\\",
	                                    "{}",
	                                    "[]",
	                                    "{a",
	                                    "]",
	                                    ",",
	                                    "---",
	                                    "...",
	                                    "--- a",
	                                    "a\n---\nb",
	                                    "a\n...\nb\n",
	                                    "<<",
	                                    "=",
	                                    ".inf",
	                                    "-.INF",
	                                    ".NaN",
	                                    "+1",
	                                    "0x1f",
	                                    "0o7",
	                                    "0b1",
	                                    "1_0",
	                                    "1.",
	                                    ".5",
	                                    "1e",
	                                    "on",
	                                    "OFF",
	                                    "No",
	                                    "true",
	                                    "FALSE",
	                                    "NULL",
	                                    "\xc2\x85x\ny",
	                                    "x\xe2\x80\xa8y\nz",
	                                    "\xef\xbb\xbfx",
	                                    "\xf0\x9f\x98\x80",
	                                    "\x7f",
	                                    "\x01\x1b[0m",
	                                    "\xef\xbf\xbf",
	                                    "a\n\n\nb\n\n",
	                                    "  \n  a\n",
	                                    LONG_KEY};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		_cleanup_tree_ struct json_object *tree = json_object_new_object();
		json_object_object_add(tree, texts[i], json_object_new_string(texts[i]));
		struct json_object *list = json_object_new_array();
		json_object_array_add(list, json_object_new_string(texts[i]));
		json_object_object_add(tree, "list", list);
		check_round_trip(tree, texts[i]);
		_cleanup_tree_ struct json_object *root = json_object_new_string(texts[i]);
		check_round_trip(root, texts[i]);
	}
	_cleanup_tree_ struct json_object *nul = json_object_new_string_len("a\0b\n", 4);
	check_round_trip(nul, "NUL");
}
END_TEST

static struct json_object *random_node(korch_random *random, int depth)
{
	static const char letters[] = "ab \n\t:#-'\"\\{}[],&*!|>%@~0123.eE+_xyn\r";
	switch (korch__random_below(random, depth > 0 ? 8 : 6)) {
	case 0:
		return NULL;
	case 1:
		return json_object_new_boolean((int)korch__random_below(random, 2));
	case 2:
		return json_object_new_int64((int64_t)korch__random_next(random));
	case 3:
		return korch__tree_number("-1.250e7");
	case 6: {
		struct json_object *map = json_object_new_object();
		for (uint64_t n = korch__random_below(random, 4); n > 0; n--) {
			char key[4] = {letters[korch__random_below(random, sizeof(letters) - 1)],
			               letters[korch__random_below(random, sizeof(letters) - 1)]};
			json_object_object_add(map, key, random_node(random, depth - 1));
		}
		return map;
	}
	case 7: {
		struct json_object *list = json_object_new_array();
		for (uint64_t n = korch__random_below(random, 4); n > 0; n--)
			json_object_array_add(list, random_node(random, depth - 1));
		return list;
	}
	default: {
		char text[12];
		size_t n = korch__random_below(random, sizeof(text));
		for (size_t i = 0; i < n; i++)
			text[i] = letters[korch__random_below(random, sizeof(letters) - 1)];
		return json_object_new_string_len(text, (int)n);
	}
	}
}

START_TEST(random_trees)
{
	korch_random random;
	korch__random_init(&random, 42);
	for (int i = 0; i < 20000; i++) {
		_cleanup_tree_ struct json_object *tree = random_node(&random, 4);
		char name[32];
		snprintf(name, sizeof(name), "tree %d", i);
		check_round_trip(tree, name);
	}
}
END_TEST

static void check_file(void *userdata, const char *path, const char *name)
{
	size_t len;
	char *text = files_read(path, &len);
	_cleanup_tree_ struct json_object *documents = read_documents(text, len);
	free(text);
	for (size_t i = 0; documents && i < json_object_array_length(documents); i++)
		check_round_trip(json_object_array_get_idx(documents, i), path);
	*(size_t *)userdata += documents != NULL;
}

START_TEST(real_files)
{
	size_t n = 0;
	ck_assert_uint_gt(files_each("manifests", check_file, &n), 500);
	files_each("k8s-api-testdata", check_file, &n);
	files_each("rollouts", check_file, &n);
	files_each("yaml-test-suite", check_file, &n);
	files_each("compose", check_file, &n);
	ck_assert_uint_gt(n, 1200);
}
END_TEST

START_TEST(memory_is_short)
{
	_cleanup_tree_ struct json_object *tree = json_tokener_parse("{\"a\":[1,\"yes\",\"x\\ny\"]}");
	for (uint64_t n = 1; n < 40; n++) {
		korch_buf buf;
		korch__buf_init(&buf, 0);
		korch__alloc_fail_at(n);
		korch__yaml_write(&buf, tree);
		korch__alloc_fail_at(0);
		korch__buf_fini(&buf);
	}
}
END_TEST

KORCH_SUITE(yaml_write)
{
	Suite *suite = suite_create("yaml_write");
	KORCH_CASE(suite, "text", style, hard_texts, random_trees, memory_is_short);
	if (getenv("KORCH_DATA"))
		KORCH_CASE(suite, "files", real_files);
	return suite;
}
