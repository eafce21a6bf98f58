/* What the engine says, against what the reference says. */
#include "world.h"
#include <korch/scheduler/explain.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int differ(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") != 0;
}

static void compare_terms(run *self, const korch_pod *pod, const korch_node_verdict *said,
                          const reference_result *is)
{
	const reference_profile *profile = &self->profiles[profile_of(self, pod)];
	size_t n = 0;
	for (int p = 0; p < REFERENCE_PLUGINS; p++)
		n += profile->weights[p] > 0;
	if (said->n_terms != n)
		fail(self, pod, "node %s: %zu terms, should be %zu", said->node, said->n_terms, n);
	for (size_t t = 0; t < n; t++) {
		const korch_score_term *term = &said->terms[t];
		int p = 0;
		while (p < REFERENCE_OWN && strcmp(term->name, reference_plugin_names[p]) != 0)
			p++;
		if (profile->weights[p] != term->weight)
			fail(self, pod, "node %s: term %s with weight %d", said->node, term->name,
			     term->weight);
		if (!is->verdict.filter && term->raw != is->raw[p])
			fail(self, pod, "node %s: %s is %lld raw, should be %lld", said->node, term->name,
			     (long long)term->raw, (long long)is->raw[p]);
		if (term->normalized != is->normalized[p])
			fail(self, pod, "node %s: %s is %lld (raw %lld), should be %lld", said->node,
			     term->name, (long long)term->normalized, (long long)term->raw,
			     (long long)is->normalized[p]);
	}
}

static void compare_node(run *self, const korch_pod *pod, const korch_node_verdict *said,
                         const reference_result *is)
{
	char reason[REFERENCE_MESSAGE_SIZE];
	reference_verdict_text(reason, sizeof(reason), &is->verdict);
	if (differ(said->filter, is->verdict.filter) || differ(said->reason, reason))
		fail(self, pod, "node %s: %s (%s), should be %s (%s)", said->node,
		     said->filter ? said->filter : "fine", said->reason ? said->reason : "",
		     is->verdict.filter ? is->verdict.filter : "fine", reason);
	compare_terms(self, pod, said, is);
	if (said->total != is->total)
		fail(self, pod, "node %s: total %lld, should be %lld", said->node, (long long)said->total,
		     (long long)is->total);
}

static void compare_explanation(run *self, korch_scheduler *engine, const korch_pod *pod,
                                const view *v, const reference_result *results)
{
	korch_explanation *explanation = NULL;
	korch_error *err = NULL;
	size_t n;
	must(self, "explain", korch_scheduler_explain(&explanation, engine, pod, &err), err);
	const korch_node_verdict *nodes = korch_explanation_nodes(explanation, &n);
	if (n != v->cluster.n_nodes)
		fail(self, pod, "explained %zu nodes, should be %zu", n, v->cluster.n_nodes);
	for (size_t i = 0; i < n; i++) {
		if (differ(nodes[i].node, node_names[v->slots[i]]))
			fail(self, pod, "node %zu is %s, should be %s", i, nodes[i].node,
			     node_names[v->slots[i]]);
		compare_node(self, pod, &nodes[i], &results[i]);
	}
	korch_explanation_free(explanation);
}

static void compare_decision(run *self, korch_scheduler *engine, const korch_pod *pod,
                             const view *v, const reference_result *results, int best,
                             const char *message)
{
	korch_decision decision = {0};
	korch_error *err = NULL;
	uint64_t feasible = 0;
	int code = korch_scheduler_decide(&decision, engine, pod, &err);
	must(self, "decide", code, err);
	for (size_t i = 0; i < v->cluster.n_nodes; i++)
		feasible += results[i].verdict.filter == NULL;
	if (code != (best >= 0))
		fail(self, pod, "decide gave %d (%s), should be %d (%s)", code,
		     code ? decision.node : decision.message, best >= 0,
		     best >= 0 ? node_names[v->slots[best]] : message);
	if (best < 0 && differ(decision.message, message))
		fail(self, pod, "said \"%s\", should be \"%s\"", decision.message, message);
	if (best < 0)
		return;
	if (differ(decision.node, node_names[v->slots[best]]) || decision.score != results[best].total)
		fail(self, pod, "decided for %s with %lld, should be %s with %lld", decision.node,
		     (long long)decision.score, node_names[v->slots[best]], (long long)results[best].total);
	if (decision.feasible != feasible)
		fail(self, pod, "%llu feasible nodes, should be %llu",
		     (unsigned long long)decision.feasible, (unsigned long long)feasible);
}

int compare(run *self, korch_scheduler *engine, const korch_pod *pod)
{
	view v;
	reference_result results[NODES];
	char message[REFERENCE_MESSAGE_SIZE];
	const reference_profile *profile = view_for(&v, self, pod);
	int best = reference_decide(results, message, &v.cluster, profile, pod);
	int explain_first = happens(&self->random, 30);
	if (explain_first)
		compare_explanation(self, engine, pod, &v, results);
	compare_decision(self, engine, pod, &v, results, best, message);
	if (!explain_first)
		compare_explanation(self, engine, pod, &v, results);
	return best < 0 ? -1 : v.slots[best];
}

int compare_nominated(run *self, const korch_pod *pod, int node)
{
	view v;
	reference_result results[NODES];
	char message[REFERENCE_MESSAGE_SIZE];
	korch_decision decision = {0};
	korch_error *err = NULL;
	const reference_profile *profile = view_for(&v, self, pod);
	int best = reference_decide(results, message, &v.cluster, profile, pod);
	size_t at = v.indexes[node];
	if (best >= 0 && at != SIZE_MAX && !results[at].verdict.filter)
		best = (int)at;
	int code = korch_scheduler_decide(&decision, self->engine, pod, &err);
	must(self, "decide", code, err);
	if (code != (best >= 0) || differ(decision.node, best < 0 ? NULL : node_names[v.slots[best]]))
		fail(self, pod, "nominated to %s, goes to %s, should be %s", node_names[node],
		     code ? decision.node : decision.message,
		     best < 0 ? message : node_names[v.slots[best]]);
	return best < 0 ? -1 : v.slots[best];
}

static void compare_usage(run *self, korch_scheduler *engine)
{
	static const char *const resources[] = {"cpu", "memory", "ephemeral-storage", "example.com/gpu",
	                                        "hugepages-2Mi"};
	view v;
	view_make(&v, &self->now);
	if (korch_scheduler_nodes(engine) != v.cluster.n_nodes)
		fail(self, NULL, "%zu nodes, should be %zu", korch_scheduler_nodes(engine),
		     v.cluster.n_nodes);
	for (size_t i = 0; i < v.cluster.n_nodes; i++)
		for (size_t r = 0; r < 5; r++) {
			int64_t allocatable = 0, requested = 0;
			const char *node = node_names[v.slots[i]];
			int64_t all = reference_node_allocatable(&v.cluster, i, resources[r]);
			int64_t used = reference_node_requested(&v.cluster, i, resources[r]);
			(void)korch_scheduler_node_usage(&allocatable, &requested, engine, node, resources[r]);
			if (allocatable != all || requested != used)
				fail(self, NULL, "node %s: %s %lld of %lld, should be %lld of %lld", node,
				     resources[r], (long long)requested, (long long)allocatable, (long long)used,
				     (long long)all);
		}
}

void compare_all(run *self, korch_scheduler *engine)
{
	compare_usage(self, engine);
	for (size_t i = 0; i < TEMPLATES; i++) {
		korch_pod *pod = generate_instance(self->templates[i], self->next_id++, &self->random);
		compare(self, engine, pod);
		korch_object_unref(&pod->object);
	}
}
