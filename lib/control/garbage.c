/*
 * Garbage collection by ownerReferences: dependents without an owner go, owners in foreground
 * deletion wait for their dependents, owners in orphan deletion let go of them. One controller a
 * kind; the rules are the same for all.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/builtin.h"
#include "control/claim.h"
#include "control/gather.h"
#include <korch/api.h>
#include <string.h>

#define BURST 5000
#define FOREGROUND "foregroundDeletion"
#define ORPHAN "orphan"

/* Kinds that own or are owned. Names, so that kinds without a struct are among them. */
static const struct {
	const char *api_version;
	const char *name;
} kind_names[] = {
    {"v1", "Pod"},
    {"apps/v1", "ReplicaSet"},
    {"apps/v1", "Deployment"},
    {"v1", "Service"},
    {"v1", "ConfigMap"},
    {"v1", "Secret"},
    {"discovery.k8s.io/v1", "EndpointSlice"},
    {"policy/v1", "PodDisruptionBudget"},
    {"apps/v1", "StatefulSet"},
    {"apps/v1", "DaemonSet"},
    {"batch/v1", "Job"},
    {"batch/v1", "CronJob"},
    {"v1", "PersistentVolumeClaim"},
    {"apps/v1", "ControllerRevision"},
    {"v1", "ServiceAccount"},
    {"networking.k8s.io/v1", "Ingress"},
    {"argoproj.io/v1alpha1", "Rollout"},
    {"argoproj.io/v1alpha1", "Experiment"},
    {"argoproj.io/v1alpha1", "AnalysisRun"},
    {"flagger.app/v1beta1", "Canary"},
};
enum { KINDS = sizeof(kind_names) / sizeof(kind_names[0]) };

/* Of one kind's controller. */
typedef struct state {
	const korch_kind *kind;
	const korch_kind *kinds[KINDS];
	const korch_view *view; /* the engine's, once something was observed: to tell at once that an
	                           owner is there */
} state;

static int has_finalizer(const korch_object *object, const char *name)
{
	const korch_object_meta *meta = object->metadata;
	for (size_t i = 0; i < meta->n_finalizers; i++) {
		if (korch__text_equal(meta->finalizers[i], name))
			return 1;
	}
	return 0;
}

static int drop_finalizer(korch_object *edited, const char *name)
{
	korch_object_meta *meta = korch_object_edit_meta(edited);
	size_t n = meta ? meta->n_finalizers : 0, kept = 0;
	const char **items =
	    n ? korch_string_list_edit(&meta->finalizers, &meta->n_finalizers, n) : NULL;
	if (!items)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if (korch__text_equal(items[i], name))
			korch_string_share(&items[i], NULL);
		else if (kept++ != i)
			items[kept - 1] = KORCH_STEAL(items[i]);
	}
	korch_string_list_edit(&meta->finalizers, &meta->n_finalizers, kept);
	return meta->n_finalizers == kept ? 0 : KORCH_E_NOMEM;
}

/* The owner that a reference means: same uid, kind and name, in the same namespace or cluster-wide.
 * NULL when it is gone. */
static const korch_object *owner_of(const korch_view *view, const korch_object *object,
                                    const korch_owner_reference *reference)
{
	const korch_object *owner = reference->uid ? korch_view_get_uid(view, reference->uid) : NULL;
	if (!owner || !korch__text_equal(owner->kind->name, reference->kind) ||
	    !korch__text_equal(korch_object_name(owner), reference->name))
		return NULL;
	int reachable = !owner->kind->namespaced ||
	                strcmp(korch_object_namespace(owner), korch_object_namespace(object)) == 0;
	return reachable ? owner : NULL;
}

static int has_all_owners(const korch_view *view, const korch_object *object)
{
	const korch_object_meta *meta = object->metadata;
	for (size_t i = 0; i < meta->n_owner_references; i++) {
		const korch_object *owner = owner_of(view, object, &meta->owner_references[i]);
		if (!owner || (korch__is_deleting(owner) && has_finalizer(owner, FOREGROUND)))
			return 0;
	}
	return 1;
}

static void observe(void *userdata, const korch_view *view, const korch_change *change)
{
	((state *)userdata)->view = view;
}

/* New or newly owned objects whose owners are not all there, and those that wait for their
 * dependents. */
