/*
 * Shares equal values between the statuses of pods: a small table from a description (bytes) to a
 * block. It may forget anything at any time, so it never grows; what it holds on to is at most one
 * block for each slot.
 */
#ifndef KORCH_AGENT_INTERN_H
#define KORCH_AGENT_INTERN_H

#include <korch/struct.h>

typedef struct korch__intern korch__intern;

int korch__intern_new(korch__intern **out);
void korch__intern_free(korch__intern *intern); /* NULL is fine */
/* The block of a description with a new reference, or NULL. NULL for intern NULL. */
void *korch__intern_get(korch__intern *intern, const void *key, size_t length);
/* Remembers a block (struct, array or map; referenced). Forgets rather than fails. */
void korch__intern_put(korch__intern *intern, const void *key, size_t length, const void *block);
/* A block string of the text, with a new reference; NULL without memory. Short texts are shared. */
const char *korch__intern_string(korch__intern *intern, const char *text);

#endif
