/* `korch up` where there is no terminal: a line for each thing that happens. */
#include "rollout/lines.h"
#include "up/output.h"

#include <korch/api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct tool_lines {
	tool_output output;
} tool_lines;

const char *output_result_word(korch_apply_result result)
{
	static const char *const WORDS[] = {"created", "configured", "unchanged"};
	return result < sizeof(WORDS) / sizeof(WORDS[0]) ? WORDS[result] : "";
}

static void stamp(void)
{
	char text[32];
	time_t now = time(NULL);
	struct tm local;
	localtime_r(&now, &local);
	strftime(text, sizeof(text), "%H:%M:%S", &local);
	printf("%s ", text);
}

static void lines_applied(tool_output *output, const korch_object *object,
                          korch_apply_result result)
{
	stamp();
	printf("%s/%s %s\n", object->kind->singular, korch_object_name(object),
	       output_result_word(result));
	fflush(stdout);
}

static void lines_deleted(tool_output *output, const korch_key *key)
{
	stamp();
	printf("%s/%s deleted\n", key->kind->singular, key->name);
	fflush(stdout);
}

static void lines_event(tool_output *output, const korch_object *object, const tool_row *row)
{
	const korch_event *event = (const korch_event *)object;
	stamp();
	printf("%s%s %s: %s\n", event->type && strcmp(event->type, "Warning") == 0 ? "warning: " : "",
	       event->involved_object && event->involved_object->name ? event->involved_object->name
	                                                              : "",
	       event->reason ? event->reason : "", event->message ? event->message : "");
	fflush(stdout);
}

static void say_rollout(const char *title, const rollout_state *state)
{
	char progress[320];
	rollout_progress(progress, sizeof(progress), state);
	stamp();
	printf("%s %s%s%s: %s\n", title, state->phase, *progress ? ", " : "", progress,
	       state->sentence);
	for (size_t i = 0; i < state->n_analyses; i++) {
		const rollout_analysis *each = &state->analyses[i];
		if (each->n_metrics == 0)
			continue;
		stamp();
		printf("%s analysis %s %s", title, each->name, each->phase);
		for (size_t k = 0; k < each->n_metrics; k++)
			printf(", %s %s", each->metrics[k].name, each->metrics[k].last);
		putchar('\n');
	}
}

static void lines_rows(tool_output *output, const tool_rows *rows, korch_usec now)
{
	for (size_t i = 0; i < rows->n; i++) {
		const tool_row *row = &rows->items[i];
		char title[ROW_NAME_MAX];
		if (!row->is_changed)
			continue;
		row_title(title, sizeof(title), row);
		stamp();
		printf("%s %d/%d ready, %d up to date", title, row->ready, row->desired, row->updated);
		if (row->restarts)
			printf(", %d restart%s", row->restarts, row->restarts == 1 ? "" : "s");
		printf("%s", row->is_failed ? ", failed" : row->is_finished ? ", finished" : "");
		if (row->waiting) {
			char text[WAITING_MESSAGE_MAX + 700];
			waiting_text(text, sizeof(text), row->waiting, row->kind == &korch_pod_kind);
			printf(", %s", text);
		}
		putchar('\n');
		if (row->rollout)
			say_rollout(title, row->rollout);
	}
	for (size_t i = 0; i < rows->n_services; i++) {
		char title[SERVICE_TEXT_MAX];
		if (!rows->services[i].is_changed)
			continue;
		service_title(title, sizeof(title), &rows->services[i]);
		stamp();
		printf("%s\n", title);
	}
	fflush(stdout);
}

static void lines_note(tool_output *output, const char *text)
{
	stamp();
	printf("%s\n", text);
	fflush(stdout);
}

static void lines_error(tool_output *output, const char *text)
{
	fprintf(stderr, "korch: %s\n", text);
}

static void lines_close(tool_output *output)
{
	free(output);
}

static const output_ops LINES = {
    .applied = lines_applied,
    .deleted = lines_deleted,
    .event = lines_event,
    .rows = lines_rows,
    .note = lines_note,
    .error = lines_error,
    .close = lines_close,
};

int output_lines_new(tool_output **out)
{
	tool_lines *lines = calloc(1, sizeof(*lines));
	if (!lines)
		return KORCH_E_NOMEM;
	lines->output.ops = &LINES;
	*out = &lines->output;
	return 0;
}
