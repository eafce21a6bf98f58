/* Nodes and the sandboxes on them; taking nodes down and up. */
#include "base/cleanup.h"
#include "runtime/sim/sim.h"
#include <stdio.h>
#include <string.h>

enum { NODE_NAME_MAX = 253, ID_MAX = 255 };

static uint64_t hash_text(const void *key)
{
	return korch__hash_string(key);
}

static int node_equal(const void *entry, const void *key)
{
	return strcmp(((const sim_node *)entry)->name, key) == 0;
}

static uint64_t node_hash(const void *entry)
{
	return korch__hash_string(((const sim_node *)entry)->name);
}

static int sandbox_equal(const void *entry, const void *key)
{
	return strcmp(((const sim_sandbox *)entry)->id, key) == 0;
}

static uint64_t sandbox_hash(const void *entry)
{
	return korch__hash_string(((const sim_sandbox *)entry)->id);
}

static const korch_table_ops node_ops = {hash_text, node_equal, node_hash};
static const korch_table_ops sandbox_ops = {hash_text, sandbox_equal, sandbox_hash};

/* Sandboxes */

sim_sandbox *korch__sim_sandbox_find(const sim_world *world, const char *id)
{
	return korch__table_get(&world->sandboxes, id);
}

/* Forgets a sandbox and its containers; those that wait for starts are answered. */
static void drop_sandbox(sim_world *world, sim_sandbox *sandbox, int code, const char *reason)
{
	while (sandbox->containers)
		korch__sim_container_drop(world, sandbox->containers, code, reason);
	*(sandbox->previous ? &sandbox->previous->next : &sandbox->node->sandboxes) = sandbox->next;
	if (sandbox->next)
		sandbox->next->previous = sandbox->previous;
	korch__table_remove(&world->sandboxes, sandbox->id);
	korch__sim_script_put(&world->scripts, sandbox->script);
	korch_block_unref(sandbox->labels);
	korch__free(sandbox);
	world->stats.sandboxes--;
}

static char *put_text(char *at, const char **slot, const char *text)
{
	size_t size = strlen(text) + 1;
	*slot = memcpy(at, text, size);
	return at + size;
}

static sim_sandbox *make_sandbox(sim_world *world, const korch_sandbox_spec *spec)
{
	char address[32];
	const char *given = spec->address ? spec->address : "";
	uint32_t n = ++world->next_address;
	snprintf(address, sizeof(address), "10.%u.%u.%u", n >> 16 & 255, n >> 8 & 255, n & 255);
	const char *space = spec->pod_namespace ? spec->pod_namespace : "";
	const char *name = spec->pod_name ? spec->pod_name : "";
	const char *taken = *given ? given : address;
	size_t size = strlen(spec->id) + strlen(space) + strlen(name) + strlen(taken) + 4;
	_cleanup_free_ sim_sandbox *sandbox = korch__calloc(1, sizeof(*sandbox) + size);
	if (!sandbox)
		return NULL;
	char *at = sandbox->id + strlen(spec->id) + 1;
	memcpy(sandbox->id, spec->id, strlen(spec->id));
	at = put_text(at, &sandbox->pod_namespace, space);
	at = put_text(at, &sandbox->pod_name, name);
	put_text(at, &sandbox->address, taken);
	if (korch__table_put(&world->sandboxes, sandbox) < 0)
		return NULL;
	world->stats.sandboxes++;
	return KORCH_STEAL(sandbox);
}

static int is_id(const char *id)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t length = id ? strlen(id) : 0;
	return length > 0 && length <= ID_MAX && strspn(id, letters) == length;
}

int korch__sim_sandbox_create(void *self, const korch_sandbox_spec *spec, korch_runtime_done_fn fn,
                              void *userdata)
{
	sim_world *world = self;
	int r;
	if (!is_id(spec->id) || !spec->node)
		return KORCH_E_INVALID;
	sim_node *node = korch__sim_node_find(world, spec->node);
	if (korch__sim_node_refuses(&r, world, node, fn, userdata))
		return r;
	if (korch__sim_sandbox_find(world, spec->id))
		return korch__sim_answer(world, 0, "", "", fn, userdata);
	sim_script *script = NULL;
	_cleanup_error_ korch_error *err = NULL;
	r = korch__sim_script_get(&script, &world->scripts, spec->annotations, &err);
	if (r < 0 && r != KORCH_E_NOMEM)
		return korch__sim_answer(world, r, "CreatePodSandboxError", korch_error_message(err), fn,
		                         userdata);
	sim_sandbox *sandbox = r < 0 ? NULL : make_sandbox(world, spec);
	if (!sandbox) {
		korch__sim_script_put(&world->scripts, script);
		return KORCH_E_NOMEM;
	}
	sandbox->node = node;
	sandbox->script = script;
	sandbox->labels = korch_block_ref(spec->labels);
	sandbox->next = node->sandboxes;
	if (sandbox->next)
		sandbox->next->previous = sandbox;
	node->sandboxes = sandbox;
	r = korch__sim_answer(world, 0, "", "", fn, userdata);
	if (r < 0)
		drop_sandbox(world, sandbox, 0, "");
	return r;
}

