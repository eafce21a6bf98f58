/* ControllerRevisions: finding, making, numbering, forgetting. Data as Kubernetes' controllers
 * write it: a patch that replaces spec.template. */
#include "control/history/history.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "control/claim.h"
#include "control/deployment/deployment.h"
#include "control/pods.h"
#include <korch/codec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char before[] = "{\"spec\":{\"template\":";
static const char after[] = ",\"$patch\":\"replace\"}}}";

/* {"spec":{"template":{…,"$patch":"replace"}}} */
static char *data_of(const korch_pod_template_spec *template_)
{
	char *json = NULL, *out = NULL;
	if (korch_struct_to_json(&json, template_, &korch_pod_template_spec_type) < 0)
		return NULL;
	size_t n = strlen(json);
	if (n > 2) /* without its closing brace, and a comma only when it has members */
		out = korch__sprintf("%s%.*s%s", before, (int)n - 1, json, after);
	else
		out = korch__sprintf("%s{%s", before, after + 1);
	free(json);
	return out;
}

int korch__history_template(korch_pod_template_spec **out, const korch__history *history,
                            const char *name)
{
	for (size_t i = 0; i < history->n; i++) {
		const korch_controller_revision *revision = history->revisions[i];
		const char *data = korch__text_or_empty(revision->data);
		size_t length = strlen(data), head = strlen(before), tail = strlen(after) - 1;
		if (!korch__text_equal(korch_object_name(&revision->object), name))
			continue;
		if (length <= head + tail || strncmp(data, before, head) != 0)
			return KORCH_E_NOT_FOUND;
		/* what stands between is the template with "$patch", a field that is not one of its own */
		const char *patch = strstr(data, "\"$patch\":\"replace\"}}}");
		if (!patch)
			return KORCH_E_NOT_FOUND;
		size_t end = (size_t)(patch - data);
		end -= data[end - 1] == ',';
		_cleanup_free_ char *json = korch__sprintf("%.*s}", (int)(end - head), data + head);
		return json ? korch_struct_from_json((void **)out, &korch_pod_template_spec_type, json,
		                                     NULL, NULL)
		            : KORCH_E_NOMEM;
	}
	return KORCH_E_NOT_FOUND;
}

static int64_t newest(const korch__history *history)
{
	int64_t number = 0;
	for (size_t i = 0; i < history->n; i++)
		number =
		    history->revisions[i]->revision > number ? history->revisions[i]->revision : number;
	return number;
}

static void fill_now(korch__revision_now *out, const korch_object *revision, int64_t number)
{
	snprintf(out->name, sizeof(out->name), "%s", korch_object_name(revision));
	snprintf(
	    out->hash, sizeof(out->hash), "%.11s",
	    korch__text_or_empty(korch_map_get(korch__labels(revision), KORCH__LABEL_REVISION_HASH)));
	out->number = number;
}

/* Whether it lacks a controller or the number. */
static int is_due(const korch_controller_revision *revision, int64_t number)
{
	return !korch_object_controller(&revision->object) || revision->revision != number;
}

/* Gives it a number, and a controller when it has none. */
static int take(const korch__history *history, const korch_controller_revision *revision,
                int64_t number, korch_plan *plan)
{
	int is_orphan = korch_object_controller(&revision->object) == NULL;
	korch_controller_revision *edited =
	    (korch_controller_revision *)(is_orphan
	                                      ? korch__claim_adopt(history->owner, &revision->object)
	                                      : korch_object_edit(&revision->object));
	if (!edited)
		return KORCH_E_NOMEM;
	edited->revision = number;
	return korch_plan_update(plan, &revision->object, &edited->object);
}

/* One that comes back is the newest again. */
static int take_all(korch__revision_now *out, const korch__history *history,
                    const korch_controller_revision *found, korch_plan *plan)
{
	int64_t last = newest(history);
	for (size_t i = 0; i < history->n; i++) {
		const korch_controller_revision *revision = history->revisions[i];
		int64_t number = revision->revision;
		if (revision == found && number != last)
			number = last + 1;
		if (is_due(revision, number) && (revision == found || korch__plan_takes(plan, 1)) &&
		    take(history, revision, number, plan) < 0)
			return KORCH_E_NOMEM;
		if (revision == found)
			fill_now(out, &found->object, number);
	}
	return 0;
}

