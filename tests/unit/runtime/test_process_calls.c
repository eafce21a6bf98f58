/*
 * The process runtime: commands inside, usage, limits, identifiers and options. How calls are
 * answered stands in test_process_answers.c.
 */
#include "process_fixture.h"

#include <dirent.h>
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

START_TEST(commands_inside)
{
	setup_pod();
	answer a;
	const korch_map_entry env[] = {{"WHERE", "inside"}};
	ck_assert_int_eq(
	    world_start(&w, NULL, "pod",
	                (start_options){.id = "c",
	                                .script = "exec sleep 1000",
	                                .more = {.env = env, .n_env = 1, .working_dir = "/usr"}}),
	    0);
	ck_assert_int_eq(world_exec(&w, &a, "c", "echo $WHERE; pwd; echo error >&2; exit 9", 0), 0);
	ck_assert_int_eq(a.exit_code, 9);
	ck_assert_str_eq(a.output, "inside\n/usr\nerror\n");
	answer_fini(&a);
	ck_assert_int_eq(world_exec(&w, &a, "c", "kill -9 $$", KORCH_USEC_NEVER), 0);
	ck_assert_int_eq(a.exit_code, 137);
	answer_fini(&a);
	/* A time limit, with what was written until then. */
	ck_assert_int_eq(world_exec(&w, &a, "c", "echo begun; sleep 1000", 200 * KORCH_USEC_PER_MSEC),
	                 KORCH_E_TIMEOUT);
	ck_assert_str_eq(a.output, "begun\n");
	answer_fini(&a);
	/* More than the limit: the command is not held up, the beginning is given back. */
	ck_assert_int_eq(world_exec(&w, &a, "c", "head -c 3000000 /dev/zero | tr '\\0' x; exit 4", 0),
	                 0);
	ck_assert_int_eq(a.exit_code, 4);
	ck_assert_uint_eq(a.length, 65536);
	ck_assert_uint_eq(strspn(a.output, "x"), 65536);
	answer_fini(&a);
	/* Nothing to run, nowhere to run. */
	const char *const missing[] = {"no-such-program"};
	a = (answer){.of = &w};
	ck_assert_int_eq(w.ops->exec(w.self, "c", missing, 1, 0, answer_execed, &a), 0);
	world_wait_answer(&w, &a);
	ck_assert_int_eq(a.exit_code, 127);
	ck_assert_str_eq(a.output, "exec no-such-program: No such file or directory\n");
	answer_fini(&a);
	ck_assert_int_eq(world_exec(&w, &a, "never-there", "true", 0), KORCH_E_NOT_FOUND);
	answer_fini(&a);
	ck_assert_int_eq(w.ops->exec(w.self, "c", missing, 0, 0, answer_execed, &a), KORCH_E_INVALID);
	ck_assert_int_eq(world_stop(&w, "c", 0), 0);
	world_wait_exit(&w, "c");
	ck_assert_int_eq(world_exec(&w, &a, "c", "true", 0), KORCH_E_NOT_FOUND);
	answer_fini(&a);
	world_end(&w);
}
END_TEST

START_TEST(commands_end_with_their_container)
{
	setup_pod();
	answer a = {.of = &w};
	ck_assert_int_eq(
	    world_start(&w, NULL, "pod", (start_options){.id = "c", .script = "exec sleep 1000"}), 0);
	char file[128];
	snprintf(file, sizeof(file), "%s/begun", w.folder);
	const char *const command[] = {"sh", "-c", ": > $0; exec sleep 1000", file};
	ck_assert_int_eq(w.ops->exec(w.self, "c", command, 4, 0, answer_execed, &a), 0);
	world_wait_file(&w, file);
	ck_assert_int_eq(world_stop(&w, "c", 0), 0);
	world_wait_answer(&w, &a);
	ck_assert_int_eq(a.exit_code, 137);
	answer_fini(&a);
	world_end(&w);
}
END_TEST

static int has_two(world *of, void *what)
{
	answer *a = what;
	*a = (answer){.of = of};
	ck_assert_int_eq(of->ops->stats(of->self, "c", answer_measured, a), 0);
	world_wait_answer(of, a);
	return a->code == 0 && a->usage.processes == 2 && a->usage.cpu_usec > 0;
}

