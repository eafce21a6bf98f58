/*
 * Structs and objects as compact JSON text, straight from the tables: no tree in between.
 */
#include "object/block.h"
#include "object/codec.h"
#include "object/json.h"
#include "object/object.h"
#include <inttypes.h>
#include <korch/time.h>
#include <string.h>

static void write_text(korch_buf *buf, const char *text)
{
	korch__json_write_string(buf, text, strlen(text));
}

static void write_integer(korch_buf *buf, int64_t value)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	do
		digits[--at] = (char)('0' + rest % 10);
	while (rest /= 10);
	if (value < 0)
		digits[--at] = '-';
	korch__buf_put(buf, digits + at, sizeof(digits) - at);
}

static void write_time(korch_buf *buf, int64_t us, int micro)
{
	char text[KORCH_TIME_TEXT_SIZE];
	if (us == 0) {
		korch__buf_puts(buf, "null");
		return;
	}
	size_t length = korch_time_format(text, us, micro);
	korch__json_write_string(buf, text, length);
}

static void write_mixed(korch_buf *buf, const korch_int_or_string *value)
{
	if (value->text)
		write_text(buf, value->text);
	else
		write_integer(buf, value->number);
}

/* One value that lies at `at`; structs of lists lie there inline. */
void korch__value_write(korch_buf *buf, const void *at, const korch_field *field, int in_list)
{
	switch (field->kind) {
	case KORCH_FIELD_BOOL:
		korch__buf_puts(buf, *(const int32_t *)at ? "true" : "false");
		break;
	case KORCH_FIELD_INT32:
		write_integer(buf, *(const int32_t *)at);
		break;
	case KORCH_FIELD_INT64:
		write_integer(buf, *(const int64_t *)at);
		break;
	case KORCH_FIELD_TIME:
	case KORCH_FIELD_MICROTIME:
		write_time(buf, *(const int64_t *)at, field->kind == KORCH_FIELD_MICROTIME);
		break;
	case KORCH_FIELD_INT_OR_STRING:
		write_mixed(buf, at);
		break;
	case KORCH_FIELD_STRUCT:
		korch__struct_write(buf, in_list ? at : *(const void *const *)at, field->type);
		break;
	case KORCH_FIELD_RAW: {
		const char *raw = *(const char *const *)at;
		korch__buf_puts(buf, raw ? raw : "null");
		break;
	}
	default: {
		const char *text = *(const char *const *)at;
		write_text(buf, text ? text : "");
	}
	}
}

static void write_list(korch_buf *buf, const void *self, const korch_field *field)
{
	size_t n = KORCH__MEMBER(size_t, self, field->count_offset);
	const char *items = KORCH__MEMBER(const char *, self, field->offset);
	size_t size = korch__item_size(field);
	korch__buf_putc(buf, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			korch__buf_putc(buf, ',');
		korch__value_write(buf, items + i * size, field, 1);
	}
	korch__buf_putc(buf, ']');
}

/* How the values of a map are written. */
typedef enum values { VALUES_TEXT, VALUES_JSON, VALUES_TIME } values;

static void write_pairs(korch_buf *buf, const korch_map *map, values as, int *first)
{
	for (size_t i = 0; map && i < map->n; i++) {
		if (!*first)
			korch__buf_putc(buf, ',');
		*first = 0;
		write_text(buf, map->items[i].key);
		korch__buf_putc(buf, ':');
		if (as == VALUES_JSON)
			korch__buf_puts(buf, map->items[i].value);
		else if (as == VALUES_TIME && !map->items[i].value[0])
			korch__buf_puts(buf, "null");
		else
			write_text(buf, map->items[i].value);
	}
}

void korch__field_write(korch_buf *buf, const void *self, const korch_field *field)
{
	if (field->shape == KORCH_SHAPE_LIST) {
		write_list(buf, self, field);
	} else if (field->shape == KORCH_SHAPE_MAP) {
		int first = 1;
		values as = field->kind == KORCH_FIELD_RAW    ? VALUES_JSON
		            : field->kind == KORCH_FIELD_TIME ? VALUES_TIME
		                                              : VALUES_TEXT;
		korch__buf_putc(buf, '{');
		write_pairs(buf, KORCH__MEMBER(const korch_map *, self, field->offset), as, &first);
		korch__buf_putc(buf, '}');
	} else {
		korch__value_write(buf, korch__member(self, field->offset), field, 0);
	}
}

