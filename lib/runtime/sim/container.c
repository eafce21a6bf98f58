/*
 * Containers: what happens to them, ending and forgetting. What happens by itself comes from the
 * container's clock; only what has something to come has one. Starting stands in start.c.
 */
#include "base/cleanup.h"
#include "runtime/sim/sim.h"
#include <signal.h>
#include <string.h>

enum { DELAY_MAX_US = 5 * 1000 * 1000 };

static const korch_usec never = KORCH_USEC_NEVER;

/* By id */

static uint64_t id_hash(const void *key)
{
	return korch__hash_string(key);
}

static int container_equal(const void *entry, const void *key)
{
	const sim_container *container = entry;
	const char *id = key;
	if (!container->has_own_id) {
		size_t length = strlen(container->sandbox->id);
		if (strncmp(id, container->sandbox->id, length) != 0)
			return 0;
		id += length;
	}
	return strcmp(id, container->id) == 0;
}

static uint64_t container_hash(const void *entry)
{
	char id[SIM_ID_SIZE];
	return korch__hash_string(korch__sim_container_id(id, entry));
}

static const korch_table_ops container_ops = {id_hash, container_equal, container_hash};

void korch__sim_containers_init(sim_world *world)
{
	korch__table_init(&world->containers, &container_ops);
}

sim_container *korch__sim_container_find(const sim_world *world, const char *id)
{
	return id ? korch__table_get(&world->containers, id) : NULL;
}

int korch__sim_container_is_up(const sim_container *container)
{
	return !container->is_gone && container->sandbox->node->state == SIM_NODE_UP;
}

/* Clocks */

static korch_usec earliest(const sim_clock *clock)
{
	if (clock->start_at != never)
		return clock->start_at;
	korch_usec at = clock->run_end < clock->term_end ? clock->run_end : clock->term_end;
	return at < clock->kill_at ? at : clock->kill_at;
}

void korch__sim_clock_set(sim_world *world, sim_clock *clock)
{
	korch__sim_task_at(world, &clock->task, earliest(clock));
}

sim_clock *korch__sim_clock_need(sim_world *world, sim_container *container)
{
	if (container->clock)
		return container->clock;
	_cleanup_free_ sim_clock *clock = korch__calloc(1, sizeof(*clock));
	if (!clock || korch__sim_task_plan(world) < 0)
		return NULL;
	clock->task.node.index = SIZE_MAX;
	clock->task.type = SIM_CLOCK;
	clock->task.is_embedded = 1;
	clock->task.reason = clock->task.text = "";
	clock->task.container = container;
	clock->start_at = clock->run_end = clock->term_end = clock->kill_at = never;
	return container->clock = KORCH_STEAL(clock);
}

/* Events */

sim_task *korch__sim_event_new(sim_world *world, sim_container *container, int phase)
{
	sim_task *task = korch__sim_task_new(world, SIM_EVENT, container, "");
	if (task)
		task->detail = (uint8_t)phase;
	return task;
}

/* A clock's event is planned already; any other that cannot be planned comes in time. */
void korch__sim_event_send(sim_world *world, sim_task *event)
{
	const korch_sim_faults *faults = &world->faults;
	sim_container *container = event->container;
	if (korch__sim_chance(world, faults->event_lost_permille)) {
		korch__sim_task_free(event);
		return;
	}
	sim_task *again = korch__sim_chance(world, faults->event_repeated_permille)
	                      ? korch__sim_event_new(world, container, event->detail)
	                      : NULL;
	korch_usec max = faults->event_delay_max_us ? faults->event_delay_max_us : DELAY_MAX_US;
	korch_usec delay = container->is_late ? max : 0;
	if (!delay && korch__sim_chance(world, faults->event_delayed_permille))
		delay = 1 + (korch_usec)korch__random_below(&world->random, (uint64_t)max);
	container->is_late = container->is_late || delay > 0;
	for (; event; event = again, again = NULL) {
		int is_late = delay && (event->is_embedded || korch__sim_task_plan(world) == 0);
		if (is_late)
			korch__sim_task_at(world, event, korch_loop_now(world->loop) + delay);
		else
			korch__sim_task_soon(world, event);
	}
}

/* Life */

