/* JSONPath as client-go has it: what is found, what is missing, what is no path. */
#include "metric/jsonpath.h"
#include "unit.h"
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

static const char store[] =
    "{\"key\":[{\"key2\":{\"value\":true,\"rate\":0.97}}],\"name\":\"x\",\"nothing\":null,"
    "\"a.b\":{\"c-d\":5},\"items\":[{\"n\":\"one\",\"v\":1,\"in\":[{\"v\":7}]},"
    "{\"n\":\"two\",\"v\":2,\"ok\":true},{\"n\":\"three\",\"v\":3}]}";

static const char *find(const char *path, int *code)
{
	static char out[512];
	struct json_object *root = json_tokener_parse(store), *found = NULL;
	korch_error *err = NULL;
	*code = korch__jsonpath_first(&found, path, root, 0, &err);
	snprintf(out, sizeof(out), "%s",
	         *code < 0 ? korch_error_message(err)
	                   : json_object_to_json_string_ext(found, JSON_C_TO_STRING_PLAIN));
	ck_assert_int_eq(*code < 0, err != NULL);
	korch_error_free(err);
	json_object_put(root);
	return out;
}

START_TEST(test_found)
{
	static const struct {
		const char *path, *wanted;
	} rows[] = {
	    {"{$.key[0].key2.value}", "true"},
	    {"{.key[0].key2.rate}", "0.97"},
	    {"$.key[0].key2.rate", "0.97"},
	    {"name", "\"x\""},
	    {"{ $.name }", "\"x\""},
	    {"{$.nothing}", "null"},
	    {"{$['name']}", "\"x\""},
	    {"{$[\"a.b\"]['c-d']}", "5"},
	    {"{.a\\.b.c-d}", "5"},
	    {"{.items[-1].v}", "3"},
	    {"{.items[1:].n}", "\"two\""},
	    {"{.items[:-1].n}", "\"one\""},
	    {"{.items[0:3:2].v}", "1"},
	    {"{.items[2,0].v}", "3"},
	    {"{.items[*].n}", "\"one\""},
	    {"{.items[0]['n','v']}", "\"one\""},
	    {"{.items[?(@.v>1)].n}", "\"two\""},
	    {"{.items[?(@.n==\"three\")].v}", "3"},
	    {"{.items[?(@.n == 'three')].v}", "3"},
	    {"{.items[?(@.ok)].n}", "\"two\""},
	    {"{.items[?(@.ok==true)].n}", "\"two\""},
	    {"{.items[?(@.v!=1)].v}", "2"},
	    {"{.items[?(@.v==$.items[2].v)].n}", "\"three\""},
	    {"{.items[?(@.in[?(@.v==7)])].n}", "\"one\""},
	    {"{..rate}", "0.97"},
	    {"{$..in[0].v}", "7"},
	    {"{.key.*.key2.rate}", "0.97"},
	    {"{.name}{.key}", "\"x\""},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int code;
		const char *got = find(rows[i].path, &code);
		ck_assert_msg(code == 0 && strcmp(got, rows[i].wanted) == 0, "%s: %s", rows[i].path, got);
	}
}
END_TEST

START_TEST(test_refused)
{
	static const struct {
		const char *path;
		int code;
		const char *words;
	} rows[] = {
	    {"{$.key[0].key2.novalue}", KORCH_E_NOT_FOUND, "novalue is not found"},
	    {"{.items[7]}", KORCH_E_NOT_FOUND, "array index out of bounds: index 7, length 3"},
	    {"{.name[0]}", KORCH_E_INVALID, "string is not array or slice"},
	    {"{.name[?(@.x)]}", KORCH_E_INVALID, "cannot be filtered"},
	    {"{.items[?(@.v>9)]}", KORCH_E_NOT_FOUND, "it produced no value"},
	    {"{..novalue}", KORCH_E_NOT_FOUND, "it produced no value"},
	    {"{.items[?(@.v>)]}", KORCH_E_PARSE, "column 15: expected @"},
	    {"{.items[?(@.v 1)]}", KORCH_E_PARSE, "expected =="},
	    {"{.items[?(@.v>1]}", KORCH_E_PARSE, "expected )"},
	    {"{.items[?@.v]}", KORCH_E_PARSE, "expected ("},
	    {"{.items[x]}", KORCH_E_PARSE, "expected an index"},
	    {"{.items[1}", KORCH_E_PARSE, "expected ]"},
	    {"{.items[::0]}", KORCH_E_PARSE, "a step is greater than 0"},
	    {"{.items['a]}", KORCH_E_PARSE, "a quote is missing"},
	    {"{.}", KORCH_E_PARSE, "column 3: expected the name of a field"},
	    {"{.name", KORCH_E_PARSE, "expected }"},
	    {"{.name} and", KORCH_E_PARSE, "expected { or the end"},
	    {"{.items[*]['n','v'].x}", KORCH_E_NOT_FOUND, "x is not found"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int code;
		const char *got = find(rows[i].path, &code);
		ck_assert_msg(code == rows[i].code && strstr(got, rows[i].words), "%s: %d %s", rows[i].path,
		              code, got);
		struct json_object *none = NULL;
		code = korch__jsonpath_first(&none, rows[i].path, NULL, 1, NULL);
		ck_assert_msg(code == (rows[i].code == KORCH_E_PARSE ? KORCH_E_PARSE : 0), "%s: %d",
		              rows[i].path, code);
	}
}
END_TEST

KORCH_SUITE(jsonpath)
{
	Suite *suite = suite_create("jsonpath");
	KORCH_CASE(suite, "jsonpath", test_found, test_refused);
	return suite;
}
