/*
 * DaemonSets: one member a node, updated node by node. The rules of kube-controller-manager's
 * DaemonSet controller; which nodes want a member is the controller's matter.
 */
#include "base/cleanup.h"
#include <korch/strategy/ordered.h>

/* What there is on a node: indexes of members, -1: none. */
typedef struct place {
	int32_t old, updated; /* the one that stays of its kind */
	int32_t is_missing;   /* of those that want one: none is available */
	int32_t is_going;     /* a member is on its way out */
} place;

/* A decision in progress. */
typedef struct decision {
	const korch_daemon_spec *spec;
	const int32_t *wants;
	size_t n_nodes;
	const korch_member *members;
	size_t n_members;
	place *places;
	korch_member_action *actions;
	size_t max, n_actions;
} decision;

static void put(decision *d, int32_t member, int32_t op, int32_t surge)
{
	if (d->n_actions < d->max)
		d->actions[d->n_actions++] = (korch_member_action){
		    .member = member, .op = op, .updated = op == KORCH_MEMBER_CREATE, .surge = surge};
}

static int is_healthy(const decision *d, int32_t member)
{
	return member >= 0 && d->members[member].available && !d->members[member].terminating;
}

/* Of two members of one kind on a node the available one stays, otherwise the first. */
static void take(decision *d, int32_t i)
{
	const korch_member *m = &d->members[i];
	place *at = &d->places[m->ordinal];
	int32_t *slot = m->updated ? &at->updated : &at->old;
	if (m->terminating) {
		at->is_going = 1;
	} else if (m->ended || d->wants[m->ordinal] == KORCH_DAEMON_EVICT) {
		at->is_going = 1;
		put(d, i, KORCH_MEMBER_DELETE, 0);
	} else if (*slot < 0) {
		*slot = i;
	} else if (is_healthy(d, i) && !is_healthy(d, *slot)) {
		put(d, *slot, KORCH_MEMBER_DELETE, 0);
		*slot = i;
	} else {
		put(d, i, KORCH_MEMBER_DELETE, 0);
	}
}

static int64_t look(decision *d)
{
	int64_t missing = 0;
	for (size_t i = 0; i < d->n_nodes; i++)
		d->places[i] = (place){.old = -1, .updated = -1};
	for (size_t i = 0; i < d->n_members; i++)
		take(d, (int32_t)i);
	for (size_t i = 0; i < d->n_nodes; i++) {
		place *at = &d->places[i];
		at->is_missing = d->wants[i] == KORCH_DAEMON_RUN && !is_healthy(d, at->old) &&
		                 !is_healthy(d, at->updated);
		missing += at->is_missing;
	}
	return missing;
}

/* Nodes without any get one, unless one is still going: its name, ports and devices are taken. */
static void fill(decision *d)
{
	for (size_t i = 0; i < d->n_nodes; i++) {
		const place *at = &d->places[i];
		if (d->wants[i] == KORCH_DAEMON_RUN && at->old < 0 && at->updated < 0 && !at->is_going)
			put(d, (int32_t)i, KORCH_MEMBER_CREATE, 0);
	}
}

/* Old ones go while few enough nodes are without; those that serve nobody go at once. */
static void replace(decision *d, int64_t missing)
{
	int64_t most = d->spec->max_unavailable - missing;
	for (size_t i = 0; i < d->n_nodes; i++) {
		const place *at = &d->places[i];
		if (at->old < 0)
			continue;
		int serves = is_healthy(d, at->old) && !is_healthy(d, at->updated);
		if (!serves || most-- > 0)
			put(d, at->old, KORCH_MEMBER_DELETE, 0);
	}
}

/* New ones come beside old ones, which go when they are available. */
static void surge(decision *d)
{
	int64_t most = d->spec->max_surge;
	for (size_t i = 0; i < d->n_nodes; i++)
		most -= d->places[i].old >= 0 && d->places[i].updated >= 0;
	for (size_t i = 0; i < d->n_nodes; i++) {
		const place *at = &d->places[i];
		if (at->old < 0)
			continue;
		if (at->updated >= 0) {
			if (is_healthy(d, at->updated))
				put(d, at->old, KORCH_MEMBER_DELETE, 0);
		} else if (!is_healthy(d, at->old)) {
			put(d, at->old, KORCH_MEMBER_DELETE, 0);
		} else if (d->wants[i] == KORCH_DAEMON_RUN && most-- > 0) {
			put(d, (int32_t)i, KORCH_MEMBER_CREATE, 1);
		}
	}
}

static int is_sound(const decision *d)
{
	const korch_daemon_spec *s = d->spec;
	if (s->max_surge < 0 || s->max_unavailable < 0 ||
	    (!s->on_delete && (s->max_surge > 0) == (s->max_unavailable > 0)))
		return 0;
	for (size_t i = 0; i < d->n_members; i++) {
		if (d->members[i].ordinal < 0 || (size_t)d->members[i].ordinal >= d->n_nodes)
			return 0;
	}
	return d->n_nodes <= INT32_MAX && d->n_members <= INT32_MAX;
}

int korch_daemon_plan(korch_member_action *actions, size_t max, size_t *n_actions,
                      const korch_daemon_spec *spec, const int32_t *wants, size_t n_nodes,
                      const korch_member *members, size_t n_members)
{
	if (!actions || max == 0 || !n_actions || !spec || spec->size < sizeof(*spec) ||
	    (!wants && n_nodes > 0) || (!members && n_members > 0))
		return KORCH_E_INVALID;
	decision d = {.spec = spec,
	              .wants = wants,
	              .n_nodes = n_nodes,
	              .members = members,
	              .n_members = n_members,
	              .actions = actions,
	              .max = max};
	if (!is_sound(&d))
		return KORCH_E_INVALID;
	_cleanup_free_ place *places = korch__calloc(n_nodes + 1, sizeof(*places));
	if (!places)
		return KORCH_E_NOMEM;
	d.places = places;
	int64_t missing = look(&d);
	fill(&d);
	if (!spec->on_delete && spec->max_surge > 0)
		surge(&d);
	else if (!spec->on_delete)
		replace(&d, missing);
	*n_actions = d.n_actions;
	return 0;
}
