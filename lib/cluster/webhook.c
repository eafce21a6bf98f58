/*
 * Webhooks of Canaries. One request of the pull controller is one look at a Canary: words that are
 * asked and have no answer begin a call, words whose call is done get their answer written, calls
 * that nobody asks for any more are given up. A call that is done asks for the next look; it is
 * kept until the answer is stored, so that a conflict loses nothing.
 */
#include "cluster/webhook_call.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "control/flagger/flagger.h"
#include "control/pods.h"
#include <stdio.h>
#include <string.h>

static int is_of(const korch__webhook_call *c, const korch_object *canary)
{
	return !c->body &&
	       korch__text_equal(korch_object_uid(&c->canary->object), korch_object_uid(canary));
}

static korch__webhook_call *find(const korch__webhooks *webhooks, const korch_object *canary,
                                 const char *word)
{
	for (korch__webhook_call *c = webhooks->first; c; c = c->next) {
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
	for (korch__webhook_call *c = webhooks->first, *next; c; c = next) {
		next = c->next;
		if (is_of(c, canary) && !is_asked(canary, c->word))
			korch__webhook_call_forget(c);
	}
}

/* A Canary that is gone. */
static void give_up_all(korch__webhooks *webhooks, const korch_request *request)
{
	for (korch__webhook_call *c = webhooks->first, *next; c; c = next) {
		next = c->next;
		if (korch__text_equal(korch_object_name(&c->canary->object), request->key.name) &&
		    korch__text_equal(korch_object_namespace(&c->canary->object), request->key.namespace_))
			korch__webhook_call_forget(c);
	}
}

/* Adds the answer to a word, as far as there is one. */
static int add_answer(char *text, size_t size, korch__webhooks *webhooks,
                      const korch_object *canary, const char *word, korch_plan *plan)
{
	const char *answers = korch__annotation(canary, KORCH__FLAGGER_ANNOTATION_ANSWERED);
	korch__flagger_answer answer = korch__flagger_answer_to(answers, word);
	korch__webhook_call *c = find(webhooks, canary, word);
	if (answer.is_there && c)
		korch__webhook_call_forget(c);
	if (!answer.is_there && !c) {
		c = korch__webhook_call_new(webhooks, (const korch_flagger_canary *)canary, word);
		if (!c)
			return KORCH_E_NOMEM;
		korch__webhook_call_go_on(c);
	}
	if (!answer.is_there && c->is_done) {
		answer = (korch__flagger_answer){1, c->is_ok, c->at};
		if (!c->is_ok && !korch__webhook_call_is_any(c))
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
			korch__webhook_tell(webhooks, canary, &analysis->webhooks[i], event);
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
		korch__webhook_call_forget(webhooks->first);
	korch__http_free(KORCH_STEAL(webhooks->http));
}

void korch__webhooks_free(korch__webhooks *webhooks)
{
	korch__webhooks_stop(webhooks);
	korch__free(webhooks);
}
