/* The process runtime: its table of functions, and opening and closing it. */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include <stdio.h>
#include <string.h>

enum { EXEC_OUTPUT_MAX = 65536, EXEC_WORDS_MAX = 1024 };

static void set_listener(void *self, korch_runtime_event_fn fn, void *userdata)
{
	process_runtime *runtime = self;
	runtime->listener = fn;
	runtime->listener_userdata = userdata;
}

static int prepare(void *self, const char *node, const char *image, const char *policy,
                   korch_runtime_done_fn fn, void *userdata)
{
	/*
	 * Nothing to fetch: whether there is something to run is known with the container's command,
	 * at its start.
	 */
	process_call *call = korch__process_call_new(self, 0, image);
	if (!call)
		return KORCH_E_NOMEM;
	call->done = fn;
	call->userdata = userdata;
	int is_valid = *image && strlen(image) <= 4096 && !strpbrk(image, " \t\n");
	korch__process_call_answer(call, is_valid ? 0 : KORCH_E_INVALID,
	                           is_valid ? "" : "InvalidImageName",
	                           is_valid ? "" : "the image's name is not valid");
	return 0;
}

int korch__process_is_valid_id(const char *id)
{
	size_t length = id ? strlen(id) : 0;
	if (length == 0 || length > 255 || id[0] == '.')
		return 0;
	return strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
	       length;
}

static int sandbox_create(void *self, const korch_sandbox_spec *spec, korch_runtime_done_fn fn,
                          void *userdata)
{
	process_runtime *runtime = self;
	char message[512] = "";
	if (!korch__process_is_valid_id(spec->id))
		return KORCH_E_INVALID;
	process_call *call = korch__process_call_new(runtime, 0, spec->id);
	if (!call)
		return KORCH_E_NOMEM;
	call->done = fn;
	call->userdata = userdata;
	process_sandbox *sandbox = korch__process_sandbox_find(runtime, spec->id);
	if (sandbox && sandbox->state == SANDBOX_LOST && !sandbox->is_reporting)
		korch__process_sandbox_end(KORCH_STEAL(sandbox));
	if (sandbox && (sandbox->state == SANDBOX_ENDING || sandbox->is_reporting)) {
		korch__process_call_answer(call, KORCH_E_BUSY, "RuntimeError", "the pod is being removed");
	} else if (sandbox && sandbox->state == SANDBOX_READY) {
		korch__process_call_answer(call, 0, "", "");
	} else if (sandbox) {
		korch__process_call_append(&sandbox->creates, call);
	} else {
		int code = korch__process_sandbox_new(&sandbox, runtime, spec->id);
		if (code == KORCH_E_LIMIT)
			snprintf(message, sizeof(message), "there are %d pods already, which is the most",
			         PROCESS_SANDBOXES_MAX);
		if (code == 0)
			code = korch__process_sandbox_launch(sandbox, spec, message, sizeof(message));
		if (code == 0) {
			korch__process_call_append(&sandbox->creates, call);
			return 0;
		}
		if (sandbox)
			korch__process_sandbox_end(sandbox);
		korch__process_call_answer(call, code, "CreatePodSandboxError",
		                           *message ? message : korch_code_text(code));
	}
	return 0;
}

static int sandbox_remove(void *self, const char *id, korch_runtime_done_fn fn, void *userdata)
{
	process_runtime *runtime = self;
	process_call *call = korch__process_call_new(runtime, 0, id);
	if (!call)
		return KORCH_E_NOMEM;
	call->done = fn;
	call->userdata = userdata;
	process_sandbox *sandbox = korch__process_sandbox_find(runtime, id);
	if (!sandbox) {
		korch__process_call_answer(call, 0, "", "");
		return 0;
	}
	korch__process_call_append(&sandbox->removes, call);
	korch__process_sandbox_end(sandbox);
	return 0;
}

static int start(void *self, const korch_container_config *config, korch_runtime_done_fn fn,
                 void *userdata)
{
	if (!korch__process_is_valid_id(config->id) || !korch__process_is_valid_id(config->sandbox_id))
		return KORCH_E_INVALID;
	return korch__process_start(self, config, fn, userdata);
}

/*
 * A call about one container; NULL when it is answered already because the container is not there.
 */
static process_sandbox *call_about(process_call **out, process_runtime *runtime, int type,
                                   const char *id)
{
	process_sandbox *sandbox = korch__process_sandbox_of(runtime, id);
	*out = korch__process_call_new(runtime, type, id);
	return sandbox && sandbox->connection >= 0 ? sandbox : NULL;
}

/* Ends a frame and sends it; the answer will complete the call. */
static void send_call(process_sandbox *sandbox, process_call *call, size_t frame)
{
	if (wire_end(&sandbox->out, frame) < 0) {
		korch__process_call_answer(call, KORCH_E_LIMIT, "RuntimeError", "the request is too large");
		return;
	}
	korch__process_call_append(&sandbox->calls, call);
	korch__process_send(sandbox);
}

