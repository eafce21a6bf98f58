/* Classes: found by what they are made of, and faster by the addresses of a pod's spec and labels.
 */
#include "scheduler/rank/class.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/explain/tally.h"
#include "scheduler/preempt/preempt.h"
#include "scheduler/score/expected.h"
#include <string.h>

/* Most cells (classes × nodes) that rankings may have; beyond it the ranking that was not used
 * longest is forgotten. */
#define CELLS_MAX ((size_t)16 * 1024 * 1024)
/* Most classes that are kept although nobody waits with them. */
#define CLASSES_MAX 65536

enum { CLASS_CACHE = 1024 };

typedef struct cached {
	const korch_pod_spec *spec; /* referenced */
	const korch_map *labels;    /* referenced */
	const char *namespace_;     /* block string */
	uint64_t counter_generation;
	sched_class *class_;
} cached;

struct sched_class_cache {
	cached items[CLASS_CACHE];
	sched_class once; /* of the pod that was asked about last, when it was the first of its kind */
};

static uint64_t hash_of(const void *entry)
{
	return ((const sched_class *)entry)->hash;
}
static int is_equal(const void *entry, const void *key)
{
	const sched_class *a = entry, *b = key;
	return a->shape == b->shape && a->eligibility == b->eligibility && a->terms == b->terms &&
	       a->existing == b->existing && a->group == b->group && a->group_limit == b->group_limit &&
	       a->labels == b->labels &&
	       (a->spec == b->spec ||
	        (a->spec && b->spec && korch_struct_equal(a->spec, b->spec, &korch_pod_spec_type)));
}
static const korch_table_ops class_ops = {
    .hash = hash_of, .equal = is_equal, .entry_hash = hash_of};

void korch__classes_init(korch_scheduler *s)
{
	korch__table_init(&s->class_table, &class_ops);
}

static void drop_parts(korch_scheduler *s, sched_class *c)
{
	korch__terms_unref(s, c->terms);
	korch__existing_unref(s, c->existing);
	korch__eligibility_unref(s, c->eligibility);
	korch__labelset_unref(s, c->labels);
	korch_block_unref(c->spec);
	korch__group_unref(s, c->group);
	korch__shape_unref(s, c->shape);
}

static void fini_class(korch_scheduler *s, sched_class *c)
{
	korch__ranking_free(s, c);
	korch__preempt_free_class(s, c);
	korch__tally_free_class(s, c);
	korch__layout_fini(&c->layout);
	drop_parts(s, c);
	if (c->pod)
		korch_object_unref(&c->pod->object);
	korch__free(c->message);
}

static void free_class(korch_scheduler *s, sched_class *c)
{
	fini_class(s, c);
	korch__free(c);
}

static void clear_cached(cached *at)
{
	korch_block_unref(at->spec);
	korch_block_unref(at->labels);
	korch_string_unref(at->namespace_);
	*at = (cached){0};
}

static void forget_cached(korch_scheduler *s, const sched_class *c)
{
	for (size_t i = 0; s->class_cache && i < CLASS_CACHE; i++) {
		if (s->class_cache->items[i].class_ == c)
			clear_cached(&s->class_cache->items[i]);
	}
}

/* Forgets the rankings, or the classes, that were not used longest, a quarter of them at a time. */
static void make_room(korch_scheduler *s)
{
	int too_many = s->class_table.n >= CLASSES_MAX;
	if (!too_many && s->cells < CELLS_MAX)
		return;
	uint64_t least = UINT64_MAX;
	sched_class *c;
	for (size_t at = 0; (c = korch__table_next(&s->class_table, &at));) {
		if (too_many || c->ranking || c->prospects || c->tally)
			least = c->used_at < least ? c->used_at : least;
	}
	uint64_t limit = least + (s->clock - least) / 4;
	for (size_t at = 0; (c = korch__table_next(&s->class_table, &at));) {
		if (c->used_at > limit)
			continue;
		korch__ranking_free(s, c);
		korch__preempt_free_class(s, c);
		korch__tally_free_class(s, c);
		if (!too_many || c->n_waiting > 0)
			continue;
		forget_cached(s, c);
		korch__table_remove(&s->class_table, c);
		free_class(s, c);
	}
}

void korch__classes_free(korch_scheduler *s)
{
	sched_class *c;
	for (size_t i = 0; s->class_cache && i < CLASS_CACHE; i++)
		clear_cached(&s->class_cache->items[i]);
	if (s->class_cache)
		fini_class(s, &s->class_cache->once);
	korch__free(KORCH_STEAL(s->class_cache));
	for (size_t at = 0; (c = korch__table_next(&s->class_table, &at));)
		free_class(s, c);
	korch__table_fini(&s->class_table);
}

