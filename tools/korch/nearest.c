/* "did you mean": the name that differs least from what was written. */
#include "nearest.h"

#include <string.h>

enum { LENGTH_MAX = 63 };

static size_t least(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;
	return least < c ? least : c;
}

/* Distance of two short texts; two letters that changed places count once. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t rows[3][LENGTH_MAX + 1];
	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t *row = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			row[j] = least(row[j - 1] + 1, last[j] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
	}
	return rows[a_length % 3][b_length];
}

const char *nearest_within(const char *text, const char *const *names, size_t n, size_t most)
{
	size_t length = strlen(text);
	size_t best = most + 1;
	const char *nearest = NULL;
	for (size_t i = 0; length <= LENGTH_MAX && i < n; i++) {
		size_t other = strlen(names[i]);
		if (other > LENGTH_MAX || other + best <= length || length + best <= other)
			continue;
		size_t d = distance(text, length, names[i], other);
		if (d < best) {
			best = d;
			nearest = names[i];
		}
	}
	return nearest;
}

const char *nearest_name(const char *text, const char *const *names, size_t n)
{
	size_t length = strlen(text);
	return nearest_within(text, names, n, length <= 2 ? 0 : length <= 5 ? 1 : length <= 9 ? 2 : 3);
}
