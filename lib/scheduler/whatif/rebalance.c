/*
 * Rebalancing: moves that make the nodes' utilization more even, one after the other, each the one
 * that helps most among pods of the fullest and places on the emptiest nodes; several tries, of
 * which all but the first sometimes take the second best. Packing is compaction with a bound.
 */
#include "base/cleanup.h"
#include "scheduler/whatif/plan.h"
#include "scheduler/whatif/room.h"
#include <stdlib.h>
#include <string.h>

/* Nodes that are looked at as sources and as targets, of each resource; pods of a source. */
enum { ENDS = 8, PODS_OF_A_NODE = 64, MOVES_MAX = 10000, ROUNDS_MAX = 1000 };
/* Improvements that are tried on the filters, the best first. */
enum { TRIED = 16 };
/* Less than this is no improvement. */
#define LEAST 1e-9

enum { LOADS = 2 };

static const uint32_t loads[LOADS] = {RES_CPU, RES_MEMORY};

/* A move, and what it does to the variance. */
typedef struct option {
	sched_pod *pod;
	sched_class *class_;
	uint32_t to;
	double gain;
} option;

typedef struct balancing {
	sched_plan plan;
	korch_scheduler *s;
	uint32_t *slots; /* of the nodes */
	size_t n;
	uint32_t ends[2 * LOADS * ENDS]; /* fullest, then emptiest ones */
	size_t n_sources, n_targets;
	double sum[LOADS]; /* of utilization over the nodes, and of its square */
	double squares[LOADS];
	option options[TRIED]; /* of the step in hand, the greatest gain first */
	size_t n_options;
	KORCH_VEC(plan_move) best;
	double best_value;
	uint64_t seed;
	size_t most;
} balancing;

static double load_of(const korch_scheduler *s, uint32_t slot, size_t k, int64_t more)
{
	int64_t all = s->alloc[loads[k]][slot];
	return all > 0 ? (double)(s->used[loads[k]][slot] + more) / (double)all : 0;
}

static void measure(balancing *b)
{
	for (size_t k = 0; k < LOADS; k++) {
		b->sum[k] = b->squares[k] = 0;
		for (size_t i = 0; i < b->n; i++) {
			double load = load_of(b->s, b->slots[i], k, 0);
			b->sum[k] += load;
			b->squares[k] += load * load;
		}
	}
}

static double variance(const balancing *b, size_t k, double sum, double squares)
{
	double mean = sum / (double)b->n;
	return squares / (double)b->n - mean * mean;
}

/* Variance of the utilization of processors plus that of memory. */
static double value_of(const balancing *b)
{
	double value = 0;
	for (size_t k = 0; k < LOADS; k++)
		value += variance(b, k, b->sum[k], b->squares[k]);
	return value;
}

/* By how much the variance falls when a pod moves. */
static double gain_of(const balancing *b, const sched_pod *pod, uint32_t to)
{
	double gain = 0;
	for (size_t k = 0; k < LOADS; k++) {
		int64_t need = korch__shape_need(pod->shape, loads[k]);
		double from_before = load_of(b->s, pod->slot, k, 0),
		       from_after = load_of(b->s, pod->slot, k, -need);
		double to_before = load_of(b->s, to, k, 0), to_after = load_of(b->s, to, k, need);
		double sum = b->sum[k] + from_after - from_before + to_after - to_before;
		double squares = b->squares[k] + from_after * from_after - from_before * from_before +
		                 to_after * to_after - to_before * to_before;
		gain += variance(b, k, b->sum[k], b->squares[k]) - variance(b, k, sum, squares);
	}
	return gain;
}

/* Puts a slot among the ones with the greatest (sign 1) or least (-1) load. */
static size_t keep_end(const balancing *b, uint32_t *ends, size_t n, uint32_t slot, size_t k,
                       double sign)
{
	const korch_scheduler *s = b->s;
	double load = sign * load_of(s, slot, k, 0);
	if (n == ENDS && load <= sign * load_of(s, ends[n - 1], k, 0))
		return n;
	size_t at = n < ENDS ? n++ : n - 1;
	for (; at > 0 && sign * load_of(s, ends[at - 1], k, 0) < load; at--)
		ends[at] = ends[at - 1];
	ends[at] = slot;
	return n;
}