static int concerns(void *userdata, const korch_object *previous, const korch_object *object)
{
	const state *st = userdata;
	const korch_object_meta *meta = object ? object->metadata : NULL;
	if (!meta)
		return 0;
	if (meta->deletion_timestamp &&
	    (has_finalizer(object, FOREGROUND) || has_finalizer(object, ORPHAN)))
		return 1;
	const korch_object_meta *old = previous ? previous->metadata : NULL;
	if (meta->n_owner_references == 0 || (old && old->owner_references == meta->owner_references))
		return 0;
	return !st->view || !has_all_owners(st->view, object);
}

static int gather_dependents(const state *st, const korch_view *view, const korch_object *owner,
                             korch__objects *out)
{
	for (size_t i = 0; i < KINDS; i++) {
		korch_view_query query = {.kind = st->kinds[i], .owner_uid = korch_object_uid(owner)};
		if (owner->kind->namespaced)
			query.namespace_ = korch_object_namespace(owner);
		if (korch__gather(out, view, &query) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int blocks(const korch_object *dependent, const char *uid)
{
	const korch_object_meta *meta = dependent->metadata;
	for (size_t i = 0; i < meta->n_owner_references; i++) {
		if (korch__text_equal(meta->owner_references[i].uid, uid))
			return meta->owner_references[i].block_owner_deletion;
	}
	return 0;
}

static int release_from(const korch_object *object, const char *finalizer, korch_plan *plan)
{
	korch_object *edited = korch_object_edit(object);
	if (!edited || drop_finalizer(edited, finalizer) < 0) {
		korch_object_unref(edited);
		return KORCH_E_NOMEM;
	}
	return korch_plan_update(plan, object, edited);
}

static int has_dependents(const state *st, const korch_view *view, const korch_object *object)
{
	for (size_t i = 0; i < KINDS; i++) {
		korch_view_query query = {.kind = st->kinds[i], .owner_uid = korch_object_uid(object)};
		if (korch_view_count(view, &query) > 0)
			return 1;
	}
	return 0;
}

/* Deletes what is not being deleted yet; the owner may go when nothing that blocks it is left. */
static int delete_foreground(const state *st, const korch_view *view, const korch_object *owner,
                             const korch__objects *all, korch_plan *plan)
{
	size_t blocking = 0, deleted = 0;
	for (size_t i = 0; i < all->n; i++) {
		const korch_object *dependent = all->items[i];
		blocking += (size_t)blocks(dependent, korch_object_uid(owner));
		if (korch__is_deleting(dependent) || deleted >= BURST || !korch__plan_takes(plan, 1))
			continue;
		korch_delete_options options = {.grace_seconds = -1};
		options.propagation = has_dependents(st, view, dependent) ? KORCH_PROPAGATION_FOREGROUND
		                                                          : KORCH_PROPAGATION_BACKGROUND;
		if (korch_plan_delete(plan, dependent, &options) < 0)
			return KORCH_E_NOMEM;
		deleted++;
	}
	return blocking == 0 ? release_from(owner, FOREGROUND, plan) : 0;
}

/* Takes the owner out of its dependents; the owner may go when none is left. */
static int let_go(const korch_object *owner, const korch__objects *all, korch_plan *plan)
{
	size_t n = korch__plan_takes_of(plan, all->n < BURST ? all->n : BURST);
	for (size_t i = 0; i < n; i++) {
		korch_object *edited = korch__claim_release(owner, all->items[i]);
		if (!edited || korch_plan_update(plan, all->items[i], edited) < 0)
			return KORCH_E_NOMEM;
	}
	if (n == all->n)
		return release_from(owner, ORPHAN, plan);
	korch_plan_again(plan);
	return 0;
}

static int finish_owner(const state *st, const korch_view *view, const korch_object *object,
                        const char *finalizer, korch_plan *plan)
{
	korch__objects all = {0};
	int code = gather_dependents(st, view, object, &all);
	if (code == 0)
		code = strcmp(finalizer, ORPHAN) == 0 ? let_go(object, &all, plan)
		                                      : delete_foreground(st, view, object, &all, plan);
	korch__vec_fini(&all);
	return code;
}

/* Without any owner left a dependent goes; with some left it loses the references to those that are
 * gone. */
static int check_owners(const state *st, const korch_view *view, const korch_object *object,
                        korch_plan *plan)
{
	const korch_object_meta *meta = object->metadata;
	size_t solid = 0, waiting = 0, gone = 0;
	for (size_t i = 0; i < meta->n_owner_references; i++) {
		const korch_object *owner = owner_of(view, object, &meta->owner_references[i]);
		int waits = owner && korch__is_deleting(owner) && has_finalizer(owner, FOREGROUND);
		solid += owner && !waits;
		waiting += (size_t)waits;
		gone += !owner;
	}
	if (gone + waiting == 0 || korch__is_deleting(object))
		return 0;
	if (solid == 0) {
		korch_delete_options options = {.grace_seconds = -1};
		options.propagation = waiting > 0 && has_dependents(st, view, object)
		                          ? KORCH_PROPAGATION_FOREGROUND
		                          : KORCH_PROPAGATION_BACKGROUND;
		return korch_plan_delete(plan, object, &options);
	}
	korch_object *edited = korch_object_edit(object);
	for (size_t i = 0; edited && i < meta->n_owner_references; i++) {
		const korch_owner_reference *reference = &meta->owner_references[i];
		const korch_object *owner = owner_of(view, object, reference);
		int stays = owner && !(korch__is_deleting(owner) && has_finalizer(owner, FOREGROUND));
		if (!stays && korch__owner_remove(edited, reference->uid) < 0) {
			korch_object_unref(edited);
			return KORCH_E_NOMEM;
		}
	}
	return edited ? korch_plan_update(plan, object, edited) : KORCH_E_NOMEM;
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const state *st = userdata;
	const korch_object *object =
	    korch_view_get(view, st->kind, request->key.namespace_, request->key.name);
	int code = 0;
	if (!object || !object->metadata)
		return 0;
	if (korch__is_deleting(object) && has_finalizer(object, ORPHAN))
		code = finish_owner(st, view, object, ORPHAN, plan);
	else if (korch__is_deleting(object) && has_finalizer(object, FOREGROUND))
		code = finish_owner(st, view, object, FOREGROUND, plan);
	else
		code = check_owners(st, view, object, plan);
	return code < 0 ? korch_error_set(err, code, "out of memory") : 0;
}

static int enqueue_one(void *userdata, const korch_object *object)
{
	korch_enqueue_key(userdata, korch_object_namespace(object), korch_object_name(object));
	return 0;
}

/* Something vanished: those of our kind that it owned, and those of our kind that owned it and may
 * wait for it. */
static void map(void *userdata, const korch_view *view, const korch_object *previous,
                const korch_object *object, korch_enqueue *enqueue)
{
	const state *st = userdata;
	if (object || !previous || !previous->metadata)
		return;
	korch_view_query query = {.kind = st->kind, .owner_uid = korch_object_uid(previous)};
	if (query.owner_uid[0])
		korch_view_each(view, &query, enqueue_one, enqueue);
	for (size_t i = 0; i < previous->metadata->n_owner_references; i++) {
		const korch_owner_reference *reference = &previous->metadata->owner_references[i];
		const korch_object *owner = korch__text_equal(reference->kind, st->kind->name)
		                                ? owner_of(view, previous, reference)
		                                : NULL;
		if (owner && owner->kind == st->kind && korch__is_deleting(owner))
			korch_enqueue_key(enqueue, korch_object_namespace(owner), korch_object_name(owner));
	}
}

static int make(korch_controller_spec *out, const korch_kind *const *kinds, size_t which)
{
	static _Thread_local korch_controller_watch watches[KINDS];
	state *st = korch__calloc(1, sizeof(*st));
	if (!st)
		return KORCH_E_NOMEM;
	st->kind = kinds[which];
	memcpy(st->kinds, kinds, sizeof(st->kinds));
	for (size_t i = 0; i < KINDS; i++)
		watches[i] = (korch_controller_watch){.kind = kinds[i], .map = map};
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "garbage-collector",
	    .kind = kinds[which],
	    .watches = watches,
	    .n_watches = KINDS,
	    .reconcile = reconcile,
	    .observe = observe,
	    .concerns = concerns,
	    .userdata = st,
	    .destroy = korch__free,
	};
	return 0;
}

int korch__garbage_controllers(korch_controller_spec *out, size_t max, size_t *n)
{
	const korch_kind *kinds[KINDS];
	for (size_t i = 0; i < KINDS; i++) {
		int code = korch_kind_get(&kinds[i], kind_names[i].api_version, kind_names[i].name, NULL);
		if (code < 0)
			return code;
	}
	for (size_t i = 0; i < KINDS; i++) {
		int code = *n < max ? make(&out[*n], kinds, i) : KORCH_E_LIMIT;
		if (code < 0)
			return code;
		++*n;
	}
	return 0;
}
