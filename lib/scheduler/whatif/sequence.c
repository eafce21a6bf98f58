/* Orders of moves: what fits goes first; cycles are broken by a stop on the way. */
#include "scheduler/whatif/sequence.h"
#include "base/cleanup.h"

typedef struct seen_pod {
	const sched_pod *pod;
} seen_pod;

static uint64_t hash_pod(const void *key)
{
	return korch__hash_string(((const sched_pod *)key)->id);
}
static int seen_equal(const void *entry, const void *key)
{
	return ((const seen_pod *)entry)->pod == key;
}
static uint64_t seen_hash(const void *entry)
{
	return hash_pod(((const seen_pod *)entry)->pod);
}
static const korch_table_ops seen_ops = {
    .hash = hash_pod, .equal = seen_equal, .entry_hash = seen_hash};

/* From the last move to the first one, so that a pod's last move is met first. */
static int collect(plan_target *list, size_t *n, seen_pod *seen, const plan_move *moves,
                   size_t n_moves)
{
	korch_table table;
	int code = 0;
	korch__table_init(&table, &seen_ops);
	for (size_t i = n_moves; code == 0 && i-- > 0;) {
		if (korch__table_get(&table, moves[i].pod))
			continue;
		seen[*n].pod = moves[i].pod;
		code = korch__table_put(&table, &seen[*n]);
		list[(*n)++] = (plan_target){.pod = moves[i].pod, .to = moves[i].to};
	}
	korch__table_fini(&table);
	for (size_t i = 0; i < *n / 2; i++) {
		plan_target last = list[*n - 1 - i];
		list[*n - 1 - i] = list[i];
		list[i] = last;
	}
	return code;
}

int korch__plan_targets(plan_target **out, size_t *n, const plan_move *moves, size_t n_moves)
{
	_cleanup_free_ plan_target *list = korch__calloc(n_moves + 1, sizeof(*list));
	_cleanup_free_ seen_pod *seen = korch__calloc(n_moves + 1, sizeof(*seen));
	*n = 0;
	if (!list || !seen || collect(list, n, seen, moves, n_moves) < 0)
		return KORCH_E_NOMEM;
	*out = KORCH_STEAL(list);
	return 0;
}

typedef struct pending {
	plan_leaver leaver;
	uint32_t to;
	int has_stopped; /* on the way */
} pending;

/* 1: it is where it shall be now, 0, or KORCH_E_NOMEM. */
static int try_one(sched_plan *plan, const pending *one)
{
	int code = korch__plan_may_go(plan, one->leaver.pod);
	if (code != 1 || plan->moves.n >= plan->most)
		return code < 0 ? code : 0;
	korch__pod_detach(plan->s, one->leaver.pod);
	code = korch__plan_fits(plan, one->leaver.class_, one->to);
	if (code == 1)
		return korch__plan_land(plan, one->leaver.pod, one->to) < 0 ? KORCH_E_NOMEM : 1;
	korch__pod_attach_back(plan->s, one->leaver.pod);
	return code;
}

/* Lets one of those that are in each other's way stop somewhere else. 1, 0 or KORCH_E_NOMEM. */
static int stop_one(sched_plan *plan, pending *list, size_t n, const plan_field *field)
{
	for (size_t i = 0; i < n; i++) {
		int failed = 0, code = korch__plan_may_go(plan, list[i].leaver.pod);
		if (code < 0)
			return code;
		if (code == 0 || list[i].has_stopped || plan->moves.n + n >= plan->most)
			continue;
		korch__pod_detach(plan->s, list[i].leaver.pod);
		uint32_t to = korch__plan_choose(plan, &list[i].leaver, field, &failed);
		if (to != NONE) {
			list[i].has_stopped = 1;
			return korch__plan_land(plan, list[i].leaver.pod, to) < 0 ? KORCH_E_NOMEM : 1;
		}
		korch__pod_attach_back(plan->s, list[i].leaver.pod);
		if (failed)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int64_t move_all(sched_plan *plan, pending *list, size_t n, const plan_field *field)
{
	for (size_t before; n > 0;) {
		before = n;
		n = 0;
		for (size_t i = 0; i < before; i++) {
			int code = try_one(plan, &list[i]);
			if (code < 0)
				return code;
			if (code == 1)
				continue;
			pending done = list[n];
			list[n++] = list[i];
			list[i] = done;
		}
		if (n < before)
			continue;
		int code = field ? stop_one(plan, list, n, field) : 0;
		if (code <= 0)
			return code < 0 ? code : (int64_t)n;
	}
	return 0;
}

int64_t korch__plan_sequence(sched_plan *plan, const plan_target *targets, size_t n,
                             const plan_field *field)
{
	_cleanup_free_ pending *list = korch__calloc(n + 1, sizeof(*list));
	int64_t code = list ? 0 : KORCH_E_NOMEM;
	size_t made = 0;
	for (; code == 0 && made < n; made++) {
		pending *one = &list[made];
		one->leaver.pod = targets[made].pod;
		one->to = targets[made].to;
		code = korch__class_of_placed(&one->leaver.class_, plan->s, one->leaver.pod);
		if (code < 0)
			break;
		one->leaver.class_->n_waiting++;
	}
	if (code == 0)
		code = move_all(plan, list, n, field);
	for (size_t i = 0; list && i < made; i++)
		list[i].leaver.class_->n_waiting--;
	return code;
}