static int stop(void *self, const char *id, int signal, korch_usec grace_us,
                korch_runtime_done_fn fn, void *userdata)
{
	process_call *call;
	process_sandbox *sandbox = call_about(&call, self, WIRE_STOP, id);
	if (!call)
		return KORCH_E_NOMEM;
	call->done = fn;
	call->userdata = userdata;
	if (!sandbox) {
		korch__process_call_answer(call, 0, "", "");
		return 0;
	}
	size_t frame = wire_begin(&sandbox->out, WIRE_STOP);
	wire_put_string(&sandbox->out, id);
	wire_put_i64(&sandbox->out, signal);
	wire_put_i64(&sandbox->out, grace_us);
	send_call(sandbox, call, frame);
	return 0;
}

static int remove_container(void *self, const char *id, korch_runtime_done_fn fn, void *userdata)
{
	process_sandbox *sandbox = korch__process_sandbox_of(self, id);
	process_call *call = korch__process_call_new(self, WIRE_REMOVE, id);
	if (!call)
		return KORCH_E_NOMEM;
	call->done = fn;
	call->userdata = userdata;
	const process_container *container =
	    sandbox ? korch__process_container_find(sandbox, id) : NULL;
	if (container && container->phase != KORCH_CONTAINER_EXITED) {
		korch__process_call_answer(call, KORCH_E_BUSY, "RuntimeError",
		                           "the container is still running");
		return 0;
	}
	if (!container || sandbox->connection < 0) {
		if (container)
			korch__process_container_forget(sandbox, id);
		korch__process_call_answer(call, 0, "", "");
		return 0;
	}
	size_t frame = wire_begin(&sandbox->out, WIRE_REMOVE);
	wire_put_string(&sandbox->out, id);
	send_call(sandbox, call, frame);
	return 0;
}

static void deliver_list(process_runtime *runtime, process_call *call)
{
	KORCH_VEC(korch_sandbox_report) sandboxes = {0};
	KORCH_VEC(korch_container_report) containers = {0};
	int code = 0;
	for (process_sandbox *sandbox = runtime->sandboxes; sandbox && code == 0;
	     sandbox = sandbox->next) {
		const korch_sandbox_report report = {.id = sandbox->id,
		                                     .node = sandbox->node,
		                                     .pod_namespace = sandbox->pod_namespace,
		                                     .pod_name = sandbox->pod_name,
		                                     .address = sandbox->address,
		                                     .labels = sandbox->labels,
		                                     .lost = sandbox->state == SANDBOX_LOST};
		code = korch__vec_push(&sandboxes, report);
		for (process_container *container = sandbox->containers; container && code == 0;
		     container = container->next) {
			korch_container_report entry;
			korch__process_container_fill(&entry, sandbox, container);
			code = korch__vec_push(&containers, entry);
		}
	}
	const korch_runtime_list list = {sandboxes.items, sandboxes.n, containers.items, containers.n};
	korch_runtime_list_fn fn = KORCH_STEAL(call->listed);
	fn(call->userdata, code, code < 0 ? NULL : &list);
	korch__vec_fini(&sandboxes);
	korch__vec_fini(&containers);
}

static int is_adopting(const process_runtime *runtime)
{
	for (const process_sandbox *sandbox = runtime->sandboxes; sandbox; sandbox = sandbox->next)
		if (sandbox->state == SANDBOX_LISTING)
			return 1;
	return 0;
}

void korch__process_listing_done(process_runtime *runtime)
{
	if (runtime->listing && !is_adopting(runtime))
		korch_timer_set(runtime->delivery, korch_loop_now(runtime->loop));
}

static int list(void *self, korch_runtime_list_fn fn, void *userdata)
{
	process_runtime *runtime = self;
	process_call *call = korch__process_call_new(runtime, 0, "");
	if (!call)
		return KORCH_E_NOMEM;
	call->listed = fn;
	call->userdata = userdata;
	korch__process_call_append(&runtime->listing, call);
	korch__process_listing_done(runtime);
	return 0;
}

static int capacity(void *self, const char *node, korch_node_capacity *out)
{
	return korch__process_capacity(out, ((process_runtime *)self)->state_folder);
}

