/*
 * A writer that is killed at a random moment, again and again, on one file that grows old with it:
 * each write that was answered is there, each transaction is there as a whole or not at all,
 * revisions go on, and a watch from the last state that was seen gives all changes, each once.
 */
#include "unit.h"
#include "writer.h"
#include <ftw.h>
#include <korch/store_file.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	KILLS = 1000,
	TOOL_KILLS = 60,
	CHECK_EVERY = 50,
	BACKUP_EVERY = 20,
	COMPACT_EVERY = 120,
	ANSWERS_MAX = 60,
	MOST = 100
};

static char folder[64], path[96];
static uint64_t random_state = 88172645463325252u;

/* What is known of the store. */
static struct {
	uint64_t revision;          /* of the last state that was seen */
	uint64_t newest;            /* revision that was answered last */
	uint64_t seen[STREAMS];     /* transactions in that state */
	uint64_t answered[STREAMS]; /* transactions that must be there */
} known;

/* What a life has said. */
static struct {
	uint64_t numbers[STREAMS][SLOTS]; /* 0: not there */
	uint64_t revisions[STREAMS][SLOTS];
	uint64_t replayed[STREAMS]; /* transactions by the changes */
	uint64_t replayed_revision;
	unsigned n_slots; /* of the transaction that is being replayed */
	int is_listed;
	int is_watched;
	uint64_t n_answers;
} life;

static uint64_t draw(uint64_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % n;
}

static void set_up(void)
{
	snprintf(folder, sizeof(folder), "/tmp/korch-kill-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/store.db", folder);
}

static int remove_one(const char *name, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(name);
}

static void tear_down(void)
{
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* What the writer says */

static void note_object(const writer_message *message)
{
	ck_assert_uint_lt(message->stream, STREAMS);
	ck_assert_uint_lt(message->slot, SLOTS);
	life.numbers[message->stream][message->slot] = message->number;
	life.revisions[message->stream][message->slot] = message->revision;
}

/* All slots of a stream are of one transaction, which may be there and must be when it was
 * answered. */
static void check_stream(unsigned i)
{
	uint64_t number = life.numbers[i][0], revision = life.revisions[i][0];
	ck_assert_uint_eq(life.numbers[i][1], number);
	ck_assert_uint_eq(life.revisions[i][1], revision);
	ck_assert_uint_eq(life.numbers[i][2], number % 2 ? 0 : number);
	if (life.numbers[i][2])
		ck_assert_uint_eq(life.revisions[i][2], revision);
	ck_assert_uint_ge(number, known.answered[i]);
	ck_assert_uint_le(number, known.answered[i] + writer_in_flight(i));
}

static void note_listed(uint64_t revision)
{
	ck_assert_uint_ge(revision, known.newest);
	ck_assert_uint_ge(revision, known.revision);
	for (unsigned i = 0; i < STREAMS; i++)
		check_stream(i);
	memcpy(life.replayed, known.seen, sizeof(life.replayed));
	life.replayed_revision = known.revision;
	known.newest = revision;
	life.is_listed = 1;
}

/* The next change of the stream's next transaction: a, b, and c unless there is nothing to delete.
 */
static void note_change(const writer_message *message)
{
	unsigned i = message->stream;
	if (life.n_slots == 0)
		life.replayed_revision++;
	ck_assert_uint_eq(message->revision, life.replayed_revision);
	ck_assert_uint_eq(message->slot, life.n_slots);
	uint64_t number = life.replayed[i] + 1;
	int is_deletion = message->slot == 2 && number % 2;
	int is_new = message->slot == 2 || number == 1;
	ck_assert_uint_eq(message->kind, is_deletion ? KORCH_CHANGE_DELETED
	                                 : is_new    ? KORCH_CHANGE_ADDED
	                                             : KORCH_CHANGE_MODIFIED);
	ck_assert_uint_eq(message->number, is_deletion ? number - 1 : number);
	life.n_slots++;
	if (life.n_slots == (number == 1 ? 2u : 3u)) {
		life.n_slots = 0;
		life.replayed[i]++;
	}
}

static void note_watched(uint64_t revision)
{
	ck_assert_uint_eq(life.n_slots, 0);
	ck_assert_uint_eq(life.replayed_revision, known.newest);
	ck_assert_uint_eq(revision, known.newest);
	for (unsigned i = 0; i < STREAMS; i++) {
		ck_assert_uint_eq(life.replayed[i], life.numbers[i][0]);
		known.seen[i] = known.answered[i] = life.replayed[i];
	}
	known.revision = revision;
	life.is_watched = 1;
}

static void note_answer(const writer_message *message)
{
	ck_assert_int_eq(life.is_watched, 1);
	ck_assert_uint_eq(message->number, known.answered[message->stream] + 1);
	ck_assert_uint_gt(message->revision, known.newest);
	known.answered[message->stream] = message->number;
	known.newest = message->revision;
	life.n_answers++;
}

static void note(const writer_message *message)
{
	switch ((writer_message_type)message->type) {
	case WRITER_OBJECT:
		note_object(message);
		break;
	case WRITER_LISTED:
		note_listed(message->revision);
		break;
	case WRITER_CHANGE:
		note_change(message);
		break;
	case WRITER_WATCHED:
		note_watched(message->revision);
		break;
	case WRITER_ANSWER:
		note_answer(message);
		break;
	case WRITER_FAILED:
		ck_abort_msg("the writer failed: %s", korch_code_name(-(int)message->number));
	}
}

/* 0 at the end. */
static int read_message(int fd)
{
	writer_message message;
	ssize_t n = read(fd, &message, sizeof(message));
	if (n == 0)
		return 0;
	ck_assert_int_eq(n, sizeof(message));
	note(&message);
	return 1;
}

static pid_t start_writer(int *fd)
{
	int fds[2];
	ck_assert_int_eq(pipe(fds), 0);
	const writer_options options = {.path = path,
	                                .fd = fds[1],
	                                .since = known.revision,
	                                .most = MOST,
	                                .is_compacting = draw(8) == 0};
	pid_t child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		close(fds[0]);
		writer_run(&options);
	}
	close(fds[1]);
	*fd = fds[0];
	return child;
}