static uint64_t content_hash(const sched_class *key)
{
	uint64_t hash = (uintptr_t)key->shape;
	hash = korch__hash_u64(hash ^ ((uintptr_t)key->eligibility << 1));
	hash = korch__hash_u64(hash ^ (uintptr_t)key->terms);
	hash = korch__hash_u64(hash ^ (uintptr_t)key->existing);
	hash = korch__hash_u64(hash ^ (uintptr_t)key->labels);
	hash ^= key->spec ? korch_struct_hash(key->spec, &korch_pod_spec_type) : 0;
	return korch__hash_u64(hash ^ (uintptr_t)key->group ^ (uint64_t)key->group_limit);
}

static uint8_t fails_that_count(const sched_profile *profile)
{
	unsigned on = FAILS_ABSENT | FAILS_CLOSED;
	on |= korch__filter_is_on(profile, FILTER_UNSCHEDULABLE) ? FAILS_UNSCHEDULABLE : 0;
	on |= korch__filter_is_on(profile, FILTER_NAME) ? FAILS_NAME : 0;
	on |= korch__filter_is_on(profile, FILTER_TAINT) ? FAILS_TAINT : 0;
	on |= korch__filter_is_on(profile, FILTER_AFFINITY) ? FAILS_AFFINITY : 0;
	on |= korch__filter_is_on(profile, FILTER_VOLUME) ? FAILS_VOLUME : 0;
	return (uint8_t)on;
}

/* A class of these parts, whose references it takes when it is made; NULL when memory is short. */
static sched_class *make(korch_scheduler *s, const sched_class *key, const korch_pod *pod)
{
	make_room(s);
	sched_class *c = korch__calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	*c = *key;
	if (korch__table_put(&s->class_table, c) < 0) {
		korch__free(c);
		return NULL;
	}
	if (c->profile->n_plugins > 0)
		c->pod = (const korch_pod *)korch_object_ref(&pod->object);
	c->fails_that_count = fails_that_count(c->profile);
	return c;
}

/* The parts that a class is found by, referenced. */
static int collect(sched_class *key, korch_scheduler *s, const korch_pod *pod, korch_error **err)
{
	const korch_object_meta *meta = pod->object.metadata;
	int code = korch__shape_get(&key->shape, s, pod->spec, err);
	if (code == 0)
		code = korch__group_limit(&key->group_limit, pod, err);
	if (code < 0)
		return code;
	key->profile = s->profiles[key->shape->profile];
	key->labels = korch__labelset_get(s, meta->namespace_, meta->labels);
	if (!key->labels)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	if (key->shape->has_terms) {
		code = korch__terms_get(&key->terms, s, key->shape, key->labels, err);
		if (code < 0)
			return code;
	}
	key->eligibility = korch__eligibility_get(s, pod->spec, meta->namespace_, pod->spec->node_name);
	if (!key->eligibility || korch__group_get(&key->group, s, pod) < 0 ||
	    korch__existing_get(&key->existing, s, key->labels, key->terms) < 0) {
		key->existing = NULL;
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	}
	korch__existing_ref(key->existing);
	if (key->profile->n_plugins == 0)
		korch__labelset_unref(s, KORCH_STEAL(key->labels));
	else
		key->spec = korch_block_ref(pod->spec);
	return 0;
}

/* The first pod of a kind may stay the only one: nothing is kept of it but what its answer needs.
 */
static int is_first(const sched_class *key)
{
	int first = !key->shape->asked && !key->terms && !key->existing && !key->group;
	key->shape->asked = 1;
	return first && key->profile->can_sweep;
}

static sched_class *use_once(korch_scheduler *s, const sched_class *key)
{
	sched_class *once = &s->class_cache->once;
	fini_class(s, once);
	*once = *key;
	once->fails_that_count = fails_that_count(key->profile);
	return once;
}

/* The class of these parts, which are taken; NULL when memory is short. */
static sched_class *settle(korch_scheduler *s, sched_class *key, const korch_pod *pod)
{
	key->hash = content_hash(key);
	sched_class *c = korch__table_get(&s->class_table, key);
	if (!c) {
		c = make(s, key, pod);
		if (c)
			return c;
	}
	drop_parts(s, key);
	return c;
}

static int find(sched_class **out, korch_scheduler *s, const korch_pod *pod, korch_error **err)
{
	sched_class key = {0};
	int code = collect(&key, s, pod, err);
	if (code < 0) {
		drop_parts(s, &key);
		return code;
	}
	sched_class *c = is_first(&key) ? use_once(s, &key) : settle(s, &key, pod);
	if (!c)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	*out = c;
	return 0;
}

/* What plugins are shown of a pod of a node: bound to none. The caller's; NULL when memory is
 * short.
 */
