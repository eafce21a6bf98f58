/* Admission of new and changed objects. Deletion stands in admit_delete.c. */
#include "engine/admit.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "object/block.h"
#include "object/object.h"
#include <json-c/json.h>
#include <korch/api.h>
#include <korch/validate.h>
#include <stdio.h>
#include <string.h>

enum { SUFFIX_LENGTH = 5, GENERATED_PREFIX_MAX = 58 };

const char *korch__resource_name(char *out, size_t size, const korch_kind *kind)
{
	snprintf(out, size, "%s%s%s", kind->plural, *kind->group ? "." : "", kind->group);
	return out;
}

static korch_usec whole_second(korch_usec now)
{
	return now - now % KORCH_USEC_PER_SEC;
}

/* A namespace that is missing or on its way out takes no new objects; "default" is always there. */
static int check_namespace(const korch_object *object, const korch_admission *admission, korch_error **err)
{
	char resource[128];
	const char *name = korch_object_namespace(object);
	if (!object->kind->namespaced)
		return 0;
	const korch_object *space = korch_view_get(admission->view, &korch_namespace_kind, "", name);
	if (!space && strcmp(name, "default") != 0)
		return korch_error_set(err, KORCH_E_NOT_FOUND, "namespaces \"%s\" not found", name);
	if (space && space->metadata && space->metadata->deletion_timestamp)
		return korch_error_set(err, KORCH_E_FORBIDDEN,
							   "%s \"%s\" is forbidden: unable to create new content in namespace %s because it is being terminated",
							   korch__resource_name(resource, sizeof(resource), object->kind), korch_object_name(object), name);
	return 0;
}

static int make_name(korch_object_meta *meta, const korch_admission *admission)
{
	char name[GENERATED_PREFIX_MAX + SUFFIX_LENGTH + 1];
	char suffix[SUFFIX_LENGTH + 1];
	if ((meta->name && *meta->name) || !meta->generate_name)
		return 0;
	korch__random_suffix(admission->random, suffix, SUFFIX_LENGTH);
	snprintf(name, sizeof(name), "%.*s%s", GENERATED_PREFIX_MAX, meta->generate_name, suffix);
	return korch_string_set(&meta->name, name);
}

static int complete_new(korch_object *object, const korch_admission *admission)
{
	char uid[37];
	korch_object_meta *meta = korch_object_edit_meta(object);
	if (!meta)
		return KORCH_E_NOMEM;
	korch__random_uuid(admission->random, uid);
	int code = make_name(meta, admission);
	if (code == 0)
		code = korch_string_set(&meta->uid, uid);
	if (code == 0 && object->kind->namespaced && (!meta->namespace_ || !*meta->namespace_))
		code = korch_string_set(&meta->namespace_, "default");
	if (code == 0 && meta->resource_version)
		code = korch_string_set(&meta->resource_version, NULL);
	meta->creation_timestamp = whole_second(admission->now);
	meta->deletion_timestamp = 0;
	meta->deletion_grace_period_seconds = 0;
	korch_field_mark(meta, &korch_object_meta_type, offsetof(korch_object_meta, deletion_grace_period_seconds), 0);
	meta->generation = 1;
	return code;
}

/* Namespaces are held by the finalizer of the namespace controller until they are empty. */
static int complete_namespace(korch_object *object)
{
	if (object->kind != &korch_namespace_kind)
		return 0;
	korch_namespace *space = (korch_namespace *)object;
	korch_namespace_spec *spec = korch_struct_edit(&space->spec, &korch_namespace_spec_type);
	if (!spec)
		return KORCH_E_NOMEM;
	if (spec->n_finalizers == 0) {
		const char **list = korch_string_list_edit(&spec->finalizers, &spec->n_finalizers, 1);
		if (!list || !(list[0] = korch_string_new("kubernetes")))
			return KORCH_E_NOMEM;
	}
	korch_namespace_status *status = korch_struct_edit(&space->status, &korch_namespace_status_type);
	return status ? korch_string_set(&status->phase, "Active") : KORCH_E_NOMEM;
}

/* The first problem as an error in Kubernetes' words: `Deployment.apps "web" is invalid: spec.replicas: …`. */
static int to_error(const korch_object *object, const korch_problems *problems, korch_error **err)
{
	_cleanup_error_ korch_error *first = NULL;
	int code = korch_problems_result(problems, &first);
	if (code == 0)
		return 0;
	const char *path = korch_error_path(first);
	return korch_error_set(err, code, "%s%s%s \"%s\" is invalid: %s%s%s", object->kind->name, *object->kind->group ? "." : "",
						   object->kind->group, korch_object_name(object), path ? path : "", path ? ": " : "",
						   korch_error_message(first));
}

