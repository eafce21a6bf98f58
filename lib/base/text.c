/* Small questions about text. */
#include "base/text.h"
#include <korch/error.h>

#include <string.h>

enum { NEAREST_MAX = 64 }; /* longer words are never "meant" */

int korch__text_has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

int korch__text_has_suffix(const char *text, const char *suffix)
{
	size_t len = strlen(text), n = strlen(suffix);
	return len >= n && memcmp(text + len - n, suffix, n) == 0;
}

int korch__text_to_i64(int64_t *out, const char *text)
{
	int negative = text && *text == '-';
	const char *at = text ? text + negative : "";
	if (!*at)
		return KORCH_E_PARSE;
	int64_t value = 0;
	int limit = 0;
	for (; *at; at++) {
		if (*at < '0' || *at > '9')
			return KORCH_E_PARSE;
		int digit = negative ? '0' - *at : *at - '0';
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			limit = 1;
	}
	if (limit)
		return KORCH_E_LIMIT;
	*out = value;
	return 0;
}

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits between two words, a swap of neighbours being one edit (optimal string alignment). */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][NEAREST_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];
	for (size_t j = 0; j <= b_len; j++)
		last[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			int differ = lower(a[i - 1]) != lower(b[j - 1]);
			row[j] = smaller(smaller(last[j], row[j - 1]) + 1, last[j - 1] + (size_t)differ);
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				row[j] = smaller(row[j], before[j - 2] + 1);
		}
		size_t *spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[b_len];
}

const char *korch__text_nearest(const char *text, const char *const *candidates, size_t n)
{
	size_t len = strnlen(text, NEAREST_MAX + 1);
	if (len == 0 || len > NEAREST_MAX)
		return NULL;
	const char *nearest = NULL;
	size_t best = len <= 2   ? 1
	              : len <= 5 ? 2
	              : len <= 9 ? 3
	                         : 4; /* the first distance that is too far */
	for (size_t i = 0; i < n; i++) {
		size_t candidate_len = candidates[i] ? strnlen(candidates[i], NEAREST_MAX + 1) : 0;
		if (candidate_len == 0 || candidate_len > NEAREST_MAX)
			continue;
		if (candidate_len >= len + best || len >= candidate_len + best)
			continue; /* each letter too many is an edit */
		size_t d = distance(text, len, candidates[i], candidate_len);
		if (d < best) {
			best = d;
			nearest = candidates[i];
		}
	}
	return nearest;
}

int korch__text_equal(const char *a, const char *b)
{
	return strcmp(korch__text_or_empty(a), korch__text_or_empty(b)) == 0;
}
