/*
 * The StatefulSet decider: takes its pods and revisions, lets korch_stateful_plan() say what comes
 * and goes, and carries that out. Pods stand in pod.c, claims in claims.c, counting in status.c.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/claim.h"
#include "control/pods.h"
#include "control/statefulset/hand.h"
#include <korch/intstr.h>
#include <stdio.h>
#include <stdlib.h>

static void stateful_fini(korch__stateful *s)
{
	korch__vec_fini(&s->pods);
}

static int adopt(korch__stateful *s, const korch_pod *pod, int32_t ordinal)
{
	korch_object *edited = korch__claim_adopt(&s->set->object, &pod->object);
	korch_object_meta *meta = edited ? korch_object_edit_meta(edited) : NULL;
	if (!meta || korch__stateful_pod_label(meta, korch_object_name(&pod->object), ordinal) < 0) {
		korch_object_unref(edited);
		return KORCH_E_NOMEM;
	}
	return korch_plan_update(s->plan, &pod->object, edited);
}

/* Pods of another name are nobody's of this set, whatever their labels say. */
static int take_pod(korch__stateful *s, const korch_selector *selector, const korch_pod *pod)
{
	const korch_object *set = &s->set->object;
	int32_t ordinal =
	    korch__stateful_set_ordinal(korch_object_name(set), korch_object_name(&pod->object));
	korch__stateful_pod taken = {.pod = pod, .ordinal = ordinal};
	switch (korch__claim_of(set, ordinal >= 0 ? selector : NULL, &pod->object)) {
	case KORCH__CLAIM_NONE:
		return 0;
	case KORCH__CLAIM_RELEASE:
		if (!korch__plan_takes(s->plan, 1))
			return 0;
		return korch_plan_update(s->plan, &pod->object, korch__claim_release(set, &pod->object));
	case KORCH__CLAIM_ADOPT:
		taken.is_claimed = 1;
		if (korch__plan_takes(s->plan, 1) && adopt(s, pod, ordinal) < 0)
			return KORCH_E_NOMEM;
		break;
	case KORCH__CLAIM_OWNED:
		break;
	}
	return ordinal >= 0 ? korch__vec_push(&s->pods, taken) : 0;
}

static int by_ordinal(const void *a, const void *b)
{
	const korch__stateful_pod *one = a, *two = b;
	return (one->ordinal > two->ordinal) - (one->ordinal < two->ordinal);
}

static int take_pods(korch__stateful *s, korch_error **err)
{
	korch_selector *selector = NULL;
	int code = korch_selector_new(&selector, s->set->spec->selector, err);
	for (size_t i = 0; code == 0 && i < s->input->n_pods; i++)
		code = take_pod(s, selector, s->input->pods[i]);
	korch_selector_free(selector);
	if (s->pods.n > 1)
		qsort(s->pods.items, s->pods.n, sizeof(*s->pods.items), by_ordinal);
	return code;
}

static const char *revision_of(const korch_pod *pod)
{
	return korch__text_or_empty(
	    korch_map_get(korch__labels(&pod->object), KORCH__LABEL_REVISION_HASH));
}

static int has_revision(const korch__stateful *s, const char *name)
{
	for (size_t i = 0; name && i < s->history.n; i++) {
		if (korch__text_equal(korch_object_name(&s->history.revisions[i]->object), name))
			return 1;
	}
	return 0;
}

static int find_revisions(korch__stateful *s)
{
	const korch_stateful_set_status *status = s->set->status;
	s->history = (korch__history){.owner = &s->set->object,
	                              .template_ = s->set->spec->template_,
	                              .revisions = s->input->revisions,
	                              .n = s->input->n_revisions};
	s->collisions = status ? status->collision_count : 0;
	if (korch__history_now(&s->update, &s->history, &s->collisions, s->plan) < 0)
		return KORCH_E_NOMEM;
	const char *current = status ? status->current_revision : NULL;
	snprintf(s->current, sizeof(s->current), "%s",
	         has_revision(s, current) ? current : s->update.name);
	return 0;
}

