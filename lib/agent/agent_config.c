/* What a container is started with: words, environment, mounts, limits, log file. */
#include "agent/agent_internal.h"
#include <korch/quantity.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct korch__container_setup {
	korch_container_config config;
	char id[AGENT_ID_MAX];
	korch__env env;
	korch_map_entry *variables;
	char **words; /* command, then args */
	size_t n_words;
	char *log_file;
	korch__mounts mounts;
};

void korch__container_setup_free(korch__container_setup **slot)
{
	korch__container_setup *setup = *slot;
	if (!setup)
		return;
	for (size_t i = 0; i < setup->n_words; i++)
		korch__free(setup->words[i]);
	korch__free(setup->words);
	korch__free(setup->variables);
	korch__env_fini(&setup->env);
	korch__mounts_fini(&setup->mounts);
	korch__free(setup->log_file);
	korch__free(setup);
	*slot = NULL;
}

const korch_container_config *korch__container_setup_config(const korch__container_setup *setup)
{
	return &setup->config;
}

void korch__worker_env_context(korch_agent *agent, const agent_worker *worker,
                               char address[KORCH__ADDRESS_TEXT], korch__env_context *out)
{
	const agent_node *node = &agent->nodes[worker->node];
	korch__address_text(address, worker->address);
	*out = (korch__env_context){
	    .view = korch_engine_view(agent->engine),
	    .pod = worker->pod,
	    .pod_address = address,
	    .host_address = node->address,
	    .node_cpu_milli = node->capacity.cpu_milli,
	    .node_memory_bytes = node->capacity.memory_bytes,
	    .api_host = agent->api_host,
	    .api_port = agent->api_port,
	};
}

static int make_words(korch__container_setup *setup, const korch_container *container)
{
	size_t n = container->n_command + container->n_args;
	if (n == 0)
		return 0;
	setup->words = korch__calloc(n, sizeof(*setup->words));
	if (!setup->words)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < n; i++) {
		const char *text = i < container->n_command ? container->command[i]
		                                            : container->args[i - container->n_command];
		setup->words[i] = korch__expand(korch__text_or_empty(text), &setup->env);
		if (!setup->words[i])
			return KORCH_E_NOMEM;
		setup->n_words++;
	}
	setup->config.command = (const char *const *)setup->words;
	setup->config.n_command = container->n_command;
	setup->config.args = (const char *const *)setup->words + container->n_command;
	setup->config.n_args = container->n_args;
	return 0;
}

static int make_env(korch__container_setup *setup, korch_agent *agent, agent_worker *worker,
                    const korch_container *container, char **problem)
{
	char address[KORCH__ADDRESS_TEXT];
	korch__env_context context;
	/* Where nothing real runs, variables matter only in so far as something may be missing. */
	if (agent->is_virtual && container->n_env == 0 && container->n_env_from == 0)
		return 0;
	korch__worker_env_context(agent, worker, address, &context);
	int code = korch__env_make(&setup->env, &context, container, problem);
	if (code < 0 || setup->env.n == 0)
		return code;
	setup->variables = korch__calloc(setup->env.n, sizeof(*setup->variables));
	if (!setup->variables)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < setup->env.n; i++)
		setup->variables[i] =
		    (korch_map_entry){setup->env.items[i].name, setup->env.items[i].value};
	setup->config.env = setup->variables;
	setup->config.n_env = setup->env.n;
	return 0;
}

static int make_log(korch__container_setup *setup, korch_agent *agent, const agent_worker *worker,
                    const char *name)
{
	if (!agent->log_folder)
		return 0;
	setup->log_file = korch__log_path(agent, worker->pod, name, setup->config.restart_count);
	if (!setup->log_file)
		return KORCH_E_NOMEM;
	char *slash = strrchr(setup->log_file, '/');
	*slash = '\0';
	mkdir(setup->log_file, 0755);
	*slash = '/';
	setup->config.log_file = setup->log_file;
	return 0;
}

