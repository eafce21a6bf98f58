/*
 * Looking up values by path: through structs by the tables, through what is kept as text by a tree
 * made for the occasion.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "object/block.h"
#include "object/codec.h"
#include "object/json.h"
#include "object/object.h"
#include "object/tree.h"
#include <assert.h>
#include <inttypes.h>
#include <korch/fieldpath.h>
#include <string.h>

enum { STEPS_MAX = 256, STEP_TEXT_MAX = 512 };

typedef struct step {
	char text[STEP_TEXT_MAX];
	int in_brackets;
} step;

/* Where a walk has come to. */
typedef struct place {
	const korch_object *object;
	const void *at;           /* struct, list slot, map slot or value */
	const korch_type *type;   /* of the struct at `at` */
	const korch_field *field; /* of the value at `at` */
	const void *holder;       /* the struct that has the field, for lists */
	int in_list;
	const char *text;                /* value of a map */
	struct json_object *root, *node; /* in text that was kept; root is ours */
} place;

static int malformed(korch_error **err, const char *path)
{
	return korch_error_set(err, KORCH_E_INVALID, "malformed field path \"%.200s\"", path);
}

static int not_found(korch_error **err, const char *path)
{
	return korch_error_set(err, KORCH_E_NOT_FOUND, "field \"%.200s\" is not set", path);
}

/* "[…]", quotes optional. */
static const char *bracket_step(step *out, const char *p)
{
	char quote = p[1] == '\'' || p[1] == '"' ? p[1] : '\0';
	const char *begin = p + 1 + (quote != 0);
	const char *end = strchr(begin, quote ? quote : ']');
	if (!end || (size_t)(end - begin) >= sizeof(out->text) || (quote && end[1] != ']'))
		return NULL;
	memcpy(out->text, begin, (size_t)(end - begin));
	out->text[end - begin] = '\0';
	out->in_brackets = 1;
	return end + 1 + (quote != 0);
}

/* The next step, p behind it; NULL: malformed. */
static const char *next_step(step *out, const char *p, int is_first)
{
	if (*p == '[')
		return bracket_step(out, p);
	if (!is_first && *p++ != '.')
		return NULL;
	size_t length = strcspn(p, ".[");
	if (length == 0 || length >= sizeof(out->text))
		return NULL;
	memcpy(out->text, p, length);
	out->text[length] = '\0';
	out->in_brackets = 0;
	return p + length;
}

static int enter_text(place *self, const char *json)
{
	static const korch_decode_options deep = {.max_bytes = SIZE_MAX / 4,
	                                          .max_depth = KORCH__DEPTH_MAX};
	struct json_object *tree = NULL;
	int code = korch__json_parse(&tree, json, strlen(json), &deep, NULL, NULL);
	if (code < 0)
		return code;
	json_object_put(self->root);
	self->root = self->node = tree;
	self->type = NULL;
	self->field = NULL;
	return 0;
}

static int node_step(place *self, const step *by)
{
	int64_t index;
	if (json_object_is_type(self->node, json_type_object)) {
		struct json_object *child;
		if (!json_object_object_get_ex(self->node, by->text, &child))
			return KORCH_E_NOT_FOUND;
		self->node = child;
		return 0;
	}
	if (!json_object_is_type(self->node, json_type_array) || !by->in_brackets ||
	    korch__text_to_i64(&index, by->text) < 0 || index < 0 ||
	    (uint64_t)index >= json_object_array_length(self->node))
		return KORCH_E_NOT_FOUND;
	self->node = json_object_array_get_idx(self->node, (size_t)index);
	return 0;
}

static int unknown_field(const korch_type *type, const char *name, korch_error **err)
{
	const char *names[64];
	size_t n = 0;
	for (size_t i = 0; i < type->n_fields && n < KORCH_COUNT(names); i++)
		names[n++] = type->fields[i].name;
	const char *meant = korch__text_nearest(name, names, n);
	if (meant)
		return korch_error_set(err, KORCH_E_INVALID, "%s has no field \"%.100s\", did you mean %s?",
		                       type->name, name, meant);
	return korch_error_set(err, KORCH_E_INVALID, "%s has no field \"%.100s\"", type->name, name);
}

