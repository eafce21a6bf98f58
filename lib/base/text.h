/* Small questions about text: prefixes, numbers, edit distance for "did you mean". */
#ifndef KORCH_BASE_TEXT_H
#define KORCH_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

int korch__text_has_prefix(const char *text, const char *prefix);
int korch__text_has_suffix(const char *text, const char *suffix);
/* Whole text as a decimal number in range; 0, KORCH_E_PARSE or KORCH_E_LIMIT. */
int korch__text_to_i64(int64_t *out, const char *text);
/* The candidate nearest to text (Damerau-Levenshtein, case-insensitive) when it is near enough to
 * be meant, or NULL. */
const char *korch__text_nearest(const char *text, const char *const *candidates, size_t n);
/* "" for NULL. */
static inline const char *korch__text_or_empty(const char *text)
{
	return text ? text : "";
}
/* 1 when both are equal; NULL equals "". */
int korch__text_equal(const char *a, const char *b);

#endif
