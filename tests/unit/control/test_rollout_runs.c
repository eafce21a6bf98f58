/* The Rollout decider: AnalysisRuns and Experiments; and all of it with memory running short. */
#include "base/alloc.h"
#include "control/experiment/experiment.h"
#include "rollout_world.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>

#define ANALYSIS_TEMPLATE                                                                          \
	"---\n{apiVersion: argoproj.io/v1alpha1, kind: AnalysisTemplate, metadata: {name: good}, "     \
	"spec: {args: [{name: service}, {name: hash}, {name: kind, value: fast}], metrics: [{name: "   \
	"errors, successCondition: 'result < 1', provider: {web: {url: "                               \
	"'http://{{args.service}}'}}}]}}\n"
#define ARGS                                                                                       \
	"args: [{name: service, value: shop}, {name: hash, valueFrom: {podTemplateHashValue: "         \
	"Latest}}]"
#define RUN "templates: [{templateName: good}], " ARGS
#define MEASURED                                                                                   \
	RO_ROUTED("{setWeight: 25}, {analysis: {" RUN ", analysisRunMetadata: {labels: {team: a}}}}, " \
	          "{setWeight: 50}, {pause: {}}")                                                      \
	ANALYSIS_TEMPLATE

static const korch_analysis_run *run_at(ro_world *r, size_t i)
{
	return (const korch_analysis_run *)world_at(r->w, &korch_analysis_run_kind, i);
}

static const char *argument(const korch_analysis_run *run, const char *name)
{
	for (size_t i = 0; i < run->spec->n_args; i++)
		if (strcmp(run->spec->args[i].name, name) == 0)
			return run->spec->args[i].value;
	return "";
}

START_TEST(test_step_run)
{
	ro_world r;
	char name[80];
	ro_init(&r, MEASURED);
	ck_assert_uint_eq(world_count(r.w, &korch_analysis_run_kind), 0);
	ro_image(&r, "web:2");
	ck_assert_uint_eq(world_count(r.w, &korch_analysis_run_kind), 1);
	const korch_analysis_run *run = run_at(&r, 0);
	const korch_map *labels = run->object.metadata->labels;
	snprintf(name, sizeof(name), "web-%s-2-1", ro_hash(&r, "web:2"));
	ck_assert_str_eq(korch_object_name(&run->object), name);
	ck_assert_str_eq(korch_map_get(labels, KORCH__ARGO_LABEL_HASH), ro_hash(&r, "web:2"));
	ck_assert_str_eq(korch_map_get(labels, "rollout-type"), "Step");
	ck_assert_str_eq(korch_map_get(labels, "step-index"), "1");
	ck_assert_str_eq(korch_map_get(labels, "team"), "a");
	ck_assert_str_eq(argument(run, "service"), "shop");
	ck_assert_str_eq(argument(run, "hash"), ro_hash(&r, "web:2"));
	ck_assert_str_eq(argument(run, "kind"), "fast");
	ck_assert_str_eq(ro_field(&r, "status.canary.currentStepAnalysisRunStatus.name"), name);
	ck_assert_str_eq(ro_field(&r, "status.canary.currentStepAnalysisRunStatus.status"), "Pending");
	ro_run_says(&r, "Successful");
	ck_assert_str_eq(ro_field(&r, "status.currentStepIndex"), "3");
	ck_assert_str_eq(ro_field(&r, "status.canary.currentStepAnalysisRunStatus.name"), "");
	ro_fini(&r);
}
END_TEST

/* Failed: back; tried again: a run of another name; inconclusive: paused. */
START_TEST(test_outcomes)
{
	ro_world r;
	char name[80];
	ro_init(&r, MEASURED);
	ro_image(&r, "web:2");
	ro_run_says(&r, "Failed");
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Degraded");
	ck_assert_ptr_nonnull(strstr(ro_field(&r, "status.message"), "an analysis failed"));
	world_advance(r.w, KORCH_USEC_PER_SEC);
	korch_rollout *edited = ro_edit(&r);
	ro_edit_status(edited)->abort = 0;
	ro_store(&r, edited);
	ro_settle(&r);
	ck_assert_uint_eq(world_count(r.w, &korch_analysis_run_kind), 2);
	snprintf(name, sizeof(name), "web-%s-2-1.1", ro_hash(&r, "web:2"));
	ck_assert_ptr_nonnull(world_get(r.w, &korch_analysis_run_kind, "shop", name));
	ro_run_says(&r, "Inconclusive");
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Paused");
	ck_assert_str_eq(ro_field(&r, "status.pauseConditions[0].reason"), "InconclusiveAnalysisRun");
	ro_fini(&r);
}
END_TEST

