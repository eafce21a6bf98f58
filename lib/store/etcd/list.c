/*
 * Reads: single objects, and lists, which are read by pages at one revision. The next page is asked
 * for before the last one is decoded, so that the server works meanwhile. A page whose objects are
 * too many bytes for one message is asked for again with fewer of them.
 */
#include "base/cleanup.h"
#include "base/vec.h"
#include "store/completion.h"
#include "store/etcd/etcd.h"
#include "store/list_token.h"
#include <string.h>

/* Single objects */

typedef struct get_job {
	etcd_job job;
	korch_get_fn fn;
	void *userdata;
} get_job;

static void answer_get(get_job *job, int code, korch_object *object)
{
	korch_get_fn fn = job->fn;
	void *userdata = job->userdata;
	korch__etcd_job_free(&job->job);
	fn(userdata, code, object);
	korch_object_unref(object);
}

static void on_got(etcd_job *head)
{
	const Korch__Etcd__RangeResponse *response = (const void *)head->answer;
	korch_object *object = NULL;
	int code = KORCH_E_NOT_FOUND;
	korch__etcd_see(head->store, response->header);
	if (response->n_kvs > 0)
		code = korch__etcd_decode(&object, &head->store->config, response->kvs[0]);
	answer_get((get_job *)head, code, object);
}

static void on_not_got(etcd_job *head, int code)
{
	answer_get((get_job *)head, code, NULL);
}

static const etcd_job_ops get_ops = {
    .path = "/etcdserverpb.KV/Range",
    .answer = &korch__etcd__range_response__descriptor,
    .is_repeatable = 1,
    .done = on_got,
    .fail = on_not_got,
};

int korch__etcd_get(void *self, const korch_key *key, korch_get_fn fn, void *userdata)
{
	etcd_store *store = self;
	get_job *job = NULL;
	int r = korch__etcd_job_new(&job, sizeof(*job), store, &get_ops);
	if (r < 0)
		return r;
	korch_buf text;
	korch__buf_init(&text, 0);
	korch__etcd_key_write(&text, store->config.prefix, key);
	Korch__Etcd__RangeRequest request = KORCH__ETCD__RANGE_REQUEST__INIT;
	request.key = korch__etcd_bytes(&text);
	korch__etcd_pack(&job->job.request, &request.base);
	job->fn = fn;
	job->userdata = userdata;
	r = text.failed ? text.failed : korch__etcd_job_start(&job->job);
	korch__buf_fini(&text);
	if (r < 0)
		korch__etcd_job_free(&job->job);
	return r;
}

/* Lists */

typedef struct list_job {
	etcd_job job;
	korch_list_fn fn;
	void *userdata;
	korch_buf from, end; /* the range that is left */
	uint64_t revision;   /* 0: not known yet */
	size_t limit;        /* 0: none */
	size_t step;         /* objects that are asked for at once */
	size_t remaining;    /* behind what was asked for, when etcd tells */
	KORCH_VEC(const korch_object *) found;
	Korch__Etcd__RangeResponse *page; /* that has come and is not decoded yet */
	korch_timer *later;               /* when it will be */
} list_job;

static void list_free(list_job *job)
{
	for (size_t i = 0; i < job->found.n; i++)
		korch_object_unref(job->found.items[i]);
	korch__vec_fini(&job->found);
	if (job->page)
		korch__etcd__range_response__free_unpacked(job->page, &korch__etcd_allocator);
	korch_timer_free(job->later);
	korch__buf_fini(&job->from);
	korch__buf_fini(&job->end);
	korch__etcd_job_free(&job->job);
}

static void fail_list(etcd_job *head, int code)
{
	list_job *job = (list_job *)head;
	korch_list_fn fn = job->fn;
	void *userdata = job->userdata;
	list_free(job);
	fn(userdata, code, NULL);
}

/* How many objects are wanted next. */
static size_t wanted(const list_job *job, size_t n_found)
{
	size_t left = job->limit ? job->limit - n_found : job->step;
	return left < job->step ? left : job->step;
}

static void write_request(list_job *job, size_t n_found)
{
	Korch__Etcd__RangeRequest request = KORCH__ETCD__RANGE_REQUEST__INIT;
	request.key = korch__etcd_bytes(&job->from);
	request.range_end = korch__etcd_bytes(&job->end);
	request.limit = (int64_t)wanted(job, n_found);
	request.revision = (int64_t)job->revision;
	korch__buf_reset(&job->job.request);
	korch__etcd_pack(&job->job.request, &request.base);
}

static void finish_list(list_job *job)
{
	korch_key last;
	_cleanup_free_ char *token = NULL;
	if (job->remaining > 0) {
		last = korch_object_key(job->found.items[job->found.n - 1]);
		token = korch__list_token_write(job->revision, job->remaining, &last);
		if (!token) {
			fail_list(&job->job, KORCH_E_NOMEM);
			return;
		}
	}
	korch_list_page page = {.n = job->found.n,
	                        .revision = job->revision,
	                        .continue_token = token,
	                        .remaining = job->remaining};
	const korch_object **objects = KORCH_STEAL(job->found.items);
	job->found.n = 0;
	page.objects = objects;
	korch_list_fn fn = job->fn;
	void *userdata = job->userdata;
	list_free(job);
	fn(userdata, 0, &page);
	for (size_t i = 0; i < page.n; i++)
		korch_object_unref(objects[i]);
	korch__free(objects);
}

