/*
 * The selector of a Job, made when it is created: pkg/registry/batch/job/strategy.go of Kubernetes.
 * What a manifest has set stays, and is found out by validation where it does not fit.
 */
#include "control/job/job.h"

#include "base/text.h"

static int set_missing(korch_map **map, const char *key, const char *value)
{
	return korch_map_get(*map, key) ? 0 : korch_map_set(map, key, value);
}

static int label(korch_map **labels, const korch_object *job)
{
	const char *uid = korch_object_uid(job), *name = korch_object_name(job);
	return set_missing(labels, KORCH__LABEL_JOB_UID, uid) == 0 &&
	               set_missing(labels, "controller-uid", uid) == 0 &&
	               set_missing(labels, KORCH__LABEL_JOB_NAME, name) == 0 &&
	               set_missing(labels, "job-name", name) == 0
	           ? 0
	           : KORCH_E_NOMEM;
}

int korch__job_make_selector(korch_job *job)
{
	if (!job->spec || !job->spec->template_ || job->spec->manual_selector)
		return 0;
	korch_job_spec *spec = korch_struct_edit(&job->spec, &korch_job_spec_type);
	korch_label_selector *selector =
	    spec ? korch_struct_edit(&spec->selector, &korch_label_selector_type) : NULL;
	korch_pod_template_spec *template_ =
	    spec ? korch_struct_edit(&spec->template_, &korch_pod_template_spec_type) : NULL;
	korch_object_meta *meta =
	    template_ ? korch_struct_edit(&template_->metadata, &korch_object_meta_type) : NULL;
	if (!selector || !meta || label(&meta->labels, &job->object) < 0)
		return KORCH_E_NOMEM;
	return set_missing(&selector->match_labels, KORCH__LABEL_JOB_UID,
	                   korch_object_uid(&job->object));
}
