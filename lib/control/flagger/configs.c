/*
 * ConfigMaps and Secrets that the target's pods use: found by the tables of the pod spec, compared
 * by checksums, and copied for the primary, so that it keeps what it was promoted with.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/flagger/hand.h"
#include "control/pods.h"
#include <korch/api/core_config.h>
#include <stdio.h>
#include <string.h>

/* Which structs name one, and where. */
static const struct {
	const korch_type *type;
	size_t name;
	int is_secret;
} refs[] = {
    {&korch_config_map_volume_source_type, offsetof(korch_config_map_volume_source, name), 0},
    {&korch_config_map_projection_type, offsetof(korch_config_map_projection, name), 0},
    {&korch_config_map_env_source_type, offsetof(korch_config_map_env_source, name), 0},
    {&korch_config_map_key_selector_type, offsetof(korch_config_map_key_selector, name), 0},
    {&korch_secret_volume_source_type, offsetof(korch_secret_volume_source, secret_name), 1},
    {&korch_secret_projection_type, offsetof(korch_secret_projection, name), 1},
    {&korch_secret_env_source_type, offsetof(korch_secret_env_source, name), 1},
    {&korch_secret_key_selector_type, offsetof(korch_secret_key_selector, name), 1},
};

/* A walk over a pod spec. */
typedef struct walker {
	korch__flagger_hand *h;
	int edits; /* what is on the way is made exclusive */
	int (*fn)(korch__flagger_hand *h, int is_secret, const char **name);
} walker;

static int walk(const walker *w, void *self, const korch_type *type);

