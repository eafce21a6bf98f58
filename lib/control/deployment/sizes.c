/*
 * A Deployment's sizes: its ReplicaSets as the rollout planner's revisions. Rolling, a change of
 * `replicas` in mid-rollout and a pause are the planner's arithmetic (lib/strategy/rollout).
 */
#include "base/text.h"
#include "control/deployment/hand.h"
#include "control/pods.h"
#include <korch/strategy.h>

typedef struct sizes {
	korch_strategy spec;
	korch_strategy_observed seen;
	korch_strategy_revision revisions[KORCH_STRATEGY_REVISIONS_MAX];
	size_t sets[KORCH_STRATEGY_REVISIONS_MAX]; /* which sets they are */
	korch_strategy_plan plan;
} sizes;

static int is_recreate(const korch__rollout *r)
{
	const korch_deployment_strategy *strategy = r->deployment->spec->strategy;
	return strategy && korch__text_equal(strategy->type, "Recreate");
}

static void add(sizes *s, const korch__rollout *r, size_t i)
{
	const korch__revision *set = &r->sets[i];
	int32_t available = korch__revision_available(set);
	s->sets[s->seen.n_revisions] = i;
	s->revisions[s->seen.n_revisions++] = (korch_strategy_revision){
	    .hash = korch_object_name(&set->set->object),
	    .number = (int64_t)i,
	    .size = set->replicas,
	    .present = korch__revision_present(set),
	    .ready = available,
	    .available = available,
	};
}

/* Those that have replicas, oldest first, and the current one. When there are more than the planner
 * takes, the rest waits and counts as surge. */
static void see(sizes *s, const korch__rollout *r)
{
	int64_t rest = 0;
	size_t most = KORCH_STRATEGY_REVISIONS_MAX - (r->current != NULL);
	s->spec = (korch_strategy){
	    .size = sizeof(s->spec),
	    .type = KORCH_STRATEGY_ROLLING,
	    .replicas = r->replicas,
	    .max_surge = r->surge,
	    .max_unavailable = r->unavailable,
	    .history_limit = INT32_MAX,
	};
	s->seen = (korch_strategy_observed){.size = sizeof(s->seen), .revisions = s->revisions};
	for (size_t i = 0; i < r->n; i++) {
		int32_t present = korch__revision_present(&r->sets[i]);
		if (&r->sets[i] == r->current || present == 0)
			continue;
		if (s->seen.n_revisions < most)
			add(s, r, i);
		else
			rest += present;
	}
	if (r->current)
		add(s, r, (size_t)(r->current - r->sets));
	s->spec.max_surge = rest < r->surge ? r->surge - (int32_t)rest : 0;
	if (s->spec.max_surge == 0 && s->spec.max_unavailable == 0)
		s->spec.max_unavailable = 1;
}

/* The state is that of a rollout which is past its beginning: a Deployment remembers nothing. */
static int plan(sizes *s, const korch__rollout *r, const char *current)
{
	s->seen.current = s->seen.state.current = s->seen.state.stable = current;
	s->seen.state.step_since_us = r->now;
	return korch_rollout_plan(&s->plan, &s->spec, &s->seen, r->now);
}

int32_t korch__rollout_new_size(const korch__rollout *r, const korch__revision *current)
{
	sizes s;
	if (is_recreate(r))
		return r->replicas;
	see(&s, r);
	if (plan(&s, r, korch_object_name(&current->set->object)) < 0)
		return current->replicas;
	return s.plan.targets[s.seen.n_revisions - 1].size;
}

static int carry_out(korch__rollout *r, const sizes *s, int all, int *scaled)
{
	for (size_t i = 0; i < s->seen.n_revisions; i++) {
		korch__revision *set = &r->sets[s->sets[i]];
		int32_t size = s->plan.targets[i].size;
		if ((size != set->replicas || (all && size > 0)) &&
		    korch__rollout_scale(r, set, size, scaled) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

int korch__rollout_move(korch__rollout *r, int *scaled)
{
	sizes s;
	see(&s, r);
	int code = plan(&s, r, korch_object_name(&r->current->set->object));
	return code < 0 ? code : carry_out(r, &s, 0, scaled);
}

static int64_t annotation_number(const korch_replica_set *set, const char *key, int64_t otherwise)
{
	int64_t value = 0;
	const char *text = korch__annotation(&set->object, key);
	return text && korch__text_to_i64(&value, text) == 0 ? value : otherwise;
}

/* An active set that was told its size when another number was wished; NULL: none was. */
static const korch_replica_set *told_before(const korch__rollout *r)
{
	for (size_t i = 0; i < r->n; i++) {
		int64_t desired = annotation_number(r->sets[i].set, KORCH__ANNOTATION_DESIRED, -1);
		if (r->sets[i].replicas > 0 && desired >= 0 && desired != r->replicas)
			return r->sets[i].set;
	}
	return NULL;
}

int korch__rollout_is_scaling(const korch__rollout *r)
{
	return told_before(r) != NULL;
}

static int32_t clamp(int64_t value)
{
	return value < 0 ? 0 : value > INT32_MAX ? INT32_MAX : (int32_t)value;
}

int korch__rollout_scale_all(korch__rollout *r)
{
	sizes s;
	const korch_replica_set *before = told_before(r);
	see(&s, r);
	if (is_recreate(r) && s.seen.n_revisions > 1)
		return 0;
	s.spec.paused = 1; /* sizes only: no template is taken up */
	s.seen.state.replicas = r->replicas;
	if (before) {
		int64_t desired = annotation_number(before, KORCH__ANNOTATION_DESIRED, 0);
		s.seen.state.replicas = clamp(desired);
		s.seen.state.surge =
		    clamp(annotation_number(before, KORCH__ANNOTATION_MAX, desired) - desired);
	}
	const korch__revision *latest = r->current ? r->current : r->n > 0 ? &r->sets[r->n - 1] : NULL;
	if (!latest)
		return 0;
	if (s.seen.n_revisions == 0)
		add(&s, r, (size_t)(latest - r->sets));
	int code = plan(&s, r, korch_object_name(&latest->set->object));
	return code < 0 ? code : carry_out(r, &s, 1, NULL);
}
