/* The scheduler's life, the pods it counts, and the decision. What a node must fulfil stands in
 * filter.c and topology.c. */
#include "scheduler/scheduler.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/state.h"
#include <string.h>

static uint64_t hash_text(const void *key)
{
	return korch__hash_string(key);
}
static int slot_equal(const void *entry, const void *key)
{
	return strcmp(((const sched_slot *)entry)->name, key) == 0;
}
static uint64_t slot_hash(const void *entry)
{
	return korch__hash_string(((const sched_slot *)entry)->name);
}
static int pod_equal(const void *entry, const void *key)
{
	return strcmp(((const sched_pod *)entry)->uid, key) == 0;
}
static uint64_t pod_hash(const void *entry)
{
	return korch__hash_string(((const sched_pod *)entry)->uid);
}
static int namespace_equal(const void *entry, const void *key)
{
	return strcmp(((const sched_namespace *)entry)->name, key) == 0;
}
static uint64_t namespace_hash(const void *entry)
{
	return korch__hash_string(((const sched_namespace *)entry)->name);
}
static uint64_t class_hash(const void *key)
{
	return ((const sched_class *)key)->hash;
}
static int class_equal(const void *entry, const void *key)
{
	const sched_class *a = entry, *b = key;
	return a->hash == b->hash &&
	       (a->spec == b->spec || korch_struct_equal(a->spec, b->spec, &korch_pod_spec_type));
}

static const korch_table_ops slot_ops = {
    .hash = hash_text, .equal = slot_equal, .entry_hash = slot_hash};
static const korch_table_ops pod_ops = {
    .hash = hash_text, .equal = pod_equal, .entry_hash = pod_hash};
static const korch_table_ops namespace_ops = {
    .hash = hash_text, .equal = namespace_equal, .entry_hash = namespace_hash};
static const korch_table_ops class_ops = {
    .hash = class_hash, .equal = class_equal, .entry_hash = class_hash};

static int scheduler_init(korch_scheduler *s)
{
	static const char *const fixed[RES_FIXED] = {"cpu", "memory", "ephemeral-storage", "pods"};
	korch__table_init(&s->slot_table, &slot_ops);
	korch__table_init(&s->pod_table, &pod_ops);
	korch__table_init(&s->namespace_table, &namespace_ops);
	korch__table_init(&s->class_table, &class_ops);
	memcpy(s->resources, fixed, sizeof(fixed));
	s->n_resources = RES_FIXED;
	s->row = 8;
	s->log_end = 1; /* 0 is "never" */
	return 0;
}

int korch__scheduler_new(korch_scheduler **out)
{
	korch_scheduler *s = korch__calloc(1, sizeof(*s));
	if (!s)
		return KORCH_E_NOMEM;
	scheduler_init(s);
	*out = s;
	return 0;
}

static void pod_free(sched_pod *pod)
{
	korch_string_unref(pod->uid);
	korch_string_unref(pod->namespace_);
	korch_block_unref(pod->labels);
	korch_block_unref(pod->spec);
	korch__needs_unref(pod->needs);
	korch__free(pod);
}

static void namespace_free(sched_namespace *ns)
{
	korch_string_unref(ns->name);
	korch_block_unref(ns->labels);
	korch__free(ns);
}

static void scheduler_fini(korch_scheduler *s)
{
	void *entry;
	for (size_t at = 0; (entry = korch__table_next(&s->class_table, &at));)
		korch__class_free(entry);
	for (size_t i = 0; i < CLASS_CACHE; i++)
		korch_block_unref(s->class_cache_specs[i]);
	for (size_t i = 0; i < CLASS_CACHE; i++)
		korch__needs_unref(s->needs_cache[i]);
	for (size_t at = 0; (entry = korch__table_next(&s->pod_table, &at));)
		pod_free(entry);
	for (size_t at = 0; (entry = korch__table_next(&s->namespace_table, &at));)
		namespace_free(entry);
	for (size_t i = 0; i < s->slots.n; i++) {
		korch_string_unref(s->slots.items[i]->name);
		korch_object_unref((const korch_object *)s->slots.items[i]->node);
		korch__free(s->slots.items[i]);
	}
	for (uint32_t i = RES_FIXED; i < s->n_resources; i++)
		korch__free((char *)s->resources[i]);
	korch__table_fini(&s->class_table);
	korch__table_fini(&s->pod_table);
	korch__table_fini(&s->slot_table);
	korch__table_fini(&s->namespace_table);
	korch__vec_fini(&s->slots);
	korch__vec_fini(&s->free_slots);
	korch__free(s->alloc);
	korch__free(s->used);
	korch__free(s->log);
	korch__free(s->message);
}

