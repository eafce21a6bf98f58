/* Bindings, nodes, reasons and sums as one JSON document. Members are only ever added. */
#include "schedule/jsonw.h"
#include "schedule/output.h"

#include <stdlib.h>

static const char *const STATES[] = {
    [MODEL_WAITING] = "waiting",
    [MODEL_GIVEN] = "given",
    [MODEL_PLACED] = "placed",
    [MODEL_PENDING] = "pending",
};

void json_put_devices(jsonw *json, uint64_t devices)
{
	jsonw_open(json, "devices", '[');
	for (int i = 0; i < 64; i++)
		if (devices >> i & 1)
			jsonw_int(json, NULL, i);
	jsonw_close(json, ']');
}

static void put_requests(jsonw *json, const schedule_model *model, const int64_t *amounts)
{
	jsonw_open(json, "requests", '{');
	for (size_t i = 0; i < model->n_resources; i++)
		if (amounts[i])
			jsonw_number(json, model->resources[i], (double)amounts[i] / (double)model->scales[i],
			             3);
	jsonw_close(json, '}');
}

static const char *node_name(const schedule_model *model, size_t i)
{
	return i == NO_NODE ? NULL : korch_object_name(&model->nodes.items[i].object->object);
}

static void put_preempted(jsonw *json, const schedule_model *model, const model_pod *pod)
{
	char name[512];
	jsonw_text(json, "preemptedFrom", node_name(model, pod->preempted_from));
	jsonw_text(json, "preemptedBy",
	           model_pod_name(&model->pods.items[pod->preempted_by], name, sizeof(name)));
}

static void put_pod(jsonw *json, const schedule_model *model, const model_pod *pod)
{
	jsonw_open(json, NULL, '{');
	jsonw_text(json, "namespace", korch_object_namespace(&pod->object->object));
	jsonw_text(json, "name", korch_object_name(&pod->object->object));
	jsonw_text(json, "state", STATES[pod->state]);
	jsonw_text(json, "node", node_name(model, pod->node));
	if (pod->has_score)
		jsonw_int(json, "score", pod->score);
	if (pod->state == MODEL_PLACED && pod->has_score)
		jsonw_int(json, "feasible", (int64_t)pod->feasible);
	if (pod->devices)
		json_put_devices(json, pod->devices);
	if (pod->reason != NO_REASON && pod->state == MODEL_PENDING)
		jsonw_text(json, "reason", model->reasons.items[pod->reason]);
	if (pod->preempted_from != NO_NODE)
		put_preempted(json, model, pod);
	jsonw_int(json, "priority", pod->object->spec->priority);
	put_requests(json, model, pod->amounts);
	jsonw_close(json, '}');
}

static void put_node(jsonw *json, const schedule_model *model, const model_node *node)
{
	jsonw_open(json, NULL, '{');
	jsonw_text(json, "name", korch_object_name(&node->object->object));
	jsonw_int(json, "pods", (int64_t)node->n_pods);
	jsonw_open(json, "resources", '{');
	for (size_t i = 0; i < model->n_resources; i++) {
		double scale = (double)model->scales[i];
		if (!node->amounts[i] && !node->requested[i])
			continue;
		jsonw_open(json, model->resources[i], '{');
		jsonw_number(json, "allocatable", (double)node->amounts[i] / scale, 3);
		jsonw_number(json, "requested", (double)node->requested[i] / scale, 3);
		jsonw_close(json, '}');
	}
	jsonw_close(json, '}');
	jsonw_close(json, '}');
}

static int put_pending(jsonw *json, const schedule_model *model)
{
	char name[512];
	size_t n;
	size_t *pending = group_pending(model, &n);
	if (!pending)
		return KORCH_E_NOMEM;
	jsonw_open(json, "pending", '[');
	for (size_t i = 0; i < n;) {
		size_t reason = model->pods.items[pending[i]].reason;
		jsonw_open(json, NULL, '{');
		jsonw_text(json, "reason", model->reasons.items[reason]);
		jsonw_open(json, "pods", '[');
		for (; i < n && model->pods.items[pending[i]].reason == reason; i++)
			jsonw_text(json, NULL,
			           model_pod_name(&model->pods.items[pending[i]], name, sizeof(name)));
		jsonw_close(json, ']');
		jsonw_close(json, '}');
	}
	jsonw_close(json, ']');
	free(pending);
	return 0;
}

static void put_summary(jsonw *json, const schedule_model *model)
{
	schedule_summary sums;
	summarize(&sums, model);
	jsonw_open(json, "summary", '{');
	jsonw_int(json, "pods", (int64_t)model->pods.n);
	jsonw_int(json, "placed", (int64_t)sums.placed);
	jsonw_int(json, "given", (int64_t)sums.given);
	jsonw_int(json, "pending", (int64_t)sums.pending);
	jsonw_int(json, "nodes", (int64_t)sums.nodes);
	jsonw_int(json, "usedNodes", (int64_t)sums.used_nodes);
	jsonw_open(json, "resources", '{');
	for (size_t i = 0; i < model->n_resources; i++) {
		jsonw_open(json, model->resources[i], '{');
		jsonw_number(json, "allocatable", sums.allocatable[i], 3);
		jsonw_number(json, "requested", sums.requested[i], 3);
		jsonw_number(json, "pending", sums.pending_requests[i], 3);
		jsonw_number(json, "percent", summary_percent(&sums, i), 4);
		jsonw_close(json, '}');
	}
	jsonw_close(json, '}');
	jsonw_close(json, '}');
}

int output_json(FILE *out, const schedule_run *run)
{
	const schedule_model *model = run->model;
	jsonw json = {.out = out, .lines = 2};
	jsonw_open(&json, NULL, '{');
	jsonw_open(&json, "pods", '[');
	for (size_t i = 0; i < model->pods.n; i++)
		put_pod(&json, model, &model->pods.items[i]);
	jsonw_close(&json, ']');
	jsonw_open(&json, "nodes", '[');
	for (size_t i = 0; i < model->nodes.n; i++)
		put_node(&json, model, &model->nodes.items[i]);
	jsonw_close(&json, ']');
	int code = put_pending(&json, model);
	put_summary(&json, model);
	jsonw_close(&json, '}');
	return code;
}
