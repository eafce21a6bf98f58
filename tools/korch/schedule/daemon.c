/* Pods of DaemonSets: NAME-NODE on each node that wants one. */
#include "schedule/input.h"

#include <korch/strategy/daemon.h>
#include <stdio.h>

int input_add_daemon(schedule_model *self, korch_object *owner,
                     const korch_pod_template_spec *template_, model_place place, korch_error **err)
{
	const model_daemon daemon = {owner, template_, place};
	int code = model_keep_block(self, owner, err);
	return code < 0 ? code : MODEL_ADD(&self->daemons, daemon, err);
}

/* The pod for a node; NULL when memory is short. */
static korch_pod *make_pod(const model_daemon *daemon, const char *node)
{
	char name[1024];
	snprintf(name, sizeof(name), "%s-%s", korch_object_name(daemon->owner), node);
	korch_pod *pod = input_make_pod(daemon->owner, daemon->template_, name);
	korch_pod_spec *spec = pod ? korch_struct_edit(&pod->spec, &korch_pod_spec_type) : NULL;
	if (spec && korch_daemon_tolerate(spec) == 0 && korch_daemon_tie(spec, node) == 0)
		return pod;
	korch_object_unref(pod ? &pod->object : NULL);
	return NULL;
}

static int make_pods(schedule_model *self, const model_daemon *daemon, korch_error **err)
{
	int code = 0;
	for (size_t i = 0; code == 0 && i < self->nodes.n; i++) {
		const korch_node *node = self->nodes.items[i].object;
		if (korch_daemon_judge(daemon->template_->spec, node) != KORCH_DAEMON_RUN)
			continue;
		korch_pod *pod = make_pod(daemon, korch_object_name(&node->object));
		code = pod ? model_add_pod(self, pod, daemon->place, err) : model_nomem(err);
		if (code == 0)
			self->pods.items[self->pods.n - 1].group = input_group(&pod->object);
	}
	return code;
}

int input_make_daemons(schedule_model *self, korch_error **err)
{
	int code = 0;
	for (size_t i = 0; code == 0 && i < self->daemons.n; i++)
		code = make_pods(self, &self->daemons.items[i], err);
	return code;
}
