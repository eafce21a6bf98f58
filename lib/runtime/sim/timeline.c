/* Results over time: "fail:5s,ok:1m,timeout:1s,repeat". */
#include "base/cleanup.h"
#include "runtime/sim/script.h"
#include <korch/time.h>
#include <string.h>

enum { STEPS_MAX = 256 };

static int read_result(sim_result *out, const char *text, size_t n)
{
	static const char *const names[] = {
	    [SIM_OK] = "ok", [SIM_FAIL] = "fail", [SIM_TIMEOUT] = "timeout"};
	for (size_t i = 0; i < KORCH_COUNT(names); i++) {
		if (strlen(names[i]) == n && memcmp(names[i], text, n) == 0) {
			*out = (sim_result)i;
			return 0;
		}
	}
	return KORCH_E_INVALID;
}

/* One step of n bytes; *at is where it begins and becomes where it ends. */
static int read_step(sim_step *out, korch_usec *at, const char *text, size_t n)
{
	const char *colon = memchr(text, ':', n);
	size_t length = colon ? (size_t)(colon - text) : n;
	if (read_result(&out->result, text, length) < 0)
		return KORCH_E_INVALID;
	out->until = KORCH_USEC_NEVER;
	if (!colon)
		return 0;
	_cleanup_free_ char *duration = korch__strndup(colon + 1, n - length - 1);
	int64_t ns = 0;
	if (!duration)
		return KORCH_E_NOMEM;
	if (korch_duration_parse(&ns, duration, NULL) < 0 || ns < 1000 ||
	    __builtin_add_overflow(*at, ns / 1000, at))
		return KORCH_E_INVALID;
	out->until = *at;
	return 0;
}

static int read_steps(sim_timeline *timeline, const char *text)
{
	korch_usec at = 0;
	for (const char *end; text; text = *end ? end + 1 : NULL) {
		size_t n = strcspn(text, ",");
		end = text + n;
		int is_first = timeline->n == 0;
		int is_open = !is_first && timeline->steps[timeline->n - 1].until == KORCH_USEC_NEVER;
		if (!is_first && !is_open && !*end && n == 6 && memcmp(text, "repeat", 6) == 0) {
			timeline->repeats = 1;
			return 0;
		}
		if (is_open || timeline->n == STEPS_MAX)
			return KORCH_E_INVALID; /* nothing comes behind "for ever" */
		int r = read_step(&timeline->steps[timeline->n++], &at, text, n);
		if (r < 0)
			return r;
	}
	return 0;
}

int korch__sim_timeline_parse(sim_timeline **out, const char *text, korch_error **err)
{
	size_t n = 1;
	for (const char *c = text; *c; c++)
		n += *c == ',';
	_cleanup_free_ sim_timeline *timeline = NULL;
	if (n <= STEPS_MAX + 1)
		timeline = korch__calloc(1, sizeof(*timeline) + n * sizeof(sim_step));
	int r = n > STEPS_MAX + 1 ? KORCH_E_INVALID
	        : timeline        ? read_steps(timeline, text)
	                          : KORCH_E_NOMEM;
	if (r == KORCH_E_INVALID)
		return korch_error_set(
		    err, r, "\"%.80s\" is no timeline: write RESULT:DURATION,… with ok, fail or timeout",
		    text);
	if (r < 0)
		return korch_error_set(err, r, "out of memory");
	*out = KORCH_STEAL(timeline);
	return 0;
}

sim_result korch__sim_timeline_at(const sim_timeline *timeline, korch_usec after)
{
	if (!timeline)
		return SIM_OK;
	const sim_step *last = &timeline->steps[timeline->n - 1];
	if (timeline->repeats)
		after %= last->until;
	for (const sim_step *step = timeline->steps; step < last; step++) {
		if (after < step->until)
			return step->result;
	}
	return last->result;
}
