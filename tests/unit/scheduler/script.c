/* The operations of a script. */
#include "script.h"
#include "base/alloc.h"
#include "dump.h"
#include <check.h>
#include <korch/scheduler/preempt.h>
#include <korch/scheduler/whatif.h>
#include <stdlib.h>
#include <string.h>

/* A call, again and again with one allocation more that works, until it does not say that memory is
 * short. */
#define CALL(run, code, ...)                                                                       \
	do {                                                                                           \
		char *before_ = start_call(run);                                                           \
		for (uint64_t n_ = 1;; n_++) {                                                             \
			korch__alloc_fail_at(before_ ? n_ : 0);                                                \
			(code) = (__VA_ARGS__);                                                                \
			korch__alloc_fail_at(0);                                                               \
			if (!before_ || (code) != KORCH_E_NOMEM)                                               \
				break;                                                                             \
			check_unchanged(run, before_);                                                         \
		}                                                                                          \
		free(before_);                                                                             \
	} while (0)

static char *start_call(const script *run)
{
	return run->tortures ? dump_state(run->s) : NULL;
}

static void check_unchanged(script *run, const char *before)
{
	char *now = dump_state(run->s);
	ck_assert_str_eq(before, now);
	free(now);
	run->n_failures++;
}

/* 1: the bytes have made a pod that no scheduler takes. */
static int is_refused(int code)
{
	return code == KORCH_E_INVALID || code == KORCH_E_LIMIT;
}

static void set_node(script *run)
{
	unsigned i = draw(&run->from, MODEL_NODES);
	int code;
	korch_node *node = draw_node(&run->from, i);
	CALL(run, code, korch_scheduler_node_set(run->s, node, NULL));
	ck_assert_int_eq(code, 0);
	if (run->now.nodes[i])
		korch_object_unref(&run->now.nodes[i]->object);
	run->now.nodes[i] = node;
}

static void remove_node(script *run)
{
	unsigned i = draw(&run->from, MODEL_NODES);
	korch_scheduler_node_remove(run->s, model_node_names[i]);
	if (run->now.nodes[i])
		korch_object_unref(&run->now.nodes[i]->object);
	run->now.nodes[i] = NULL;
}

/* A pod is on a node: it waits no more, and keeps no room elsewhere. Takes the pod. */
static void settle(model_pod *one, korch_pod *pod, int node)
{
	set_pod(&one->pod, pod);
	one->node = node;
	set_pod(&one->nominated, NULL);
	set_pod(&one->waiting, NULL);
}

static void force_pod(script *run)
{
	unsigned i = draw(&run->from, MODEL_PODS), node = draw(&run->from, MODEL_NODES);
	korch_pod *drawn = draw_pod(&run->from, i);
	korch_pod *pod = with_devices(drawn, 1 + draw(&run->from, 15));
	int code;
	korch_object_unref(&drawn->object);
	CALL(run, code, korch_scheduler_pod_set(run->s, pod, model_node_names[node], NULL));
	if (is_refused(code)) {
		korch_object_unref(&pod->object);
		return;
	}
	ck_assert_int_eq(code, 0);
	settle(&run->now.pods[i], pod, (int)node);
}

static int node_number(const char *name)
{
	for (int i = 0; i < MODEL_NODES; i++) {
		if (strcmp(model_node_names[i], name) == 0)
			return i;
	}
	ck_abort_msg("a node %s that nobody told of", name);
	return -1;
}

enum { WATCHED = 5 };
static const char *const watched[WATCHED] = {"cpu", "memory", "pods", "x.io/disk",
                                             "nvidia.com/gpu"};

static void usage(const script *run, const char *node, int64_t requested[WATCHED],
                  int64_t allocatable[WATCHED])
{
	for (size_t i = 0; i < WATCHED; i++) {
		requested[i] = allocatable[i] = 0;
		korch_scheduler_node_usage(&allocatable[i], &requested[i], run->s, node, watched[i]);
	}
}

