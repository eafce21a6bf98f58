/*
 * The cache: its indexes follow what is put in and taken out, also when memory is short, and
 * against a simple model.
 */
#include "base/alloc.h"
#include "base/random.h"
#include "fixture.h"
#include "plan/cache.h"
#include "unit.h"
#include <korch/view.h>
#include <stdio.h>
#include <string.h>

static korch_cache *cache;
static const korch_view *view;
static char trace[4096];

static void set_up(void)
{
	ck_assert_int_eq(korch_cache_new(&cache, NULL), 0);
	view = korch_cache_view(cache);
}

static void tear_down(void)
{
	korch_cache_free(cache);
}

static void put(korch_object *object)
{
	ck_assert_int_eq(korch_cache_put(cache, object), 0);
	korch_object_unref(object);
}

static int note(void *userdata, const korch_object *object)
{
	(void)userdata;
	strcat(strcat(trace, korch_object_name(object)), " ");
	return 0;
}

/* The names that a query selects; asserts that the count agrees. */
static const char *names(korch_view_query query)
{
	trace[0] = '\0';
	if (!query.kind)
		query.kind = &korch_pod_kind;
	ck_assert_int_eq(korch_view_each(view, &query, note, NULL), 0);
	size_t n = 0;
	for (const char *at = trace; *at; at++)
		n += *at == ' ';
	ck_assert_uint_eq(korch_view_count(view, &query), n);
	return trace;
}

static void remove_pod(const char *name)
{
	korch_cache_remove(cache, &(korch_key){&korch_pod_kind, "shop", name});
}

START_TEST(by_key_and_uid)
{
	put(fixture_pod("b", NULL, NULL, 0));
	put(fixture_pod("a", NULL, NULL, 0));
	put(fixture_object(&korch_node_kind, "n1", "uid-n1"));
	ck_assert_str_eq(names((korch_view_query){0}), "a b ");
	ck_assert_str_eq(names((korch_view_query){.kind = &korch_node_kind}), "n1 ");
	ck_assert_str_eq(names((korch_view_query){.kind = &korch_service_kind}), "");
	const korch_object *a = korch_view_get(view, &korch_pod_kind, "shop", "a");
	ck_assert_str_eq(korch_object_name(a), "a");
	ck_assert_ptr_eq(korch_view_get_uid(view, "uid-a"), a);
	ck_assert_ptr_null(korch_view_get(view, &korch_pod_kind, "other", "a"));
	ck_assert_ptr_null(korch_view_get(view, &korch_service_kind, "shop", "a"));
	ck_assert_ptr_null(korch_view_get_uid(view, ""));
	ck_assert_ptr_nonnull(korch_view_get(view, &korch_node_kind, NULL, "n1"));
	remove_pod("a");
	remove_pod("a");
	ck_assert_ptr_null(korch_view_get_uid(view, "uid-a"));
	ck_assert_str_eq(names((korch_view_query){0}), "b ");
	ck_assert_uint_eq(korch__cache_size(cache), 2);
}
END_TEST

START_TEST(by_namespace)
{
	static const char *const spaces[] = {"shop", "sho", "shop2", "shop"};
	static const char *const pods[] = {"a", "b", "c", "d"};
	for (size_t i = 0; i < 4; i++) {
		korch_object *pod = fixture_object(&korch_pod_kind, pods[i], "");
		korch_string_set(&korch_object_edit_meta(pod)->namespace_, spaces[i]);
		put(pod);
	}
	ck_assert_str_eq(names((korch_view_query){.namespace_ = "shop"}), "a d ");
	ck_assert_str_eq(names((korch_view_query){.namespace_ = "shop2"}), "c ");
	ck_assert_str_eq(names((korch_view_query){.namespace_ = "sh"}), "");
	ck_assert_str_eq(names((korch_view_query){0}), "b a d c ");
	ck_assert_str_eq(names((korch_view_query){.node_name = "", .namespace_ = "sho"}), "b ");
}
END_TEST

