/* What a pod's status says of its containers: waiting, running or terminated, with Kubernetes'
 * words. */
#include "agent/facts.h"
#include "agent/lifecycle_internal.h"
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 1024 };

/* How a container is to be shown. */
typedef struct shown {
	int kind;
	const char *reason;  /* waiting */
	const char *message; /* waiting; NULL for none */
	char text[TEXT_MAX]; /* room for message */
} shown;

static const char *pod_text(const char *text)
{
	return korch__text_or_empty(text);
}

/* As Go writes durations: 10s, 1m20s, 5m0s. */
static void duration(char *out, size_t size, korch_usec us)
{
	int64_t seconds = us / KORCH_USEC_PER_SEC;
	if (seconds >= 60)
		snprintf(out, size, "%dm%ds", (int)(seconds / 60), (int)(seconds % 60));
	else
		snprintf(out, size, "%ds", (int)seconds);
}

static void show_crash(const korch__decision *d, size_t i, shown *out)
{
	const korch__container_facts *facts = korch__facts(d, i);
	const korch__container_past *past = facts->past;
	const korch_object *pod = &d->pod->object;
	char delay[32];
	out->kind = KORCH__SHOWN_WAITING;
	if (facts->start_failed && d->in->now < facts->finished_us + KORCH__ERROR_SHOWN_US) {
		int own = past->reason && strcmp(past->reason, "StartError") != 0;
		out->reason = own ? past->reason : "RunContainerError";
		out->message = past->message;
		return;
	}
	duration(delay, sizeof(delay), past->backoff_us);
	snprintf(out->text, sizeof(out->text),
	         "back-off %s restarting failed container=%s pod=%s_%s(%s)", delay,
	         pod_text(korch__pod_container(d->pod, i)->name), korch_object_name(pod),
	         korch_object_namespace(pod), korch_object_uid(pod));
	out->reason = "CrashLoopBackOff";
	out->message = out->text;
}

static void show_image(const korch__decision *d, size_t i, shown *out)
{
	const korch__container_past *past = korch__facts(d, i)->past;
	int fresh = d->in->now < past->image_failed_us + KORCH__ERROR_SHOWN_US;
	out->kind = KORCH__SHOWN_WAITING;
	out->reason = past->image_reason && *past->image_reason ? past->image_reason : "ErrImagePull";
	out->message = past->image_message;
	if (fresh || strcmp(out->reason, "ErrImagePull") != 0)
		return;
	snprintf(out->text, sizeof(out->text), "Back-off pulling image \"%s\": %s: %s",
	         pod_text(korch__pod_container(d->pod, i)->image), out->reason,
	         pod_text(past->image_message));
	out->reason = "ImagePullBackOff";
	out->message = out->text;
}

/* 1 when something keeps it from being started, which is then shown. */
static int show_obstacle(const korch__decision *d, size_t i, shown *out)
{
	const korch__container_facts *facts = korch__facts(d, i);
	if (!facts->past || d->stopping)
		return 0;
	int trying = facts->image == KORCH__IMAGE_PREPARING && facts->past->image_reason;
	if (facts->image == KORCH__IMAGE_FAILED || trying) {
		show_image(d, i, out);
		return 1;
	}
	if (!facts->past->config_message)
		return 0;
	out->kind = KORCH__SHOWN_WAITING;
	out->reason =
	    facts->past->config_reason ? facts->past->config_reason : "CreateContainerConfigError";
	out->message = facts->past->config_message;
	return 1;
}

static void show_running(const korch__decision *d, size_t i, shown *out)
{
	const korch__container_facts *facts = korch__facts(d, i);
	const korch_container *container = korch__pod_container(d->pod, i);
	int hook = container->lifecycle && container->lifecycle->post_start;
	out->kind = KORCH__SHOWN_RUNNING;
	if (!hook || facts->post_start == KORCH__HOOK_DONE)
		return;
	out->kind = KORCH__SHOWN_WAITING;
	out->reason =
	    facts->post_start == KORCH__HOOK_FAILED ? "PostStartHookError" : "ContainerCreating";
	out->message = NULL;
}

/* How container i is shown; 0: as it was before (it is being started again). */
static int show(const korch__decision *d, size_t i, shown *out)
{
	const korch__container_facts *facts = korch__facts(d, i);
	switch (facts->run) {
	case KORCH__RUN_RUNNING:
		show_running(d, i, out);
		return 1;
	case KORCH__RUN_EXITED:
		out->kind = KORCH__SHOWN_ENDED;
		if (d->stopping || !korch__restarts(d, i) || show_obstacle(d, i, out))
			return 1;
		if (korch__backoff_end(facts) > d->in->now)
			show_crash(d, i, out);
		return 1;
	default:
		if (facts->restarted && facts->run == KORCH__RUN_STARTING &&
		    korch__pod_container_status(d->pod, i))
			return 0;
		if (facts->run == KORCH__RUN_NONE && show_obstacle(d, i, out))
			return 1;
		out->kind = KORCH__SHOWN_WAITING;
		out->reason = d->n_init > 0 ? "PodInitializing" : "ContainerCreating";
		out->message = NULL;
		return 1;
	}
}

