/* The expected pods: told or taken from those that are known, and where each may run. */
#include "base/cleanup.h"
#include "scheduler/filter/eligibility.h"
#include "scheduler/filter/gpu.h"
#include "scheduler/rank/waiting.h"
#include "scheduler/score/expected.h"
#include "scheduler/score/typical.h"
#include "scheduler/shape/labelset.h"
#include <stdlib.h>
#include <string.h>

static void free_typical(korch_scheduler *s, sched_typical *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->places.n; i++)
		korch__eligibility_unref(s, t->places.items[i]);
	korch__vec_fini(&t->places);
	korch__gpu_expected_fini(&t->expected);
	korch__regions_clear(t);
	korch__table_fini(&t->regions);
	korch__free(t->region_of);
	korch__free(t);
}

void korch__expected_free(korch_scheduler *s)
{
	free_typical(s, KORCH_STEAL(s->typical));
}

/* The number of the nodes on which pods of a spec may run: 0 or KORCH_E_NOMEM; NONE beyond the
 * limit. */
static int find_place(uint32_t *out, korch_scheduler *s, sched_typical *t,
                      const korch_pod_spec *spec, const char *namespace_)
{
	sched_eligibility *e = korch__eligibility_get(s, spec, namespace_, NULL);
	if (!e)
		return KORCH_E_NOMEM;
	uint32_t at = 0;
	while (at < t->places.n && t->places.items[at] != e)
		at++;
	*out = at < PLACES_MAX ? at + 1 : NONE;
	if (at == t->places.n && at < PLACES_MAX)
		return korch__vec_push(&t->places, e) < 0 ? (korch__eligibility_unref(s, e), KORCH_E_NOMEM)
		                                          : 0;
	korch__eligibility_unref(s, e);
	return 0;
}

static int add(korch_scheduler *s, sched_typical *t, sched_kinds *kinds, const sched_shape *shape,
               const char *namespace_, int64_t pods)
{
	korch__gpu_kind kind = {.pods = pods};
	korch__shape_request(&kind.request, shape);
	if (find_place(&kind.place, s, t, shape->spec, namespace_) < 0)
		return KORCH_E_NOMEM;
	return kind.place == NONE ? 0 : korch__vec_push(kinds, kind);
}

static int add_told(korch_scheduler *s, sched_typical *t, sched_kinds *kinds, const korch_pod *pod,
                    int64_t pods, korch_error **err)
{
	sched_shape *shape = NULL;
	if (!pod || !pod->spec || !pod->object.metadata)
		return korch_error_set(err, KORCH_E_INVALID, "a pod without metadata or a spec");
	if (korch__pod_is_kept(pod->object.metadata))
		return 0;
	int code = korch__shape_get(&shape, s, pod->spec, err);
	if (code < 0)
		return code;
	code = add(s, t, kinds, shape, korch_object_namespace(&pod->object), pods);
	korch__shape_unref(s, shape);
	return code < 0 ? korch_error_set(err, code, "out of memory") : 0;
}

/* Pods on nodes, and those that wait. */
static int add_known(korch_scheduler *s, sched_typical *t, sched_kinds *kinds, korch_error **err)
{
	const sched_pod *pod;
	const sched_waiting *waiting;
	int code = 0;
	for (size_t at = 0; code == 0 && (pod = korch__table_next(&s->pod_table, &at));)
		code = pod->kept ? 0 : add(s, t, kinds, pod->shape, pod->labels->namespace_, 1);
	if (code < 0)
		return korch_error_set(err, code, "out of memory");
	for (size_t at = 0; code == 0 && (waiting = korch__table_next(&s->waiting_table, &at));)
		code = add_told(s, t, kinds, waiting->pod, 1, err);
	return code;
}

/* Nothing is known: whole devices. */
static int add_default(sched_kinds *kinds)
{
	korch__gpu_kind whole = {.request.whole = 1, .pods = 1, .place = PLACE_ANYWHERE};
	return korch__vec_push(kinds, whole);
}

typedef struct told {
	const korch_pod *const *pods; /* NULL: those that are known */
	const uint32_t *counts;       /* NULL: one each */
	size_t n;
} told;

static int collect(sched_kinds *kinds, korch_scheduler *s, sched_typical *t, const told *from,
                   korch_error **err)
{
	int code = from->pods ? 0 : add_known(s, t, kinds, err);
	for (size_t i = 0; code == 0 && from->pods && i < from->n; i++)
		code = add_told(s, t, kinds, from->pods[i], from->counts ? from->counts[i] : 1, err);
	if (code == 0 && kinds->n == 0 && add_default(kinds) < 0)
		code = korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	return code;
}

static int make(sched_typical **out, korch_scheduler *s, const told *from, korch_error **err)
{
	sched_kinds kinds = {0};
	sched_typical *t = korch__calloc(1, sizeof(*t));
	if (!t)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch__regions_clear(t);
	int code = collect(&kinds, s, t, from, err);
	if (code == 0 && korch__gpu_expected_init(&t->expected, kinds.items, kinds.n) < 0)
		code = korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	korch__vec_fini(&kinds);
	if (code < 0)
		free_typical(s, t);
	else
		*out = t;
	return code;
}

int korch_scheduler_expect(korch_scheduler *s, const korch_pod *const *pods, const uint32_t *counts,
                           size_t n, korch_error **err)
{
	if (!s)
		return korch_error_set(err, KORCH_E_INVALID, "no scheduler was given");
	sched_typical *made = NULL;
	told from = {.pods = pods, .counts = counts, .n = n};
	int code = make(&made, s, &from, err);
	if (code < 0)
		return code;
	korch__expected_free(s);
	s->typical = made;
	s->typical_generation++;
	korch__changed(s);
	return 0;
}

int korch__expected_default(korch_scheduler *s)
{
	const korch_pod *const none[1] = {NULL};
	return make(&s->typical, s, &(told){.pods = none}, NULL);
}
