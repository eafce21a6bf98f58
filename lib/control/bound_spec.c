/* Copies of specs by the original and the node's name; originals that are equal are one. */
#include "control/bound_spec.h"
#include "base/cleanup.h"
#include "base/table.h"
#include <string.h>

/* Most copies that are kept; beyond it all are forgotten, which costs only sharing. */
#define COPIES_MAX 262144

typedef struct copy {
	const korch_pod_spec *spec; /* both referenced */
	korch_pod_spec *bound;
} copy;

/* A spec that stands for all that are equal. */
typedef struct original {
	uint64_t hash;
	const korch_pod_spec *spec; /* referenced */
} original;

enum { RECENT = 1024 };

/* By address: which original a spec was found equal to. */
typedef struct recent {
	const korch_pod_spec *spec; /* referenced */
	const korch_pod_spec *original;
} recent;

struct korch__bound_specs {
	korch_table originals; /* by content */
	korch_table table;     /* of copies */
	recent recent[RECENT];
};

static uint64_t original_hash(const void *entry)
{
	return ((const original *)entry)->hash;
}
static int original_equal(const void *entry, const void *key)
{
	const original *a = entry, *b = key;
	return a->hash == b->hash && korch_struct_equal(a->spec, b->spec, &korch_pod_spec_type);
}
static const korch_table_ops original_ops = {
    .hash = original_hash, .equal = original_equal, .entry_hash = original_hash};

static uint64_t hash_of(const void *entry)
{
	const copy *one = entry;
	return korch__hash_u64((uintptr_t)one->spec ^ korch__hash_string(one->bound->node_name));
}
static int is_equal(const void *entry, const void *key)
{
	const copy *a = entry, *b = key;
	return a->spec == b->spec && strcmp(a->bound->node_name, b->bound->node_name) == 0;
}
static const korch_table_ops copy_ops = {.hash = hash_of, .equal = is_equal, .entry_hash = hash_of};

korch__bound_specs *korch__bound_specs_new(void)
{
	korch__bound_specs *specs = korch__calloc(1, sizeof(*specs));
	if (specs) {
		korch__table_init(&specs->originals, &original_ops);
		korch__table_init(&specs->table, &copy_ops);
	}
	return specs;
}

static void free_copy(copy *one)
{
	korch_block_unref(one->spec);
	korch_block_unref(one->bound);
	korch__free(one);
}

static void clear(korch__bound_specs *specs)
{
	copy *one;
	original *same;
	for (size_t at = 0; (one = korch__table_next(&specs->table, &at));)
		free_copy(one);
	for (size_t at = 0; (same = korch__table_next(&specs->originals, &at));) {
		korch_block_unref(same->spec);
		korch__free(same);
	}
	for (size_t i = 0; i < RECENT; i++) {
		korch_block_unref(specs->recent[i].spec);
		specs->recent[i] = (recent){0};
	}
	korch__table_fini(&specs->table);
	korch__table_fini(&specs->originals);
}

void korch__bound_specs_free(korch__bound_specs *specs)
{
	if (!specs)
		return;
	clear(specs);
	korch__free(specs);
}

static copy *make(const korch_pod_spec *spec, const char *node)
{
	copy *one = korch__calloc(1, sizeof(*one));
	if (!one)
		return NULL;
	one->spec = korch_block_ref(spec);
	one->bound = korch_block_ref(spec);
	korch_pod_spec *edited = korch_struct_edit(&one->bound, &korch_pod_spec_type);
	if (!edited || korch_string_set(&edited->node_name, node) < 0) {
		free_copy(one);
		return NULL;
	}
	return one;
}

/* The spec that stands for this one; NULL when memory is short. */
static const korch_pod_spec *find_original(korch__bound_specs *specs, const korch_pod_spec *spec)
{
	recent *at = &specs->recent[((uintptr_t)spec >> 5) % RECENT];
	if (at->spec == spec)
		return at->original;
	const original key = {.spec = spec, .hash = korch_struct_hash(spec, &korch_pod_spec_type)};
	original *same = korch__table_get(&specs->originals, &key);
	if (!same) {
		same = korch__calloc(1, sizeof(*same));
		if (same)
			*same = key;
		if (!same || korch__table_put(&specs->originals, same) < 0) {
			korch__free(same);
			return NULL;
		}
		korch_block_ref(spec);
	}
	korch_block_unref(at->spec);
	*at = (recent){.spec = korch_block_ref(spec), .original = same->spec};
	return same->spec;
}

const korch_pod_spec *korch__bound_spec(korch__bound_specs *specs, const korch_pod_spec *spec,
                                        const char *node)
{
	if (specs->table.n >= COPIES_MAX || specs->originals.n >= COPIES_MAX)
		clear(specs);
	const korch_pod_spec *of = find_original(specs, spec);
	if (!of)
		return NULL;
	korch_pod_spec named = {.node_name = node};
	const copy key = {.spec = of, .bound = &named};
	copy *one = korch__table_get(&specs->table, &key);
	if (one)
		return one->bound;
	one = make(of, node);
	if (one && korch__table_put(&specs->table, one) < 0) {
		free_copy(one);
		one = NULL;
	}
	return one ? one->bound : NULL;
}
