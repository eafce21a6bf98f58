/* Machine reassignment: what the search carries along; shared by its kinds of moves. */
#ifndef KORCH_SCHEDULER_REASSIGN_SEARCH_H
#define KORCH_SCHEDULER_REASSIGN_SEARCH_H

#include "scheduler/reassign/reassign.h"

enum {
	KORCH_REASSIGN_DONE = 1000000,  /* the progress at which a search ends */
	KORCH_REASSIGN_CHAIN = 10,      /* most processes that one chain sends away; */
	KORCH_REASSIGN_LONG_CHAIN = 30, /* where many small ones may have to go for a large one */
	KORCH_REASSIGN_JOURNAL = KORCH_REASSIGN_LONG_CHAIN + 2,
	KORCH_REASSIGN_LOG_BITS = 12
};

typedef struct korch__reassign_search {
	korch__reassign_state *state;
	uint32_t *best; /* the best feasible assignment met */
	int64_t best_cost;
	uint32_t *dirty; /* processes that may be elsewhere than in best */
	uint32_t n_dirty;
	uint8_t *is_dirty; /* by process */
	float *logs;       /* −ln of the middles of 2^LOG_BITS equal parts of (0, 1) */
	uint64_t dice;     /* state of the generator */
	double temperature;
	double *pressure; /* by machine: memory for the state's */
	double press;     /* with a pressure by machine: the weight of all load and balance costs */
	double missing_weight; /* of one missing location or dependency */
	uint32_t max_moves;    /* most processes away from home */
	uint32_t chain;        /* most processes that one chain sends away */
	uint64_t tried;        /* moves */
	const korch_reassign_options *options;
	/* A move made of several: what was done so far, to be undone, and what it changed. */
	korch__reassign_move done[KORCH_REASSIGN_JOURNAL];
	korch__reassign_delta deltas[KORCH_REASSIGN_JOURNAL];
	uint32_t n_done;
	double sum;
} korch__reassign_search;

/* splitmix64 (Steele, Lea, Flood, 2014): one number for each state, so a seed decides the run. */
static inline uint64_t korch__reassign_draw(korch__reassign_search *s)
{
	uint64_t z = s->dice += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* A number below bound from 32 random bits. */
static inline uint32_t korch__reassign_scale(uint64_t bits, uint32_t bound)
{
	return (uint32_t)((bits & 0xffffffff) * bound >> 32);
}

static inline double korch__reassign_weigh(const korch__reassign_search *s,
                                           const korch__reassign_delta *delta)
{
	double cost = (double)delta->cost;
	if (s->state->pressure)
		cost += s->press * delta->pressed - (double)delta->load;
	return cost + s->missing_weight * (double)delta->broken;
}

/* How often moves are of the rarer kinds: one in so many; 0: none. */
typedef struct korch__reassign_mix {
	int homecoming, exchange;
} korch__reassign_mix;

/* Mean changes that a move makes, by amount: of the cost, and of what moves alone cost. */
typedef struct korch__reassign_mean {
	double cost, moves;
} korch__reassign_mean;

/* anneal.c */
uint32_t korch__reassign_somewhere(korch__reassign_search *s, uint32_t process);
uint32_t korch__reassign_someone(korch__reassign_search *s, uint32_t machine);
bool korch__reassign_accepts(korch__reassign_search *s, double change);
void korch__reassign_settle(korch__reassign_search *s);

korch__reassign_mean korch__reassign_sample(korch__reassign_search *s);
uint32_t korch__reassign_burst(korch__reassign_search *s, korch__reassign_mix mix);

/* squeeze.c: for problems whose loads can be put in order, so that moves are all that is paid. */
bool korch__reassign_squeezable(const korch__reassign_search *s);
uint32_t korch__reassign_squeeze(korch__reassign_search *s, uint32_t done, int64_t before);

/* chain.c: one move made of several, accepted or undone as a whole. */
void korch__reassign_chain(korch__reassign_search *s);
void korch__reassign_homecoming(korch__reassign_search *s);
void korch__reassign_exchange(korch__reassign_search *s);

#endif
