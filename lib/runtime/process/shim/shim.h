/*
 * The shim: one small process per pod that is the parent of its containers. It outlives the
 * program that started it, so that containers keep running and no exit code is lost; the next
 * program connects to its socket. Libc only.
 *
 * It lives in the pod's folder: shim.sock (where it listens), shim.pid (process id and start
 * time). It is the subreaper of everything in the pod; containers die with it (parent death
 * signal).
 */
#ifndef KORCH_RUNTIME_PROCESS_SHIM_H
#define KORCH_RUNTIME_PROCESS_SHIM_H

#include "runtime/process/wire.h"
#include <poll.h>
#include <sys/types.h>

enum container_phase {
	PHASE_RUNNING = 1,
	/* the main process has ended, others of its group may finish within the grace */
	PHASE_DRAINING,
	PHASE_EXITED,
};

/* A log file with rotation, in the CRI's format: "TIME STREAM F|P LINE". */
typedef struct shim_log {
	char *path;
	int fd;
	int64_t size;
	int64_t max_bytes;
	int max_files;
} shim_log;

/* One output stream of a container on its way into the log. */
typedef struct shim_stream {
	int fd; /* read end, -1: closed */
	const char *name;
	char line[16384];
	size_t length;
} shim_stream;

typedef struct shim_container {
	struct shim_container *next;
	char *id;
	char *name;
	char **env; /* of the container, for exec */
	int restarts;
	int phase;
	pid_t pid;
	int64_t uid; /* -1: the shim's */
	int64_t gid;
	char **cgroups; /* files into which its processes write themselves */
	int own_mounts; /* has a mount namespace (and, without root, a user namespace) of its own */
	int64_t started_us;
	int64_t finished_us;
	int exit_code;
	int signal;
	int is_stopping;
	int64_t kill_at_us; /* by shim_clock_us(), 0: not set */
	shim_log log;
	shim_stream out;
	shim_stream err;
} shim_container;

/* A command running inside a container. */
typedef struct shim_exec {
	struct shim_exec *next;
	int64_t serial;
	pid_t pid;           /* 0 when it has ended */
	int fd;              /* its output, -1: closed */
	int64_t deadline_us; /* by shim_clock_us(), 0: none */
	int timed_out;
	int exit_code;
	wire_buffer output;
	size_t limit;
} shim_exec;

typedef struct shim_state {
	int listener;
	int connection; /* -1: nobody is connected */
	int signals;
	wire_buffer in;
	wire_buffer out;
	shim_container *containers;
	shim_exec *execs;
	int has_ended; /* a container has: what it left behind is looked for */
	int is_ending;
} shim_state;

/* A mount, as START carries it. */
enum { SHIM_READ_ROUNDS = 16, SHIM_DRAIN_ROUNDS = 256 };

typedef struct shim_mount {
	const char *source;
	const char *target;
	int read_only;
} shim_mount;

/* What START says; strings point into the frame. */
typedef struct shim_start {
	const char *id;
	const char *name;
	int restarts;
	char **argv; /* NULL-terminated */
	char **env;
	const char *cwd;
	const char *root;
	shim_mount *mounts;
	size_t n_mounts;
	const char *log_path;
	int64_t log_max_bytes;
	int log_max_files;
	int64_t uid;
	int64_t gid;
	char **cgroups;
	int tty;
	int read_only_root;
} shim_start;

int64_t shim_now_us(void);   /* wall clock, for people */
int64_t shim_clock_us(void); /* for deadlines: not set by anybody */

/* start.c: reads START and starts the container; on failure *reason and message say why. */
int shim_read_start(shim_start *out, wire_reader *reader);
void shim_start_fini(shim_start *start);
void shim_free_list(char **list);
int shim_start_container(shim_container *container, const shim_start *start, char *message,
                         size_t size);
/* In the child: 0, or -1 with *failed set. */
int shim_join_cgroups(char *const *cgroups, const char **failed);
int shim_become_user(int64_t uid, int64_t gid, const char **failed);
/* exec.c: runs a command inside a container. */
int shim_start_exec(shim_exec *exec, const shim_container *container, char *const *argv,
                    char *message, size_t size);
void shim_exec_read(shim_exec *exec); /* what is there now */

/*
 * mounts.c, in the child before exec: a private view of the file system with the mounts in it. 0,
 * or -1 with *failed set.
 */
int shim_mount_all(const shim_start *start, const char **failed);

/* log.c */
int shim_log_open(shim_log *log);
void shim_log_close(shim_log *log);
/*
 * Some of what is there now, so that nobody who writes without end keeps the shim; closes at the
 * end of the stream.
 */
void shim_stream_read(shim_stream *stream, shim_log *log, int rounds);
void shim_stream_flush(shim_stream *stream, shim_log *log);

/* reap.c: ends of processes. */
void shim_reap(shim_state *shim);
void shim_stop(shim_state *shim, shim_container *container, int signal, int64_t grace_us);
void shim_check_deadlines(shim_state *shim);
int64_t shim_next_deadline(const shim_state *shim); /* -1: none */
void shim_kill_everything(void);
int shim_has_children(void);

/* messages.c */
void shim_handle_frames(shim_state *shim);
void shim_tell_exited(shim_state *shim, const shim_container *container);
void shim_tell_execed(shim_state *shim, shim_exec *exec); /* and forgets it */
void shim_flush(shim_state *shim);
void shim_disconnect(shim_state *shim);
void shim_forget_all(shim_state *shim);

#endif
