/*
 * Webhooks as words. The decider writes the ones that it wants to be called into an annotation,
 * "TYPE:WHICH" with a space between; whoever calls them (lib/cluster/webhook.c) writes what became
 * of each into another, "TYPE:WHICH=ok@MICROSECONDS" or "=no@…". A word is called once, however
 * often anybody looks; who wants to ask again takes another word.
 */
#ifndef KORCH_CONTROL_FLAGGER_HOOKS_H
#define KORCH_CONTROL_FLAGGER_HOOKS_H

#include <korch/loop.h>
#include <stddef.h>

enum { KORCH__FLAGGER_WORD_SIZE = 128, KORCH__FLAGGER_WORDS_SIZE = 512 };

typedef struct korch__flagger_answer {
	int is_there;
	int is_ok;
	korch_usec at;
} korch__flagger_answer;

/* The next word of a text, copied to `word`; *text moves on. 1, or 0 at the end. */
int korch__flagger_next_word(char word[KORCH__FLAGGER_WORD_SIZE], const char **text);
/* What the answers say about a word. */
korch__flagger_answer korch__flagger_answer_to(const char *answers, const char *word);

#endif
