/* Telling what happens in a rehearsal. */
#include "rollout/story.h"
#include "rollout/lines.h"
#include "rollout/record.h"

#include <korch/time.h>
#include <stdlib.h>
#include <string.h>

enum { LAST_MAX = 1000 };

static void put(json_object *to, const char *key, const char *value)
{
	json_object_object_add(to, key, json_object_new_string(value ? value : ""));
}

static json_object *begin(const story *self, korch_usec now, const char *type)
{
	char text[KORCH_TIME_TEXT_SIZE];
	json_object *record = json_object_new_object();
	korch_time_format(text, now / KORCH_USEC_PER_MSEC * KORCH_USEC_PER_MSEC, 0);
	put(record, "time", text);
	const int64_t ms = (now - self->start) / 1000;
	json_object_object_add(record, "at", json_object_new_double((double)ms / 1000));
	put(record, "type", type);
	return record;
}

static void end(story *self, json_object *record)
{
	if (self->form == STORY_RECORDS) {
		json_object_array_add(self->records, record);
		return;
	}
	fprintf(self->out, "%s\n",
	        json_object_to_json_string_ext(record, JSON_C_TO_STRING_PLAIN |
	                                                   JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(record);
}

/* The time since the start in a column; NULL: room for it. */
static void stamp(const story *self, const korch_usec *now)
{
	char text[KORCH_DURATION_TEXT_SIZE] = "";
	if (now)
		korch_duration_format(text, (*now - self->start) / 1000 * 1000000);
	fprintf(self->out, "%12s  ", text);
}

void story_action(story *self, korch_usec now, const char *text)
{
	if (self->form != STORY_TEXT) {
		json_object *record = begin(self, now, "action");
		put(record, "message", text);
		end(self, record);
		return;
	}
	stamp(self, &now);
	fprintf(self->out, "▶ %s\n", text);
}

void story_note(story *self, korch_usec now, const char *text)
{
	if (self->form != STORY_TEXT) {
		json_object *record = begin(self, now, "note");
		put(record, "message", text);
		end(self, record);
		return;
	}
	stamp(self, &now);
	fprintf(self->out, "%s\n", text);
}

void story_event(story *self, korch_usec now, const korch_event *event)
{
	const korch_object_reference *about = event->involved_object;
	int is_warning = event->type && strcmp(event->type, "Warning") == 0;
	if (self->form != STORY_TEXT) {
		json_object *record = begin(self, now, "event");
		put(record, "severity", event->type);
		put(record, "reason", event->reason);
		put(record, "message", event->message);
		put(record, "kind", about ? about->kind : NULL);
		put(record, "namespace", about ? about->namespace_ : NULL);
		put(record, "name", about ? about->name : NULL);
		end(self, record);
		return;
	}
	stamp(self, &now);
	fprintf(self->out, "%s  %s%s: %s\n", about && about->name ? about->name : "",
	        is_warning ? "warning: " : "", event->reason ? event->reason : "",
	        event->message ? event->message : "");
}

static rollout_state *last_of(story *self, const rollout_state *state, int *is_new)
{
	*is_new = 0;
	for (size_t i = 0; i < self->n_last; i++)
		if (strcmp(self->last[i].name, state->name) == 0 &&
		    strcmp(self->last[i].namespace_, state->namespace_) == 0)
			return &self->last[i];
	rollout_state *last =
	    self->n_last < LAST_MAX ? realloc(self->last, (self->n_last + 1) * sizeof(*last)) : NULL;
	if (!last)
		return NULL;
	self->last = last;
	*is_new = 1;
	memset(&last[self->n_last], 0, sizeof(*last));
	return &last[self->n_last++];
}

/* Numbers and times of a sentence change all the time; what it says does not. */
static int says_the_same(const char *a, const char *b)
{
	size_t length = strcspn(a, "0123456789");
	return length == strcspn(b, "0123456789") && strncmp(a, b, length) == 0;
}

static int is_worth_telling(const rollout_state *a, const rollout_state *b)
{
	char before[320], now[320];
	rollout_progress(before, sizeof(before), a);
	rollout_progress(now, sizeof(now), b);
	return strcmp(a->phase, b->phase) != 0 || strcmp(before, now) != 0 ||
	       !says_the_same(a->sentence, b->sentence);
}

static const rollout_analysis *find_analysis(const rollout_state *state, const char *name)
{
	for (size_t i = 0; i < state->n_analyses; i++)
		if (strcmp(state->analyses[i].name, name) == 0)
			return &state->analyses[i];
	return NULL;
}

static int64_t bad_of(const rollout_analysis *analysis)
{
	int64_t sum = 0;
	for (size_t i = 0; i < analysis->n_metrics; i++)
		sum += (int64_t)analysis->metrics[i].failed + analysis->metrics[i].errors +
		       analysis->metrics[i].inconclusive;
	return sum;
}

/* Analyses whose phase changed, or with a measurement that was not good, with what they measured.
 * Returns how many lines were told. */
static int tell_analyses(const story *self, korch_usec now, const rollout_state *before,
                         const rollout_state *state)
{
	rollout_line lines[ROLLOUT_LINES_MAX];
	int told = 0;
	for (size_t i = 0; i < state->n_analyses; i++) {
		const rollout_analysis *each = &state->analyses[i];
		const rollout_analysis *was = find_analysis(before, each->name);
		if (was && strcmp(was->phase, each->phase) == 0 && bad_of(was) == bad_of(each))
			continue;
		size_t n = rollout_analysis_lines(lines, each);
		for (size_t k = 0; k < n; k++) {
			stamp(self, told++ ? NULL : &now);
			fprintf(self->out, "  %s\n", lines[k].text);
		}
	}
	return told;
}

static const rollout_revision *find_revision(const rollout_state *state, const char *hash)
{
	for (size_t i = 0; i < state->n_revisions; i++)
		if (strcmp(state->revisions[i].hash, hash) == 0)
			return &state->revisions[i];
	return NULL;
}

/* Revisions that lost pods which nobody took away. Returns how many lines were told. */
static int tell_losses(const story *self, korch_usec now, const rollout_state *before,
                       const rollout_state *state, int told)
{
	for (size_t i = 0; i < state->n_revisions; i++) {
		const rollout_revision *each = &state->revisions[i];
		const rollout_revision *was = find_revision(before, each->hash);
		if (!was || each->ready >= was->ready || each->ready >= each->desired ||
		    each->desired < was->desired)
			continue;
		stamp(self, told++ ? NULL : &now);
		fprintf(self->out, "  %s  revision %lld %s: %d of %d pods are ready\n", state->name,
		        (long long)each->number, each->role, each->ready, each->desired);
	}
	return told;
}

static void tell_text(const story *self, korch_usec now, const rollout_state *before,
                      const rollout_state *state)
{
	char progress[320];
	int told = tell_analyses(self, now, before, state);
	told = tell_losses(self, now, before, state, told);
	if (!is_worth_telling(before, state))
		return;
	rollout_progress(progress, sizeof(progress), state);
	stamp(self, told ? NULL : &now);
	fprintf(self->out, "  %s  %s%s%s: %s\n", state->name, state->phase, *progress ? "  " : "",
	        progress, state->sentence);
}

int story_state(story *self, korch_usec now, const rollout_state *state)
{
	int is_new;
	rollout_state *last = last_of(self, state, &is_new);
	if (!last || runs_note(&self->runs, now, state) < 0)
		return KORCH_E_NOMEM;
	if (!is_new && rollout_state_equal(last, state) &&
	    says_the_same(last->sentence, state->sentence))
		return 0;
	if (self->form == STORY_TEXT) {
		tell_text(self, now, last, state);
	} else {
		json_object *record = begin(self, now, "rollout");
		rollout_record_fill(record, state);
		end(self, record);
	}
	*last = *state;
	return 0;
}

static json_object *run_record(const story *self, korch_usec now, const run *each)
{
	json_object *record = begin(self, now, "run");
	json_object *weights = json_object_new_array();
	put(record, "namespace", each->namespace_);
	put(record, "name", each->name);
	json_object_object_add(record, "revision", json_object_new_int64(each->revision));
	put(record, "images", each->images);
	put(record, "phase", each->phase);
	json_object_object_add(record, "step", json_object_new_int(each->step));
	json_object_object_add(record, "stepCount", json_object_new_int(each->n_steps));
	json_object_object_add(record, "started",
	                       json_object_new_double((double)(each->started - self->start) / 1e6));
	json_object_object_add(record, "ended",
	                       json_object_new_double((double)(each->ended - self->start) / 1e6));
	json_object_object_add(record, "podsMax", json_object_new_int(each->pods_max));
	for (size_t i = 0; i < each->n_weights; i++) {
		json_object *pair = json_object_new_array();
		json_object_array_add(
		    pair, json_object_new_double((double)(each->weights[i].at - self->start) / 1e6));
		json_object_array_add(pair, json_object_new_int(each->weights[i].weight));
		json_object_array_add(weights, pair);
	}
	json_object_object_add(record, "weights", weights);
	return record;
}

static void tell_run(const story *self, const run *each)
{
	char title[400], steps[24] = "-", started[KORCH_DURATION_TEXT_SIZE];
	char duration[KORCH_DURATION_TEXT_SIZE];
	char chart[3 * RUN_CHART + 1];
	int is_default = strcmp(each->namespace_, "default") == 0;
	snprintf(title, sizeof(title), "%s%s%s %lld", is_default ? "" : each->namespace_,
	         is_default ? "" : "/", each->name, (long long)each->revision);
	if (each->n_steps)
		snprintf(steps, sizeof(steps), "%d/%d", each->step, each->n_steps);
	korch_duration_format(started, (each->started - self->start) / KORCH_USEC_PER_SEC * 1000000000);
	korch_duration_format(duration,
	                      (each->ended - each->started) / KORCH_USEC_PER_SEC * 1000000000);
	run_chart(chart, each);
	fprintf(self->out, "%-24s %-11s %6s %11s %11s %8d  %s  %s\n", title, each->phase, steps,
	        started, duration, each->pods_max, chart, each->images);
}

void story_summary(story *self, korch_usec now)
{
	if (self->form == STORY_TEXT && self->runs.n)
		fprintf(self->out, "\n%-24s %-11s %6s %11s %11s %8s  %-*s  %s\n", "ROLLOUT, REVISION",
		        "PHASE", "STEPS", "STARTED", "DURATION", "MAX PODS", RUN_CHART, "WEIGHT", "IMAGES");
	for (size_t i = 0; i < self->runs.n; i++) {
		run *each = &self->runs.items[i];
		if (!each->is_over && !each->was_healthy)
			each->ended = now;
		if (self->form == STORY_TEXT)
			tell_run(self, each);
		else
			end(self, run_record(self, now, each));
	}
}

void story_fini(story *self)
{
	runs_fini(&self->runs);
	free(self->last);
	json_object_put(self->records);
	*self = (story){0};
}
