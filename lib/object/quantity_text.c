/*
 * Quantities from and to text. Syntax, rounding and canonical form are those of Kubernetes'
 * resource.Quantity; arithmetic stands in quantity.c.
 */
#include "object/quantity.h"
#include <stdio.h>
#include <string.h>

enum { DIGITS_MAX = 512, EXPONENT_MAX = 1000 };

#define WRONG_FORM                                                                                 \
	"quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
#define WRONG_SUFFIX "unable to parse quantity's suffix"

typedef struct suffix {
	char text[4];
	int32_t format;
	int base; /* 2 or 10 */
	int exponent;
} suffix;

static const suffix suffixes[] = {
    {"n", KORCH_QUANTITY_DECIMAL, 10, -9}, {"u", KORCH_QUANTITY_DECIMAL, 10, -6},
    {"m", KORCH_QUANTITY_DECIMAL, 10, -3}, {"", KORCH_QUANTITY_DECIMAL, 10, 0},
    {"k", KORCH_QUANTITY_DECIMAL, 10, 3},  {"M", KORCH_QUANTITY_DECIMAL, 10, 6},
    {"G", KORCH_QUANTITY_DECIMAL, 10, 9},  {"T", KORCH_QUANTITY_DECIMAL, 10, 12},
    {"P", KORCH_QUANTITY_DECIMAL, 10, 15}, {"E", KORCH_QUANTITY_DECIMAL, 10, 18},
    {"Ki", KORCH_QUANTITY_BINARY, 2, 10},  {"Mi", KORCH_QUANTITY_BINARY, 2, 20},
    {"Gi", KORCH_QUANTITY_BINARY, 2, 30},  {"Ti", KORCH_QUANTITY_BINARY, 2, 40},
    {"Pi", KORCH_QUANTITY_BINARY, 2, 50},  {"Ei", KORCH_QUANTITY_BINARY, 2, 60},
};

/* "e3", "E-6": an exponent; anything else from the table. */
static int read_suffix(suffix *out, const char *text)
{
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (strcmp(suffixes[i].text, text) == 0) {
			*out = suffixes[i];
			return 0;
		}
	}
	if ((text[0] != 'e' && text[0] != 'E') || !text[1])
		return KORCH_E_PARSE;
	const char *p = text + 1;
	int negative = *p == '-', exponent = 0;
	if (*p == '-' || *p == '+')
		p++;
	if (!*p)
		return KORCH_E_PARSE;
	for (; *p; p++) {
		if (*p < '0' || *p > '9')
			return KORCH_E_PARSE;
		exponent = exponent < EXPONENT_MAX ? exponent * 10 + (*p - '0') : exponent;
	}
	*out = (suffix){"", KORCH_QUANTITY_EXPONENT, 10, negative ? -exponent : exponent};
	return 0;
}

/* Multiplies by base^exponent; stops at the limit. */
static korch__uwide scale_up(korch__uwide value, unsigned base, int exponent)
{
	for (; exponent > 0 && value; exponent--) {
		if (value > (korch__uwide)KORCH__QUANTITY_MAX / base)
			return (korch__uwide)KORCH__QUANTITY_MAX;
		value *= base;
	}
	return value;
}

/* The digits as a whole number of 10^-fraction, as far as 128 bits go; what is cut off is rounded
 * up and told by *dropped. */
static korch__uwide read_digits(const char *digits, size_t n, int *dropped, int *inexact)
{
	korch__uwide value = 0;
	const korch__uwide limit = (korch__uwide)KORCH__QUANTITY_MAX / 100;
	*dropped = 0;
	*inexact = 0;
	for (size_t i = 0; i < n; i++) {
		if (value > limit) {
			++*dropped;
			*inexact |= digits[i] != '0';
			continue;
		}
		value = value * 10 + (korch__uwide)(digits[i] - '0');
	}
	return value;
}

/* digits × 10^-fraction × suffix as billionths, rounded up. */
static korch__uwide to_nano(const char *digits, size_t n, int fraction, const suffix *unit)
{
	int dropped, inexact;
	korch__uwide value = read_digits(digits, n, &dropped, &inexact);
	int power = 9 + dropped - fraction + (unit->base == 10 ? unit->exponent : 0);
	if (unit->base == 2) { /* exact while it fits; the fraction is divided out afterwards */
		for (int left = unit->exponent; left > 0; left--) {
			if (value > (korch__uwide)KORCH__QUANTITY_MAX / 2) {
				if (power >= 0)
					return (korch__uwide)KORCH__QUANTITY_MAX;
				inexact |= value % 10 != 0;
				value /= 10;
				power++;
			}
			value *= 2;
		}
	}
	if (power >= 0)
		return scale_up(value + (korch__uwide)inexact, 10, power);
	for (; power < 0 && value; power++) {
		inexact |= value % 10 != 0;
		value /= 10;
	}
	return value + (korch__uwide)inexact;
}

