/*
 * Regular expressions as Go's regexp has them (RE2's syntax), for conditions ("matches") and for
 * rules that name metrics. Answers only whether a text has a match: no groups are captured. Time is
 * length of the text × length of the pattern, whatever both are.
 */
#ifndef KORCH_STRATEGY_REGEX_H
#define KORCH_STRATEGY_REGEX_H

#include <stddef.h>

/* Longest pattern in bytes. */
#define KORCH__REGEX_PATTERN_MAX 512

typedef struct korch__regex korch__regex;

/* 0; KORCH_E_PARSE, KORCH_E_LIMIT (*problem says why, static), KORCH_E_NOMEM. */
int korch__regex_new(korch__regex **out, const char *pattern, size_t length, const char **problem);
void korch__regex_free(korch__regex *regex); /* NULL is fine */
/* 1 when there is a match anywhere in the text. Needs no memory; any thread. */
int korch__regex_match(const korch__regex *regex, const char *text, size_t length);
/* Work that a match may cost at most, in steps of some nanoseconds. */
size_t korch__regex_cost(const korch__regex *regex, size_t length);

#endif
