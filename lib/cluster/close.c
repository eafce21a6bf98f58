/* The end of a cluster: its pods are stopped, or left running for the next one; its parts go in
 * order.
 */
#include "cluster/cluster.h"

#include "agent/tree_files.h"
#include "base/cleanup.h"
#include "base/log.h"
#include <korch/api.h>
#include <unistd.h>

static void set_flag(void *userdata)
{
	*(int *)userdata = 1;
}

static int is_flag_set(void *userdata)
{
	return *(int *)userdata;
}

/* A store that outlives the cluster has the same pods for the next one. A stop that cannot be noted
 * is one all the same. */
static void note_stop(korch_cluster *cluster)
{
	const char *name;
	korch_usec now = korch_loop_now(cluster->loop);
	cluster->is_stop_noted = 1;
	for (size_t i = 0; (name = korch__agent_node_name(cluster->agent, i)); i++) {
		_cleanup_error_ korch_error *error = NULL;
		const korch_key key = {&korch_node_kind, "", name};
		if (korch__cluster_change(cluster, &key, korch__agent_plan_stop, &now, &error) < 0)
			korch__log(KORCH_LOG_WARNING, "cluster", "stop of node %s: %s", name,
			           error ? korch_error_message(error) : "not noted");
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
