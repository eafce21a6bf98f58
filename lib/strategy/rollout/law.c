/*
 * The law, checked on a plan by what was observed, and by nothing that the planner reckoned: this
 * file shares no arithmetic with the others on purpose.
 */
#include <korch/strategy.h>
#include <string.h>

typedef struct trial {
	const korch_strategy *spec;
	const korch_strategy_observed *seen;
	const korch_strategy_plan *plan;
	korch_error **err;
	int64_t max_weight;
} trial;

static int same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static const korch_strategy_revision *seen_of(const trial *t, size_t i)
{
	static const korch_strategy_revision none;
	return i < t->seen->n_revisions ? &t->seen->revisions[i] : &none;
}

static int64_t lesser(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int breaks(const trial *t, size_t i, const char *what)
{
	return korch_error_set(t->err, KORCH_E_INTERNAL, "revision %s: %s", t->plan->targets[i].hash,
	                       what);
}

static int is_routed(const trial *t)
{
	return t->spec->type == KORCH_STRATEGY_CANARY && t->spec->traffic;
}

/* Whether so many replicas carry the weight. */
static int carries(const trial *t, int64_t replicas, int64_t weight)
{
	return weight * t->spec->replicas <= replicas * t->max_weight;
}

static int64_t left_of(const korch_strategy_revision *r)
{
	return lesser(r->ready, r->size);
}

static int check_targets(const trial *t)
{
	const korch_strategy_plan *plan = t->plan;
	size_t n = t->seen->n_revisions;
	if (plan->n_targets < n || plan->n_targets > n + 1)
		return korch_error_set(t->err, KORCH_E_INTERNAL, "a revision without a target");
	for (size_t i = 0; i < plan->n_targets; i++) {
		const korch_strategy_target *target = &plan->targets[i];
		if (target->size < 0 || target->weight < 0 || (i >= n) != (target->create != 0))
			return breaks(t, i, "a target that cannot be");
		if (target->remove && (target->size > 0 || target->weight > 0))
			return breaks(t, i, "is removed and still needed");
		if (i < n && !same(target->hash, t->seen->revisions[i].hash))
			return breaks(t, i, "is not in the order of what was seen");
	}
	return 0;
}

typedef struct sums {
	int64_t before, after;
	int stable_spare, spare; /* whether the stable one, or that and the current one, carry more */
	size_t gains;            /* an aborted revision that gets more, SIZE_MAX: none does */
	int moved;
} sums;

static sums sum_up(const trial *t)
{
	const korch_strategy_state *state = &t->plan->state;
	sums s = {.gains = SIZE_MAX};
	for (size_t i = 0; i < t->plan->n_targets; i++) {
		const korch_strategy_target *target = &t->plan->targets[i];
		int64_t seen = seen_of(t, i)->weight;
		int is_stable = same(target->hash, state->stable);
		int is_current = same(target->hash, state->current);
		int more = carries(t, left_of(seen_of(t, i)), target->weight + 1);
		s.moved |= target->weight != seen;
		s.before += seen;
		s.after += target->weight;
		s.stable_spare |= is_stable && more;
		s.spare |= (is_stable || is_current) && more;
		if (state->aborted && state->stable && is_current && !is_stable && target->weight > seen)
			s.gains = i;
	}
	return s;
}

/* Weights that sum to the whole; one that grows is carried, unless nobody had it before and nobody
 * has capacity to spare. What an experiment leaves goes to an aborted one only when the stable one
 * cannot carry it. */
static int check_weights(const trial *t)
{
	const korch_strategy_plan *plan = t->plan;
	sums s = sum_up(t);
	int64_t whole = t->max_weight;
	if (plan->experiment)
		whole -= lesser(t->seen->experiment_weight, whole);
	if (s.moved && s.after != whole)
		return korch_error_set(t->err, KORCH_E_INTERNAL, "weights sum to %lld, not to %lld",
		                       (long long)s.after, (long long)whole);
	if (s.gains != SIZE_MAX && (s.before >= whole || s.stable_spare))
		return breaks(t, s.gains, "was aborted and gets more traffic");
	for (size_t i = 0; i < plan->n_targets; i++) {
		int64_t weight = plan->targets[i].weight;
		if (weight <= seen_of(t, i)->weight || carries(t, left_of(seen_of(t, i)), weight))
			continue;
		if (s.before >= whole || (s.spare && s.after > 0))
			return breaks(t, i, "gets more traffic than its ready replicas carry");
	}
	return 0;
}

/* What shrinks keeps enough for the weight that is in force and for the one that is planned. */
static int check_carried(const trial *t)
{
	for (size_t i = 0; i < t->seen->n_revisions; i++) {
		const korch_strategy_revision *r = &t->seen->revisions[i];
		const korch_strategy_target *target = &t->plan->targets[i];
		if (target->size >= r->size)
			continue;
		if (!t->seen->traffic_verified)
			return breaks(t, i, "shrinks while weights are not in force");
		if (!carries(t, target->size, r->weight) || !carries(t, target->size, target->weight))
			return breaks(t, i, "is scaled below what it carries");
	}
	return 0;
}

static int check_aborted(const trial *t)
{
	const korch_strategy_state *state = &t->plan->state;
	if (!state->aborted || same(state->current, state->stable))
		return 0;
	for (size_t i = 0; i < t->plan->n_targets; i++) {
		if (same(t->plan->targets[i].hash, state->current) &&
		    t->plan->targets[i].size > seen_of(t, i)->size)
			return breaks(t, i, "was aborted and is scaled up");
	}
	return 0;
}

static int is_left_out(const trial *t, const korch_strategy_revision *r)
{
	return r->referenced && !same(r->hash, t->plan->state.current) &&
	       !same(r->hash, t->plan->state.stable);
}

/* maxSurge and maxUnavailable, where they rule. */
static int check_limits(const trial *t)
{
	int64_t total = 0, before = 0, after = 0;
	int64_t least = (int64_t)t->spec->replicas - t->spec->max_unavailable;
	int grows = 0, shrinks = 0;
	for (size_t i = 0; i < t->plan->n_targets; i++) {
		const korch_strategy_revision *r = seen_of(t, i);
		int64_t size = t->plan->targets[i].size, most = size;
		if (is_left_out(t, r))
			continue;
		grows |= size > r->size;
		shrinks |= size < r->size;
		most = r->size > most ? r->size : most;
		total += r->present > most ? r->present : most;
		before += lesser(r->available, r->size);
		after += lesser(r->available, lesser(size, r->size));
	}
	if (grows && total > (int64_t)t->spec->replicas + t->spec->max_surge)
		return korch_error_set(t->err, KORCH_E_INTERNAL, "%lld replicas are more than maxSurge",
		                       (long long)total);
	if (shrinks && after < before && after < least)
		return korch_error_set(t->err, KORCH_E_INTERNAL,
		                       "%lld available replicas are fewer than maxUnavailable leaves",
		                       (long long)after);
	return 0;
}

static const korch_strategy_revision *find(const trial *t, const char *hash)
{
	for (size_t i = 0; hash && i < t->seen->n_revisions; i++) {
		if (same(t->seen->revisions[i].hash, hash))
			return &t->seen->revisions[i];
	}
	return NULL;
}

static int check_service(const trial *t, const char *planned, const char *seen, int is_active)
{
	const korch_strategy_revision *to = find(t, planned), *from = find(t, seen);
	if (!planned)
		return 0;
	if (same(planned, seen))
		return korch_error_set(t->err, KORCH_E_INTERNAL, "a service is written in vain");
	if (!to || (left_of(to) == 0 && t->spec->replicas > 0))
		return korch_error_set(t->err, KORCH_E_INTERNAL,
		                       "a service is to select revision %s, of which nothing is ready",
		                       planned);
	if (is_active && left_of(to) < t->spec->replicas && from && left_of(from) > left_of(to))
		return korch_error_set(t->err, KORCH_E_INTERNAL,
		                       "the active service leaves more ready replicas than it gets");
	return 0;
}

static int check_services(const trial *t)
{
	const korch_strategy_plan *plan = t->plan;
	const korch_strategy_revision *active = find(t, t->seen->active);
	int code = check_service(t, plan->active, t->seen->active, 1);
	if (code == 0)
		code = check_service(t, plan->preview, t->seen->preview, 0);
	if (code == 0)
		code = check_service(t, plan->canary_service, t->seen->canary_service, 0);
	if (code == 0)
		code = check_service(t, plan->stable_service, t->seen->stable_service, 0);
	if (code < 0 || t->spec->type != KORCH_STRATEGY_BLUE_GREEN || !active)
		return code;
	size_t i = (size_t)(active - t->seen->revisions);
	if (plan->targets[i].size < active->size && plan->targets[i].size < t->spec->replicas)
		return breaks(t, i, "is active and scaled below what it carries");
	return 0;
}

int korch_rollout_law(const korch_strategy *spec, const korch_strategy_observed *observed,
                      const korch_strategy_plan *plan, korch_error **err)
{
	if (!spec || !observed || !plan)
		return korch_error_set(err, KORCH_E_INVALID, "no spec, nothing observed or no plan");
	trial t = {spec, observed, plan, err, spec->max_weight > 0 ? spec->max_weight : 100};
	int code = check_targets(&t);
	if (code == 0)
		code = check_aborted(&t);
	if (code == 0)
		code = check_services(&t);
	if (code == 0 && is_routed(&t)) {
		code = check_weights(&t);
		if (code == 0)
			code = check_carried(&t);
	}
	if (code == 0 && !is_routed(&t) &&
	    (spec->type == KORCH_STRATEGY_ROLLING || spec->type == KORCH_STRATEGY_CANARY))
		code = check_limits(&t);
	return code;
}
