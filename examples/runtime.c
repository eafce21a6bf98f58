/*
 * A runtime of one's own: containers are entries of a table, "started" by printing a line. Shows
 * the table of functions that a runtime fills in, and that completions come from the loop and never
 * from inside a call. Runs a Deployment on it, then scales it to zero.
 */
#include <korch/api.h>
#include <korch/cluster.h>
#include <korch/sys/runtime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONTAINERS_MAX = 64 };

typedef struct container {
	char id[256];
	char sandbox[256];
	char name[64];
	int phase; /* a korch_container_phase */
	korch_usec started_us;
} container;

typedef struct paper {
	korch_loop *loop;
	korch_runtime_event_fn listener;
	void *listener_userdata;
	container containers[CONTAINERS_MAX];
} paper;

/* A completion or an event on its way through the loop. */
typedef struct later {
	paper *self;
	korch_runtime_done_fn fn;
	void *userdata;
	int code;
	container *changed; /* reported first */
} later;

static void report(paper *self, const container *c)
{
	const korch_container_report told = {.id = c->id,
	                                     .sandbox_id = c->sandbox,
	                                     .name = c->name,
	                                     .image_id = "",
	                                     .phase = c->phase,
	                                     .exit_code = c->phase == KORCH_CONTAINER_EXITED ? 143 : 0,
	                                     .started_us = c->started_us,
	                                     .finished_us = korch_loop_now(self->loop),
	                                     .reason = "",
	                                     .message = ""};
	self->listener(self->listener_userdata, &told);
}

static void deliver(void *userdata)
{
	later *l = userdata;
	if (l->changed)
		report(l->self, l->changed);
	l->fn(l->userdata, l->code, l->code < 0 ? "RunContainerError" : "",
	      l->code < 0 ? "the table is full" : "");
	free(l);
}

static int answer(paper *self, korch_runtime_done_fn fn, void *userdata, int code,
                  container *changed)
{
	later *l = malloc(sizeof(*l));
	if (!l)
		return KORCH_E_NOMEM;
	*l = (later){self, fn, userdata, code, changed};
	return korch_loop_post(self->loop, deliver, l);
}

static container *find(paper *self, const char *id)
{
	for (int i = 0; i < CONTAINERS_MAX; i++)
		if (strcmp(self->containers[i].id, id) == 0)
			return &self->containers[i];
	return NULL;
}

static void set_listener(void *self, korch_runtime_event_fn fn, void *userdata)
{
	((paper *)self)->listener = fn;
	((paper *)self)->listener_userdata = userdata;
}

static int prepare(void *self, const char *node, const char *image, const char *policy,
                   korch_runtime_done_fn fn, void *userdata)
{
	return answer(self, fn, userdata, 0, NULL);
}

static int sandbox_create(void *self, const korch_sandbox_spec *spec, korch_runtime_done_fn fn,
                          void *userdata)
{
	return answer(self, fn, userdata, 0, NULL);
}

static int sandbox_remove(void *self, const char *id, korch_runtime_done_fn fn, void *userdata)
{
	for (int i = 0; i < CONTAINERS_MAX; i++)
		if (strcmp(((paper *)self)->containers[i].sandbox, id) == 0)
			memset(&((paper *)self)->containers[i], 0, sizeof(container));
	return answer(self, fn, userdata, 0, NULL);
}

static int start(void *self, const korch_container_config *config, korch_runtime_done_fn fn,
                 void *userdata)
{
	paper *p = self;
	container *c = find(p, config->id);
	if (!c && !(c = find(p, "")))
		return answer(p, fn, userdata, KORCH_E_LIMIT, NULL);
	snprintf(c->id, sizeof(c->id), "%s", config->id);
	snprintf(c->sandbox, sizeof(c->sandbox), "%s", config->sandbox_id);
	snprintf(c->name, sizeof(c->name), "%s", config->name);
	c->phase = KORCH_CONTAINER_RUNNING;
	c->started_us = korch_loop_now(p->loop);
	printf("start %s (%s)\n", c->name, config->image);
	return answer(p, fn, userdata, 0, c);
}

