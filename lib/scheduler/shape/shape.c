/* Shapes: found by content, and faster by the address of the spec. */
#include "scheduler/shape/shape.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/profile/profile.h"
#include "scheduler/shape/check.h"
#include <string.h>

enum { SHAPE_CACHE = 4096 };

typedef struct cached {
	const korch_pod_spec *spec; /* referenced */
	sched_shape *shape;
} cached;

struct sched_shape_cache {
	cached items[SHAPE_CACHE];
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
	return korch__hash_u64(hash ^ value);
}

static uint64_t map_hash(uint64_t hash, const korch_map *map)
{
	for (size_t i = 0; map && i < map->n; i++)
		hash = mix(mix(hash, korch__hash_string(map->items[i].key)),
		           korch__hash_string(korch__text_or_empty(map->items[i].value)));
	return hash;
}

static uint64_t content_hash(const sched_shape *shape)
{
	const korch_pod_spec *spec = shape->spec;
	uint64_t hash = mix((uint64_t)(uint32_t)shape->priority, shape->profile);
	for (size_t i = 0; i < shape->needs.n; i++)
		hash =
		    mix(mix(hash, shape->needs.items[i].resource), (uint64_t)shape->needs.items[i].amount);
	hash = mix(hash, (uint64_t)shape->score_cpu ^ ((uint64_t)shape->score_memory << 1));
	hash = mix(hash, shape->ports.n);
	hash = map_hash(hash, spec->node_selector);
	if (spec->affinity)
		hash = mix(hash, korch_struct_hash(spec->affinity, &korch_affinity_type));
	for (size_t i = 0; i < spec->n_tolerations; i++)
		hash = mix(hash, korch__hash_string(korch__text_or_empty(spec->tolerations[i].key)));
	for (size_t i = 0; i < spec->n_topology_spread_constraints; i++)
		hash = mix(hash, korch_struct_hash(&spec->topology_spread_constraints[i],
		                                   &korch_topology_spread_constraint_type));
	for (size_t i = 0; i < spec->n_containers; i++)
		hash = mix(hash, korch__hash_string(korch__text_or_empty(spec->containers[i].image)));
	for (size_t i = 0; i < spec->n_init_containers; i++)
		hash = mix(hash, korch__hash_string(korch__text_or_empty(spec->init_containers[i].image)));
	return hash;
}

static int lists_equal(const void *a, size_t n_a, const void *b, size_t n_b, const korch_type *type)
{
	if (n_a != n_b)
		return 0;
	for (size_t i = 0; a != b && i < n_a; i++) {
		if (!korch_struct_equal((const char *)a + i * type->size, (const char *)b + i * type->size,
		                        type))
			return 0;
	}
	return 1;
}

static int needs_equal(const sched_shape *a, const sched_shape *b)
{
	if (a->needs.n != b->needs.n || a->ports.n != b->ports.n)
		return 0;
	for (size_t i = 0; i < a->needs.n; i++) {
		if (a->needs.items[i].resource != b->needs.items[i].resource ||
		    a->needs.items[i].amount != b->needs.items[i].amount)
			return 0;
	}
	for (size_t i = 0; i < a->ports.n; i++) {
		const sched_port *x = &a->ports.items[i], *y = &b->ports.items[i];
		if (x->port != y->port || strcmp(x->ip, y->ip) != 0 ||
		    strcmp(x->protocol, y->protocol) != 0)
			return 0;
	}
	return 1;
}

static int images_equal(const korch_container *a, size_t n_a, const korch_container *b, size_t n_b)
{
	if (n_a != n_b)
		return 0;
	for (size_t i = 0; i < n_a; i++) {
		if (!korch__text_equal(a[i].image, b[i].image))
			return 0;
	}
	return 1;
}

/* The parts of two specs that shapes have in common; the name of the node plays no part. */
static int specs_equal(const korch_pod_spec *a, const korch_pod_spec *b)
{
	if (a == b)
		return 1;
	int same_affinity = a->affinity == b->affinity ||
	                    (a->affinity && b->affinity &&
	                     korch_struct_equal(a->affinity, b->affinity, &korch_affinity_type));
	return same_affinity && korch_map_equal(a->node_selector, b->node_selector) &&
	       lists_equal(a->tolerations, a->n_tolerations, b->tolerations, b->n_tolerations,
	                   &korch_toleration_type) &&
	       lists_equal(a->topology_spread_constraints, a->n_topology_spread_constraints,
	                   b->topology_spread_constraints, b->n_topology_spread_constraints,
	                   &korch_topology_spread_constraint_type) &&
	       images_equal(a->containers, a->n_containers, b->containers, b->n_containers) &&
	       images_equal(a->init_containers, a->n_init_containers, b->init_containers,
	                    b->n_init_containers);
}

