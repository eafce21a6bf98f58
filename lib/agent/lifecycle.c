/* The decision on a pod from above: does it run or end, in which order are the parts asked. And
 * what is known of containers. */
#include "agent/lifecycle_internal.h"
#include "base/table.h"
#include <string.h>

size_t korch__pod_containers(const korch_pod *pod)
{
	return pod->spec ? pod->spec->n_init_containers + pod->spec->n_containers : 0;
}

const korch_container *korch__pod_container(const korch_pod *pod, size_t i)
{
	size_t n_init = pod->spec->n_init_containers;
	return i < n_init ? &pod->spec->init_containers[i] : &pod->spec->containers[i - n_init];
}

size_t korch__pod_container_index(const korch_pod *pod, const char *name)
{
	for (size_t i = 0; i < korch__pod_containers(pod); i++)
		if (korch__text_equal(korch__pod_container(pod, i)->name, name))
			return i;
	return SIZE_MAX;
}

int korch__pod_is_init(const korch_pod *pod, size_t i)
{
	return i < pod->spec->n_init_containers;
}

int korch__pod_is_sidecar(const korch_pod *pod, size_t i)
{
	return korch__pod_is_init(pod, i) &&
	       korch__text_equal(pod->spec->init_containers[i].restart_policy, "Always");
}

static const korch_container_status *status_named(const korch_container_status *list, size_t n,
                                                  size_t hint, const char *name)
{
	if (hint < n && korch__text_equal(list[hint].name, name))
		return &list[hint];
	for (size_t i = 0; i < n; i++)
		if (korch__text_equal(list[i].name, name))
			return &list[i];
	return NULL;
}

const korch_container_status *korch__pod_container_status(const korch_pod *pod, size_t i)
{
	const korch_pod_status *status = pod->status;
	const char *name = korch__pod_container(pod, i)->name;
	size_t n_init = pod->spec->n_init_containers;
	if (!status)
		return NULL;
	if (i < n_init)
		return status_named(status->init_container_statuses, status->n_init_container_statuses, i,
		                    name);
	return status_named(status->container_statuses, status->n_container_statuses, i - n_init, name);
}

uint32_t korch__image_hash(const char *image)
{
	uint32_t hash = (uint32_t)korch__hash_string(korch__text_or_empty(image));
	return hash ? hash : 1;
}

const char *korch__pull_policy(const korch_container *container)
{
	if (container->image_pull_policy)
		return container->image_pull_policy;
	const char *image = korch__text_or_empty(container->image);
	const char *slash = strrchr(image, '/');
	const char *tag = strrchr(slash ? slash : image, ':');
	if (strchr(image, '@'))
		return "IfNotPresent";
	return !tag || strcmp(tag, ":latest") == 0 ? "Always" : "IfNotPresent";
}

void korch__wake_at(korch__decision *d, korch_usec at)
{
	if (at < d->out->wake_us)
		d->out->wake_us = at;
}

void korch__op_add(korch__decision *d, korch__pod_op op)
{
	if (korch__vec_push(&d->out->ops, op) < 0)
		d->out->failed = KORCH_E_NOMEM;
}

static int is_terminal(const korch_pod *pod)
{
	const char *phase = pod->status ? pod->status->phase : NULL;
	return korch__text_equal(phase, "Succeeded") || korch__text_equal(phase, "Failed");
}

/* When activeDeadlineSeconds ends, KORCH_USEC_NEVER without one. */
static korch_usec deadline(const korch__decision *d)
{
	int64_t seconds = d->spec->active_deadline_seconds;
	if (seconds <= 0 || seconds > INT32_MAX)
		return KORCH_USEC_NEVER;
	korch_usec start = d->in->start_us ? d->in->start_us : d->in->now;
	return start + seconds * KORCH_USEC_PER_SEC;
}

static int has_probes(const korch_container *container)
{
	return container->startup_probe || container->readiness_probe || container->liveness_probe;
}

static void want_probes(korch__decision *d)
{
	size_t with = 0;
	for (size_t i = 0; i < d->n; i++)
		with += (size_t)has_probes(korch__pod_container(d->pod, i));
	if (with == 0)
		return;
	for (size_t i = 0; i < d->n; i++) {
		const korch_container *container = korch__pod_container(d->pod, i);
		const korch__container_facts *facts = korch__facts(d, i);
		int init = korch__pod_is_init(d->pod, i) && !korch__pod_is_sidecar(d->pod, i);
		uint8_t want = 0;
		if (facts->run == KORCH__RUN_RUNNING && !init && !d->dead) {
			int past_startup = !container->startup_probe || facts->startup == KORCH__PROBE_GOOD;
			want =
			    past_startup ? KORCH__WANT_READINESS | KORCH__WANT_LIVENESS : KORCH__WANT_STARTUP;
			if (d->stopping || facts->stopping)
				want &= KORCH__WANT_READINESS;
		}
		if (korch__vec_push(&d->out->probes, want) < 0)
			d->out->failed = KORCH_E_NOMEM;
	}
}

static void output_reset(korch__pod_output *out)
{
	out->ops.n = 0;
	out->probes.n = 0;
	out->wake_us = KORCH_USEC_NEVER;
	out->stop_us = 0;
	korch_block_unref(out->status);
	out->status = NULL;
	out->delete_object = 0;
	out->done = 0;
	out->failed = 0;
}

void korch__pod_output_fini(korch__pod_output *out)
{
	output_reset(out);
	korch__vec_fini(&out->ops);
	korch__vec_fini(&out->probes);
}

int korch__pod_decide(const korch__pod_input *in, korch__pod_output *out)
{
	output_reset(out);
	korch__decision d = {.in = in, .pod = in->pod, .spec = in->pod->spec, .out = out};
	if (!d.spec)
		return 0;
	d.n = korch__pod_containers(in->pod);
	d.n_init = d.spec->n_init_containers;
	const korch_object_meta *meta = in->pod->object.metadata;
	int deleting = meta && meta->deletion_timestamp != 0;
	korch_usec end = deadline(&d);
	d.deadline = end <= in->now && !is_terminal(in->pod);
	d.finished = korch__pod_is_finished(&d);
	d.stopping = deleting || d.deadline || d.finished || in->gone || in->shutdown ||
	             in->stop_us != 0 || is_terminal(in->pod);
	if (d.stopping) {
		korch__pod_stop(&d);
	} else {
		korch__pod_run(&d);
		korch__wake_at(&d, end);
	}
	want_probes(&d);
	if (!in->gone && !in->shutdown && !in->no_status)
		out->failed = korch__pod_status_make(&d) < 0 ? KORCH_E_NOMEM : out->failed;
	out->delete_object =
	    out->done && deleting && !in->gone && !in->shutdown && !in->no_status && !out->status;
	return out->failed;
}
