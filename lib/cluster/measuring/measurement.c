/* Measurements under way: asked of a source, judged when the answer comes, kept until the status
 * has it. */
#include "cluster/measuring/hand.h"

#include "base/cleanup.h"
#include <string.h>

static void measurement_free(korch__measurement *m)
{
	if (!m)
		return;
	korch_metric_cancel(m->call);
	korch_condition_free(m->success);
	korch_condition_free(m->failure);
	korch__answer_clear(&m->answer);
	korch__free(m->namespace_);
	korch__free(m->name);
	korch__free(m->uid);
	korch__free(m->metric);
	korch__free(m);
}

void korch__measurement_forget(korch__measuring *measuring, korch__measurement *gone)
{
	for (korch__measurement **at = &measuring->first; *at; at = &(*at)->next) {
		if (*at == gone) {
			*at = gone->next;
			measuring->n--;
			measurement_free(gone);
			return;
		}
	}
}

korch__measurement *korch__measurement_find(const korch__measuring *measuring, const char *uid,
                                            const char *metric)
{
	for (korch__measurement *m = measuring->first; m; m = m->next) {
		if (strcmp(m->uid, uid) == 0 && strcmp(m->metric, metric) == 0)
			return m;
	}
	return NULL;
}

void korch__measurement_forget_run(korch__measuring *measuring, const char *namespace_,
                                   const char *name, const char *but_uid)
{
	for (korch__measurement *m = measuring->first, *next; m; m = next) {
		next = m->next;
		if (strcmp(m->namespace_, namespace_) == 0 && strcmp(m->name, name) == 0 &&
		    strcmp(m->uid, but_uid) != 0)
			korch__measurement_forget(measuring, m);
	}
}

/* What the source says is judged by the metric's conditions. */
static void judge(korch__measurement *m, const korch_metric_answer *from)
{
	static const int32_t phases[] = {
	    [KORCH_METRIC_RUNNING] = KORCH_ANALYSIS_RUNNING,
	    [KORCH_METRIC_SUCCESSFUL] = KORCH_ANALYSIS_SUCCESSFUL,
	    [KORCH_METRIC_FAILED] = KORCH_ANALYSIS_FAILED,
	    [KORCH_METRIC_ERROR] = KORCH_ANALYSIS_ERROR,
	    [KORCH_METRIC_INCONCLUSIVE] = KORCH_ANALYSIS_INCONCLUSIVE,
	};
	_cleanup_error_ korch_error *problem = NULL;
	korch__answer_clear(&m->answer);
	m->answer.value = korch_string_new(from->value);
	m->answer.message = korch_string_new(from->message);
	m->answer.metadata = korch_block_ref(from->metadata);
	m->answer.resume_us = from->resume_us;
	m->answer.finished_us = korch_view_now(korch_engine_view(m->measuring->engine));
	if (from->outcome != KORCH_METRIC_VALUE) {
		m->answer.phase = phases[from->outcome];
		return;
	}
	if (korch_analysis_judge(&m->answer.phase, m->success, m->failure, from->result, &problem) < 0)
		m->answer.phase = KORCH_ANALYSIS_ERROR;
	if (problem)
		korch_string_set(&m->answer.message, korch_error_message(problem));
}

static void on_answer(void *userdata, const korch_metric_answer *answer)
{
	korch__measurement *m = userdata;
	m->call = NULL;
	judge(m, answer);
	korch_controller_request(m->measuring->controller, m->namespace_, m->name, 0);
}

korch_metric_source *korch__measuring_source(const korch__measuring *measuring,
                                             const korch_analysis_metric *metric)
{
	for (size_t i = 0; i < measuring->n_sources; i++) {
		if (korch_metric_accepts(measuring->sources[i], metric))
			return measuring->sources[i];
	}
	return NULL;
}

static int parse_conditions(korch__measurement *m, const korch_analysis_metric *metric,
                            korch_error **err)
{
	int code = 0;
	if (metric->success_condition && *metric->success_condition)
		code = korch_condition_parse(&m->success, metric->success_condition, err);
	if (code == 0 && metric->failure_condition && *metric->failure_condition)
		code = korch_condition_parse(&m->failure, metric->failure_condition, err);
	return code;
}

static korch__measurement *measurement_new(korch__measuring *measuring, const korch_object *run,
                                           const char *metric, korch_usec started_us)
{
	korch__measurement *m = korch__calloc(1, sizeof(*m));
	if (!m)
		return NULL;
	m->measuring = measuring;
	m->namespace_ = korch__strdup(korch_object_namespace(run));
	m->name = korch__strdup(korch_object_name(run));
	m->uid = korch__strdup(korch_object_uid(run));
	m->metric = korch__strdup(metric);
	m->started_us = started_us;
	if (m->namespace_ && m->name && m->uid && m->metric)
		return m;
	measurement_free(m);
	return NULL;
}

int korch__measurement_begin(korch__measuring *measuring, korch_metric_source *source,
                             const korch_metric_query *query, const korch_object *run,
                             korch_usec started_us, korch_error **err)
{
	korch__measurement *m = measurement_new(measuring, run, query->metric->name, started_us);
	if (!m)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	int code = parse_conditions(m, query->metric, err);
	if (code == 0)
		code = korch_metric_measure(&m->call, source, query, on_answer, m, err);
	if (code < 0) {
		measurement_free(m);
		return code;
	}
	m->next = measuring->first;
	measuring->first = m;
	measuring->n++;
	return 0;
}