static int struct_step(place *self, const step *by, korch_error **err)
{
	const void *holder = self->at;
	const korch_field *field = by->text[0] ? korch_type_field(self->type, by->text) : NULL;
	if (!field) {
		const korch_map *extra = (const korch_map *)((const korch_struct *)holder)->extra;
		const char *json = korch_map_get(extra, by->text);
		return json ? enter_text(self, json) : unknown_field(self->type, by->text, err);
	}
	if (!korch_field_is_set(holder, self->type, field->offset))
		return KORCH_E_NOT_FOUND;
	*self = (place){.object = self->object,
	                .at = korch__member(holder, field->offset),
	                .field = field,
	                .holder = holder};
	if (field->shape == KORCH_SHAPE_ONE && field->kind == KORCH_FIELD_STRUCT) {
		self->at = *(const void *const *)self->at;
		self->type = field->type;
	}
	return 0;
}

static int list_step(place *self, const step *by)
{
	int64_t index;
	size_t n = KORCH__MEMBER(size_t, self->holder, self->field->count_offset);
	if (!by->in_brackets || korch__text_to_i64(&index, by->text) < 0 || index < 0 ||
	    (uint64_t)index >= n)
		return KORCH_E_NOT_FOUND;
	const char *items = *(const char *const *)self->at;
	self->at = items + (size_t)index * korch__item_size(self->field);
	self->in_list = 1;
	if (self->field->kind == KORCH_FIELD_STRUCT)
		self->type = self->field->type;
	return 0;
}

static int walk_step(place *self, const step *by, korch_error **err)
{
	if (self->root)
		return node_step(self, by);
	if (self->text)
		return KORCH_E_NOT_FOUND;
	if (self->type)
		return struct_step(self, by, err);
	assert(self->field);
	if (self->field->shape == KORCH_SHAPE_LIST && !self->in_list)
		return list_step(self, by);
	if (self->field->shape == KORCH_SHAPE_MAP) {
		self->text = korch_map_get(*(const korch_map *const *)self->at, by->text);
		return self->text ? 0 : KORCH_E_NOT_FOUND;
	}
	if (self->field->kind != KORCH_FIELD_RAW)
		return KORCH_E_NOT_FOUND;
	int code = enter_text(self, *(const char *const *)self->at);
	return code < 0 ? code : node_step(self, by);
}

/* What is in no table: apiVersion and kind, the revision, the rest of untyped objects. 1: it was
 * one of those. */
static int first_step(place *self, const korch_object *object, const step *by, int *code)
{
	*code = 0;
	if (strcmp(by->text, "apiVersion") == 0 || strcmp(by->text, "kind") == 0) {
		self->text = by->text[0] == 'k' ? object->kind->name : object->kind->api_version;
		return 1;
	}
	if (object->kind->type || (object->metadata && strcmp(by->text, "metadata") == 0))
		return 0;
	*code = enter_text(self, object->raw ? object->raw : "{}");
	if (*code == 0)
		*code = node_step(self, by);
	return 1;
}

static int walk(place *self, const korch_object *object, const char *path, korch_error **err)
{
	step by;
	const char *p = path;
	*self = (place){.object = object, .at = object, .type = korch__object_type(object)};
	for (int i = 0; *p; i++) {
		p = next_step(&by, p, i == 0);
		if (!p || i >= STEPS_MAX)
			return malformed(err, path);
		int code;
		if (i > 0 || !first_step(self, object, &by, &code))
			code = walk_step(self, &by, err);
		if (code == KORCH_E_NOT_FOUND)
			return not_found(err, path);
		if (code < 0)
			return code == KORCH_E_INVALID
			           ? code
			           : korch_error_set(err, code, "%s", korch_code_text(code));
	}
	return 0;
}

