/*
 * `korch up` on a terminal: a live view, one line for each workload, redrawn in place; keys.
 * Drawing goes into one buffer and one write, so the picture does not flicker.
 */
#include "up/keys.h"
#include "up/output.h"

#include <korch/api.h>
#include <korch/time.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum {
	PICTURE_MAX = 256 * 1024,
	BAR = 12,
	FIXED = BAR + 27, /* columns of a row beside its title and its event */
	LOG_LINES = 6,
	LOG_WIDTH = 512,
	WHY_LINES = 3, /* that a workload gets for why its pods wait */
};

typedef struct terminal {
	tool_output output;
	struct termios before;
	char picture[PICTURE_MAX];
	size_t length;
	size_t selected;
	size_t n_rows;
	int drawn;   /* lines of the last picture */
	int columns; /* of the screen, when it was drawn */
	int lines;
	char log[LOG_LINES][LOG_WIDTH]; /* the latest notes, applied objects and errors */
	int n_log;
	const tool_rows *shown; /* borrowed; for redrawing when a note comes */
	korch_usec now;
} terminal;

static void put(terminal *t, const char *format, ...) KORCH_PRINTF(2, 3);
static void put(terminal *t, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int n = vsnprintf(t->picture + t->length, sizeof(t->picture) - t->length, format, arguments);
	va_end(arguments);
	if (n > 0)
		t->length = t->length + (size_t)n < sizeof(t->picture) ? t->length + (size_t)n
		                                                       : sizeof(t->picture) - 1;
}

static void size_of_screen(int *columns, int *lines)
{
	struct winsize size = {0};
	*columns = 80;
	*lines = 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
		*columns = size.ws_col;
		*lines = size.ws_row;
	}
}

/* Text cut to a width in characters (not bytes), and without anything that would move the cursor.
 */
static void put_cut(terminal *t, const char *text, int width)
{
	int used = 0;
	for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
		int is_start = (*at & 0xc0) != 0x80;
		if (is_start && used++ >= width)
			return;
		put(t, "%c", *at < 0x20 || *at == 0x7f ? ' ' : *at);
	}
}

static void end_line(terminal *t)
{
	put(t, "\033[0m\033[K\r\n");
	t->drawn++;
}

static const char *color_of(const tool_row *row)
{
	if (row->is_failed)
		return "\033[31m";
	if (row->is_finished || (row->ready >= row->desired && row->updated >= row->desired))
		return "\033[32m";
	return "\033[33m";
}

static int cells(int count, int desired)
{
	return desired <= 0 || count >= desired ? BAR : count * BAR / desired;
}

/* Full: ready and of the newest version; half: ready, of the version before; light: missing. */
static void put_bar(terminal *t, const tool_row *row)
{
	int newest = row->is_finished
	                 ? BAR
	                 : cells(row->ready < row->updated ? row->ready : row->updated, row->desired);
	int ready = row->is_finished ? BAR : cells(row->ready, row->desired);
	put(t, "%s", color_of(row));
	for (int i = 0; i < BAR; i++)
		put(t, "%s", i < newest ? "█" : i < ready ? "▓" : "░");
	put(t, "\033[0m");
}

static int title_width(int columns)
{
	return columns >= 120 ? 40 : columns >= 76 ? 28 : 18;
}

static void put_title(terminal *t, const char *title, int width)
{
	int length = (int)strlen(title);
	if (length > width)
		put(t, "%.*s…", width - 1, title);
	else
		put(t, "%-*s", width, title);
}

static void put_row(terminal *t, const tool_row *row, int is_selected)
{
	char title[ROW_NAME_MAX];
	char age[KORCH_DURATION_TEXT_SIZE];
	int width = title_width(t->columns);
	row_title(title, sizeof(title), row);
	korch_age_format(age, t->now > row->created_us ? t->now - row->created_us : 0);
	put(t, "%s", is_selected ? "\033[7m" : "");
	put_title(t, title, width);
	put(t, "\033[0m ");
	put_bar(t, row);
	put(t, " %3d/%-3d %8d %5s  %s", row->ready, row->desired, row->restarts, age,
	    row->event_is_warning ? "\033[33m" : "\033[2m");
	put_cut(t, row->event, t->columns - width - FIXED);
	end_line(t);
}

/* Why pods of the row wait, folded, in at most so many lines; returns how many. */
static int put_why(terminal *t, const tool_row *row, int lines)
{
	char text[WAITING_MESSAGE_MAX + 700];
	const char *at = text;
	int used = 0;
	if (!row->waiting || lines <= 0)
		return 0;
	waiting_text(text, sizeof(text), row->waiting, row->kind == &korch_pod_kind);
	for (; at && used < lines; used++) {
		const char *next;
		size_t length = waiting_fold(at, t->columns - 3, &next);
		int is_cut = next && used + 1 == lines;
		char line[WAITING_MESSAGE_MAX + 700];
		snprintf(line, sizeof(line), "%.*s", (int)length, at);
		put(t, "  \033[33m");
		put_cut(t, line, t->columns - 2 - is_cut);
		put(t, "%s", is_cut ? "…" : "");
		end_line(t);
		at = next;
	}
	return used;
}

