/* Rankings: made once, then brought up to date by the slots that were touched. */
#include "scheduler/rank/ranking.h"
#include "base/cleanup.h"
#include "scheduler/rank/class.h"
#include "scheduler/score/image.h"
#include "scheduler/state/nominate.h"
#include <string.h>

void korch__ranking_free(korch_scheduler *s, sched_class *c)
{
	sched_ranking *r = KORCH_STEAL(c->ranking);
	if (!r)
		return;
	s->cells -= r->cap;
	korch__cells_fini(r);
	korch__free(r->cell_of);
	korch__free(r->place);
	korch__free(r);
}

static int grow(korch_scheduler *s, sched_ranking *r, size_t cap)
{
	if (cap <= r->cap)
		return 0;
	uint32_t *cell_of = korch__realloc_array(r->cell_of, cap, sizeof(*cell_of));
	if (!cell_of)
		return KORCH_E_NOMEM;
	r->cell_of = cell_of;
	uint32_t *place = korch__realloc_array(r->place, cap, sizeof(*place));
	if (!place)
		return KORCH_E_NOMEM;
	r->place = place;
	memset(cell_of + r->cap, 0xff, (cap - r->cap) * sizeof(*cell_of));
	s->cells += cap - r->cap;
	r->cap = cap;
	return 0;
}

static int look_at(korch_scheduler *s, sched_class *c, uint32_t slot, int32_t *key)
{
	sched_ranking *r = c->ranking;
	if (korch__node_check(s, c, slot) != REASON_NONE ||
	    korch__nominated_check(s, c, slot, key) != REASON_NONE) {
		if (r->cell_of[slot] != NONE)
			korch__cell_take(r, slot);
		return 0;
	}
	korch__layout_key(s, c, slot, key);
	sched_ranked entry = {.score = korch__own_score(s, c, slot), .tie = s->tie[slot], .slot = slot};
	return korch__cell_put(r, key, entry);
}

static int look_at_all(korch_scheduler *s, sched_class *c, int32_t *key)
{
	c->ranking->seen = s->touched.end;
	for (uint32_t i = 0; i < s->slots.n; i++) {
		if (s->slots.items[i]->node && look_at(s, c, i, key) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int look_at_touched(korch_scheduler *s, sched_class *c, int32_t *key)
{
	sched_ranking *r = c->ranking;
	for (; r->seen < s->touched.end; r->seen++) {
		if (look_at(s, c, s->touched.items[r->seen & (s->touched.cap - 1)], key) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* What pods that keep room on a node say with their affinities and labels depends on the pods of
 * other nodes, so that these are looked at again each time. */
static int look_at_nominated(korch_scheduler *s, sched_class *c, int32_t *key)
{
	const sched_nomination *one;
	if (s->nominations.n == 0 || korch__layout_is_local(&c->layout))
		return 0;
	for (size_t at = 0; (one = korch__table_next(&s->nominations, &at));) {
		const sched_slot *slot = s->slots.items[one->pod->slot];
		if (slot->node && korch__nominated_matter(slot) && look_at(s, c, slot->index, key) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* An empty ranking for the layout that there is now. */
static int start(korch_scheduler *s, sched_class *c)
{
	korch__ranking_free(s, c);
	c->ranking = korch__calloc(1, sizeof(*c->ranking));
	if (!c->ranking)
		return KORCH_E_NOMEM;
	c->ranking->n_dims = c->layout.dims.n;
	c->ranking->generation = korch__class_generation(s, c);
	c->ranking->image_generation = s->image_generation;
	c->ranking->typical_generation = s->typical_generation;
	return 0;
}

static int holds(const korch_scheduler *s, const sched_class *c)
{
	sched_ranking *r = c->ranking;
	if (!r || r->generation != korch__class_generation(s, c) || r->n_dims != c->layout.dims.n ||
	    korch__log_lost(&s->touched, r->seen) ||
	    (c->profile->expects && r->typical_generation != s->typical_generation))
		return 0;
	/* images that no node has are worth nothing everywhere, before and after */
	if (r->image_generation != s->image_generation && !korch__image_counts(s, c->shape->spec))
		r->image_generation = s->image_generation;
	return r->image_generation == s->image_generation;
}

int korch__ranking_refresh(korch_scheduler *s, sched_class *c)
{
	_cleanup_free_ int32_t *many = NULL;
	int32_t few[16], *key = few;
	if (c->layout.dims.n > KORCH_COUNT(few)) {
		key = many = korch__calloc(c->layout.dims.n, sizeof(*many));
		if (!many)
			return KORCH_E_NOMEM;
	}
	int anew = !holds(s, c), code = anew ? start(s, c) : 0;
	if (code == 0)
		code = grow(s, c->ranking, s->cap);
	if (code == 0)
		code = anew ? look_at_all(s, c, key) : look_at_touched(s, c, key);
	if (code == 0)
		code = look_at_nominated(s, c, key);
	if (code < 0)
		korch__ranking_free(s, c);
	return code;
}
