/* The Job decider: pods, counting once, the end, indexes, policies. */
#include "control/job/hand.h"
#include "unit.h"
#include "world.h"
#include <korch/codec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static korch_job *make_job(int32_t completions, int32_t parallelism)
{
	korch_job *job = (korch_job *)make(&korch_job_kind, "shop", "sum");
	korch_job_spec *spec = korch_struct_edit(&job->spec, &korch_job_spec_type);
	if (completions >= 0)
		KORCH_SET(spec, korch_job_spec, completions, completions);
	KORCH_SET(spec, korch_job_spec, parallelism, parallelism);
	KORCH_SET(spec, korch_job_spec, backoff_limit, 2);
	korch_block_take(&spec->template_, make_template("sum", "main:1"));
	korch_string_set(&spec->template_->spec->restart_policy, "Never");
	korch_string_set(&job->object.metadata->uid, "uid-of-sum");
	ck_assert_int_eq(korch__job_make_selector(job), 0);
	return job;
}

static const korch_job *stored(world *w)
{
	return (const korch_job *)world_get(w, &korch_job_kind, "shop", "sum");
}

static korch_controller_spec controller(void)
{
	korch_controller_spec spec;
	ck_assert_int_eq(korch__job_controller(&spec), 0);
	return spec;
}

/* Until nothing is left to do now. */
static void run(world *w)
{
	korch_controller_spec spec = controller();
	for (int i = 0; i < 20; i++) {
		if (world_run(w, &spec, "shop", "sum") == 0)
			return;
	}
	ck_abort_msg("it does not settle");
}

static const korch_pod *active_pod(world *w, size_t i)
{
	for (size_t k = 0; k < world_count(w, &korch_pod_kind); k++) {
		const korch_pod *pod = (const korch_pod *)world_at(w, &korch_pod_kind, k);
		if (korch__pod_is_active(pod) && i-- == 0)
			return pod;
	}
	return NULL;
}

static size_t n_active(world *w)
{
	size_t n = 0;
	while (active_pod(w, n))
		n++;
	return n;
}

/* The i-th active pod ends; code 0: well. */
static void end_pod(world *w, size_t i, int32_t code)
{
	korch_pod *pod = (korch_pod *)korch_object_edit(&active_pod(w, i)->object);
	korch_pod_status *status = korch_struct_edit(&pod->status, &korch_pod_status_type);
	korch_container_status *containers =
	    korch_list_edit(&status->container_statuses, &status->n_container_statuses,
	                    &korch_container_status_type, 1);
	korch_container_state *state =
	    korch_struct_edit(&containers[0].state, &korch_container_state_type);
	korch_container_state_terminated *end =
	    korch_struct_edit(&state->terminated, &korch_container_state_terminated_type);
	korch_string_set(&containers[0].name, "main");
	end->exit_code = code;
	end->finished_at = w->now;
	korch_string_set(&status->phase, code == 0 ? "Succeeded" : "Failed");
	world_put(w, &pod->object);
}

static const char *reason_of(world *w, const char *type)
{
	const korch_job_condition *condition = korch__job_condition(stored(w), type);
	return condition && strcmp(condition->status, "True") == 0 ? condition->reason : "";
}

START_TEST(test_completes)
{
	world *w = world_new();
	world_put(w, &make_job(3, 2)->object);
	run(w);
	const korch_job *job = stored(w);
	ck_assert_str_eq(korch_map_get(job->spec->selector->match_labels, KORCH__LABEL_JOB_UID),
	                 korch_object_uid(&job->object));
	ck_assert_uint_eq(n_active(w), 2);
	ck_assert_int_eq(job->status->active, 2);
	ck_assert_int_eq(job->status->start_time, w->now);
	const korch_pod *pod = active_pod(w, 0);
	ck_assert_str_eq(korch_map_get(pod->object.metadata->labels, "job-name"), "sum");
	ck_assert_int_eq(korch__job_is_tracked(pod), 1);
	end_pod(w, 0, 0);
	end_pod(w, 0, 0);
	run(w);
	ck_assert_int_eq(stored(w)->status->succeeded, 2);
	ck_assert_uint_eq(n_active(w), 1);
	end_pod(w, 0, 0);
	run(w);
	ck_assert_int_eq(stored(w)->status->succeeded, 3);
	ck_assert_int_eq(stored(w)->status->active, 0);
	ck_assert_str_eq(reason_of(w, "Complete"), "CompletionsReached");
	ck_assert_int_eq(stored(w)->status->completion_time, w->now);
	for (size_t i = 0; i < world_count(w, &korch_pod_kind); i++)
		ck_assert(!korch__job_is_tracked((const korch_pod *)world_at(w, &korch_pod_kind, i)));
	world_free(w);
}
END_TEST

