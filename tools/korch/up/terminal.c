/*
 * `korch up` on a terminal: a live view, redrawn in place (picture.c), and keys.
 */
#include "up/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void log_line(terminal *t, const char *text)
{
	if (t->n_log == LOG_LINES) {
		memmove(t->log[0], t->log[1], sizeof(t->log[0]) * (LOG_LINES - 1));
		t->n_log--;
	}
	snprintf(t->log[t->n_log++], LOG_WIDTH, "%s", text);
}

static void terminal_applied(tool_output *output, const korch_object *object,
                             korch_apply_result result)
{
	char text[LOG_WIDTH];
	if (result == KORCH_APPLY_UNCHANGED)
		return;
	snprintf(text, sizeof(text), "%s/%s %s", object->kind->singular, korch_object_name(object),
	         output_result_word(result));
	log_line((terminal *)output, text);
}

static void terminal_deleted(tool_output *output, const korch_key *key)
{
	char text[LOG_WIDTH];
	snprintf(text, sizeof(text), "%s/%s deleted", key->kind->singular, key->name);
	log_line((terminal *)output, text);
}

static void terminal_event(tool_output *output, const korch_object *event, const tool_row *row)
{
	/* The row shows it; the next picture comes with the rows. */
}

static void terminal_rows(tool_output *output, const tool_rows *rows, korch_usec now)
{
	terminal *t = (terminal *)output;
	t->shown = rows;
	t->now = now;
	if (t->keys.selected >= rows->n)
		t->keys.selected = rows->n ? rows->n - 1 : 0;
	terminal_draw(t);
}

static void terminal_note(tool_output *output, const char *text)
{
	log_line((terminal *)output, text);
	terminal_draw((terminal *)output);
}

static void terminal_error(tool_output *output, const char *text)
{
	char line[LOG_WIDTH];
	snprintf(line, sizeof(line), "error: %s", text);
	terminal_note(output, line);
}

static tool_wish terminal_keys(tool_output *output, const char *bytes, size_t n, tool_asked *asked)
{
	terminal *t = (terminal *)output;
	tool_wish wished = keys_read(&t->keys, bytes, n, t->shown);
	asked->selected = t->keys.selected;
	snprintf(asked->text, sizeof(asked->text), "%s", t->keys.text);
	return wished;
}

/* A rollout that waits says for how long: each second. */
static int counts_seconds(const tool_row *row)
{
	return row->rollout && strcmp(row->rollout->phase, "Healthy") != 0 && !row->is_failed;
}

/* Ages change every second while they are written in seconds, every minute afterwards. */
static korch_usec terminal_due(const tool_output *output, const tool_rows *rows, korch_usec now)
{
	korch_usec due = KORCH_USEC_NEVER;
	for (size_t i = 0; i < rows->n; i++) {
		korch_usec age = now - rows->items[i].created_us;
		korch_usec step = age < 120 * KORCH_USEC_PER_SEC || counts_seconds(&rows->items[i])
		                      ? KORCH_USEC_PER_SEC
		                      : 60 * KORCH_USEC_PER_SEC;
		korch_usec next = rows->items[i].created_us + (age / step + 1) * step;
		due = next < due ? next : due;
	}
	return due;
}

static void terminal_close(tool_output *output)
{
	terminal *t = (terminal *)output;
	static const char SHOW_CURSOR[] = "\033[?7h\033[?25h\r\n";
	tcsetattr(STDIN_FILENO, TCSADRAIN, &t->before);
	ssize_t ignored = write(STDOUT_FILENO, SHOW_CURSOR, sizeof(SHOW_CURSOR) - 1);
	(void)ignored;
	free(t);
}

static const output_ops TERMINAL = {
    .applied = terminal_applied,
    .deleted = terminal_deleted,
    .event = terminal_event,
    .rows = terminal_rows,
    .note = terminal_note,
    .error = terminal_error,
    .keys = terminal_keys,
    .due = terminal_due,
    .close = terminal_close,
};

int output_terminal_new(tool_output **out)
{
	static const char HIDE_CURSOR[] = "\033[?25l\033[?7l"; /* lines are cut, never wrapped */
	terminal *t = calloc(1, sizeof(*t));
	if (!t)
		return KORCH_E_NOMEM;
	if (tcgetattr(STDIN_FILENO, &t->before) < 0) {
		free(t);
		return KORCH_E_UNSUPPORTED;
	}
	struct termios raw = t->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	t->output.ops = &TERMINAL;
	ssize_t ignored = write(STDOUT_FILENO, HIDE_CURSOR, sizeof(HIDE_CURSOR) - 1);
	(void)ignored;
	*out = &t->output;
	return 0;
}
