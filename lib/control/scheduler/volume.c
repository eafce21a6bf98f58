/* Claims: usable or not, and why not, in the words of kube-scheduler's VolumeBinding
 * (pkg/scheduler/framework/plugins/volumebinding). */
#include "control/scheduler/volume.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <korch/codec.h>
#include <korch/fieldpath.h>
#include <stdlib.h>
#include <string.h>

typedef enum claim_state {
	CLAIM_USABLE,
	CLAIM_MISSING,
	CLAIM_LOST,      /* it says so itself: its volume has gone */
	CLAIM_DELETED,   /* is on its way out */
	CLAIM_UNBOUND,   /* has no volume, and nobody makes one when a pod comes */
	CLAIM_NO_VOLUME, /* names a volume that is not there */
} claim_state;

const korch_kind *korch__volume_kind(size_t i)
{
	static const char *const KINDS[KORCH__VOLUME_KINDS][2] = {
	    {"v1", "PersistentVolumeClaim"},
	    {"v1", "PersistentVolume"},
	    {"storage.k8s.io/v1", "StorageClass"},
	};
	const korch_kind *kind = NULL;
	korch_kind_get(&kind, KINDS[i][0], KINDS[i][1], NULL);
	return kind;
}

/* A text of an object; NULL when it is not set. 0 or KORCH_E_NOMEM. */
static int text_of(char **out, const korch_object *object, const char *path)
{
	int code = korch_object_get_text(out, object, path, NULL);
	return code == KORCH_E_NOMEM ? code : 0;
}

/* Texts of public functions are freed with free(). */
static void free_text(char **slot)
{
	free(*slot);
}
#define _cleanup_text_ _cleanup_(free_text)

/*
 * A claim without a volume. One that names no class has that of the cluster itself, whose agents
 * make a folder for it where the pod is; so it is with classes that wait for the first consumer.
 */
static int unbound_state(claim_state *state, const korch_view *view, const korch_object *claim)
{
	_cleanup_text_ char *class_name = NULL;
	_cleanup_text_ char *mode = NULL;
	int code = text_of(&class_name, claim, "spec.storageClassName");
	*state = CLAIM_USABLE;
	if (code < 0 || !class_name)
		return code;
	const korch_object *class_ = korch_view_get(view, korch__volume_kind(2), NULL, class_name);
	code = class_ ? text_of(&mode, class_, "volumeBindingMode") : 0;
	if (!korch__text_equal(mode, "WaitForFirstConsumer"))
		*state = CLAIM_UNBOUND;
	return code;
}

/* claim may be NULL; *volume is the volume that it is bound to, or NULL. */
static int look(claim_state *state, const korch_object **volume, const korch_view *view,
                const korch_object *claim)
{
	_cleanup_text_ char *name = NULL;
	_cleanup_text_ char *phase = NULL;
	*volume = NULL;
	*state = !claim ? CLAIM_MISSING : korch__is_deleting(claim) ? CLAIM_DELETED : CLAIM_USABLE;
	if (*state == CLAIM_MISSING)
		return 0;
	if (text_of(&name, claim, "spec.volumeName") < 0 || text_of(&phase, claim, "status.phase") < 0)
		return KORCH_E_NOMEM;
	if (korch__text_equal(phase, "Lost"))
		*state = CLAIM_LOST;
	if (*state != CLAIM_USABLE)
		return 0;
	if (!name || !*name)
		return unbound_state(state, view, claim);
	*volume = korch_view_get(view, korch__volume_kind(1), NULL, name);
	if (!*volume)
		*state = CLAIM_NO_VOLUME;
	return 0;
}

/* Nodes that a volume can be reached from; NULL: all. A selector that makes no sense selects
 * nothing that anybody could mean: the volume is then left out of account. */
static int nodes_of(korch_node_selector **out, const korch_object *volume)
{
	_cleanup_text_ char *json = NULL;
	void *selector = NULL;
	*out = NULL;
	int code = korch_object_get_json(&json, volume, "spec.nodeAffinity.required", NULL);
	if (code == 0)
		code = korch_struct_from_json(&selector, &korch_node_selector_type, json, NULL, NULL);
	if (code == 0)
		*out = selector;
	return code == KORCH_E_NOMEM ? code : 0;
}

static int feed_claim(korch__scheduling *st, const korch_view *view, const korch_object *claim)
{
	const char *namespace_ = korch_object_namespace(claim), *name = korch_object_name(claim);
	const korch_object *volume;
	korch_node_selector *nodes = NULL;
	claim_state state;
	int code = look(&state, &volume, view, claim);
	if (code == 0 && volume)
		code = nodes_of(&nodes, volume);
	if (code == 0 && state == CLAIM_USABLE)
		code = korch_scheduler_claim_set(st->scheduler, namespace_, name, nodes, NULL);
	else if (code == 0)
		korch_scheduler_claim_remove(st->scheduler, namespace_, name);
	korch_block_unref(nodes);
	return code == KORCH_E_NOMEM ? code : 0;
}

