/* RFC 3339 times and Go durations. The calendar is the proleptic Gregorian one, as RFC 3339 has it.
 */
#include <korch/time.h>
#include <stdio.h>
#include <string.h>

#define US_PER_SECOND INT64_C(1000000)
#define NS_PER_SECOND INT64_C(1000000000)

/* Days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
static int64_t days_from_date(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

static void date_from_days(int64_t days, int64_t *year, int *month, int *day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t day_of_era = days - era * 146097;
	int64_t year_of_era =
	    (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted = (5 * day_of_year + 2) / 153;
	*day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
	*month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
	*year = year_of_era + era * 400 + (*month <= 2);
}

static int days_in(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : days[month - 1];
}

/* n digits in low..high; NULL when there are none. p may be NULL. */
static const char *number(const char *p, int n, int low, int high, int *out)
{
	int value = 0;
	for (int i = 0; p && i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return NULL;
		value = value * 10 + (p[i] - '0');
	}
	if (!p || value < low || value > high)
		return NULL;
	*out = value;
	return p + n;
}

static const char *letter(const char *p, const char *any_of)
{
	return p && *p && strchr(any_of, *p) ? p + 1 : NULL;
}

static const char *fraction(const char *p, int *us)
{
	*us = 0;
	if (!p || (*p != '.' && *p != ','))
		return p;
	int scale = 100000, n = 0;
	for (p++; *p >= '0' && *p <= '9'; p++, n++) {
		*us += (*p - '0') * scale;
		scale /= 10;
	}
	return n > 0 ? p : NULL;
}

static const char *zone(const char *p, int *minutes)
{
	int hour = 0, minute = 0;
	*minutes = 0;
	if (!p || *p == 'Z' || *p == 'z')
		return letter(p, "Zz");
	int negative = *p == '-';
	p = number(letter(p, "+-"), 2, 0, 23, &hour);
	p = number(letter(p, ":"), 2, 0, 59, &minute);
	*minutes = (negative ? -1 : 1) * (hour * 60 + minute);
	return p;
}

