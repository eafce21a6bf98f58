/*
 * Reading and changing single objects of a cluster: get, list, delete, watch; logs. Applying
 * manifests stands in apply.c, verbs on workloads in workload.c.
 */
#include "cluster/cluster.h"

#include "base/cleanup.h"
#include "base/vec.h"
#include <korch/api.h>
#include <stdlib.h>
#include <string.h>

int korch__cluster_kind(const korch_kind **out, const char *text, korch_error **err)
{
	const korch_kind *kind = text ? korch_kind_find(text) : NULL;
	if (!kind) {
		korch_error_set(err, KORCH_E_INVALID, "no kind is called \"%s\"", text ? text : "");
		return KORCH_E_INVALID;
	}
	*out = kind;
	return 0;
}

static const char *namespace_or_default(const korch_kind *kind, const char *namespace_)
{
	if (!kind->namespaced)
		return "";
	return namespace_ && *namespace_ ? namespace_ : "default";
}

static int not_found(const korch_key *key, korch_error **err)
{
	return korch_error_set(err, KORCH_E_NOT_FOUND, "%s%s%s \"%s\" not found", key->kind->plural,
	                       *key->kind->group ? "." : "", key->kind->group, key->name);
}

static const korch_object *cached(const korch_cluster *cluster, const korch_key *key)
{
	return korch_view_get(korch_engine_view(cluster->engine), key->kind,
	                      namespace_or_default(key->kind, key->namespace_), key->name);
}

int korch_cluster_get(korch_object **out, korch_cluster *cluster, const char *kind,
                      const char *namespace_, const char *name, korch_error **err)
{
	if (!out || !cluster || !name)
		return korch_error_set(err, KORCH_E_INVALID, "get needs a cluster, a kind and a name");
	korch_key key = {.namespace_ = namespace_, .name = name};
	int code = korch__cluster_kind(&key.kind, kind, err);
	if (code < 0)
		return code;
	korch__cluster_enter(cluster);
	code = korch__cluster_sync(cluster, err);
	const korch_object *object = code == 0 ? cached(cluster, &key) : NULL;
	if (object)
		*out = korch_object_ref(object);
	else if (code == 0)
		code = not_found(&key, err);
	korch__cluster_leave(cluster);
	return code;
}

struct collection {
	KORCH_VEC(korch_object *) objects;
};

static int collect(void *userdata, const korch_object *object)
{
	struct collection *collection = userdata;
	if (korch__vec_reserve(&collection->objects, 1) < 0)
		return KORCH_E_NOMEM;
	collection->objects.items[collection->objects.n++] = korch_object_ref(object);
	return 0;
}

void korch_object_list_free(korch_object **objects, size_t n)
{
	for (size_t i = 0; objects && i < n; i++)
		korch_object_unref(objects[i]);
	korch__free(objects);
}

int korch_cluster_list(korch_object ***out, size_t *n_out, korch_cluster *cluster, const char *kind,
                       const char *namespace_, const char *selector, korch_error **err)
{
	if (!out || !n_out || !cluster)
		return korch_error_set(err, KORCH_E_INVALID, "list needs a cluster and a kind");
	korch_view_query query = {.namespace_ = namespace_};
	korch_selector *compiled = NULL;
	int code = korch__cluster_kind(&query.kind, kind, err);
	if (code == 0 && selector)
		code = korch_selector_parse(&compiled, selector, err);
	if (code < 0)
		return code;
	query.selector = compiled;
	struct collection collection = {0};
	korch__cluster_enter(cluster);
	code = korch__cluster_sync(cluster, err);
	if (code == 0 &&
	    korch_view_each(korch_engine_view(cluster->engine), &query, collect, &collection) < 0)
		code = korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch__cluster_leave(cluster);
	korch_selector_free(compiled);
	if (code < 0) {
		korch_object_list_free(collection.objects.items, collection.objects.n);
		return code;
	}
	*out = collection.objects.items;
	*n_out = collection.objects.n;
	return 0;
}

static int change_once(korch_cluster *cluster, const korch_key *key, korch__plan_for_fn plan_for,
                       const void *argument, korch_error **err)
{
	const korch_object *object = cached(cluster, key);
	korch_plan *plan = NULL;
	if (!object)
		return not_found(key, err);
	int code = korch_plan_new(&plan);
	if (code == 0)
		code = plan_for(plan, korch_engine_view(cluster->engine), object, argument, err);
	if (code == 0)
		return korch__cluster_submit(NULL, cluster, plan, err);
	korch_plan_free(plan);
	return err && *err ? code : korch_error_set(err, code, "%s", korch_code_text(code));
}

/* An engine answers a conflict when its cache shows what has changed, so that deciding again is
 * enough. */
int korch__cluster_change(korch_cluster *cluster, const korch_key *key, korch__plan_for_fn plan_for,
                          const void *argument, korch_error **err)
{
	if (!cluster || !key || !key->kind || !key->name)
		return korch_error_set(err, KORCH_E_INVALID, "a cluster and a key are needed");
	korch__cluster_enter(cluster);
	int code = korch__cluster_sync(cluster, err);
	for (int attempt = 0; code == 0; attempt++) {
		_cleanup_error_ korch_error *failure = NULL;
		code = change_once(cluster, key, plan_for, argument, &failure);
		if (code == KORCH_E_CONFLICT && attempt < KORCH__CONFLICT_RETRIES) {
			code = 0;
			continue;
		}
		if (code < 0 && err && !*err)
			*err = KORCH_STEAL(failure);
		break;
	}
	korch__cluster_leave(cluster);
	return code;
}

static int plan_delete(korch_plan *plan, const korch_view *view, const korch_object *object,
                       const void *argument, korch_error **err)
{
	return korch_plan_delete(plan, object, argument);
}

int korch_cluster_delete(korch_cluster *cluster, const korch_key *key,
                         const korch_delete_options *options, korch_error **err)
{
	return korch__cluster_change(cluster, key, plan_delete, options, err);
}

int korch_cluster_watch(korch_watch **out, korch_cluster *cluster, const korch_watch_query *query,
                        korch_loop_fn ready, void *userdata, korch_error **err)
{
	if (!out || !cluster || !query)
		return korch_error_set(err, KORCH_E_INVALID, "a watch needs a cluster and a query");
	korch__cluster_enter(cluster);
	int code = korch_store_watch(out, cluster->store, query, ready, userdata);
	korch__cluster_leave(cluster);
	return code < 0 ? korch_error_set(err, code, "the store cannot be watched: %s",
	                                  korch_code_text(code))
	                : 0;
}

int korch_cluster_log_path(char **out, korch_cluster *cluster, const korch_key *pod,
                           const char *container, int previous, korch_error **err)
{
	if (!out || !cluster || !pod || !pod->name || !container)
		return korch_error_set(err, KORCH_E_INVALID, "a cluster, a pod and a container are needed");
	korch__cluster_enter(cluster);
	int code = korch__cluster_sync(cluster, err);
	const korch_object *object = code == 0
	                                 ? korch_view_get(korch_engine_view(cluster->engine),
	                                                  &korch_pod_kind, pod->namespace_, pod->name)
	                                 : NULL;
	if (code == 0 && (!object || !cluster->agent))
		code = korch_error_set(err, KORCH_E_NOT_FOUND, "pods \"%s\" not found", pod->name);
	if (code == 0) {
		code = korch__agent_log_path(out, cluster->agent, (const korch_pod *)object, container,
		                             previous);
		if (code < 0)
			korch_error_set(err, code, "pod \"%s\" has no log of container \"%s\"", pod->name,
			                container);
	}
	korch__cluster_leave(cluster);
	return code;
}
