/*
 * The scheduler as a controller: feeds lib/scheduler with what it observes, binds one pod a
 * request, assumes it as placed, and corrects itself by what it observes afterwards. Pods of higher
 * priority are looked at first. Pods that get no node are told why, and looked at again when that
 * may have changed.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/builtin.h"
#include "control/scheduler/gang.h"
#include "control/scheduler/scheduling.h"
#include "control/scheduler/volume.h"
#include <korch/api.h>
#include <korch/scheduler/preempt.h>
#include <string.h>

static void destroy(void *userdata)
{
	korch__scheduling *st = userdata;
	if (!st)
		return;
	for (size_t i = 0; i < st->n_names; i++)
		korch__free(st->names[i]);
	korch__free(st->names);
	korch__refused_fini(&st->refused);
	korch__gangs_fini(&st->gangs);
	korch__evictions_fini(&st->evictions);
	korch_block_unref(st->status_from);
	korch_block_unref(st->status_to);
	korch__bound_specs_free(st->bound);
	korch_scheduler_free(st->scheduler);
	korch__free(st);
}

static int has_name(const korch__scheduling *st, const char *name)
{
	for (size_t i = 0; i < st->n_names; i++)
		if (strcmp(st->names[i], name) == 0)
			return 1;
	return 0;
}

int korch__is_ours(const korch__scheduling *st, const korch_object *object)
{
	const korch_pod *pod = korch__pod_of(object);
	const char *name = pod->spec ? korch__text_or_empty(pod->spec->scheduler_name) : "";
	return pod->spec && !korch__pod_node(pod)[0] && korch__pod_is_active(pod) &&
	       has_name(st, name[0] ? name : "default-scheduler");
}

static void observe(void *userdata, const korch_view *view, const korch_change *change)
{
	korch__scheduling *st = userdata;
	const korch_object *object = change->object;
	korch__feed_change(st, view, change);
	if (object->kind == &korch_pod_kind &&
	    (change->type == KORCH_CHANGE_DELETED || !korch__is_ours(st, object)))
		korch__refused_drop(st, korch_object_namespace(object), korch_object_name(object));
}

static int concerns(void *userdata, const korch_object *previous, const korch_object *object)
{
	return object && korch__is_ours(userdata, object);
}

static int32_t priority(void *userdata, const korch_object *object)
{
	const korch_pod *pod = object ? korch__pod_of(object) : NULL;
	return pod && pod->spec ? pod->spec->priority : 0;
}

/* No node is there for it now. */
static int wait(const korch__turn *turn, const korch_pod *pod, const char *message)
{
	_cleanup_free_ char *claims = NULL;
	_cleanup_free_ char *whole = NULL;
	_cleanup_free_ char *own = korch__strdup(message); /* it is the scheduler's, which is asked */
	_cleanup_free_ char *why = NULL;
	korch__refusal refusal = {.reason = "Unschedulable"};
	size_t n_nodes = korch_scheduler_nodes(turn->st->scheduler);
	if (!own || korch__claims_problem(&claims, turn->view, pod, n_nodes) < 0 ||
	    korch__make_room(turn, pod, &refusal, &why) < 0)
		return KORCH_E_NOMEM;
	refusal.message = claims ? claims : own;
	if (why) {
		whole = korch__sprintf("%s %s", refusal.message, why);
		if (!whole)
			return KORCH_E_NOMEM;
		refusal.message = whole;
	}
	if (korch_scheduler_wait(turn->st->scheduler, pod, NULL) < 0 ||
	    korch__refused_add(turn->st, pod) < 0)
		return KORCH_E_NOMEM;
	return korch__refuse(turn, pod, &refusal);
}

/* Assumed before and yet here again: that plan was not committed. What is kept free for the pod is
 * what its status says. */
static int forget(korch__scheduling *st, const korch_pod *pod)
{
	const char *node = pod->status ? korch__text_or_empty(pod->status->nominated_node_name) : "";
	korch_scheduler_pod_remove(st->scheduler, pod);
	return *node ? korch_scheduler_nominate(st->scheduler, pod, node, NULL) : 0;
}

