/*
 * Inside of the simulated runtime, shared by its files. A container that just runs costs one small
 * block and a slot in a table: what it does is in a profile that it shares, and it has a clock only
 * when something is to happen to it.
 */
#ifndef KORCH_RUNTIME_SIM_SIM_H
#define KORCH_RUNTIME_SIM_SIM_H

#include "base/heap.h"
#include "base/random.h"
#include "base/table.h"
#include "base/vec.h"
#include "runtime/sim/script.h"
#include <korch/sim.h>
#include <korch/sys/runtime.h>

typedef struct sim_world sim_world;
typedef struct sim_node sim_node;
typedef struct sim_sandbox sim_sandbox;
typedef struct sim_container sim_container;
typedef struct sim_task sim_task;

/* Tasks: what the loop is to do, now or at a time. */

typedef enum sim_task_type {
	SIM_DONE,  /* a completion that is decided already */
	SIM_PULL,  /* as SIM_DONE; an image is on a node then */
	SIM_PROBE, /* answered when it is delivered, as all that follow */
	SIM_LIST,
	SIM_EXEC,
	SIM_STATS,
	SIM_EVENT, /* tells the listener of a phase */
	SIM_CLOCK, /* the next thing that happens to a container */
} sim_task_type;

struct sim_task {
	korch_heap_node node;
	sim_task *next; /* in the queue of what is due */
	union {
		korch_runtime_done_fn done;
		korch_runtime_list_fn list;
		korch_runtime_exec_fn exec;
		korch_runtime_stats_fn stats;
	} fn;
	void *userdata;
	sim_container *container; /* referenced; NULL: none */
	const char *reason;       /* static */
	int32_t code;
	uint8_t type;   /* a sim_task_type */
	uint8_t detail; /* SIM_EVENT: the phase; SIM_PROBE: which one; SIM_EXEC: 1 when it takes too
	                   long */
	uint8_t is_embedded; /* part of a clock: not to be freed by itself */
	uint8_t reserved;
	const char *text; /* behind the task: message; SIM_PULL: "NODE/IMAGE" */
};

/*
 * A task; NULL when there can be none (see korch__sim_refusal()). userdata and fn are the caller's
 * to set.
 */
sim_task *korch__sim_task_new(sim_world *world, sim_task_type type, sim_container *container,
                              const char *text);
/* Why: KORCH_E_CLOSED while the runtime is being freed, KORCH_E_NOMEM otherwise. */
int korch__sim_refusal(const sim_world *world);
void korch__sim_task_free(sim_task *task);
/* Has it run on the next turn, after all that is due already. */
void korch__sim_task_soon(sim_world *world, sim_task *task);
/*
 * Room in the heap for one more task that runs at a time; 0 or KORCH_E_NOMEM. Given back by
 * korch__sim_task_unplan().
 */
int korch__sim_task_plan(sim_world *world);
void korch__sim_task_unplan(sim_world *world);
/* Has a planned task run at a time. */
void korch__sim_task_at(sim_world *world, sim_task *task, korch_usec at);
/* Calls the function of a call, with another code when `code` is not 0. */
void korch__sim_task_deliver(sim_world *world, sim_task *task, int code);
/* Answers a call on the next turn; 0 or KORCH_E_NOMEM. reason is static. */
int korch__sim_answer(sim_world *world, int code, const char *reason, const char *message,
                      korch_runtime_done_fn fn, void *userdata);
/* Ends all calls with KORCH_E_CLOSED and drops all events that were not told. */
void korch__sim_tasks_close(sim_world *world);
/* The timer's function. */
void korch__sim_turn(void *world);

/* Nodes, sandboxes, containers */

enum { SIM_NODE_UP, SIM_NODE_OFF, SIM_NODE_FROZEN };

struct sim_node {
	korch_node_capacity capacity;
	sim_sandbox *sandboxes;
	int state;
	char name[];
};

struct sim_sandbox {
	sim_node *node;
	sim_sandbox *previous; /* on the node */
	sim_sandbox *next;
	sim_container *containers;
	sim_script *script;        /* referenced; NULL: its annotations say nothing */
	korch_map *labels;         /* referenced */
	const char *pod_namespace; /* the texts lie behind the id */
	const char *pod_name;
	const char *address;
	char id[];
};

/* When something happens to a container; and, when it has ended, how. */
typedef struct sim_clock {
	sim_task task;     /* SIM_CLOCK; becomes the event of the end */
	sim_task *waiting; /* to be told when it runs: completions and the event, linked by next */
	korch_usec
	    /* KORCH_USEC_NEVER when it has started; so are the others when they do not come */
	    start_at;
	korch_usec run_end;
	korch_usec term_end;
	korch_usec kill_at;
	korch_usec finished_us;
	int32_t exit_code;
	int32_t signal;
	int32_t is_crash;   /* run_end is a crash */
	int32_t is_stalled; /* due, on a frozen node */
} sim_clock;

struct sim_container {
	sim_sandbox *sandbox; /* NULL when gone */
	sim_container *next;
	sim_profile *profile; /* referenced */
	korch_usec started_us;
	sim_clock *clock; /* owned; NULL: nothing is to happen */
	int32_t restart_count;
	uint16_t n_tasks;        /* that refer to it; it stays that long */
	uint16_t phase : 2;      /* a korch_container_phase */
	uint16_t is_gone : 1;    /* forgotten; lives on for its tasks only */
	uint16_t has_own_id : 1; /* `id` does not follow on that of the sandbox */
	uint16_t is_late : 1;    /* an event of it was delayed: later ones must not overtake it */
	uint16_t probes : 6;     /* two bits for each type: 0 by script, 1 fail, 2 ok */
	char id[];               /* what follows on the sandbox's id */
};

