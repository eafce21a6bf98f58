/* What should run: init containers in order, sidecars, then the others; restarts with back-off,
 * repairs. */
#include "agent/lifecycle_internal.h"
#include <string.h>

int korch__mains_began(const korch__decision *d)
{
	for (size_t i = d->n_init; i < d->n; i++)
		if (korch__facts(d, i)->run != KORCH__RUN_NONE)
			return 1;
	return 0;
}

static int has_post_start(const korch_container *container)
{
	return container->lifecycle && container->lifecycle->post_start;
}

int korch__is_started(const korch__decision *d, size_t i)
{
	const korch__container_facts *facts = korch__facts(d, i);
	const korch_container *container = korch__pod_container(d->pod, i);
	if (facts->run != KORCH__RUN_RUNNING)
		return 0;
	if (has_post_start(container) && facts->post_start != KORCH__HOOK_DONE)
		return 0;
	return !container->startup_probe || facts->startup == KORCH__PROBE_GOOD;
}

int korch__is_ready(const korch__decision *d, size_t i)
{
	const korch__container_facts *facts = korch__facts(d, i);
	const korch_container *container = korch__pod_container(d->pod, i);
	if (korch__pod_is_init(d->pod, i) && !korch__pod_is_sidecar(d->pod, i))
		return facts->run == KORCH__RUN_EXITED && facts->exit_code == 0;
	return korch__is_started(d, i) &&
	       (!container->readiness_probe || facts->readiness == KORCH__PROBE_GOOD);
}

static int has_value(const int32_t *values, size_t n, int32_t value)
{
	for (size_t i = 0; i < n; i++)
		if (values[i] == value)
			return 1;
	return 0;
}

static int rules_restart(const korch_container *container, int32_t exit_code)
{
	for (size_t i = 0; i < container->n_restart_policy_rules; i++) {
		const korch_container_restart_rule *rule = &container->restart_policy_rules[i];
		if (!rule->exit_codes || !korch__text_equal(rule->action, "Restart"))
			continue;
		int in = has_value(rule->exit_codes->values, rule->exit_codes->n_values, exit_code);
		if (korch__text_equal(rule->exit_codes->operator_, "NotIn") ? !in : in)
			return 1;
	}
	return 0;
}

int korch__restarts(const korch__decision *d, size_t i)
{
	const korch__container_facts *facts = korch__facts(d, i);
	const korch_container *container = korch__pod_container(d->pod, i);
	const char *policy = d->spec->restart_policy;
	if (facts->why == KORCH__WHY_CHANGED || korch__pod_is_sidecar(d->pod, i))
		return 1;
	if (rules_restart(container, facts->exit_code))
		return 1;
	if (container->restart_policy)
		policy = container->restart_policy;
	if (korch__text_equal(policy, "Never"))
		return 0;
	if (korch__pod_is_init(d->pod, i) || korch__text_equal(policy, "OnFailure"))
		return facts->exit_code != 0;
	return 1;
}

int korch__pod_is_finished(const korch__decision *d)
{
	for (size_t i = 0; i < d->n_init; i++) {
		const korch__container_facts *facts = korch__facts(d, i);
		if (facts->run == KORCH__RUN_EXITED && facts->exit_code != 0 &&
		    !korch__pod_is_sidecar(d->pod, i) && !korch__restarts(d, i))
			return 1;
	}
	for (size_t i = d->n_init; i < d->n; i++)
		if (korch__facts(d, i)->run != KORCH__RUN_EXITED || korch__restarts(d, i))
			return 0;
	return d->n > d->n_init;
}

/* After so long without a failure the back-off begins anew. */
static int backoff_expired(korch_usec at, korch_usec set_at)
{
	return at - set_at > 2 * KORCH__BACKOFF_MAX_US;
}

korch_usec korch__backoff_end(const korch__container_facts *facts)
{
	const korch__container_past *past = facts->past;
	if (facts->why == KORCH__WHY_CHANGED || !past || past->backoff_us == 0 ||
	    backoff_expired(facts->finished_us, past->backoff_at_us))
		return 0;
	return facts->finished_us + past->backoff_us;
}

static korch_usec next_backoff(const korch__container_facts *facts)
{
	const korch__container_past *past = facts->past;
	if (!past || past->backoff_us == 0 || backoff_expired(facts->finished_us, past->backoff_at_us))
		return KORCH__BACKOFF_BASE_US;
	korch_usec next = 2 * past->backoff_us;
	return next < KORCH__BACKOFF_MAX_US ? next : KORCH__BACKOFF_MAX_US;
}

/* 1 when the image is there; otherwise asks for it, after its back-off. */
static int have_image(korch__decision *d, size_t i)
{
	const korch__container_facts *facts = korch__facts(d, i);
	int same = facts->image_hash == korch__image_hash(korch__pod_container(d->pod, i)->image);
	if (facts->image == KORCH__IMAGE_READY && same)
		return 1;
	if (facts->image == KORCH__IMAGE_PREPARING)
		return 0;
	if (facts->image == KORCH__IMAGE_FAILED && same && facts->past) {
		korch_usec shown = facts->past->image_failed_us + KORCH__ERROR_SHOWN_US;
		korch_usec retry = facts->past->image_failed_us + facts->past->image_backoff_us;
		if (shown > d->in->now)
			korch__wake_at(d, shown);
		if (retry > d->in->now) {
			korch__wake_at(d, retry);
			return 0;
		}
	}
	korch__op_add(d, (korch__pod_op){.kind = KORCH__OP_PREPARE, .container = (uint16_t)i});
	return 0;
}

