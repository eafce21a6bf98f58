/*
 * Webhooks of Canaries. One request of the pull controller is one look at a Canary: words that are
 * asked and have no answer begin a call, words whose call is done get their answer written, calls
 * that nobody asks for any more are given up. A call that is done asks for the next look; it is
 * kept until the answer is stored, so that a conflict loses nothing.
 */
#include "cluster/webhook.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "control/flagger/flagger.h"
#include "control/flagger/hooks.h"
#include "control/pods.h"
#include "http/http.h"
#include <korch/api/core_event.h>
#include <korch/time.h>
#include <stdio.h>
#include <string.h>

/* Calls under way at one time. */
#define CALLS_MAX 1000
/* Before a webhook is tried again. */
#define RETRY_US KORCH_USEC_PER_SEC
#define TIMEOUT_US (10 * KORCH_USEC_PER_SEC)

/* The webhooks of one word, one after the other; or, without a word, one that is told of an event.
 */
typedef struct call {
	struct call *next;
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
} call;

struct korch__webhooks {
	korch_engine *engine;
	korch_loop *loop;
	korch__http *http; /* NULL: a function answers, or nobody */
	korch_webhook_fn fn;
	void *userdata;
	korch_controller *controller;
	call *first;
	size_t n;
	korch_usec since; /* events before are old news */
	int is_stopped;
};

static void call_free(call *c)
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

