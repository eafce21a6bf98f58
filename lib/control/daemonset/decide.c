/*
 * The DaemonSet decider: takes its pods and revisions, lets korch_daemon_plan() say what comes and
 * goes, and carries that out. Judging nodes stands in judge.c, counting in status.c.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/claim.h"
#include "control/daemonset/hand.h"
#include "control/pods.h"
#include "object/object.h"
#include <korch/intstr.h>
#include <stdlib.h>
#include <string.h>

/* Most events of one kind in one plan. */
#define EVENTS_MAX 25

static void daemon_fini(korch__daemon *d)
{
	korch__vec_fini(&d->pods);
	korch__free(d->wants);
	korch__free(d->made);
}

static int32_t find_node(const korch__daemon *d, const char *name)
{
	size_t low = 0, high = d->input->n_nodes;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(korch_object_name(&d->input->nodes[middle]->object), name);
		if (order == 0)
			return (int32_t)middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

/* One whose node has gone goes too; when it was bound, that is for the node's controller to say. */
static int keep(korch__daemon *d, const korch_pod *pod, int is_claimed)
{
	const char *name = korch_daemon_node(pod->spec);
	korch__daemon_pod taken = {
	    .pod = pod, .node = name ? find_node(d, name) : -1, .is_claimed = is_claimed};
	if (taken.node >= 0)
		return korch__vec_push(&d->pods, taken);
	if (is_claimed || korch__pod_node(pod)[0] || korch__is_deleting(&pod->object) ||
	    korch__is_deleting(&d->set->object) || !korch__plan_takes(d->plan, 1))
		return 0;
	return korch_plan_delete(d->plan, &pod->object, NULL);
}

static int take_pod(korch__daemon *d, const korch_selector *selector, const korch_pod *pod)
{
	const korch_object *set = &d->set->object;
	switch (korch__claim_of(set, selector, &pod->object)) {
	case KORCH__CLAIM_NONE:
		return 0;
	case KORCH__CLAIM_RELEASE:
		if (!korch__plan_takes(d->plan, 1))
			return 0;
		return korch_plan_update(d->plan, &pod->object, korch__claim_release(set, &pod->object));
	case KORCH__CLAIM_ADOPT:
		if (korch__plan_takes(d->plan, 1) &&
		    korch_plan_update(d->plan, &pod->object, korch__claim_adopt(set, &pod->object)) < 0)
			return KORCH_E_NOMEM;
		return keep(d, pod, 1);
	case KORCH__CLAIM_OWNED:
		break;
	}
	return keep(d, pod, 0);
}

/* Of one node the older one first, by name where that does not tell. */
static int by_node(const void *a, const void *b)
{
	const korch__daemon_pod *one = a, *two = b;
	int64_t older = one->pod->object.metadata->creation_timestamp;
	int64_t younger = two->pod->object.metadata->creation_timestamp;
	if (one->node != two->node)
		return one->node < two->node ? -1 : 1;
	if (older != younger)
		return older < younger ? -1 : 1;
	return strcmp(korch_object_name(&one->pod->object), korch_object_name(&two->pod->object));
}

static int take_pods(korch__daemon *d, korch_error **err)
{
	korch_selector *selector = NULL;
	int code = korch_selector_new(&selector, d->set->spec->selector, err);
	for (size_t i = 0; code == 0 && i < d->input->n_pods; i++)
		code = take_pod(d, selector, d->input->pods[i]);
	korch_selector_free(selector);
	if (d->pods.n > 1)
		qsort(d->pods.items, d->pods.n, sizeof(*d->pods.items), by_node);
	return code;
}

static int judge_nodes(korch__daemon *d)
{
	size_t n = d->input->n_nodes;
	d->wants = korch__calloc(n + 1, sizeof(*d->wants));
	d->made = korch__calloc(n + 1, sizeof(*d->made));
	if (!d->wants || !d->made)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < n; i++) {
		d->wants[i] = korch_daemon_judge(d->set->spec->template_->spec, d->input->nodes[i]);
		d->desired += d->wants[i] == KORCH_DAEMON_RUN;
	}
	return 0;
}

static const char *hash_of(const korch_object *object)
{
	return korch_map_get(korch__labels(object), KORCH__LABEL_REVISION_HASH);
}

int korch__daemon_pod_is_updated(const korch__daemon *d, const korch_pod *pod)
{
	return korch__text_equal(hash_of(&pod->object), d->update.hash);
}

static int find_revision(korch__daemon *d)
{
	d->history = (korch__history){.owner = &d->set->object,
	                              .template_ = d->set->spec->template_,
	                              .revisions = d->input->revisions,
	                              .n = d->input->n_revisions};
	d->collisions = d->set->status ? d->set->status->collision_count : 0;
	return korch__history_now(&d->update, &d->history, &d->collisions, d->plan);
}

static int has_pods(const korch__daemon *d, const char *hash)
{
	for (size_t i = 0; i < d->pods.n; i++) {
		if (korch__text_equal(hash_of(&d->pods.items[i].pod->object), hash))
			return 1;
	}
	return 0;
}

