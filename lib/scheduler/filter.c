/* One pod and one node: taints, selector and node affinity, host ports, requests, and the score
 * MostAllocated. */
#include "base/text.h"
#include "scheduler/state.h"
#include "scheduler/taint.h"
#include <string.h>

static int is_in(const char *value, const char *const *values, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (korch__text_equal(value, values[i]))
			return 1;
	}
	return 0;
}

static int compares(const char *value, const korch_node_selector_requirement *need, int greater)
{
	int64_t have, limit;
	if (!value || need->n_values != 1 || korch__text_to_i64(&have, value) < 0 ||
	    korch__text_to_i64(&limit, need->values[0]) < 0)
		return 0;
	return greater ? have > limit : have < limit;
}

static int requirement_holds(const korch_node_selector_requirement *need, const char *value)
{
	const char *how = korch__text_or_empty(need->operator_);
	const char *const *values = (const char *const *)need->values;
	if (strcmp(how, "In") == 0)
		return value && is_in(value, values, need->n_values);
	if (strcmp(how, "NotIn") == 0)
		return !value || !is_in(value, values, need->n_values);
	if (strcmp(how, "Exists") == 0)
		return value != NULL;
	if (strcmp(how, "DoesNotExist") == 0)
		return value == NULL;
	if (strcmp(how, "Gt") == 0)
		return compares(value, need, 1);
	return strcmp(how, "Lt") == 0 && compares(value, need, 0);
}

/* A term without requirements matches no node. */
static int term_holds(const korch_node_selector_term *term, const korch_node *node)
{
	if (term->n_match_expressions == 0 && term->n_match_fields == 0)
		return 0;
	for (size_t i = 0; i < term->n_match_expressions; i++) {
		const korch_node_selector_requirement *need = &term->match_expressions[i];
		if (!requirement_holds(need, korch_map_get(node->object.metadata->labels,
		                                           korch__text_or_empty(need->key))))
			return 0;
	}
	for (size_t i = 0; i < term->n_match_fields; i++) {
		const korch_node_selector_requirement *need = &term->match_fields[i];
		int known = korch__text_equal(need->key, "metadata.name");
		if (!known || !requirement_holds(need, korch_object_name(&node->object)))
			return 0;
	}
	return 1;
}

int korch__node_is_selected(const korch_pod_spec *spec, const korch_node *node)
{
	const korch_map *wanted = spec->node_selector, *labels = node->object.metadata->labels;
	for (size_t i = 0; wanted && i < wanted->n; i++) {
		const char *value = korch_map_get(labels, wanted->items[i].key);
		if (!value || !korch__text_equal(value, wanted->items[i].value))
			return 0;
	}
	const korch_node_affinity *affinity = spec->affinity ? spec->affinity->node_affinity : NULL;
	const korch_node_selector *required =
	    affinity ? affinity->required_during_scheduling_ignored_during_execution : NULL;
	if (!required)
		return 1;
	for (size_t i = 0; i < required->n_node_selector_terms; i++) {
		if (term_holds(&required->node_selector_terms[i], node))
			return 1;
	}
	return 0;
}

const korch_taint *korch__untolerated_taint(const korch_pod_spec *spec, const korch_node *node)
{
	for (size_t i = 0; node->spec && i < node->spec->n_taints; i++) {
		const korch_taint *taint = &node->spec->taints[i];
		int repels = korch__text_equal(taint->effect, "NoSchedule") ||
		             korch__text_equal(taint->effect, "NoExecute");
		if (repels && !korch__taint_toleration(taint, spec->tolerations, spec->n_tolerations))
			return taint;
	}
	return NULL;
}

sched_reason korch__node_verdict(const korch_pod_spec *spec, const korch_node *node)
{
	static const korch_taint cordon = {.key = "node.kubernetes.io/unschedulable",
	                                   .effect = "NoSchedule"};
	if (node->spec && node->spec->unschedulable &&
	    !korch__taint_toleration(&cordon, spec->tolerations, spec->n_tolerations))
		return REASON_UNSCHEDULABLE;
	if (spec->node_name && spec->node_name[0] &&
	    strcmp(spec->node_name, korch_object_name(&node->object)) != 0)
		return REASON_NODE_NAME;
	if (korch__untolerated_taint(spec, node))
		return REASON_TAINT;
	return korch__node_is_selected(spec, node) ? REASON_NONE : REASON_AFFINITY;
}

static int is_any(const char *ip)
{
	return !ip[0] || strcmp(ip, "0.0.0.0") == 0;
}

static int ports_collide(const sched_port *a, const sched_port *b)
{
	return a->port == b->port && strcmp(a->protocol, b->protocol) == 0 &&
	       (is_any(a->ip) || is_any(b->ip) || strcmp(a->ip, b->ip) == 0);
}

/* Host ports are rare: the pods of the node are found by going through all. */
static int ports_are_free(const korch_scheduler *s, const sched_needs *needs,
                          const sched_slot *slot)
{
	const sched_pod *pod;
	for (size_t at = 0; slot->n_ports > 0 && (pod = korch__table_next(&s->pod_table, &at));) {
		if (pod->slot != slot->index)
			continue;
		for (size_t i = 0; i < pod->needs->ports.n * needs->ports.n; i++) {
			if (ports_collide(&pod->needs->ports.items[i / needs->ports.n],
			                  &needs->ports.items[i % needs->ports.n]))
				return 0;
		}
	}
	return 1;
}

sched_reason korch__node_fits(const korch_scheduler *s, const sched_needs *needs,
                              const sched_slot *slot)
{
	const int64_t *alloc = s->alloc + (size_t)slot->index * s->row,
	              *used = s->used + (size_t)slot->index * s->row;
	if (used[RES_PODS] + 1 > alloc[RES_PODS])
		return REASON_FIT;
	for (size_t i = 0; i < needs->items.n; i++) {
		const sched_need *need = &needs->items.items[i];
		if (need->amount > alloc[need->resource] - used[need->resource])
			return REASON_FIT;
	}
	if (needs->ports.n > 0 && !ports_are_free(s, needs, slot))
		return REASON_PORTS;
	return REASON_NONE;
}

/* Kubernetes' MostAllocated over cpu and memory with equal weight: 0 to 100. */
int32_t korch__node_score(const korch_scheduler *s, const sched_needs *needs,
                          const sched_slot *slot)
{
	const int64_t *alloc = s->alloc + (size_t)slot->index * s->row;
	const int64_t wanted[2] = {slot->score_cpu + needs->score_cpu,
	                           slot->score_memory + needs->score_memory};
	int64_t sum = 0, weights = 0;
	for (size_t i = 0; i < 2; i++) {
		int64_t total = alloc[i == 0 ? RES_CPU : RES_MEMORY];
		if (total <= 0)
			continue;
		int64_t part = wanted[i] < total ? wanted[i] : total;
		sum += (int64_t)((double)part * 100 / (double)total);
		weights++;
	}
	return weights > 0 ? (int32_t)(sum / weights) : 0;
}
