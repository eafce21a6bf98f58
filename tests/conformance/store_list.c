/* Lists: order, selection, pages, older revisions, compaction. */
#include "store_fixture.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Names in an order that is not theirs; "-" and "." sort before letters, and a namespace before a
 * longer one.
 */
static void fill(void)
{
	static const char *const rows[][2] = {{"ns", "ab"}, {"ns-1", "a"}, {"ns", "a"},
	                                      {"n", "z"},   {"ns", "a.b"}, {"ns", "a-b"},
	                                      {"ns", "b"},  {"nsa", "c"},  {"ns-1", "a1"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char value[16];
		snprintf(value, sizeof(value), "%zu", i);
		korch_object *object = make(config_map, rows[i][0], rows[i][1], value);
		commit_one((korch_write){.object = object}, 0);
	}
	commit_one((korch_write){.object = make(widget, "ns", "w", "w")}, 0);
	commit_one((korch_write){.object = make(space, "", "s", "s")}, 0);
}

START_TEST(order_and_selection)
{
	static const char all[] = "z=3 a=2 a-b=5 a.b=4 ab=0 b=6 a=1 a1=8 c=7 ";
	static const char ns[] = "a=2 a-b=5 a.b=4 ab=0 b=6 ";
	fixture_open(_i);
	ck_assert_str_eq(list_text((korch_list_query){0}, 0), "");
	fill();
	for (size_t limit = 0; limit < 13; limit++) {
		/* Groups, then names of kinds: "" ConfigMap, "" Namespace, example.com Widget. */
		char everything[TEXT_MAX];
		snprintf(everything, sizeof(everything), "%ss=s w=w ", all);
		ck_assert_str_eq(list_text((korch_list_query){0}, limit), everything);
		ck_assert_str_eq(list_text((korch_list_query){.kind = config_map}, limit), all);
		korch_list_query query = {.kind = config_map, .namespace_ = "ns"};
		ck_assert_str_eq(list_text(query, limit), ns);
		query.namespace_ = "ns-1";
		ck_assert_str_eq(list_text(query, limit), "a=1 a1=8 ");
		query.namespace_ = "nobody";
		ck_assert_str_eq(list_text(query, limit), "");
		ck_assert_str_eq(list_text((korch_list_query){.kind = widget}, limit), "w=w ");
		ck_assert_str_eq(list_text((korch_list_query){.kind = space}, limit), "s=s ");
	}
	fixture_close();
}
END_TEST

START_TEST(remaining_is_right_or_unknown)
{
	fixture_open(_i);
	fill();
	korch_list_query query = {.kind = config_map, .limit = 2};
	for (size_t behind = 7;; behind -= 2) {
		listing *page = list(&query);
		ck_assert_msg(page->remaining == behind || page->remaining == 0, "%zu", page->remaining);
		free((char *)query.continue_token);
		query.continue_token = page->token;
		page->token = NULL;
		listing_free(page);
		if (!query.continue_token)
			break;
	}
	fixture_close();
}
END_TEST

START_TEST(pages_are_stable)
{
	fixture_open(_i);
	put("b", "1");
	put("d", "1");
	put("f", "1");
	put("h", "1");
	korch_list_query query = {.kind = config_map, .limit = 1};
	char text[TEXT_MAX] = "";
	for (int i = 0; i < 4; i++) {
		listing *page = list(&query);
		ck_assert_int_eq(page->code, 0);
		strcat(text, page->text);
		ck_assert_int_eq(page->token == NULL, i == 3);
		free((char *)query.continue_token);
		query.continue_token = page->token;
		page->token = NULL;
		listing_free(page);
		/* Behind the page and before it: added, changed, deleted. */
		put("a", "new");
		put("e", "new");
		put("g", "new");
		put("h", "new");
		commit_one(delete_write(i % 2 ? "f" : "d", KORCH_REVISION_ANY), 0);
		put("d", "again");
	}
	ck_assert_str_eq(text, "b=1 d=1 f=1 h=1 ");
	ck_assert_str_eq(list_text((korch_list_query){.kind = config_map}, 0),
	                 "a=new b=1 d=again e=new g=new h=new ");
	fixture_close();
}
END_TEST

START_TEST(older_revisions)
{
	fixture_open(_i);
	uint64_t revisions[5];
	static const char *const states[] = {"a=1 ", "a=1 b=1 ", "a=2 b=1 ", "b=1 ", "a=3 b=1 "};
	revisions[0] = put("a", "1");
	revisions[1] = put("b", "1");
	revisions[2] = put("a", "2");
	revisions[3] = commit_one(delete_write("a", KORCH_REVISION_ANY), 0);
	revisions[4] = put("a", "3");
	for (size_t i = 0; i < 5; i++) {
		for (size_t limit = 0; limit < 3; limit++) {
			korch_list_query query = {.kind = config_map, .revision = revisions[i]};
			ck_assert_str_eq(list_text(query, limit), states[i]);
			query.namespace_ = "ns";
			ck_assert_str_eq(list_text(query, limit), states[i]);
		}
	}
	listing *page = list(&(korch_list_query){.revision = revisions[2]});
	ck_assert_uint_eq(page->revision, revisions[2]);
	ck_assert_uint_eq(page->objects[0]->revision, revisions[2]);
	ck_assert_uint_eq(page->objects[1]->revision, revisions[1]);
	listing_free(page);
	page = list(&(korch_list_query){.revision = revisions[4] + 1});
	ck_assert_int_eq(page->code, KORCH_E_INVALID);
	listing_free(page);
	fixture_close();
}
END_TEST

static void expect_code(korch_list_query query, int code)
{
	listing *page = list(&query);
	ck_assert_msg(page->code == code, "%s: %d", query.continue_token, page->code);
	listing_free(page);
}

START_TEST(bad_tokens)
{
	static const char *const bad[] = {"x",
	                                  "1",
	                                  "1:",
	                                  "1:2:3",
	                                  "1:2:3:/registry//ConfigMap",
	                                  " ",
	                                  "\xff\xfe",
	                                  "1:99999999999999999999999:1:/registry"};
	fixture_open(_i);
	fill();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		korch_list_query query = {.kind = config_map, .limit = 1, .continue_token = bad[i]};
		expect_code(query, KORCH_E_INVALID);
	}
	listing *page = list(&(korch_list_query){.kind = config_map, .namespace_ = "ns", .limit = 1});
	ck_assert_ptr_nonnull(page->token);
	korch_list_query query = {.kind = config_map, .namespace_ = "ns-1"};
	query.continue_token = page->token;
	expect_code(query, KORCH_E_INVALID);
	query = (korch_list_query){.kind = widget, .continue_token = page->token};
	expect_code(query, KORCH_E_INVALID);
	page->token[strlen(page->token) / 2] = '\0';
	query = (korch_list_query){.kind = config_map, .continue_token = page->token};
	expect_code(query, KORCH_E_INVALID);
	listing_free(page);
	fixture_close();
}
END_TEST

