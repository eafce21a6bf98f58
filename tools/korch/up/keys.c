/* What keys mean. */
#include "up/keys.h"

#include <korch/api/rollout.h>

#include <string.h>

static const tool_row *selected_row(const keys *self, const tool_rows *rows)
{
	return rows && self->selected < rows->n ? &rows->items[self->selected] : NULL;
}

static int is_on_rollout(const keys *self, const tool_rows *rows)
{
	const tool_row *row = selected_row(self, rows);
	return row && row->kind == &korch_rollout_kind;
}

static void move(keys *self, char arrow, size_t n_rows)
{
	if (arrow == 'A' && self->selected > 0)
		self->selected--;
	if (arrow == 'B' && self->selected + 1 < n_rows)
		self->selected++;
}

static tool_wish rollout_wish(keys *self, char key)
{
	switch (key) {
	case 'p':
		return WISH_PROMOTE;
	case 'P':
		return WISH_PROMOTE_FULL;
	case 'a':
		return WISH_ABORT;
	case 't':
		return WISH_RETRY;
	case 'z':
		return WISH_PAUSE;
	case 'i':
		self->is_writing = 1;
		self->length = 0;
		self->text[0] = '\0';
		return WISH_REDRAW;
	default:
		return WISH_NONE;
	}
}

static tool_wish wish_of(keys *self, char key, const tool_rows *rows)
{
	switch (key) {
	case 'q':
	case 3: /* Ctrl-C */
		return WISH_QUIT;
	case 'u':
		return WISH_UNDO;
	case 'r':
		return WISH_RESTART;
	case '+':
		return WISH_MORE;
	case '-':
		return WISH_LESS;
	default:
		return is_on_rollout(self, rows) ? rollout_wish(self, key) : WISH_NONE;
	}
}

/* One byte at the prompt. */
static tool_wish write_one(keys *self, char byte)
{
	switch (byte) {
	case '\r':
	case '\n':
		self->is_writing = 0;
		return self->length ? WISH_SET_IMAGE : WISH_REDRAW;
	case 3: /* Ctrl-C */
	case '\033':
		self->is_writing = 0;
		return WISH_REDRAW;
	case 8:
	case 127:
		self->length -= self->length > 0;
		break;
	case 21: /* Ctrl-U */
		self->length = 0;
		break;
	default:
		if (byte > ' ' && byte < 127 && self->length + 1 < sizeof(self->text))
			self->text[self->length++] = byte;
	}
	self->text[self->length] = '\0';
	return WISH_REDRAW;
}

static tool_wish read_one(keys *self, const char *bytes, size_t n, const tool_rows *rows,
                          size_t *used)
{
	int is_arrow = n >= 3 && bytes[0] == '\033' && bytes[1] == '[';
	*used = is_arrow ? 3 : 1;
	if (is_arrow) {
		if (!self->is_writing)
			move(self, bytes[2], rows ? rows->n : 0);
		return WISH_REDRAW;
	}
	return self->is_writing ? write_one(self, bytes[0]) : wish_of(self, bytes[0], rows);
}

tool_wish keys_read(keys *self, const char *bytes, size_t n, const tool_rows *rows)
{
	tool_wish wished = WISH_NONE;
	for (size_t at = 0; at < n;) {
		size_t used;
		tool_wish next = read_one(self, bytes + at, n - at, rows, &used);
		at += used;
		if (next != WISH_NONE && (next != WISH_REDRAW || wished == WISH_NONE))
			wished = next;
	}
	return wished;
}

const char *keys_help(const keys *self, const tool_rows *rows)
{
	/* fits 80 columns */
	return is_on_rollout(self, rows)
	           ? "p promote  P all  a abort  t retry  z pause  i image  u undo  "
	             "r restart  q quit"
	           : "↑↓ select  u undo  r restart  + - scale  q quit";
}
