/*
 * The Experiment decider: pods of all templates, then its duration and its analyses, then the end.
 * Argo Rollouts' phases and rules (experiments/experiment.go).
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/experiment/hand.h"
#include "control/note.h"
#include "control/pods.h"
#include "control/rollout/run.h"
#include <korch/time.h>

/* Argo Rollouts, utils/defaults. */
#define DEADLINE_S 600

static int is_over(const char *phase)
{
	return korch__argo_outcome(phase) != KORCH_STRATEGY_RUNNING;
}

static int set_phase(korch__experiment_hand *h, const char *phase, const char *message)
{
	if (korch__text_equal(h->status->phase, phase))
		return 0;
	if (korch_plan_event(
	        h->plan, &h->experiment->object,
	        korch__text_equal(phase, "Failed") || korch__text_equal(phase, "Error") ? "Warning"
	                                                                                : "Normal",
	        "ExperimentStatus", "Experiment is %s%s%s", phase, *message ? ": " : "", message) < 0 ||
	    korch_string_set(&h->status->phase, phase) < 0)
		return KORCH_E_NOMEM;
	return korch_string_set(&h->status->message, *message ? message : NULL);
}

static korch_usec duration_of(const korch_experiment_spec *spec)
{
	int64_t ns = 0;
	if (!spec->duration || korch_duration_parse(&ns, spec->duration, NULL) < 0)
		return KORCH_USEC_NEVER;
	return ns / 1000;
}

/* Its pods are not all there yet. */
static int starting(korch__experiment_hand *h)
{
	const korch_experiment_spec *spec = h->experiment->spec;
	korch_usec seconds = KORCH_IS_SET(spec, korch_experiment_spec, progress_deadline_seconds)
	                         ? spec->progress_deadline_seconds
	                         : DEADLINE_S;
	korch_usec deadline =
	    h->experiment->object.metadata->creation_timestamp + seconds * KORCH_USEC_PER_SEC;
	if (korch__experiment_is_available(h)) {
		h->status->available_at = h->input->now;
		return set_phase(h, "Running", "");
	}
	if (h->input->now >= deadline)
		return set_phase(h, "Failed", "a template was not available in time");
	korch_plan_wake_at(h->plan, deadline);
	return set_phase(h, "Pending", "");
}

/* Its pods are there: until its time is over, or its analyses are done. */
static int running(korch__experiment_hand *h)
{
	const korch_experiment_spec *spec = h->experiment->spec;
	korch_usec duration = duration_of(spec);
	const char *message = "", *bad = korch__experiment_bad_phase(h, &message);
	if (bad)
		return set_phase(h, bad, message);
	korch_usec since = korch__note_past(h->status->available_at, h->input->now);
	if (duration != KORCH_USEC_NEVER && h->input->now < since + duration) {
		korch_plan_wake_at(h->plan, since + duration);
		return 0;
	}
	if (korch__experiment_is_awaited(h) || (duration == KORCH_USEC_NEVER && spec->n_analyses == 0))
		return 0;
	return set_phase(h, "Successful", "");
}

static int turn(korch__experiment_hand *h)
{
	h->ending = is_over(h->status->phase);
	if (!h->ending && h->experiment->spec->terminate) {
		h->ending = 1;
		if (set_phase(h, h->status->available_at ? "Successful" : "Inconclusive",
		              "experiment was terminated") < 0)
			return KORCH_E_NOMEM;
	}
	if (korch__experiment_templates(h) < 0 || korch__experiment_analyses(h) < 0)
		return KORCH_E_NOMEM;
	if (h->ending)
		return korch__experiment_scale(h);
	if (h->problem[0])
		return set_phase(h, "Error", h->problem);
	return h->status->available_at ? running(h) : starting(h);
}

int korch__experiment_decide(const korch__experiment_input *input, korch_plan *plan,
                             korch_error **err)
{
	const korch_experiment *experiment = input->experiment;
	if (!experiment->spec || !experiment->object.metadata)
		return korch_error_set(err, KORCH_E_INVALID, "experiment %s has no spec",
		                       korch_object_name(&experiment->object));
	if (korch__is_deleting(&experiment->object))
		return 0;
	korch__experiment_hand h = {.input = input, .experiment = experiment, .plan = plan};
	h.edited = (korch_experiment *)korch_object_edit(&experiment->object);
	h.status =
	    h.edited ? korch_struct_edit(&h.edited->status, &korch_experiment_status_type) : NULL;
	int code = h.status ? turn(&h) : KORCH_E_NOMEM;
	if (code == 0 && (!experiment->status || !korch_struct_equal(h.status, experiment->status,
	                                                             &korch_experiment_status_type)))
		code = korch_plan_update_status(plan, &experiment->object, &KORCH_STEAL(h.edited)->object);
	korch_object_unref((korch_object *)h.edited);
	if (code == 0)
		code = korch_plan_error(plan);
	return code < 0 ? korch_error_set(err, code, "out of memory") : 0;
}
