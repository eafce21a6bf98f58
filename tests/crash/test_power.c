/*
 * Power cuts: at a random change of the disk, in the middle of it, the power goes; what was not
 * synced is there, or not, or in parts. What was answered must be there; nothing may be there by
 * half. Also kills of the process alone, with cuts behind them: what a program has read once must
 * not be gone later.
 */
#include "unit.h"
#include "world.h"
#include <stdio.h>

enum { CUTS = 1000, CUTS_OFF = 500, CUTS_THREAD = 500, COMMITS_MAX = 60 };

static disk_loss random_loss(void)
{
	uint64_t n = disk_random(5);
	return n == 0 ? DISK_KEEPS_ALL : n == 1 ? DISK_KEEPS_NONE : DISK_KEEPS_SOME;
}

static void set_cut(void)
{
	if (disk_random(3) == 0)
		disk_cut_in_checkpoint(1 + disk_random(30));
	else
		disk_cut_at(1 + disk_random(150));
}

/* One life: opened, looked at, written to until the power goes. NULL, or what was wrong. */
static const char *live(world *at)
{
	int is_cut_early = disk_random(4) == 0;
	if (is_cut_early)
		set_cut();
	int r = world_open(at);
	if (r < 0)
		return disk_is_cut() ? NULL : "cannot open";
	const char *found = world_look(at);
	if (!is_cut_early)
		set_cut();
	for (int i = 0; !found && i < COMMITS_MAX && !disk_is_cut(); i++) {
		r = korch_loop_is_virtual(at->loop) ? world_commit(at) : world_commit_group(at);
		if (r < 0 && !disk_is_cut())
			found = "a commit failed";
	}
	return found;
}

/* Ends a life: in order, by a kill, or by a power cut. */
static void die(world *at)
{
	uint64_t how = disk_random(8);
	if (how > 0 && !disk_is_cut()) {
		disk_cut_at(1);
		world_commit(at);
	}
	world_close(at);
	if (how == 1)
		disk_process_killed();
	else if (how > 1)
		disk_power_on(random_loss());
	else if (disk_is_cut())
		disk_process_killed();
	else
		disk_cut_at(0);
}

static const char *run_cuts(world *at, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		const char *found = live(at);
		die(at);
		if (found)
			return found;
	}
	return NULL;
}

static world at;

static void expect_fine(int32_t synchronous, uint64_t seed)
{
	uint64_t n = unit_seeds(CUTS);
	world_start(&at, seed, synchronous);
	const char *found = run_cuts(&at, n);
	ck_assert_msg(!found, "seed %llu: %s", (unsigned long long)seed, found);
	/* Lives were not all too short to say anything. */
	ck_assert_uint_gt(at.n_commits, n);
	world_stop(&at);
}

START_TEST(full_loses_nothing)
{
	expect_fine(KORCH_STORE_SYNC_FULL, 1);
	expect_fine(KORCH_STORE_SYNC_FULL, 2);
}
END_TEST

START_TEST(normal_loses_whole_commits)
{
	expect_fine(KORCH_STORE_SYNC_NORMAL, 3);
}
END_TEST

/* With the store's thread, which writes what waits together as one. */
START_TEST(groups)
{
	uint64_t n = unit_seeds(CUTS_THREAD);
	world_start_thread(&at, 4, KORCH_STORE_SYNC_FULL);
	const char *found = run_cuts(&at, n);
	ck_assert_msg(!found, "%s", found);
	ck_assert_uint_gt(at.n_commits, n);
	world_stop(&at);
}
END_TEST

/* The first creation, cut at each of its changes. */
START_TEST(cut_while_created)
{
	uint64_t n = 1;
	for (int is_over = 0; !is_over; n++) {
		world_start(&at, n, KORCH_STORE_SYNC_FULL);
		disk_cut_at(n);
		int r = world_open(&at);
		is_over = !disk_is_cut();
		ck_assert_int_eq(r < 0, !is_over);
		world_close(&at);
		disk_power_on((disk_loss)(n % 3));
		ck_assert_int_eq(world_open(&at), 0);
		const char *found = world_look(&at);
		ck_assert_msg(!found, "cut %llu: %s", (unsigned long long)n, found);
		ck_assert_int_eq(world_commit(&at), 0);
		world_stop(&at);
	}
	ck_assert_uint_gt(n, 10);
}
END_TEST

/* `korch store compact`, cut at each of its changes. */
START_TEST(cut_while_compacted)
{
	uint64_t n = 1;
	for (int is_over = 0; !is_over; n++) {
		world_start(&at, n, KORCH_STORE_SYNC_FULL);
		ck_assert_int_eq(world_open(&at), 0);
		for (int i = 0; i < COMMITS_MAX; i++)
			ck_assert_int_eq(world_commit(&at), 0);
		world_close(&at);
		disk_cut_at(n);
		int r = world_compact_file(&at);
		is_over = !disk_is_cut();
		ck_assert_int_eq(r == 0 || (!is_over && r == KORCH_E_IO), 1);
		disk_power_on((disk_loss)(n % 3));
		ck_assert_int_eq(world_open(&at), 0);
		const char *found = world_look(&at);
		ck_assert_msg(!found, "cut %llu: %s", (unsigned long long)n, found);
		ck_assert_int_eq(world_commit(&at), 0);
		world_stop(&at);
	}
	ck_assert_uint_gt(n, 50);
}
END_TEST

/* That these tests would notice: without syncs the same cuts lose what was answered. */
START_TEST(off_is_noticed)
{
	world_start(&at, 1, KORCH_STORE_SYNC_FULL);
	disk_ignore_synchronous();
	ck_assert_ptr_nonnull(run_cuts(&at, CUTS_OFF));
	world_stop(&at);
}
END_TEST

/* And FULL promises more than NORMAL keeps. */
START_TEST(normal_is_less_than_full)
{
	world_start(&at, 1, KORCH_STORE_SYNC_NORMAL);
	const char *found = NULL;
	for (int i = 0; !found && i < CUTS_OFF; i++) {
		uint64_t promised = at.promised;
		found = live(&at);
		if (at.store && at.seen < promised)
			found = "lost";
		die(&at);
	}
	ck_assert_str_eq(found, "lost");
	world_stop(&at);
}
END_TEST

KORCH_SUITE(crash_power)
{
	Suite *suite = suite_create("crash_power");
	TCase *tests = tcase_create("power");
	const TTest *const all[] = {cut_while_created,
	                            cut_while_compacted,
	                            full_loses_nothing,
	                            normal_loses_whole_commits,
	                            groups,
	                            off_is_noticed,
	                            normal_is_less_than_full};
	/* No limit of its own that sanitizers, or KORCH_SEEDS, would reach. */
	tcase_set_timeout(tests, 580 * (double)unit_seeds(1));
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		tcase_add_test(tests, all[i]);
	suite_add_tcase(suite, tests);
	return suite;
}
