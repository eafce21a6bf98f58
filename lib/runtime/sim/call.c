/* Images, probes, commands inside of containers, and what containers use. */
#include "base/cleanup.h"
#include "runtime/sim/sim.h"
#include <stdio.h>
#include <string.h>

/*
 * Images: those that take time to pull are noted when they are on a node. The text is "NODE/IMAGE".
 */

static uint64_t image_hash(const void *key)
{
	return korch__hash_string(key);
}

static int image_equal(const void *entry, const void *key)
{
	return strcmp(entry, key) == 0;
}

static const korch_table_ops image_ops = {image_hash, image_equal, image_hash};

void korch__sim_images_init(sim_world *world)
{
	korch__table_init(&world->images, &image_ops);
}

/* Forgets the images of a node; NULL: all. */
void korch__sim_images_forget(sim_world *world, const sim_node *node)
{
	size_t at = 0, length = node ? strlen(node->name) : 0;
	for (char *image; (image = korch__table_next(&world->images, &at));) {
		if (node && (strncmp(image, node->name, length) != 0 || image[length] != '/'))
			continue;
		korch__table_remove(&world->images, image);
		korch__free(image);
	}
}

void korch__sim_images_fini(sim_world *world)
{
	korch__sim_images_forget(world, NULL);
	korch__table_fini(&world->images);
}

void korch__sim_deliver_pull(sim_world *world, sim_task *task, int code)
{
	if (code == 0 && task->code == 0 && !korch__table_get(&world->images, task->text)) {
		char *image = korch__strdup(task->text);
		code = image ? korch__table_put(&world->images, image) : KORCH_E_NOMEM;
		if (code < 0)
			korch__free(image);
		else
			world->stats.pulls++;
	}
	if (!task->fn.done)
		return;
	if (code < 0)
		task->fn.done(task->userdata, code, "RuntimeError", korch_code_text(code));
	else if (task->code < 0)
		task->fn.done(task->userdata, task->code, task->reason, "the image could not be pulled");
	else
		task->fn.done(task->userdata, 0, "", "");
}

/* 1 when this pull fails by its rule. */
static int rule_fails(sim_rule *rule)
{
	if (!rule->behaviour.rule.pull_error)
		return 0;
	if (rule->behaviour.rule.pull_failures && rule->n_failed >= rule->behaviour.rule.pull_failures)
		return 0;
	rule->n_failed++;
	return 1;
}

static int pull(sim_world *world, sim_rule *rule, const char *text, korch_runtime_done_fn fn,
                void *userdata)
{
	const korch_sim_rule *how = &rule->behaviour.rule;
	if (korch__sim_task_plan(world) < 0)
		return KORCH_E_NOMEM;
	int is_bad = rule_fails(rule);
	int is_chance = !is_bad && korch__sim_chance(world, world->faults.pull_failure_permille);
	sim_task *task = korch__sim_task_new(world, is_bad ? SIM_DONE : SIM_PULL, NULL,
	                                     is_bad ? how->pull_error : text);
	if (!task) {
		korch__sim_task_unplan(world);
		return korch__sim_refusal(world);
	}
	task->fn.done = fn;
	task->userdata = userdata;
	task->code = is_bad || is_chance ? KORCH_E_IO : 0;
	task->reason = is_bad || is_chance ? "ErrImagePull" : "";
	korch__sim_task_at(world, task, korch_loop_now(world->loop) + how->pull_us);
	return 0;
}

int korch__sim_prepare(void *self, const char *node_name, const char *image, const char *policy,
                       korch_runtime_done_fn fn, void *userdata)
{
	sim_world *world = self;
	int r;
	if (!node_name || !image)
		return KORCH_E_INVALID;
	const sim_node *node = korch__sim_node_find(world, node_name);
	if (korch__sim_node_refuses(&r, world, node, fn, userdata))
		return r;
	if (!*image || strpbrk(image, " \t\r\n"))
		return korch__sim_answer(world, KORCH_E_INVALID, "InvalidImageName",
		                         "this is no image reference", fn, userdata);
	sim_rule *rule =
	    korch__sim_rule_find(&world->scripts, &(sim_subject){.node = node_name, .image = image});
	if (!rule || (!rule->behaviour.rule.pull_us && !rule->behaviour.rule.pull_error))
		return korch__sim_answer(world, 0, "", "", fn, userdata); /* it is there */
	_cleanup_free_ char *text = korch__sprintf("%s/%s", node_name, image);
	if (!text)
		return KORCH_E_NOMEM;
	int is_there = korch__table_get(&world->images, text) != NULL;
	if (is_there && (!policy || strcmp(policy, "Always") != 0))
		return korch__sim_answer(world, 0, "", "", fn, userdata);
	if (policy && strcmp(policy, "Never") == 0)
		return korch__sim_answer(world, KORCH_E_NOT_FOUND, "ErrImageNeverPull",
		                         "the image is not on the node, and must not be pulled", fn,
		                         userdata);
	return pull(world, rule, text, fn, userdata);
}

/* Probes */

int korch__sim_probe_index(const char *type)
{
	static const char *const types[SIM_PROBES] = {"startup", "readiness", "liveness"};
	for (int i = 0; type && i < SIM_PROBES; i++) {
		if (strcmp(types[i], type) == 0)
			return i;
	}
	return -1;
}

