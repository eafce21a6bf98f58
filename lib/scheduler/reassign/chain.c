/*
 * Machine reassignment: moves made of several, which are accepted or undone as a whole. They carry
 * what shifts and swaps cannot: a large process to a machine that is full of small ones.
 */
#include "scheduler/reassign/search.h"
#include <math.h>

static void make(korch__reassign_search *s, const korch__reassign_move *move,
                 const korch__reassign_delta *delta)
{
	s->done[s->n_done] = *move;
	s->deltas[s->n_done++] = *delta;
	s->sum += korch__reassign_weigh(s, delta);
	korch__reassign_apply(s->state, move, delta);
}

static bool shift(korch__reassign_search *s, uint32_t process, uint32_t to)
{
	korch__reassign_move move = {process, s->state->model->n_processes, s->state->at[process], to};
	korch__reassign_delta delta;
	if (move.a == to || !korch__reassign_try(s->state, &move, &delta))
		return false;
	make(s, &move, &delta);
	return true;
}

static void begin(korch__reassign_search *s)
{
	s->n_done = 0;
	s->sum = 0;
}

/* Keeps what was done, when the annealing takes it, or undoes it. */
static void end(korch__reassign_search *s, bool whole)
{
	if (whole && s->state->n_away <= s->max_moves && korch__reassign_accepts(s, s->sum)) {
		korch__reassign_settle(s);
		return;
	}
	while (s->n_done > 0) {
		korch__reassign_move back = s->done[--s->n_done];
		korch__reassign_delta delta = s->deltas[s->n_done];
		uint32_t a = back.a;
		back.a = back.b;
		back.b = a;
		delta.cost = -delta.cost;
		delta.broken = -delta.broken;
		korch__reassign_apply(s->state, &back, &delta);
	}
}

/* The first resource that a machine has too little of for a process; NONE when it fits. */
static uint32_t short_of(const korch__reassign_state *s, uint32_t process, uint32_t machine)
{
	const korch__reassign_model *m = s->model;
	size_t n = m->n_resources, row = machine * n;
	const int64_t *need =
	    (m->initial[process] == machine ? m->need_home : m->need) + (size_t)process * n;
	for (uint32_t r = 0; r < m->n_resources; r++)
		if (s->load[row + r] + s->left[row + r] + need[r] > m->capacity[row + r])
			return r;
	return KORCH_REASSIGN_NONE;
}

/* A process of a machine but one, as likely as it is large in a resource, by one of two tables. */
static uint32_t pick(korch__reassign_search *s, uint32_t machine, uint32_t resource,
                     const int64_t *need_of_natives, uint32_t but)
{
	const korch__reassign_model *m = s->state->model;
	size_t n = m->n_resources;
	double sum = 0;
	uint32_t chosen = KORCH_REASSIGN_NONE;
	for (uint32_t p = s->state->first[machine]; p != KORCH_REASSIGN_NONE; p = s->state->next[p]) {
		const int64_t *freed = m->initial[p] == machine ? need_of_natives : m->need;
		double share = (double)freed[p * n + resource];
		if (share <= 0 || p == but)
			continue;
		sum += share;
		if ((double)(korch__reassign_draw(s) >> 11) * 0x1p-53 * sum < share)
			chosen = p;
	}
	return chosen;
}

/* Sends a process off its machine: home, or to one of a few others, whichever is cheapest. */
static bool eject(korch__reassign_search *s, uint32_t process)
{
	enum { TRIES = 12 };
	const korch__reassign_model *m = s->state->model;
	korch__reassign_move best = {0}, move = {process, m->n_processes, s->state->at[process], 0};
	korch__reassign_delta best_delta = {0}, delta;
	double lowest = HUGE_VAL;
	for (int i = 0; i <= TRIES; i++) {
		move.b = i == 0 ? m->initial[process] : korch__reassign_somewhere(s, process);
		if (move.b == move.a || !korch__reassign_try(s->state, &move, &delta) ||
		    korch__reassign_weigh(s, &delta) >= lowest)
			continue;
		lowest = korch__reassign_weigh(s, &delta);
		best = move;
		best_delta = delta;
	}
	if (lowest == HUGE_VAL)
		return false;
	make(s, &best, &best_delta);
	return true;
}

