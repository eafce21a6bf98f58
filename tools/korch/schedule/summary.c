/* Sums over nodes and pods, and amounts as people read them. */
#include "schedule/output.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void add_pod(schedule_summary *out, const schedule_model *model, const model_pod *pod)
{
	out->placed += pod->state == MODEL_PLACED;
	out->given += pod->state == MODEL_GIVEN;
	out->pending += pod->state == MODEL_PENDING;
	double *sums = pod->node == NO_NODE ? out->pending_requests : out->requested;
	for (size_t i = 0; i < model->n_resources; i++)
		sums[i] += (double)pod->amounts[i] / (double)model->scales[i];
}

void summarize(schedule_summary *out, const schedule_model *model)
{
	*out = (schedule_summary){.nodes = model->nodes.n};
	for (size_t i = 0; i < model->nodes.n; i++) {
		const model_node *node = &model->nodes.items[i];
		out->used_nodes += node->n_pods > 0;
		for (size_t j = 0; j < model->n_resources; j++)
			out->allocatable[j] += (double)node->amounts[j] / (double)model->scales[j];
	}
	for (size_t i = 0; i < model->pods.n; i++)
		add_pod(out, model, &model->pods.items[i]);
}

double summary_percent(const schedule_summary *self, size_t resource)
{
	double all = self->allocatable[resource];
	return all > 0 ? 100 * self->requested[resource] / all : 0;
}

static int is_bytes(const char *resource)
{
	return strcmp(resource, "memory") == 0 || strcmp(resource, "ephemeral-storage") == 0 ||
	       strncmp(resource, "hugepages-", 10) == 0;
}

const char *format_amount(char out[32], const char *resource, double amount)
{
	static const char *const SUFFIXES[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
	size_t suffix = 0;
	while (is_bytes(resource) && amount >= 1024 && suffix < 6) {
		amount /= 1024;
		suffix++;
	}
	int digits = amount >= 100 || amount == floor(amount) ? 0 : amount >= 10 ? 1 : 2;
	snprintf(out, 32, "%.*f%s", digits, amount, SUFFIXES[suffix]);
	return out;
}

static int compare_reasons(const void *a, const void *b, void *userdata)
{
	const schedule_model *model = userdata;
	size_t one = *(const size_t *)a, other = *(const size_t *)b;
	size_t first = model->pods.items[one].reason, second = model->pods.items[other].reason;
	if (first != second)
		return first < second ? -1 : 1;
	return one < other ? -1 : one > other;
}

size_t *group_pending(const schedule_model *model, size_t *n)
{
	size_t *list = malloc((model->pods.n + 1) * sizeof(*list));
	*n = 0;
	for (size_t i = 0; list && i < model->pods.n; i++)
		if (model->pods.items[i].state == MODEL_PENDING)
			list[(*n)++] = i;
	if (list)
		qsort_r(list, *n, sizeof(*list), compare_reasons, (void *)(uintptr_t)model);
	return list;
}

static int compare_verdicts(const void *a, const void *b)
{
	const korch_node_verdict *one = *(const korch_node_verdict *const *)a;
	const korch_node_verdict *other = *(const korch_node_verdict *const *)b;
	if (!one->filter != !other->filter)
		return one->filter ? 1 : -1;
	if (one->total != other->total)
		return one->total > other->total ? -1 : 1;
	return strcmp(one->node, other->node);
}

const korch_node_verdict **rank_verdicts(const korch_explanation *explanation, size_t *n)
{
	const korch_node_verdict *verdicts = korch_explanation_nodes(explanation, n);
	const char *best = korch_explanation_node(explanation);
	const korch_node_verdict **list = malloc((*n + 1) * sizeof(*list));
	for (size_t i = 0; list && i < *n; i++)
		list[i] = &verdicts[i];
	if (!list)
		return NULL;
	qsort(list, *n, sizeof(*list), compare_verdicts);
	/* Of equal ones the one that is taken, whatever tells them apart. */
	for (size_t i = 0; best && i < *n; i++) {
		if (strcmp(list[i]->node, best) != 0)
			continue;
		const korch_node_verdict *chosen = list[i];
		memmove(&list[1], &list[0], i * sizeof(*list));
		list[0] = chosen;
		break;
	}
	return list;
}
