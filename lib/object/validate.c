/*
 * Validation driven by the tables: what is required, allowed, of which format and immutable; then
 * the hooks of the types. Rules over several fields stand in kinds/validate_*.c.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "object/block.h"
#include "object/codec.h"
#include "object/kinds/hooks.h"
#include "object/object.h"
#include "object/problems.h"
#include "object/syntax.h"
#include <inttypes.h>
#include <korch/validate.h>
#include <stdio.h>
#include <string.h>

typedef struct walker {
	korch_problems *problems;
	korch_buf path; /* of the struct that is looked at */
} walker;

static const char *path_of(const walker *self)
{
	return self->path.data ? self->path.data : "";
}

static size_t push_field(walker *self, const char *name)
{
	size_t length = self->path.len;
	if (length)
		korch__buf_putc(&self->path, '.');
	korch__buf_puts(&self->path, name);
	return length;
}

static size_t push_index(walker *self, size_t i)
{
	size_t length = self->path.len;
	korch__buf_printf(&self->path, "[%zu]", i);
	return length;
}

static void pop(walker *self, size_t length)
{
	self->path.len = length;
	if (self->path.data)
		self->path.data[length] = '\0';
}

static int is_text(const korch_field *field)
{
	return field->kind == KORCH_FIELD_STRING || field->kind == KORCH_FIELD_QUANTITY ||
	       field->kind == KORCH_FIELD_BYTES || field->kind == KORCH_FIELD_RAW;
}

/* Required texts must not be empty either; a number that was given may be zero. */
static int is_given(const void *self, const korch_type *type, const korch_field *field)
{
	if (field->shape == KORCH_SHAPE_ONE && is_text(field)) {
		const char *text = KORCH__MEMBER(const char *, self, field->offset);
		return text && *text;
	}
	if (field->shape != KORCH_SHAPE_ONE || field->kind == KORCH_FIELD_STRUCT)
		return korch__field_has_value(self, field);
	return korch_field_is_set(self, type, field->offset);
}

static int is_allowed(const korch_field *field, const char *text)
{
	for (const char *const *allowed = field->allowed; *allowed; allowed++) {
		if (strcmp(*allowed, text) == 0)
			return 1;
	}
	return 0;
}

/* A text at the walker's path. */
static void check_text(walker *self, const korch_field *field, const char *text)
{
	if (!text || !*text)
		return;
	if (field->allowed && !is_allowed(field, text))
		korch__problem_unsupported(self->problems, path_of(self), "", text, field->allowed);
	if (field->format)
		korch__syntax_check(self->problems, path_of(self), "", field->format, text);
}

static void check_number(walker *self, const korch_field *field, int64_t number)
{
	const char *sentence = korch__syntax_number(field->format, number);
	if (sentence)
		korch__problem(self->problems, path_of(self), KORCH_PROBLEM_INVALID, "%" PRId64 ": %s",
		               number, sentence);
}

/* A single value of a field that has it. */
static void check_value(walker *self, const void *at, const korch_field *field)
{
	const korch_int_or_string *mixed = at;
	if (is_text(field)) {
		check_text(self, field, *(const char *const *)at);
	} else if (field->kind == KORCH_FIELD_INT32) {
		check_number(self, field, *(const int32_t *)at);
	} else if (field->kind == KORCH_FIELD_INT64) {
		check_number(self, field, *(const int64_t *)at);
	} else if (field->kind == KORCH_FIELD_INT_OR_STRING && mixed->is_set) {
		if (mixed->text)
			check_text(self, field, mixed->text);
		else
			check_number(self, field, mixed->number);
	}
}

static void check_map(walker *self, const korch_map *map, const korch_field *field)
{
	for (size_t i = 0; field->format && map && i < map->n; i++) {
		const char *key = map->items[i].key;
		char step[300] = "";
		/* Kubernetes names the key of data in the path, that of labels only in the sentence. */
		if (field->format == KORCH_FORMAT_CONFIG_KEY)
			snprintf(step, sizeof(step), "[%.260s]", key);
		if (*key)
			korch__syntax_check(self->problems, path_of(self), step, field->format, key);
		else
			korch__problem(self->problems, path_of(self), KORCH_PROBLEM_INVALID,
			               "\"\": name part must be non-empty");
	}
}

static void check_struct(walker *self, const void *of, const korch_type *type);

static void check_list(walker *self, const void *of, const korch_field *field)
{
	size_t n = KORCH__MEMBER(size_t, of, field->count_offset);
	const char *items = KORCH__MEMBER(const char *, of, field->offset);
	size_t size = korch__item_size(field);
	if (field->kind != KORCH_FIELD_STRUCT && !field->allowed && !field->format)
		return;
	for (size_t i = 0; i < n; i++) {
		size_t length = push_index(self, i);
		if (field->kind == KORCH_FIELD_STRUCT)
			check_struct(self, items + i * size, field->type);
		else
			check_value(self, items + i * size, field);
		pop(self, length);
	}
}

static void check_field(walker *self, const void *of, const korch_type *type,
                        const korch_field *field)
{
	size_t length = push_field(self, field->name);
	if (!is_given(of, type, field)) {
		if (field->flags & KORCH_FIELD_REQUIRED)
			korch__problem(self->problems, path_of(self), KORCH_PROBLEM_REQUIRED, "%s", "");
	} else if (field->shape == KORCH_SHAPE_LIST) {
		check_list(self, of, field);
	} else if (field->shape == KORCH_SHAPE_MAP) {
		check_map(self, KORCH__MEMBER(const korch_map *, of, field->offset), field);
	} else if (field->kind == KORCH_FIELD_STRUCT) {
		check_struct(self, KORCH__MEMBER(const void *, of, field->offset), field->type);
	} else {
		check_value(self, korch__member(of, field->offset), field);
	}
	pop(self, length);
}

