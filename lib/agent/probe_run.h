/* Asking a container once: by a command, a connection, HTTP, gRPC, or through a virtual runtime. */
#ifndef KORCH_AGENT_PROBE_RUN_H
#define KORCH_AGENT_PROBE_RUN_H

#include "http/http.h"
#include <korch/api/core_container.h>
#include <korch/sys/runtime.h>

typedef struct korch__probe_run korch__probe_run;

/* Whom to ask and how. Borrowed for the call. */
typedef struct korch__probe_target {
	korch_loop *loop;
	korch_runtime *runtime;
	korch__http *http;
	const char *address; /* of the pod */
	const char *container_id;
	const korch_container *container; /* for the names of its ports */
	const char *type;                 /* "startup", "readiness", "liveness", or "" for a hook */
	/* one of these */
	const korch_exec_action *exec;
	const korch_http_get_action *http_get;
	const korch_tcp_socket_action *tcp_socket;
	const korch_grpc_action *grpc;
	korch_usec timeout_us;
} korch__probe_target;

/* The answer; message (borrowed) says what was wrong. */
typedef void (*korch__probe_fn)(void *userdata, int good, const char *message);

/* Asks. fn is called once, later, unless it is cancelled before; *out is valid until then. 0 or a
 * code. */
int korch__probe_start(korch__probe_run **out, const korch__probe_target *target,
                       korch__probe_fn fn, void *userdata);
void korch__probe_cancel(korch__probe_run *run);
/* The number of a port given by number or name; 0: there is none. */
int32_t korch__probe_port(const korch_int_or_string *port, const korch_container *container);

#endif
