/* Integers or percentages. */
#include <korch/intstr.h>
#include <string.h>

int32_t korch_percent_parse(const char *text)
{
	int64_t value = 0;
	size_t n = text ? strspn(text, "0123456789") : 0;
	if (n == 0 || n > 9 || strcmp(text + n, "%") != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		value = value * 10 + (text[i] - '0');
	return (int32_t)value;
}

int korch_int_or_percent_of(int32_t *out, const korch_int_or_string *value, int32_t total,
                            int round_up, korch_error **err)
{
	if (!value->text) {
		*out = value->number;
		return 0;
	}
	int32_t percent = korch_percent_parse(value->text);
	if (percent < 0)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "invalid value for IntOrString: invalid type: string is not a "
		                       "percentage");
	int64_t product = (int64_t)percent * total;
	int64_t result = product / 100;
	if (product % 100 != 0) {
		if (round_up && product > 0)
			result++;
		else if (!round_up && product < 0)
			result--;
	}
	*out = result > INT32_MAX ? INT32_MAX : result < INT32_MIN ? INT32_MIN : (int32_t)result;
	return 0;
}

void korch_int_or_string_set_number(korch_int_or_string *slot, int32_t number)
{
	korch_string_unref(slot->text);
	*slot = (korch_int_or_string){.number = number, .is_set = 1};
}

int korch_int_or_string_set_text(korch_int_or_string *slot, const char *text)
{
	const char *string = korch_string_new(text);
	if (!string)
		return KORCH_E_NOMEM;
	korch_string_unref(slot->text);
	*slot = (korch_int_or_string){.text = string, .is_set = 1};
	return 0;
}
