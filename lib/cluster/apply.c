/*
 * Applying manifests: everything is checked first; then what each object would become is decided (a
 * pure three-way merge) and committed, what others need to be admitted first, the rest as one
 * transaction (several for thousands of objects).
 */
#include "cluster/cluster.h"
#include "cluster/merge.h"
#include "cluster/review.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "base/vec.h"
#include "engine/engine.h"
#include "object/codec.h"
#include "object/object.h"
#include "object/tree.h"
#include <json-c/json.h>
#include <korch/api.h>
#include <korch/strategy/check.h>
#include <korch/validate.h>
#include <stdlib.h>
#include <string.h>

/* kubectl's own annotation, so that both understand each other's objects. */
static const char LAST_APPLIED[] = "kubectl.kubernetes.io/last-applied-configuration";

enum { TRANSACTION_MAX = 5000 };

/* One object of the manifest on its way. */
typedef struct applied {
	const korch_object *live; /* borrowed from the cache while a plan is made */
	korch_object *next;       /* owned until it is put into a plan */
	korch_apply_result result;
	int is_done; /* its transaction has been committed, or none was needed */
} applied;

struct application {
	korch_cluster *cluster;
	const korch_manifest *manifest;
	applied *items; /* one for each object of the manifest */
	size_t n;
};

/* Namespaces and priority classes: without them others are not admitted. */
static int goes_first(const korch_object *object)
{
	return object->kind == &korch_namespace_kind || object->kind == &korch_priority_class_kind;
}

/* A copy in the default namespace when the manifest names none. */
static int with_namespace(korch_object **out, const korch_object *object)
{
	_cleanup_object_ korch_object *copy = korch_object_edit(object);
	korch_object_meta *meta = copy ? korch_object_edit_meta(copy) : NULL;
	if (!meta)
		return KORCH_E_NOMEM;
	if (object->kind->namespaced && (!meta->namespace_ || !*meta->namespace_) &&
	    korch_string_set(&meta->namespace_, "default") < 0)
		return KORCH_E_NOMEM;
	*out = KORCH_STEAL(copy);
	return 0;
}

static int remember_manifest(korch_object *object, json_object *tree)
{
	const char *text = json_object_to_json_string_ext(tree, JSON_C_TO_STRING_PLAIN |
	                                                            JSON_C_TO_STRING_NOSLASHESCAPE);
	korch_object_meta *meta = korch_object_edit_meta(object);
	if (!text || !meta)
		return KORCH_E_NOMEM;
	return korch_map_set(&meta->annotations, LAST_APPLIED, text);
}

/* The manifest's last word on a live object, NULL when it was not made by apply. */
static json_object *last_applied(const korch_object *live)
{
	const char *text =
	    live->metadata ? korch_map_get(live->metadata->annotations, LAST_APPLIED) : NULL;
	return text ? json_tokener_parse(text) : NULL;
}

/* What a manifest wishes: without what was noted by an earlier apply, and without the status, which
 * is not its own to say. */
static int wish_of(json_object **out, const korch_object *wanted)
{
	json_object *metadata = NULL;
	json_object *annotations = NULL;
	int code = korch__object_encode(out, wanted);
	if (code < 0)
		return code;
	if (wanted->kind->builtin)
		json_object_object_del(*out, "status");
	if (json_object_object_get_ex(*out, "metadata", &metadata) &&
	    json_object_object_get_ex(metadata, "annotations", &annotations))
		json_object_object_del(annotations, LAST_APPLIED);
	return 0;
}

