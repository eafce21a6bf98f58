/* The conditions of a pod that its node sets: reasons and sentences are Kubernetes'. Others'
 * conditions stay as they are. */
#include "agent/lifecycle_internal.h"
#include "base/buf.h"
#include <string.h>

enum { CONDITIONS = 5, MESSAGE_MAX = 4096 };

typedef struct want {
	const char *type;
	int good;
	const char *reason;  /* NULL: none */
	const char *message; /* NULL: none */
} want;

/* "containers with WHAT status: [a b]" of those that test() says; nothing when there are none. */
static int list_names(korch__decision *d, korch_buf *out, const char *what,
                      int (*test)(const korch__decision *d, size_t i))
{
	int any = 0;
	for (size_t i = 0; i < d->n; i++) {
		if (!test(d, i))
			continue;
		if (!any) {
			korch__buf_puts(out, "containers with ");
			korch__buf_puts(out, what);
			korch__buf_puts(out, " status: [");
		} else {
			korch__buf_putc(out, ' ');
		}
		korch__buf_puts(out, korch__text_or_empty(korch__pod_container(d->pod, i)->name));
		any = 1;
	}
	if (any)
		korch__buf_putc(out, ']');
	return any;
}

static int is_incomplete(const korch__decision *d, size_t i)
{
	if (!korch__pod_is_init(d->pod, i))
		return 0;
	return korch__pod_is_sidecar(d->pod, i) ? !korch__is_started(d, i) : !korch__is_ready(d, i);
}

static int is_unready(const korch__decision *d, size_t i)
{
	int counts = !korch__pod_is_init(d->pod, i) || korch__pod_is_sidecar(d->pod, i);
	return counts && !korch__is_ready(d, i);
}

static void want_initialized(korch__decision *d, want *out, const char *phase, korch_buf *text)
{
	out->type = "Initialized";
	out->good = 1;
	if (strcmp(phase, "Succeeded") == 0) {
		out->reason = "PodCompleted";
	} else if (!korch__mains_began(d) && list_names(d, text, "incomplete", is_incomplete)) {
		out->good = 0;
		out->reason = "ContainersNotInitialized";
		out->message = text->data;
	}
}

static void want_containers_ready(korch__decision *d, want *out, const char *phase, korch_buf *text)
{
	out->type = "ContainersReady";
	if (strcmp(phase, "Succeeded") == 0) {
		out->reason = "PodCompleted";
	} else if (strcmp(phase, "Failed") == 0) {
		out->reason = "PodFailed";
	} else if (list_names(d, text, "unready", is_unready)) {
		out->reason = "ContainersNotReady";
		out->message = text->data;
	} else {
		out->good = 1;
	}
}

static const korch_pod_condition *find(const korch_pod_status *status, const char *type)
{
	for (size_t i = 0; status && i < status->n_conditions; i++)
		if (korch__text_equal(status->conditions[i].type, type))
			return &status->conditions[i];
	return NULL;
}

static void want_ready(korch__decision *d, want *out, const want *containers, korch_buf *text)
{
	*out = *containers;
	out->type = "Ready";
	for (size_t i = 0; out->good && i < d->spec->n_readiness_gates; i++) {
		const char *type = korch__text_or_empty(d->spec->readiness_gates[i].condition_type);
		const korch_pod_condition *gate = find(d->pod->status, type);
		if (gate && korch__text_equal(gate->status, "True"))
			continue;
		korch__buf_puts(text, text->len > 0 ? ", " : "");
		if (gate)
			korch__buf_printf(text,
			                  "the status of pod readiness gate \"%s\" is not \"True\", but %s",
			                  type, korch__text_or_empty(gate->status));
		else
			korch__buf_printf(
			    text, "corresponding condition of pod readiness gate \"%s\" does not exist.", type);
	}
	if (text->len > 0) {
		out->good = 0;
		out->reason = "ReadinessGatesNotReady";
		out->message = text->data;
	}
}

static int matches(const want *w, const korch_pod_condition *is)
{
	return is && korch__text_equal(is->status, w->good ? "True" : "False") &&
	       korch__text_equal(is->reason, w->reason) && korch__text_equal(is->message, w->message);
}

static int put(korch__decision *d, korch_pod_condition *to, const want *w)
{
	const char *status = w->good ? "True" : "False";
	if (!korch__text_equal(to->status, status))
		to->last_transition_time = korch__whole_seconds(d->in->now);
	if (korch__word_set(d, &to->type, w->type) < 0 || korch__word_set(d, &to->status, status) < 0 ||
	    korch__word_set(d, &to->reason, w->reason) < 0)
		return KORCH_E_NOMEM;
	return korch_string_set(&to->message, w->message);
}

