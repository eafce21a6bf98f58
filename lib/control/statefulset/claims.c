/*
 * PersistentVolumeClaims of a StatefulSet: TEMPLATE-SET-ORDINAL for each template of a claim. They
 * outlive their pods; who owns them, and with whom they go, says
 * persistentVolumeClaimRetentionPolicy (Kubernetes' rules,
 * pkg/controller/statefulset/stateful_set_utils.go).
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/claim.h"
#include "control/pods.h"
#include "control/statefulset/hand.h"
#include "object/codec.h"
#include "object/json.h"
#include "object/object.h"
#include "object/tree.h"
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

static const korch_kind *claim_kind(void)
{
	const korch_kind *kind = NULL;
	korch_kind_get(&kind, "v1", "PersistentVolumeClaim", NULL);
	return kind;
}

/* The list of templates; *out NULL without any. 0 or KORCH_E_NOMEM. */
static int read_templates(json_object **out, const korch_stateful_set *set)
{
	const char *text = set->spec->volume_claim_templates;
	json_object *tree = NULL;
	if (text && korch__json_parse(&tree, text, strlen(text), NULL, NULL, NULL) < 0)
		return KORCH_E_NOMEM;
	if (tree && !json_object_is_type(tree, json_type_array)) {
		json_object_put(tree);
		tree = NULL;
	}
	*out = tree;
	return 0;
}

/* The name of a template; NULL: it has none. */
static const char *template_name(json_object *template_)
{
	json_object *meta = NULL, *name = NULL;
	if (!json_object_is_type(template_, json_type_object) ||
	    !json_object_object_get_ex(template_, "metadata", &meta) ||
	    !json_object_object_get_ex(meta, "name", &name))
		return NULL;
	return json_object_get_string(name);
}

static char *claim_name(const char *template_, const korch_stateful_set *set, int32_t ordinal)
{
	return korch__sprintf("%s-%s-%d", template_, korch_object_name(&set->object), ordinal);
}

