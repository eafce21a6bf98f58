/* Compaction: passes over the nodes in different orders; the best one is kept. */
#include "scheduler/whatif/compact.h"
#include "base/cleanup.h"
#include "scheduler/filter/gpu.h"
#include "scheduler/whatif/sequence.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 8, ROUNDS_MAX = 1000 };
/* Orders that are always tried, before those that are drawn. */
enum { BY_LOAD, BY_SIZE, BY_PODS, BY_NAME, BY_SIZE_PUSHING, DRAWN };

size_t korch__compaction_used(const korch_scheduler *s)
{
	size_t n = 0;
	for (size_t i = 0; i < s->slots.n; i++)
		n += s->slots.items[i]->node && korch__plan_count(s->slots.items[i]) > 0;
	return n;
}

/* What the greatest nodes have. */
typedef struct greatest {
	double cpu, memory, devices;
} greatest;

static greatest find_greatest(const korch_scheduler *s)
{
	greatest most = {1, 1, 1};
	for (size_t i = 0; i < s->slots.n; i++) {
		if (!s->slots.items[i]->node)
			continue;
		most.cpu = fmax(most.cpu, (double)s->alloc[RES_CPU][i]);
		most.memory = fmax(most.memory, (double)s->alloc[RES_MEMORY][i]);
		most.devices = fmax(most.devices, (double)s->slots.items[i]->n_devices);
	}
	return most;
}

static double size_of(const korch_scheduler *s, const sched_slot *slot, const greatest *most)
{
	return (double)s->alloc[RES_CPU][slot->index] / most->cpu +
	       (double)s->alloc[RES_MEMORY][slot->index] / most->memory +
	       (double)slot->n_devices / most->devices;
}

/* Whole numbers are added up, so that it does not matter in which order. */
static double load_of(const sched_slot *slot, const greatest *most)
{
	double cpu = 0, memory = 0, devices = 0;
	for (size_t i = 0; i < slot->pods.n; i++) {
		const sched_shape *shape = slot->pods.items[i]->shape;
		if (!korch__plan_moves(slot->pods.items[i]))
			continue;
		cpu += (double)korch__shape_need(shape, RES_CPU);
		memory += (double)korch__shape_need(shape, RES_MEMORY);
		devices += (double)shape->device_count * DEVICE_WHOLE + (double)shape->device_share;
	}
	return cpu / most->cpu + memory / most->memory + devices / DEVICE_WHOLE / most->devices;
}

/* Which nodes are in use, and which are there besides, both in the order of ties. */
static int collect(sched_compaction *c)
{
	const korch_scheduler *s = c->plan.s;
	const greatest most = find_greatest(s);
	c->nodes = korch__calloc(s->n_nodes + 1, sizeof(*c->nodes));
	c->spare = korch__calloc(s->n_nodes + 1, sizeof(*c->spare));
	c->sizes = korch__calloc(s->slots.n + 1, sizeof(*c->sizes));
	if (!c->nodes || !c->spare || !c->sizes || korch__plan_field(&c->field, s) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < c->field.n; i++) {
		uint32_t at = c->field.slots[i];
		const sched_slot *slot = s->slots.items[at];
		size_t n = korch__plan_count(slot);
		c->sizes[at] = size_of(s, slot, &most);
		if (n > 0)
			c->nodes[c->n++] = (compact_node){.slot = at,
			                                  .n_pods = (uint32_t)n,
			                                  .load = load_of(slot, &most),
			                                  .size = c->sizes[at],
			                                  .tie = s->tie[at]};
		else
			c->spare[c->n_spare++] = at;
	}
	return 0;
}

int korch__compaction_init(sched_compaction *c, korch_scheduler *s,
                           const korch_compact_options *options)
{
	*c = (sched_compaction){.dice = options->seed,
	                        .rounds = options->rounds ? options->rounds : ROUNDS,
	                        .best_used = SIZE_MAX};
	int code = korch__plan_init(&c->plan, s);
	if (code < 0)
		return code;
	c->plan.most = options->moves ? options->moves : SIZE_MAX;
	return collect(c);
}

static void open_all(sched_compaction *c)
{
	for (size_t i = 0; i < c->n; i++) {
		sched_slot *slot = c->plan.s->slots.items[c->nodes[i].slot];
		if (slot->is_closed)
			korch__slot_close(c->plan.s, slot, 0);
	}
}

void korch__compaction_fini(sched_compaction *c)
{
	open_all(c);
	korch__plan_fini(&c->plan);
	korch__free(c->nodes);
	korch__free(c->field.slots);
	korch__free(c->spare);
	korch__free(c->sizes);
	korch__vec_fini(&c->best);
}

static int by_tie(const void *a, const void *b)
{
	const compact_node *x = a, *y = b;
	return (x->tie > y->tie) - (x->tie < y->tie);
}

static int by_turn(const void *a, const void *b)
{
	const compact_node *x = a, *y = b;
	if (x->turn > y->turn || x->turn < y->turn)
		return x->turn < y->turn ? -1 : 1;
	if (x->load > y->load || x->load < y->load)
		return x->load < y->load ? -1 : 1;
	return by_tie(a, b);
}

/* How far the order of a round is from its rule: 2.5 to 10 % more or less. */
static double blur(sched_compaction *c, uint32_t round)
{
	double width = 0.05 * (1 + (round - DRAWN) / 2 % 4);
	return round < DRAWN ? 1 : 1 + width * (korch__plan_unit(&c->dice) - 0.5);
}

