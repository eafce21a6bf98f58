/*
 * The picture of the live view: a line for each workload, what there is to say about it below,
 * Services, what happened last, keys. Drawing goes into one buffer and one write, so the picture
 * does not flicker.
 */
#include "rollout/lines.h"
#include "up/terminal.h"

#include <korch/api.h>
#include <korch/time.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	BAR = 12,
	FIXED = BAR + 27, /* columns of a row beside its title and its event */
	WHY_LINES = 3,    /* that a workload gets for why its pods wait */
};

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

static const char *tone_color(char tone)
{
	return tone == 'g' ? "\033[32m" : tone == 'b' ? "\033[31m" : tone == 'w' ? "\033[33m" : "";
}

/* How its rollout goes, in at most so many lines; of a healthy one only when it is selected.
 * Returns how many. */
static int put_rollout(terminal *t, const tool_row *row, int is_selected, int lines)
{
	rollout_line all[ROLLOUT_LINES_MAX];
	int is_quiet = row->rollout && strcmp(row->rollout->phase, "Healthy") == 0;
	if (!row->rollout || (is_quiet && !is_selected))
		return 0;
	int n = (int)rollout_lines(all, row->rollout, is_selected);
	n = n < lines ? n : lines;
	for (int i = 0; i < n; i++) {
		put(t, "  %s", tone_color(all[i].tone));
		put_cut(t, all[i].text, t->columns - 3);
		end_line(t);
	}
	return n > 0 ? n : 0;
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
	size_t first = t->keys.selected >= fit ? t->keys.selected - fit + 1 : 0;
	/* Lines that rows leave: half of them at least is for Services when there are any. */
	int left = n > fit ? 0 : room - (int)fit;
	int services = t->shown->n_services < (size_t)left ? (int)t->shown->n_services : left;
	int spare = left - (services < left / 2 ? services : left / 2);
	for (size_t i = first; i < first + fit; i++) {
		int is_selected = i == t->keys.selected;
		put_row(t, &t->shown->items[i], is_selected);
		spare -= put_rollout(t, &t->shown->items[i], is_selected, spare);
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

/* The keys, or what is being written: its end stays in sight. */
static void put_bottom(terminal *t)
{
	static const char PROMPT[] = "image (NAME or CONTAINER=NAME): ";
	int room = t->columns - (int)sizeof(PROMPT) - 1;
	size_t cut = room > 0 && t->keys.length > (size_t)room ? t->keys.length - (size_t)room : 0;
	if (!t->keys.is_writing) {
		put(t, "\033[2m");
		put_cut(t, keys_help(&t->keys, t->shown), t->columns - 1);
		return;
	}
	put_cut(t, PROMPT, t->columns - 1);
	if (room > 0)
		put(t, "%s█", t->keys.text + cut);
}

void terminal_draw(terminal *t)
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
	put_bottom(t);
	put(t, "\033[0m\033[K\033[J\r");
	send_picture(t);
}