START_TEST(test_counts_once)
{
	world *w = world_new();
	world_put(w, &make_job(5, 2)->object);
	run(w);
	end_pod(w, 0, 0);
	run(w);
	run(w);
	ck_assert_int_eq(stored(w)->status->succeeded, 1);
	/* A pod that was counted may go, and is still counted. */
	for (size_t i = 0; i < world_count(w, &korch_pod_kind); i++) {
		const korch_pod *pod = (const korch_pod *)world_at(w, &korch_pod_kind, i);
		if (!korch__pod_is_active(pod)) {
			world_remove(w, &pod->object);
			break;
		}
	}
	run(w);
	ck_assert_int_eq(stored(w)->status->succeeded, 1);
	/* One that somebody deletes counts as failed, once. */
	korch_object *deleted = korch_object_edit(&active_pod(w, 0)->object);
	korch_object_edit_meta(deleted)->deletion_timestamp = w->now;
	world_put(w, deleted);
	run(w);
	ck_assert_int_eq(stored(w)->status->failed, 1);
	run(w);
	ck_assert_int_eq(stored(w)->status->failed, 1);
	world_free(w);
}
END_TEST

START_TEST(test_backoff)
{
	world *w = world_new();
	korch_controller_spec spec = controller();
	world_put(w, &make_job(1, 1)->object);
	run(w);
	end_pod(w, 0, 1);
	run(w);
	ck_assert_uint_eq(n_active(w), 0); /* it waits */
	korch_plan *plan = world_reconcile(w, &spec, "shop", "sum");
	ck_assert_int_eq(korch_plan_wake(plan), w->now + KORCH__JOB_BACKOFF_US);
	korch_plan_free(plan);
	world_advance(w, KORCH__JOB_BACKOFF_US);
	run(w);
	ck_assert_uint_eq(n_active(w), 1);
	end_pod(w, 0, 1);
	run(w);
	world_advance(w, KORCH__JOB_BACKOFF_US);
	run(w);
	ck_assert_uint_eq(n_active(w), 0); /* twice as long */
	world_advance(w, KORCH__JOB_BACKOFF_US);
	run(w);
	ck_assert_uint_eq(n_active(w), 1);
	end_pod(w, 0, 1);
	run(w);
	ck_assert_int_eq(stored(w)->status->failed, 3);
	ck_assert_str_eq(reason_of(w, "Failed"), "BackoffLimitExceeded");
	ck_assert_str_eq(korch__job_condition(stored(w), "Failed")->message,
	                 "Job has reached the specified backoff limit");
	world_free(w);
}
END_TEST

START_TEST(test_indexed)
{
	world *w = world_new();
	korch_job *job = make_job(4, 3);
	korch_string_set(&job->spec->completion_mode, "Indexed");
	world_put(w, &job->object);
	run(w);
	ck_assert_uint_eq(n_active(w), 3);
	const korch_pod *pod = active_pod(w, 1);
	ck_assert_str_eq(korch_map_get(pod->object.metadata->annotations, KORCH__JOB_INDEX), "1");
	ck_assert_str_eq(korch_map_get(pod->object.metadata->labels, KORCH__JOB_INDEX), "1");
	ck_assert_str_eq(pod->object.metadata->generate_name, "sum-1-");
	ck_assert_str_eq(pod->spec->hostname, "sum-1");
	ck_assert_str_eq(pod->spec->containers[0].env[0].name, "JOB_COMPLETION_INDEX");
	ck_assert_str_eq(pod->spec->containers[0].env[0].value_from->field_ref->field_path,
	                 "metadata.annotations['batch.kubernetes.io/job-completion-index']");
	end_pod(w, 2, 0);
	end_pod(w, 0, 0);
	run(w);
	ck_assert_str_eq(stored(w)->status->completed_indexes, "0,2");
	ck_assert_uint_eq(n_active(w), 2); /* 1 and 3 */
	end_pod(w, 0, 0);
	end_pod(w, 0, 0);
	run(w);
	ck_assert_str_eq(stored(w)->status->completed_indexes, "0-3");
	ck_assert_str_eq(reason_of(w, "Complete"), "CompletionsReached");
	world_free(w);
}
END_TEST

START_TEST(test_suspend)
{
	world *w = world_new();
	world_put(w, &make_job(4, 2)->object);
	run(w);
	for (int32_t suspend = 1; suspend >= 0; suspend--) {
		korch_job *job = (korch_job *)korch_object_edit(&stored(w)->object);
		korch_job_spec *spec = korch_struct_edit(&job->spec, &korch_job_spec_type);
		spec->suspend = suspend;
		world_put(w, &job->object);
		run(w);
		ck_assert_uint_eq(n_active(w), suspend ? 0 : 2);
		ck_assert_int_eq(stored(w)->status->start_time, suspend ? 0 : w->now);
		ck_assert_str_eq(reason_of(w, "Suspended"), suspend ? "JobSuspended" : "");
	}
	ck_assert_int_eq(stored(w)->status->failed, 0); /* what was given up has not failed */
	world_free(w);
}
END_TEST