/* A run of a version that is overtaken is asked to end. */
START_TEST(test_overtaken)
{
	ro_world r;
	ro_init(&r, MEASURED);
	ro_image(&r, "web:2");
	char name[80];
	snprintf(name, sizeof(name), "%s", korch_object_name(&run_at(&r, 0)->object));
	ro_image(&r, "web:3");
	ck_assert_int_eq(
	    ((const korch_analysis_run *)world_get(r.w, &korch_analysis_run_kind, "shop", name))
	        ->spec->terminate,
	    1);
	ck_assert_uint_eq(world_count(r.w, &korch_analysis_run_kind), 2);
	ro_fini(&r);
}
END_TEST

START_TEST(test_run_history)
{
	ro_world r;
	char image[16];
	size_t good = 0, bad = 0;
	ro_init(&r, RO("analysis: {successfulRunHistoryLimit: 2, unsuccessfulRunHistoryLimit: 1}, "
	               "strategy: {canary: {steps: [{setWeight: 50}, {analysis: {" RUN "}}]}}")
	                ANALYSIS_TEMPLATE);
	for (int i = 2; i <= 9; i++) {
		snprintf(image, sizeof(image), "web:%d", i);
		world_advance(r.w, KORCH_USEC_PER_SEC);
		ro_image(&r, image);
		ro_run_says(&r, i % 2 ? "Successful" : "Failed");
	}
	for (size_t i = 0; i < world_count(r.w, &korch_analysis_run_kind); i++) {
		good += strcmp(run_at(&r, i)->status->phase, "Successful") == 0;
		bad += strcmp(run_at(&r, i)->status->phase, "Failed") == 0;
	}
	ck_assert_uint_eq(good, 2);
	ck_assert_uint_eq(bad, 1);
	ro_fini(&r);
}
END_TEST

/* A template that went away is told, nothing goes on, and it goes on when it is there. */
START_TEST(test_no_template)
{
	ro_world r;
	ro_init(&r, MEASURED);
	world_remove(r.w, world_get(r.w, &korch_analysis_template_kind, "shop", "good"));
	ro_image(&r, "web:2");
	ck_assert_str_eq(ro_condition(&r, "InvalidSpec"), "True");
	ck_assert_ptr_nonnull(strstr(ro_message(&r, "InvalidSpec"), "good"));
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Degraded");
	ck_assert_str_eq(ro_field(&r, "status.currentStepIndex"), "1");
	ck_assert_int_eq(ro_size(&r, "web:1"), 4);
	ro_put(&r, ANALYSIS_TEMPLATE);
	ro_settle(&r);
	ck_assert_str_eq(ro_condition(&r, "InvalidSpec"), "");
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Progressing");
	ck_assert_uint_eq(world_count(r.w, &korch_analysis_run_kind), 1);
	ro_fini(&r);
}
END_TEST

