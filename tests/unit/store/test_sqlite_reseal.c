/* The SQLite store with a sealer: changing keys while it works. */
#include "seal_fixture.h"
#include <korch/api.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECRETS = 1500, PER_COMMIT = 100 };
#define MARK "the-secret-nobody-may-read"

typedef struct progress {
	int n;
	int code;
	int is_ended;
	korch_reseal_state state;
	int fd; /* told of each slice, when not 0 */
} progress;

static void on_slice(void *userdata, int code, const korch_reseal_state *state)
{
	progress *out = userdata;
	ck_assert(!out->is_ended);
	ck_assert_uint_ge(state->seen, out->state.seen);
	out->n++;
	out->code = code;
	out->state = *state;
	out->is_ended = code < 0 || state->is_done;
	if (!out->fd)
		return;
	/* A child whose parent kills it now, with the next slice under way. */
	if (write(out->fd, "x", 1) < 0)
		_exit(1);
	for (;;)
		pause();
}

static void wait_for_end(const progress *out)
{
	while (!out->is_ended)
		korch_loop_step(loop, korch_loop_now(loop) + KORCH_USEC_PER_SEC);
}

static progress reseal(int type)
{
	progress out = {0};
	ck_assert_int_eq(korch_store_reseal(store, type, on_slice, &out), 0);
	wait_for_end(&out);
	return out;
}

static void start_many(const char *value, answer *out)
{
	char name[16];
	korch_write writes[PER_COMMIT];
	for (int i = 0; i < SECRETS; i += PER_COMMIT) {
		for (int j = 0; j < PER_COMMIT; j++) {
			snprintf(name, sizeof(name), "s%04d", i + j);
			writes[j] = put_write(&korch_secret_kind, name, value);
		}
		ck_assert_int_eq(korch_store_commit(store, writes, PER_COMMIT, on_commit, out), 0);
	}
}

static void put_many(const char *value)
{
	answer out = {0};
	start_many(value, &out);
	wait_for(&out, SECRETS / PER_COMMIT);
}

static void count_value(void *userdata, int code, const korch_list_page *page)
{
	answer *out = userdata;
	ck_assert_int_eq(code, 0);
	for (size_t i = 0; i < page->n; i++) {
		const char *value = korch_map_get(page->objects[i]->metadata->annotations, "value");
		out->code += strcmp(value, out->text) == 0;
	}
	out->n++;
}

static void on_code(void *userdata, int code, const korch_list_page *page)
{
	(void)page;
	answer *out = userdata;
	out->code = code;
	out->n++;
}

/* How many objects have a value, at a revision. */
static int with_value(const char *value, uint64_t revision)
{
	answer out = {0};
	snprintf(out.text, sizeof(out.text), "%s", value);
	korch_list_query query = {.revision = revision};
	ck_assert_int_eq(korch_store_list(store, &query, count_value, &out), 0);
	wait_for(&out, 1);
	return out.code;
}

START_TEST(rotation_under_writes)
{
	open_store();
	put_many("1");
	ck_assert_int_eq(korch_sealer_replace(sealer, sealer_of("new old", 0)), 0);
	progress out = {0};
	answer written = {0};
	ck_assert_int_eq(korch_store_reseal(store, KORCH_RESEAL_OLD, on_slice, &out), 0);
	ck_assert_int_eq(korch_store_reseal(store, KORCH_RESEAL_OLD, on_slice, &out), KORCH_E_BUSY);
	start_many("2", &written);
	wait_for_end(&out);
	wait_for(&written, SECRETS / PER_COMMIT);
	ck_assert_int_eq(out.code, 0);
	ck_assert_int_gt(out.n, 2);
	ck_assert_uint_gt(out.state.written, 0);
	/* What is written behind the run may leave older bytes in the log: not now. */
	ck_assert_uint_eq(reseal(KORCH_RESEAL_OLD).state.written, 0);
	ck_assert(!is_in_files("korch:seal:v1:old:"));
	use_sealer("new", 0);
	open_store();
	ck_assert_int_eq(with_value("2", 0), SECRETS);
	ck_assert_int_eq(with_value("1", SECRETS / PER_COMMIT), SECRETS);
}
END_TEST

