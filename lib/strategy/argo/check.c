/* Rules of Rollouts, Canaries and analyses beyond the object model's: see strategy/check.h. */
#include <korch/strategy/check.h>

#include "base/cleanup.h"
#include "base/text.h"
#include <korch/strategy/analysis_spec.h>
#include <korch/strategy/flagger.h>
#include <korch/strategy/rollout.h>
#include <string.h>

/* "spec.strategy…: sentence" of an error becomes a problem at that path. */
static void add(korch_problems *problems, const char *message)
{
	char path[128] = "spec.strategy";
	const char *colon = strstr(message, ": ");
	size_t n = colon ? (size_t)(colon - message) : 0;
	if (korch__text_has_prefix(message, "spec.") && n > 0 && n < sizeof(path)) {
		memcpy(path, message, n);
		path[n] = '\0';
		message = colon + 2;
	}
	const korch_problem problem = {.severity = KORCH_SEVERITY_ERROR,
	                               .kind = KORCH_PROBLEM_INVALID,
	                               .path = path,
	                               .message = message};
	korch_problem_add(problems, &problem);
}

static int check_rollout(const korch_rollout *rollout, korch_problems *problems)
{
	const korch_rollout_strategy *kind = rollout->spec ? rollout->spec->strategy : NULL;
	_cleanup_error_ korch_error *problem = NULL;
	korch_strategy_step steps[KORCH_STRATEGY_STEPS_MAX];
	korch_strategy strategy;
	size_t before = korch_problems_total(problems, KORCH_SEVERITY_ERROR);
	/* what the object model's own rules have found is not said twice */
	if (!kind || !kind->canary == !kind->blue_green || before > 0)
		return 0;
	int code =
	    korch_strategy_from_rollout(&strategy, steps, KORCH_STRATEGY_STEPS_MAX, rollout, &problem);
	if (code == 0)
		code = korch_strategy_check(&strategy, &problem);
	if (code < 0 && code != KORCH_E_NOMEM)
		add(problems, korch_error_message(problem));
	return code == KORCH_E_NOMEM ? code : 0;
}

static int check_canary(const korch_flagger_canary *canary, korch_problems *problems)
{
	const korch_flagger_primary primary = {.size = sizeof(primary), .replicas = 1};
	_cleanup_error_ korch_error *problem = NULL;
	korch_strategy_step steps[KORCH_STRATEGY_STEPS_MAX];
	korch_strategy strategy;
	if (korch_problems_total(problems, KORCH_SEVERITY_ERROR) > 0)
		return 0;
	int code = korch_strategy_from_canary(&strategy, steps, canary, &primary, &problem);
	if (code < 0 && code != KORCH_E_NOMEM)
		add(problems, korch_error_message(problem));
	return code == KORCH_E_NOMEM ? code : 0;
}

int korch_strategy_check_object(void *userdata, const korch_object *object,
                                korch_problems *problems)
{
	const korch_analysis_template_spec *spec = NULL;
	if (!object)
		return 0;
	if (object->kind == &korch_rollout_kind)
		return check_rollout((const korch_rollout *)object, problems);
	if (object->kind == &korch_flagger_canary_kind)
		return check_canary((const korch_flagger_canary *)object, problems);
	if (object->kind == &korch_analysis_run_kind) {
		const korch_analysis_run_spec *run = ((const korch_analysis_run *)object)->spec;
		return run ? korch_analysis_check(run->metrics, run->n_metrics, "spec.metrics", problems)
		           : 0;
	}
	if (object->kind == &korch_analysis_template_kind)
		spec = ((const korch_analysis_template *)object)->spec;
	else if (object->kind == &korch_cluster_analysis_template_kind)
		spec = ((const korch_cluster_analysis_template *)object)->spec;
	return spec ? korch_analysis_check(spec->metrics, spec->n_metrics, "spec.metrics", problems)
	            : 0;
}
