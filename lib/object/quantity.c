/* Arithmetic of quantities: 128-bit billionths that stop at their limits. Text stands in
 * quantity_text.c. */
#include "object/quantity.h"

static korch_quantity make(korch__wide nano, korch_quantity_format format)
{
	korch_quantity out = {.format = (int32_t)format};
	korch__quantity_set(&out, nano);
	return out;
}

korch_quantity korch_quantity_from_int(int64_t value, korch_quantity_format format)
{
	return make((korch__wide)value * KORCH__NANO, format);
}

korch_quantity korch_quantity_from_milli(int64_t milli, korch_quantity_format format)
{
	return make((korch__wide)milli * (KORCH__NANO / 1000), format);
}

/* Away from zero, as everything that Kubernetes rounds here. */
static int64_t divide_up(korch__wide nano, int64_t unit)
{
	korch__wide result = nano / unit, rest = nano % unit;
	if (rest)
		result += nano > 0 ? 1 : -1;
	if (result > INT64_MAX)
		return INT64_MAX;
	return result < INT64_MIN ? INT64_MIN : (int64_t)result;
}

int64_t korch_quantity_value(const korch_quantity *quantity)
{
	return divide_up(korch__quantity_nano(quantity), KORCH__NANO);
}

int64_t korch_quantity_milli(const korch_quantity *quantity)
{
	return divide_up(korch__quantity_nano(quantity), KORCH__NANO / 1000);
}

int korch_quantity_compare(const korch_quantity *a, const korch_quantity *b)
{
	korch__wide x = korch__quantity_nano(a), y = korch__quantity_nano(b);
	return x < y ? -1 : x > y;
}

int korch_quantity_sign(const korch_quantity *quantity)
{
	korch__wide nano = korch__quantity_nano(quantity);
	return nano < 0 ? -1 : nano > 0;
}

void korch_quantity_add(korch_quantity *a, const korch_quantity *b)
{
	korch__wide x = korch__quantity_nano(a), y = korch__quantity_nano(b), sum;
	if (x == 0)
		a->format = b->format;
	if (__builtin_add_overflow(x, y, &sum))
		sum = x > 0 ? KORCH__QUANTITY_MAX : -KORCH__QUANTITY_MAX;
	korch__quantity_set(a, sum);
}

void korch_quantity_sub(korch_quantity *a, const korch_quantity *b)
{
	korch__wide x = korch__quantity_nano(a), y = korch__quantity_nano(b), difference;
	if (x == 0)
		a->format = b->format;
	if (__builtin_sub_overflow(x, y, &difference))
		difference = y < 0 ? KORCH__QUANTITY_MAX : -KORCH__QUANTITY_MAX;
	korch__quantity_set(a, difference);
}

int64_t korch_quantity_text_value(const char *text)
{
	korch_quantity quantity;
	return text && korch_quantity_parse(&quantity, text, NULL) == 0
	           ? korch_quantity_value(&quantity)
	           : 0;
}

int64_t korch_quantity_text_milli(const char *text)
{
	korch_quantity quantity;
	return text && korch_quantity_parse(&quantity, text, NULL) == 0
	           ? korch_quantity_milli(&quantity)
	           : 0;
}
