/* Rules of label selectors, affinity, tolerations and spread. */
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/problems.h"
#include "object/syntax.h"
#include <korch/api/core_affinity.h>
#include <string.h>

static int is_in(const char *text, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (korch__text_equal(text, list[i]))
			return 1;
	}
	return 0;
}

/* What operators of labels and of nodes have in common. 1 when the operator was one of them. */
static int check_values(const char *operator_, size_t n_values, const char *path,
                        korch_problems *problems)
{
	static const char *const with[] = {"In", "NotIn"}, *const without[] = {"Exists",
	                                                                       "DoesNotExist"};
	if (is_in(operator_, with, 2)) {
		if (n_values == 0)
			korch__problem_field(problems, path, "values", KORCH_PROBLEM_REQUIRED,
			                     "must be specified when `operator` is 'In' or 'NotIn'");
		return 1;
	}
	if (!is_in(operator_, without, 2))
		return 0;
	if (n_values > 0)
		korch__problem_field(problems, path, "values", KORCH_PROBLEM_FORBIDDEN,
		                     "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
	return 1;
}

static void bad_operator(const char *operator_, const char *path, const char *allowed,
                         korch_problems *problems)
{
	if (operator_ && *operator_)
		korch__problem_field(problems, path, "operator", KORCH_PROBLEM_INVALID,
		                     "\"%s\": not a valid selector operator, must be one of %s", operator_,
		                     allowed);
}

void korch__label_selector_requirement_validate(const void *self, const char *path,
                                                korch_problems *problems)
{
	const korch_label_selector_requirement *requirement = self;
	if (!check_values(requirement->operator_, requirement->n_values, path, problems))
		bad_operator(requirement->operator_, path, "In, NotIn, Exists, DoesNotExist", problems);
	for (size_t i = 0; i < requirement->n_values; i++)
		korch__syntax_check(problems, path, AT("values[%zu]", i), KORCH_FORMAT_LABEL_VALUE,
		                    requirement->values[i]);
}

void korch__label_selector_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_label_selector *selector = self;
	for (size_t i = 0; selector->match_labels && i < selector->match_labels->n; i++)
		korch__syntax_check(problems, path, "matchLabels", KORCH_FORMAT_LABEL_VALUE,
		                    selector->match_labels->items[i].value);
}

void korch__node_selector_requirement_validate(const void *self, const char *path,
                                               korch_problems *problems)
{
	static const char *const compare[] = {"Gt", "Lt"};
	const korch_node_selector_requirement *requirement = self;
	if (check_values(requirement->operator_, requirement->n_values, path, problems))
		return;
	if (!is_in(requirement->operator_, compare, 2))
		bad_operator(requirement->operator_, path, "In, NotIn, Exists, DoesNotExist, Gt, Lt",
		             problems);
	else if (requirement->n_values != 1)
		korch__problem_field(problems, path, "values", KORCH_PROBLEM_REQUIRED,
		                     "must be specified single value when `operator` is 'Lt' or 'Gt'");
}

void korch__node_selector_term_validate(const void *self, const char *path,
                                        korch_problems *problems)
{
	static const char *const operators[] = {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"};
	const korch_node_selector_term *term = self;
	for (size_t i = 0; i < term->n_match_fields; i++) {
		const korch_node_selector_requirement *field = &term->match_fields[i];
		if (!korch__text_equal(field->key, "metadata.name"))
			korch__problem_field(problems, path, AT("matchFields[%zu].key", i),
			                     KORCH_PROBLEM_INVALID,
			                     "\"%s\": not a valid field selector key, must be metadata.name",
			                     korch__text_or_empty(field->key));
		if (!is_in(field->operator_, operators, 6))
			continue; /* that is said of the requirement itself */
		if (!is_in(field->operator_, operators, 2))
			bad_operator(field->operator_, AT("%s.matchFields[%zu]", path, i), "In, NotIn",
			             problems);
		else if (field->n_values != 1)
			korch__problem_field(problems, path, AT("matchFields[%zu].values", i),
			                     KORCH_PROBLEM_REQUIRED,
			                     "must be only one value when `operator` is 'In' or 'NotIn' for "
			                     "node field selector");
	}
}

static void check_weight(int32_t weight, const char *path, korch_problems *problems)
{
	if (weight < 1 || weight > 100)
		korch__problem_field(problems, path, "weight", KORCH_PROBLEM_INVALID,
		                     "%d: must be in the range 1-100", weight);
}

void korch__preferred_scheduling_term_validate(const void *self, const char *path,
                                               korch_problems *problems)
{
	check_weight(((const korch_preferred_scheduling_term *)self)->weight, path, problems);
}

void korch__weighted_pod_affinity_term_validate(const void *self, const char *path,
                                                korch_problems *problems)
{
	check_weight(((const korch_weighted_pod_affinity_term *)self)->weight, path, problems);
}

/* Whether a selector names a label of matchLabelKeys itself, which would contradict it. */
static void check_label_keys(const korch_pod_affinity_term *term, const char *path,
                             korch_problems *problems)
{
	if (!term->label_selector && (term->n_match_label_keys || term->n_mismatch_label_keys))
		korch__problem_field(problems, path, "labelSelector", KORCH_PROBLEM_FORBIDDEN,
		                     "must be specified when matchLabelKeys or mismatchLabelKeys are set");
	for (size_t i = 0; i < term->n_match_label_keys; i++) {
		for (size_t j = 0; j < term->n_mismatch_label_keys && j < 64; j++) {
			if (korch__text_equal(term->match_label_keys[i], term->mismatch_label_keys[j]))
				korch__problem_field(problems, path, AT("matchLabelKeys[%zu]", i),
				                     KORCH_PROBLEM_INVALID,
				                     "\"%s\": exists in both matchLabelKeys and mismatchLabelKeys",
				                     term->match_label_keys[i]);
		}
	}
}

void korch__pod_affinity_term_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_pod_affinity_term *term = self;
	for (size_t i = 0; i < term->n_namespaces; i++)
		korch__syntax_check(problems, path, AT("namespaces[%zu]", i), KORCH_FORMAT_DNS1123_LABEL,
		                    term->namespaces[i]);
	check_label_keys(term, path, problems);
}

