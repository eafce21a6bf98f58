/* Asking the scheduler what would be, and the answers as tables, JSON and CSV. */
#include "schedule/question.h"
#include "schedule/csv_out.h"
#include "schedule/jsonw.h"
#include "schedule/output.h"

#include <stdlib.h>
#include <string.h>

static int ask_headroom(question *out, schedule_run *run, korch_error **err)
{
	size_t i;
	int code = model_find_pod(&i, run->model, run->options->subject, err);
	if (code < 0)
		return code;
	const model_pod *pod = &run->model->pods.items[i];
	korch_pod *copy = run_unbound(pod);
	if (!copy)
		return model_nomem(err);
	out->pod = model_pod_name(pod, out->pod_name, sizeof(out->pod_name));
	out->count = korch_scheduler_headroom(run->scheduler, copy, 0, err);
	korch_error_set_location(err, pod->place.file, pod->place.line);
	korch_object_unref(&copy->object);
	return out->count < 0 ? (int)out->count : 0;
}

static int no_node(const schedule_run *run, korch_error **err)
{
	const schedule_model *model = run->model;
	const char **names = calloc(model->nodes.n + 1, sizeof(*names));
	if (!names)
		return model_nomem(err);
	for (size_t i = 0; i < model->nodes.n; i++)
		names[i] = korch_object_name(&model->nodes.items[i].object->object);
	const char *meant = nearest_name(run->options->subject, names, model->nodes.n);
	int code =
	    korch_error_set(err, KORCH_E_NOT_FOUND, "no node \"%s\"%s%s%s", run->options->subject,
	                    meant ? ", did you mean " : "", meant ? meant : "", meant ? "?" : "");
	free(names);
	return code;
}

static int ask_compact(question *out, schedule_run *run, korch_error **err)
{
	const korch_compact_options options = {.size = sizeof(options), .seed = run->options->seed};
	return korch_scheduler_compact(&out->moves, run->scheduler, &options, err);
}

static int ask_rebalance(question *out, schedule_run *run, korch_error **err)
{
	const korch_rebalance_options options = {
	    .size = sizeof(options),
	    .goal = run->options->is_packing ? KORCH_REBALANCE_PACKING : KORCH_REBALANCE_BALANCE,
	    .moves = run->options->moves,
	    .seed = run->options->seed,
	};
	return korch_scheduler_rebalance(&out->moves, run->scheduler, &options, err);
}

int question_ask(question *out, schedule_run *run, korch_error **err)
{
	*out = (question){.run = run};
	int code = run_feed_budgets(run, err);
	if (code < 0)
		return code;
	switch (run->options->question) {
	case QUESTION_DRAIN:
		return model_node_index(run->model, run->options->subject) == NO_NODE
		           ? no_node(run, err)
		           : korch_scheduler_drain(&out->moves, run->scheduler, run->options->subject, err);
	case QUESTION_COMPACT:
		return ask_compact(out, run, err);
	case QUESTION_REBALANCE:
		return ask_rebalance(out, run, err);
	default:
		return ask_headroom(out, run, err);
	}
}

void question_fini(question *self)
{
	korch_moves_free(self->moves);
}

static const char *const NAMES[] = {
    [QUESTION_NONE] = "",
    [QUESTION_DRAIN] = "drain",
    [QUESTION_COMPACT] = "compact",
    [QUESTION_REBALANCE] = "rebalance",
    [QUESTION_HEADROOM] = "headroom",
};

static int wider(int width, const char *text)
{
	int length = text ? (int)strlen(text) : 1;
	return length > width ? length : width;
}

static void print_moves(FILE *out, const korch_moves *moves)
{
	size_t n;
	const korch_move *list = korch_moves_list(moves, &n);
	int pod = 3, from = 4;
	for (size_t i = 0; i < n; i++) {
		pod = wider(pod, list[i].name);
		from = wider(from, list[i].from);
	}
	if (n > 0)
		fprintf(out, "%-*s  %-*s  TO\n", pod, "POD", from, "FROM");
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%-*s  %-*s  %s%s%s\n", pod, list[i].name, from, list[i].from,
		        list[i].to ? list[i].to : "-", list[i].why ? "  " : "",
		        list[i].why ? list[i].why : "");
	if (n > 0)
		fputc('\n', out);
}

