/* Rows of the reference's tests: what is expected of a text, in words. */
#include "rows.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NODES = 32 };

static char answer[REFERENCE_MESSAGE_SIZE];
static reference_result results[MOST_NODES];

const char *decided(const char *text)
{
	yaml_cluster self;
	ck_assert_int_eq(yaml_cluster_read(&self, text), 0);
	ck_assert_uint_eq(self.n_waiting, 1);
	ck_assert_uint_le(self.cluster.n_nodes, MOST_NODES);
	int node = reference_decide(results, answer, &self.cluster, &reference_default_profile,
	                            self.waiting[0]);
	if (node >= 0)
		snprintf(answer, sizeof(answer), "%s", korch_object_name(&self.nodes[node]->object));
	yaml_cluster_free(&self);
	return answer;
}

static const char *scores(const char *text, int plugin, const reference_profile *profile, int raw)
{
	yaml_cluster self;
	size_t used = 0;
	ck_assert_int_eq(yaml_cluster_read(&self, text), 0);
	ck_assert_uint_eq(self.n_waiting, 1);
	ck_assert_uint_le(self.cluster.n_nodes, MOST_NODES);
	ck_assert_int_ge(reference_decide(results, answer, &self.cluster, profile, self.waiting[0]), 0);
	for (size_t i = 0; i < self.cluster.n_nodes; i++) {
		int64_t score = raw ? results[i].raw[plugin] : results[i].normalized[plugin];
		used += (size_t)snprintf(answer + used, sizeof(answer) - used, i ? " " : "");
		if (results[i].verdict.filter)
			used += (size_t)snprintf(answer + used, sizeof(answer) - used, "-");
		else
			used +=
			    (size_t)snprintf(answer + used, sizeof(answer) - used, "%lld", (long long)score);
	}
	yaml_cluster_free(&self);
	return answer;
}

const char *scored(const char *text, int plugin)
{
	return scores(text, plugin, &reference_default_profile, 0);
}

const char *scored_raw(const char *text, int plugin)
{
	return scores(text, plugin, &reference_default_profile, 1);
}

const char *scored_with(const char *text, int plugin, const reference_profile *profile)
{
	return scores(text, plugin, profile, 0);
}

const char *preempted(const char *text)
{
	yaml_cluster self;
	reference_preemption found;
	ck_assert_int_eq(yaml_cluster_read(&self, text), 0);
	ck_assert_uint_eq(self.n_waiting, 1);
	snprintf(answer, sizeof(answer), "none");
	if (reference_preempt(&found, &self.cluster, self.waiting[0])) {
		size_t used = (size_t)snprintf(answer, sizeof(answer),
		                               "%s:", korch_object_name(&self.nodes[found.node]->object));
		for (size_t i = 0; i < found.n_victims; i++)
			used += (size_t)snprintf(answer + used, sizeof(answer) - used, " %s",
			                         korch_object_name(&self.pods[found.victims[i]].pod->object));
		snprintf(answer + used, sizeof(answer) - used, " (%zu)", found.n_violations);
		free(found.victims);
	}
	yaml_cluster_free(&self);
	return answer;
}