static int fill(korch_controller_revision *revision, const korch__history *history,
                const korch__revision_now *now, const char *data)
{
	korch_object_meta *meta = korch_object_edit_meta(&revision->object);
	const korch_object_meta *template_ = history->template_->metadata;
	if (!meta)
		return KORCH_E_NOMEM;
	if (template_)
		korch_block_share(&meta->labels, template_->labels);
	korch_string_share(&meta->namespace_, history->owner->metadata->namespace_);
	revision->revision = now->number;
	if (korch_string_set(&meta->name, now->name) < 0 ||
	    korch_map_set(&meta->labels, KORCH__LABEL_REVISION_HASH, now->hash) < 0 ||
	    korch_string_set(&revision->data, data) < 0)
		return KORCH_E_NOMEM;
	return korch_object_set_controller(&revision->object, history->owner);
}

static int has_name(const korch__history *history, const char *name)
{
	for (size_t i = 0; i < history->n; i++) {
		if (korch__text_equal(korch_object_name(&history->revisions[i]->object), name))
			return 1;
	}
	return 0;
}

int korch__history_now(korch__revision_now *out, const korch__history *history,
                       int32_t *collision_count, korch_plan *plan)
{
	_cleanup_free_ char *data = data_of(history->template_);
	if (!data)
		return KORCH_E_NOMEM;
	const korch_controller_revision *found = NULL;
	for (size_t i = 0; i < history->n; i++) {
		const korch_controller_revision *revision = history->revisions[i];
		if (korch__text_equal(revision->data, data) &&
		    (!found || revision->revision > found->revision))
			found = revision;
	}
	if (take_all(out, history, found, plan) < 0)
		return KORCH_E_NOMEM;
	if (found)
		return 0;
	out->number = newest(history) + 1;
	for (;; ++*collision_count) {
		korch__template_hash(out->hash, history->template_,
		                     *collision_count ? collision_count : NULL);
		snprintf(out->name, sizeof(out->name), "%.240s-%s", korch_object_name(history->owner),
		         out->hash);
		if (!has_name(history, out->name))
			break;
	}
	korch_object *object = NULL;
	if (korch_object_new(&object, &korch_controller_revision_kind) < 0)
		return KORCH_E_NOMEM;
	if (fill((korch_controller_revision *)object, history, out, data) < 0) {
		korch_object_unref(object);
		return KORCH_E_NOMEM;
	}
	return korch_plan_create(plan, object);
}

static int by_number(const void *a, const void *b)
{
	const korch_controller_revision *const *one = a, *const *two = b;
	return ((*one)->revision > (*two)->revision) - ((*one)->revision < (*two)->revision);
}

static int is_kept(const korch_controller_revision *revision, const char *const *kept, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (kept[i] && korch__text_equal(korch_object_name(&revision->object), kept[i]))
			return 1;
	}
	return 0;
}

int korch__history_trim(const korch__history *history, int32_t limit, const char *const *kept,
                        size_t n_kept, korch_plan *plan)
{
	_cleanup_free_ const korch_controller_revision **old =
	    korch__calloc(history->n + 1, sizeof(*old));
	size_t n = 0;
	if (!old)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < history->n; i++) {
		if (!is_kept(history->revisions[i], kept, n_kept) &&
		    !korch__is_deleting(&history->revisions[i]->object) &&
		    korch_object_controller(&history->revisions[i]->object)) /* not adopted just now */
			old[n++] = history->revisions[i];
	}
	qsort(old, n, sizeof(*old), by_number);
	for (size_t i = 0; i + (size_t)limit < n; i++) {
		if (!korch__plan_takes(plan, 1))
			break;
		if (korch_plan_delete(plan, &old[i]->object, NULL) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}