START_TEST(usage)
{
	setup_pod();
	answer a;
	ck_assert_int_eq(
	    world_start(&w, NULL, "pod",
	                (start_options){.id = "c", .script = "sh -c 'while :; do :; done' & wait"}),
	    0);
	ck_assert(world_until(&w, has_two, &a));
	ck_assert_int_gt(a.usage.memory_bytes, 100000);
	ck_assert_int_gt(a.usage.at_us, 0);
	ck_assert_int_eq(world_stop(&w, "c", 0), 0);
	world_wait_exit(&w, "c");
	a = (answer){.of = &w};
	ck_assert_int_eq(w.ops->stats(w.self, "c", answer_measured, &a), 0);
	world_wait_answer(&w, &a);
	ck_assert_int_eq(a.code, KORCH_E_NOT_FOUND);
	korch_node_capacity capacity;
	ck_assert_int_eq(w.ops->capacity(w.self, "any", &capacity), 0);
	ck_assert_int_ge(capacity.cpu_milli, 1000);
	ck_assert_int_gt(capacity.memory_bytes, 1 << 20);
	ck_assert_int_gt(capacity.pods, 0);
	world_end(&w);
}
END_TEST

/* Is there a cgroup whose name begins so? */
static int has_cgroup(const char *id)
{
	static const char *const FOLDERS[] = {"/sys/fs/cgroup/memory/korch", "/sys/fs/cgroup/cpu/korch",
	                                      "/sys/fs/cgroup/korch"};
	int found = 0;
	for (size_t i = 0; i < sizeof(FOLDERS) / sizeof(FOLDERS[0]); i++) {
		DIR *folder = opendir(FOLDERS[i]);
		struct dirent *entry;
		while (folder && (entry = readdir(folder)))
			found |= strncmp(entry->d_name, id, strlen(id)) == 0;
		if (folder)
			closedir(folder);
	}
	return found;
}

START_TEST(a_memory_limit_is_kept)
{
	setup_pod();
	char id[32];
	answer a;
	snprintf(id, sizeof(id), "hungry-%d-", (int)getpid());
	/* 5 millicores are less than the kernel's least share: it gets that. */
	const korch_container_config more = {
	    .memory_limit_bytes = 16 << 20, .cpu_limit_milli = 5, .cpu_shares_milli = 100};
	int code =
	    world_start(&w, &a, "pod", (start_options){.id = id, .script = "exit 4", .more = more});
	ck_assert_msg(code == 0, "%s", a.message);
	int is_limited = has_cgroup(id);
	ck_assert_int_eq(world_wait_exit(&w, id)->exit_code, 4);
	ck_assert_int_eq(world_find(&w, id, KORCH_CONTAINER_EXITED)->oom_killed, 0);
	ck_assert_int_eq(world_remove(&w, id), 0);
	ck_assert(!has_cgroup(id));
	w.n_events = 0;
	/* Without cgroups there is nothing that would stop it, so it does not begin. */
	const korch_map_entry env[] = {{"LIMITED", is_limited ? "1" : ""}};
	const korch_container_config hungry = {.memory_limit_bytes = 16 << 20, .env = env, .n_env = 1};
	ck_assert_int_eq(
	    world_start(
	        &w, &a, "pod",
	        (start_options){.id = id,
	                        .script = "test -n \"$LIMITED\" || exit 137; exec tail /dev/zero",
	                        .more = hungry}),
	    0);
	const world_event *event = world_wait_exit(&w, id);
	ck_assert_int_eq(event->oom_killed, is_limited);
	ck_assert_int_eq(event->exit_code, 137);
	/* Known to the next runtime too, and gone with the pod. */
	world_close(&w);
	ck_assert_int_eq(has_cgroup(id), is_limited);
	world_open(&w);
	ck_assert_int_eq(world_remove_sandbox(&w, "pod"), 0);
	ck_assert(!has_cgroup(id));
	world_end(&w);
}
END_TEST

static void limits_are_a_wish(void)
{
	setup_pod();
	const korch_container_config more = {.memory_limit_bytes = 64 << 20, .cpu_shares_milli = 100};
	ck_assert_int_eq(
	    world_run(&w, "pod", (start_options){.id = "c", .script = "exit 5", .more = more}), 5);
	world_end(&w);
}

/* Groups of root's containers do not keep those of an ordinary user from starting. */
START_TEST(limits_of_an_ordinary_user)
{
	if (geteuid() != 0) {
		limits_are_a_wish();
		return;
	}
	setup_pod();
	const korch_container_config more = {.cpu_shares_milli = 100};
	ck_assert_int_eq(
	    world_start(&w, NULL, "pod",
	                (start_options){.id = "roots", .script = "exec sleep 1000", .more = more}),
	    0);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (setresgid(65534, 65534, 65534) < 0 || setresuid(65534, 65534, 65534) < 0)
			_exit(99);
		limits_are_a_wish();
		_exit(0);
	}
	int status;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	world_end(&w);
}
END_TEST

