/* Admission of deletions: grace periods of pods, finalizers, what happens to dependents, namespaces. */
#include "engine/admit.h"

#include "base/cleanup.h"
#include "object/object.h"
#include <korch/api.h>
#include <string.h>

static int has_finalizer(const korch_object_meta *meta, const char *name)
{
	for (size_t i = 0; i < meta->n_finalizers; i++)
		if (strcmp(meta->finalizers[i], name) == 0)
			return 1;
	return 0;
}

static int add_finalizer(korch_object_meta *meta, const char *name)
{
	if (has_finalizer(meta, name))
		return 0;
	size_t n = meta->n_finalizers;
	const char **list = korch_string_list_edit(&meta->finalizers, &meta->n_finalizers, n + 1);
	if (!list)
		return KORCH_E_NOMEM;
	list[n] = korch_string_new(name);
	return list[n] ? 0 : KORCH_E_NOMEM;
}

/* Seconds between TERM and KILL: the request's, else the pod's own. A pod that nobody runs goes at once. */
static int64_t pod_grace(const korch_pod *pod, const korch_delete_options *options)
{
	const korch_pod_spec *spec = pod->spec;
	const char *phase = pod->status ? pod->status->phase : NULL;
	int is_over = phase && (strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0);
	if (!spec || !spec->node_name || !*spec->node_name)
		return 0;
	if (options->grace_seconds >= 0)
		return options->grace_seconds;
	if (is_over)
		return 0;
	return KORCH_IS_SET(spec, korch_pod_spec, termination_grace_period_seconds) ? spec->termination_grace_period_seconds : 30;
}

static int mark_deleted(korch_object *object, int64_t grace_seconds, korch_usec now)
{
	korch_object_meta *meta = korch_object_edit_meta(object);
	if (!meta)
		return KORCH_E_NOMEM;
	korch_usec second = now - now % KORCH_USEC_PER_SEC;
	korch_usec grace = grace_seconds < INT32_MAX ? grace_seconds * KORCH_USEC_PER_SEC : (korch_usec)INT32_MAX * KORCH_USEC_PER_SEC;
	meta->deletion_timestamp = second + grace;
	KORCH_SET(meta, korch_object_meta, deletion_grace_period_seconds, grace_seconds);
	meta->generation++;
	return 0;
}

static int set_namespace_terminating(korch_object *object)
{
	korch_namespace_status *status = korch_struct_edit(&((korch_namespace *)object)->status, &korch_namespace_status_type);
	return status ? korch_string_set(&status->phase, "Terminating") : KORCH_E_NOMEM;
}

/* A pod: graceful, may be shortened later, never lengthened. */
static int delete_pod(korch_object **out, const korch_object *base, const korch_delete_options *options, const korch_admission *admission)
{
	int64_t grace = pod_grace((const korch_pod *)base, options);
	const korch_object_meta *meta = base->metadata;
	if (grace == 0 && meta->n_finalizers == 0)
		return KORCH_ADMITTED_REMOVE;
	if (meta->deletion_timestamp && (options->grace_seconds < 0 || grace >= meta->deletion_grace_period_seconds))
		return KORCH_ADMITTED_NOTHING;
	_cleanup_object_ korch_object *copy = korch_object_edit(base);
	if (!copy || mark_deleted(copy, grace, admission->now) < 0)
		return KORCH_E_NOMEM;
	*out = KORCH_STEAL(copy);
	return KORCH_ADMITTED_PUT;
}

static int delete_other(korch_object **out, const korch_object *base, const korch_delete_options *options, const korch_admission *admission)
{
	const char *finalizer = options->propagation == KORCH_PROPAGATION_FOREGROUND ? "foregroundDeletion"
							: options->propagation == KORCH_PROPAGATION_ORPHAN	 ? "orphan"
																				 : NULL;
	int is_namespace = base->kind == &korch_namespace_kind;
	int stays = is_namespace || base->metadata->n_finalizers > 0 || finalizer;
	if (!stays)
		return KORCH_ADMITTED_REMOVE;
	if (base->metadata->deletion_timestamp && (!finalizer || has_finalizer(base->metadata, finalizer)))
		return KORCH_ADMITTED_NOTHING;
	_cleanup_object_ korch_object *copy = korch_object_edit(base);
	korch_object_meta *meta = copy ? korch_object_edit_meta(copy) : NULL;
	if (!meta || (finalizer && add_finalizer(meta, finalizer) < 0))
		return KORCH_E_NOMEM;
	if (!meta->deletion_timestamp && mark_deleted(copy, 0, admission->now) < 0)
		return KORCH_E_NOMEM;
	if (is_namespace && set_namespace_terminating(copy) < 0)
		return KORCH_E_NOMEM;
	*out = KORCH_STEAL(copy);
	return KORCH_ADMITTED_PUT;
}

int korch__admit_delete(korch_object **out, const korch_object *base, const korch_delete_options *options,
						const korch_admission *admission, korch_error **err)
{
	if (!base->metadata)
		return KORCH_ADMITTED_REMOVE;
	if (base->kind == &korch_namespace_kind &&
		(strcmp(korch_object_name(base), "default") == 0 || strcmp(korch_object_name(base), "kube-system") == 0))
		return korch_error_set(err, KORCH_E_FORBIDDEN, "namespaces \"%s\" is forbidden: this namespace may not be deleted",
							   korch_object_name(base));
	int result = base->kind == &korch_pod_kind ? delete_pod(out, base, options, admission) : delete_other(out, base, options, admission);
	return result < 0 ? korch_error_set(err, result, "out of memory") : result;
}
