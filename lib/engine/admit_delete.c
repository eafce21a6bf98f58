/* Admission of deletions: grace periods, finalizers, what happens to dependents, namespaces. */
#include "engine/admit.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "object/object.h"
#include <korch/api.h>
#include <string.h>

static const char FOREGROUND[] = "foregroundDeletion";
static const char ORPHAN[] = "orphan";

enum { GRACE_DEFAULT_S = 30, GRACE_MAX_S = INT32_MAX };

/* What is wanted of a deletion, worked out. */
struct deletion {
	const korch_object *base;
	int64_t grace_seconds;
	const char *finalizer; /* to be added; NULL: none */
	const char *unwanted;  /* the other one, to be removed */
	korch_usec now;
};

static int find_finalizer(const korch_object_meta *meta, const char *name)
{
	for (size_t i = 0; i < meta->n_finalizers; i++)
		if (korch__text_equal(meta->finalizers[i], name))
			return (int)i;
	return -1;
}

static int change_finalizers(korch_object_meta *meta, const struct deletion *deletion)
{
	if (!deletion->finalizer)
		return 0;
	int other = find_finalizer(meta, deletion->unwanted);
	int has = find_finalizer(meta, deletion->finalizer) >= 0;
	size_t n = meta->n_finalizers;
	if (other < 0 && has)
		return 0;
	const char **list =
	    korch_string_list_edit(&meta->finalizers, &meta->n_finalizers, n + (other < 0 ? 1 : 0));
	if (!list)
		return KORCH_E_NOMEM;
	size_t at = other < 0 ? n : (size_t)other;
	if (!has)
		return korch_string_set(&list[at], deletion->finalizer);
	korch_string_share(&list[at], list[n - 1]);
	korch_string_list_edit(&meta->finalizers, &meta->n_finalizers, n - 1);
	return meta->n_finalizers == n - 1 ? 0 : KORCH_E_NOMEM;
}

static int has_phase(const korch_pod *pod, const char *phase)
{
	return pod->status && korch__text_equal(pod->status->phase, phase);
}

/* Seconds between TERM and KILL: the request's, else the pod's own. What nobody runs goes now. */
static int64_t pod_grace(const korch_pod *pod, const korch_delete_options *options)
{
	const korch_pod_spec *spec = pod->spec;
	if (!spec || !spec->node_name || !*spec->node_name)
		return 0;
	if (has_phase(pod, "Succeeded") || has_phase(pod, "Failed"))
		return 0;
	int64_t grace = options->grace_seconds;
	if (grace < 0)
		grace = KORCH_IS_SET(spec, korch_pod_spec, termination_grace_period_seconds)
		            ? spec->termination_grace_period_seconds
		            : GRACE_DEFAULT_S;
	return grace < 0 ? 1 : grace > GRACE_MAX_S ? GRACE_MAX_S : grace;
}

/* A deletion that has begun is only made shorter, counted from when it began. */
static korch_usec new_deadline(const korch_object_meta *meta, const struct deletion *deletion)
{
	korch_usec begin = deletion->now - deletion->now % KORCH_USEC_PER_SEC;
	if (meta->deletion_timestamp)
		begin = meta->deletion_timestamp - meta->deletion_grace_period_seconds * KORCH_USEC_PER_SEC;
	return begin + deletion->grace_seconds * KORCH_USEC_PER_SEC;
}

static int mark(korch_object *object, const struct deletion *deletion)
{
	korch_object_meta *meta = korch_object_edit_meta(object);
	if (!meta || change_finalizers(meta, deletion) < 0)
		return KORCH_E_NOMEM;
	int is_new = !meta->deletion_timestamp;
	if (is_new || deletion->grace_seconds < meta->deletion_grace_period_seconds) {
		meta->deletion_timestamp = new_deadline(meta, deletion);
		KORCH_SET(meta, korch_object_meta, deletion_grace_period_seconds, deletion->grace_seconds);
	}
	meta->generation += is_new;
	if (object->kind != &korch_namespace_kind)
		return 0;
	korch_namespace *space = (korch_namespace *)object;
	korch_namespace_status *status =
	    korch_struct_edit(&space->status, &korch_namespace_status_type);
	return status ? korch_string_set(&status->phase, "Terminating") : KORCH_E_NOMEM;
}

/* Whether marking changes anything. */
static int is_marked(const struct deletion *deletion)
{
	const korch_object_meta *meta = deletion->base->metadata;
	if (!meta->deletion_timestamp || deletion->grace_seconds < meta->deletion_grace_period_seconds)
		return 0;
	return !deletion->finalizer || (find_finalizer(meta, deletion->finalizer) >= 0 &&
	                                find_finalizer(meta, deletion->unwanted) < 0);
}

static int is_immortal(const korch_object *object)
{
	const char *name = korch_object_name(object);
	return object->kind == &korch_namespace_kind &&
	       (strcmp(name, "default") == 0 || strcmp(name, "kube-system") == 0 ||
	        strcmp(name, "kube-public") == 0);
}

static int held_by_content(const korch_object *object)
{
	if (object->kind != &korch_namespace_kind)
		return 0;
	const korch_namespace_spec *spec = ((const korch_namespace *)object)->spec;
	return spec && spec->n_finalizers > 0;
}

static struct deletion work_out(const korch_object *base, const korch_delete_options *options,
                                korch_usec now)
{
	struct deletion deletion = {.base = base, .now = now};
	const korch_object_meta *meta = base->metadata;
	if (options->propagation == KORCH_PROPAGATION_FOREGROUND) {
		deletion.finalizer = FOREGROUND;
		deletion.unwanted = ORPHAN;
	} else if (options->propagation == KORCH_PROPAGATION_ORPHAN) {
		deletion.finalizer = ORPHAN;
		deletion.unwanted = FOREGROUND;
	}
	if (base->kind != &korch_pod_kind)
		return deletion;
	/* Asked again without a wish of its own, the deletion under way goes on as it is. */
	int goes_on = meta->deletion_timestamp && options->grace_seconds < 0;
	deletion.grace_seconds =
	    goes_on ? meta->deletion_grace_period_seconds : pod_grace((const korch_pod *)base, options);
	return deletion;
}

int korch__admit_delete(korch_object **out, const korch_object *base,
                        const korch_delete_options *options, const korch_admission *admission,
                        korch_error **err)
{
	if (!base->metadata)
		return KORCH_ADMITTED_REMOVE;
	if (is_immortal(base))
		return korch_error_set(err, KORCH_E_FORBIDDEN,
		                       "namespaces \"%s\" is forbidden: this namespace may not be deleted",
		                       korch_object_name(base));
	const struct deletion deletion = work_out(base, options, admission->now);
	int is_held = base->metadata->n_finalizers > 0 || deletion.finalizer || held_by_content(base);
	if (deletion.grace_seconds == 0 && !is_held)
		return KORCH_ADMITTED_REMOVE;
	if (is_marked(&deletion))
		return KORCH_ADMITTED_NOTHING;
	_cleanup_object_ korch_object *copy = korch_object_edit(base);
	if (!copy || mark(copy, &deletion) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	*out = KORCH_STEAL(copy);
	return KORCH_ADMITTED_PUT;
}
