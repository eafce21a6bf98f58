/*
 * Improving a placing by one attempt: a pod that has no seat gets one where others make room for it
 * and look for seats elsewhere (ejection chains: Glover, 1996), or a few nodes are emptied and
 * filled anew together with pods that have none (ruin and recreate: Schrimpf et al., 2000). What
 * leaves fewer pods with a seat is undone.
 */
#include "base/cleanup.h"
#include "scheduler/batch/batch.h"

enum {
	SAMPLES = 12, /* slots that are compared for a pod */
	DEPTH = 2,    /* how often those who make room may ask others for it */
	RUINS = 3,    /* most nodes that are emptied */
	GUESTS = 32,  /* most pods without a seat that are tried on these */
};

static uint32_t random_below(sched_batch *b, size_t bound)
{
	return (uint32_t)korch__random_below(&b->random, bound);
}

static int is_first(sched_batch *b, uint32_t member)
{
	uint64_t last = b->members[member].moved_in;
	b->members[member].moved_in = b->round;
	return last != b->round;
}

static int seat(sched_batch *b, uint32_t member, uint32_t slot)
{
	sched_move move = {.member = member, .slot = NONE, .is_first = is_first(b, member)};
	if (korch__batch_seat(b, member, slot, 0) < 0)
		return KORCH_E_NOMEM;
	return korch__vec_push(&b->moves, move);
}

static int unseat(sched_batch *b, uint32_t member)
{
	const sched_member *m = &b->members[member];
	sched_move move = {.member = member,
	                   .slot = m->slot,
	                   .devices = m->pod->devices,
	                   .is_first = is_first(b, member)};
	korch__batch_unseat(b, member);
	return korch__vec_push(&b->moves, move);
}