/* A revision is wanted as long as there are pods of it. */
static int trim(korch__stateful *s)
{
	const korch_stateful_set_spec *spec = s->set->spec;
	int32_t limit = KORCH_IS_SET(spec, korch_stateful_set_spec, revision_history_limit)
	                    ? spec->revision_history_limit
	                    : 10;
	_cleanup_free_ const char **kept = korch__calloc(s->pods.n + 2, sizeof(*kept));
	if (!kept)
		return KORCH_E_NOMEM;
	kept[0] = s->current;
	kept[1] = s->update.name;
	for (size_t i = 0; i < s->pods.n; i++)
		kept[i + 2] = revision_of(s->pods.items[i].pod);
	return korch__history_trim(&s->history, limit, kept, s->pods.n + 2, s->plan);
}

static korch_stateful_spec wishes(const korch__stateful *s)
{
	const korch_stateful_set_spec *spec = s->set->spec;
	const korch_stateful_set_update_strategy *strategy = spec->update_strategy;
	const korch_rolling_update_stateful_set_strategy *rolling =
	    strategy ? strategy->rolling_update : NULL;
	korch_stateful_spec out = {
	    .size = sizeof(out),
	    .replicas = s->replicas,
	    .start = s->start,
	    .parallel = korch__text_equal(spec->pod_management_policy, "Parallel"),
	    .on_delete = strategy && korch__text_equal(strategy->type, "OnDelete"),
	    .partition = rolling ? rolling->partition : 0,
	};
	if (rolling && rolling->max_unavailable.is_set)
		korch_int_or_percent_of(&out.max_unavailable, &rolling->max_unavailable, s->replicas, 0,
		                        NULL);
	return out;
}

static korch_member *make_members(korch__stateful *s)
{
	korch_member *members = korch__calloc(s->pods.n + 1, sizeof(*members));
	for (size_t i = 0; members && i < s->pods.n; i++) {
		const korch_pod *pod = s->pods.items[i].pod;
		members[i] = (korch_member){
		    .ordinal = s->pods.items[i].ordinal,
		    .updated = korch__text_equal(revision_of(pod), s->update.name),
		    .ready = korch__pod_is_ready(pod),
		    .available = korch__pod_is_available(pod, s->set->spec->min_ready_seconds,
		                                         s->input->now, &s->wake),
		    .terminating = korch__is_deleting(&pod->object),
		    .ended = korch__pod_is_terminal(pod),
		};
	}
	return members;
}

/* The pod could not be made, and why. */
static int refuse(korch__stateful *s, int32_t ordinal, const char *why)
{
	const char *name = korch_object_name(&s->set->object);
	return korch_plan_event(s->plan, &s->set->object, "Warning", "FailedCreate",
	                        "create Pod %s-%d in StatefulSet %s failed error: %s", name, ordinal,
	                        name, why);
}

static int make_pod(korch_pod **out, korch__stateful *s, int32_t ordinal, int updated)
{
	korch_pod_template_spec *old = NULL;
	if (!updated && !korch__text_equal(s->current, s->update.name)) {
		int code = korch__history_template(&old, &s->history, s->current);
		if (code < 0)
			return code;
	}
	int code = korch__stateful_pod_new(out, s, ordinal, old ? old : s->set->spec->template_,
	                                   old ? s->current : s->update.name);
	korch_block_unref(old);
	return code;
}

/* 1: made; 0: refused, and the event says why. */
static int create(korch__stateful *s, int32_t ordinal, int updated)
{
	const korch_object *owner = &s->set->object;
	_cleanup_error_ korch_error *error = NULL;
	korch_pod *pod = NULL;
	int code = make_pod(&pod, s, ordinal, updated);
	if (code < 0)
		return code;
	const char *name = korch_object_name(&pod->object);
	const korch_object *there =
	    korch_view_get(s->input->view, &korch_pod_kind, korch_object_namespace(owner), name);
	code = there ? korch_error_set(&error, KORCH_E_FORBIDDEN, "pods \"%s\" already exists", name)
	             : korch__pod_admit(pod, &s->input->admission, &error);
	if (code < 0) {
		korch_object_unref(&pod->object);
		return code == KORCH_E_FORBIDDEN ? refuse(s, ordinal, korch_error_message(error)) : code;
	}
	code = korch__stateful_claims(s, ordinal);
	s->created++;
	s->created_updated += korch__text_equal(revision_of(pod), s->update.name);
	if (code == 0)
		code = korch_plan_event(s->plan, owner, "Normal", "SuccessfulCreate",
		                        "create Pod %s in StatefulSet %s successful", name,
		                        korch_object_name(owner));
	if (code < 0) {
		korch_object_unref(&pod->object);
		return code;
	}
	code = korch_plan_create(s->plan, &pod->object);
	return code < 0 ? code : 1;
}