/* A revision is wanted as long as there are pods of it. */
static int trim(korch__daemon *d)
{
	const korch_daemon_set_spec *spec = d->set->spec;
	size_t n = 0;
	int32_t limit = KORCH_IS_SET(spec, korch_daemon_set_spec, revision_history_limit)
	                    ? spec->revision_history_limit
	                    : 10;
	if (d->history.n <= (size_t)limit)
		return 0;
	_cleanup_free_ const char **kept = korch__calloc(d->history.n + 1, sizeof(*kept));
	if (!kept)
		return KORCH_E_NOMEM;
	kept[n++] = d->update.name;
	for (size_t i = 0; i < d->history.n; i++) {
		const korch_object *revision = &d->history.revisions[i]->object;
		if (has_pods(d, hash_of(revision)))
			kept[n++] = korch_object_name(revision);
	}
	return korch__history_trim(&d->history, limit, kept, n, d->plan);
}

static int32_t resolve(const korch_int_or_string *value, int32_t total)
{
	int32_t number = 0;
	return korch_int_or_percent_of(&number, value, total, 1, NULL) == 0 && number > 0 ? number : 0;
}

/* Both 0 makes maxUnavailable 1, as it is when nothing is said. */
static korch_daemon_spec wishes(const korch__daemon *d)
{
	const korch_daemon_set_update_strategy *strategy = d->set->spec->update_strategy;
	const korch_rolling_update_daemon_set *rolling = strategy ? strategy->rolling_update : NULL;
	korch_daemon_spec out = {.size = sizeof(out)};
	out.on_delete = strategy && korch__text_equal(strategy->type, "OnDelete");
	if (rolling && rolling->max_surge.is_set)
		out.max_surge = resolve(&rolling->max_surge, d->desired);
	if (rolling && rolling->max_unavailable.is_set && out.max_surge == 0)
		out.max_unavailable = resolve(&rolling->max_unavailable, d->desired);
	if (out.max_surge == 0 && out.max_unavailable == 0)
		out.max_unavailable = 1;
	return out;
}

/* Failed pods are shown as ended only when they are old enough. */
static int has_ended(korch__daemon *d, const korch_pod *pod)
{
	korch_usec due = pod->object.metadata->creation_timestamp + KORCH__DAEMON_SET_RETRY_US;
	if (!korch__pod_is_terminal(pod))
		return 0;
	if (due <= d->input->now || korch__is_deleting(&pod->object))
		return 1;
	if (due < d->wake)
		d->wake = due;
	return 0;
}

static korch_member *make_members(korch__daemon *d)
{
	korch_member *members = korch__calloc(d->pods.n + 1, sizeof(*members));
	for (size_t i = 0; members && i < d->pods.n; i++) {
		const korch_pod *pod = d->pods.items[i].pod;
		members[i] = (korch_member){
		    .ordinal = d->pods.items[i].node,
		    .updated = korch__daemon_pod_is_updated(d, pod),
		    .ready = korch__pod_is_ready(pod),
		    .available = korch__pod_is_available(pod, d->set->spec->min_ready_seconds,
		                                         d->input->now, &d->wake),
		    .terminating = korch__is_deleting(&pod->object),
		    .ended = has_ended(d, pod),
		};
	}
	return members;
}

/* What the pods of this plan have in common; the caller owns it. */
static korch_pod *make_model(korch__daemon *d)
{
	korch_pod_template_spec *template_ = NULL;
	korch_pod *pod = NULL;
	_cleanup_free_ char *name = korch__sprintf("%s-", korch_object_name(&d->set->object));
	korch_block_share(&template_, d->set->spec->template_);
	korch_pod_template_spec *edited = korch_struct_edit(&template_, &korch_pod_template_spec_type);
	korch_pod_spec *spec = edited ? korch_struct_edit(&edited->spec, &korch_pod_spec_type) : NULL;
	int code = name && spec && korch_daemon_tolerate(spec) == 0
	               ? korch__pod_of_template(&pod, &d->set->object, template_)
	               : KORCH_E_NOMEM;
	korch_block_unref(template_);
	if (code < 0)
		return NULL;
	korch_object_meta *meta = korch_object_edit_meta(&pod->object);
	if (!meta || korch_string_set(&meta->generate_name, name) < 0 ||
	    korch_map_set(&meta->labels, KORCH__LABEL_REVISION_HASH, d->update.hash) < 0) {
		korch_object_unref(&pod->object);
		return NULL;
	}
	return pod;
}

