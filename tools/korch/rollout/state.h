/*
 * What a Rollout looks like at a moment, as plain data: phase, steps, weights, pods of each
 * revision, analyses with their last measurements, and the sentence that explains it. Shared by
 * `korch up` and `korch rollout`; no output in here.
 */
#ifndef KORCH_ROLLOUT_STATE_H
#define KORCH_ROLLOUT_STATE_H

#include <korch/api/analysis.h>
#include <korch/cluster.h>
#include <korch/strategy.h>
#include <korch/view.h>

enum {
	ROLLOUT_REVISIONS_MAX = 4, /* that are shown */
	ROLLOUT_ANALYSES_MAX = 4,
	ROLLOUT_METRICS_MAX = 4, /* of an analysis */
	ROLLOUT_VALUES_MAX = 24, /* of a metric, the last ones */
};

typedef struct rollout_revision {
	int64_t number;
	char hash[32];
	char role[8]; /* "canary", "stable", "active", "preview", "primary", "" */
	char images[160];
	int32_t desired;
	int32_t pods;
	int32_t ready;
	int32_t available;
	int32_t weight; /* share of the traffic in percent, -1: nothing says */
} rollout_revision;

typedef struct rollout_metric {
	char name[64];
	char phase[16];
	char last[32];                     /* the last value as it was measured */
	double values[ROLLOUT_VALUES_MAX]; /* NAN: no number */
	char outcomes[ROLLOUT_VALUES_MAX]; /* first letter of each measurement's phase */
	size_t n;
	int32_t successful;
	int32_t failed;
	int32_t inconclusive;
	int32_t errors;
} rollout_metric;

typedef struct rollout_analysis {
	char name[128];
	char phase[16];
	char part[16]; /* "Step", "Background", "PrePromotion", "PostPromotion" */
	char message[200];
	rollout_metric metrics[ROLLOUT_METRICS_MAX];
	size_t n_metrics;
} rollout_analysis;

typedef struct rollout_state {
	char namespace_[64];
	char name[256];
	char strategy[16]; /* "canary", "blueGreen", "flagger" */
	char phase[16];
	char message[240];
	char step_text[96]; /* of the present step; "" behind the last */
	int32_t step;       /* steps done */
	int32_t n_steps;
	int32_t set_weight; /* that the steps ask for; -1: no canary */
	int32_t desired;
	int32_t is_aborted;
	rollout_revision revisions[ROLLOUT_REVISIONS_MAX]; /* the newest first */
	size_t n_revisions;
	rollout_analysis analyses[ROLLOUT_ANALYSES_MAX]; /* of the newest revision, by start */
	size_t n_analyses;
	/* Changes by time alone; has to be the last member. */
	char sentence[KORCH_STRATEGY_TEXT_SIZE];
} rollout_state;

/* What it looks like now. Whatever does not fit is left out. */
void rollout_state_read(rollout_state *out, korch_cluster *cluster, const korch_object *rollout);
/* canary.c: the same of a Canary of Flagger. */
void rollout_state_read_canary(rollout_state *out, korch_cluster *cluster,
                               const korch_object *canary);
/* Whether two look alike but for times in the sentence. */
int rollout_state_equal(const rollout_state *a, const rollout_state *b);
/* The text of a step of the manifest, "setWeight: 20"; "" when there is none. */
void rollout_step_text(char *out, size_t size, const korch_object *rollout, int32_t step);
/* analysis.c: the analyses of the revision `hash`; NULL: of all. */
void rollout_analyses_read(rollout_state *out, const korch_view *view, const korch_object *rollout,
                           const char *hash);
/* chart.c: "▁▂▃▅▇", the values between the least and the greatest of them; "·" for one without a
 * number. out has room for 3 * ROLLOUT_VALUES_MAX + 1 bytes. */
void rollout_chart(char *out, const rollout_metric *metric, size_t most);

#endif
