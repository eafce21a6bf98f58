/*
 * The process runtime: log files: their format, long and unfinished lines, rotation, writers
 * without end.
 */
#include "process_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static world w;
static char path[128];

static void setup_pod(void)
{
	world_make(&w);
	world_open(&w);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	snprintf(path, sizeof(path), "%s/log", w.folder);
}

/* Checks the head of a line ("2020-01-02T03:04:05.123456789Z stdout F ") and gives what follows. */
static const char *check_head(const char *line, const char *stream, char tag)
{
	static const char FORM[] = "dddd-dd-ddTdd:dd:dd.dddddddddZ ";
	for (size_t i = 0; FORM[i]; i++)
		ck_assert_msg(FORM[i] == 'd' ? line[i] >= '0' && line[i] <= '9' : line[i] == FORM[i],
		              "time of \"%.60s\"", line);
	line += strlen(FORM);
	ck_assert_msg(strncmp(line, stream, strlen(stream)) == 0, "stream of \"%.60s\"", line);
	line += strlen(stream);
	ck_assert_msg(line[0] == ' ' && line[1] == tag && line[2] == ' ', "tag of \"%.60s\"", line);
	return line + 3;
}

START_TEST(lines_have_time_stream_and_tag)
{
	setup_pod();
	ck_assert_int_eq(world_run(&w, "pod",
	                           (start_options){.id = "a",
	                                           .script = "echo one; echo; echo '  two '",
	                                           .more = {.log_file = path}}),
	                 0);
	ck_assert_int_eq(world_run(&w, "pod",
	                           (start_options){.id = "b",
	                                           .script = "echo bad >&2; printf unfinished",
	                                           .more = {.log_file = path}}),
	                 0);
	char *text = file_text("%s", path);
	static const char *const STREAMS[] = {"stdout", "stdout", "stdout", "stderr", "stdout"};
	static const char *const LINES[] = {"one", "", "  two ", "bad", "unfinished"};
	int seen = 0;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		int which = -1; /* the order of two streams is not known */
		for (int i = 0; i < 5; i++)
			if (!(seen & 1 << i) && strstr(line, STREAMS[i]) &&
			    strcmp(line + strlen(line) - strlen(LINES[i]), LINES[i]) == 0 &&
			    line[strlen(line) - strlen(LINES[i]) - 2] == (i == 4 ? 'P' : 'F')) {
				which = i;
				break;
			}
		ck_assert_msg(which >= 0, "\"%s\"", line);
		seen |= 1 << which;
		ck_assert_str_eq(check_head(line, STREAMS[which], which == 4 ? 'P' : 'F'), LINES[which]);
	}
	ck_assert_int_eq(seen, 31);
	free(text);
	struct stat status;
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq(status.st_mode & 07777, 0640);
	world_end(&w);
}
END_TEST

START_TEST(long_lines_come_in_parts)
{
	setup_pod();
	const char *script = "head -c 40000 /dev/zero | tr '\\0' x; echo; echo end";
	ck_assert_int_eq(
	    world_run(&w, "pod",
	              (start_options){.id = "a", .script = script, .more = {.log_file = path}}),
	    0);
	char *text = file_text("%s", path);
	size_t sizes[4] = {0};
	size_t n = 0;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		ck_assert_uint_lt(n, 4);
		sizes[n] = strlen(check_head(line, "stdout", n < 2 ? 'P' : 'F'));
		n++;
	}
	ck_assert_uint_eq(n, 4);
	ck_assert_uint_eq(sizes[0], 16384);
	ck_assert_uint_eq(sizes[1], 16384);
	ck_assert_uint_eq(sizes[2], 40000 - 2 * 16384);
	ck_assert_uint_eq(sizes[3], 3);
	free(text);
	world_end(&w);
}
END_TEST

