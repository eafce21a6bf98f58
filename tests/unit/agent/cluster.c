/* A store, an engine, an agent and a runtime that does what the test says, on a virtual loop. */
#include "cluster.h"
#include "base/alloc.h"
#include "support/store.h"
#include <korch/api/core_event.h>
#include <korch/codec.h>
#include <stdio.h>
#include <string.h>

#define START_US (INT64_C(1577836800) * KORCH_USEC_PER_SEC)

typedef struct done {
	korch_runtime_done_fn fn;
	void *userdata;
	int code;
	const char *reason;
	const char *message;
	cluster *of;
	fake_container *started;
} done;

static void append(char *to, size_t size, const char *format, const char *a, const char *b)
{
	size_t used = strlen(to);
	snprintf(to + used, size - used, format, a, b);
}

static void report(cluster *self, const fake_container *it, int code)
{
	const korch_container_report news = {
	    .id = it->id,
	    .sandbox_id = it->sandbox,
	    .name = it->name,
	    .image_id = "",
	    .phase = it->phase,
	    .restart_count = it->restarts,
	    .exit_code = code,
	    .signal = code > 128 ? code - 128 : 0,
	    .started_us = it->started_us,
	    .finished_us = it->phase == KORCH_CONTAINER_EXITED ? korch_loop_now(self->loop) : 0,
	    .reason = "",
	    .message = "",
	};
	if (self->listener)
		self->listener(self->listener_userdata, &news);
}

static void end_container(cluster *self, fake_container *it, int code)
{
	it->phase = KORCH_CONTAINER_EXITED;
	it->exit_code = code;
	it->finished_us = korch_loop_now(self->loop);
	report(self, it, code);
}

static void complete(void *userdata)
{
	done it = *(done *)userdata;
	korch__free(userdata);
	if (it.started) {
		it.started->phase = KORCH_CONTAINER_RUNNING;
		it.started->started_us = korch_loop_now(it.of->loop);
	}
	it.fn(it.userdata, it.code, it.reason, it.message);
	if (it.started)
		report(it.of, it.started, 0);
}

static int later(cluster *self, korch_runtime_done_fn fn, void *userdata, int code)
{
	done *it = korch__calloc(1, sizeof(*it));
	*it = (done){fn,   userdata, code, code ? "ErrImagePull" : "", code ? "no such image" : "",
	             self, NULL};
	return korch_loop_post(self->loop, complete, it);
}

static void set_listener(void *userdata, korch_runtime_event_fn fn, void *listener)
{
	cluster *self = userdata;
	self->listener = fn;
	self->listener_userdata = listener;
}

static int prepare(void *userdata, const char *node, const char *image, const char *policy,
                   korch_runtime_done_fn fn, void *of)
{
	cluster *self = userdata;
	int bad = self->bad_image && strcmp(self->bad_image, image) == 0;
	append(self->log, sizeof(self->log), "prepare %s%s;", image, "");
	return later(self, fn, of, bad ? KORCH_E_NOT_FOUND : 0);
}

static int sandbox_create(void *userdata, const korch_sandbox_spec *spec, korch_runtime_done_fn fn,
                          void *of)
{
	cluster *self = userdata;
	append(self->log, sizeof(self->log), "sandbox %s %s;", spec->pod_name, spec->address);
	self->are_lost = 0;
	for (size_t i = 0; i < self->n_sandboxes; i++)
		if (strcmp(self->sandboxes[i], spec->id) == 0)
			return later(self, fn, of, 0);
	snprintf(self->sandboxes[self->n_sandboxes++], 64, "%s", spec->id);
	return later(self, fn, of, 0);
}

static int sandbox_remove(void *userdata, const char *id, korch_runtime_done_fn fn, void *of)
{
	cluster *self = userdata;
	append(self->log, sizeof(self->log), "remove %s%s;", "sandbox", "");
	for (size_t i = 0; i < self->n_sandboxes; i++)
		if (strcmp(self->sandboxes[i], id) == 0)
			memmove(self->sandboxes[i], self->sandboxes[--self->n_sandboxes], 64);
	return later(self, fn, of, 0);
}

