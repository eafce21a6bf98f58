/*
 * The plan of a run. First every metric is assessed; one that failed lets the others end, so they
 * are assessed again as ending ones. Then what is measured, and when to look again.
 */
#include "base/text.h"
#include "strategy/analysis/limits.h"
#include "strategy/later.h"
#include <stdio.h>
#include <string.h>

typedef struct planner {
	korch_analysis_plan *out;
	const korch_analysis_run_state *run;
	const korch_analysis_rule *rules;
	const korch_analysis_state *states;
	size_t n;
	korch_usec now;
	int32_t worst;       /* NONE: no metric is over */
	int everything_over; /* every metric is over */
} planner;

/* Whether the last measurement has begun and not ended. */
static int is_under_way(const korch_analysis_state *state)
{
	return state->asked || (state->last != KORCH_ANALYSIS_NONE && !state->finished_us);
}

static int has_begun(const korch_analysis_state *state)
{
	return state->asked || state->last != KORCH_ANALYSIS_NONE;
}

/* The phase of one metric. */
static int32_t assess(const planner *self, size_t i)
{
	const korch_analysis_rule *rule = &self->rules[i];
	const korch_analysis_state *state = &self->states[i];
	int terminating = self->out->terminating;
	if (korch_analysis_is_over(state->phase))
		return state->phase;
	if (!has_begun(state) && state->phase == KORCH_ANALYSIS_NONE)
		return KORCH_ANALYSIS_NONE;
	if (!has_begun(state))
		return terminating ? KORCH_ANALYSIS_SUCCESSFUL : KORCH_ANALYSIS_PENDING;
	if (is_under_way(state) && !terminating)
		return KORCH_ANALYSIS_RUNNING;
	int32_t broken = korch__analysis_broken(rule, state);
	if (broken != KORCH_ANALYSIS_NONE)
		return broken;
	if (rule->consecutive_success_limit > 0 &&
	    state->consecutive_success >= rule->consecutive_success_limit)
		return KORCH_ANALYSIS_SUCCESSFUL;
	int32_t count = korch__analysis_count_of(rule);
	if (count > 0 && state->count >= count)
		return rule->consecutive_success_limit > 0 ? KORCH_ANALYSIS_INCONCLUSIVE
		                                           : KORCH_ANALYSIS_SUCCESSFUL;
	return terminating ? KORCH_ANALYSIS_SUCCESSFUL : KORCH_ANALYSIS_RUNNING;
}

static int lets_others_end(const planner *self, size_t i, int32_t phase)
{
	return !self->rules[i].dry_run && korch_analysis_is_over(phase) &&
	       phase != KORCH_ANALYSIS_SUCCESSFUL;
}

static void assess_all(planner *self)
{
	korch_analysis_plan *out = self->out;
	out->terminating = self->run->terminate != 0;
	for (size_t i = 0; i < self->n; i++)
		out->terminating |= lets_others_end(self, i, self->states[i].phase);
	for (int before = -1; before != out->terminating;) {
		before = out->terminating;
		for (size_t i = 0; i < self->n; i++) {
			out->steps[i].phase = assess(self, i);
			out->terminating |= lets_others_end(self, i, out->steps[i].phase);
		}
	}
}

static void count_metric(korch_analysis_count *count, int32_t phase, int32_t broken)
{
	int over = korch_analysis_is_over(phase);
	if (broken == KORCH_ANALYSIS_NONE && phase == KORCH_ANALYSIS_INCONCLUSIVE)
		broken = phase; /* its count is over, and it had not enough successes in succession */
	count->count++;
	count->failed += over && broken == KORCH_ANALYSIS_FAILED;
	count->error += over && broken == KORCH_ANALYSIS_ERROR;
	count->inconclusive += over && broken == KORCH_ANALYSIS_INCONCLUSIVE;
	count->successful += over && broken == KORCH_ANALYSIS_NONE;
}

/* What the run says of a metric that is the worst up to now. */
static void describe(planner *self, size_t i)
{
	char reason[KORCH_ANALYSIS_TEXT_SIZE];
	korch_analysis_plan *out = self->out;
	const char *last = korch__text_or_empty(self->states[i].message);
	if (!korch_analysis_reason(reason, &self->rules[i], &self->states[i]))
		return;
	int n =
	    snprintf(out->message, sizeof(out->message), "Metric \"%.253s\" assessed %s due to %.200s",
	             self->rules[i].name, korch_analysis_phase_name(out->steps[i].phase), reason);
	if (*last)
		snprintf(out->message + n, sizeof(out->message) - (size_t)n, ": \"Error Message: %s\"",
		         last);
}

static void sum_up(planner *self)
{
	korch_analysis_plan *out = self->out;
	if (self->run->terminate)
		snprintf(out->message, sizeof(out->message), "Run Terminated");
	self->everything_over = 1;
	for (size_t i = 0; i < self->n; i++) {
		int32_t phase = out->steps[i].phase;
		int over = korch_analysis_is_over(phase), dry = self->rules[i].dry_run;
		count_metric(dry ? &out->dry_run : &out->summary, phase,
		             korch__analysis_broken(&self->rules[i], &self->states[i]));
		self->everything_over &= over;
		if (over && dry && self->worst == KORCH_ANALYSIS_NONE)
			self->worst = KORCH_ANALYSIS_SUCCESSFUL;
		/* the phases are numbered from best to worst */
		if (over && !dry && phase > self->worst) {
			self->worst = phase;
			describe(self, i);
		}
	}
}

