/* The simulated runtime: its table, making and freeing it, rules, faults and counters. */
#include "runtime/sim/sim.h"
#include "base/cleanup.h"

int korch__sim_chance(sim_world *world, int permille)
{
	return permille > 0 && (int)korch__random_below(&world->random, 1000) < permille;
}

static void sim_set_listener(void *self, korch_runtime_event_fn fn, void *userdata)
{
	sim_world *world = self;
	world->listener = fn;
	world->listener_userdata = userdata;
}

static int sim_capacity(void *self, const char *name, korch_node_capacity *out)
{
	const sim_node *node = name ? korch__sim_node_find(self, name) : NULL;
	if (!node)
		return KORCH_E_NOT_FOUND;
	if (node->state != SIM_NODE_UP)
		return KORCH_E_IO;
	*out = node->capacity;
	return 0;
}

static void sim_free(void *self)
{
	sim_world *world = self;
	if (world->is_moving)
		return;
	korch__sim_tasks_close(world);
	world->listener = NULL;
	world->is_closing = 1;
	korch__sim_nodes_fini(world);
	/* Starts that were answered by the end of their nodes above. */
	korch__sim_tasks_close(world);
	if (world->is_gone)
		*world->is_gone = 1;
	korch__sim_images_fini(world);
	korch__table_fini(&world->containers);
	korch__sim_scripts_fini(&world->scripts);
	korch__heap_fini(&world->later);
	korch_timer_free(world->timer);
	korch__free(world);
}

const korch_runtime_ops korch__sim_ops = {
    .size = sizeof(korch__sim_ops),
    .name = "sim",
    .capabilities = KORCH_RUNTIME_EXEC | KORCH_RUNTIME_STATS | KORCH_RUNTIME_ADOPT |
                    KORCH_RUNTIME_MOUNTS | KORCH_RUNTIME_VIRTUAL,
    .set_listener = sim_set_listener,
    .prepare = korch__sim_prepare,
    .sandbox_create = korch__sim_sandbox_create,
    .sandbox_remove = korch__sim_sandbox_remove,
    .start = korch__sim_start,
    .stop = korch__sim_stop,
    .remove = korch__sim_remove,
    .list = korch__sim_list,
    .capacity = sim_capacity,
    .exec = korch__sim_exec,
    .stats = korch__sim_stats,
    .probe = korch__sim_probe,
    .free = sim_free,
};

int korch_runtime_sim_new(korch_runtime **out, korch_loop *loop, const korch_sim_options *options,
                          korch_error **err)
{
	if (!out || !loop || (options && options->size != sizeof(*options)))
		return korch_error_set(err, KORCH_E_INVALID, "a simulated runtime needs a loop");
	sim_world *world = korch__calloc(1, sizeof(*world));
	if (!world)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	world->loop = loop;
	korch__sim_nodes_init(world);
	korch__sim_containers_init(world);
	korch__sim_images_init(world);
	korch__sim_scripts_init(&world->scripts);
	korch__random_init(&world->random, options && options->seed ? options->seed : 1);
	int r = korch_timer_new(&world->timer, loop, korch__sim_turn, world);
	if (r < 0)
		korch_error_set(err, r, "out of memory");
	else
		r = korch_runtime_register(out, &korch__sim_ops, world, err);
	if (r < 0) {
		korch_timer_free(world->timer);
		korch__free(world);
	}
	return r;
}

sim_world *korch__sim_world_of(const korch_runtime *runtime)
{
	int is_ours = runtime && korch_runtime_get_ops(runtime) == &korch__sim_ops;
	return is_ours ? korch_runtime_get_self(runtime) : NULL;
}

int korch_sim_restart(korch_runtime **out, korch_runtime *runtime)
{
	sim_world *world = korch__sim_world_of(runtime);
	korch_runtime *fresh = NULL;
	if (!out || !world)
		return KORCH_E_INVALID;
	int r = korch_runtime_register(&fresh, &korch__sim_ops, world, NULL);
	if (r < 0)
		return r;
	korch__sim_tasks_close(world);
	world->listener = NULL;
	world->is_moving = 1;
	korch_runtime_free(runtime);
	world->is_moving = 0;
	*out = fresh;
	return 0;
}

int korch_sim_rule_add(korch_runtime *runtime, const korch_sim_rule *rule, korch_error **err)
{
	sim_world *world = korch__sim_world_of(runtime);
	if (!world || !rule)
		return korch_error_set(err, KORCH_E_INVALID, "a rule for a simulated runtime is needed");
	return korch__sim_scripts_add(&world->scripts, rule, err);
}

int korch_sim_rules_clear(korch_runtime *runtime)
{
	sim_world *world = korch__sim_world_of(runtime);
	if (!world)
		return KORCH_E_INVALID;
	korch__sim_scripts_clear(&world->scripts);
	return 0;
}

int korch_sim_set_faults(korch_runtime *runtime, const korch_sim_faults *faults)
{
	sim_world *world = korch__sim_world_of(runtime);
	if (!world || (faults && (faults->size != sizeof(*faults) || faults->event_delay_max_us < 0)))
		return KORCH_E_INVALID;
	world->faults = faults ? *faults : (korch_sim_faults){0};
	return 0;
}

int korch_sim_get_stats(korch_sim_stats *out, const korch_runtime *runtime)
{
	const sim_world *world = korch__sim_world_of(runtime);
	if (!out || !world)
		return KORCH_E_INVALID;
	*out = world->stats;
	return 0;
}
