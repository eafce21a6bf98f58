/* Measuring with a source until the answer is there. */
#ifndef KORCH_TESTS_UNIT_METRIC_FIXTURE_H
#define KORCH_TESTS_UNIT_METRIC_FIXTURE_H

#include <korch/sys/metric.h>

typedef struct measured {
	int answers;
	int inside; /* 1 while korch_metric_measure() runs: no answer may come then */
	int outcome;
	char result[4096]; /* compact JSON; NaN as it is */
	char value[4096];
	char message[1024];
	char metadata[256]; /* "warnings" */
	korch_usec resume_us;
} measured;

void measured_answer(void *userdata, const korch_metric_answer *answer);
/* Begins; the code. Words of an error in self->message. */
int measured_begin(measured *self, korch_metric_call **call, korch_metric_source *source,
                   const korch_analysis_metric *metric);
/* Begins and waits for the answer: its outcome, or the code of a refusal. */
int measure_once(measured *self, korch_loop *loop, korch_metric_source *source,
                 const korch_analysis_metric *metric);
/* A metric with an empty provider. */
korch_analysis_metric *metric_new(void);

#endif
