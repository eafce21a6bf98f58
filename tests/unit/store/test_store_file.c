/* Backing up, restoring and compacting files of SQLite stores; what each refuses. */
#include "file_fixture.h"
#include "seal_fixture.h"
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Backup and restore */

static int back_up(const char *to, int replace)
{
	const korch_store_sqlite_options options = options_of(path);
	return korch_store_file_backup(&report, &options, to, replace, &error);
}

static int restore(const char *name, const char *from, int replace)
{
	korch_store_sqlite_options options = options_of(name);
	return korch_store_file_restore(&report, &options, from, replace, &error);
}

START_TEST(backup_while_open)
{
	make_store();
	ck_assert_int_eq(back_up(copy, 0), 0);
	ck_assert_uint_eq(report.objects, 2);
	put(config_map, "d", "1");
	struct stat status;
	ck_assert_int_eq(stat(copy, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0600);
	expect_fine(copy);
	ck_assert_uint_eq(report.revision, 5);
	ck_assert_int_eq(back_up(copy, 0), KORCH_E_EXISTS);
	expect_words("exists already");
	ck_assert_int_eq(back_up(copy, 1), 0);
	ck_assert_int_eq(back_up(path, 1), KORCH_E_INVALID);
	expect_words("is the store itself");
	close_store();
	open_at(copy);
	ck_assert_str_eq(list(0).text, "a=2@3 c=1@5 d=1@6 ");
	ck_assert_str_eq(list(2).text, "a=1@1 b=1@2 ");
	ck_assert_int_eq(back_up(copy, 1), KORCH_E_BUSY);
	expect_words("is a store in use");
}
END_TEST

START_TEST(restore_raises_revisions)
{
	make_store();
	ck_assert_int_eq(back_up(copy, 0), 0);
	for (int i = 0; i < 10; i++)
		put(config_map, "lost", "1");
	ck_assert_int_eq(restore(path, copy, 1), KORCH_E_BUSY);
	expect_words("is in use by process");
	close_store();
	ck_assert_int_eq(restore(path, copy, 0), KORCH_E_EXISTS);
	expect_words("exists already");
	ck_assert_int_eq(restore(path, copy, 1), 0);
	/* Behind what the store had, not only the backup. */
	ck_assert_uint_eq(report.revision, 15 + (uint64_t)KORCH_STORE_RESTORE_STEP);
	expect_fine(path);
	open_store();
	answer now = list(0);
	ck_assert_str_eq(now.text, "a=2@3 c=1@5 ");
	ck_assert_uint_eq(now.revision, report.revision);
	korch_watch *watch = NULL;
	korch_watch_query query = {.since = 15};
	ck_assert_int_eq(korch_store_watch(&watch, store, &query, NULL, NULL), KORCH_E_COMPACTED);
	ck_assert_int_eq(list(5).code, KORCH_E_COMPACTED);
	query.since = now.revision;
	ck_assert_int_eq(korch_store_watch(&watch, store, &query, NULL, NULL), 0);
	korch_watch_free(watch);
	/* Who knows an object still may change it. */
	answer changed = {0};
	korch_write write = put_write(config_map, "a", "3");
	write.expected = 3;
	ck_assert_int_eq(korch_store_commit(store, &write, 1, on_commit, &changed), 0);
	wait_for(&changed, 1);
	ck_assert_int_eq(changed.code, 0);
	ck_assert_uint_eq(changed.revision, now.revision + 1);
}
END_TEST

START_TEST(restore_elsewhere)
{
	make_store();
	ck_assert_int_eq(back_up(copy, 0), 0);
	close_store();
	char other[96];
	snprintf(other, sizeof(other), "%s/other.db", folder);
	ck_assert_int_eq(restore(other, copy, 0), 0);
	ck_assert_uint_eq(report.revision, 5 + (uint64_t)KORCH_STORE_RESTORE_STEP);
	open_at(other);
	ck_assert_str_eq(list(0).text, "a=2@3 c=1@5 ");
	ck_assert_int_eq(restore(copy, copy, 1), KORCH_E_INVALID);
	expect_words("is the store itself");
	snprintf(other, sizeof(other), "%s/missing/other.db", folder);
	ck_assert_int_eq(restore(other, copy, 0), KORCH_E_IO);
	expect_words("No such file");
	ck_assert_int_eq(restore(path, other, 1), KORCH_E_NOT_FOUND);
	expect_words("No such file");
}
END_TEST

/* A holder that was killed has left a WAL: it must not be played on what is restored. */
START_TEST(restore_over_a_killed_one)
{
	make_store();
	ck_assert_int_eq(back_up(copy, 0), 0);
	close_store();
	for (int is_damaged = 0; is_damaged < 2; is_damaged++) {
		pid_t child = fork();
		if (child == 0) {
			ck_assert_int_eq(korch_loop_new(&loop, NULL), 0);
			open_store();
			put(config_map, "a", "lost");
			raise(SIGKILL);
		}
		int status = 0;
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		ck_assert_int_eq(WIFSIGNALED(status), 1);
		if (is_damaged)
			ck_assert_int_eq(truncate(path, 5000), 0);
		ck_assert_int_eq(restore(path, copy, 1), 0);
		expect_fine(path);
		open_store();
		ck_assert_str_eq(list(0).text, "a=2@3 c=1@5 ");
		close_store();
	}
}
END_TEST

/* What keeps the old store from being put in order for a while does not cost it its WAL. */
START_TEST(restore_that_fails_loses_nothing)
{
	make_store();
	ck_assert_int_eq(back_up(copy, 0), 0);
	close_store();
	pid_t child = fork();
	if (child == 0) {
		ck_assert_int_eq(korch_loop_new(&loop, NULL), 0);
		open_store();
		put(config_map, "a", "kept");
		raise(SIGKILL);
	}
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	struct rlimit before, little = {0};
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	little = (struct rlimit){4096, before.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &little), 0);
	int code = restore(path, copy, 1);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_int_eq(code, KORCH_E_IO);
	expect_words("was left as it is");
	open_store();
	ck_assert_str_eq(list(0).text, "a=kept@6 c=1@5 ");
}
END_TEST

