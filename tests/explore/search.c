/*
 * Breadth first through all that can happen in a small world: every order of what a person, the
 * pods, the router, the clock, analyses and the planner do, with plans that are lost, repeated or
 * carried out in part. Worlds that are equal are visited once.
 */
#include "base/table.h"
#include "explore.h"
#include <stdlib.h>
#include <string.h>

explore_counts explore_counted;

typedef struct node {
	explore_world world;
	uint32_t parent;
	explore_action action;
} node;

typedef struct search {
	const explore_setup *setup;
	node *nodes;
	size_t n, limit;
	uint64_t *seen; /* identities, open addressing; 0: free */
	size_t mask;
	uint32_t at; /* which is being expanded */
	int thorough;
	explore_failure *failure;
} search;

/* 1: it was not there. */
static int remember(search *self, uint64_t identity)
{
	identity += !identity;
	size_t at = (size_t)identity & self->mask;
	for (; self->seen[at]; at = (at + 1) & self->mask)
		if (self->seen[at] == identity)
			return 0;
	self->seen[at] = identity;
	return 1;
}

/* The way from the start to a node, and one action more. */
static void report(const search *self, uint32_t at, const explore_action *last)
{
	size_t n = last != NULL;
	for (uint32_t i = at; i; i = self->nodes[i].parent)
		n++;
	explore_action *actions = calloc(n + 1, sizeof(*actions));
	if (!actions)
		return;
	size_t to = n;
	if (last)
		actions[--to] = *last;
	for (uint32_t i = at; i; i = self->nodes[i].parent)
		actions[--to] = self->nodes[i].action;
	explore_report(self->setup, actions, n, self->failure);
	free(actions);
}

static int try(search *self, explore_kind kind, int32_t a, int32_t b)
{
	explore_action action = {.kind = kind, .a = a, .b = b};
	node *next = &self->nodes[self->n];
	memcpy(&next->world, &self->nodes[self->at].world, sizeof(next->world));
	int done = explore_step(&next->world, self->setup, &action, self->failure);
	if (done < 0) {
		report(self, self->at, &action);
		return -1;
	}
	if (!done || self->n + 1 >= self->limit)
		return 0;
	uint64_t identity = explore_identity(&next->world, self->setup);
	if (!remember(self, identity))
		return 0;
	next->parent = self->at;
	next->action = action;
	self->n++;
	if (!self->thorough && identity >> 32 & 7)
		return 0;
	if (explore_check_rest(&next->world, self->setup, self->failure) < 0 ||
	    explore_check_stuck(&next->world, self->setup, self->failure) < 0 ||
	    explore_check_calm(&next->world, self->setup, self->failure) < 0) {
		report(self, (uint32_t)self->n - 1, NULL);
		return -1;
	}
	return 0;
}

/* A crash: every subset of the parts, or of many parts each alone and each left out. */
static int try_parts(search *self)
{
	explore_view view;
	explore_plan(&view, &self->nodes[self->at].world, self->setup);
	if (view.code < 0)
		return 0;
	uint32_t parts = explore_differs(&view, &self->nodes[self->at].world, self->setup);
	int few = __builtin_popcount(parts) <= 4;
	for (uint32_t some = (parts - 1) & parts; some; some = (some - 1) & parts) {
		int n = __builtin_popcount(some);
		if (!few && n != 1 && n != __builtin_popcount(parts) - 1)
			continue;
		if (try(self, ACT_PLAN, (int32_t)some, 0) < 0)
			return -1;
	}
	return 0;
}

static int try_person(search *self)
{
	int32_t replicas = self->nodes[self->at].world.replicas;
	if (self->nodes[self->at].world.verbs <= 0)
		return 0;
	for (int32_t i = 0; i < self->setup->templates; i++)
		if (try(self, ACT_TEMPLATE, i, 0) < 0)
			return -1;
	for (int32_t kind = ACT_SPEC; kind <= ACT_PAUSE; kind++)
		if (try(self, kind, 0, 0) < 0)
			return -1;
	if (try(self, ACT_SCALE, replicas + 1, 0) < 0 || try(self, ACT_SCALE, replicas - 1, 0) < 0 ||
	    try(self, ACT_SCALE, self->setup->max_replicas, 0) < 0)
		return -1;
	return 0;
}

static int try_pods(search *self)
{
	for (int32_t i = 0; i < self->setup->templates; i++) {
		int32_t many = self->nodes[self->at].world.revisions[i].present;
		if (!self->nodes[self->at].world.revisions[i].exists)
			continue;
		if (try(self, ACT_RECONCILE, i, 0) < 0 || try(self, ACT_READY, i, 1) < 0 ||
		    try(self, ACT_READY, i, many) < 0 || try(self, ACT_AVAILABLE, i, 0) < 0 ||
		    try(self, ACT_UNREADY, i, 1) < 0 || try(self, ACT_LOST, i, 1) < 0 ||
		    try(self, ACT_LOST, i, many) < 0)
			return -1;
	}
	return 0;
}

static int try_late(search *self)
{
	for (int32_t i = 0; i < self->setup->templates; i++)
		if (try(self, ACT_LATE, ACT_LOST, i) < 0 || try(self, ACT_LATE, ACT_READY, i) < 0)
			return -1;
	return try(self, ACT_LATE, ACT_ROUTER, 0);
}

static int try_outcomes(search *self)
{
	for (int32_t slot = 0; slot < 6; slot++)
		for (int32_t value = KORCH_STRATEGY_SUCCESSFUL; value <= KORCH_STRATEGY_INCONCLUSIVE;
		     value++)
			if (try(self, ACT_OUTCOME, slot, value) < 0)
				return -1;
	return 0;
}

static int expand(search *self)
{
	if (try(self, ACT_PLAN, PART_ALL, 0) < 0 || try(self, ACT_CALM, 0, 0) < 0 ||
	    try(self, ACT_ROUTER, 0, 0) < 0 || try(self, ACT_TIME, 0, 0) < 0 || try_person(self) < 0 ||
	    try_outcomes(self) < 0 || try_pods(self) < 0 || try_parts(self) < 0 || try_late(self) < 0)
		return -1;
	return 0;
}

int explore_search(const explore_setup *setup, size_t limit, int thorough, explore_failure *failure)
{
	search self = {
	    .setup = setup, .limit = limit + 1, .n = 1, .thorough = thorough, .failure = failure};
	for (self.mask = 1; self.mask < limit * 2; self.mask *= 2)
		;
	self.seen = calloc(self.mask, sizeof(*self.seen));
	self.nodes = calloc(limit + 2, sizeof(*self.nodes));
	self.mask--;
	int code = self.seen && self.nodes ? 0 : explore_fail(failure, "memory", "no memory");
	if (code == 0 && explore_start(&self.nodes[0].world, setup, failure) < 0) {
		report(&self, 0, NULL);
		code = -1;
	}
	if (code == 0)
		remember(&self, explore_identity(&self.nodes[0].world, setup));
	for (self.at = 0; code == 0 && self.at < self.n; self.at++)
		code = expand(&self);
	explore_counted.states += self.n;
	explore_counted.complete += self.n < limit;
	explore_counted.worlds++;
	free(self.seen);
	free(self.nodes);
	return code;
}
