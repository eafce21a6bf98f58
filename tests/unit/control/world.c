/* A little cluster for the tests of deciders: a cache, and what an engine would do with a plan. */
#include "world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

world *world_new(void)
{
	world *w = calloc(1, sizeof(*w));
	ck_assert_int_eq(korch_cache_new(&w->cache, NULL), 0);
	w->view = korch_cache_view(w->cache);
	w->now = WORLD_START;
	world_advance(w, 0);
	return w;
}

void world_free(world *w)
{
	korch_cache_free(w->cache);
	free(w);
}

void world_advance(world *w, korch_usec by)
{
	w->now += by;
	korch_cache_set_time(w->cache, w->now, w->revision);
}

static void tell(world *w, int type, const korch_object *previous, const korch_object *object)
{
	korch_change change = {
	    .type = type, .object = object, .previous = previous, .revision = w->revision};
	if (w->changed)
		w->changed(w, &change);
}

const korch_object *world_put(world *w, korch_object *object)
{
	korch_object_meta *meta = korch_object_edit_meta(object);
	char text[80];
	if (!meta->name || !meta->name[0]) {
		snprintf(text, sizeof(text), "%s%05u", meta->generate_name, w->serial++);
		korch_string_set(&meta->name, text);
	}
	if (!meta->uid) {
		snprintf(text, sizeof(text), "uid-%05u", w->serial++);
		korch_string_set(&meta->uid, text);
	}
	if (!meta->creation_timestamp)
		meta->creation_timestamp = w->now;
	if (!meta->generation)
		meta->generation = 1;
	object->revision = ++w->revision;
	const korch_object *old =
	    world_get(w, object->kind, korch_object_namespace(object), korch_object_name(object));
	korch_object *previous = korch_object_ref(old);
	ck_assert_int_eq(korch_cache_put(w->cache, object), 0);
	korch_cache_set_time(w->cache, w->now, w->revision);
	tell(w, previous ? KORCH_CHANGE_MODIFIED : KORCH_CHANGE_ADDED, previous, object);
	korch_object_unref(previous);
	korch_object_unref(object);
	return object;
}

void world_remove(world *w, const korch_object *object)
{
	korch_object *kept = korch_object_ref(object);
	korch_key key = korch_object_key(kept);
	w->revision++;
	korch_cache_remove(w->cache, &key);
	korch_cache_set_time(w->cache, w->now, w->revision);
	tell(w, KORCH_CHANGE_DELETED, kept, kept);
	korch_object_unref(kept);
}

static void end_object(world *w, const korch_step *step)
{
	const korch_object *base = step->base;
	const korch_pod *pod = (const korch_pod *)base;
	int graceful = base->kind == &korch_pod_kind && pod->spec && pod->spec->node_name &&
	               step->delete_options.grace_seconds != 0;
	if (!graceful && base->metadata->n_finalizers == 0) {
		world_remove(w, base);
		return;
	}
	if (base->metadata->deletion_timestamp)
		return;
	korch_object *edited = korch_object_edit(base);
	if (step->object && base->kind == &korch_pod_kind)
		korch_block_share(&((korch_pod *)edited)->status, ((korch_pod *)step->object)->status);
	korch_object_edit_meta(edited)->deletion_timestamp =
	    w->now + (graceful ? 30 * KORCH_USEC_PER_SEC : 0);
	world_put(w, edited);
}

static void *spec_of(const korch_object *object)
{
	if (object->kind == &korch_deployment_kind)
		return ((const korch_deployment *)object)->spec;
	if (object->kind == &korch_stateful_set_kind)
		return ((const korch_stateful_set *)object)->spec;
	if (object->kind == &korch_daemon_set_kind)
		return ((const korch_daemon_set *)object)->spec;
	return object->kind == &korch_replica_set_kind ? ((const korch_replica_set *)object)->spec
	                                               : NULL;
}

static void apply_step(world *w, const korch_step *step)
{
	if (step->op == KORCH_STEP_CREATE) {
		ck_assert_ptr_null(step->base);
		world_put(w, korch_object_edit(step->object));
		return;
	}
	const korch_object *stored = world_get(w, step->base->kind, korch_object_namespace(step->base),
	                                       korch_object_name(step->base));
	ck_assert_ptr_nonnull(stored);
	ck_assert_int_eq(stored->revision, step->base->revision);
	if (step->op == KORCH_STEP_CHECK)
		return;
	if (step->op == KORCH_STEP_DELETE) {
		end_object(w, step);
		return;
	}
	korch_object *edited = korch_object_edit(step->object);
	korch_object_meta *meta = korch_object_edit_meta(edited);
	if (step->op == KORCH_STEP_UPDATE && spec_of(edited) != spec_of(stored))
		meta->generation++;
	if (meta->deletion_timestamp && meta->n_finalizers == 0 && stored->metadata->n_finalizers > 0) {
		korch_object_unref(edited);
		world_remove(w, stored);
		return;
	}
	world_put(w, edited);
}

void world_apply(world *w, const korch_plan *plan)
{
	ck_assert_int_eq(korch_plan_error(plan), 0);
	for (size_t i = 0; i < korch_plan_steps(plan); i++)
		apply_step(w, korch_plan_step(plan, i));
}

korch_plan *world_reconcile(world *w, const korch_controller_spec *spec, const char *ns,
                            const char *name)
{
	korch_plan *plan = NULL;
	korch_error *err = NULL;
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	korch_plan_set_max(plan, w->steps_max);
	korch_request request = {.key = {.kind = spec->kind, .namespace_ = ns, .name = name}};
	int code = spec->reconcile(spec->userdata, w->view, &request, plan, &err);
	ck_assert_msg(code == 0, "%s: %s", name, korch_error_message(err));
	world_apply(w, plan);
	return plan;
}

size_t world_run(world *w, const korch_controller_spec *spec, const char *ns, const char *name)
{
	korch_plan *plan = world_reconcile(w, spec, ns, name);
	size_t n = korch_plan_steps(plan) - plan_count(plan, KORCH_STEP_CHECK);
	korch_plan_free(plan);
	return n;
}

const korch_object *world_get(world *w, const korch_kind *kind, const char *ns, const char *name)
{
	return korch_view_get(w->view, kind, ns, name);
}

size_t world_count(world *w, const korch_kind *kind)
{
	korch_view_query query = {.kind = kind};
	return korch_view_count(w->view, &query);
}

typedef struct nth {
	size_t left;
	const korch_object *found;
} nth;

static int count_down(void *userdata, const korch_object *object)
{
	nth *n = userdata;
	if (n->left-- > 0)
		return 0;
	n->found = object;
	return 1;
}

const korch_object *world_at(world *w, const korch_kind *kind, size_t i)
{
	nth n = {.left = i};
	korch_view_query query = {.kind = kind};
	korch_view_each(w->view, &query, count_down, &n);
	return n.found;
}

const char *world_note(const korch_plan *plan, size_t i)
{
	static char text[600];
	if (i >= korch_plan_notes(plan))
		return "";
	const korch_plan_note *note = korch_plan_note_at(plan, i);
	snprintf(text, sizeof(text), "%s: %s", note->reason, note->message);
	return text;
}

size_t plan_count(const korch_plan *plan, korch_step_op op)
{
	size_t n = 0;
	for (size_t i = 0; i < korch_plan_steps(plan); i++)
		n += korch_plan_step(plan, i)->op == (int32_t)op;
	return n;
}
