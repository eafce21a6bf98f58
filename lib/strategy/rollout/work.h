/*
 * A plan in the making: what the files of this room share. Indexes go over plan->targets: the
 * revisions that were seen in their order, then the current one when it does not exist yet.
 */
#ifndef KORCH_STRATEGY_ROLLOUT_WORK_H
#define KORCH_STRATEGY_ROLLOUT_WORK_H

#include "strategy/later.h"
#include <korch/strategy.h>
#include <string.h>

#define KORCH__STRATEGY_NONE SIZE_MAX
/* Slots of which an outcome may be left of an earlier try; STEP has its attempt. */
#define KORCH__STRATEGY_STALE                                                                      \
	(1u << KORCH_STRATEGY_SLOT_BACKGROUND | 1u << KORCH_STRATEGY_SLOT_PRE |                        \
	 1u << KORCH_STRATEGY_SLOT_POST)

typedef struct korch__strategy_work {
	const korch_strategy *spec;
	const korch_strategy_observed *seen;
	korch_strategy_plan *plan;
	korch_strategy_state *state; /* of the plan */
	korch_usec now;
	korch_strategy_revision created; /* stands for the current one while it does not exist */
	size_t current;                  /* index, NONE: it is not there and not to be made */
	size_t stable;                   /* index, NONE: there is none */
	int32_t max_weight;
	int32_t total;    /* what the revisions' weights sum to: max_weight without the experiment's */
	int32_t wish;     /* weight that the current one should have by the present step */
	int32_t goal;     /* that, or what it has while it cannot carry more */
	int32_t size;     /* size of the current one by the present step, goals of the sizes */
	int32_t old_size; /* canary without a router: the same of the stable one */
	int full;         /* the current one should have everything */
	int aborted;      /* back to a stable one that is another */
	int routed;       /* a canary whose weights a router sets */
	int frozen;       /* paused before the wished template was taken up */
	int decided;      /* the state changed in a way that the next plan acts on */
} korch__strategy_work;

static inline const korch_strategy_revision *korch__strategy_at(const korch__strategy_work *w,
                                                                size_t i)
{
	return i < w->seen->n_revisions ? &w->seen->revisions[i] : &w->created;
}

static inline int korch__strategy_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static inline int32_t korch__strategy_min(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

static inline int32_t korch__strategy_max(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

/* revisions.c */
size_t korch__strategy_find(const korch_strategy_observed *seen, const char *hash); /* or NONE */
int korch__strategy_is_other(const korch__strategy_work *w, size_t i); /* not current or stable */
/* Somebody else's: it is not counted and not touched. */
int korch__strategy_is_left_out(const korch__strategy_work *w, size_t i);
int32_t korch__strategy_ready(const korch_strategy_revision *r);     /* no more than will be left
                                                                  of it */
int32_t korch__strategy_available(const korch_strategy_revision *r); /* the same */
int32_t korch__strategy_present(const korch_strategy_revision *r);   /* no fewer than there are */
/* The greatest weight that so many replicas carry, and how many replicas a weight needs. */
int32_t korch__strategy_capacity(const korch__strategy_work *w, int32_t ready);
int32_t korch__strategy_need(const korch__strategy_work *w, int32_t weight);
int64_t korch__strategy_old_present(const korch__strategy_work *w); /* of all but the current one */
void korch__strategy_event(korch__strategy_work *w, int32_t event);
void korch__strategy_wake(korch__strategy_work *w, korch_usec at);

/* begin.c: which revisions, and whether a rollout begins */
void korch__strategy_begin(korch__strategy_work *w);
/* progress.c */
void korch__strategy_progress(korch__strategy_work *w);
/* verdict.c: what analyses, experiments and gates say */
int korch__strategy_outcome(const korch__strategy_work *w, int slot);
void korch__strategy_verdict(korch__strategy_work *w);
void korch__strategy_analyses(korch__strategy_work *w);
void korch__strategy_abort_because(korch__strategy_work *w, int32_t reason);
uint32_t korch__strategy_slots_wanted(const korch__strategy_work *w);
/* pause.c */
void korch__strategy_pause(korch__strategy_work *w, uint32_t reason);
int korch__strategy_is_lifted(const korch__strategy_work *w, uint32_t reason);
void korch__strategy_resume(korch__strategy_work *w, uint32_t reason);
/* promotion.c */
void korch__strategy_promote(korch__strategy_work *w);
/* delay.c: old revisions */
void korch__strategy_retire(korch__strategy_work *w, int delays);
void korch__strategy_history(korch__strategy_work *w);
/* rolling.c, recreate.c */
void korch__strategy_rolling_advance(korch__strategy_work *w);
void korch__strategy_rolling(korch__strategy_work *w);
void korch__strategy_recreate(korch__strategy_work *w);
/* scale.c: replicas changed in mid-rollout; 1 when it was dealt with */
int korch__strategy_rescale(korch__strategy_work *w);
/* limits.c: how far maxSurge and maxUnavailable allow to grow and to shrink */
typedef struct korch__strategy_slack {
	int64_t room;  /* replicas that may be added */
	int64_t spare; /* available ones that may be taken away */
	int64_t most;  /* old ones that may be taken away, available or not */
} korch__strategy_slack;
korch__strategy_slack korch__strategy_limits(const korch__strategy_work *w);
void korch__strategy_grow(korch__strategy_work *w, size_t i, int32_t to,
                          korch__strategy_slack *slack);
void korch__strategy_shrink(korch__strategy_work *w, size_t i, int32_t to,
                            korch__strategy_slack *slack);
/* The oldest revision but the current one that is newer than *after (by number, then index), NONE
 * after the last; start with KORCH__STRATEGY_NONE. */
size_t korch__strategy_next_old(const korch__strategy_work *w, size_t after);
/* bluegreen.c */
void korch__strategy_blue_green_advance(korch__strategy_work *w);
void korch__strategy_blue_green(korch__strategy_work *w);
int korch__strategy_blue_green_is_skipping(const korch__strategy_work *w); /* no pause, no
                                                                             analysis */
int korch__strategy_blue_green_is_up(const korch__strategy_work *w); /* the preview has its size */
/* canary/ */
const korch_strategy_step *korch__strategy_step(const korch__strategy_work *w); /* NULL: none left
                                                                                 */
void korch__strategy_canary_goals(korch__strategy_work *w);
/* When the next part of the weight comes after the last step; 0: not in parts. */
korch_usec korch__strategy_promotion_due(const korch__strategy_work *w);
void korch__strategy_canary_advance(korch__strategy_work *w);
void korch__strategy_canary(korch__strategy_work *w);
void korch__strategy_canary_weights(korch__strategy_work *w);
void korch__strategy_canary_fit(korch__strategy_work *w); /* only that they sum to the total */
void korch__strategy_canary_sizes(korch__strategy_work *w);
void korch__strategy_canary_services(korch__strategy_work *w);
void korch__strategy_basic_goals(korch__strategy_work *w);
void korch__strategy_basic(korch__strategy_work *w);
int korch__strategy_canary_at_size(const korch__strategy_work *w);
int korch__strategy_canary_in_force(const korch__strategy_work *w);
void korch__strategy_routes(korch__strategy_work *w);
/* why.c, changed.c */
void korch__strategy_why(korch__strategy_work *w);
void korch__strategy_phase(korch__strategy_work *w);
int korch__strategy_changed(const korch__strategy_work *w);

#endif
