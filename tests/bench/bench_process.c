/*
 * How fast processes start through the process runtime: bench-process [N]. Prints processes
 * started, ended and collected a second: by posix_spawn and waitid directly, one after the other,
 * and as containers of one pod, one and eight at a time.
 */
#include <fcntl.h>
#include <ftw.h>
#include <korch/process.h>
#include <korch/sys/runtime.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static korch_loop *loop;
static const korch_runtime_ops *ops;
static void *self;
static int n_answers, n_ended, n_removed;

static double now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static void check(int code, const char *message)
{
	if (code < 0) {
		fprintf(stderr, "bench-process: %s %s\n", korch_code_text(code), message);
		exit(EXIT_FAILURE);
	}
}

static void on_done(void *userdata, int code, const char *reason, const char *message)
{
	check(code, message);
	++*(int *)userdata;
}

static void start_one(int number)
{
	static const char *const command[] = {"/bin/true"};
	char id[32];
	snprintf(id, sizeof(id), "c%d", number);
	const korch_container_config config = {.id = id,
	                                       .sandbox_id = "pod",
	                                       .name = "c",
	                                       .image = "",
	                                       .command = command,
	                                       .n_command = 1,
	                                       .working_dir = "/",
	                                       .log_file = "",
	                                       .run_as_user = -1,
	                                       .run_as_group = -1};
	check(ops->start(self, &config, on_done, &n_answers), "start");
}

static void on_event(void *userdata, const korch_container_report *report)
{
	if (report->phase != KORCH_CONTAINER_EXITED)
		return;
	n_ended++;
	check(ops->remove(self, report->id, on_done, &n_removed), "remove");
}

static void wait_for(const int *counter, int n)
{
	while (*counter < n)
		check(korch_loop_step(loop, korch_loop_now(loop) + KORCH_USEC_PER_SEC), "step");
}

static void report(const char *what, int n, double since)
{
	double seconds = now() - since;
	printf("%-36s %6d in %6.3f s: %7.0f/s\n", what, n, seconds, n / seconds);
}

static void directly(int n)
{
	char name[] = "/bin/true";
	char *const argv[] = {name, NULL};
	double since = now();
	for (int i = 0; i < n; i++) {
		pid_t pid;
		siginfo_t info;
		if (posix_spawn(&pid, name, NULL, NULL, argv, environ) != 0 ||
		    waitid(P_PID, (id_t)pid, &info, WEXITED) < 0)
			check(KORCH_E_IO, "posix_spawn");
	}
	report("posix_spawn, waitid", n, since);
}

static void by_runtime(int n, int at_once, const char *what)
{
	double since = now();
	n_ended = n_removed = n_answers = 0;
	int n_started = 0;
	while (n_removed < n) {
		while (n_started < n && n_started - n_removed < at_once)
			start_one(n_started++);
		wait_for(&n_removed, n_removed + 1);
	}
	report(what, n, since);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	return remove(path);
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 2000;
	int created = 0, removed = 0;
	char folder[] = "/tmp/korch-bench-XXXXXX";
	korch_runtime *runtime;
	const korch_sandbox_spec spec = {.id = "pod"};
	if (n < 1 || !mkdtemp(folder))
		return EXIT_FAILURE;
	const korch_process_options options = {.size = sizeof(options), .state_folder = folder};
	check(korch_loop_new(&loop, NULL), "loop");
	check(korch_runtime_process_new(&runtime, loop, &options, NULL), "runtime");
	ops = korch_runtime_get_ops(runtime);
	self = korch_runtime_get_self(runtime);
	ops->set_listener(self, on_event, NULL);
	check(ops->sandbox_create(self, &spec, on_done, &created), "sandbox");
	wait_for(&created, 1);
	directly(n);
	by_runtime(n, 1, "containers, one at a time");
	by_runtime(n, 8, "containers, eight at a time");
	check(ops->sandbox_remove(self, "pod", on_done, &removed), "remove");
	wait_for(&removed, 1);
	korch_runtime_free(runtime);
	korch_loop_free(loop);
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	return EXIT_SUCCESS;
}
