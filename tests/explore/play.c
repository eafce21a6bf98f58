/* Rollouts played move by move: see play.h. */
#include "play.h"
#include <string.h>

void play_act(play *self, explore_kind kind, int32_t a, int32_t b)
{
	explore_action action = {.kind = kind, .a = a, .b = b};
	explore_failure failure;
	int code = explore_step(&self->world, &self->setup, &action, &failure);
	ck_assert_msg(code >= 0, "%s: %s", failure.kind, failure.text);
}

void play_rounds(play *self, int32_t n)
{
	for (int32_t i = 0; i < n; i++) {
		int32_t before = self->world.service[CANARY_SERVICE];
		play_act(self, ACT_PLAN, PART_ALL, 0);
		self->writes += self->world.service[CANARY_SERVICE] != before;
		for (int32_t r = 0; r < REVISIONS; r++) {
			play_act(self, ACT_RECONCILE, r, 0);
			if (!(self->stuck >> r & 1))
				play_act(self, ACT_READY, r, 100);
		}
		play_act(self, ACT_ROUTER, 0, 0);
	}
}

void play_begin(play *self, int32_t replicas, const korch_strategy_step *steps, int32_t n)
{
	memset(self, 0, sizeof(*self));
	korch_strategy *spec = &self->setup.spec;
	spec->size = sizeof(*spec);
	spec->type = KORCH_STRATEGY_CANARY;
	spec->traffic = 1;
	spec->replicas = replicas;
	spec->max_surge = 1;
	spec->scale_down_delay_us = spec->abort_scale_down_delay_us = (korch_usec)30 * SECOND;
	if (n > 0)
		memcpy(self->setup.steps[0], steps, (size_t)n * sizeof(*steps));
	self->setup.n_steps[0] = n;
	self->setup.templates = 3;
	self->setup.max_replicas = 2 * replicas;
	self->setup.verbs = self->setup.faults = 1000;
	self->setup.services = 1;
}

void play_start(play *self)
{
	explore_failure failure;
	int code = explore_start(&self->world, &self->setup, &failure);
	ck_assert_msg(code == 0, "%s: %s", failure.kind, failure.text);
}

void play_ends_well(play *self)
{
	explore_failure failure;
	int code = explore_check_rest(&self->world, &self->setup, &failure);
	if (code == 0)
		code = explore_check_calm(&self->world, &self->setup, &failure);
	ck_assert_msg(code == 0, "%s: %s", failure.kind, failure.text);
}
