/*
 * Revisions of a Deployment: the hash and name of a template's ReplicaSet, making it, revision
 * annotations, history and its limit. How many replicas each revision has is decided elsewhere.
 */
#include "base/cleanup.h"
#include "base/table.h"
#include "base/text.h"
#include "control/claim.h"
#include "control/condition.h"
#include "control/deployment/hand.h"
#include "control/pods.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longest revision-history annotation, in characters. */
#define HISTORY_MAX 2000

void korch__template_hash(char out[12], const korch_pod_template_spec *template_,
                          const int32_t *collision_count)
{
	static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
	uint64_t hash = korch_struct_hash(template_, &korch_pod_template_spec_type);
	if (collision_count)
		hash = korch__hash_u64(hash ^ korch__hash_u64((uint64_t)(uint32_t)*collision_count + 1));
	char digits[12];
	snprintf(digits, sizeof(digits), "%u", (unsigned)(uint32_t)(hash ^ hash >> 32));
	size_t n = strlen(digits);
	for (size_t i = 0; i < n; i++)
		out[i] = letters[(unsigned char)digits[i] % (sizeof(letters) - 1)];
	out[n] = '\0';
}

static void hash_of(char out[12], const korch_deployment *deployment)
{
	const korch_deployment_status *status = deployment->status;
	int has_count = status && KORCH_IS_SET(status, korch_deployment_status, collision_count);
	korch__template_hash(out, deployment->spec->template_,
	                     has_count ? &status->collision_count : NULL);
}

void korch__deployment_set_name(char out[KORCH__NAME_SIZE], const korch_deployment *deployment)
{
	char hash[12];
	hash_of(hash, deployment);
	int room = (int)(KORCH__NAME_SIZE - 2 - strlen(hash));
	snprintf(out, KORCH__NAME_SIZE, "%.*s-%s", room, korch_object_name(&deployment->object), hash);
}

static int labels_equal_but_hash(const korch_map *a, const korch_map *b)
{
	size_t i = 0, j = 0, n = a ? a->n : 0, m = b ? b->n : 0;
	for (;;) {
		i += i < n && strcmp(a->items[i].key, KORCH__LABEL_TEMPLATE_HASH) == 0;
		j += j < m && strcmp(b->items[j].key, KORCH__LABEL_TEMPLATE_HASH) == 0;
		if (i >= n || j >= m)
			return i >= n && j >= m;
		if (strcmp(a->items[i].key, b->items[j].key) != 0 ||
		    !korch__text_equal(a->items[i].value, b->items[j].value))
			return 0;
		i++;
		j++;
	}
}

int korch__template_equal(const korch_pod_template_spec *a, const korch_pod_template_spec *b)
{
	korch_object_meta meta_a = {0}, meta_b = {0};
	if (a->metadata)
		meta_a = *a->metadata;
	if (b->metadata)
		meta_b = *b->metadata;
	const korch_map *labels_a = meta_a.labels, *labels_b = meta_b.labels;
	meta_a.labels = meta_b.labels = NULL;
	if (!labels_equal_but_hash(labels_a, labels_b) ||
	    !korch_struct_equal(&meta_a, &meta_b, &korch_object_meta_type))
		return 0;
	if (a->spec == b->spec)
		return 1;
	return a->spec && b->spec && korch_struct_equal(a->spec, b->spec, &korch_pod_spec_type);
}

int64_t korch__revision_of(const korch_object *object)
{
	int64_t value = 0;
	const char *text = korch__annotation(object, KORCH__ANNOTATION_REVISION);
	return text && korch__text_to_i64(&value, text) == 0 ? value : 0;
}

