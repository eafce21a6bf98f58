/* Allocation for the whole library: one door, so that tests can let any single allocation fail. */
#ifndef KORCH_BASE_ALLOC_H
#define KORCH_BASE_ALLOC_H

#include <stddef.h>
#include <stdint.h>

void *korch__alloc(size_t size);                                 /* not zeroed */
void *korch__calloc(size_t n, size_t size);                      /* zeroed; NULL on overflow */
void *korch__realloc_array(void *memory, size_t n, size_t size); /* NULL on overflow; memory stays
                                                                    valid then */
void korch__free(void *memory);
char *korch__strdup(const char *text);            /* NULL for NULL */
char *korch__strndup(const char *text, size_t n); /* always terminated */
char *korch__sprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Tests only: lets the n-th allocation from now on this thread fail (1 = the next); 0 = none. */
void korch__alloc_fail_at(uint64_t n);
/* Tests only: allocations since the last korch__alloc_fail_at() on this thread. */
uint64_t korch__alloc_count(void);

#endif
