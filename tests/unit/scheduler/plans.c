/* Small clusters, and plans carried out on a scheduler of their own. */
#include "plans.h"
#include "cluster.h"
#include "dump.h"
#include <korch/scheduler/explain.h>
#include <korch/selector.h>
#include <stdio.h>
#include <string.h>

void world_add_node(world *w, korch_node *node)
{
	if (!w->s)
		ck_assert_int_eq(korch_scheduler_new(&w->s, NULL, NULL), 0);
	ck_assert_int_eq(korch_scheduler_node_set(w->s, node, NULL), 0);
	w->nodes[w->n_nodes++] = node;
}

void world_add_pod(world *w, korch_pod *pod, const char *node)
{
	ck_assert_int_eq(korch_scheduler_pod_set(w->s, pod, node, NULL), 0);
	w->pods[w->n_pods++] = pod;
}

void world_add_budget(world *w, korch_pod_disruption_budget *budget)
{
	ck_assert_int_eq(korch_scheduler_budget_set(w->s, budget, NULL), 0);
	w->budgets[w->n_budgets++] = budget;
}

/* What any_pod() may ask for besides. */
static void feed_rest(korch_scheduler *s)
{
	korch_map *labels = NULL;
	set_map(&labels, "team=a");
	ck_assert_int_eq(korch_scheduler_namespace_set(s, "shop", labels, NULL), 0);
	ck_assert_int_eq(korch_scheduler_claim_set(s, "shop", "c0", NULL, NULL), 0);
	korch_block_unref(labels);
}

static korch_scheduler *new_scheduler(const char *profile)
{
	korch_scheduler *s = NULL;
	korch_scheduler_profile own =
	    *korch_scheduler_profile_builtin(profile ? profile : "default-scheduler");
	own.name = "default-scheduler";
	const korch_scheduler_options options = {
	    .size = sizeof(options), .profiles = &own, .n_profiles = 1};
	ck_assert_int_eq(korch_scheduler_new(&s, &options, NULL), 0);
	return s;
}

/* One that draining leaves. */
static void make_daemon(korch_pod *pod)
{
	korch_object_meta *meta = korch_object_edit_meta(&pod->object);
	korch_owner_reference *owner = korch_list_edit(
	    &meta->owner_references, &meta->n_owner_references, &korch_owner_reference_type, 1);
	korch_string_set(&owner->kind, "DaemonSet");
	korch_string_set(&owner->name, "agent");
	owner->controller = 1;
}

void world_make(world *w, korch_random *random, const char *profile)
{
	korch_decision decision;
	*w = (world){.s = new_scheduler(profile)};
	feed_rest(w->s);
	size_t n = 3 + (size_t)korch__random_below(random, PLAN_NODES - 3);
	for (size_t i = 0; i < n; i++)
		world_add_node(w, any_node(random, i));
	n = 2 * n + (size_t)korch__random_below(random, 3 * n);
	for (size_t i = 0; i < n; i++) {
		korch_pod *pod = any_pod(random, i);
		if (one_in(random, 10))
			make_daemon(pod);
		ck_assert_int_ge(korch_scheduler_schedule(&decision, w->s, pod, NULL), 0);
		w->pods[w->n_pods++] = pod;
	}
	for (size_t i = korch__random_below(random, 2); i > 0 && i <= PLAN_BUDGETS; i++)
		world_add_budget(w, any_budget(random, i - 1, (int32_t)korch__random_below(random, 6)));
}

void world_free(world *w)
{
	korch_scheduler_free(w->s);
	for (size_t i = 0; i < w->n_nodes; i++)
		korch_object_unref(&w->nodes[i]->object);
	for (size_t i = 0; i < w->n_pods; i++)
		korch_object_unref(&w->pods[i]->object);
	for (size_t i = 0; i < w->n_budgets; i++)
		korch_object_unref(&w->budgets[i]->object);
}

static const korch_pod *find_pod(const world *w, const char *id)
{
	for (size_t i = 0; i < w->n_pods; i++) {
		if (strcmp(w->pods[i]->object.metadata->uid, id) == 0)
			return w->pods[i];
	}
	ck_abort_msg("pod %s is not known", id);
	return NULL;
}