START_TEST(ids_that_are_not_valid)
{
	setup_pod();
	char longest[258];
	memset(longest, 'x', sizeof(longest));
	longest[256] = 0;
	const char *const ids[] = {"",      ".",          "..",    ".hidden",  "a/b",
	                           "../up", "with space", "tab\t", "\xc3\xa4", longest};
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		ck_assert_int_eq(world_sandbox(&w, ids[i]), KORCH_E_INVALID);
		ck_assert_int_eq(
		    world_start(&w, NULL, "pod", (start_options){.id = ids[i], .script = "true"}),
		    KORCH_E_INVALID);
		ck_assert_int_eq(
		    world_start(&w, NULL, ids[i], (start_options){.id = "c", .script = "true"}),
		    KORCH_E_INVALID);
	}
	longest[255] = 0;
	ck_assert_int_eq(world_sandbox(&w, longest), 0);
	ck_assert_int_eq(world_run(&w, longest, (start_options){.id = longest, .script = "exit 5"}), 5);
	/* A container's id is unique on the runtime. */
	answer a;
	ck_assert_int_eq(world_start(&w, &a, "pod", (start_options){.id = longest, .script = "true"}),
	                 KORCH_E_EXISTS);
	ck_assert_int_eq(world_start(&w, &a, "nowhere", (start_options){.id = "c", .script = "true"}),
	                 KORCH_E_NOT_FOUND);
	world_end(&w);
}
END_TEST

START_TEST(options_that_are_not_valid)
{
	world_make(&w);
	korch_runtime *runtime = NULL;
	korch_loop *virtual;
	char gone[128];
	snprintf(gone, sizeof(gone), "%s/no/such/folder", w.folder);
	ck_assert_int_eq(korch_loop_new_virtual(&virtual, 0, NULL), 0);
	korch_process_options options = {.size = sizeof(options), .state_folder = w.state};
	ck_assert_int_eq(korch_runtime_process_new(&runtime, virtual, &options, NULL),
	                 KORCH_E_UNSUPPORTED);
	ck_assert_int_eq(korch_runtime_process_new(NULL, w.loop, &options, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_runtime_process_new(&runtime, NULL, &options, NULL), KORCH_E_INVALID);
	options.state_folder = "relative";
	ck_assert_int_eq(korch_runtime_process_new(&runtime, w.loop, &options, NULL), KORCH_E_INVALID);
	options.state_folder = gone;
	ck_assert_int_eq(korch_runtime_process_new(&runtime, w.loop, &options, NULL), KORCH_E_IO);
	options.state_folder = w.state;
	options.n_images = 1;
	ck_assert_int_eq(korch_runtime_process_new(&runtime, w.loop, &options, NULL), KORCH_E_INVALID);
	const korch_process_image relative = {"a", "b"};
	options.images = &relative;
	ck_assert_int_eq(korch_runtime_process_new(&runtime, w.loop, &options, NULL), KORCH_E_INVALID);
	options.n_images = 1025;
	ck_assert_int_eq(korch_runtime_process_new(&runtime, w.loop, &options, NULL), KORCH_E_LIMIT);
	ck_assert_ptr_null(runtime);
	korch_loop_free(virtual);
	world_end(&w);
}
END_TEST

START_TEST(the_number_of_pods_is_limited)
{
	world_make(&w);
	mkdir(w.state, 0700);
	char path[256];
	snprintf(path, sizeof(path), "%s/pods", w.state);
	mkdir(path, 0700);
	/* Pods of which only the folder is left count as well, and are cheap to make. */
	world_open(&w);
	world_close(&w);
	for (int i = 0; i < 4096; i++) {
		snprintf(path, sizeof(path), "%s/pods/p%d", w.state, i);
		ck_assert_int_eq(mkdir(path, 0700), 0);
		snprintf(path, sizeof(path), "%s/pods/p%d/spec", w.state, i);
	}
	world_open(&w);
	answer a = {.of = &w};
	const korch_sandbox_spec spec = {.id = "one-more"};
	ck_assert_int_eq(w.ops->sandbox_create(w.self, &spec, answer_done, &a), 0);
	world_wait_answer(&w, &a);
	ck_assert_int_eq(a.code, KORCH_E_LIMIT);
	ck_assert_ptr_nonnull(strstr(a.message, "4096"));
	world_end(&w);
}
END_TEST

KORCH_SUITE(process_calls)
{
	Suite *suite = suite_create("process-calls");
	KORCH_CASE(suite, "exec", commands_inside, commands_end_with_their_container);
	KORCH_CASE(suite, "usage", usage, a_memory_limit_is_kept, limits_of_an_ordinary_user);
	KORCH_CASE(suite, "arguments", ids_that_are_not_valid, options_that_are_not_valid,
	           the_number_of_pods_is_limited);
	return suite;
}
