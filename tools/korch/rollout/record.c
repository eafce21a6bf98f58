/* A Rollout's state as JSON. Documented in docs/korch.md; members are only ever added. */
#include "rollout/record.h"

#include <math.h>

static void put(json_object *to, const char *key, const char *value)
{
	json_object_object_add(to, key, json_object_new_string(value));
}

static void put_int(json_object *to, const char *key, int64_t value)
{
	json_object_object_add(to, key, json_object_new_int64(value));
}

static json_object *revision(const rollout_revision *from)
{
	json_object *to = json_object_new_object();
	put_int(to, "revision", from->number);
	put(to, "hash", from->hash);
	put(to, "role", from->role);
	put(to, "images", from->images);
	put_int(to, "desired", from->desired);
	put_int(to, "pods", from->pods);
	put_int(to, "ready", from->ready);
	put_int(to, "available", from->available);
	if (from->weight >= 0)
		put_int(to, "weight", from->weight);
	return to;
}

static const char *outcome_word(char letter)
{
	switch (letter) {
	case 'S':
		return "Successful";
	case 'F':
		return "Failed";
	case 'E':
		return "Error";
	case 'I':
		return "Inconclusive";
	default:
		return "Running";
	}
}

static json_object *metric(const rollout_metric *from)
{
	json_object *to = json_object_new_object();
	json_object *values = json_object_new_array();
	put(to, "name", from->name);
	put(to, "phase", from->phase);
	put(to, "last", from->last);
	for (size_t i = 0; i < from->n; i++)
		json_object_array_add(
		    values, isfinite(from->values[i]) ? json_object_new_double(from->values[i]) : NULL);
	json_object_object_add(to, "values", values);
	if (from->n)
		put(to, "outcome", outcome_word(from->outcomes[from->n - 1]));
	put_int(to, "successful", from->successful);
	put_int(to, "failed", from->failed);
	put_int(to, "inconclusive", from->inconclusive);
	put_int(to, "errors", from->errors);
	return to;
}

static json_object *analysis(const rollout_analysis *from)
{
	json_object *to = json_object_new_object();
	json_object *metrics = json_object_new_array();
	put(to, "name", from->name);
	put(to, "part", from->part);
	put(to, "phase", from->phase);
	put(to, "message", from->message);
	for (size_t i = 0; i < from->n_metrics; i++)
		json_object_array_add(metrics, metric(&from->metrics[i]));
	json_object_object_add(to, "metrics", metrics);
	return to;
}

void rollout_record_fill(json_object *to, const rollout_state *state)
{
	json_object *revisions = json_object_new_array();
	json_object *analyses = json_object_new_array();
	put(to, "namespace", state->namespace_);
	put(to, "name", state->name);
	put(to, "strategy", state->strategy);
	put(to, "phase", state->phase);
	put(to, "message", state->message);
	put_int(to, "step", state->step);
	put_int(to, "stepCount", state->n_steps);
	put(to, "stepText", state->step_text);
	if (state->set_weight >= 0)
		put_int(to, "setWeight", state->set_weight);
	put_int(to, "desired", state->desired);
	json_object_object_add(to, "aborted", json_object_new_boolean(state->is_aborted));
	for (size_t i = 0; i < state->n_revisions; i++)
		json_object_array_add(revisions, revision(&state->revisions[i]));
	json_object_object_add(to, "revisions", revisions);
	for (size_t i = 0; i < state->n_analyses; i++)
		json_object_array_add(analyses, analysis(&state->analyses[i]));
	json_object_object_add(to, "analyses", analyses);
	put(to, "explanation", state->sentence);
}
