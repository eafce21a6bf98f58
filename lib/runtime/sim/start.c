/*
 * Starting containers: what will come of a start is decided here, and put into a clock when it is
 * to happen later.
 */
#include "base/cleanup.h"
#include "runtime/sim/sim.h"
#include <stddef.h>
#include <string.h>

enum { CRASH_WITHIN_US = 10 * 1000 * 1000, ID_MAX = 255 };

/*
 * Puts the times of what will come of a start into the clock; makes one only when something will.
 */
static int plan_life(sim_world *world, sim_container *container)
{
	const korch_sim_rule *rule = &container->profile->behaviour.rule;
	int is_crash = korch__sim_chance(world, rule->crash_permille);
	if (!rule->start_us && !rule->run_us && !is_crash)
		return 0;
	sim_clock *clock = korch__sim_clock_need(world, container);
	if (!clock)
		return KORCH_E_NOMEM;
	korch_usec start = korch_loop_now(world->loop) + rule->start_us;
	if (rule->start_us)
		clock->start_at = start;
	if (rule->run_us)
		clock->run_end = start + rule->run_us;
	if (is_crash) {
		korch_usec within = rule->crash_within_us ? rule->crash_within_us : CRASH_WITHIN_US;
		korch_usec crash = 1 + (korch_usec)korch__random_below(&world->random, (uint64_t)within);
		clock->is_crash = start + crash < clock->run_end;
		clock->run_end = clock->is_crash ? start + crash : clock->run_end;
	}
	return 0;
}

/* A container in its sandbox and in the table. */
static sim_container *make_container(sim_world *world, sim_sandbox *sandbox,
                                     const korch_container_config *config)
{
	size_t length = strlen(sandbox->id);
	int is_suffix = strncmp(config->id, sandbox->id, length) == 0;
	const char *id = is_suffix ? config->id + length : config->id;
	size_t size = strlen(id) + 1;
	size_t whole = offsetof(sim_container, id) + size;
	_cleanup_free_ sim_container *container =
	    korch__calloc(1, whole > sizeof(*container) ? whole : sizeof(*container));
	if (!container)
		return NULL;
	memcpy(container->id, id, size);
	container->has_own_id = is_suffix ? 0 : 1;
	container->sandbox = sandbox;
	container->restart_count = config->restart_count;
	sim_subject subject = {sandbox->node->name, sandbox->pod_namespace, sandbox->pod_name,
	                       config->name ? config->name : "", config->image ? config->image : ""};
	container->profile = korch__sim_profile_get(&world->scripts, &subject, sandbox->script);
	if (!container->profile)
		return NULL;
	if (korch__table_put(&world->containers, container) < 0) {
		korch__sim_profile_put(&world->scripts, container->profile);
		return NULL;
	}
	container->next = sandbox->containers;
	sandbox->containers = container;
	world->stats.containers++;
	return KORCH_STEAL(container);
}

/* Starts what make_container() made; done is what answers the call. */
static int start_container(sim_world *world, sim_container *container, sim_task *done)
{
	sim_task *event = korch__sim_event_new(world, container, KORCH_CONTAINER_RUNNING);
	if (!event || plan_life(world, container) < 0) {
		korch__sim_task_free(event);
		return KORCH_E_NOMEM;
	}
	sim_clock *clock = container->clock;
	if (clock)
		korch__sim_clock_set(world, clock);
	if (clock && clock->start_at != KORCH_USEC_NEVER) {
		clock->waiting = done;
		done->next = event;
		return 0;
	}
	korch__sim_container_run(world, container);
	korch__sim_task_soon(world, done);
	korch__sim_event_send(world, event);
	return 0;
}

/* A start call for a container that is there already. */
static int start_again(sim_world *world, sim_container *container, korch_runtime_done_fn fn,
                       void *userdata)
{
	if (container->phase != KORCH_CONTAINER_STARTING)
		return korch__sim_answer(world, 0, "", "", fn, userdata);
	sim_task *task = korch__sim_task_new(world, SIM_DONE, NULL, "");
	if (!task)
		return korch__sim_refusal(world);
	task->fn.done = fn;
	task->userdata = userdata;
	task->next = container->clock->waiting;
	container->clock->waiting = task;
	return 0;
}

/* Why a container cannot be started, or NULL. */
static const char *start_failure(sim_world *world, const sim_container *container)
{
	if (container->profile->behaviour.rule.start_error)
		return container->profile->behaviour.rule.start_error;
	return korch__sim_chance(world, world->faults.start_failure_permille)
	           ? "it could not be started"
	           : NULL;
}

int korch__sim_start(void *self, const korch_container_config *config, korch_runtime_done_fn fn,
                     void *userdata)
{
	sim_world *world = self;
	size_t length = config->id ? strlen(config->id) : 0;
	if (length == 0 || length > ID_MAX || !config->sandbox_id)
		return KORCH_E_INVALID;
	sim_container *container = korch__sim_container_find(world, config->id);
	sim_sandbox *sandbox = korch__sim_sandbox_find(world, config->sandbox_id);
	int r;
	if (!sandbox)
		return korch__sim_answer(world, KORCH_E_NOT_FOUND, "RunContainerError",
		                         "the pod's sandbox is not there", fn, userdata);
	if (korch__sim_node_refuses(&r, world, sandbox->node, fn, userdata))
		return r;
	if (container)
		return start_again(world, container, fn, userdata);
	sim_task *done = korch__sim_task_new(world, SIM_DONE, NULL, "");
	container = done ? make_container(world, sandbox, config) : NULL;
	if (!container) {
		korch__sim_task_free(done);
		return korch__sim_refusal(world);
	}
	done->fn.done = fn;
	done->userdata = userdata;
	const char *why = start_failure(world, container);
	r = why ? korch__sim_answer(world, KORCH_E_IO, "RunContainerError", why, fn, userdata)
	        : start_container(world, container, done);
	if (why || r < 0) {
		korch__sim_task_free(done);
		korch__sim_container_drop(world, container, 0, "");
	}
	return r;
}
