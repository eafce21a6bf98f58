/* Why a pod goes where it goes: each node with its verdict and each score term, best first. */
#include "schedule/csv_out.h"
#include "schedule/jsonw.h"
#include "schedule/output.h"

#include <stdlib.h>
#include <string.h>

typedef struct verdicts {
	const schedule_run *run;
	const korch_explanation *explanation;
	const korch_node_verdict **items;
	size_t n, n_fitting;
	char pod[512];
} verdicts;

/* "45/45×1" */
static int term_text(char *out, size_t size, const korch_score_term *term)
{
	snprintf(out, size, "%lld/%lld×%d", (long long)term->raw, (long long)term->normalized,
	         term->weight);
	return (int)strlen(out) - 1; /* × is two bytes and one column */
}

static int wider(int width, int other)
{
	return other > width ? other : width;
}

/* The widths of all columns: node, verdict, one for each term. */
static void measure(const verdicts *self, int *widths)
{
	char text[96];
	widths[0] = 4;
	widths[1] = 7;
	for (size_t i = 0; i < self->n; i++) {
		const korch_node_verdict *verdict = self->items[i];
		widths[0] = wider(widths[0], (int)strlen(verdict->node));
		widths[1] = wider(widths[1], verdict->reason ? (int)strlen(verdict->reason) : 4);
		for (size_t j = 0; j < verdict->n_terms; j++) {
			int *width = &widths[j + 2];
			*width = wider(*width, (int)strlen(verdict->terms[j].name));
			if (!verdict->filter)
				*width = wider(*width, term_text(text, sizeof(text), &verdict->terms[j]));
		}
	}
}

static void print_verdict(FILE *out, const korch_node_verdict *verdict, const int *widths)
{
	char text[96];
	fprintf(out, "%-*s  ", widths[0], verdict->node);
	if (verdict->filter) {
		fprintf(out, "%s\n", verdict->reason ? verdict->reason : verdict->filter);
		return;
	}
	fprintf(out, "%-*s", widths[1], "fits");
	for (size_t j = 0; j < verdict->n_terms; j++) {
		int length = term_text(text, sizeof(text), &verdict->terms[j]);
		fprintf(out, "  %*s%s", widths[j + 2] - length, "", text);
	}
	fprintf(out, "  %5lld\n", (long long)verdict->total);
}

static void print_sentence(FILE *out, const verdicts *self)
{
	const char *message = korch_explanation_message(self->explanation);
	if (message)
		fprintf(out, "%s: %s\n", self->pod, message);
	else
		fprintf(out, "%s: goes to %s, the best of %zu node%s that will do (%zu in all)\n",
		        self->pod, korch_explanation_node(self->explanation), self->n_fitting,
		        self->n_fitting == 1 ? "" : "s", self->n);
}

static const char *name_at(const schedule_model *model, size_t node)
{
	return korch_object_name(&model->nodes.items[node].object->object);
}

/* What became of it, where that is not what the sentence says: gangs, batches and preemption look
 * at more than one pod. */
static void print_outcome(FILE *out, const verdicts *self)
{
	const schedule_model *model = self->run->model;
	const model_pod *pod = &model->pods.items[self->run->explained];
	const char *best = korch_explanation_node(self->explanation);
	char name[512];
	if (pod->state == MODEL_PENDING && pod->preempted_from != NO_NODE)
		fprintf(out, "%s: had to leave %s for %s\n", self->pod, name_at(model, pod->preempted_from),
		        model_pod_name(&model->pods.items[pod->preempted_by], name, sizeof(name)));
	else if (pod->state == MODEL_PENDING && best)
		fprintf(out, "%s: but it stays pending: %s\n", self->pod,
		        model->reasons.items[pod->reason]);
	if (pod->state != MODEL_PLACED || (best && strcmp(best, name_at(model, pod->node)) == 0))
		return;
	fprintf(out, "%s: placed on %s", self->pod, name_at(model, pod->node));
	if (best)
		fputs(" together with others", out);
	const char *before = ", which is left for it by ";
	for (size_t i = 0; !best && i < model->pods.n; i++) {
		const model_pod *victim = &model->pods.items[i];
		if (victim->preempted_from == NO_NODE || victim->preempted_by != self->run->explained)
			continue;
		fprintf(out, "%s%s", before, model_pod_name(victim, name, sizeof(name)));
		before = ", ";
	}
	fputc('\n', out);
}

static int print_table(FILE *out, const verdicts *self)
{
	size_t n_terms = self->n ? self->items[0]->n_terms : 0;
	int *widths = calloc(n_terms + 2, sizeof(*widths));
	if (!widths)
		return KORCH_E_NOMEM;
	measure(self, widths);
	fprintf(out, "%-*s  %-*s", widths[0], "NODE", self->n_fitting ? widths[1] : 7, "VERDICT");
	for (size_t j = 0; self->n_fitting && j < n_terms; j++)
		fprintf(out, "  %*s", widths[j + 2], self->items[0]->terms[j].name);
	fputs(self->n_fitting ? "  TOTAL\n" : "\n", out);
	for (size_t i = 0; i < self->n; i++)
		print_verdict(out, self->items[i], widths);
	free(widths);
	if (self->n_fitting)
		fputs("(raw/normalized×weight)\n", out);
	fputc('\n', out);
	print_sentence(out, self);
	print_outcome(out, self);
	return 0;
}

