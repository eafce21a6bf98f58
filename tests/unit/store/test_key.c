/* Keys of stores: what is valid, their text and back, order of the sorted text. */
#include "base/cleanup.h"
#include "store/key.h"
#include "unit.h"
#include <korch/api.h>
#include <string.h>

static char *text_of(const korch_key *key, char separator)
{
	korch_buf buf;
	korch__buf_init(&buf, 0);
	korch__key_write(&buf, key, separator);
	return korch__buf_steal(&buf);
}

START_TEST(texts)
{
	_cleanup_free_ char *pod = text_of(&(korch_key){&korch_pod_kind, "shop", "web-1"}, '/');
	ck_assert_str_eq(pod, "/registry//Pod/v1/shop/web-1");
	_cleanup_free_ char *node = text_of(&(korch_key){&korch_node_kind, NULL, "n"}, '/');
	ck_assert_str_eq(node, "/registry//Node/v1//n");
	korch_buf buf;
	korch__buf_init(&buf, 0);
	korch__key_write_prefix(&buf, &korch_deployment_kind, "shop", '/');
	ck_assert_str_eq(buf.data, "/registry/apps/Deployment/v1/shop/");
	korch__buf_reset(&buf);
	korch__key_write_prefix(&buf, &korch_deployment_kind, NULL, '/');
	ck_assert_str_eq(buf.data, "/registry/apps/Deployment/v1/");
	korch__buf_reset(&buf);
	korch__key_write_prefix(&buf, NULL, NULL, '/');
	ck_assert_str_eq(buf.data, "/registry/");
	korch__buf_fini(&buf);
}
END_TEST

START_TEST(there_and_back)
{
	const korch_kind *widget = NULL;
	ck_assert_int_eq(korch_kind_get(&widget, "example.com/v1", "Widget", NULL), 0);
	const korch_key keys[] = {{&korch_pod_kind, "shop", "web-1"},
	                          {&korch_node_kind, "", "n"},
	                          {&korch_deployment_kind, "shop", "system:web"},
	                          {widget, "a", "b"}};
	for (size_t i = 0; i < KORCH_COUNT(keys); i++) {
		static const char separators[] = {'/', KORCH_KEY_SORTED};
		for (size_t k = 0; k < sizeof(separators); k++) {
			_cleanup_free_ char *text = text_of(&keys[i], separators[k]);
			korch_key_copy copy;
			ck_assert_int_eq(korch__key_parse(&copy, text, separators[k]), 0);
			ck_assert_ptr_eq(copy.key.kind, keys[i].kind);
			ck_assert_int_eq(korch_key_compare(&copy.key, &keys[i]), 0);
			ck_assert_uint_eq(korch__key_hash(&copy.key), korch__key_hash(&keys[i]));
			korch__key_copy_fini(&copy);
		}
	}
}
END_TEST

START_TEST(bad_texts)
{
	static const char *const bad[] = {"",
	                                  "/",
	                                  "/registry",
	                                  "/registry/",
	                                  "/registry//Pod/v1/shop",
	                                  "/registry//Pod/v1/shop/",
	                                  "/registry//Pod/v1/shop/a/b",
	                                  "registry//Pod/v1/shop/a",
	                                  "/registry/ap ps/Pod/v1/shop/a",
	                                  "/registry//P d/v1/shop/a",
	                                  "/registry//Pod//shop/a",
	                                  "/registry//Pod/v1/shop/a\x02"};
	for (size_t i = 0; i < KORCH_COUNT(bad); i++) {
		korch_key_copy copy;
		int r = korch__key_parse(&copy, bad[i], '/');
		ck_assert_msg(r == KORCH_E_INVALID, "%s: %d", bad[i], r);
	}
}
END_TEST

START_TEST(validity)
{
	char name[KORCH_KEY_PART_MAX + 2];
	memset(name, 'a', sizeof(name));
	name[KORCH_KEY_PART_MAX] = '\0';
	ck_assert_int_eq(korch__key_check(&(korch_key){&korch_pod_kind, name, name}), 0);
	name[KORCH_KEY_PART_MAX] = 'a';
	name[KORCH_KEY_PART_MAX + 1] = '\0';
	static const char *const bad[] = {"", NULL, "a/b", "a\n", "\x01"};
	const int invalid = KORCH_E_INVALID;
	ck_assert_int_eq(korch__key_check(&(korch_key){&korch_pod_kind, "a", name}), invalid);
	ck_assert_int_eq(korch__key_check(&(korch_key){&korch_pod_kind, name, "a"}), invalid);
	ck_assert_int_eq(korch__key_check(&(korch_key){NULL, "a", "a"}), invalid);
	ck_assert_int_eq(korch__key_check(NULL), invalid);
	for (size_t i = 0; i < KORCH_COUNT(bad); i++)
		ck_assert_int_eq(korch__key_check(&(korch_key){&korch_pod_kind, "a", bad[i]}), invalid);
}
END_TEST

/* The text with the sorted separator sorts by bytes as keys do. */
START_TEST(sorted_texts)
{
	static const char *const parts[] = {"a", "a-b", "a.b", "ab", "a-", "b"};
	const korch_kind *kinds[] = {&korch_pod_kind, &korch_deployment_kind, &korch_replica_set_kind};
	korch_key keys[KORCH_COUNT(parts) * KORCH_COUNT(parts) * 3];
	size_t n = 0;
	for (size_t i = 0; i < KORCH_COUNT(parts); i++) {
		for (size_t k = 0; k < KORCH_COUNT(parts); k++) {
			for (size_t j = 0; j < 3; j++)
				keys[n++] = (korch_key){kinds[j], parts[i], parts[k]};
		}
	}
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *a = text_of(&keys[i], KORCH_KEY_SORTED);
		for (size_t k = 0; k < n; k++) {
			_cleanup_free_ char *b = text_of(&keys[k], KORCH_KEY_SORTED);
			int order = korch_key_compare(&keys[i], &keys[k]), text_order = strcmp(a, b);
			ck_assert_int_eq((order > 0) - (order < 0), (text_order > 0) - (text_order < 0));
		}
	}
}
END_TEST

KORCH_SUITE(store_key)
{
	Suite *suite = suite_create("store key");
	KORCH_CASE(suite, "key", texts, there_and_back, bad_texts, validity, sorted_texts);
	return suite;
}
