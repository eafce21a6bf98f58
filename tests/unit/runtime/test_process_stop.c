/* The process runtime: stopping containers and what is left of them; removing pods. */
#include "process_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static world w;

static void setup_pod(void)
{
	world_make(&w);
	world_open(&w);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
}

/* Starts a script, which must create the file $READY, and waits until it has. */
static void start_and_wait(const char *id, const char *script)
{
	char file[128];
	snprintf(file, sizeof(file), "%s/ready-%s", w.folder, id);
	const korch_map_entry env[] = {{"READY", file}, {"FOLDER", w.folder}};
	answer a;
	int code =
	    world_start(&w, &a, "pod",
	                (start_options){.id = id, .script = script, .more = {.env = env, .n_env = 2}});
	ck_assert_msg(code == 0, "%s", a.message);
	world_wait_file(&w, file);
}

static pid_t pid_in(const char *name)
{
	char file[128];
	snprintf(file, sizeof(file), "%s/%s", w.folder, name);
	world_wait_file(&w, file);
	char *text = file_text("%s", file);
	pid_t pid = atoi(text);
	free(text);
	return pid;
}

START_TEST(term_reaches_the_whole_group)
{
	setup_pod();
	start_and_wait("c", "sh -c 'trap \"echo > $FOLDER/child-got-it; exit 0\" TERM; : > "
	                    "$FOLDER/child; while :; do sleep 0.05; done' & "
	                    "trap 'wait; exit 5' TERM; while [ ! -e $FOLDER/child ]; do sleep 0.02; "
	                    "done; : > $READY; wait; wait; exit 5");
	ck_assert_int_eq(world_stop(&w, "c", 20 * KORCH_USEC_PER_SEC), 0);
	ck_assert_int_eq(world_wait_exit(&w, "c")->exit_code, 5);
	char file[128];
	snprintf(file, sizeof(file), "%s/child-got-it", w.folder);
	ck_assert(file_exists(file));
	/* Stopping what has ended is fine. */
	ck_assert_int_eq(world_stop(&w, "c", 0), 0);
	ck_assert_int_eq(world_stop(&w, "never-there", 0), 0);
	world_end(&w);
}
END_TEST

START_TEST(another_signal)
{
	setup_pod();
	start_and_wait("c", "trap 'exit 44' USR1; : > $READY; while :; do sleep 0.02; done");
	answer a = {.of = &w};
	ck_assert_int_eq(w.ops->stop(w.self, "c", SIGUSR1, 20 * KORCH_USEC_PER_SEC, answer_done, &a),
	                 0);
	world_wait_answer(&w, &a);
	ck_assert_int_eq(world_wait_exit(&w, "c")->exit_code, 44);
	world_end(&w);
}
END_TEST

START_TEST(kill_follows_after_the_grace)
{
	setup_pod();
	start_and_wait("c", "trap '' TERM; : > $READY; while :; do sleep 0.02; done");
	korch_usec before = korch_loop_now(w.loop);
	ck_assert_int_eq(world_stop(&w, "c", 300 * KORCH_USEC_PER_MSEC), 0);
	ck_assert_ptr_null(world_find(&w, "c", KORCH_CONTAINER_EXITED));
	const world_event *event = world_wait_exit(&w, "c");
	ck_assert_int_eq(event->signal, SIGKILL);
	ck_assert_int_eq(event->exit_code, 137);
	ck_assert_int_ge(event->finished_us - before, 250 * KORCH_USEC_PER_MSEC);
	world_end(&w);
}
END_TEST

START_TEST(a_second_stop_shortens_the_grace)
{
	setup_pod();
	start_and_wait("c", "trap '' TERM; : > $READY; while :; do sleep 0.02; done");
	ck_assert_int_eq(world_stop(&w, "c", KORCH_USEC_NEVER), 0);
	ck_assert_int_eq(world_stop(&w, "c", 1000 * KORCH_USEC_PER_SEC), 0);
	ck_assert_int_eq(world_stop(&w, "c", 50 * KORCH_USEC_PER_MSEC), 0);
	ck_assert_int_eq(world_wait_exit(&w, "c")->signal, SIGKILL);
	start_and_wait("d", "trap '' TERM; : > $READY; while :; do sleep 0.02; done");
	ck_assert_int_eq(world_stop(&w, "d", 1000 * KORCH_USEC_PER_SEC), 0);
	ck_assert_int_eq(world_stop(&w, "d", 0), 0);
	ck_assert_int_eq(world_wait_exit(&w, "d")->signal, SIGKILL);
	world_end(&w);
}
END_TEST

START_TEST(children_may_finish_within_the_grace)
{
	setup_pod();
	/* The main process ends at once; its child needs a moment more and must be let to. */
	start_and_wait(
	    "c",
	    "sh -c 'trap \"sleep 0.3; : > $FOLDER/drained; exit 0\" TERM; : > $FOLDER/child; while :; "
	    "do sleep 0.02; done' & "
	    "trap 'exit 6' TERM; while [ ! -e $FOLDER/child ]; do sleep 0.02; done; : > $READY; wait");
	ck_assert_int_eq(world_stop(&w, "c", 20 * KORCH_USEC_PER_SEC), 0);
	ck_assert_int_eq(world_wait_exit(&w, "c")->exit_code, 6);
	char file[128];
	snprintf(file, sizeof(file), "%s/drained", w.folder);
	ck_assert(file_exists(file));
	/*
	 * Who takes longer than the grace is killed, and the container has ended with its main
	 * process's code.
	 */
	start_and_wait(
	    "d", "sh -c 'trap \"\" TERM; echo $$ > $FOLDER/stubborn; while :; do sleep 0.02; done' & "
	         "trap 'exit 7' TERM; while [ ! -s $FOLDER/stubborn ]; do sleep 0.02; done; : > "
	         "$READY; wait");
	pid_t stubborn = pid_in("stubborn");
	ck_assert_int_eq(world_stop(&w, "d", 200 * KORCH_USEC_PER_MSEC), 0);
	ck_assert_int_eq(world_wait_exit(&w, "d")->exit_code, 7);
	world_wait_gone(&w, stubborn);
	world_end(&w);
}
END_TEST

