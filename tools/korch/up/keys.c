/* What keys mean. */
#include "up/keys.h"

static tool_wish read_one(const char *bytes, size_t n, size_t *used, size_t *selected,
                          size_t n_rows)
{
	*used = 1;
	if (n >= 3 && bytes[0] == '\033' && bytes[1] == '[') {
		*used = 3;
		if (bytes[2] == 'A' && *selected > 0)
			--*selected;
		if (bytes[2] == 'B' && *selected + 1 < n_rows)
			++*selected;
		return WISH_REDRAW;
	}
	switch (bytes[0]) {
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
		return WISH_NONE;
	}
}

tool_wish keys_read(const char *bytes, size_t n, size_t *selected, size_t n_rows)
{
	tool_wish wished = WISH_NONE;
	for (size_t at = 0; at < n;) {
		size_t used;
		tool_wish next = read_one(bytes + at, n - at, &used, selected, n_rows);
		at += used;
		if (next != WISH_NONE)
			wished = next;
	}
	return wished;
}
