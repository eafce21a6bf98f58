/*
 * An operator: a controller for a kind of one's own. Each Website becomes a ConfigMap with its page
 * and a Deployment that serves it. The decider is a pure function of the view; the engine calls it
 * when a Website, or something that it owns, changes.
 *
 *     operator website.yaml      applies the file and serves until Ctrl-C; python3 is the web
 * server
 */
#define _GNU_SOURCE 1 /* asprintf() */
#include <json-c/json.h>
#include <korch/api.h>
#include <korch/cluster.h>
#include <korch/codec.h>
#include <korch/process.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static korch_cluster *cluster;

/* What a Website of that name and page should be made of. */
static const char CHILDREN[] =
    "[{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"%1$s\", "
    "\"namespace\": \"%2$s\"},"
    "  \"data\": {\"index.html\": %3$s}},"
    " {\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\", \"metadata\": {\"name\": \"%1$s\", "
    "\"namespace\": \"%2$s\"},"
    "  \"spec\": {\"replicas\": %4$d, \"selector\": {\"matchLabels\": {\"website\": \"%1$s\"}}, "
    "\"template\": {"
    "    \"metadata\": {\"labels\": {\"website\": \"%1$s\"}}, \"spec\": {\"containers\": "
    "[{\"name\": \"web\", \"image\": \"python:3\","
    "      \"command\": [\"sh\", \"-c\", \"exec python3 -m http.server --bind $POD_IP --directory "
    "/page 8080\"],"
    "      \"env\": [{\"name\": \"POD_IP\", \"valueFrom\": {\"fieldRef\": {\"fieldPath\": "
    "\"status.podIP\"}}}],"
    "      \"volumeMounts\": [{\"name\": \"page\", \"mountPath\": \"/page\"}]}],"
    "    \"volumes\": [{\"name\": \"page\", \"configMap\": {\"name\": \"%1$s\"}}]}}}}]";

/* Creates a child, or updates it where it has drifted. */
static int ensure(const korch_view *view, const korch_object *website, struct json_object *wanted,
                  korch_plan *plan, korch_error **err)
{
	korch_object *child = NULL;
	const char *text = json_object_to_json_string(wanted);
	int code = korch_object_from_json(&child, text, strlen(text), NULL, NULL, err);
	if (code == 0)
		code = korch_object_set_controller(child, website);
	if (code < 0) {
		korch_object_unref(child);
		return code;
	}
	const korch_key key = korch_object_key(child);
	const korch_object *live = korch_view_get(view, key.kind, key.namespace_, key.name);
	return live ? korch_plan_update(plan, live, child) : korch_plan_create(plan, child);
}

/* Called with the key of a Website. What it owns is removed by the garbage collector when it goes.
 */
static int reconcile(void *userdata, const korch_view *view, const korch_request *request,
                     korch_plan *plan, korch_error **err)
{
	const korch_object *website =
	    korch_view_get(view, request->key.kind, request->key.namespace_, request->key.name);
	if (!website || website->metadata->deletion_timestamp)
		return 0;
	struct json_object *content = json_tokener_parse(website->raw);
	struct json_object *spec = json_object_object_get(content, "spec");
	struct json_object *page = json_object_object_get(spec, "page");
	struct json_object *replicas = json_object_object_get(spec, "replicas");
	char *text = NULL;
	int code =
	    asprintf(&text, CHILDREN, request->key.name, request->key.namespace_,
	             json_object_to_json_string(page), replicas ? json_object_get_int(replicas) : 1) < 0
	        ? KORCH_E_NOMEM
	        : 0;
	struct json_object *children = code == 0 ? json_tokener_parse(text) : NULL;
	for (size_t i = 0; children && i < json_object_array_length(children) && code == 0; i++)
		code = ensure(view, website, json_object_array_get_idx(children, i), plan, err);
	korch_plan_event(plan, website, "Normal", "Reconciled", "website %s is in order",
	                 request->key.name);
	json_object_put(children);
	json_object_put(content);
	free(text);
	return code;
}

static void quit(int signal)
{
	korch_cluster_quit(cluster);
}

int main(int argc, char **argv)
{
	korch_error *error = NULL;
	korch_loop *loop = NULL;
	korch_runtime *runtime = NULL;
	const korch_controller_watch owned[] = {{.kind = &korch_deployment_kind},
	                                        {.kind = &korch_config_map_kind}};
	korch_controller_spec website = {.size = sizeof(website),
	                                 .name = "website",
	                                 .watches = owned,
	                                 .n_watches = 2,
	                                 .reconcile = reconcile};
	if (argc != 2 || korch_kind_get(&website.kind, "example.org/v1", "Website", &error) < 0 ||
	    korch_loop_new(&loop, &error) < 0 ||
	    korch_runtime_process_new(&runtime, loop, NULL, &error) < 0)
		return 1;
	const korch_cluster_options options = {
	    .size = sizeof(options), .loop = loop, .runtime = runtime};
	if (korch_cluster_open(&cluster, &options, &error) < 0 ||
	    korch_cluster_add_controller(NULL, cluster, &website, &error) < 0 ||
	    korch_cluster_apply_file(cluster, argv[1], &error) < 0) {
		fprintf(stderr, "operator: %s\n", korch_error_message(error));
		return 1;
	}
	signal(SIGINT, quit);
	signal(SIGTERM, quit);
	korch_cluster_run(cluster);
	korch_cluster_stop_pods(cluster, 30 * KORCH_USEC_PER_SEC, NULL);
	korch_cluster_close(cluster);
	korch_loop_free(loop);
	return 0;
}
