/*
 * The ReplicaSets of a Rollout in hand: which are its own, making the one of the present template,
 * sizes, times of scaling down, history, and writing what changed into the plan.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/claim.h"
#include "control/deployment/deployment.h"
#include "control/pods.h"
#include "control/rollout/hand.h"
#include <korch/time.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void korch__argo_hash(char out[12], const korch_rollout *rollout,
                      const korch_pod_template_spec *template_)
{
	const korch_rollout_status *status = rollout->status;
	int has_count = status && KORCH_IS_SET(status, korch_rollout_status, collision_count);
	korch__template_hash(out, template_, has_count ? &status->collision_count : NULL);
}

const char *korch__argo_hash_of(const korch_object *object)
{
	return korch__text_or_empty(korch_map_get(korch__labels(object), KORCH__ARGO_LABEL_HASH));
}

int64_t korch__argo_revision_of(const korch_object *object)
{
	int64_t value = 0;
	const char *text = korch__annotation(object, KORCH__ARGO_ANNOTATION_REVISION);
	return text && korch__text_to_i64(&value, text) == 0 ? value : 0;
}

static int by_age(const void *a, const void *b)
{
	const korch__argo_set *one = a, *two = b;
	int64_t created_a = one->set->object.metadata->creation_timestamp,
	        created_b = two->set->object.metadata->creation_timestamp;
	if (created_a != created_b)
		return created_a < created_b ? -1 : 1;
	return strcmp(korch_object_name(&one->set->object), korch_object_name(&two->set->object));
}

static int take_set(korch__argo_hand *h, const korch_selector *selector,
                    const korch_replica_set *set)
{
	const korch_object *owner = &h->rollout->object;
	korch__argo_set taken = {.set = set, .hash = korch__argo_hash_of(&set->object)};
	if (!set->spec || !set->spec->template_ || !set->object.metadata || !taken.hash[0] ||
	    h->n >= KORCH_STRATEGY_REVISIONS_MAX || korch__is_deleting(&set->object))
		return 0;
	switch (korch__claim_of(owner, selector, &set->object)) {
	case KORCH__CLAIM_NONE:
		return 0;
	case KORCH__CLAIM_RELEASE:
		if (!korch__plan_takes(h->plan, KORCH_STRATEGY_REVISIONS_MAX))
			return 0;
		return korch_plan_update(h->plan, &set->object, korch__claim_release(owner, &set->object));
	case KORCH__CLAIM_ADOPT:
		taken.edited = (korch_replica_set *)korch__claim_adopt(owner, &set->object);
		if (!taken.edited)
			return KORCH_E_NOMEM;
		break;
	case KORCH__CLAIM_OWNED:
		break;
	}
	h->sets[h->n++] = taken;
	return 0;
}

/* The hash of the steps: other steps start the rollout again. */
static void hash_steps(korch__argo_hand *h)
{
	const korch_rollout_strategy *strategy = h->rollout->spec->strategy;
	const korch_canary_strategy *canary = strategy ? strategy->canary : NULL;
	uint64_t hash = 14695981039346656037u;
	for (size_t i = 0; canary && i < canary->n_steps; i++)
		hash =
		    (hash ^ korch_struct_hash(&canary->steps[i], &korch_canary_step_type)) * 1099511628211u;
	snprintf(h->step_hash, sizeof(h->step_hash), "%08x", (unsigned)(hash ^ hash >> 32));
}

/*
 * A set of the present template may have another hash: one from before a collision, or one that
 * Argo Rollouts made. Its hash counts.
 */
static int find_by_template(korch__argo_hand *h)
{
	const korch_pod_template_spec *wanted = h->input->template_;
	for (size_t i = h->n; wanted && i-- > 0 && !korch__argo_find(h, h->hash);) {
		korch_pod_template_spec *template_ = NULL;
		int code = korch__argo_template_of(&template_, h->sets[i].set);
		if (code == 0 && strlen(h->sets[i].hash) < sizeof(h->hash) &&
		    korch_struct_equal(template_, wanted, &korch_pod_template_spec_type))
			snprintf(h->hash, sizeof(h->hash), "%s", h->sets[i].hash);
		korch_block_unref(template_);
		if (code < 0)
			return code;
	}
	return 0;
}

int korch__argo_hand_init(korch__argo_hand *h, const korch__argo_input *input, korch_plan *plan,
                          korch_error **err)
{
	const korch_rollout *rollout = input->rollout;
	h->input = input;
	h->rollout = rollout;
	h->plan = plan;
	h->sets = korch__calloc(input->n_sets + 1, sizeof(*h->sets));
	h->edited = (korch_rollout *)korch_object_edit(&rollout->object);
	h->status =
	    h->edited ? korch_struct_edit(&h->edited->status, &korch_rollout_status_type) : NULL;
	if (!h->sets || !h->status)
		return KORCH_E_NOMEM;
	hash_steps(h);
	if (input->template_)
		korch__argo_hash(h->hash, rollout, input->template_);
	korch_selector *selector = NULL;
	int code = korch_selector_new(&selector, input->selector, err);
	for (size_t i = 0; code == 0 && i < input->n_sets; i++)
		code = take_set(h, selector, input->sets[i]);
	korch_selector_free(selector);
	qsort(h->sets, h->n, sizeof(*h->sets), by_age);
	return code < 0 ? code : find_by_template(h);
}