START_TEST(by_owner)
{
	put(fixture_pod("z", NULL, "o1", 1));
	put(fixture_pod("y", NULL, "o1", 1));
	korch_object *both = fixture_pod("x", NULL, "o1", 0);
	fixture_add_owner(both, "o2", 1);
	fixture_add_owner(both, "o1", 0);
	put(both);
	put(fixture_pod("w", NULL, "o2", 0));
	put(fixture_pod("v", NULL, NULL, 0));
	ck_assert_str_eq(names((korch_view_query){.owner_uid = "o1"}), "z y x ");
	ck_assert_str_eq(names((korch_view_query){.owner_uid = "o2"}), "x w ");
	ck_assert_str_eq(names((korch_view_query){.owner_uid = ""}), "w v ");
	ck_assert_str_eq(names((korch_view_query){.owner_uid = "o1", .kind = &korch_node_kind}), "");
	/* A change keeps the turn in lists that stay. */
	korch_object *fewer = fixture_pod("x", NULL, "o2", 1);
	put(fewer);
	put(fixture_pod("y", NULL, NULL, 0));
	put(fixture_pod("z", NULL, "o1", 0));
	ck_assert_str_eq(names((korch_view_query){.owner_uid = "o1"}), "z ");
	ck_assert_str_eq(names((korch_view_query){.owner_uid = "o2"}), "x w ");
	ck_assert_str_eq(names((korch_view_query){.owner_uid = ""}), "w v y z ");
	remove_pod("z");
	remove_pod("v");
	ck_assert_str_eq(names((korch_view_query){.owner_uid = "o1"}), "");
	ck_assert_str_eq(names((korch_view_query){.owner_uid = ""}), "w y ");
}
END_TEST

START_TEST(by_node)
{
	put(fixture_pod("c", NULL, "o", 1));
	put(fixture_pod("b", "n1", "o", 1));
	put(fixture_pod("a", "n1", NULL, 0));
	put(fixture_object(&korch_node_kind, "n1", "uid-n1"));
	ck_assert_str_eq(names((korch_view_query){.node_name = ""}), "c ");
	ck_assert_str_eq(names((korch_view_query){.node_name = "n1"}), "b a ");
	ck_assert_str_eq(names((korch_view_query){.node_name = "n2"}), "");
	ck_assert_str_eq(names((korch_view_query){.node_name = "n1", .owner_uid = "o"}), "b ");
	ck_assert_str_eq(names((korch_view_query){.node_name = "", .owner_uid = ""}), "");
	put(fixture_pod("c", "n1", "o", 1));
	ck_assert_str_eq(names((korch_view_query){.node_name = "n1"}), "b a c ");
	ck_assert_str_eq(names((korch_view_query){.owner_uid = "o"}), "c b ");
	ck_assert_str_eq(names((korch_view_query){.node_name = "n1", .owner_uid = "o"}), "c b ");
}
END_TEST

START_TEST(made_again_under_a_name)
{
	put(fixture_pod("a", "n1", "o", 1));
	put(fixture_pod("b", "n1", "o", 1));
	korch_object *again = fixture_pod("a", "n1", "o", 1);
	korch_string_set(&korch_object_edit_meta(again)->uid, "uid-2");
	const korch_object *previous = NULL;
	ck_assert_int_eq(korch__cache_swap(&previous, cache, again), 0);
	korch_object_unref(again);
	ck_assert_str_eq(korch_object_uid(previous), "uid-a");
	korch_object_unref(previous);
	ck_assert_ptr_null(korch_view_get_uid(view, "uid-a"));
	ck_assert_str_eq(korch_object_name(korch_view_get_uid(view, "uid-2")), "a");
	ck_assert_str_eq(names((korch_view_query){.owner_uid = "o"}), "b a ");
	ck_assert_str_eq(names((korch_view_query){.node_name = "n1"}), "b a ");
	ck_assert_uint_eq(korch__cache_size(cache), 2);
}
END_TEST

static void label(korch_object *object, const char *key, const char *value)
{
	ck_assert_int_eq(korch_map_set(&korch_object_edit_meta(object)->labels, key, value), 0);
}

START_TEST(by_labels)
{
	korch_object *a = fixture_pod("a", "n1", NULL, 0), *b = fixture_pod("b", "n1", NULL, 0);
	label(a, "app", "web");
	label(b, "app", "db");
	put(a);
	put(b);
	put(fixture_pod("c", "n1", NULL, 0));
	korch_selector *selector = NULL;
	ck_assert_int_eq(korch_selector_parse(&selector, "app=web", NULL), 0);
	ck_assert_str_eq(names((korch_view_query){.selector = selector}), "a ");
	ck_assert_str_eq(names((korch_view_query){.selector = selector, .node_name = "n1"}), "a ");
	korch_selector_free(selector);
}
END_TEST

