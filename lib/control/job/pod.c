/* A pod of a Job: its labels and finalizer, and what tells it its index. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/job/hand.h"
#include "object/object.h"
#include <stdio.h>

static int add_env(korch_container *container)
{
	static const char *const name = "JOB_COMPLETION_INDEX";
	for (size_t i = 0; i < container->n_env; i++) {
		if (korch__text_equal(container->env[i].name, name))
			return 0;
	}
	size_t n = container->n_env;
	korch_env_var *list =
	    korch_list_edit(&container->env, &container->n_env, &korch_env_var_type, n + 1);
	korch_env_var_source *source =
	    list ? korch_struct_edit(&list[n].value_from, &korch_env_var_source_type) : NULL;
	korch_object_field_selector *field =
	    source ? korch_struct_edit(&source->field_ref, &korch_object_field_selector_type) : NULL;
	return field && korch_string_set(&list[n].name, name) == 0 &&
	               korch_string_set(&field->api_version, "v1") == 0 &&
	               korch_string_set(&field->field_path,
	                                "metadata.annotations['" KORCH__JOB_INDEX "']") == 0
	           ? 0
	           : KORCH_E_NOMEM;
}

static int add_env_to_all(korch_container **slot, size_t *n)
{
	korch_container *list = *n ? korch_list_edit(slot, n, &korch_container_type, *n) : NULL;
	if (*n > 0 && !list)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < *n; i++) {
		if (add_env(&list[i]) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* How often pods of this index have failed. */
static int64_t failures_of_index(const korch__job_run *r, int32_t index)
{
	int64_t most = 0;
	for (size_t i = 0; i < r->all.n; i++) {
		const korch_pod *pod = r->all.items[i];
		const char *text = korch__annotation(&pod->object, KORCH__JOB_INDEX_FAILURES);
		int64_t n = 0;
		if (korch__job_index(r, pod) != index || korch__pod_is_active(pod))
			continue;
		if (text)
			korch__text_to_i64(&n, text);
		most = n + 1 > most ? n + 1 : most;
	}
	return most;
}

static int put_index(korch_pod *pod, const korch__job_run *r, int32_t index)
{
	char text[24];
	_cleanup_free_ char *host = korch__sprintf("%s-%d", korch_object_name(&r->job->object), index);
	korch_object_meta *meta = korch_object_edit_meta(&pod->object);
	korch_pod_spec *spec = korch_struct_edit(&pod->spec, &korch_pod_spec_type);
	snprintf(text, sizeof(text), "%d", index);
	if (!host || !meta || !spec || korch_map_set(&meta->labels, KORCH__JOB_INDEX, text) < 0 ||
	    korch_map_set(&meta->annotations, KORCH__JOB_INDEX, text) < 0 ||
	    korch_string_set(&spec->hostname, host) < 0 ||
	    add_env_to_all(&spec->containers, &spec->n_containers) < 0 ||
	    add_env_to_all(&spec->init_containers, &spec->n_init_containers) < 0)
		return KORCH_E_NOMEM;
	if (!KORCH_IS_SET(r->spec, korch_job_spec, backoff_limit_per_index))
		return 0;
	snprintf(text, sizeof(text), "%lld", (long long)failures_of_index(r, index));
	return korch_map_set(&meta->annotations, KORCH__JOB_INDEX_FAILURES, text);
}

int korch__job_pod_new(korch_pod **out, const korch__job_run *r, int32_t index)
{
	const korch_object *owner = &r->job->object;
	korch_pod *pod = NULL;
	if (korch__pod_of_template(&pod, owner, r->spec->template_) < 0)
		return KORCH_E_NOMEM;
	_cleanup_object_ korch_object *object = &pod->object;
	_cleanup_free_ char *name = index < 0
	                                ? korch__sprintf("%s-", korch_object_name(owner))
	                                : korch__sprintf("%s-%d-", korch_object_name(owner), index);
	korch_object_meta *meta = korch_object_edit_meta(object);
	size_t n = meta ? meta->n_finalizers : 0;
	const char **list =
	    meta ? korch_string_list_edit(&meta->finalizers, &meta->n_finalizers, n + 1) : NULL;
	if (!name || !list || korch_string_set(&list[n], KORCH__JOB_FINALIZER) < 0 ||
	    korch_string_set(&meta->generate_name, name) < 0 ||
	    (index >= 0 && put_index(pod, r, index) < 0))
		return KORCH_E_NOMEM;
	*out = (korch_pod *)KORCH_STEAL(object);
	return 0;
}
