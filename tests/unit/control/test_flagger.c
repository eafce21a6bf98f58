/*
 * The decider of Flagger's Canaries by hand: the test plays Deployments, router, webhooks and
 * measurements. Each decision is made with every one of its allocations failing once.
 */
#include "base/alloc.h"
#include "control/deployment/deployment.h"
#include "control/flagger/flagger.h"
#include "control/flagger/hooks.h"
#include "control/pods.h"
#include "unit.h"
#include "world.h"
#include <korch/api/flagger_provider.h>
#include <korch/codec.h>
#include <stdio.h>
#include <string.h>

static const char canary_text[] =
    "{\"apiVersion\":\"flagger.app/v1beta1\",\"kind\":\"Canary\",\"metadata\":{\"name\":\"web\","
    "\"namespace\":\"shop\"},\"spec\":{\"targetRef\":{\"apiVersion\":\"apps/v1\",\"kind\":"
    "\"Deployment\",\"name\":\"web\"},\"revertOnDeletion\":true,\"service\":{\"port\":80,"
    "\"portDiscovery\":true,\"apex\":{\"labels\":{\"team\":\"a\"}}},\"analysis\":{\"interval\":"
    "\"10s\",\"threshold\":2,\"stepWeight\":50,\"maxWeight\":50,\"metrics\":[{\"name\":"
    "\"request-success-rate\",\"thresholdRange\":{\"min\":99}},{\"name\":\"own\",\"templateRef\":"
    "{\"name\":\"own\"},\"templateVariables\":{\"x\":\"7\"},\"thresholdRange\":{\"min\":1,\"max\":"
    "2.5}}],\"webhooks\":[{\"name\":\"a\",\"type\":\"confirm-rollout\",\"url\":\"http://a\"},"
    "{\"name\":\"b\",\"type\":\"confirm-promotion\",\"url\":\"http://b\"},{\"name\":\"c\",\"url\":"
    "\"http://c\"},{\"name\":\"d\",\"type\":\"rollback\",\"url\":\"http://d\"},{\"name\":\"e\","
    "\"type\":\"post-rollout\",\"url\":\"http://e\"}]}}}";
static const char template_text[] =
    "{\"apiVersion\":\"flagger.app/v1beta1\",\"kind\":\"MetricTemplate\",\"metadata\":{\"name\":"
    "\"own\",\"namespace\":\"shop\"},\"spec\":{\"provider\":{\"type\":\"prometheus\",\"address\":"
    "\"http://p\"},\"query\":\"own{a=\\\"{{ target }}\\\",b=\\\"{{ variables.x "
    "}}\\\"}[{{interval}}]"
    "\"}}";

static korch_controller_spec spec;

static void put_text(world *w, const char *text)
{
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_from_json(&object, text, strlen(text), NULL, NULL, NULL), 0);
	world_put(w, object);
}

/* A decision, with one more allocation working each time until it goes through. @return its steps.
 */
static size_t decide(world *w)
{
	korch_request request = {
	    .key = {.kind = &korch_flagger_canary_kind, .namespace_ = "shop", .name = "web"}};
	for (uint64_t n = 1; n < 5000; n++) {
		korch_plan *plan = NULL;
		ck_assert_int_eq(korch_plan_new(&plan), 0);
		korch__alloc_fail_at(n);
		int code = spec.reconcile(spec.userdata, w->view, &request, plan, NULL);
		uint64_t used = korch__alloc_count();
		korch__alloc_fail_at(0);
		if (code == 0)
			code = korch_plan_error(plan);
		ck_assert(code == 0 || code == KORCH_E_NOMEM);
		if (code == 0 && used < n) {
			size_t steps = korch_plan_steps(plan) - plan_count(plan, KORCH_STEP_CHECK);
			world_apply(w, plan);
			korch_plan_free(plan);
			return steps;
		}
		korch_plan_free(plan);
	}
	ck_abort_msg("it never goes through");
	return 0;
}

static const korch_flagger_canary *canary(world *w)
{
	return (const korch_flagger_canary *)world_get(w, &korch_flagger_canary_kind, "shop", "web");
}

static const korch_deployment *deployment(world *w, const char *name)
{
	return (const korch_deployment *)world_get(w, &korch_deployment_kind, "shop", name);
}

static const char *note(world *w, const char *key)
{
	const char *text = korch__annotation(&canary(w)->object, key);
	return text ? text : "";
}

static const char *phase(world *w)
{
	return canary(w)->status ? canary(w)->status->phase : "";
}

/* The Deployment controller: all that is wished is there. */
static void serve_deployment(world *w, const char *name)
{
	const korch_deployment *from = deployment(w, name);
	if (!from)
		return;
	int32_t replicas = korch__deployment_replicas(from);
	korch_deployment *to = (korch_deployment *)korch_object_edit(&from->object);
	korch_deployment_status *status = korch_struct_edit(&to->status, &korch_deployment_status_type);
	status->observed_generation = from->object.metadata->generation;
	status->replicas = status->updated_replicas = replicas;
	status->ready_replicas = status->available_replicas = replicas;
	char set_name[KORCH__NAME_SIZE];
	korch__deployment_set_name(set_name, from);
	world_put(w, &to->object);
	korch_replica_set *set = (korch_replica_set *)make(&korch_replica_set_kind, "shop", set_name);
	make_label(&set->object, "pod-template-hash", strrchr(set_name, '-') + 1);
	korch_replica_set_status *ready =
	    korch_struct_edit(&set->status, &korch_replica_set_status_type);
	ready->replicas = ready->ready_replicas = ready->available_replicas = replicas;
	world_put(w, &set->object);
}

