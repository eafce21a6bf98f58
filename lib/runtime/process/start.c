/* Starting a container: what its command is, and the message to the shim. */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include "base/text.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	LOG_BYTES = 10 * 1024 * 1024,
	LOG_FILES = 5,
	LOG_FILES_MAX = 1000,
	MOUNTS_MAX = 1024,
};

static const char DEFAULT_PATH[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* What is run: a program, or a command in a root folder or on this machine. */
struct command {
	const char *program; /* NULL: the first word of the command */
	const char *root;    /* "" = this machine's file system */
};

static int find_command(struct command *out, const process_runtime *runtime,
                        const korch_container_config *config, char *message, size_t size)
{
	const char *image = korch__text_or_empty(config->image);
	const char *path = korch__process_image_path(runtime, image);
	struct stat status;
	*out = (struct command){.root = ""};
	if (path && stat(path, &status) < 0) {
		snprintf(message, size, "image \"%s\" is mapped to %s, which does not exist", image, path);
		return KORCH_E_NOT_FOUND;
	}
	if (path && S_ISDIR(status.st_mode)) {
		if (geteuid() != 0) {
			snprintf(message, size,
			         "image \"%s\" is mapped to the folder %s; a root folder needs root privileges",
			         image, path);
			return KORCH_E_FORBIDDEN;
		}
		out->root = path;
	}
	if (config->n_command > 0)
		return 0;
	if (path && !*out->root) {
		out->program = path;
		return 0;
	}
	snprintf(message, size,
	         "image \"%s\" is not mapped to a program on this machine and the container has no "
	         "command: give it a command, or --image %s=PATH",
	         image, image);
	return KORCH_E_NOT_FOUND;
}

static void put_words(wire_buffer *out, const struct command *command,
                      const korch_container_config *config)
{
	size_t n = (command->program ? 1 : config->n_command) + config->n_args;
	wire_put_i64(out, (int64_t)n);
	if (command->program)
		wire_put_string(out, command->program);
	for (size_t i = 0; !command->program && i < config->n_command; i++)
		wire_put_string(out, config->command[i]);
	for (size_t i = 0; i < config->n_args; i++)
		wire_put_string(out, config->args[i]);
}

static void put_variable(wire_buffer *out, const char *name, const char *value)
{
	_cleanup_free_ char *text = korch__sprintf("%s=%s", name, value);
	if (!text)
		out->failed = 1;
	wire_put_string(out, text);
}

static int has_variable(const korch_container_config *config, const char *name)
{
	for (size_t i = 0; i < config->n_env; i++)
		if (strcmp(config->env[i].key, name) == 0)
			return 1;
	return 0;
}

static void put_env(wire_buffer *out, const process_sandbox *sandbox,
                    const korch_container_config *config)
{
	const korch_map_entry defaults[] = {
	    {"PATH", DEFAULT_PATH}, {"HOSTNAME", sandbox->hostname}, {"HOME", "/"}};
	size_t n = config->n_env + 3;
	for (size_t i = 0; i < KORCH_COUNT(defaults); i++)
		n += !has_variable(config, defaults[i].key);
	wire_put_i64(out, (int64_t)n);
	/*
	 * How processes are recognised that have left the container's process group, or lost the shim.
	 * First, so that looking at the beginning is enough.
	 */
	put_variable(out, "KORCH_CONTAINER_ID", config->id);
	put_variable(out, "KORCH_SANDBOX_ID", sandbox->id);
	put_variable(out, KORCH_SANDBOX_VARIABLE, sandbox->folder);
	for (size_t i = 0; i < KORCH_COUNT(defaults); i++)
		if (!has_variable(config, defaults[i].key))
			put_variable(out, defaults[i].key, defaults[i].value);
	for (size_t i = 0; i < config->n_env; i++)
		put_variable(out, config->env[i].key, korch__text_or_empty(config->env[i].value));
}

static void put_mounts(wire_buffer *out, const process_sandbox *sandbox,
                       const korch_container_config *config)
{
	int has_hosts = *sandbox->hosts_file != 0;
	wire_put_i64(out, (int64_t)config->n_mounts + has_hosts);
	if (has_hosts) {
		wire_put_string(out, sandbox->hosts_file);
		wire_put_string(out, "/etc/hosts");
		wire_put_i64(out, 0);
	}
	for (size_t i = 0; i < config->n_mounts; i++) {
		wire_put_string(out, config->mounts[i].host_path);
		wire_put_string(out, config->mounts[i].container_path);
		wire_put_i64(out, config->mounts[i].read_only);
	}
}

/*
 * Without a wish: the folder that this program is in; "/" for another user, who might not be
 * allowed to be there.
 */
static void put_working_dir(wire_buffer *out, const struct command *command,
                            const korch_container_config *config)
{
	char here[PATH_MAX];
	int is_own = config->run_as_user < 0 || (uid_t)config->run_as_user == geteuid();
	if (config->working_dir && *config->working_dir)
		wire_put_string(out, config->working_dir);
	else
		wire_put_string(out, !*command->root && is_own && getcwd(here, sizeof(here)) ? here : "/");
}

static int check_sizes(const korch_container_config *config, char *message, size_t size)
{
	if (config->n_command <= WIRE_LIST_MAX && config->n_args <= WIRE_LIST_MAX &&
	    config->n_command + config->n_args <= WIRE_LIST_MAX && config->n_env <= WIRE_LIST_MAX - 8 &&
	    config->n_mounts <= MOUNTS_MAX)
		return 0;
	snprintf(message, size, "too many words, variables or mounts: at most %d, and %d mounts",
	         WIRE_LIST_MAX, MOUNTS_MAX);
	return KORCH_E_LIMIT;
}

static int put_start(wire_buffer *out, const process_sandbox *sandbox,
                     const struct command *command, const korch_container_config *config,
                     const process_cgroup *cgroup)
{
	size_t frame = wire_begin(out, WIRE_START);
	wire_put_string(out, config->id);
	wire_put_string(out, config->name);
	wire_put_i64(out, config->restart_count);
	put_words(out, command, config);
	put_env(out, sandbox, config);
	put_working_dir(out, command, config);
	wire_put_string(out, command->root);
	put_mounts(out, sandbox, config);
	wire_put_string(out, config->log_file);
	wire_put_i64(out, config->log_max_bytes > 0 ? config->log_max_bytes : LOG_BYTES);
	wire_put_i64(out, config->log_max_files <= 0              ? LOG_FILES
	                  : config->log_max_files < LOG_FILES_MAX ? config->log_max_files
	                                                          : LOG_FILES_MAX);
	wire_put_i64(out, config->run_as_user);
	wire_put_i64(out, config->run_as_group);
	size_t n = 0;
	while (cgroup->procs[n])
		n++;
	wire_put_i64(out, (int64_t)n);
	for (size_t i = 0; i < n; i++)
		wire_put_string(out, cgroup->procs[i]);
	wire_put_i64(out, config->tty);
	wire_put_i64(out, config->read_only_root);
	return wire_end(out, frame);
}

static int wants_cgroup(const process_runtime *runtime, const korch_container_config *config)
{
	return runtime->use_cgroups &&
	       (config->memory_limit_bytes || config->cpu_limit_milli || config->cpu_shares_milli);
}

/*
 * Makes the container's record and sends START; on failure nothing of both is left and message
 * says why.
 */
static int send_start(process_sandbox *sandbox, const korch_container_config *config, char *message,
                      size_t size)
{
	struct command command;
	process_cgroup cgroup = {{0}};
	process_container *container;
	int code = check_sizes(config, message, size);
	if (code == 0)
		code = find_command(&command, sandbox->runtime, config, message, size);
	if (code == 0)
		code = korch__process_container_new(&container, sandbox, config->id, config->name);
	if (code < 0)
		return code;
	container->restarts = config->restart_count;
	if (wants_cgroup(sandbox->runtime, config)) {
		container->cgroup = korch__cgroup_name(sandbox->folder, config->id);
		code = container->cgroup
		           ? korch__cgroup_create(&cgroup, container->cgroup, config, message, size)
		           : KORCH_E_NOMEM;
	}
	if (code == 0 && put_start(&sandbox->out, sandbox, &command, config, &cgroup) < 0) {
		snprintf(message, size, "the container's command and environment are too large");
		code = KORCH_E_LIMIT;
	}
	if (code < 0)
		korch__process_container_forget(sandbox, config->id);
	korch__cgroup_fini(&cgroup);
	return code;
}

/* Ends the call at once when there is nothing to do. */
static int is_settled(process_runtime *runtime, const process_sandbox *sandbox, process_call *call)
{
	const process_sandbox *other = korch__process_sandbox_of(runtime, call->id);
	const process_container *present =
	    other ? korch__process_container_find(other, call->id) : NULL;
	if (!sandbox || sandbox->state != SANDBOX_READY)
		korch__process_call_answer(call, KORCH_E_NOT_FOUND, "RunContainerError",
		                           "the pod's sandbox is not there");
	else if (other && other != sandbox)
		korch__process_call_answer(call, KORCH_E_EXISTS, "RunContainerError",
		                           "another pod has a container of that id");
	else if (present && present->phase != KORCH_CONTAINER_STARTING)
		korch__process_call_answer(call, 0, "", "");
	else
		return 0;
	return 1;
}

static const char *reason_of(int code)
{
	return code == KORCH_E_NOT_FOUND || code == KORCH_E_FORBIDDEN ? "ImageNotMapped"
	                                                              : "RunContainerError";
}

int korch__process_start(process_runtime *runtime, const korch_container_config *config,
                         korch_runtime_done_fn fn, void *userdata)
{
	char message[512] = "out of memory";
	process_sandbox *sandbox = korch__process_sandbox_find(runtime, config->sandbox_id);
	process_call *call = korch__process_call_new(runtime, WIRE_START, config->id);
	if (!call)
		return KORCH_E_NOMEM;
	call->done = fn;
	call->userdata = userdata;
	if (is_settled(runtime, sandbox, call))
		return 0;
	/* One that is being started already: its answer is for this call too. */
	int is_starting = korch__process_container_find(sandbox, config->id) != NULL;
	int code = is_starting ? 0 : send_start(sandbox, config, message, sizeof(message));
	if (code < 0) {
		korch__process_call_answer(call, code, reason_of(code), message);
		return 0;
	}
	korch__process_call_append(&sandbox->calls, call);
	korch__process_send(sandbox);
	return 0;
}
