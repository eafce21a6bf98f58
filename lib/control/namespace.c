/*
 * Deletion of namespaces: everything in one is deleted, then its finalizer "kubernetes" is removed
 * and it is gone. Status says how far that is.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/builtin.h"
#include "control/claim.h"
#include "control/condition.h"
#include "control/gather.h"
#include <korch/api.h>
#include <stdio.h>
#include <string.h>

#define BURST 5000
/* While a namespace ends it is looked at so often, for kinds whose changes are not watched. */
#define RECHECK (5 * KORCH_USEC_PER_SEC)

/* What is left in a namespace. */
typedef struct content {
	const korch_view *view;
	korch_plan *plan;
	size_t planned;
	size_t left;
	size_t held;     /* of these, kept by finalizers */
	char kinds[200]; /* "pods. has 2 resource instances, " … */
} content;

static int delete_one(void *userdata, const korch_object *object)
{
	content *c = userdata;
	c->left++;
	c->held += object->metadata && object->metadata->n_finalizers > 0;
	if (c->planned >= BURST || korch__is_deleting(object) || !korch__plan_takes(c->plan, 1))
		return 0;
	c->planned++;
	return korch_plan_delete(c->plan, object, NULL);
}

static int delete_kind(content *c, const korch_kind *kind, const char *ns)
{
	size_t before = c->left, used = strlen(c->kinds);
	korch_view_query query = {.kind = kind, .namespace_ = ns};
	if (korch_view_each(c->view, &query, delete_one, c) < 0)
		return KORCH_E_NOMEM;
	if (c->left > before)
		snprintf(c->kinds + used, sizeof(c->kinds) - used, "%s%s.%s has %zu resource instances",
		         used ? ", " : "", kind->plural, kind->group, c->left - before);
	return 0;
}

static int delete_content(content *c, const char *ns)
{
	const korch_kind *kind;
	for (size_t i = 0; (kind = korch_kind_at(i)); i++) {
		if (kind->namespaced && delete_kind(c, kind, ns) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int put(korch_namespace_status *status, const char *type, int is_true, const char *reason,
               const char *message, korch_usec now)
{
	korch__condition_value value = {type, is_true ? "True" : "False", reason, message, now};
	const korch__condition_layout *layout = &korch__namespace_conditions;
	if (korch__condition_is(status->conditions, status->n_conditions, layout, &value))
		return 0;
	return korch__condition_put(&status->conditions, &status->n_conditions, layout, &value);
}

static int set_status(korch_namespace *edited, const content *c)
{
	korch_namespace_status *status =
	    korch_struct_edit(&edited->status, &korch_namespace_status_type);
	char remaining[300], held[100];
	korch_usec now = korch_view_now(c->view);
	snprintf(remaining, sizeof(remaining), "Some resources are remaining: %s", c->kinds);
	snprintf(held, sizeof(held),
	         "Some content in the namespace has finalizers remaining: %zu resource instances",
	         c->held);
	if (!status || korch_string_set(&status->phase, "Terminating") < 0 ||
	    put(status, "NamespaceDeletionContentFailure", 0, "ContentDeleted",
	        "All content successfully deleted, may be waiting on finalization", now) < 0)
		return KORCH_E_NOMEM;
	if (put(status, "NamespaceContentRemaining", c->left > 0,
	        c->left ? "SomeResourcesRemain" : "ContentRemoved",
	        c->left ? remaining : "All content successfully removed", now) < 0)
		return KORCH_E_NOMEM;
	return put(status, "NamespaceFinalizersRemaining", c->held > 0,
	           c->held ? "SomeFinalizersRemain" : "ContentHasNoFinalizers",
	           c->held ? held : "All content-preserving finalizers finished", now);
}

static int drop_finalizer(korch_namespace *edited)
{
	korch_namespace_spec *spec = korch_struct_edit(&edited->spec, &korch_namespace_spec_type);
	size_t n = spec ? spec->n_finalizers : 0, kept = 0;
	const char **items =
	    n ? korch_string_list_edit(&spec->finalizers, &spec->n_finalizers, n) : NULL;
	if (!spec || (n && !items))
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if (korch__text_equal(items[i], "kubernetes"))
			korch_string_share(&items[i], NULL);
		else if (kept++ != i)
			items[kept - 1] = KORCH_STEAL(items[i]);
	}
	korch_string_list_edit(&spec->finalizers, &spec->n_finalizers, kept);
	return spec->n_finalizers == kept ? 0 : KORCH_E_NOMEM;
}

static int finish(const korch_namespace *ns, const content *c)
{
	korch_namespace *edited = (korch_namespace *)korch_object_edit(&ns->object);
	if (!edited || set_status(edited, c) < 0 || (c->left == 0 && drop_finalizer(edited) < 0)) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	if (c->left == 0)
		return korch_plan_update(c->plan, &ns->object, &edited->object);
	korch_plan_wake_at(c->plan, korch_view_now(c->view) + RECHECK);
	if (ns->status &&
	    korch_struct_equal(edited->status, ns->status, &korch_namespace_status_type)) {
		korch_object_unref(&edited->object);
		return 0;
	}
	return korch_plan_update_status(c->plan, &ns->object, &edited->object);
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const korch_object *object =
	    korch_view_get(view, &korch_namespace_kind, NULL, request->key.name);
	content c = {.view = view, .plan = plan};
	if (!object || !korch__is_deleting(object))
		return 0;
	if (delete_content(&c, korch_object_name(object)) < 0 ||
	    finish((const korch_namespace *)object, &c) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	return 0;
}

static int concerns(void *userdata, const korch_object *previous, const korch_object *object)
{
	return object && korch__is_deleting(object);
}

/* Something vanished from, or appeared in, a namespace that ends. */
static void map(void *userdata, const korch_view *view, const korch_object *previous,
                const korch_object *object, korch_enqueue *enqueue)
{
	if (previous && object)
		return;
	const char *name = korch_object_namespace(object ? object : previous);
	const korch_object *ns =
	    name[0] ? korch_view_get(view, &korch_namespace_kind, NULL, name) : NULL;
	if (ns && korch__is_deleting(ns))
		korch_enqueue_key(enqueue, NULL, name);
}

int korch__namespace_controller(korch_controller_spec *out)
{
	static const korch_controller_watch watches[] = {
	    {.kind = &korch_pod_kind, .map = map},
	    {.kind = &korch_replica_set_kind, .map = map},
	    {.kind = &korch_deployment_kind, .map = map},
	    {.kind = &korch_service_kind, .map = map},
	    {.kind = &korch_config_map_kind, .map = map},
	    {.kind = &korch_secret_kind, .map = map},
	    {.kind = &korch_endpoint_slice_kind, .map = map},
	};
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "namespace-controller",
	    .kind = &korch_namespace_kind,
	    .watches = watches,
	    .n_watches = KORCH_COUNT(watches),
	    .reconcile = reconcile,
	    .concerns = concerns,
	};
	return 0;
}