static void put_service(terminal *t, const tool_service *service)
{
	char title[SERVICE_TEXT_MAX];
	service_title(title, sizeof(title), service);
	put(t, "\033[36m");
	put_cut(t, title, t->columns - 1);
	end_line(t);
}

static void put_more(terminal *t, size_t n, const char *of_what)
{
	if (n == 0)
		return;
	put(t, "\033[2m… and %zu more%s", n, of_what);
	end_line(t);
}

/* How many of n things are shown in so many lines, when "and N more" needs a line too. */
static size_t fitting(size_t n, int room)
{
	if (room < 1)
		return 0;
	return n <= (size_t)room ? n : room > 1 ? (size_t)room - 1 : 1;
}

static void put_rows(terminal *t, int room)
{
	size_t n = t->shown->n;
	size_t fit = fitting(n, room);
	/* The selected row is always among those that are seen. */
	size_t first = t->selected >= fit ? t->selected - fit + 1 : 0;
	/* Lines that rows leave: half of them at least is for Services when there are any. */
	int left = n > fit ? 0 : room - (int)fit;
	int services = t->shown->n_services < (size_t)left ? (int)t->shown->n_services : left;
	int spare = left - (services < left / 2 ? services : left / 2);
	for (size_t i = first; i < first + fit; i++) {
		put_row(t, &t->shown->items[i], i == t->selected);
		spare -= put_why(t, &t->shown->items[i], spare < WHY_LINES ? spare : WHY_LINES);
	}
	if (room > 1)
		put_more(t, n - fit, "");
}

static void put_services(terminal *t, int room)
{
	size_t fit = fitting(t->shown->n_services, room);
	for (size_t i = 0; i < fit; i++)
		put_service(t, &t->shown->services[i]);
	if (room > 1)
		put_more(t, t->shown->n_services - fit, " services");
}

static void put_log(terminal *t, int room)
{
	for (int i = t->n_log > room ? t->n_log - room : 0; i < t->n_log; i++) {
		put(t, "%s", strncmp(t->log[i], "error: ", 7) == 0 ? "\033[31m" : "\033[2m");
		put_cut(t, t->log[i], t->columns - 1);
		end_line(t);
	}
}

/* Rows come first, then where Services answer, then what happened last, for which a quarter of the
 * screen is kept. */
static void put_body(terminal *t)
{
	int end = t->lines - 1; /* the last line is for the keys */
	int kept = t->n_log < (end - 1) / 4 ? t->n_log : (end - 1) / 4;
	if (t->shown) {
		put_rows(t, end - t->drawn - kept);
		put_services(t, end - t->drawn - kept);
	}
	put_log(t, end - t->drawn);
}

static void send_picture(const terminal *t)
{
	for (size_t sent = 0; sent < t->length;) {
		ssize_t n = write(STDOUT_FILENO, t->picture + sent, t->length - sent);
		if (n <= 0)
			return;
		sent += (size_t)n;
	}
}

static void draw(terminal *t)
{
	int columns = t->columns;
	int lines = t->lines;
	size_of_screen(&t->columns, &t->lines);
	t->length = 0;
	/* Terminals wrap what was drawn anew when their size changes: where the picture began is lost.
	 */
	if (t->drawn && (columns != t->columns || lines != t->lines))
		put(t, "\033[H\033[J");
	else if (t->drawn)
		put(t, "\033[%dA", t->drawn);
	put(t, "\r");
	t->drawn = 0;
	put(t, "\033[1m%-*s %-*s %7s %8s %5s  ", title_width(t->columns), "WORKLOAD", BAR, "PROGRESS",
	    "READY  ", "RESTARTS", "AGE");
	put_cut(t, "LATEST EVENT", t->columns - title_width(t->columns) - FIXED);
	end_line(t);
	put_body(t);
	put(t, "\033[2m");
	put_cut(t, "↑↓ select  u undo  r restart  + - scale  q quit", t->columns - 1);
	put(t, "\033[0m\033[K\033[J\r");
	send_picture(t);
}

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
	t->n_rows = rows->n;
	t->now = now;
	if (t->selected >= rows->n)
		t->selected = rows->n ? rows->n - 1 : 0;
	draw(t);
}

static void terminal_note(tool_output *output, const char *text)
{
	log_line((terminal *)output, text);
	draw((terminal *)output);
}

static void terminal_error(tool_output *output, const char *text)
{
	char line[LOG_WIDTH];
	snprintf(line, sizeof(line), "error: %s", text);
	terminal_note(output, line);
}

static tool_wish terminal_keys(tool_output *output, const char *bytes, size_t n, size_t *selected)
{
	terminal *t = (terminal *)output;
	tool_wish wished = keys_read(bytes, n, &t->selected, t->n_rows);
	*selected = t->selected;
	return wished;
}

/* Ages change every second while they are written in seconds, every minute afterwards. */
static korch_usec terminal_due(const tool_output *output, const tool_rows *rows, korch_usec now)
{
	korch_usec due = KORCH_USEC_NEVER;
	for (size_t i = 0; i < rows->n; i++) {
		korch_usec age = now - rows->items[i].created_us;
		korch_usec step =
		    age < 120 * KORCH_USEC_PER_SEC ? KORCH_USEC_PER_SEC : 60 * KORCH_USEC_PER_SEC;
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