/* Takes everything back that this round did. */
static int undo(sched_batch *b)
{
	while (b->moves.n > 0) {
		sched_move move = b->moves.items[--b->moves.n];
		if (move.slot == NONE)
			korch__batch_unseat(b, move.member);
		else if (korch__batch_seat(b, move.member, move.slot, move.devices) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* How many more (or fewer) of a level have seats after the round, and the next level that was
 * touched. A member's first move tells what it had before. */
static int64_t gain_of(const sched_batch *b, uint32_t level, uint32_t *next)
{
	int64_t gain = 0;
	*next = NONE;
	for (size_t i = 0; i < b->moves.n; i++) {
		const sched_move *move = &b->moves.items[i];
		const sched_member *m = &b->members[move->member];
		if (!move->is_first)
			continue;
		if (m->level == level)
			gain += (m->slot != NONE) - (move->slot != NONE);
		else if (m->level > level && m->level < *next)
			*next = m->level;
	}
	return gain;
}

/* How many more (or fewer) have seats after the round, of the most important level that differs. */
static int64_t gain(const sched_batch *b)
{
	for (uint32_t level = 0, next; level != NONE; level = next) {
		int64_t more = gain_of(b, level, &next);
		if (more != 0)
			return more;
	}
	return 0;
}

static int64_t weight_gain(const sched_batch *b)
{
	int64_t weight = 0;
	for (size_t i = 0; i < b->moves.n; i++) {
		const sched_move *move = &b->moves.items[i];
		const sched_member *m = &b->members[move->member];
		if (move->is_first)
			weight += ((m->slot != NONE) - (move->slot != NONE)) * m->weight;
	}
	return weight;
}

/* How much of what the pod requests is missing on a slot; below 0: also when all of the batch's
 * pods leave it. */
static double missing(const sched_batch *b, const sched_shape *shape, uint32_t slot)
{
	const korch_scheduler *s = b->s;
	double sum = 0;
	for (size_t i = 0; i < shape->needs.n; i++) {
		const sched_need *need = &shape->needs.items[i];
		int64_t lacks =
		    need->amount - (s->alloc[need->resource][slot] - s->used[need->resource][slot]);
		if (lacks <= 0)
			continue;
		sum += (double)lacks / (double)need->amount;
		for (uint32_t k = b->heads[slot]; lacks > 0 && k != NONE; k = b->members[k].after)
			lacks -= korch__shape_need(b->members[k].pod->shape, need->resource);
		if (lacks > 0)
			return -1;
	}
	return sum;
}

/* A slot that could do for the member when others leave it; NONE when chance finds none. */
static uint32_t pick_slot(sched_batch *b, uint32_t member)
{
	const korch_scheduler *s = b->s;
	const sched_shape *shape = b->members[member].pod->shape;
	uint32_t best = NONE;
	double least = 0;
	for (int i = 0; i < SAMPLES; i++) {
		uint32_t slot = random_below(b, s->slots.n);
		if (!s->slots.items[slot]->node || b->heads[slot] == NONE)
			continue;
		double lacks = missing(b, shape, slot);
		if (lacks < 0 || (best != NONE && lacks >= least))
			continue;
		best = slot;
		least = lacks;
	}
	return best;
}

typedef KORCH_VEC(uint32_t) members;

static int crowd_of(members *out, const sched_batch *b, uint32_t slot)
{
	for (uint32_t k = b->heads[slot]; k != NONE; k = b->members[k].after) {
		if (korch__vec_push(out, k) < 0)
			return KORCH_E_NOMEM;
	}
	return korch__batch_order(b, out->items, out->n);
}

/* Which of the crowd would have to leave: the first `n` of it are those, in order. 1, 0 when that
 * does not help, or KORCH_E_NOMEM. */
static int choose_leavers(members *crowd, sched_batch *b, uint32_t member, uint32_t slot)
{
	size_t n = 0;
	for (size_t i = 0; i < crowd->n; i++)
		korch__pod_hide(b->s, b->members[crowd->items[i]].pod);
	int fits = korch__batch_fits(b, member, slot);
	for (size_t i = 0; i < crowd->n; i++) {
		uint32_t one = crowd->items[i];
		korch__pod_show(b->s, b->members[one].pod);
		if (fits != 1)
			continue;
		int stays = korch__batch_fits(b, member, slot);
		if (stays == 1)
			continue;
		korch__pod_hide(b->s, b->members[one].pod);
		crowd->items[n++] = one;
		fits = stays < 0 ? stays : fits;
	}
	for (size_t i = 0; i < n; i++)
		korch__pod_show(b->s, b->members[crowd->items[i]].pod);
	crowd->n = n;
	return fits;
}

static int force(sched_batch *b, uint32_t member, uint32_t slot, int depth);

/* A seat anywhere; when there is none, where others make room. */
static int reseat(sched_batch *b, uint32_t member, int depth)
{
	uint32_t slot;
	if (korch__batch_tightest(&slot, b, member) < 0)
		return KORCH_E_NOMEM;
	if (slot != NONE)
		return seat(b, member, slot);
	slot = depth > 0 ? pick_slot(b, member) : NONE;
	return slot == NONE ? 0 : force(b, member, slot, depth - 1);
}

/* Gives the member a seat on a slot, and those who make room for it others. 0 or KORCH_E_NOMEM. */
static int force(sched_batch *b, uint32_t member, uint32_t slot, int depth)
{
	members crowd = {0};
	int code = crowd_of(&crowd, b, slot);
	int helps = code < 0 ? code : choose_leavers(&crowd, b, member, slot);
	code = helps < 0 ? helps : 0;
	for (size_t i = 0; helps == 1 && code == 0 && i < crowd.n; i++)
		code = unseat(b, crowd.items[i]);
	if (helps == 1 && code == 0)
		code = seat(b, member, slot);
	for (size_t i = 0; helps == 1 && code == 0 && i < crowd.n; i++)
		code = reseat(b, crowd.items[i], depth);
	korch__vec_fini(&crowd);
	return code;
}

/* One of those that have no seat: of three the most important, then the smallest. */
static uint32_t pick_member(sched_batch *b)
{
	uint32_t best = b->todo.items[random_below(b, b->todo.n)];
	for (int i = 0; i < 2; i++) {
		uint32_t other = b->todo.items[random_below(b, b->todo.n)];
		const sched_member *x = &b->members[other], *y = &b->members[best];
		if (x->level < y->level || (x->level == y->level && x->weight < y->weight))
			best = other;
	}
	return best;
}

/* Empties a few slots; puts those who sat there into the list. */
static int ruin(members *list, uint32_t slots[RUINS], size_t *n_slots, sched_batch *b)
{
	size_t wanted = 1 + random_below(b, RUINS);
	for (size_t i = 0; i < wanted; i++) {
		uint32_t slot = pick_slot(b, pick_member(b));
		if (slot == NONE || b->heads[slot] == NONE)
			continue;
		slots[(*n_slots)++] = slot;
		while (b->heads[slot] != NONE) {
			uint32_t one = b->heads[slot];
			if (korch__vec_push(list, one) < 0 || unseat(b, one) < 0)
				return KORCH_E_NOMEM;
		}
	}
	return 0;
}

/* Some that had no seat before; those who have just lost theirs stand at the end of the list. */
static int invite(members *list, sched_batch *b, size_t n_before)
{
	size_t n = n_before < GUESTS ? n_before : GUESTS;
	size_t from = n_before > n ? random_below(b, n_before - n + 1) : 0;
	for (size_t i = 0; i < n; i++) {
		if (korch__vec_push(list, b->todo.items[from + i]) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* The usual order, but for some neighbours of one priority that change places. */
static void shuffle(members *list, sched_batch *b)
{
	for (size_t i = 1; i < list->n; i++) {
		uint32_t x = list->items[i - 1], y = list->items[i];
		if (b->members[x].level != b->members[y].level || random_below(b, 3) > 0)
			continue;
		list->items[i - 1] = y;
		list->items[i] = x;
	}
}

/* The tightest of a few slots that the member fits on. */
static int seat_on_one(sched_batch *b, uint32_t member, const uint32_t *slots, size_t n)
{
	uint32_t best = NONE;
	double least = 0;
	for (size_t i = 0; i < n; i++) {
		double left = korch__batch_left_over(b, member, slots[i]);
		if (left < 0 || (best != NONE && left >= least))
			continue;
		int fits = korch__batch_fits(b, member, slots[i]);
		if (fits < 0)
			return fits;
		best = fits ? slots[i] : best;
		least = fits ? left : least;
	}
	return best == NONE ? 0 : seat(b, member, best);
}

static int recreate(members *list, const uint32_t *slots, size_t n_slots, size_t n_lost,
                    sched_batch *b)
{
	_cleanup_free_ uint32_t *lost = korch__calloc(n_lost + 1, sizeof(*lost));
	if (!lost)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < n_lost; i++)
		lost[i] = list->items[i];
	if (korch__batch_order(b, list->items, list->n) < 0)
		return KORCH_E_NOMEM;
	shuffle(list, b);
	for (size_t i = 0; i < list->n; i++) {
		if (seat_on_one(b, list->items[i], slots, n_slots) < 0)
			return KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < n_lost; i++) {
		if (b->members[lost[i]].slot == NONE && reseat(b, lost[i], 0) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int rebuild(sched_batch *b)
{
	uint32_t slots[RUINS];
	size_t n_slots = 0, n_before = b->todo.n;
	members list = {0};
	int code = ruin(&list, slots, &n_slots, b);
	size_t n_lost = list.n;
	if (code == 0 && n_slots > 0 && (code = invite(&list, b, n_before)) == 0)
		code = recreate(&list, slots, n_slots, n_lost, b);
	korch__vec_fini(&list);
	return code;
}

int korch__batch_improve(sched_batch *b)
{
	b->moves.n = 0;
	b->round++;
	b->last_class = NULL;
	uint32_t member = pick_member(b);
	int code = random_below(b, 2) ? rebuild(b) : reseat(b, member, DEPTH);
	if (code < 0)
		return code;
	int64_t more = gain(b);
	int is_kept = more >= 0 ? korch__batch_is_sound(b) : 0;
	if (is_kept == 1)
		b->weight += weight_gain(b);
	return is_kept < 0 ? is_kept : is_kept == 0 ? undo(b) : more > 0;
}
