/* The handle: making it, emptying it, freeing it. */
#include "base/cleanup.h"
#include "scheduler/filter/claim.h"
#include "scheduler/filter/eligibility.h"
#include "scheduler/preempt/preempt.h"
#include "scheduler/profile/profile.h"
#include "scheduler/rank/blocks.h"
#include "scheduler/rank/class.h"
#include "scheduler/rank/waiting.h"
#include "scheduler/score/expected.h"
#include "scheduler/score/image.h"
#include "scheduler/shape/group.h"
#include "scheduler/state/budget.h"
#include "scheduler/state/journal.h"
#include "scheduler/state/nominate.h"
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
	return strcmp(((const sched_pod *)entry)->id, key) == 0;
}
static uint64_t pod_hash(const void *entry)
{
	return korch__hash_string(((const sched_pod *)entry)->id);
}
static int namespace_equal(const void *entry, const void *key)
{
	return strcmp(((const sched_namespace *)entry)->name, key) == 0;
}
static uint64_t namespace_hash(const void *entry)
{
	return korch__hash_string(((const sched_namespace *)entry)->name);
}
static const korch_table_ops slot_ops = {
    .hash = hash_text, .equal = slot_equal, .entry_hash = slot_hash};
static const korch_table_ops pod_ops = {
    .hash = hash_text, .equal = pod_equal, .entry_hash = pod_hash};
static const korch_table_ops namespace_ops = {
    .hash = hash_text, .equal = namespace_equal, .entry_hash = namespace_hash};

static int compare_names(const void *key, const void *entry, void *context)
{
	return strcmp(key, ((const sched_slot *)entry)->name);
}
static const void *slot_name(const void *entry)
{
	return ((const sched_slot *)entry)->name;
}
static const korch_btree_ops order_ops = {.compare = compare_names, .entry_key = slot_name};

static void init_tables(korch_scheduler *s)
{
	korch__table_init(&s->slot_table, &slot_ops);
	korch__table_init(&s->pod_table, &pod_ops);
	korch__table_init(&s->namespace_table, &namespace_ops);
	korch__btree_init(&s->slot_order, &order_ops);
	korch__images_init(s);
	korch__claims_init(s);
	korch__groups_init(s);
	korch__shapes_init(s);
	korch__labelsets_init(s);
	korch__eligibilities_init(s);
	korch__matchers_init(s);
	korch__terms_init(s);
	korch__existing_init(s);
	korch__classes_init(s);
	korch__waiting_init(s);
	korch__nominations_init(s);
}

/* Everything that is fed, empty. What was there is not looked at. Cannot fail. */
static void init_state(korch_scheduler *s)
{
	init_tables(s);
	s->last_slot = NONE;
	s->touched.end = s->freed.end = s->changed.end = 1; /* 0 is "never" */
	s->generation = s->counter_generation = s->budget_generation = 1;
	korch__changed(s);
	s->lowest_priority = INT32_MAX;
}

static void init_resources(korch_scheduler *s)
{
	static const char *const fixed[RES_FIXED] = {"cpu", "memory", "ephemeral-storage", "pods"};
	memcpy(s->resources, fixed, sizeof(fixed));
	s->n_resources = RES_FIXED;
}

static void free_pods(korch_scheduler *s)
{
	sched_pod *pod;
	for (size_t at = 0; (pod = korch__table_next(&s->pod_table, &at));)
		korch__pod_free(s, pod);
	korch__table_fini(&s->pod_table);
}

/* Those who refer to others go before them. */
static void fini_state(korch_scheduler *s)
{
	korch__journal_free(s);
	korch__waiting_free(s);
	korch__nominations_free(s);
	korch__preempt_free(s);
	korch__expected_free(s);
	korch__classes_free(s);
	korch__blocks_free(s);
	free_pods(s);
	korch__namespaces_free(s);
	korch__labelsets_free(s);
	korch__shapes_free(s);
	korch__claims_free(s);
	korch__budgets_free(s);
	korch__images_free(s);
	korch__table_fini(&s->group_table);
	korch__table_fini(&s->eligibility_table);
	korch__table_fini(&s->matcher_table);
	korch__table_fini(&s->terms_table);
	korch__table_fini(&s->existing_table);
	korch__vec_fini(&s->keys);
	korch__vec_fini(&s->inclusions);
	korch__table_fini(&s->slot_table);
	korch__btree_fini(&s->slot_order);
	korch__slots_free(s);
	korch__columns_free(s);
	korch__free(s->touched.items);
	korch__free(s->freed.items);
	korch__free(s->changed.items);
	korch__free(s->message);
}

static int check_options(const korch_scheduler_options *options, korch_error **err)
{
	if (options->size != sizeof(*options))
		return korch_error_set(err, KORCH_E_INVALID, "options of size %zu: must be %zu",
		                       options->size, sizeof(*options));
	if (options->ties < KORCH_TIES_NAME || options->ties > KORCH_TIES_SEEDED)
		return korch_error_set(err, KORCH_E_INVALID, "ties %d: must be 0 or 1", options->ties);
	if (options->hard_pod_affinity_weight < -1 || options->hard_pod_affinity_weight > 100)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "hard pod affinity weight %d: must be 0 to 100, or -1 for none",
		                       options->hard_pod_affinity_weight);
	return 0;
}

int korch_scheduler_new(korch_scheduler **out, const korch_scheduler_options *options,
                        korch_error **err)
{
	static const korch_scheduler_options standard = {.size = sizeof(standard)};
	options = options ? options : &standard;
	int code = out ? check_options(options, err)
	               : korch_error_set(err, KORCH_E_INVALID, "no place for the scheduler");
	if (code < 0 || !out)
		return code;
	korch_scheduler *s = korch__calloc(1, sizeof(*s));
	if (!s)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	s->ties = options->ties;
	s->seed = options->seed;
	s->hard_weight = options->hard_pod_affinity_weight == 0    ? 1
	                 : options->hard_pod_affinity_weight == -1 ? 0
	                                                           : options->hard_pod_affinity_weight;
	init_resources(s);
	init_state(s);
	code = korch__profiles_new(s, options, err);
	if (code == 0)
		code = korch__profiles_resolve(s, err);
	if (code < 0) {
		korch_scheduler_free(s);
		return code;
	}
	*out = s;
	return 0;
}

void korch_scheduler_free(korch_scheduler *s)
{
	if (!s)
		return;
	fini_state(s);
	korch__resources_free(s);
	korch__profiles_free(s);
	korch__free(s);
}

void korch_scheduler_reset(korch_scheduler *s)
{
	if (!s || s->journal)
		return;
	korch_scheduler kept = {.ties = s->ties,
	                        .hard_weight = s->hard_weight,
	                        .seed = s->seed,
	                        .profiles = s->profiles,
	                        .n_profiles = s->n_profiles,
	                        .n_resources = s->n_resources};
	memcpy(kept.resources, s->resources, sizeof(kept.resources));
	fini_state(s);
	*s = kept;
	init_state(s);
}

size_t korch_scheduler_nodes(const korch_scheduler *s)
{
	return s ? s->n_nodes : 0;
}

size_t korch_scheduler_pods(const korch_scheduler *s)
{
	return s ? s->pod_table.n : 0;
}