/* Decides, and assumes the pod where it goes: nothing that it requests is given away twice. */
static int schedule(script *run, unsigned i, korch_pod *pod)
{
	int64_t before[WATCHED], after[WATCHED], has[WATCHED];
	korch_decision decision;
	int found = korch_scheduler_decide(&decision, run->s, pod, NULL);
	ck_assert(found >= 0 || is_refused(found));
	if (found <= 0)
		return 0;
	int node = node_number(decision.node);
	ck_assert_ptr_nonnull(run->now.nodes[node]);
	usage(run, decision.node, before, has);
	CALL(run, found, korch_scheduler_schedule(&decision, run->s, pod, NULL));
	ck_assert_int_eq(found, 1);
	ck_assert_int_eq(node_number(decision.node), node);
	usage(run, decision.node, after, has);
	for (size_t k = 0; k < WATCHED; k++)
		ck_assert(after[k] == before[k] || (after[k] > before[k] && after[k] <= has[k]));
	settle(&run->now.pods[i], with_devices(pod, decision.devices), node);
	return 1;
}

static void schedule_pod(script *run)
{
	unsigned i = draw(&run->from, MODEL_PODS);
	korch_pod *pod = draw_pod(&run->from, i);
	if (!run->now.pods[i].pod)
		schedule(run, i, pod);
	korch_object_unref(&pod->object);
}

static void remove_pod(script *run)
{
	unsigned i = draw(&run->from, MODEL_PODS);
	model_pod *one = &run->now.pods[i];
	reader nothing = {0};
	korch_pod *pod = draw_pod(&nothing, i);
	korch_scheduler_pod_remove(run->s, pod);
	korch_object_unref(&pod->object);
	settle(one, NULL, 0);
}

static void set_space(script *run)
{
	unsigned i = draw(&run->from, MODEL_SPACES);
	korch_map *labels = draw_space_labels(&run->from);
	int code = 0;
	if (labels)
		CALL(run, code, korch_scheduler_namespace_set(run->s, model_spaces[i], labels, NULL));
	else
		korch_scheduler_namespace_remove(run->s, model_spaces[i]);
	ck_assert_int_eq(code, 0);
	korch_block_unref(run->now.spaces[i]);
	run->now.spaces[i] = labels;
}

static void tell_claim(script *run)
{
	unsigned i = draw(&run->from, MODEL_CLAIMS), how = draw(&run->from, 3);
	ck_assert_int_eq(set_claim(run->s, i, how), 0);
	run->now.claims[i] = how;
}

static void nominate(script *run)
{
	unsigned i = draw(&run->from, MODEL_PODS), node = draw(&run->from, MODEL_NODES + 2);
	korch_pod *pod = draw_pod(&run->from, i);
	const char *to = node < MODEL_NODES ? model_node_names[node] : NULL;
	int code;
	CALL(run, code, korch_scheduler_nominate(run->s, pod, to, NULL));
	if (is_refused(code)) {
		korch_object_unref(&pod->object);
		return;
	}
	ck_assert_int_eq(code, 0);
	if (!to) {
		korch_object_unref(&pod->object);
		pod = NULL;
	}
	set_pod(&run->now.pods[i].nominated, pod);
	run->now.pods[i].nominated_to = (int)node;
}

static void begin(script *run)
{
	int code;
	if (run->depth == MODEL_TRIALS)
		return;
	CALL(run, code, korch_scheduler_begin(run->s));
	ck_assert_int_eq(code, 0);
	run->before[run->depth++] = model_copy(&run->now);
}

static void end(script *run)
{
	if (run->depth == 0)
		return;
	run->depth--;
	if (draw(&run->from, 2)) {
		korch_scheduler_commit(run->s);
		model_fini(&run->before[run->depth]);
		return;
	}
	korch_scheduler_rollback(run->s);
	model_fini(&run->now);
	run->now = run->before[run->depth];
}