int korch__annotation_is_deployments_own(const char *key)
{
	static const char *const own[] = {
	    "kubectl.kubernetes.io/last-applied-configuration",
	    KORCH__ANNOTATION_REVISION,
	    KORCH__ANNOTATION_REVISION_HISTORY,
	    KORCH__ANNOTATION_DESIRED,
	    KORCH__ANNOTATION_MAX,
	    "deprecated.deployment.rollback.to",
	    "korch.dev/manifest",
	};
	for (size_t i = 0; i < KORCH_COUNT(own); i++) {
		if (strcmp(key, own[i]) == 0)
			return 1;
	}
	return 0;
}

static void replicas_texts(const korch__rollout *r, char desired[12], char max[12])
{
	snprintf(desired, 12, "%d", r->replicas);
	snprintf(max, 12, "%d", r->replicas + r->surge);
}

int korch__replicas_annotations_hold(const korch__rollout *r, const korch_object *set)
{
	char desired[12], max[12];
	replicas_texts(r, desired, max);
	const char *now_desired = korch__annotation(set, KORCH__ANNOTATION_DESIRED);
	const char *now_max = korch__annotation(set, KORCH__ANNOTATION_MAX);
	return now_desired && now_max && strcmp(now_desired, desired) == 0 && strcmp(now_max, max) == 0;
}

int korch__set_replicas_annotations(const korch__rollout *r, korch_object *set)
{
	char desired[12], max[12];
	replicas_texts(r, desired, max);
	korch_object_meta *meta = korch_object_edit_meta(set);
	if (!meta || korch_map_set(&meta->annotations, KORCH__ANNOTATION_DESIRED, desired) < 0)
		return KORCH_E_NOMEM;
	return korch_map_set(&meta->annotations, KORCH__ANNOTATION_MAX, max);
}

/* The deployment's annotations that the set lacks; fn-less walk: with `to` NULL it only tells
 * whether there are any. */
