/* See rollout_world.h. */
#include "rollout_world.h"
#include "unit.h"
#include <korch/codec.h>
#include <korch/fieldpath.h>
#include <korch/manifest.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ro_put(ro_world *r, const char *text)
{
	korch_manifest *manifest = NULL;
	korch_error *err = NULL;
	ck_assert_int_eq(korch_manifest_new(&manifest, NULL, NULL), 0);
	int code = korch_manifest_read_text(manifest, text, strlen(text), "test", &err);
	ck_assert_msg(code == 0, "%s", korch_error_message(err));
	for (size_t i = 0; i < korch_manifest_count(manifest); i++) {
		korch_object *object = korch_object_edit(korch_manifest_object(manifest, i));
		korch_object_meta *meta = korch_object_edit_meta(object);
		const char *ns = object->kind->namespaced ? "shop" : "";
		const korch_object *old = world_get(r->w, object->kind, ns, meta->name);
		if (*ns)
			korch_string_set(&meta->namespace_, ns);
		if (old) {
			korch_string_set(&meta->uid, korch_object_uid(old));
			meta->generation = old->metadata->generation + 1;
			meta->creation_timestamp = old->metadata->creation_timestamp;
		}
		if (old && object->kind == &korch_rollout_kind) {
			korch_block_share(&meta->annotations, old->metadata->annotations);
			korch_block_share(&((korch_rollout *)object)->status,
			                  ((const korch_rollout *)old)->status);
		}
		world_put(r->w, object);
	}
	korch_manifest_free(manifest);
}

void ro_init(ro_world *r, const char *manifest)
{
	memset(r, 0, sizeof(*r));
	r->w = world_new();
	ck_assert_int_eq(korch__argo_controller(&r->spec), 0);
	ro_put(r, manifest);
	ro_settle(r);
}

void ro_fini(ro_world *r)
{
	world_free(r->w);
}

/* What is there follows the size; everything is ready, or only what was before. */
static int live_set(ro_world *r, const korch_replica_set *set)
{
	const korch_replica_set_status *old = set->status;
	int32_t size = set->spec->replicas, ready = size;
	int32_t was = old ? old->ready_replicas : 0;
	if (r->is_stuck && ready > was)
		ready = was;
	if (old && old->replicas == size && old->ready_replicas == ready &&
	    old->available_replicas == ready)
		return 0;
	korch_replica_set *edited = (korch_replica_set *)korch_object_edit(&set->object);
	korch_replica_set_status *status =
	    korch_struct_edit(&edited->status, &korch_replica_set_status_type);
	KORCH_SET(status, korch_replica_set_status, replicas, size);
	status->ready_replicas = status->available_replicas = ready;
	world_put(r->w, &edited->object);
	return 1;
}

static int live(ro_world *r)
{
	int n = 0;
	for (size_t i = 0; i < world_count(r->w, &korch_replica_set_kind); i++)
		n += live_set(r, (const korch_replica_set *)world_at(r->w, &korch_replica_set_kind, i));
	const korch_rollout_status *status = ro_get(r)->status;
	if (!status || !status->canary || !status->canary->weights || status->canary->weights->verified)
		return n;
	korch_rollout *edited = ro_edit(r);
	korch_rollout_canary_status *canary =
	    korch_struct_edit(&ro_edit_status(edited)->canary, &korch_rollout_canary_status_type);
	korch_traffic_weights *weights =
	    korch_struct_edit(&canary->weights, &korch_traffic_weights_type);
	KORCH_SET(weights, korch_traffic_weights, verified, 1);
	ro_store(r, edited);
	return n + 1;
}

size_t ro_once(ro_world *r)
{
	korch_plan *plan = world_reconcile(r->w, &r->spec, "shop", "web");
	size_t n = korch_plan_steps(plan) - plan_count(plan, KORCH_STEP_CHECK);
	for (size_t i = 0; i < korch_plan_notes(plan); i++)
		snprintf(r->notes[r->n_notes++ % 16], sizeof(r->notes[0]), "%s", world_note(plan, i));
	korch_plan_free(plan);
	return n;
}

void ro_settle(ro_world *r)
{
	for (int i = 0; i < 200; i++) {
		size_t n = ro_once(r);
		if (n + (size_t)live(r) == 0)
			return;
	}
	ck_abort_msg("it does not come to rest");
}

void ro_pass(ro_world *r, int seconds)
{
	for (int i = 0; i < seconds; i++) {
		world_advance(r->w, KORCH_USEC_PER_SEC);
		ro_settle(r);
	}
}