/* Nor does its WAL stay beside what is restored when another program reads it. */
START_TEST(restore_under_a_reader)
{
	make_store();
	ck_assert_int_eq(back_up(copy, 0), 0);
	put(config_map, "a", "kept");
	sqlite3 *reader = NULL;
	ck_assert_int_eq(sqlite3_open(path, &reader), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(reader, "BEGIN; SELECT * FROM cur", NULL, NULL, NULL), SQLITE_OK);
	close_store();
	ck_assert_int_eq(restore(path, copy, 1), KORCH_E_BUSY);
	expect_words("is being read by another process");
	ck_assert_int_eq(sqlite3_close(reader), SQLITE_OK);
	expect_fine(path);
	ck_assert_uint_eq(report.revision, 6);
	ck_assert_int_eq(restore(path, copy, 1), 0);
	open_store();
	ck_assert_str_eq(list(0).text, "a=2@3 c=1@5 ");
}
END_TEST

/* By whatever name: one lock, one WAL. */
START_TEST(a_link_is_the_file)
{
	make_store();
	char name[112];
	snprintf(name, sizeof(name), "%s/link.db", folder);
	ck_assert_int_eq(symlink(path, name), 0);
	const korch_store_sqlite_options options = options_of(name);
	korch_store *second = NULL;
	ck_assert_int_eq(korch_store_sqlite_new(&second, loop, &options, &error), KORCH_E_BUSY);
	expect_words("is in use by process");
	ck_assert_int_eq(restore(name, copy, 1), KORCH_E_NOT_FOUND);
	expect_words("No such file");
	/* What is in the WAL only is in the backup, too. */
	ck_assert_int_eq(korch_store_file_backup(&report, &options, copy, 0, &error), 0);
	ck_assert_uint_eq(report.revision, 5);
	ck_assert_uint_eq(report.objects, 2);
	ck_assert_int_eq(restore(name, copy, 1), KORCH_E_BUSY);
	expect_words("is in use by process");
	close_store();
	ck_assert_int_eq(restore(name, copy, 1), 0);
	struct stat status;
	ck_assert_int_eq(lstat(name, &status), 0);
	ck_assert_int_eq(S_ISLNK(status.st_mode), 1);
	expect_fine(path);
	open_at(name);
	ck_assert_str_eq(list(0).text, "a=2@3 c=1@5 ");
}
END_TEST