START_TEST(test_deadline)
{
	world *w = world_new();
	korch_job *job = make_job(1, 1);
	KORCH_SET(job->spec, korch_job_spec, active_deadline_seconds, 60);
	KORCH_SET(job->spec, korch_job_spec, ttl_seconds_after_finished, 100);
	world_put(w, &job->object);
	run(w);
	world_advance(w, 60 * KORCH_USEC_PER_SEC);
	run(w);
	ck_assert_str_eq(reason_of(w, "Failed"), "DeadlineExceeded");
	ck_assert_uint_eq(n_active(w), 0);
	world_advance(w, 100 * KORCH_USEC_PER_SEC);
	run(w);
	ck_assert_ptr_null(stored(w));
	world_free(w);
}
END_TEST

START_TEST(test_failure_policy)
{
	world *w = world_new();
	korch_job *job = make_job(2, 2);
	korch_pod_failure_policy *policy =
	    korch_struct_edit(&job->spec->pod_failure_policy, &korch_pod_failure_policy_type);
	korch_pod_failure_policy_rule *rules =
	    korch_list_edit(&policy->rules, &policy->n_rules, &korch_pod_failure_policy_rule_type, 2);
	static const int32_t codes[] = {7, 42};
	static const char *const actions[] = {"Ignore", "FailJob"};
	for (size_t i = 0; i < 2; i++) {
		char json[100];
		korch_pod_failure_policy_on_exit_codes *read = NULL;
		snprintf(json, sizeof(json), "{\"operator\":\"In\",\"values\":[%d]}", codes[i]);
		ck_assert_int_eq(korch_struct_from_json((void **)&read,
		                                        &korch_pod_failure_policy_on_exit_codes_type, json,
		                                        NULL, NULL),
		                 0);
		korch_string_set(&rules[i].action, actions[i]);
		korch_block_take(&rules[i].on_exit_codes, read);
	}
	world_put(w, &job->object);
	run(w);
	end_pod(w, 0, 7);
	run(w);
	ck_assert_int_eq(stored(w)->status->failed, 0);
	end_pod(w, 0, 42);
	run(w);
	ck_assert_str_eq(reason_of(w, "Failed"), "PodFailurePolicy");
	ck_assert_ptr_nonnull(strstr(korch__job_condition(stored(w), "Failed")->message,
	                             "failed with exit code 42 matching FailJob rule at index 1"));
	world_free(w);
}
END_TEST

START_TEST(test_index_limits)
{
	world *w = world_new();
	korch_job *job = make_job(2, 2);
	korch_string_set(&job->spec->completion_mode, "Indexed");
	KORCH_SET(job->spec, korch_job_spec, backoff_limit, 100);
	KORCH_SET(job->spec, korch_job_spec, backoff_limit_per_index, 1);
	world_put(w, &job->object);
	run(w);
	end_pod(w, 1, 0);
	for (int i = 0; i < 2; i++) {
		end_pod(w, 0, 1);
		run(w);
		world_advance(w, 100 * KORCH_USEC_PER_SEC);
		run(w);
	}
	ck_assert_str_eq(stored(w)->status->failed_indexes, "0");
	ck_assert_str_eq(stored(w)->status->completed_indexes, "1");
	ck_assert_str_eq(reason_of(w, "Failed"), "FailedIndexes");
	world_free(w);
}
END_TEST

START_TEST(test_strays)
{
	world *w = world_new();
	world_put(w, &make_job(1, 1)->object);
	run(w);
	const korch_object *job = &stored(w)->object;
	world_remove(w, job);
	run(w);
	ck_assert_int_eq(korch__job_is_tracked(active_pod(w, 0)), 0);
	world_free(w);
}
END_TEST

START_TEST(test_indexes)
{
	korch__indexes set = {0};
	static const int32_t numbers[] = {5, 1, 3, 4, 9, 8, 1};
	for (size_t i = 0; i < 7; i++)
		ck_assert_int_eq(korch__indexes_add(&set, numbers[i]), 0);
	char *text = korch__indexes_text(&set);
	ck_assert_str_eq(text, "1,3-5,8,9");
	ck_assert_int_eq(korch__indexes_count(&set), 6);
	ck_assert_int_eq(korch__indexes_add(&set, 2), 0);
	korch__free(text);
	text = korch__indexes_text(&set);
	ck_assert_str_eq(text, "1-5,8,9");
	korch__indexes_fini(&set);
	ck_assert_int_eq(korch__indexes_parse(&set, text, 9), 0);
	ck_assert_int_eq(korch__indexes_count(&set), 6);
	ck_assert(korch__indexes_has(&set, 8) && !korch__indexes_has(&set, 9));
	korch__indexes_fini(&set);
	korch__free(text);
	ck_assert_int_eq(korch__indexes_parse(&set, "4-2,x,7", 100), 0);
	ck_assert_int_eq(korch__indexes_count(&set), 0);
	korch__indexes_fini(&set);
}
END_TEST

KORCH_SUITE(job)
{
	Suite *suite = suite_create("job");
	KORCH_CASE(suite, "decide", test_completes, test_counts_once, test_backoff, test_suspend,
	           test_deadline, test_failure_policy, test_strays);
	KORCH_CASE(suite, "indexed", test_indexed, test_index_limits, test_indexes);
	return suite;
}