static void forget(call *gone)
{
	korch__webhooks *webhooks = gone->webhooks;
	for (call **at = &webhooks->first; *at; at = &(*at)->next) {
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
static const korch_flagger_webhook *present_hook(call *c)
{
	const korch_flagger_analysis *analysis = korch_flagger_analysis_of(c->canary);
	for (; analysis && c->hook < analysis->n_webhooks; c->hook++) {
		if (korch__text_equal(type_of(&analysis->webhooks[c->hook]), c->type))
			return &analysis->webhooks[c->hook];
	}
	return NULL;
}

static void finish(call *c, int is_ok)
{
	c->is_done = 1;
	c->is_ok = is_ok;
	c->at = now_of(c->webhooks);
	korch_controller_request(c->webhooks->controller, korch_object_namespace(&c->canary->object),
	                         korch_object_name(&c->canary->object), 0);
}

/* All have to agree; for a rollback one is enough. */
static int is_any(const call *c)
{
	return strcmp(c->type, "rollback") == 0;
}

static void go_on(call *c);

/* One webhook has answered. 1: there is more to be done now. */
static int take(call *c, int is_ok, const char *message)
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
	if (is_ok == is_any(c)) {
		finish(c, is_ok);
		return 0;
	}
	c->hook++;
	return 1;
}

static void on_answer(void *userdata, const korch__http_answer *answer)
{
	call *c = userdata;
	char text[200];
	c->http = NULL;
	if (c->body) { /* told, whatever came of it */
		forget(c);
		return;
	}
	if (answer->status == 0)
		snprintf(text, sizeof(text), "%s", korch__text_or_empty(answer->message));
	else
		snprintf(text, sizeof(text), "HTTP %d %.150s", answer->status,
		         korch__text_or_empty(answer->body));
	/* Flagger's rule */
	if (take(c, answer->status >= 200 && answer->status <= 202, text))
		go_on(c);
}

static korch_usec timeout_of(const korch_flagger_webhook *hook)
{
	int64_t ns = 0;
	if (!hook->timeout || korch_duration_parse(&ns, hook->timeout, NULL) < 0 || ns <= 0)
		return TIMEOUT_US;
	return ns / 1000;
}

static int start_http(call *c, const korch_flagger_webhook *hook, const char *body)
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

static int ask_fn(call *c, const korch_flagger_webhook *hook, const char *body, korch_error **err)
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
static int ask(call *c, const korch_flagger_webhook *hook, int *goes_on)
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

static void go_on(call *c)
{
	int goes_on = 1;
	while (goes_on) {
		const korch_flagger_webhook *hook = present_hook(c);
		if (!hook) {
			finish(c, !is_any(c));
			return;
		}
		if (!ask(c, hook, &goes_on))
			return;
	}
}

static void on_timer(void *userdata)
{
	go_on(userdata);
}

static call *call_new(korch__webhooks *webhooks, const korch_flagger_canary *canary,
                      const char *word)
{
	call *c = webhooks->n < CALLS_MAX ? korch__calloc(1, sizeof(*c)) : NULL;
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

static int is_of(const call *c, const korch_object *canary)
{
	return !c->body &&
	       korch__text_equal(korch_object_uid(&c->canary->object), korch_object_uid(canary));
}

static call *find(const korch__webhooks *webhooks, const korch_object *canary, const char *word)
{
	for (call *c = webhooks->first; c; c = c->next) {
		if (is_of(c, canary) && strcmp(c->word, word) == 0)
			return c;
	}
	return NULL;
}

static int is_asked(const korch_object *canary, const char *word)
{
	char one[KORCH__FLAGGER_WORD_SIZE];
	const char *asked = korch__annotation(canary, KORCH__FLAGGER_ANNOTATION_ASKED);
	while (korch__flagger_next_word(one, &asked)) {
		if (strcmp(one, word) == 0)
			return 1;
	}
	return 0;
}

static void give_up_others(korch__webhooks *webhooks, const korch_object *canary)
{
	for (call *c = webhooks->first, *next; c; c = next) {
		next = c->next;
		if (is_of(c, canary) && !is_asked(canary, c->word))
			forget(c);
	}
}

/* A Canary that is gone. */
static void give_up_all(korch__webhooks *webhooks, const korch_request *request)
{
	for (call *c = webhooks->first, *next; c; c = next) {
		next = c->next;
		if (korch__text_equal(korch_object_name(&c->canary->object), request->key.name) &&
		    korch__text_equal(korch_object_namespace(&c->canary->object), request->key.namespace_))
			forget(c);
	}
}

/* Adds the answer to a word, as far as there is one. */
static int add_answer(char *text, size_t size, korch__webhooks *webhooks,
                      const korch_object *canary, const char *word, korch_plan *plan)
{
	const char *answers = korch__annotation(canary, KORCH__FLAGGER_ANNOTATION_ANSWERED);
	korch__flagger_answer answer = korch__flagger_answer_to(answers, word);
	call *c = find(webhooks, canary, word);
	if (answer.is_there && c)
		forget(c);
	if (!answer.is_there && !c) {
		c = call_new(webhooks, (const korch_flagger_canary *)canary, word);
		if (!c)
			return KORCH_E_NOMEM;
		go_on(c);
	}
	if (!answer.is_there && c->is_done) {
		answer = (korch__flagger_answer){1, c->is_ok, c->at};
		if (!c->is_ok && !is_any(c))
			korch_plan_event(plan, canary, "Warning", "Synced", "%s", c->message);
	}
	size_t n = strlen(text);
	if (answer.is_there)
		snprintf(text + n, size - n, "%s%s=%s@%lld", n > 0 ? " " : "", word,
		         answer.is_ok ? "ok" : "no", (long long)answer.at);
	return 0;
}

static int write_answers(korch_plan *plan, const korch_object *canary, const char *text)
{
	if (korch__text_equal(korch__annotation(canary, KORCH__FLAGGER_ANNOTATION_ANSWERED), text))
		return 0;
	korch_object *edited = korch_object_edit(canary);
	korch_object_meta *meta = edited ? korch_object_edit_meta(edited) : NULL;
	if (!meta || korch_map_set(&meta->annotations, KORCH__FLAGGER_ANNOTATION_ANSWERED,
	                           *text ? text : NULL) < 0) {
		korch_object_unref(edited);
		return KORCH_E_NOMEM;
	}
	return korch_plan_update_status(plan, canary, edited);
}

static int look_at(korch__webhooks *webhooks, const korch_object *canary, korch_plan *plan)
{
	char word[KORCH__FLAGGER_WORD_SIZE];
	char text[2 * KORCH__FLAGGER_WORDS_SIZE] = "";
	const char *asked = korch__annotation(canary, KORCH__FLAGGER_ANNOTATION_ASKED);
	give_up_others(webhooks, canary);
	while (korch__flagger_next_word(word, &asked)) {
		if (add_answer(text, sizeof(text), webhooks, canary, word, plan) < 0)
			return KORCH_E_NOMEM;
	}
	return write_answers(plan, canary, text);
}

static void serve(korch__webhooks *webhooks, const korch_request *request)
{
	korch_plan *plan = NULL;
	const korch_object *canary =
	    korch_view_get(korch_engine_view(webhooks->engine), &korch_flagger_canary_kind,
	                   request->key.namespace_, request->key.name);
	int code = 0;
	if (!canary || korch__is_deleting(canary))
		give_up_all(webhooks, request);
	else if ((code = korch_plan_new(&plan)) == 0)
		code = look_at(webhooks, canary, plan);
	korch_controller_finish(webhooks->controller, request, plan, code);
}

static void on_ready(void *userdata)
{
	korch__webhooks *webhooks = userdata;
	korch_request request;
	while (!webhooks->is_stopped && korch_controller_next(webhooks->controller, &request) == 1)
		serve(webhooks, &request);
}

static int concerns(void *userdata, const korch_object *previous, const korch_object *object)
{
	const char *const keys[] = {KORCH__FLAGGER_ANNOTATION_ASKED,
	                            KORCH__FLAGGER_ANNOTATION_ANSWERED};
	if (!previous || !object || korch__is_deleting(object))
		return 1;
	for (size_t i = 0; i < KORCH_COUNT(keys); i++) {
		if (!korch__text_equal(korch__annotation(previous, keys[i]),
		                       korch__annotation(object, keys[i])))
			return 1;
	}
	return 0;
}

/* Tells one webhook of an event; nobody waits for what it says. */
static void tell(korch__webhooks *webhooks, const korch_flagger_canary *canary,
                 const korch_flagger_webhook *hook, const korch_event *event)
{
	call *c = call_new(webhooks, canary, "event:");
	if (!c)
		return;
	c->body =
	    korch__webhook_event_body(canary, hook, event->type, event->message, event->last_timestamp);
	if (c->body && webhooks->fn)
		ask_fn(c, hook, c->body, NULL);
	if (!c->body || webhooks->fn || start_http(c, hook, c->body) < 0)
		forget(c);
}

static void on_change(void *userdata, const korch_change *change)
{
	korch__webhooks *webhooks = userdata;
	if (webhooks->is_stopped || !change->object || change->object->kind != &korch_event_kind)
		return;
	const korch_event *event = (const korch_event *)change->object;
	const korch_object_reference *about = event->involved_object;
	if (!about || !korch__text_equal(about->kind, "Canary") ||
	    event->last_timestamp < webhooks->since)
		return;
	const korch_flagger_canary *canary = (const korch_flagger_canary *)korch_view_get(
	    korch_engine_view(webhooks->engine), &korch_flagger_canary_kind, about->namespace_,
	    about->name);
	const korch_flagger_analysis *analysis = korch_flagger_analysis_of(canary);
	for (size_t i = 0; analysis && i < analysis->n_webhooks; i++) {
		if (korch__text_equal(analysis->webhooks[i].type, "event"))
			tell(webhooks, canary, &analysis->webhooks[i], event);
	}
}

int korch__webhooks_new(korch__webhooks **out, korch_engine *engine, korch_loop *loop,
                        korch_webhook_fn fn, void *userdata)
{
	korch__webhooks *webhooks = korch__calloc(1, sizeof(*webhooks));
	if (!webhooks)
		return KORCH_E_NOMEM;
	*out = webhooks;
	webhooks->engine = engine;
	webhooks->loop = loop;
	webhooks->fn = fn;
	webhooks->userdata = userdata;
	webhooks->since = korch_loop_now(loop);
	int code = fn || korch_loop_is_virtual(loop) ? 0 : korch__http_new(&webhooks->http, loop);
	const korch_controller_spec spec = {
	    .size = sizeof(spec),
	    .name = "canary-webhooks",
	    .kind = &korch_flagger_canary_kind,
	    .concerns = concerns,
	};
	if (code == 0)
		code = korch_engine_add(&webhooks->controller, engine, &spec, NULL);
	if (code == 0)
		code = korch_engine_observe(engine, on_change, webhooks, NULL);
	if (code == 0)
		korch_controller_on_ready(webhooks->controller, on_ready, webhooks);
	return code;
}

void korch__webhooks_stop(korch__webhooks *webhooks)
{
	if (!webhooks)
		return;
	webhooks->is_stopped = 1;
	while (webhooks->first)
		forget(webhooks->first);
	korch__http_free(KORCH_STEAL(webhooks->http));
}

void korch__webhooks_free(korch__webhooks *webhooks)
{
	korch__webhooks_stop(webhooks);
	korch__free(webhooks);
}