/* A zero that was given is written where a zero is a value at all. */
static int is_written(const void *self, const korch_field *field, size_t i)
{
	if (korch__field_has_value(self, field))
		return 1;
	if (field->flags & KORCH_FIELD_EMIT)
		return field->kind != KORCH_FIELD_STRUCT || field->shape != KORCH_SHAPE_ONE;
	if (!(((const korch_struct *)self)->present >> i & 1))
		return 0;
	return field->shape != KORCH_SHAPE_ONE || field->kind == KORCH_FIELD_BOOL ||
	       field->kind == KORCH_FIELD_INT32 || field->kind == KORCH_FIELD_INT64;
}

/* `{"name":` or `,"name":` for the next field. */
static void write_key(korch_buf *buf, const char *name, int *first)
{
	if (!*first)
		korch__buf_putc(buf, ',');
	*first = 0;
	korch__buf_putc(buf, '"');
	korch__buf_puts(buf, name);
	korch__buf_put(buf, "\":", 2);
}

void korch__struct_write(korch_buf *buf, const void *self, const korch_type *type)
{
	int first = 1;
	if (!self) {
		korch__buf_puts(buf, "{}");
		return;
	}
	korch__buf_putc(buf, '{');
	for (size_t i = 0; i < type->n_fields; i++) {
		const korch_field *field = &type->fields[i];
		if (!is_written(self, field, i))
			continue;
		write_key(buf, field->name, &first);
		korch__field_write(buf, self, field);
	}
	write_pairs(buf, (const korch_map *)((const korch_struct *)self)->extra, VALUES_JSON, &first);
	korch__buf_putc(buf, '}');
}

/* Metadata with the object's revision in place of the text that it came with. */
static void write_meta(korch_buf *buf, const korch_object *object, uint32_t flags)
{
	const korch_object_meta *meta = object->metadata;
	const korch_type *type = &korch_object_meta_type;
	int first = 1;
	korch__buf_putc(buf, '{');
	for (size_t i = 0; i < type->n_fields; i++) {
		const korch_field *field = &type->fields[i];
		if (field->offset == offsetof(korch_object_meta, resource_version) && object->revision) {
			write_key(buf, field->name, &first);
			korch__buf_printf(buf, "\"%" PRIu64 "\"", object->revision);
		} else if ((flags & KORCH_ENCODE_NO_MANAGED_FIELDS) &&
		           field->offset == offsetof(korch_object_meta, managed_fields)) {
			continue;
		} else if (is_written(meta, field, i)) {
			write_key(buf, field->name, &first);
			korch__field_write(buf, meta, field);
		}
	}
	write_pairs(buf, (const korch_map *)meta->extra, VALUES_JSON, &first);
	korch__buf_putc(buf, '}');
}

static int meta_is_written(const korch_object *object)
{
	static const korch_object_meta empty;
	return object->metadata &&
	       (object->revision || (object->present & 1) || object->metadata->present ||
	        !korch_struct_equal(object->metadata, &empty, &korch_object_meta_type));
}

static void write_fields(korch_buf *buf, const korch_object *object)
{
	const korch_type *type = object->kind->type;
	int first = 0;
	for (size_t i = 0; i < type->n_fields; i++) {
		const korch_field *field = &type->fields[i];
		if (field->offset == offsetof(korch_object, metadata) || !is_written(object, field, i))
			continue;
		write_key(buf, field->name, &first);
		korch__field_write(buf, object, field);
	}
}

void korch__object_write(korch_buf *buf, const korch_object *object, uint32_t flags)
{
	int first = 1;
	korch__buf_putc(buf, '{');
	write_key(buf, "apiVersion", &first);
	write_text(buf, object->kind->api_version);
	write_key(buf, "kind", &first);
	write_text(buf, object->kind->name);
	if (meta_is_written(object)) {
		write_key(buf, "metadata", &first);
		write_meta(buf, object, flags);
	}
	if (object->kind->type)
		write_fields(buf, object);
	write_pairs(buf, (const korch_map *)object->extra, VALUES_JSON, &first);
	if (object->raw && strlen(object->raw) > 2) {
		korch__buf_putc(buf, ',');
		korch__buf_puts(buf, object->raw + 1); /* its closing brace is ours */
	} else {
		korch__buf_putc(buf, '}');
	}
}
