/*
 * A pod's life as a pure decision: what is known of it and the time → operations on the runtime,
 * wanted probes, the new status, the next wake-up. Nothing here acts; agent.c and its files do.
 */
#ifndef KORCH_AGENT_LIFECYCLE_H
#define KORCH_AGENT_LIFECYCLE_H

#include "agent/intern.h"
#include "base/vec.h"
#include <korch/api/core_pod.h>

/* Crash and image back-off: doubles from the base, up to the most. */
#define KORCH__BACKOFF_BASE_US (10 * KORCH_USEC_PER_SEC)
#define KORCH__BACKOFF_MAX_US (300 * KORCH_USEC_PER_SEC)

/* What a container does on the runtime. */
enum {
	KORCH__RUN_NONE,     /* was not started since the pod came to this node */
	KORCH__RUN_STARTING, /* the runtime was asked to */
	KORCH__RUN_RUNNING,
	KORCH__RUN_EXITED,
};
/* The image of a container. */
enum { KORCH__IMAGE_NONE, KORCH__IMAGE_PREPARING, KORCH__IMAGE_READY, KORCH__IMAGE_FAILED };
/* The postStart hook of the present run. */
enum { KORCH__HOOK_NONE, KORCH__HOOK_RUNNING, KORCH__HOOK_DONE, KORCH__HOOK_FAILED };
/* How far stopping a container has come. */
enum {
	KORCH__STOP_NONE,
	KORCH__STOP_HOOK,   /* preStop runs */
	KORCH__STOP_HOOKED, /* preStop has ended */
	KORCH__STOP_SENT,   /* the runtime was asked to stop it */
};
/* Why a container is stopped. */
enum {
	KORCH__WHY_NONE,
	KORCH__WHY_POD,        /* the pod ends */
	KORCH__WHY_LIVENESS,   /* its liveness probe failed */
	KORCH__WHY_STARTUP,    /* its startup probe failed */
	KORCH__WHY_POST_START, /* its postStart hook failed */
	KORCH__WHY_CHANGED,    /* its image was changed */
};
/* What a probe has found: thresholds are counted by probe.h. */
enum { KORCH__PROBE_UNKNOWN, KORCH__PROBE_GOOD, KORCH__PROBE_BAD };

/* What only containers that failed, ended or are being stopped need. Strings and blocks are owned.
 */
typedef struct korch__container_past {
	korch_usec backoff_us;    /* crash back-off in force, 0: none yet */
	korch_usec backoff_at_us; /* when it was set: the last restart */
	korch_usec image_backoff_us;
	korch_usec image_failed_us;
	korch_usec stop_us;                /* when stopping began */
	korch_container_state *last_state; /* how the run before the present one ended */
	const char *reason;                /* EXITED: word of the runtime, or NULL */
	const char *message;               /* EXITED: words of the runtime, or NULL */
	const char *image_reason;          /* IMAGE_FAILED: why */
	const char *image_message;
	const char *config_reason;  /* its configuration cannot be made now, or NULL */
	const char *config_message; /* why */
} korch__container_past;

/* What is known of a container. All zero: nothing has happened. */
typedef struct korch__container_facts {
	uint8_t run;        /* KORCH__RUN_* */
	uint8_t image;      /* KORCH__IMAGE_* */
	uint8_t post_start; /* KORCH__HOOK_* */
	uint8_t stopping;   /* KORCH__STOP_* */
	uint8_t why;        /* KORCH__WHY_*, of the present or last stop of this run */
	uint8_t startup;    /* KORCH__PROBE_*, of this run */
	uint8_t readiness;
	uint8_t liveness;
	uint8_t oom_killed;
	uint8_t start_failed : 1; /* EXITED without having run */
	uint8_t is_listed : 1;    /* the runtime has listed this run */
	uint8_t signal;
	uint8_t restarted;     /* there was a run before this one */
	int32_t restart_count; /* of the present or last run; RUN_NONE: of the run to come */
	int32_t exit_code;
	uint32_t image_hash; /* of the image that was started */
	korch_usec started_us;
	korch_usec finished_us;
	const char *image_id;        /* block string or NULL */
	korch__container_past *past; /* NULL: nothing of it */
} korch__container_facts;

