/* EncryptionConfiguration: what was read seals and opens, what was not has a message of one line.
 */
#include "fuzz.h"
#include <korch/api.h>
#include <korch/seal.h>
#include <stdlib.h>
#include <string.h>

static void check_sealer(korch_sealer *sealer)
{
	static const char TEXT[] = "{\"kind\":\"Secret\"}";
	korch_seal_value value = {
	    .key = {&korch_secret_kind, "default", "x"}, .data = TEXT, .length = sizeof(TEXT) - 1};
	char *sealed = NULL, *opened = NULL;
	size_t n_sealed = 0, n_opened = 0;
	FUZZ_CHECK(korch_sealer_seal(&sealed, &n_sealed, sealer, &value, NULL) == 0);
	value.data = sealed;
	value.length = n_sealed;
	FUZZ_CHECK(korch_sealer_is_old(sealer, &value, NULL) == 0);
	FUZZ_CHECK(korch_sealer_open(&opened, &n_opened, sealer, &value, NULL) == 0);
	FUZZ_CHECK(n_opened == sizeof(TEXT) - 1 && memcmp(opened, TEXT, n_opened) == 0);
	free(sealed);
	korch_seal_clear_free(opened, n_opened);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	korch_sealer *sealer = NULL;
	korch_error *error = NULL;
	int code = korch_sealer_read(&sealer, (const char *)data, size, "input.yaml", &error);
	FUZZ_CHECK((code == 0) == (sealer != NULL));
	FUZZ_CHECK((code == 0) == (error == NULL));
	if (code == 0)
		check_sealer(sealer);
	else
		FUZZ_CHECK(*korch_error_message(error) && !strchr(korch_error_message(error), '\n'));
	korch_sealer_free(sealer);
	korch_error_free(error);
	return 0;
}