/* The list of a pod whose conditions are its node's alone, described for sharing. */
typedef struct key {
	char what[6];
	uint8_t good[CONDITIONS];
	uint8_t length; /* of text */
	korch_usec at[CONDITIONS];
	const char *reasons[CONDITIONS]; /* constants of this file */
	char text[128];                  /* the messages, one after the other */
} key;

static int describe_message(key *out, const char *message)
{
	size_t length = message ? strlen(message) + 1 : 1;
	if (length > sizeof(out->text) - out->length)
		return 0;
	memcpy(out->text + out->length, message ? message : "", length);
	out->length = (uint8_t)(out->length + length);
	return 1;
}

/* Whether the list holds no others' conditions, nor anything else of theirs. */
static int is_own(const korch_pod_status *old, const want *wants)
{
	for (size_t i = 0; old && i < old->n_conditions; i++) {
		size_t k = 0;
		while (k < CONDITIONS && !korch__text_equal(old->conditions[i].type, wants[k].type))
			k++;
		if (k == CONDITIONS || old->conditions[i].observed_generation != 0)
			return 0;
	}
	return 1;
}

static int describe(korch__decision *d, const want *wants, key *out)
{
	const korch_pod_status *old = d->pod->status;
	memset(out, 0, sizeof(*out));
	memcpy(out->what, "conds", 6);
	for (size_t i = 0; i < CONDITIONS; i++) {
		const korch_pod_condition *is = find(old, wants[i].type);
		int kept = is && korch__text_equal(is->status, wants[i].good ? "True" : "False");
		out->at[i] = kept ? is->last_transition_time : korch__whole_seconds(d->in->now);
		out->reasons[i] = wants[i].reason;
		out->good[i] = (uint8_t)wants[i].good;
		if (!describe_message(out, wants[i].message))
			return 0;
	}
	return is_own(old, wants);
}

static int merge(korch__decision *d, korch_pod_status *status, const want *wants)
{
	for (size_t i = 0; i < CONDITIONS; i++) {
		size_t k = 0;
		while (k < status->n_conditions &&
		       !korch__text_equal(status->conditions[k].type, wants[i].type))
			k++;
		size_t n = k < status->n_conditions ? status->n_conditions : k + 1;
		korch_pod_condition *list = korch_list_edit(&status->conditions, &status->n_conditions,
		                                            &korch_pod_condition_type, n);
		if (!list || put(d, &list[k], &wants[i]) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static int apply(korch__decision *d, korch_pod_status **status, const want *wants)
{
	key description;
	size_t same = 0;
	for (size_t i = 0; i < CONDITIONS; i++)
		same += (size_t)matches(&wants[i], find(d->pod->status, wants[i].type));
	if (same == CONDITIONS)
		return 0;
	korch_pod_status *to = korch__status_edit(d, status);
	if (!to)
		return KORCH_E_NOMEM;
	int shared = describe(d, wants, &description);
	korch_pod_condition *known = shared
	                                 ? korch__intern_get(d->in->intern, &description,
	                                                     offsetof(key, text) + description.length)
	                                 : NULL;
	if (known) {
		korch_block_take(&to->conditions, known);
		to->n_conditions = CONDITIONS;
		return 0;
	}
	if (shared)
		korch_list_edit(&to->conditions, &to->n_conditions, &korch_pod_condition_type, 0);
	if (merge(d, to, wants) < 0)
		return KORCH_E_NOMEM;
	for (size_t i = 0; shared && i < CONDITIONS; i++)
		to->conditions[i].last_transition_time = description.at[i];
	if (shared)
		korch__intern_put(d->in->intern, &description, offsetof(key, text) + description.length,
		                  to->conditions);
	return 0;
}

int korch__conditions_make(korch__decision *d, korch_pod_status **status, const char *phase)
{
	korch_buf initialized, ready, gates;
	want wants[CONDITIONS] = {0};
	korch__buf_init(&initialized, MESSAGE_MAX);
	korch__buf_init(&ready, MESSAGE_MAX);
	korch__buf_init(&gates, MESSAGE_MAX);
	wants[0].type = "PodReadyToStartContainers";
	wants[0].good = d->in->sandbox == KORCH__SANDBOX_READY && !d->dead;
	want_initialized(d, &wants[1], phase, &initialized);
	want_containers_ready(d, &wants[3], phase, &ready);
	want_ready(d, &wants[2], &wants[3], &gates);
	wants[4].type = "PodScheduled";
	wants[4].good = 1;
	int failed = initialized.failed == KORCH_E_NOMEM || ready.failed == KORCH_E_NOMEM ||
	             gates.failed == KORCH_E_NOMEM;
	int code = failed ? KORCH_E_NOMEM : apply(d, status, wants);
	korch__buf_fini(&initialized);
	korch__buf_fini(&ready);
	korch__buf_fini(&gates);
	return code;
}
