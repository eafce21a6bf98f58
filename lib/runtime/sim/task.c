/*
 * Tasks: the queue of what is due, the heap of what is due later, one timer for both, and what a
 * turn does.
 */
#include "base/cleanup.h"
#include "runtime/sim/sim.h"
#include <string.h>

int korch__sim_refusal(const sim_world *world)
{
	return world->is_closing ? KORCH_E_CLOSED : KORCH_E_NOMEM;
}

sim_task *korch__sim_task_new(sim_world *world, sim_task_type type, sim_container *container,
                              const char *text)
{
	size_t size = strlen(text) + 1;
	if (world->is_closing || (container && container->n_tasks == UINT16_MAX))
		return NULL;
	sim_task *task = korch__calloc(1, sizeof(*task) + size);
	if (!task)
		return NULL;
	task->node.index = SIZE_MAX;
	task->type = (uint8_t)type;
	task->reason = "";
	task->container = container;
	if (container)
		container->n_tasks++;
	task->text = memcpy(task + 1, text, size);
	return task;
}

void korch__sim_task_free(sim_task *task)
{
	if (!task)
		return;
	sim_container *container = KORCH_STEAL(task->container);
	if (!task->is_embedded)
		korch__free(task);
	if (container)
		korch__sim_container_unref(container);
}

static void set_timer(sim_world *world)
{
	korch_usec now = korch_loop_now(world->loop);
	const korch_heap_node *first = korch__heap_first(&world->later);
	korch_usec at = world->due ? now : first ? first->when : KORCH_USEC_NEVER;
	if (korch_timer_due(world->timer) > at)
		korch_timer_set(world->timer, at);
}

void korch__sim_task_soon(sim_world *world, sim_task *task)
{
	task->next = NULL;
	*(world->due_last ? &world->due_last->next : &world->due) = task;
	world->due_last = task;
	if (world->n_due++ == 0)
		set_timer(world);
}

int korch__sim_task_plan(sim_world *world)
{
	int r = korch__heap_reserve(&world->later, world->n_planned + 1);
	world->n_planned += r == 0;
	return r;
}

void korch__sim_task_unplan(sim_world *world)
{
	world->n_planned--;
}

void korch__sim_task_at(sim_world *world, sim_task *task, korch_usec at)
{
	korch__heap_remove(&world->later, &task->node);
	if (at == KORCH_USEC_NEVER)
		return;
	task->node.when = at;
	korch__heap_insert(&world->later, &task->node); /* has room: it was planned */
	set_timer(world);
}

int korch__sim_answer(sim_world *world, int code, const char *reason, const char *message,
                      korch_runtime_done_fn fn, void *userdata)
{
	sim_task *task = korch__sim_task_new(world, SIM_DONE, NULL, message);
	if (!task)
		return korch__sim_refusal(world);
	task->fn.done = fn;
	task->userdata = userdata;
	task->code = code;
	task->reason = reason;
	korch__sim_task_soon(world, task);
	return 0;
}

/* Delivery */

static void deliver_done(sim_task *task, int code)
{
	if (!task->fn.done)
		return;
	if (code < 0)
		task->fn.done(task->userdata, code, "RuntimeError", korch_code_text(code));
	else
		task->fn.done(task->userdata, task->code, task->reason, task->text);
}

static void deliver_event(sim_world *world, sim_task *task, int code)
{
	char id[SIM_ID_SIZE];
	korch_container_report report;
	if (code < 0 || !world->listener || !korch__sim_container_is_up(task->container))
		return;
	korch__sim_report(&report, id, task->container, task->detail);
	world->stats.events++;
	world->listener(world->listener_userdata, &report);
}

void korch__sim_task_deliver(sim_world *world, sim_task *task, int code)
{
	switch ((sim_task_type)task->type) {
	case SIM_DONE:
		deliver_done(task, code);
		break;
	case SIM_PULL:
		korch__sim_deliver_pull(world, task, code);
		break;
	case SIM_PROBE:
		korch__sim_deliver_probe(world, task, code);
		break;
	case SIM_LIST:
		korch__sim_deliver_list(world, task, code);
		break;
	case SIM_EXEC:
		korch__sim_deliver_exec(world, task, code);
		break;
	case SIM_STATS:
		korch__sim_deliver_stats(world, task, code);
		break;
	case SIM_EVENT:
		deliver_event(world, task, code);
		break;
	case SIM_CLOCK:
		break; /* never in the queue */
	}
}

static sim_task *pop(sim_world *world)
{
	sim_task *task = world->due;
	if (!task)
		return NULL;
	world->due = task->next;
	if (!world->due)
		world->due_last = NULL;
	world->n_due--;
	return task;
}

/* Moves what has become due into the queue; clocks tick. */
static void take_due(sim_world *world)
{
	korch_usec now = korch_loop_now(world->loop);
	korch_heap_node *first;
	while ((first = korch__heap_first(&world->later)) && first->when <= now) {
		sim_task *task = (sim_task *)first;
		korch__heap_remove(&world->later, first);
		if (task->type == SIM_CLOCK) {
			korch__sim_clock_fire(world, (sim_clock *)task);
			continue;
		}
		if (!task->is_embedded)
			korch__sim_task_unplan(world);
		korch__sim_task_soon(world, task);
	}
}

void korch__sim_turn(void *userdata)
{
	sim_world *world = userdata;
	int is_gone = 0;
	int *outer = world->is_gone;
	world->is_gone = &is_gone;
	take_due(world);
	/* What the callbacks start belongs to the next turn. */
	for (size_t n = world->n_due; n > 0 && !is_gone; n--) {
		sim_task *task = pop(world);
		if (!task)
			break; /* a restart in a callback has emptied the queue */
		korch__sim_task_deliver(world, task, 0);
		korch__sim_task_free(task);
	}
	if (is_gone)
		return;
	world->is_gone = outer;
	set_timer(world);
}

void korch__sim_tasks_close(sim_world *world)
{
	sim_task *calls = NULL, *task;
	world->is_closing = 1;
	korch__sim_containers_release_calls(world);
	/* Calls that wait for a time; clocks and the events of ends stay with their containers. */
	for (size_t i = 0; i < world->later.n; i++) {
		task = (sim_task *)world->later.items[i];
		if (task->is_embedded)
			continue;
		task->next = calls;
		calls = task;
	}
	while ((task = calls)) {
		calls = task->next;
		korch__heap_remove(&world->later, &task->node);
		korch__sim_task_unplan(world);
		korch__sim_task_soon(world, task);
	}
	while ((task = pop(world))) {
		korch__sim_task_deliver(world, task, KORCH_E_CLOSED);
		korch__sim_task_free(task);
	}
	world->is_closing = 0;
}
