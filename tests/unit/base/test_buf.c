/* base/buf and base/vec. */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/vec.h"
#include "unit.h"

#include <string.h>

START_TEST(test_put)
{
	korch_buf buf;
	korch__buf_init(&buf, 0);
	ck_assert_ptr_null(buf.data);
	korch__buf_puts(&buf, "a");
	korch__buf_putc(&buf, 'b');
	korch__buf_put(&buf, "\0c", 2);
	korch__buf_put(&buf, NULL, 0);
	ck_assert_uint_eq(buf.len, 4);
	ck_assert_mem_eq(buf.data, "ab\0c", 5);
	korch__buf_reset(&buf);
	for (int i = 0; i < 1000; i++)
		korch__buf_printf(&buf, "%d,", i);
	ck_assert_uint_eq(buf.len, 3890);
	ck_assert_uint_eq(strlen(buf.data), buf.len);
	char *at = korch__buf_reserve(&buf, 3);
	memcpy(at, "end", 3);
	buf.len += 3;
	_cleanup_free_ char *text = korch__buf_steal(&buf);
	ck_assert_str_eq(text + 3890 - 4, "999,end");
	ck_assert_uint_eq(buf.len, 0);
	_cleanup_free_ char *none = korch__buf_steal(&buf);
	ck_assert_str_eq(none, "");
	korch__buf_fini(&buf);
}
END_TEST

START_TEST(test_limit)
{
	korch_buf buf;
	korch__buf_init(&buf, 10);
	korch__buf_puts(&buf, "0123456789");
	ck_assert_int_eq(buf.failed, 0);
	korch__buf_putc(&buf, 'x');
	ck_assert_int_eq(buf.failed, KORCH_E_LIMIT);
	korch__buf_printf(&buf, "y");
	ck_assert_str_eq(buf.data, "0123456789");
	korch__buf_reset(&buf);
	ck_assert_int_eq(buf.failed, 0);
	korch__buf_printf(&buf, "%020d", 1);
	ck_assert_int_eq(buf.failed, KORCH_E_LIMIT);
	ck_assert_str_eq(buf.data, "");
	ck_assert_ptr_null(korch__buf_reserve(&buf, SIZE_MAX));
	ck_assert_ptr_null(korch__buf_steal(&buf));
	ck_assert_uint_eq(buf.max, 10);
}
END_TEST

/* Each allocation fails once: the text is whole or the buffer says so. */
START_TEST(test_no_memory)
{
	for (uint64_t n = 1;; n++) {
		korch_buf buf;
		korch__buf_init(&buf, 0);
		korch__alloc_fail_at(n);
		for (int i = 0; i < 100; i++)
			korch__buf_printf(&buf, "%08d", i);
		int reached = korch__alloc_count() < n;
		korch__alloc_fail_at(0);
		ck_assert_int_eq(buf.failed, reached ? 0 : KORCH_E_NOMEM);
		if (reached)
			ck_assert_uint_eq(buf.len, 800);
		korch__buf_fini(&buf);
		if (reached)
			break;
	}
}
END_TEST

START_TEST(test_vec)
{
	KORCH_VEC(int) numbers = {0};
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(korch__vec_push(&numbers, i), 0);
	ck_assert_uint_eq(numbers.n, 1000);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(numbers.items[i], i);
	korch__vec_swap_remove(&numbers, 0);
	ck_assert_int_eq(numbers.items[0], 999);
	ck_assert_int_eq(korch__vec_reserve(&numbers, SIZE_MAX), KORCH_E_NOMEM);
	ck_assert_int_eq(korch__vec_reserve(&numbers, SIZE_MAX / 2), KORCH_E_NOMEM);
	korch__alloc_fail_at(1);
	ck_assert_int_eq(korch__vec_reserve(&numbers, 100000), KORCH_E_NOMEM);
	korch__alloc_fail_at(0);
	ck_assert_uint_eq(numbers.n, 999);
	korch__vec_fini(&numbers);
	ck_assert_ptr_null(numbers.items);
}
END_TEST

KORCH_SUITE(buf)
{
	Suite *suite = suite_create("buf");
	KORCH_CASE(suite, "buf", test_put, test_limit, test_no_memory);
	KORCH_CASE(suite, "vec", test_vec);
	return suite;
}