static void annotate(world *w, const char *key, const char *value)
{
	korch_object *edited = korch_object_edit(&canary(w)->object);
	make_annotation(edited, key, value);
	world_put(w, edited);
}

/* Everybody says so to whatever is asked. */
static void answer(world *w, const char *say)
{
	char text[1024] = "", word[KORCH__FLAGGER_WORD_SIZE];
	const char *asked = note(w, KORCH__FLAGGER_ANNOTATION_ASKED);
	while (korch__flagger_next_word(word, &asked)) {
		int is_back = strncmp(word, "rollback", 8) == 0;
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s=%s@%lld",
		         text[0] ? " " : "", word, is_back ? "no" : say, (long long)w->now);
	}
	annotate(w, KORCH__FLAGGER_ANNOTATION_ANSWERED, text);
}

static void measure(world *w, const char *outcome)
{
	for (size_t i = 0; i < world_count(w, &korch_analysis_run_kind); i++) {
		korch_analysis_run *run =
		    (korch_analysis_run *)korch_object_edit(world_at(w, &korch_analysis_run_kind, i));
		korch_analysis_run_status *status =
		    korch_struct_edit(&run->status, &korch_analysis_run_status_type);
		if (!status->phase)
			korch_string_set(&status->phase, outcome);
		world_put(w, &run->object);
	}
}

/* Ten seconds in which everybody does what is wished, and says so. */
static void live(world *w, const char *outcome)
{
	for (int i = 0; i < 6; i++) {
		decide(w);
		serve_deployment(w, "web");
		serve_deployment(w, "web-primary");
		annotate(w, KORCH__FLAGGER_ANNOTATION_IN_FORCE, note(w, KORCH__FLAGGER_ANNOTATION_TRAFFIC));
		answer(w, "ok");
		measure(w, outcome);
	}
	world_advance(w, 10 * KORCH_USEC_PER_SEC);
}

static void deploy(world *w, const char *image)
{
	korch_deployment *to = (korch_deployment *)korch_object_edit(&deployment(w, "web")->object);
	korch_deployment_spec *of = korch_struct_edit(&to->spec, &korch_deployment_spec_type);
	korch_block_take(&of->template_, make_template("web", image));
	world_put(w, &to->object);
}

static world *start(void)
{
	world *w = world_new();
	ck_assert_int_eq(korch__flagger_controller(&spec), 0);
	world_put(w, &make_deployment("web", 4, "main:1")->object);
	put_text(w, canary_text);
	put_text(w, template_text);
	return w;
}

static world *start_initialized(void)
{
	world *w = start();
	for (int i = 0; i < 3; i++)
		live(w, "Successful");
	ck_assert_str_eq(phase(w), "Initialized");
	return w;
}

START_TEST(primary_is_made)
{
	world *w = start();
	decide(w);
	const korch_deployment *primary = deployment(w, "web-primary");
	ck_assert_str_eq(phase(w), "Initializing");
	ck_assert_int_eq(primary->spec->replicas, 4);
	ck_assert_str_eq(korch_map_get(primary->spec->selector->match_labels, "app"), "web-primary");
	ck_assert_str_eq(korch_object_controller(&primary->object)->kind, "Canary");
	ck_assert_ptr_null(world_get(w, &korch_service_kind, "shop", "web"));
	ck_assert_ptr_nonnull(world_get(w, &korch_service_kind, "shop", "web-canary"));
	/* as long as it is not there nothing is switched and nothing is scaled down */
	decide(w);
	ck_assert_int_eq(deployment(w, "web")->spec->replicas, 4);
	ck_assert_uint_eq(decide(w), 0);
	serve_deployment(w, "web-primary");
	decide(w);
	const korch_object *apex = world_get(w, &korch_service_kind, "shop", "web");
	ck_assert_str_eq(korch_map_get(apex->metadata->labels, "team"), "a");
	/* the target stays until the router says that nothing goes to it any more */
	decide(w);
	ck_assert_int_eq(deployment(w, "web")->spec->replicas, 4);
	annotate(w, KORCH__FLAGGER_ANNOTATION_IN_FORCE, note(w, KORCH__FLAGGER_ANNOTATION_TRAFFIC));
	decide(w);
	ck_assert_int_eq(deployment(w, "web")->spec->replicas, 0);
	world_free(w);
}
END_TEST

