/*
 * The laws: what is written in a term is written by its leader, whatever the clocks and the network
 * do; terms follow each other; and when faults end, one leads and everything gets done.
 */
#include "world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void broken(const world *w, const char *format, ...)
{
	va_list args;
	fprintf(stderr, "seed %" PRIu64 ", step %d, after %.3f s: ", w->seed, w->step,
	        (double)(korch_loop_now(w->net.loop) - START_US) / 1e6);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static void mix(world *w, const char *text, uint64_t number)
{
	for (; *text; text++)
		w->hash = (w->hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	w->hash = (w->hash ^ number) * UINT64_C(1099511628211);
}

static void follow_record(world *w, const korch_change *change)
{
	const korch_lease_spec *spec = ((const korch_lease *)change->object)->spec;
	if (change->type == KORCH_CHANGE_DELETED)
		broken(w, "the record of terms is gone");
	if (spec->lease_transitions < w->transitions)
		broken(w, "leaseTransitions goes back from %d to %d", w->transitions,
		       spec->lease_transitions);
	w->transitions = spec->lease_transitions;
}

static void follow_lease(world *w, const korch_change *change)
{
	const korch_lease_spec *spec = ((const korch_lease *)change->object)->spec;
	if (strcmp(korch_object_name(change->object), "korch-engine") != 0) {
		follow_record(w, change);
		return;
	}
	if (change->type == KORCH_CHANGE_ADDED && w->term)
		broken(w, "%s has a term while that of %s lasts", spec->holder_identity, w->holder);
	w->term = change->type == KORCH_CHANGE_DELETED ? 0 : change->revision;
	w->is_changed = change->type == KORCH_CHANGE_MODIFIED;
	w->terms += change->type == KORCH_CHANGE_ADDED;
	snprintf(w->holder, sizeof(w->holder), "%s", w->term ? spec->holder_identity : "");
}

/* Something was written by a process that took itself for the leader, in some term (0: any). */
static void check_writer(world *w, const korch_change *change, const char *who, uint64_t term)
{
	w->writes++;
	if (!w->term || w->is_changed || strcmp(who, w->holder) != 0)
		broken(w, "%s has written %s %s while \"%s\" leads", who, change->object->kind->name,
		       korch_object_name(change->object), w->is_changed ? "nobody" : w->holder);
	if (term && term != w->term)
		broken(w, "%s has written %s in term %" PRIu64 " by the word of term %" PRIu64, who,
		       korch_object_name(change->object), w->term, term);
}

/* What is made for a wish is made once, whoever leads, and whatever is tried again. */
static void check_made(world *w, const char *item, const char *wish)
{
	int i = atoi(item + strlen("item-")), n = atoi(wish);
	if (n < WISHES_MAX && w->made[i][n]++)
		broken(w, "for wish %s of %s two objects are made", wish, item);
}

static void follow_config(world *w, const korch_change *change)
{
	const korch_map *data = ((const korch_config_map *)change->object)->data;
	const char *by = korch_map_get(data, "by"), *term = korch_map_get(data, "term");
	if (change->type != KORCH_CHANGE_DELETED && by)
		check_writer(w, change, by, term ? strtoull(term, NULL, 10) : 0);
	if (change->type == KORCH_CHANGE_ADDED && korch_map_get(data, "item"))
		check_made(w, korch_map_get(data, "item"), korch_map_get(data, "for"));
}

static void follow_event(world *w, const korch_change *change)
{
	const korch_event_source *source = ((const korch_event *)change->object)->source;
	const char *component = source ? source->component : "";
	if (change->type != KORCH_CHANGE_DELETED && strncmp(component, "worker-", 7) == 0)
		check_writer(w, change, component + 7, 0);
}

void laws_follow(world *w)
{
	korch_change change;
	int got;
	while ((got = korch_watch_next(w->watch, &change)) == 1) {
		mix(w, korch_object_name(change.object), change.revision);
		if (change.object->kind == &korch_lease_kind)
			follow_lease(w, &change);
		else if (change.object->kind == &korch_config_map_kind)
			follow_config(w, &change);
		else if (change.object->kind == &korch_event_kind)
			follow_event(w, &change);
	}
	if (got < 0)
		broken(w, "the history was not followed: %s", korch_code_name(got));
}

void laws_leaders(world *w)
{
	int n = 0;
	for (int i = 0; i < PROCESSES; i++) {
		const process *p = &w->processes[i];
		n += !p->is_frozen && korch_elector_leads(p->elector, NULL);
	}
	if (w->is_sane && n > 1)
		broken(w, "%d processes take themselves for the leader", n);
}

void laws_converged(world *w)
{
	process *leader = world_leader(w);
	if (!leader)
		broken(w, "nobody leads");
	const korch_view *view = korch_engine_view(leader->engine);
	for (int i = 0; i < ITEMS; i++) {
		char name[16], wish[16];
		snprintf(name, sizeof(name), "item-%d", i);
		snprintf(wish, sizeof(wish), "%d", w->wishes[i]);
		const korch_object *object = korch_view_get(view, &korch_config_map_kind, "default", name);
		const korch_map *data = object ? ((const korch_config_map *)object)->data : NULL;
		const char *done = korch_map_get(data, "done");
		if (!done || strcmp(done, wish) != 0)
			broken(w, "%s: %s was wished for, %s is done", name, wish, done ? done : "nothing");
	}
}
