/*
 * Objects as a whole: making, sharing, identity, owners. Kinds stand in kind.c, fields in the
 * tables.
 */
#include "object/object.h"
#include "base/text.h"
#include "object/block.h"
#include <korch/object.h>
#include <string.h>

/* Objects without a table of their own: what is common to all, and the rest as text. */
static const korch_field raw_fields[] = {
    {.name = "metadata",
     .meaning = "Standard object metadata.",
     .type = &korch_object_meta_type,
     .offset = offsetof(korch_object, metadata),
     .kind = KORCH_FIELD_STRUCT},
    {.name = "", .meaning = "", .offset = offsetof(korch_object, raw), .kind = KORCH_FIELD_RAW},
};
const korch_type korch__raw_object_type = {
    .name = "Object",
    .meaning = "an object that is kept as text",
    .size = sizeof(korch_object),
    .fields = raw_fields,
    .n_fields = 2,
};

const korch_type *korch__object_type(const korch_object *object)
{
	return object->kind->type ? object->kind->type : &korch__raw_object_type;
}

int korch__object_new_bare(korch_object **out, const korch_kind *kind)
{
	korch_object *object = korch_struct_new(kind->type ? kind->type : &korch__raw_object_type);
	if (!object)
		return KORCH_E_NOMEM;
	object->kind = kind;
	*out = object;
	return 0;
}

int korch_object_new(korch_object **out, const korch_kind *kind)
{
	korch_object *object = NULL;
	if (korch__object_new_bare(&object, kind) < 0)
		return KORCH_E_NOMEM;
	if (!korch_object_edit_meta(object) ||
	    (!kind->type && korch_string_set(&object->raw, "{}") < 0)) {
		korch_object_unref(object);
		return KORCH_E_NOMEM;
	}
	*out = object;
	return 0;
}

korch_object *korch_object_ref(const korch_object *object)
{
	return korch_block_ref(object);
}

void korch_object_unref(const korch_object *object)
{
	korch_block_unref(object);
}

korch_object *korch_object_edit(const korch_object *object)
{
	const korch_type *type = korch__object_type(object);
	korch_object *copy = korch_struct_new(type);
	if (copy)
		korch_struct_assign(copy, object, type);
	return copy;
}

korch_object_meta *korch_object_edit_meta(korch_object *object)
{
	return korch_struct_edit(&object->metadata, &korch_object_meta_type);
}

static uint64_t bit_of(const korch_type *type, const char *name)
{
	const korch_field *field = korch_type_field(type, name);
	return field ? UINT64_C(1) << (field - type->fields) : 0;
}

static int metas_equal(const korch_object_meta *a, const korch_object_meta *b)
{
	const korch_type *type = &korch_object_meta_type;
	uint64_t skip = bit_of(type, "managedFields") | bit_of(type, "resourceVersion");
	return korch__struct_equal_but(a, b, type, skip);
}

int korch_object_equal(const korch_object *a, const korch_object *b)
{
	if (a == b)
		return 1;
	if (!a || !b || a->kind != b->kind)
		return 0;
	const korch_type *type = korch__object_type(a);
	return metas_equal(a->metadata, b->metadata) &&
	       korch__struct_equal_but(a, b, type, bit_of(type, "metadata"));
}

const char *korch_object_name(const korch_object *object)
{
	return object->metadata ? korch__text_or_empty(object->metadata->name) : "";
}

const char *korch_object_namespace(const korch_object *object)
{
	return object->metadata ? korch__text_or_empty(object->metadata->namespace_) : "";
}

const char *korch_object_uid(const korch_object *object)
{
	return object->metadata ? korch__text_or_empty(object->metadata->uid) : "";
}

const korch_owner_reference *korch_object_controller(const korch_object *object)
{
	const korch_object_meta *meta = object->metadata;
	for (size_t i = 0; meta && i < meta->n_owner_references; i++) {
		if (meta->owner_references[i].controller)
			return &meta->owner_references[i];
	}
	return NULL;
}

static int fill_reference(korch_owner_reference *reference, const korch_object *owner)
{
	if (korch_string_set(&reference->api_version, owner->kind->api_version) < 0 ||
	    korch_string_set(&reference->kind, owner->kind->name) < 0)
		return KORCH_E_NOMEM;
	const char *name = owner->metadata ? owner->metadata->name : NULL;
	const char *uid = owner->metadata ? owner->metadata->uid : NULL;
	korch_string_share(&reference->name, name);
	korch_string_share(&reference->uid, uid);
	KORCH_SET(reference, korch_owner_reference, controller, 1);
	KORCH_SET(reference, korch_owner_reference, block_owner_deletion, 1);
	return 0;
}

int korch_object_set_controller(korch_object *object, const korch_object *owner)
{
	if (korch_object_controller(object))
		return KORCH_E_EXISTS;
	korch_object_meta *meta = korch_object_edit_meta(object);
	if (!meta)
		return KORCH_E_NOMEM;
	size_t n = meta->n_owner_references;
	korch_owner_reference *list = korch_list_edit(
	    &meta->owner_references, &meta->n_owner_references, &korch_owner_reference_type, n + 1);
	if (!list)
		return KORCH_E_NOMEM;
	if (fill_reference(&list[n], owner) < 0) {
		korch_list_edit(&meta->owner_references, &meta->n_owner_references,
		                &korch_owner_reference_type, n);
		return KORCH_E_NOMEM;
	}
	return 0;
}

korch_key korch_object_key(const korch_object *object)
{
	return (korch_key){object->kind, korch_object_namespace(object), korch_object_name(object)};
}

int korch_key_compare(const korch_key *a, const korch_key *b)
{
	int order = 0;
	if (a->kind != b->kind) {
		order = strcmp(a->kind->group, b->kind->group);
		if (!order)
			order = strcmp(a->kind->name, b->kind->name);
		if (!order)
			order = strcmp(a->kind->version, b->kind->version);
	}
	if (!order)
		order = strcmp(korch__text_or_empty(a->namespace_), korch__text_or_empty(b->namespace_));
	return order ? order : strcmp(korch__text_or_empty(a->name), korch__text_or_empty(b->name));
}
