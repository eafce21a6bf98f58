/* Thresholds and times of probes. */
#include "agent/probe.h"

static korch_usec seconds(int32_t value, int32_t least)
{
	return (value < least ? least : value) * KORCH_USEC_PER_SEC;
}

static int32_t or_default(int32_t value, int32_t otherwise)
{
	return value > 0 ? value : otherwise;
}

korch_usec korch__probe_timeout(const korch_probe *probe)
{
	return seconds(probe->timeout_seconds, 1);
}

void korch__probe_begin(korch__probe_state *state, const korch_probe *probe, korch_usec started_us)
{
	*state = (korch__probe_state){
	    .due_us = started_us + seconds(probe->initial_delay_seconds, 0),
	    .result = KORCH__PROBE_UNKNOWN,
	};
}

int korch__probe_answer(korch__probe_state *state, const korch_probe *probe, int good,
                        korch_usec now)
{
	uint8_t answer = good ? KORCH__PROBE_GOOD : KORCH__PROBE_BAD;
	korch_usec period = seconds(or_default(probe->period_seconds, 10), 1);
	int32_t threshold =
	    good ? or_default(probe->success_threshold, 1) : or_default(probe->failure_threshold, 3);
	/* In step with the period; what was missed is left out. */
	state->due_us += period;
	if (state->due_us <= now)
		state->due_us += (now - state->due_us) / period * period + period;
	if (answer != state->last)
		state->streak = 0;
	state->last = answer;
	if (state->streak < INT32_MAX)
		state->streak++;
	if (state->streak < threshold || state->result == answer)
		return 0;
	state->result = answer;
	return 1;
}