/* What `wanted` becomes on top of `live`. */
static int merge_live(korch_object **out, const korch_object *wanted, const korch_object *live,
                      korch_error **err)
{
	_cleanup_tree_ json_object *wanted_tree = NULL;
	_cleanup_tree_ json_object *live_tree = NULL;
	_cleanup_tree_ json_object *last = last_applied(live);
	_cleanup_tree_ json_object *merged = NULL;
	_cleanup_object_ korch_object *next = NULL;
	int code = wish_of(&wanted_tree, wanted);
	if (code == 0)
		code = korch__object_encode(&live_tree, live);
	if (code == 0)
		code = korch__merge_apply(&merged, live->kind->type, last, wanted_tree, live_tree);
	if (code < 0)
		return korch_error_set(err, code, "cannot merge %s \"%s\"", live->kind->plural,
		                       korch_object_name(live));
	code = korch__object_decode(&next, merged, NULL, NULL, err);
	if (code < 0)
		return code;
	next->revision = live->revision;
	code = korch_object_set_defaults(next);
	if (code == 0)
		code = remember_manifest(next, wanted_tree);
	if (code == 0)
		*out = KORCH_STEAL(next);
	return code;
}

static int create_new(korch_object **out, korch_object *wanted)
{
	_cleanup_tree_ json_object *tree = NULL;
	int code = wish_of(&tree, wanted);
	if (code == 0)
		code = remember_manifest(wanted, tree);
	if (code == 0)
		*out = korch_object_ref(wanted);
	return code;
}

/* Admission would say so for the transaction as a whole; here it is known which object of the
 * manifest is meant. */
static int check_namespace(const korch_view *view, const korch_key *key, korch_error **err)
{
	if (!key->kind->namespaced || strcmp(key->namespace_, "default") == 0 ||
	    korch_view_get(view, &korch_namespace_kind, "", key->namespace_))
		return 0;
	return korch_error_set(err, KORCH_E_NOT_FOUND, "namespaces \"%s\" not found", key->namespace_);
}

/* Decides what object i becomes. */
static int decide(struct application *application, size_t i, korch_error **err)
{
	applied *item = &application->items[i];
	_cleanup_object_ korch_object *wanted = NULL;
	int code = with_namespace(&wanted, korch_manifest_object(application->manifest, i));
	if (code < 0)
		return korch_error_set(err, code, "cannot copy an object");
	const korch_key key = korch_object_key(wanted);
	item->live = korch_view_get(korch_engine_view(application->cluster->engine), key.kind,
	                            key.namespace_, key.name);
	korch_object_unref(item->next);
	item->next = NULL;
	if (!item->live) {
		item->result = KORCH_APPLY_CREATED;
		code = check_namespace(korch_engine_view(application->cluster->engine), &key, err);
		return code < 0 ? code : create_new(&item->next, wanted);
	}
	code = merge_live(&item->next, wanted, item->live, err);
	if (code < 0)
		return code;
	item->result =
	    korch_object_equal(item->next, item->live) ? KORCH_APPLY_UNCHANGED : KORCH_APPLY_CONFIGURED;
	return 0;
}

static int put_into_plan(korch_plan *plan, applied *item)
{
	if (item->result == KORCH_APPLY_UNCHANGED)
		return 0;
	korch_object *next = KORCH_STEAL(item->next);
	if (item->result == KORCH_APPLY_CREATED)
		return korch_plan_create(plan, next);
	return korch_plan_update(plan, item->live, next);
}

/* Adds what object i becomes to a plan. */
static int plan_one(korch_plan *plan, struct application *application, size_t i, korch_error **err)
{
	int code = decide(application, i, err);
	if (code == 0)
		code = put_into_plan(plan, &application->items[i]);
	if (code < 0 && err && *err)
		korch_error_set_location(err, korch_manifest_file(application->manifest, i),
		                         korch_manifest_line(application->manifest, i));
	return code;
}

/* Plans the objects of a pass that are not done, as many as one transaction takes; *end is the
 * first that was not looked at. */
static int plan_some(korch_plan *plan, size_t *end, struct application *application, int first,
                     korch_error **err)
{
	size_t i = 0, most = korch__term_writes_max(application->cluster->engine);
	most = most < TRANSACTION_MAX ? most : TRANSACTION_MAX;
	for (; i < application->n && korch_plan_steps(plan) < most; i++) {
		if (application->items[i].is_done ||
		    goes_first(korch_manifest_object(application->manifest, i)) != first)
			continue;
		int code = plan_one(plan, application, i, err);
		if (code < 0)
			return code;
	}
	*end = i;
	return 0;
}

