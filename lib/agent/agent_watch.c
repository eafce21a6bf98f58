/* Which changes concern the agent, and which of its pods. */
#include "agent/agent_internal.h"
#include <korch/api/core_service.h>
#include <string.h>

int korch__agent_concerns(void *userdata, const korch_object *previous, const korch_object *object)
{
	const korch_agent *agent = userdata;
	return korch__agent_node_of(agent, (const korch_pod *)object) != SIZE_MAX ||
	       korch__agent_node_of(agent, (const korch_pod *)previous) != SIZE_MAX;
}

static int env_uses_config(const korch_container *container)
{
	if (container->n_env_from > 0)
		return 1;
	for (size_t i = 0; i < container->n_env; i++) {
		const korch_env_var_source *from = container->env[i].value_from;
		if (from && (from->config_map_key_ref || from->secret_key_ref))
			return 1;
	}
	return 0;
}

static int volumes_use_config(const korch_pod_spec *spec)
{
	for (size_t i = 0; i < spec->n_volumes; i++)
		if (spec->volumes[i].config_map || spec->volumes[i].secret || spec->volumes[i].projected ||
		    spec->volumes[i].downward_api)
			return 1;
	return 0;
}

uint8_t korch__pod_uses(const korch_pod *pod)
{
	uint8_t uses = 0;
	if (pod->spec->n_volumes > 0)
		uses |= AGENT_USES_FILES;
	if (volumes_use_config(pod->spec))
		uses |= AGENT_USES_CONFIG;
	for (size_t i = 0; i < korch__pod_containers(pod); i++) {
		const korch_container *container = korch__pod_container(pod, i);
		if (env_uses_config(container))
			uses |= AGENT_USES_CONFIG;
		if (container->startup_probe || container->readiness_probe || container->liveness_probe)
			uses |= AGENT_USES_PROBES;
	}
	return uses;
}

static void observe_pod(korch_agent *agent, const korch_change *change)
{
	agent_worker *worker = korch__worker_find(agent, korch_object_uid(change->object));
	if (!worker)
		return;
	if (change->type == KORCH_CHANGE_DELETED) {
		worker->gone = 1;
		korch__worker_drive(agent, worker, NULL);
		return;
	}
	if (korch__agent_node_of(agent, (const korch_pod *)change->object) == SIZE_MAX)
		return;
	korch_object_unref(&worker->pod->object);
	worker->pod = (const korch_pod *)korch_object_ref(change->object);
}

void korch__agent_observe(void *userdata, const korch_view *view, const korch_change *change)
{
	if (change->object->kind == &korch_pod_kind)
		observe_pod(userdata, change);
	else if (change->object->kind == &korch_service_kind)
		korch__agent_services_changed(userdata);
}

void korch__agent_map_config(void *userdata, const korch_view *view, const korch_object *previous,
                             const korch_object *object, korch_enqueue *enqueue)
{
	const korch_agent *agent = userdata;
	const char *namespace_ = korch_object_namespace(object ? object : previous);
	const agent_worker *worker;
	for (size_t at = 0; (worker = korch__table_next(&agent->workers, &at));) {
		const korch_object *pod = &worker->pod->object;
		if ((worker->uses & AGENT_USES_CONFIG) &&
		    strcmp(korch_object_namespace(pod), namespace_) == 0)
			korch_enqueue_key(enqueue, namespace_, korch_object_name(pod));
	}
}