static void put_outcome(jsonw *json, const verdicts *self)
{
	static const char *const STATES[] = {[MODEL_WAITING] = "pending",
	                                     [MODEL_GIVEN] = "given",
	                                     [MODEL_PLACED] = "placed",
	                                     [MODEL_PENDING] = "pending"};
	const schedule_model *model = self->run->model;
	const model_pod *pod = &model->pods.items[self->run->explained];
	jsonw_open(json, "outcome", '{');
	jsonw_text(json, "state", STATES[pod->state]);
	jsonw_text(json, "node", pod->node == NO_NODE ? NULL : name_at(model, pod->node));
	if (pod->reason != NO_REASON)
		jsonw_text(json, "reason", model->reasons.items[pod->reason]);
	jsonw_close(json, '}');
}

static int print_json(FILE *out, const verdicts *self)
{
	jsonw json = {.out = out, .lines = 2};
	jsonw_open(&json, NULL, '{');
	jsonw_text(&json, "pod", self->pod);
	jsonw_text(&json, "node", korch_explanation_node(self->explanation));
	jsonw_text(&json, "message", korch_explanation_message(self->explanation));
	jsonw_int(&json, "feasible", (int64_t)self->n_fitting);
	put_outcome(&json, self);
	jsonw_open(&json, "nodes", '[');
	for (size_t i = 0; i < self->n; i++) {
		const korch_node_verdict *verdict = self->items[i];
		jsonw_open(&json, NULL, '{');
		jsonw_text(&json, "node", verdict->node);
		jsonw_bool(&json, "fits", !verdict->filter);
		if (verdict->filter) {
			jsonw_text(&json, "filter", verdict->filter);
			jsonw_text(&json, "reason", verdict->reason);
		} else {
			jsonw_int(&json, "total", verdict->total);
			jsonw_open(&json, "scores", '[');
			for (size_t j = 0; j < verdict->n_terms; j++) {
				jsonw_open(&json, NULL, '{');
				jsonw_text(&json, "name", verdict->terms[j].name);
				jsonw_int(&json, "raw", verdict->terms[j].raw);
				jsonw_int(&json, "normalized", verdict->terms[j].normalized);
				jsonw_int(&json, "weight", verdict->terms[j].weight);
				jsonw_close(&json, '}');
			}
			jsonw_close(&json, ']');
		}
		jsonw_close(&json, '}');
	}
	jsonw_close(&json, ']');
	jsonw_close(&json, '}');
	return 0;
}

/* One row a node; three columns a score. */
static int print_csv(FILE *out, const verdicts *self)
{
	size_t n_terms = self->n ? self->items[0]->n_terms : 0;
	fputs("node,fits,filter,reason,total", out);
	for (size_t j = 0; j < n_terms; j++) {
		const char *name = self->items[0]->terms[j].name;
		fprintf(out, ",%s,%s normalized,%s weight", name, name, name);
	}
	fputc('\n', out);
	for (size_t i = 0; i < self->n; i++) {
		const korch_node_verdict *verdict = self->items[i];
		csv_put(out, verdict->node, 1);
		csv_put(out, verdict->filter ? "no" : "yes", 0);
		csv_put(out, verdict->filter, 0);
		csv_put(out, verdict->reason, 0);
		fprintf(out, verdict->filter ? "," : ",%lld", (long long)verdict->total);
		for (size_t j = 0; j < verdict->n_terms; j++)
			fprintf(out, verdict->filter ? ",,," : ",%lld,%lld,%d",
			        (long long)verdict->terms[j].raw, (long long)verdict->terms[j].normalized,
			        verdict->terms[j].weight);
		fputc('\n', out);
	}
	return 0;
}

int output_explanation(FILE *out, const schedule_run *run)
{
	static int (*const PRINTERS[])(FILE * out, const verdicts *self) = {
	    [FORMAT_TABLE] = print_table, [FORMAT_JSON] = print_json, [FORMAT_CSV] = print_csv};
	verdicts list = {.run = run, .explanation = run->explanation};
	list.items = rank_verdicts(run->explanation, &list.n);
	if (!list.items)
		return KORCH_E_NOMEM;
	model_pod_name(&run->model->pods.items[run->explained], list.pod, sizeof(list.pod));
	for (size_t i = 0; i < list.n; i++)
		list.n_fitting += !list.items[i]->filter;
	int code = PRINTERS[run->options->format](out, &list);
	free(list.items);
	return code;
}