int korch__container_shown(const korch__decision *d, size_t i)
{
	shown it;
	if (show(d, i, &it))
		return it.kind;
	const korch_container_status *status = korch__pod_container_status(d->pod, i);
	if (status && status->state && status->state->terminated)
		return KORCH__SHOWN_ENDED;
	return KORCH__SHOWN_WAITING;
}

static void container_id(const korch__pod_input *in, size_t i, char *out, size_t size)
{
	const korch__container_facts *facts = &in->containers[i];
	*out = '\0';
	if (facts->run == KORCH__RUN_NONE || facts->run == KORCH__RUN_STARTING)
		return;
	char prefix[64];
	size_t length = strlen(korch__text_or_empty(in->runtime_name));
	length = length < sizeof(prefix) - 4 ? length : sizeof(prefix) - 4;
	memcpy(prefix, korch__text_or_empty(in->runtime_name), length);
	memcpy(prefix + length, "://", 4);
	korch__container_id(out, size, prefix, in->pod, korch__pod_container(in->pod, i)->name,
	                    facts->restart_count);
}

static void unref_block(void *slot)
{
	korch_block_unref(*(void **)slot);
}
#define _cleanup_block_ _cleanup_(unref_block)

static const char *end_reason(const korch__container_facts *facts)
{
	if (facts->past && facts->past->reason && *facts->past->reason)
		return facts->past->reason;
	if (facts->oom_killed)
		return "OOMKilled";
	return facts->exit_code == 0 ? "Completed" : "Error";
}

korch_container_state *korch__terminated_state(const korch__pod_input *in, size_t i)
{
	const korch__container_facts *facts = &in->containers[i];
	_cleanup_block_ korch_container_state *state = korch_struct_new(&korch_container_state_type);
	korch_container_state_terminated *end =
	    state ? korch_struct_edit(&state->terminated, &korch_container_state_terminated_type)
	          : NULL;
	char id[TEXT_MAX];
	if (!end)
		return NULL;
	container_id(in, i, id, sizeof(id));
	end->exit_code = facts->exit_code;
	end->signal = facts->signal;
	end->started_at = korch__whole_seconds(facts->started_us);
	end->finished_at = korch__whole_seconds(facts->finished_us);
	end->reason = korch__intern_string(in->intern, end_reason(facts));
	if (!end->reason || korch_string_set(&end->container_id, id) < 0)
		return NULL;
	if (facts->past && facts->past->message)
		korch_string_share(&end->message, facts->past->message);
	return KORCH_STEAL(state);
}

static korch_container_state *running_state(korch__decision *d, size_t i)
{
	struct {
		char what[8];
		korch_usec at;
	} key = {"running", korch__whole_seconds(korch__facts(d, i)->started_us)};
	korch_container_state *known = korch__intern_get(d->in->intern, &key, sizeof(key));
	if (known)
		return known;
	_cleanup_block_ korch_container_state *state = korch_struct_new(&korch_container_state_type);
	korch_container_state_running *running =
	    state ? korch_struct_edit(&state->running, &korch_container_state_running_type) : NULL;
	if (!running)
		return NULL;
	running->started_at = key.at;
	korch__intern_put(d->in->intern, &key, sizeof(key), state);
	return KORCH_STEAL(state);
}

static korch_container_state *waiting_state(korch__decision *d, const shown *it)
{
	int plain = !it->message;
	size_t length = strlen(it->reason);
	korch_container_state *known =
	    plain ? korch__intern_get(d->in->intern, it->reason, length) : NULL;
	if (known)
		return known;
	_cleanup_block_ korch_container_state *state = korch_struct_new(&korch_container_state_type);
	korch_container_state_waiting *waiting =
	    state ? korch_struct_edit(&state->waiting, &korch_container_state_waiting_type) : NULL;
	if (!waiting || korch__word_set(d, &waiting->reason, it->reason) < 0 ||
	    korch_string_set(&waiting->message, it->message) < 0)
		return NULL;
	if (plain)
		korch__intern_put(d->in->intern, it->reason, length, state);
	return KORCH_STEAL(state);
}

/* What an entry of the list is to be. */
typedef struct entry {
	korch_container_state *state;
	korch_container_state *last_state;
	int32_t ready, started, restart_count;
	const char *name, *image, *image_id;
	char id[TEXT_MAX];
} entry;

