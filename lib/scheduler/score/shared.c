/* Shared scores: raw values by spot, and kube-scheduler's ways of normalizing them. */
#include "scheduler/score/shared.h"
#include "base/cleanup.h"
#include <math.h>
#include <string.h>

/* The spots in hand, and one score's values for them. */
typedef struct spots {
	const sched_spot *items;
	size_t n;
	int64_t *raws;
} spots;

static int64_t greatest(const spots *of)
{
	int64_t most = 0;
	for (size_t i = 0; i < of->n; i++) {
		if (of->items[i].open && of->raws[i] > most)
			most = of->raws[i];
	}
	return most;
}

static void fill_from_dim(const spots *of, uint32_t dim)
{
	for (size_t i = 0; i < of->n; i++)
		of->raws[i] = dim == NONE ? 0 : of->items[i].key[dim];
}

static void normalize_max(const spots *of, int64_t *norms, int reverse)
{
	int64_t most = greatest(of);
	for (size_t i = 0; i < of->n; i++) {
		int64_t part = most == 0 ? 0 : 100 * of->raws[i] / most;
		norms[i] = reverse ? 100 - part : part;
	}
}

static int64_t likes_of(const sched_layout *layout, const int32_t *key)
{
	int64_t sum = layout->likes_dim == NONE ? 0 : key[layout->likes_dim];
	for (size_t i = 0; i < layout->preferred.n; i++) {
		const sched_probe *probe = &layout->preferred.items[i];
		int64_t count = korch__probe_count(probe, key);
		sum += count > 0 ? count * probe->want->weight : 0;
	}
	for (size_t i = 0; i < layout->existing_likes.n; i++) {
		const sched_probe *probe = &layout->existing_likes.items[i];
		int32_t domain = key[probe->dim];
		sum += domain < 0 ? 0 : probe->counter->weights[domain];
	}
	return sum;
}

static void score_interpod(const sched_class *c, const spots *of, int64_t *norms)
{
	int64_t least = INT64_MAX, most = INT64_MIN;
	for (size_t i = 0; i < of->n; i++) {
		of->raws[i] = likes_of(&c->layout, of->items[i].key);
		if (!of->items[i].open)
			continue;
		least = of->raws[i] < least ? of->raws[i] : least;
		most = of->raws[i] > most ? of->raws[i] : most;
	}
	for (size_t i = 0; i < of->n; i++)
		norms[i] = most > least
		               ? (int64_t)(100 * ((double)(of->raws[i] - least) / (double)(most - least)))
		               : 0;
}

/* Nodes without one of the labels are left out of the spread's score. */
static int is_ignored(const sched_layout *layout, const sched_spot *spot)
{
	for (size_t i = 0; i < layout->soft.n; i++) {
		if (korch__probe_count(&layout->soft.items[i], spot->key) < 0)
			return 1;
	}
	return 0;
}

/* Number of different domains of one constraint among the open spots; nodes, when each is one. */
static int count_domains(uint64_t *out, const sched_layout *layout, const sched_probe *probe,
                         const spots *of)
{
	*out = 0;
	if (probe->direct) {
		for (size_t i = 0; i < of->n; i++)
			*out += of->items[i].open && !is_ignored(layout, &of->items[i]) ? of->items[i].n : 0;
		return 0;
	}
	_cleanup_free_ uint8_t *seen = korch__calloc(probe->counter->key->n_ids + 1, 1);
	if (!seen)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < of->n; i++) {
		if (!of->items[i].open || is_ignored(layout, &of->items[i]))
			continue;
		int32_t domain = of->items[i].key[probe->dim];
		*out += !seen[domain];
		seen[domain] = 1;
	}
	return 0;
}

static int fill_spread(const sched_class *c, const spots *of)
{
	const sched_layout *layout = &c->layout;
	_cleanup_free_ double *sums = korch__calloc(of->n + 1, sizeof(*sums));
	if (!sums)
		return KORCH_E_NOMEM;
	for (size_t k = 0; k < layout->soft.n; k++) {
		const sched_probe *probe = &layout->soft.items[k];
		uint64_t size;
		if (count_domains(&size, layout, probe, of) < 0)
			return KORCH_E_NOMEM;
		double weight = log((double)size + 2);
		for (size_t i = 0; i < of->n; i++)
			sums[i] += (double)korch__probe_count(probe, of->items[i].key) * weight +
			           (double)(probe->want->max_skew - 1);
	}
	for (size_t i = 0; i < of->n; i++)
		of->raws[i] = is_ignored(layout, &of->items[i]) ? 0 : (int64_t)round(sums[i]);
	return 0;
}

