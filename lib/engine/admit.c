/* Admission of new and changed objects. Deletion stands in admit_delete.c, status in status.c. */
#include "engine/admit.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "object/object.h"
#include <korch/api.h>
#include <korch/validate.h>
#include <stdio.h>
#include <string.h>

enum { SUFFIX_LENGTH = 5, GENERATE_ATTEMPTS = 16, GENERATED_PREFIX_MAX = 58 };

/* Debug builds check what built-in controllers make, too. */
#if !defined(NDEBUG) && !defined(__OPTIMIZE__)
enum { CHECKS_TRUSTED = 1 };
#else
enum { CHECKS_TRUSTED = 0 };
#endif

const char *korch__resource_name(char *out, size_t size, const korch_kind *kind)
{
	snprintf(out, size, "%s%s%s", kind->plural, *kind->group ? "." : "", kind->group);
	return out;
}

static int no_memory(korch_error **err)
{
	return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
}

/* Checking */

/* The first problem as an error: `Deployment.apps "web" is invalid: spec.replicas: …`. */
static int to_error(const korch_object *object, const korch_problems *problems, korch_error **err)
{
	_cleanup_error_ korch_error *first = NULL;
	int code = korch_problems_result(problems, &first);
	if (code == 0)
		return 0;
	const char *path = korch_error_path(first);
	const korch_kind *kind = object->kind;
	return korch_error_set(err, code, "%s%s%s \"%s\" is invalid: %s%s%s", kind->name,
	                       *kind->group ? "." : "", kind->group, korch_object_name(object),
	                       path ? path : "", path ? ": " : "", korch_error_message(first));
}

int korch__admit_check(const korch_object *object, const korch_object *base, korch_error **err)
{
	korch_problems *problems = NULL;
	if (korch_problems_new(&problems, 0) < 0)
		return no_memory(err);
	int code = base ? korch_object_validate_update(object, base, problems)
	                : korch_object_validate(object, problems);
	if (code == KORCH_E_NOMEM)
		no_memory(err);
	else if (code < 0)
		code = to_error(object, problems, err);
	korch_problems_free(problems);
	return code;
}

static int ask(const korch_admission *admission, korch_object *object, const korch_object *old,
               korch_error **err)
{
	if (admission->is_trusted || !admission->fn)
		return 0;
	return admission->fn(admission->userdata, object, old, err);
}

/* New objects */

/* Whether the transaction itself makes the namespace. */
static int is_made_before(const korch_admission *admission, const char *name)
{
	for (size_t i = 0; i < admission->n_writes; i++) {
		const korch_object *object = admission->writes[i].object;
		if (object && object->kind == &korch_namespace_kind &&
		    strcmp(korch_object_name(object), name) == 0)
			return 1;
	}
	return 0;
}

/* A namespace that is missing or on its way out takes nothing new; "default" is always there. */
static int check_namespace(const korch_object *object, const korch_admission *admission,
                           korch_error **err)
{
	char resource[KORCH_RESOURCE_NAME_MAX];
	const char *name = korch_object_namespace(object);
	if (!object->kind->namespaced)
		return 0;
	const korch_object *space = korch_view_get(admission->view, &korch_namespace_kind, "", name);
	if (!space && strcmp(name, "default") != 0 && !is_made_before(admission, name))
		return korch_error_set(err, KORCH_E_NOT_FOUND, "namespaces \"%s\" not found", name);
	if (!space || !space->metadata || !space->metadata->deletion_timestamp)
		return 0;
	return korch_error_set(err, KORCH_E_FORBIDDEN,
	                       "%s \"%s\" is forbidden: unable to create new content in namespace %s "
	                       "because it is being terminated",
	                       korch__resource_name(resource, sizeof(resource), object->kind),
	                       korch_object_name(object), name);
}

static uint64_t name_hash(const void *name)
{
	return korch__hash_string(name);
}

static int name_equal(const void *entry, const void *name)
{
	return strcmp(entry, name) == 0;
}

void korch__admit_names_init(korch_table *names)
{
	static const korch_table_ops OPS = {name_hash, name_equal, name_hash};
	korch__table_init(names, &OPS);
}