static void check_struct(walker *self, const void *of, const korch_type *type)
{
	for (size_t i = 0; i < type->n_fields; i++)
		check_field(self, of, type, &type->fields[i]);
	if (type->validate)
		type->validate(of, path_of(self), self->problems);
}

/* A check of a whole; run() gives it a list of problems, the caller's or one of its own, and tells
 * whether it found errors. */
typedef void (*check_fn)(walker *self, const void *of, const void *old, const korch_type *type);

static int run(check_fn check, const void *of, const void *old, const korch_type *type,
               const char *path, korch_problems *problems)
{
	korch_problems *own = NULL;
	if (!problems && korch_problems_new(&own, 1) < 0)
		return KORCH_E_NOMEM;
	walker self = {.problems = problems ? problems : own};
	size_t before = korch_problems_total(self.problems, KORCH_SEVERITY_ERROR);
	korch__buf_init(&self.path, 0);
	korch__buf_puts(&self.path, path);
	check(&self, of, old, type);
	int code = self.path.failed ? KORCH_E_NOMEM : korch__problems_failed(self.problems);
	if (code == 0 && korch_problems_total(self.problems, KORCH_SEVERITY_ERROR) > before)
		code = KORCH_E_INVALID;
	korch__buf_fini(&self.path);
	korch_problems_free(own);
	return code;
}

static void check_one(walker *self, const void *of, const void *old, const korch_type *type)
{
	check_struct(self, of, type);
}

int korch_struct_validate(const void *self, const korch_type *type, const char *path,
                          korch_problems *problems)
{
	return run(check_one, self, NULL, type, korch__text_or_empty(path), problems);
}

static void check_object(walker *self, const void *of, const void *old, const korch_type *type)
{
	const korch_object *object = of;
	korch__object_check_name(object, self->problems);
	for (size_t i = 0; i < type->n_fields; i++) {
		if (type->fields[i].name[0] && strcmp(type->fields[i].name, "status") != 0)
			check_field(self, object, type, &type->fields[i]);
	}
	if (type->validate)
		type->validate(object, "", self->problems);
}

int korch_object_validate(const korch_object *object, korch_problems *problems)
{
	return run(check_object, object, NULL, korch__object_type(object), "", problems);
}

/* The value in a sentence, cut. */
static void report_change(walker *self, const void *of, const korch_field *field)
{
	korch_buf buf;
	korch__buf_init(&buf, 0);
	if (korch__field_has_value(of, field))
		korch__field_write(&buf, of, field);
	else
		korch__buf_puts(&buf, "null");
	korch__problem(self->problems, path_of(self), KORCH_PROBLEM_INVALID,
	               "%.200s: field is immutable", buf.data ? buf.data : "");
	korch__buf_fini(&buf);
}

static void check_change(walker *self, const void *of, const void *old, const korch_type *type);

static void check_list_change(walker *self, const void *of, const void *old,
                              const korch_field *field)
{
	size_t n = KORCH__MEMBER(size_t, of, field->count_offset), size = field->type->size;
	const char *items = KORCH__MEMBER(const char *, of, field->offset);
	if (items == KORCH__MEMBER(const char *, old, field->offset))
		return;
	for (size_t i = 0; i < n; i++) {
		const void *before = korch__list_partner(old, field, items + i * size, i);
		size_t length = push_index(self, i);
		if (before)
			check_change(self, items + i * size, before, field->type);
		pop(self, length);
	}
}

static void check_field_change(walker *self, const void *of, const void *old,
                               const korch_type *type, const korch_field *field)
{
	size_t length = push_field(self, field->name);
	uint64_t others = ~(UINT64_C(1) << (field - type->fields));
	if (field->flags & KORCH_FIELD_IMMUTABLE) {
		if (!korch__fields_equal(of, old, type, others))
			report_change(self, of, field);
	} else if (field->kind == KORCH_FIELD_STRUCT && field->shape == KORCH_SHAPE_LIST) {
		check_list_change(self, of, old, field);
	} else if (field->kind == KORCH_FIELD_STRUCT && field->shape == KORCH_SHAPE_ONE) {
		const void *now = KORCH__MEMBER(const void *, of, field->offset);
		const void *before = KORCH__MEMBER(const void *, old, field->offset);
		if (now && before)
			check_change(self, now, before, field->type);
	}
	pop(self, length);
}

static void check_change(walker *self, const void *of, const void *old, const korch_type *type)
{
	if (of == old)
		return;
	for (size_t i = 0; i < type->n_fields; i++)
		check_field_change(self, of, old, type, &type->fields[i]);
	if (type->validate_update)
		type->validate_update(of, old, path_of(self), self->problems);
}

static void check_update(walker *self, const void *of, const void *old, const korch_type *type)
{
	check_object(self, of, NULL, type);
	if (((const korch_object *)of)->kind != ((const korch_object *)old)->kind) {
		korch__problem(self->problems, "kind", KORCH_PROBLEM_INVALID, "\"%s\": field is immutable",
		               ((const korch_object *)of)->kind->name);
		return;
	}
	korch__object_check_update(of, old, self->problems);
	check_change(self, of, old, type);
}

int korch_object_validate_update(const korch_object *object, const korch_object *old,
                                 korch_problems *problems)
{
	return run(check_update, object, old, korch__object_type(object), "", problems);
}
