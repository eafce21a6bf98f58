/*
 * The process runtime: running containers; exit codes, surroundings, errors at the start. Logs,
 * stopping and adoption have files of their own.
 */
#include "process_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static world w;

static void setup_pod(void)
{
	world_make(&w);
	world_open(&w);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
}

START_TEST(exit_codes_are_exact)
{
	setup_pod();
	static const int CODES[] = {0, 1, 2, 42, 127, 255};
	for (size_t i = 0; i < sizeof(CODES) / sizeof(CODES[0]); i++) {
		char id[16], script[32];
		snprintf(id, sizeof(id), "c%zu", i);
		snprintf(script, sizeof(script), "exit %d", CODES[i]);
		ck_assert_int_eq(world_run(&w, "pod", (start_options){.id = id, .script = script}),
		                 CODES[i]);
		const world_event *event = world_find(&w, id, KORCH_CONTAINER_EXITED);
		ck_assert_int_eq(event->signal, 0);
		ck_assert_int_eq(event->pid, 0);
		ck_assert_int_ge(event->finished_us, event->started_us);
		ck_assert_int_gt(event->started_us, 0);
		const world_event *running = world_find(&w, id, KORCH_CONTAINER_RUNNING);
		ck_assert_ptr_nonnull(running);
		ck_assert_int_gt(running->pid, 1);
		ck_assert(running < event);
	}
	world_end(&w);
}
END_TEST

START_TEST(signals_are_exact)
{
	setup_pod();
	static const int SIGNALS[] = {SIGTERM, SIGKILL, SIGSEGV, SIGUSR1};
	for (size_t i = 0; i < sizeof(SIGNALS) / sizeof(SIGNALS[0]); i++) {
		char id[16], script[32];
		snprintf(id, sizeof(id), "c%zu", i);
		snprintf(script, sizeof(script), "kill -%d $$", SIGNALS[i]);
		ck_assert_int_eq(world_run(&w, "pod", (start_options){.id = id, .script = script}),
		                 128 + SIGNALS[i]);
		ck_assert_int_eq(world_find(&w, id, KORCH_CONTAINER_EXITED)->signal, SIGNALS[i]);
	}
	world_end(&w);
}
END_TEST

START_TEST(surroundings)
{
	setup_pod();
	char script[512], path[160];
	const korch_map_entry env[] = {
	    {"GREETING", "hello world"}, {"EMPTY", ""}, {"PATH", "/bin:/usr/bin"}};
	snprintf(path, sizeof(path), "%s/out", w.folder);
	snprintf(script, sizeof(script),
	         "{ pwd; env | sort; umask; ls /proc/self/fd | wc -l; cat /proc/self/stat | cut -d' ' "
	         "-f5,6 >/dev/null; "
	         "trap | wc -l; echo \"$0|$1|$2\"; } > %s",
	         path);
	const char *const command[] = {"sh", "-c", script, "zero"};
	const char *const args[] = {"one", "two words"};
	korch_container_config more = {.command = command,
	                               .n_command = 4,
	                               .args = args,
	                               .n_args = 2,
	                               .env = env,
	                               .n_env = 3,
	                               .working_dir = "/usr"};
	ck_assert_int_eq(world_run(&w, "pod", (start_options){.id = "c", .more = more}), 0);
	char *text = file_text("%s", path);
	ck_assert_ptr_nonnull(strstr(text, "/usr\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nGREETING=hello world\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nEMPTY=\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nPATH=/bin:/usr/bin\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nHOSTNAME=pod\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nHOME=/\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nKORCH_SANDBOX_FOLDER=/tmp/"));
	ck_assert_ptr_nonnull(strstr(text, "\nKORCH_SANDBOX_ID=pod\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nKORCH_CONTAINER_ID=c\n"));
	ck_assert_ptr_null(strstr(text, "CK_"));
	ck_assert_ptr_null(strstr(text, "KORCH_BUILD_ROOT"));
	ck_assert_ptr_nonnull(strstr(text, "\n0022\n4\n"));
	ck_assert_ptr_nonnull(strstr(text, "zero|one|two words\n"));
	free(text);
	world_end(&w);
}
END_TEST