/* A check or a backup is over soon: who wants to open the store waits for it. */
START_TEST(readers_are_waited_for)
{
	make_store();
	close_store();
	char lock[112], byte = 0;
	int fds[2];
	snprintf(lock, sizeof(lock), "%s.lock", path);
	ck_assert_int_eq(pipe(fds), 0);
	pid_t child = fork();
	if (child == 0) {
		int fd = open(lock, O_RDONLY);
		if (fd < 0 || flock(fd, LOCK_SH) < 0 || write(fds[1], &byte, 1) < 0)
			_exit(1);
		_exit(0);
	}
	ck_assert_int_eq(read(fds[0], &byte, 1), 1);
	open_store();
	ck_assert_str_eq(list(0).text, "a=2@3 c=1@5 ");
	int status = 1;
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

/* Compacting */

static int compact(size_t window)
{
	korch_store_sqlite_options options = options_of(path);
	options.window = window;
	return korch_store_file_compact(&report, &options, &error);
}

START_TEST(compact_gives_space_back)
{
	ck_assert_int_eq(compact(0), KORCH_E_NOT_FOUND);
	expect_words("No such file");
	make_store();
	char name[16], text[2000];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		put(config_map, name, text);
	}
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		delete_one(name);
	}
	ck_assert_int_eq(compact(0), KORCH_E_BUSY);
	expect_words("is in use by process");
	close_store();
	struct stat before, after;
	ck_assert_int_eq(stat(path, &before), 0);
	ck_assert_int_eq(compact(3), 0);
	ck_assert_uint_eq(report.changes, 3);
	ck_assert_uint_eq(report.objects, 2);
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_int_lt(after.st_size * 10, before.st_size);
	ck_assert_uint_eq((uint64_t)after.st_size, report.bytes);
	expect_fine(path);
	open_store();
	ck_assert_str_eq(list(0).text, "a=2@3 c=1@5 ");
	ck_assert_int_eq(list(5).code, KORCH_E_COMPACTED);
}
END_TEST

/* Sealed values: copied as they are, and looked into with their key only. */
START_TEST(sealed_values)
{
	const korch_kind *secret = NULL;
	ck_assert_int_eq(korch_kind_get(&secret, "v1", "Secret", NULL), 0);
	use_sealer("one", 0);
	open_store();
	put(config_map, "a", "1");
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(put(secret, "s", "secret").code, 0);
	use_sealer("", 0);
	expect_fine(path);
	ck_assert_uint_eq(report.sealed, 3);
	ck_assert_int_eq(back_up(copy, 0), 0);
	ck_assert_int_eq(restore(path, copy, 1), 0);
	run_sql_on(copy, "UPDATE cur SET body = substr(body, 1, length(body) - 1) || x'00'"
	                 " WHERE key LIKE '%s'");
	use_sealer("one", 0);
	expect_fine(path);
	ck_assert_uint_eq(report.sealed, 0);
	ck_assert_int_eq(check(copy), 0);
	ck_assert_ptr_nonnull(strstr(problems, "ns/s"));
	open_store();
	ck_assert_str_eq(list(0).text, "a=1@1 s=secret@4 ");
}
END_TEST

KORCH_SUITE(store_file)
{
	Suite *suite = suite_create("store_file");
	TCase *files = tcase_create("files");
	tcase_add_checked_fixture(files, file_set_up, file_tear_down);
	tcase_set_timeout(files, 120);
	const TTest *const tests[] = {backup_while_open,
	                              restore_raises_revisions,
	                              restore_elsewhere,
	                              restore_over_a_killed_one,
	                              restore_that_fails_loses_nothing,
	                              restore_under_a_reader,
	                              a_link_is_the_file,
	                              readers_are_waited_for,
	                              compact_gives_space_back,
	                              sealed_values};
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(files, tests[i]);
	suite_add_tcase(suite, files);
	return suite;
}