START_TEST(compaction)
{
	fixture_open(_i);
	uint64_t first = put("a", "1");
	put("b", "1");
	listing *page = list(&(korch_list_query){.kind = config_map, .limit = 1});
	uint64_t second = put("a", "2"), third = put("a", "3");
	ck_assert_uint_eq(compact(second, 0), second);
	expect_code((korch_list_query){.revision = first}, KORCH_E_COMPACTED);
	expect_code((korch_list_query){.kind = config_map, .continue_token = page->token},
	            KORCH_E_COMPACTED);
	ck_assert_str_eq(list_text((korch_list_query){.revision = second}, 0), "a=2 b=1 ");
	ck_assert_str_eq(list_text((korch_list_query){0}, 1), "a=3 b=1 ");
	compact(third + 1, KORCH_E_INVALID);
	compact(first, 0); /* less than before: stays */
	expect_code((korch_list_query){.revision = first}, KORCH_E_COMPACTED);
	compact(third, 0);
	expect_code((korch_list_query){.revision = second}, KORCH_E_COMPACTED);
	ck_assert_str_eq(list_text((korch_list_query){.revision = third}, 0), "a=3 b=1 ");
	/* What is stored is not touched, nor is the counting of revisions. */
	ck_assert_uint_gt(commit_one(put_write("a", "4", third), 0), third);
	listing_free(page);
	fixture_close();
}
END_TEST

/* Objects that were referenced stay as they were when the store goes on, and when it is gone. */
START_TEST(objects_outlive)
{
	fixture_open(_i);
	put("a", "1");
	listing *page = list(&(korch_list_query){0});
	put("a", "2");
	commit_one(delete_write("a", KORCH_REVISION_ANY), 0);
	ck_assert_str_eq(value_of(page->objects[0]), "1");
	fixture_close();
	ck_assert_str_eq(value_of(page->objects[0]), "1");
	listing_free(page);
}
END_TEST

void add_list_tests(Suite *suite, int i)
{
	ADD_TESTS(suite, "list", i, order_and_selection, remaining_is_right_or_unknown,
	          pages_are_stable, older_revisions, bad_tokens, compaction, objects_outlive);
}
