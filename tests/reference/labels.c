/* Selectors over labels, node selectors, and whom a term of inter-pod affinity means. */
#include "internal.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const korch_map *reference_labels(const korch_object *object)
{
	return object->metadata ? object->metadata->labels : NULL;
}

const char *reference_label(const korch_object *object, const char *key)
{
	return korch_map_get(reference_labels(object), key);
}

int reference_same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static int is_in(const char *value, const char *const *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(value, values[i]) == 0)
			return 1;
	return 0;
}

/* strconv.ParseInt(text, 10, 64) of Go. */
static int parse_integer(int64_t *out, const char *text)
{
	const char *digits = text + (*text == '-' || *text == '+');
	if (!*digits || strspn(digits, "0123456789") != strlen(digits))
		return 0;
	errno = 0;
	*out = strtoll(text, NULL, 10);
	return errno == 0;
}

static int compares(const char *how, const char *value, const char *const *values, size_t n)
{
	int64_t have, want;
	if (!value || n != 1 || !parse_integer(&have, value) || !parse_integer(&want, values[0]))
		return 0;
	return strcmp(how, "Gt") == 0 ? have > want : have < want;
}

/* One requirement; value is NULL when there is no such label. */
static int requirement_holds(const char *how, const char *value, const char *const *values,
                             size_t n)
{
	if (!how)
		return 0;
	if (strcmp(how, "In") == 0)
		return value && is_in(value, values, n);
	if (strcmp(how, "NotIn") == 0)
		return !(value && is_in(value, values, n));
	if (strcmp(how, "Exists") == 0)
		return value != NULL;
	if (strcmp(how, "DoesNotExist") == 0)
		return value == NULL;
	if (strcmp(how, "Gt") == 0 || strcmp(how, "Lt") == 0)
		return compares(how, value, values, n);
	return 0;
}

static int has_all(const korch_map *wanted, const korch_map *labels)
{
	for (size_t i = 0; wanted && i < wanted->n; i++) {
		const char *value = korch_map_get(labels, wanted->items[i].key);
		if (!value || strcmp(value, wanted->items[i].value) != 0)
			return 0;
	}
	return 1;
}

int reference_selects(const korch_label_selector *selector, const korch_map *labels)
{
	if (!selector || !has_all(selector->match_labels, labels))
		return 0;
	for (size_t i = 0; i < selector->n_match_expressions; i++) {
		const korch_label_selector_requirement *r = &selector->match_expressions[i];
		if (!requirement_holds(r->operator_, korch_map_get(labels, r->key), r->values, r->n_values))
			return 0;
	}
	return 1;
}

int reference_node_term_selects(const korch_node_selector_term *term, const korch_node *node)
{
	if (term->n_match_expressions == 0 && term->n_match_fields == 0)
		return 0; /* an empty term selects nothing */
	for (size_t i = 0; i < term->n_match_expressions; i++) {
		const korch_node_selector_requirement *r = &term->match_expressions[i];
		if (!requirement_holds(r->operator_, reference_label(&node->object, r->key), r->values,
		                       r->n_values))
			return 0;
	}
	for (size_t i = 0; i < term->n_match_fields; i++) {
		const korch_node_selector_requirement *r = &term->match_fields[i];
		int is_name = strcmp(r->key, "metadata.name") == 0;
		if (r->n_values != 1 || (strcmp(r->operator_, "In") && strcmp(r->operator_, "NotIn")))
			return 0;
		if (!requirement_holds(r->operator_, is_name ? korch_object_name(&node->object) : "",
		                       r->values, r->n_values))
			return 0;
	}
	return 1;
}

int reference_node_selects(const korch_node_selector *selector, const korch_node *node)
{
	for (size_t i = 0; i < selector->n_node_selector_terms; i++)
		if (reference_node_term_selects(&selector->node_selector_terms[i], node))
			return 1;
	return 0;
}

int reference_node_wanted(const korch_pod *pod, const korch_node *node)
{
	const korch_affinity *affinity = pod->spec->affinity;
	if (!has_all(pod->spec->node_selector, reference_labels(&node->object)))
		return 0;
	if (!affinity || !affinity->node_affinity ||
	    !affinity->node_affinity->required_during_scheduling_ignored_during_execution)
		return 1;
	return reference_node_selects(
	    affinity->node_affinity->required_during_scheduling_ignored_during_execution, node);
}

static int namespace_meant(const reference_cluster *cluster, const korch_pod *owner,
                           const korch_pod_affinity_term *term, const char *name)
{
	const korch_map *labels = NULL;
	if (term->n_namespaces == 0 && !term->namespace_selector)
		return strcmp(korch_object_namespace(&owner->object), name) == 0;
	if (is_in(name, term->namespaces, term->n_namespaces))
		return 1;
	for (size_t i = 0; i < cluster->n_namespaces; i++)
		if (strcmp(cluster->namespaces[i].name, name) == 0)
			labels = cluster->namespaces[i].labels;
	return reference_selects(term->namespace_selector, labels);
}

int reference_term_means(const reference_cluster *cluster, const korch_pod *owner,
                         const korch_pod_affinity_term *term, const korch_pod *other)
{
	if (!namespace_meant(cluster, owner, term, korch_object_namespace(&other->object)) ||
	    !reference_selects(term->label_selector, reference_labels(&other->object)))
		return 0;
	for (size_t i = 0; i < term->n_match_label_keys; i++) {
		const char *mine = reference_label(&owner->object, term->match_label_keys[i]);
		const char *theirs = reference_label(&other->object, term->match_label_keys[i]);
		if (mine && !(theirs && strcmp(mine, theirs) == 0))
			return 0;
	}
	for (size_t i = 0; i < term->n_mismatch_label_keys; i++) {
		const char *mine = reference_label(&owner->object, term->mismatch_label_keys[i]);
		const char *theirs = reference_label(&other->object, term->mismatch_label_keys[i]);
		if (mine && theirs && strcmp(mine, theirs) == 0)
			return 0;
	}
	return 1;
}

int reference_together(const korch_node *a, const korch_node *b, const char *key)
{
	const char *x = reference_label(&a->object, key), *y = reference_label(&b->object, key);
	return x && y && strcmp(x, y) == 0;
}
