/*
 * Tokens by which a list goes on: "1:REVISION:OBJECTS BEHIND:KEY", where KEY is the text of the
 * last key that was given.
 */
#ifndef KORCH_STORE_LIST_TOKEN_H
#define KORCH_STORE_LIST_TOKEN_H

#include "store/key.h"

typedef struct korch_list_token {
	uint64_t revision;
	size_t remaining;
	korch_key_copy after; /* the key to go on behind */
} korch_list_token;

/* KORCH_E_INVALID when it is none of ours or of another query; KORCH_E_NOMEM. */
int korch__list_token_read(korch_list_token *out, const korch_list_query *query, const char *token);
void korch__list_token_fini(korch_list_token *token);
/* The text, of korch__free(); NULL when memory is short. */
char *korch__list_token_write(uint64_t revision, size_t remaining, const korch_key *last);

#endif
