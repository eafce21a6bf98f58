/* What is summed up of the updates of a rehearsal. */
#include "rollout/runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static run *find(const runs *self, const char *namespace_, const char *name)
{
	for (size_t i = self->n; i-- > 0;)
		if (strcmp(self->items[i].name, name) == 0 &&
		    strcmp(self->items[i].namespace_, namespace_) == 0)
			return &self->items[i];
	return NULL;
}

const run *runs_last(const runs *self, const char *namespace_, const char *name)
{
	return find(self, namespace_, name);
}

static run *add(runs *self, korch_usec at, const rollout_state *state)
{
	run *items = realloc(self->items, (self->n + 1) * sizeof(*items));
	if (!items)
		return NULL;
	self->items = items;
	run *added = &items[self->n++];
	*added = (run){.started = at, .revision = state->revisions[0].number};
	snprintf(added->namespace_, sizeof(added->namespace_), "%s", state->namespace_);
	snprintf(added->name, sizeof(added->name), "%s", state->name);
	return added;
}

static int note_weight(run *self, korch_usec at, int32_t weight)
{
	if (self->n_weights && self->weights[self->n_weights - 1].weight == weight)
		return 0;
	if (self->n_weights == self->cap_weights) {
		size_t cap = self->cap_weights ? self->cap_weights * 2 : 16;
		run_weight *weights = realloc(self->weights, cap * sizeof(*weights));
		if (!weights)
			return KORCH_E_NOMEM;
		self->weights = weights;
		self->cap_weights = cap;
	}
	self->weights[self->n_weights++] = (run_weight){at, weight};
	return 0;
}

int runs_note(runs *self, korch_usec at, const rollout_state *state)
{
	int32_t pods = 0;
	run *last = find(self, state->namespace_, state->name);
	if (state->n_revisions == 0)
		return 0;
	if (!last || last->revision != state->revisions[0].number) {
		if (last && !last->is_over && !last->was_healthy) {
			last->is_over = 1;
			last->ended = at;
			strcpy(last->phase, "Superseded");
		}
		last = add(self, at, state);
	}
	if (!last)
		return KORCH_E_NOMEM;
	int is_over = strcmp(state->phase, "Healthy") == 0 || strcmp(state->phase, "Degraded") == 0;
	if (!last->was_healthy &&
	    (!is_over || !last->is_over || strcmp(last->phase, state->phase) != 0))
		last->ended = at;
	last->is_over = is_over;
	last->was_healthy |= strcmp(state->phase, "Healthy") == 0;
	snprintf(last->phase, sizeof(last->phase), "%s", state->phase);
	snprintf(last->images, sizeof(last->images), "%s", state->revisions[0].images);
	last->step = state->step > last->step ? state->step : last->step;
	last->n_steps = state->n_steps;
	for (size_t i = 0; i < state->n_revisions; i++)
		pods += state->revisions[i].pods;
	last->pods_max = pods > last->pods_max ? pods : last->pods_max;
	int32_t weight = state->revisions[0].weight;
	return note_weight(last, at, weight < 0 ? 0 : weight);
}

void run_chart(char *out, const run *self)
{
	static const char *const BARS[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	korch_usec span = self->ended - self->started;
	size_t k = 0;
	out[0] = '\0';
	for (int i = 0; i < RUN_CHART && self->n_weights; i++) {
		korch_usec at = self->started + (korch_usec)((double)span * (i + 1) / RUN_CHART);
		while (k + 1 < self->n_weights && self->weights[k + 1].at <= at)
			k++;
		out = stpcpy(out, BARS[(self->weights[k].weight * 7 + 50) / 100]);
	}
}

void runs_fini(runs *self)
{
	for (size_t i = 0; i < self->n; i++)
		free(self->items[i].weights);
	free(self->items);
	*self = (runs){0};
}
