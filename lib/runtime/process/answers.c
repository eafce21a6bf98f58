/* What shims say: states of containers, answers to calls. */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include <string.h>

void korch__process_report(process_sandbox *sandbox, const process_container *container)
{
	process_runtime *runtime = sandbox->runtime;
	if (!runtime->listener)
		return;
	const korch_container_report report = {
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
	runtime->listener(runtime->listener_userdata, &report);
}

static process_container *add_container(process_sandbox *sandbox, const char *id, const char *name)
{
	process_container *container = korch__calloc(1, sizeof(*container));
	char *id_copy = korch__strdup(id);
	char *name_copy = korch__strdup(name);
	if (!container || !id_copy || !name_copy) {
		korch__free(container);
		korch__free(id_copy);
		korch__free(name_copy);
		return NULL;
	}
	container->id = id_copy;
	container->name = name_copy;
	process_container **slot = &sandbox->containers;
	while (*slot)
		slot = &(*slot)->next;
	*slot = container;
	return container;
}

static void forget_container(process_sandbox *sandbox, const char *id)
{
	for (process_container **slot = &sandbox->containers; *slot; slot = &(*slot)->next) {
		process_container *container = *slot;
		if (strcmp(container->id, id) != 0)
			continue;
		*slot = container->next;
		if (container->cgroup)
			korch__cgroup_remove(container->cgroup);
		korch__free(container->cgroup);
		korch__free(container->id);
		korch__free(container->name);
		korch__free(container);
		return;
	}
}

static void answer(process_sandbox *sandbox, int type, const char *id, int code, const char *reason, const char *message)
{
	process_call *call = korch__process_call_take(&sandbox->calls, type, id, 0);
	if (call)
		korch__process_call_answer(call, code, reason, message);
}

static void on_started(process_sandbox *sandbox, wire_reader *reader)
{
	const char *id = wire_get_string(reader);
	process_container *container = korch__process_container_find(sandbox, id);
	if (!container)
		return;
	int is_news = container->phase == KORCH_CONTAINER_STARTING;
	container->pid = (pid_t)wire_get_i64(reader);
	container->started_us = wire_get_i64(reader);
	answer(sandbox, WIRE_START, id, 0, "", "");
	if (!is_news)
		return;
	container->phase = KORCH_CONTAINER_RUNNING;
	korch__process_report(sandbox, container);
}

static void on_failed(process_sandbox *sandbox, wire_reader *reader)
{
	const char *id = wire_get_string(reader);
	const char *reason = wire_get_string(reader);
	const char *message = wire_get_string(reader);
	answer(sandbox, WIRE_START, id, KORCH_E_IO, reason, message);
	forget_container(sandbox, id);
}

static void on_exited(process_sandbox *sandbox, wire_reader *reader)
{
	process_container *container = korch__process_container_find(sandbox, wire_get_string(reader));
	if (!container || container->phase == KORCH_CONTAINER_EXITED)
		return;
	container->exit_code = (int)wire_get_i64(reader);
	container->signal = (int)wire_get_i64(reader);
	container->finished_us = wire_get_i64(reader);
	container->phase = KORCH_CONTAINER_EXITED;
	container->oom_killed = container->cgroup && container->signal == 9 && korch__cgroup_oom_kills(container->cgroup) > 0;
	korch__process_report(sandbox, container);
}

static void on_execed(process_sandbox *sandbox, wire_reader *reader)
{
	int64_t serial = wire_get_i64(reader);
	process_call *call = korch__process_call_take(&sandbox->calls, WIRE_EXEC, NULL, serial);
	if (!call)
		return;
	int code = (int)wire_get_i64(reader);
	call->exit_code = (int)wire_get_i64(reader);
	const char *output = wire_get_bytes(reader, &call->length);
	call->message = korch__alloc(call->length + 1);
	if (call->message) {
		memcpy(call->message, output, call->length);
		call->message[call->length] = 0;
	} else {
		call->length = 0;
		code = KORCH_E_NOMEM;
	}
	korch__process_call_answer(call, code, "", "");
}

static void on_container(process_sandbox *sandbox, wire_reader *reader)
{
	const char *id = wire_get_string(reader);
	const char *name = wire_get_string(reader);
	process_container *container = korch__process_container_find(sandbox, id);
	if (!container)
		container = add_container(sandbox, id, name);
	if (!container)
		return;
	container->restarts = (int)wire_get_i64(reader);
	container->phase = wire_get_i64(reader) == 1 ? KORCH_CONTAINER_RUNNING : KORCH_CONTAINER_EXITED;
	container->pid = (pid_t)wire_get_i64(reader);
	container->started_us = wire_get_i64(reader);
	container->finished_us = wire_get_i64(reader);
	container->exit_code = (int)wire_get_i64(reader);
	container->signal = (int)wire_get_i64(reader);
}

static void on_listed(process_sandbox *sandbox)
{
	if (sandbox->state != SANDBOX_LISTING)
		return;
	sandbox->state = SANDBOX_READY;
	korch__process_calls_answer_all(&sandbox->creates, 0, "");
	korch__process_listing_done(sandbox->runtime);
}

void korch__process_handle(process_sandbox *sandbox, int type, wire_reader *reader)
{
	const char *id;
	switch (type) {
	case WIRE_STARTED:
		on_started(sandbox, reader);
		break;
	case WIRE_FAILED:
		on_failed(sandbox, reader);
		break;
	case WIRE_EXITED:
		on_exited(sandbox, reader);
		break;
	case WIRE_STOPPING:
		answer(sandbox, WIRE_STOP, wire_get_string(reader), 0, "", "");
		break;
	case WIRE_REMOVED:
		id = wire_get_string(reader);
		answer(sandbox, WIRE_REMOVE, id, 0, "", "");
		forget_container(sandbox, id);
		break;
	case WIRE_EXECED:
		on_execed(sandbox, reader);
		break;
	case WIRE_CONTAINER:
		on_container(sandbox, reader);
		break;
	case WIRE_LISTED:
		on_listed(sandbox);
		break;
	default:
		break;
	}
}
