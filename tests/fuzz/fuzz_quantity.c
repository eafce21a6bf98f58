/* Quantities: the canonical text means the same and stays itself; sums keep their order. Times and
 * durations in the same way. */
#include "fuzz.h"
#include <korch/quantity.h>
#include <korch/time.h>
#include <string.h>

static void check_quantity(const char *text)
{
	char once[KORCH_QUANTITY_TEXT_SIZE], twice[KORCH_QUANTITY_TEXT_SIZE];
	korch_quantity first, second;
	if (korch_quantity_parse(&first, text, NULL) < 0)
		return;
	FUZZ_CHECK(korch_quantity_text(once, &first) < sizeof(once));
	FUZZ_CHECK(korch_quantity_parse(&second, once, NULL) == 0);
	FUZZ_CHECK(korch_quantity_compare(&first, &second) == 0);
	korch_quantity_text(twice, &second);
	FUZZ_CHECK(strcmp(once, twice) == 0);
	FUZZ_CHECK(korch_quantity_value(&first) == korch_quantity_value(&second));
	korch_quantity_add(&second, &first);
	FUZZ_CHECK(korch_quantity_compare(&second, &first) * korch_quantity_sign(&first) >= 0);
	korch_quantity_sub(&first, &first);
	FUZZ_CHECK(korch_quantity_sign(&first) == 0);
}

static void check_time(const char *text)
{
	char out[KORCH_TIME_TEXT_SIZE];
	int64_t us, again;
	if (korch_time_parse(&us, text, NULL) < 0)
		return;
	korch_time_format(out, us, 0);
	if (out[0] != '-' && strlen(out) <= 27 && korch_time_parse(&again, out, NULL) == 0)
		FUZZ_CHECK(us == again);
}

static void check_duration(const char *text)
{
	char out[KORCH_DURATION_TEXT_SIZE];
	int64_t ns, again;
	if (korch_duration_parse(&ns, text, NULL) < 0)
		return;
	korch_duration_format(out, ns);
	FUZZ_CHECK(korch_duration_parse(&again, out, NULL) == 0 && ns == again);
	korch_age_format(out, ns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[1024];
	if (size >= sizeof(text))
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	check_quantity(text);
	check_time(text);
	check_duration(text);
	return 0;
}