/* A pod's sandbox. */
enum {
	KORCH__SANDBOX_NONE,
	KORCH__SANDBOX_CREATING,
	KORCH__SANDBOX_READY,
	KORCH__SANDBOX_REMOVING,
	KORCH__SANDBOX_REMOVED,
};
/* A pod's volumes and other files. */
enum { KORCH__VOLUMES_WAITING, KORCH__VOLUMES_READY, KORCH__VOLUMES_CLEANED };

/* What is decided on. Everything is borrowed. */
typedef struct korch__pod_input {
	const korch_pod *pod;
	korch_usec now;
	korch_usec start_us; /* when the node took the pod on; 0: now */
	korch_usec stop_us;  /* when the pod began to stop; 0: it has not */
	uint8_t sandbox;     /* KORCH__SANDBOX_* */
	uint8_t volumes;     /* KORCH__VOLUMES_* */
	uint8_t shutdown;    /* the agent ends: stop the pod, leave the object alone */
	uint8_t gone;        /* the object is gone: stop at once */
	uint8_t no_status;   /* operations only */
	const char *address; /* of the pod, "" when it has none yet */
	const char *host_address;
	const char *runtime_name;
	const korch__container_facts *containers; /* init containers first, then the others */
	korch__intern *intern;                    /* shares equal values between pods; may be NULL */
} korch__pod_input;

/* What is to be done now. */
typedef enum korch__op_kind {
	KORCH__OP_SANDBOX_CREATE,
	KORCH__OP_SANDBOX_REMOVE,
	KORCH__OP_CLEAN,      /* remove volumes and files */
	KORCH__OP_PREPARE,    /* make the image ready */
	KORCH__OP_START,      /* restart_count, backoff_us are those of the new run */
	KORCH__OP_POST_START, /* run the hook */
	KORCH__OP_PRE_STOP,   /* run the hook, for grace_us at most */
	KORCH__OP_STOP,       /* send the stop signal, KILL after grace_us */
} korch__op_kind;

typedef struct korch__pod_op {
	uint8_t kind;       /* a korch__op_kind */
	uint8_t why;        /* PRE_STOP and STOP: KORCH__WHY_* */
	uint16_t container; /* init containers first */
	int32_t restart_count;
	int32_t signal; /* STOP: 0 for the runtime's default */
	korch_usec grace_us;
	korch_usec backoff_us; /* START: crash back-off in force from now on */
} korch__pod_op;

/* Which probes are to run now, one of these sets per container. */
enum { KORCH__WANT_STARTUP = 1, KORCH__WANT_READINESS = 2, KORCH__WANT_LIVENESS = 4 };

/* A decision. Zeroed before the first use; may be used again and again. */
typedef struct korch__pod_output {
	KORCH_VEC(korch__pod_op) ops;
	KORCH_VEC(uint8_t) probes; /* per container; empty when the pod has no probes */
	korch_usec wake_us;        /* KORCH_USEC_NEVER: no need */
	korch_usec stop_us;        /* when the pod began to stop, 0: it has not */
	korch_pod_status *status;  /* owned; NULL: as it is */
	int32_t delete_object;     /* the object can go for good */
	int32_t done;              /* nothing of the pod is left on this node */
	int32_t failed;            /* KORCH_E_NOMEM: decide again */
} korch__pod_output;

/* Decides. Returns 0 or KORCH_E_NOMEM. */
int korch__pod_decide(const korch__pod_input *in, korch__pod_output *out);
void korch__pod_output_fini(korch__pod_output *out);

size_t korch__pod_containers(const korch_pod *pod); /* init containers and containers */
const korch_container *korch__pod_container(const korch_pod *pod, size_t i);
/* Its place, or SIZE_MAX. */
size_t korch__pod_container_index(const korch_pod *pod, const char *name);
int korch__pod_is_init(const korch_pod *pod, size_t i);
int korch__pod_is_sidecar(const korch_pod *pod, size_t i); /* restartable init container */
/* The status of container i as it stands in the object, or NULL. */
const korch_container_status *korch__pod_container_status(const korch_pod *pod, size_t i);
uint32_t korch__image_hash(const char *image); /* never 0 */
const char *korch__pull_policy(const korch_container *container);
/* A terminated state of an ended container, owned by the caller; NULL without memory. */
korch_container_state *korch__terminated_state(const korch__pod_input *in, size_t i);
/* Best effort, burstable or guaranteed. Static. */
const char *korch__pod_qos(const korch_pod *pod);

#endif
