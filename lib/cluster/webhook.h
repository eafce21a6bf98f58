/*
 * Webhooks of Canaries: those that the decider wants are called by HTTP, or by a function of the
 * host program, and what they say is written beside the question (control/flagger/hooks.h). Which
 * ones are called when, and what the answers mean, is decided in lib/control/flagger.
 */
#ifndef KORCH_CLUSTER_WEBHOOK_H
#define KORCH_CLUSTER_WEBHOOK_H

#include <korch/api/flagger.h>
#include <korch/engine.h>
#include <korch/webhook.h>

typedef struct korch__webhooks korch__webhooks;

/* Adds the controller to the engine. fn NULL: HTTP, on a real loop. 0 or negative; *out is to be
 * freed in any case (NULL when there was no memory for it). */
int korch__webhooks_new(korch__webhooks **out, korch_engine *engine, korch_loop *loop,
                        korch_webhook_fn fn, void *userdata);
/* Gives up what is under way; after the engine was stopped. NULL is fine. */
void korch__webhooks_stop(korch__webhooks *webhooks);
/* After the engine was freed. NULL is fine. */
void korch__webhooks_free(korch__webhooks *webhooks);

/* What a webhook of a Canary is sent, freed with korch__free(); NULL: no memory. checksum: of the
 * revision that is judged. webhook_body.c */
char *korch__webhook_body(const korch_flagger_canary *canary, const korch_flagger_webhook *hook,
                          const char *checksum);
/* The same for something that happened. */
char *korch__webhook_event_body(const korch_flagger_canary *canary,
                                const korch_flagger_webhook *hook, const char *type,
                                const char *message, korch_usec at);

#endif
