/* Calling webhooks one after the other, by HTTP or by a function of the host program. */
#include "cluster/webhook_call.h"

#include "base/cleanup.h"
#include "base/text.h"
#include <korch/strategy/flagger.h>
#include <korch/time.h>
#include <stdio.h>
#include <string.h>

/* Calls under way at one time. */
#define CALLS_MAX 1000
/* Before a webhook is tried again. */
#define RETRY_US KORCH_USEC_PER_SEC
#define TIMEOUT_US (10 * KORCH_USEC_PER_SEC)

static void call_free(korch__webhook_call *c)
{
	if (!c)
		return;
	if (c->http)
		korch__http_cancel(c->http);
	korch_timer_free(c->timer);
	korch_object_unref((korch_object *)c->canary);
	korch__free(c->body);
	korch__free(c);
}

void korch__webhook_call_forget(korch__webhook_call *gone)
{
	korch__webhooks *webhooks = gone->webhooks;
	for (korch__webhook_call **at = &webhooks->first; *at; at = &(*at)->next) {
		if (*at == gone) {
			*at = gone->next;
			webhooks->n--;
			call_free(gone);
			return;
		}
	}
}

static korch_usec now_of(const korch__webhooks *webhooks)
{
	return korch_view_now(korch_engine_view(webhooks->engine));
}

static const char *type_of(const korch_flagger_webhook *hook)
{
	return hook->type && *hook->type ? hook->type : "rollout";
}

/* The webhook that is asked now, or the next one of the type; NULL: there is no further one. */
static const korch_flagger_webhook *present_hook(korch__webhook_call *c)
{
	const korch_flagger_analysis *analysis = korch_flagger_analysis_of(c->canary);
	for (; analysis && c->hook < analysis->n_webhooks; c->hook++) {
		if (korch__text_equal(type_of(&analysis->webhooks[c->hook]), c->type))
			return &analysis->webhooks[c->hook];
	}
	return NULL;
}

static void finish(korch__webhook_call *c, int is_ok)
{
	c->is_done = 1;
	c->is_ok = is_ok;
	c->at = now_of(c->webhooks);
	korch_controller_request(c->webhooks->controller, korch_object_namespace(&c->canary->object),
	                         korch_object_name(&c->canary->object), 0);
}

int korch__webhook_call_is_any(const korch__webhook_call *c)
{
	return strcmp(c->type, "rollback") == 0;
}

/* One webhook has answered. 1: there is more to be done now. */
static int take(korch__webhook_call *c, int is_ok, const char *message)
{
	const korch_flagger_webhook *hook = present_hook(c);
	if (!is_ok && hook && c->tries < hook->retries) {
		c->tries++;
		korch_timer_set(c->timer, korch_loop_now(c->webhooks->loop) + RETRY_US);
		return 0;
	}
	c->tries = 0;
	if (!is_ok)
		snprintf(c->message, sizeof(c->message), "webhook %s (%s): %s",
		         hook ? korch__text_or_empty(hook->name) : "", c->type, message);
	if (is_ok == korch__webhook_call_is_any(c)) {
		finish(c, is_ok);
		return 0;
	}
	c->hook++;
	return 1;
}

static void on_answer(void *userdata, const korch__http_answer *answer)
{
	korch__webhook_call *c = userdata;
	char text[200];
	c->http = NULL;
	if (c->body) { /* told, whatever came of it */
		korch__webhook_call_forget(c);
		return;
	}
	if (answer->status == 0)
		snprintf(text, sizeof(text), "%s", korch__text_or_empty(answer->message));
	else
		snprintf(text, sizeof(text), "HTTP %d %.150s", answer->status,
		         korch__text_or_empty(answer->body));
	/* Flagger's rule */
	if (take(c, answer->status >= 200 && answer->status <= 202, text))
		korch__webhook_call_go_on(c);
}

static korch_usec timeout_of(const korch_flagger_webhook *hook)
{
	int64_t ns = 0;
	if (!hook->timeout || korch_duration_parse(&ns, hook->timeout, NULL) < 0 || ns <= 0)
		return TIMEOUT_US;
	return ns / 1000;
}