static int stop_at_b(void *userdata, const korch_object *object)
{
	(void)userdata;
	return strcmp(korch_object_name(object), "b") == 0 ? 7 : 0;
}

static int count_kinds(void *userdata, const korch_kind *kind, size_t n)
{
	snprintf(trace + strlen(trace), 64, "%s %zu ", kind->name, n);
	return *(int *)userdata;
}

START_TEST(walks_can_end)
{
	put(fixture_pod("a", "n1", NULL, 0));
	put(fixture_pod("b", "n1", NULL, 0));
	put(fixture_pod("c", "n1", NULL, 0));
	korch_view_query query = {.kind = &korch_pod_kind};
	ck_assert_int_eq(korch_view_each(view, &query, stop_at_b, NULL), 7);
	query.node_name = "n1";
	ck_assert_int_eq(korch_view_each(view, &query, stop_at_b, NULL), 7);
	put(fixture_object(&korch_node_kind, "n1", ""));
	trace[0] = '\0';
	int go_on = 0, end = 1;
	ck_assert_int_eq(korch__cache_each_kind(cache, count_kinds, &go_on), 0);
	ck_assert_str_eq(trace, "Pod 3 Node 1 ");
	ck_assert_int_eq(korch__cache_each_kind(cache, count_kinds, &end), 1);
}
END_TEST

