/* The terminal of the live view, shared by its files: picture.c draws, terminal.c does the rest. */
#ifndef KORCH_UP_TERMINAL_H
#define KORCH_UP_TERMINAL_H

#include "up/keys.h"
#include "up/output.h"

#include <termios.h>

enum {
	PICTURE_MAX = 256 * 1024,
	LOG_LINES = 6,
	LOG_WIDTH = 512,
};

typedef struct terminal {
	tool_output output;
	struct termios before;
	char picture[PICTURE_MAX];
	size_t length;
	keys keys;
	int drawn;   /* lines of the last picture */
	int columns; /* of the screen, when it was drawn */
	int lines;
	char log[LOG_LINES][LOG_WIDTH]; /* the latest notes, applied objects and errors */
	int n_log;
	const tool_rows *shown; /* borrowed; for redrawing when a note comes */
	korch_usec now;
} terminal;

/* Draws all of it in place of the picture before, in one write. */
void terminal_draw(terminal *t);

#endif
