/* What people do in a rehearsal: reading it. */
#include "rollout/script_internal.h"

#include <stdio.h>
#include <string.h>

typedef enum argument {
	ARGUMENT_ROLLOUT, /* the verb's value is a rollout, or nothing */
	ARGUMENT_TEXT,
	ARGUMENT_NUMBER,
} argument;

static const struct {
	const char *name;
	argument argument;
} VERBS[] = {
    [SCRIPT_APPLY] = {"apply", ARGUMENT_TEXT},
    [SCRIPT_PROMOTE] = {"promote", ARGUMENT_ROLLOUT},
    [SCRIPT_PROMOTE_FULL] = {"promote-full", ARGUMENT_ROLLOUT},
    [SCRIPT_ABORT] = {"abort", ARGUMENT_ROLLOUT},
    [SCRIPT_RETRY] = {"retry", ARGUMENT_ROLLOUT},
    [SCRIPT_PAUSE] = {"pause", ARGUMENT_ROLLOUT},
    [SCRIPT_RESUME] = {"resume", ARGUMENT_ROLLOUT},
    [SCRIPT_UNDO] = {"undo", ARGUMENT_NUMBER},
    [SCRIPT_RESTART] = {"restart", ARGUMENT_ROLLOUT},
    [SCRIPT_SET_IMAGE] = {"set-image", ARGUMENT_TEXT},
    [SCRIPT_SCALE] = {"scale", ARGUMENT_NUMBER},
    [SCRIPT_CRASH] = {"crash", ARGUMENT_TEXT},
    [SCRIPT_NODE_DOWN] = {"node-down", ARGUMENT_TEXT},
    [SCRIPT_NODE_UP] = {"node-up", ARGUMENT_TEXT},
};
enum { N_VERBS = sizeof(VERBS) / sizeof(VERBS[0]), NO_VERB = -1 };

const char *script_verb_name(int verb)
{
	return verb >= 0 && verb < N_VERBS ? VERBS[verb].name : "";
}

static int action_at(doc *d, yaml_node_t *value, void *to)
{
	return doc_span(d, value, &((script_action *)to)->at);
}

static int action_rollout(doc *d, yaml_node_t *value, void *to)
{
	script_action *self = to;
	return doc_text(d, value, self->rollout, sizeof(self->rollout));
}

static int action_container(doc *d, yaml_node_t *value, void *to)
{
	script_action *self = to;
	return doc_text(d, value, self->container, sizeof(self->container));
}

static int read_verb(doc *d, yaml_node_t *value, void *to, int verb)
{
	script_action *self = to;
	if (self->verb != NO_VERB)
		return doc_fail(d, value, "\"%s\" and \"%s\": one verb in each action",
		                VERBS[self->verb].name, VERBS[verb].name);
	self->verb = verb;
	if (VERBS[verb].argument == ARGUMENT_TEXT)
		return doc_text(d, value, self->text, sizeof(self->text));
	if (doc_is_null(value) && (VERBS[verb].argument == ARGUMENT_ROLLOUT || verb == SCRIPT_UNDO))
		return 0;
	return VERBS[verb].argument == ARGUMENT_NUMBER
	           ? doc_int(d, value, 0, verb == SCRIPT_SCALE ? 100000 : INT64_MAX, &self->number)
	           : doc_text(d, value, self->rollout, sizeof(self->rollout));
}

#define VERB_FIELD(name, verb)                                                                     \
	static int name(doc *d, yaml_node_t *value, void *to)                                          \
	{                                                                                              \
		return read_verb(d, value, to, verb);                                                      \
	}
VERB_FIELD(verb_apply, SCRIPT_APPLY)
VERB_FIELD(verb_promote, SCRIPT_PROMOTE)
VERB_FIELD(verb_promote_full, SCRIPT_PROMOTE_FULL)
VERB_FIELD(verb_abort, SCRIPT_ABORT)
VERB_FIELD(verb_retry, SCRIPT_RETRY)
VERB_FIELD(verb_pause, SCRIPT_PAUSE)
VERB_FIELD(verb_resume, SCRIPT_RESUME)
VERB_FIELD(verb_undo, SCRIPT_UNDO)
VERB_FIELD(verb_restart, SCRIPT_RESTART)
VERB_FIELD(verb_set_image, SCRIPT_SET_IMAGE)
VERB_FIELD(verb_scale, SCRIPT_SCALE)
VERB_FIELD(verb_crash, SCRIPT_CRASH)
VERB_FIELD(verb_node_down, SCRIPT_NODE_DOWN)
VERB_FIELD(verb_node_up, SCRIPT_NODE_UP)

int script_read_action(doc *d, yaml_node_t *item, void *to)
{
	static const doc_field FIELDS[] = {{"at", action_at},
	                                   {"rollout", action_rollout},
	                                   {"container", action_container},
	                                   {"apply", verb_apply},
	                                   {"promote", verb_promote},
	                                   {"promote-full", verb_promote_full},
	                                   {"abort", verb_abort},
	                                   {"retry", verb_retry},
	                                   {"pause", verb_pause},
	                                   {"resume", verb_resume},
	                                   {"undo", verb_undo},
	                                   {"restart", verb_restart},
	                                   {"set-image", verb_set_image},
	                                   {"scale", verb_scale},
	                                   {"crash", verb_crash},
	                                   {"node-down", verb_node_down},
	                                   {"node-up", verb_node_up},
	                                   {0}};
	script *self = to;
	script_action *action = script_grow(d, &self->actions, &self->n_actions, sizeof(*action));
	if (!action)
		return KORCH_E_NOMEM;
	action->verb = NO_VERB;
	action->line = doc_line(item);
	strcpy(action->container, "*");
	int code = doc_mapping(d, item, "an action", FIELDS, action);
	if (code == 0 && action->verb == NO_VERB)
		return doc_fail(d, item, "what is to be done? one of promote, abort, set-image …");
	if (code == 0 && !doc_get(d, item, "at"))
		return doc_fail(d, item, "\"at\" is missing: the time since the start, such as 10m");
	return code;
}
