/* Pods of a workload that have no node yet, and why. */
#ifndef KORCH_UP_WAITING_H
#define KORCH_UP_WAITING_H

#include "up/scheduler.h"
#include <korch/api/core_pod.h>

enum { WAITING_MESSAGE_MAX = 2048 };

typedef struct tool_waiting {
	int32_t pods;
	/* Of the first of them: */
	char pod[256];
	char reason[64]; /* Unschedulable, SchedulingGated, SchedulerError; or NoScheduler */
	char node[256];  /* where room is being made for it, or "" */
	char message[WAITING_MESSAGE_MAX];
} tool_waiting;

/* Counts a pod in when it waits. */
void waiting_add(tool_waiting *to, const korch_pod *pod, const up_scheduler *scheduler);
int waiting_equal(const tool_waiting *a, const tool_waiting *b);
/* "waits: …", "pod web-1 waits: …", "3 pods wait: …"; is_pod: the workload is the pod. */
void waiting_text(char *out, size_t size, const tool_waiting *waiting, int is_pod);
/* Where the next line of a text ends that is to fit into `width` characters, a word as a whole when
 * that is possible; *next is where the line behind it begins, NULL: there is none. Returns bytes.
 */
size_t waiting_fold(const char *text, int width, const char **next);

#endif
