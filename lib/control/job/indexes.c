/* Sets of completion indexes, in memory and as text. */
#include "base/buf.h"
#include "control/job/hand.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void korch__indexes_fini(korch__indexes *indexes)
{
	korch__vec_fini(&indexes->ranges);
}

int korch__indexes_has(const korch__indexes *indexes, int32_t index)
{
	size_t low = 0, high = indexes->ranges.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (indexes->ranges.items[middle].last < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low < indexes->ranges.n && indexes->ranges.items[low].first <= index;
}

int korch__indexes_add(korch__indexes *indexes, int32_t index)
{
	size_t at = 0;
	if (korch__indexes_has(indexes, index))
		return 0;
	if (korch__vec_reserve(&indexes->ranges, 1) < 0)
		return KORCH_E_NOMEM;
	korch__index_range *items = indexes->ranges.items;
	while (at < indexes->ranges.n && items[at].last < index)
		at++;
	int joins_left = at > 0 && items[at - 1].last == index - 1;
	int joins_right = at < indexes->ranges.n && items[at].first == index + 1;
	size_t behind = indexes->ranges.n - at;
	if (joins_left && joins_right) {
		items[at - 1].last = items[at].last;
		memmove(&items[at], &items[at + 1], (behind - 1) * sizeof(*items));
		indexes->ranges.n--;
	} else if (joins_left) {
		items[at - 1].last = index;
	} else if (joins_right) {
		items[at].first = index;
	} else {
		memmove(&items[at + 1], &items[at], behind * sizeof(*items));
		items[at] = (korch__index_range){index, index};
		indexes->ranges.n++;
	}
	return 0;
}

int64_t korch__indexes_count(const korch__indexes *indexes)
{
	int64_t n = 0;
	for (size_t i = 0; i < indexes->ranges.n; i++)
		n += (int64_t)indexes->ranges.items[i].last - indexes->ranges.items[i].first + 1;
	return n;
}

/* The text is our own, or a user's: what is no number ends it, and so does one that is not greater
 * than those before. */
int korch__indexes_parse(korch__indexes *out, const char *text, int32_t end)
{
	int64_t before = -1;
	while (text && *text >= '0' && *text <= '9') {
		char *rest = NULL;
		long long first = strtoll(text, &rest, 10), last = first;
		if (*rest == '-' && rest[1] >= '0' && rest[1] <= '9')
			last = strtoll(rest + 1, &rest, 10);
		if (first <= before || last < first || first >= end)
			return 0;
		korch__index_range range = {(int32_t)first, (int32_t)(last < end ? last : end - 1)};
		size_t n = out->ranges.n;
		if (n > 0 && first == before + 1)
			out->ranges.items[n - 1].last = range.last;
		else if (korch__vec_push(&out->ranges, range) < 0)
			return KORCH_E_NOMEM;
		before = range.last;
		text = *rest == ',' ? rest + 1 : "";
	}
	return 0;
}

/* Two numbers stand side by side, more as first and last. */
char *korch__indexes_text(const korch__indexes *indexes)
{
	char *text = korch__calloc(indexes->ranges.n + 1, 24);
	size_t at = 0;
	for (size_t i = 0; text && i < indexes->ranges.n; i++) {
		korch__index_range range = indexes->ranges.items[i];
		at += (size_t)snprintf(text + at, 24, "%s%d", i > 0 ? "," : "", range.first);
		if (range.last > range.first)
			at += (size_t)snprintf(text + at, 12, "%c%d", range.last > range.first + 1 ? '-' : ',',
			                       range.last);
	}
	return text;
}