static void start(korch__decision *d, size_t i, korch_usec backoff)
{
	const korch__container_facts *facts = korch__facts(d, i);
	int again = facts->run == KORCH__RUN_EXITED;
	if (!have_image(d, i) || d->in->sandbox != KORCH__SANDBOX_READY)
		return;
	if (facts->past && facts->past->config_message)
		return;
	korch__op_add(d, (korch__pod_op){
	                     .kind = KORCH__OP_START,
	                     .container = (uint16_t)i,
	                     .restart_count = facts->restart_count + again,
	                     .backoff_us = backoff,
	                 });
}

static void restart(korch__decision *d, size_t i)
{
	const korch__container_facts *facts = korch__facts(d, i);
	korch_usec end = korch__backoff_end(facts);
	korch_usec shown = facts->finished_us + KORCH__ERROR_SHOWN_US;
	if (facts->why == KORCH__WHY_CHANGED) {
		start(d, i, facts->past ? facts->past->backoff_us : 0);
		return;
	}
	if (end <= d->in->now) {
		start(d, i, next_backoff(facts));
		return;
	}
	korch__wake_at(d, end);
	if (facts->start_failed && shown > d->in->now)
		korch__wake_at(d, shown);
}

static korch_usec probe_grace(const korch__decision *d, const korch_probe *probe)
{
	if (probe && KORCH_IS_SET(probe, korch_probe, termination_grace_period_seconds) &&
	    probe->termination_grace_period_seconds >= 0 &&
	    probe->termination_grace_period_seconds < INT32_MAX)
		return probe->termination_grace_period_seconds * KORCH_USEC_PER_SEC;
	return korch__pod_grace(d);
}

/* Looks after a container that runs: hooks, probes, changes. */
static void look_after(korch__decision *d, size_t i)
{
	const korch__container_facts *facts = korch__facts(d, i);
	const korch_container *container = korch__pod_container(d->pod, i);
	int why = KORCH__WHY_NONE;
	if (facts->stopping)
		why = facts->why;
	else if (facts->image_hash != korch__image_hash(container->image))
		why = KORCH__WHY_CHANGED;
	else if (facts->post_start == KORCH__HOOK_FAILED)
		why = KORCH__WHY_POST_START;
	else if (facts->startup == KORCH__PROBE_BAD)
		why = KORCH__WHY_STARTUP;
	else if (facts->liveness == KORCH__PROBE_BAD)
		why = KORCH__WHY_LIVENESS;
	const korch_probe *probe = why == KORCH__WHY_STARTUP    ? container->startup_probe
	                           : why == KORCH__WHY_LIVENESS ? container->liveness_probe
	                                                        : NULL;
	korch_usec since = facts->stopping && facts->past ? facts->past->stop_us : d->in->now;
	if (why != KORCH__WHY_NONE)
		korch__container_stop(d, i, why, since + probe_grace(d, probe));
	else if (has_post_start(container) && facts->post_start == KORCH__HOOK_NONE)
		korch__op_add(d, (korch__pod_op){.kind = KORCH__OP_POST_START, .container = (uint16_t)i});
}

/* Brings a container that should run nearer to it. */
static void maintain(korch__decision *d, size_t i)
{
	switch (korch__facts(d, i)->run) {
	case KORCH__RUN_NONE:
		start(d, i, 0);
		break;
	case KORCH__RUN_RUNNING:
		look_after(d, i);
		break;
	case KORCH__RUN_EXITED:
		if (korch__restarts(d, i))
			restart(d, i);
		break;
	default:
		break;
	}
}

/* 1 when all init containers have done their work, so that the others may start. */
static int initialize(korch__decision *d)
{
	for (size_t i = 0; i < d->n_init; i++) {
		int sidecar = korch__pod_is_sidecar(d->pod, i);
		const korch__container_facts *facts = korch__facts(d, i);
		if (!sidecar && facts->run == KORCH__RUN_EXITED && facts->exit_code == 0)
			continue;
		maintain(d, i);
		if (!sidecar || !korch__is_started(d, i))
			return 0;
	}
	return 1;
}

void korch__pod_run(korch__decision *d)
{
	if (d->in->volumes != KORCH__VOLUMES_READY)
		return;
	if (d->in->sandbox == KORCH__SANDBOX_NONE || d->in->sandbox == KORCH__SANDBOX_REMOVED)
		korch__op_add(d, (korch__pod_op){.kind = KORCH__OP_SANDBOX_CREATE});
	if (korch__mains_began(d)) {
		for (size_t i = 0; i < d->n_init; i++)
			if (korch__pod_is_sidecar(d->pod, i))
				maintain(d, i);
	} else if (!initialize(d)) {
		return;
	}
	for (size_t i = d->n_init; i < d->n; i++)
		maintain(d, i);
}
