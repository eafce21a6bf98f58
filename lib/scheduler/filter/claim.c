/* VolumeBinding, as far as bound claims go: the node affinity of their volumes. */
#include "scheduler/filter/claim.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "scheduler/filter/eligibility.h"
#include "scheduler/filter/node_affinity.h"
#include "scheduler/shape/check.h"
#include "scheduler/state/journal.h"
#include <stdio.h>
#include <string.h>

static uint64_t hash_text(const void *key)
{
	return korch__hash_string(key);
}
static int claim_equal(const void *entry, const void *key)
{
	return strcmp(((const sched_claim *)entry)->id, key) == 0;
}
static uint64_t claim_hash(const void *entry)
{
	return korch__hash_string(((const sched_claim *)entry)->id);
}
static const korch_table_ops claim_ops = {
    .hash = hash_text, .equal = claim_equal, .entry_hash = claim_hash};

void korch__claims_init(korch_scheduler *s)
{
	korch__table_init(&s->claim_table, &claim_ops);
}

static void free_claim(sched_claim *claim)
{
	if (!claim)
		return;
	korch__free(claim->id);
	korch_block_unref(claim->nodes);
	korch__free(claim);
}

void korch__claims_free(korch_scheduler *s)
{
	sched_claim *claim;
	for (size_t at = 0; (claim = korch__table_next(&s->claim_table, &at));)
		free_claim(claim);
	korch__table_fini(&s->claim_table);
}

/* The name of the claim of the i-th volume, or NULL. */
static const char *claim_of(const korch_pod_spec *spec, size_t i)
{
	const korch_persistent_volume_claim_volume_source *source =
	    spec->volumes[i].persistent_volume_claim;
	return source ? korch__text_or_empty(source->claim_name) : NULL;
}

int korch__has_claims(const korch_pod_spec *spec)
{
	for (size_t i = 0; i < spec->n_volumes; i++) {
		if (claim_of(spec, i))
			return 1;
	}
	return 0;
}

int korch__claims_equal(const korch_pod_spec *a, const korch_pod_spec *b)
{
	if (a == b || a->volumes == b->volumes)
		return 1;
	if (a->n_volumes != b->n_volumes)
		return 0;
	for (size_t i = 0; i < a->n_volumes; i++) {
		if (!korch__text_equal(claim_of(a, i), claim_of(b, i)))
			return 0;
	}
	return 1;
}

int korch__names_claim(const korch_pod_spec *spec, const char *namespace_, const sched_claim *claim)
{
	size_t n = strlen(namespace_);
	if (strncmp(claim->id, namespace_, n) != 0 || claim->id[n] != '/')
		return 0;
	for (size_t i = 0; i < spec->n_volumes; i++) {
		const char *name = claim_of(spec, i);
		if (name && strcmp(claim->id + n + 1, name) == 0)
			return 1;
	}
	return 0;
}

static sched_claim *find_any(const korch_scheduler *s, const char *namespace_, const char *name)
{
	char id[KORCH__ID_SIZE];
	int n = snprintf(id, sizeof(id), "%s/%s", korch__text_or_empty(namespace_), name);
	return n > 0 && n < KORCH__ID_SIZE ? korch__table_get(&s->claim_table, id) : NULL;
}

static const sched_claim *find(const korch_scheduler *s, const char *namespace_, const char *name)
{
	const sched_claim *claim = find_any(s, namespace_, name);
	return claim && claim->is_there ? claim : NULL;
}

int korch__claims_reach(const korch_scheduler *s, const korch_pod_spec *spec,
                        const char *namespace_, const korch_node *node)
{
	for (size_t i = 0; i < spec->n_volumes; i++) {
		const char *name = claim_of(spec, i);
		const sched_claim *claim = name ? find(s, namespace_, name) : NULL;
		if (name && (!claim || (claim->nodes && !korch__node_selector_matches(claim->nodes, node))))
			return 0;
	}
	return 1;
}

