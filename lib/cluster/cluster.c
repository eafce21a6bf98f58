/* Opening a cluster: which parts there are and how they are wired. Its end stands in close.c. */
#include "cluster/cluster.h"

#include "base/cleanup.h"
#include "base/random.h"
#include "cluster/folder.h"
#include "cluster/measuring/job_source.h"
#include "cluster/nodes.h"
#include "control/admit.h"
#include "control/control.h"
#include "control/job/job.h"
#include "control/priority.h"
#include "control/rollout/traffic.h"
#include "engine/engine.h"
#include "traffic/haproxy.h"
#include "traffic/service.h"
#include <korch/api.h>
#include <korch/sys/runtime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMESPACE_RETRY_US = 50000, NAMESPACE_RETRY_MAX_US = 2000000 };

static int is_virtual(const korch_runtime *runtime)
{
	return (korch_runtime_get_ops(runtime)->capabilities & KORCH_RUNTIME_VIRTUAL) != 0;
}

static int admit_pod(korch_pod *pod, const korch_view *view, korch_error **err)
{
	korch__priority priority;
	if (korch__pod_admit_defaults(pod) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	const char *name = pod->spec ? pod->spec->priority_class_name : NULL;
	int found = korch__priority_find(&priority, view, name);
	return korch__pod_admit_priority(pod, found ? &priority : NULL, err);
}

/* What admission plug-ins of an API server add to objects that come from outside. */
static int admit(void *userdata, korch_object *object, const korch_object *old, korch_error **err)
{
	const korch_cluster *cluster = userdata;
	const korch_view *view = korch_engine_view(cluster->engine);
	if (object->kind == &korch_priority_class_kind)
		return korch__priority_class_admit((korch_priority_class *)object, view, err);
	if (!old && object->kind == &korch_job_kind)
		return korch__job_make_selector((korch_job *)object);
	if (old || object->kind != &korch_pod_kind)
		return 0;
	return admit_pod((korch_pod *)object, view, err);
}

static int add_controllers(korch_cluster *cluster, const korch__control_options *options,
                           korch_error **err)
{
	korch_controller_spec specs[KORCH__CONTROLLERS_MAX];
	_cleanup_error_ korch_error *error = NULL;
	size_t n = 0;
	int code = korch__controllers(specs, KORCH__CONTROLLERS_MAX, &n, options, &error);
	if (code < 0)
		return korch_error_set(err, code, "the built-in controllers cannot be made: %s",
		                       error ? korch_error_message(error) : korch_code_text(code));
	for (size_t i = 0; i < n; i++) {
		korch_controller *controller = NULL;
		if (code == 0)
			code = korch_engine_add(&controller, cluster->engine, &specs[i], err);
		else if (specs[i].destroy)
			specs[i].destroy(specs[i].userdata);
		if (controller)
			korch__engine_trust(controller);
	}
	return code;
}

static int make_engine(korch_cluster *cluster, const korch_cluster_options *options,
                       korch_error **err)
{
	if (cluster->owns_loop) {
		int code = korch_loop_new(&cluster->loop, err);
		if (code < 0)
			return code;
	}
	if (cluster->owns_store) {
		int code = korch_store_memory_new(&cluster->store, cluster->loop, 0, err);
		if (code < 0)
			return code;
	}
	const korch_engine_options engine_options = {
	    .size = sizeof(engine_options),
	    .loop = cluster->loop,
	    .store = cluster->store,
	    .seed = options->seed,
	    .events_max = options->events_max,
	    .elector = options->elector,
	};
	int code = korch_engine_new(&cluster->engine, &engine_options, err);
	if (code == 0)
		korch__engine_set_admission(cluster->engine, admit, cluster);
	return code;
}

static int make_folders(korch_cluster *cluster, const korch_cluster_options *options,
                        korch_error **err)
{
	if (!options->runtime || is_virtual(options->runtime))
		return 0;
	cluster->owns_state_folder = options->state_folder == NULL;
	int code = korch__state_folder_make(&cluster->state_folder, options->state_folder, err);
	if (code < 0 || cluster->owns_state_folder || cluster->owns_store)
		return code;
	cluster->kept_for = cluster->state_folder;
	return korch__identity_load(&cluster->identity, cluster->state_folder, err);
}

/* Once it has begun to be somebody, it stays that. */
static int keep_identity(korch_cluster *cluster, korch_error **err)
{
	if (!cluster->kept_for)
		return 0;
	if (!*cluster->identity.node)
		korch__cluster_own_name(cluster->identity.node, sizeof(cluster->identity.node));
	if (!cluster->identity.seed)
		cluster->identity.seed = korch__random_seed_from_system() | 1;
	return korch__identity_save(&cluster->identity, cluster->state_folder, err);
}

static int make_agent(korch_cluster *cluster, const korch_cluster_options *options,
                      const char *pod_cidr, korch_error **err)
{
	if (!options->runtime)
		return 0;
	uint32_t base = 0;
	uint32_t prefix = 0;
	korch_agent_node *nodes = NULL;
	size_t n_nodes = 0;
	int code = korch__cidr_parse(&base, &prefix, pod_cidr, err);
	if (code == 0)
		code = korch__cluster_nodes(&nodes, &n_nodes, options, cluster->identity.node, err);
	if (code < 0)
		return code;
	_cleanup_free_ char *logs =
	    cluster->state_folder ? korch__sprintf("%s/logs", cluster->state_folder) : NULL;
	const korch_agent_options agent_options = {
	    .engine = cluster->engine,
	    .runtime = options->runtime,
	    .loop = cluster->loop,
	    .state_folder = cluster->state_folder,
	    .log_folder = logs,
	    .nodes = nodes,
	    .n_nodes = n_nodes,
	    .address_base = base,
	    .address_prefix = prefix,
	    .lease_period_us = options->lease_period_us,
	    .warnings_only = n_nodes > 100,
	    .seed = options->seed ? options->seed : cluster->identity.seed,
	    .is_durable = !cluster->owns_store,
	};
	code = korch__agent_new(&cluster->agent, &agent_options, err);
	korch__cluster_nodes_free(nodes, n_nodes);
	return code < 0 ? code : korch__agent_start(cluster->agent, err);
}

static int make_proxy(korch_cluster *cluster, const korch_cluster_options *options,
                      korch_error **err)
{
	if (options->no_proxy || !options->runtime || is_virtual(options->runtime) ||
	    korch_loop_is_virtual(cluster->loop))
		return 0;
	const korch__proxy_options proxy_options = {.loop = cluster->loop};
	int code = korch__proxy_new(&cluster->proxy, &proxy_options, err);
	return code < 0 ? code : korch__proxy_observe(cluster->proxy, cluster->engine, err);
}

/* Whose router it is: the caller's, or one of our own. */
static int make_routing(korch_cluster *cluster, const korch_cluster_options *options,
                        korch_error **err)
{
	int code = 0;
	if (!options->router && options->haproxy)
		code = korch__router_haproxy_observe(&cluster->router, cluster->loop, cluster->engine,
		                                     cluster->proxy, err);
	else if (!options->router && cluster->proxy)
		code = korch__router_service_new(&cluster->router, cluster->proxy, cluster->loop, err);
	else if (!options->router)
		code = korch_router_sim_new(&cluster->router, cluster->loop, NULL, err);
	korch_router *router = options->router ? options->router : cluster->router;
	return code < 0 || options->no_controllers
	           ? code
	           : korch__routing_new(&cluster->routing, cluster->engine, router,
	                                options->router != NULL, err);
}

static int make_measuring(korch_cluster *cluster, const korch_cluster_options *options,
                          korch_error **err)
{
	if (options->n_metrics > KORCH__SOURCES_GIVEN_MAX)
		return korch_error_set(err, KORCH_E_LIMIT, "%zu sources of metrics; at most %d",
		                       options->n_metrics, KORCH__SOURCES_GIVEN_MAX);
	korch_metric_source *sources[KORCH__SOURCES_MAX];
	size_t n = 0;
	int code = 0;
	if (!korch_loop_is_virtual(cluster->loop)) {
		code = korch_metric_prometheus_new(&cluster->sources[0], cluster->loop, options->prometheus,
		                                   err);
		cluster->n_sources += code == 0;
		if (code == 0)
			code = korch_metric_web_new(&cluster->sources[1], cluster->loop, err);
		cluster->n_sources += code == 0;
	}
	if (code == 0 && !options->no_controllers) {
		code = korch__job_source_new(&cluster->sources[cluster->n_sources], cluster->engine, err);
		cluster->n_sources += code == 0;
	}
	for (size_t i = 0; i < options->n_metrics; i++)
		sources[n++] = options->metrics[i];
	for (size_t i = 0; i < cluster->n_sources; i++)
		sources[n++] = cluster->sources[i];
	return code < 0 || options->no_controllers
	           ? code
	           : korch__measuring_new(&cluster->measuring, cluster->engine, sources, n, err);
}

static int add_namespace(korch_plan *plan, const korch_view *view, const char *name)
{
	korch_object *object = NULL;
	if (korch_view_get(view, &korch_namespace_kind, "", name))
		return 0;
	if (korch_object_new(&object, &korch_namespace_kind) < 0)
		return KORCH_E_NOMEM;
	korch_object_meta *meta = korch_object_edit_meta(object);
	if (!meta || korch_string_set(&meta->name, name) < 0 ||
	    korch_map_set(&meta->labels, "kubernetes.io/metadata.name", name) < 0) {
		korch_object_unref(object);
		return KORCH_E_NOMEM;
	}
	return korch_plan_create(plan, object);
}

/* Somebody else may be making it at the same time. */
static int make_namespace(korch_cluster *cluster, const char *name, korch_error **err)
{
	_cleanup_error_ korch_error *error = NULL;
	korch_plan *plan = NULL;
	int code = korch_plan_new(&plan);
	if (code == 0)
		code = add_namespace(plan, korch_engine_view(cluster->engine), name);
	if (code == 0 && korch_plan_steps(plan) > 0)
		code = korch__cluster_submit(NULL, cluster, KORCH_STEAL(plan), &error);
	korch_plan_free(plan);
	if (code == 0 || code == KORCH_E_EXISTS)
		return 0;
	return korch_error_set(err, code, "namespace %s: %s", name, korch_error_message(error));
}

static int only_time(void *userdata)
{
	return 0;
}

/* The namespaces that every cluster has. A store that gives no answer is asked some times. */
static int make_namespaces(korch_cluster *cluster, korch_error **err)
{
	static const char *const NAMES[] = {"default", "kube-system", "kube-public", "kube-node-lease"};
	korch_usec delay = NAMESPACE_RETRY_US;
	for (size_t i = 0; i < KORCH_COUNT(NAMES);) {
		_cleanup_error_ korch_error *error = NULL;
		int code = make_namespace(cluster, NAMES[i], &error);
		if (code == 0) {
			i++;
			continue;
		}
		if (code != KORCH_E_IO || delay > NAMESPACE_RETRY_MAX_US)
			return korch_error_set(err, code, "%s", korch_error_message(error));
		korch__cluster_wait(cluster, only_time, NULL, delay);
		delay *= 2;
	}
	return 0;
}

/* A cluster writes when it is opened. */
static int check_elector(const korch_cluster_options *options, korch_error **err)
{
	if (!options->elector || korch_elector_leads(options->elector, NULL))
		return 0;
	const char *leader = korch_elector_leader(options->elector);
	return korch_error_set(err, KORCH_E_BUSY, "this process does not lead: %s%s%s does",
	                       *leader ? "\"" : "", *leader ? leader : "nobody", *leader ? "\"" : "");
}

static int open_parts(korch_cluster *cluster, const korch_cluster_options *options,
                      korch_error **err)
{
	korch__address_blocks addresses;
	int code = make_engine(cluster, options, err);
	if (code == 0)
		code = make_folders(cluster, options, err);
	if (code == 0)
		code = korch__addresses_choose(&addresses, cluster, options, err);
	if (code == 0)
		code = keep_identity(cluster, err);
	const korch__control_options control = {.service_cidr = addresses.services,
	                                        .scheduler = options->scheduler};
	if (code == 0 && !options->no_controllers)
		code = add_controllers(cluster, &control, err);
	if (code == 0)
		code = korch_engine_start(cluster->engine, err);
	if (code == 0)
		code = korch__cluster_sync(cluster, err);
	if (code == 0)
		code = make_namespaces(cluster, err);
	if (code == 0)
		code = make_agent(cluster, options, addresses.pods, err);
	if (code == 0)
		code = make_proxy(cluster, options, err);
	if (code == 0)
		code = make_routing(cluster, options, err);
	if (code == 0 && !options->no_controllers &&
	    (code = korch__webhooks_new(&cluster->webhooks, cluster->engine, cluster->loop,
	                                options->webhook, options->webhook_userdata)) < 0)
		korch_error_set(err, code, "webhooks: %s", korch_code_text(code));
	if (code == 0)
		code = make_measuring(cluster, options, err);
	return code;
}

static korch_cluster *new_handle(const korch_cluster_options *options)
{
	pthread_mutexattr_t recursive;
	pthread_condattr_t monotonic;
	korch_cluster *cluster = korch__calloc(1, sizeof(*cluster));
	if (!cluster)
		return NULL;
	pthread_mutexattr_init(&recursive);
	pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&cluster->lock, &recursive);
	pthread_mutexattr_destroy(&recursive);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&cluster->moved, &monotonic);
	pthread_condattr_destroy(&monotonic);
	cluster->loop = options->loop;
	cluster->store = options->store;
	cluster->owns_loop = options->loop == NULL;
	cluster->owns_store = options->store == NULL;
	cluster->address_lock = -1;
	return cluster;
}

