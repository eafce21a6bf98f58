/*
 * Secrets out of a text before the reader of YAML sees it: the value of each key `secret` that is
 * plain base64 on the line of its key is replaced by "korch:key:N", which is no base64, and stays
 * where it is in locked memory. The reader and its tree then hold no key.
 */
#ifndef KORCH_SEAL_MASK_H
#define KORCH_SEAL_MASK_H

#include "base/buf.h"
#include "base/vec.h"
#include "seal/cipher.h"

typedef struct korch__mask {
	KORCH_VEC(korch__span) secrets; /* borrowed from the text */
	korch_buf text;                 /* masked */
} korch__mask;

/* 0, KORCH_E_NOMEM, KORCH_E_LIMIT, KORCH_E_INVALID (the text itself has "korch:key:"). */
int korch__mask_init(korch__mask *mask, korch__span text);
void korch__mask_fini(korch__mask *mask);
/* What a value stands for; data is NULL when it is no mask. */
korch__span korch__mask_find(const korch__mask *mask, const char *value);

/* 1 when a text that was read holds a mask somewhere. */
int korch__mask_is_in(const char *text);

#endif
