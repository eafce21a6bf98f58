/*
 * Machine reassignment: simulated annealing (Kirkpatrick, Gelatt and Vecchi, 1983) over shifts,
 * swaps and the chains of chain.c. No clock: how far the search is, the caller says.
 */
#include "base/alloc.h"
#include "scheduler/reassign/search.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	TICK = 4096,          /* moves between two looks at the caller's progress */
	TRIAL = 60000,        /* progress in which a problem shows whether squeezing pays */
	SAMPLES = 1 << 16,    /* moves tried, none made, to find the scale of temperatures */
	CHAIN_EVERY = 32,     /* one move in so many is a chain */
	HOMECOMING_EVERY = 8, /* once icy: one in so many is a homecoming */
	EXCHANGE_EVERY = 4,   /* with a bound on moves: one in so many is an exchange */
	HOMEWARD = 16,        /* of 256 moves, so many send a process home; */
	SHIFTS = 128          /* up to this many are shifts, the others are swaps */
};

/* Temperatures in mean changes of cost: hot, where large processes wander, to cold; then icy (in
 * units of cost), where the last needless moves go home. COLD_AT is when, of a whole of 1. */
static const double HOT = 5, COLD = 1e-3, COLD_AT = 0.8, ICY = 0.3;
/* A missing location or dependency weighs this many mean changes to start with. */
static const double MISSING = 0.1;

/* A machine that could hold a process. */
uint32_t korch__reassign_somewhere(korch__reassign_search *s, uint32_t process)
{
	const korch__reassign_model *m = s->state->model;
	uint64_t bits = korch__reassign_draw(s);
	if (!m->goes_start)
		return korch__reassign_scale(bits, m->n_machines);
	uint32_t start = m->goes_start[process], end = m->goes_start[process + 1];
	return m->goes[start + korch__reassign_scale(bits, end - start)];
}

/* A process of a machine; nobody (n_processes) when it has none. */
uint32_t korch__reassign_someone(korch__reassign_search *s, uint32_t machine)
{
	const korch__reassign_state *state = s->state;
	if (state->n_on[machine] == 0)
		return state->model->n_processes;
	uint32_t process = state->first[machine];
	uint32_t n = korch__reassign_scale(korch__reassign_draw(s), state->n_on[machine]);
	for (; n > 0; n--)
		process = state->next[process];
	return process;
}

/* Metropolis' rule, with the logarithm of a random number from a table. */
bool korch__reassign_accepts(korch__reassign_search *s, double change)
{
	if (change <= 0)
		return true;
	uint64_t bits = korch__reassign_draw(s) >> (64 - KORCH_REASSIGN_LOG_BITS);
	return change <= s->temperature * (double)s->logs[bits];
}

/* After moves were accepted: remembers who moved, and the assignment when it is the best so far. */
void korch__reassign_settle(korch__reassign_search *s)
{
	const korch__reassign_state *state = s->state;
	for (uint32_t i = 0; i < s->n_done; i++) {
		uint32_t pair[2] = {s->done[i].out, s->done[i].in};
		for (int k = 0; k < 2; k++) {
			if (pair[k] == state->model->n_processes || s->is_dirty[pair[k]])
				continue;
			s->is_dirty[pair[k]] = 1;
			s->dirty[s->n_dirty++] = pair[k];
		}
	}
	if (state->cost >= s->best_cost || state->broken > 0)
		return;
	s->best_cost = state->cost;
	for (; s->n_dirty > 0; s->n_dirty--) {
		uint32_t process = s->dirty[s->n_dirty - 1];
		s->best[process] = state->at[process];
		s->is_dirty[process] = 0;
	}
}

static bool propose(korch__reassign_search *s, korch__reassign_move *move)
{
	const korch__reassign_model *m = s->state->model;
	uint64_t bits = korch__reassign_draw(s);
	uint32_t kind = bits >> 32 & 255;
	move->out = korch__reassign_scale(bits, m->n_processes);
	move->a = s->state->at[move->out];
	move->in = m->n_processes;
	move->b = kind < HOMEWARD ? m->initial[move->out] : korch__reassign_somewhere(s, move->out);
	if (kind >= SHIFTS && move->a != move->b)
		move->in = korch__reassign_someone(s, move->b);
	return move->a != move->b;
}

/* How many more processes are away from home after a move. */
static int more_away(const korch__reassign_model *m, const korch__reassign_move *move)
{
	int more = 0;
	if (move->out != m->n_processes)
		more += (move->b != m->initial[move->out]) - (move->a != m->initial[move->out]);
	if (move->in != m->n_processes)
		more += (move->a != m->initial[move->in]) - (move->b != m->initial[move->in]);
	return more;
}

static void step(korch__reassign_search *s)
{
	korch__reassign_state *state = s->state;
	korch__reassign_delta delta;
	if (!propose(s, &s->done[0]) || !korch__reassign_try(state, &s->done[0], &delta) ||
	    !korch__reassign_accepts(s, korch__reassign_weigh(s, &delta)))
		return;
	int more = more_away(state->model, &s->done[0]);
	if (more > 0 && state->n_away + (uint32_t)more > s->max_moves)
		return;
	korch__reassign_apply(state, &s->done[0], &delta);
	s->n_done = 1;
	korch__reassign_settle(s);
}

