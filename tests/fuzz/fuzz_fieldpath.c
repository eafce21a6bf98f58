/* Paths of fields: a value, or an error that has a message; `explain` on the same text. */
#include "fuzz.h"
#include <korch/api.h>
#include <korch/codec.h>
#include <korch/explain.h>
#include <korch/fieldpath.h>
#include <korch/names.h>
#include <stdlib.h>
#include <string.h>

static const char pod_text[] =
    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"labels\":{\"a/"
    "b\":\"c\"},"
    "\"managedFields\":[{\"fieldsV1\":{\"f:a\":[1,{\"k\":2}]}}]},\"spec\":{\"containers\":[{"
    "\"name\":\"c\","
    "\"args\":[\"x\"],\"resources\":{\"limits\":{\"cpu\":\"1\"}}}],\"odd\":{\"deep\":[\"v\"]}}}";

static void check_path(const char *path)
{
	korch_object *pod = NULL;
	korch_error *error = NULL;
	char *json = NULL, *text = NULL;
	FUZZ_CHECK(korch_object_from_json(&pod, pod_text, sizeof(pod_text) - 1, NULL, NULL, NULL) == 0);
	int code = korch_object_get_json(&json, pod, path, &error);
	FUZZ_CHECK((code == 0) == (json != NULL) && (code == 0) == (error == NULL));
	FUZZ_CHECK(korch_object_get_text(&text, pod, path, NULL) == code);
	korch_error_free(error);
	free(json);
	free(text);
	korch_object_unref(pod);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[2048];
	char *explained = NULL;
	if (size >= sizeof(text))
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	check_path(text);
	if (korch_explain(&explained, text, 0, NULL) == 0)
		FUZZ_CHECK(explained[0] != '\0');
	free(explained);
	for (int format = KORCH_FORMAT_NONE; format <= KORCH_FORMAT_CONFIG_KEY; format++)
		FUZZ_CHECK(korch_name_check(NULL, (korch_format)format, text) <= KORCH_NAME_SENTENCES_MAX);
	return 0;
}
