/*
 * Differences between objects, leaf by leaf along the tables; what is kept as text is compared as
 * trees.
 */
#include "base/cleanup.h"
#include "base/vec.h"
#include "object/block.h"
#include "object/codec.h"
#include "object/json.h"
#include "object/object.h"
#include "object/path.h"
#include "object/tree.h"
#include <korch/diff.h>
#include <string.h>

enum { MAX_DEFAULT = 1000 };

struct korch_diff {
	KORCH_VEC(korch_change) list;
	size_t max;
	int code;
};

static void change_fini(korch_change *change)
{
	korch__free((void *)change->path);
	korch__free((void *)change->old_value);
	korch__free((void *)change->new_value);
}

void korch_diff_free(korch_diff *diff)
{
	if (!diff)
		return;
	for (size_t i = 0; i < diff->list.n; i++)
		change_fini(&diff->list.items[i]);
	korch__vec_fini(&diff->list);
	korch__free(diff);
}

size_t korch_diff_count(const korch_diff *diff)
{
	return diff ? diff->list.n : 0;
}

const korch_change *korch_diff_at(const korch_diff *diff, size_t i)
{
	return diff && i < diff->list.n ? &diff->list.items[i] : NULL;
}

static int is_full(const korch_diff *self)
{
	return self->code < 0 || self->list.n >= self->max;
}

/* Takes both values over. */
static void add(korch_diff *self, const korch__path *path, char *old_value, char *new_value)
{
	korch_change change = {NULL, old_value, new_value};
	if (!is_full(self)) {
		change.path = korch__path_text(path);
		if (change.path && korch__vec_push(&self->list, change) == 0)
			return;
		self->code = KORCH_E_NOMEM;
	}
	change_fini(&change);
}

/* Text of a buffer; NULL and a code on failure. */
static char *steal(korch_diff *self, korch_buf *buf)
{
	char *text = korch__buf_steal(buf);
	if (!text)
		self->code = KORCH_E_NOMEM;
	korch__buf_fini(buf);
	return text;
}

static char *field_text(korch_diff *self, const void *of, const korch_field *field)
{
	korch_buf buf;
	if (!of || !korch__field_has_value(of, field))
		return NULL;
	korch__buf_init(&buf, 0);
	korch__field_write(&buf, of, field);
	return steal(self, &buf);
}

static char *string_text(korch_diff *self, const char *text)
{
	korch_buf buf;
	if (!text)
		return NULL;
	korch__buf_init(&buf, 0);
	korch__json_write_string(&buf, text, strlen(text));
	return steal(self, &buf);
}

static char *node_text(korch_diff *self, struct json_object *node)
{
	korch_buf buf;
	korch__buf_init(&buf, 0);
	korch__json_write(&buf, node);
	return steal(self, &buf);
}

/* Keys of both maps in order, as a merge. */
static void diff_maps(korch_diff *self, const korch_map *old, const korch_map *now,
                      const korch__path *path, int values_are_json)
{
	size_t i = 0, j = 0, n = old ? old->n : 0, m = now ? now->n : 0;
	while ((i < n || j < m) && !is_full(self)) {
		int order = i >= n ? 1 : j >= m ? -1 : strcmp(old->items[i].key, now->items[j].key);
		const korch_map_entry *a = order <= 0 ? &old->items[i++] : NULL;
		const korch_map_entry *b = order >= 0 ? &now->items[j++] : NULL;
		if (a && b && strcmp(a->value, b->value) == 0)
			continue;
		const char *key = a ? a->key : b->key;
		korch__path here =
		    values_are_json ? KORCH__PATH_FIELD(path, key) : KORCH__PATH_KEY(path, key);
		const char *x = a ? a->value : NULL, *y = b ? b->value : NULL;
		if (values_are_json)
			add(self, &here, korch__strdup(x), korch__strdup(y));
		else
			add(self, &here, string_text(self, x), string_text(self, y));
	}
}

static void diff_structs(korch_diff *self, const void *old, const void *now, const korch_type *type,
                         const korch__path *path);

static const void *item_at(const void *of, const korch_field *field, size_t i)
{
	return KORCH__MEMBER(const char *, of, field->offset) + i * field->type->size;
}

static size_t length_of(const void *of, const korch_field *field)
{
	return of ? KORCH__MEMBER(size_t, of, field->count_offset) : 0;
}

static void diff_lists(korch_diff *self, const void *old, const void *now, const korch_field *field,
                       const korch__path *path)
{
	for (size_t i = 0; i < length_of(now, field) && !is_full(self); i++) {
		korch__path here = KORCH__PATH_INDEX(path, i);
		const void *item = item_at(now, field, i);
		const void *before = old ? korch__list_partner(old, field, item, i) : NULL;
		diff_structs(self, before, item, field->type, &here);
	}
	for (size_t i = 0; i < length_of(old, field) && !is_full(self); i++) {
		korch__path here = KORCH__PATH_INDEX(path, i);
		const void *item = item_at(old, field, i);
		if (!now || !korch__list_partner(now, field, item, i))
			diff_structs(self, item, NULL, field->type, &here);
	}
}

static const void *struct_of(const void *of, const korch_field *field)
{
	return of ? KORCH__MEMBER(const void *, of, field->offset) : NULL;
}

static void diff_field(korch_diff *self, const void *old, const void *now, const korch_field *field,
                       const korch__path *path)
{
	if (field->shape == KORCH_SHAPE_MAP) {
		diff_maps(self, struct_of(old, field), struct_of(now, field), path,
		          field->kind == KORCH_FIELD_RAW);
	} else if (field->kind == KORCH_FIELD_STRUCT && field->shape == KORCH_SHAPE_LIST) {
		diff_lists(self, old, now, field, path);
	} else if (field->kind == KORCH_FIELD_STRUCT) {
		diff_structs(self, struct_of(old, field), struct_of(now, field), field->type, path);
	} else {
		char *x = field_text(self, old, field), *y = field_text(self, now, field);
		if ((x || y) && (!x || !y || strcmp(x, y) != 0)) {
			add(self, path, x, y);
		} else {
			korch__free(x);
			korch__free(y);
		}
	}
}

