/* Playing a rehearsal from beginning to end. What single actions do: play_act.c. */
#include "rollout/play.h"

#include <korch/api.h>
#include <korch/sim.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 2026-01-01T00:00:00Z: the clock of a rehearsal. */
#define START_US ((korch_usec)1767225600 * KORCH_USEC_PER_SEC)
/* How long nothing but the passing of time is watched when all Rollouts are at their end. */
#define QUIET_US ((korch_usec)900 * KORCH_USEC_PER_SEC)

/* Rounds of the loop without a change after which an instant is over. */
enum { ROUNDS = 16 };

static int look_at(void *userdata, const korch_object *object)
{
	play *self = userdata;
	rollout_state state;
	if (object->kind == &korch_flagger_canary_kind)
		rollout_state_read_canary(&state, self->cluster, object);
	else
		rollout_state_read(&state, self->cluster, object);
	return story_state(self->story, korch_loop_now(self->loop), &state);
}

static int each_rollout(play *self, korch_view_fn fn, void *userdata)
{
	const korch_view *view = korch_engine_view(korch_cluster_engine(self->cluster));
	const korch_view_query rollouts = {.kind = &korch_rollout_kind};
	const korch_view_query canaries = {.kind = &korch_flagger_canary_kind};
	int code = korch_view_each(view, &rollouts, fn, userdata);
	return code < 0 ? code : korch_view_each(view, &canaries, fn, userdata);
}

/* Time stands still while there is work: the rollouts are looked at when all that follows from a
 * change at this instant was done. */
static void on_round(void *userdata)
{
	play *self = userdata;
	int code = 0;
	if (++self->quiet_rounds < ROUNDS) {
		code = korch_loop_post(self->loop, on_round, self);
	} else {
		self->quiet_rounds = NOT_LOOKING;
		code = each_rollout(self, look_at, self);
	}
	if (code < 0 && self->code == 0)
		self->code = code;
}

static void look_soon(play *self)
{
	int is_waiting = self->quiet_rounds != NOT_LOOKING;
	self->quiet_rounds = 0;
	if (!is_waiting && korch_loop_post(self->loop, on_round, self) < 0)
		self->code = KORCH_E_NOMEM;
}

static int is_told(const korch_event *event)
{
	const char *kind = event->involved_object ? event->involved_object->kind : NULL;
	return kind && (strcmp(kind, "Rollout") == 0 || strcmp(kind, "AnalysisRun") == 0 ||
	                strcmp(kind, "Experiment") == 0 || strcmp(kind, "Canary") == 0);
}

static int is_watched(const korch_kind *kind)
{
	return kind == &korch_rollout_kind || kind == &korch_replica_set_kind ||
	       kind == &korch_analysis_run_kind || kind == &korch_flagger_canary_kind ||
	       kind == &korch_deployment_kind;
}

static void on_change(void *userdata, const korch_change *change)
{
	play *self = userdata;
	const korch_object *object = change->object;
	if (object->kind == &korch_event_kind && change->type != KORCH_CHANGE_DELETED &&
	    is_told((const korch_event *)object))
		story_event(self->story, korch_loop_now(self->loop), (const korch_event *)object);
	if (is_watched(object->kind))
		look_soon(self);
}

static int add_nodes(play *self, korch_cluster_node **out, size_t *n_out, korch_error **err)
{
	static const script_node DEFAULT = {
	    .name = "node",
	    .count = 3,
	    .capacity = {.cpu_milli = 16000, .memory_bytes = (int64_t)64 << 30, .pods = 110}};
	const script_node *nodes = self->script->n_nodes ? self->script->nodes : &DEFAULT;
	size_t n_kinds = self->script->n_nodes ? self->script->n_nodes : 1, n = 0;
	korch_cluster_node *all = calloc(SCRIPT_NODES_MAX, sizeof(*all));
	char(*names)[96] = calloc(SCRIPT_NODES_MAX, sizeof(*names));
	int code = all && names ? 0 : korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	*out = all;
	for (size_t i = 0; all && names && code == 0 && i < n_kinds; i++) {
		for (int64_t k = 1; code == 0 && k <= nodes[i].count; k++, n++) {
			if (nodes[i].count == 1)
				snprintf(names[n], sizeof(names[n]), "%s", nodes[i].name);
			else
				snprintf(names[n], sizeof(names[n]), "%s-%lld", nodes[i].name, (long long)k);
			all[n] = (korch_cluster_node){.name = names[n], .capacity = nodes[i].capacity};
			code = korch_sim_node_add(self->runtime, names[n], &all[n].capacity);
			if (code < 0)
				korch_error_set(err, code, "node \"%s\" cannot be added", names[n]);
		}
	}
	*n_out = n;
	if (n == 0)
		free(names);
	return code;
}