/* The same key, other data keys: no byte of the old ones is left in the rows. */
START_TEST(reseal_all)
{
	open_store();
	put(&korch_secret_kind, "a", "1");
	put(&korch_secret_kind, "a", "2");
	close_store();
	run_sql("CREATE TABLE copy AS SELECT body FROM cur UNION ALL SELECT old_body FROM log");
	open_store();
	ck_assert_uint_eq(reseal(KORCH_RESEAL_OLD).state.written, 0);
	progress out = reseal(KORCH_RESEAL_ALL);
	ck_assert_uint_eq(out.state.written, 2);
	ck_assert_uint_eq(out.state.seen, 2);
	ck_assert_int_eq(out.n, 1);
	close_store();
	run_sql("DELETE FROM copy WHERE body IS NULL;"
	        "INSERT INTO copy SELECT body FROM cur UNION ALL SELECT old_body FROM log WHERE"
	        " old_body IS NOT NULL;"
	        "CREATE TABLE proof (n CHECK (n = 4));"
	        "INSERT INTO proof SELECT count(DISTINCT body) FROM copy");
	open_store();
	ck_assert_str_eq(list(0).text, "a=2@2 ");
	ck_assert_str_eq(list(1).text, "a=1@1 ");
}
END_TEST

/* A store that was plain. */
START_TEST(sealing_what_was_plain)
{
	use_sealer("", 0);
	open_store();
	put(&korch_secret_kind, "a", MARK);
	put(&korch_secret_kind, "a", MARK "-2");
	use_sealer("old", 1);
	open_store();
	ck_assert(is_in_files(MARK));
	ck_assert_int_eq(reseal(KORCH_RESEAL_OLD).code, 0);
	ck_assert(!is_in_files(MARK));
	use_sealer("old", 0);
	open_store();
	ck_assert_str_eq(list(0).text, "a=" MARK "-2@2 ");
}
END_TEST