static void forget_waiting(sim_world *world, sim_clock *clock, int code, const char *reason)
{
	while (clock->waiting) {
		sim_task *task = clock->waiting;
		clock->waiting = task->next;
		if (task->type == SIM_EVENT) {
			korch__sim_task_free(task); /* it never ran */
			continue;
		}
		task->code = code;
		task->reason = reason;
		korch__sim_task_soon(world, task);
	}
}

void korch__sim_container_unref(sim_container *container)
{
	if (--container->n_tasks > 0 || !container->is_gone)
		return;
	korch__free(container->clock);
	korch__free(container);
}

void korch__sim_container_drop(sim_world *world, sim_container *container, int code,
                               const char *reason)
{
	char id[SIM_ID_SIZE];
	korch__table_remove(&world->containers, korch__sim_container_id(id, container));
	sim_container **slot = &container->sandbox->containers;
	while (*slot != container)
		slot = &(*slot)->next;
	*slot = container->next;
	world->stats.containers--;
	world->stats.running -= container->phase == KORCH_CONTAINER_RUNNING;
	container->n_tasks++; /* until the end of this function */
	sim_clock *clock = container->clock;
	if (clock) {
		int is_late_event = clock->task.type == SIM_EVENT && clock->task.node.index != SIZE_MAX;
		korch__sim_task_at(world, &clock->task, never);
		korch__sim_task_unplan(world);
		forget_waiting(world, clock, code, reason);
		if (is_late_event)
			korch__sim_task_free(&clock->task);
	}
	korch__sim_profile_put(&world->scripts, container->profile);
	container->profile = NULL;
	container->sandbox = NULL;
	container->is_gone = 1;
	korch__sim_container_unref(container);
}

/* The container ends; it has a clock. */
static void end(sim_world *world, sim_container *container, int exit_code, int signal)
{
	sim_clock *clock = container->clock;
	korch__sim_task_at(world, &clock->task, never);
	clock->is_stalled = 0; /* it becomes the event, which is no clock to be set going by a thaw */
	world->stats.running -= container->phase == KORCH_CONTAINER_RUNNING;
	world->stats.exits++;
	container->phase = KORCH_CONTAINER_EXITED;
	clock->finished_us = korch_loop_now(world->loop);
	clock->exit_code = signal ? 128 + signal : exit_code;
	clock->signal = signal;
	clock->start_at = never;
	/* Who waited for the start hears that there was none, and nobody of a container that ran. */
	forget_waiting(world, clock, KORCH_E_CANCELED, "RunContainerError");
	clock->task.type = SIM_EVENT;
	clock->task.detail = KORCH_CONTAINER_EXITED;
	container->n_tasks++;
	clock->task.container = container;
	korch__sim_event_send(world, &clock->task);
}

void korch__sim_container_run(sim_world *world, sim_container *container)
{
	container->phase = KORCH_CONTAINER_RUNNING;
	container->started_us = korch_loop_now(world->loop);
	world->stats.running++;
	world->stats.starts++;
}

/* It runs now: those who waited are told. */
static void begin_run(sim_world *world, sim_clock *clock)
{
	korch_usec late = korch_loop_now(world->loop) - clock->start_at;
	clock->start_at = never;
	if (clock->run_end != never)
		clock->run_end += late;
	korch__sim_container_run(world, clock->task.container);
	while (clock->waiting) {
		sim_task *task = clock->waiting;
		clock->waiting = task->next;
		if (task->type == SIM_EVENT)
			korch__sim_event_send(world, task);
		else
			korch__sim_task_soon(world, task);
	}
}

void korch__sim_clock_fire(sim_world *world, sim_clock *clock)
{
	sim_container *container = clock->task.container;
	const korch_sim_rule *rule = &container->profile->behaviour.rule;
	if (container->sandbox->node->state == SIM_NODE_FROZEN) {
		clock->is_stalled = 1;
		return;
	}
	if (clock->start_at != never) {
		begin_run(world, clock);
		korch__sim_clock_set(world, clock);
		return;
	}
	korch_usec now = korch_loop_now(world->loop);
	if (clock->run_end <= now)
		end(world, container, clock->is_crash ? 1 : rule->exit_code,
		    clock->is_crash ? 0 : rule->signal);
	else if (clock->term_end <= now)
		end(world, container, rule->term_exit_code, 0);
	else
		end(world, container, 0, SIGKILL);
}

