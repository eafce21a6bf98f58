/*
 * What the runtime knows of one container: making, finding, forgetting it; the report that is told
 * of it.
 */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include "base/text.h"
#include <string.h>

int korch__process_container_new(process_container **out, process_sandbox *sandbox, const char *id,
                                 const char *name)
{
	process_container *container = korch__calloc(1, sizeof(*container));
	char *id_copy = korch__strdup(id);
	char *name_copy = korch__strdup(korch__text_or_empty(name));
	if (!container || !id_copy || !name_copy) {
		korch__free(container);
		korch__free(id_copy);
		korch__free(name_copy);
		return KORCH_E_NOMEM;
	}
	container->id = id_copy;
	container->name = name_copy;
	container->phase = KORCH_CONTAINER_STARTING;
	process_container **slot = &sandbox->containers;
	while (*slot)
		slot = &(*slot)->next;
	*slot = container;
	*out = container;
	return 0;
}

process_container *korch__process_container_find(const process_sandbox *sandbox, const char *id)
{
	for (process_container *container = sandbox->containers; container; container = container->next)
		if (strcmp(container->id, id) == 0)
			return container;
	return NULL;
}

static void free_container(process_container *container)
{
	korch__free(container->cgroup);
	korch__free(container->id);
	korch__free(container->name);
	korch__free(container);
}

void korch__process_container_forget(process_sandbox *sandbox, const char *id)
{
	for (process_container **slot = &sandbox->containers; *slot; slot = &(*slot)->next) {
		process_container *container = *slot;
		if (strcmp(container->id, id) != 0)
			continue;
		*slot = container->next;
		if (container->cgroup)
			korch__cgroup_remove(container->cgroup);
		free_container(container);
		return;
	}
}

void korch__process_containers_free(process_sandbox *sandbox, int is_removed)
{
	while (sandbox->containers) {
		process_container *container = sandbox->containers;
		sandbox->containers = container->next;
		if (is_removed && container->cgroup)
			korch__cgroup_remove(container->cgroup);
		free_container(container);
	}
}

void korch__process_container_fill(korch_container_report *out, const process_sandbox *sandbox,
                                   const process_container *container)
{
	*out = (korch_container_report){
	    .id = container->id,
	    .sandbox_id = sandbox->id,
	    .name = container->name,
	    .image_id = "",
	    .phase = container->phase,
	    .restart_count = container->restarts,
	    .exit_code = container->exit_code,
	    .signal = container->signal,
	    .oom_killed = container->oom_killed,
	    .pid = container->phase == KORCH_CONTAINER_RUNNING ? container->pid : 0,
	    .started_us = container->started_us,
	    .finished_us = container->finished_us,
	    .reason = "",
	    .message = "",
	};
}

void korch__process_report(process_sandbox *sandbox, const process_container *container)
{
	korch_container_report report;
	process_runtime *runtime = sandbox->runtime;
	if (!runtime->listener)
		return;
	korch__process_container_fill(&report, sandbox, container);
	runtime->listener(runtime->listener_userdata, &report);
}
