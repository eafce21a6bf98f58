/* Jobs: copies of calls that can wait, and lists of them. */
#include "base/cleanup.h"
#include "store/sqlite/sqlite.h"
#include <korch/codec.h>
#include <stdlib.h>

void korch__sqlite_jobs_init(sqlite_jobs *jobs)
{
	*jobs = (sqlite_jobs){.last = &jobs->first};
}

void korch__sqlite_jobs_push(sqlite_jobs *jobs, sqlite_job *job)
{
	job->next = NULL;
	*jobs->last = job;
	jobs->last = &job->next;
	jobs->n++;
}

sqlite_job *korch__sqlite_jobs_pop(sqlite_jobs *jobs)
{
	sqlite_job *job = jobs->first;
	if (!job)
		return NULL;
	jobs->first = job->next;
	if (!jobs->first)
		jobs->last = &jobs->first;
	jobs->n--;
	return job;
}

void korch__sqlite_jobs_unpop(sqlite_jobs *jobs, sqlite_job *job)
{
	job->next = jobs->first;
	if (!jobs->first)
		jobs->last = &job->next;
	jobs->first = job;
	jobs->n++;
}

void korch__sqlite_job_free(sqlite_job *job)
{
	if (!job)
		return;
	for (size_t i = 0; i < job->n; i++) {
		if (job->writes && job->writes[i].op == KORCH_WRITE_PUT)
			korch_object_unref(job->writes[i].object);
		if (!job->rows)
			continue;
		korch__free(job->rows[i].key);
		free(job->rows[i].body);
		korch__key_copy_fini(&job->rows[i].copy);
	}
	korch__free(job->writes);
	korch__free(job->rows);
	korch__key_copy_fini(&job->key);
	korch__free((char *)job->query.namespace_);
	korch__free((char *)job->query.continue_token);
	korch__free(job);
}

static char *key_text(const korch_key *key)
{
	korch_buf buf;
	korch__buf_init(&buf, 0);
	korch__key_write(&buf, key, KORCH_KEY_SORTED);
	return korch__buf_steal(&buf);
}

static int copy_write(sqlite_row *row, korch_write *write)
{
	korch_key key = write->key;
	if (write->op == KORCH_WRITE_PUT)
		key = korch_object_key(write->object);
	row->key = key_text(&key);
	if (!row->key)
		return KORCH_E_NOMEM;
	if (write->op == KORCH_WRITE_PUT)
		return korch_object_to_json(&row->body, &row->length, write->object, 0);
	int r = korch__key_parse(&row->copy, row->key, KORCH_KEY_SORTED);
	write->key = row->copy.key;
	return r;
}

int korch__sqlite_job_commit(sqlite_job **out, const korch_write *writes, size_t n)
{
	sqlite_job *job = korch__calloc(1, sizeof(*job));
	korch_write *copies = korch__calloc(n, sizeof(*copies));
	sqlite_row *rows = korch__calloc(n, sizeof(*rows));
	if (!job || !copies || !rows) {
		for (size_t i = 0; i < n; i++) {
			if (writes[i].op == KORCH_WRITE_PUT)
				korch_object_unref(writes[i].object);
		}
		korch__free(job);
		korch__free(copies);
		korch__free(rows);
		return KORCH_E_NOMEM;
	}
	*job = (sqlite_job){.type = SQLITE_JOB_COMMIT, .writes = copies, .rows = rows, .n = n};
	for (size_t i = 0; i < n; i++)
		copies[i] = writes[i];
	for (size_t i = 0; i < n; i++) {
		int r = copy_write(&rows[i], &copies[i]);
		if (r < 0) {
			korch__sqlite_job_free(job);
			return r;
		}
	}
	*out = job;
	return 0;
}

int korch__sqlite_job_get(sqlite_job **out, const korch_key *key)
{
	sqlite_job *job = korch__calloc(1, sizeof(*job));
	_cleanup_free_ char *text = key_text(key);
	int r = job && text ? korch__key_parse(&job->key, text, KORCH_KEY_SORTED) : KORCH_E_NOMEM;
	if (r < 0) {
		korch__free(job);
		return r;
	}
	job->type = SQLITE_JOB_GET;
	*out = job;
	return 0;
}

int korch__sqlite_job_list(sqlite_job **out, const korch_list_query *query)
{
	sqlite_job *job = korch__calloc(1, sizeof(*job));
	if (!job)
		return KORCH_E_NOMEM;
	job->type = SQLITE_JOB_LIST;
	job->query = *query;
	job->query.namespace_ = korch__strdup(query->namespace_);
	job->query.continue_token = korch__strdup(query->continue_token);
	if (!job->query.namespace_ != !query->namespace_ ||
	    !job->query.continue_token != !query->continue_token) {
		korch__sqlite_job_free(job);
		return KORCH_E_NOMEM;
	}
	*out = job;
	return 0;
}