int korch_cluster_open(korch_cluster **out, const korch_cluster_options *options, korch_error **err)
{
	const korch_cluster_options defaults = {.size = sizeof(defaults)};
	if (!options)
		options = &defaults;
	if (!out || options->size < sizeof(*options) || (options->runtime && !options->loop) ||
	    (options->n_nodes && !options->runtime))
		return korch_error_set(
		    err, KORCH_E_INVALID,
		    "a cluster with a runtime needs the runtime's loop, one with nodes a runtime");
	int refused = check_elector(options, err);
	if (refused < 0)
		return refused;
	korch_cluster *cluster = new_handle(options);
	if (!cluster)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch__cluster_enter(cluster);
	int code = open_parts(cluster, options, err);
	if (code == 0) {
		cluster->runtime = options->runtime;
		cluster->router = options->router ? options->router : cluster->router;
		for (size_t i = 0; i < options->n_metrics; i++)
			cluster->sources[cluster->n_sources++] = options->metrics[i];
	}
	korch__cluster_leave(cluster);
	if (code < 0) {
		korch_cluster_close(cluster);
		return code;
	}
	*out = cluster;
	return 0;
}

int korch_cluster_add_controller(korch_controller **out, korch_cluster *cluster,
                                 const korch_controller_spec *spec, korch_error **err)
{
	if (!cluster) {
		if (spec && spec->destroy)
			spec->destroy(spec->userdata);
		return korch_error_set(err, KORCH_E_INVALID, "no cluster given");
	}
	korch__cluster_enter(cluster);
	int code = korch_engine_add(out, cluster->engine, spec, err);
	korch__cluster_leave(cluster);
	return code;
}
