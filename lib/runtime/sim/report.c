/* Reports of containers, and the list of all there is. */
#include "base/cleanup.h"
#include "base/vec.h"
#include "runtime/sim/sim.h"
#include <stdio.h>

const char *korch__sim_container_id(char out[SIM_ID_SIZE], const sim_container *container)
{
	if (container->has_own_id)
		return container->id;
	snprintf(out, SIM_ID_SIZE, "%s%s", container->sandbox->id, container->id);
	return out;
}

void korch__sim_report(korch_container_report *out, char id[SIM_ID_SIZE],
                       const sim_container *container, int phase)
{
	const sim_clock *clock = container->clock;
	*out = (korch_container_report){
	    .id = korch__sim_container_id(id, container),
	    .sandbox_id = container->sandbox->id,
	    .name = container->profile->name,
	    .image_id = container->profile->image,
	    .phase = phase,
	    .restart_count = container->restart_count,
	    .started_us = container->started_us,
	    .reason = "",
	    .message = "",
	};
	if (phase != KORCH_CONTAINER_EXITED)
		return;
	out->exit_code = clock->exit_code;
	out->signal = clock->signal;
	out->finished_us = clock->finished_us;
}

/* A list in the making. */
typedef struct listing {
	korch_sandbox_report *sandboxes;
	korch_container_report *containers;
	char *ids; /* SIM_ID_SIZE for each container */
	size_t n_sandboxes;
	size_t n_containers;
	KORCH_VEC(char *) texts; /* copies: what the callback removes must not take its report along */
} listing;

static void add_sandbox(listing *list, const sim_sandbox *sandbox)
{
	list->sandboxes[list->n_sandboxes++] = (korch_sandbox_report){
	    .id = sandbox->id,
	    .node = sandbox->node->name,
	    .pod_namespace = sandbox->pod_namespace,
	    .pod_name = sandbox->pod_name,
	    .address = sandbox->address,
	    .labels = sandbox->labels,
	};
	for (const sim_container *at = sandbox->containers; at; at = at->next) {
		size_t i = list->n_containers++;
		korch__sim_report(&list->containers[i], list->ids + i * SIM_ID_SIZE, at, at->phase);
	}
}

static int make_list(listing *list, const sim_world *world)
{
	size_t n_containers = world->stats.containers, n_sandboxes = world->stats.sandboxes;
	list->sandboxes = korch__realloc_array(NULL, n_sandboxes, sizeof(*list->sandboxes));
	list->containers = korch__realloc_array(NULL, n_containers, sizeof(*list->containers));
	list->ids = korch__realloc_array(NULL, n_containers, SIM_ID_SIZE);
	if (!list->sandboxes || !list->containers || !list->ids)
		return KORCH_E_NOMEM;
	size_t at = 0;
	for (const sim_node *node; (node = korch__table_next(&world->nodes, &at));) {
		if (node->state != SIM_NODE_UP)
			continue;
		for (const sim_sandbox *it = node->sandboxes; it; it = it->next)
			add_sandbox(list, it);
	}
	return 0;
}

static int copy(listing *list, const char **text)
{
	char *own = korch__strdup(*text ? *text : "");
	if (!own || korch__vec_push(&list->texts, own) < 0) {
		korch__free(own);
		return KORCH_E_NOMEM;
	}
	*text = own;
	return 0;
}

static int copy_texts(listing *list)
{
	int failed = 0;
	for (size_t i = 0; i < list->n_sandboxes && !failed; i++) {
		korch_sandbox_report *it = &list->sandboxes[i];
		failed = copy(list, &it->id) < 0 || copy(list, &it->node) < 0 ||
		         copy(list, &it->pod_namespace) < 0 || copy(list, &it->pod_name) < 0 ||
		         copy(list, &it->address) < 0;
	}
	for (size_t i = 0; i < list->n_containers && !failed; i++) {
		korch_container_report *it = &list->containers[i];
		failed = copy(list, &it->id) < 0 || copy(list, &it->sandbox_id) < 0 ||
		         copy(list, &it->name) < 0 || copy(list, &it->image_id) < 0;
	}
	for (size_t i = 0; i < list->n_sandboxes; i++)
		korch_block_ref(list->sandboxes[i].labels);
	return failed ? KORCH_E_NOMEM : 0;
}

static void free_list(listing *list)
{
	for (size_t i = 0; i < list->n_sandboxes; i++)
		korch_block_unref(list->sandboxes[i].labels);
	for (size_t i = 0; i < list->texts.n; i++)
		korch__free(list->texts.items[i]);
	korch__vec_fini(&list->texts);
	korch__free(list->sandboxes);
	korch__free(list->containers);
	korch__free(list->ids);
}

void korch__sim_deliver_list(sim_world *world, sim_task *task, int code)
{
	listing list = {0};
	if (code == 0)
		code = make_list(&list, world);
	if (code == 0)
		code = copy_texts(&list);
	else
		list.n_sandboxes = 0;
	korch_runtime_list out = {list.sandboxes, list.n_sandboxes, list.containers, list.n_containers};
	task->fn.list(task->userdata, code, code < 0 ? NULL : &out);
	free_list(&list);
}

int korch__sim_list(void *self, korch_runtime_list_fn fn, void *userdata)
{
	sim_task *task = fn ? korch__sim_task_new(self, SIM_LIST, NULL, "") : NULL;
	if (!task)
		return fn ? korch__sim_refusal(self) : KORCH_E_INVALID;
	task->fn.list = fn;
	task->userdata = userdata;
	korch__sim_task_soon(self, task);
	return 0;
}
