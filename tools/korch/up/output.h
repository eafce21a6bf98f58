/*
 * How `korch up` speaks: a live view on a terminal, plain lines elsewhere, JSON lines for machines.
 * One table of functions each; the session calls them and does not know which it is.
 */
#ifndef KORCH_UP_OUTPUT_H
#define KORCH_UP_OUTPUT_H

#include "up/rows.h"
#include <korch/cluster.h>
#include <korch/problems.h>

typedef struct tool_output tool_output;

/* What a person may ask for by a key; only terminals ask. */
typedef enum tool_wish {
	WISH_NONE,
	WISH_QUIT,
	WISH_UNDO, /* of the selected row */
	WISH_RESTART,
	WISH_MORE, /* one replica more */
	WISH_LESS,
	WISH_REDRAW,
	/* of a Rollout */
	WISH_PROMOTE,
	WISH_PROMOTE_FULL,
	WISH_ABORT,
	WISH_RETRY,
	WISH_PAUSE, /* or resume */
	WISH_SET_IMAGE,
} tool_wish;

enum { ASKED_TEXT = 512 };

/* What a wish is about. */
typedef struct tool_asked {
	size_t selected;       /* index of the row */
	char text[ASKED_TEXT]; /* an image, "IMAGE" or "CONTAINER=IMAGE" */
} tool_asked;

typedef struct output_ops {
	/* One object of a manifest was applied. */
	void (*applied)(tool_output *output, const korch_object *object, korch_apply_result result);
	/* One object that is no longer in the manifests was deleted. */
	void (*deleted)(tool_output *output, const korch_key *key);
	/* An Event was recorded; row is its workload, or NULL. */
	void (*event)(tool_output *output, const korch_object *event, const tool_row *row);
	/* The rows are fresh. */
	void (*rows)(tool_output *output, const tool_rows *rows, korch_usec now);
	/* A sentence for people: "watching 3 files", "stopping 7 pods". */
	void (*note)(tool_output *output, const char *text);
	/* Something is wrong with a manifest, or a wish could not be met. */
	void (*error)(tool_output *output, const char *text);
	/* Bytes from the keyboard; *asked says what the wish is about. NULL: no keyboard. */
	tool_wish (*keys)(tool_output *output, const char *bytes, size_t n, tool_asked *asked);
	/* When the view changes by time alone (ages), KORCH_USEC_NEVER: never. NULL: never. */
	korch_usec (*due)(const tool_output *output, const tool_rows *rows, korch_usec now);
	void (*close)(tool_output *output);
} output_ops;

struct tool_output {
	const output_ops *ops;
};

int output_lines_new(tool_output **out);
int output_json_new(tool_output **out);
/* Takes the terminal over (no echo, no cursor) until it is closed. */
int output_terminal_new(tool_output **out);

/* "Deployment default/web created" in each mode's way shares these words. */
const char *output_result_word(korch_apply_result result);

#endif
