/* What a scheduler was told, and that a new one which is told the same says the same. */
#include "script.h"
#include <check.h>
#include <korch/scheduler/explain.h>
#include <korch/scheduler/preempt.h>
#include <stdlib.h>
#include <string.h>

static korch_pod *ref(const korch_pod *pod)
{
	return pod ? (korch_pod *)(uintptr_t)korch_object_ref(&pod->object) : NULL;
}

static void unref(korch_pod *pod)
{
	if (pod)
		korch_object_unref(&pod->object);
}

void set_pod(korch_pod **slot, korch_pod *pod)
{
	unref(*slot);
	*slot = pod;
}

model model_copy(const model *from)
{
	model to = *from;
	for (size_t i = 0; i < MODEL_NODES; i++) {
		if (to.nodes[i])
			korch_object_ref(&to.nodes[i]->object);
	}
	for (size_t i = 0; i < MODEL_PODS; i++) {
		ref(to.pods[i].pod);
		ref(to.pods[i].nominated);
		ref(to.pods[i].waiting);
	}
	for (size_t i = 0; i < MODEL_SPACES; i++)
		korch_block_ref(to.spaces[i]);
	return to;
}

void model_fini(model *of)
{
	for (size_t i = 0; i < MODEL_NODES; i++) {
		if (of->nodes[i])
			korch_object_unref(&of->nodes[i]->object);
	}
	for (size_t i = 0; i < MODEL_PODS; i++) {
		unref(of->pods[i].pod);
		unref(of->pods[i].nominated);
		unref(of->pods[i].waiting);
	}
	for (size_t i = 0; i < MODEL_SPACES; i++)
		korch_block_unref(of->spaces[i]);
	memset(of, 0, sizeof(*of));
}

static void feed_pods(korch_scheduler *s, const model *from)
{
	for (size_t i = MODEL_PODS; i-- > 0;) {
		const model_pod *one = &from->pods[i];
		if (one->pod)
			ck_assert_int_eq(
			    korch_scheduler_pod_set(s, one->pod, model_node_names[one->node], NULL), 0);
	}
}

static void feed_nodes(korch_scheduler *s, const model *from)
{
	for (size_t i = MODEL_NODES; i-- > 0;) {
		if (from->nodes[i])
			ck_assert_int_eq(korch_scheduler_node_set(s, from->nodes[i], NULL), 0);
	}
}

/* Nodes after pods, or before them: the last thing that the model knows chooses. */
static korch_scheduler *rebuild(const script *run)
{
	korch_scheduler *s = NULL;
	const model *from = &run->now;
	ck_assert_int_eq(korch_scheduler_new(&s, &run->options, NULL), 0);
	if (run->from.n & 1)
		feed_pods(s, from);
	feed_nodes(s, from);
	if (!(run->from.n & 1))
		feed_pods(s, from);
	for (size_t i = 0; i < MODEL_SPACES; i++) {
		if (from->spaces[i])
			ck_assert_int_eq(
			    korch_scheduler_namespace_set(s, model_spaces[i], from->spaces[i], NULL), 0);
	}
	for (unsigned i = 0; i < MODEL_CLAIMS; i++)
		ck_assert_int_eq(set_claim(s, i, from->claims[i]), 0);
	for (size_t i = 0; i < MODEL_PODS; i++) {
		const model_pod *one = &from->pods[i];
		if (one->nominated)
			ck_assert_int_eq(korch_scheduler_nominate(s, one->nominated,
			                                          model_node_names[one->nominated_to], NULL),
			                 0);
	}
	return s;
}

static const char *text(const char *of)
{
	return of ? of : "";
}

static void check_verdict(const korch_node_verdict *a, const korch_node_verdict *b)
{
	ck_assert_str_eq(a->node, b->node);
	ck_assert_str_eq(text(a->filter), text(b->filter));
	ck_assert_str_eq(text(a->reason), text(b->reason));
	ck_assert_uint_eq(a->n_terms, b->n_terms);
	for (size_t i = 0; i < a->n_terms; i++) {
		const korch_score_term *x = &a->terms[i], *y = &b->terms[i];
		ck_assert_msg(x->raw == y->raw && x->normalized == y->normalized,
		              "%s of %s: %lld (%lld), rebuilt %lld (%lld)", x->name, a->node,
		              (long long)x->raw, (long long)x->normalized, (long long)y->raw,
		              (long long)y->normalized);
	}
	ck_assert_int_eq(a->total, b->total);
}

/* What was explained is what is decided. */
static void check_decision(const script *run, const korch_pod *probe, const korch_explanation *told)
{
	korch_decision decision;
	size_t n;
	const korch_node_verdict *verdicts = korch_explanation_nodes(told, &n);
	int found = korch_scheduler_decide(&decision, run->s, probe, NULL);
	ck_assert_str_eq(text(found ? decision.node : NULL), text(korch_explanation_node(told)));
	ck_assert_str_eq(text(found ? NULL : decision.message), text(korch_explanation_message(told)));
	for (size_t i = 0; found && i < n; i++) {
		if (verdicts[i].filter)
			continue;
		ck_assert_int_le(verdicts[i].total, decision.score);
		if (strcmp(verdicts[i].node, decision.node) == 0)
			ck_assert_int_eq(verdicts[i].total, decision.score);
	}
}

void check_rebuilt(const script *run, korch_pod *probe)
{
	korch_explanation *a = NULL, *b = NULL;
	korch_scheduler *anew = rebuild(run);
	size_t n, n_anew;
	int code = korch_scheduler_explain(&a, run->s, probe, NULL);
	ck_assert_int_eq(korch_scheduler_explain(&b, anew, probe, NULL), code);
	if (code < 0) {
		korch_scheduler_free(anew);
		return;
	}
	const korch_node_verdict *x = korch_explanation_nodes(a, &n),
	                         *y = korch_explanation_nodes(b, &n_anew);
	ck_assert_uint_eq(n, n_anew);
	for (size_t i = 0; i < n; i++)
		check_verdict(&x[i], &y[i]);
	ck_assert_str_eq(text(korch_explanation_node(a)), text(korch_explanation_node(b)));
	ck_assert_str_eq(text(korch_explanation_message(a)), text(korch_explanation_message(b)));
	check_decision(run, probe, a);
	korch_explanation_free(a);
	korch_explanation_free(b);
	korch_scheduler_free(anew);
}
