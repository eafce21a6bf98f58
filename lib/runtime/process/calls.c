/* Calls under way: their completions are kept until the loop delivers them, each exactly once. */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include <string.h>

process_call *korch__process_call_new(process_runtime *runtime, int type, const char *id)
{
	process_call *call = korch__calloc(1, sizeof(*call));
	char *copy = call ? korch__strdup(id) : NULL;
	if (!copy) {
		korch__free(call);
		return NULL;
	}
	call->runtime = runtime;
	call->type = type;
	call->id = copy;
	return call;
}

void korch__process_call_append(process_call **list, process_call *call)
{
	while (*list)
		list = &(*list)->next;
	call->next = NULL;
	*list = call;
}

static void free_call(process_call *call)
{
	korch__free(call->id);
	korch__free(call->reason);
	korch__free(call->message);
	korch__free(call);
}

void korch__process_call_answer(process_call *call, int code, const char *reason,
                                const char *message)
{
	process_runtime *runtime = call->runtime;
	call->code = code;
	call->reason = korch__strdup(reason);
	if (!call->message)
		call->message = korch__strdup(message);
	korch__process_call_append(&runtime->ready, call);
	korch_timer_set(runtime->delivery, korch_loop_now(runtime->loop));
}

process_call *korch__process_call_take(process_call **list, int type, const char *id,
                                       int64_t serial)
{
	for (; *list; list = &(*list)->next) {
		process_call *call = *list;
		if (call->type != type || (id && strcmp(call->id, id) != 0) || call->serial != serial)
			continue;
		*list = call->next;
		call->next = NULL;
		return call;
	}
	return NULL;
}

void korch__process_calls_answer_all(process_call **list, int code, const char *message)
{
	while (*list) {
		process_call *call = *list;
		*list = call->next;
		call->next = NULL;
		korch__process_call_answer(call, code, code < 0 ? "RuntimeError" : "", message);
	}
}

static void deliver(process_call *call)
{
	const char *message = call->message ? call->message : "";
	if (call->done)
		call->done(call->userdata, call->code, call->reason ? call->reason : "", message);
	if (call->execed)
		call->execed(call->userdata, call->code, call->exit_code, message, call->length);
	if (call->measured)
		call->measured(call->userdata, call->code, call->code < 0 ? NULL : &call->usage);
	if (call->listed)
		call->listed(call->userdata, call->code, NULL);
}

void korch__process_deliver(process_runtime *runtime, int closing)
{
	/* What a completion asks for is delivered in the next round. */
	process_call *batch = KORCH_STEAL(runtime->ready);
	while (batch) {
		process_call *call = batch;
		batch = call->next;
		if (closing)
			call->code = KORCH_E_CLOSED;
		deliver(call);
		free_call(call);
	}
}