static int create(korch__daemon *d, const korch_pod *model, size_t node, size_t n_before)
{
	korch_pod *pod = (korch_pod *)korch_object_edit(&model->object);
	korch_pod_spec *spec = pod ? korch_struct_edit(&pod->spec, &korch_pod_spec_type) : NULL;
	if (!spec || korch_daemon_tie(spec, korch_object_name(&d->input->nodes[node]->object)) < 0) {
		korch_object_unref((korch_object *)pod);
		return KORCH_E_NOMEM;
	}
	d->made[node]++;
	if (korch_plan_create(d->plan, &pod->object) < 0)
		return KORCH_E_NOMEM;
	if (n_before >= EVENTS_MAX)
		return 0;
	korch_plan_event(d->plan, &d->set->object, "Normal", "SuccessfulCreate", "Created pod: ");
	korch_plan_event_name(d->plan);
	return 0;
}

static int create_all(korch__daemon *d, const korch_member_action *actions, size_t n)
{
	_cleanup_error_ korch_error *error = NULL;
	_cleanup_object_ korch_object *object = (korch_object *)make_model(d);
	korch_pod *model = (korch_pod *)object;
	size_t made = 0;
	int code = model ? korch__pod_admit(model, &d->input->admission, &error) : KORCH_E_NOMEM;
	if (code == KORCH_E_FORBIDDEN)
		return korch_plan_event(d->plan, &d->set->object, "Warning", "FailedCreate",
		                        "Error creating: %s", korch_error_message(error));
	for (size_t i = 0; code == 0 && i < n; i++) {
		if (actions[i].op == KORCH_MEMBER_CREATE)
			code = create(d, model, (size_t)actions[i].member, made++);
	}
	return code;
}

/* Pods that ended by themselves are told of. */
static int end(korch__daemon *d, korch__daemon_pod *member, size_t n_before)
{
	const korch_pod *pod = member->pod;
	const korch_object *set = &d->set->object;
	const char *name = korch_object_name(&pod->object);
	if (member->is_claimed)
		return 0;
	member->is_deleted = 1;
	if (korch_plan_delete(d->plan, &pod->object, NULL) < 0)
		return KORCH_E_NOMEM;
	if (n_before >= EVENTS_MAX)
		return 0;
	if (korch__pod_is_terminal(pod)) {
		int failed = korch__text_equal(pod->status->phase, "Failed");
		korch_plan_event(d->plan, set, failed ? "Warning" : "Normal",
		                 failed ? "FailedDaemonPod" : "SucceededDaemonPod",
		                 "Found %s daemon pod %s/%s on node %s, will try to %s it",
		                 failed ? "failed" : "succeeded", korch_object_namespace(set), name,
		                 korch__pod_node(pod), failed ? "kill" : "delete");
	}
	return korch_plan_event(d->plan, set, "Normal", "SuccessfulDelete", "Deleted pod: %s", name);
}

static int carry_out(korch__daemon *d, const korch_member_action *actions, size_t n)
{
	size_t created = 0, deleted = 0;
	/* Deletions and creations are in an order in which each part is as good as the whole. */
	n = korch__plan_takes_of(d->plan, n);
	for (size_t i = 0; i < n; i++) {
		created += actions[i].op == KORCH_MEMBER_CREATE;
		if (actions[i].op == KORCH_MEMBER_DELETE && d->pods.items &&
		    end(d, &d->pods.items[actions[i].member], deleted++) < 0)
			return KORCH_E_NOMEM;
	}
	return created > 0 ? create_all(d, actions, n) : 0;
}

static int manage(korch__daemon *d)
{
	size_t n = 0;
	korch_daemon_spec spec = wishes(d);
	_cleanup_free_ korch_member *members = make_members(d);
	_cleanup_free_ korch_member_action *actions =
	    korch__calloc(KORCH__DAEMON_SET_BURST, sizeof(*actions));
	if (!members || !actions)
		return KORCH_E_NOMEM;
	int code = korch_daemon_plan(actions, KORCH__DAEMON_SET_BURST, &n, &spec, d->wants,
	                             d->input->n_nodes, members, d->pods.n);
	return code < 0 ? code : carry_out(d, actions, n);
}

int korch__daemon_set_decide(const korch__daemon_set_input *input, korch_plan *plan,
                             korch_error **err)
{
	const korch_daemon_set *set = input->set;
	if (!set->spec || !set->spec->template_ || !set->spec->template_->spec || !set->object.metadata)
		return korch_error_set(err, KORCH_E_INVALID, "daemon set %s has no template",
		                       korch_object_name(&set->object));
	_cleanup_(daemon_fini)
	    korch__daemon d = {.input = input, .set = set, .plan = plan, .wake = KORCH_USEC_NEVER};
	int code = judge_nodes(&d);
	if (code == 0)
		code = take_pods(&d, err);
	if (code == 0)
		code = find_revision(&d);
	if (code == 0 && !korch__is_deleting(&set->object))
		code = manage(&d);
	if (code == 0)
		code = trim(&d);
	if (code == 0)
		code = korch__daemon_status(&d);
	if (code == 0)
		code = korch_plan_error(plan);
	if (code < 0)
		return err && *err ? code : korch_error_set(err, code, "%s", korch_code_text(code));
	korch_plan_wake_at(plan, d.wake);
	return 0;
}
