/* The handle, and what every source has to keep: one answer, from the loop, none after cancel. */
#include "base/alloc.h"
#include "fixture.h"
#include "unit.h"
#include <json-c/json.h>
#include <string.h>

static int accepts(const void *self, const korch_analysis_metric *metric)
{
	return 1;
}
static int measure(void **call, void *self, const korch_metric_query *query, korch_metric_fn fn,
                   void *userdata, korch_error **err)
{
	return korch_error_set(err, KORCH_E_BUSY, "not now");
}
static void cancel(void *self, void *call)
{
}
static void count(void *self)
{
	++*(int *)self;
}

START_TEST(test_register)
{
	const korch_metric_ops whole = {.size = sizeof(whole),
	                                .name = "x",
	                                .accepts = accepts,
	                                .measure = measure,
	                                .cancel = cancel,
	                                .free = count};
	korch_metric_ops holes[6];
	korch_metric_source *source = NULL;
	int freed = 0;
	for (int i = 0; i < 6; i++)
		holes[i] = whole;
	holes[0].accepts = NULL;
	holes[1].measure = NULL;
	holes[2].cancel = NULL;
	holes[3].free = NULL;
	holes[4].size = 8;
	holes[5].capabilities = KORCH_METRIC_RESUMES; /* without forget */
	for (int i = 0; i < 6; i++)
		ck_assert_int_eq(korch_metric_source_register(&source, &holes[i], &freed, NULL),
		                 KORCH_E_INVALID);
	ck_assert_ptr_null(source);
	ck_assert_int_eq(korch_metric_source_register(&source, &whole, &freed, NULL), 0);
	ck_assert_str_eq(korch_metric_source_name(source), "x");
	ck_assert_str_eq(korch_metric_source_name(NULL), "");
	ck_assert_ptr_eq(korch_metric_source_get_self(source), &freed);
	ck_assert_ptr_eq(korch_metric_source_get_ops(source), &whole);
	measured m;
	korch_analysis_metric *metric = metric_new();
	korch_metric_call *call = NULL;
	ck_assert_int_eq(measured_begin(&m, &call, source, metric), KORCH_E_BUSY);
	ck_assert_ptr_null(call);
	korch_metric_forget(source, NULL);
	korch_metric_cancel(NULL);
	korch_metric_source_free(source);
	korch_metric_source_free(NULL);
	ck_assert_int_eq(freed, 1);
	korch_block_unref(metric);
}
END_TEST

typedef struct host {
	int calls, destroyed, fail;
	char settings[128];
	int32_t number;
} host;

static int on_measure(void *userdata, struct json_object **result, const korch_metric_query *query,
                      const char *settings, korch_error **err)
{
	host *self = userdata;
	self->calls++;
	self->number = query->number;
	strcpy(self->settings, settings);
	if (self->fail)
		return korch_error_set(err, KORCH_E_IO, "no such gauge");
	*result = json_object_new_double(0.5);
	return 0;
}

static void on_destroy(void *userdata)
{
	((host *)userdata)->destroyed++;
}

START_TEST(test_callback)
{
	host self = {0};
	measured m;
	korch_loop *loop = NULL;
	korch_metric_source *source = NULL;
	korch_metric_call *call = NULL;
	korch_analysis_metric *metric = metric_new();
	ck_assert_int_eq(korch_loop_new_virtual(&loop, 0, NULL), 0);
	ck_assert_int_eq(
	    korch_metric_callback_new(&source, loop, "mine", on_measure, &self, on_destroy, NULL), 0);
	ck_assert_int_eq(measured_begin(&m, &call, source, metric), KORCH_E_UNSUPPORTED);
	ck_assert_int_eq(korch_string_set(&metric->provider->plugin, "{\"other\":{}}"), 0);
	ck_assert_int_eq(korch_metric_accepts(source, metric), 0);
	ck_assert_int_eq(korch_string_set(&metric->provider->plugin, "{\"mine\":{\"gauge\":\"g\"}}"),
	                 0);
	ck_assert_int_eq(korch_metric_accepts(source, metric), 1);
	ck_assert_int_eq(measure_once(&m, loop, source, metric), KORCH_METRIC_VALUE);
	ck_assert_str_eq(m.result, "0.5");
	ck_assert_str_eq(m.value, "0.5");
	ck_assert_str_eq(self.settings, "{\"gauge\":\"g\"}");
	ck_assert_int_eq(self.number, 1);
	self.fail = 1;
	ck_assert_int_eq(measure_once(&m, loop, source, metric), KORCH_METRIC_ERROR);
	ck_assert_str_eq(m.message, "no such gauge");
	/* none after cancel, and none after the source is gone */
	ck_assert_int_eq(measured_begin(&m, &call, source, metric), 0);
	korch_metric_cancel(call);
	ck_assert_int_eq(measured_begin(&m, &call, source, metric), 0);
	korch_metric_source_free(source);
	korch_loop_step(loop, KORCH_USEC_NEVER);
	ck_assert_int_eq(m.answers, 0);
	ck_assert_int_eq(self.calls, 2);
	ck_assert_int_eq(self.destroyed, 1);
	korch_block_unref(metric);
	korch_loop_free(loop);
}
END_TEST

START_TEST(test_callback_memory)
{
	uint64_t n = 1;
	korch_loop *loop = NULL;
	korch_analysis_metric *metric = metric_new();
	ck_assert_int_eq(korch_string_set(&metric->provider->plugin, "{\"mine\":1}"), 0);
	ck_assert_int_eq(korch_loop_new_virtual(&loop, 0, NULL), 0);
	for (int done = 0; !done; n++) {
		host self = {0};
		korch_metric_source *source = NULL;
		measured m;
		korch__alloc_fail_at(n);
		int code =
		    korch_metric_callback_new(&source, loop, "mine", on_measure, &self, on_destroy, NULL);
		korch_metric_call *call = NULL;
		const korch_metric_query query = {.size = sizeof(query), .metric = metric};
		memset(&m, 0, sizeof(m));
		if (code == 0)
			code = korch_metric_measure(&call, source, &query, measured_answer, &m, NULL);
		done = korch__alloc_count() < n;
		korch__alloc_fail_at(0);
		ck_assert(done ? code == 0 : code < 0);
		korch_loop_step(loop, KORCH_USEC_NEVER);
		ck_assert_int_eq(m.answers, done);
		korch_metric_source_free(source);
		ck_assert_int_eq(self.destroyed, 1);
	}
	korch_block_unref(metric);
	korch_loop_free(loop);
}
END_TEST

KORCH_SUITE(source)
{
	Suite *suite = suite_create("source");
	KORCH_CASE(suite, "source", test_register, test_callback, test_callback_memory);
	return suite;
}
