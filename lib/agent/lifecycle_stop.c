/* How pods and containers end: preStop, the stop signal, the kill, sidecars last; then sandbox and
 * files. */
#include "agent/lifecycle_internal.h"
#include <signal.h>
#include <string.h>

korch_usec korch__pod_grace(const korch__decision *d)
{
	const korch_object_meta *meta = d->pod->object.metadata;
	int64_t seconds = 30;
	if (KORCH_IS_SET(d->spec, korch_pod_spec, termination_grace_period_seconds))
		seconds = d->spec->termination_grace_period_seconds;
	if (meta && meta->deletion_timestamp &&
	    KORCH_IS_SET(meta, korch_object_meta, deletion_grace_period_seconds))
		seconds = meta->deletion_grace_period_seconds;
	if (d->in->gone)
		seconds = 0;
	return seconds < 0 || seconds > INT32_MAX ? 0 : seconds * KORCH_USEC_PER_SEC;
}

static const struct {
	const char *name;
	int number;
} signals[] = {
    {"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"KILL", SIGKILL},
    {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"TERM", SIGTERM}, {"WINCH", SIGWINCH},
    {"ABRT", SIGABRT}, {"ALRM", SIGALRM}, {"CONT", SIGCONT}, {"PWR", SIGPWR},
};

/* lifecycle.stopSignal as a number, 0 for the runtime's default. Real-time signals count from
 * SIGRTMIN. */
static int stop_signal(const korch_container *container)
{
	const char *name = container->lifecycle ? container->lifecycle->stop_signal : NULL;
	if (!name || strncmp(name, "SIG", 3) != 0)
		return 0;
	for (size_t i = 0; i < KORCH_COUNT(signals); i++)
		if (strcmp(name + 3, signals[i].name) == 0)
			return signals[i].number;
	int64_t offset = 0;
	if (strncmp(name, "SIGRTMIN+", 9) == 0 && korch__text_to_i64(&offset, name + 9) == 0 &&
	    offset >= 0 && offset < 31)
		return SIGRTMIN + (int)offset;
	return strcmp(name, "SIGRTMIN") == 0 ? SIGRTMIN : 0;
}

static void send(korch__decision *d, size_t i, int why, korch_usec grace)
{
	if (grace < KORCH__MINIMUM_GRACE_US)
		grace = KORCH__MINIMUM_GRACE_US;
	korch__op_add(d, (korch__pod_op){
	                     .kind = KORCH__OP_STOP,
	                     .why = (uint8_t)why,
	                     .container = (uint16_t)i,
	                     .signal = stop_signal(korch__pod_container(d->pod, i)),
	                     .grace_us = grace,
	                 });
}

/* Begins or goes on: preStop takes its time from the grace. */
void korch__container_stop(korch__decision *d, size_t i, int why, korch_usec end)
{
	const korch_container *container = korch__pod_container(d->pod, i);
	korch_usec left = end - d->in->now;
	int has_hook = container->lifecycle && container->lifecycle->pre_stop;
	switch (korch__facts(d, i)->stopping) {
	case KORCH__STOP_NONE:
		if (has_hook && left > 0)
			korch__op_add(d, (korch__pod_op){.kind = KORCH__OP_PRE_STOP,
			                                 .why = (uint8_t)why,
			                                 .container = (uint16_t)i,
			                                 .grace_us = left});
		else
			send(d, i, why, left);
		break;
	case KORCH__STOP_HOOK:
		if (left <= 0)
			send(d, i, why, 0);
		else
			korch__wake_at(d, end);
		break;
	case KORCH__STOP_HOOKED:
		send(d, i, why, left);
		break;
	default:
		break;
	}
}

static int is_main(const korch__decision *d, size_t i)
{
	return !korch__pod_is_sidecar(d->pod, i);
}

/* A container that was being stopped for another reason is given no more time than the pod has. */
static void stop_one(korch__decision *d, size_t i, korch_usec end)
{
	const korch__container_facts *facts = korch__facts(d, i);
	if (facts->run != KORCH__RUN_RUNNING)
		return;
	if (facts->stopping == KORCH__STOP_SENT && facts->why != KORCH__WHY_POD)
		send(d, i, KORCH__WHY_POD, end - d->in->now);
	else
		korch__container_stop(d, i, KORCH__WHY_POD, end);
}

/* Sidecars go in reverse order, each when the one after it has ended; all at once when the time is
 * over. */
static void stop_sidecars(korch__decision *d, korch_usec end)
{
	for (size_t i = d->n_init; i-- > 0;) {
		if (!korch__pod_is_sidecar(d->pod, i) || !korch__is_alive(korch__facts(d, i)))
			continue;
		stop_one(d, i, end);
		if (end > d->in->now)
			return;
	}
}

/* Until the object tells how its containers ended, the runtime is the only one that knows. */
static int is_recorded(const korch__decision *d)
{
	const char *phase = d->pod->status ? d->pod->status->phase : NULL;
	return d->in->gone || d->in->shutdown || korch__text_equal(phase, "Succeeded") ||
	       korch__text_equal(phase, "Failed");
}

static void remove_all(korch__decision *d)
{
	const korch__pod_input *in = d->in;
	d->dead = 1;
	if (!is_recorded(d))
		return;
	if (in->sandbox == KORCH__SANDBOX_READY)
		korch__op_add(d, (korch__pod_op){.kind = KORCH__OP_SANDBOX_REMOVE});
	if (in->sandbox != KORCH__SANDBOX_NONE && in->sandbox != KORCH__SANDBOX_REMOVED)
		return;
	if (in->volumes != KORCH__VOLUMES_CLEANED)
		korch__op_add(d, (korch__pod_op){.kind = KORCH__OP_CLEAN});
	else
		d->out->done = 1;
}

void korch__pod_stop(korch__decision *d)
{
	const korch__pod_input *in = d->in;
	korch_usec since = in->stop_us ? in->stop_us : in->now;
	korch_usec end = since + korch__pod_grace(d);
	size_t mains = 0, sidecars = 0;
	d->out->stop_us = since;
	for (size_t i = 0; i < d->n; i++) {
		if (!korch__is_alive(korch__facts(d, i)))
			continue;
		if (!is_main(d, i)) {
			sidecars++;
			continue;
		}
		mains++;
		stop_one(d, i, end);
	}
	if (mains + sidecars == 0) {
		remove_all(d);
		return;
	}
	if (mains == 0 || end <= in->now)
		stop_sidecars(d, end);
	if (end > in->now)
		korch__wake_at(d, sidecars > 0 ? end : KORCH_USEC_NEVER);
}
