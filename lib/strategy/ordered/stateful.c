/*
 * StatefulSets: members with ordinals, made in order, taken away and updated from the greatest
 * down. The rules of kube-controller-manager's StatefulSet control; pods and claims are the
 * controller's matter.
 */
#include <korch/strategy/ordered.h>

/* A decision in progress. */
typedef struct decision {
	const korch_stateful_spec *spec;
	const korch_member *members;
	size_t n;
	korch_member_action *actions;
	size_t max, n_actions;
} decision;

static const korch_member *find(const decision *d, int32_t ordinal)
{
	size_t low = 0, high = d->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (d->members[middle].ordinal < ordinal)
			low = middle + 1;
		else
			high = middle;
	}
	return low < d->n && d->members[low].ordinal == ordinal ? &d->members[low] : NULL;
}

static int32_t end_of(const korch_stateful_spec *spec)
{
	return spec->start + spec->replicas;
}

static int is_healthy(const korch_member *m)
{
	return m && m->ready && m->available && !m->terminating && !m->ended;
}

/* Whether there is room for more. */
static int put(decision *d, int32_t member, int32_t op, int32_t updated)
{
	if (d->n_actions < d->max)
		d->actions[d->n_actions++] =
		    (korch_member_action){.member = member, .op = op, .updated = updated};
	return d->n_actions < d->max;
}

/* Members below the partition come back as they were. */
static int is_for_update(const korch_stateful_spec *spec, int32_t ordinal)
{
	return spec->on_delete || ordinal >= (int64_t)spec->start + spec->partition;
}

static int drop(decision *d, const korch_member *m)
{
	return put(d, (int32_t)(m - d->members), KORCH_MEMBER_DELETE, 0);
}

/* Makes what is missing; 0: the rest has to wait for it. */
static int fill(decision *d)
{
	int complete = 1;
	for (int32_t ordinal = d->spec->start; ordinal < end_of(d->spec); ordinal++) {
		const korch_member *m = find(d, ordinal);
		int goes_on = 1;
		if (!m)
			goes_on = put(d, ordinal, KORCH_MEMBER_CREATE, is_for_update(d->spec, ordinal));
		else if (m->ended && !m->terminating)
			goes_on = drop(d, m);
		if (is_healthy(m))
			continue;
		complete = 0;
		if (!goes_on || !d->spec->parallel)
			return 0;
	}
	return complete || d->spec->parallel;
}

static int is_condemned(const decision *d, const korch_member *m)
{
	return m->ordinal < d->spec->start || m->ordinal >= end_of(d->spec);
}

/* Takes away what is too much, one by one unless parallel. */
static void shrink(decision *d)
{
	for (size_t i = d->n; i-- > 0;) {
		const korch_member *m = &d->members[i];
		if (!is_condemned(d, m))
			continue;
		if (!m->terminating && !drop(d, m))
			return;
		if (!d->spec->parallel)
			return;
	}
}

/* Replaces old members, those that are broken first: they serve nobody. */
static void update(decision *d)
{
	int64_t most = d->spec->max_unavailable > 0 ? d->spec->max_unavailable : 1;
	int64_t first = (int64_t)d->spec->start + d->spec->partition;
	for (int32_t ordinal = d->spec->start; ordinal < end_of(d->spec); ordinal++)
		most -= !is_healthy(find(d, ordinal));
	for (int broken = 1; broken >= 0; broken--) {
		for (int64_t ordinal = end_of(d->spec) - 1; ordinal >= first && ordinal >= 0; ordinal--) {
			const korch_member *m = find(d, (int32_t)ordinal);
			if (!m || m->updated || m->terminating || is_healthy(m) == broken)
				continue;
			if (!broken && --most < 0)
				return;
			if (!drop(d, m))
				return;
		}
	}
}

static int is_sound(const decision *d)
{
	const korch_stateful_spec *s = d->spec;
	if (s->replicas < 0 || s->start < 0 || s->partition < 0 || s->max_unavailable < 0 ||
	    s->replicas > INT32_MAX - s->start)
		return 0;
	for (size_t i = 0; i < d->n; i++) {
		if (d->members[i].ordinal < 0 ||
		    (i > 0 && d->members[i].ordinal <= d->members[i - 1].ordinal))
			return 0;
	}
	return 1;
}

int korch_stateful_plan(korch_member_action *actions, size_t max, size_t *n_actions,
                        const korch_stateful_spec *spec, const korch_member *members,
                        size_t n_members)
{
	if (!actions || max == 0 || !n_actions || !spec || spec->size < sizeof(*spec) ||
	    (!members && n_members > 0))
		return KORCH_E_INVALID;
	decision d = {.spec = spec, .members = members, .n = n_members, .actions = actions, .max = max};
	if (!is_sound(&d))
		return KORCH_E_INVALID;
	if (fill(&d))
		shrink(&d);
	/* Also while members are missing: a broken old one must not keep its own replacement from
	   coming, as it does in Kubernetes (kubernetes/kubernetes#67250). */
	if (!spec->on_delete && d.n_actions == 0)
		update(&d);
	*n_actions = d.n_actions;
	return 0;
}
