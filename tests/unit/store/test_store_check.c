/* Checking files of SQLite stores: what is fine, what is damaged, what is no store. */
#include "file_fixture.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files in the folder, and their sizes. */
static uint64_t sum_folder(void)
{
	uint64_t sum = 0;
	DIR *dir = opendir(folder);
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		char name[400];
		struct stat status;
		snprintf(name, sizeof(name), "%s/%s", folder, entry->d_name);
		if (stat(name, &status) == 0 && S_ISREG(status.st_mode))
			sum += 1000000 + (uint64_t)status.st_size;
	}
	closedir(dir);
	return sum;
}

START_TEST(check_counts)
{
	make_store();
	expect_fine(path); /* while it is open, too */
	close_store();
	uint64_t before = sum_folder();
	expect_fine(path);
	ck_assert_uint_eq(sum_folder(), before);
	ck_assert_uint_eq(report.revision, 5);
	ck_assert_uint_eq(report.compacted, 0);
	ck_assert_uint_eq(report.objects, 2);
	ck_assert_uint_eq(report.changes, 5);
	ck_assert_uint_ge(report.bytes, 8192);
}
END_TEST

START_TEST(check_refuses)
{
	ck_assert_int_eq(check(path), KORCH_E_NOT_FOUND);
	expect_words("No such file");
	ck_assert_int_ne(access(path, F_OK), 0);
	FILE *file = fopen(path, "w");
	fprintf(file, "hello, this is not a database at all, and long enough to have a header of one: "
	              "SQLite's has a hundred bytes\n");
	fclose(file);
	ck_assert_int_eq(check(path), KORCH_E_INVALID);
	expect_words("not a SQLite file");
	run_sql_on(copy, "CREATE TABLE users (name TEXT)");
	ck_assert_int_eq(check(copy), KORCH_E_INVALID);
	expect_words("another program");
	ck_assert_int_eq(check(folder), KORCH_E_INVALID);
	expect_words("not a file");
}
END_TEST

/* Each damage is said, and the rest is looked at all the same. */
START_TEST(check_tells_damage)
{
	static const struct {
		const char *sql;
		const char *words;
		uint64_t n;
	} cases[] = {
	    {"UPDATE cur SET body = '{}'", "ns/a: what is stored is no object", 5},
	    {"UPDATE cur SET revision = 9 WHERE key LIKE '%c'", "ns/c: its revision is not there yet",
	     2},
	    {"UPDATE cur SET body = (SELECT body FROM cur WHERE key LIKE '%a') WHERE key LIKE '%c'",
	     "ns/c: another object is stored", 2},
	    {"DELETE FROM cur WHERE key LIKE '%c'", "ns/c: the state after a change is missing", 1},
	    {"UPDATE cur SET revision = 2 WHERE key LIKE '%a'", "ns/a: its changes do not follow", 2},
	    {"DELETE FROM log WHERE revision = 3", "ns/a: its changes do not follow", 1},
	    {"DELETE FROM log WHERE revision = 5", "ns/c: its revision is not there yet", 1},
	    {"DELETE FROM log", "ns/a: its revision is not there yet", 2},
	    {"UPDATE log SET revision = 1 WHERE revision = 5", "its changes are out of order", 7},
	    {"UPDATE log SET type = 7 WHERE revision = 5", "ns/c: not a change", 1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_store();
		close_store();
		run_sql(cases[i].sql);
		ck_assert_int_eq(check(path), 0);
		ck_assert_msg(strstr(problems, cases[i].words), "%s: %s", cases[i].sql, problems);
		ck_assert_msg(report.problems == cases[i].n, "%s: %s", cases[i].sql, problems);
		unlink(path);
	}
}
END_TEST

START_TEST(check_tells_broken_pages)
{
	make_store();
	for (int i = 0; i < 300; i++) {
		char name[16];
		snprintf(name, sizeof(name), "n%d", i);
		put(config_map, name, "1");
	}
	close_store();
	FILE *file = fopen(path, "r+b");
	fseek(file, 0, SEEK_END);
	long end = ftell(file);
	char garbage[600];
	memset(garbage, 0xa5, sizeof(garbage));
	for (long at = 8192 * 5; at < end; at += 8192) {
		fseek(file, at, SEEK_SET);
		fwrite(garbage, 1, sizeof(garbage), file);
	}
	fclose(file);
	int r = check(path);
	ck_assert_int_eq(r, 0);
	ck_assert_uint_gt(report.problems, 0);
	ck_assert_ptr_nonnull(strstr(problems, "SQLite: "));
	korch_store_sqlite_options options = options_of(copy);
	ck_assert_int_eq(korch_store_file_restore(NULL, &options, path, 0, &error), KORCH_E_IO);
	expect_words("is damaged, nothing was restored: SQLite: ");
	ck_assert_int_ne(access(copy, F_OK), 0);
}
END_TEST

static void write_bytes(const char *data, size_t n)
{
	FILE *file = fopen(path, "wb");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(data, 1, n, file), n);
	fclose(file);
}

static void remove_beside(const char *end)
{
	char name[112];
	snprintf(name, sizeof(name), "%s%s", path, end);
	unlink(name);
}

/* Whatever is in the file: it is told, or fine; and what is fine can be opened. */
START_TEST(check_survives_anything)
{
	make_store();
	for (int i = 0; i < 100; i++)
		put(config_map, i % 2 ? "d" : "e", "1");
	close_store();
	char *whole;
	size_t n = read_file(&whole, path);
	char *damaged = malloc(n);
	ck_assert_ptr_nonnull(damaged);
	uint64_t random = 1, n_told = 0, n_seeds = unit_seeds(200);
	for (uint64_t seed = 0; seed < n_seeds; seed++) {
		memcpy(damaged, whole, n);
		for (uint64_t i = 0; i < 1 + seed % 40; i++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			damaged[(random >> 20) % n] ^= (char)(1 << (random >> 16) % 8);
		}
		write_bytes(damaged, seed % 10 ? n : (random >> 20) % n);
		int r = check(path);
		ck_assert_int_eq(r == 0 || error, 1);
		n_told += r < 0 || report.problems > 0;
		korch_error_free(error);
		error = NULL;
		if (open_window(0, NULL) < 0)
			ck_assert_msg(r < 0 || report.problems > 0, "seed %llu", (unsigned long long)seed);
		close_store();
		remove_beside("-wal");
		remove_beside("-shm");
	}
	ck_assert_uint_gt(n_told, n_seeds / 4);
	free(damaged);
	free(whole);
}
END_TEST

KORCH_SUITE(store_check)
{
	Suite *suite = suite_create("store_check");
	TCase *files = tcase_create("files");
	tcase_add_checked_fixture(files, file_set_up, file_tear_down);
	tcase_set_timeout(files, 120);
	const TTest *const tests[] = {check_counts, check_refuses, check_tells_damage,
	                              check_tells_broken_pages, check_survives_anything};
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(files, tests[i]);
	suite_add_tcase(suite, files);
	return suite;
}
