/* Sentences: what a rollout waits for, and a step in words. */
#include "strategy/rollout/work.h"
#include <stdarg.h>
#include <stdio.h>

typedef struct text {
	char *out;
	size_t n;
} text;

static void say(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(text *t, const char *format, ...)
{
	va_list args;
	size_t room = KORCH_STRATEGY_TEXT_SIZE - t->n;
	va_start(args, format);
	int n = vsnprintf(t->out + t->n, room, format, args);
	va_end(args);
	if (n > 0)
		t->n += (size_t)n < room ? (size_t)n : room - 1;
}

/* As Go writes durations: 1h0m0s, 4m10s, 50s, 250ms. */
static void say_duration(text *t, korch_usec us)
{
	long long seconds = us / KORCH_USEC_PER_SEC;
	if (us > 0 && us < KORCH_USEC_PER_SEC) {
		say(t, "%lldms", (long long)((us + KORCH_USEC_PER_MSEC - 1) / KORCH_USEC_PER_MSEC));
		return;
	}
	if (seconds < 0)
		seconds = 0;
	if (seconds >= 3600)
		say(t, "%lldh", seconds / 3600);
	if (seconds >= 60)
		say(t, "%lldm", seconds / 60 % 60);
	say(t, "%llds", seconds % 60);
}

static void say_scale(text *t, const korch_strategy_step *step)
{
	if (step->scale_by == KORCH_STRATEGY_SCALE_TRAFFIC)
		say(t, "setCanaryScale: matchTrafficWeight");
	else if (step->scale_by == KORCH_STRATEGY_SCALE_WEIGHT)
		say(t, "setCanaryScale: weight %d", (int)step->scale);
	else
		say(t, "setCanaryScale: replicas %d", (int)step->scale);
}

static void say_timed(text *t, const char *name, korch_usec us)
{
	say(t, "%s", name);
	if (us > 0) {
		say(t, ": ");
		say_duration(t, us);
	}
}

static void say_step(text *t, const korch_strategy_step *step)
{
	const char *name = step->name ? step->name : "";
	switch (step->type) {
	case KORCH_STRATEGY_SET_WEIGHT:
		say(t, "setWeight: %d", (int)step->weight);
		break;
	case KORCH_STRATEGY_PAUSE:
		say_timed(t, "pause", step->duration_us);
		break;
	case KORCH_STRATEGY_SET_CANARY_SCALE:
		say_scale(t, step);
		break;
	case KORCH_STRATEGY_SET_HEADER_ROUTE:
		say(t, "setHeaderRoute: %s%s", name, step->removes ? " (removed)" : "");
		break;
	case KORCH_STRATEGY_SET_MIRROR_ROUTE:
		say(t, "setMirrorRoute: %s", name);
		if (step->removes)
			say(t, " (removed)");
		else
			say(t, " (%d%%)", (int)step->weight);
		break;
	case KORCH_STRATEGY_ANALYSIS:
		say(t, "analysis");
		break;
	case KORCH_STRATEGY_EXPERIMENT:
		say_timed(t, "experiment", step->duration_us);
		break;
	case KORCH_STRATEGY_GATE:
		say(t, name[0] ? "gate: %s" : "gate", name);
		break;
	case KORCH_STRATEGY_CHECK:
		say_timed(t, "check", step->duration_us);
		break;
	default:
		say(t, "step of type %d", (int)step->type);
	}
}

size_t korch_strategy_step_text(char out[KORCH_STRATEGY_TEXT_SIZE], const korch_strategy_step *step)
{
	text t = {out, 0};
	out[0] = '\0';
	say_step(&t, step);
	return t.n;
}

static const char *slot_name(int32_t slot)
{
	static const char *const names[] = {"the step's analysis", "the background analysis",
	                                    "the analysis before promotion",
	                                    "the analysis after promotion"};
	return slot >= 0 && slot < KORCH_STRATEGY_SLOTS ? names[slot] : "an analysis";
}

static void say_place(text *t, const korch_strategy *spec, const korch_strategy_plan *plan)
{
	if (spec->type == KORCH_STRATEGY_CANARY && plan->state.step < (int32_t)spec->n_steps &&
	    !plan->state.aborted && !plan->state.promote_full)
		say(t, " at step %d of %zu", (int)plan->state.step + 1, spec->n_steps);
}

static void say_counts(text *t, const korch_strategy_explanation *why)
{
	switch (why->wait) {
	case KORCH_STRATEGY_WAIT_AVAILABLE:
		say(t, "waiting for replicas: %d of %d of revision %s are available", (int)why->have,
		    (int)why->want, why->hash ? why->hash : "");
		break;
	case KORCH_STRATEGY_WAIT_GONE:
		say(t, "waiting for %d old replica%s to end", (int)why->have, why->have == 1 ? "" : "s");
		break;
	default: /* WAIT_SCALE_DOWN */
		say(t, "revision %s stays up with %d replica%s", why->hash ? why->hash : "", (int)why->have,
		    why->have == 1 ? "" : "s");
	}
}

static void say_wait(text *t, const korch_strategy *spec, const korch_strategy_plan *plan)
{
	static const char *const texts[] = {
	    [KORCH_STRATEGY_WAIT_CREATED] = "making the new revision",
	    [KORCH_STRATEGY_WAIT_TRAFFIC] = "waiting for the traffic weights to be in force",
	    [KORCH_STRATEGY_WAIT_PAUSE] = "paused",
	    [KORCH_STRATEGY_WAIT_PROMOTION] = "paused until it is promoted",
	    [KORCH_STRATEGY_WAIT_EXPERIMENT] = "waiting for the experiment",
	    [KORCH_STRATEGY_WAIT_GATE] = "waiting for the gate to open",
	    [KORCH_STRATEGY_WAIT_CHECK] = "waiting for the next check",
	    [KORCH_STRATEGY_WAIT_RESUME] = "paused by spec.paused",
	    [KORCH_STRATEGY_WAIT_RETRY] = "waiting for a retry or a new template",
	};
	const korch_strategy_explanation *why = &plan->why;
	size_t n = sizeof(texts) / sizeof(texts[0]);
	if (why->wait == KORCH_STRATEGY_WAIT_NOTHING)
		say(t, plan->phase == KORCH_STRATEGY_HEALTHY ? "healthy: nothing to do" : "going on");
	else if (why->wait == KORCH_STRATEGY_WAIT_ANALYSIS)
		say(t, "waiting for %s", slot_name(why->slot));
	else if (why->wait > 0 && (size_t)why->wait < n && texts[why->wait])
		say(t, "%s", texts[why->wait]);
	else
		say_counts(t, why);
	if (why->wait == KORCH_STRATEGY_WAIT_NOTHING && plan->phase == KORCH_STRATEGY_HEALTHY)
		return;
	say_place(t, spec, plan);
}

static void say_next(text *t, const korch_strategy *spec, const korch_strategy_explanation *why)
{
	static const char *const texts[] = {
	    [KORCH_STRATEGY_NEXT_SCALE] = "sizes change",
	    [KORCH_STRATEGY_NEXT_WEIGHT] = "traffic moves",
	    [KORCH_STRATEGY_NEXT_SWITCH] = "the active service is switched",
	    [KORCH_STRATEGY_NEXT_PROMOTE] = "the new revision is promoted",
	    [KORCH_STRATEGY_NEXT_SCALE_DOWN] = "it is scaled down",
	};
	if (why->next == KORCH_STRATEGY_NEXT_STEP && why->next_step < (int32_t)spec->n_steps) {
		say(t, "; then step %d: ", (int)why->next_step + 1);
		say_step(t, &spec->steps[why->next_step]);
	} else if (why->next > 0 && why->next <= KORCH_STRATEGY_NEXT_SCALE_DOWN && texts[why->next]) {
		say(t, "; then %s", texts[why->next]);
	}
}

static const char *reason_text(int32_t reason)
{
	static const char *const texts[] = {"aborted",
	                                    "aborted by a person",
	                                    "aborted: an analysis failed",
	                                    "aborted: the experiment failed",
	                                    "aborted: a gate refused",
	                                    "aborted: too many checks failed",
	                                    "aborted: no progress in time"};
	return reason >= 0 && reason <= KORCH_STRATEGY_REASON_DEADLINE ? texts[reason] : texts[0];
}

size_t korch_rollout_explain(char out[KORCH_STRATEGY_TEXT_SIZE], const korch_strategy *spec,
                             const korch_strategy_plan *plan, korch_usec now)
{
	const korch_strategy_explanation *why = &plan->why;
	text t = {out, 0};
	out[0] = '\0';
	if (plan->state.aborted)
		say(&t, "%s; ", reason_text(plan->reason));
	else if (plan->state.timed_out)
		say(&t, "no progress in time; ");
	say_wait(&t, spec, plan);
	if (why->at_us > now) {
		say(&t, " for another ");
		say_duration(&t, why->at_us - now);
	}
	int is_done = why->wait == KORCH_STRATEGY_WAIT_NOTHING;
	if (!is_done && why->since_us > 0 && why->since_us <= now) {
		say(&t, " (since ");
		say_duration(&t, now - why->since_us);
		say(&t, ")");
	}
	say_next(&t, spec, why);
	return t.n;
}
