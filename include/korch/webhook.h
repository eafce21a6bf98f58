/*
 * Webhooks of Flagger's Canaries: what is asked, and a function of the host program that answers in
 * place of HTTP.
 */
#ifndef KORCH_WEBHOOK_H
#define KORCH_WEBHOOK_H

#include <korch/error.h>
#include <stddef.h>
#include <stdint.h>

KORCH_BEGIN_DECLS

/** @file webhook.h Answering webhooks in the program itself. */

/** A webhook that is called. All pointers are borrowed for the call. */
typedef struct korch_webhook_call {
	size_t size;            /**< sizeof(korch_webhook_call) */
	const char *namespace_; /**< of the Canary */
	const char *canary;     /**< name of the Canary */
	const char *type;       /**< "confirm-rollout", "pre-rollout", "rollout", "event" … */
	const char *name;       /**< of the webhook */
	const char *url;        /**< where HTTP would have gone */
	const char *body;       /**< Flagger's payload, a JSON object */
} korch_webhook_call;

/**
 * Answers a webhook; from the loop's thread, and soon: everything else waits meanwhile. May be
 * called again for the same question (retries, an answer that could not be stored).
 * @param err why not, for the event that tells of it.
 * @return 0: yes (HTTP 200); negative: no. @since 0.1
 */
typedef int (*korch_webhook_fn)(void *userdata, const korch_webhook_call *call, korch_error **err);

KORCH_END_DECLS

#endif