static int walk_field(const walker *w, char *self, const korch_field *field)
{
	void **slot = (void **)(void *)(self + field->offset);
	size_t n = 1, *n_slot = (size_t *)(void *)(self + field->count_offset);
	char *child = *slot;
	if (!child || field->shape == KORCH_SHAPE_MAP)
		return 0;
	if (field->shape == KORCH_SHAPE_LIST) {
		n = *n_slot;
		child = w->edits ? korch_list_edit(slot, n_slot, field->type, n) : child;
	} else if (w->edits) {
		child = korch_struct_edit(slot, field->type);
	}
	if (!child)
		return n > 0 ? KORCH_E_NOMEM : 0;
	for (size_t i = 0; i < n; i++) {
		if (walk(w, child + i * field->type->size, field->type) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int walk(const walker *w, void *self, const korch_type *type)
{
	for (size_t i = 0; i < KORCH_COUNT(refs); i++) {
		const char **name = (const char **)(void *)((char *)self + refs[i].name);
		if (refs[i].type == type && *name)
			return w->fn(w->h, refs[i].is_secret, name);
	}
	for (size_t i = 0; i < type->n_fields; i++) {
		if (type->fields[i].kind == KORCH_FIELD_STRUCT && type->fields[i].type &&
		    walk_field(w, self, &type->fields[i]) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static void make_key(char out[272], int is_secret, const char *name)
{
	snprintf(out, 272, "%s/%.253s", is_secret ? "secret" : "configmap", name);
}

static const korch__flagger_config *find(const korch__flagger_hand *h, int is_secret,
                                         const char *name)
{
	char key[272];
	make_key(key, is_secret, name);
	for (size_t i = 0; i < h->n_configs; i++) {
		if (strcmp(h->configs[i].key, key) == 0)
			return &h->configs[i];
	}
	return NULL;
}

/* Secrets that belong to registries or service accounts are not the application's. */
static int is_tracked(const korch_object *object)
{
	static const char *const types[] = {"Opaque", "kubernetes.io/basic-auth",
	                                    "kubernetes.io/ssh-auth", "kubernetes.io/tls"};
	if (korch__text_equal(korch__annotation(object, "flagger.app/config-tracking"), "disabled"))
		return 0;
	if (object->kind != &korch_secret_kind)
		return 1;
	const char *type = ((const korch_secret *)object)->type;
	for (size_t i = 0; i < KORCH_COUNT(types); i++) {
		if (!type || !*type || strcmp(type, types[i]) == 0)
			return 1;
	}
	return 0;
}

static uint64_t hash_map(uint64_t hash, const korch_map *map)
{
	for (size_t i = 0; map && i < map->n; i++) {
		const char *const parts[] = {map->items[i].key, map->items[i].value};
		for (size_t j = 0; j < 2; j++) {
			for (const char *c = korch__text_or_empty(parts[j]); *c; c++)
				hash = (hash ^ (unsigned char)*c) * 1099511628211u;
			hash = (hash ^ 0xff) * 1099511628211u;
		}
	}
	return hash;
}

static void make_checksum(korch__flagger_config *config)
{
	uint64_t hash = 14695981039346656037u;
	const korch_object *object = config->object;
	if (object->kind == &korch_secret_kind) {
		hash = hash_map(hash, ((const korch_secret *)object)->data);
	} else {
		hash = hash_map(hash, ((const korch_config_map *)object)->data);
		hash = hash_map(hash, ((const korch_config_map *)object)->binary_data);
	}
	snprintf(config->checksum, sizeof(config->checksum), "%016llx", (unsigned long long)hash);
}

static int note(korch__flagger_hand *h, int is_secret, const char **name)
{
	const korch_object *object =
	    korch_view_get(h->input->view, is_secret ? &korch_secret_kind : &korch_config_map_kind,
	                   korch_object_namespace(&h->canary->object), *name);
	if (!object || !is_tracked(object) || find(h, is_secret, *name) ||
	    h->n_configs == KORCH__FLAGGER_CONFIGS_MAX)
		return 0;
	/* in order of keys, so that the order in the template does not count */
	korch__flagger_config config = {.object = object};
	make_key(config.key, is_secret, *name);
	make_checksum(&config);
	size_t i = h->n_configs++;
	for (; i > 0 && strcmp(h->configs[i - 1].key, config.key) > 0; i--)
		h->configs[i] = h->configs[i - 1];
	h->configs[i] = config;
	return 0;
}

void korch__flagger_find_configs(korch__flagger_hand *h)
{
	const walker w = {.h = h, .fn = note};
	korch_pod_spec *spec = h->input->target->spec->template_->spec;
	if (spec)
		walk(&w, spec, &korch_pod_spec_type);
}

static int use_copy(korch__flagger_hand *h, int is_secret, const char **name)
{
	if (!find(h, is_secret, *name))
		return 0;
	_cleanup_free_ char *copy = korch__sprintf("%.245s-primary", *name);
	return copy ? korch_string_set(name, copy) : KORCH_E_NOMEM;
}

int korch__flagger_use_copies(const korch__flagger_hand *h, korch_pod_spec *spec)
{
	const walker w = {.h = (korch__flagger_hand *)h, .edits = 1, .fn = use_copy};
	return h->n_configs > 0 ? walk(&w, spec, &korch_pod_spec_type) : 0;
}

/* A copy under another name, owned by the Canary. */
static korch_object *copy_of(const korch__flagger_hand *h, const korch_object *from,
                             const korch_object *there, const char *name)
{
	korch_object *copy = korch_object_edit(there ? there : from);
	korch_object_meta *meta = copy ? korch_object_edit_meta(copy) : NULL;
	if (!meta)
		return copy;
	if (from->kind == &korch_secret_kind) {
		korch_block_share(&((korch_secret *)copy)->data, ((const korch_secret *)from)->data);
	} else {
		korch_block_share(&((korch_config_map *)copy)->data,
		                  ((const korch_config_map *)from)->data);
		korch_block_share(&((korch_config_map *)copy)->binary_data,
		                  ((const korch_config_map *)from)->binary_data);
	}
	if (there)
		return copy;
	korch_block_share(&copy->metadata, NULL);
	copy->revision = 0;
	meta = korch_object_edit_meta(copy);
	if (!meta || korch_string_set(&meta->name, name) < 0 ||
	    korch_object_set_controller(copy, &h->canary->object) < 0) {
		korch_object_unref(copy);
		return NULL;
	}
	korch_string_share(&meta->namespace_, h->canary->object.metadata->namespace_);
	korch_block_share(&meta->labels, from->metadata->labels);
	return copy;
}

int korch__flagger_copy_configs(korch__flagger_hand *h)
{
	for (size_t i = 0; i < h->n_configs; i++) {
		const korch_object *from = h->configs[i].object;
		_cleanup_free_ char *name = korch__sprintf("%.245s-primary", korch_object_name(from));
		if (!name)
			return KORCH_E_NOMEM;
		const korch_object *there =
		    korch_view_get(h->input->view, from->kind, korch_object_namespace(from), name);
		korch_object *copy = copy_of(h, from, there, name);
		if (!copy)
			return KORCH_E_NOMEM;
		if (there && korch_object_equal(there, copy)) {
			korch_object_unref(copy);
			continue;
		}
		int code =
		    there ? korch_plan_update(h->plan, there, copy) : korch_plan_create(h->plan, copy);
		if (code < 0)
			return code;
	}
	return 0;
}
