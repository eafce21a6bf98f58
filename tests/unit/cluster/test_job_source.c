/* Jobs as a source of metrics: a Job that nobody waits for any more is ended. */
#include "cluster/cluster.h"
#include "fixture.h"
#include <korch/metric.h>

#define JOB_SPEC                                                                                   \
	"{\"template\":{\"spec\":{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"main\","     \
	"\"image\":\"check:1\"}]}}}"

static fixture at;

static void setup(void)
{
	fixture_init(&at, 1);
}

static void teardown(void)
{
	fixture_fini(&at);
}

static void on_answer(void *userdata, const korch_metric_answer *answer)
{
	++*(int *)userdata;
}

static korch_metric_call *measure(int *answers)
{
	static korch_job_metric job = {.spec = JOB_SPEC};
	static korch_metric_provider provider = {.job = &job};
	static const korch_analysis_metric metric = {.name = "check", .provider = &provider};
	const korch_metric_query query = {.size = sizeof(query),
	                                  .metric = &metric,
	                                  .run_namespace = "default",
	                                  .run_name = "run",
	                                  .run_uid = "uid",
	                                  .number = 1};
	korch_metric_call *call = NULL;
	korch_error *error = NULL;
	korch_metric_source *source = at.cluster->sources[at.cluster->n_sources - 1];
	int code = korch_metric_measure(&call, source, &query, on_answer, answers, &error);
	ck_assert_msg(code == 0, "%s", korch_error_message(error));
	return call;
}

START_TEST(test_canceled)
{
	int answers = 0;
	korch_metric_call *call = measure(&answers);
	fixture_pass(&at, SECOND);
	ck_assert_uint_eq(fixture_count(&at, "job", NULL), 1);
	korch_metric_cancel(call);
	fixture_pass(&at, SECOND);
	ck_assert_uint_eq(fixture_count(&at, "job", NULL), 0);
	ck_assert_int_eq(answers, 0);
}
END_TEST

/* Before the store has answered that the Job was made. */
START_TEST(test_canceled_at_once)
{
	int answers = 0;
	korch_metric_cancel(measure(&answers));
	fixture_pass(&at, SECOND);
	ck_assert_uint_eq(fixture_count(&at, "job", NULL), 0);
	ck_assert_int_eq(answers, 0);
}
END_TEST

KORCH_SUITE(cluster_job_source)
{
	Suite *suite = suite_create("cluster job source");
	TCase *tests = tcase_create("cancel");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, test_canceled);
	tcase_add_test(tests, test_canceled_at_once);
	suite_add_tcase(suite, tests);
	return suite;
}
