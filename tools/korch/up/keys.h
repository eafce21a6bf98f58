/* Keys of the live view: what a person wants by them. */
#ifndef KORCH_UP_KEYS_H
#define KORCH_UP_KEYS_H

#include "up/output.h"

/* What is chosen and what is being written; zeroed at first. */
typedef struct keys {
	size_t selected;
	int is_writing;        /* an image, at the prompt */
	char text[ASKED_TEXT]; /* as far as it is written */
	size_t length;
} keys;

/* The last wish among these bytes; arrows move self->selected among the rows (NULL: there are none
 * yet), and keys of Rollouts mean something on these only. */
tool_wish keys_read(keys *self, const char *bytes, size_t n, const tool_rows *rows);
/* What the keys do for the selected row: a line for people. */
const char *keys_help(const keys *self, const tool_rows *rows);

#endif
