/* Questions about nodes once all pods are placed: --drain, --compact, --rebalance, --headroom. */
#ifndef KORCH_SCHEDULE_QUESTION_H
#define KORCH_SCHEDULE_QUESTION_H

#include "schedule/run.h"

#include <korch/scheduler/whatif.h>
#include <stdio.h>

/* What was asked, and the answer. */
typedef struct question {
	const schedule_run *run;
	korch_moves *moves; /* NULL for headroom */
	int64_t count;      /* headroom */
	const char *pod;    /* headroom: its name */
	char pod_name[512];
} question;

/* Asks what the options ask; the pods stay where they are. */
int question_ask(question *out, schedule_run *run, korch_error **err);
void question_fini(question *self);
/* Writes the answer in the options' format. */
void question_write(FILE *out, const question *self);

#endif