START_TEST(without_working_folder_it_is_this_programs)
{
	setup_pod();
	char script[200], path[160], here[4096];
	snprintf(path, sizeof(path), "%s/out", w.folder);
	snprintf(script, sizeof(script), "pwd > %s", path);
	ck_assert_ptr_nonnull(getcwd(here, sizeof(here)));
	ck_assert_int_eq(world_run(&w, "pod", (start_options){.id = "c", .script = script}), 0);
	char *text = file_text("%s", path);
	text[strcspn(text, "\n")] = 0;
	ck_assert_str_eq(text, here);
	free(text);
	world_end(&w);
}
END_TEST

static void check_refusal(const char *what, start_options options, const char *reason,
                          const char *part)
{
	answer a;
	options.id = what;
	int code = world_start(&w, &a, "pod", options);
	ck_assert_msg(code < 0, "%s started", what);
	ck_assert_msg(strcmp(a.reason, reason) == 0, "%s: reason %s (%s)", what, a.reason, a.message);
	ck_assert_msg(strstr(a.message, part) != NULL, "%s: message \"%s\" without \"%s\"", what,
	              a.message, part);
	/* Nothing of it is left: the same can be tried again and says the same. */
	answer again;
	ck_assert_int_eq(world_start(&w, &again, "pod", options), code);
	ck_assert_str_eq(again.message, a.message);
}

START_TEST(start_errors_say_what_is_wrong)
{
	setup_pod();
	const char *const missing[] = {"/no/such/program"};
	const char *const unknown[] = {"no-such-program-anywhere"};
	const char *const folder[] = {"/etc"};
	const korch_mount mounts[] = {{.host_path = "/no/such/volume", .container_path = "/data"}};
	check_refusal("program", (start_options){.more = {.command = missing, .n_command = 1}},
	              "StartError", "exec /no/such/program: No such file or directory");
	check_refusal("unknown", (start_options){.more = {.command = unknown, .n_command = 1}},
	              "StartError", "exec no-such-program-anywhere: No such file or directory");
	check_refusal("folder", (start_options){.more = {.command = folder, .n_command = 1}},
	              "StartError", "exec /etc: Permission denied");
	check_refusal("cwd",
	              (start_options){.script = "true", .more = {.working_dir = "/no/such/folder"}},
	              "StartError", "change folder to /no/such/folder: No such file or directory");
	check_refusal("mount",
	              (start_options){.script = "true", .more = {.mounts = mounts, .n_mounts = 1}},
	              "StartError", "mount /no/such/volume: No such file or directory");
	check_refusal("log", (start_options){.script = "true", .more = {.log_file = "/no/such/log"}},
	              "StartError", "open log file /no/such/log: No such file or directory");
	check_refusal("image", (start_options){.more = {.image = "nginx:1.14.2"}}, "ImageNotMapped",
	              "image \"nginx:1.14.2\" is not mapped to a program on this machine and the "
	              "container has no command");
	ck_assert_uint_eq(w.n_events, 0);
	world_end(&w);
}
END_TEST

START_TEST(a_start_that_is_too_large_is_refused_and_the_next_one_works)
{
	setup_pod();
	size_t size = 5 * 1024 * 1024;
	char *large = malloc(size + 1);
	memset(large, 'x', size);
	large[size] = 0;
	const korch_map_entry env[] = {{"LARGE", large}};
	check_refusal("large", (start_options){.script = "true", .more = {.env = env, .n_env = 1}},
	              "RunContainerError", "too large");
	const char **words = calloc(100000, sizeof(*words));
	for (size_t i = 0; i < 100000; i++)
		words[i] = "w";
	check_refusal("words", (start_options){.more = {.command = words, .n_command = 100000}},
	              "RunContainerError", "too many");
	large[200000] = 0; /* fits into a message, and is more than the kernel takes as one string */
	check_refusal("kernel", (start_options){.script = "true", .more = {.env = env, .n_env = 1}},
	              "StartError", "Argument list too long");
	ck_assert_int_eq(world_run(&w, "pod", (start_options){.id = "next", .script = "exit 3"}), 3);
	free(words);
	free(large);
	world_end(&w);
}
END_TEST