static void write_place(korch_buf *buf, const place *self)
{
	if (self->root)
		korch__json_write(buf, self->node);
	else if (self->text && self->field && self->field->kind == KORCH_FIELD_RAW)
		korch__buf_puts(buf, self->text);
	else if (self->text)
		korch__json_write_string(buf, self->text, strlen(self->text));
	else if (self->at == self->object)
		korch__object_write(buf, self->object, 0);
	else if (self->type)
		korch__struct_write(buf, self->at, self->type);
	else if (self->in_list)
		korch__value_write(buf, self->at, self->field, 1);
	else
		korch__field_write(buf, self->holder, self->field);
}

/* metadata.resourceVersion is the object's revision. */
static int write_revision(korch_buf *buf, const korch_object *object, const char *path,
                          const char *quote)
{
	if (!object->revision || strcmp(path, "metadata.resourceVersion") != 0)
		return 0;
	korch__buf_printf(buf, "%s%" PRIu64 "%s", quote, object->revision, quote);
	return 1;
}

static int hand_out(char **out, korch_buf *buf, korch_error **err)
{
	int code = buf->failed;
	char *text = code == 0 ? korch__buf_steal(buf) : NULL;
	korch__buf_fini(buf);
	if (!text)
		return korch_error_set(err, code < 0 ? code : KORCH_E_NOMEM, "out of memory");
	*out = text;
	return 0;
}

typedef void (*place_writer)(korch_buf *buf, const place *self);

/* What stands at a path, as JSON (write_place) or without quotes (write_plain). */
static int write_at(char **out, const korch_object *object, const char *path, place_writer write,
                    korch_error **err)
{
	place where = {0};
	korch_buf buf;
	korch__buf_init(&buf, 0);
	if (!write_revision(&buf, object, path, write == write_place ? "\"" : "")) {
		int code = walk(&where, object, path, err);
		if (code == 0)
			write(&buf, &where);
		json_object_put(where.root);
		if (code < 0) {
			korch__buf_fini(&buf);
			return code;
		}
	}
	return hand_out(out, &buf, err);
}

int korch_object_get_json(char **out, const korch_object *object, const char *path,
                          korch_error **err)
{
	if (!out || !object || !path)
		return korch_error_set(err, KORCH_E_INVALID, "no object or path");
	return write_at(out, object, path, write_place, err);
}

/* Lines key="value", as files of the downward API have them. */
static void write_lines(korch_buf *buf, const korch_map *map)
{
	for (size_t i = 0; map && i < map->n; i++) {
		if (i)
			korch__buf_putc(buf, '\n');
		korch__buf_puts(buf, map->items[i].key);
		korch__buf_putc(buf, '=');
		korch__json_write_string(buf, map->items[i].value, strlen(map->items[i].value));
	}
}

static int is_text_value(const place *self)
{
	const korch_field *field = self->field;
	return field && !self->type && (field->shape == KORCH_SHAPE_ONE || self->in_list) &&
	       (field->kind == KORCH_FIELD_STRING || field->kind == KORCH_FIELD_QUANTITY ||
	        field->kind == KORCH_FIELD_BYTES);
}

static void write_plain(korch_buf *buf, const place *self)
{
	if (self->root && json_object_is_type(self->node, json_type_string)) {
		korch__buf_puts(buf, json_object_get_string(self->node));
	} else if (!self->root && self->text) {
		korch__buf_puts(buf, self->text);
	} else if (!self->root && is_text_value(self)) {
		korch__buf_puts(buf, korch__text_or_empty(*(const char *const *)self->at));
	} else if (!self->root && self->field && !self->type && self->field->shape == KORCH_SHAPE_MAP) {
		write_lines(buf, *(const korch_map *const *)self->at);
	} else {
		size_t begin = buf->len;
		write_place(buf, self);
		/* Times and percentages are strings without escapes. */
		if (!buf->failed && buf->data && buf->data[begin] == '"') {
			memmove(buf->data + begin, buf->data + begin + 1, buf->len - begin - 2);
			buf->len -= 2;
			buf->data[buf->len] = '\0';
		}
	}
}

int korch_object_get_text(char **out, const korch_object *object, const char *path,
                          korch_error **err)
{
	if (!out || !object || !path)
		return korch_error_set(err, KORCH_E_INVALID, "no object or path");
	return write_at(out, object, path, write_plain, err);
}