static void note_config(cluster *self, const korch_container_config *config)
{
	self->env[0] = self->words[0] = self->mounts[0] = '\0';
	for (size_t i = 0; i < config->n_env; i++)
		append(self->env, sizeof(self->env), "%s=%s;", config->env[i].key, config->env[i].value);
	for (size_t i = 0; i < config->n_command; i++)
		append(self->words, sizeof(self->words), "%s%s;", config->command[i], "");
	for (size_t i = 0; i < config->n_args; i++)
		append(self->words, sizeof(self->words), "%s%s;", config->args[i], "");
	for (size_t i = 0; i < config->n_mounts; i++)
		append(self->mounts, sizeof(self->mounts), "%s>%s;", config->mounts[i].host_path,
		       config->mounts[i].container_path);
	snprintf(self->log_file, sizeof(self->log_file), "%s", config->log_file);
}

static int start(void *userdata, const korch_container_config *config, korch_runtime_done_fn fn,
                 void *of)
{
	cluster *self = userdata;
	done *it = korch__calloc(1, sizeof(*it));
	char restarts[16];
	if (self->are_lost) {
		*it = (done){fn, of, KORCH_E_NOT_FOUND, "RunContainerError", "no sandbox", self, NULL};
		return korch_loop_post(self->loop, complete, it);
	}
	ck_assert_uint_lt(self->n_containers, CLUSTER_CONTAINERS);
	fake_container *made = &self->containers[self->n_containers++];
	snprintf(made->id, sizeof(made->id), "%s", config->id);
	snprintf(made->sandbox, sizeof(made->sandbox), "%s", config->sandbox_id);
	snprintf(made->name, sizeof(made->name), "%s", config->name);
	snprintf(restarts, sizeof(restarts), "%d", (int)config->restart_count);
	made->restarts = config->restart_count;
	append(self->log, sizeof(self->log), "start %s %s;", config->name, restarts);
	note_config(self, config);
	*it = (done){fn, of, 0, "", "", self, made};
	return korch_loop_post(self->loop, complete, it);
}

static fake_container *find(cluster *self, const char *id)
{
	for (size_t i = 0; i < self->n_containers; i++)
		if (strcmp(self->containers[i].id, id) == 0)
			return &self->containers[i];
	return NULL;
}

typedef struct ending {
	cluster *of;
	fake_container *container;
	korch_timer *timer;
} ending;

static void end_by_signal(void *userdata)
{
	ending it = *(ending *)userdata;
	korch_timer_free(it.timer);
	korch__free(userdata);
	if (it.container->phase != KORCH_CONTAINER_RUNNING)
		return;
	end_container(it.of, it.container, it.of->ignore_stop ? 137 : 143);
}

static int stop(void *userdata, const char *id, int signal, korch_usec grace_us,
                korch_runtime_done_fn fn, void *of)
{
	cluster *self = userdata;
	char grace[16];
	fake_container *container = find(self, id);
	ck_assert_ptr_nonnull(container);
	snprintf(grace, sizeof(grace), "%d", (int)(grace_us / KORCH_USEC_PER_SEC));
	append(self->log, sizeof(self->log), "stop %s %s;", container->name, grace);
	ending *it = korch__calloc(1, sizeof(*it));
	*it = (ending){self, container, NULL};
	korch_timer_new(&it->timer, self->loop, end_by_signal, it);
	korch_timer_set(it->timer, korch_loop_now(self->loop) +
	                               (self->ignore_stop ? grace_us : KORCH_USEC_PER_MSEC));
	return later(self, fn, of, 0);
}

static int remove_container(void *userdata, const char *id, korch_runtime_done_fn fn, void *of)
{
	return later(userdata, fn, of, 0);
}

typedef struct listing {
	cluster *of;
	korch_runtime_list_fn fn;
	void *userdata;
} listing;

