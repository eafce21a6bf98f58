/*
 * What pods bear while they play a part: canaryMetadata and stableMetadata, previewMetadata and
 * activeMetadata. The ReplicaSet notes what it was given, so that it can be taken back. And the
 * anti-affinity between revisions, which a new ReplicaSet's template gets.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/claim.h"
#include "control/pods.h"
#include "control/rollout/hand.h"
#include <korch/codec.h>
#include <stdlib.h>
#include <string.h>

/* What a revision's pods should bear now, or NULL. */
static const korch_pod_template_metadata *wanted(const korch__argo_hand *h, const char *hash)
{
	const korch_rollout_strategy *strategy = h->rollout->spec->strategy;
	const korch_canary_strategy *canary = strategy->canary;
	const korch_blue_green_strategy *bg = strategy->blue_green;
	const char *stable = h->next.state.stable;
	int is_current = korch__text_equal(hash, h->hash);
	int is_stable = stable ? korch__text_equal(hash, stable) : is_current;
	if (is_stable)
		return canary ? canary->stable_metadata : bg->active_metadata;
	if (is_current)
		return canary ? canary->canary_metadata : bg->preview_metadata;
	return NULL;
}

/* Takes back what `old` gave and `now` does not, and gives what `now` has. */
static int exchange(korch_map **slot, const korch_map *old, const korch_map *now)
{
	for (size_t i = 0; old && i < old->n; i++) {
		const char *key = old->items[i].key;
		if (!korch_map_get(now, key) && korch_map_get(*slot, key) &&
		    korch_map_set(slot, key, NULL) < 0)
			return KORCH_E_NOMEM;
	}
	for (size_t i = 0; now && i < now->n; i++) {
		const char *key = now->items[i].key, *value = korch__text_or_empty(now->items[i].value);
		const char *have = korch_map_get(*slot, key);
		if (!(have && strcmp(have, value) == 0) && korch_map_set(slot, key, value) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int exchange_both(korch_object_meta *meta, const korch_pod_template_metadata *old,
                         const korch_pod_template_metadata *now)
{
	if (exchange(&meta->labels, old ? old->labels : NULL, now ? now->labels : NULL) < 0)
		return KORCH_E_NOMEM;
	return exchange(&meta->annotations, old ? old->annotations : NULL,
	                now ? now->annotations : NULL);
}

/* Pods that are there already are changed, too. 1: all are; 0: the rest is for another plan. */
static int change_pods(korch__argo_hand *h, const korch__argo_set *set,
                       const korch_pod_template_metadata *old,
                       const korch_pod_template_metadata *now)
{
	for (size_t i = 0; i < h->input->n_pods; i++) {
		const korch_pod *pod = h->input->pods[i];
		if (!korch__is_controlled_by(&pod->object, korch_object_uid(&set->set->object)) ||
		    !korch__pod_is_active(pod))
			continue;
		korch_object *edited = korch_object_edit(&pod->object);
		korch_object_meta *meta = edited ? korch_object_edit_meta(edited) : NULL;
		if (!meta || exchange_both(meta, old, now) < 0) {
			korch_object_unref(edited);
			return KORCH_E_NOMEM;
		}
		if (korch_object_equal(edited, &pod->object)) {
			korch_object_unref(edited);
			continue;
		}
		if (!korch__plan_takes(h->plan, h->n + 1)) {
			korch_object_unref(edited);
			return 0;
		}
		if (korch_plan_update(h->plan, &pod->object, edited) < 0)
			return KORCH_E_NOMEM;
		h->pods_changed = 1;
	}
	return 1;
}

/* Template, note and pods of one set. */
static int change_set(korch__argo_hand *h, korch__argo_set *set,
                      const korch_pod_template_metadata *old, const char *note)
{
	const korch_pod_template_metadata *now = wanted(h, set->hash);
	/* The note says that all pods have it, so it comes last. */
	int code = set->is_new ? 1 : change_pods(h, set, old, now);
	if (code <= 0)
		return code;
	korch_replica_set *edited = korch__argo_set_edit(set);
	korch_object_meta *own = edited ? korch_object_edit_meta(&edited->object) : NULL;
	korch_replica_set_spec *spec =
	    edited ? korch_struct_edit(&edited->spec, &korch_replica_set_spec_type) : NULL;
	korch_pod_template_spec *template_ =
	    spec ? korch_struct_edit(&spec->template_, &korch_pod_template_spec_type) : NULL;
	korch_object_meta *meta =
	    template_ ? korch_struct_edit(&template_->metadata, &korch_object_meta_type) : NULL;
	if (!own || !meta || exchange_both(meta, old, now) < 0 ||
	    korch_map_set(&own->annotations, KORCH__ARGO_ANNOTATION_METADATA, note) < 0)
		return KORCH_E_NOMEM;
	return 0;
}

static int sync_set(korch__argo_hand *h, korch__argo_set *set)
{
	const korch_pod_template_metadata *now = wanted(h, set->hash);
	const korch_object *stored = &(set->edited ? set->edited : set->set)->object;
	const char *noted = korch__annotation(stored, KORCH__ARGO_ANNOTATION_METADATA);
	korch_pod_template_metadata *old = NULL;
	char *note = NULL;
	int code = now ? korch_struct_to_json(&note, now, &korch_pod_template_metadata_type) : 0;
	if (code == 0 && !korch__text_equal(noted, note)) {
		if (noted && korch_struct_from_json((void **)&old, &korch_pod_template_metadata_type, noted,
		                                    NULL, NULL) == KORCH_E_NOMEM)
			code = KORCH_E_NOMEM;
		else
			code = change_set(h, set, old, note);
	}
	korch_block_unref(old);
	free(note);
	return code;
}

int korch__argo_apply_metadata(korch__argo_hand *h)
{
	for (size_t i = 0; i < h->n; i++) {
		int removed = 0;
		for (size_t t = 0; t < h->next.n_targets; t++)
			removed |= h->next.targets[t].remove &&
			           korch__text_equal(h->next.targets[t].hash, h->sets[i].hash);
		if (!removed && sync_set(h, &h->sets[i]) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int is_ours(const korch_pod_affinity_term *term)
{
	const korch_label_selector *selector = term ? term->label_selector : NULL;
	return selector && selector->n_match_expressions == 1 &&
	       korch__text_equal(selector->match_expressions[0].key, KORCH__ARGO_LABEL_HASH);
}

/* The terms of anti-affinity that a set's template was given stand last. */
static int remove_anti_affinity(korch_pod_template_spec *template_)
{
	const korch_affinity *has = template_->spec ? template_->spec->affinity : NULL;
	const korch_pod_anti_affinity *anti = has ? has->pod_anti_affinity : NULL;
	if (!anti)
		return 0;
	size_t required = anti->n_required_during_scheduling_ignored_during_execution;
	size_t preferred = anti->n_preferred_during_scheduling_ignored_during_execution;
	int ours_required =
	    required &&
	    is_ours(&anti->required_during_scheduling_ignored_during_execution[required - 1]);
	int ours_preferred =
	    preferred &&
	    is_ours(anti->preferred_during_scheduling_ignored_during_execution[preferred - 1]
	                .pod_affinity_term);
	if (!ours_required && !ours_preferred)
		return 0;
	korch_pod_spec *spec = korch_struct_edit(&template_->spec, &korch_pod_spec_type);
	korch_affinity *affinity =
	    spec ? korch_struct_edit(&spec->affinity, &korch_affinity_type) : NULL;
	if (!affinity)
		return KORCH_E_NOMEM;
	if (required + preferred == 1) { /* there was none before */
		korch_block_share(&affinity->pod_anti_affinity, NULL);
		if (!affinity->node_affinity && !affinity->pod_affinity)
			korch_block_share(&spec->affinity, NULL);
		return 0;
	}
	korch_pod_anti_affinity *edited =
	    korch_struct_edit(&affinity->pod_anti_affinity, &korch_pod_anti_affinity_type);
	if (!edited)
		return KORCH_E_NOMEM;
	if (ours_required)
		korch_list_edit(&edited->required_during_scheduling_ignored_during_execution,
		                &edited->n_required_during_scheduling_ignored_during_execution,
		                &korch_pod_affinity_term_type, required - 1);
	if (ours_preferred)
		korch_list_edit(&edited->preferred_during_scheduling_ignored_during_execution,
		                &edited->n_preferred_during_scheduling_ignored_during_execution,
		                &korch_weighted_pod_affinity_term_type, preferred - 1);
	return 0;
}

int korch__argo_template_of(korch_pod_template_spec **slot, const korch_replica_set *set)
{
	const char *noted = korch__annotation(&set->object, KORCH__ARGO_ANNOTATION_METADATA);
	korch_pod_template_metadata *given = NULL;
	korch_block_share(slot, set->spec->template_);
	korch_pod_template_spec *template_ = korch_struct_edit(slot, &korch_pod_template_spec_type);
	korch_object_meta *meta =
	    template_ ? korch_struct_edit(&template_->metadata, &korch_object_meta_type) : NULL;
	if (!meta || korch_map_set(&meta->labels, KORCH__ARGO_LABEL_HASH, NULL) < 0)
		return KORCH_E_NOMEM;
	if (noted && korch_struct_from_json((void **)&given, &korch_pod_template_metadata_type, noted,
	                                    NULL, NULL) == KORCH_E_NOMEM)
		return KORCH_E_NOMEM;
	int code = exchange_both(meta, given, NULL);
	korch_block_unref(given);
	return code < 0 ? code : remove_anti_affinity(template_);
}

static const korch_rollout_anti_affinity *anti_affinity(const korch__argo_hand *h)
{
	const korch_rollout_strategy *strategy = h->rollout->spec->strategy;
	return strategy->canary ? strategy->canary->anti_affinity : strategy->blue_green->anti_affinity;
}

/* "Not on a node with pods of another revision": the label is there and is not ours. */
static int fill_term(korch_pod_affinity_term *term, const korch__argo_hand *h)
{
	korch_label_selector *selector =
	    korch_struct_edit(&term->label_selector, &korch_label_selector_type);
	if (!selector || korch_string_set(&term->topology_key, "kubernetes.io/hostname") < 0)
		return KORCH_E_NOMEM;
	korch_label_selector_requirement *list =
	    korch_list_edit(&selector->match_expressions, &selector->n_match_expressions,
	                    &korch_label_selector_requirement_type, 1);
	const char **values = list ? korch_string_list_edit(&list->values, &list->n_values, 1) : NULL;
	if (!values || korch_string_set(&list->key, KORCH__ARGO_LABEL_HASH) < 0 ||
	    korch_string_set(&list->operator_, "In") < 0)
		return KORCH_E_NOMEM;
	return korch_string_set(&values[0], h->next.state.stable);
}

int korch__argo_add_anti_affinity(const korch__argo_hand *h, korch_pod_template_spec *template_)
{
	const korch_rollout_anti_affinity *wish = anti_affinity(h);
	if (!wish || !h->next.state.stable || korch__text_equal(h->next.state.stable, h->hash))
		return 0;
	korch_pod_spec *spec = korch_struct_edit(&template_->spec, &korch_pod_spec_type);
	korch_affinity *affinity =
	    spec ? korch_struct_edit(&spec->affinity, &korch_affinity_type) : NULL;
	korch_pod_anti_affinity *anti =
	    affinity ? korch_struct_edit(&affinity->pod_anti_affinity, &korch_pod_anti_affinity_type)
	             : NULL;
	if (!anti)
		return KORCH_E_NOMEM;
	if (wish->required) {
		size_t n = anti->n_required_during_scheduling_ignored_during_execution;
		korch_pod_affinity_term *list =
		    korch_list_edit(&anti->required_during_scheduling_ignored_during_execution,
		                    &anti->n_required_during_scheduling_ignored_during_execution,
		                    &korch_pod_affinity_term_type, n + 1);
		return list ? fill_term(&list[n], h) : KORCH_E_NOMEM;
	}
	if (!wish->preferred)
		return 0;
	size_t n = anti->n_preferred_during_scheduling_ignored_during_execution;
	korch_weighted_pod_affinity_term *list =
	    korch_list_edit(&anti->preferred_during_scheduling_ignored_during_execution,
	                    &anti->n_preferred_during_scheduling_ignored_during_execution,
	                    &korch_weighted_pod_affinity_term_type, n + 1);
	korch_pod_affinity_term *term =
	    list ? korch_struct_edit(&list[n].pod_affinity_term, &korch_pod_affinity_term_type) : NULL;
	if (!term)
		return KORCH_E_NOMEM;
	list[n].weight = wish->preferred->weight;
	return fill_term(term, h);
}
