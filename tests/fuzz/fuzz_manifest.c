/*
 * Text → objects → JSON and YAML → equal objects; errors have a place. The first byte chooses the
 * options.
 */
#include "fuzz.h"
#include <korch/codec.h>
#include <korch/manifest.h>
#include <korch/yaml.h>
#include <stdlib.h>

static void check_json(const korch_object *object, int strict)
{
	char *text = NULL;
	size_t len;
	korch_object *again = NULL;
	FUZZ_CHECK(korch_object_to_json(&text, &len, object, 0) == 0);
	FUZZ_CHECK(korch_object_from_json(&again, text, len,
	                                  &(korch_decode_options){.strict = strict, .max_depth = 2000},
	                                  NULL, NULL) == 0);
	FUZZ_CHECK(korch_object_equal(object, again));
	korch_object_unref(again);
	free(text);
}

static void check_yaml(const korch_object *object, int strict)
{
	char *text = NULL;
	size_t len;
	korch_manifest *manifest = NULL;
	FUZZ_CHECK(korch_object_to_yaml(&text, &len, object, 0) == 0);
	FUZZ_CHECK(korch_manifest_new(&manifest, &(korch_manifest_options){.strict = strict}, NULL) ==
	           0);
	FUZZ_CHECK(korch_manifest_read_text(manifest, text, len, NULL, NULL) == 0);
	FUZZ_CHECK(korch_manifest_count(manifest) == 1);
	FUZZ_CHECK(korch_object_equal(object, korch_manifest_object(manifest, 0)));
	korch_manifest_free(manifest);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	korch_manifest_options options = {.strict = data[0] & 1,
	                                  .namespace_ = data[0] & 2 ? "n" : NULL,
	                                  .max_nodes = 20000,
	                                  .max_alias_nodes = 2000,
	                                  .max_depth = 64,
	                                  .max_objects = 100};
	korch_manifest *manifest = NULL;
	korch_error *error = NULL;
	FUZZ_CHECK(korch_manifest_new(&manifest, &options, NULL) == 0);
	int code = korch_manifest_read_text(manifest, (const char *)data + 1, size - 1, "f", &error);
	FUZZ_CHECK((code != 0) == (error != NULL));
	FUZZ_CHECK(code == 0 || (korch_manifest_count(manifest) == 0 && korch_error_line(error) > 0));
	for (size_t i = 0; i < korch_manifest_count(manifest); i++) {
		check_json(korch_manifest_object(manifest, i), options.strict);
		check_yaml(korch_manifest_object(manifest, i), options.strict);
	}
	korch_error_free(error);
	korch_manifest_free(manifest);
	return 0;
}