static int add_labels(korch_object_meta *meta, const korch_label_selector *selector)
{
	const korch_map *labels = selector ? selector->match_labels : NULL;
	for (size_t i = 0; labels && i < labels->n; i++) {
		if (korch_map_set(&meta->labels, labels->items[i].key, labels->items[i].value) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static const korch_stateful_set_persistent_volume_claim_retention_policy *
policy_of(const korch_stateful_set *set)
{
	return set->spec->persistent_volume_claim_retention_policy;
}

static int goes_with_set(const korch_stateful_set *set)
{
	return policy_of(set) && korch__text_equal(policy_of(set)->when_deleted, "Delete");
}

static int create_claim(korch__stateful *s, json_object *template_, const char *name)
{
	const korch_object *owner = &s->set->object;
	_cleanup_object_ korch_object *claim = NULL;
	_cleanup_tree_ json_object *tree = korch__tree_copy(template_);
	if (!tree || json_object_object_add(tree, "apiVersion", json_object_new_string("v1")) < 0 ||
	    json_object_object_add(tree, "kind", json_object_new_string("PersistentVolumeClaim")) < 0)
		return KORCH_E_NOMEM;
	json_object_object_del(tree, "status");
	int code = korch__object_decode(&claim, tree, NULL, NULL, NULL);
	if (code < 0)
		return code;
	korch_object_meta *meta = korch_object_edit_meta(claim);
	if (!meta || korch_string_set(&meta->name, name) < 0 ||
	    korch_string_set(&meta->namespace_, korch_object_namespace(owner)) < 0 ||
	    add_labels(meta, s->set->spec->selector) < 0 ||
	    (goes_with_set(s->set) && korch_object_set_controller(claim, owner) < 0))
		return KORCH_E_NOMEM;
	return korch_plan_create(s->plan, KORCH_STEAL(claim));
}

static int need_claim(korch__stateful *s, json_object *template_, int32_t ordinal)
{
	const korch_object *owner = &s->set->object;
	const char *of = template_name(template_);
	_cleanup_free_ char *name = of ? claim_name(of, s->set, ordinal) : NULL;
	if (!name)
		return of ? KORCH_E_NOMEM : 0;
	if (korch_view_get(s->input->view, claim_kind(), korch_object_namespace(owner), name))
		return 0;
	int code = create_claim(s, template_, name);
	if (code < 0)
		return code;
	return korch_plan_event(s->plan, owner, "Normal", "SuccessfulCreate",
	                        "create Claim %s Pod %s-%d in StatefulSet %s success", name,
	                        korch_object_name(owner), ordinal, korch_object_name(owner));
}

int korch__stateful_claims(korch__stateful *s, int32_t ordinal)
{
	_cleanup_tree_ json_object *templates = NULL;
	int code = read_templates(&templates, s->set);
	size_t n = templates ? json_object_array_length(templates) : 0;
	for (size_t i = 0; code == 0 && i < n; i++)
		code = need_claim(s, json_object_array_get_idx(templates, i), ordinal);
	return code;
}

size_t korch__stateful_claims_of_pod(const korch__stateful *s)
{
	_cleanup_tree_ json_object *templates = NULL;
	if (!s->set->spec->volume_claim_templates || read_templates(&templates, s->set) < 0)
		return 0;
	return templates ? json_object_array_length(templates) : 0;
}

static int is_claimed(json_object *templates, const char *volume)
{
	size_t n = json_object_array_length(templates);
	for (size_t i = 0; i < n; i++) {
		if (korch__text_equal(template_name(json_object_array_get_idx(templates, i)), volume))
			return 1;
	}
	return 0;
}

static int fill_volume(korch_volume *volume, const char *of, const korch_stateful_set *set,
                       int32_t ordinal)
{
	_cleanup_free_ char *name = claim_name(of, set, ordinal);
	korch_persistent_volume_claim_volume_source *source = korch_struct_edit(
	    &volume->persistent_volume_claim, &korch_persistent_volume_claim_volume_source_type);
	return name && source && korch_string_set(&volume->name, of) == 0 &&
	               korch_string_set(&source->claim_name, name) == 0
	           ? 0
	           : KORCH_E_NOMEM;
}

/* Claims first, then the template's volumes but those that have a claim's name. */
static int put_volumes(korch_pod_spec *spec, json_object *templates, const korch_stateful_set *set,
                       int32_t ordinal)
{
	const korch_pod_spec *from = set->spec->template_->spec;
	size_t n = 0, n_claims = json_object_array_length(templates);
	korch_volume *list = NULL;
	korch_block_share(&spec->volumes, NULL);
	spec->n_volumes = 0;
	for (size_t i = 0; i < n_claims; i++) {
		const char *of = template_name(json_object_array_get_idx(templates, i));
		if (!of)
			continue;
		list = korch_list_edit(&spec->volumes, &spec->n_volumes, &korch_volume_type, n + 1);
		if (!list || fill_volume(&list[n++], of, set, ordinal) < 0)
			return KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < from->n_volumes; i++) {
		if (is_claimed(templates, from->volumes[i].name))
			continue;
		list = korch_list_edit(&spec->volumes, &spec->n_volumes, &korch_volume_type, n + 1);
		if (!list)
			return KORCH_E_NOMEM;
		korch_struct_assign(&list[n++], &from->volumes[i], &korch_volume_type);
	}
	return 0;
}

int korch__stateful_volumes(korch_pod_spec *spec, const korch_stateful_set *set, int32_t ordinal)
{
	_cleanup_tree_ json_object *templates = NULL;
	int code = read_templates(&templates, set);
	return code < 0 || !templates ? code : put_volumes(spec, templates, set, ordinal);
}

/* Who a claim should belong to; NULL: to nobody. A pod that is too much takes its claims with it
 * when they go by scaling. */
static const korch_object *wanted_owner(const korch__stateful *s, const korch__stateful_pod *pod)
{
	int is_condemned = pod->ordinal < s->start || pod->ordinal >= (int64_t)s->start + s->replicas;
	if (is_condemned && korch__text_equal(policy_of(s->set)->when_scaled, "Delete"))
		return &pod->pod->object;
	return goes_with_set(s->set) ? &s->set->object : NULL;
}

/* An owner that is ours to write: the set, or a pod of the claim's ordinal. */
static int is_ours(const korch__stateful *s, const korch__stateful_pod *pod,
                   const korch_owner_reference *owner)
{
	return korch__text_equal(owner->uid, korch_object_uid(&s->set->object)) ||
	       (korch__text_equal(owner->kind, "Pod") &&
	        korch__text_equal(owner->name, korch_object_name(&pod->pod->object)));
}

static int set_owner(korch__stateful *s, const korch__stateful_pod *pod, const korch_object *claim)
{
	const korch_object *wanted = wanted_owner(s, pod);
	const korch_object_meta *meta = claim->metadata;
	int has = 0, wrong = 0;
	for (size_t i = 0; i < meta->n_owner_references; i++) {
		int is_it =
		    wanted && korch__text_equal(meta->owner_references[i].uid, korch_object_uid(wanted));
		has |= is_it;
		wrong |= !is_it && is_ours(s, pod, &meta->owner_references[i]);
	}
	if (korch__is_deleting(claim) || (has == (wanted != NULL) && !wrong))
		return 0;
	_cleanup_object_ korch_object *edited = korch_object_edit(claim);
	for (size_t i = 0; edited && i < meta->n_owner_references; i++) {
		const korch_owner_reference *owner = &meta->owner_references[i];
		int is_it = wanted && korch__text_equal(owner->uid, korch_object_uid(wanted));
		if (!is_it && is_ours(s, pod, owner) && korch__owner_remove(edited, owner->uid) < 0)
			return KORCH_E_NOMEM;
	}
	/* With another controller it is somebody else's to end. */
	int code = !edited                           ? KORCH_E_NOMEM
	           : !korch_object_edit_meta(edited) ? KORCH_E_NOMEM
	           : wanted && !has                  ? korch_object_set_controller(edited, wanted)
	                                             : 0;
	if (code == KORCH_E_NOMEM)
		return code;
	if ((code == KORCH_E_EXISTS && !wrong) || !korch__plan_takes(s->plan, 1))
		return 0;
	return korch_plan_update(s->plan, claim, KORCH_STEAL(edited));
}

static int retain(korch__stateful *s, const korch__stateful_pod *pod, json_object *templates)
{
	size_t n = json_object_array_length(templates);
	for (size_t i = 0; i < n; i++) {
		const char *of = template_name(json_object_array_get_idx(templates, i));
		_cleanup_free_ char *name = of ? claim_name(of, s->set, pod->ordinal) : NULL;
		if (of && !name)
			return KORCH_E_NOMEM;
		const korch_object *claim =
		    name ? korch_view_get(s->input->view, claim_kind(),
		                          korch_object_namespace(&s->set->object), name)
		         : NULL;
		if (claim && set_owner(s, pod, claim) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

int korch__stateful_retain(korch__stateful *s)
{
	_cleanup_tree_ json_object *templates = NULL;
	if (!policy_of(s->set) || !s->set->spec->volume_claim_templates)
		return 0;
	int code = read_templates(&templates, s->set);
	for (size_t i = 0; templates && code == 0 && i < s->pods.n; i++)
		code = retain(s, &s->pods.items[i], templates);
	return code;
}