static int is_taken(const korch_kind *kind, const korch_object_meta *meta, const char *name,
                    const korch_admission *admission)
{
	const char *space = meta->namespace_ && *meta->namespace_ ? meta->namespace_ : "default";
	return (admission->names && korch__table_get(admission->names, name)) ||
	       korch_view_get(admission->view, kind, kind->namespaced ? space : "", name);
}

/*
 * With thousands of objects of one prefix two of them easily draw the same suffix: one that is
 * taken is drawn again. A name that somebody else takes meanwhile is found out by the store.
 */
static int make_name(const korch_kind *kind, korch_object_meta *meta,
                     const korch_admission *admission)
{
	char name[GENERATED_PREFIX_MAX + SUFFIX_LENGTH + 1];
	char suffix[SUFFIX_LENGTH + 1];
	if ((meta->name && *meta->name) || !meta->generate_name || !*meta->generate_name)
		return 0;
	for (int attempt = 0; attempt < GENERATE_ATTEMPTS; attempt++) {
		korch__random_suffix(admission->suffixes ? admission->suffixes : admission->random, suffix,
		                     SUFFIX_LENGTH);
		snprintf(name, sizeof(name), "%.*s%s", GENERATED_PREFIX_MAX, meta->generate_name, suffix);
		if (!is_taken(kind, meta, name, admission))
			break;
	}
	int code = korch_string_set(&meta->name, name);
	if (code == 0 && admission->names && !korch__table_get(admission->names, name))
		code = korch__table_put(admission->names, (void *)(uintptr_t)meta->name);
	return code;
}

static int make_namespace(korch_object_meta *meta, int namespaced)
{
	if (!namespaced)
		return meta->namespace_ && !*meta->namespace_ ? korch_string_set(&meta->namespace_, NULL)
		                                              : 0;
	return meta->namespace_ && *meta->namespace_ ? 0
	                                             : korch_string_set(&meta->namespace_, "default");
}

static int complete_meta(korch_object *object, const korch_admission *admission)
{
	char uid[37];
	korch_object_meta *meta = korch_object_edit_meta(object);
	if (!meta)
		return KORCH_E_NOMEM;
	korch__random_uuid(admission->random, uid);
	int code = make_name(object->kind, meta, admission);
	if (code == 0)
		code = korch_string_set(&meta->uid, uid);
	if (code == 0)
		code = make_namespace(meta, object->kind->namespaced);
	korch_string_share(&meta->resource_version, NULL);
	korch_string_share(&meta->self_link, NULL);
	meta->creation_timestamp = admission->now - admission->now % KORCH_USEC_PER_SEC;
	meta->deletion_timestamp = 0;
	meta->deletion_grace_period_seconds = 0;
	korch_field_mark(meta, &korch_object_meta_type,
	                 offsetof(korch_object_meta, deletion_grace_period_seconds), 0);
	meta->generation = 1;
	return code;
}

/* Namespaces are held by the finalizer of the namespace controller until they are empty. */
static int complete_namespace(korch_namespace *space)
{
	korch_namespace_spec *spec = korch_struct_edit(&space->spec, &korch_namespace_spec_type);
	if (!spec)
		return KORCH_E_NOMEM;
	if (spec->n_finalizers == 0) {
		const char **list = korch_string_list_edit(&spec->finalizers, &spec->n_finalizers, 1);
		if (!list || korch_string_set(&list[0], "kubernetes") < 0)
			return KORCH_E_NOMEM;
	}
	korch_namespace_status *status =
	    korch_struct_edit(&space->status, &korch_namespace_status_type);
	return status ? korch_string_set(&status->phase, "Active") : KORCH_E_NOMEM;
}

/* New pods are pending; as a rule they share one status that says so. */
static int complete_pod(korch_pod *pod, const korch_admission *admission)
{
	if (pod->status && pod->status->phase)
		return 0;
	if (!pod->status && admission->pending) {
		korch_block_share(&pod->status, admission->pending);
		return 0;
	}
	korch_pod_status *status = korch_struct_edit(&pod->status, &korch_pod_status_type);
	return status ? korch_string_set(&status->phase, "Pending") : KORCH_E_NOMEM;
}

