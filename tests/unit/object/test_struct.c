/* Shared values: strings, maps, structs, lists; what an edit copies, equality and hashes. */
#include "base/alloc.h"
#include "object/block.h"
#include "unit.h"
#include <korch/api.h>
#include <string.h>

START_TEST(strings_are_counted)
{
	const char *text = korch_string_new("a text that is no constant");
	ck_assert_str_eq(text, "a text that is no constant");
	ck_assert_ptr_eq(korch_string_ref(text), text);
	korch_string_unref(text);
	const char *slot = NULL;
	ck_assert_int_eq(korch_string_set(&slot, "first"), 0);
	korch_string_share(&slot, text);
	ck_assert_ptr_eq(slot, text);
	korch_string_unref(text);
	ck_assert_int_eq(korch_string_set(&slot, NULL), 0);
	ck_assert_ptr_null(slot);
	ck_assert_ptr_null(korch_string_new(NULL));
}
END_TEST

START_TEST(frequent_strings_cost_nothing)
{
	korch__alloc_fail_at(1);
	ck_assert_ptr_eq(korch_string_new("Running"), korch_string_new_n("RunningX", 7));
	ck_assert_str_eq(korch_string_new("True"), "True");
	ck_assert_str_eq(korch_string_new(""), "");
	ck_assert_ptr_null(korch_string_new("not a constant"));
	korch__alloc_fail_at(0);
	for (int i = 0; i < 10; i++)
		korch_string_unref(korch_string_new("Running"));
	ck_assert_str_eq(korch_string_new("Running"), "Running");
}
END_TEST

START_TEST(maps_are_sorted_and_replaced)
{
	const korch_map_entry pairs[] = {{"b", "2"}, {"a", "1"}, {"b", "3"}};
	korch_map *map = korch_map_new(pairs, 3);
	ck_assert_uint_eq(map->n, 2);
	ck_assert_str_eq(map->items[0].key, "a");
	ck_assert_str_eq(korch_map_get(map, "b"), "3");
	ck_assert_ptr_null(korch_map_get(map, "c"));
	ck_assert_ptr_null(korch_map_get(NULL, "c"));
	korch_map *other = korch_block_ref(map);
	ck_assert_int_eq(korch_map_set(&other, "c", "4"), 0);
	ck_assert_uint_eq(map->n, 2);
	ck_assert_uint_eq(other->n, 3);
	ck_assert_ptr_eq(map->items[0].key, other->items[0].key);
	ck_assert_int_eq(korch_map_equal(map, other), 0);
	ck_assert_int_eq(korch_map_set(&other, "c", NULL), 0);
	ck_assert_int_eq(korch_map_equal(map, other), 1);
	ck_assert_int_eq(korch_map_set(&other, "a", NULL), 0);
	ck_assert_int_eq(korch_map_set(&other, "b", NULL), 0);
	ck_assert_ptr_null(other);
	ck_assert_int_eq(korch_map_equal(NULL, other), 1);
	korch_block_unref(map);
}
END_TEST

static korch_pod_spec *spec_with_containers(size_t n)
{
	korch_pod_spec *spec = korch_struct_new(&korch_pod_spec_type);
	korch_container *list =
	    korch_list_edit(&spec->containers, &spec->n_containers, &korch_container_type, n);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(korch_string_set(&list[i].name, i ? "second one" : "first one"), 0);
	return spec;
}

START_TEST(edit_copies_one_level)
{
	korch_pod_spec *spec = spec_with_containers(2), *copy = korch_block_ref(spec);
	korch__alloc_fail_at(0);
	ck_assert_ptr_nonnull(korch_struct_edit(&copy, &korch_pod_spec_type));
	ck_assert_uint_eq(korch__alloc_count(), 1);
	ck_assert_ptr_ne(copy, spec);
	ck_assert_ptr_eq(copy->containers, spec->containers);
	korch__alloc_fail_at(0);
	ck_assert_ptr_eq(korch_struct_edit(&copy, &korch_pod_spec_type), copy);
	ck_assert_uint_eq(korch__alloc_count(), 0);
	korch_container *list =
	    korch_list_edit(&copy->containers, &copy->n_containers, &korch_container_type, 3);
	ck_assert_uint_eq(korch__alloc_count(), 1);
	ck_assert_ptr_ne(list, spec->containers);
	ck_assert_ptr_eq(list[1].name, spec->containers[1].name);
	ck_assert_ptr_null(list[2].name);
	ck_assert_uint_eq(spec->n_containers, 2);
	korch_list_edit(&copy->containers, &copy->n_containers, &korch_container_type, 1);
	ck_assert_uint_eq(copy->n_containers, 1);
	ck_assert_str_eq(copy->containers[0].name, "first one");
	korch_block_unref(copy);
	korch_block_unref(spec);
}
END_TEST

