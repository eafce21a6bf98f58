/* Draining: the pods of one node, moved to where their profile sends them. */
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/explain/sentence.h"
#include "scheduler/rank/best.h"
#include "scheduler/whatif/room.h"
#include <stdlib.h>
#include <string.h>

/* Orders that are tried when pods find no place. */
enum { TRIES = 6 };
/* Nodes whose names are compared with one that is not known. */
enum { NAMES_MAX = 10000 };

/* What the API server says of an eviction that a budget does not allow. */
static const char protected_[] =
    "Cannot evict pod as it would violate the pod's disruption budget.";

typedef struct leaver {
	sched_pod *pod;
	sched_class *class_;
	uint64_t feasible; /* nodes that would do while all others are where they are */
	double share;      /* of its node, of the resource that it needs most of */
	uint32_t failed;   /* times that it found no place */
	uint8_t waits;     /* for its turn in this try */
} leaver;

typedef struct drain {
	sched_plan plan;
	sched_slot *slot;
	leaver *pods;
	size_t n;
} drain;

/* The pods that leave, with their classes, which stay until the end. */
static int collect(drain *d)
{
	korch_scheduler *s = d->plan.s;
	d->pods = korch__calloc(d->slot->pods.n + 1, sizeof(*d->pods));
	if (!d->pods)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < d->slot->pods.n; i++) {
		sched_pod *pod = d->slot->pods.items[i];
		leaver *one = &d->pods[d->n];
		if (!korch__plan_moves(pod))
			continue;
		if (korch__class_of_placed(&one->class_, s, pod) < 0)
			return KORCH_E_NOMEM;
		one->class_->n_waiting++;
		one->pod = pod;
		one->share = korch__plan_share(s, pod);
		d->n++;
	}
	return 0;
}

/* Looks for the best node while the pod is off its own; it is put back. */
static int look(drain *d, const leaver *one, sched_best *best)
{
	korch__pod_detach(d->plan.s, one->pod);
	*best = (sched_best){.slot = NONE};
	int code = one->class_->shape->gated ? 0 : korch__best(d->plan.s, one->class_, best);
	korch__pod_attach_back(d->plan.s, one->pod);
	return code;
}

static int rate(drain *d)
{
	for (size_t i = 0; i < d->n; i++) {
		sched_best best;
		if (look(d, &d->pods[i], &best) < 0)
			return KORCH_E_NOMEM;
		d->pods[i].feasible = best.feasible;
	}
	return 0;
}

/* Higher priority, then those that failed before, then the hardest to place. */
static int by_turn(const void *a, const void *b)
{
	const leaver *x = a, *y = b;
	if (x->pod->shape->priority != y->pod->shape->priority)
		return x->pod->shape->priority > y->pod->shape->priority ? -1 : 1;
	if (x->failed != y->failed)
		return x->failed > y->failed ? -1 : 1;
	if (x->feasible != y->feasible)
		return x->feasible < y->feasible ? -1 : 1;
	if (x->share > y->share || x->share < y->share)
		return x->share > y->share ? -1 : 1;
	return strcmp(x->pod->id, y->pod->id);
}

/* 1: it moved, 0: not now, or KORCH_E_NOMEM. */
static int try_one(drain *d, leaver *one)
{
	sched_best best;
	int code = korch__plan_may_go(&d->plan, one->pod);
	if (code <= 0)
		return code;
	korch_scheduler *s = d->plan.s;
	korch__pod_detach(s, one->pod);
	best = (sched_best){.slot = NONE};
	code = one->class_->shape->gated ? 0 : korch__best(s, one->class_, &best);
	if (code < 0 || best.slot == NONE) {
		korch__pod_attach_back(s, one->pod);
		return code;
	}
	return korch__plan_land(&d->plan, one->pod, best.slot) < 0 ? KORCH_E_NOMEM : 1;
}

/* Moves what it can: a pod that finds no place now may find one when others have moved. */
static int try_all(drain *d)
{
	for (size_t i = 0; i < d->n; i++)
		d->pods[i].waits = 1;
	for (int moved = 1; moved;) {
		moved = 0;
		for (size_t i = 0; i < d->n; i++) {
			int code = d->pods[i].waits ? try_one(d, &d->pods[i]) : 0;
			if (code < 0)
				return code;
			moved |= code;
			d->pods[i].waits &= !code;
		}
	}
	return 0;
}

/* 1: a pod stays although budgets would let it go; these go first the next time. */
static int note_failed(drain *d)
{
	int any = 0;
	for (size_t i = 0; i < d->n; i++) {
		if (!d->pods[i].waits || korch__plan_may_go(&d->plan, d->pods[i].pod) != 1)
			continue;
		d->pods[i].failed++;
		any = 1;
	}
	return any;
}

