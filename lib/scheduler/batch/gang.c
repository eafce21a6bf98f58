/* Gangs: all pods of a group or none, tried in a trial of their own. */
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/batch/members.h"
#include <korch/scheduler/batch.h>
#include <korch/scheduler/whatif.h>
#include <string.h>

typedef struct gang {
	korch_scheduler *s;
	const korch_pod *const *pods;
	size_t n;
	size_t least;
	korch_binding *bindings;
	size_t placed;
	char *why; /* of the first pod that found no node */
} gang;

/* Those that are on a node stay there. */
static void find_placed(gang *g)
{
	for (size_t i = 0; i < g->n; i++) {
		const sched_pod *known = korch__pod_find(g->s, g->pods[i]);
		g->bindings[i].pod = i;
		if (!known)
			continue;
		g->bindings[i].node = g->s->slots.items[known->slot]->name;
		g->bindings[i].devices = known->devices;
		g->placed++;
	}
}

static int note_why(gang *g, size_t i, const char *message)
{
	const korch_object *pod = &g->pods[i]->object;
	const char *namespace_ = korch__text_or_empty(korch_object_namespace(pod)),
	           *name = korch__text_or_empty(korch_object_name(pod));
	if (g->why)
		return 0;
	g->why =
	    g->least == g->n
	        ? korch__sprintf("pod %s/%s (%zu of %zu): %s", namespace_, name, i + 1, g->n, message)
	        : korch__sprintf("too few of %zu pods find a node, %zu must: pod %s/%s: %s", g->n,
	                         g->least, namespace_, name, message);
	return g->why ? 0 : KORCH_E_NOMEM;
}

/* 1: as many as must be have a node, 0, or an error. */
static int place(gang *g, korch_error **err)
{
	size_t missed = 0;
	for (size_t i = 0; i < g->n; i++) {
		korch_decision decision;
		if (g->bindings[i].node)
			continue;
		int found = korch_scheduler_schedule(&decision, g->s, g->pods[i], err);
		if (found < 0) {
			korch__members_blame(i, err);
			return found;
		}
		if (found == 0) {
			if (note_why(g, i, decision.message) < 0)
				return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
			if (++missed > g->n - g->least)
				return 0;
			continue;
		}
		g->bindings[i].node = decision.node;
		g->bindings[i].devices = decision.devices;
		g->placed++;
	}
	return g->placed >= g->least;
}

static int try_it(gang *g, korch_error **err)
{
	int code = korch_scheduler_begin(g->s);
	if (code < 0)
		return korch_error_set(err, code,
		                       code == KORCH_E_LIMIT ? "too many trials inside each other"
		                                             : "out of memory");
	find_placed(g);
	code = place(g, err);
	if (code == 1)
		korch_scheduler_commit(g->s);
	else
		korch_scheduler_rollback(g->s);
	return code;
}

int korch_scheduler_gang(korch_binding *out, const char **message, korch_scheduler *s,
                         const korch_pod *const *pods, size_t n, size_t least, korch_error **err)
{
	if (!out || !s || (!pods && n > 0))
		return korch_error_set(err, KORCH_E_INVALID, "no scheduler, no pods or no place for them");
	if (least > n)
		return korch_error_set(err, KORCH_E_INVALID, "%zu pods must be placed: there are %zu",
		                       least, n);
	int code = korch__members_check(pods, n, err);
	if (code < 0)
		return code;
	_cleanup_free_ korch_binding *bindings = korch__calloc(n + 1, sizeof(*bindings));
	if (!bindings)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	gang g = {.s = s, .pods = pods, .n = n, .least = least ? least : n, .bindings = bindings};
	code = try_it(&g, err);
	if (code == 1)
		memcpy(out, bindings, n * sizeof(*out));
	if (code == 0) {
		korch__free(s->message);
		s->message = KORCH_STEAL(g.why);
		if (message)
			*message = s->message;
	}
	korch__free(g.why);
	return code;
}
