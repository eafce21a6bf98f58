/* Reasons in kube-scheduler's words. */
#include "scheduler/explain/reason.h"
#include "base/cleanup.h"

typedef struct reason_row {
	sched_filter filter;
	const char *text;
} reason_row;

static const reason_row rows[] = {
    [REASON_NONE] = {FILTER_NONE, NULL},
    [REASON_NAMES_CONFLICT] = {FILTER_AFFINITY, "pod affinity terms conflict"},
    [REASON_LEFT_OUT] = {FILTER_AFFINITY, "node(s) didn't satisfy plugin(s) [NodeAffinity]"},
    [REASON_UNSCHEDULABLE] = {FILTER_UNSCHEDULABLE, "node(s) were unschedulable"},
    [REASON_NODE_NAME] = {FILTER_NAME, "node(s) didn't match the requested node name"},
    [REASON_TAINT] = {FILTER_TAINT, NULL},
    [REASON_AFFINITY] = {FILTER_AFFINITY, "node(s) didn't match Pod's node affinity/selector"},
    [REASON_PORTS] = {FILTER_PORTS, "node(s) didn't have free ports for the requested pod ports"},
    [REASON_FIT] = {FILTER_FIT, NULL},
    [REASON_VOLUME] = {FILTER_VOLUME, "node(s) had volume node affinity conflict"},
    [REASON_SPREAD_LABEL] =
        {FILTER_SPREAD,
         "node(s) didn't match pod topology spread constraints (missing required label)"},
    [REASON_SPREAD] = {FILTER_SPREAD, "node(s) didn't match pod topology spread constraints"},
    [REASON_POD_AFFINITY] = {FILTER_INTERPOD, "node(s) didn't match pod affinity rules"},
    [REASON_POD_ANTI_AFFINITY] = {FILTER_INTERPOD, "node(s) didn't match pod anti-affinity rules"},
    [REASON_EXISTING_ANTI_AFFINITY] = {FILTER_INTERPOD,
                                       "node(s) didn't satisfy existing pods anti-affinity rules"},
    [REASON_MAX_PER_NODE] = {FILTER_MAX_PER_NODE, "node(s) had too many pods of the group"},
    [REASON_PLUGIN] = {FILTER_PLUGIN, NULL},
};

sched_filter korch__reason_filter(sched_reason reason)
{
	return rows[reason].filter;
}

const char *korch__reason_text(sched_reason reason)
{
	return rows[reason].text;
}
