/* What is known of containers: how operations, completions and reports change it. The same for the
 * agent and for tests. */
#include "agent/facts.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

korch__container_past *korch__facts_past(korch__container_facts *facts)
{
	if (!facts->past)
		facts->past = korch__calloc(1, sizeof(*facts->past));
	return facts->past;
}

void korch__facts_fini(korch__container_facts *facts)
{
	korch_string_unref(facts->image_id);
	korch__container_past *past = facts->past;
	if (past) {
		korch_block_unref(past->last_state);
		korch_string_unref(past->reason);
		korch_string_unref(past->message);
		korch_string_unref(past->image_reason);
		korch_string_unref(past->image_message);
		korch_string_unref(past->config_reason);
		korch_string_unref(past->config_message);
		korch__free(past);
	}
	memset(facts, 0, sizeof(*facts));
}

static int seed_lost(korch__container_facts *facts, korch_usec now)
{
	korch__container_past *past = korch__facts_past(facts);
	if (!past)
		return KORCH_E_NOMEM;
	facts->exit_code = 137;
	facts->finished_us = now;
	korch_string_set(&past->reason, "ContainerStatusUnknown");
	korch_string_set(&past->message,
	                 "The container could not be located when the pod was terminated");
	return 0;
}

static int seed_ended(korch__container_facts *facts, const korch_container_state_terminated *ended)
{
	facts->exit_code = ended->exit_code;
	facts->signal = (uint8_t)ended->signal;
	facts->started_us = ended->started_at;
	facts->finished_us = ended->finished_at;
	facts->oom_killed = (uint8_t)korch__text_equal(ended->reason, "OOMKilled");
	if (!ended->message && !ended->reason)
		return 0;
	korch__container_past *past = korch__facts_past(facts);
	if (!past)
		return KORCH_E_NOMEM;
	korch_string_share(&past->reason, ended->reason);
	korch_string_share(&past->message, ended->message);
	return 0;
}

/* It ran when everything was stopped in order. */
static int was_stopped(const korch_container_status *status, korch_usec stopped_us)
{
	return status->state->running && stopped_us && status->state->running->started_at <= stopped_us;
}

int korch__pod_was_stopped(const korch_pod *pod, korch_usec stopped_us)
{
	for (size_t i = 0; i < korch__pod_containers(pod); i++) {
		const korch_container_status *status = korch__pod_container_status(pod, i);
		if (status && status->state && was_stopped(status, stopped_us))
			return 1;
	}
	return 0;
}

static int has_ended(const korch_pod *pod)
{
	const char *phase = pod->status->phase;
	return korch__text_equal(phase, "Succeeded") || korch__text_equal(phase, "Failed");
}

static int seed_one(const korch_pod *pod, size_t i, korch__container_facts *facts,
                    const korch__seed_times *times)
{
	const korch_container_status *status = korch__pod_container_status(pod, i);
	if (!status || !status->state)
		return 0;
	if (status->last_state && !korch__facts_past(facts))
		return KORCH_E_NOMEM;
	if (status->last_state)
		korch_block_share(&facts->past->last_state, status->last_state);
	if (was_stopped(status, times->stopped_us) ||
	    (korch__pod_is_init(pod, i) && korch__pod_was_stopped(pod, times->stopped_us))) {
		facts->restart_count = status->restart_count;
		facts->restarted = status->restart_count > 0;
		return 0;
	}
	int ran = status->state->running || status->state->terminated ||
	          (status->last_state && status->last_state->terminated);
	/* Of a pod that has ended nothing is run again. */
	facts->restart_count = status->restart_count + (ran && !has_ended(pod) ? 1 : 0);
	if (!ran || korch__pod_is_init(pod, i))
		return 0;
	facts->run = KORCH__RUN_EXITED;
	facts->restart_count = status->restart_count;
	if (status->state->terminated)
		return seed_ended(facts, status->state->terminated);
	if (status->state->running) {
		facts->started_us = status->state->running->started_at;
		return seed_lost(facts, times->now);
	}
	int code = seed_ended(facts, status->last_state->terminated);
	if (code == 0)
		korch__facts_seed_backoff(facts, status);
	return code;
}