static size_t find_ends(balancing *b, uint32_t *ends, double sign)
{
	size_t n = 0;
	for (size_t k = 0; k < LOADS; k++) {
		size_t found = 0;
		for (size_t i = 0; i < b->n; i++)
			found = keep_end(b, ends + n, found, b->slots[i], k, sign);
		n += found;
	}
	return n;
}

static void keep_option(balancing *b, option one)
{
	if (one.gain <= LEAST || (b->n_options == TRIED && one.gain <= b->options[TRIED - 1].gain))
		return;
	size_t at = b->n_options < TRIED ? b->n_options++ : TRIED - 1;
	for (; at > 0 && b->options[at - 1].gain < one.gain; at--)
		b->options[at] = b->options[at - 1];
	b->options[at] = one;
}

/* No pod moves twice, so that the plan counts against each budget once. */
static int has_moved(const balancing *b, const sched_pod *pod)
{
	for (size_t i = 0; i < b->plan.moves.n; i++) {
		if (b->plan.moves.items[i].pod == pod)
			return 1;
	}
	return 0;
}

static int look_at_pod(balancing *b, const plan_leaver *one)
{
	int may_go = has_moved(b, one->pod) ? 0 : korch__plan_may_go(&b->plan, one->pod);
	if (may_go <= 0)
		return may_go;
	const uint32_t *targets = b->ends + b->n_sources;
	for (size_t t = 0; t < b->n_targets; t++) {
		if (targets[t] == one->pod->slot)
			continue;
		keep_option(b, (option){.pod = one->pod,
		                        .class_ = one->class_,
		                        .to = targets[t],
		                        .gain = gain_of(b, one->pod, targets[t])});
	}
	return 0;
}

/* 1: the filters let the pod go there. */
static int will_do(balancing *b, const option *one)
{
	korch__pod_detach(b->s, one->pod);
	int fits = korch__plan_fits(&b->plan, one->class_, one->to);
	korch__pod_attach_back(b->s, one->pod);
	return fits;
}

/* Takes the best option that will do; in later rounds one of four is passed over. 1: moved. */
static int take_option(balancing *b, uint32_t round)
{
	for (size_t i = 0; i < b->n_options; i++) {
		const option *one = &b->options[i];
		if (round > 0 && i + 1 < b->n_options && korch__plan_draw(&b->seed) % 4 == 0)
			continue;
		int fits = will_do(b, one);
		if (fits < 0)
			return fits;
		if (fits)
			return korch__plan_move(&b->plan, one->pod, one->to) < 0 ? KORCH_E_NOMEM : 1;
	}
	return 0;
}

/* One move; 1: made, 0: none helps, or KORCH_E_NOMEM. */
static int step(balancing *b, uint32_t round)
{
	plan_leaver *lists[LOADS * ENDS] = {0};
	size_t counts[LOADS * ENDS] = {0};
	int code = 0;
	measure(b);
	b->n_options = 0;
	b->n_sources = find_ends(b, b->ends, 1);
	b->n_targets = find_ends(b, b->ends + b->n_sources, -1);
	for (size_t i = 0; code == 0 && i < b->n_sources; i++) {
		const sched_slot *slot = b->s->slots.items[b->ends[i]];
		code = korch__plan_leavers(&lists[i], &counts[i], &b->plan, slot);
		for (size_t p = 0; code == 0 && p < counts[i] && p < PODS_OF_A_NODE; p++)
			code = look_at_pod(b, &lists[i][p]);
	}
	if (code == 0)
		code = take_option(b, round);
	for (size_t i = 0; i < b->n_sources; i++)
		korch__plan_leave_out(lists[i], counts[i]);
	return code;
}