void korch__scheduler_free(korch_scheduler *s)
{
	if (!s)
		return;
	scheduler_fini(s);
	korch__free(s);
}

void korch__scheduler_reset(korch_scheduler *s)
{
	scheduler_fini(s);
	memset(s, 0, sizeof(*s));
	scheduler_init(s);
}

int korch__scheduler_namespace_set(korch_scheduler *s, const korch_object *object)
{
	sched_namespace *ns = korch__table_get(&s->namespace_table, korch_object_name(object));
	if (!ns) {
		ns = korch__calloc(1, sizeof(*ns));
		if (!ns)
			return KORCH_E_NOMEM;
		ns->name = korch_string_new(korch_object_name(object));
		if (!ns->name || korch__table_put(&s->namespace_table, ns) < 0) {
			namespace_free(ns);
			return KORCH_E_NOMEM;
		}
	}
	korch_block_share(&ns->labels, object->metadata ? object->metadata->labels : NULL);
	return 0;
}

void korch__scheduler_namespace_remove(korch_scheduler *s, const char *name)
{
	sched_namespace *ns = korch__table_remove(&s->namespace_table, name);
	if (ns)
		namespace_free(ns);
}

/* Adds what a pod uses to its node's row, or takes it away. */
static void account(korch_scheduler *s, const sched_pod *pod, int64_t sign)
{
	sched_slot *slot = s->slots.items[pod->slot];
	int64_t *used = s->used + (size_t)pod->slot * s->row;
	for (size_t i = 0; i < pod->needs->items.n; i++)
		used[pod->needs->items.items[i].resource] += sign * pod->needs->items.items[i].amount;
	used[RES_PODS] += sign;
	slot->score_cpu += sign * pod->needs->score_cpu;
	slot->score_memory += sign * pod->needs->score_memory;
	slot->n_pods += (size_t)sign;
	slot->n_ports += (size_t)sign * pod->needs->ports.n;
	s->n_anti += (size_t)sign * (size_t)korch__has_required_anti_affinity(pod->spec);
}

static sched_pod *add_pod(korch_scheduler *s, const korch_pod *pod, const korch_pod_spec *spec,
                          sched_needs *needs, const char *node)
{
	const korch_object_meta *meta = pod->object.metadata;
	sched_slot *slot = korch__slot_make(s, node);
	sched_pod *entry = slot ? korch__calloc(1, sizeof(*entry)) : NULL;
	if (!entry)
		return NULL;
	entry->uid = korch_string_ref(meta->uid);
	if (korch__table_put(&s->pod_table, entry) < 0) {
		korch_string_unref(entry->uid);
		korch__free(entry);
		return NULL;
	}
	entry->namespace_ = korch_string_ref(meta->namespace_);
	entry->labels = korch_block_ref(meta->labels);
	entry->spec = korch_block_ref(spec);
	entry->needs = needs;
	needs->refs++;
	entry->slot = slot->index;
	entry->terminating = meta->deletion_timestamp != 0;
	account(s, entry, 1);
	korch__slot_touch(s, slot);
	return entry;
}

/* Needs of a spec that has a node; pods that share a spec share them. One more reference. */
static sched_needs *needs_of(korch_scheduler *s, const korch_pod_spec *spec)
{
	sched_needs **cached = &s->needs_cache[((uintptr_t)spec >> 5) % CLASS_CACHE];
	if (!*cached || (*cached)->spec != spec) {
		sched_needs *needs = korch__needs_new(s, spec);
		if (!needs)
			return NULL;
		korch__needs_unref(*cached);
		*cached = needs;
	}
	(*cached)->refs++;
	return *cached;
}

/* Needs of the class of a pod that has no node yet. One more reference. */
static sched_needs *needs_of_class(korch_scheduler *s, const korch_pod_spec *spec)
{
	sched_class *class_ = korch__class_get(s, spec);
	if (class_)
		class_->needs->refs++;
	return class_ ? class_->needs : NULL;
}

