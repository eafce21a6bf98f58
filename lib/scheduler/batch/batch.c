/* Batches: one by one in the order given, then in better orders, then improved as long as is
 * wanted.
 */
#include "scheduler/batch/batch.h"
#include "base/cleanup.h"
#include "scheduler/batch/members.h"
#include "scheduler/rank/waiting.h"
#include "scheduler/state/journal.h"
#include <string.h>

/* Attempts at improving, when the caller says nothing, and between two questions to go on. */
enum { ROUNDS_MIN = 1000, ROUNDS_MAX = 10000, ROUNDS_AT_ONCE = 64 };

/* A placing that is remembered. */
typedef struct placing {
	uint32_t *slots; /* by member */
	uint64_t *devices;
	int64_t *counts; /* placed, by level */
	int64_t weight;
} placing;

static void fini_placing(placing *p)
{
	korch__free(p->slots);
	korch__free(p->devices);
	korch__free(p->counts);
}

static int init_placing(placing *p, const sched_batch *b)
{
	*p = (placing){.slots = korch__calloc(b->n + 1, sizeof(*p->slots)),
	               .devices = korch__calloc(b->n + 1, sizeof(*p->devices)),
	               .counts = korch__calloc(b->n_levels + 1, sizeof(*p->counts))};
	return p->slots && p->devices && p->counts ? 0 : KORCH_E_NOMEM;
}

static void remember(placing *p, const sched_batch *b)
{
	p->weight = 0;
	memset(p->counts, 0, b->n_levels * sizeof(*p->counts));
	for (size_t i = 0; i < b->n; i++) {
		const sched_member *m = &b->members[i];
		p->slots[i] = m->pod ? m->slot : NONE;
		p->devices[i] = m->pod ? m->pod->devices : 0;
		if (p->slots[i] == NONE)
			continue;
		p->counts[m->level]++;
		p->weight += m->weight;
	}
}

static int is_better(const placing *a, const placing *b, size_t n_levels)
{
	for (size_t i = 0; i < n_levels; i++) {
		if (a->counts[i] != b->counts[i])
			return a->counts[i] > b->counts[i];
	}
	return a->weight > b->weight;
}