static void on_problem(void *userdata, const char *line)
{
	(void)userdata;
	ck_abort_msg("%s", line);
}

static korch_store_file_report check(const char *name)
{
	const korch_store_sqlite_options options = {.size = sizeof(options), .path = name};
	korch_store_file_report report = {.problems = 1};
	ck_assert_int_eq(korch_store_file_check(&report, &options, on_problem, NULL, NULL), 0);
	ck_assert_uint_eq(report.problems, 0);
	return report;
}

/* A copy that is made while the writer writes is of one moment, and has all that was answered. */
static void back_up(void)
{
	char copy[112];
	const korch_store_sqlite_options options = {.size = sizeof(options), .path = path};
	snprintf(copy, sizeof(copy), "%s.copy", path);
	uint64_t newest = known.newest;
	ck_assert_int_eq(korch_store_file_backup(NULL, &options, copy, 1, NULL), 0);
	ck_assert_uint_ge(check(copy).revision, newest);
}

/* One life: its end comes after some answers and a while, or while it opens the store. */
static void live_and_be_killed(int is_backed_up)
{
	memset(&life, 0, sizeof(life));
	int fd = -1;
	pid_t child = start_writer(&fd);
	int is_early = draw(6) == 0;
	uint64_t answers = is_early ? 0 : draw(ANSWERS_MAX);
	uint64_t pause = draw(is_early ? 4000000 : 300000);
	while (!is_early && (!life.is_watched || life.n_answers < answers))
		ck_assert_int_eq(read_message(fd), 1);
	if (is_backed_up && !is_early)
		back_up();
	for (volatile uint64_t spin = 0; spin < pause; spin++)
		;
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	while (read_message(fd))
		;
	close(fd);
}