static int exec(void *self, const char *id, const char *const *command, size_t n,
                korch_usec timeout_us, korch_runtime_exec_fn fn, void *userdata)
{
	process_runtime *runtime = self;
	process_call *call;
	if (n == 0 || n > EXEC_WORDS_MAX)
		return KORCH_E_INVALID;
	process_sandbox *sandbox = call_about(&call, runtime, WIRE_EXEC, id);
	if (!call)
		return KORCH_E_NOMEM;
	call->execed = fn;
	call->userdata = userdata;
	call->serial = ++runtime->serial;
	if (!sandbox) {
		korch__process_call_answer(call, KORCH_E_NOT_FOUND, "", "");
		return 0;
	}
	size_t frame = wire_begin(&sandbox->out, WIRE_EXEC);
	wire_put_i64(&sandbox->out, call->serial);
	wire_put_string(&sandbox->out, id);
	wire_put_i64(&sandbox->out, (int64_t)n);
	for (size_t i = 0; i < n; i++)
		wire_put_string(&sandbox->out, command[i]);
	wire_put_i64(&sandbox->out, timeout_us == KORCH_USEC_NEVER ? 0 : timeout_us); /* the shim: 0 =
	                                                                                 none */
	wire_put_i64(&sandbox->out, EXEC_OUTPUT_MAX);
	send_call(sandbox, call, frame);
	return 0;
}

static int stats(void *self, const char *id, korch_runtime_stats_fn fn, void *userdata)
{
	process_runtime *runtime = self;
	process_sandbox *sandbox = korch__process_sandbox_of(runtime, id);
	const process_container *container =
	    sandbox ? korch__process_container_find(sandbox, id) : NULL;
	process_call *call = korch__process_call_new(runtime, 0, id);
	if (!call)
		return KORCH_E_NOMEM;
	call->measured = fn;
	call->userdata = userdata;
	int is_running = container && container->phase == KORCH_CONTAINER_RUNNING;
	if (is_running)
		korch__process_usage(&call->usage, container->pid, korch_loop_now(runtime->loop));
	korch__process_call_answer(call, is_running ? 0 : KORCH_E_NOT_FOUND, "", "");
	return 0;
}

static void deliver(void *userdata)
{
	process_runtime *runtime = userdata;
	if (runtime->listing && !is_adopting(runtime)) {
		process_call *call = runtime->listing;
		runtime->listing = call->next;
		deliver_list(runtime, call);
		call->next = NULL;
		korch__process_call_answer(call, 0, "", "");
		korch__process_listing_done(runtime);
	}
	korch__process_deliver(runtime, 0);
}

static void runtime_free(void *self)
{
	process_runtime *runtime = self;
	if (!runtime)
		return;
	runtime->listener = NULL;
	korch__process_calls_answer_all(&runtime->listing, KORCH_E_CLOSED, "the runtime is closed");
	while (runtime->sandboxes)
		korch__process_sandbox_free(runtime->sandboxes, 0);
	korch__process_deliver(runtime, 1);
	korch_timer_free(runtime->delivery);
	korch__process_images_free(runtime);
	korch__process_folder_release(runtime);
	korch__free(runtime->shim);
	korch__free(runtime->state_folder);
	korch__free(runtime);
}

static const korch_runtime_ops OPS = {
    .size = sizeof(korch_runtime_ops),
    .name = "process",
    .capabilities =
        KORCH_RUNTIME_EXEC | KORCH_RUNTIME_STATS | KORCH_RUNTIME_ADOPT | KORCH_RUNTIME_MOUNTS,
    .set_listener = set_listener,
    .prepare = prepare,
    .sandbox_create = sandbox_create,
    .sandbox_remove = sandbox_remove,
    .start = start,
    .stop = stop,
    .remove = remove_container,
    .list = list,
    .capacity = capacity,
    .exec = exec,
    .stats = stats,
    .free = runtime_free,
};

int korch_runtime_process_new(korch_runtime **out, korch_loop *loop,
                              const korch_process_options *options, korch_error **err)
{
	const korch_process_options defaults = {.size = sizeof(defaults)};
	if (!options)
		options = &defaults;
	if (!out || !loop || options->size < sizeof(*options) ||
	    (options->n_images && !options->images) ||
	    (options->state_folder && *options->state_folder != '/'))
		return korch_error_set(
		    err, KORCH_E_INVALID,
		    "the process runtime needs a loop, and an absolute state folder or none");
	if (korch_loop_is_virtual(loop))
		return korch_error_set(err, KORCH_E_UNSUPPORTED, "processes do not run in virtual time");
	process_runtime *runtime = korch__calloc(1, sizeof(*runtime));
	if (!runtime)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	runtime->loop = loop;
	runtime->lock = -1;
	int code = korch__process_images_copy(runtime, options, err);
	if (code == 0)
		code = korch__process_find_shim(runtime, options->shim, err);
	if (code == 0)
		code = korch__process_folder_claim(runtime, options->state_folder, err);
	if (code == 0)
		code = korch_timer_new(&runtime->delivery, loop, deliver, runtime);
	if (code == 0) {
		runtime->use_cgroups = !options->no_cgroups && korch__cgroup_usable();
		code = korch__process_adopt_all(runtime);
		if (code < 0)
			korch_error_set(err, code, "%s: what runs cannot be adopted: %s", runtime->state_folder,
			                korch_code_text(code));
		else
			code = korch_runtime_register(out, &OPS, runtime, err);
	}
	if (code < 0)
		runtime_free(runtime);
	return code;
}
