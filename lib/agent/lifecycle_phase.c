/* The phase of a pod, as Kubernetes computes it from its containers. A phase never goes back. */
#include "agent/lifecycle_internal.h"

typedef struct count {
	size_t running, waiting, ended, good;
	size_t init_waiting, init_failed;
} count;

static int was_before(const korch__decision *d, size_t i)
{
	const korch__container_facts *facts = korch__facts(d, i);
	return facts->run == KORCH__RUN_EXITED || (facts->past && facts->past->last_state);
}

static void count_init(const korch__decision *d, size_t i, count *out)
{
	const korch__container_facts *facts = korch__facts(d, i);
	int shown = korch__container_shown(d, i);
	if (korch__pod_is_sidecar(d->pod, i)) {
		if (shown == KORCH__SHOWN_RUNNING) {
			out->running++;
			out->init_waiting += (size_t)!korch__is_started(d, i);
		} else if (shown == KORCH__SHOWN_WAITING && !was_before(d, i)) {
			out->init_waiting++;
		}
		return;
	}
	if (facts->run != KORCH__RUN_EXITED)
		out->init_waiting++;
	else if (facts->exit_code != 0)
		out->init_failed++;
}

static void count_main(const korch__decision *d, size_t i, count *out)
{
	int shown = korch__container_shown(d, i);
	if (shown == KORCH__SHOWN_RUNNING) {
		out->running++;
	} else if (shown == KORCH__SHOWN_ENDED || was_before(d, i)) {
		out->ended++;
		out->good += (size_t)(shown == KORCH__SHOWN_ENDED && korch__facts(d, i)->exit_code == 0);
	} else {
		out->waiting++;
	}
}

static const char *compute(const korch__decision *d)
{
	count n = {0};
	for (size_t i = 0; i < d->n_init; i++)
		count_init(d, i, &n);
	for (size_t i = d->n_init; i < d->n; i++)
		count_main(d, i, &n);
	if (d->dead && !d->in->shutdown)
		return !d->deadline && n.good == d->n - d->n_init ? "Succeeded" : "Failed";
	if ((n.init_waiting + n.init_failed > 0 && !korch__mains_began(d)) || n.waiting > 0)
		return "Pending";
	return n.running + n.ended > 0 ? "Running" : "Pending";
}

const char *korch__pod_phase(const korch__decision *d)
{
	const char *stored = d->pod->status ? d->pod->status->phase : NULL;
	if (korch__text_equal(stored, "Succeeded"))
		return "Succeeded";
	if (korch__text_equal(stored, "Failed"))
		return "Failed";
	const char *phase = compute(d);
	if (korch__text_equal(stored, "Running") && korch__text_equal(phase, "Pending"))
		return "Running";
	return phase;
}
