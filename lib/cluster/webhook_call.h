/*
 * Calls of webhooks under way: what the files of webhooks share. A call asks the webhooks of one
 * word one after the other, and asks for the next look at its Canary when it is done.
 */
#ifndef KORCH_CLUSTER_WEBHOOK_CALL_H
#define KORCH_CLUSTER_WEBHOOK_CALL_H

#include "cluster/webhook.h"
#include "control/flagger/hooks.h"
#include "http/http.h"
#include <korch/api/core_event.h>

/* The webhooks of one word, one after the other; or, without a word, one that is told of an event.
 */
typedef struct korch__webhook_call {
	struct korch__webhook_call *next;
	korch__webhooks *webhooks;
	korch_flagger_canary *canary; /* as it was when the call began */
	char word[KORCH__FLAGGER_WORD_SIZE];
	char type[32];
	size_t hook; /* which one is asked */
	int tries;
	char *body; /* of an event */
	korch__http_call *http;
	korch_timer *timer; /* until the next try */
	int is_done, is_ok;
	korch_usec at;
	char message[256]; /* why not */
} korch__webhook_call;

struct korch__webhooks {
	korch_engine *engine;
	korch_loop *loop;
	korch__http *http; /* NULL: a function answers, or nobody */
	korch_webhook_fn fn;
	void *userdata;
	korch_controller *controller;
	korch__webhook_call *first;
	size_t n;
	korch_usec since; /* events before are old news */
	int is_stopped;
};

/* A call that has not begun; NULL: too many, or no memory. */
korch__webhook_call *korch__webhook_call_new(korch__webhooks *webhooks,
                                             const korch_flagger_canary *canary, const char *word);
/* Asks the next webhook. */
void korch__webhook_call_go_on(korch__webhook_call *c);
/* Gives a call up. */
void korch__webhook_call_forget(korch__webhook_call *gone);
/* All have to agree; for a rollback one is enough. */
int korch__webhook_call_is_any(const korch__webhook_call *c);
/* Tells one webhook of an event; nobody waits for what it says. */
void korch__webhook_tell(korch__webhooks *webhooks, const korch_flagger_canary *canary,
                         const korch_flagger_webhook *hook, const korch_event *event);

#endif