static void print_drain(FILE *out, const question *self)
{
	size_t n, n_stuck = 0;
	const korch_move *list = korch_moves_list(self->moves, &n);
	const char *node = self->run->options->subject;
	for (size_t i = 0; i < n; i++)
		n_stuck += !list[i].to;
	if (korch_moves_complete(self->moves))
		fprintf(out, "%s can go: %zu pod%s a place elsewhere\n", node, n,
		        n == 1 ? " finds" : "s find");
	else
		fprintf(out, "%s cannot go: %zu of %zu pods have to stay\n", node, n_stuck, n);
}

static void print_gain(FILE *out, const question *self)
{
	const schedule_options *options = self->run->options;
	size_t n, n_emptied;
	double before = 0, after = 0;
	const char *const *emptied = korch_moves_emptied(self->moves, &n_emptied);
	korch_moves_list(self->moves, &n);
	korch_moves_gain(self->moves, &before, &after);
	if (options->question == QUESTION_REBALANCE && !options->is_packing)
		fprintf(out, "the variance of utilization, %.6g, becomes %.6g", before, after);
	else
		fprintf(out, "%.0f nodes in use become %.0f", before, after);
	fprintf(out, " by %zu move%s", n, n == 1 ? "" : "s");
	for (size_t i = 0; i < n_emptied && i < NAMES_SHOWN; i++)
		fprintf(out, "%s %s", i ? "," : "; these can go:", emptied[i]);
	if (n_emptied > NAMES_SHOWN)
		fprintf(out, " and %zu more", n_emptied - NAMES_SHOWN);
	fputc('\n', out);
}

static void write_table(FILE *out, const question *self)
{
	if (!self->moves) {
		fprintf(out, "%lld more pod%s like %s fit\n", (long long)self->count,
		        self->count == 1 ? "" : "s", self->pod);
		return;
	}
	print_moves(out, self->moves);
	if (self->run->options->question == QUESTION_DRAIN)
		print_drain(out, self);
	else
		print_gain(out, self);
}

static void put_moves(jsonw *json, const korch_moves *moves)
{
	size_t n, n_emptied;
	double before = 0, after = 0;
	const korch_move *list = korch_moves_list(moves, &n);
	const char *const *emptied = korch_moves_emptied(moves, &n_emptied);
	korch_moves_gain(moves, &before, &after);
	jsonw_bool(json, "complete", korch_moves_complete(moves));
	jsonw_number(json, "before", before, 9);
	jsonw_number(json, "after", after, 9);
	jsonw_open(json, "emptied", '[');
	for (size_t i = 0; i < n_emptied; i++)
		jsonw_text(json, NULL, emptied[i]);
	jsonw_close(json, ']');
	jsonw_open(json, "moves", '[');
	for (size_t i = 0; i < n; i++) {
		jsonw_open(json, NULL, '{');
		jsonw_text(json, "pod", list[i].name);
		jsonw_text(json, "from", list[i].from);
		jsonw_text(json, "to", list[i].to);
		if (list[i].devices)
			json_put_devices(json, list[i].devices);
		if (list[i].why)
			jsonw_text(json, "reason", list[i].why);
		jsonw_close(json, '}');
	}
	jsonw_close(json, ']');
}

static void write_json(FILE *out, const question *self)
{
	jsonw json = {.out = out, .lines = 2};
	jsonw_open(&json, NULL, '{');
	jsonw_text(&json, "question", NAMES[self->run->options->question]);
	if (self->moves)
		put_moves(&json, self->moves);
	else {
		jsonw_text(&json, "pod", self->pod);
		jsonw_int(&json, "count", self->count);
	}
	jsonw_close(&json, '}');
}

static void write_csv(FILE *out, const question *self)
{
	size_t n = 0;
	const korch_move *list = self->moves ? korch_moves_list(self->moves, &n) : NULL;
	fputs(self->moves ? "pod,from,to,reason\n" : "pod,count\n", out);
	for (size_t i = 0; i < n; i++) {
		csv_put(out, list[i].name, 1);
		csv_put(out, list[i].from, 0);
		csv_put(out, list[i].to, 0);
		csv_put(out, list[i].why, 0);
		fputc('\n', out);
	}
	if (!self->moves) {
		csv_put(out, self->pod, 1);
		fprintf(out, ",%lld\n", (long long)self->count);
	}
}

void question_write(FILE *out, const question *self)
{
	static void (*const WRITERS[])(FILE * out, const question *self) = {
	    [FORMAT_TABLE] = write_table, [FORMAT_JSON] = write_json, [FORMAT_CSV] = write_csv};
	WRITERS[self->run->options->format](out, self);
}