/* Puts the nodes in the order of a round. */
static void order(sched_compaction *c, uint32_t round)
{
	int by_size = round == BY_SIZE || round == BY_SIZE_PUSHING ||
	              (round >= DRAWN && (round - DRAWN) % 2 == 0);
	for (size_t i = 0; i < c->n; i++) {
		compact_node *node = &c->nodes[i];
		node->turn = round == BY_PODS ? (double)node->n_pods : by_size ? node->size : node->load;
		node->turn *= blur(c, round);
	}
	qsort(c->nodes, c->n, sizeof(*c->nodes), round == BY_NAME ? by_tie : by_turn);
}

/* The nodes that pods may go to: those in use, but for the first round also the others. */
static void fill_field(sched_compaction *c, uint32_t round)
{
	c->field.n = 0;
	c->field.sizes = c->sizes;
	for (size_t i = 0; i < c->n; i++)
		c->field.slots[c->field.n++] = c->nodes[i].slot;
	for (size_t i = 0; round != BY_LOAD && i < c->n_spare; i++)
		c->field.slots[c->field.n++] = c->spare[i];
}

static int pass(sched_compaction *c, uint32_t round)
{
	const compact_way way = {.is_profile = round == BY_NAME, .pushes = round >= BY_SIZE_PUSHING};
	korch__plan_cut(&c->plan, 0);
	open_all(c);
	if (c->n > 1)
		order(c, round);
	fill_field(c, round);
	for (size_t i = 0; i < c->n; i++) {
		if (korch__compaction_empty(c, &c->nodes[i], &way) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* Keeps the plan when it is the best so far. */
static int keep(sched_compaction *c)
{
	size_t used = korch__compaction_used(c->plan.s), n = c->plan.moves.n;
	if (used > c->best_used || (used == c->best_used && n >= c->best.n))
		return 0;
	c->best.n = 0;
	if (korch__vec_reserve(&c->best, n) < 0)
		return KORCH_E_NOMEM;
	if (n > 0)
		memcpy(c->best.items, c->plan.moves.items, n * sizeof(*c->best.items));
	c->best.n = n;
	c->best_used = used;
	return 0;
}

static int apply_best(sched_compaction *c)
{
	korch__plan_cut(&c->plan, 0);
	for (size_t i = 0; i < c->best.n; i++) {
		/* asked for again, as budgets are counted by it */
		if (korch__plan_may_go(&c->plan, c->best.items[i].pod) < 0 ||
		    korch__plan_move(&c->plan, c->best.items[i].pod, c->best.items[i].to) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* The best plan, with pods that moved twice going straight to where they end, if they can. */
static int settle(sched_compaction *c)
{
	_cleanup_free_ plan_target *targets = NULL;
	size_t n = 0;
	open_all(c);
	if (korch__plan_targets(&targets, &n, c->best.items, c->best.n) < 0)
		return KORCH_E_NOMEM;
	if (n < c->best.n) {
		korch__plan_cut(&c->plan, 0);
		int64_t left = korch__plan_sequence(&c->plan, targets, n, NULL);
		if (left <= 0)
			return (int)left;
	}
	return apply_best(c);
}

int korch__compaction_run(sched_compaction *c)
{
	int code = keep(c); /* that nothing moves */
	for (uint32_t round = 0; code == 0 && round < c->rounds; round++) {
		code = pass(c, round);
		if (code == 0)
			code = keep(c);
	}
	return code == 0 ? settle(c) : code;
}

static int check(const korch_compact_options *options, korch_error **err)
{
	if (options->size != sizeof(*options))
		return korch_error_set(err, KORCH_E_INVALID, "options of size %zu: must be %zu",
		                       options->size, sizeof(*options));
	if (options->rounds > ROUNDS_MAX)
		return korch_error_set(err, KORCH_E_INVALID, "rounds %u: must be 0 to %d", options->rounds,
		                       ROUNDS_MAX);
	return 0;
}

static int finish(korch_moves **out, const sched_compaction *c)
{
	_cleanup_free_ uint32_t *emptied = korch__calloc(c->n + 1, sizeof(*emptied));
	size_t n = 0;
	if (!emptied)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < c->n; i++) {
		if (korch__plan_count(c->plan.s->slots.items[c->nodes[i].slot]) == 0)
			emptied[n++] = c->nodes[i].slot;
	}
	int code = korch__plan_finish(out, &c->plan, emptied, n);
	if (code == 0)
		korch__moves_gain(*out, (double)c->n, (double)korch__compaction_used(c->plan.s));
	return code;
}

int korch_scheduler_compact(korch_moves **out, korch_scheduler *s,
                            const korch_compact_options *options, korch_error **err)
{
	static const korch_compact_options standard = {.size = sizeof(standard)};
	if (!out || !s)
		return korch_error_set(err, KORCH_E_INVALID, "no scheduler or no place for moves");
	options = options ? options : &standard;
	int code = check(options, err);
	if (code < 0)
		return code;
	sched_compaction c;
	code = korch__compaction_init(&c, s, options);
	if (code == 0)
		code = korch__compaction_run(&c);
	if (code == 0)
		code = finish(out, &c);
	korch__compaction_fini(&c);
	return code < 0 ? korch__plan_error(code, err) : 0;
}
