/* How a session ends: its pods are stopped in order, or left to the next one. */
#include "up/session.h"
#include "up/standby.h"

#include <korch/api.h>
#include <korch/sys/runtime.h>
#include <stdio.h>

enum { STOP_PATIENCE_US = 100000 };

static void ignore_done(void *userdata, int code, const char *reason, const char *message)
{
}

static void kill_listed(void *userdata, int code, const korch_runtime_list *list)
{
	session *self = userdata;
	const korch_runtime_ops *ops = korch_runtime_get_ops(self->runtime);
	for (size_t i = 0; list && i < list->n_sandboxes; i++)
		ops->sandbox_remove(korch_runtime_get_self(self->runtime), list->sandboxes[i].id,
		                    ignore_done, NULL);
}

/* Stops all pods in order; a second interrupt ends them at once. */
int session_stop(session *self)
{
	char text[64];
	int is_killing = 0;
	const korch_view_query pods = {.kind = &korch_pod_kind};
	size_t n = korch_view_count(korch_engine_view(korch_cluster_engine(self->cluster)), &pods);
	snprintf(text, sizeof(text), "stopping %zu pod%s", n, n == 1 ? "" : "s");
	self->output->ops->note(self->output, text);
	for (;;) {
		int code = korch_cluster_stop_pods(self->cluster, STOP_PATIENCE_US, NULL);
		if (code != KORCH_E_TIMEOUT)
			return code;
		if (!standby_leads(self))
			return 0;
		if (self->is_dirty)
			session_show(self);
		if (self->n_interrupts > 1 && !is_killing) {
			is_killing = 1;
			self->output->ops->note(self->output, "killing what is left");
			korch_runtime_get_ops(self->runtime)
			    ->list(korch_runtime_get_self(self->runtime), kill_listed, self);
		}
	}
}

/* What is written is written: pods, and whatever they do now, are the next start's. */
int session_leave(session *self)
{
	char text[64];
	const korch_view_query pods = {.kind = &korch_pod_kind};
	size_t n = korch_view_count(korch_engine_view(korch_cluster_engine(self->cluster)), &pods);
	snprintf(text, sizeof(text), "%s %zu pod%s running",
	         self->elector ? "hands over, leaving" : "leaving", n, n == 1 ? "" : "s");
	self->output->ops->note(self->output, text);
	return 0;
}
