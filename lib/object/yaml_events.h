/* libyaml's events as calls of the builder: what a reader of YAML keeps, and its steps. */
#ifndef KORCH_OBJECT_YAML_EVENTS_H
#define KORCH_OBJECT_YAML_EVENTS_H

#include "base/table.h"
#include "object/build.h"
#include <yaml.h>

/* What an anchor names. */
typedef struct korch__yaml_anchor {
	char *name;
	char *text; /* of a scalar, for its use as a key; NULL for collections */
	struct json_object *node;
	size_t size; /* values in it */
	int height;
	int is_open; /* its collection has not ended */
} korch__yaml_anchor;

typedef struct korch__yaml {
	const korch__read *read;
	yaml_parser_t parser;
	korch__build build;
	korch_table anchors;
	KORCH_VEC(korch__yaml_anchor *) open; /* of each open collection; NULL when it has none */
	size_t n_alias_nodes;
	size_t n_flow;       /* open collections that are written with brackets */
	int is_end_implicit; /* the last document ended without "..." */
	size_t n_failures;   /* documents that could not be read */
	int lines_before;    /* lines of the text in front of what the parser sees */
	int document_line;
} korch__yaml;

void korch__yaml_init(korch__yaml *self, const korch__read *read);
void korch__yaml_fini(korch__yaml *self);
/*
 * One event; 0, 1 at the end of the stream, or a negative code with the error in *self->build.err.
 */
int korch__yaml_event(korch__yaml *self, const yaml_event_t *event);
/* Forgets anchors and an unfinished document. */
void korch__yaml_reset(korch__yaml *self);
/* Line of a mark, from 1. */
int korch__yaml_line(const korch__yaml *self, yaml_mark_t mark);

#endif