/* Fails when a filter refuses the pod on the node. */
static void check_lets_in(korch_scheduler *s, const korch_pod *pod, const char *node)
{
	korch_explanation *e = NULL;
	size_t n, i = 0;
	ck_assert_int_eq(korch_scheduler_explain(&e, s, pod, NULL), 0);
	const korch_node_verdict *verdicts = korch_explanation_nodes(e, &n);
	while (i < n && strcmp(verdicts[i].node, node) != 0)
		i++;
	ck_assert_uint_lt(i, n);
	ck_assert_msg(!verdicts[i].filter, "%s does not let %s in: %s", node,
	              korch_object_name(&pod->object), verdicts[i].reason);
	korch_explanation_free(e);
}

/* An eviction more of what the budgets cover. */
static void count_eviction(const world *w, int32_t *left, const korch_pod *pod)
{
	for (size_t i = 0; i < w->n_budgets; i++) {
		korch_selector *selector = NULL;
		ck_assert_int_eq(korch_selector_new(&selector, w->budgets[i]->spec->selector, NULL), 0);
		if (strcmp(korch_object_namespace(&pod->object), "shop") == 0 &&
		    korch_selector_matches(selector, pod->object.metadata->labels))
			ck_assert_int_ge(--left[i], 0);
		korch_selector_free(selector);
	}
}

static korch_scheduler *copy(const world *w)
{
	korch_scheduler *s = new_scheduler(NULL);
	feed_rest(s);
	for (size_t i = 0; i < w->n_nodes; i++)
		ck_assert_int_eq(korch_scheduler_node_set(s, w->nodes[i], NULL), 0);
	for (size_t i = 0; i < w->n_pods; i++) {
		const char *node = korch_scheduler_pod_node(w->s, w->pods[i]);
		if (node)
			ck_assert_int_eq(korch_scheduler_pod_set(s, w->pods[i], node, NULL), 0);
	}
	return s;
}

static void carry_out(const world *w, korch_scheduler *s, const korch_move *move, int32_t *left)
{
	const korch_pod *pod = find_pod(w, move->pod);
	const char *from = korch_scheduler_pod_node(s, pod);
	ck_assert_str_eq(from, move->from);
	if (!move->to) {
		ck_assert_ptr_nonnull(move->why);
		return;
	}
	ck_assert_ptr_null(move->why);
	ck_assert_str_ne(move->from, move->to);
	count_eviction(w, left, pod);
	korch_scheduler_pod_remove(s, pod);
	check_lets_in(s, pod, move->to);
	ck_assert_int_eq(korch_scheduler_pod_set(s, pod, move->to, NULL), 0);
}

korch_scheduler *replay(const world *w, const korch_moves *moves)
{
	int32_t left[PLAN_BUDGETS];
	size_t n;
	korch_scheduler *s = copy(w);
	for (size_t i = 0; i < w->n_budgets; i++)
		left[i] = w->budgets[i]->status->disruptions_allowed;
	const korch_move *list = korch_moves_list(moves, &n);
	for (size_t i = 0; i < n; i++)
		carry_out(w, s, &list[i], left);
	return s;
}

static int draining_moves(const korch_pod *pod)
{
	return pod->object.metadata->n_owner_references == 0 &&
	       pod->object.metadata->deletion_timestamp == 0;
}

size_t nodes_in_use(const world *w, korch_scheduler *s)
{
	size_t used = 0;
	for (size_t i = 0; i < w->n_nodes; i++) {
		int any = 0;
		for (size_t k = 0; k < w->n_pods && !any; k++) {
			const char *on = korch_scheduler_pod_node(s, w->pods[k]);
			any = on && draining_moves(w->pods[k]) &&
			      strcmp(on, korch_object_name(&w->nodes[i]->object)) == 0;
		}
		used += (size_t)any;
	}
	return used;
}

const char *plan_text(const korch_moves *moves)
{
	static char text[4000];
	size_t n;
	const korch_move *list = korch_moves_list(moves, &n);
	text[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		const char *name = strchr(list[i].name, '/') + 1;
		size_t at = strlen(text);
		snprintf(text + at, sizeof(text) - at, "%s%s %s%s%s", i ? ", " : "", name, list[i].from,
		         list[i].to ? ">" : ": ", list[i].to ? list[i].to : list[i].why);
	}
	return text;
}

const char *emptied_text(const korch_moves *moves)
{
	static char text[1000];
	size_t n;
	const char *const *list = korch_moves_emptied(moves, &n);
	text[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		strcat(text, i ? " " : "");
		strcat(text, list[i]);
	}
	return text;
}
