/*
 * Inside of the process runtime, shared by its files: what it knows of sandboxes and containers,
 * and who does what.
 */
#ifndef KORCH_RUNTIME_PROCESS_PROCESS_H
#define KORCH_RUNTIME_PROCESS_PROCESS_H

#include "base/vec.h"
#include "runtime/process/wire.h"
#include <korch/process.h>
#include <korch/sys/runtime.h>
#include <sys/types.h>

typedef struct process_runtime process_runtime;
typedef struct process_sandbox process_sandbox;

/* A call whose completion is still to be delivered, in the order of the answers of a shim. */
typedef struct process_call {
	struct process_call *next;
	process_runtime *runtime;
	int type;       /* the wire_type that answers it, 0: answered already, waiting for the loop */
	int64_t serial; /* exec */
	char *id;       /* container, or sandbox */
	korch_runtime_done_fn done;
	korch_runtime_exec_fn execed;
	korch_runtime_list_fn listed;
	korch_runtime_stats_fn measured;
	void *userdata;
	/* the answer */
	int code;
	int exit_code;
	char *reason;
	char *message;
	size_t length;
	korch_usage usage;
} process_call;

typedef struct process_container {
	struct process_container *next;
	char *id;
	char *name;
	int restarts;
	int phase; /* a korch_container_phase */
	pid_t pid;
	korch_usec started_us;
	korch_usec finished_us;
	int exit_code;
	int signal;
	int oom_killed;
	char *cgroup;  /* name below the runtime's cgroups, NULL: none */
	int is_listed; /* the shim's list has it */
} process_container;

enum { PROCESS_SANDBOXES_MAX = 4096 };

enum sandbox_state {
	SANDBOX_LAUNCHING, /* the shim is being started */
	SANDBOX_LISTING,   /* connected, asking what is there */
	SANDBOX_READY,
	SANDBOX_ENDING,
	SANDBOX_LOST, /* the shim is gone: nothing runs */
};

struct process_sandbox {
	process_sandbox *next;
	process_runtime *runtime;
	int state;
	char *id;
	char *node;
	char *pod_namespace;
	char *pod_name;
	char *address;
	char *hostname;
	char *hosts_file;
	korch_map *labels;
	char *folder;
	int launcher; /* pidfd of korch-shim's starting half, -1 */
	korch_poll *launcher_poll;
	int connection; /* -1 */
	korch_poll *poll;
	wire_buffer in;
	wire_buffer out;
	process_container *containers;
	int is_reporting;      /* its containers' ends are being told: it may not be freed */
	int is_incomplete;     /* memory was short for what the shim listed */
	process_call *calls;   /* waiting for the shim, oldest first */
	process_call *creates; /* waiting for the shim to be there */
	process_call *removes; /* waiting for its end */
};

struct process_runtime {
	korch_loop *loop;
	char *state_folder;
	int owns_folder; /* temporary */
	int lock;
	char *shim;
	char **image_names;
	char **image_paths;
	size_t n_images;
	int use_cgroups;
	korch_runtime_event_fn listener;
	void *listener_userdata;
	process_sandbox *sandboxes;
	process_call *ready;   /* answered calls, oldest first, delivered from the loop */
	process_call *listing; /* lists waiting for sandboxes that are being adopted */
	korch_timer *delivery;
	int64_t serial;
	size_t n_sandboxes;
};

/* calls.c: completions, exactly once and from the loop. */
process_call *korch__process_call_new(process_runtime *runtime, int type, const char *id);
void korch__process_call_answer(process_call *call, int code, const char *reason,
                                const char *message);
void korch__process_call_append(process_call **list, process_call *call);
/*
 * Takes the oldest call of that type (and id, unless NULL; and serial, for exec) out of a list;
 * NULL: none.
 */
process_call *korch__process_call_take(process_call **list, int type, const char *id,
                                       int64_t serial);
void korch__process_calls_answer_all(process_call **list, int code, const char *message);
void korch__process_deliver(process_runtime *runtime, int closing);

/* folder.c */
int korch__process_find_shim(process_runtime *runtime, const char *wish, korch_error **err);
int korch__process_folder_claim(process_runtime *runtime, const char *folder, korch_error **err);
void korch__process_folder_release(process_runtime *runtime);

/* image.c */
int korch__process_images_copy(process_runtime *runtime, const korch_process_options *options,
                               korch_error **err);
const char *korch__process_image_path(const process_runtime *runtime, const char *image);
void korch__process_images_free(process_runtime *runtime);

