/* Limits, names of phases, and what a measurement is worth. */
#include "strategy/analysis/limits.h"
#include "base/cleanup.h"
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
    [KORCH_ANALYSIS_NONE] = "",
    [KORCH_ANALYSIS_SUCCESSFUL] = "Successful",
    [KORCH_ANALYSIS_RUNNING] = "Running",
    [KORCH_ANALYSIS_PENDING] = "Pending",
    [KORCH_ANALYSIS_INCONCLUSIVE] = "Inconclusive",
    [KORCH_ANALYSIS_ERROR] = "Error",
    [KORCH_ANALYSIS_FAILED] = "Failed",
};

const char *korch_analysis_phase_name(int32_t phase)
{
	return phase >= 0 && (size_t)phase < KORCH_COUNT(names) ? names[phase] : "";
}

int32_t korch_analysis_phase_of(const char *name)
{
	for (size_t i = 1; name && i < KORCH_COUNT(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (int32_t)i;
	return KORCH_ANALYSIS_NONE;
}

int korch_analysis_is_over(int32_t phase)
{
	return phase == KORCH_ANALYSIS_SUCCESSFUL || phase == KORCH_ANALYSIS_INCONCLUSIVE ||
	       phase == KORCH_ANALYSIS_ERROR || phase == KORCH_ANALYSIS_FAILED;
}

int32_t korch__analysis_count_of(const korch_analysis_rule *rule)
{
	return rule->count > 0 ? rule->count : rule->interval_us > 0 ? 0 : 1;
}

int32_t korch__analysis_broken(const korch_analysis_rule *rule, const korch_analysis_state *state)
{
	if (state->consecutive_error > rule->consecutive_error_limit)
		return KORCH_ANALYSIS_ERROR;
	if (state->inconclusive > rule->inconclusive_limit)
		return KORCH_ANALYSIS_INCONCLUSIVE;
	if (rule->failure_limit >= 0 && state->failed > rule->failure_limit)
		return KORCH_ANALYSIS_FAILED;
	return KORCH_ANALYSIS_NONE;
}

size_t korch_analysis_reason(char out[KORCH_ANALYSIS_TEXT_SIZE], const korch_analysis_rule *rule,
                             const korch_analysis_state *state)
{
	int n = 0;
	out[0] = '\0';
	switch (korch__analysis_broken(rule, state)) {
	case KORCH_ANALYSIS_FAILED:
		n = snprintf(out, KORCH_ANALYSIS_TEXT_SIZE, "failed (%d) > failureLimit (%d)",
		             state->failed, rule->failure_limit);
		break;
	case KORCH_ANALYSIS_INCONCLUSIVE:
		n = snprintf(out, KORCH_ANALYSIS_TEXT_SIZE, "inconclusive (%d) > inconclusiveLimit (%d)",
		             state->inconclusive, rule->inconclusive_limit);
		break;
	case KORCH_ANALYSIS_ERROR:
		n = snprintf(out, KORCH_ANALYSIS_TEXT_SIZE,
		             "consecutiveErrors (%d) > consecutiveErrorLimit (%d)",
		             state->consecutive_error, rule->consecutive_error_limit);
		break;
	default:
		if (state->phase != KORCH_ANALYSIS_SUCCESSFUL && rule->consecutive_success_limit > 0 &&
		    korch__analysis_count_of(rule) > 0 && state->count >= korch__analysis_count_of(rule) &&
		    state->consecutive_success < rule->consecutive_success_limit)
			n = snprintf(out, KORCH_ANALYSIS_TEXT_SIZE,
			             "consecutiveSuccesses (%d) < consecutiveSuccessLimit (%d)",
			             state->consecutive_success, rule->consecutive_success_limit);
	}
	return (size_t)n;
}

void korch_analysis_note(korch_analysis_state *state, int32_t phase, korch_usec now)
{
	int erred = phase == KORCH_ANALYSIS_ERROR;
	state->last = phase;
	state->asked = 0;
	state->finished_us = now;
	state->resume_us = 0;
	state->error += erred;
	state->count += !erred;
	state->consecutive_error = erred ? state->consecutive_error + 1 : 0;
	state->successful += phase == KORCH_ANALYSIS_SUCCESSFUL;
	state->failed += phase == KORCH_ANALYSIS_FAILED;
	state->inconclusive += phase == KORCH_ANALYSIS_INCONCLUSIVE;
	state->consecutive_success =
	    phase == KORCH_ANALYSIS_SUCCESSFUL ? state->consecutive_success + 1 : 0;
}

/* 0 and *out, or a code; a condition that is not given leaves *out. */
static int ask(int32_t *out, const korch_parsed_condition *condition, struct json_object *result,
               korch_error **err)
{
	return condition ? korch_condition_eval(out, condition, result, err) : 0;
}

int korch_analysis_judge(int32_t *out, const korch_parsed_condition *success,
                         const korch_parsed_condition *failure, struct json_object *result,
                         korch_error **err)
{
	int32_t succeeds = 0, fails = 0;
	if (!out)
		return KORCH_E_INVALID;
	int code = ask(&succeeds, success, result, err);
	if (code == 0)
		code = ask(&fails, failure, result, err);
	if (code == KORCH_E_NOMEM)
		return code;
	if (!success && failure)
		succeeds = !fails;
	if (success && !failure)
		fails = !succeeds;
	if (!success && !failure)
		succeeds = 1;
	*out = code < 0   ? KORCH_ANALYSIS_ERROR
	       : fails    ? KORCH_ANALYSIS_FAILED
	       : succeeds ? KORCH_ANALYSIS_SUCCESSFUL
	                  : KORCH_ANALYSIS_INCONCLUSIVE;
	return 0;
}
