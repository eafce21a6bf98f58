/* Objects: identity, sharing, owners, equality, order of keys. */
#include "base/alloc.h"
#include "unit.h"
#include <korch/api.h>
#include <korch/object.h>
#include <string.h>

static korch_object *make(const korch_kind *kind, const char *namespace_, const char *name)
{
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_new(&object, kind), 0);
	korch_object_meta *meta = korch_object_edit_meta(object);
	ck_assert_int_eq(korch_string_set(&meta->namespace_, namespace_), 0);
	ck_assert_int_eq(korch_string_set(&meta->name, name), 0);
	return object;
}

START_TEST(edit_shares_everything)
{
	korch_object *pod = make(&korch_pod_kind, "shop", "a-pod");
	ck_assert_str_eq(korch_object_name(pod), "a-pod");
	ck_assert_str_eq(korch_object_namespace(pod), "shop");
	ck_assert_str_eq(korch_object_uid(pod), "");
	korch_object *copy = korch_object_edit(pod);
	ck_assert_ptr_eq(copy->metadata, pod->metadata);
	korch_object_meta *meta = korch_object_edit_meta(copy);
	ck_assert_ptr_ne(meta, pod->metadata);
	ck_assert_ptr_eq(meta->name, pod->metadata->name);
	ck_assert_int_eq(korch_object_equal(pod, copy), 1);
	copy->revision = 5;
	ck_assert_int_eq(korch_string_set(&meta->resource_version, "77"), 0);
	ck_assert_int_eq(korch_object_equal(pod, copy), 1);
	ck_assert_int_eq(korch_map_set(&meta->labels, "a", "b"), 0);
	ck_assert_int_eq(korch_object_equal(pod, copy), 0);
	korch_object_unref(copy);
	korch_object_unref(pod);
}
END_TEST

START_TEST(one_controller_only)
{
	korch_object *owner = make(&korch_deployment_kind, "shop", "web");
	korch_object *object = make(&korch_pod_kind, "shop", "web-1");
	ck_assert_int_eq(korch_string_set(&korch_object_edit_meta(owner)->uid, "u-1"), 0);
	ck_assert_ptr_null(korch_object_controller(object));
	ck_assert_int_eq(korch_object_set_controller(object, owner), 0);
	const korch_owner_reference *reference = korch_object_controller(object);
	ck_assert_str_eq(reference->kind, "Deployment");
	ck_assert_str_eq(reference->api_version, "apps/v1");
	ck_assert_str_eq(reference->uid, "u-1");
	ck_assert_int_eq(reference->block_owner_deletion, 1);
	ck_assert_int_eq(korch_object_set_controller(object, owner), KORCH_E_EXISTS);
	korch_object_unref(object);
	korch_object_unref(owner);
}
END_TEST

START_TEST(keys_are_ordered)
{
	korch_object *a = make(&korch_pod_kind, "shop", "a"), *b = make(&korch_pod_kind, "shop", "b");
	korch_object *c = make(&korch_deployment_kind, "shop", "a");
	korch_key ka = korch_object_key(a), kb = korch_object_key(b), kc = korch_object_key(c);
	ck_assert_int_lt(korch_key_compare(&ka, &kb), 0);
	ck_assert_int_gt(korch_key_compare(&kb, &ka), 0);
	ck_assert_int_eq(korch_key_compare(&ka, &ka), 0);
	ck_assert_int_lt(korch_key_compare(&ka, &kc), 0);
	korch_object_unref(a);
	korch_object_unref(b);
	korch_object_unref(c);
}
END_TEST

START_TEST(memory_may_be_short)
{
	for (uint64_t i = 1; i < 10; i++) {
		korch_object *object = NULL;
		korch__alloc_fail_at(i);
		int code = korch_object_new(&object, &korch_pod_kind);
		korch__alloc_fail_at(0);
		if (code == 0) {
			korch_object_unref(object);
			return;
		}
		ck_assert_int_eq(code, KORCH_E_NOMEM);
		ck_assert_ptr_null(object);
	}
	ck_abort_msg("never succeeded");
}
END_TEST

KORCH_SUITE(object)
{
	Suite *suite = suite_create("object");
	KORCH_CASE(suite, "object", edit_shares_everything, one_controller_only, keys_are_ordered,
	           memory_may_be_short);
	return suite;
}