void korch__sim_container_thaw(sim_world *world, sim_container *container)
{
	sim_clock *clock = container->clock;
	if (clock && clock->is_stalled) {
		clock->is_stalled = 0;
		korch__sim_task_at(world, &clock->task, korch_loop_now(world->loop));
	}
	if (container->phase == KORCH_CONTAINER_STARTING)
		return;
	sim_task *event = korch__sim_event_new(world, container, container->phase);
	if (event)
		korch__sim_task_soon(world, event);
}

void korch__sim_containers_release_calls(sim_world *world)
{
	size_t at = 0;
	for (sim_container *container; (container = korch__table_next(&world->containers, &at));) {
		sim_task **slot = container->clock ? &container->clock->waiting : NULL;
		while (slot && *slot) {
			sim_task *task = *slot;
			if (task->type == SIM_EVENT) {
				slot = &task->next;
				continue;
			}
			*slot = task->next;
			korch__sim_task_soon(world, task);
		}
	}
}

/* Ending */

int korch__sim_stop(void *self, const char *id, int signal, korch_usec grace_us,
                    korch_runtime_done_fn fn, void *userdata)
{
	sim_world *world = self;
	sim_container *container = korch__sim_container_find(world, id);
	int r;
	if (!container || container->phase == KORCH_CONTAINER_EXITED)
		return korch__sim_answer(world, 0, "", "", fn, userdata);
	if (korch__sim_node_refuses(&r, world, container->sandbox->node, fn, userdata))
		return r;
	sim_clock *clock = korch__sim_clock_need(world, container);
	r = clock ? korch__sim_answer(world, 0, "", "", fn, userdata) : KORCH_E_NOMEM;
	if (r < 0)
		return r;
	const korch_sim_rule *rule = &container->profile->behaviour.rule;
	korch_usec now = korch_loop_now(world->loop);
	korch_usec kill_at = grace_us > never - now ? never : now + (grace_us > 0 ? grace_us : 0);
	if (signal == SIGKILL || kill_at <= now || clock->start_at != never) {
		end(world, container, 0, SIGKILL);
		return 0;
	}
	if (kill_at < clock->kill_at)
		clock->kill_at = kill_at;
	if (!rule->ignores_term && clock->term_end == never)
		clock->term_end = now + rule->term_us;
	korch__sim_clock_set(world, clock);
	return 0;
}

int korch__sim_remove(void *self, const char *id, korch_runtime_done_fn fn, void *userdata)
{
	sim_world *world = self;
	sim_container *container = korch__sim_container_find(world, id);
	int r;
	if (container && korch__sim_node_refuses(&r, world, container->sandbox->node, fn, userdata))
		return r;
	if (container && container->phase != KORCH_CONTAINER_EXITED)
		return korch__sim_answer(world, KORCH_E_BUSY, "RuntimeError",
		                         "the container is still running", fn, userdata);
	r = korch__sim_answer(world, 0, "", "", fn, userdata);
	if (r == 0 && container)
		korch__sim_container_drop(world, container, 0, "");
	return r;
}

/* From outside */

int korch_sim_container_exit(korch_runtime *runtime, const char *container_id, int exit_code,
                             int signal)
{
	sim_world *world = korch__sim_world_of(runtime);
	if (!world || !container_id || exit_code < 0 || exit_code > 255 || signal < 0 || signal > 64)
		return KORCH_E_INVALID;
	sim_container *container = korch__sim_container_find(world, container_id);
	if (!container || container->phase != KORCH_CONTAINER_RUNNING)
		return KORCH_E_NOT_FOUND;
	if (!korch__sim_clock_need(world, container))
		return KORCH_E_NOMEM;
	end(world, container, exit_code, signal);
	return 0;
}

int korch_sim_container_probe(korch_runtime *runtime, const char *container_id, const char *type,
                              int result)
{
	int which = korch__sim_probe_index(type);
	const sim_world *world = korch__sim_world_of(runtime);
	if (!world || !container_id || which < 0)
		return KORCH_E_INVALID;
	sim_container *container = korch__sim_container_find(world, container_id);
	if (!container)
		return KORCH_E_NOT_FOUND;
	unsigned value = result < 0 ? 0 : result ? 2 : 1, shift = 2 * (unsigned)which;
	container->probes = (uint16_t)(((container->probes & ~(3u << shift)) | value << shift) & 63);
	return 0;
}