START_TEST(good_version_is_promoted)
{
	world *w = start_initialized();
	char seen[64] = "";
	int most = 0;
	deploy(w, "main:2");
	for (int i = 0; i < 12; i++) {
		live(w, "Successful");
		most = canary(w)->status->canary_weight > most ? canary(w)->status->canary_weight : most;
		if (strcmp(phase(w), "Succeeded") == 0 && !seen[0])
			snprintf(seen, sizeof(seen), "%s", note(w, KORCH__FLAGGER_ANNOTATION_ASKED));
	}
	ck_assert_str_eq(phase(w), "Succeeded");
	ck_assert_int_eq(most, 50);
	ck_assert_ptr_eq(strstr(seen, "post-rollout:"), seen);
	ck_assert_str_eq(deployment(w, "web-primary")->spec->template_->spec->containers[0].image,
	                 "main:2");
	ck_assert_int_eq(deployment(w, "web")->spec->replicas, 0);
	ck_assert_uint_eq(decide(w), 0);
	const korch_analysis_run *run =
	    (const korch_analysis_run *)world_at(w, &korch_analysis_run_kind, 0);
	ck_assert_uint_eq(run->spec->n_metrics, 2);
	ck_assert_str_eq(run->spec->metrics[0].success_condition, "result[0] >= 99");
	ck_assert_ptr_nonnull(strstr(run->spec->metrics[0].provider->prometheus->query,
	                             "kubernetes_pod_name=~\"web-[0-9a-z]+"));
	ck_assert_str_eq(run->spec->metrics[1].success_condition, "result[0] >= 1 && result[0] <= 2.5");
	ck_assert_str_eq(run->spec->metrics[1].provider->prometheus->query,
	                 "own{a=\"web\",b=\"7\"}[1m]");
	ck_assert_str_eq(run->spec->metrics[1].provider->prometheus->address, "http://p");
	world_free(w);
}
END_TEST

START_TEST(bad_version_goes_back)
{
	world *w = start_initialized();
	deploy(w, "main:2");
	for (int i = 0; i < 8; i++)
		live(w, "Failed");
	ck_assert_str_eq(phase(w), "Failed");
	ck_assert_int_eq(canary(w)->status->failed_checks, 2);
	ck_assert_int_eq(canary(w)->status->canary_weight, 0);
	ck_assert_int_eq(deployment(w, "web")->spec->replicas, 0);
	ck_assert_str_eq(deployment(w, "web-primary")->spec->template_->spec->containers[0].image,
	                 "main:1");
	ck_assert_str_eq(canary(w)->status->conditions[0].status, "False");
	ck_assert_uint_eq(decide(w), 0);
	/* back to what the primary has: nothing to be judged */
	deploy(w, "main:1");
	for (int i = 0; i < 3; i++)
		live(w, "Successful");
	ck_assert_int_eq(deployment(w, "web")->spec->replicas, 0);
	ck_assert_uint_eq(decide(w), 0);
	world_free(w);
}
END_TEST

START_TEST(unknown_variable_is_an_error)
{
	world *w = start_initialized();
	korch_metric_template *own = (korch_metric_template *)korch_object_edit(
	    world_get(w, &korch_metric_template_kind, "shop", "own"));
	korch_metric_template_spec *of =
	    korch_struct_edit(&own->spec, &korch_metric_template_spec_type);
	korch_string_set(&of->query, "up{x=\"{{ nobody }}\"}");
	world_put(w, &own->object);
	deploy(w, "main:2");
	for (int i = 0; i < 8; i++)
		live(w, "Successful");
	ck_assert_str_eq(phase(w), "Failed");
	const korch_analysis_run *run =
	    (const korch_analysis_run *)world_at(w, &korch_analysis_run_kind, 0);
	ck_assert_str_eq(run->status->phase, "Error");
	ck_assert_str_eq(run->status->message, "metric own: no variable {{ nobody }}");
	world_free(w);
}
END_TEST

START_TEST(target_becomes_what_it_was)
{
	world *w = start_initialized();
	ck_assert_uint_eq(canary(w)->object.metadata->n_finalizers, 1);
	korch_object *edited = korch_object_edit(&canary(w)->object);
	korch_object_edit_meta(edited)->deletion_timestamp = w->now;
	world_put(w, edited);
	decide(w);
	ck_assert_str_eq(phase(w), "Terminating");
	ck_assert_int_eq(deployment(w, "web")->spec->replicas, 4);
	decide(w);
	const korch_service *apex =
	    (const korch_service *)world_get(w, &korch_service_kind, "shop", "web");
	ck_assert_str_eq(korch_map_get(apex->spec->selector, "app"), "web-primary");
	serve_deployment(w, "web");
	decide(w);
	apex = (const korch_service *)world_get(w, &korch_service_kind, "shop", "web");
	ck_assert_str_eq(korch_map_get(apex->spec->selector, "app"), "web");
	decide(w);
	ck_assert_ptr_null(canary(w)); /* it was let go */
	world_free(w);
}
END_TEST

KORCH_SUITE(flagger)
{
	Suite *suite = suite_create("flagger");
	KORCH_CASE(suite, "canary", primary_is_made, good_version_is_promoted, bad_version_goes_back,
	           unknown_variable_is_an_error, target_becomes_what_it_was);
	return suite;
}