static void entry_fini(entry *self)
{
	korch_block_unref(self->state);
	korch_block_unref(self->last_state);
}

static int same_state(const korch_container_state *a, const korch_container_state *b)
{
	return a == b || (a && b && korch_struct_equal(a, b, &korch_container_state_type));
}

static int entry_matches(const entry *want, const korch_container_status *is)
{
	return korch__text_equal(is->name, want->name) && is->ready == want->ready &&
	       is->started == want->started && is->restart_count == want->restart_count &&
	       same_state(is->state, want->state) && same_state(is->last_state, want->last_state) &&
	       korch__text_equal(is->container_id, want->id) &&
	       korch__text_equal(is->image, want->image) &&
	       korch__text_equal(is->image_id, want->image_id);
}

static int entry_states(korch__decision *d, size_t i, entry *out, const shown *it)
{
	const korch__container_facts *facts = korch__facts(d, i);
	int ended = facts->run == KORCH__RUN_EXITED;
	korch_container_state *now = it->kind == KORCH__SHOWN_RUNNING   ? running_state(d, i)
	                             : it->kind == KORCH__SHOWN_WAITING ? waiting_state(d, it)
	                                                                : NULL;
	korch_container_state *end = ended ? korch__terminated_state(d->in, i) : NULL;
	korch_container_state *before = facts->past ? korch_block_ref(facts->past->last_state) : NULL;
	int failed = ended && !end;
	if (it->kind == KORCH__SHOWN_ENDED) {
		out->state = end;
		out->last_state = before;
	} else {
		failed = failed || !now;
		out->state = now;
		out->last_state = end ? end : before;
		if (end)
			korch_block_unref(before);
	}
	return failed ? KORCH_E_NOMEM : 0;
}

static int entry_make(korch__decision *d, size_t i, entry *out, const shown *it)
{
	const korch__container_facts *facts = korch__facts(d, i);
	const korch_container *container = korch__pod_container(d->pod, i);
	out->name = container->name;
	out->image = container->image;
	out->image_id = facts->image_id;
	out->restart_count = facts->restart_count;
	out->ready = korch__is_ready(d, i);
	out->started = korch__is_started(d, i);
	container_id(d->in, i, out->id, sizeof(out->id));
	return entry_states(d, i, out, it);
}

static int entry_put(korch__decision *d, korch_container_status *to, const entry *from,
                     const korch_container *container)
{
	korch_string_share(&to->name, from->name);
	korch_string_share(&to->image, from->image);
	korch_string_share(&to->image_id, from->image_id);
	korch_block_share(&to->state, from->state);
	korch_block_share(&to->last_state, from->last_state);
	KORCH_SET(to, korch_container_status, ready, from->ready);
	KORCH_SET(to, korch_container_status, restart_count, from->restart_count);
	KORCH_SET(to, korch_container_status, started, from->started);
	return korch_string_set(&to->container_id, *from->id ? from->id : NULL);
}

/* Container i, which is entry k of the list. */
static int status_put(korch__decision *d, korch_pod_status **status, size_t i, size_t k)
{
	int init = korch__pod_is_init(d->pod, i);
	size_t n = init ? d->n_init : d->n - d->n_init;
	const korch_pod_status *old = *status ? *status : d->pod->status;
	const korch_container_status *list = !old   ? NULL
	                                     : init ? old->init_container_statuses
	                                            : old->container_statuses;
	size_t n_old = !old ? 0 : init ? old->n_init_container_statuses : old->n_container_statuses;
	shown it;
	if (!show(d, i, &it))
		return 0;
	_cleanup_(entry_fini) entry want = {0};
	if (entry_make(d, i, &want, &it) < 0)
		return KORCH_E_NOMEM;
	if (n_old == n && entry_matches(&want, &list[k]))
		return 0;
	korch_pod_status *to = korch__status_edit(d, status);
	if (!to)
		return KORCH_E_NOMEM;
	korch_container_status *slots =
	    init ? korch_list_edit(&to->init_container_statuses, &to->n_init_container_statuses,
	                           &korch_container_status_type, n)
	         : korch_list_edit(&to->container_statuses, &to->n_container_statuses,
	                           &korch_container_status_type, n);
	return slots ? entry_put(d, &slots[k], &want, korch__pod_container(d->pod, i)) : KORCH_E_NOMEM;
}

int korch__container_statuses_make(korch__decision *d, korch_pod_status **status, int init)
{
	size_t from = init ? 0 : d->n_init;
	size_t to = init ? d->n_init : d->n;
	for (size_t i = from; i < to; i++) {
		int code = status_put(d, status, i, i - from);
		if (code < 0)
			return code;
	}
	return 0;
}
