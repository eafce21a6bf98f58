/*
 * Why preemption finds nothing, in kube-scheduler's words (pkg/scheduler/framework/preemption and
 * plugins/defaultpreemption): what each node would say if all less important pods left it.
 */
#include "base/cleanup.h"
#include "scheduler/explain/sentence.h"
#include "scheduler/explain/tally.h"
#include "scheduler/preempt/preempt.h"
#include "scheduler/preempt/prospects.h"
#include <korch/scheduler/preempt.h>
#include <string.h>

#define PREFIX "preemption: "

/* What was said of a class, and when: it holds until one of these is another. */
struct sched_preempt_words {
	char *text;
	uint64_t stamps[5];
};

void korch__preempt_words_free(sched_class *c)
{
	struct sched_preempt_words *words = KORCH_STEAL(c->words);
	if (!words)
		return;
	korch__free(words->text);
	korch__free(words);
}

static void stamp(uint64_t out[5], const korch_scheduler *s)
{
	const uint64_t now[5] = {s->touched.end, s->changed.end, s->generation, s->budget_generation,
	                         s->topology_version};
	memcpy(out, now, sizeof(now));
}

/* The reasons so far. */
typedef struct counting {
	KORCH_VEC(sched_counted) items; /* texts are owned */
	int failed;
} counting;

static void counting_fini(counting *of)
{
	for (size_t i = 0; i < of->items.n; i++)
		korch__free((char *)(uintptr_t)of->items.items[i].text);
	korch__vec_fini(&of->items);
}

static void note(void *userdata, const char *text)
{
	counting *of = userdata;
	size_t i = 0;
	if (of->items.n == SCHED_REASONS_MAX - 1)
		text = "node(s) had other reasons";
	while (i < of->items.n && strcmp(of->items.items[i].text, text) != 0)
		i++;
	if (i == of->items.n) {
		const sched_counted one = {.text = korch__strdup(text)};
		if (!one.text || korch__vec_push(&of->items, one) < 0) {
			korch__free((char *)(uintptr_t)one.text);
			of->failed = 1;
			return;
		}
	}
	of->items.items[i].n++;
}

/* All less important pods of a slot hide, or show themselves again. */
static void hide_lower(korch_scheduler *s, const sched_slot *slot, int32_t priority, int hide)
{
	for (size_t i = 0; i < slot->pods.n; i++) {
		sched_pod *pod = slot->pods.items[i];
		if (pod->shape->priority >= priority || pod->hidden == hide)
			continue;
		if (hide)
			korch__pod_hide(s, pod);
		else
			korch__pod_show(s, pod);
	}
}

static void note_slot(counting *of, korch_scheduler *s, const sched_class *c, uint32_t index,
                      int32_t *key)
{
	const sched_slot *slot = s->slots.items[index];
	const sched_lowest *lowest = &s->preempt->lowests.of[index];
	sched_why why;
	korch__why_find(&why, s, c, index, key);
	if (!korch__reason_is_resolvable(s, c, index, why.reason)) {
		note(of, "Preemption is not helpful for scheduling");
	} else if (lowest->n == 0 || lowest->priority >= c->shape->priority) {
		note(of, "No preemption victims found for incoming pod");
	} else {
		hide_lower(s, slot, c->shape->priority, 1);
		korch__verdict(s, c, index, key, note, of);
		hide_lower(s, slot, c->shape->priority, 0);
	}
}

static char *say(korch_scheduler *s, const sched_class *c)
{
	_cleanup_(counting_fini) counting of = {0};
	_cleanup_free_ int32_t *key = korch__calloc(c->layout.dims.n + 1, sizeof(*key));
	if (!key || korch__lowests_refresh(s, &s->preempt->lowests) < 0)
		return NULL;
	for (uint32_t i = 0; i < s->slots.n; i++)
		if (s->slots.items[i]->node)
			note_slot(&of, s, c, i, key);
	_cleanup_free_ char *sentence =
	    of.failed ? NULL : korch__sentence_join(s, of.items.items, of.items.n);
	return sentence ? korch__sprintf(PREFIX "%s", sentence) : NULL;
}

static int say_once(const char **out, korch_scheduler *s, sched_class *c)
{
	uint64_t now[5];
	if (!c->words && !(c->words = korch__calloc(1, sizeof(*c->words))))
		return KORCH_E_NOMEM;
	stamp(now, s);
	if (!c->words->text || memcmp(now, c->words->stamps, sizeof(now)) != 0) {
		korch__free(KORCH_STEAL(c->words->text));
		c->words->text = say(s, c);
		if (!c->words->text)
			return KORCH_E_NOMEM;
		stamp(c->words->stamps, s);
	}
	*out = c->words->text;
	return 0;
}

static int why(const char **out, korch_scheduler *s, sched_class *c, const korch_pod *pod,
               const sched_nomination *own)
{
	int code = korch__preempt_prepare(s, c);
	if (code == 0)
		code = korch__preempt_may_try(s, c, pod, own);
	if (code != 0)
		return code < 0 ? code : say_once(out, s, c);
	*out = PREFIX "not eligible due to a terminating pod on the nominated node.";
	return 1;
}

int korch_scheduler_preempt_why(const char **out, korch_scheduler *s, const korch_pod *pod,
                                korch_error **err)
{
	if (!out || !s)
		return korch_error_set(err, KORCH_E_INVALID, "no scheduler or no place for the reason");
	sched_class *c = NULL;
	int code = korch__class_of(&c, s, pod, err);
	if (code < 0)
		return code;
	*out = "";
	if (c->profile->no_preemption || c->shape->gated || s->n_nodes == 0)
		return 0;
	if (c->shape->never_preempts) {
		*out = PREFIX "not eligible due to preemptionPolicy=Never.";
		return 1;
	}
	sched_nomination *own = korch__nomination_suspend(s, pod);
	code = why(out, s, c, pod, own);
	korch__nomination_resume(s, own);
	return code < 0 ? korch_error_set(err, code, "out of memory") : code;
}