static int validate(const korch_object *object, const korch_object *base, korch_error **err)
{
	korch_problems *problems = NULL;
	int code = korch_problems_new(&problems, 0);
	if (code < 0)
		return korch_error_set(err, code, "out of memory");
	if (base)
		korch_object_validate_update(object, base, problems);
	else
		korch_object_validate(object, problems);
	code = to_error(object, problems, err);
	korch_problems_free(problems);
	return code;
}

int korch__admit_create(korch_object *object, const korch_admission *admission, korch_error **err)
{
	int code = complete_new(object, admission);
	if (code == 0)
		code = complete_namespace(object);
	if (code == 0 && !admission->is_trusted)
		code = korch_object_set_defaults(object);
	if (code < 0)
		return korch_error_set(err, code, "out of memory");
	if (!admission->is_trusted)
		code = validate(object, NULL, err);
	return code < 0 ? code : check_namespace(object, admission, err);
}

/* Everything but metadata and status is what somebody wants; when it changes, generation counts. */
static int wish_is_same_typed(const korch_object *a, const korch_object *b, const korch_type *type)
{
	uint64_t skip = 0;
	for (size_t i = 0; i < type->n_fields; i++) {
		const char *name = type->fields[i].name;
		if (strcmp(name, "metadata") == 0 || strcmp(name, "status") == 0)
			skip |= UINT64_C(1) << i;
	}
	return korch__struct_equal_but(a, b, type, skip);
}

static json_object *wish_of_raw(const korch_object *object)
{
	json_object *tree = object->raw ? json_tokener_parse(object->raw) : NULL;
	if (json_object_is_type(tree, json_type_object))
		json_object_object_del(tree, "status");
	return tree;
}

static int wish_is_same(const korch_object *a, const korch_object *b)
{
	if (a->kind->type)
		return wish_is_same_typed(a, b, a->kind->type);
	if (korch__text_equal(a->raw, b->raw))
		return 1;
	json_object *first = wish_of_raw(a);
	json_object *second = wish_of_raw(b);
	int same = json_object_equal(first, second);
	json_object_put(first);
	json_object_put(second);
	return same;
}

/* What belongs to the server comes from the stored object, whatever the request says. */
static int keep_identity(korch_object_meta *meta, const korch_object_meta *old)
{
	korch_string_share(&meta->uid, old->uid);
	korch_string_share(&meta->name, old->name);
	korch_string_share(&meta->namespace_, old->namespace_);
	meta->creation_timestamp = old->creation_timestamp;
	meta->generation = old->generation;
	if (meta->deletion_timestamp != old->deletion_timestamp) {
		meta->deletion_timestamp = old->deletion_timestamp;
		meta->deletion_grace_period_seconds = old->deletion_grace_period_seconds;
	}
	return meta->resource_version ? korch_string_set(&meta->resource_version, NULL) : 0;
}

static int has_identity(const korch_object_meta *meta, const korch_object_meta *old)
{
	return meta == old || (korch__text_equal(meta->uid, old->uid) && meta->creation_timestamp == old->creation_timestamp &&
						   meta->generation == old->generation && meta->deletion_timestamp == old->deletion_timestamp &&
						   korch__text_equal(meta->name, old->name) && !meta->resource_version);
}

static int is_finalized(const korch_object *object)
{
	if (!object->metadata->deletion_timestamp || object->metadata->n_finalizers > 0)
		return 0;
	if (object->kind == &korch_namespace_kind) {
		const korch_namespace_spec *spec = ((const korch_namespace *)object)->spec;
		return !spec || spec->n_finalizers == 0;
	}
	/* A pod that is ending has no finalizer: its agent removes it. */
	return object->kind != &korch_pod_kind;
}

int korch__admit_update(korch_object *object, const korch_object *base, int status_only, const korch_admission *admission,
						korch_error **err)
{
	if (object->metadata && base->metadata && !has_identity(object->metadata, base->metadata)) {
		korch_object_meta *meta = korch_object_edit_meta(object);
		if (!meta || keep_identity(meta, base->metadata) < 0)
			return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	if (!admission->is_trusted && !status_only) {
		int code = korch_object_set_defaults(object);
		if (code < 0)
			return korch_error_set(err, code, "out of memory");
	}
	if (!status_only && object->metadata && !wish_is_same(object, base)) {
		korch_object_meta *meta = korch_object_edit_meta(object);
		if (!meta)
			return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
		meta->generation++;
	}
	if (object->metadata && base->metadata && base->metadata->deletion_timestamp && is_finalized(object))
		return KORCH_ADMITTED_REMOVE;
	if (korch_object_equal(object, base))
		return KORCH_ADMITTED_NOTHING;
	if (!admission->is_trusted) {
		int code = validate(object, base, err);
		if (code < 0)
			return code;
	}
	return KORCH_ADMITTED_PUT;
}
