/*
 * Messages between the process runtime and a shim: what is put is got, and nothing else is
 * believed.
 */
#include "runtime/process/wire.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static void put_sample(wire_buffer *buffer)
{
	size_t frame = wire_begin(buffer, WIRE_EXECED);
	wire_put_i64(buffer, INT64_MIN);
	wire_put_i64(buffer, 42);
	wire_put_string(buffer, "text");
	wire_put_string(buffer, NULL);
	wire_put_bytes(buffer, "a\0b", 3);
	ck_assert_int_eq(wire_end(buffer, frame), 0);
}

START_TEST(what_is_put_is_got)
{
	wire_buffer buffer = {0};
	wire_reader reader;
	int type = 0;
	size_t length;
	put_sample(&buffer);
	put_sample(&buffer);
	for (int i = 0; i < 2; i++) {
		long size = wire_frame(&buffer, &type, &reader);
		ck_assert_int_gt(size, 0);
		ck_assert_int_eq(type, WIRE_EXECED);
		ck_assert_int_eq(wire_get_i64(&reader), INT64_MIN);
		ck_assert_int_eq(wire_get_i64(&reader), 42);
		ck_assert_str_eq(wire_get_string(&reader), "text");
		ck_assert_str_eq(wire_get_string(&reader), "");
		ck_assert_mem_eq(wire_get_bytes(&reader, &length), "a\0b", 4);
		ck_assert_uint_eq(length, 3);
		ck_assert_int_eq(reader.failed, 0);
		/* Past the end there is nothing. */
		ck_assert_int_eq(wire_get_i64(&reader), 0);
		ck_assert_str_eq(wire_get_string(&reader), "");
		ck_assert_int_eq(reader.failed, 1);
		wire_consume(&buffer, (size_t)size);
	}
	ck_assert_uint_eq(buffer.len, 0);
	ck_assert_int_eq(wire_frame(&buffer, &type, &reader), 0);
	wire_fini(&buffer);
}
END_TEST

START_TEST(a_part_of_a_frame_is_waited_for)
{
	wire_buffer whole = {0};
	put_sample(&whole);
	for (size_t n = 0; n < whole.len; n++) {
		wire_buffer part = {0};
		wire_reader reader;
		int type;
		ck_assert_int_eq(wire_append(&part, whole.data, n), 0);
		ck_assert_int_eq(wire_frame(&part, &type, &reader), 0);
		ck_assert_int_eq(wire_append(&part, whole.data + n, whole.len - n), 0);
		ck_assert_int_eq(wire_frame(&part, &type, &reader), (long)whole.len);
		wire_fini(&part);
	}
	wire_fini(&whole);
}
END_TEST

START_TEST(nonsense_is_not_believed)
{
	wire_reader reader;
	int type;
	static const uint32_t LENGTHS[] = {0, WIRE_FRAME_MAX + 1, UINT32_MAX};
	for (size_t i = 0; i < 3; i++) {
		wire_buffer buffer = {0};
		wire_append(&buffer, &LENGTHS[i], 4);
		wire_append(&buffer, "\1", 1);
		ck_assert_int_eq(wire_frame(&buffer, &type, &reader), -1);
		wire_fini(&buffer);
	}
	/* Lengths of fields that go beyond the frame; a text without its end, or with one inside. */
	static const struct {
		uint32_t length;
		char rest[4];
	} fields[] = {
	    {4, "abc"}, {UINT32_MAX, "abc"}, {3, {'a', 'b', 'c', 'd'}}, {3, {'a', 0, 'c', 0}}};
	for (size_t i = 0; i < 4; i++) {
		wire_buffer buffer = {0};
		size_t frame = wire_begin(&buffer, 1);
		wire_append(&buffer, &fields[i].length, 4);
		wire_append(&buffer, fields[i].rest, 4);
		ck_assert_int_eq(wire_end(&buffer, frame), 0);
		ck_assert_int_gt(wire_frame(&buffer, &type, &reader), 0);
		ck_assert_str_eq(wire_get_string(&reader), "");
		ck_assert_int_eq(reader.failed, 1);
		wire_fini(&buffer);
	}
}
END_TEST

START_TEST(a_frame_that_is_too_large_is_taken_back)
{
	wire_buffer buffer = {0};
	wire_reader reader;
	int type;
	char *large = calloc(1, WIRE_FRAME_MAX + 1);
	put_sample(&buffer);
	size_t before = buffer.len;
	size_t frame = wire_begin(&buffer, 1);
	wire_put_bytes(&buffer, large, WIRE_FRAME_MAX + 1);
	ck_assert_int_eq(wire_end(&buffer, frame), -1);
	ck_assert_uint_eq(buffer.len, before);
	frame = wire_begin(&buffer, 1);
	for (int i = 0; i < 3; i++)
		wire_put_bytes(&buffer, large, WIRE_FRAME_MAX / 2);
	ck_assert_int_eq(wire_end(&buffer, frame), -1);
	ck_assert_uint_eq(buffer.len, before);
	put_sample(&buffer);
	ck_assert_int_eq(wire_frame(&buffer, &type, &reader), (long)before);
	/* Frames that nobody takes have a limit together. */
	int n = 0;
	do {
		frame = wire_begin(&buffer, 1);
		wire_put_bytes(&buffer, large, WIRE_FRAME_MAX / 2);
		n++;
	} while (wire_end(&buffer, frame) == 0);
	ck_assert_uint_le(buffer.len, WIRE_BUFFER_MAX);
	ck_assert_int_ge(n, 30);
	wire_fini(&buffer);
	free(large);
}
END_TEST

KORCH_SUITE(process_wire)
{
	Suite *suite = suite_create("process-wire");
	KORCH_CASE(suite, "wire", what_is_put_is_got, a_part_of_a_frame_is_waited_for,
	           nonsense_is_not_believed, a_frame_that_is_too_large_is_taken_back);
	return suite;
}