START_TEST(files_rotate_at_their_size)
{
	setup_pod();
	const char *script = "i=0; while [ $i -lt 200 ]; do echo line $i; i=$((i+1)); done";
	ck_assert_int_eq(
	    world_run(
	        &w, "pod",
	        (start_options){.id = "a",
	                        .script = script,
	                        .more = {.log_file = path, .log_max_bytes = 1000, .log_max_files = 3}}),
	    0);
	char *last = file_text("%s", path);
	char *older = file_text("%s.1", path);
	char *oldest = file_text("%s.2", path);
	char beyond[160];
	snprintf(beyond, sizeof(beyond), "%s.3", path);
	ck_assert(!file_exists(beyond));
	ck_assert_ptr_nonnull(strstr(last, "line 199\n"));
	const char *const texts[] = {oldest, older, last};
	int next = -1;
	for (size_t i = 0; i < 3; i++) {
		ck_assert_uint_le(strlen(texts[i]), 1000);
		ck_assert_uint_gt(strlen(texts[i]), i < 2 ? 900 : 0);
		/* Whole lines, none lost between two files. */
		for (const char *line = texts[i]; *line; line = strchr(line, '\n') + 1) {
			int number = atoi(check_head(line, "stdout", 'F') + strlen("line "));
			ck_assert(next < 0 || number == next);
			next = number + 1;
		}
	}
	ck_assert_int_eq(next, 200);
	free(last);
	free(older);
	free(oldest);
	/* One file alone is begun anew. */
	snprintf(path, sizeof(path), "%s/single", w.folder);
	ck_assert_int_eq(
	    world_run(
	        &w, "pod",
	        (start_options){.id = "b",
	                        .script = script,
	                        .more = {.log_file = path, .log_max_bytes = 1000, .log_max_files = 1}}),
	    0);
	last = file_text("%s", path);
	ck_assert_ptr_nonnull(strstr(last, "line 199\n"));
	ck_assert_uint_le(strlen(last), 1000);
	free(last);
	snprintf(beyond, sizeof(beyond), "%s.1", path);
	ck_assert(!file_exists(beyond));
	world_end(&w);
}
END_TEST

START_TEST(no_link_and_no_pipe_is_written_to)
{
	setup_pod();
	answer a;
	char victim[128];
	snprintf(victim, sizeof(victim), "%s/victim", w.folder);
	file_write(victim, "precious\n");
	ck_assert_int_eq(symlink(victim, path), 0);
	ck_assert_int_lt(
	    world_start(&w, &a, "pod",
	                (start_options){.id = "a", .script = "echo x", .more = {.log_file = path}}),
	    0);
	ck_assert_ptr_nonnull(strstr(a.message, "Too many levels of symbolic links"));
	char *text = file_text("%s", victim);
	ck_assert_str_eq(text, "precious\n");
	free(text);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_lt(
	    world_start(&w, &a, "pod",
	                (start_options){.id = "a", .script = "echo x", .more = {.log_file = path}}),
	    0);
	ck_assert_ptr_nonnull(strstr(a.message, "open log file"));
	world_end(&w);
}
END_TEST

START_TEST(who_writes_without_end_keeps_nobody)
{
	setup_pod();
	answer a;
	const korch_container_config more = {
	    .log_file = path, .log_max_bytes = 100000, .log_max_files = 2};
	ck_assert_int_eq(world_start(&w, NULL, "pod",
	                             (start_options){.id = "a", .script = "exec yes", .more = more}),
	                 0);
	ck_assert_int_eq(world_run(&w, "pod", (start_options){.id = "b", .script = "exit 9"}), 9);
	ck_assert_int_eq(world_exec(&w, &a, "a", "yes & echo done", 0), 0);
	answer_fini(&a);
	ck_assert_int_eq(world_stop(&w, "a", 10 * KORCH_USEC_PER_SEC), 0);
	ck_assert_int_eq(world_wait_exit(&w, "a")->signal, 15);
	world_end(&w);
}
END_TEST

KORCH_SUITE(process_log)
{
	Suite *suite = suite_create("process-log");
	KORCH_CASE(suite, "logs", lines_have_time_stream_and_tag, long_lines_come_in_parts,
	           files_rotate_at_their_size, no_link_and_no_pipe_is_written_to,
	           who_writes_without_end_keeps_nobody);
	return suite;
}
