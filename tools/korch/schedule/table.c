/* Bindings, reasons and sums as text for people. */
#include "schedule/output.h"

#include <stdlib.h>
#include <string.h>

static const char *node_of(const schedule_model *model, size_t node)
{
	return node == NO_NODE ? "-" : korch_object_name(&model->nodes.items[node].object->object);
}

static void print_bindings(FILE *out, const schedule_model *model)
{
	char name[512];
	int pod_width = 3, node_width = 4;
	for (size_t i = 0; i < model->pods.n; i++) {
		const model_pod *pod = &model->pods.items[i];
		int pod_length = (int)strlen(model_pod_name(pod, name, sizeof(name)));
		int node_length = (int)strlen(node_of(model, pod->node));
		pod_width = pod_length > pod_width ? pod_length : pod_width;
		node_width = node_length > node_width ? node_length : node_width;
	}
	fprintf(out, "%-*s  %-*s  SCORE\n", pod_width, "POD", node_width, "NODE");
	for (size_t i = 0; i < model->pods.n; i++) {
		const model_pod *pod = &model->pods.items[i];
		fprintf(out, "%-*s  %-*s  ", pod_width, model_pod_name(pod, name, sizeof(name)), node_width,
		        node_of(model, pod->node));
		if (pod->has_score)
			fprintf(out, "%lld\n", (long long)pod->score);
		else
			fputs(pod->state == MODEL_PENDING ? "pending\n" : "-\n", out);
	}
}

/* The pods from `first` on that have the same reason; returns the index behind them. */
static size_t print_reason(FILE *out, const schedule_model *model, const size_t *pending,
                           size_t first, size_t n)
{
	char name[512];
	size_t reason = model->pods.items[pending[first]].reason;
	size_t end = first;
	while (end < n && model->pods.items[pending[end]].reason == reason)
		end++;
	fprintf(out, "  %s\n   ", model->reasons.items[reason]);
	for (size_t i = first; i < end && i < first + NAMES_SHOWN; i++)
		fprintf(out, "%s %s", i > first ? "," : "",
		        model_pod_name(&model->pods.items[pending[i]], name, sizeof(name)));
	if (end > first + NAMES_SHOWN)
		fprintf(out, " and %zu more", end - first - NAMES_SHOWN);
	fputc('\n', out);
	return end;
}

static int print_pending(FILE *out, const schedule_model *model)
{
	size_t n;
	size_t *pending = group_pending(model, &n);
	if (!pending)
		return KORCH_E_NOMEM;
	if (n > 0)
		fprintf(out, "\n%zu pod%s not fit anywhere:\n", n, n == 1 ? " does" : "s do");
	for (size_t i = 0; i < n;)
		i = print_reason(out, model, pending, i, n);
	free(pending);
	return 0;
}

static void print_preempted(FILE *out, const schedule_model *model)
{
	char victim[512], preemptor[512];
	int is_first = 1;
	for (size_t i = 0; i < model->pods.n; i++) {
		const model_pod *pod = &model->pods.items[i];
		if (pod->preempted_from == NO_NODE)
			continue;
		fprintf(
		    out, "%s  %s had to leave %s for %s\n", is_first ? "\nPreempted:\n" : "",
		    model_pod_name(pod, victim, sizeof(victim)), node_of(model, pod->preempted_from),
		    model_pod_name(&model->pods.items[pod->preempted_by], preemptor, sizeof(preemptor)));
		is_first = 0;
	}
}

static void print_resources(FILE *out, const schedule_model *model, const schedule_summary *sums)
{
	char all[32], used[32];
	int width = 8;
	for (size_t i = 0; i < model->n_resources; i++)
		if ((int)strlen(model->resources[i]) > width)
			width = (int)strlen(model->resources[i]);
	fprintf(out, "\n%-*s  %12s  %12s  %6s\n", width, "RESOURCE", "ALLOCATABLE", "REQUESTED", "%");
	for (size_t i = 0; i < model->n_resources; i++)
		fprintf(out, "%-*s  %12s  %12s  %6.2f\n", width, model->resources[i],
		        format_amount(all, model->resources[i], sums->allocatable[i]),
		        format_amount(used, model->resources[i], sums->requested[i]),
		        summary_percent(sums, i));
}

int output_table(FILE *out, const schedule_run *run)
{
	const schedule_model *model = run->model;
	schedule_summary sums;
	summarize(&sums, model);
	print_bindings(out, model);
	int code = print_pending(out, model);
	print_preempted(out, model);
	print_resources(out, model, &sums);
	fprintf(out, "\n%zu of %zu pods placed", sums.placed + sums.given, model->pods.n);
	if (sums.given)
		fprintf(out, " (%zu were there before)", sums.given);
	fprintf(out, ", %zu pending; %zu of %zu nodes used\n", sums.pending, sums.used_nodes,
	        sums.nodes);
	return code;
}