static int schedule(const korch__turn *turn, const korch_pod *pod)
{
	static const korch__refusal gated = {"SchedulingGated",
	                                     "Scheduling is blocked due to non-empty scheduling gates",
	                                     .is_silent = 1};
	korch__scheduling *st = turn->st;
	korch_decision decision;
	_cleanup_error_ korch_error *err = NULL;
	if (pod->spec->n_scheduling_gates > 0)
		return korch__refuse(turn, pod, &gated);
	int is_over = korch__gang_schedule(turn, pod);
	if (is_over != 0)
		return is_over < 0 ? is_over : 0;
	if (forget(st, pod) == KORCH_E_NOMEM)
		return KORCH_E_NOMEM;
	int found = korch_scheduler_decide(&decision, st->scheduler, pod, &err);
	if (found == KORCH_E_NOMEM)
		return found;
	if (found > 0)
		return korch__bind_pod(turn, pod, decision.node, decision.devices);
	if (found == 0)
		return wait(turn, pod, decision.message);
	_cleanup_free_ char *why = korch_error_format(err);
	const korch__refusal refusal = {.reason = "SchedulerError",
	                                .message = why ? why : korch_code_text(found)};
	return korch__refuse(turn, pod, &refusal);
}

static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	korch__scheduling *st = userdata;
	const korch_key *key = &request->key;
	const korch__turn turn = {st, view, plan, korch_view_now(view)};
	const korch_object *pod = korch_view_get(view, &korch_pod_kind, key->namespace_, key->name);
	korch__refused_begin(st, turn.now);
	korch__refused_drop(st, key->namespace_, key->name);
	if (!pod || !korch__is_ours(st, pod))
		return 0;
	if ((st->stale && korch__feed_all(st, view) < 0) || schedule(&turn, korch__pod_of(pod)) < 0) {
		st->stale = 1;
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	return 0;
}

static void map_change(void *userdata, const korch_view *view, const korch_object *previous,
                       const korch_object *object, korch_enqueue *enqueue)
{
	korch__gangs_ask(userdata, view, enqueue);
	korch__refused_ask(userdata, korch_view_now(view), enqueue);
}

/* What the cluster decides with unless told otherwise: kube-scheduler's plugins and weights, but
 * full nodes first. */
static int make_scheduler(korch__scheduling *st, const korch_scheduler_options *options,
                          korch_error **err)
{
	korch_scheduler_profile profile = *korch_scheduler_profile_builtin("binpack");
	profile.name = "default-scheduler";
	korch_scheduler_options own = {.size = sizeof(own)};
	if (options)
		own = *options;
	if (!own.profiles) {
		own.profiles = &profile;
		own.n_profiles = 1;
	}
	int code = korch_scheduler_new(&st->scheduler, &own, err);
	if (code < 0)
		return code;
	st->names = korch__calloc(own.n_profiles + 1, sizeof(*st->names));
	for (size_t i = 0; st->names && i < own.n_profiles; i++) {
		const char *name = korch__text_or_empty(own.profiles[i].name);
		st->names[i] = korch__strdup(*name ? name : "default-scheduler");
		if (!st->names[i])
			return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
		st->n_names++;
	}
	return st->names ? 0 : korch_error_set(err, KORCH_E_NOMEM, "out of memory");
}

static int make_state(korch__scheduling **out, const korch_scheduler_options *options,
                      korch_error **err)
{
	korch__scheduling *st = korch__calloc(1, sizeof(*st));
	if (!st)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch__refused_init(&st->refused);
	korch__gangs_init(&st->gangs);
	korch__evictions_init(&st->evictions);
	int code = make_scheduler(st, options, err);
	if (code == 0 && !(st->bound = korch__bound_specs_new()))
		code = korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	if (code < 0)
		destroy(st);
	else
		*out = st;
	return code;
}

static size_t fill_watches(korch__scheduling *st)
{
	static const korch_kind *const kinds[] = {&korch_node_kind, &korch_pod_kind,
	                                          &korch_namespace_kind,
	                                          &korch_pod_disruption_budget_kind};
	size_t n = 0;
	for (size_t i = 0; i < KORCH_COUNT(kinds); i++)
		st->watches[n++].kind = kinds[i];
	for (size_t i = 0; i < KORCH__VOLUME_KINDS; i++)
		st->watches[n++].kind = korch__volume_kind(i);
	if (korch__pod_group_kind())
		st->watches[n++].kind = korch__pod_group_kind();
	for (size_t i = 0; i < n; i++)
		st->watches[i].map = map_change;
	return n;
}

int korch__scheduler_controller(korch_controller_spec *out, const korch_scheduler_options *options,
                                korch_error **err)
{
	korch__scheduling *st = NULL;
	int code = make_state(&st, options, err);
	if (!st)
		return code;
	*out = (korch_controller_spec){
	    .size = sizeof(*out),
	    .name = "default-scheduler",
	    .kind = &korch_pod_kind,
	    .watches = st->watches,
	    .n_watches = fill_watches(st),
	    .reconcile = reconcile,
	    .observe = observe,
	    .concerns = concerns,
	    .priority = priority,
	    .userdata = st,
	    .destroy = destroy,
	};
	return 0;
}