/* Who a chain starts with: a large process, or one of the dearest of a few machines. */
static uint32_t leader(korch__reassign_search *s)
{
	enum { MACHINES = 5 };
	const korch__reassign_model *m = s->state->model;
	uint64_t bits = korch__reassign_draw(s);
	if (bits & 1) {
		double u = (double)(bits >> 11) * 0x1p-53;
		return m->by_size[(uint32_t)(u * u * m->n_processes)];
	}
	uint32_t dearest = korch__reassign_scale(korch__reassign_draw(s), m->n_machines);
	for (int i = 1; i < MACHINES; i++) {
		uint32_t other = korch__reassign_scale(korch__reassign_draw(s), m->n_machines);
		if (s->state->machine_cost[other] > s->state->machine_cost[dearest])
			dearest = other;
	}
	return korch__reassign_someone(s, dearest);
}

/*
 * A process goes to a machine that could hold it; those who stand in its way there leave first, one
 * by one (the "big process rearrangement" of Gavranović, Buljubašić and Demirović, 2012, as an
 * ejection chain).
 */
void korch__reassign_chain(korch__reassign_search *s)
{
	uint32_t process = leader(s);
	if (process == s->state->model->n_processes)
		return;
	uint32_t machine = korch__reassign_somewhere(s, process);
	if (machine == s->state->at[process] ||
	    korch__reassign_present(s->state, s->state->model->service[process], machine))
		return;
	begin(s);
	bool arrived;
	while (!(arrived = shift(s, process, machine)) && s->n_done < s->chain) {
		uint32_t resource = short_of(s->state, process, machine);
		uint32_t other = resource == KORCH_REASSIGN_NONE
		                     ? resource
		                     : pick(s, machine, resource, s->state->model->need_home, process);
		if (other == KORCH_REASSIGN_NONE || !eject(s, other))
			break;
	}
	end(s, arrived);
}

/* The resource with the dearest load above a machine's safety capacity; NONE without any. */
static uint32_t dearest_resource(const korch__reassign_state *s, uint32_t machine)
{
	const korch__reassign_model *m = s->model;
	size_t row = (size_t)machine * m->n_resources;
	uint32_t dearest = KORCH_REASSIGN_NONE;
	int64_t most = 0;
	for (uint32_t r = 0; r < m->n_resources; r++) {
		int64_t cost = m->weight[r] * (s->load[row + r] - m->safety[row + r]);
		if (cost <= most)
			continue;
		most = cost;
		dearest = r;
	}
	return dearest;
}

/* A process goes home, and others, who make that dear, leave: fewer are away in the end, perhaps.
 */
void korch__reassign_homecoming(korch__reassign_search *s)
{
	enum { MOST = 4 };
	korch__reassign_state *state = s->state;
	if (state->n_away == 0)
		return;
	uint32_t process = state->away[korch__reassign_scale(korch__reassign_draw(s), state->n_away)];
	uint32_t home = state->model->initial[process];
	begin(s);
	bool whole = shift(s, process, home);
	while (whole && s->n_done < MOST && s->sum > s->temperature) {
		uint32_t resource = dearest_resource(state, home);
		uint32_t other = resource == KORCH_REASSIGN_NONE
		                     ? resource
		                     : pick(s, home, resource, state->model->need, process);
		whole = other != KORCH_REASSIGN_NONE && eject(s, other);
	}
	end(s, whole);
}

/* With a bound on moved processes: one of them goes home, another process moves in its stead. */
void korch__reassign_exchange(korch__reassign_search *s)
{
	korch__reassign_state *state = s->state;
	const korch__reassign_model *m = state->model;
	if (state->n_away == 0)
		return;
	uint32_t back = state->away[korch__reassign_scale(korch__reassign_draw(s), state->n_away)];
	uint32_t process = korch__reassign_scale(korch__reassign_draw(s), m->n_processes);
	begin(s);
	bool whole = shift(s, back, m->initial[back]) &&
	             shift(s, process, korch__reassign_somewhere(s, process));
	end(s, whole);
}