static void decide_phase(planner *self)
{
	korch_analysis_plan *out = self->out;
	int over = self->everything_over && self->worst != KORCH_ANALYSIS_NONE;
	if (out->terminating)
		out->phase = self->worst == KORCH_ANALYSIS_NONE ? KORCH_ANALYSIS_SUCCESSFUL : self->worst;
	else
		out->phase = over ? self->worst : KORCH_ANALYSIS_RUNNING;
	if (!korch_analysis_is_over(out->phase))
		out->message[0] = '\0';
}

/* When a metric that is not over is looked at next: its measurement, or its source's wish. */
static korch_usec due_of(const planner *self, size_t i)
{
	const korch_analysis_rule *rule = &self->rules[i];
	const korch_analysis_state *state = &self->states[i];
	int32_t count = korch__analysis_count_of(rule);
	if (state->asked)
		return KORCH_USEC_NEVER;
	if (!has_begun(state))
		return korch__later(self->out->started_us, rule->initial_delay_us);
	if (is_under_way(state))
		return state->resume_us ? state->resume_us : self->now;
	if (count > 0 && state->count >= count)
		return KORCH_USEC_NEVER;
	if (state->last == KORCH_ANALYSIS_ERROR || !rule->interval_us)
		return korch__later(state->finished_us, KORCH_ANALYSIS_ERROR_RETRY_US);
	return korch__later(state->finished_us, rule->interval_us);
}

static void decide_action(planner *self, size_t i)
{
	korch_analysis_step *step = &self->out->steps[i];
	int under_way = is_under_way(&self->states[i]);
	if (korch_analysis_is_over(self->states[i].phase))
		return;
	if (self->out->terminating) {
		step->action = under_way ? KORCH_ANALYSIS_END : KORCH_ANALYSIS_WAIT;
		return;
	}
	korch_usec due = korch_analysis_is_over(step->phase) ? KORCH_USEC_NEVER : due_of(self, i);
	if (due <= self->now)
		step->action = under_way ? KORCH_ANALYSIS_RESUME : KORCH_ANALYSIS_MEASURE;
	else if (due < self->out->wake_at)
		self->out->wake_at = due;
}

static void finish_step(planner *self, size_t i)
{
	korch_analysis_step *step = &self->out->steps[i];
	int32_t keep = self->rules[i].retention ? self->rules[i].retention : KORCH_ANALYSIS_RETENTION;
	step->drop = self->states[i].kept > keep ? self->states[i].kept - keep : 0;
	self->out->changed |=
	    step->action != KORCH_ANALYSIS_WAIT || step->drop || step->phase != self->states[i].phase;
}

static int is_sound(const korch_analysis_run_state *run, const korch_analysis_rule *rules, size_t n)
{
	if (run->size < sizeof(*run))
		return 0;
	for (size_t i = 0; i < n; i++) {
		const korch_analysis_rule *rule = &rules[i];
		if (!rule->name || rule->interval_us < 0 || rule->initial_delay_us < 0 || rule->count < 0 ||
		    rule->failure_limit < -1 || rule->inconclusive_limit < 0 ||
		    rule->consecutive_error_limit < 0 || rule->consecutive_success_limit < 0 ||
		    rule->retention < 0)
			return 0;
	}
	return 1;
}

static void begin_plan(korch_analysis_plan *out, const korch_analysis_run_state *run, size_t n,
                       korch_usec now)
{
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	out->n_steps = n;
	out->wake_at = KORCH_USEC_NEVER;
	out->started_us = run->started_us ? run->started_us : now;
}

int korch_analysis_plan_run(korch_analysis_plan *out, const korch_analysis_run_state *run,
                            const korch_analysis_rule *rules, const korch_analysis_state *states,
                            size_t n, korch_usec now)
{
	if (!out || !run || (n && (!rules || !states)))
		return KORCH_E_INVALID;
	if (n > KORCH_ANALYSIS_METRICS_MAX)
		return KORCH_E_LIMIT;
	if (!is_sound(run, rules, n))
		return KORCH_E_INVALID;
	planner self = {.out = out, .run = run, .rules = rules, .states = states, .n = n, .now = now};
	begin_plan(out, run, n, now);
	assess_all(&self);
	sum_up(&self);
	decide_phase(&self);
	if (korch_analysis_is_over(run->phase)) { /* it stays what it was, and nothing is measured */
		out->phase = run->phase;
		for (size_t i = 0; i < n; i++)
			out->steps[i].phase = states[i].phase;
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		decide_action(&self, i);
		finish_step(&self, i);
	}
	if (korch_analysis_is_over(out->phase))
		out->wake_at = KORCH_USEC_NEVER;
	out->changed |= out->phase != run->phase || out->started_us != run->started_us;
	return 0;
}
