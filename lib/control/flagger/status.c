/* A Canary's status: phase, condition and counters, as Flagger's users read them. */
#include "base/text.h"
#include "control/condition.h"
#include "control/deployment/deployment.h"
#include "control/flagger/hand.h"
#include <stdio.h>
#include <string.h>

/* What each phase says about the condition Promoted. */
static const struct {
	const char *phase, *status, *message;
} phases[] = {
    {"Initializing", "Unknown", "The primary is being made from the target"},
    {"Initialized", "True", "The primary serves"},
    {"Waiting", "Unknown", "A new revision waits for a webhook to confirm the rollout"},
    {"Progressing", "Unknown", "A new revision is being judged"},
    {"WaitingPromotion", "Unknown", "The new revision waits for a webhook to confirm promotion"},
    {"Promoting", "Unknown", "The new revision was found good: the primary is being updated"},
    {"Finalising", "Unknown", "The primary has the new revision and gets all traffic"},
    {"Succeeded", "True", "The new revision was promoted"},
    {"Failed", "False", "The new revision was not found good: the target is scaled to zero"},
    {"Terminating", "Unknown", "The target becomes what it was"},
    {"Terminated", "True", "The target is what it was"},
};

static int set_text(const char **slot, const char *text)
{
	return korch__text_equal(*slot, text) ? 0 : korch_string_set(slot, text && *text ? text : NULL);
}

int korch__flagger_set_phase(korch__flagger_hand *h, const char *phase)
{
	korch_flagger_canary_status *status = h->status;
	if (korch__text_equal(status->phase, phase))
		return 0;
	status->last_transition_time = h->input->now;
	if (korch_string_set(&status->phase, phase) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
		if (!korch__text_equal(phases[i].phase, phase))
			continue;
		korch__condition_value value = {"Promoted", phases[i].status, phase, phases[i].message,
		                                h->input->now};
		if (korch__condition_put(&status->conditions, &status->n_conditions,
		                         &korch__flagger_conditions, &value) < 0)
			return KORCH_E_NOMEM;
		return korch__flagger_say(h, strcmp(phase, "Failed") == 0 ? "Warning" : "Normal", "%s: %s",
		                          phase, phases[i].message);
	}
	return 0;
}

/* Nothing is sent to the target any more, and it has gone. */
static int is_settled(const korch__flagger_hand *h)
{
	return h->observed.traffic_verified && h->weight == 0 &&
	       korch__deployment_replicas(h->input->target) == 0;
}

static int is_one_of(const char *phase, const char *a, const char *b)
{
	return korch__text_equal(phase, a) || korch__text_equal(phase, b);
}

/* The primary is what is wished. */
static const char *phase_at_rest(const korch__flagger_hand *h)
{
	const char *before = h->canary->status ? h->canary->status->phase : NULL;
	if (is_one_of(before, NULL, "Initializing"))
		return is_settled(h) ? "Initialized" : "Initializing";
	if (is_one_of(before, "Initialized", "Succeeded") || korch__text_equal(before, "Failed"))
		return before;
	return is_settled(h) ? "Succeeded" : "Finalising";
}

static const char *phase_of(const korch__flagger_hand *h)
{
	const korch_strategy_state *state = &h->next.state;
	if (!korch__text_equal(state->stable, KORCH__FLAGGER_PRIMARY))
		return "Promoting";
	if (korch__text_equal(state->current, KORCH__FLAGGER_PRIMARY))
		return phase_at_rest(h);
	return korch_flagger_phase(&h->strategy, state);
}

static int32_t iterations_of(const korch__flagger_hand *h)
{
	int32_t n = 0;
	const korch_strategy_state *state = &h->next.state;
	int is_judged = korch__text_equal(state->stable, KORCH__FLAGGER_PRIMARY) &&
	                !korch__text_equal(state->current, KORCH__FLAGGER_PRIMARY);
	for (int32_t i = 0; is_judged && i < state->step && i < (int32_t)h->strategy.n_steps; i++) {
		if (h->strategy.steps[i].type == KORCH_STRATEGY_CHECK && h->strategy.steps[i].origin > n)
			n = h->strategy.steps[i].origin;
	}
	return n;
}

static int track_configs(korch__flagger_hand *h)
{
	korch_map *map = NULL;
	for (size_t i = 0; i < h->n_configs; i++) {
		if (korch_map_set(&map, h->configs[i].key, h->configs[i].checksum) < 0) {
			korch_block_unref(map);
			return KORCH_E_NOMEM;
		}
	}
	if (korch_map_equal(map, h->status->tracked_configs))
		korch_block_unref(map);
	else
		korch_block_take(&h->status->tracked_configs, map);
	return 0;
}

int korch__flagger_write_status(korch__flagger_hand *h)
{
	korch_flagger_canary_status *to = h->status;
	char promoted[KORCH__FLAGGER_ID_SIZE];
	const char *phase = phase_of(h);
	to->failed_checks = (int32_t)h->next.state.checks_failed;
	to->canary_weight = h->next.targets[1].weight;
	to->iterations = iterations_of(h);
	if (korch__flagger_set_phase(h, phase) < 0 || set_text(&to->last_applied_spec, h->hash) < 0 ||
	    track_configs(h) < 0)
		return KORCH_E_NOMEM;
	if (!is_one_of(phase, "Initialized", "Succeeded"))
		return 0;
	snprintf(promoted, sizeof(promoted), "%s", h->promoted);
	promoted[strcspn(promoted, "-")] = '\0';
	return set_text(&to->last_promoted_spec, promoted);
}