static void give_list(void *userdata)
{
	listing it = *(listing *)userdata;
	korch_sandbox_report sandboxes[16] = {0};
	korch_container_report containers[CLUSTER_CONTAINERS] = {0};
	korch__free(userdata);
	for (size_t i = 0; i < it.of->n_sandboxes; i++)
		sandboxes[i] = (korch_sandbox_report){
		    .id = it.of->sandboxes[i], .address = "127.128.0.1", .lost = it.of->are_lost};
	for (size_t i = 0; i < it.of->n_containers; i++)
		containers[i] = (korch_container_report){
		    .id = it.of->containers[i].id,
		    .sandbox_id = it.of->containers[i].sandbox,
		    .name = it.of->containers[i].name,
		    .phase = it.of->containers[i].phase,
		    .restart_count = it.of->containers[i].restarts,
		    .started_us = it.of->containers[i].started_us,
		    .finished_us = it.of->containers[i].finished_us,
		    .exit_code = it.of->containers[i].exit_code,
		    .image_id = "",
		    .reason = "",
		    .message = "",
		};
	const korch_runtime_list list = {sandboxes, it.of->n_sandboxes, containers,
	                                 it.of->n_containers};
	it.fn(it.userdata, 0, &list);
}

static int list(void *userdata, korch_runtime_list_fn fn, void *of)
{
	cluster *self = userdata;
	listing *it = korch__alloc(sizeof(*it));
	*it = (listing){self, fn, of};
	return korch_loop_post(self->loop, give_list, it);
}

static int capacity(void *userdata, const char *node, korch_node_capacity *out)
{
	*out = (korch_node_capacity){4000, INT64_C(8) << 30, 0, 110};
	return 0;
}

typedef struct answer {
	korch_runtime_exec_fn fn;
	void *userdata;
} answer;

static void give_answer(void *userdata)
{
	answer it = *(answer *)userdata;
	korch__free(userdata);
	it.fn(it.userdata, 0, 0, "out", 3);
}

static int exec(void *userdata, const char *id, const char *const *command, size_t n,
                korch_usec timeout_us, korch_runtime_exec_fn fn, void *of)
{
	cluster *self = userdata;
	answer *it = korch__alloc(sizeof(*it));
	append(self->log, sizeof(self->log), "exec %s%s;", command[0], "");
	*it = (answer){fn, of};
	return korch_loop_post(self->loop, give_answer, it);
}

static int probe(void *userdata, const korch_runtime_probe *it, korch_runtime_done_fn fn, void *of)
{
	cluster *self = userdata;
	append(self->log, sizeof(self->log), "probe %s%s;", it->type, "");
	return later(self, fn, of, self->probe_code);
}

static void fake_free(void *userdata)
{
}

static korch_runtime_ops ops = {
    .size = sizeof(korch_runtime_ops),
    .name = "fake",
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
    .probe = probe,
    .free = fake_free,
};

static void make_agent(cluster *self, uint64_t seed)
{
	const korch_agent_node node = {.name = "n1"};
	const korch_engine_options engine = {
	    .size = sizeof(engine), .loop = self->loop, .store = self->store, .seed = seed};
	ck_assert_int_eq(korch_engine_new(&self->engine, &engine, NULL), 0);
	const korch_agent_options options = {
	    .engine = self->engine,
	    .runtime = self->runtime,
	    .loop = self->loop,
	    .nodes = &node,
	    .n_nodes = 1,
	    .address_base = 0x7f800000,
	    .address_prefix = 16,
	    .seed = 1,
	    .state_folder = self->state_folder,
	    .is_durable = self->is_durable,
	};
	ck_assert_int_eq(korch__agent_new(&self->agent, &options, NULL), 0);
	ck_assert_int_eq(korch_engine_start(self->engine, NULL), 0);
	ck_assert_int_eq(korch__agent_start(self->agent, NULL), 0);
}

static void open_agent(cluster *self, uint64_t seed)
{
	make_agent(self, seed);
	cluster_run(self, 1);
}