int korch__sim_sandbox_remove(void *self, const char *id, korch_runtime_done_fn fn, void *userdata)
{
	sim_world *world = self;
	int r;
	sim_sandbox *sandbox = id ? korch__sim_sandbox_find(world, id) : NULL;
	if (sandbox && korch__sim_node_refuses(&r, world, sandbox->node, fn, userdata))
		return r;
	r = korch__sim_answer(world, 0, "", "", fn, userdata);
	if (r == 0 && sandbox)
		drop_sandbox(world, sandbox, KORCH_E_CANCELED, "RuntimeError");
	return r;
}

/* Nodes */

sim_node *korch__sim_node_find(const sim_world *world, const char *name)
{
	return korch__table_get(&world->nodes, name);
}

int korch__sim_node_refuses(int *r, sim_world *world, const sim_node *node,
                            korch_runtime_done_fn fn, void *userdata)
{
	if (node && node->state == SIM_NODE_UP)
		return 0;
	if (node)
		*r = korch__sim_answer(world, KORCH_E_IO, "NodeDown", "the node is down", fn, userdata);
	else
		*r = korch__sim_answer(world, KORCH_E_NOT_FOUND, "NodeNotFound", "there is no such node",
		                       fn, userdata);
	return 1;
}

static void empty_node(sim_world *world, sim_node *node)
{
	while (node->sandboxes)
		drop_sandbox(world, node->sandboxes, KORCH_E_IO, "NodeDown");
}

void korch__sim_nodes_init(sim_world *world)
{
	korch__table_init(&world->nodes, &node_ops);
	korch__table_init(&world->sandboxes, &sandbox_ops);
}

void korch__sim_nodes_fini(sim_world *world)
{
	size_t at = 0;
	for (sim_node *node; (node = korch__table_next(&world->nodes, &at));) {
		empty_node(world, node);
		korch__free(node);
	}
	korch__table_fini(&world->nodes);
	korch__table_fini(&world->sandboxes);
}

int korch_sim_node_add(korch_runtime *runtime, const char *name,
                       const korch_node_capacity *capacity)
{
	sim_world *world = korch__sim_world_of(runtime);
	size_t length = name ? strlen(name) : 0;
	if (!world || !capacity || length == 0 || length > NODE_NAME_MAX)
		return KORCH_E_INVALID;
	sim_node *found = korch__sim_node_find(world, name);
	if (found) {
		found->capacity = *capacity;
		return 0;
	}
	_cleanup_free_ sim_node *node = korch__calloc(1, sizeof(*node) + length + 1);
	if (!node)
		return KORCH_E_NOMEM;
	node->capacity = *capacity;
	memcpy(node->name, name, length);
	if (korch__table_put(&world->nodes, node) < 0)
		return KORCH_E_NOMEM;
	(void)KORCH_STEAL(node);
	world->stats.nodes++;
	return 0;
}

/* Finds what a call on a node is about. */
static int find(sim_world **world, sim_node **node, korch_runtime *runtime, const char *name)
{
	*world = korch__sim_world_of(runtime);
	if (!*world || !name)
		return KORCH_E_INVALID;
	*node = korch__sim_node_find(*world, name);
	return *node ? 0 : KORCH_E_NOT_FOUND;
}

int korch_sim_node_remove(korch_runtime *runtime, const char *name)
{
	sim_world *world;
	sim_node *node;
	int r = find(&world, &node, runtime, name);
	if (r < 0)
		return r;
	empty_node(world, node);
	korch__sim_images_forget(world, node);
	korch__table_remove(&world->nodes, name);
	korch__free(node);
	world->stats.nodes--;
	return 0;
}

int korch_sim_node_down(korch_runtime *runtime, const char *name, int freeze)
{
	sim_world *world;
	sim_node *node;
	int r = find(&world, &node, runtime, name);
	if (r < 0)
		return r;
	node->state = freeze ? SIM_NODE_FROZEN : SIM_NODE_OFF;
	if (!freeze)
		empty_node(world, node);
	return 0;
}

int korch_sim_node_up(korch_runtime *runtime, const char *name)
{
	sim_world *world;
	sim_node *node;
	int r = find(&world, &node, runtime, name);
	if (r < 0 || node->state == SIM_NODE_UP)
		return r;
	node->state = SIM_NODE_UP;
	for (sim_sandbox *sandbox = node->sandboxes; sandbox; sandbox = sandbox->next) {
		for (sim_container *at = sandbox->containers; at; at = at->next)
			korch__sim_container_thaw(world, at);
	}
	return 0;
}