START_TEST(lists_grow_and_shrink)
{
	korch_object_meta *meta = korch_struct_new(&korch_object_meta_type);
	for (size_t i = 0; i < 100; i++) {
		const char **list = korch_string_list_edit(&meta->finalizers, &meta->n_finalizers, i + 1);
		ck_assert_ptr_null(list[i]);
		ck_assert_int_eq(korch_string_set(&list[i], "example.com/finalizer"), 0);
	}
	ck_assert_uint_eq(meta->n_finalizers, 100);
	korch_object_meta copy = {0};
	korch_struct_assign(&copy, meta, &korch_object_meta_type);
	korch_string_list_edit(&copy.finalizers, &copy.n_finalizers, 2);
	ck_assert_uint_eq(copy.n_finalizers, 2);
	ck_assert_str_eq(meta->finalizers[99], "example.com/finalizer");
	ck_assert_ptr_null(korch_string_list_edit(&copy.finalizers, &copy.n_finalizers, 0));
	ck_assert_uint_eq(copy.n_finalizers, 0);
	korch_struct_clear(&copy, &korch_object_meta_type);
	korch__alloc_fail_at(1);
	ck_assert_ptr_null(korch_string_list_edit(&meta->finalizers, &meta->n_finalizers, 100000));
	korch__alloc_fail_at(0);
	ck_assert_uint_eq(meta->n_finalizers, 100);
	korch_block_unref(meta);
}
END_TEST

START_TEST(equality_and_hash_agree)
{
	korch_pod_spec *a = spec_with_containers(2), *b = spec_with_containers(2);
	const korch_type *type = &korch_pod_spec_type;
	ck_assert_int_eq(korch_struct_equal(a, b, type), 1);
	ck_assert_uint_eq(korch_struct_hash(a, type), korch_struct_hash(b, type));
	KORCH_SET(a, korch_pod_spec, host_network, 0);
	ck_assert_int_eq(KORCH_IS_SET(a, korch_pod_spec, host_network), 1);
	ck_assert_int_eq(KORCH_IS_SET(b, korch_pod_spec, host_network), 0);
	ck_assert_int_eq(korch_struct_equal(a, b, type), 1);
	ck_assert_uint_eq(korch_struct_hash(a, type), korch_struct_hash(b, type));
	ck_assert_int_eq(korch_string_set(&a->containers[1].name, "third one"), 0);
	ck_assert_int_eq(korch_struct_equal(a, b, type), 0);
	ck_assert_uint_ne(korch_struct_hash(a, type), korch_struct_hash(b, type));
	ck_assert_int_eq(korch_struct_equal(NULL, b, type), 0);
	ck_assert_int_eq(korch_struct_equal(NULL, NULL, type), 1);
	korch_block_unref(a);
	korch_block_unref(b);
}
END_TEST

START_TEST(blocks_know_their_type)
{
	korch_pod_spec *spec = spec_with_containers(1);
	ck_assert_ptr_eq(korch_block_type(spec), &korch_pod_spec_type);
	ck_assert_ptr_eq(korch_block_type(spec->containers), &korch_container_type);
	ck_assert_int_eq(korch_block_is_unique(spec), 1);
	void *slot = NULL;
	korch_block_share(&slot, spec);
	ck_assert_int_eq(korch_block_is_unique(spec), 0);
	korch_block_take(&slot, NULL);
	korch_map *map = korch_map_new(NULL, 0);
	ck_assert_ptr_null(korch_block_type(map));
	korch_block_unref(map);
	korch_block_unref(spec);
	korch_block_unref(NULL);
}
END_TEST

KORCH_SUITE(struct)
{
	Suite *suite = suite_create("struct");
	KORCH_CASE(suite, "strings", strings_are_counted, frequent_strings_cost_nothing);
	KORCH_CASE(suite, "maps", maps_are_sorted_and_replaced);
	KORCH_CASE(suite, "structs", edit_copies_one_level, lists_grow_and_shrink,
	           equality_and_hash_agree, blocks_know_their_type);
	return suite;
}
