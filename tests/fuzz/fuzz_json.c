/* JSON text → object → JSON → equal object with the same hash; defaults, validation and differences
 * take whatever comes. */
#include "fuzz.h"
#include <korch/codec.h>
#include <korch/diff.h>
#include <korch/validate.h>
#include <stdlib.h>

static void check_again(const korch_object *object)
{
	const korch_decode_options options = {.max_depth = 2000};
	char *text = NULL, *pretty = NULL;
	size_t length = 0, pretty_length = 0;
	korch_object *again = NULL;
	korch_diff *diff = NULL;
	FUZZ_CHECK(korch_object_to_json(&text, &length, object, 0) == 0);
	FUZZ_CHECK(korch_object_from_json(&again, text, length, &options, NULL, NULL) == 0);
	FUZZ_CHECK(korch_object_equal(object, again));
	const korch_type *type = korch_block_type(object);
	FUZZ_CHECK(korch_struct_hash(object, type) == korch_struct_hash(again, type));
	FUZZ_CHECK(korch_object_diff(&diff, object, again, 0) == 0);
	FUZZ_CHECK(korch_diff_count(diff) == 0);
	korch_object_unref(again);
	FUZZ_CHECK(korch_object_to_json(&pretty, &pretty_length, object, KORCH_ENCODE_PRETTY) == 0);
	FUZZ_CHECK(korch_object_from_json(&again, pretty, pretty_length, &options, NULL, NULL) == 0);
	FUZZ_CHECK(korch_object_equal(object, again));
	korch_object_unref(again);
	korch_diff_free(diff);
	free(text);
	free(pretty);
}

static void check_rules(const korch_object *object)
{
	korch_object *copy = korch_object_edit(object), *twice = NULL;
	FUZZ_CHECK(copy != NULL);
	FUZZ_CHECK(korch_object_set_defaults(copy) == 0);
	twice = korch_object_edit(copy);
	FUZZ_CHECK(korch_object_set_defaults(twice) == 0);
	FUZZ_CHECK(korch_object_equal(copy, twice));
	int code = korch_object_validate(copy, NULL);
	FUZZ_CHECK(code == 0 || code == KORCH_E_INVALID);
	code = korch_object_validate_update(copy, object, NULL);
	FUZZ_CHECK(code == 0 || code == KORCH_E_INVALID);
	korch_object_unref(twice);
	korch_object_unref(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	korch_problems *problems = NULL;
	korch_object *object = NULL;
	korch_error *error = NULL;
	const korch_decode_options options = {.file = "f", .max_depth = 100};
	FUZZ_CHECK(korch_problems_new(&problems, 20) == 0);
	int code =
	    korch_object_from_json(&object, (const char *)data, size, &options, problems, &error);
	FUZZ_CHECK((code != 0) == (error != NULL) && (code == 0) == (object != NULL));
	if (object) {
		check_again(object);
		check_rules(object);
	}
	korch_error_free(error);
	korch_problems_free(problems);
	korch_object_unref(object);
	return 0;
}