static int stop(void *self, const char *id, int signal, korch_usec grace_us,
                korch_runtime_done_fn fn, void *userdata)
{
	container *c = find(self, id);
	if (c && c->phase == KORCH_CONTAINER_RUNNING)
		printf("stop %s\n", c->name);
	if (c)
		c->phase = KORCH_CONTAINER_EXITED;
	return answer(self, fn, userdata, 0, c);
}

static int remove_container(void *self, const char *id, korch_runtime_done_fn fn, void *userdata)
{
	container *c = find(self, id);
	if (c)
		memset(c, 0, sizeof(*c));
	return answer(self, fn, userdata, 0, NULL);
}

typedef struct list_later {
	korch_runtime_list_fn fn;
	void *userdata;
} list_later;

static void deliver_list(void *userdata)
{
	list_later *l = userdata;
	const korch_runtime_list nothing = {0}; /* nothing outlives this program */
	l->fn(l->userdata, 0, &nothing);
	free(l);
}

static int list(void *self, korch_runtime_list_fn fn, void *userdata)
{
	list_later *l = malloc(sizeof(*l));
	if (!l)
		return KORCH_E_NOMEM;
	*l = (list_later){fn, userdata};
	return korch_loop_post(((paper *)self)->loop, deliver_list, l);
}

static int capacity(void *self, const char *node, korch_node_capacity *out)
{
	*out =
	    (korch_node_capacity){.cpu_milli = 4000, .memory_bytes = 1 << 30, .pods = CONTAINERS_MAX};
	return 0;
}

static int probe(void *self, const korch_runtime_probe *asked, korch_runtime_done_fn fn,
                 void *userdata)
{
	return answer(self, fn, userdata, 0, NULL);
}

static const korch_runtime_ops PAPER = {.size = sizeof(PAPER),
                                        .name = "paper",
                                        .capabilities = KORCH_RUNTIME_VIRTUAL,
                                        .set_listener = set_listener,
                                        .prepare = prepare,
                                        .sandbox_create = sandbox_create,
                                        .sandbox_remove = sandbox_remove,
                                        .start = start,
                                        .stop = stop,
                                        .remove = remove_container,
                                        .list = list,
                                        .capacity = capacity,
                                        .probe = probe,
                                        .free = free};

static const char MANIFEST[] =
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: notes}, spec: {replicas: 2, "
    "selector: {matchLabels: {app: notes}}, template: {metadata: {labels: {app: notes}}, spec: {"
    "terminationGracePeriodSeconds: 1, containers: [{name: note, image: paper}]}}}}";

int main(void)
{
	korch_error *error = NULL;
	korch_loop *loop = NULL;
	korch_runtime *runtime = NULL;
	korch_cluster *cluster = NULL;
	paper *self = calloc(1, sizeof(*self));
	const korch_key notes = {&korch_deployment_kind, "default", "notes"};
	if (!self || korch_loop_new(&loop, &error) < 0)
		return 1;
	self->loop = loop;
	if (korch_runtime_register(&runtime, &PAPER, self, &error) < 0)
		return 1;
	const korch_cluster_options options = {
	    .size = sizeof(options), .loop = loop, .runtime = runtime};
	int code = korch_cluster_open(&cluster, &options, &error);
	if (code == 0)
		code = korch_cluster_apply_text(cluster, MANIFEST, "notes", &error);
	if (code == 0)
		code = korch_cluster_wait(cluster, &notes, "available", 10 * KORCH_USEC_PER_SEC, &error);
	if (code == 0)
		code = korch_cluster_scale(cluster, &notes, 0, &error);
	if (code == 0)
		code = korch_cluster_stop_pods(cluster, 10 * KORCH_USEC_PER_SEC, &error);
	if (code < 0)
		fprintf(stderr, "runtime: %s\n", korch_error_message(error));
	korch_error_free(error);
	korch_cluster_close(cluster);
	korch_loop_free(loop);
	return code < 0;
}