/* A task about a container that runs; the answer when it does not. */
static sim_task *ask(sim_world *world, sim_task_type type, const char *id)
{
	sim_container *container = korch__sim_container_find(world, id);
	return korch__sim_task_new(world, type, container, "");
}

static int is_running(const sim_container *container)
{
	return container && korch__sim_container_is_up(container) &&
	       container->phase == KORCH_CONTAINER_RUNNING;
}

int korch__sim_probe(void *self, const korch_runtime_probe *probe, korch_runtime_done_fn fn,
                     void *userdata)
{
	int which = korch__sim_probe_index(probe->type);
	if (which < 0)
		return KORCH_E_INVALID;
	sim_task *task = ask(self, SIM_PROBE, probe->container_id);
	if (!task)
		return korch__sim_refusal(self);
	task->fn.done = fn;
	task->userdata = userdata;
	task->detail = (uint8_t)which;
	korch__sim_task_soon(self, task);
	return 0;
}

void korch__sim_deliver_probe(sim_world *world, sim_task *task, int code)
{
	static const struct {
		int code;
		const char *reason, *message;
	} answers[] = {[SIM_OK] = {0, "", ""},
	               [SIM_FAIL] = {KORCH_E_IO, "ProbeFailed", "the probe failed"},
	               [SIM_TIMEOUT] = {KORCH_E_TIMEOUT, "ProbeTimeout", "the probe timed out"}};
	const sim_container *container = task->container;
	if (!task->fn.done)
		return;
	if (code < 0 || !is_running(container)) {
		code = code < 0 ? code : KORCH_E_NOT_FOUND;
		task->fn.done(task->userdata, code, "RuntimeError", "the container is not running");
		return;
	}
	korch_usec after = korch_loop_now(world->loop) - container->started_us;
	unsigned forced = container->probes >> 2 * task->detail & 3;
	const sim_timeline *timeline = container->profile->behaviour.probes[task->detail];
	sim_result result = forced == 2   ? SIM_OK
	                    : forced == 1 ? SIM_FAIL
	                                  : korch__sim_timeline_at(timeline, after);
	task->fn.done(task->userdata, answers[result].code, answers[result].reason,
	              answers[result].message);
}

/* Commands */

int korch__sim_exec(void *self, const char *id, const char *const *command, size_t n,
                    korch_usec timeout_us, korch_runtime_exec_fn fn, void *userdata)
{
	sim_world *world = self;
	if (!fn || n == 0 || !command)
		return KORCH_E_INVALID;
	sim_task *task = ask(world, SIM_EXEC, id);
	if (!task || korch__sim_task_plan(world) < 0) {
		int r = task ? KORCH_E_NOMEM : korch__sim_refusal(world);
		korch__sim_task_free(task);
		return r;
	}
	korch_usec takes =
	    is_running(task->container) ? task->container->profile->behaviour.rule.exec_us : 0;
	task->fn.exec = fn;
	task->userdata = userdata;
	if (timeout_us > 0 && takes > timeout_us) {
		takes = timeout_us;
		task->detail = 1;
	}
	korch__sim_task_at(world, task, korch_loop_now(world->loop) + takes);
	return 0;
}

void korch__sim_deliver_exec(sim_world *world, sim_task *task, int code)
{
	(void)world;
	if (code == 0)
		code = !is_running(task->container) ? KORCH_E_NOT_FOUND
		       : task->detail               ? KORCH_E_TIMEOUT
		                                    : 0;
	if (code < 0) {
		task->fn.exec(task->userdata, code, -1, "", 0);
		return;
	}
	const korch_sim_rule *rule = &task->container->profile->behaviour.rule;
	const char *output = rule->exec_output ? rule->exec_output : "";
	task->fn.exec(task->userdata, 0, rule->exec_exit_code, output, strlen(output));
}

/* Use */

int korch__sim_stats(void *self, const char *id, korch_runtime_stats_fn fn, void *userdata)
{
	sim_task *task = fn ? ask(self, SIM_STATS, id) : NULL;
	if (!task)
		return fn ? korch__sim_refusal(self) : KORCH_E_INVALID;
	task->fn.stats = fn;
	task->userdata = userdata;
	korch__sim_task_soon(self, task);
	return 0;
}

void korch__sim_deliver_stats(sim_world *world, sim_task *task, int code)
{
	if (code == 0 && !is_running(task->container))
		code = KORCH_E_NOT_FOUND;
	if (code < 0) {
		task->fn.stats(task->userdata, code, NULL);
		return;
	}
	const korch_sim_rule *rule = &task->container->profile->behaviour.rule;
	korch_usec now = korch_loop_now(world->loop);
	double seconds = (double)(now - task->container->started_us) / KORCH_USEC_PER_SEC;
	korch_usage usage = {.at_us = now,
	                     .cpu_usec = (int64_t)(seconds * (double)rule->cpu_milli * 1000.0),
	                     .memory_bytes = rule->memory_bytes,
	                     .processes = 1};
	task->fn.stats(task->userdata, 0, &usage);
}
