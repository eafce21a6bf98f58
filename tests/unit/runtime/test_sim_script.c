/* Timelines and globs of simulations; each allocation of a simulated life failing once. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "runtime/sim/script.h"
#include "sim_fixture.h"
#include <stdio.h>
#include <string.h>

START_TEST(timelines)
{
	static const struct {
		const char *text;
		int seconds;
		sim_result result;
	} rows[] = {
	    {"ok", 0, SIM_OK},
	    {"fail", 99, SIM_FAIL},
	    {"fail:5s,ok", 4, SIM_FAIL},
	    {"fail:5s,ok", 5, SIM_OK},
	    {"fail:5s,ok:1m", 1000, SIM_OK},
	    {"ok:1s,timeout:500ms,fail", 1, SIM_TIMEOUT},
	    {"ok:1s,timeout:500ms,fail", 2, SIM_FAIL},
	    {"ok:2s,fail:1s,repeat", 5, SIM_FAIL},
	    {"ok:2s,fail:1s,repeat", 6, SIM_OK},
	};
	for (size_t i = 0; i < KORCH_COUNT(rows); i++) {
		sim_timeline *timeline = NULL;
		ck_assert_int_eq(korch__sim_timeline_parse(&timeline, rows[i].text, NULL), 0);
		ck_assert_msg(korch__sim_timeline_at(timeline, rows[i].seconds * SECOND) == rows[i].result,
		              "%s", rows[i].text);
		korch__free(timeline);
	}
	ck_assert_int_eq(korch__sim_timeline_at(NULL, 5), SIM_OK);
}
END_TEST

START_TEST(bad_timelines)
{
	static const char *const bad[] = {"",          ",",
	                                  "ok,",       "ok:",
	                                  "ok:5",      "ok:-5s",
	                                  "good",      "repeat",
	                                  "ok,fail",   "ok:5s,repeat,ok",
	                                  "ok,repeat", "ok:1ns",
	                                  "ok:5s,,ok", "o",
	                                  "okk",       "ok:9999999h,ok:9999999h"};
	for (size_t i = 0; i < KORCH_COUNT(bad); i++) {
		sim_timeline *timeline = NULL;
		int r = korch__sim_timeline_parse(&timeline, bad[i], NULL);
		ck_assert_msg(r == KORCH_E_INVALID, "%s: %d", bad[i], r);
		ck_assert_ptr_null(timeline);
	}
	char many[4096] = "ok:1s";
	for (int i = 0; i < 300; i++)
		strcat(many, ",ok:1s");
	sim_timeline *timeline = NULL;
	ck_assert_int_eq(korch__sim_timeline_parse(&timeline, many, NULL), KORCH_E_INVALID);
}
END_TEST

START_TEST(globs)
{
	static const struct {
		const char *glob, *text;
		int matches;
	} rows[] = {
	    {NULL, NULL, 1},       {NULL, "a", 1},     {"a", NULL, 0},    {"", "", 1},
	    {"", "a", 0},          {"*", "", 1},       {"*", "abc", 1},   {"a*c", "abc", 1},
	    {"a*c", "ac", 1},      {"a*c", "ab", 0},   {"a?c", "abc", 1}, {"a?c", "ac", 0},
	    {"*b*", "abc", 1},     {"*bb", "abbb", 1}, {"a**", "a", 1},   {"*x*", "abc", 0},
	    {"a*b*c", "a1b2c", 1},
	};
	for (size_t i = 0; i < KORCH_COUNT(rows); i++)
		ck_assert_msg(korch__sim_glob(rows[i].glob, rows[i].text) == rows[i].matches, "%s %s",
		              rows[i].glob ? rows[i].glob : "NULL", rows[i].text ? rows[i].text : "NULL");
}
END_TEST

/* One life of two containers; each call that memory refuses is made again. Counts refusals. */
static int live(uint64_t fail_at, const korch_map *annotations)
{
	int n_refused = 0;
#define TRY(call)                                                                                  \
	do {                                                                                           \
		korch__alloc_fail_at(fail_at);                                                             \
		int r_ = (call);                                                                           \
		korch__alloc_fail_at(0);                                                                   \
		if (r_ == KORCH_E_NOMEM) {                                                                 \
			n_refused++;                                                                           \
			r_ = (call);                                                                           \
		}                                                                                          \
		ck_assert_int_eq(r_, 0);                                                                   \
	} while (0)
	TRY(make_sandbox("s1", "pod", annotations));
	TRY(prepare("slow", "Always"));
	TRY(start("s1", "s1.a", "any"));
	TRY(start("s1", "s1.b", "late"));
	ck_assert_str_eq(sim_run(10), "ok ok +s1.a ok +s1.b ok ");
	TRY(probe("s1.a", "readiness"));
	ck_assert_str_eq(sim_run(0), "!ProbeFailed ");
	TRY(stop("s1.a", 5));
	TRY(korch_sim_container_exit(runtime, "s1.b", 4, 0));
	ck_assert_str_eq(sim_run(10), "ok -s1.b=4 -s1.a=0 ");
	TRY(ops->remove(self, "s1.a", on_done, NULL));
	TRY(ops->sandbox_remove(self, "s1", on_done, NULL));
	ck_assert_str_eq(sim_run(10), "ok ok ");
#undef TRY
	return n_refused;
}

START_TEST(short_memory)
{
	korch_map_entry entry = {"sim.korch.dev/readiness", "ok:5s,fail"};
	korch_map *map = korch_map_new(&entry, 1);
	int n_refused = 0;
	uint64_t n = 1;
	for (int last = 1; last > 0; n++) {
		sim_open(1);
		add_rule((korch_sim_rule){.image = "late", .start_us = SECOND});
		add_rule((korch_sim_rule){.image = "slow", .pull_us = 3 * SECOND});
		last = live(n, map);
		n_refused += last;
		korch_sim_stats stats;
		korch_sim_get_stats(&stats, runtime);
		ck_assert_uint_eq(stats.containers + stats.sandboxes + stats.running, 0);
		sim_close();
	}
	ck_assert_uint_gt(n, 5);
	ck_assert_int_gt(n_refused, 20);
	korch_block_unref(map);
}
END_TEST

KORCH_SUITE(sim_script)
{
	Suite *suite = suite_create("sim script");
	KORCH_CASE(suite, "script", timelines, bad_timelines, globs, short_memory);
	return suite;
}
