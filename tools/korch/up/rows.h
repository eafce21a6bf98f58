/*
 * What `korch up` shows, as data: one row for each workload, made from the cluster's view; no
 * output in here. A workload is a Deployment, a Rollout, a ReplicaSet without an owner, or a Pod
 * without one.
 * Below them: where Services answer.
 */
#ifndef KORCH_UP_ROWS_H
#define KORCH_UP_ROWS_H

#include "rollout/state.h"
#include "up/waiting.h"
#include <korch/view.h>

enum { ROW_NAME_MAX = 320, ROW_EVENT_MAX = 200, SERVICE_PORTS_MAX = 16, SERVICE_TEXT_MAX = 640 };

typedef struct tool_row {
	const korch_kind *kind;
	char namespace_[64];
	char name[256];
	char uid[64];
	int32_t desired;
	int32_t ready;
	int32_t updated; /* of the newest revision */
	int32_t restarts;
	int is_failed;   /* the progress deadline has passed, or the pod has failed */
	int is_finished; /* a pod that has succeeded */
	korch_usec created_us;
	char event[ROW_EVENT_MAX]; /* the latest: "Reason: message" */
	int event_is_warning;
	tool_waiting *waiting;  /* pods without a node; NULL: there are none */
	rollout_state *rollout; /* of a Rollout; otherwise NULL */
	int is_current;         /* seen in the last refresh */
	/* its numbers, its rollout, or why pods wait, differ from the refresh before */
	int is_changed;
} tool_row;

/* A port at which a Service answers. */
typedef struct tool_port {
	char name[64];
	char protocol[8];
	int32_t number;
} tool_port;

/* A Service that has an address. */
typedef struct tool_service {
	char namespace_[64];
	char name[256];
	char address[48];
	tool_port ports[SERVICE_PORTS_MAX];
	size_t n_ports;
	int is_changed; /* new, or at another address than in the refresh before */
} tool_service;

typedef struct tool_rows {
	const up_scheduler *scheduler; /* who decides on pods */
	korch_cluster *cluster;        /* borrowed; for explanations of rollouts */
	tool_row *items;               /* by kind, namespace, name */
	size_t n;
	size_t cap;
	tool_service *services; /* by namespace, name */
	size_t n_services;
} tool_rows;

/* Makes the rows anew from the view; what rows remember (latest event) stays. 0 or KORCH_E_NOMEM.
 */
int rows_refresh(tool_rows *rows, const korch_view *view);
/* Notes an Event object; finds the workload that it is about. Returns that row, or NULL. */
tool_row *rows_note_event(tool_rows *rows, const korch_view *view, const korch_object *event);
void rows_fini(tool_rows *rows);

/* "deployment/web", with the namespace in front when it is not "default". */
void row_title(char *out, size_t size, const tool_row *row);
/* services.c: makes the Services anew from the view; their addresses are compared with those
 * before. 0 or KORCH_E_NOMEM. */
int services_refresh(tool_rows *rows, const korch_view *view);
/* "service/web at 127.1.2.3:80", with the namespace in front when it is not "default". */
void service_title(char *out, size_t size, const tool_service *service);

#endif