const char *korch__claim_missing(const korch_scheduler *s, const korch_pod_spec *spec,
                                 const char *namespace_)
{
	for (size_t i = 0; i < spec->n_volumes; i++) {
		const char *name = claim_of(spec, i);
		if (name && !find(s, namespace_, name))
			return name;
	}
	return NULL;
}

void korch__claim_settle(korch_scheduler *s, sched_claim *claim)
{
	if (--claim->n_notes > 0 || claim->is_there)
		return;
	korch__table_remove(&s->claim_table, claim->id);
	free_claim(claim);
}

void korch__claim_undo(korch_scheduler *s, const struct sched_entry *entry)
{
	sched_claim *claim = entry->who;
	korch_block_unref(claim->nodes);
	claim->nodes = entry->what;
	claim->is_there = (int)entry->at;
	korch__eligibilities_claim_changed(s, claim);
	korch__claim_settle(s, claim);
}

/* Changes a claim so that a trial can undo it; there is room for noting it. */
static void change(korch_scheduler *s, sched_claim *claim, const korch_node_selector *nodes,
                   int is_there)
{
	sched_entry entry = {.op = OP_CLAIM,
	                     .who = claim,
	                     .what = (void *)(uintptr_t)claim->nodes,
	                     .at = (uint32_t)claim->is_there};
	claim->nodes = korch_block_ref(nodes);
	claim->is_there = is_there;
	claim->n_notes++;
	korch__eligibilities_claim_changed(s, claim);
	korch__journal_note(s, entry);
}

static sched_claim *make(korch_scheduler *s, const char *namespace_, const char *name)
{
	sched_claim *claim = korch__calloc(1, sizeof(*claim));
	if (claim)
		claim->id = korch__sprintf("%s/%s", korch__text_or_empty(namespace_), name);
	if (claim && claim->id && korch__table_put(&s->claim_table, claim) == 0)
		return claim;
	free_claim(claim);
	return NULL;
}

static int check(const korch_scheduler *s, const char *namespace_, const char *name,
                 const korch_node_selector *nodes, korch_error **err)
{
	if (!s || !name || !name[0])
		return korch_error_set(err, KORCH_E_INVALID, "a claim without a name");
	if (strlen(korch__text_or_empty(namespace_)) + strlen(name) + 2 > KORCH__ID_SIZE)
		return korch_error_set(err, KORCH_E_LIMIT, "a claim with a name of more than %d bytes",
		                       KORCH__ID_SIZE - 2);
	return nodes ? korch__struct_check(nodes, &korch_node_selector_type, "nodes", err) : 0;
}

/* Nothing new is told. */
static int is_same(const sched_claim *claim, const korch_node_selector *nodes)
{
	if (!claim->is_there || !claim->nodes || !nodes)
		return claim->is_there && claim->nodes == nodes;
	return korch_struct_equal(claim->nodes, nodes, &korch_node_selector_type);
}

int korch_scheduler_claim_set(korch_scheduler *s, const char *namespace_, const char *name,
                              const korch_node_selector *nodes, korch_error **err)
{
	int code = check(s, namespace_, name, nodes, err);
	if (code < 0)
		return code;
	int reserved = korch__journal_reserve(s, 1) == 0;
	sched_claim *claim = reserved ? find_any(s, namespace_, name) : NULL;
	if (reserved && !claim)
		claim = make(s, namespace_, name);
	if (!claim)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	if (!is_same(claim, nodes))
		change(s, claim, nodes, 1);
	return 0;
}

void korch_scheduler_claim_remove(korch_scheduler *s, const char *namespace_, const char *name)
{
	const sched_claim *claim = s && name ? find(s, namespace_, name) : NULL;
	if (claim && korch__journal_reserve(s, 1) == 0)
		change(s, (sched_claim *)(uintptr_t)claim, NULL, 0);
}