/* What every write changes is no news. */
static int is_left_out(const korch_type *type, const korch_field *field)
{
	return type == &korch_object_meta_type &&
	       (field->offset == offsetof(korch_object_meta, managed_fields) ||
	        field->offset == offsetof(korch_object_meta, resource_version));
}

static void diff_structs(korch_diff *self, const void *old, const void *now, const korch_type *type,
                         const korch__path *path)
{
	if (old == now || is_full(self))
		return;
	size_t before = self->list.n;
	for (size_t i = 0; i < type->n_fields && !is_full(self); i++) {
		const korch_field *field = &type->fields[i];
		if (is_left_out(type, field) || !field->name[0])
			continue;
		if (old && now && korch__fields_equal(old, now, type, ~(UINT64_C(1) << i)))
			continue;
		korch__path here = KORCH__PATH_FIELD(path, field->name);
		diff_field(self, old, now, field, &here);
	}
	diff_maps(self, old ? (const korch_map *)((const korch_struct *)old)->extra : NULL,
	          now ? (const korch_map *)((const korch_struct *)now)->extra : NULL, path, 1);
	/* A struct without content is news only by being there. */
	if ((!old || !now) && self->list.n == before)
		add(self, path, old ? korch__strdup("{}") : NULL, now ? korch__strdup("{}") : NULL);
}

static void diff_nodes(korch_diff *self, struct json_object *old, struct json_object *now,
                       const korch__path *path);

static void diff_node_objects(korch_diff *self, struct json_object *old, struct json_object *now,
                              const korch__path *path)
{
	json_object_object_foreach(old, key, child)
	{
		korch__path here = KORCH__PATH_FIELD(path, key);
		struct json_object *other;
		if (json_object_object_get_ex(now, key, &other))
			diff_nodes(self, child, other, &here);
		else
			add(self, &here, node_text(self, child), NULL);
	}
	json_object_object_foreach(now, name, value)
	{
		korch__path here = KORCH__PATH_FIELD(path, name);
		if (!json_object_object_get_ex(old, name, NULL))
			add(self, &here, NULL, node_text(self, value));
	}
}

static void diff_nodes(korch_diff *self, struct json_object *old, struct json_object *now,
                       const korch__path *path)
{
	int is_array = json_object_is_type(old, json_type_array) &&
	               json_object_is_type(now, json_type_array) &&
	               json_object_array_length(old) == json_object_array_length(now);
	if (is_full(self) || korch__tree_equal(old, now))
		return;
	if (json_object_is_type(old, json_type_object) && json_object_is_type(now, json_type_object)) {
		diff_node_objects(self, old, now, path);
	} else if (is_array) {
		for (size_t i = 0; i < json_object_array_length(old); i++) {
			korch__path here = KORCH__PATH_INDEX(path, i);
			diff_nodes(self, json_object_array_get_idx(old, i), json_object_array_get_idx(now, i),
			           &here);
		}
	} else {
		add(self, path, node_text(self, old), node_text(self, now));
	}
}

static int diff_raw(korch_diff *self, const korch_object *old, const korch_object *now)
{
	static const korch_decode_options deep = {.max_bytes = SIZE_MAX / 4,
	                                          .max_depth = KORCH__DEPTH_MAX};
	const char *x = old && old->raw ? old->raw : "{}", *y = now && now->raw ? now->raw : "{}";
	_cleanup_tree_ struct json_object *a = NULL, *b = NULL;
	int code = korch__json_parse(&a, x, strlen(x), &deep, NULL, NULL);
	if (code == 0)
		code = korch__json_parse(&b, y, strlen(y), &deep, NULL, NULL);
	if (code == 0)
		diff_nodes(self, a, b, NULL);
	return code;
}

int korch_object_diff(korch_diff **out, const korch_object *old, const korch_object *object,
                      size_t max)
{
	const korch_object *any = object ? object : old;
	if (!out || !any || (old && object && old->kind != object->kind))
		return KORCH_E_INVALID;
	korch_diff *self = korch__calloc(1, sizeof(*self));
	if (!self)
		return KORCH_E_NOMEM;
	self->max = max ? max : MAX_DEFAULT;
	diff_structs(self, old, object, korch__object_type(any), NULL);
	if (self->code == 0 && !any->kind->type)
		self->code = diff_raw(self, old, object);
	if (self->code < 0) {
		int code = self->code;
		korch_diff_free(self);
		return code;
	}
	*out = self;
	return 0;
}

char *korch_diff_format(const korch_diff *diff, size_t max_bytes)
{
	korch_buf buf;
	korch__buf_init(&buf, 0);
	for (size_t i = 0; i < korch_diff_count(diff); i++) {
		const korch_change *change = korch_diff_at(diff, i);
		korch__buf_printf(&buf, "%s%s: %.200s → %.200s", i ? ", " : "", change->path,
		                  change->old_value ? change->old_value : "none",
		                  change->new_value ? change->new_value : "none");
		if (max_bytes && buf.len > max_bytes) {
			buf.len = max_bytes;
			while (buf.len && ((unsigned char)buf.data[buf.len] & 0xc0) == 0x80)
				buf.len--;
			korch__buf_puts(&buf, "…");
			break;
		}
	}
	char *text = korch__buf_steal(&buf);
	korch__buf_fini(&buf);
	return text;
}
