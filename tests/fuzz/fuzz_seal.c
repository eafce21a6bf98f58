/*
 * Bytes of a store, opened: nobody but the sealer makes ones that open, so what opens must be what
 * it made (the two in the corpus) or plain; what does not has a message of one line. No input is
 * sealed under the program's own key, as its data key is new each time.
 */
#include "fuzz.h"
#include <korch/api.h>
#include <korch/seal.h>
#include <stdlib.h>
#include <string.h>

#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
static const char TEXT[] = "{\"kind\":\"Secret\"}";
static const char CONFIGURATION[] =
    "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"
    "- resources: [secrets]\n  providers:\n  - aesgcm: {keys: [{name: key1, secret: " KEY "}]}\n"
    "  - aescbc: {keys: [{name: key1, secret: " KEY "}]}\n";

static korch_sealer *make_native(void)
{
	korch_sealer *sealer = NULL;
	const korch_seal_key key = {.name = "k1", .environment = "KORCH_FUZZ_KEY"};
	const korch_sealer_options options = {.size = sizeof(options), .keys = &key, .n_keys = 1};
	FUZZ_CHECK(setenv("KORCH_FUZZ_KEY", KEY, 1) == 0);
	FUZZ_CHECK(korch_sealer_new(&sealer, &options, NULL) == 0);
	return sealer;
}

/* aescbc has no tag: what it opens may be anything. */
static int may_be_anything(const uint8_t *data, size_t size)
{
	static const char HEAD[] = "k8s:enc:aescbc:";
	return size >= sizeof(HEAD) - 1 && memcmp(data, HEAD, sizeof(HEAD) - 1) == 0;
}

static void check_open(korch_sealer *sealer, const uint8_t *data, size_t size)
{
	const korch_seal_value value = {.store = "store-1",
	                                .key = {&korch_secret_kind, "default", "db"},
	                                .data = data,
	                                .length = size};
	korch_error *error = NULL;
	char *out = NULL;
	size_t length = 0;
	int code = korch_sealer_open(&out, &length, sealer, &value, &error);
	int old = korch_sealer_is_old(sealer, &value, NULL);
	FUZZ_CHECK((code == 0) == (error == NULL) && (code == 0) == (out != NULL));
	FUZZ_CHECK(code < 0 || old >= 0);
	if (code == 0 && !may_be_anything(data, size))
		FUZZ_CHECK(length == sizeof(TEXT) - 1 && memcmp(out, TEXT, length) == 0);
	if (code < 0)
		FUZZ_CHECK(*korch_error_message(error) && !strchr(korch_error_message(error), '\n'));
	korch_seal_clear_free(out, length);
	korch_error_free(error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static korch_sealer *native, *kubernetes;
	if (!native) {
		native = make_native();
		FUZZ_CHECK(korch_sealer_read(&kubernetes, CONFIGURATION, sizeof(CONFIGURATION) - 1, NULL,
		                             NULL) == 0);
	}
	check_open(native, data, size);
	check_open(kubernetes, data, size);
	return 0;
}