/* One transaction of a pass (what goes first, or all the others). 1: there may be more to do. */
static int commit_some(struct application *application, int first, korch_error **err)
{
	korch_plan *plan = NULL;
	size_t end = 0;
	if (korch_plan_new(&plan) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	int code = plan_some(plan, &end, application, first, err);
	if (code == 0 && korch_plan_steps(plan) > 0)
		code = korch__cluster_submit(NULL, application->cluster, KORCH_STEAL(plan), err);
	korch_plan_free(plan);
	if (code < 0)
		return code;
	for (size_t i = 0; i < end; i++)
		if (goes_first(korch_manifest_object(application->manifest, i)) == first)
			application->items[i].is_done = 1;
	return end < application->n;
}

/* An engine answers a conflict when its cache shows what has changed, so that deciding again is
 * enough. */
static int commit_pass(struct application *application, int first, korch_error **err)
{
	for (int attempt = 0;;) {
		_cleanup_error_ korch_error *failure = NULL;
		int code = commit_some(application, first, &failure);
		int again = code == KORCH_E_CONFLICT || code == KORCH_E_EXISTS;
		if (code == 1 || (again && attempt++ < KORCH__CONFLICT_RETRIES))
			continue;
		if (code < 0 && !failure)
			korch_error_set(&failure, code, "%s", korch_code_text(code));
		if (code < 0 && err && !*err)
			*err = KORCH_STEAL(failure);
		return code;
	}
}

static void tell(const struct application *application, korch_applied_fn fn, void *userdata)
{
	const korch_view *view = korch_engine_view(application->cluster->engine);
	for (size_t i = 0; i < application->n; i++) {
		_cleanup_object_ korch_object *wanted = NULL;
		if (with_namespace(&wanted, korch_manifest_object(application->manifest, i)) < 0)
			return;
		const korch_key key = korch_object_key(wanted);
		const korch_object *live = korch_view_get(view, key.kind, key.namespace_, key.name);
		fn(userdata, live ? live : wanted, application->items[i].result);
	}
}

/* An object of a manifest with its key, as it will be in the cluster. */
struct keyed {
	korch_key key;
	size_t i;
};

static int compare_keys(const void *a, const void *b)
{
	const struct keyed *first = a;
	const struct keyed *second = b;
	int order = korch_key_compare(&first->key, &second->key);
	return order ? order : (first->i > second->i) - (first->i < second->i);
}

static struct keyed keyed_object(const korch_manifest *manifest, size_t i)
{
	struct keyed keyed = {.key = korch_object_key(korch_manifest_object(manifest, i)), .i = i};
	if (keyed.key.kind->namespaced && !*keyed.key.namespace_)
		keyed.key.namespace_ = "default";
	return keyed;
}

/* An object that a manifest has twice would be two truths. */
static int check_duplicates(const korch_manifest *manifest, korch_error **err)
{
	size_t n = korch_manifest_count(manifest);
	_cleanup_free_ struct keyed *sorted = korch__calloc(n + 1, sizeof(*sorted));
	if (!sorted)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++)
		sorted[i] = keyed_object(manifest, i);
	qsort(sorted, n, sizeof(*sorted), compare_keys);
	for (size_t i = 1; i < n; i++) {
		const struct keyed *at = &sorted[i];
		if (!*at->key.name || korch_key_compare(&sorted[i - 1].key, &at->key) != 0)
			continue;
		korch_error_set(err, KORCH_E_INVALID, "%s \"%s\" is there twice", at->key.kind->plural,
		                at->key.name);
		korch_error_set_location(err, korch_manifest_file(manifest, at->i),
		                         korch_manifest_line(manifest, at->i));
		return KORCH_E_INVALID;
	}
	return 0;
}

