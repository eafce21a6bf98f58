/*
 * The story of a rehearsal: what happens, in order, as lines for people, or as records (JSON), one
 * a line or all in a page.
 */
#ifndef KORCH_ROLLOUT_STORY_H
#define KORCH_ROLLOUT_STORY_H

#include "rollout/runs.h"

#include <json-c/json.h>
#include <korch/api/core_event.h>
#include <stdio.h>

typedef enum story_form {
	STORY_TEXT,
	STORY_JSON,
	STORY_RECORDS, /* kept, for a page */
} story_form;

typedef struct story {
	int form; /* a story_form */
	FILE *out;
	korch_usec start;     /* of the clock */
	json_object *records; /* a list; of STORY_RECORDS */
	runs runs;
	rollout_state *last; /* of each Rollout */
	size_t n_last;
} story;

/* Somebody does something: "set-image web:2". */
void story_action(story *self, korch_usec now, const char *text);
/* Something was recorded about a Rollout, an analysis or an experiment. */
void story_event(story *self, korch_usec now, const korch_event *event);
/* What a Rollout looks like now; told when it differs from before. 0 or KORCH_E_NOMEM. */
int story_state(story *self, korch_usec now, const rollout_state *state);
/* Something that the person should know. */
void story_note(story *self, korch_usec now, const char *text);
/* The table at the end. */
void story_summary(story *self, korch_usec now);
void story_fini(story *self);

#endif
