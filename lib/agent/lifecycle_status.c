/* A pod's status as a whole: phase, addresses, times; made only when something differs from what
 * the object says. */
#include "agent/lifecycle_internal.h"
#include <stdio.h>
#include <string.h>

korch_pod_status *korch__status_edit(korch__decision *d, korch_pod_status **status)
{
	if (*status)
		return *status;
	*status = korch_struct_new(&korch_pod_status_type);
	if (*status && d->pod->status)
		korch_struct_assign(*status, d->pod->status, &korch_pod_status_type);
	return *status;
}

int korch__word_set(korch__decision *d, const char **slot, const char *text)
{
	if (!text || (*slot && strcmp(*slot, text) == 0))
		return text ? 0 : korch_string_set(slot, NULL);
	const char *word = korch__intern_string(d->in->intern, text);
	if (!word)
		return KORCH_E_NOMEM;
	korch_string_share(slot, word);
	korch_string_unref(word);
	return 0;
}

/* Sets a member of the status to a word, unless it is that. */
static int put_word(korch__decision *d, korch_pod_status **status, size_t offset, const char *text)
{
	const korch_pod_status *now = *status ? *status : d->pod->status;
	const char *is = now ? *(const char *const *)((const char *)now + offset) : NULL;
	if (korch__text_equal(is, text))
		return 0;
	korch_pod_status *to = korch__status_edit(d, status);
	return to ? korch__word_set(d, (const char **)((char *)to + offset), text) : KORCH_E_NOMEM;
}

static int put_host_address(korch__decision *d, korch_pod_status **status)
{
	const char *address = korch__text_or_empty(d->in->host_address);
	const korch_pod_status *now = *status ? *status : d->pod->status;
	if (!*address || korch__text_equal(now ? now->host_ip : NULL, address))
		return 0;
	korch_pod_status *to = korch__status_edit(d, status);
	if (!to || korch__word_set(d, &to->host_ip, address) < 0)
		return KORCH_E_NOMEM;
	char key[80];
	int length = snprintf(key, sizeof(key), "hostIPs %s", address);
	korch_host_ip *known = korch__intern_get(d->in->intern, key, (size_t)length);
	if (known) {
		korch_block_take(&to->host_ips, known);
		to->n_host_ips = 1;
		return 0;
	}
	korch_list_edit(&to->host_ips, &to->n_host_ips, &korch_host_ip_type, 0);
	korch_host_ip *list = korch_list_edit(&to->host_ips, &to->n_host_ips, &korch_host_ip_type, 1);
	if (!list)
		return KORCH_E_NOMEM;
	korch_string_share(&list[0].ip, to->host_ip);
	korch__intern_put(d->in->intern, key, (size_t)length, list);
	return 0;
}

static int put_pod_address(korch__decision *d, korch_pod_status **status)
{
	const char *address = korch__text_or_empty(d->in->address);
	const korch_pod_status *now = *status ? *status : d->pod->status;
	if (!*address || d->in->sandbox != KORCH__SANDBOX_READY ||
	    korch__text_equal(now ? now->pod_ip : NULL, address))
		return 0;
	korch_pod_status *to = korch__status_edit(d, status);
	if (!to || korch_string_set(&to->pod_ip, address) < 0)
		return KORCH_E_NOMEM;
	korch_pod_ip *list = korch_list_edit(&to->pod_ips, &to->n_pod_ips, &korch_pod_ip_type, 1);
	if (!list)
		return KORCH_E_NOMEM;
	korch_string_share(&list[0].ip, to->pod_ip);
	return 0;
}

static int put_numbers(korch__decision *d, korch_pod_status **status)
{
	const korch_pod_status *now = *status ? *status : d->pod->status;
	const korch_object_meta *meta = d->pod->object.metadata;
	int64_t generation = meta ? meta->generation : 0;
	int timeless = !now || now->start_time == 0;
	int stale = now && now->observed_generation != 0 && now->observed_generation != generation;
	if (!timeless && !stale)
		return 0;
	korch_pod_status *to = korch__status_edit(d, status);
	if (!to)
		return KORCH_E_NOMEM;
	if (timeless)
		to->start_time = korch__whole_seconds(d->in->start_us ? d->in->start_us : d->in->now);
	to->observed_generation = generation;
	return 0;
}

static int put_deadline(korch__decision *d, korch_pod_status **status, const char *phase)
{
	if (!d->deadline || strcmp(phase, "Failed") != 0)
		return 0;
	int code = put_word(d, status, offsetof(korch_pod_status, reason), "DeadlineExceeded");
	if (code < 0)
		return code;
	return put_word(d, status, offsetof(korch_pod_status, message),
	                "Pod was active on the node longer than the specified deadline");
}

static int fill(korch__decision *d, korch_pod_status **status)
{
	const char *phase = korch__pod_phase(d);
	const char *qos = d->pod->status ? d->pod->status->qos_class : NULL;
	int code = put_word(d, status, offsetof(korch_pod_status, phase), phase);
	if (code == 0)
		code = put_deadline(d, status, phase);
	if (code == 0)
		code = korch__conditions_make(d, status, phase);
	if (code == 0)
		code = put_host_address(d, status);
	if (code == 0)
		code = put_pod_address(d, status);
	if (code == 0)
		code = put_numbers(d, status);
	if (code == 0)
		code = korch__container_statuses_make(d, status, 1);
	if (code == 0)
		code = korch__container_statuses_make(d, status, 0);
	if (code == 0 && !qos)
		code = put_word(d, status, offsetof(korch_pod_status, qos_class), korch__pod_qos(d->pod));
	return code;
}

int korch__pod_status_make(korch__decision *d)
{
	korch_pod_status *status = NULL;
	int code = fill(d, &status);
	if (code < 0) {
		korch_block_unref(status);
		return code;
	}
	d->out->status = status;
	return 0;
}