/* Sign, digits without the point, and how many stood behind it; the rest of the text is the suffix.
 */
static const char *split(const char *text, char *digits, size_t *n, int *fraction, int *negative)
{
	const char *p = text;
	int points = 0, whole = 0;
	*n = 0;
	*fraction = 0;
	*negative = *p == '-';
	if (*p == '-' || *p == '+')
		p++;
	for (; (*p >= '0' && *p <= '9') || *p == '.'; p++) {
		if (*p == '.') {
			if (++points > 1)
				return NULL;
			continue;
		}
		if (*n == DIGITS_MAX)
			return NULL;
		digits[(*n)++] = *p;
		if (points)
			++*fraction;
		else
			whole++;
	}
	return *n > 0 ? p : NULL;
}

/* Only what the expression of Kubernetes' sentence allows. */
static int suffix_has_form(const char *text)
{
	text += strspn(text, "eEinumkKMGTP");
	if (*text == '-' || *text == '+')
		text++;
	text += strspn(text, "0123456789");
	return *text == '\0';
}

int korch_quantity_parse(korch_quantity *out, const char *text, korch_error **err)
{
	char digits[DIGITS_MAX];
	size_t n;
	int fraction, negative;
	suffix unit;
	const char *rest = text && *text ? split(text, digits, &n, &fraction, &negative) : NULL;
	if (!rest || !suffix_has_form(rest))
		return korch_error_set(err, KORCH_E_PARSE, WRONG_FORM);
	if (read_suffix(&unit, rest) < 0)
		return korch_error_set(err, KORCH_E_PARSE, WRONG_SUFFIX);
	korch__uwide nano = to_nano(digits, n, fraction, &unit);
	const korch__uwide cap = (korch__uwide)INT64_MAX * (korch__uwide)KORCH__NANO;
	if (unit.format == KORCH_QUANTITY_BINARY && nano > cap)
		nano = cap;
	if (unit.format == KORCH_QUANTITY_BINARY && nano > 0 && nano < (korch__uwide)KORCH__NANO)
		unit.format = KORCH_QUANTITY_DECIMAL;
	*out = (korch_quantity){.format = unit.format};
	korch__quantity_set(out, negative ? -(korch__wide)nano : (korch__wide)nano);
	return 0;
}

/* Decimal digits of a magnitude. */
static size_t write_digits(char *out, korch__uwide value)
{
	char reversed[48];
	size_t n = 0, length;
	do
		reversed[n++] = (char)('0' + (int)(value % 10));
	while (value /= 10);
	for (length = 0; length < n; length++)
		out[length] = reversed[n - 1 - length];
	out[length] = '\0';
	return length;
}

static const char *decimal_suffix(int exponent)
{
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (suffixes[i].base == 10 && suffixes[i].exponent == exponent)
			return suffixes[i].text;
	}
	return "";
}

static size_t write_decimal(char *out, korch__uwide nano, int32_t format)
{
	int exponent = -9;
	int top = format == KORCH_QUANTITY_EXPONENT ? 30 : 18;
	while (exponent < top && nano % 1000 == 0) {
		nano /= 1000;
		exponent += 3;
	}
	size_t n = write_digits(out, nano);
	if (format == KORCH_QUANTITY_EXPONENT)
		return n + (exponent ? (size_t)sprintf(out + n, "e%d", exponent) : 0);
	return n + (size_t)sprintf(out + n, "%s", decimal_suffix(exponent));
}

static size_t write_binary(char *out, korch__uwide value)
{
	static const char *const names[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
	size_t i = 0;
	while (i < 6 && value % 1024 == 0) {
		value /= 1024;
		i++;
	}
	size_t n = write_digits(out, value);
	return n + (size_t)sprintf(out + n, "%s", names[i]);
}

size_t korch_quantity_text(char out[KORCH_QUANTITY_TEXT_SIZE], const korch_quantity *quantity)
{
	korch__wide nano = korch__quantity_nano(quantity);
	korch__uwide magnitude = nano < 0 ? -(korch__uwide)nano : (korch__uwide)nano;
	size_t n = 0;
	if (nano == 0)
		return write_digits(out, 0);
	if (nano < 0)
		out[n++] = '-';
	/* A binary one that is no whole number, or below 1024, is written as a decimal. */
	if (quantity->format == KORCH_QUANTITY_BINARY && magnitude % (korch__uwide)KORCH__NANO == 0 &&
	    magnitude >= (korch__uwide)1024 * (korch__uwide)KORCH__NANO)
		return n + write_binary(out + n, magnitude / (korch__uwide)KORCH__NANO);
	return n + write_decimal(out + n, magnitude,
	                         quantity->format == KORCH_QUANTITY_EXPONENT ? KORCH_QUANTITY_EXPONENT
	                                                                     : KORCH_QUANTITY_DECIMAL);
}
