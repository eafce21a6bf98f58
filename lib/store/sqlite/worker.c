/*
 * The writer's thread: takes all that waits, writes it as one transaction, hands it back. It
 * touches the database and the jobs that it has taken, nothing else; objects are encoded on the
 * loop.
 */
#include "base/cleanup.h"
#include "store/sqlite/sqlite.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Most jobs in one transaction: more would gain nothing, and keep the first of them waiting. */
enum { BATCH_MIN = 16, BATCH_MAX = 512 };

struct sqlite_worker {
	pthread_t thread;
	pthread_mutex_t mutex; /* guards what is below, up to is_ending */
	pthread_cond_t wanted;
	sqlite_jobs waiting;
	sqlite_jobs done;
	size_t n_under_way; /* pushed and not taken */
	int is_ending;
	sqlite_database *database;
	int fd;
};

static void move_jobs(sqlite_jobs *to, sqlite_jobs *from)
{
	if (!from->first)
		return;
	*to->last = from->first;
	to->last = from->last;
	to->n += from->n;
	korch__sqlite_jobs_init(from);
}

/*
 * Most jobs of the next batch: half of all, so that the loop answers and makes one half while the
 * other half is written.
 */
static size_t batch_size(const sqlite_worker *worker)
{
	size_t half = (worker->n_under_way + 1) / 2;
	return half < BATCH_MIN ? BATCH_MIN : half < BATCH_MAX ? half : BATCH_MAX;
}

/* The next batch (none: only trimming is left); 0 at the end. Called and left with the mutex. */
static int next_batch(sqlite_worker *worker, sqlite_jobs *batch)
{
	while (!worker->is_ending && !worker->waiting.first && !worker->database->is_trimming)
		pthread_cond_wait(&worker->wanted, &worker->mutex);
	if (worker->is_ending)
		return 0;
	sqlite_job *job;
	size_t most = batch_size(worker);
	while (batch->n < most && (job = korch__sqlite_jobs_pop(&worker->waiting)))
		korch__sqlite_jobs_push(batch, job);
	return 1;
}

static void *work(void *userdata)
{
	sqlite_worker *worker = userdata;
	sqlite_jobs batch;
	korch__sqlite_jobs_init(&batch);
	pthread_mutex_lock(&worker->mutex);
	while (next_batch(worker, &batch)) {
		pthread_mutex_unlock(&worker->mutex);
		korch__sqlite_write(worker->database, batch.first);
		pthread_mutex_lock(&worker->mutex);
		if (!batch.first)
			continue;
		move_jobs(&worker->done, &batch);
		/* Cannot fail but for a counter that is full, and then the loop is told already. */
		eventfd_write(worker->fd, 1);
	}
	pthread_mutex_unlock(&worker->mutex);
	return NULL;
}

/* The host program's signals are none of this thread's. */
static int start(sqlite_worker *worker)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int r = pthread_create(&worker->thread, NULL, work, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

int korch__sqlite_worker_new(sqlite_worker **out, sqlite_database *database, korch_error **err)
{
	sqlite_worker *worker = korch__calloc(1, sizeof(*worker));
	if (!worker)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a store");
	worker->database = database;
	korch__sqlite_jobs_init(&worker->waiting);
	korch__sqlite_jobs_init(&worker->done);
	pthread_mutex_init(&worker->mutex, NULL);
	pthread_cond_init(&worker->wanted, NULL);
	worker->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int error = worker->fd < 0 ? errno : start(worker);
	if (error) {
		if (worker->fd >= 0)
			close(worker->fd);
		pthread_cond_destroy(&worker->wanted);
		pthread_mutex_destroy(&worker->mutex);
		korch__free(worker);
		return korch_error_set(err, KORCH_E_IO, "store %s: cannot start its thread: %s",
		                       database->path, strerror(error));
	}
	*out = worker;
	return 0;
}

int korch__sqlite_worker_fd(const sqlite_worker *worker)
{
	return worker->fd;
}

void korch__sqlite_worker_push(sqlite_worker *worker, sqlite_job *job)
{
	pthread_mutex_lock(&worker->mutex);
	korch__sqlite_jobs_push(&worker->waiting, job);
	worker->n_under_way++;
	if (worker->waiting.n >= BATCH_MIN)
		pthread_cond_signal(&worker->wanted);
	pthread_mutex_unlock(&worker->mutex);
}

void korch__sqlite_worker_kick(sqlite_worker *worker)
{
	pthread_mutex_lock(&worker->mutex);
	if (worker->waiting.first)
		pthread_cond_signal(&worker->wanted);
	pthread_mutex_unlock(&worker->mutex);
}

void korch__sqlite_worker_take(sqlite_worker *worker, sqlite_jobs *done)
{
	eventfd_t count;
	/* Fails when nothing was told since: then the list is empty. */
	eventfd_read(worker->fd, &count);
	pthread_mutex_lock(&worker->mutex);
	worker->n_under_way -= worker->done.n;
	move_jobs(done, &worker->done);
	pthread_mutex_unlock(&worker->mutex);
}

void korch__sqlite_worker_free(sqlite_worker *worker, sqlite_jobs *rest)
{
	pthread_mutex_lock(&worker->mutex);
	worker->is_ending = 1;
	pthread_cond_signal(&worker->wanted);
	pthread_mutex_unlock(&worker->mutex);
	pthread_join(worker->thread, NULL);
	move_jobs(rest, &worker->done);
	move_jobs(rest, &worker->waiting);
	pthread_cond_destroy(&worker->wanted);
	pthread_mutex_destroy(&worker->mutex);
	close(worker->fd);
	korch__free(worker);
}
