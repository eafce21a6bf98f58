/* The webhooks of a Canary: which are to be called now, and what their answers mean. */
#include "control/flagger/hooks.h"
#include "base/text.h"
#include "control/flagger/hand.h"
#include "control/pods.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int korch__flagger_next_word(char word[KORCH__FLAGGER_WORD_SIZE], const char **text)
{
	const char *at = korch__text_or_empty(*text);
	at += strspn(at, " ");
	size_t n = strcspn(at, " ");
	*text = at + n;
	if (n == 0)
		return 0;
	n = n < KORCH__FLAGGER_WORD_SIZE ? n : KORCH__FLAGGER_WORD_SIZE - 1;
	memcpy(word, at, n);
	word[n] = '\0';
	return 1;
}

korch__flagger_answer korch__flagger_answer_to(const char *answers, const char *word)
{
	char one[KORCH__FLAGGER_WORD_SIZE];
	size_t n = strlen(word);
	while (korch__flagger_next_word(one, &answers)) {
		char *at = strchr(one, '@');
		if (strncmp(one, word, n) != 0 || one[n] != '=' || !at)
			continue;
		return (korch__flagger_answer){
		    .is_there = 1,
		    .is_ok = strncmp(one + n + 1, "ok@", 3) == 0,
		    .at = strtoll(at + 1, NULL, 10),
		};
	}
	return (korch__flagger_answer){0};
}

static korch__flagger_answer answer_to(const korch__flagger_hand *h, const char *word)
{
	return korch__flagger_answer_to(
	    korch__annotation(&h->canary->object, KORCH__FLAGGER_ANNOTATION_ANSWERED), word);
}

static void want(korch__flagger_hand *h, const char *word)
{
	size_t n = strlen(h->words);
	snprintf(h->words + n, sizeof(h->words) - n, "%s%s", n > 0 ? " " : "", word);
}

/* The word that was asked last with this beginning, which ends before the round; 0: none. */
static long round_of(const korch__flagger_hand *h, const char *beginning)
{
	char one[KORCH__FLAGGER_WORD_SIZE];
	const char *asked = korch__annotation(&h->canary->object, KORCH__FLAGGER_ANNOTATION_ASKED);
	size_t n = strlen(beginning);
	while (korch__flagger_next_word(one, &asked)) {
		if (strncmp(one, beginning, n) == 0)
			return strtol(one + n, NULL, 10);
	}
	return 0;
}

static void round_word(char out[KORCH__FLAGGER_WORD_SIZE], const char *beginning, long round)
{
	snprintf(out, KORCH__FLAGGER_WORD_SIZE, "%.90s%ld", beginning, round);
}

/* What was said in the last round. */
static korch__flagger_answer last_answer(const korch__flagger_hand *h, const char *beginning,
                                         int *is_asked)
{
	char word[KORCH__FLAGGER_WORD_SIZE];
	long round = round_of(h, beginning);
	*is_asked = round > 0;
	round_word(word, beginning, round);
	return round > 0 ? answer_to(h, word) : (korch__flagger_answer){0};
}

/* Asks, and asks again an interval after a no. */
static void want_rounds(korch__flagger_hand *h, const char *beginning)
{
	char word[KORCH__FLAGGER_WORD_SIZE];
	int is_asked;
	long round = round_of(h, beginning);
	korch__flagger_answer answer = last_answer(h, beginning, &is_asked);
	if (!is_asked)
		round = 1;
	if (answer.is_there && !answer.is_ok) {
		if (h->input->now >= answer.at + h->interval)
			round++;
		else
			korch_plan_wake_at(h->plan, answer.at + h->interval);
	}
	round_word(word, beginning, round);
	want(h, word);
}

static int gate_beginning(char out[KORCH__FLAGGER_WORD_SIZE], const korch__flagger_hand *h,
                          const korch_strategy_state *state)
{
	if (state->step < 0 || (size_t)state->step >= h->strategy.n_steps ||
	    h->strategy.steps[state->step].type != KORCH_STRATEGY_GATE)
		return 0;
	snprintf(out, KORCH__FLAGGER_WORD_SIZE, "%s:%s.%d.%u.", h->strategy.steps[state->step].name,
	         h->id, state->step, state->attempt);
	return 1;
}

