/* Selectors: the canonical text of one that was read is read as the same; field selectors match or
 * do not. */
#include "fuzz.h"
#include <korch/api.h>
#include <korch/codec.h>
#include <korch/selector.h>
#include <stdlib.h>
#include <string.h>

static const char pod_text[] =
    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"namespace\":\"n\","
    "\"labels\":{"
    "\"a\":\"b\",\"x\":\"5\",\"k8s.io/"
    "y\":\"\"}},\"spec\":{\"nodeName\":\"m\"},\"status\":{\"phase\":\"Running\"}}";

static void check_labels(const char *text, const korch_object *pod)
{
	korch_selector *selector = NULL, *again = NULL;
	if (korch_selector_parse(&selector, text, NULL) < 0)
		return;
	char *once = korch_selector_format(selector);
	FUZZ_CHECK(once != NULL);
	FUZZ_CHECK(korch_selector_parse(&again, once, NULL) == 0);
	char *twice = korch_selector_format(again);
	FUZZ_CHECK(strcmp(once, twice) == 0);
	const korch_map *labels = pod->metadata->labels;
	FUZZ_CHECK(korch_selector_matches(selector, labels) == korch_selector_matches(again, labels));
	FUZZ_CHECK(korch_selector_matches(selector, NULL) == korch_selector_matches(again, NULL));
	korch_selector_free(selector);
	korch_selector_free(again);
	free(once);
	free(twice);
}

static void check_fields(const char *text, const korch_object *pod)
{
	korch_field_selector *selector = NULL;
	if (korch_field_selector_parse(&selector, text, NULL) < 0)
		return;
	korch_field_selector_matches(selector, pod);
	korch_field_selector_value(selector, "metadata.name");
	korch_field_selector_free(selector);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[4096];
	korch_object *pod = NULL;
	if (size >= sizeof(text))
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	FUZZ_CHECK(korch_object_from_json(&pod, pod_text, sizeof(pod_text) - 1, NULL, NULL, NULL) == 0);
	check_labels(text, pod);
	check_fields(text, pod);
	korch_object_unref(pod);
	return 0;
}