void cluster_open(cluster *self)
{
	ops.capabilities = self->capabilities;
	ck_assert_int_eq(korch_loop_new_virtual(&self->loop, START_US, NULL), 0);
	ck_assert_int_eq(test_store_open(&self->store, self->loop, 0), 0);
	ck_assert_int_eq(korch_runtime_register(&self->runtime, &ops, self, NULL), 0);
	open_agent(self, 1);
}

void cluster_reopen_now(cluster *self)
{
	korch_engine_stop(self->engine);
	korch__agent_free(self->agent);
	korch_engine_free(self->engine);
	make_agent(self, 2);
}

void cluster_reopen(cluster *self)
{
	cluster_reopen_now(self);
	cluster_run(self, 1);
}

void cluster_reopen_failing(cluster *self, uint64_t n, int *reached)
{
	cluster_reopen_now(self);
	korch__alloc_fail_at(n);
	cluster_run(self, 1);
	*reached = korch__alloc_count() >= n;
	korch__alloc_fail_at(0);
}

void cluster_close(cluster *self)
{
	korch_engine_stop(self->engine);
	korch__agent_free(self->agent);
	korch_runtime_free(self->runtime);
	korch_engine_free(self->engine);
	korch_store_free(self->store);
	korch_loop_step(self->loop, KORCH_USEC_NEVER);
	korch_loop_free(self->loop);
	memset(self, 0, sizeof(*self));
}

void cluster_run(cluster *self, int64_t seconds)
{
	korch_loop_step(self->loop, korch_loop_now(self->loop) + seconds * KORCH_USEC_PER_SEC);
}

static void on_submit(void *userdata, int code, const korch_error *error,
                      const korch_object *result)
{
	ck_assert_msg(code == 0, "%s", korch_error_message(error));
}

void cluster_apply(cluster *self, const char *json)
{
	korch_object *object = NULL;
	korch_plan *plan = NULL;
	korch_error *err = NULL;
	int code = korch_object_from_json(&object, json, strlen(json), NULL, NULL, &err);
	ck_assert_msg(code == 0, "%s", korch_error_message(err));
	const korch_key key = korch_object_key(object);
	const korch_object *is =
	    korch_view_get(korch_engine_view(self->engine), key.kind, key.namespace_, key.name);
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	code = is ? korch_plan_update(plan, is, object) : korch_plan_create(plan, object);
	ck_assert_int_eq(code, 0);
	code = korch_engine_submit(self->engine, plan, on_submit, NULL, &err);
	ck_assert_msg(code == 0, "%s", korch_error_message(err));
	cluster_run(self, 0);
}

void cluster_delete(cluster *self, const korch_kind *kind, const char *namespace_, const char *name,
                    int64_t grace_seconds)
{
	const korch_delete_options options = {.grace_seconds = grace_seconds};
	korch_plan *plan = NULL;
	const korch_object *is =
	    korch_view_get(korch_engine_view(self->engine), kind, namespace_, name);
	ck_assert_ptr_nonnull(is);
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	ck_assert_int_eq(korch_plan_delete(plan, is, &options), 0);
	ck_assert_int_eq(korch_engine_submit(self->engine, plan, on_submit, NULL, NULL), 0);
	cluster_run(self, 0);
}

const korch_pod *cluster_pod(cluster *self, const char *name)
{
	return (const korch_pod *)korch_view_get(korch_engine_view(self->engine), &korch_pod_kind,
	                                         "default", name);
}

void cluster_exit(cluster *self, const char *id, int code)
{
	for (size_t i = self->n_containers; i-- > 0;) {
		if (strstr(self->containers[i].id, id) == NULL)
			continue;
		end_container(self, &self->containers[i], code);
		break;
	}
	cluster_run(self, 0);
}

void cluster_expect(cluster *self, const char *log)
{
	ck_assert_str_eq(self->log, log);
	self->log[0] = '\0';
}

static int has_reason(void *reason, const korch_object *object)
{
	return strcmp(((const korch_event *)object)->reason, reason) == 0;
}

int cluster_has_event(cluster *self, const char *reason)
{
	const korch_view_query query = {.kind = &korch_event_kind};
	return korch_view_each(korch_engine_view(self->engine), &query, has_reason, (void *)reason);
}