void korch__argo_hand_fini(korch__argo_hand *h)
{
	for (size_t i = 0; i < h->n; i++)
		korch_object_unref((korch_object *)h->sets[i].edited);
	korch__free(h->sets);
	korch_object_unref((korch_object *)h->edited);
}

korch__argo_set *korch__argo_find(korch__argo_hand *h, const char *hash)
{
	for (size_t i = 0; hash && i < h->n; i++) {
		if (strcmp(h->sets[i].hash, hash) == 0)
			return &h->sets[i];
	}
	return NULL;
}

korch_replica_set *korch__argo_set_edit(korch__argo_set *set)
{
	if (!set->edited)
		set->edited = (korch_replica_set *)korch_object_edit(&set->set->object);
	return set->edited;
}

static int64_t next_revision(const korch__argo_hand *h, const korch__argo_set *but)
{
	int64_t max = 0;
	for (size_t i = 0; i < h->n; i++) {
		int64_t revision =
		    &h->sets[i] != but ? korch__argo_revision_of(&h->sets[i].set->object) : 0;
		max = revision > max ? revision : max;
	}
	return max + 1;
}

int64_t korch__argo_number(korch__argo_hand *h)
{
	const korch__argo_set *current = korch__argo_find(h, h->hash);
	int64_t next = next_revision(h, current);
	int64_t own = current ? korch__argo_revision_of(&current->set->object) : 0;
	return own > next ? own : next;
}

static int annotate(korch_object *object, const char *key, const char *value)
{
	if (korch__text_equal(korch__annotation(object, key), value))
		return 0;
	korch_object_meta *meta = korch_object_edit_meta(object);
	return meta ? korch_map_set(&meta->annotations, key, value) : KORCH_E_NOMEM;
}

static int annotate_number(korch_object *object, const char *key, int64_t number)
{
	char text[24];
	snprintf(text, sizeof(text), "%lld", (long long)number);
	return annotate(object, key, text);
}

/* Template and selector bear the hash; the pod spec is the Rollout's own block. */
static int fill_spec(const korch__argo_hand *h, korch_replica_set_spec *spec)
{
	KORCH_SET(spec, korch_replica_set_spec, replicas, 0);
	spec->min_ready_seconds = h->rollout->spec->min_ready_seconds;
	korch_block_share(&spec->template_, h->input->template_);
	korch_block_share(&spec->selector, h->input->selector);
	korch_pod_template_spec *template_ =
	    korch_struct_edit(&spec->template_, &korch_pod_template_spec_type);
	korch_object_meta *meta =
	    template_ ? korch_struct_edit(&template_->metadata, &korch_object_meta_type) : NULL;
	korch_label_selector *selector = korch_struct_edit(&spec->selector, &korch_label_selector_type);
	if (!meta || !selector || korch_map_set(&meta->labels, KORCH__ARGO_LABEL_HASH, h->hash) < 0 ||
	    korch_map_set(&selector->match_labels, KORCH__ARGO_LABEL_HASH, h->hash) < 0)
		return KORCH_E_NOMEM;
	return korch__argo_add_anti_affinity(h, template_);
}

static int fill_set(korch__argo_hand *h, korch_replica_set *set, int64_t revision)
{
	_cleanup_free_ char *name =
	    korch__sprintf("%.240s-%s", korch_object_name(&h->rollout->object), h->hash);
	korch_object_meta *meta = korch_object_edit_meta(&set->object);
	korch_replica_set_spec *spec = korch_struct_edit(&set->spec, &korch_replica_set_spec_type);
	if (!name || !meta || !spec || fill_spec(h, spec) < 0 ||
	    korch_string_set(&meta->name, name) < 0)
		return KORCH_E_NOMEM;
	korch_string_share(&meta->namespace_, h->rollout->object.metadata->namespace_);
	korch_block_share(&meta->labels, spec->template_->metadata->labels);
	if (annotate_number(&set->object, KORCH__ARGO_ANNOTATION_REVISION, revision) < 0 ||
	    annotate_number(&h->edited->object, KORCH__ARGO_ANNOTATION_REVISION, revision) < 0 ||
	    annotate_number(&set->object, KORCH__ARGO_ANNOTATION_DESIRED, h->strategy.replicas) < 0)
		return KORCH_E_NOMEM;
	return korch_object_set_controller(&set->object, &h->rollout->object);
}