static int needs_name(korch_error **err)
{
	korch_error_set(err, KORCH_E_INVALID, "Required value: what is applied needs a name");
	korch_error_prefix_path(err, "metadata.name");
	return KORCH_E_INVALID;
}

/* All objects must be right before the first is written. */
static int check_all(const korch_manifest *manifest, korch_error **err)
{
	korch_problems *problems = NULL;
	int code = korch_problems_new(&problems, 0);
	for (size_t i = 0; i < korch_manifest_count(manifest) && code == 0; i++) {
		_cleanup_object_ korch_object *copy = korch_object_edit(korch_manifest_object(manifest, i));
		code = copy ? korch_object_set_defaults(copy) : KORCH_E_NOMEM;
		if (code == 0)
			code = korch_object_validate(copy, problems);
		if (code == 0 && !*korch_object_name(copy))
			code = needs_name(err);
		if (code < 0 && (!err || !*err))
			korch_problems_result(problems, err);
		if (code < 0 && err && *err)
			korch_error_set_location(err, korch_manifest_file(manifest, i),
			                         korch_manifest_line_at(manifest, i, korch_error_path(*err)));
	}
	korch_problems_free(problems);
	if (code == 0)
		return check_duplicates(manifest, err);
	return err && *err ? code : korch_error_set(err, code, "%s", korch_code_text(code));
}

int korch_cluster_apply(korch_cluster *cluster, const korch_manifest *manifest, korch_applied_fn fn,
                        void *userdata, korch_error **err)
{
	if (!cluster || !manifest)
		return korch_error_set(err, KORCH_E_INVALID, "apply needs a cluster and a manifest");
	int code = check_all(manifest, err);
	if (code < 0)
		return code;
	struct application application = {
	    .cluster = cluster, .manifest = manifest, .n = korch_manifest_count(manifest)};
	application.items =
	    korch__calloc(application.n ? application.n : 1, sizeof(*application.items));
	if (!application.items)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch__cluster_enter(cluster);
	code = korch__cluster_sync(cluster, err);
	if (code == 0)
		code = korch__review(manifest, korch_engine_view(cluster->engine), cluster->router, err);
	if (code == 0)
		code = commit_pass(&application, 1, err);
	if (code == 0)
		code = commit_pass(&application, 0, err);
	if (code == 0 && fn)
		tell(&application, fn, userdata);
	korch__cluster_leave(cluster);
	for (size_t i = 0; i < application.n; i++)
		korch_object_unref(application.items[i].next);
	korch__free(application.items);
	return code;
}

static korch_manifest *new_manifest(korch_error **err)
{
	const korch_manifest_options options = {.size = sizeof(options),
	                                        .namespace_ = "default",
	                                        .validate = 1,
	                                        .keep_lines = 1,
	                                        .check = korch_strategy_check_object};
	korch_manifest *manifest = NULL;
	return korch_manifest_new(&manifest, &options, err) < 0 ? NULL : manifest;
}

int korch_cluster_apply_file(korch_cluster *cluster, const char *path, korch_error **err)
{
	if (!cluster || !path)
		return korch_error_set(err, KORCH_E_INVALID, "apply needs a cluster and a path");
	korch_manifest *manifest = new_manifest(err);
	int code = manifest ? korch_manifest_read_path(manifest, path, err) : KORCH_E_NOMEM;
	if (code == 0)
		code = korch_cluster_apply(cluster, manifest, NULL, NULL, err);
	korch_manifest_free(manifest);
	return code;
}

int korch_cluster_apply_text(korch_cluster *cluster, const char *text, const char *name,
                             korch_error **err)
{
	if (!cluster || !text)
		return korch_error_set(err, KORCH_E_INVALID, "apply needs a cluster and a text");
	korch_manifest *manifest = new_manifest(err);
	int code = manifest ? korch_manifest_read_text(manifest, text, strlen(text), name, err)
	                    : KORCH_E_NOMEM;
	if (code == 0)
		code = korch_cluster_apply(cluster, manifest, NULL, NULL, err);
	korch_manifest_free(manifest);
	return code;
}