/* Keeps the plan when it is the best so far. */
static int keep_plan(balancing *b)
{
	measure(b);
	double value = value_of(b);
	if (value >= b->best_value - LEAST)
		return 0;
	b->best.n = 0;
	if (korch__vec_reserve(&b->best, b->plan.moves.n) < 0)
		return KORCH_E_NOMEM;
	if (b->plan.moves.n > 0)
		memcpy(b->best.items, b->plan.moves.items, b->plan.moves.n * sizeof(*b->best.items));
	b->best.n = b->plan.moves.n;
	b->best_value = value;
	return 0;
}

static int apply_best(balancing *b)
{
	korch__plan_cut(&b->plan, 0);
	for (size_t i = 0; i < b->best.n; i++) {
		if (korch__plan_move(&b->plan, b->best.items[i].pod, b->best.items[i].to) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int run(korch_moves **out, balancing *b, uint32_t rounds)
{
	measure(b);
	double before = b->best_value = value_of(b);
	int code = 0;
	for (uint32_t round = 0; code == 0 && round < rounds; round++) {
		korch__plan_cut(&b->plan, 0);
		int moved = 1;
		while (moved == 1 && b->plan.moves.n < b->most)
			moved = step(b, round);
		code = moved < 0 ? moved : keep_plan(b);
	}
	if (code == 0)
		code = apply_best(b);
	if (code == 0)
		code = korch__plan_finish(out, &b->plan, NULL, 0);
	if (code == 0)
		korch__moves_gain(*out, before, b->best_value);
	return code;
}

static int balance(korch_moves **out, korch_scheduler *s, const korch_rebalance_options *options)
{
	balancing b = {.s = s, .seed = options->seed, .most = options->moves ? options->moves : 100};
	int code = korch__plan_init(&b.plan, s);
	b.slots = korch__calloc(s->slots.n + 1, sizeof(*b.slots));
	if (code == 0 && !b.slots)
		code = KORCH_E_NOMEM;
	for (uint32_t i = 0; code == 0 && i < s->slots.n; i++) {
		if (s->slots.items[i]->node)
			b.slots[b.n++] = i;
	}
	if (code == 0)
		code = run(out, &b, b.n < 2 ? 0 : options->rounds ? options->rounds : 8);
	korch__plan_fini(&b.plan);
	korch__vec_fini(&b.best);
	korch__free(b.slots);
	return code;
}

static int check(const korch_rebalance_options *options, korch_error **err)
{
	if (options->size != sizeof(*options))
		return korch_error_set(err, KORCH_E_INVALID, "options of size %zu: must be %zu",
		                       options->size, sizeof(*options));
	if (options->goal < KORCH_REBALANCE_BALANCE || options->goal > KORCH_REBALANCE_PACKING)
		return korch_error_set(err, KORCH_E_INVALID, "goal %d: must be 0 or 1", options->goal);
	if (options->moves > MOVES_MAX)
		return korch_error_set(err, KORCH_E_INVALID, "moves %u: must be 0 to %d", options->moves,
		                       MOVES_MAX);
	if (options->rounds > ROUNDS_MAX)
		return korch_error_set(err, KORCH_E_INVALID, "rounds %u: must be 0 to %d", options->rounds,
		                       ROUNDS_MAX);
	return 0;
}

int korch_scheduler_rebalance(korch_moves **out, korch_scheduler *s,
                              const korch_rebalance_options *options, korch_error **err)
{
	static const korch_rebalance_options standard = {.size = sizeof(standard)};
	if (!out || !s)
		return korch_error_set(err, KORCH_E_INVALID, "no scheduler or no place for moves");
	options = options ? options : &standard;
	int code = check(options, err);
	if (code < 0)
		return code;
	if (options->goal == KORCH_REBALANCE_PACKING) {
		const korch_compact_options compact = {.size = sizeof(compact),
		                                       .moves = options->moves ? options->moves : 100,
		                                       .seed = options->seed,
		                                       .rounds = options->rounds};
		return korch_scheduler_compact(out, s, &compact, err);
	}
	code = balance(out, s, options);
	return code < 0 ? korch__plan_error(code, err) : 0;
}