/* Status is not what a person creates; but nodes announce themselves with it. */
static int complete_status(korch_object *object, const korch_admission *admission)
{
	int code = 0;
	if (admission->is_outside && object->kind->builtin && object->kind != &korch_node_kind)
		code = korch__status_take(object, NULL);
	if (code == 0 && object->kind == &korch_namespace_kind)
		code = complete_namespace((korch_namespace *)object);
	if (code == 0 && object->kind == &korch_pod_kind)
		code = complete_pod((korch_pod *)object, admission);
	return code;
}

int korch__admit_create(korch_object *object, const korch_admission *admission, korch_error **err)
{
	int code = complete_meta(object, admission);
	if (code == 0)
		code = complete_status(object, admission);
	if (code == 0 && !admission->is_trusted)
		code = korch_object_set_defaults(object);
	if (code < 0)
		return no_memory(err);
	code = ask(admission, object, NULL, err);
	if (code == 0 && (!admission->is_trusted || CHECKS_TRUSTED))
		code = korch__admit_check(object, NULL, err);
	if (code == 0 && !*korch_object_name(object))
		code = korch_error_set(err, KORCH_E_INVALID,
		                       "%s \"\" is invalid: metadata.name: Required value: name or "
		                       "generateName is required",
		                       object->kind->name);
	return code < 0 ? code : check_namespace(object, admission, err);
}

/* Changed objects */

static int has_identity(const korch_object_meta *meta, const korch_object_meta *old)
{
	return meta == old ||
	       (korch__text_equal(meta->uid, old->uid) && korch__text_equal(meta->name, old->name) &&
	        korch__text_equal(meta->namespace_, old->namespace_) &&
	        meta->creation_timestamp == old->creation_timestamp &&
	        meta->generation == old->generation &&
	        meta->deletion_timestamp == old->deletion_timestamp &&
	        meta->deletion_grace_period_seconds == old->deletion_grace_period_seconds &&
	        !meta->resource_version);
}

/* What belongs to the server comes from the stored object, whatever the request says. */
static int keep_identity(korch_object *object, const korch_object_meta *old)
{
	if (has_identity(object->metadata, old))
		return 0;
	korch_object_meta *meta = korch_object_edit_meta(object);
	if (!meta)
		return KORCH_E_NOMEM;
	size_t grace = offsetof(korch_object_meta, deletion_grace_period_seconds);
	korch_string_share(&meta->uid, old->uid);
	korch_string_share(&meta->name, old->name);
	korch_string_share(&meta->namespace_, old->namespace_);
	korch_string_share(&meta->resource_version, NULL);
	meta->creation_timestamp = old->creation_timestamp;
	meta->generation = old->generation;
	meta->deletion_timestamp = old->deletion_timestamp;
	meta->deletion_grace_period_seconds = old->deletion_grace_period_seconds;
	korch_field_mark(meta, &korch_object_meta_type, grace,
	                 korch_field_is_set(old, &korch_object_meta_type, grace));
	return 0;
}

static int has_finalizer(const korch_object_meta *meta, const char *name)
{
	for (size_t i = 0; i < meta->n_finalizers; i++)
		if (korch__text_equal(meta->finalizers[i], name))
			return 1;
	return 0;
}

