/* Binding: a pod gets its node, the condition PodScheduled, and the numbers of its devices. */
#include "base/buf.h"
#include "base/text.h"
#include "control/condition.h"
#include "control/scheduler/scheduling.h"

/* Binding gives all pods that were alike a status that is alike. */
static int share_status(korch__scheduling *st, korch_pod *pod, korch_usec now)
{
	if (st->status_to && st->status_at == now && st->status_from == pod->status) {
		korch_block_share(&pod->status, st->status_to);
		return 0;
	}
	korch_pod_status *from = korch_block_ref(pod->status);
	korch_pod_status *to = korch_struct_edit(&pod->status, &korch_pod_status_type);
	korch__condition_value value = {"PodScheduled", "True", NULL, NULL, now};
	if (!to || korch__condition_put(&to->conditions, &to->n_conditions, &korch__pod_conditions,
	                                &value) < 0) {
		korch_block_unref(from);
		return KORCH_E_NOMEM;
	}
	korch_string_share(&to->nominated_node_name, NULL);
	korch_block_unref(st->status_from);
	st->status_from = from;
	korch_block_share(&st->status_to, to);
	st->status_at = now;
	return 0;
}

/* "0,3": the agent gives them to the containers, and a scheduler that starts anew counts them. */
static int note_devices(korch_pod *pod, uint64_t devices)
{
	korch_buf text;
	korch_object_meta *meta = korch_object_edit_meta(&pod->object);
	korch__buf_init(&text, 0);
	for (int i = 0; i < 64; i++)
		if (devices >> i & 1)
			korch__buf_printf(&text, "%s%d", text.len ? "," : "", i);
	int code = !meta || text.failed
	               ? KORCH_E_NOMEM
	               : korch_map_set(&meta->annotations, KORCH_ANNOTATION_GPU_DEVICES, text.data);
	korch__buf_fini(&text);
	return code;
}

int korch__bind_pod(const korch__turn *turn, const korch_pod *pod, const char *node,
                    uint64_t devices)
{
	korch__scheduling *st = turn->st;
	const korch_pod_spec *spec = korch__bound_spec(st->bound, pod->spec, node);
	korch_pod *edited = spec ? (korch_pod *)korch_object_edit(&pod->object) : NULL;
	if (!edited || share_status(st, edited, turn->now) < 0 ||
	    (devices && note_devices(edited, devices) < 0)) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	korch_block_share(&edited->spec, spec);
	korch_plan_event(turn->plan, &pod->object, "Normal", "Scheduled",
	                 "Successfully assigned %s/%s to %s", korch_object_namespace(&pod->object),
	                 korch_object_name(&pod->object), node);
	int code = korch_scheduler_pod_set(st->scheduler, edited, NULL, NULL);
	if (korch_plan_update(turn->plan, &pod->object, &edited->object) < 0)
		return KORCH_E_NOMEM;
	return code;
}