int32_t korch__flagger_gate_outcome(const korch__flagger_hand *h)
{
	char beginning[KORCH__FLAGGER_WORD_SIZE];
	int is_asked;
	if (!gate_beginning(beginning, h, &h->observed.state))
		return KORCH_STRATEGY_NONE;
	korch__flagger_answer answer = last_answer(h, beginning, &is_asked);
	if (!is_asked)
		return KORCH_STRATEGY_NONE;
	return answer.is_ok ? KORCH_STRATEGY_SUCCESSFUL : KORCH_STRATEGY_RUNNING;
}

static void rollback_beginning(char out[KORCH__FLAGGER_WORD_SIZE], const korch__flagger_hand *h,
                               const korch_strategy_state *state)
{
	/* one rollout: attempts grow with each failed check, and steps do not matter here */
	snprintf(out, KORCH__FLAGGER_WORD_SIZE, "rollback:%s.%u.", h->id,
	         state->attempt - state->checks_failed);
}

int32_t korch__flagger_rollback_outcome(const korch__flagger_hand *h)
{
	char beginning[KORCH__FLAGGER_WORD_SIZE];
	int is_asked;
	rollback_beginning(beginning, h, &h->observed.state);
	korch__flagger_answer answer = last_answer(h, beginning, &is_asked);
	if (!is_asked)
		return KORCH_STRATEGY_NONE;
	return answer.is_ok ? KORCH_STRATEGY_FAILED : KORCH_STRATEGY_RUNNING;
}

/* "" when the check has no webhooks. */
static void check_word(char out[KORCH__FLAGGER_WORD_SIZE], const korch__flagger_hand *h,
                       const korch_strategy_state *state)
{
	const korch_strategy_step *step = &h->strategy.steps[state->step];
	const char *type = step->name ? step->name : "rollout";
	out[0] = '\0';
	if (korch_flagger_has_webhook(h->canary, type))
		snprintf(out, KORCH__FLAGGER_WORD_SIZE, "%s:%s.%d.%u", type, h->id, state->step,
		         state->attempt);
}

int32_t korch__flagger_check_hooks(const korch__flagger_hand *h, const korch_strategy_state *state)
{
	char word[KORCH__FLAGGER_WORD_SIZE], one[KORCH__FLAGGER_WORD_SIZE];
	const char *asked = korch__annotation(&h->canary->object, KORCH__FLAGGER_ANNOTATION_ASKED);
	check_word(word, h, state);
	if (!word[0])
		return KORCH_STRATEGY_SUCCESSFUL;
	korch__flagger_answer answer = answer_to(h, word);
	if (answer.is_there)
		return answer.is_ok ? KORCH_STRATEGY_SUCCESSFUL : KORCH_STRATEGY_FAILED;
	while (korch__flagger_next_word(one, &asked)) {
		if (strcmp(one, word) == 0)
			return KORCH_STRATEGY_RUNNING;
	}
	return KORCH_STRATEGY_NONE;
}

void korch__flagger_want_check(korch__flagger_hand *h, const korch_strategy_state *state)
{
	char word[KORCH__FLAGGER_WORD_SIZE];
	check_word(word, h, state);
	if (word[0])
		want(h, word);
}

static void want_rollback(korch__flagger_hand *h)
{
	char beginning[KORCH__FLAGGER_WORD_SIZE];
	const uint32_t bit = 1u << KORCH_STRATEGY_SLOT_BACKGROUND;
	int runs =
	    h->observed.analyses[KORCH_STRATEGY_SLOT_BACKGROUND].outcome == KORCH_STRATEGY_RUNNING &&
	    !(h->next.terminate & bit);
	if (!runs && !(h->next.start & bit))
		return;
	rollback_beginning(beginning, h, &h->next.state);
	want_rounds(h, beginning);
}

static void want_end(korch__flagger_hand *h)
{
	char word[KORCH__FLAGGER_WORD_SIZE];
	const char *phase = h->status->phase;
	int is_over = korch__text_equal(phase, "Failed") ? h->next.state.aborted
	                                                 : korch__text_equal(phase, "Succeeded");
	if (!is_over || !korch_flagger_has_webhook(h->canary, "post-rollout"))
		return;
	snprintf(word, sizeof(word), "post-rollout:%s.%u.%s", h->id, h->next.state.attempt, phase);
	want(h, word);
}

int korch__flagger_write_words(korch__flagger_hand *h)
{
	char beginning[KORCH__FLAGGER_WORD_SIZE];
	if (h->next.gate && gate_beginning(beginning, h, &h->next.state))
		want_rounds(h, beginning);
	want_rollback(h);
	want_end(h);
	return korch__flagger_annotate(h, KORCH__FLAGGER_ANNOTATION_ASKED, h->words);
}