/* The request must mean the object that is there, and may not hold up what is on its way out. */
static int check_identity(const korch_object *object, const korch_object *base, korch_error **err)
{
	char resource[KORCH_RESOURCE_NAME_MAX];
	const char *uid = korch_object_uid(object);
	const korch_object_meta *meta = object->metadata;
	if (object->kind != base->kind)
		return korch_error_set(err, KORCH_E_INVALID, "%s \"%s\" cannot become a %s",
		                       korch__resource_name(resource, sizeof(resource), base->kind),
		                       korch_object_name(base), object->kind->name);
	if (*uid && strcmp(uid, korch_object_uid(base)) != 0)
		return korch_error_set(err, KORCH_E_CONFLICT,
		                       "Operation cannot be fulfilled on %s \"%s\": Precondition failed: "
		                       "UID in precondition: %s, UID in object meta: %s",
		                       korch__resource_name(resource, sizeof(resource), base->kind),
		                       korch_object_name(base), uid, korch_object_uid(base));
	if (!base->metadata || !base->metadata->deletion_timestamp || !meta)
		return 0;
	for (size_t i = 0; i < meta->n_finalizers; i++)
		if (!has_finalizer(base->metadata, meta->finalizers[i]))
			return korch_error_set(
			    err, KORCH_E_INVALID,
			    "%s%s%s \"%s\" is invalid: metadata.finalizers: Forbidden: no new finalizers can "
			    "be "
			    "added if the object is being deleted, found new finalizers []string{\"%s\"}",
			    base->kind->name, *base->kind->group ? "." : "", base->kind->group,
			    korch_object_name(base), korch__text_or_empty(meta->finalizers[i]));
	return 0;
}

int korch__is_finalized(const korch_object *object)
{
	const korch_object_meta *meta = object->metadata;
	if (!meta || !meta->deletion_timestamp || meta->n_finalizers > 0)
		return 0;
	if (object->kind == &korch_namespace_kind) {
		const korch_namespace_spec *spec = ((const korch_namespace *)object)->spec;
		return !spec || spec->n_finalizers == 0;
	}
	/* While its grace period runs, a pod is its agent's to remove. */
	return meta->deletion_grace_period_seconds == 0;
}

/* An update from outside leaves the status alone, an update of the status everything else. */
static int limit_to_request(korch_object *object, const korch_object *base, int status_only,
                            const korch_admission *admission)
{
	if (!status_only)
		return admission->is_outside && object->kind->builtin ? korch__status_take(object, base)
		                                                      : 0;
	if (admission->is_trusted)
		return 0;
	const korch_type *type = korch__object_type(object);
	_cleanup_object_ korch_object *wanted = korch_object_edit(object);
	if (!wanted)
		return KORCH_E_NOMEM;
	korch_struct_clear(object, type);
	korch_struct_assign(object, base, type);
	object->kind = base->kind;
	korch_block_share(&object->metadata, wanted->metadata);
	return korch__status_take(object, wanted);
}

static int raise_generation(korch_object *object, const korch_object *base)
{
	int same = korch__wish_is_same(object, base);
	if (same != 0)
		return same < 0 ? KORCH_E_NOMEM : 0;
	korch_object_meta *meta = korch_object_edit_meta(object);
	if (!meta)
		return KORCH_E_NOMEM;
	meta->generation = base->metadata->generation + 1;
	return 0;
}

static int complete_change(korch_object *object, const korch_object *base, int status_only,
                           const korch_admission *admission)
{
	int code = limit_to_request(object, base, status_only, admission);
	if (code == 0 && base->metadata)
		code = keep_identity(object, base->metadata);
	if (code == 0 && !admission->is_trusted && !status_only)
		code = korch_object_set_defaults(object);
	return code;
}

int korch__admit_update(korch_object *object, const korch_object *base, int status_only,
                        const korch_admission *admission, korch_error **err)
{
	if (!object->metadata && base->metadata && !korch_object_edit_meta(object))
		return no_memory(err);
	int code = check_identity(object, base, err);
	if (code < 0)
		return code;
	if (complete_change(object, base, status_only, admission) < 0)
		return no_memory(err);
	code = ask(admission, object, base, err);
	if (code < 0)
		return code;
	if (!status_only && base->metadata && raise_generation(object, base) < 0)
		return no_memory(err);
	if (korch__is_finalized(object))
		return KORCH_ADMITTED_REMOVE;
	if (korch_object_equal(object, base))
		return KORCH_ADMITTED_NOTHING;
	int is_checked = !admission->is_trusted || CHECKS_TRUSTED;
	if (is_checked && !(status_only && object->metadata == base->metadata))
		code = korch__admit_check(object, base, err);
	return code < 0 ? code : KORCH_ADMITTED_PUT;
}
