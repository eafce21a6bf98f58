/* What a Canary remembers from plan to plan, in and out of one annotation. */
#include "base/text.h"
#include "control/deployment/deployment.h"
#include "control/flagger/hand.h"
#include "control/note.h"
#include "control/pods.h"
#include <stdio.h>

/* Steps that differ in anything but the weight that the primary's update needs: that one follows
 * its size. */
static unsigned hash_steps(const korch_strategy *strategy)
{
	uint64_t hash = 14695981039346656037u;
	for (size_t i = 0; i < strategy->n_steps; i++) {
		const korch_strategy_step *s = &strategy->steps[i];
		if (s->type == KORCH_STRATEGY_SET_WEIGHT && s->origin != 0)
			continue;
		const int64_t parts[] = {s->type, s->weight, s->duration_us, s->removes};
		for (size_t j = 0; j < sizeof(parts) / sizeof(parts[0]); j++)
			hash = (hash ^ (uint64_t)parts[j]) * 1099511628211u;
		for (const char *c = korch__text_or_empty(s->name); *c; c++)
			hash = (hash ^ (unsigned char)*c) * 1099511628211u;
	}
	return (unsigned)(hash ^ hash >> 32);
}

static void read_ids(korch__flagger_hand *h, korch_strategy_state *out, const char *text)
{
	korch__note_text(h->stable, sizeof(h->stable), text, "stable");
	korch__note_text(h->current, sizeof(h->current), text, "current");
	h->is_known = h->stable[0] != '\0';
	out->stable = h->stable[0] ? h->stable : NULL;
	out->current = h->current[0] ? h->current : NULL;
}

/* The target's size is ours, but a manifest that is applied again may have one, too: it is what the
 * primary gets when nothing is judged. */
static void read_wish(korch__flagger_hand *h, const char *text)
{
	int32_t replicas = korch__deployment_replicas(h->input->target);
	h->told = (int32_t)korch__note_number(text, "told");
	h->wish = (int32_t)korch__note_number(text, "wish");
	if (h->is_known && replicas > 0 && replicas != h->told)
		h->wish = replicas;
}

void korch__flagger_state_read(korch__flagger_hand *h)
{
	korch_strategy_state *out = &h->observed.state;
	korch_usec now = h->input->now;
	const char *text = korch__annotation(&h->canary->object, KORCH__FLAGGER_ANNOTATION_STATE);
	*out = (korch_strategy_state){0};
	read_ids(h, out, text);
	out->step = (int32_t)korch__note_number(text, "step");
	out->aborted = korch__note_number(text, "aborted") != 0;
	out->aborted_us = korch__note_time(text, "abortedAt", now);
	out->checks_failed = (uint32_t)korch__note_number(text, "checksFailed");
	out->attempt = (uint32_t)korch__note_number(text, "attempt");
	out->reason = (int32_t)korch__note_number(text, "reason");
	out->timed_out = korch__note_number(text, "timedOut") != 0;
	out->stale = (uint32_t)korch__note_number(text, "stale");
	out->replicas = (int32_t)korch__note_number(text, "replicas");
	out->step_since_us = korch__note_time(text, "stepSince", now);
	out->progress_us = korch__note_time(text, "progress", now);
	out->progress_mark = (uint64_t)korch__note_number(text, "mark");
	if (out->step < 0)
		out->step = 0;
	read_wish(h, text);
	h->observed.steps_changed =
	    h->is_known && korch__note_number(text, "steps") != (int64_t)hash_steps(&h->strategy) &&
	    korch__text_equal(h->stable, KORCH__FLAGGER_PRIMARY) &&
	    !korch__text_equal(h->current, KORCH__FLAGGER_PRIMARY);
}

int korch__flagger_state_write(korch__flagger_hand *h, const korch_strategy_state *state)
{
	char text[600];
	snprintf(text, sizeof(text),
	         "{\"stable\":\"%s\",\"current\":\"%s\",\"step\":%d,\"aborted\":%d,\"abortedAt\":%lld,"
	         "\"checksFailed\":%u,\"attempt\":%u,\"reason\":%d,\"timedOut\":%d,\"stale\":%u,"
	         "\"replicas\":%d,\"stepSince\":%lld,\"progress\":%lld,\"mark\":%lld,\"steps\":%u,"
	         "\"told\":%d,\"wish\":%d}",
	         korch__text_or_empty(state->stable), korch__text_or_empty(state->current), state->step,
	         state->aborted, (long long)state->aborted_us, state->checks_failed, state->attempt,
	         state->reason, state->timed_out, state->stale, state->replicas,
	         (long long)state->step_since_us, (long long)state->progress_us,
	         (long long)state->progress_mark, hash_steps(&h->strategy), h->told, h->wish);
	return korch__flagger_annotate(h, KORCH__FLAGGER_ANNOTATION_STATE, text);
}
