/* Conditions: text, NUL, JSON of the result. An answer or an error with one line, the same each
 * time; any regular expression. */
#include "fuzz.h"
#include "strategy/regex/regex.h"
#include <json-c/json.h>
#include <korch/strategy/condition.h>
#include <string.h>

static int evaluate(int32_t *out, const korch_parsed_condition *condition,
                    struct json_object *result)
{
	korch_error *err = NULL;
	int code = korch_condition_eval(out, condition, result, &err);
	FUZZ_CHECK((code < 0) == (err != NULL));
	FUZZ_CHECK(code == 0 ? *out == 0 || *out == 1
	                     : !strchr(korch_error_message(err), '\n') || code < 0);
	korch_error_free(err);
	return code;
}

static void check_regex(const char *pattern, const char *text)
{
	const char *problem = NULL;
	korch__regex *regex = NULL;
	size_t length = strlen(text) < 64 ? strlen(text) : 64;
	int code = korch__regex_new(&regex, pattern, strlen(pattern), &problem);
	FUZZ_CHECK((code == 0) == (regex != NULL) && (code == 0) == (problem == NULL));
	if (regex)
		FUZZ_CHECK(korch__regex_match(regex, text, length) ==
		           korch__regex_match(regex, text, length));
	korch__regex_free(regex);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[2048];
	korch_parsed_condition *condition = NULL;
	korch_error *err = NULL;
	int32_t first = -1, second = -1;
	if (size >= sizeof(text) - 1)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = text[size + 1] = '\0';
	const char *json = text + strlen(text) + 1;
	struct json_object *result = json_tokener_parse(json);
	int code = korch_condition_parse(&condition, text, &err);
	FUZZ_CHECK((code == 0) == (condition != NULL) && (code < 0) == (err != NULL));
	korch_error_free(err);
	if (condition) {
		FUZZ_CHECK(evaluate(&first, condition, result) == evaluate(&second, condition, result));
		FUZZ_CHECK(first == second);
	}
	korch_condition_free(condition);
	json_object_put(result);
	check_regex(text, json < text + size ? json : text);
	return 0;
}