int korch__scheduler_pod_set(korch_scheduler *s, const korch_pod *pod, const char *node)
{
	const korch_object_meta *meta = pod->object.metadata;
	const char *on = node ? node : pod->spec ? korch__text_or_empty(pod->spec->node_name) : "";
	if (!meta || !meta->uid || !meta->uid[0] || !pod->spec || !on[0])
		return 0;
	const sched_slot *slot = korch__slot_make(s, on);
	const korch_pod_spec *spec = slot && node ? korch__scheduler_bound_spec(s, pod, on) : pod->spec;
	if (!slot || !spec)
		return KORCH_E_NOMEM;
	sched_pod *old = korch__table_get(&s->pod_table, meta->uid);
	if (old && old->slot == slot->index && old->spec == spec) {
		korch_block_share(&old->labels, meta->labels);
		old->terminating = meta->deletion_timestamp != 0;
		return 0;
	}
	sched_needs *needs = node ? needs_of_class(s, pod->spec) : needs_of(s, spec);
	if (!needs)
		return KORCH_E_NOMEM;
	korch_block_ref(spec);
	korch__scheduler_pod_remove(s, meta->uid);
	const sched_pod *added = add_pod(s, pod, spec, needs, on);
	korch_block_unref(spec);
	korch__needs_unref(needs);
	return added ? 0 : KORCH_E_NOMEM;
}

void korch__scheduler_pod_remove(korch_scheduler *s, const char *uid)
{
	sched_pod *pod = korch__table_remove(&s->pod_table, uid);
	if (!pod)
		return;
	account(s, pod, -1);
	korch__slot_release(s, s->slots.items[pod->slot]);
	pod_free(pod);
}

const char *korch__scheduler_pod_node(const korch_scheduler *s, const char *uid)
{
	const sched_pod *pod = korch__table_get(&s->pod_table, uid);
	return pod ? s->slots.items[pod->slot]->name : NULL;
}

size_t korch__scheduler_pods(const korch_scheduler *s)
{
	return s->pod_table.n;
}

static void free_topology(sched_topology **slot)
{
	korch__topology_free(*slot);
}

/* The best feasible node that the other pods allow, too; NONE when there is none. */
static uint32_t best_of_all(const korch_scheduler *s, const sched_class *c,
                            const sched_topology *topology)
{
	uint32_t best = NONE;
	for (size_t i = 0; i < c->n_heap; i++) {
		uint32_t slot = c->heap[i];
		int better = best == NONE || c->scores[slot] > c->scores[best] ||
		             (c->scores[slot] == c->scores[best] &&
		              strcmp(s->slots.items[slot]->name, s->slots.items[best]->name) < 0);
		if (better && korch__topology_check(topology, s->slots.items[slot]) == REASON_NONE)
			best = slot;
	}
	return best;
}

static int refuse(korch_scheduler *s, sched_class *c, const sched_topology *topology,
                  korch__verdict *out)
{
	if (!topology && c->message && c->message_at == s->log_end) {
		out->message = c->message;
		return 0;
	}
	char *message = korch__explain(s, c, topology);
	if (!message)
		return KORCH_E_NOMEM;
	out->message = message;
	char **keep = topology ? &s->message : &c->message;
	korch__free(*keep);
	*keep = message;
	c->message_at = topology ? c->message_at : s->log_end;
	return 0;
}

int korch__scheduler_decide(korch_scheduler *s, const korch_pod *pod, korch__verdict *out)
{
	*out = (korch__verdict){0};
	if (!pod->spec || !pod->object.metadata)
		return KORCH_E_INVALID;
	sched_class *c = korch__class_get(s, pod->spec);
	if (!c || korch__class_refresh(s, c) < 0)
		return KORCH_E_NOMEM;
	_cleanup_(free_topology) sched_topology *topology = NULL;
	if (korch__topology_needed(s, pod) && korch__topology_new(&topology, s, pod) < 0)
		return KORCH_E_NOMEM;
	uint32_t best = topology ? best_of_all(s, c, topology) : c->n_heap > 0 ? c->heap[0] : NONE;
	if (best == NONE)
		return refuse(s, c, topology, out);
	out->node = s->slots.items[best]->name;
	return 1;
}

const korch_pod_spec *korch__scheduler_bound_spec(korch_scheduler *s, const korch_pod *pod,
                                                  const char *node)
{
	sched_slot *slot = korch__slot_get(s, node);
	sched_class *c = slot ? korch__class_get(s, pod->spec) : NULL;
	if (!c || korch__class_refresh(s, c) < 0)
		return NULL;
	if (c->bound[slot->index])
		return c->bound[slot->index];
	korch_pod_spec *copy = korch_block_ref(c->spec);
	korch_pod_spec *edited = korch_struct_edit(&copy, &korch_pod_spec_type);
	if (!edited) {
		korch_block_unref(copy);
		return NULL;
	}
	korch_string_share(&edited->node_name, slot->name);
	c->bound[slot->index] = edited;
	return edited;
}