void korch__toleration_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_toleration *toleration = self;
	const char *operator_ = korch__text_or_empty(toleration->operator_);
	int exists = strcmp(operator_, "Exists") == 0;
	if (toleration->key && *toleration->key)
		korch__syntax_check(problems, path, "key", KORCH_FORMAT_QUALIFIED_NAME, toleration->key);
	else if (!exists)
		korch__problem_field(problems, path, "operator", KORCH_PROBLEM_INVALID,
		                     "\"%s\": operator must be Exists when `key` is empty, which means "
		                     "\"match all values and "
		                     "all keys\"",
		                     operator_);
	if (KORCH_IS_SET(toleration, korch_toleration, toleration_seconds) &&
	    !korch__text_equal(toleration->effect, "NoExecute"))
		korch__problem_field(problems, path, "effect", KORCH_PROBLEM_INVALID,
		                     "\"%s\": effect must be 'NoExecute' when `tolerationSeconds` is set",
		                     korch__text_or_empty(toleration->effect));
	if (exists && toleration->value && *toleration->value)
		korch__problem_field(problems, path, "operator", KORCH_PROBLEM_INVALID,
		                     "\"%s\": value must be empty when `operator` is 'Exists'", operator_);
	else if (!exists)
		korch__syntax_check(problems, path, "value", KORCH_FORMAT_LABEL_VALUE, toleration->value);
}

/* Whether a selector asks something of that label. Kubernetes 1.34 itself adds `In` the pod's value
 * for each key of matchLabelKeys to what it keeps, so that one is not counted. */
static int is_selected(const korch_label_selector *selector, const char *key)
{
	if (korch_map_get(selector->match_labels, key))
		return 1;
	for (size_t i = 0; i < selector->n_match_expressions && i < 256; i++) {
		const korch_label_selector_requirement *asked = &selector->match_expressions[i];
		if (korch__text_equal(asked->key, key) &&
		    !(korch__text_equal(asked->operator_, "In") && asked->n_values == 1))
			return 1;
	}
	return 0;
}

void korch__topology_spread_constraint_validate(const void *self, const char *path,
                                                korch_problems *problems)
{
	const korch_topology_spread_constraint *constraint = self;
	if (KORCH_IS_SET(constraint, korch_topology_spread_constraint, min_domains) &&
	    korch__text_equal(constraint->when_unsatisfiable, "ScheduleAnyway"))
		korch__problem_field(problems, path, "minDomains", KORCH_PROBLEM_INVALID,
		                     "%d: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not "
		                     "ScheduleAnyway",
		                     constraint->min_domains);
	if (constraint->n_match_label_keys > 0 && !constraint->label_selector)
		korch__problem_field(problems, path, "matchLabelKeys", KORCH_PROBLEM_FORBIDDEN,
		                     "must not be specified when labelSelector is not set");
	for (size_t i = 0; constraint->label_selector && i < constraint->n_match_label_keys; i++)
		if (is_selected(constraint->label_selector, constraint->match_label_keys[i]))
			korch__problem_field(problems, path, AT("matchLabelKeys[%zu]", i),
			                     KORCH_PROBLEM_INVALID,
			                     "\"%s\": exists in both matchLabelKeys and labelSelector",
			                     constraint->match_label_keys[i]);
}

void korch__spread_twins_validate(const korch_topology_spread_constraint *list, size_t n,
                                  const char *path, korch_problems *problems)
{
	for (size_t i = 1; i < n && i < 256; i++) {
		const korch_topology_spread_constraint *one = &list[i];
		for (size_t j = 0; j < i; j++) {
			if (!korch__text_equal(one->topology_key, list[j].topology_key) ||
			    !korch__text_equal(one->when_unsatisfiable, list[j].when_unsatisfiable))
				continue;
			korch__problem_field(
			    problems, path,
			    AT("topologySpreadConstraints[%zu].{topologyKey, whenUnsatisfiable}", i),
			    KORCH_PROBLEM_DUPLICATE, "\"{%s, %s}\"", korch__text_or_empty(one->topology_key),
			    korch__text_or_empty(one->when_unsatisfiable));
			break;
		}
	}
}
