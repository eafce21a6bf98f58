/* The protobuf numbers of the tables, against the real inputs: every field on the wire has a row,
 * and texts say which. */
#include "data.h"
#include "object/kinds/builtin.h"
#include "unit.h"
#include <korch/api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct bytes {
	const unsigned char *at;
	const unsigned char *end;
} bytes;

typedef struct wire {
	uint64_t number;
	unsigned kind; /* 0: varint, 2: bytes */
	bytes content;
} wire;

static uint64_t take_varint(bytes *in)
{
	uint64_t value = 0;
	for (unsigned shift = 0; in->at < in->end && shift < 64; shift += 7) {
		unsigned char byte = *in->at++;
		value |= (uint64_t)(byte & 127) << shift;
		if (byte < 128)
			return value;
	}
	ck_abort_msg("varint is cut");
	return 0;
}

static int take_field(bytes *in, wire *out)
{
	if (in->at == in->end)
		return 0;
	uint64_t tag = take_varint(in);
	*out = (wire){.number = tag >> 3, .kind = (unsigned)(tag & 7)};
	ck_assert(out->kind == 0 || out->kind == 2);
	uint64_t value = take_varint(in);
	if (out->kind == 2) {
		ck_assert_uint_le(value, (uint64_t)(in->end - in->at));
		out->content = (bytes){in->at, in->at + value};
		in->at += value;
	}
	return 1;
}

static const korch_field *find_row(const korch_type *type, uint64_t number)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		if (type->fields[i].number == number)
			return &type->fields[i];
	}
	return NULL;
}

static int has_embedded(const korch_type *type, uint64_t outer)
{
	for (size_t i = 0; i < type->n_fields; i++) {
		if (outer > 0 && type->fields[i].number >> 8 == outer)
			return 1;
	}
	return 0;
}

static size_t n_texts;

/* The inputs hold nameValue in the field name, and so on. */
static void check_text(const korch_type *type, const korch_field *field, bytes content)
{
	char expected[128];
	size_t n = (size_t)(content.end - content.at);
	snprintf(expected, sizeof(expected), "%sValue", field->name);
	ck_assert_msg(n == strlen(expected) && memcmp(content.at, expected, n) == 0, "%s.%s: %.*s",
	              type->name, field->name, (int)n, (const char *)content.at);
	n_texts++;
}

static void walk(const korch_type *type, bytes content, uint64_t outer)
{
	wire found;
	while (take_field(&content, &found)) {
		if (outer == 0 && has_embedded(type, found.number)) {
			walk(type, found.content, found.number);
			continue;
		}
		const korch_field *field = find_row(type, outer << 8 | found.number);
		ck_assert_msg(field != NULL, "%s has no row with number %u.%u", type->name, (unsigned)outer,
		              (unsigned)found.number);
		int is_number = field->shape != KORCH_SHAPE_MAP &&
		                (field->kind == KORCH_FIELD_BOOL || field->kind == KORCH_FIELD_INT32 ||
		                 field->kind == KORCH_FIELD_INT64);
		ck_assert_msg((found.kind == 0) == is_number, "%s.%s", type->name, field->name);
		if (field->kind == KORCH_FIELD_STRUCT)
			walk(field->type, found.content, 0);
		else if (field->kind == KORCH_FIELD_STRING && field->shape != KORCH_SHAPE_MAP)
			check_text(type, field, found.content);
	}
}

static void walk_file(const char *path, const korch_type *type)
{
	static unsigned char data[1 << 20];
	FILE *file = fopen(path, "rb");
	ck_assert_msg(file != NULL, "%s", path);
	size_t n = fread(data, 1, sizeof(data), file);
	fclose(file);
	ck_assert_uint_gt(n, 4);
	ck_assert_int_eq(memcmp(data, "k8s", 4), 0);
	bytes envelope = {data + 4, data + n};
	wire found;
	while (take_field(&envelope, &found)) {
		if (found.number == 2)
			walk(type, found.content, 0);
	}
}

START_TEST(test_wire)
{
	const char *data = getenv("KORCH_DATA");
	if (!data)
		return;
	for (size_t i = 0; i < korch__n_builtin_kinds; i++) {
		const korch_kind *kind = korch__builtin_kinds[i];
		char path[4096];
		snprintf(path, sizeof(path), "%s/k8s-api-testdata/HEAD/%s.%s.%s.pb", data,
		         kind->group[0] ? kind->group : "core", kind->version, kind->name);
		if (data_has_kind(kind))
			walk_file(path, kind->type);
	}
	ck_assert_uint_gt(n_texts, 1000);
}
END_TEST

KORCH_SUITE(numbers)
{
	Suite *suite = suite_create("numbers");
	KORCH_CASE(suite, "wire", test_wire);
	return suite;
}
