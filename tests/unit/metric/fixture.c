/* What tests of sources share; see the header. */
#include "fixture.h"
#include <check.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

static void put(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text ? text : "");
}

void measured_answer(void *userdata, const korch_metric_answer *answer)
{
	measured *self = userdata;
	ck_assert_msg(!self->inside, "an answer from inside of the call");
	ck_assert_uint_eq(answer->size, sizeof(*answer));
	self->answers++;
	self->outcome = answer->outcome;
	self->resume_us = answer->resume_us;
	put(self->result, sizeof(self->result),
	    json_object_to_json_string_ext(answer->result, JSON_C_TO_STRING_PLAIN));
	put(self->value, sizeof(self->value), answer->value);
	put(self->message, sizeof(self->message), answer->message);
	put(self->metadata, sizeof(self->metadata),
	    answer->metadata ? korch_map_get(answer->metadata, "warnings") : NULL);
}

int measured_begin(measured *self, korch_metric_call **call, korch_metric_source *source,
                   const korch_analysis_metric *metric)
{
	const korch_metric_query query = {.size = sizeof(query), .metric = metric, .number = 1};
	korch_error *err = NULL;
	memset(self, 0, sizeof(*self));
	self->outcome = -1;
	self->inside = 1;
	int code = korch_metric_measure(call, source, &query, measured_answer, self, &err);
	self->inside = 0;
	ck_assert_int_eq(code < 0, err != NULL);
	if (err)
		snprintf(self->message, sizeof(self->message), "%s%s%s",
		         korch_error_path(err) ? korch_error_path(err) : "",
		         korch_error_path(err) ? ": " : "", korch_error_message(err));
	korch_error_free(err);
	return code;
}

int measure_once(measured *self, korch_loop *loop, korch_metric_source *source,
                 const korch_analysis_metric *metric)
{
	korch_metric_call *call = NULL;
	int code = measured_begin(self, &call, source, metric);
	if (code < 0)
		return code;
	ck_assert_ptr_nonnull(call);
	korch_usec deadline = korch_loop_now(loop) + 50 * KORCH_USEC_PER_SEC;
	while (!self->answers) {
		ck_assert_msg(korch_loop_now(loop) < deadline, "no answer");
		korch_loop_step(loop, korch_loop_now(loop) + KORCH_USEC_PER_SEC);
	}
	ck_assert_int_eq(self->answers, 1);
	return self->outcome;
}

korch_analysis_metric *metric_new(void)
{
	korch_analysis_metric *metric = korch_struct_new(&korch_analysis_metric_type);
	ck_assert_ptr_nonnull(metric);
	ck_assert_int_eq(korch_string_set(&metric->name, "m"), 0);
	metric->provider = korch_struct_new(&korch_metric_provider_type);
	ck_assert_ptr_nonnull(metric->provider);
	return metric;
}