START_TEST(test_background_and_blue_green)
{
	ro_world r;
	ro_init(&r, RO_CANARY("analysis: {startingStep: 1, " RUN
	                      "}, steps: [{setWeight: 25}, {pause: {}}]") ANALYSIS_TEMPLATE);
	ro_image(&r, "web:2");
	ck_assert_str_eq(korch_map_get(run_at(&r, 0)->object.metadata->labels, "rollout-type"),
	                 "Background");
	ck_assert_ptr_null(korch_map_get(run_at(&r, 0)->object.metadata->labels, "step-index"));
	ck_assert_str_ne(ro_field(&r, "status.canary.currentBackgroundAnalysisRunStatus.name"), "");
	ro_run_says(&r, "Error");
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Degraded");
	ro_fini(&r);
	ro_init(&r, RO_BLUE_GREEN("activeService: active, prePromotionAnalysis: {" RUN
	                          "}, postPromotionAnalysis: {" RUN "}") RO_SERVICE("active")
	                ANALYSIS_TEMPLATE);
	ro_image(&r, "web:2");
	char name[80];
	snprintf(name, sizeof(name), "web-%s-2-pre", ro_hash(&r, "web:2"));
	ck_assert_str_eq(ro_field(&r, "status.blueGreen.prePromotionAnalysisRunStatus.name"), name);
	world_advance(r.w, KORCH_USEC_PER_SEC);
	ro_run_says(&r, "Successful");
	snprintf(name, sizeof(name), "web-%s-2-post", ro_hash(&r, "web:2"));
	ck_assert_str_eq(ro_field(&r, "status.blueGreen.postPromotionAnalysisRunStatus.name"), name);
	ck_assert_str_eq(ro_field_of(&r, &korch_service_kind, "active",
	                             "spec.selector['rollouts-pod-template-hash']"),
	                 ro_hash(&r, "web:2"));
	ro_run_says(&r, "Failed");
	ck_assert_str_eq(ro_field_of(&r, &korch_service_kind, "active",
	                             "spec.selector['rollouts-pod-template-hash']"),
	                 ro_hash(&r, "web:1"));
	ro_fini(&r);
}
END_TEST

#define EXPERIMENT                                                                                 \
	RO_ROUTED("{setWeight: 25}, {experiment: {duration: 1m, templates: [{name: base, specRef: "    \
	          "stable, weight: 5}, {name: new, specRef: canary, replicas: 2, weight: 10}], "       \
	          "analyses: [{name: compare, templateName: good, " ARGS "}]}}, {pause: {}}")          \
	ANALYSIS_TEMPLATE

static void experiment_says(ro_world *r, const char *phase)
{
	korch_experiment *edited =
	    (korch_experiment *)korch_object_edit(world_at(r->w, &korch_experiment_kind, 0));
	korch_experiment_status *status =
	    korch_struct_edit(&edited->status, &korch_experiment_status_type);
	korch_experiment_template_status *list =
	    korch_list_edit(&status->template_statuses, &status->n_template_statuses,
	                    &korch_experiment_template_status_type, 2);
	korch_string_set(&status->phase, phase);
	for (size_t i = 0; i < 2; i++) {
		korch_string_set(&list[i].name, i ? "new" : "base");
		korch_string_set(&list[i].pod_template_hash, ro_hash(r, i ? "web:2" : "web:1"));
		korch_string_set(&list[i].service_name, i ? "e-new" : "e-base");
	}
	world_put(r->w, &edited->object);
	ro_settle(r);
}

/* Its share comes from the stable one and goes back; that its templates are those of the revisions
 * changes nothing about these. */
#define TAKEN(of)                                                                                  \
	"{apiVersion: argoproj.io/v1alpha1, kind: Experiment, metadata: {name: e}, spec: {templates: " \
	"[{name: a, " of ", " RO_TEMPLATE "}]}}\n"

static void experiment_ends(const char *manifest, const char *message)
{
	ro_world r;
	korch_controller_spec spec;
	ro_init(&r, RO_CANARY("maxSurge: 1"));
	ck_assert_int_eq(korch__experiment_controller(&spec), 0);
	ro_put(&r, manifest);
	world_run(r.w, &spec, "shop", "e");
	ck_assert_str_eq(ro_field_of(&r, &korch_experiment_kind, "e", "status.phase"), "Error");
	ck_assert_str_eq(ro_field_of(&r, &korch_experiment_kind, "e", "status.message"), message);
	world_run(r.w, &spec, "shop", "e");
	ck_assert_str_eq(ro_field_of(&r, &korch_service_kind, "front", "spec.selector['app']"), "web");
	ro_fini(&r);
}

/* What an Experiment would make is there and somebody else's: it says so and ends, and leaves that
 * alone. */
START_TEST(test_experiment_with_taken_names)
{
	experiment_ends(TAKEN("service: {name: front}") RO_SERVICE("front"),
	                "Service \"front\" exists and is not this Experiment's");
	experiment_ends(TAKEN("replicas: 1") "---\n{apiVersion: apps/v1, kind: ReplicaSet, metadata: "
	                                     "{name: e-a}, spec: {" RO_TEMPLATE
	                                     "}}\n" RO_SERVICE("front"),
	                "ReplicaSet \"e-a\" exists and is not this Experiment's");
}
END_TEST