START_TEST(images_are_mapped)
{
	world_make(&w);
	char program[128], gone[128];
	snprintf(program, sizeof(program), "%s/program", w.folder);
	snprintf(gone, sizeof(gone), "%s/gone", w.folder);
	file_write(program, "#!/bin/sh\nexit $1\n");
	chmod(program, 0755);
	const korch_process_image images[] = {{"tool", program}, {"example.com/gone", gone}};
	w.images = images;
	w.n_images = 2;
	world_open(&w);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	const char *const args[] = {"17"};
	const char *const names[] = {"tool", "tool:1.2", "docker.io/library/tool:latest",
	                             "library/tool@sha256:00"};
	for (size_t i = 0; i < 4; i++) {
		char id[8];
		snprintf(id, sizeof(id), "c%zu", i);
		ck_assert_int_eq(
		    world_run(
		        &w, "pod",
		        (start_options){.id = id, .more = {.image = names[i], .args = args, .n_args = 1}}),
		    17);
	}
	/* A command goes before the mapped program. */
	ck_assert_int_eq(
	    world_run(&w, "pod",
	              (start_options){.id = "command", .script = "exit 4", .more = {.image = "tool"}}),
	    4);
	check_refusal("other", (start_options){.more = {.image = "example.com/tool"}}, "ImageNotMapped",
	              "not mapped");
	check_refusal("gone", (start_options){.more = {.image = "example.com/gone:1"}},
	              "ImageNotMapped", "which does not exist");
	world_end(&w);
}
END_TEST

START_TEST(a_folder_becomes_the_root)
{
	if (geteuid() != 0)
		return;
	world_make(&w);
	char root[128], script[600];
	snprintf(root, sizeof(root), "%s/root", w.folder);
	mkdir(root, 0755);
	/*
	 * A root made of links into bind mounts would need a whole system: a static program is enough.
	 */
	snprintf(script, sizeof(script),
	         "set -e; cd %s; mkdir bin etc; cp $(command -v sh) bin/sh; for f in $(ldd bin/sh | "
	         "grep -o '/[^ ]*'); do "
	         "mkdir -p .$(dirname $f); cp $f .$f; done; echo inside > etc/where",
	         root);
	ck_assert_int_eq(system(script), 0);
	const korch_process_image images[] = {{"system", root}};
	w.images = images;
	w.n_images = 1;
	world_open(&w);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	char volume[128];
	snprintf(volume, sizeof(volume), "%s/volume", w.folder);
	mkdir(volume, 0755);
	const korch_mount mounts[] = {{.host_path = volume, .container_path = "/data"}};
	const char *test = "read where < /etc/where; test $where = inside && test ! -e /proc && test ! "
	                   "-e /usr/bin/env && "
	                   "pwd > /data/pwd && echo in > /data/here";
	ck_assert_int_eq(
	    world_run(&w, "pod",
	              (start_options){.id = "c",
	                              .script = test,
	                              .more = {.image = "system", .mounts = mounts, .n_mounts = 1}}),
	    0);
	char *text = file_text("%s/pwd", volume);
	ck_assert_str_eq(text, "/\n");
	free(text);
	/* The mount was only in the container's view, and exec sees what the container sees. */
	char path[160];
	snprintf(path, sizeof(path), "%s/data", root);
	ck_assert(!file_exists(path));
	answer a;
	ck_assert_int_eq(
	    world_start(&w, NULL, "pod",
	                (start_options){.id = "long",
	                                .script = "while :; do read x < /data/fifo; done",
	                                .more = {.image = "system", .mounts = mounts, .n_mounts = 1}}),
	    0);
	ck_assert_int_eq(
	    world_exec(&w, &a, "long",
	               "read where < /etc/where; echo $where; read x < /data/here; echo $x", 0),
	    0);
	ck_assert_str_eq(a.output, "inside\nin\n");
	answer_fini(&a);
	check_refusal("no-command", (start_options){.more = {.image = "system"}}, "ImageNotMapped",
	              "has no command");
	world_end(&w);
}
END_TEST

