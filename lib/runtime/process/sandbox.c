/*
 * The record of a pod, its folder, its end. Its shim is started in launch.c and talked to in
 * connection.c.
 */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

process_sandbox *korch__process_sandbox_find(const process_runtime *runtime, const char *id)
{
	for (process_sandbox *sandbox = runtime->sandboxes; sandbox; sandbox = sandbox->next)
		if (strcmp(sandbox->id, id) == 0)
			return sandbox;
	return NULL;
}

process_sandbox *korch__process_sandbox_of(const process_runtime *runtime, const char *container_id)
{
	for (process_sandbox *sandbox = runtime->sandboxes; sandbox; sandbox = sandbox->next)
		if (korch__process_container_find(sandbox, container_id))
			return sandbox;
	return NULL;
}

int korch__process_sandbox_new(process_sandbox **out, process_runtime *runtime, const char *id)
{
	if (runtime->n_sandboxes >= PROCESS_SANDBOXES_MAX)
		return KORCH_E_LIMIT;
	process_sandbox *sandbox = korch__calloc(1, sizeof(*sandbox));
	if (!sandbox)
		return KORCH_E_NOMEM;
	sandbox->runtime = runtime;
	sandbox->launcher = sandbox->connection = -1;
	sandbox->state = SANDBOX_LOST;
	sandbox->id = korch__strdup(id);
	sandbox->folder = korch__sprintf("%s/pods/%s", runtime->state_folder, id);
	if (!sandbox->id || !sandbox->folder) {
		korch__free(sandbox->id);
		korch__free(sandbox->folder);
		korch__free(sandbox);
		return KORCH_E_NOMEM;
	}
	process_sandbox **slot = &runtime->sandboxes;
	while (*slot)
		slot = &(*slot)->next;
	*slot = sandbox;
	runtime->n_sandboxes++;
	*out = sandbox;
	return 0;
}

void korch__process_sandbox_free(process_sandbox *sandbox, int is_removed)
{
	process_runtime *runtime = sandbox->runtime;
	for (process_sandbox **slot = &runtime->sandboxes; *slot; slot = &(*slot)->next) {
		if (*slot != sandbox)
			continue;
		*slot = sandbox->next;
		runtime->n_sandboxes--;
		break;
	}
	korch__process_calls_answer_all(&sandbox->calls, KORCH_E_CLOSED, "the pod is being removed");
	korch__process_calls_answer_all(&sandbox->creates, KORCH_E_CLOSED, "the pod is being removed");
	korch__process_calls_answer_all(&sandbox->removes, 0, "");
	korch__process_disconnect(sandbox);
	korch__process_launcher_forget(sandbox);
	korch__process_containers_free(sandbox, is_removed);
	korch_block_unref(sandbox->labels);
	char *const texts[] = {sandbox->id,         sandbox->node,    sandbox->pod_namespace,
	                       sandbox->pod_name,   sandbox->address, sandbox->hostname,
	                       sandbox->hosts_file, sandbox->folder};
	for (size_t i = 0; i < KORCH_COUNT(texts); i++)
		korch__free(texts[i]);
	korch__free(sandbox);
}

void korch__process_container_lost(process_sandbox *sandbox, process_container *container)
{
	container->phase = KORCH_CONTAINER_EXITED;
	container->signal = SIGKILL;
	container->exit_code = 128 + SIGKILL;
	container->finished_us = korch_loop_now(sandbox->runtime->loop);
	korch__process_report(sandbox, container);
}

static process_container *first_alive(const process_sandbox *sandbox)
{
	process_container *container = sandbox->containers;
	while (container && container->phase == KORCH_CONTAINER_EXITED)
		container = container->next;
	return container;
}

void korch__process_sandbox_lost(process_sandbox *sandbox)
{
	process_runtime *runtime = sandbox->runtime;
	int was_ending = sandbox->state == SANDBOX_ENDING;
	korch__process_disconnect(sandbox);
	korch__process_launcher_forget(sandbox);
	korch__process_shim_kill(sandbox);
	korch__process_kill_strays(sandbox->folder);
	korch__process_calls_answer_all(&sandbox->calls, KORCH_E_CLOSED, "the pod's shim has ended");
	sandbox->state = SANDBOX_LOST;
	/*
	 * A listener may ask for this pod's removal, or for a container's: the list is looked at
	 * afresh each time.
	 */
	sandbox->is_reporting = 1;
	process_container *container;
	while ((container = first_alive(sandbox))) {
		if (container->phase == KORCH_CONTAINER_STARTING)
			korch__process_container_forget(sandbox, container->id);
		else
			korch__process_container_lost(sandbox, container);
	}
	sandbox->is_reporting = 0;
	/* What was never there is not kept: whoever asked for it is told that it failed. */
	int was_creating = sandbox->creates != NULL;
	korch__process_calls_answer_all(&sandbox->creates, KORCH_E_IO,
	                                "the pod's shim could not be started");
	if (was_ending || was_creating || sandbox->state == SANDBOX_ENDING)
		korch__process_sandbox_end(sandbox);
	korch__process_listing_done(runtime);
}

static void remove_folder(const process_sandbox *sandbox)
{
	static const char *const FILES[] = {"shim.sock", "shim.pid", "shim.pid.new", "spec",
	                                    "spec.new"};
	char path[4096];
	for (size_t i = 0; i < KORCH_COUNT(FILES); i++) {
		snprintf(path, sizeof(path), "%s/%s", sandbox->folder, FILES[i]);
		unlink(path);
	}
	rmdir(sandbox->folder);
}

void korch__process_sandbox_end(process_sandbox *sandbox)
{
	if (sandbox->is_reporting) {
		sandbox->state = SANDBOX_ENDING; /* goes on when everything was told */
		return;
	}
	if (sandbox->connection < 0 && sandbox->launcher < 0) {
		korch__process_shim_kill(sandbox); /* one that came after it was looked for */
		remove_folder(sandbox);
		korch__process_sandbox_free(sandbox, 1);
		return;
	}
	if (sandbox->state == SANDBOX_ENDING)
		return;
	sandbox->state = SANDBOX_ENDING;
	if (sandbox->connection < 0)
		return; /* when the shim is there, it is told */
	size_t frame = wire_begin(&sandbox->out, WIRE_END);
	if (wire_end(&sandbox->out, frame) < 0)
		korch__process_shim_kill(sandbox); /* then the connection ends */
	korch__process_send(sandbox);
}