int korch_time_parse(int64_t *out_us, const char *text, korch_error **err)
{
	int year = 0, month = 1, day, hour, minute, second, us, offset;
	const char *p = number(text, 4, 0, 9999, &year);
	p = number(letter(p, "-"), 2, 1, 12, &month);
	p = number(letter(p, "-"), 2, 1, p ? days_in(year, month) : 31, &day);
	p = number(letter(p, "Tt"), 2, 0, 23, &hour);
	p = number(letter(p, ":"), 2, 0, 59, &minute);
	p = number(letter(p, ":"), 2, 0, 60, &second);
	p = zone(fraction(p, &us), &offset);
	if (!p || *p)
		return korch_error_set(err, KORCH_E_PARSE, "\"%.60s\" is not an RFC 3339 time",
		                       text ? text : "");
	int64_t seconds = days_from_date(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
	*out_us = (seconds - (int64_t)offset * 60) * US_PER_SECOND + us;
	return 0;
}

/* Floor division, for times before 1970. */
static int64_t floor_divide(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

size_t korch_time_format(char out[KORCH_TIME_TEXT_SIZE], int64_t us, int micro)
{
	int64_t seconds = floor_divide(us, US_PER_SECOND), year;
	int rest = (int)(us % US_PER_SECOND), month, day;
	rest += rest < 0 ? (int)US_PER_SECOND : 0;
	int64_t days = floor_divide(seconds, 86400);
	int of_day = (int)(seconds - days * 86400);
	date_from_days(days, &year, &month, &day);
	int n = snprintf(out, KORCH_TIME_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d", (int)year, month,
	                 day, of_day / 3600, of_day / 60 % 60, of_day % 60);
	if (rest || micro) {
		n += snprintf(out + n, (size_t)(KORCH_TIME_TEXT_SIZE - n), ".%06d", rest);
		while (!micro && out[n - 1] == '0')
			n--;
	}
	out[n++] = 'Z';
	out[n] = '\0';
	return (size_t)n;
}

static const char *unit_of(const char *p, int64_t *ns)
{
	static const struct {
		const char *name;
		int64_t ns;
	} units[] = {{"ns", 1},
	             {"us", 1000},
	             {"µs", 1000},
	             {"μs", 1000},
	             {"ms", 1000000},
	             {"s", NS_PER_SECOND},
	             {"m", 60 * NS_PER_SECOND},
	             {"h", 3600 * NS_PER_SECOND}};
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t length = strlen(units[i].name);
		if (strncmp(p, units[i].name, length) == 0) {
			*ns = units[i].ns;
			return p + length;
		}
	}
	return NULL;
}

/* One "1.5h"; the sum grows in *ns. NULL: malformed or too large. */
static const char *duration_part(const char *p, int64_t *ns)
{
	const char *begin = p;
	int64_t whole = 0, part = 0, scale = 1, unit, value;
	for (; *p >= '0' && *p <= '9'; p++) {
		if (whole > INT64_MAX / 10 - 1)
			return NULL;
		whole = whole * 10 + (*p - '0');
	}
	size_t n = (size_t)(p - begin);
	if (*p == '.') {
		for (p++; *p >= '0' && *p <= '9'; p++, n++) {
			if (scale < INT64_C(100000000000000)) {
				part = part * 10 + (*p - '0');
				scale *= 10;
			}
		}
	}
	p = n ? unit_of(p, &unit) : NULL;
	if (!p || __builtin_mul_overflow(whole, unit, &value))
		return NULL;
	int64_t rest = (int64_t)((__int128)part * unit / scale);
	if (__builtin_add_overflow(value, rest, &value) || __builtin_add_overflow(*ns, value, ns))
		return NULL;
	return p;
}

int korch_duration_parse(int64_t *out_ns, const char *text, korch_error **err)
{
	const char *p = text ? text : "";
	int negative = *p == '-';
	int64_t ns = 0;
	if (*p == '-' || *p == '+')
		p++;
	if (strcmp(p, "0") == 0)
		p++;
	else if (!*p)
		p = NULL;
	while (p && *p)
		p = duration_part(p, &ns);
	if (!p)
		return korch_error_set(err, KORCH_E_PARSE, "time: invalid duration \"%.60s\"",
		                       text ? text : "");
	*out_ns = negative ? -ns : ns;
	return 0;
}

/* value / unit with as many decimals as it needs. */
static size_t with_fraction(char *out, size_t size, uint64_t value, uint64_t unit, const char *name)
{
	int n = snprintf(out, size, "%llu", (unsigned long long)(value / unit));
	uint64_t rest = value % unit;
	if (rest) {
		out[n++] = '.';
		for (uint64_t place = unit / 10; rest; place /= 10) {
			out[n++] = (char)('0' + rest / place);
			rest %= place;
		}
	}
	n += snprintf(out + n, size - (size_t)n, "%s", name);
	return (size_t)n;
}

size_t korch_duration_format(char out[KORCH_DURATION_TEXT_SIZE], int64_t ns)
{
	uint64_t left = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	size_t n = 0, size = KORCH_DURATION_TEXT_SIZE;
	if (ns == 0)
		return (size_t)snprintf(out, size, "0s");
	if (ns < 0)
		out[n++] = '-';
	if (left < 1000)
		return n + with_fraction(out + n, size - n, left, 1, "ns");
	if (left < 1000000)
		return n + with_fraction(out + n, size - n, left, 1000, "µs");
	if (left < (uint64_t)NS_PER_SECOND)
		return n + with_fraction(out + n, size - n, left, 1000000, "ms");
	uint64_t minutes = left / (uint64_t)(60 * NS_PER_SECOND), hours = minutes / 60;
	if (hours)
		n += (size_t)snprintf(out + n, size - n, "%lluh", (unsigned long long)hours);
	if (minutes)
		n += (size_t)snprintf(out + n, size - n, "%llum", (unsigned long long)(minutes % 60));
	return n + with_fraction(out + n, size - n, left % (uint64_t)(60 * NS_PER_SECOND),
	                         (uint64_t)NS_PER_SECOND, "s");
}

/* "3h5m", or "3h" when the smaller one is nothing. */
static size_t two_units(char *out, int64_t large, const char *name, int64_t small,
                        const char *small_name)
{
	size_t size = KORCH_DURATION_TEXT_SIZE;
	if (small == 0)
		return (size_t)snprintf(out, size, "%lld%s", (long long)large, name);
	return (size_t)snprintf(out, size, "%lld%s%lld%s", (long long)large, name, (long long)small,
	                        small_name);
}

size_t korch_age_format(char out[KORCH_DURATION_TEXT_SIZE], int64_t us)
{
	int64_t seconds = us < 0 ? 0 : us / US_PER_SECOND, minutes = seconds / 60, hours = minutes / 60;
	if (seconds < 120)
		return two_units(out, seconds, "s", 0, "");
	if (minutes < 10)
		return two_units(out, minutes, "m", seconds % 60, "s");
	if (minutes < 180)
		return two_units(out, minutes, "m", 0, "");
	if (hours < 8)
		return two_units(out, hours, "h", minutes % 60, "m");
	if (hours < 48)
		return two_units(out, hours, "h", 0, "");
	if (hours < 192)
		return two_units(out, hours / 24, "d", hours % 24, "h");
	if (hours < 24 * 365 * 2)
		return two_units(out, hours / 24, "d", 0, "");
	if (hours < 24 * 365 * 8)
		return two_units(out, hours / 24 / 365, "y", hours / 24 % 365, "d");
	return two_units(out, hours / 24 / 365, "y", 0, "");
}
