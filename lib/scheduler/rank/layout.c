/* Layouts: which dimensions a class needs, where a node stands in them, and what follows. */
#include "scheduler/rank/layout.h"
#include "base/cleanup.h"
#include "scheduler/profile/node_info.h"
#include "scheduler/rank/class.h"

static sched_probes *probes_of(sched_layout *layout, size_t i)
{
	sched_probes *const all[] = {
	    &layout->affinity,  &layout->anti,          &layout->spread,         &layout->soft,
	    &layout->preferred, &layout->existing_anti, &layout->existing_likes, &layout->single_likes};
	return i < KORCH_COUNT(all) ? all[i] : NULL;
}

static void clear(sched_layout *layout)
{
	sched_probes *probes;
	layout->dims.n = 0;
	for (size_t i = 0; (probes = probes_of(layout, i)); i++)
		probes->n = 0;
	layout->likes_dim = layout->disliked_dim = layout->preferences_dim = layout->group_dim = NONE;
	for (size_t i = 0; i < KORCH_COUNT(layout->plugin_dim); i++)
		layout->plugin_dim[i] = NONE;
}

void korch__layout_fini(sched_layout *layout)
{
	sched_probes *probes;
	korch__vec_fini(&layout->dims);
	for (size_t i = 0; (probes = probes_of(layout, i)); i++)
		korch__vec_fini(probes);
}

/* The dimension that is wanted, a new one when there is none yet; NONE when memory is short. */
static uint32_t dim_of(sched_layout *layout, sched_dim wanted)
{
	for (uint32_t i = 0; i < layout->dims.n; i++) {
		const sched_dim *dim = &layout->dims.items[i];
		if (dim->kind == wanted.kind && dim->key == wanted.key && dim->counter == wanted.counter &&
		    dim->plugin == wanted.plugin)
			return i;
	}
	return korch__vec_push(&layout->dims, wanted) < 0 ? NONE : (uint32_t)layout->dims.n - 1;
}

/* A probe of a counter: over domains when these have several nodes, otherwise in the key itself. */
static int add_probe(sched_layout *layout, sched_probes *to, const sched_want *want,
                     const sched_counter *counter, sched_dim_kind single)
{
	sched_probe probe = {.want = want, .counter = counter};
	probe.direct = korch__key_is_single(counter->key);
	probe.dim = dim_of(layout, probe.direct ? (sched_dim){.kind = single, .counter = counter}
	                                        : (sched_dim){.kind = DIM_DOMAIN, .key = counter->key});
	return probe.dim == NONE ? KORCH_E_NOMEM : korch__vec_push(to, probe);
}