static int start_http(korch__webhook_call *c, const korch_flagger_webhook *hook, const char *body)
{
	static const char *const headers[] = {"Content-Type: application/json"};
	const korch__http_request request = {
	    .url = korch__text_or_empty(hook->url),
	    .headers = headers,
	    .n_headers = 1,
	    .body = body,
	    .body_length = strlen(body),
	    .timeout_us = timeout_of(hook),
	    .answer_max = 1024,
	    .verify = !hook->disable_tls,
	};
	if (!c->webhooks->http)
		return KORCH_E_UNSUPPORTED;
	return korch__http_start(&c->http, c->webhooks->http, &request, on_answer, c);
}

static int ask_fn(korch__webhook_call *c, const korch_flagger_webhook *hook, const char *body,
                  korch_error **err)
{
	const korch_webhook_call question = {
	    .size = sizeof(question),
	    .namespace_ = korch_object_namespace(&c->canary->object),
	    .canary = korch_object_name(&c->canary->object),
	    .type = c->type,
	    .name = korch__text_or_empty(hook->name),
	    .url = korch__text_or_empty(hook->url),
	    .body = body,
	};
	return c->webhooks->fn(c->webhooks->userdata, &question, err);
}

/* Asks one webhook: 1 it has answered already (take() was told), 0 it will. */
static int ask(korch__webhook_call *c, const korch_flagger_webhook *hook, int *goes_on)
{
	char checksum[64];
	const char *which = strchr(c->word, ':');
	_cleanup_error_ korch_error *problem = NULL;
	snprintf(checksum, sizeof(checksum), "%.*s", (int)strcspn(which ? which + 1 : "", "."),
	         which ? which + 1 : "");
	_cleanup_free_ char *body = korch__webhook_body(c->canary, hook, checksum);
	int code = body ? 0 : KORCH_E_NOMEM;
	if (code == 0 && !c->webhooks->fn) {
		code = start_http(c, hook, body);
		if (code == 0)
			return 0;
	} else if (code == 0) {
		code = ask_fn(c, hook, body, &problem);
	}
	*goes_on = take(c, code == 0, problem ? korch_error_message(problem) : korch_code_text(code));
	return 1;
}

void korch__webhook_call_go_on(korch__webhook_call *c)
{
	int goes_on = 1;
	while (goes_on) {
		const korch_flagger_webhook *hook = present_hook(c);
		if (!hook) {
			finish(c, !korch__webhook_call_is_any(c));
			return;
		}
		if (!ask(c, hook, &goes_on))
			return;
	}
}

static void on_timer(void *userdata)
{
	korch__webhook_call_go_on(userdata);
}

korch__webhook_call *korch__webhook_call_new(korch__webhooks *webhooks,
                                             const korch_flagger_canary *canary, const char *word)
{
	korch__webhook_call *c = webhooks->n < CALLS_MAX ? korch__calloc(1, sizeof(*c)) : NULL;
	if (!c)
		return NULL;
	c->webhooks = webhooks;
	c->canary = (korch_flagger_canary *)korch_object_ref(&canary->object);
	snprintf(c->word, sizeof(c->word), "%s", word);
	snprintf(c->type, sizeof(c->type), "%.*s", (int)strcspn(word, ":"), word);
	if (korch_timer_new(&c->timer, webhooks->loop, on_timer, c) < 0) {
		call_free(c);
		return NULL;
	}
	c->next = webhooks->first;
	webhooks->first = c;
	webhooks->n++;
	return c;
}

void korch__webhook_tell(korch__webhooks *webhooks, const korch_flagger_canary *canary,
                         const korch_flagger_webhook *hook, const korch_event *event)
{
	korch__webhook_call *c = korch__webhook_call_new(webhooks, canary, "event:");
	if (!c)
		return;
	c->body =
	    korch__webhook_event_body(canary, hook, event->type, event->message, event->last_timestamp);
	if (c->body && webhooks->fn)
		ask_fn(c, hook, c->body, NULL);
	if (!c->body || webhooks->fn || start_http(c, hook, c->body) < 0)
		korch__webhook_call_forget(c);
}