korch__reassign_mean korch__reassign_sample(korch__reassign_search *s)
{
	korch__reassign_mean sum = {0};
	uint64_t n = 0, n_moves = 0;
	for (int i = 0; i < SAMPLES; i++) {
		korch__reassign_move move;
		korch__reassign_delta delta;
		if (!propose(s, &move) || !korch__reassign_try(s->state, &move, &delta))
			continue;
		sum.cost += fabs((double)delta.cost);
		sum.moves += fabs((double)(delta.cost - delta.load));
		n += delta.cost != 0;
		n_moves += delta.cost != delta.load;
	}
	sum.cost = n > 0 ? sum.cost / (double)n : 1;
	sum.moves = n_moves > 0 ? sum.moves / (double)n_moves : 1;
	return sum;
}

/* Geometric from hot to cold, then from cold to icy; both shortened by a cooler start. */
static double temperature_at(double share, double mean, double heat)
{
	double cold = mean * COLD * heat, hot = mean * HOT * heat;
	cold = cold > ICY ? cold : ICY;
	hot = hot > cold ? hot : cold;
	if (share < COLD_AT)
		return hot * pow(cold / hot, share / COLD_AT);
	return cold * pow(ICY / cold, (share - COLD_AT) / (1 - COLD_AT));
}

/*
 * What is missing may be missing for a while; the longer, the more it weighs. The limits of the
 * weight widen as it gets colder.
 */
static void weigh_missing(korch__reassign_search *s, double share, double mean)
{
	enum { WIDEST = 10000 };
	double least = MISSING * mean, most = least * pow(WIDEST, share);
	double weight = s->missing_weight * (s->state->broken > 0 ? 1.01 : 1 - 0.001 * (1 - share));
	weight = weight > most ? most : weight;
	s->missing_weight = weight < least ? least : weight;
}

static uint32_t progress_of(const korch__reassign_search *s)
{
	const korch_reassign_options *o = s->options;
	uint32_t done = o->progress ? o->progress(o->userdata) : 0;
	if (o->iterations == 0)
		return done;
	double share = (double)s->tried / (double)o->iterations * KORCH_REASSIGN_DONE;
	uint32_t own = share < KORCH_REASSIGN_DONE ? (uint32_t)share : KORCH_REASSIGN_DONE;
	return own > done ? own : done;
}

/* A few thousand moves; how far the search is then. */
uint32_t korch__reassign_burst(korch__reassign_search *s, korch__reassign_mix mix)
{
	for (int i = 0; i < TICK; i++) {
		if (i % CHAIN_EVERY == 0)
			korch__reassign_chain(s);
		else if (mix.exchange > 0 && i % mix.exchange == 1)
			korch__reassign_exchange(s);
		else if (mix.homecoming > 0 && i % mix.homecoming == 2)
			korch__reassign_homecoming(s);
		else
			step(s);
	}
	s->tried += TICK;
	return progress_of(s);
}

/* Anneals from now, when the search is as far as `from`, until it is as far as `to`. */
static uint32_t cool(korch__reassign_search *s, uint32_t from, uint32_t to)
{
	double mean = korch__reassign_sample(s).cost;
	double heat = s->options->heat_ppm ? s->options->heat_ppm / 1e6 : 1;
	korch__reassign_mix mix = {0};
	if (s->max_moves < s->state->model->n_processes)
		mix.exchange = EXCHANGE_EVERY;
	uint32_t done = from;
	while (done < to) {
		double share = done > from ? (double)(done - from) / (to - from) : 0;
		mix.homecoming = share > COLD_AT ? HOMECOMING_EVERY : 0;
		s->temperature = temperature_at(share, mean, heat);
		weigh_missing(s, share, mean);
		done = korch__reassign_burst(s, mix);
	}
	return done;
}

static void run(korch__reassign_search *s)
{
	int64_t before = s->state->cost;
	uint32_t done = 0;
	if (korch__reassign_squeezable(s)) {
		done = cool(s, 0, TRIAL);
		done = korch__reassign_squeeze(s, done, before);
	}
	if (done < KORCH_REASSIGN_DONE)
		cool(s, done, KORCH_REASSIGN_DONE);
}

int korch__reassign_anneal(korch__reassign_state *state, uint32_t *best, uint64_t *iterations,
                           const korch_reassign_options *o)
{
	enum { LOGS = 1 << KORCH_REASSIGN_LOG_BITS };
	uint32_t n = state->model->n_processes;
	korch__reassign_search s = {.state = state,
	                            .best = best,
	                            .best_cost = state->cost,
	                            .dice = o->seed,
	                            .max_moves = n,
	                            .chain = KORCH_REASSIGN_CHAIN,
	                            .options = o};
	if (o->max_moves && o->max_moves < n)
		s.max_moves = (uint32_t)o->max_moves;
	s.dirty = korch__calloc(n, sizeof(*s.dirty));
	s.is_dirty = korch__calloc(n, sizeof(*s.is_dirty));
	s.logs = korch__calloc(LOGS, sizeof(*s.logs));
	s.pressure = korch__calloc(state->model->n_machines, sizeof(*s.pressure));
	int code = s.dirty && s.is_dirty && s.logs && s.pressure ? 0 : KORCH_E_NOMEM;
	if (!code) {
		for (int i = 0; i < LOGS; i++)
			s.logs[i] = (float)-log((i + 0.5) / LOGS);
		run(&s);
		*iterations = s.tried;
	}
	korch__free(s.dirty);
	korch__free(s.is_dirty);
	korch__free(s.logs);
	korch__free(s.pressure);
	return code;
}