static int copy_annotations(const korch_deployment *deployment, const korch_object *set,
                            korch_object_meta *to, int *missing)
{
	const korch_map *from = deployment->object.metadata->annotations;
	for (size_t i = 0; from && i < from->n; i++) {
		const char *have = korch__annotation(set, from->items[i].key);
		if (korch__annotation_is_deployments_own(from->items[i].key) ||
		    (have && korch__text_equal(have, from->items[i].value)))
			continue;
		*missing = 1;
		if (to && korch_map_set(&to->annotations, from->items[i].key,
		                        korch__text_or_empty(from->items[i].value)) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* Appends the revision that a set had to its history, dropping the oldest when it becomes too long.
 */
static int add_history(korch_object_meta *meta, const char *revision)
{
	const char *history =
	    korch__text_or_empty(korch_map_get(meta->annotations, KORCH__ANNOTATION_REVISION_HISTORY));
	while (history[0] && strlen(history) + 1 + strlen(revision) > HISTORY_MAX) {
		const char *comma = strchr(history, ',');
		history = comma ? comma + 1 : "";
	}
	_cleanup_free_ char *text = korch__sprintf("%s%s%s", history, history[0] ? "," : "", revision);
	return text ? korch_map_set(&meta->annotations, KORCH__ANNOTATION_REVISION_HISTORY, text)
	            : KORCH_E_NOMEM;
}

static int64_t next_revision(const korch__rollout *r)
{
	int64_t max = 0;
	for (size_t i = 0; i < r->n; i++) {
		int64_t revision =
		    &r->sets[i] != r->current ? korch__revision_of(&r->sets[i].set->object) : 0;
		max = revision > max ? revision : max;
	}
	return max + 1;
}

static int set_revision(korch_object_meta *meta, int64_t revision)
{
	char text[24];
	snprintf(text, sizeof(text), "%lld", (long long)revision);
	return korch_map_set(&meta->annotations, KORCH__ANNOTATION_REVISION, text);
}

/* The deployment bears the revision of its current set. */
static int set_own_revision(korch__rollout *r, int64_t revision)
{
	if (korch__revision_of(&r->edited->object) == revision)
		return 0;
	korch_object_meta *meta = korch_object_edit_meta(&r->edited->object);
	return meta ? set_revision(meta, revision) : KORCH_E_NOMEM;
}

/* Annotations and minReadySeconds of a current set that exists already. */
static int update_current(korch__rollout *r, int64_t *revision)
{
	korch__revision *current = r->current;
	const korch_deployment_spec *spec = r->deployment->spec;
	int64_t next = next_revision(r), old = korch__revision_of(&current->set->object);
	int differs = old < next || current->set->spec->min_ready_seconds != spec->min_ready_seconds;
	*revision = old < next ? next : old;
	copy_annotations(r->deployment, &current->set->object, NULL, &differs);
	if (!differs)
		return 0;
	korch_replica_set *edited = korch__revision_edit(current);
	korch_object_meta *meta = edited ? korch_object_edit_meta(&edited->object) : NULL;
	if (!meta || copy_annotations(r->deployment, &current->set->object, meta, &differs) < 0)
		return KORCH_E_NOMEM;
	const char *old_text = korch__annotation(&current->set->object, KORCH__ANNOTATION_REVISION);
	if (old < next &&
	    ((old_text && add_history(meta, old_text) < 0) || set_revision(meta, next) < 0))
		return KORCH_E_NOMEM;
	if (current->set->spec->min_ready_seconds != spec->min_ready_seconds) {
		korch_replica_set_spec *set_spec =
		    korch_struct_edit(&edited->spec, &korch_replica_set_spec_type);
		if (!set_spec)
			return KORCH_E_NOMEM;
		set_spec->min_ready_seconds = spec->min_ready_seconds;
	}
	return 0;
}

int korch__rollout_sync_revision(korch__rollout *r)
{
	int64_t revision = 0;
	if (!r->current)
		return 0;
	if (update_current(r, &revision) < 0 || set_own_revision(r, revision) < 0)
		return KORCH_E_NOMEM;
	const void *progressing = korch__condition_find(r->status->conditions, r->status->n_conditions,
	                                                &korch__deployment_conditions, "Progressing");
	if (progressing || !korch__rollout_has_deadline(r))
		return 0;
	_cleanup_free_ char *message =
	    korch__sprintf("Found new replica set \"%s\"", korch_object_name(&r->current->set->object));
	return message
	           ? korch__rollout_condition(r, "Progressing", "True", "FoundNewReplicaSet", message)
	           : KORCH_E_NOMEM;
}

/* Template and selector of the new set bear the hash; the pod spec is the deployment's own block.
 */
static int fill_spec(korch_replica_set_spec *spec, const korch_deployment_spec *from,
                     const char *hash)
{
	KORCH_SET(spec, korch_replica_set_spec, replicas, 0);
	spec->min_ready_seconds = from->min_ready_seconds;
	korch_block_share(&spec->template_, from->template_);
	korch_block_share(&spec->selector, from->selector);
	korch_pod_template_spec *template_ =
	    korch_struct_edit(&spec->template_, &korch_pod_template_spec_type);
	korch_object_meta *meta =
	    template_ ? korch_struct_edit(&template_->metadata, &korch_object_meta_type) : NULL;
	korch_label_selector *selector = korch_struct_edit(&spec->selector, &korch_label_selector_type);
	if (!meta || !selector || korch_map_set(&meta->labels, KORCH__LABEL_TEMPLATE_HASH, hash) < 0)
		return KORCH_E_NOMEM;
	return korch_map_set(&selector->match_labels, KORCH__LABEL_TEMPLATE_HASH, hash);
}

static int fill_set(korch__rollout *r, korch_replica_set *set, int64_t revision)
{
	char name[KORCH__NAME_SIZE], hash[12];
	int ignored = 0;
	hash_of(hash, r->deployment);
	korch__deployment_set_name(name, r->deployment);
	korch_object_meta *meta = korch_object_edit_meta(&set->object);
	korch_replica_set_spec *spec = korch_struct_edit(&set->spec, &korch_replica_set_spec_type);
	if (!meta || !spec || fill_spec(spec, r->deployment->spec, hash) < 0 ||
	    korch_string_set(&meta->name, name) < 0)
		return KORCH_E_NOMEM;
	korch_string_share(&meta->namespace_, r->deployment->object.metadata->namespace_);
	korch_block_share(&meta->labels, spec->template_->metadata->labels);
	if (copy_annotations(r->deployment, &set->object, meta, &ignored) < 0 ||
	    set_revision(meta, revision) < 0 || korch__set_replicas_annotations(r, &set->object) < 0)
		return KORCH_E_NOMEM;
	return korch_object_set_controller(&set->object, &r->deployment->object);
}

/* Somebody else's set has the name: the next hash is another one. */
static int collide(korch__rollout *r)
{
	int32_t count = r->status->collision_count + 1;
	KORCH_SET(r->status, korch_deployment_status, collision_count, count);
	return 0;
}

int korch__rollout_create(korch__rollout *r, int *collided)
{
	if (r->current)
		return 0;
	if (r->input->name_taken) {
		*collided = 1;
		return collide(r);
	}
	korch_object *object = NULL;
	int64_t revision = next_revision(r);
	if (korch_object_new(&object, &korch_replica_set_kind) < 0)
		return KORCH_E_NOMEM;
	korch__revision *current = &r->sets[r->n++];
	*current = (korch__revision){
	    .set = (korch_replica_set *)object, .edited = (korch_replica_set *)object, .is_new = 1};
	if (fill_set(r, current->edited, revision) < 0 || set_own_revision(r, revision) < 0)
		return KORCH_E_NOMEM;
	r->current = current;
	if (korch__rollout_scale(r, current, korch__rollout_new_size(r, current), NULL) < 0)
		return KORCH_E_NOMEM;
	_cleanup_free_ char *message =
	    korch__sprintf("Created new replica set \"%s\"", korch_object_name(object));
	if (!message)
		return KORCH_E_NOMEM;
	return korch__rollout_has_deadline(r)
	           ? korch__rollout_condition(r, "Progressing", "True", "NewReplicaSetCreated", message)
	           : 0;
}

static int by_revision(const void *a, const void *b)
{
	const korch__revision *const *one = a, *const *two = b;
	int64_t revision_a = korch__revision_of(&(*one)->set->object),
	        revision_b = korch__revision_of(&(*two)->set->object);
	if (revision_a != revision_b)
		return revision_a < revision_b ? -1 : 1;
	return korch__revision_older(*one, *two) ? -1 : korch__revision_older(*two, *one);
}

int korch__rollout_cleanup(korch__rollout *r)
{
	const korch_deployment_spec *spec = r->deployment->spec;
	int32_t limit = spec->revision_history_limit;
	if (!KORCH_IS_SET(spec, korch_deployment_spec, revision_history_limit) || limit == INT32_MAX)
		return 0;
	_cleanup_free_ korch__revision **old = korch__calloc(r->n + 1, sizeof(korch__revision *));
	if (!old)
		return KORCH_E_NOMEM;
	size_t n = 0;
	for (size_t i = 0; i < r->n; i++) {
		if (&r->sets[i] != r->current && !korch__is_deleting(&r->sets[i].set->object))
			old[n++] = &r->sets[i];
	}
	qsort(old, n, sizeof(korch__revision *), by_revision);
	for (size_t i = 0; i + (size_t)(limit > 0 ? limit : 0) < n; i++) {
		const korch_replica_set *set = old[i]->set;
		const korch_replica_set_status *status = set->status;
		int64_t observed = status ? status->observed_generation : 0;
		if (old[i]->edited || old[i]->replicas != 0 || (status && status->replicas != 0) ||
		    set->object.metadata->generation > observed)
			continue;
		if (!korch__plan_takes(r->plan, 1 + r->n - n)) /* those that stay may be written, too */
			break;
		if (korch_plan_delete(r->plan, &set->object, NULL) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}
