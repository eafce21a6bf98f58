/*
 * A Deployment whose wished size changed, or that is paused: the new size is spread over its
 * ReplicaSets in proportion. Rolling from one template to the next stands in rolling.c.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/deployment/hand.h"
#include "control/pods.h"

static int64_t annotation_number(const korch_replica_set *set, const char *key, int64_t otherwise)
{
	int64_t value = 0;
	const char *text = korch__annotation(&set->object, key);
	return text && korch__text_to_i64(&value, text) == 0 ? value : otherwise;
}

int korch__rollout_is_scaling(const korch__rollout *r)
{
	for (size_t i = 0; i < r->n; i++) {
		int64_t desired = annotation_number(r->sets[i].set, KORCH__ANNOTATION_DESIRED, -1);
		if (r->sets[i].replicas > 0 && desired >= 0 && desired != r->replicas)
			return 1;
	}
	return 0;
}

/* The only active set, or the newest when none is active; NULL when there are several. */
static korch__revision *active_or_latest(korch__rollout *r)
{
	korch__revision *active = NULL;
	size_t n = 0;
	for (size_t i = 0; i < r->n; i++) {
		if (r->sets[i].replicas > 0) {
			active = &r->sets[i];
			n++;
		}
	}
	if (n == 0)
		return r->current ? r->current : r->n > 0 ? &r->sets[r->n - 1] : NULL;
	return n == 1 ? active : NULL;
}

static int is_saturated(const korch__rollout *r)
{
	const korch__revision *current = r->current;
	return current && current->replicas == r->replicas &&
	       korch__revision_available(current) == r->replicas &&
	       annotation_number(current->set, KORCH__ANNOTATION_DESIRED, -1) == r->replicas;
}

/* How many replicas the set's share of the change is; the sizes before the change come from its
 * annotation. */
static int32_t fraction(const korch__rollout *r, const korch__revision *revision)
{
	if (r->replicas == 0)
		return -revision->replicas;
	const korch_deployment_status *status = r->deployment->status;
	int64_t before = annotation_number(revision->set, KORCH__ANNOTATION_MAX, 0);
	if (before <= 0)
		before = status ? status->replicas : 0;
	if (before <= 0)
		return 0;
	double size = (double)revision->replicas * (double)(r->replicas + r->surge) / (double)before;
	int64_t rounded = (int64_t)(size + 0.5);
	return (int32_t)(rounded > INT32_MAX ? INT32_MAX : rounded) - revision->replicas;
}

/* The next of the active sets that are not done: the largest, of equal ones the newest when growing
 * and the oldest when shrinking. */
static size_t next_active(const korch__rollout *r, const char *done, int growing)
{
	size_t best = r->n;
	for (size_t i = 0; i < r->n; i++) {
		if (done[i] || r->sets[i].replicas <= 0)
			continue;
		if (best == r->n || r->sets[i].replicas > r->sets[best].replicas ||
		    (growing && r->sets[i].replicas == r->sets[best].replicas))
			best = i;
	}
	return best;
}

static int64_t sum_present(const korch__rollout *r)
{
	int64_t sum = 0;
	for (size_t i = 0; i < r->n; i++)
		sum += r->sets[i].replicas;
	return sum;
}

/* Available replicas that are left with these sizes. */
static int64_t available_with(const korch__rollout *r, const int32_t *sizes)
{
	int64_t sum = 0;
	for (size_t i = 0; i < r->n; i++) {
		int32_t available = korch__revision_available(&r->sets[i]);
		sum += available < sizes[i] ? available : sizes[i];
	}
	return sum;
}

/*
 * Kubernetes' proportion looks at sizes only and may take away replicas that are available where
 * others are not. Where that would break maxUnavailable, a replica that is not available goes
 * instead: same total, one more available.
 */
static void keep_available(const korch__rollout *r, int32_t *sizes)
{
	int64_t lack = (int64_t)r->replicas - r->unavailable - available_with(r, sizes);
	for (size_t i = 0; i < r->n; i++) {
		int32_t lost = korch__revision_available(&r->sets[i]) - sizes[i];
		for (size_t j = 0; j < r->n && lost > 0 && lack > 0; j++) {
			int32_t spare = sizes[j] - korch__revision_available(&r->sets[j]);
			int32_t moved = spare < lost ? spare : lost;
			moved = moved < lack ? moved : (int32_t)lack;
			if (j == i || moved <= 0)
				continue;
			sizes[i] += moved;
			sizes[j] -= moved;
			lost -= moved;
			lack -= moved;
		}
	}
}

static void proportional_sizes(const korch__rollout *r, int32_t *sizes, char *done)
{
	int64_t allowed = r->replicas > 0 ? (int64_t)r->replicas + r->surge : 0;
	int64_t to_add = allowed - sum_present(r), added = 0;
	size_t first = r->n;
	for (size_t i = 0; i < r->n; i++)
		sizes[i] = r->sets[i].replicas;
	for (size_t i; to_add != 0 && (i = next_active(r, done, to_add > 0)) < r->n;) {
		int64_t share = added != to_add ? fraction(r, &r->sets[i]) : 0, left = to_add - added;
		if (to_add > 0 ? share > left : share < left)
			share = left;
		sizes[i] += (int32_t)share;
		added += share;
		done[i] = 1;
		first = first == r->n ? i : first;
	}
	if (first < r->n)
		sizes[first] += (int32_t)(to_add - added);
	if (first < r->n && sizes[first] < 0)
		sizes[first] = 0;
	keep_available(r, sizes);
}

static int scale_proportionally(korch__rollout *r)
{
	_cleanup_free_ int32_t *sizes = korch__calloc(r->n + 1, sizeof(*sizes));
	_cleanup_free_ char *done = korch__calloc(r->n + 1, 1);
	if (!sizes || !done)
		return KORCH_E_NOMEM;
	proportional_sizes(r, sizes, done);
	for (size_t i = 0; i < r->n; i++) {
		if (r->sets[i].replicas > 0 && korch__rollout_scale(r, &r->sets[i], sizes[i], NULL) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

int korch__rollout_scale_all(korch__rollout *r)
{
	const korch_deployment_strategy *strategy = r->deployment->spec->strategy;
	korch__revision *only = active_or_latest(r);
	if (only)
		return only->replicas == r->replicas ? 0 : korch__rollout_scale(r, only, r->replicas, NULL);
	if (is_saturated(r)) {
		for (size_t i = 0; i < r->n; i++) {
			korch__revision *old = &r->sets[i];
			if (old != r->current && old->replicas > 0 && korch__rollout_scale(r, old, 0, NULL) < 0)
				return KORCH_E_NOMEM;
		}
		return 0;
	}
	if (strategy && korch__text_equal(strategy->type, "Recreate"))
		return 0;
	return scale_proportionally(r);
}
