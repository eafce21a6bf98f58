/* What shims say: states of containers, answers to calls. */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include <string.h>

_Static_assert(WIRE_CODE_NOT_FOUND == (int)KORCH_E_NOT_FOUND &&
                   WIRE_CODE_LIMIT == (int)KORCH_E_LIMIT &&
                   WIRE_CODE_TIMEOUT == (int)KORCH_E_TIMEOUT,
               "a shim answers with codes of the library");

struct verdict {
	int code;
	const char *reason;
	const char *message;
};
static const struct verdict FINE = {0, "", ""};

static void answer(process_sandbox *sandbox, int type, const char *id, struct verdict verdict)
{
	process_call *call = korch__process_call_take(&sandbox->calls, type, id, 0);
	if (call)
		korch__process_call_answer(call, verdict.code, verdict.reason, verdict.message);
}

/* Several starts of one container are one message: all of them are answered. */
static void answer_starts(process_sandbox *sandbox, const char *id, struct verdict verdict)
{
	process_call *call;
	while ((call = korch__process_call_take(&sandbox->calls, WIRE_START, id, 0)))
		korch__process_call_answer(call, verdict.code, verdict.reason, verdict.message);
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
	answer_starts(sandbox, id, FINE);
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
	answer_starts(sandbox, id, (struct verdict){KORCH_E_IO, reason, message});
	korch__process_container_forget(sandbox, id);
}

/* A container whose cgroup ran out of memory: whoever of its processes was killed for it. */
static void note_oom(process_container *container)
{
	container->oom_killed = container->cgroup && container->exit_code != 0 &&
	                        korch__cgroup_oom_kills(container->cgroup) > 0;
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
	note_oom(container);
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
	int is_known = container != NULL;
	if (!is_known && korch__process_container_new(&container, sandbox, id, name) < 0) {
		sandbox->is_incomplete = 1;
		return;
	}
	int phase = container->phase;
	container->is_listed = 1;
	container->restarts = (int)wire_get_i64(reader);
	container->phase = wire_get_i64(reader) == 1 ? KORCH_CONTAINER_RUNNING : KORCH_CONTAINER_EXITED;
	container->pid = (pid_t)wire_get_i64(reader);
	container->started_us = wire_get_i64(reader);
	container->finished_us = wire_get_i64(reader);
	container->exit_code = (int)wire_get_i64(reader);
	container->signal = (int)wire_get_i64(reader);
	if (!container->cgroup)
		container->cgroup = korch__cgroup_existing(sandbox->folder, id);
	if (container->phase == KORCH_CONTAINER_EXITED)
		note_oom(container);
	/* Known from before the connection was lost: what has changed is news. */
	if (is_known && phase != container->phase)
		korch__process_report(sandbox, container);
}

/* After a connection was lost: what had been sent and never came there. */
static void drop_unlisted(process_sandbox *sandbox)
{
	process_container *next;
	for (process_container *container = sandbox->containers; container; container = next) {
		next = container->next;
		if (container->is_listed || container->phase == KORCH_CONTAINER_EXITED)
			continue;
		korch__process_container_forget(sandbox, container->id);
	}
}

static void on_listed(process_sandbox *sandbox)
{
	if (sandbox->state != SANDBOX_LISTING)
		return;
	if (sandbox->is_incomplete && korch__process_ask_list(sandbox) == 0)
		return;
	drop_unlisted(sandbox);
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
		answer(sandbox, WIRE_STOP, wire_get_string(reader), FINE);
		break;
	case WIRE_REMOVED:
		id = wire_get_string(reader);
		answer(sandbox, WIRE_REMOVE, id, FINE);
		korch__process_container_forget(sandbox, id);
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