const korch_rollout *ro_get(ro_world *r)
{
	return (const korch_rollout *)world_get(r->w, &korch_rollout_kind, "shop", "web");
}

korch_rollout *ro_edit(ro_world *r)
{
	return (korch_rollout *)korch_object_edit(&ro_get(r)->object);
}

korch_rollout_status *ro_edit_status(korch_rollout *edited)
{
	return korch_struct_edit(&edited->status, &korch_rollout_status_type);
}

korch_rollout_spec *ro_edit_spec(korch_rollout *edited)
{
	korch_object_edit_meta(&edited->object)->generation++;
	return korch_struct_edit(&edited->spec, &korch_rollout_spec_type);
}

void ro_store(ro_world *r, korch_rollout *edited)
{
	world_put(r->w, &edited->object);
}

void ro_image(ro_world *r, const char *image)
{
	korch_rollout *edited = ro_edit(r);
	korch_rollout_spec *spec = ro_edit_spec(edited);
	korch_pod_template_spec *template_ =
	    korch_struct_edit(&spec->template_, &korch_pod_template_spec_type);
	korch_pod_spec *pod = korch_struct_edit(&template_->spec, &korch_pod_spec_type);
	korch_container *list = korch_list_edit(&pod->containers, &pod->n_containers,
	                                        &korch_container_type, pod->n_containers);
	korch_string_set(&list[0].image, image);
	ro_store(r, edited);
	ro_settle(r);
}

const char *ro_field_of(ro_world *r, const korch_kind *kind, const char *name, const char *path)
{
	static char texts[4][512];
	static size_t next;
	char *out = texts[next++ % 4], *value = NULL;
	const korch_object *object = world_get(r->w, kind, "shop", name);
	out[0] = '\0';
	if (object && korch_object_get_text(&value, object, path, NULL) == 0 && value)
		snprintf(out, sizeof(texts[0]), "%s", value);
	free(value);
	return out;
}

const char *ro_field(ro_world *r, const char *path)
{
	return ro_field_of(r, &korch_rollout_kind, "web", path);
}

static const korch_rollout_condition *condition(ro_world *r, const char *type)
{
	static const korch_rollout_condition none = {.status = "", .reason = "", .message = ""};
	const korch_rollout_status *status = ro_get(r)->status;
	for (size_t i = 0; i < status->n_conditions; i++)
		if (strcmp(status->conditions[i].type, type) == 0)
			return &status->conditions[i];
	return &none;
}

const char *ro_condition(ro_world *r, const char *type)
{
	return condition(r, type)->status;
}

const char *ro_reason(ro_world *r, const char *type)
{
	return condition(r, type)->reason;
}

const char *ro_message(ro_world *r, const char *type)
{
	return condition(r, type)->message;
}

const korch_replica_set *ro_set(ro_world *r, const char *image)
{
	for (size_t i = 0; i < world_count(r->w, &korch_replica_set_kind); i++) {
		const korch_replica_set *set =
		    (const korch_replica_set *)world_at(r->w, &korch_replica_set_kind, i);
		if (strcmp(set->spec->template_->spec->containers[0].image, image) == 0)
			return set;
	}
	return NULL;
}

int ro_size(ro_world *r, const char *image)
{
	const korch_replica_set *set = ro_set(r, image);
	return set ? set->spec->replicas : -1;
}

const char *ro_hash(ro_world *r, const char *image)
{
	const korch_replica_set *set = ro_set(r, image);
	return set ? korch__argo_hash_of(&set->object) : "";
}

int ro_saw(const ro_world *r, const char *reason)
{
	for (size_t i = 0; i < r->n_notes && i < 16; i++)
		if (strncmp(r->notes[i], reason, strlen(reason)) == 0)
			return 1;
	return 0;
}

void ro_run_says(ro_world *r, const char *phase)
{
	const korch_object *newest = NULL;
	for (size_t i = 0; i < world_count(r->w, &korch_analysis_run_kind); i++) {
		const korch_object *run = world_at(r->w, &korch_analysis_run_kind, i);
		if (!newest || run->metadata->creation_timestamp >= newest->metadata->creation_timestamp)
			newest = run;
	}
	ck_assert_ptr_nonnull(newest);
	korch_analysis_run *edited = (korch_analysis_run *)korch_object_edit(newest);
	korch_analysis_run_status *status =
	    korch_struct_edit(&edited->status, &korch_analysis_run_status_type);
	korch_string_set(&status->phase, phase);
	world_put(r->w, &edited->object);
	ro_settle(r);
}