static void wait_pod(script *run)
{
	unsigned i = draw(&run->from, MODEL_PODS);
	korch_pod *pod = draw_pod(&run->from, i);
	int code = 0;
	if (run->now.pods[i].pod) {
		korch_object_unref(&pod->object);
		return;
	}
	CALL(run, code, korch_scheduler_wait(run->s, pod, NULL));
	if (is_refused(code)) {
		korch_object_unref(&pod->object);
		return;
	}
	ck_assert_int_eq(code, 0);
	set_pod(&run->now.pods[i].waiting, pod);
}

static unsigned pod_number(const korch_pod *pod)
{
	return (unsigned)atoi(korch_object_name(&pod->object) + 1);
}

/* Places those that are woken, or forgets them; then nobody who waits would find a node. */
static void wake(script *run)
{
	const korch_pod *pod = NULL;
	int found;
	for (unsigned n = 0;; n++) {
		CALL(run, found, korch_scheduler_woken(&pod, run->s));
		if (found == 0)
			break;
		ck_assert_int_eq(found, 1);
		ck_assert_uint_lt(n, MODEL_PODS);
		unsigned i = pod_number(pod);
		ck_assert_ptr_eq(run->now.pods[i].waiting, pod);
		set_pod(&run->now.pods[i].waiting, NULL);
		korch_preemption out;
		int placed = schedule(run, i, (korch_pod *)(uintptr_t)pod);
		if (placed == 0) /* others could be driven out for it */
			CALL(run, placed, korch_scheduler_preempt(&out, run->s, pod, NULL));
		ck_assert_int_eq(placed, 1);
		korch_object_unref(&pod->object);
	}
	size_t n_waiting = 0;
	for (unsigned i = 0; i < MODEL_PODS; i++) {
		korch_decision decision;
		const korch_pod *one = run->now.pods[i].waiting;
		n_waiting += one != NULL;
		if (one)
			ck_assert_int_eq(korch_scheduler_decide(&decision, run->s, one, NULL), 0);
	}
	ck_assert_uint_eq(korch_scheduler_waiting(run->s), n_waiting);
}

static void look(script *run)
{
	korch_pod *probe = draw_pod(&run->from, MODEL_PODS);
	check_rebuilt(run, probe);
	korch_object_unref(&probe->object);
}

static void start_anew(script *run)
{
	if (run->depth > 0 || draw(&run->from, 16) > 0)
		return;
	korch_scheduler_reset(run->s);
	model_fini(&run->now);
}

int script_step(script *run)
{
	static void (*const operations[])(script *) = {
	    set_node,  set_node,   schedule_pod, schedule_pod, schedule_pod, look,       look,
	    force_pod, remove_pod, set_node,     remove_node,  set_space,    tell_claim, nominate,
	    begin,     end,        wait_pod,     wait_pod,     wake,         start_anew,
	};
	if (run->from.n == 0)
		return 0;
	operations[draw(&run->from, sizeof(operations) / sizeof(operations[0]))](run);
	free(dump_state(run->s));
	return 1;
}

void script_init(script *run, const uint8_t *data, size_t size, int tortures)
{
	static korch_scheduler_profile profiles[3];
	static const char *const names[] = {"default-scheduler", "binpack", "best-fit"};
	*run = (struct script){.from = {.at = data, .n = size}, .tortures = tortures};
	for (size_t i = 0; i < 3; i++)
		profiles[i] = *korch_scheduler_profile_builtin(names[i]);
	run->options = (korch_scheduler_options){.size = sizeof(run->options),
	                                         .ties = (int32_t)draw(&run->from, 2),
	                                         .seed = 7,
	                                         .profiles = profiles,
	                                         .n_profiles = 3};
	ck_assert_int_eq(korch_scheduler_new(&run->s, &run->options, NULL), 0);
}

void script_fini(script *run)
{
	while (run->depth > 0)
		model_fini(&run->before[--run->depth]);
	model_fini(&run->now);
	korch_scheduler_free(run->s);
}
