/* Node selectors and node affinity: Kubernetes' operators on labels and on metadata.name. */
#include "scheduler/filter/node_affinity.h"
#include "base/text.h"
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

int korch__node_selector_matches(const korch_node_selector *selector, const korch_node *node)
{
	for (size_t i = 0; i < selector->n_node_selector_terms; i++) {
		if (term_holds(&selector->node_selector_terms[i], node))
			return 1;
	}
	return 0;
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
	return !required || korch__node_selector_matches(required, node);
}

static const korch_node_selector *required_of(const korch_pod_spec *spec)
{
	const korch_node_affinity *affinity = spec->affinity ? spec->affinity->node_affinity : NULL;
	return affinity ? affinity->required_during_scheduling_ignored_during_execution : NULL;
}

/* Whether a term asks for nodes by their names, and this one is among them. */
static int asks_for(int *this_one, const korch_node_selector_term *term, const char *name)
{
	int asks = 0;
	*this_one = 1;
	for (size_t i = 0; i < term->n_match_fields; i++) {
		const korch_node_selector_requirement *need = &term->match_fields[i];
		if (!korch__text_equal(need->key, "metadata.name") ||
		    !korch__text_equal(need->operator_, "In"))
			continue;
		asks = 1;
		*this_one &= is_in(name, (const char *const *)need->values, need->n_values);
	}
	return asks;
}

int korch__node_is_left_out(const korch_pod_spec *spec, const char *name)
{
	const korch_node_selector *required = required_of(spec);
	int any = 0, this_one;
	if (!required || required->n_node_selector_terms == 0)
		return 0;
	for (size_t i = 0; i < required->n_node_selector_terms; i++) {
		if (!asks_for(&this_one, &required->node_selector_terms[i], name))
			return 0;
		any |= this_one;
	}
	return !any;
}

/* A name that all of a term's fields ask for. */
static int has_name(const korch_node_selector_term *term)
{
	for (size_t i = 0; i < term->n_match_fields; i++) {
		const korch_node_selector_requirement *need = &term->match_fields[i];
		for (size_t k = 0; k < need->n_values; k++) {
			int this_one;
			if (asks_for(&this_one, term, need->values[k]) && this_one)
				return 1;
		}
	}
	return 0;
}

int korch__node_names_conflict(const korch_pod_spec *spec)
{
	const korch_node_selector *required = required_of(spec);
	int ignored;
	if (!required || required->n_node_selector_terms == 0)
		return 0;
	for (size_t i = 0; i < required->n_node_selector_terms; i++) {
		const korch_node_selector_term *term = &required->node_selector_terms[i];
		if (!asks_for(&ignored, term, "") || has_name(term))
			return 0;
	}
	return 1;
}

int32_t korch__node_preference(const korch_pod_spec *spec, const korch_node *node)
{
	const korch_node_affinity *affinity = spec->affinity ? spec->affinity->node_affinity : NULL;
	int32_t sum = 0;
	for (size_t i = 0;
	     affinity && i < affinity->n_preferred_during_scheduling_ignored_during_execution; i++) {
		const korch_preferred_scheduling_term *term =
		    &affinity->preferred_during_scheduling_ignored_during_execution[i];
		if (term->weight != 0 && term->preference && term_holds(term->preference, node))
			sum += term->weight;
	}
	return sum;
}