static int score_spread(const sched_class *c, const spots *of, int64_t *norms)
{
	const sched_layout *layout = &c->layout;
	int64_t least = INT64_MAX, most = 0;
	memset(norms, 0, of->n * sizeof(*norms));
	memset(of->raws, 0, of->n * sizeof(*of->raws));
	if (layout->soft.n == 0)
		return 0;
	if (fill_spread(c, of) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < of->n; i++) {
		if (!of->items[i].open || is_ignored(layout, &of->items[i]))
			continue;
		least = of->raws[i] < least ? of->raws[i] : least;
		most = of->raws[i] > most ? of->raws[i] : most;
	}
	for (size_t i = 0; i < of->n; i++) {
		if (!of->items[i].open || is_ignored(layout, &of->items[i]))
			continue;
		norms[i] = most == 0 ? 100 : 100 * (most + least - of->raws[i]) / most;
	}
	return 0;
}

static int score_one(const sched_class *c, const sched_use *use, const spots *of, int64_t *norms)
{
	switch (use->kind) {
	case SCORE_TAINT:
		fill_from_dim(of, c->layout.disliked_dim);
		normalize_max(of, norms, 1);
		return 0;
	case SCORE_AFFINITY:
		fill_from_dim(of, c->layout.preferences_dim);
		normalize_max(of, norms, 0);
		return 0;
	case SCORE_SPREAD:
		return score_spread(c, of, norms);
	case SCORE_INTERPOD:
		score_interpod(c, of, norms);
		return 0;
	default:
		fill_from_dim(of, c->layout.plugin_dim[use->plugin]);
		normalize_max(of, norms,
		              c->profile->plugins[use->plugin].normalize == KORCH_NORMALIZE_REVERSE);
		return 0;
	}
}

/* A score that nothing in the layout feeds is the same everywhere. */
static int is_constant(const sched_class *c, sched_score kind)
{
	const sched_layout *layout = &c->layout;
	switch (kind) {
	case SCORE_TAINT:
		return layout->disliked_dim == NONE;
	case SCORE_AFFINITY:
		return layout->preferences_dim == NONE;
	case SCORE_SPREAD:
		return layout->soft.n == 0;
	case SCORE_INTERPOD:
		return layout->likes_dim == NONE && layout->preferred.n == 0 &&
		       layout->existing_likes.n == 0;
	default:
		return 0;
	}
}

int64_t korch__shared_constant(const sched_class *c)
{
	int64_t sum = 0;
	for (size_t k = 0; k < c->profile->n_uses; k++)
		sum += c->profile->uses[k].kind == SCORE_TAINT ? 100 * c->profile->uses[k].weight : 0;
	return sum;
}

int korch__shared_scores(korch_scheduler *s, sched_class *c, const sched_spot *items, size_t n,
                         int64_t *totals, int64_t *raws, int64_t *norms)
{
	size_t n_uses = c->profile->n_uses;
	_cleanup_free_ int64_t *room = korch__calloc(2 * n + 1, sizeof(*room));
	if (!room)
		return KORCH_E_NOMEM;
	spots of = {.items = items, .n = n, .raws = room};
	memset(totals, 0, n * sizeof(*totals));
	for (size_t k = 0; k < n_uses; k++) {
		const sched_use *use = &c->profile->uses[k];
		if (use->kind < SCORE_FIRST_SHARED)
			continue;
		if (!raws && is_constant(c, use->kind)) {
			for (size_t i = 0; use->kind == SCORE_TAINT && i < n; i++)
				totals[i] += 100 * use->weight;
			continue;
		}
		if (score_one(c, use, &of, room + n) < 0)
			return KORCH_E_NOMEM;
		for (size_t i = 0; i < n; i++) {
			totals[i] += use->weight * room[n + i];
			if (raws) {
				raws[i * n_uses + k] = room[i];
				norms[i * n_uses + k] = items[i].open ? room[n + i] : 0;
			}
		}
	}
	return 0;
}
