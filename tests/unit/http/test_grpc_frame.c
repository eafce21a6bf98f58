/* gRPC's framing. */
#include "http/grpc_frame.h"
#include "unit.h"
#include <korch/error.h>
#include <string.h>

START_TEST(there_and_back)
{
	korch_buf buf;
	const char *message;
	size_t length;
	korch__buf_init(&buf, 0);
	for (size_t n = 0; n < 70000; n = n * 3 + 1) {
		korch__buf_reset(&buf);
		char *room = korch__grpc_frame_begin(&buf, n);
		ck_assert_ptr_nonnull(room);
		memset(room, 'x', n);
		buf.len += n;
		/* Whatever is missing: not yet. */
		for (size_t have = 0; have < buf.len; have += have < 8 ? 1 : buf.len / 7) {
			ck_assert_int_eq(korch__grpc_frame_next(&message, &length, buf.data, have, n), 0);
			ck_assert_uint_eq(length, have < KORCH_GRPC_HEAD ? 0 : n);
		}
		ck_assert_int_eq(korch__grpc_frame_next(&message, &length, buf.data, buf.len, n), 1);
		ck_assert_uint_eq(length, n);
		ck_assert_ptr_eq(message, buf.data + KORCH_GRPC_HEAD);
	}
	korch__buf_fini(&buf);
}
END_TEST

START_TEST(refused)
{
	static const char compressed[] = {1, 0, 0, 0, 1, 'x'}, big[] = {0, (char)255, 0, 0, 0};
	const char *message;
	size_t length;
	korch_buf small;
	ck_assert_int_eq(korch__grpc_frame_next(&message, &length, compressed, 6, 100), KORCH_E_PARSE);
	ck_assert_int_eq(korch__grpc_frame_next(&message, &length, big, 5, 1 << 20), KORCH_E_LIMIT);
	ck_assert_int_eq(korch__grpc_frame_next(&message, &length, big, 4, 1 << 20), 0);
	korch__buf_init(&small, 8);
	ck_assert_ptr_null(korch__grpc_frame_begin(&small, 4));
	ck_assert_int_eq(small.failed, KORCH_E_LIMIT);
	korch__buf_init(&small, 0);
	ck_assert_ptr_null(korch__grpc_frame_begin(&small, (size_t)1 << 32));
	ck_assert_int_eq(small.failed, KORCH_E_LIMIT);
	korch__buf_fini(&small);
}
END_TEST

KORCH_SUITE(grpc_frame)
{
	Suite *suite = suite_create("gRPC frames");
	KORCH_CASE(suite, "frames", there_and_back, refused);
	return suite;
}
