/*
 * Inside of the HAProxy router. What is wanted (routes) is rendered to an image: a configuration,
 * maps and servers. An image that differs from the one in force only in maps and servers is applied
 * over the runtime socket, any other one by a new process that takes over the listening sockets.
 */
#ifndef KORCH_TRAFFIC_HAPROXY_HAPROXY_H
#define KORCH_TRAFFIC_HAPROXY_HAPROXY_H

#include "base/buf.h"
#include "base/vec.h"
#include "traffic/haproxy.h"
#include "traffic/traffic.h"
#include <sys/types.h>

enum {
	HAPROXY_SLOTS_MIN = 8,
	HAPROXY_NAME_SIZE = 640,
	HAPROXY_REPLY_MAX = 16 * 1024 * 1024,
};

/* A process of ours. */
typedef struct haproxy_child {
	pid_t pid; /* 0: there is none */
	int pidfd;
	korch_poll *poll;
	struct haproxy_router *router;
	int is_old; /* a newer one has taken over: it ends when its connections have */
} haproxy_child;

/* A server of a backend; port 0: free. */
typedef struct haproxy_slot {
	char address[46];
	int32_t port;
} haproxy_slot;

/* Requests and such, of one process or since the beginning. */
typedef struct haproxy_counters {
	uint64_t requests, errors;
	int64_t latency_us, latency_max_us;
} haproxy_counters;

/* A destination of a route, kept by its hash. */
typedef struct haproxy_backend {
	char hash[64];
	char name[HAPROXY_NAME_SIZE];  /* "namespace_rollout_hash" */
	KORCH_VEC(haproxy_slot) slots; /* never fewer */
	size_t n_endpoints;
	haproxy_counters before; /* of processes that were */
	haproxy_counters now;    /* of the present one, when they were read last */
} haproxy_backend;

typedef KORCH_VEC(haproxy_backend *) haproxy_backends;

/* A rollout's traffic. */
typedef struct haproxy_route {
	uint64_t id;
	korch_traffic *wanted;
	korch_traffic *good;       /* in force; NULL: nothing yet; may be the same as wanted */
	uint64_t version;          /* of `wanted` */
	haproxy_backends backends; /* one for each destination of `wanted`, in order */
	int fd, port;              /* where clients come in */
	int is_led;                /* clients of the Service are led there */
} haproxy_route;

/* A map in memory of HAProxy: rows of keys and values. */
typedef struct haproxy_map {
	char name[64];
	char *rows; /* "key value\n" */
} haproxy_map;

/* A server as it should be. */
typedef struct haproxy_server {
	char name[HAPROXY_NAME_SIZE + 32]; /* "backend/s1" */
	haproxy_slot slot;
} haproxy_server;

typedef struct haproxy_image {
	char *shape;  /* the configuration without what can be changed at run time */
	char *config; /* the whole */
	KORCH_VEC(haproxy_map) maps;
	KORCH_VEC(haproxy_server) servers;
} haproxy_image;

typedef enum haproxy_state {
	HAPROXY_OFF,      /* no process, none wanted or waiting for the next try */
	HAPROXY_STARTING, /* until its socket answers */
	HAPROXY_UP,
	HAPROXY_APPLYING, /* over the socket */
} haproxy_state;

/* Called with what was answered; NULL: nothing, it failed. */
typedef void (*haproxy_reply_fn)(void *userdata, const char *reply);

/* A conversation with the runtime socket: one line, one answer, the end. */
typedef struct haproxy_talk {
	int fd; /* -1: none */
	korch_poll *poll;
	korch_timer *limit;
	korch_buf out, in;
	size_t sent;
	haproxy_reply_fn fn;
	void *userdata;
} haproxy_talk;