START_TEST(bad_arguments)
{
	ck_assert_int_eq(korch_cache_new(NULL, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_cache_put(cache, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_view_each(view, &(korch_view_query){0}, note, NULL), KORCH_E_INVALID);
	ck_assert_uint_eq(korch_view_count(view, &(korch_view_query){0}), 0);
	ck_assert_ptr_null(korch_view_get(view, NULL, "", "a"));
	korch_cache_remove(cache, &(korch_key){0});
	korch_cache_free(NULL);
	korch_cache_set_time(cache, 5, 6);
	ck_assert_int_eq(korch_view_now(view), 5);
	ck_assert_uint_eq(korch_view_revision(view), 6);
}
END_TEST

START_TEST(changes_of_a_store)
{
	korch_object *a = fixture_pod("a", NULL, NULL, 0);
	a->revision = 5;
	const korch_object *previous = NULL;
	korch_change change = {.type = KORCH_CHANGE_ADDED, .object = a, .revision = 5};
	ck_assert_int_eq(korch__cache_apply(&previous, cache, &change), 0);
	ck_assert_ptr_null(previous);
	ck_assert_uint_eq(korch_view_revision(view), 5);
	ck_assert_int_eq(korch__cache_apply(&previous, cache, &change), KORCH_E_EXISTS);
	change = (korch_change){.type = KORCH_CHANGE_DELETED, .object = a, .revision = 7};
	ck_assert_int_eq(korch__cache_apply(&previous, cache, &change), 0);
	ck_assert_ptr_eq(previous, a);
	korch_object_unref(previous);
	ck_assert_int_eq(korch__cache_apply(&previous, cache, &change), 0);
	ck_assert_ptr_null(previous);
	ck_assert_uint_eq(korch_view_revision(view), 7);
	ck_assert_uint_eq(korch__cache_size(cache), 0);
	korch_object_unref(a);
}
END_TEST

/* A model: pods p0…p39, each with up to two owners and a node, or absent. */
enum { MODEL_PODS = 40, MODEL_GROUPS = 5 };

typedef struct model_pod {
	int is_there;
	int node; /* 0: not bound */
	int owners[2];
	int is_controlled;
} model_pod;

static korch_object *make_model_pod(int i, const model_pod *pod)
{
	char name[16], text[16];
	snprintf(name, sizeof(name), "p%02d", i);
	korch_object *object = fixture_pod(name, NULL, NULL, 0);
	for (int k = 0; k < 2; k++) {
		snprintf(text, sizeof(text), "o%d", pod->owners[k]);
		if (pod->owners[k])
			fixture_add_owner(object, text, k == 0 && pod->is_controlled);
	}
	snprintf(text, sizeof(text), "n%d", pod->node);
	if (pod->node)
		fixture_set_node(object, text);
	return object;
}

static void check_model(const model_pod *pods)
{
	for (int group = 0; group < MODEL_GROUPS; group++) {
		size_t on_node = 0, owned = 0, both = 0;
		for (int i = 0; i < MODEL_PODS; i++) {
			const model_pod *pod = &pods[i];
			int is_on = pod->is_there && pod->node == group;
			int is_owned =
			    pod->is_there && (group ? pod->owners[0] == group || pod->owners[1] == group
			                            : !(pod->is_controlled && pod->owners[0]));
			on_node += (size_t)is_on;
			owned += (size_t)is_owned;
			both += (size_t)(is_on && is_owned);
		}
		char node[16] = "", owner[16] = "";
		if (group) {
			snprintf(node, sizeof(node), "n%d", group);
			snprintf(owner, sizeof(owner), "o%d", group);
		}
		const korch_kind *kind = &korch_pod_kind;
		korch_view_query on_node_query = {.kind = kind, .node_name = node};
		korch_view_query owned_query = {.kind = kind, .owner_uid = owner};
		korch_view_query both_query = {.kind = kind, .node_name = node, .owner_uid = owner};
		ck_assert_uint_eq(korch_view_count(view, &on_node_query), on_node);
		ck_assert_uint_eq(korch_view_count(view, &owned_query), owned);
		ck_assert_uint_eq(korch_view_count(view, &both_query), both);
		names(on_node_query);
		names(owned_query);
	}
}

/*
 * Random changes; with fail set, every third one meets an allocation that fails, and is then done
 * again.
 */
static void run_model(uint64_t seed, int fail)
{
	korch_random random;
	korch__random_init(&random, seed);
	model_pod pods[MODEL_PODS] = {{0}};
	for (int step = 0; step < 3000; step++) {
		int i = (int)korch__random_below(&random, MODEL_PODS);
		model_pod *pod = &pods[i];
		if (korch__random_below(&random, 4) == 0) {
			char name[16];
			snprintf(name, sizeof(name), "p%02d", i);
			remove_pod(name);
			*pod = (model_pod){0};
		} else {
			*pod = (model_pod){.is_there = 1};
			pod->node = (int)korch__random_below(&random, MODEL_GROUPS);
			pod->owners[0] = (int)korch__random_below(&random, MODEL_GROUPS);
			pod->owners[1] = (int)korch__random_below(&random, MODEL_GROUPS);
			pod->is_controlled = (int)korch__random_below(&random, 2);
			korch_object *object = make_model_pod(i, pod);
			int r = KORCH_E_NOMEM;
			for (uint64_t n = 1; r < 0; n++) {
				korch__alloc_fail_at(fail && step % 3 == 0 ? n : 0);
				r = korch_cache_put(cache, object);
				korch__alloc_fail_at(0);
			}
			korch_object_unref(object);
		}
		check_model(pods);
	}
}

START_TEST(random_changes)
{
	run_model(1, 0);
}
END_TEST

START_TEST(random_changes_with_short_memory)
{
	run_model(2, 1);
}
END_TEST

START_TEST(failures_change_nothing)
{
	put(fixture_pod("a", "n1", "o1", 1));
	korch_object *moved = fixture_pod("a", "n2", "o2", 0);
	fixture_add_owner(moved, "o3", 1);
	for (uint64_t n = 1;; n++) {
		korch__alloc_fail_at(n);
		int r = korch_cache_put(cache, moved);
		korch__alloc_fail_at(0);
		if (r == 0)
			break;
		ck_assert_int_eq(r, KORCH_E_NOMEM);
		ck_assert_str_eq(names((korch_view_query){.owner_uid = "o1"}), "a ");
		ck_assert_str_eq(names((korch_view_query){.owner_uid = "o3"}), "");
		ck_assert_str_eq(names((korch_view_query){.node_name = "n1"}), "a ");
	}
	korch_object_unref(moved);
	ck_assert_str_eq(names((korch_view_query){.owner_uid = "o1"}), "");
	ck_assert_str_eq(names((korch_view_query){.owner_uid = "o3"}), "a ");
	ck_assert_str_eq(names((korch_view_query){.node_name = "n2"}), "a ");
}
END_TEST

KORCH_SUITE(cache)
{
	Suite *suite = suite_create("cache");
	TCase *tcase = tcase_create("cache");
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	const TTest *const tests[] = {by_key_and_uid,
	                              by_namespace,
	                              by_owner,
	                              by_node,
	                              made_again_under_a_name,
	                              by_labels,
	                              walks_can_end,
	                              bad_arguments,
	                              changes_of_a_store,
	                              random_changes,
	                              random_changes_with_short_memory,
	                              failures_change_nothing};
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	return suite;
}
