/* Files of the agent's pods: when volumes are made, brought up to date and removed; /etc/hosts as
 * Services come and go. */
#include "agent/agent_internal.h"
#include "base/log.h"
#include <dirent.h>
#include <string.h>

#define MOUNT_RETRY_US (30 * KORCH_USEC_PER_SEC)

void korch__worker_volume_context(korch_agent *agent, const agent_worker *worker,
                                  char address[KORCH__ADDRESS_TEXT], korch__volume_context *out)
{
	*out = (korch__volume_context){
	    .state_folder = agent->state_folder,
	    .now = korch_loop_now(agent->loop),
	    .seed = agent->seed,
	};
	korch__worker_env_context(agent, worker, address, &out->env);
}

static const char *services(korch_agent *agent)
{
	if (!agent->services)
		agent->services = korch__hosts_services(korch_engine_view(agent->engine));
	return agent->services;
}

static int write_hosts(korch_agent *agent, const korch__volume_context *context)
{
	const char *lines = services(agent);
	return lines ? korch__hosts_write(context, lines) : KORCH_E_NOMEM;
}

static void tell(korch_agent *agent, agent_worker *worker, const char *problem)
{
	agent_extra *extra = korch__worker_extra(worker);
	if (!extra || korch__text_equal(extra->mount_message, problem))
		return;
	korch__free(extra->mount_message);
	extra->mount_message = korch__strdup(problem);
	korch__worker_note(agent, worker, "Warning", "FailedMount", "%s", problem);
}

static void forget_problem(agent_worker *worker)
{
	if (!worker->extra)
		return;
	korch__free(worker->extra->mount_message);
	worker->extra->mount_message = NULL;
}

int korch__worker_files(korch_agent *agent, agent_worker *worker, int again)
{
	char address[KORCH__ADDRESS_TEXT];
	korch__volume_context context;
	_cleanup_free_ char *problem = NULL;
	if (!agent->state_folder || worker->volumes == KORCH__VOLUMES_CLEANED ||
	    (worker->volumes == KORCH__VOLUMES_READY && !again))
		return 0;
	korch__worker_volume_context(agent, worker, address, &context);
	int code = korch__volumes_make(&context, &problem);
	if (code == 0 && worker->volumes == KORCH__VOLUMES_WAITING)
		code = write_hosts(agent, &context);
	if (code == 0) {
		worker->volumes = KORCH__VOLUMES_READY;
		forget_problem(worker);
		return 0;
	}
	if (code == KORCH_E_NOMEM && !problem)
		return code;
	tell(agent, worker, problem ? problem : korch_code_text(code));
	if (worker->volumes == KORCH__VOLUMES_WAITING)
		korch__worker_request(agent, worker, korch_loop_now(agent->loop) + MOUNT_RETRY_US);
	return 0;
}

void korch__worker_files_remove(korch_agent *agent, agent_worker *worker)
{
	if (agent->state_folder &&
	    korch__volumes_remove(agent->state_folder, worker->pod) == KORCH_E_IO)
		korch__log(KORCH_LOG_WARNING, "agent", "files of pod %s cannot be removed",
		           korch_object_name(&worker->pod->object));
}

void korch__worker_files_remove_made(korch_agent *agent, agent_worker *worker)
{
	if (agent->state_folder &&
	    korch__volumes_remove_made(agent->state_folder, worker->pod) == KORCH_E_IO)
		korch__log(KORCH_LOG_WARNING, "agent", "volumes of pod %s cannot be removed",
		           korch_object_name(&worker->pod->object));
}

static void rewrite_hosts(void *userdata)
{
	korch_agent *agent = userdata;
	agent_worker *worker;
	agent->hosts_posted = 0;
	for (size_t at = 0; (worker = korch__table_next(&agent->workers, &at));) {
		char address[KORCH__ADDRESS_TEXT];
		korch__volume_context context;
		if (worker->volumes != KORCH__VOLUMES_READY)
			continue;
		korch__worker_volume_context(agent, worker, address, &context);
		if (write_hosts(agent, &context) < 0)
			korch__log(KORCH_LOG_WARNING, "agent", "/etc/hosts of pod %s cannot be written",
			           korch_object_name(&worker->pod->object));
	}
}

void korch__agent_services_changed(korch_agent *agent)
{
	if (!agent->state_folder)
		return;
	korch__free(agent->services);
	agent->services = NULL;
	if (!agent->hosts_timer || agent->hosts_posted)
		return;
	agent->hosts_posted = 1;
	korch_timer_set(agent->hosts_timer, korch_loop_now(agent->loop));
}

int korch__agent_files_start(korch_agent *agent)
{
	if (!agent->state_folder)
		return 0;
	return korch_timer_new(&agent->hosts_timer, agent->loop, rewrite_hosts, agent);
}

static int is_ours(const korch_agent *agent, const korch_view *view, const char *uid)
{
	const korch_object *pod = korch_view_get_uid(view, uid);
	return pod && pod->kind == &korch_pod_kind &&
	       korch__agent_node_of(agent, (const korch_pod *)pod) != SIZE_MAX;
}

/* Logs of pods that went while nobody looked: NAMESPACE_NAME_UID. */
static void sweep_logs(korch_agent *agent, const korch_view *view)
{
	DIR *folder = agent->log_folder ? opendir(agent->log_folder) : NULL;
	struct dirent *entry;
	while (folder && (entry = readdir(folder))) {
		const char *uid = strrchr(entry->d_name, '_');
		if (entry->d_name[0] == '.' || !uid || is_ours(agent, view, uid + 1))
			continue;
		_cleanup_free_ char *old = korch__sprintf("%s/%s", agent->log_folder, entry->d_name);
		if (old)
			korch__tree_remove(old);
	}
	if (folder)
		closedir(folder);
}

void korch__agent_sweep(korch_agent *agent, const korch_view *view)
{
	_cleanup_free_ char *path =
	    agent->state_folder ? korch__sprintf("%s/pods", agent->state_folder) : NULL;
	DIR *folder = path ? opendir(path) : NULL;
	struct dirent *entry;
	while (folder && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.' || is_ours(agent, view, entry->d_name))
			continue;
		_cleanup_free_ char *old = korch__sprintf("%s/%s", path, entry->d_name);
		if (old)
			korch__tree_remove(old);
	}
	if (folder)
		closedir(folder);
	sweep_logs(agent, view);
}
