/*
 * The scheduler alone: nodes and pods in, bindings and reasons out. No cluster, no store, no loop.
 * Then a what-if: what would become of a node's pods if it went? Tried, and thrown away.
 */
#include <korch/codec.h>
#include <korch/scheduler.h>
#include <korch/scheduler/whatif.h>
#include <stdio.h>
#include <stdlib.h>

#define NODE                                                                                       \
	"{\"apiVersion\": \"v1\", \"kind\": \"Node\", \"metadata\": {\"name\": \"%s\"}, \"status\": "  \
	"{\"allocatable\": {\"cpu\": \"%s\", \"memory\": \"%s\", \"pods\": \"110\"}}}"
#define POD                                                                                        \
	"{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"%s\"}, \"spec\": "     \
	"{\"containers\": [{\"name\": \"main\", \"resources\": {\"requests\": {\"cpu\": \"%s\", "      \
	"\"memory\": \"%s\"}}}]}}"

static void check(int code, korch_error *error)
{
	if (code >= 0)
		return;
	fprintf(stderr, "%s\n", korch_error_message(error));
	exit(1);
}

/* An object of JSON text. */
static korch_object *make(const char *format, const char *name, const char *cpu, const char *memory)
{
	char text[1024];
	korch_object *object = NULL;
	korch_error *error = NULL;
	int length = snprintf(text, sizeof(text), format, name, cpu, memory);
	check(korch_object_from_json(&object, text, (size_t)length, NULL, NULL, &error), error);
	return object;
}

int main(void)
{
	static const char *const REQUESTS[][3] = {
	    {"web", "2", "2Gi"}, {"db", "3", "8Gi"}, {"cache", "1", "6Gi"}, {"report", "6", "1Gi"}};
	korch_object *nodes[] = {make(NODE, "small", "4", "8Gi"), make(NODE, "large", "8", "16Gi")};
	korch_object *pods[4];
	korch_scheduler *scheduler = NULL;
	korch_decision decision;
	korch_error *error = NULL;
	check(korch_scheduler_new(&scheduler, NULL, &error), error);
	for (int i = 0; i < 2; i++)
		check(korch_scheduler_node_set(scheduler, (korch_node *)nodes[i], &error), error);
	for (int i = 0; i < 4; i++) {
		pods[i] = make(POD, REQUESTS[i][0], REQUESTS[i][1], REQUESTS[i][2]);
		check(korch_scheduler_schedule(&decision, scheduler, (korch_pod *)pods[i], &error), error);
		printf("%s: %s\n", REQUESTS[i][0], decision.node ? decision.node : decision.message);
	}

	korch_scheduler_begin(scheduler);
	korch_scheduler_node_remove(scheduler, "small");
	for (int i = 0; i < 4; i++) {
		const char *node = korch_scheduler_pod_node(scheduler, (korch_pod *)pods[i]);
		if (!node || *node != 's')
			continue;
		check(korch_scheduler_schedule(&decision, scheduler, (korch_pod *)pods[i], &error), error);
		printf("without small, %s: %s\n", REQUESTS[i][0],
		       decision.node ? decision.node : decision.message);
	}
	korch_scheduler_rollback(scheduler); /* small is there again, and so are its pods */
	printf("%zu nodes, %zu pods\n", korch_scheduler_nodes(scheduler),
	       korch_scheduler_pods(scheduler));

	korch_scheduler_free(scheduler);
	for (int i = 0; i < 6; i++)
		korch_object_unref(i < 2 ? nodes[i] : pods[i - 2]);
	return 0;
}