static int open_cluster(play *self, korch_error **err)
{
	korch_cluster_node *nodes = NULL;
	korch_metric_source *source = NULL;
	size_t n = 0;
	int code = add_nodes(self, &nodes, &n, err);
	if (code == 0)
		code = metrics_source_new(&source, self->loop, &self->world, err);
	if (code == 0) {
		const korch_cluster_options options = {.size = sizeof(options),
		                                       .loop = self->loop,
		                                       .runtime = self->runtime,
		                                       .nodes = nodes,
		                                       .n_nodes = n,
		                                       .seed = self->seed,
		                                       .lease_period_us = self->script->lease,
		                                       .metrics = &source,
		                                       .n_metrics = 1};
		code = korch_cluster_open(&self->cluster, &options, err);
		if (code < 0)
			korch_metric_source_free(source);
	}
	if (code < 0)
		korch_runtime_free(self->runtime);
	if (n)
		free((void *)(uintptr_t)nodes[0].name); /* one block has all names */
	free(nodes);
	return code;
}

static int open_play(play *self, korch_error **err)
{
	const korch_sim_options sim = {.size = sizeof(sim), .seed = self->seed};
	int code = korch_loop_new_virtual(&self->loop, START_US, err);
	if (code == 0)
		code = korch_runtime_sim_new(&self->runtime, self->loop, &sim, err);
	self->start = self->story->start = START_US;
	self->quiet_rounds = NOT_LOOKING;
	self->world =
	    (metrics_world){.script = self->script, .start = START_US, .seed = self->seed * 2 + 1};
	if (code == 0)
		code = open_cluster(self, err);
	self->world.cluster = self->cluster;
	if (code == 0)
		code = korch_engine_observe(korch_cluster_engine(self->cluster), on_change, self, NULL);
	return code;
}

static void close_play(play *self)
{
	if (self->cluster)
		korch_cluster_close(self->cluster);
	korch_loop_free(self->loop);
}

struct ending {
	play *play;
	size_t n;
	size_t degraded;
	size_t open;
};

static int count_end(void *userdata, const korch_object *object)
{
	struct ending *ending = userdata;
	const run *last = runs_last(&ending->play->story->runs, korch_object_namespace(object),
	                            korch_object_name(object));
	ending->n++;
	ending->open += !last || !last->is_over;
	ending->degraded += last && last->is_over && strcmp(last->phase, "Degraded") == 0;
	return 0;
}

static struct ending ending_of(play *self)
{
	struct ending ending = {.play = self};
	each_rollout(self, count_end, &ending);
	return ending;
}

/* Lets time pass up to `at`. 1: something is left that could happen later. */
static int pass(play *self, korch_usec at, korch_error **err)
{
	korch_usec now = korch_loop_now(self->loop) - self->start;
	int is_alive = 1;
	while (now < at && is_alive) {
		korch_usec rules = play_next_rules(self, now);
		korch_usec to = rules < at ? rules : at;
		is_alive =
		    korch_cluster_process(self->cluster, self->start + to) > 0 || rules != KORCH_USEC_NEVER;
		now = korch_loop_now(self->loop) - self->start;
		int code = now == rules ? play_set_rules(self, now, err) : 0;
		if (code == 0 && self->code < 0)
			code = korch_error_set(err, self->code, "%s", korch_code_text(self->code));
		if (code < 0)
			return code;
	}
	return is_alive;
}

/* All that people do, each at its time. */
static int play_actions(play *self, korch_error **err)
{
	int code = 0;
	for (; code >= 0 && self->next_action < self->script->n_actions; self->next_action++) {
		const script_action *action = &self->script->actions[self->next_action];
		if (action->at > self->until)
			return 0;
		code = pass(self, action->at, err);
		if (code >= 0)
			code = play_act(self, action, err);
	}
	return code < 0 ? code : 0;
}

/* The rest: until the time is over, nothing is left, or all Rollouts have been at their end for a
 * while. */
static int play_out(play *self, korch_error **err)
{
	korch_usec quiet_since = -1;
	for (;;) {
		korch_usec now = korch_loop_now(self->loop) - self->start;
		korch_usec to = now + QUIET_US / 15;
		if (now >= self->until)
			return 0;
		int is_alive = pass(self, to < self->until ? to : self->until, err);
		if (is_alive <= 0)
			return is_alive;
		if (ending_of(self).open)
			quiet_since = -1;
		else if (quiet_since < 0)
			quiet_since = now;
		else if (now - quiet_since >= QUIET_US)
			return 0;
	}
}

static int begin(play *self, korch_error **err)
{
	int code = play_set_rules(self, 0, err);
	if (code == 0) /* the nodes are there before the first pod wants one */
		code = korch_cluster_process(self->cluster, self->start + 1) < 0 ? KORCH_E_INVALID : 0;
	for (size_t i = 0; code == 0 && i < self->paths->n; i++) {
		char text[SCRIPT_TEXT + 16];
		snprintf(text, sizeof(text), "apply %s", self->paths->paths[i]);
		story_action(self->story, self->start, text);
	}
	return code == 0 ? korch_cluster_apply(self->cluster, self->manifest, NULL, NULL, err) : code;
}

int play_run(play *self, korch_error **err)
{
	int code = open_play(self, err);
	if (code == 0)
		code = begin(self, err);
	if (code == 0)
		code = play_actions(self, err);
	if (code == 0)
		code = play_out(self, err);
	if (code == 0) {
		struct ending ending = ending_of(self);
		code = ending.degraded ? PLAY_DEGRADED : ending.open ? PLAY_OPEN : PLAY_HEALTHY;
		story_summary(self->story, korch_loop_now(self->loop));
	}
	close_play(self);
	return code;
}