void korch__facts_seed_backoff(korch__container_facts *facts, const korch_container_status *status)
{
	const korch_container_state_waiting *waiting = status->state ? status->state->waiting : NULL;
	int minutes = 0;
	int seconds = 0;
	if (!waiting || !korch__text_equal(waiting->reason, "CrashLoopBackOff") || !waiting->message)
		return;
	/* As it was written: 20s, 1m20s. */
	if (sscanf(waiting->message, "back-off %3dm%2ds ", &minutes, &seconds) != 2) {
		minutes = 0;
		if (sscanf(waiting->message, "back-off %3ds ", &seconds) != 1)
			return;
	}
	korch_usec backoff = (minutes * 60 + seconds) * KORCH_USEC_PER_SEC;
	if (backoff <= 0 || backoff > KORCH__BACKOFF_MAX_US || !korch__facts_past(facts))
		return;
	facts->past->backoff_us = backoff;
	facts->past->backoff_at_us = facts->started_us;
}

int korch__facts_seed(const korch_pod *pod, korch__container_facts *facts,
                      const korch__seed_times *times)
{
	if (!pod->status)
		return 0;
	for (size_t i = 0; i < korch__pod_containers(pod); i++) {
		int code = seed_one(pod, i, &facts[i], times);
		if (code < 0)
			return code;
	}
	return 0;
}

static char *append(char *to, const char *end, const char *text)
{
	size_t length = strlen(text);
	size_t room = (size_t)(end - to) - 1;
	length = length < room ? length : room;
	memcpy(to, text, length);
	to[length] = '\0';
	return to + length;
}

void korch__container_id(char *out, size_t size, const char *prefix, const korch_pod *pod,
                         const char *name, int32_t run)
{
	const char *end = out + size;
	char number[16];
	char *at = number + sizeof(number) - 1;
	*at = '\0';
	do {
		*--at = (char)('0' + run % 10);
		run /= 10;
	} while (run > 0);
	out = append(out, end, prefix);
	out = append(out, end, korch_object_uid(&pod->object));
	out = append(out, end, ".");
	out = append(out, end, korch__text_or_empty(name));
	out = append(out, end, ".");
	append(out, end, at);
}

/* A new run: nothing of the one before but how it ended. */
static int begin_start(korch__container_facts *facts, const korch__pod_op *op,
                       const korch__pod_input *in)
{
	int again = facts->run == KORCH__RUN_EXITED;
	if ((again || op->backoff_us > 0) && !korch__facts_past(facts))
		return KORCH_E_NOMEM;
	korch_container_state *ended = again ? korch__terminated_state(in, op->container) : NULL;
	if (again && !ended)
		return KORCH_E_NOMEM;
	if (again)
		korch_block_take(&facts->past->last_state, ended);
	korch__container_facts fresh = {
	    .run = KORCH__RUN_STARTING,
	    .image = facts->image,
	    .restarted = (uint8_t)(facts->restarted || again),
	    .restart_count = op->restart_count,
	    .image_hash = facts->image_hash,
	    .image_id = facts->image_id,
	    .past = facts->past,
	};
	*facts = fresh;
	if (strcmp(korch__pull_policy(korch__pod_container(in->pod, op->container)), "Always") == 0)
		facts->image = KORCH__IMAGE_NONE;
	if (!facts->past)
		return 0;
	if (op->backoff_us > 0) {
		facts->past->backoff_us = op->backoff_us;
		facts->past->backoff_at_us = in->now;
	}
	facts->past->stop_us = 0;
	korch_string_set(&facts->past->reason, NULL);
	korch_string_set(&facts->past->message, NULL);
	return 0;
}

static int begin_stop(korch__container_facts *facts, const korch__pod_op *op, korch_usec now)
{
	korch__container_past *past = korch__facts_past(facts);
	if (!past)
		return KORCH_E_NOMEM;
	if (facts->stopping == KORCH__STOP_NONE)
		past->stop_us = now;
	facts->stopping = op->kind == KORCH__OP_STOP ? KORCH__STOP_SENT : KORCH__STOP_HOOK;
	facts->why = op->why;
	return 0;
}

int korch__facts_begin(korch__container_facts *facts, const korch__pod_op *op,
                       const korch__pod_input *in)
{
	switch (op->kind) {
	case KORCH__OP_PREPARE:
		facts->image = KORCH__IMAGE_PREPARING;
		facts->image_hash = korch__image_hash(korch__pod_container(in->pod, op->container)->image);
		return 0;
	case KORCH__OP_START:
		return begin_start(facts, op, in);
	case KORCH__OP_POST_START:
		facts->post_start = KORCH__HOOK_RUNNING;
		return 0;
	case KORCH__OP_PRE_STOP:
	case KORCH__OP_STOP:
		return begin_stop(facts, op, in->now);
	default:
		return 0;
	}
}

