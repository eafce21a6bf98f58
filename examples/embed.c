/* An orchestrator inside a program: opens a cluster, applies a manifest, waits, prints its pods,
 * closes. See docs/embedding.md. */
#include <korch/api.h>
#include <korch/cluster.h>
#include <korch/process.h>
#include <stdio.h>
#include <stdlib.h>

static const char MANIFEST[] = "apiVersion: apps/v1\n"
                               "kind: Deployment\n"
                               "metadata: {name: hello}\n"
                               "spec:\n"
                               "  replicas: 3\n"
                               "  selector: {matchLabels: {app: hello}}\n"
                               "  template:\n"
                               "    metadata: {labels: {app: hello}}\n"
                               "    spec:\n"
                               "      terminationGracePeriodSeconds: 1\n"
                               "      containers:\n"
                               "      - {name: hello, image: hello, command: [sleep, infinity]}\n";

static int fail(korch_error *error)
{
	char *text = korch_error_format(error);
	fprintf(stderr, "embed: %s\n", text ? text : "failed");
	free(text);
	korch_error_free(error);
	return 1;
}

int main(void)
{
	korch_error *error = NULL;
	korch_loop *loop = NULL;
	korch_runtime *runtime = NULL;
	korch_cluster *cluster = NULL;
	korch_object **pods = NULL;
	size_t n = 0;
	if (korch_loop_new(&loop, &error) < 0 ||
	    korch_runtime_process_new(&runtime, loop, NULL, &error) < 0)
		return fail(error);
	const korch_cluster_options options = {
	    .size = sizeof(options), .loop = loop, .runtime = runtime};
	const korch_key hello = {&korch_deployment_kind, "default", "hello"};
	if (korch_cluster_open(&cluster, &options, &error) < 0 ||
	    korch_cluster_apply_text(cluster, MANIFEST, "hello.yaml", &error) < 0 ||
	    korch_cluster_wait(cluster, &hello, "available", 30 * KORCH_USEC_PER_SEC, &error) < 0 ||
	    korch_cluster_list(&pods, &n, cluster, "pods", "default", "app=hello", &error) < 0)
		return fail(error);
	for (size_t i = 0; i < n; i++)
		printf("%s %s\n", korch_object_name(pods[i]), ((korch_pod *)pods[i])->status->phase);
	korch_object_list_free(pods, n);
	korch_cluster_stop_pods(cluster, 10 * KORCH_USEC_PER_SEC, NULL);
	korch_cluster_close(cluster);
	korch_loop_free(loop);
	return 0;
}