/* A revision that comes back is the newest one. */
static int renumber(korch__argo_hand *h, korch__argo_set *set)
{
	int64_t next = next_revision(h, set), old = korch__argo_revision_of(&set->set->object);
	if (old < next) {
		korch_replica_set *edited = korch__argo_set_edit(set);
		if (!edited || annotate_number(&edited->object, KORCH__ARGO_ANNOTATION_REVISION, next) < 0)
			return KORCH_E_NOMEM;
		old = next;
	}
	if (set->set->spec->min_ready_seconds != h->rollout->spec->min_ready_seconds) {
		korch_replica_set *edited = korch__argo_set_edit(set);
		korch_replica_set_spec *spec =
		    edited ? korch_struct_edit(&edited->spec, &korch_replica_set_spec_type) : NULL;
		if (!spec)
			return KORCH_E_NOMEM;
		spec->min_ready_seconds = h->rollout->spec->min_ready_seconds;
	}
	return annotate_number(&h->edited->object, KORCH__ARGO_ANNOTATION_REVISION, old);
}

int korch__argo_create(korch__argo_hand *h, int *collided)
{
	korch__argo_set *current = korch__argo_find(h, h->hash);
	const korch_strategy_target *last =
	    h->next.n_targets > 0 ? &h->next.targets[h->next.n_targets - 1] : NULL;
	if (current)
		return renumber(h, current);
	if (!last || !last->create)
		return 0;
	if (h->input->name_taken) {
		*collided = 1;
		KORCH_SET(h->status, korch_rollout_status, collision_count, h->status->collision_count + 1);
		return 0;
	}
	korch_object *object = NULL;
	int64_t revision = next_revision(h, NULL);
	if (korch_object_new(&object, &korch_replica_set_kind) < 0)
		return KORCH_E_NOMEM;
	korch_replica_set *set = (korch_replica_set *)object;
	h->sets[h->n++] = (korch__argo_set){.set = set, .edited = set, .hash = h->hash, .is_new = 1};
	if (fill_set(h, set, revision) < 0)
		return KORCH_E_NOMEM;
	return korch_plan_event(h->plan, &h->rollout->object, "Normal", "NewReplicaSetCreated",
	                        "Created ReplicaSet %s (revision %lld)", korch_object_name(object),
	                        (long long)revision);
}

static int32_t size_of(const korch_replica_set *set)
{
	return KORCH_IS_SET(set->spec, korch_replica_set_spec, replicas) ? set->spec->replicas : 1;
}

static int resize(korch__argo_hand *h, korch__argo_set *set, int32_t size)
{
	int32_t before = size_of(set->edited ? set->edited : set->set);
	if (before == size)
		return 0;
	korch_replica_set *edited = korch__argo_set_edit(set);
	korch_replica_set_spec *spec =
	    edited ? korch_struct_edit(&edited->spec, &korch_replica_set_spec_type) : NULL;
	if (!spec ||
	    annotate_number(&edited->object, KORCH__ARGO_ANNOTATION_DESIRED, h->strategy.replicas) < 0)
		return KORCH_E_NOMEM;
	KORCH_SET(spec, korch_replica_set_spec, replicas, size);
	return korch_plan_event(h->plan, &h->rollout->object, "Normal", "ScalingReplicaSet",
	                        "Scaled %s ReplicaSet %s (revision %lld) from %d to %d",
	                        size > before ? "up" : "down", korch_object_name(&set->set->object),
	                        (long long)korch__argo_revision_of(&edited->object), before, size);
}

static int set_deadline(korch__argo_set *set, korch_usec at)
{
	char text[KORCH_TIME_TEXT_SIZE];
	const korch_object *now = &(set->edited ? set->edited : set->set)->object;
	const char *have = korch__annotation(now, KORCH__ARGO_ANNOTATION_SCALE_DOWN);
	if (at)
		korch_time_format(text, at, 0);
	if (korch__text_equal(have, at ? text : NULL))
		return 0;
	korch_replica_set *edited = korch__argo_set_edit(set);
	korch_object_meta *meta = edited ? korch_object_edit_meta(&edited->object) : NULL;
	return meta ? korch_map_set(&meta->annotations, KORCH__ARGO_ANNOTATION_SCALE_DOWN,
	                            at ? text : NULL)
	            : KORCH_E_NOMEM;
}

int korch__argo_apply_targets(korch__argo_hand *h)
{
	for (size_t i = 0; i < h->next.n_targets; i++) {
		const korch_strategy_target *target = &h->next.targets[i];
		korch__argo_set *set = korch__argo_find(h, target->hash);
		if (!set)
			continue;
		if (target->remove) {
			if (!set->is_new && !set->edited &&
			    korch_plan_delete(h->plan, &set->set->object, NULL) < 0)
				return KORCH_E_NOMEM;
			continue;
		}
		if (resize(h, set, target->size) < 0 || set_deadline(set, target->scale_down_at) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

int korch__argo_flush_sets(korch__argo_hand *h)
{
	for (size_t i = 0; i < h->n; i++) {
		korch__argo_set *set = &h->sets[i];
		if (!set->edited)
			continue;
		korch_object *object = &KORCH_STEAL(set->edited)->object;
		int code = set->is_new ? korch_plan_create(h->plan, object)
		                       : korch_plan_update(h->plan, &set->set->object, object);
		if (code < 0)
			return code;
	}
	return 0;
}