START_TEST(test_experiment)
{
	ro_world r;
	ro_init(&r, EXPERIMENT);
	ro_image(&r, "web:2");
	ck_assert_uint_eq(world_count(r.w, &korch_experiment_kind), 1);
	const korch_experiment *e = (const korch_experiment *)world_at(r.w, &korch_experiment_kind, 0);
	ck_assert_uint_eq(e->spec->n_templates, 2);
	ck_assert_int_eq(e->spec->templates[1].replicas, 2);
	ck_assert_str_eq(e->spec->duration, "1m");
	ck_assert_str_eq(e->spec->analyses[0].args[1].value, ro_hash(&r, "web:2"));
	ck_assert_str_eq(ro_field(&r, "status.canary.currentExperiment"),
	                 korch_object_name(&e->object));
	experiment_says(&r, "Running");
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.stable.weight"), "60");
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.canary.weight"), "25");
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.additional[1].weight"), "10");
	r.n_notes = 0;
	memset(r.notes, 0, sizeof(r.notes));
	ro_settle(&r);
	ck_assert_uint_eq(r.n_notes, 0); /* nothing is told again and again */
	experiment_says(&r, "Successful");
	ck_assert_str_eq(ro_field(&r, "status.currentStepIndex"), "2");
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.stable.weight"), "75");
	ck_assert_str_eq(ro_field(&r, "status.canary.weights.additional[0].weight"), "");
	ro_fini(&r);
}
END_TEST

/* One more allocation works each time; what fails changes nothing. */
static void torture(ro_world *r)
{
	for (uint64_t n = 1; n < 20000; n++) {
		korch_plan *plan = NULL;
		korch_request request = {
		    .key = {.kind = &korch_rollout_kind, .namespace_ = "shop", .name = "web"}};
		ck_assert_int_eq(korch_plan_new(&plan), 0);
		korch__alloc_fail_at(n);
		int code = r->spec.reconcile(r->spec.userdata, r->w->view, &request, plan, NULL);
		uint64_t used = korch__alloc_count();
		korch__alloc_fail_at(0);
		if (code == 0)
			code = korch_plan_error(plan);
		ck_assert_msg(code == 0 || code == KORCH_E_NOMEM, "allocation %d: %s", (int)n,
		              korch_code_name(code));
		korch_plan_free(plan);
		if (code == 0 && used < n)
			return;
	}
	ck_abort_msg("it never goes through");
}

/* Each look on the way from one version to the next, and back. */
static void torture_all_the_way(const char *manifest)
{
	ro_world r;
	ro_init(&r, manifest);
	korch_rollout *edited = ro_edit(&r);
	korch_block_take(&ro_edit_spec(edited)->template_, make_template("web", "web:2"));
	ro_store(&r, edited);
	size_t n = 1;
	for (int i = 0; i < 12 && n > 0; i++) {
		torture(&r);
		n = ro_once(&r);
	}
	ro_settle(&r);
	torture(&r);
	edited = ro_edit(&r);
	ro_edit_status(edited)->abort = 1;
	ro_store(&r, edited);
	torture(&r);
	ro_settle(&r);
	ck_assert_str_eq(ro_field(&r, "status.phase"), "Degraded");
	ro_fini(&r);
}

START_TEST(test_memory)
{
	torture_all_the_way(MEASURED);
	torture_all_the_way(EXPERIMENT);
	torture_all_the_way(RO_BLUE_GREEN(
	    "activeService: active, previewService: preview, autoPromotionEnabled: false, "
	    "antiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {}}, "
	    "activeMetadata: {labels: {role: active}}, previewMetadata: {labels: {role: "
	    "preview}}, prePromotionAnalysis: {" RUN "}") RO_SERVICE("active") RO_SERVICE("preview")
	                        ANALYSIS_TEMPLATE);
}
END_TEST

KORCH_SUITE(rollout_runs)
{
	Suite *suite = suite_create("rollout runs");
	KORCH_CASE(suite, "runs", test_step_run, test_outcomes, test_overtaken, test_run_history,
	           test_no_template, test_background_and_blue_green, test_experiment,
	           test_experiment_with_taken_names);
	KORCH_CASE(suite, "memory", test_memory);
	return suite;
}