static int add_probes(sched_layout *layout, sched_probes *to, const sched_wants *wants)
{
	for (size_t i = 0; i < wants->n; i++) {
		if (add_probe(layout, to, &wants->items[i], wants->items[i].counter, DIM_COUNT) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* Preferences over domains of one node are summed up in one dimension. */
static int add_like(sched_layout *layout, sched_probes *to, const sched_want *want,
                    const sched_counter *counter)
{
	if (!korch__key_is_single(counter->key))
		return add_probe(layout, to, want, counter, DIM_COUNT);
	layout->likes_dim = dim_of(layout, (sched_dim){.kind = DIM_LIKES});
	sched_probe probe = {.want = want, .counter = counter, .dim = layout->likes_dim, .direct = 1};
	return probe.dim == NONE ? KORCH_E_NOMEM : korch__vec_push(&layout->single_likes, probe);
}

static int scores(const sched_profile *profile, sched_score kind)
{
	for (size_t i = 0; i < profile->n_uses; i++) {
		if (profile->uses[i].kind == kind)
			return 1;
	}
	return 0;
}

static int add_terms(sched_layout *layout, const sched_class *c)
{
	const sched_terms *terms = c->terms;
	if (korch__filter_is_on(c->profile, FILTER_INTERPOD) &&
	    (add_probes(layout, &layout->affinity, &terms->affinity) < 0 ||
	     add_probes(layout, &layout->anti, &terms->anti) < 0))
		return KORCH_E_NOMEM;
	if (korch__filter_is_on(c->profile, FILTER_SPREAD) &&
	    add_probes(layout, &layout->spread, &terms->spread) < 0)
		return KORCH_E_NOMEM;
	if (scores(c->profile, SCORE_SPREAD) && add_probes(layout, &layout->soft, &terms->soft) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; scores(c->profile, SCORE_INTERPOD) && i < terms->preferred.n; i++) {
		const sched_want *want = &terms->preferred.items[i];
		if (add_like(layout, &layout->preferred, want, want->counter) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int add_existing(sched_layout *layout, const sched_class *c)
{
	for (size_t i = 0; i < c->existing->n; i++) {
		const sched_counter *counter = c->existing->counters[i];
		if (counter->anti && korch__filter_is_on(c->profile, FILTER_INTERPOD) &&
		    add_probe(layout, &layout->existing_anti, NULL, counter, DIM_ANTI) < 0)
			return KORCH_E_NOMEM;
		if (counter->weights && scores(c->profile, SCORE_INTERPOD) &&
		    add_like(layout, &layout->existing_likes, NULL, counter) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* One of the dimensions that exist at most once. */
static int add_single(sched_layout *layout, uint32_t *slot, sched_dim dim, int wanted)
{
	if (wanted)
		*slot = dim_of(layout, dim);
	return wanted && *slot == NONE ? KORCH_E_NOMEM : 0;
}

static int build(sched_layout *layout, const sched_class *c)
{
	clear(layout);
	if ((c->terms && add_terms(layout, c) < 0) || (c->existing && add_existing(layout, c) < 0))
		return KORCH_E_NOMEM;
	if (add_single(layout, &layout->disliked_dim, (sched_dim){.kind = DIM_DISLIKED},
	               layout->has_disliked && scores(c->profile, SCORE_TAINT)) < 0 ||
	    add_single(layout, &layout->preferences_dim, (sched_dim){.kind = DIM_PREFERENCES},
	               layout->has_preferences && scores(c->profile, SCORE_AFFINITY)) < 0 ||
	    add_single(layout, &layout->group_dim, (sched_dim){.kind = DIM_GROUP},
	               c->group && korch__filter_is_on(c->profile, FILTER_MAX_PER_NODE)) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < c->profile->n_uses; i++) {
		uint32_t plugin = c->profile->uses[i].plugin;
		if (add_single(layout, &layout->plugin_dim[plugin],
		               (sched_dim){.kind = DIM_PLUGIN, .plugin = plugin},
		               c->profile->uses[i].kind == SCORE_PLUGIN_SHARED) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

int korch__layout_refresh(korch_scheduler *s, sched_class *c)
{
	sched_layout *layout = &c->layout;
	int has_disliked = c->eligibility->n_disliked > 0,
	    has_preferences = c->eligibility->n_preferences > 0;
	if (layout->generation == s->generation && layout->has_disliked == has_disliked &&
	    layout->has_preferences == has_preferences)
		return 0;
	layout->has_disliked = has_disliked;
	layout->has_preferences = has_preferences;
	layout->generation = 0;
	if (build(layout, c) < 0)
		return KORCH_E_NOMEM;
	layout->generation = s->generation;
	return 1;
}

static int is_direct(const sched_probes *probes)
{
	for (size_t i = 0; i < probes->n; i++) {
		if (!probes->items[i].direct)
			return 0;
	}
	return 1;
}

int korch__layout_is_local(const sched_layout *layout)
{
	return layout->spread.n == 0 && layout->affinity.n == 0 && is_direct(&layout->anti) &&
	       is_direct(&layout->existing_anti);
}

/* The sum of what a node's own domain is liked for. */
static int32_t likes_at(const sched_layout *layout, uint32_t slot)
{
	int64_t sum = 0;
	for (size_t i = 0; i < layout->single_likes.n; i++) {
		const sched_probe *probe = &layout->single_likes.items[i];
		uint32_t domain = probe->counter->key->of[slot];
		if (domain == NONE)
			continue;
		sum += probe->want ? (int64_t)probe->want->weight * probe->counter->matching[domain]
		                   : probe->counter->weights[domain];
	}
	return sum > INT32_MAX ? INT32_MAX : sum < INT32_MIN ? INT32_MIN : (int32_t)sum;
}

static int32_t plugin_at(const korch_scheduler *s, const sched_class *c, uint32_t plugin,
                         uint32_t slot)
{
	korch_node_info info = {.scheduler = s, .slot = s->slots.items[slot]};
	const korch_scheduler_plugin *own = &c->profile->plugins[plugin];
	int64_t raw = own->score(own->userdata, c->pod, &info);
	return raw < 0 ? 0 : raw > INT32_MAX ? INT32_MAX : (int32_t)raw;
}

static int32_t stand(const korch_scheduler *s, const sched_class *c, const sched_dim *dim,
                     uint32_t slot)
{
	uint32_t domain;
	switch (dim->kind) {
	case DIM_DOMAIN:
		return (int32_t)dim->key->of[slot];
	case DIM_DISLIKED:
		return c->eligibility->disliked[slot];
	case DIM_PREFERENCES:
		return c->eligibility->preferences[slot];
	case DIM_COUNT:
		domain = dim->counter->key->of[slot];
		return domain == NONE ? -1 : dim->counter->matching[domain];
	case DIM_ANTI:
		domain = dim->counter->key->of[slot];
		return domain != NONE && dim->counter->anti[domain] > 0;
	case DIM_LIKES:
		return likes_at(&c->layout, slot);
	case DIM_GROUP:
		return (int32_t)korch__group_count(c->group, slot);
	case DIM_PLUGIN:
		return plugin_at(s, c, dim->plugin, slot);
	}
	return 0;
}

void korch__layout_key(const korch_scheduler *s, const sched_class *c, uint32_t slot, int32_t *key)
{
	for (size_t i = 0; i < c->layout.dims.n; i++)
		key[i] = stand(s, c, &c->layout.dims.items[i], slot);
}

static sched_reason check_spread(const sched_layout *layout, const int32_t *key)
{
	for (size_t i = 0; i < layout->spread.n; i++) {
		const sched_probe *probe = &layout->spread.items[i];
		const sched_want *want = probe->want;
		int64_t count = korch__probe_count(probe, key);
		if (count < 0)
			return REASON_SPREAD_LABEL;
		int64_t least =
		    (int64_t)probe->counter->n_domains < want->min_domains ? 0 : probe->counter->least;
		if (count + want->self - least > want->max_skew)
			return REASON_SPREAD;
	}
	return REASON_NONE;
}

/* The first pod of a group that wants to be near itself may go anywhere that has the keys. */
static int affinity_holds(const sched_layout *layout, const int32_t *key, int self)
{
	int near_all = 1;
	int64_t total = 0;
	for (size_t i = 0; i < layout->affinity.n; i++) {
		const sched_probe *probe = &layout->affinity.items[i];
		int64_t count = korch__probe_count(probe, key);
		if (count < 0)
			return 0;
		near_all = near_all && count > 0;
		total += probe->counter->total;
	}
	return near_all || (total == 0 && self);
}

static int is_blocked(const sched_probe *probe, const int32_t *key)
{
	int32_t at = key[probe->dim];
	return probe->direct ? at > 0 : at >= 0 && probe->counter->anti[at] > 0;
}

sched_reason korch__layout_check(const korch_scheduler *s, const sched_class *c, const int32_t *key)
{
	const sched_layout *layout = &c->layout;
	sched_reason reason = check_spread(layout, key);
	if (reason != REASON_NONE)
		return reason;
	if (layout->affinity.n > 0 && !affinity_holds(layout, key, c->terms->self))
		return REASON_POD_AFFINITY;
	for (size_t i = 0; i < layout->anti.n; i++) {
		if (korch__probe_count(&layout->anti.items[i], key) > 0)
			return REASON_POD_ANTI_AFFINITY;
	}
	for (size_t i = 0; i < layout->existing_anti.n; i++) {
		if (is_blocked(&layout->existing_anti.items[i], key))
			return REASON_EXISTING_ANTI_AFFINITY;
	}
	if (layout->group_dim != NONE && key[layout->group_dim] >= c->group_limit)
		return REASON_MAX_PER_NODE;
	return REASON_NONE;
}