/* Parts of states in the log cannot be sealed: they are forgotten, and written over. */
START_TEST(sealing_parts_that_were_plain)
{
	enum { SIDE = 300 };
	char value[2 * SIDE + sizeof(MARK)];
	memset(value, 'x', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	use_sealer("", 0);
	open_store();
	memcpy(value + SIDE, MARK, strlen(MARK));
	put(&korch_secret_kind, "a", value);
	memset(value + SIDE, 'y', strlen(MARK));
	put(&korch_secret_kind, "a", value);
	put(config_map, "b", "1");
	use_sealer("old", 1);
	open_store();
	ck_assert_int_eq(with_value(value, 2), 1);
	ck_assert(is_in_files(MARK));
	ck_assert_int_eq(reseal(KORCH_RESEAL_OLD).code, 0);
	ck_assert(!is_in_files(MARK));
	use_sealer("old", 0);
	open_store();
	ck_assert_int_eq(with_value(value, 0), 1);
	answer out = {0};
	korch_list_query query = {.revision = 1};
	ck_assert_int_eq(korch_store_list(store, &query, on_code, &out), 0);
	wait_for(&out, 1);
	ck_assert_int_eq(out.code, KORCH_E_COMPACTED);
}
END_TEST

START_TEST(key_missing_meanwhile)
{
	open_store();
	put(&korch_secret_kind, "a", "1");
	ck_assert_int_eq(korch_sealer_replace(sealer, sealer_of("new", 0)), 0);
	progress out = reseal(KORCH_RESEAL_OLD);
	ck_assert_int_eq(out.code, KORCH_E_NOT_FOUND);
	ck_assert_int_eq(out.state.is_done, 0);
	ck_assert_str_eq(list(0).text, "a=1@1 ");
	ck_assert_int_eq(korch_sealer_replace(sealer, sealer_of("new old", 0)), 0);
	ck_assert_uint_eq(reseal(KORCH_RESEAL_OLD).state.written, 1);
}
END_TEST

static void free_store(void *userdata, int code, const korch_reseal_state *state)
{
	progress *out = userdata;
	out->n++;
	out->code = code;
	out->is_ended = code < 0 || state->is_done;
	if (out->n == 1)
		close_store();
}

START_TEST(freed_meanwhile)
{
	open_store();
	put_many("1");
	progress out = {0};
	ck_assert_int_eq(korch_store_reseal(store, KORCH_RESEAL_ALL, free_store, &out), 0);
	wait_for_end(&out);
	ck_assert_int_eq(out.n, 2);
	ck_assert_int_eq(out.code, KORCH_E_CLOSED);
	open_store();
	ck_assert_int_eq(with_value("1", 0), SECRETS);
}
END_TEST

static void reseal_and_die(int fd)
{
	/* Only the loop and the store of the child's own; the parent has none open. */
	ck_assert_int_eq(korch_loop_new(&loop, NULL), 0);
	sealer = sealer_of("new old", 0);
	open_store();
	progress out = {.fd = fd};
	if (korch_store_reseal(store, KORCH_RESEAL_OLD, on_slice, &out) < 0)
		_exit(1);
	for (;;)
		korch_loop_step(loop, korch_loop_now(loop) + KORCH_USEC_PER_SEC);
}

START_TEST(killed_meanwhile)
{
	open_store();
	put_many("1");
	put_many("2");
	close_store();
	int fds[2];
	char byte;
	ck_assert_int_eq(pipe(fds), 0);
	pid_t child = fork();
	if (child == 0)
		reseal_and_die(fds[1]);
	close(fds[1]);
	ck_assert_int_eq(read(fds[0], &byte, 1), 1);
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	close(fds[0]);
	use_sealer("new old", 0);
	open_store();
	ck_assert_int_eq(with_value("2", 0), SECRETS);
	ck_assert_uint_gt(reseal(KORCH_RESEAL_OLD).state.written, 0);
	use_sealer("new", 0);
	open_store();
	ck_assert_int_eq(with_value("2", 0), SECRETS);
	ck_assert_int_eq(with_value("1", SECRETS / PER_COMMIT), SECRETS);
}
END_TEST

/* On a virtual loop a slice is done inside of a call, and told by the loop. */
START_TEST(virtual_loop)
{
	korch_loop_free(loop);
	ck_assert_int_eq(korch_loop_new_virtual(&loop, 0, NULL), 0);
	open_store();
	put_many("1");
	progress out = {0};
	ck_assert_int_eq(korch_store_reseal(store, KORCH_RESEAL_ALL, on_slice, &out), 0);
	ck_assert_int_eq(out.n, 0);
	wait_for_end(&out);
	ck_assert_uint_eq(out.state.written, SECRETS);
	ck_assert_uint_eq(out.state.seen, SECRETS);
}
END_TEST

START_TEST(no_sealer)
{
	use_sealer("", 0);
	open_store();
	progress out = {0};
	ck_assert_int_eq(korch_store_reseal(store, KORCH_RESEAL_OLD, on_slice, &out),
	                 KORCH_E_UNSUPPORTED);
	ck_assert_int_eq(korch_store_reseal(store, 2, on_slice, &out), KORCH_E_INVALID);
	ck_assert_int_eq(korch_store_reseal(store, 0, NULL, &out), KORCH_E_INVALID);
}
END_TEST

KORCH_SUITE(store_sqlite_reseal)
{
	Suite *suite = suite_create("store_sqlite_reseal");
	TCase *files = tcase_create("files");
	tcase_add_checked_fixture(files, seal_set_up, sqlite_tear_down);
	tcase_set_timeout(files, 120);
	const TTest *const tests[] = {rotation_under_writes,
	                              reseal_all,
	                              sealing_what_was_plain,
	                              sealing_parts_that_were_plain,
	                              key_missing_meanwhile,
	                              freed_meanwhile,
	                              killed_meanwhile,
	                              virtual_loop,
	                              no_sealer};
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(files, tests[i]);
	suite_add_tcase(suite, files);
	return suite;
}