/* What `korch store` does now and then. */
static void look_after(uint64_t i)
{
	const korch_store_sqlite_options options = {.size = sizeof(options), .path = path};
	if (i % CHECK_EVERY == 0)
		ck_assert_uint_ge(check(path).revision, known.newest);
	if (i % COMPACT_EVERY == 0)
		ck_assert_int_eq(korch_store_file_compact(NULL, &options, NULL), 0);
}

START_TEST(killed_writer)
{
	uint64_t kills = unit_seeds(KILLS), n_opened = 0, n_answers = 0;
	for (uint64_t i = 1; i <= kills; i++) {
		live_and_be_killed(i % BACKUP_EVERY == 0);
		n_opened += (uint64_t)life.is_watched;
		n_answers += life.n_answers;
		if (n_opened > 0)
			look_after(i);
	}
	/* It has aged, and most lives were long enough to say something. */
	ck_assert_uint_gt(n_opened, kills / 2);
	ck_assert_uint_gt(n_answers, kills * 10);
	struct stat status;
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_lt(status.st_size, 64 << 20);
}
END_TEST

/* A process that does one thing to files of stores, and mostly is killed in the middle. */
static void kill_in(void (*act)(const char *copy), const char *copy)
{
	pid_t child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		act(copy);
		_exit(0);
	}
	uint64_t pause = draw(12000000);
	for (volatile uint64_t spin = 0; spin < pause; spin++)
		;
	if (draw(4) > 0)
		kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}

static void act_restore(const char *copy)
{
	const korch_store_sqlite_options options = {.size = sizeof(options), .path = path};
	korch_store_file_restore(NULL, &options, copy, 1, NULL);
}

static void act_back_up(const char *copy)
{
	const korch_store_sqlite_options options = {.size = sizeof(options), .path = path};
	korch_store_file_backup(NULL, &options, copy, 1, NULL);
}

static void act_compact(const char *copy)
{
	(void)copy;
	const korch_store_sqlite_options options = {.size = sizeof(options), .path = path};
	korch_store_file_compact(NULL, &options, NULL);
}

/* What is there behind a kill is the old one or the new one. */
START_TEST(killed_tools)
{
	char copy[112];
	const korch_store_sqlite_options options = {.size = sizeof(options), .path = path};
	snprintf(copy, sizeof(copy), "%s.copy", path);
	while (known.revision < 200)
		live_and_be_killed(0);
	ck_assert_int_eq(korch_store_file_backup(NULL, &options, copy, 0, NULL), 0);
	uint64_t objects = check(copy).objects, saved = check(copy).revision;
	uint64_t before = check(path).revision, n_restored = 0, kills = unit_seeds(TOOL_KILLS);
	for (uint64_t i = 0; i < kills; i++) {
		kill_in(act_restore, copy);
		korch_store_file_report now = check(path);
		ck_assert_uint_eq(now.objects, objects);
		ck_assert_int_eq(
		    now.revision == before || now.revision == before + KORCH_STORE_RESTORE_STEP, 1);
		n_restored += now.revision != before;
		before = now.revision;
		kill_in(act_compact, copy);
		ck_assert_uint_eq(check(path).revision, before);
		kill_in(act_back_up, copy);
		now = check(copy);
		ck_assert_uint_eq(now.objects, objects);
		ck_assert_int_eq(now.revision == saved || now.revision == before, 1);
		saved = now.revision;
	}
	ck_assert_uint_gt(n_restored, 0);
	ck_assert_uint_lt(n_restored, kills);
}
END_TEST

KORCH_SUITE(crash_kill)
{
	Suite *suite = suite_create("crash_kill");
	TCase *kills = tcase_create("kills");
	tcase_add_checked_fixture(kills, set_up, tear_down);
	tcase_set_timeout(kills, 580 * (double)unit_seeds(1));
	tcase_add_test(kills, killed_writer);
	tcase_add_test(kills, killed_tools);
	suite_add_tcase(suite, kills);
	return suite;
}