static korch_pod *unbound(const sched_pod *pod)
{
	korch_object *object = NULL;
	if (korch_object_new(&object, &korch_pod_kind) < 0)
		return NULL;
	korch_pod *made = (korch_pod *)object;
	korch_object_meta *meta = korch_object_edit_meta(object);
	korch_block_share(&made->spec, pod->shape->spec);
	korch_pod_spec *spec = korch_struct_edit(&made->spec, &korch_pod_spec_type);
	if (!meta || !spec || korch_string_set(&spec->node_name, NULL) < 0 ||
	    korch_string_set(&meta->name, pod->name) < 0 ||
	    korch_string_set(&meta->namespace_, pod->labels->namespace_) < 0) {
		korch_object_unref(object);
		return NULL;
	}
	korch_block_share(&meta->labels, pod->labels->labels);
	return made;
}

/* The parts of a pod of a node, referenced. */
static int collect_placed(sched_class *key, korch_scheduler *s, const sched_pod *pod)
{
	key->shape = korch__shape_ref(pod->shape);
	key->profile = s->profiles[pod->shape->profile];
	key->terms = pod->terms ? korch__terms_ref(pod->terms) : NULL;
	key->group = korch__group_ref(pod->group);
	key->group_limit = pod->group_limit;
	key->eligibility = korch__eligibility_get(s, pod->shape->spec, pod->labels->namespace_, NULL);
	if (!key->eligibility || korch__existing_get(&key->existing, s, pod->labels, pod->terms) < 0) {
		key->existing = NULL;
		return KORCH_E_NOMEM;
	}
	korch__existing_ref(key->existing);
	return 0;
}

int korch__class_of_placed(sched_class **out, korch_scheduler *s, const sched_pod *pod)
{
	sched_class key = {0};
	korch_pod *shown = NULL;
	int code = collect_placed(&key, s, pod);
	if (code == 0 && key.profile->n_plugins > 0) {
		shown = unbound(pod);
		key.labels = korch__labelset_ref(pod->labels);
		key.spec = shown ? korch_block_ref(shown->spec) : NULL;
		code = shown ? 0 : KORCH_E_NOMEM;
	}
	sched_class *c = NULL;
	if (code == 0)
		c = settle(s, &key, shown);
	else
		drop_parts(s, &key);
	if (shown)
		korch_object_unref(&shown->object);
	if (!c)
		return KORCH_E_NOMEM;
	c->used_at = ++s->clock;
	*out = c;
	return 0;
}

static int is_cached(const cached *at, const korch_scheduler *s, const korch_pod *pod)
{
	const korch_object_meta *meta = pod->object.metadata;
	return at->spec == pod->spec && at->labels == meta->labels &&
	       at->counter_generation == s->counter_generation &&
	       korch__text_equal(at->namespace_, meta->namespace_);
}

static void remember(cached *at, const korch_scheduler *s, const korch_pod *pod, sched_class *c)
{
	clear_cached(at);
	at->namespace_ = korch_string_new(korch__text_or_empty(pod->object.metadata->namespace_));
	if (!at->namespace_)
		return;
	at->spec = korch_block_ref(pod->spec);
	at->labels = korch_block_ref(pod->object.metadata->labels);
	at->counter_generation = s->counter_generation;
	at->class_ = c;
}

int korch__class_of(sched_class **out, korch_scheduler *s, const korch_pod *pod, korch_error **err)
{
	int code = korch__class_to_ask(out, s, pod, err);
	return code == 0 && *out == &s->class_cache->once ? korch__class_to_ask(out, s, pod, err)
	                                                  : code;
}

int korch__class_to_ask(sched_class **out, korch_scheduler *s, const korch_pod *pod,
                        korch_error **err)
{
	const korch_object_meta *meta = pod ? pod->object.metadata : NULL;
	if (!meta || !pod->spec)
		return korch_error_set(err, KORCH_E_INVALID, "a pod without metadata or a spec");
	if (!s->class_cache)
		s->class_cache = korch__calloc(1, sizeof(*s->class_cache));
	if (!s->class_cache)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	int is_grouped =
	    meta->annotations && korch_map_get(meta->annotations, KORCH_ANNOTATION_MAX_PER_NODE);
	size_t at = (((uintptr_t)pod->spec >> 5) ^ ((uintptr_t)meta->labels >> 7)) % CLASS_CACHE;
	cached *slot = &s->class_cache->items[at];
	sched_class *c = !is_grouped && is_cached(slot, s, pod) ? slot->class_ : NULL;
	if (!c) {
		int code = find(&c, s, pod, err);
		if (code < 0 || !c)
			return code < 0 ? code : KORCH_E_NOMEM;
		if (!is_grouped && c != &s->class_cache->once)
			remember(slot, s, pod, c);
	}
	c->used_at = ++s->clock;
	*out = c;
	return 0;
}

int korch__class_refresh(korch_scheduler *s, sched_class *c)
{
	if (korch__eligibility_refresh(s, c->eligibility) < 0 ||
	    (c->profile->expects && korch__expected_refresh(s) < 0))
		return KORCH_E_NOMEM;
	int made = korch__layout_refresh(s, c);
	if (made == 1)
		korch__ranking_free(s, c);
	return made < 0 ? KORCH_E_NOMEM : 0;
}