static int make_mounts(korch__container_setup *setup, korch_agent *agent, agent_worker *worker,
                       const korch_container *container, char **problem)
{
	char address[KORCH__ADDRESS_TEXT];
	korch__volume_context context;
	if (!agent->state_folder)
		return 0;
	korch__worker_volume_context(agent, worker, address, &context);
	int code = korch__mounts_make(&setup->mounts, &context, container, &setup->env, problem);
	setup->config.mounts = setup->mounts.items;
	setup->config.n_mounts = setup->mounts.n;
	return code;
}

static void make_limits(korch_container_config *config, const korch_container *container)
{
	const korch_resource_requirements *needs = container->resources;
	if (!needs)
		return;
	config->cpu_shares_milli = korch_quantity_text_milli(korch_map_get(needs->requests, "cpu"));
	config->cpu_limit_milli = korch_quantity_text_milli(korch_map_get(needs->limits, "cpu"));
	config->memory_limit_bytes = korch_quantity_text_value(korch_map_get(needs->limits, "memory"));
}

/* Who it runs as: the container's own word, else the pod's. */
static int make_user(korch_container_config *config, const korch_pod *pod,
                     const korch_container *container, char **problem)
{
	const korch_pod_security_context *all = pod->spec->security_context;
	const korch_security_context *own = container->security_context;
	int non_root = 0;
	config->run_as_user = config->run_as_group = -1;
	if (all) {
		if (KORCH_IS_SET(all, korch_pod_security_context, run_as_user))
			config->run_as_user = all->run_as_user;
		if (KORCH_IS_SET(all, korch_pod_security_context, run_as_group))
			config->run_as_group = all->run_as_group;
		non_root = all->run_as_non_root;
	}
	if (own) {
		if (KORCH_IS_SET(own, korch_security_context, run_as_user))
			config->run_as_user = own->run_as_user;
		if (KORCH_IS_SET(own, korch_security_context, run_as_group))
			config->run_as_group = own->run_as_group;
		if (KORCH_IS_SET(own, korch_security_context, run_as_non_root))
			non_root = own->run_as_non_root;
		config->read_only_root = own->read_only_root_filesystem;
	}
	if (!non_root || config->run_as_user != 0)
		return 0;
	*problem = korch__strdup("container's runAsUser breaks non-root policy");
	return KORCH_E_INVALID;
}

static int fill(korch__container_setup *setup, korch_agent *agent, agent_worker *worker,
                const korch_container *container, char **problem)
{
	korch_container_config *config = &setup->config;
	config->sandbox_id = korch_object_uid(&worker->pod->object);
	config->name = korch__text_or_empty(container->name);
	config->image = korch__text_or_empty(container->image);
	config->working_dir = korch__text_or_empty(container->working_dir);
	config->log_file = "";
	config->tty = container->tty;
	make_limits(config, container);
	int code = make_user(config, worker->pod, container, problem);
	if (code == 0)
		code = make_env(setup, agent, worker, container, problem);
	if (code == 0)
		code = make_words(setup, container);
	if (code == 0)
		code = make_mounts(setup, agent, worker, container, problem);
	if (code == 0)
		code = make_log(setup, agent, worker, config->name);
	return code;
}

int korch__container_setup_make(korch__container_setup **out, korch_agent *agent,
                                agent_worker *worker, const korch__pod_op *from, char **problem)
{
	const korch_container *container = korch__pod_container(worker->pod, from->container);
	_cleanup_(korch__container_setup_free) korch__container_setup *setup =
	    korch__calloc(1, sizeof(*setup));
	if (!setup)
		return KORCH_E_NOMEM;
	setup->config.restart_count = from->restart_count;
	korch__container_id(setup->id, sizeof(setup->id), "", worker->pod, container->name,
	                    from->restart_count);
	setup->config.id = setup->id;
	int code = fill(setup, agent, worker, container, problem);
	if (code < 0)
		return code;
	*out = KORCH_STEAL(setup);
	return 0;
}
