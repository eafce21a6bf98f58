/*
 * Allocation: malloc behind one door, with a per-thread counter that tests use to let one call
 * fail.
 */
#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local uint64_t count;
static _Thread_local uint64_t fail_at;

/* Counts one allocation; 1 when this is the one that has to fail. */
static int must_fail(void)
{
	count++;
	return fail_at != 0 && count == fail_at;
}

/* No object may be larger than what a pointer difference can tell. */
static int fits(size_t *total, size_t n, size_t size)
{
	return !__builtin_mul_overflow(n, size, total) && *total <= PTRDIFF_MAX;
}

void *korch__alloc(size_t size)
{
	if (must_fail() || size > PTRDIFF_MAX)
		return NULL;
	return malloc(size ? size : 1);
}

void *korch__calloc(size_t n, size_t size)
{
	size_t total;
	if (must_fail() || !fits(&total, n, size))
		return NULL;
	return calloc(1, total ? total : 1);
}

void *korch__realloc_array(void *memory, size_t n, size_t size)
{
	size_t total;
	if (must_fail() || !fits(&total, n, size))
		return NULL;
	return realloc(memory, total ? total : 1);
}

void korch__free(void *memory)
{
	free(memory);
}

char *korch__strdup(const char *text)
{
	return text ? korch__strndup(text, strlen(text)) : NULL;
}

char *korch__strndup(const char *text, size_t n)
{
	if (!text)
		return NULL;
	n = strnlen(text, n);
	char *copy = korch__alloc(n + 1);
	if (!copy)
		return NULL;
	memcpy(copy, text, n);
	copy[n] = '\0';
	return copy;
}

char *korch__sprintf(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		return NULL;
	char *text = korch__alloc((size_t)len + 1);
	if (!text)
		return NULL;
	va_start(args, format);
	vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return text;
}

void korch__alloc_fail_at(uint64_t n)
{
	count = 0;
	fail_at = n;
}

uint64_t korch__alloc_count(void)
{
	return count;
}