static int end(korch__stateful *s, korch__stateful_pod *member)
{
	const korch_object *pod = &member->pod->object;
	if (member->is_claimed)
		return 0;
	member->is_deleted = 1;
	if (korch_plan_delete(s->plan, pod, NULL) < 0)
		return KORCH_E_NOMEM;
	return korch_plan_event(s->plan, &s->set->object, "Normal", "SuccessfulDelete",
	                        "delete Pod %s in StatefulSet %s successful", korch_object_name(pod),
	                        korch_object_name(&s->set->object));
}

static int carry_out(korch__stateful *s, const korch_member_action *actions, size_t n)
{
	int code = 1;
	size_t claims = korch__stateful_claims_of_pod(s);
	for (size_t i = 0; i < n && code > 0; i++) {
		/* A pod comes with its claims, or later. */
		if (!korch__plan_takes(s->plan, 1 + claims))
			break;
		if (actions[i].op == KORCH_MEMBER_CREATE)
			code = create(s, actions[i].member, actions[i].updated);
		else if (end(s, &s->pods.items[actions[i].member]) < 0)
			code = KORCH_E_NOMEM;
	}
	return code < 0 ? code : 0;
}

static int manage(korch__stateful *s)
{
	size_t n = 0;
	korch_stateful_spec spec = wishes(s);
	_cleanup_free_ korch_member *members = make_members(s);
	_cleanup_free_ korch_member_action *actions =
	    korch__calloc(KORCH__STATEFUL_SET_BURST, sizeof(*actions));
	if (!members || !actions)
		return KORCH_E_NOMEM;
	int code =
	    korch_stateful_plan(actions, KORCH__STATEFUL_SET_BURST, &n, &spec, members, s->pods.n);
	return code < 0 ? code : carry_out(s, actions, n);
}

/* Claims that were taken away from under a pod that has not started. */
static int mend_claims(korch__stateful *s)
{
	size_t claims = korch__stateful_claims_of_pod(s);
	for (size_t i = 0; i < s->pods.n; i++) {
		const korch__stateful_pod *at = &s->pods.items[i];
		int64_t place = (int64_t)at->ordinal - s->start;
		if (!korch__plan_takes(s->plan, claims))
			break;
		if (!at->is_deleted && !korch__is_deleting(&at->pod->object) && place >= 0 &&
		    place < s->replicas && !korch__pod_node(at->pod)[0] &&
		    korch__stateful_claims(s, at->ordinal) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int turn(korch__stateful *s)
{
	int code = find_revisions(s);
	if (code == 0 && !korch__is_deleting(&s->set->object)) {
		code = manage(s);
		if (code == 0 && !s->input->admission.namespace_closed)
			code = mend_claims(s);
		if (code == 0)
			code = korch__stateful_retain(s);
	}
	if (code == 0)
		code = trim(s);
	return code < 0 ? code : korch__stateful_status(s);
}

int korch__stateful_set_decide(const korch__stateful_set_input *input, korch_plan *plan,
                               korch_error **err)
{
	const korch_stateful_set *set = input->set;
	if (!set->spec || !set->spec->template_ || !set->object.metadata)
		return korch_error_set(err, KORCH_E_INVALID, "stateful set %s has no template",
		                       korch_object_name(&set->object));
	_cleanup_(stateful_fini)
	    korch__stateful s = {.input = input, .set = set, .plan = plan, .wake = KORCH_USEC_NEVER};
	s.replicas =
	    KORCH_IS_SET(set->spec, korch_stateful_set_spec, replicas) ? set->spec->replicas : 1;
	s.start = set->spec->ordinals ? set->spec->ordinals->start : 0;
	int code = take_pods(&s, err);
	if (code == 0)
		code = turn(&s);
	if (code == 0)
		code = korch_plan_error(plan);
	if (code < 0)
		return err && *err ? code : korch_error_set(err, code, "%s", korch_code_text(code));
	korch_plan_wake_at(plan, s.wake);
	return 0;
}
