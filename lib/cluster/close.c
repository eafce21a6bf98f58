/* The end of a cluster: its pods are stopped, or left running for the next one; its parts go in
 * order.
 */
#include "cluster/cluster.h"

#include "agent/tree_files.h"
#include "base/cleanup.h"
#include "base/log.h"
#include <korch/api.h>
#include <unistd.h>

enum { NOTE_ATTEMPTS = 3, NOTE_PATIENCE_US = 2000000 };

static void set_flag(void *userdata)
{
	*(int *)userdata = 1;
}

static int is_flag_set(void *userdata)
{
	return *(int *)userdata;
}

static void on_noted(void *userdata, int code, const korch_error *error, const korch_object *result)
{
	korch_cluster *cluster = userdata;
	cluster->noting--;
	cluster->note_conflicts |= code == KORCH_E_CONFLICT;
	if (code < 0 && code != KORCH_E_CONFLICT)
		korch__log(KORCH_LOG_WARNING, "cluster", "the stop of a node is not noted: %s",
		           error ? korch_error_message(error) : korch_code_text(code));
}

static int is_noted(void *userdata)
{
	return ((korch_cluster *)userdata)->noting == 0;
}

static void note_node(korch_cluster *cluster, const char *name)
{
	const korch_view *view = korch_engine_view(cluster->engine);
	const korch_object *node = korch_view_get(view, &korch_node_kind, "", name);
	korch_usec now = korch_loop_now(cluster->loop);
	korch_plan *plan = NULL;
	if (!node || korch_plan_new(&plan) < 0)
		return;
	if (korch__agent_plan_stop(plan, view, node, &now, NULL) == 0 &&
	    korch_engine_submit(cluster->engine, KORCH_STEAL(plan), on_noted, cluster, NULL) == 0)
		cluster->noting++;
	korch_plan_free(plan);
}

/* A store that outlives the cluster has the same pods for the next one. A stop that cannot be
 * noted, or not soon, is one all the same. */
static void note_stop(korch_cluster *cluster)
{
	cluster->is_stop_noted = 1;
	for (int attempt = 0; attempt < NOTE_ATTEMPTS; attempt++) {
		const char *name;
		cluster->note_conflicts = 0;
		for (size_t i = 0; (name = korch__agent_node_name(cluster->agent, i)); i++)
			note_node(cluster, name);
		if (korch__cluster_wait(cluster, is_noted, cluster, NOTE_PATIENCE_US) < 0 ||
		    !cluster->note_conflicts)
			return;
	}
}

int korch_cluster_stop_pods(korch_cluster *cluster, korch_usec timeout_us, korch_error **err)
{
	if (!cluster)
		return korch_error_set(err, KORCH_E_INVALID, "no cluster given");
	if (!cluster->agent)
		return 0;
	korch__cluster_enter(cluster);
	if (!cluster->owns_store && !cluster->is_stop_noted)
		note_stop(cluster);
	cluster->pods_stopped = 0;
	korch__agent_shutdown(cluster->agent, set_flag, &cluster->pods_stopped);
	int code = korch__cluster_wait(cluster, is_flag_set, &cluster->pods_stopped, timeout_us);
	korch__cluster_leave(cluster);
	return code < 0 ? korch_error_set(err, code, "pods are still running") : 0;
}

/* Closing sockets is finished by the loop. */
static void close_proxy(korch_cluster *cluster)
{
	int closed = 0;
	korch_proxy *proxy = KORCH_STEAL(cluster->proxy);
	if (!proxy)
		return;
	korch__proxy_free(proxy, set_flag, &closed);
	while (!closed && korch__cluster_wait(cluster, is_flag_set, &closed, KORCH_USEC_PER_SEC) ==
	                      KORCH_E_TIMEOUT)
		continue;
}

void korch_cluster_close(korch_cluster *cluster)
{
	if (!cluster)
		return;
	korch_cluster_stop(cluster);
	korch__cluster_enter(cluster);
	korch_engine_stop(cluster->engine);
	korch_router_free(cluster->router);
	korch__measuring_free(cluster->measuring);
	korch__webhooks_stop(cluster->webhooks);
	for (size_t i = 0; i < cluster->n_sources; i++)
		korch_metric_source_free(cluster->sources[i]);
	close_proxy(cluster);
	korch__agent_free(cluster->agent);
	korch_engine_free(cluster->engine);
	korch__routing_free(cluster->routing);
	korch__webhooks_free(cluster->webhooks);
	korch_runtime_free(cluster->runtime);
	if (cluster->owns_store)
		korch_store_free(cluster->store);
	if (cluster->owns_state_folder && cluster->state_folder)
		korch__tree_remove(cluster->state_folder);
	korch__free(cluster->state_folder);
	if (cluster->address_lock >= 0)
		close(cluster->address_lock);
	korch__cluster_leave(cluster);
	if (cluster->owns_loop)
		korch_loop_free(cluster->loop);
	pthread_cond_destroy(&cluster->moved);
	pthread_mutex_destroy(&cluster->lock);
	korch__free(cluster);
}
