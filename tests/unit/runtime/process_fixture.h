/*
 * What the tests of the process runtime share: a runtime on a real loop in a temporary folder,
 * calls that wait for their completion, and a record of events. Nothing waits longer than a
 * deadline, nothing sleeps.
 */
#ifndef KORCH_TESTS_PROCESS_FIXTURE_H
#define KORCH_TESTS_PROCESS_FIXTURE_H

#include "unit.h"
#include <korch/process.h>
#include <korch/sys/runtime.h>
#include <sys/types.h>

enum { WORLD_EVENTS_MAX = 512 };

typedef struct world_event {
	char id[256];
	int phase;
	int exit_code;
	int signal;
	int oom_killed;
	pid_t pid;
	korch_usec started_us;
	korch_usec finished_us;
} world_event;

typedef struct world {
	char folder[64]; /* temporary; state is in folder/state */
	char state[96];
	korch_loop *loop;
	korch_runtime *runtime;
	const korch_runtime_ops *ops;
	void *self;
	world_event events[WORLD_EVENTS_MAX];
	size_t n_events;
	int inside; /* a call is being made: nothing may be told meanwhile */
	const korch_process_image *images;
	size_t n_images;
	int no_cgroups;
} world;

/* A completion's answer. */
typedef struct answer {
	world *of;
	int n; /* how often it came */
	int code;
	int exit_code;
	char reason[128];
	char message[1024];
	char *output; /* exec; freed by answer_fini */
	size_t length;
	korch_usage usage;
} answer;

/*
 * A container to start: the short form of korch_container_config, with a shell script as its
 * command.
 */
typedef struct start_options {
	const char *id;
	const char *script;
	korch_container_config more; /* what is set here is taken over */
} start_options;

void world_make(world *w); /* folder and loop */
void world_open(world *w); /* the runtime */
int world_try_open(world *w, korch_error **err);
void world_close(world *w); /* the runtime, what runs goes on */
void world_end(world *w);   /* removes every sandbox, closes, removes the folder */

int world_until(world *w, int (*holds)(world *w, void *what), void *what); /* 1, or 0 after the
                                                                              deadline */
void world_wait_answer(world *w, answer *a);

void answer_done(void *userdata, int code, const char *reason, const char *message);
void answer_execed(void *userdata, int code, int exit_code, const char *output, size_t length);
void answer_measured(void *userdata, int code, const korch_usage *usage);
void answer_fini(answer *a);

/* These wait for the completion and return its code. */
int world_sandbox(world *w, const char *id);
int world_remove_sandbox(world *w, const char *id);
int world_start(world *w, answer *a, const char *sandbox, start_options options);
int world_stop(world *w, const char *id, korch_usec grace_us);
int world_remove(world *w, const char *id);
int world_exec(world *w, answer *a, const char *id, const char *script, korch_usec timeout_us);

/* Runs a script as a container to its end; returns its exit code. */
int world_run(world *w, const char *sandbox, start_options options);
const world_event *world_wait_exit(world *w, const char *id); /* fails the test after the deadline
                                                               */
const world_event *world_find(const world *w, const char *id, int phase);

int file_exists(const char *path);
char *file_text(const char *format, ...) __attribute__((format(printf, 1, 2))); /* owned; "" when
                                                                                   missing */
void file_write(const char *path, const char *text);
void world_wait_file(world *w, const char *path);
void world_wait_gone(world *w, pid_t pid);
pid_t shim_pid(const world *w, const char *sandbox);
/* Processes with the sandbox's folder as KORCH_SANDBOX_FOLDER in their environment. */
int count_of_sandbox(const world *w, const char *sandbox);
int user_namespaces_work(void);

#endif
