/* A Rollout's state as lines of text. */
#include "rollout/lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { BAR_MAX = 24 };

typedef struct lines {
	rollout_line *items;
	size_t n;
} lines;

static rollout_line *add(lines *self, char tone, const char *format, ...) KORCH_PRINTF(3, 4);
static rollout_line *add(lines *self, char tone, const char *format, ...)
{
	if (self->n == ROLLOUT_LINES_MAX)
		return NULL;
	rollout_line *line = &self->items[self->n++];
	line->tone = tone;
	va_list arguments;
	va_start(arguments, format);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): the checker loses it when it inlines */
	vsnprintf(line->text, sizeof(line->text), format, arguments);
	va_end(arguments);
	return line;
}

static int is(const char *text, const char *other)
{
	return strcmp(text, other) == 0;
}

static char tone_of(const char *phase)
{
	if (is(phase, "Healthy") || is(phase, "Successful"))
		return 'g';
	if (is(phase, "Degraded") || is(phase, "Failed") || is(phase, "Error"))
		return 'b';
	return 'w';
}

void rollout_steps_bar(char *out, const rollout_state *state, int width)
{
	int n = state->n_steps < width ? state->n_steps : width;
	out[0] = '\0';
	for (int i = 0; i < n; i++)
		out =
		    stpcpy(out, (int64_t)state->step * n >= (int64_t)(i + 1) * state->n_steps ? "▰" : "▱");
}

void rollout_progress(char *out, size_t size, const rollout_state *state)
{
	size_t at = 0;
	out[0] = '\0';
	if (state->n_steps) {
		int is_done = state->step >= state->n_steps;
		at += (size_t)snprintf(out, size, "step %d/%d", is_done ? state->n_steps : state->step + 1,
		                       state->n_steps);
		if (is_done && at < size)
			at += (size_t)snprintf(out + at, size - at, " done");
		else if (*state->step_text && at < size)
			at += (size_t)snprintf(out + at, size - at, " (%s)", state->step_text);
	}
	for (size_t i = 0; i < state->n_revisions && at < size; i++) {
		const rollout_revision *each = &state->revisions[i];
		if (each->weight >= 0 && *each->role)
			at += (size_t)snprintf(out + at, size - at, "%s%s %d%%", at ? "  " : "", each->role,
			                       each->weight);
		/* it is on its way there */
		if (is(each->role, "canary") && each->weight >= 0 && state->set_weight >= 0 &&
		    each->weight != state->set_weight && at < size)
			at += (size_t)snprintf(out + at, size - at, " of %d%%", state->set_weight);
	}
}

static void add_progress(lines *self, const rollout_state *state)
{
	char bar[3 * BAR_MAX + 1];
	char text[320];
	rollout_steps_bar(bar, state, BAR_MAX);
	rollout_progress(text, sizeof(text), state);
	add(self, tone_of(state->phase), "%s%s%s%s%s", *state->phase ? state->phase : "Unknown",
	    *bar ? "  " : "", bar, *text ? "  " : "", text);
}

static void add_revision(lines *self, const rollout_revision *each)
{
	add(self, each->available >= each->desired ? ' ' : 'w',
	    "revision %lld%s%s  %s  %d/%d ready, %d available", (long long)each->number,
	    *each->role ? " " : "", each->role, each->images, each->ready, each->desired,
	    each->available);
}

static void add_metric(lines *self, const rollout_metric *metric)
{
	char chart[3 * ROLLOUT_VALUES_MAX + 1];
	char counts[96] = "";
	size_t at = 0;
	const struct {
		int32_t n;
		const char *word;
	} COUNTS[] = {{metric->successful, "ok"},
	              {metric->failed, "failed"},
	              {metric->inconclusive, "inconclusive"},
	              {metric->errors, "in error"}};
	rollout_chart(chart, metric, ROLLOUT_CHART);
	for (size_t i = 0; i < sizeof(COUNTS) / sizeof(COUNTS[0]) && at < sizeof(counts); i++)
		if (COUNTS[i].n)
			at += (size_t)snprintf(counts + at, sizeof(counts) - at, "%s%d %s", at ? ", " : "",
			                       COUNTS[i].n, COUNTS[i].word);
	add(self, tone_of(metric->phase), "  %s %s %s  %s", metric->name, chart, metric->last, counts);
}

static void add_analysis(lines *self, const rollout_analysis *analysis)
{
	add(self, tone_of(analysis->phase), "analysis %s %s%s%s", analysis->name, analysis->phase,
	    *analysis->message ? ": " : "", analysis->message);
	for (size_t i = 0; i < analysis->n_metrics; i++)
		add_metric(self, &analysis->metrics[i]);
}

size_t rollout_analysis_lines(rollout_line out[ROLLOUT_LINES_MAX], const rollout_analysis *analysis)
{
	lines self = {out, 0};
	add_analysis(&self, analysis);
	return self.n;
}

size_t rollout_lines(rollout_line out[ROLLOUT_LINES_MAX], const rollout_state *state, int is_whole)
{
	lines self = {out, 0};
	add_progress(&self, state);
	if (*state->sentence)
		add(&self, ' ', "%s", state->sentence);
	for (size_t i = 0; is_whole && i < state->n_revisions; i++)
		add_revision(&self, &state->revisions[i]);
	for (size_t i = 0; is_whole && i < state->n_analyses; i++)
		add_analysis(&self, &state->analyses[i]);
	return self.n;
}