struct sim_world {
	korch_loop *loop;
	korch_timer *timer;
	korch_table nodes;
	korch_table sandboxes;
	korch_table containers;
	korch_table images; /* that were pulled */
	sim_scripts scripts;
	korch_sim_faults faults;
	korch_random random;
	sim_task *due; /* the queue of what is due */
	sim_task *due_last;
	size_t n_due;
	korch_heap later;
	size_t n_planned; /* tasks that may be in it */
	korch_runtime_event_fn listener;
	void *listener_userdata;
	korch_sim_stats stats;
	uint32_t next_address;
	int is_closing; /* no new calls */
	int is_moving;  /* the handle is freed, and what is behind it stays */
	int *is_gone;   /* set to 1 when it is freed from inside of one of its callbacks */
};

extern const korch_runtime_ops korch__sim_ops;
/* What is behind a runtime of ours; NULL for another. */
sim_world *korch__sim_world_of(const korch_runtime *runtime);

/* node.c */
void korch__sim_nodes_init(sim_world *world);
void korch__sim_nodes_fini(sim_world *world);
sim_node *korch__sim_node_find(const sim_world *world, const char *name);
/*
 * 1 when a call for the node cannot be done; *r is then what the call returns, its answer is on the
 * way.
 */
int korch__sim_node_refuses(int *r, sim_world *world, const sim_node *node,
                            korch_runtime_done_fn fn, void *userdata);
sim_sandbox *korch__sim_sandbox_find(const sim_world *world, const char *id);
int korch__sim_sandbox_create(void *self, const korch_sandbox_spec *spec, korch_runtime_done_fn fn,
                              void *userdata);
int korch__sim_sandbox_remove(void *self, const char *id, korch_runtime_done_fn fn, void *userdata);

/* container.c */
void korch__sim_containers_init(sim_world *world);
sim_container *korch__sim_container_find(const sim_world *world, const char *id);
/* Whether it is there and not on a node that is down. */
int korch__sim_container_is_up(const sim_container *container);
/* Forgets a container; who waits for its start is answered with code and reason. */
void korch__sim_container_drop(sim_world *world, sim_container *container, int code,
                               const char *reason);
void korch__sim_container_unref(sim_container *container);
/* Has the calls that wait for starts run on the next turn. */
void korch__sim_containers_release_calls(sim_world *world);
/* The clock of a container, made when it has none; NULL when memory is short. */
sim_clock *korch__sim_clock_need(sim_world *world, sim_container *container);
/* Winds a clock up for the first of its times. */
void korch__sim_clock_set(sim_world *world, sim_clock *clock);
/* An event of a phase, and sending it off: it may be lost, repeated or delayed. */
sim_task *korch__sim_event_new(sim_world *world, sim_container *container, int phase);
void korch__sim_event_send(sim_world *world, sim_task *event);
/* The container runs from now on. */
void korch__sim_container_run(sim_world *world, sim_container *container);
/* The next thing happens to the container of a clock. */
void korch__sim_clock_fire(sim_world *world, sim_clock *clock);
/* After a node was frozen: what is due comes now, and what there is is told again. */
void korch__sim_container_thaw(sim_world *world, sim_container *container);
int korch__sim_stop(void *self, const char *id, int signal, korch_usec grace_us,
                    korch_runtime_done_fn fn, void *userdata);
int korch__sim_remove(void *self, const char *id, korch_runtime_done_fn fn, void *userdata);

/* start.c */
int korch__sim_start(void *self, const korch_container_config *config, korch_runtime_done_fn fn,
                     void *userdata);

/* report.c */
enum { SIM_ID_SIZE = 256 };
/* The whole id of a container. */
const char *korch__sim_container_id(char out[SIM_ID_SIZE], const sim_container *container);
/* Fills a report with a phase; texts are borrowed from id and container. */
void korch__sim_report(korch_container_report *out, char id[SIM_ID_SIZE],
                       const sim_container *container, int phase);
int korch__sim_list(void *self, korch_runtime_list_fn fn, void *userdata);
void korch__sim_deliver_list(sim_world *world, sim_task *task, int code);

/* call.c */
void korch__sim_images_init(sim_world *world);
void korch__sim_images_fini(sim_world *world);
/* Forgets the images of a node; NULL: all. */
void korch__sim_images_forget(sim_world *world, const sim_node *node);
int korch__sim_prepare(void *self, const char *node, const char *image, const char *policy,
                       korch_runtime_done_fn fn, void *userdata);
int korch__sim_probe(void *self, const korch_runtime_probe *probe, korch_runtime_done_fn fn,
                     void *userdata);
int korch__sim_exec(void *self, const char *id, const char *const *command, size_t n,
                    korch_usec timeout_us, korch_runtime_exec_fn fn, void *userdata);
int korch__sim_stats(void *self, const char *id, korch_runtime_stats_fn fn, void *userdata);
void korch__sim_deliver_pull(sim_world *world, sim_task *task, int code);
void korch__sim_deliver_probe(sim_world *world, sim_task *task, int code);
void korch__sim_deliver_exec(sim_world *world, sim_task *task, int code);
void korch__sim_deliver_stats(sim_world *world, sim_task *task, int code);
/* "startup" 0, "readiness" 1, "liveness" 2; -1: none of these. */
int korch__sim_probe_index(const char *type);

/* 1 with a chance in thousandths. Draws nothing when there is none. */
int korch__sim_chance(sim_world *world, int permille);

#endif