/* Claims that speak of a volume or a class. */
typedef struct speaking {
	korch__scheduling *st;
	const korch_view *view;
	const char *path;
	const char *name;
} speaking;

static int feed_if_speaking(void *userdata, const korch_object *claim)
{
	const speaking *of = userdata;
	_cleanup_text_ char *name = NULL;
	int code = text_of(&name, claim, of->path);
	return code == 0 && korch__text_equal(name, of->name) ? feed_claim(of->st, of->view, claim)
	                                                      : code;
}

int korch__volumes_feed(korch__scheduling *st, const korch_view *view, const korch_object *before,
                        const korch_object *object)
{
	const korch_object *any = object ? object : before;
	int is_same = before && object && before->raw == object->raw &&
	              korch__is_deleting(before) == korch__is_deleting(object);
	if (!any || is_same)
		return 0;
	if (any->kind == korch__volume_kind(0)) {
		if (object)
			return feed_claim(st, view, object);
		korch_scheduler_claim_remove(st->scheduler, korch_object_namespace(any),
		                             korch_object_name(any));
		return 0;
	}
	speaking of = {.st = st, .view = view, .name = korch_object_name(any)};
	of.path = any->kind == korch__volume_kind(1) ? "spec.volumeName" : "spec.storageClassName";
	const korch_view_query query = {.kind = korch__volume_kind(0)};
	return korch_view_each(view, &query, feed_if_speaking, &of);
}

/* What is wrong with one claim, without the words around it; NULL: nothing, or no memory. */
static int words(char **out, claim_state state, const korch_object *claim, const char *name,
                 size_t n_nodes)
{
	_cleanup_text_ char *volume = NULL;
	switch (state) {
	case CLAIM_MISSING:
		*out = korch__sprintf("persistentvolumeclaim \"%s\" not found", name);
		break;
	case CLAIM_DELETED:
		*out = korch__sprintf("persistentvolumeclaim \"%s\" is being deleted", name);
		break;
	case CLAIM_LOST:
		if (text_of(&volume, claim, "spec.volumeName") < 0)
			return KORCH_E_NOMEM;
		*out = korch__sprintf(
		    "persistentvolumeclaim \"%s\" bound to non-existent persistentvolume \"%s\"", name,
		    korch__text_or_empty(volume));
		break;
	case CLAIM_UNBOUND:
		*out = korch__strdup("pod has unbound immediate PersistentVolumeClaims");
		break;
	default:
		*out = korch__sprintf("%zu node(s) unavailable due to one or more pvc(s) bound to "
		                      "non-existent pv(s)",
		                      n_nodes);
	}
	return *out ? 0 : KORCH_E_NOMEM;
}

/* The first problem of the worst kind: kube-scheduler looks at whether claims are there first. */
static int worst(claim_state *state, const char **name, const korch_view *view,
                 const korch_pod *pod)
{
	const korch_pod_spec *spec = pod->spec;
	*state = CLAIM_USABLE;
	for (size_t i = 0; i < spec->n_volumes; i++) {
		const korch_persistent_volume_claim_volume_source *source =
		    spec->volumes[i].persistent_volume_claim;
		const korch_object *volume;
		claim_state one;
		if (!source)
			continue;
		const korch_object *claim =
		    korch_view_get(view, korch__volume_kind(0), korch_object_namespace(&pod->object),
		                   korch__text_or_empty(source->claim_name));
		if (look(&one, &volume, view, claim) < 0)
			return KORCH_E_NOMEM;
		int is_worse = *state == CLAIM_USABLE || (one < CLAIM_UNBOUND && *state >= CLAIM_UNBOUND) ||
		               (one == CLAIM_UNBOUND && *state == CLAIM_NO_VOLUME);
		if (one == CLAIM_USABLE || !is_worse)
			continue;
		*state = one;
		*name = korch__text_or_empty(source->claim_name);
	}
	return 0;
}

int korch__claims_problem(char **out, const korch_view *view, const korch_pod *pod, size_t n_nodes)
{
	_cleanup_free_ char *why = NULL;
	const char *name = "";
	claim_state state;
	*out = NULL;
	if (worst(&state, &name, view, pod) < 0)
		return KORCH_E_NOMEM;
	if (state == CLAIM_USABLE || n_nodes == 0)
		return 0;
	const korch_object *claim =
	    korch_view_get(view, korch__volume_kind(0), korch_object_namespace(&pod->object), name);
	if (words(&why, state, claim, name, n_nodes) < 0)
		return KORCH_E_NOMEM;
	*out = korch__sprintf("0/%zu nodes are available: %s.", n_nodes, why);
	return *out ? 0 : KORCH_E_NOMEM;
}