/* Whether this order places more of the pods of high priority than the best so far: their numbers
 * by falling priority. Both lists are in the order of priority. */
static int is_better(const leaver *now, const leaver *best, size_t n)
{
	for (size_t i = 0, k; i < n; i = k) {
		int32_t priority = now[i].pod->shape->priority;
		size_t stay = 0, stayed = 0;
		for (k = i; k < n && now[k].pod->shape->priority == priority; k++) {
			stay += now[k].waits;
			stayed += best[k].waits;
		}
		if (stay != stayed)
			return stay < stayed;
	}
	return 0;
}

/* Tries orders, and leaves the plan with the moves of the best one. */
static int search(drain *d)
{
	_cleanup_free_ leaver *best = korch__calloc(d->n + 1, sizeof(*best));
	if (!best || rate(d) < 0)
		return KORCH_E_NOMEM;
	int is_last = 0;
	for (int i = 0; i < TRIES && !is_last; i++) {
		korch__plan_cut(&d->plan, 0);
		if (d->n > 1)
			qsort(d->pods, d->n, sizeof(*d->pods), by_turn);
		if (try_all(d) < 0)
			return KORCH_E_NOMEM;
		if (i == 0 || is_better(d->pods, best, d->n))
			memcpy(best, d->pods, d->n * sizeof(*best));
		is_last = !note_failed(d);
	}
	if (is_last && !is_better(best, d->pods, d->n))
		return 0;
	memcpy(d->pods, best, d->n * sizeof(*best));
	korch__plan_cut(&d->plan, 0);
	return try_all(d);
}

/* Why those stay that stay. */
static int explain(drain *d)
{
	korch_scheduler *s = d->plan.s;
	for (size_t i = 0; i < d->n; i++) {
		leaver *one = &d->pods[i];
		if (!one->waits)
			continue;
		char *why = NULL;
		int code = korch__plan_may_go(&d->plan, one->pod);
		if (code == 0) {
			why = korch__strdup(protected_);
		} else if (code == 1) {
			korch__pod_detach(s, one->pod);
			if (korch__class_refresh(s, one->class_) == 0)
				why = korch__sentence(s, one->class_, one->pod->labels->namespace_);
			korch__pod_attach_back(s, one->pod);
		}
		if (korch__plan_stick(&d->plan, one->pod, why) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int run(korch_moves **out, drain *d)
{
	korch__slot_close(d->plan.s, d->slot, 1);
	int code = collect(d);
	if (code == 0)
		code = search(d);
	if (code == 0)
		code = explain(d);
	if (code == 0)
		code = korch__plan_finish(out, &d->plan, &d->slot->index, d->plan.stuck.n == 0);
	if (code == 0)
		korch__moves_gain(*out, (double)d->n, (double)d->plan.stuck.n);
	for (size_t i = 0; i < d->n; i++)
		d->pods[i].class_->n_waiting--;
	korch__free(d->pods);
	korch__slot_close(d->plan.s, d->slot, 0);
	return code;
}

static int refuse(const korch_scheduler *s, const char *node, korch_error **err)
{
	_cleanup_free_ const char **names = korch__calloc(s->n_nodes + 1, sizeof(*names));
	size_t n = 0;
	for (size_t i = 0; names && s->n_nodes <= NAMES_MAX && i < s->slots.n; i++) {
		if (s->slots.items[i]->node)
			names[n++] = s->slots.items[i]->name;
	}
	const char *near = n > 0 ? korch__text_nearest(node, names, n) : NULL;
	return near ? korch_error_set(err, KORCH_E_NOT_FOUND,
	                              "node \"%s\" is not known, did you mean \"%s\"?", node, near)
	            : korch_error_set(err, KORCH_E_NOT_FOUND, "node \"%s\" is not known", node);
}

int korch_scheduler_drain(korch_moves **out, korch_scheduler *s, const char *node,
                          korch_error **err)
{
	if (!out || !s || !node)
		return korch_error_set(err, KORCH_E_INVALID, "no scheduler, no node or no place for moves");
	drain d = {.slot = korch__slot_get(s, node)};
	if (!d.slot || !d.slot->node)
		return refuse(s, node, err);
	int code = korch__plan_init(&d.plan, s);
	if (code == 0)
		code = run(out, &d);
	korch__plan_fini(&d.plan);
	return code < 0 ? korch__plan_error(code, err) : 0;
}