void korch__facts_prepared(korch__container_facts *facts, int code, const char *reason,
                           const char *message, korch_usec now)
{
	korch__container_past *past = facts->past;
	facts->image = code == 0 ? KORCH__IMAGE_READY : KORCH__IMAGE_FAILED;
	if (code == 0 && past) {
		past->image_backoff_us = 0;
		korch_string_set(&past->image_reason, NULL);
		korch_string_set(&past->image_message, NULL);
	}
	if (code == 0)
		return;
	past = korch__facts_past(facts);
	if (!past) {
		facts->image = KORCH__IMAGE_NONE; /* tried again at the next decision */
		return;
	}
	korch_usec next =
	    past->image_backoff_us > 0 ? 2 * past->image_backoff_us : KORCH__BACKOFF_BASE_US;
	past->image_backoff_us = next < KORCH__BACKOFF_MAX_US ? next : KORCH__BACKOFF_MAX_US;
	past->image_failed_us = now;
	korch_string_set(&past->image_reason, reason && *reason ? reason : "ErrImagePull");
	korch_string_set(&past->image_message, message);
}

static void ended(korch__container_facts *facts, const char *reason, const char *message)
{
	int worded = (reason && *reason) || (message && *message);
	korch__container_past *past = worded ? korch__facts_past(facts) : facts->past;
	facts->run = KORCH__RUN_EXITED;
	if (!past)
		return;
	korch_string_set(&past->reason, reason && *reason ? reason : NULL);
	korch_string_set(&past->message, message && *message ? message : NULL);
}

void korch__facts_started(korch__container_facts *facts, int code, const char *reason,
                          const char *message, korch_usec now)
{
	if (facts->run != KORCH__RUN_STARTING)
		return;
	if (code == 0) {
		facts->run = KORCH__RUN_RUNNING;
		facts->started_us = now;
		return;
	}
	facts->exit_code = 128;
	facts->start_failed = 1;
	facts->started_us = facts->finished_us = now;
	ended(facts, reason && *reason ? reason : "StartError", message);
}

static void report_exit(korch__container_facts *facts, const korch_container_report *report)
{
	facts->start_failed = (uint8_t)(facts->start_failed || (report->reason && *report->reason));
	facts->exit_code = report->exit_code;
	facts->signal = (uint8_t)report->signal;
	facts->oom_killed = report->oom_killed != 0;
	facts->started_us = report->started_us ? report->started_us : facts->started_us;
	facts->finished_us = report->finished_us;
	if (facts->start_failed && facts->exit_code == 0)
		facts->exit_code = 128;
	ended(facts, report->reason, report->message);
}

int korch__facts_report(korch__container_facts *facts, const korch_container_report *report)
{
	if (report->restart_count != facts->restart_count || facts->run == KORCH__RUN_NONE ||
	    facts->run == KORCH__RUN_EXITED)
		return 0;
	if (report->image_id && *report->image_id &&
	    !korch__text_equal(facts->image_id, report->image_id))
		korch_string_set(&facts->image_id, report->image_id);
	if (report->phase == KORCH_CONTAINER_EXITED) {
		report_exit(facts, report);
		return 1;
	}
	if (report->phase != KORCH_CONTAINER_RUNNING)
		return 0;
	int news = facts->run != KORCH__RUN_RUNNING || facts->started_us != report->started_us;
	facts->run = KORCH__RUN_RUNNING;
	facts->started_us = report->started_us ? report->started_us : facts->started_us;
	return news;
}

void korch__facts_adopt(korch__container_facts *facts, const korch_container_report *report,
                        const char *image)
{
	facts->restart_count = report->restart_count;
	facts->restarted = report->restart_count > 0;
	facts->image_hash = korch__image_hash(image);
	facts->image = KORCH__IMAGE_READY;
	facts->post_start = KORCH__HOOK_DONE;
	facts->run = KORCH__RUN_STARTING;
	korch__facts_report(facts, report);
}

void korch__facts_hook(korch__container_facts *facts, int op, int good)
{
	if (op == KORCH__OP_POST_START && facts->post_start == KORCH__HOOK_RUNNING)
		facts->post_start = good ? KORCH__HOOK_DONE : KORCH__HOOK_FAILED;
	if (op == KORCH__OP_PRE_STOP && facts->stopping == KORCH__STOP_HOOK)
		facts->stopping = KORCH__STOP_HOOKED;
}