typedef struct haproxy_router {
	korch_traffic_calls calls;
	korch_loop *loop;
	char *program, *folder, *address;
	korch__haproxy_source source;
	int own_folder;
	haproxy_state state;
	haproxy_child child;
	KORCH_VEC(haproxy_child *) old;
	uint64_t generation; /* of the process */
	KORCH_VEC(haproxy_route *) routes;
	uint64_t last_id, version, applied;
	haproxy_image image; /* in force */
	haproxy_image next;  /* on its way */
	uint64_t next_version;
	int pass; /* of applying: servers that come, maps, servers that go */
	size_t next_map, next_row, next_server;
	unsigned map_version;      /* of the transaction */
	uint64_t stats_generation; /* of the process that was asked for its counters */
	korch_timer *timer;        /* the next sync, probe or try */
	korch_usec started, backoff;
	haproxy_talk talk;  /* changes */
	haproxy_talk stats; /* counters */
	int fold;           /* 1: the counters are being read for the last time of this process; 2: they
	                       have been */
	int is_restoring;   /* the process before is still there: what fails leaves it in charge */
	int metrics_fd, metrics_port;
	int is_stale; /* endpoints have changed since they were looked up */
	char reason[256];
} haproxy_router;

/* child.c */
/* Starts HAProxy with arguments, with the given descriptors; it ends with this process. 0 or a
 * korch_code. */
int korch__haproxy_spawn(haproxy_router *router, char *const *argv, const int *fds, size_t n);
/* Ends a child at once and waits for it. */
void korch__haproxy_kill(haproxy_child *child);
/* A successor is about to be started, which will tell the present child to go. */
void korch__haproxy_retire(haproxy_router *router);
/* The successor has failed: the one before is the present one again. 0 when there is none. */
int korch__haproxy_restore(haproxy_router *router);

/* talk.c */
int korch__haproxy_talk_init(haproxy_talk *talk, korch_loop *loop);
void korch__haproxy_talk_fini(haproxy_talk *talk);
int korch__haproxy_talk_is_busy(const haproxy_talk *talk);
/* Whether a process takes connections: those of its runtime socket end with all others. */
int korch__haproxy_listens(const haproxy_router *router, uint64_t generation);
/* Sends a line (without its end). The answer comes later, also when it is none. */
void korch__haproxy_say(haproxy_router *router, haproxy_talk *talk, const char *line,
                        haproxy_reply_fn fn, void *userdata);

/* render.c */
int korch__haproxy_render(haproxy_image *out, const haproxy_router *router);
void korch__haproxy_image_fini(haproxy_image *image);
/* Path of the runtime socket of a process. */
char *korch__haproxy_socket(const haproxy_router *router, uint64_t generation);
char *korch__haproxy_map_path(const haproxy_router *router, const char *name);
/* rules.c: the frontend's rules of a route, and their maps. */
int korch__haproxy_rules(haproxy_image *out, korch_buf *text, const haproxy_router *router,
                         const haproxy_route *route);
/* Adds a map, whose rows it takes; 0 or KORCH_E_NOMEM. */
int korch__haproxy_add_map(haproxy_image *out, const char *name, korch_buf *rows);

/* apply.c: brings `next` into force over the runtime socket; done gets 0 or KORCH_E_IO. */
void korch__haproxy_apply(haproxy_router *router);
void korch__haproxy_applied(haproxy_router *router, int code); /* sync.c */

/* sync.c */
/* Lets what is wanted be applied soon. */
void korch__haproxy_kick(haproxy_router *router);
void korch__haproxy_on_timer(void *userdata);
/* The present child has ended. */
void korch__haproxy_ended(haproxy_router *router);

/* route.c */
haproxy_route *korch__haproxy_route_find(const haproxy_router *router, const char *namespace_,
                                         const char *name);
/* Makes or changes a route. Takes the traffic on success. */
int korch__haproxy_route_set(haproxy_router *router, korch_traffic **traffic);
void korch__haproxy_route_free(haproxy_route *route);
/* Before a route is freed: clients are not led to it any more. */
void korch__haproxy_leave(const haproxy_router *router, haproxy_route *route);
/* Fills in the servers of all routes from what is given, or looked up. */
int korch__haproxy_route_fill(const haproxy_router *router, haproxy_route *route);
/* Listens on a free port. The descriptor, or a negative code. */
int korch__haproxy_listen(const char *address, int *port);

/* stats.c */
void korch__haproxy_read_stats(haproxy_router *router);
void korch__haproxy_answer_stats(const haproxy_router *router, const korch_traffic_call *call);

#endif