/* Everybody to where they were. */
static int restore(const placing *p, sched_batch *b)
{
	korch__batch_unseat_all(b);
	for (uint32_t i = 0; i < b->n; i++) {
		if (p->slots[i] != NONE && korch__batch_seat(b, i, p->slots[i], p->devices[i]) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

typedef int (*find_fn)(uint32_t *slot, sched_batch *b, uint32_t member);

/* One after the other. */
static int seat_all(sched_batch *b, const uint32_t *order, find_fn find)
{
	b->last_class = NULL;
	for (size_t i = 0; i < b->n; i++) {
		uint32_t slot, member = order ? order[i] : (uint32_t)i;
		if (!b->members[member].pod || b->members[member].is_hopeless)
			continue;
		if (find(&slot, b, member) < 0 ||
		    (slot != NONE && korch__batch_seat(b, member, slot, 0) < 0))
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* Those that have no node now, and that nobody could make room for. */
static int drop_hopeless(sched_batch *b)
{
	korch__batch_unseat_all(b);
	for (size_t i = b->todo.n; i-- > 0;) {
		uint32_t slot = NONE, member = b->todo.items[i];
		sched_member *m = &b->members[member];
		if (!m->pod->terms && korch__batch_best(&slot, b, member) < 0)
			return KORCH_E_NOMEM;
		m->is_hopeless |= !m->pod->terms && slot == NONE;
		if (!m->is_hopeless)
			continue;
		uint32_t last = b->todo.items[--b->todo.n];
		b->todo.items[i] = last;
		b->members[last].todo_at = (uint32_t)i;
		m->todo_at = NONE;
	}
	return 0;
}

/* By priority and difficulty, where the profile likes it best, and where it is tightest. */
static int try_orders(placing *best, sched_batch *b)
{
	static const find_fn ways[] = {korch__batch_best, korch__batch_tightest};
	_cleanup_free_ uint32_t *order = korch__calloc(b->n + 1, sizeof(*order));
	placing other = {0};
	int code = order ? init_placing(&other, b) : KORCH_E_NOMEM;
	for (uint32_t i = 0; code == 0 && i < b->n; i++)
		order[i] = i;
	if (code == 0)
		code = korch__batch_order(b, order, b->n);
	for (size_t k = 0; code == 0 && k < KORCH_COUNT(ways); k++) {
		korch__batch_unseat_all(b);
		korch__batch_price(b);
		code = seat_all(b, order, ways[k]);
		if (code == 0)
			remember(&other, b);
		if (code == 0 && is_better(&other, best, b->n_levels)) {
			placing worse = *best;
			*best = other;
			other = worse;
		}
	}
	fini_placing(&other);
	return code;
}

static int improve(placing *best, sched_batch *b, const korch_batch_options *options)
{
	uint64_t rounds = options->rounds;
	if (rounds == 0 && options->keep_going)
		rounds = UINT64_MAX;
	else if (rounds == 0)
		rounds = b->n < ROUNDS_MIN ? ROUNDS_MIN : b->n > ROUNDS_MAX ? ROUNDS_MAX : b->n;
	b->weight = best->weight;
	if (b->todo.n > 0 && korch__batch_note_sound(b) < 0)
		return KORCH_E_NOMEM;
	for (uint64_t i = 0; b->todo.n > 0 && b->s->n_nodes > 0 && i < rounds; i++) {
		if (i % ROUNDS_AT_ONCE == 0 && options->keep_going &&
		    !options->keep_going(options->userdata))
			break;
		int has_more = korch__batch_improve(b);
		if (has_more < 0)
			return has_more;
		if (has_more || b->weight > best->weight)
			remember(best, b);
	}
	return restore(best, b);
}

static size_t count_seated(const placing *p, const sched_batch *b)
{
	size_t n = 0;
	for (size_t i = 0; i < b->n_levels; i++)
		n += (size_t)p->counts[i];
	return n;
}

static int search(sched_batch *b, const korch_batch_options *options)
{
	placing best = {0};
	int code = init_placing(&best, b);
	if (code == 0)
		code = seat_all(b, NULL, korch__batch_best);
	if (code == 0 && b->todo.n > 0) {
		remember(&best, b);
		code = drop_hopeless(b);
		int is_whole = b->todo.n == count_seated(&best, b);
		if (code == 0 && !is_whole)
			code = try_orders(&best, b);
		if (code == 0)
			code = restore(&best, b);
		if (code == 0 && !is_whole)
			code = improve(&best, b, options);
	}
	fini_placing(&best);
	return code;
}

/* A member that is on a node stays there; for the others a pod is made. */
static int add_member(sched_batch *b, uint32_t i, const korch_pod *pod, korch_error **err)
{
	sched_member *m = &b->members[i];
	sched_class *c = NULL;
	*m = (sched_member){.object = pod, .slot = NONE, .todo_at = NONE};
	const sched_pod *known = korch__pod_find(b->s, pod);
	if (known) {
		m->slot = known->slot;
		return 0;
	}
	int code = korch__class_of(&c, b->s, pod, err);
	if (code == 0)
		code = korch__pod_make(&m->pod, b->s, pod, err);
	if (code < 0 || !m->pod) {
		korch__members_blame(i, err);
		return code;
	}
	m->own = korch__nomination_find(b->s, m->pod->id);
	m->todo_at = (uint32_t)b->todo.n;
	b->todo.items[b->todo.n++] = i;
	return 0;
}

static int open_batch(sched_batch *b, const korch_pod *const *pods, korch_error **err)
{
	korch_scheduler *s = b->s;
	b->n_heads = s->slots.n + 1;
	b->members = korch__calloc(b->n + 1, sizeof(*b->members));
	b->heads = korch__calloc(b->n_heads, sizeof(*b->heads));
	b->prices = korch__calloc(KORCH_SCHEDULER_RESOURCES_MAX, sizeof(*b->prices));
	if (!b->members || !b->heads || !b->prices || korch__vec_reserve(&b->todo, b->n) < 0)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	memset(b->heads, 0xff, b->n_heads * sizeof(*b->heads));
	for (uint32_t i = 0; i < b->n; i++) {
		int code = add_member(b, i, pods[i], err);
		if (code < 0)
			return code;
	}
	return korch__batch_measure(b) < 0 ? korch_error_set(err, KORCH_E_NOMEM, "out of memory") : 0;
}

static void close_batch(sched_batch *b)
{
	for (size_t i = 0; b->members && i < b->n; i++)
		korch__pod_free(b->s, b->members[i].pod);
	korch__free(b->members);
	korch__free(b->heads);
	korch__free(b->prices);
	korch__vec_fini(&b->todo);
	korch__vec_fini(&b->moves);
	korch__vec_fini(&b->key);
}

/* Those that have a seat are nominated no more, and wait no more; room for noting that they came.
 */
static int end_others(sched_batch *b)
{
	size_t mark = korch__journal_mark(b->s);
	int failed = 0;
	for (size_t i = 0; !failed && i < b->n; i++) {
		sched_member *m = &b->members[i];
		if (!m->pod || m->slot == NONE)
			continue;
		if (m->own)
			m->own->suspended = 0;
		failed =
		    korch__nomination_end(b->s, m->pod->id) < 0 || korch__waiting_end(b->s, m->pod->id) < 0;
	}
	if (!failed && korch__journal_reserve(b->s, b->n) == 0)
		return 0;
	korch__journal_back(b->s, mark);
	return KORCH_E_NOMEM;
}

/* Those that have a seat keep it from here on. Returns how many are on nodes, or KORCH_E_NOMEM. */
static int64_t settle(korch_binding *out, sched_batch *b)
{
	int64_t n = 0;
	if (end_others(b) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < b->n; i++) {
		sched_member *m = &b->members[i];
		out[i] = (korch_binding){.pod = i};
		if (m->slot == NONE)
			continue;
		n++;
		const sched_pod *pod = m->pod ? m->pod : korch__pod_find(b->s, m->object);
		out[i].node = b->s->slots.items[m->slot]->name;
		out[i].devices = pod->devices;
		if (m->pod)
			korch__journal_note(b->s, (sched_entry){.op = OP_PUT, .who = KORCH_STEAL(m->pod)});
	}
	return n;
}

int64_t korch_scheduler_batch(korch_binding *out, korch_scheduler *s, const korch_pod *const *pods,
                              size_t n, const korch_batch_options *options, korch_error **err)
{
	static const korch_batch_options standard = {.size = sizeof(standard)};
	options = options ? options : &standard;
	if (!s || (n > 0 && (!out || !pods)))
		return korch_error_set(err, KORCH_E_INVALID, "no scheduler, no pods or no place for them");
	if (options->size != sizeof(*options))
		return korch_error_set(err, KORCH_E_INVALID, "options of size %zu: must be %zu",
		                       options->size, sizeof(*options));
	int64_t code = korch__members_check(pods, n, err);
	if (code == 0 && s->pod_table.n + n > KORCH_SCHEDULER_PODS_MAX)
		code = korch_error_set(err, KORCH_E_LIMIT, "too many pods: at most %d",
		                       KORCH_SCHEDULER_PODS_MAX);
	if (code < 0)
		return code;
	sched_batch b = {.s = s, .n = n};
	korch__random_init(&b.random, options->seed);
	code = open_batch(&b, pods, err);
	if (code == 0) {
		code = search(&b, options);
		code = code < 0 ? code : settle(out, &b);
		if (code < 0) {
			korch__batch_unseat_all(&b);
			korch_error_set(err, KORCH_E_NOMEM, "out of memory");
		}
	}
	close_batch(&b);
	return code;
}
