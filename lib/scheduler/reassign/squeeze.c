/*
 * Machine reassignment: the search when load and balance costs can vanish. Then moves are all that
 * is paid, but one unit too much on a machine costs more than any of them: at temperatures where
 * moves count, annealing sees nothing but walls. So load counts for little at first and for more
 * and more, while moves cost what they cost.
 */
#include "scheduler/reassign/search.h"
#include <math.h>

enum {
	LEAST = 50,     /* load costs must be able to fall, and fall in a trial, to this part */
	FIRST = 40000,  /* progress of the first cycle; each is half longer than the one before */
	MOST_FAILS = 5, /* so many that end with load costs: the problem is not of this kind */
	HOMECOMING_EVERY = 8,
	EXCHANGE_EVERY = 8
};

/* In a cycle the temperature falls, in mean costs of a move, and the weight of load rises: of its
 * mean change, in mean costs of a move. */
static const double HOT = 0.2, COLD = 0.06, LIGHT = 0.1, HEAVY = 1000;
/* A missing location or dependency weighs so many mean costs of a move, times as load does. */
static const double MISSING = 3;
/* A machine with load costs at the end of a cycle weighs so much more in the next. */
static const double MORE = 8;

static int64_t load_cost(const korch__reassign_state *s)
{
	int64_t cost = 0;
	for (uint32_t i = 0; i < s->model->n_machines; i++)
		cost += s->machine_cost[i];
	return cost;
}

/* What load and balance cost at least: as if all machines were one. */
static double lower_bound(const korch__reassign_model *m)
{
	double unused[KORCH_REASSIGN_MAX_RESOURCES] = {0}, safe[KORCH_REASSIGN_MAX_RESOURCES] = {0};
	size_t n = m->n_resources, cells = m->n_machines * n;
	for (size_t i = 0; i < cells; i++) {
		unused[i % n] += (double)m->capacity[i];
		safe[i % n] += (double)m->safety[i];
	}
	for (size_t i = 0; i < m->n_processes * n; i++) {
		unused[i % n] -= (double)m->need[i];
		safe[i % n] -= (double)m->need[i];
	}
	double bound = 0;
	for (size_t r = 0; r < n; r++)
		bound += safe[r] < 0 ? (double)m->weight[r] * -safe[r] : 0;
	for (uint32_t b = 0; b < m->n_balances; b++) {
		const korch_reassign_balance *balance = &m->balances[b];
		double missing = (double)balance->target * unused[balance->first] - unused[balance->second];
		bound += missing > 0 ? (double)balance->weight * missing : 0;
	}
	return bound;
}

bool korch__reassign_squeezable(const korch__reassign_search *s)
{
	return lower_bound(s->state->model) <= (double)load_cost(s->state) / LEAST;
}

/* One cycle, from now until the search is as far as `to`. */
static uint32_t cycle(korch__reassign_search *s, uint32_t from, uint32_t to,
                      const korch__reassign_mean *mean)
{
	static const korch__reassign_mix mix = {HOMECOMING_EVERY, EXCHANGE_EVERY};
	uint32_t done = from;
	while (done < to) {
		double share = done > from ? (double)(done - from) / (to - from) : 0;
		double heavier = pow(HEAVY / LIGHT, share);
		s->temperature = mean->moves * HOT * pow(COLD / HOT, share);
		s->press = LIGHT * heavier * mean->moves / mean->cost;
		s->missing_weight = MISSING * mean->moves * heavier;
		done = korch__reassign_burst(s, mix);
	}
	return done;
}

static void press_machines(korch__reassign_state *s)
{
	for (uint32_t i = 0; i < s->model->n_machines; i++)
		s->pressure[i] *= s->machine_cost[i] > 0 ? MORE : 1;
}

/* Cycles until one ends without load costs; what is left is one long one then. */
static uint32_t run_cycles(korch__reassign_search *s, uint32_t done)
{
	korch__reassign_mean mean = korch__reassign_sample(s);
	uint32_t length = FIRST;
	for (int i = 0; i < MOST_FAILS && done < KORCH_REASSIGN_DONE; i++) {
		uint32_t left = KORCH_REASSIGN_DONE - done;
		done = cycle(s, done, done + (length < left ? length : left), &mean);
		if (done < KORCH_REASSIGN_DONE && load_cost(s->state) == 0)
			return cycle(s, done, KORCH_REASSIGN_DONE, &mean);
		press_machines(s->state);
		length += length / 2;
	}
	return done;
}

/* After a trial: goes on by squeezing, if that is what the problem is like; how far it is then. */
uint32_t korch__reassign_squeeze(korch__reassign_search *s, uint32_t done, int64_t before)
{
	korch__reassign_state *state = s->state;
	if (load_cost(state) > before / LEAST)
		return done;
	state->pressure = s->pressure;
	for (uint32_t i = 0; i < state->model->n_machines; i++)
		state->pressure[i] = 1;
	s->chain = KORCH_REASSIGN_LONG_CHAIN;
	done = run_cycles(s, done);
	s->chain = KORCH_REASSIGN_CHAIN;
	state->pressure = NULL;
	return done;
}