/* sandbox.c: one pod's folder and shim. */
process_sandbox *korch__process_sandbox_find(const process_runtime *runtime, const char *id);
process_sandbox *korch__process_sandbox_of(const process_runtime *runtime,
                                           const char *container_id);
int korch__process_sandbox_new(process_sandbox **out, process_runtime *runtime, const char *id);
/* Ends what runs there, then removes the folder and the record; at once when nothing runs. */
void korch__process_sandbox_end(process_sandbox *sandbox);
/* Frees the record; is_removed: also what it has outside of this process, but for its folder. */
void korch__process_sandbox_free(process_sandbox *sandbox, int is_removed);
/*
 * Nothing runs there any more, without this runtime having wished it: what ran is killed with the
 * shim and told as killed.
 */
void korch__process_sandbox_lost(process_sandbox *sandbox);
void korch__process_container_lost(process_sandbox *sandbox, process_container *container);

/* container.c: what is known of one container. */
int korch__process_container_new(process_container **out, process_sandbox *sandbox, const char *id,
                                 const char *name);
process_container *korch__process_container_find(const process_sandbox *sandbox, const char *id);
void korch__process_container_forget(process_sandbox *sandbox, const char *id);
void korch__process_containers_free(process_sandbox *sandbox, int is_removed);
void korch__process_container_fill(korch_container_report *out, const process_sandbox *sandbox,
                                   const process_container *container);
void korch__process_report(process_sandbox *sandbox, const process_container *container);

/* launch.c: the shim's process. */
int korch__process_sandbox_launch(process_sandbox *sandbox, const korch_sandbox_spec *spec,
                                  char *message, size_t size);
void korch__process_launcher_forget(process_sandbox *sandbox);
int korch__process_shim_alive(const process_sandbox *sandbox);
void korch__process_shim_kill(const process_sandbox *sandbox);
/*
 * Kills the process with that id and start time, and waits a moment for its end; 0: it is another
 * one.
 */
int korch__process_kill(pid_t pid, unsigned long long ticks);

/* connection.c: what is said between this runtime and a shim. */
int korch__process_connect(process_sandbox *sandbox);
void korch__process_disconnect(process_sandbox *sandbox);
void korch__process_send(process_sandbox *sandbox);
int korch__process_ask_list(process_sandbox *sandbox);

/* answers.c: what a shim says. */
void korch__process_handle(process_sandbox *sandbox, int type, wire_reader *reader);
void korch__process_listing_done(process_runtime *runtime);

/* adopt.c: what an earlier program left. */
int korch__process_save_spec(const process_sandbox *sandbox);
int korch__process_adopt_all(process_runtime *runtime);
int korch__process_is_valid_id(const char *id);

/* start.c */
int korch__process_start(process_runtime *runtime, const korch_container_config *config,
                         korch_runtime_done_fn fn, void *userdata);

/*
 * cgroup.c: one cgroup for each container with requests or limits, in every hierarchy that there
 * is.
 */
typedef struct process_cgroup {
	char *procs[8]; /* files into which a process writes itself, NULL-terminated; owned */
} process_cgroup;
int korch__cgroup_usable(void);
int korch__cgroup_create(process_cgroup *out, const char *name,
                         const korch_container_config *config, char *message, size_t size);
void korch__cgroup_fini(process_cgroup *cgroup);
int korch__cgroup_oom_kills(const char *name);
void korch__cgroup_remove(const char *name);
/* The name of a container's cgroup, owned; and the same when there is such a cgroup, NULL if not.
 */
char *korch__cgroup_name(const char *sandbox_folder, const char *id);
char *korch__cgroup_existing(const char *sandbox_folder, const char *id);

/*
 * strays.c: processes of a pod whose shim is gone (killed): found by a variable in their
 * environment, and killed.
 */
#define KORCH_SANDBOX_VARIABLE "KORCH_SANDBOX_FOLDER" /* ids are unique on one runtime only */
void korch__process_kill_strays(const char *sandbox_folder);
/* The same for all sandboxes that are lost, at one go. */
void korch__process_kill_strays_of_lost(const process_runtime *runtime);
/* Ends the pods of a folder that was deleted while they ran: nobody can talk to their shims, and
 * they would run beside their successors. */
void korch__process_kill_deleted(const char *pods_folder);

/* usage.c */
void korch__process_usage(korch_usage *out, pid_t pid, korch_usec now);
int korch__process_capacity(korch_node_capacity *out, const char *folder);
unsigned long long korch__process_start_time(pid_t pid); /* in ticks since boot; 0: it is not
                                                            running */

#endif
