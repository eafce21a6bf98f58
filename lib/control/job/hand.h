/* A Job's decision in progress: what the files of this folder share. */
#ifndef KORCH_CONTROL_JOB_HAND_H
#define KORCH_CONTROL_JOB_HAND_H

#include "base/vec.h"
#include "control/job/job.h"
#include "control/pods.h"
#include <korch/plan.h>

/* Numbers in order, as intervals. */
typedef struct korch__index_range {
	int32_t first, last;
} korch__index_range;

typedef struct korch__indexes {
	KORCH_VEC(korch__index_range) ranges;
} korch__indexes;

/* indexes.c. Text as in status.completedIndexes: "1,3-5"; numbers from `end` on are left out. */
int korch__indexes_parse(korch__indexes *out, const char *text, int32_t end);
void korch__indexes_fini(korch__indexes *indexes);
int korch__indexes_has(const korch__indexes *indexes, int32_t index);
int korch__indexes_add(korch__indexes *indexes, int32_t index);
int64_t korch__indexes_count(const korch__indexes *indexes);
/* The caller frees it with korch__free(). NULL: no memory. */
char *korch__indexes_text(const korch__indexes *indexes);

/* What a failed pod means. */
typedef enum korch__job_action {
	KORCH__JOB_COUNT,
	KORCH__JOB_IGNORE,
	KORCH__JOB_FAIL_INDEX,
	KORCH__JOB_FAIL,
} korch__job_action;

typedef struct korch__job_run {
	const korch__job_input *input;
	const korch_job *job;
	const korch_job_spec *spec;
	korch_plan *plan;
	korch__pods active;  /* tracked; those that this plan gives up are moved to the front */
	size_t given_up;     /* of active, from the front */
	korch__pods all;     /* all of the Job's, ended ones included */
	int32_t terminating; /* on their way out, not ended */
	int32_t created;     /* by this plan */
	int32_t is_indexed;
	int32_t is_busy; /* this plan adopts a pod: numbers are not known before it is done */
	int64_t succeeded, failed;
	korch__indexes completed, failed_indexes;
	const char *failure; /* reason of the end as Failed; NULL: none */
	char failure_message[512];
	const char *success; /* reason of the end as Complete; NULL: none */
	char success_message[64];
	korch_usec wake;
} korch__job_run;

/* policy.c: what podFailurePolicy says of a failed pod; FAIL fills in failure_message. */
korch__job_action korch__job_judge(korch__job_run *r, const korch_pod *pod);
/* count.c: takes the pods, counts those that have ended. 0 or a code. */
int korch__job_take_pods(korch__job_run *r, korch_error **err);
/* The pod's index, -1: it has none that is in use. */
int32_t korch__job_index(const korch__job_run *r, const korch_pod *pod);
/* When it ended, as far as is known. */
korch_usec korch__job_finished_at(const korch_pod *pod);
/* end.c: whether the Job has come to its end, and how (failure, success). */
void korch__job_judge_end(korch__job_run *r);
/* manage.c: gives up and makes pods. 0 or KORCH_E_NOMEM. */
int korch__job_manage(korch__job_run *r);
/* Gives up the first n of the active pods. */
int korch__job_give_up(korch__job_run *r, size_t n);
/* pod.c: a pod of that index (-1: none) without its admission. 0 or KORCH_E_NOMEM. */
int korch__job_pod_new(korch_pod **out, const korch__job_run *r, int32_t index);
/* status.c: 0 or KORCH_E_NOMEM. */
int korch__job_status(korch__job_run *r);
const korch_job_condition *korch__job_condition(const korch_job *job, const char *type);
int korch__job_has_condition(const korch_job *job, const char *type);

#endif