/* Decodes the page that has come, if there is one. */
static int take_objects(list_job *job)
{
	Korch__Etcd__RangeResponse *page = KORCH_STEAL(job->page);
	if (!page)
		return 0;
	int r = korch__vec_reserve(&job->found, page->n_kvs);
	for (size_t i = 0; r == 0 && i < page->n_kvs; i++) {
		korch_object *object = NULL;
		r = korch__etcd_decode(&object, &job->job.store->config, page->kvs[i]);
		if (r == 0)
			job->found.items[job->found.n++] = object;
	}
	korch__etcd__range_response__free_unpacked(page, &korch__etcd_allocator);
	return r;
}

static void on_later(void *userdata)
{
	list_job *job = userdata;
	int r = take_objects(job);
	if (r < 0)
		fail_list(&job->job, r);
}

/* The next range begins behind the last key: that key and a NUL. */
static void go_behind(list_job *job, const Korch__Etcd__KeyValue *last)
{
	korch__buf_reset(&job->from);
	korch__buf_put(&job->from, last->key.data, last->key.len);
	korch__buf_putc(&job->from, '\0');
	if (job->from.failed)
		job->job.request.failed = job->from.failed;
}

/* The next page is asked for; this one is decoded once that has been sent, which takes a turn. */
static void go_on(list_job *job, size_t n_found)
{
	korch_loop *loop = job->job.store->loop;
	int r = job->later ? 0 : korch_timer_new(&job->later, loop, on_later, job);
	if (r < 0) {
		fail_list(&job->job, r);
		return;
	}
	go_behind(job, job->page->kvs[job->page->n_kvs - 1]);
	write_request(job, n_found);
	/* A failure frees the job, timer and all. */
	korch_timer *later = job->later;
	korch_usec now = korch_loop_now(loop);
	if (korch__etcd_job_continue(&job->job) == 0)
		korch_timer_set(later, now);
}

static void on_page(etcd_job *head)
{
	list_job *job = (list_job *)head;
	int r = take_objects(job);
	Korch__Etcd__RangeResponse *page = job->page = (void *)KORCH_STEAL(head->answer);
	size_t n_found = job->found.n + page->n_kvs;
	korch__etcd_see(head->store, page->header);
	if (job->revision == 0 && page->header)
		job->revision = (uint64_t)page->header->revision;
	job->remaining = (uint64_t)page->count > page->n_kvs ? (size_t)page->count - page->n_kvs : 0;
	if (page->n_kvs == 0)
		job->remaining = 0;
	int is_last = job->remaining == 0 || page->n_kvs == 0 || n_found == job->limit;
	if (r == 0 && is_last)
		r = take_objects(job);
	if (r < 0)
		fail_list(head, r);
	else if (is_last)
		finish_list(job);
	else
		go_on(job, n_found);
}

static void on_no_page(etcd_job *head, int code)
{
	list_job *job = (list_job *)head;
	int r = take_objects(job);
	if (r < 0)
		code = r;
	size_t asked = wanted(job, job->found.n);
	if (code != KORCH_E_LIMIT || asked < 2) {
		fail_list(head, code);
		return;
	}
	job->step = asked / 4 ? asked / 4 : 1;
	write_request(job, job->found.n);
	korch__etcd_job_continue(head);
}

static const etcd_job_ops list_ops = {
    .path = "/etcdserverpb.KV/Range",
    .answer = &korch__etcd__range_response__descriptor,
    .is_repeatable = 1,
    .done = on_page,
    .fail = on_no_page,
};

/* Where to begin, and at which revision. */
static int begin(list_job *job, const korch_list_query *query)
{
	const etcd_store *store = job->job.store;
	korch_list_token token = {0};
	korch__etcd_key_write_prefix(&job->from, store->config.prefix, query->kind, query->namespace_);
	if (!job->from.failed)
		korch__etcd_key_write_end(&job->end, &job->from);
	job->revision = query->revision;
	if (query->continue_token) {
		int r = korch__list_token_read(&token, query, query->continue_token);
		if (r < 0)
			return r;
		korch__buf_reset(&job->from);
		korch__etcd_key_write(&job->from, store->config.prefix, &token.after.key);
		korch__buf_putc(&job->from, '\0');
		job->revision = token.revision;
		korch__list_token_fini(&token);
	}
	if (job->revision > INT64_MAX)
		return KORCH_E_INVALID;
	return job->from.failed ? job->from.failed : job->end.failed;
}

int korch__etcd_list(void *self, const korch_list_query *query, korch_list_fn fn, void *userdata)
{
	etcd_store *store = self;
	list_job *job = NULL;
	int r = korch__etcd_job_new(&job, sizeof(*job), store, &list_ops);
	if (r < 0)
		return r;
	job->fn = fn;
	job->userdata = userdata;
	job->limit = query->limit;
	job->step = store->config.page;
	korch__buf_init(&job->from, 0);
	korch__buf_init(&job->end, 0);
	r = begin(job, query);
	if (r == 0) {
		write_request(job, 0);
		r = korch__etcd_job_start(&job->job);
	} else if (r == KORCH_E_INVALID) {
		r = 0;
		korch__etcd_job_fail_later(&job->job, KORCH_E_INVALID);
	}
	if (r < 0)
		list_free(job);
	return r;
}
