/* Analyses of a Rollout's newest revision. */
#include "rollout/state.h"

#include <korch/api.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_HASH "rollouts-pod-template-hash"
#define LABEL_TYPE "rollout-type"

static void copy(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text ? text : "");
}

/* "0.95", "[0.95]", "[0.95, 0.9]": the first number. */
static double number_of(const char *text)
{
	char *end;
	if (!text)
		return NAN;
	text += strspn(text, "[ ");
	double value = strtod(text, &end);
	return end == text ? NAN : value;
}

static void read_metric(rollout_metric *out, const korch_analysis_metric_result *from)
{
	size_t skipped =
	    from->n_measurements > ROLLOUT_VALUES_MAX ? from->n_measurements - ROLLOUT_VALUES_MAX : 0;
	copy(out->name, sizeof(out->name), from->name);
	copy(out->phase, sizeof(out->phase), from->phase);
	for (size_t i = skipped; i < from->n_measurements; i++) {
		const korch_analysis_measurement *each = &from->measurements[i];
		out->values[out->n] = number_of(each->value);
		out->outcomes[out->n++] = each->phase && *each->phase ? *each->phase : ' ';
		if (each->value)
			copy(out->last, sizeof(out->last), each->value);
	}
	out->successful = from->successful;
	out->failed = from->failed;
	out->inconclusive = from->inconclusive;
	out->errors = from->error;
}

struct reading {
	rollout_state *out;
	const char *hash;
};

static int read_run(void *userdata, const korch_object *object)
{
	const struct reading *reading = userdata;
	const korch_analysis_run *run = (const korch_analysis_run *)object;
	const korch_analysis_run_status *status = run->status;
	rollout_state *out = reading->out;
	const char *hash = korch_map_get(object->metadata->labels, LABEL_HASH);
	if (reading->hash && (!hash || strcmp(hash, reading->hash) != 0))
		return 0;
	/* the newest are shown */
	if (out->n_analyses == ROLLOUT_ANALYSES_MAX)
		memmove(&out->analyses[0], &out->analyses[1], --out->n_analyses * sizeof(out->analyses[0]));
	rollout_analysis *to = &out->analyses[out->n_analyses++];
	memset(to, 0, sizeof(*to));
	copy(to->name, sizeof(to->name), korch_object_name(object));
	copy(to->part, sizeof(to->part), korch_map_get(object->metadata->labels, LABEL_TYPE));
	copy(to->phase, sizeof(to->phase), status && status->phase ? status->phase : "Pending");
	copy(to->message, sizeof(to->message), status ? status->message : NULL);
	for (size_t i = 0; status && i < status->n_metric_results && i < ROLLOUT_METRICS_MAX; i++)
		read_metric(&to->metrics[to->n_metrics++], &status->metric_results[i]);
	return 0;
}

void rollout_analyses_read(rollout_state *out, const korch_view *view, const korch_object *rollout,
                           const char *hash)
{
	struct reading reading = {out, hash};
	const korch_view_query query = {.kind = &korch_analysis_run_kind,
	                                .owner_uid = korch_object_uid(rollout)};
	korch_view_each(view, &query, read_run, &reading);
}