static uint64_t hash_of(const void *entry)
{
	return ((const sched_shape *)entry)->hash;
}
static int is_equal(const void *entry, const void *key)
{
	const sched_shape *a = entry, *b = key;
	return a->hash == b->hash && a->priority == b->priority && a->profile == b->profile &&
	       a->gated == b->gated && a->never_preempts == b->never_preempts &&
	       a->score_cpu == b->score_cpu && a->score_memory == b->score_memory &&
	       a->device_resource == b->device_resource && a->device_share == b->device_share &&
	       needs_equal(a, b) && specs_equal(a->spec, b->spec) && a->has_claims == b->has_claims &&
	       (!a->has_claims || a->spec == b->spec ||
	        lists_equal(a->spec->volumes, a->spec->n_volumes, b->spec->volumes, b->spec->n_volumes,
	                    &korch_volume_type));
}
static const korch_table_ops shape_ops = {
    .hash = hash_of, .equal = is_equal, .entry_hash = hash_of};

void korch__shapes_init(korch_scheduler *s)
{
	korch__table_init(&s->shape_table, &shape_ops);
}

static void free_shape(sched_shape *shape)
{
	if (!shape)
		return;
	korch_block_unref(shape->spec);
	korch__vec_fini(&shape->needs);
	korch__vec_fini(&shape->ports);
	korch__free(shape);
}

static int has_terms(const korch_pod_spec *spec)
{
	const korch_affinity *affinity = spec->affinity;
	return (affinity && (affinity->pod_affinity || affinity->pod_anti_affinity)) ||
	       spec->n_topology_spread_constraints > 0;
}

static int has_claims(const korch_pod_spec *spec)
{
	for (size_t i = 0; i < spec->n_volumes; i++) {
		if (spec->volumes[i].persistent_volume_claim)
			return 1;
	}
	return 0;
}

static int fill(korch_scheduler *s, sched_shape *shape, const korch_pod_spec *spec,
                korch_error **err)
{
	int code = korch__spec_check(spec, err);
	if (code < 0)
		return code;
	shape->spec = korch_block_ref(spec);
	shape->priority = spec->priority;
	shape->gated = spec->n_scheduling_gates > 0;
	shape->never_preempts = korch__text_equal(spec->preemption_policy, "Never");
	shape->profile = korch__profile_find(s, spec->scheduler_name);
	shape->has_terms = (uint8_t)has_terms(spec);
	shape->has_claims = (uint8_t)has_claims(spec);
	shape->device_resource = NONE;
	code = korch__needs_fill(s, shape, err);
	shape->hash = content_hash(shape);
	return code;
}

/* The shape that is known already, or this one from now on. */
static sched_shape *settle(korch_scheduler *s, sched_shape *made)
{
	sched_shape *known = korch__table_get(&s->shape_table, made);
	if (!known && korch__table_put(&s->shape_table, made) == 0)
		return made;
	free_shape(made);
	return known;
}

static void remember(korch_scheduler *s, cached *at, const korch_pod_spec *spec, sched_shape *shape)
{
	korch_block_unref(at->spec);
	sched_shape *old = at->shape;
	at->spec = korch_block_ref(spec);
	at->shape = korch__shape_ref(shape);
	korch__shape_unref(s, old);
}

int korch__shape_get(sched_shape **out, korch_scheduler *s, const korch_pod_spec *spec,
                     korch_error **err)
{
	if (!s->shape_cache)
		s->shape_cache = korch__calloc(1, sizeof(*s->shape_cache));
	if (!s->shape_cache)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	cached *at = &s->shape_cache->items[((uintptr_t)spec >> 5) % SHAPE_CACHE];
	if (at->spec == spec) {
		*out = korch__shape_ref(at->shape);
		return 0;
	}
	sched_shape *made = korch__calloc(1, sizeof(*made));
	int code =
	    made ? fill(s, made, spec, err) : korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	if (code < 0) {
		if (made)
			free_shape(made);
		return code;
	}
	sched_shape *shape = settle(s, made);
	if (!shape)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	remember(s, at, spec, shape);
	*out = korch__shape_ref(shape);
	return 0;
}

sched_shape *korch__shape_ref(sched_shape *shape)
{
	shape->refs++;
	return shape;
}

void korch__shape_unref(korch_scheduler *s, sched_shape *shape)
{
	if (!shape || --shape->refs > 0)
		return;
	korch__table_remove(&s->shape_table, shape);
	free_shape(shape);
}

int64_t korch__shape_need(const sched_shape *shape, uint32_t resource)
{
	for (size_t i = 0; i < shape->needs.n; i++) {
		if (shape->needs.items[i].resource == resource)
			return shape->needs.items[i].amount;
	}
	return 0;
}

void korch__shapes_free(korch_scheduler *s)
{
	for (size_t i = 0; s->shape_cache && i < SHAPE_CACHE; i++) {
		korch_block_unref(s->shape_cache->items[i].spec);
		korch__shape_unref(s, s->shape_cache->items[i].shape);
	}
	korch__free(KORCH_STEAL(s->shape_cache));
	korch__table_fini(&s->shape_table);
}