START_TEST(user_and_group)
{
	setup_pod();
	chmod(w.folder, 0755);
	if (geteuid() != 0) {
		check_refusal("user", (start_options){.script = "true", .more = {.run_as_user = 1}},
		              "StartError", "set user");
		world_end(&w);
		return;
	}
	answer a;
	ck_assert_int_eq(
	    world_run(
	        &w, "pod",
	        (start_options){.id = "user",
	                        .script = "test \"$(id -u) $(id -g) $(id -G)\" = '65534 65533 65533'",
	                        .more = {.run_as_user = 65534, .run_as_group = 65533}}),
	    0);
	ck_assert_int_eq(
	    world_run(
	        &w, "pod",
	        (start_options){
	            .id = "drop",
	            .script = "test $(id -u) = 65534 && ! grep -q 'CapEff.*[1-9a-f]' /proc/self/status",
	            .more = {.run_as_user = 65534}}),
	    0);
	/* A command inside runs as the same user, not as the shim. */
	ck_assert_int_eq(
	    world_start(&w, NULL, "pod",
	                (start_options){.id = "long",
	                                .script = "exec sleep 1000",
	                                .more = {.run_as_user = 65534, .run_as_group = 65533}}),
	    0);
	ck_assert_int_eq(world_exec(&w, &a, "long", "id -u; id -g; id -G", 0), 0);
	ck_assert_str_eq(a.output, "65534\n65533\n65533\n");
	answer_fini(&a);
	world_end(&w);
}
END_TEST

START_TEST(a_terminal)
{
	setup_pod();
	char path[160];
	snprintf(path, sizeof(path), "%s/log", w.folder);
	ck_assert_int_eq(
	    world_run(&w, "pod",
	              (start_options){.id = "tty",
	                              .script = "tty >/dev/null && test -t 0 && test -t 1 && test -t 2 "
	                                        "&& echo yes; ls /proc/self/fd | wc -l",
	                              .more = {.tty = 1, .log_file = path}}),
	    0);
	char *text = file_text("%s", path);
	ck_assert_ptr_nonnull(strstr(text, " stdout F yes\r\n"));
	ck_assert_ptr_nonnull(strstr(text, " stdout F 4\r\n"));
	free(text);
	ck_assert_int_eq(
	    world_run(&w, "pod", (start_options){.id = "none", .script = "test -t 0 || test -t 1"}), 1);
	world_end(&w);
}
END_TEST

START_TEST(other_children_are_left_alone)
{
	world_make(&w);
	pid_t pid = fork();
	if (pid == 0)
		_exit(23);
	world_open(&w);
	ck_assert_int_eq(world_sandbox(&w, "pod"), 0);
	ck_assert_int_eq(world_run(&w, "pod", (start_options){.id = "c", .script = "exit 0"}), 0);
	struct sigaction action;
	ck_assert_int_eq(sigaction(SIGCHLD, NULL, &action), 0);
	ck_assert(action.sa_handler == SIG_DFL);
	world_end(&w);
	int status = 0;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(WEXITSTATUS(status), 23);
	ck_assert_int_eq(waitpid(-1, &status, WNOHANG), -1); /* no zombie of ours */
}
END_TEST

START_TEST(a_program_that_ignores_its_children)
{
	signal(SIGCHLD, SIG_IGN);
	setup_pod();
	ck_assert_int_eq(world_run(&w, "pod", (start_options){.id = "c", .script = "exit 5"}), 5);
	world_end(&w);
}
END_TEST

KORCH_SUITE(process_run)
{
	Suite *suite = suite_create("process-run");
	KORCH_CASE(suite, "ends", exit_codes_are_exact, signals_are_exact);
	KORCH_CASE(suite, "surroundings", surroundings, without_working_folder_it_is_this_programs,
	           user_and_group, a_terminal);
	KORCH_CASE(suite, "errors", start_errors_say_what_is_wrong,
	           a_start_that_is_too_large_is_refused_and_the_next_one_works);
	KORCH_CASE(suite, "images", images_are_mapped, a_folder_becomes_the_root);
	KORCH_CASE(suite, "host", other_children_are_left_alone, a_program_that_ignores_its_children);
	return suite;
}