START_TEST(what_is_left_dies_with_the_container)
{
	setup_pod();
	/*
	 * In the group; in a session of its own; the child of one that has; another container's is
	 * left alone.
	 */
	start_and_wait("other", "setsid sh -c 'echo $$ > $FOLDER/kept; exec sleep 1000' & while [ ! -s "
	                        "$FOLDER/kept ]; do sleep 0.02; done; "
	                        ": > $READY; exec sleep 1000");
	start_and_wait("c", "sleep 1000 & echo $! > $FOLDER/group; "
	                    "setsid sh -c 'echo $$ > $FOLDER/daemon; (trap \"\" TERM HUP; setsid sh -c "
	                    "\"echo \\$\\$ > $FOLDER/grandchild; exec sleep 1000\") & wait' & "
	                    "while [ ! -s $FOLDER/grandchild ]; do sleep 0.02; done; : > $READY; read "
	                    "x < $FOLDER/ready-c; exit 3");
	const char *const names[] = {"group", "daemon", "grandchild"};
	pid_t pids[3];
	for (size_t i = 0; i < 3; i++)
		pids[i] = pid_in(names[i]);
	ck_assert_int_eq(world_wait_exit(&w, "c")->exit_code, 3);
	for (size_t i = 0; i < 3; i++)
		world_wait_gone(&w, pids[i]);
	ck_assert_int_eq(kill(pid_in("kept"), 0), 0);
	ck_assert_ptr_null(world_find(&w, "other", KORCH_CONTAINER_EXITED));
	world_end(&w);
}
END_TEST

START_TEST(a_daemon_without_its_environment_dies_with_the_last_container)
{
	setup_pod();
	start_and_wait("c", "env -i setsid sh -c \"echo \\$\\$ > $FOLDER/daemon; exec sleep 1000\" & "
	                    "while [ ! -s $FOLDER/daemon ]; do sleep 0.02; done; "
	                    ": > $READY; exit 0");
	world_wait_exit(&w, "c");
	world_wait_gone(&w, pid_in("daemon"));
	world_end(&w);
}
END_TEST

START_TEST(removing_a_pod_leaves_nothing)
{
	setup_pod();
	char folder[160];
	snprintf(folder, sizeof(folder), "%s/pods/pod", w.state);
	start_and_wait("a", "trap '' TERM; : > $READY; while :; do sleep 0.02; done");
	start_and_wait("b", "env -i setsid sh -c \"echo \\$\\$ > $FOLDER/daemon; exec sleep 1000\" & "
	                    "while [ ! -s $FOLDER/daemon ]; do sleep 0.02; done; "
	                    ": > $READY; exec sleep 1000");
	pid_t shim = shim_pid(&w, "pod");
	pid_t daemon = pid_in("daemon");
	ck_assert_int_gt(count_of_sandbox(&w, "pod"), 0);
	ck_assert_int_eq(world_remove_sandbox(&w, "pod"), 0);
	ck_assert_int_eq(count_of_sandbox(&w, "pod"), 0);
	world_wait_gone(&w, daemon);
	world_wait_gone(&w, shim);
	ck_assert(!file_exists(folder));
	ck_assert_int_eq(world_wait_exit(&w, "a")->signal, SIGKILL);
	ck_assert_int_eq(world_remove_sandbox(&w, "pod"), 0);
	ck_assert_int_eq(world_remove_sandbox(&w, "never-there"), 0);
	/* The same name can be used again. */
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	w.n_events = 0;
	ck_assert_int_eq(world_run(&w, "pod", (start_options){.id = "a", .script = "exit 2"}), 2);
	world_end(&w);
}
END_TEST

START_TEST(removing_a_container)
{
	setup_pod();
	start_and_wait("c", ": > $READY; exec sleep 1000");
	ck_assert_int_eq(world_remove(&w, "c"), KORCH_E_BUSY);
	ck_assert_int_eq(world_stop(&w, "c", 0), 0);
	world_wait_exit(&w, "c");
	ck_assert_int_eq(world_remove(&w, "c"), 0);
	ck_assert_int_eq(world_remove(&w, "c"), 0);
	w.n_events = 0;
	ck_assert_int_eq(world_run(&w, "pod", (start_options){.id = "c", .script = "exit 8"}), 8);
	world_end(&w);
}
END_TEST

KORCH_SUITE(process_stop)
{
	Suite *suite = suite_create("process-stop");
	KORCH_CASE(suite, "stop", term_reaches_the_whole_group, another_signal,
	           kill_follows_after_the_grace, a_second_stop_shortens_the_grace,
	           children_may_finish_within_the_grace);
	KORCH_CASE(suite, "rest", what_is_left_dies_with_the_container,
	           a_daemon_without_its_environment_dies_with_the_last_container);
	KORCH_CASE(suite, "remove", removing_a_pod_leaves_nothing, removing_a_container);
	return suite;
}
