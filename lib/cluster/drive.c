/*
 * The three ways to drive a cluster, and how calls that wait let it work meanwhile. No knowledge of
 * objects here.
 */
#include "cluster/cluster.h"

#include "base/cleanup.h"
#include "base/loop.h"
#include <errno.h>
#include <poll.h>
#include <time.h>

void korch__cluster_enter(korch_cluster *cluster)
{
	pthread_mutex_lock(&cluster->lock);
}

void korch__cluster_leave(korch_cluster *cluster)
{
	/* Another thread's loop may be asleep on its descriptor, and what was just asked needs it
	 * awake. */
	if (cluster->threaded && !cluster->in_loop)
		korch_loop_wake(cluster->loop);
	pthread_mutex_unlock(&cluster->lock);
}

static int is_inside_callback(const korch_cluster *cluster)
{
	return cluster->in_loop && pthread_equal(cluster->driver, pthread_self());
}

/* One round of the loop. Returns whether anything is left that could happen. */
static int round_until(korch_cluster *cluster, korch_usec until_us)
{
	cluster->in_loop = 1;
	cluster->driver = pthread_self();
	int alive = korch_loop_step(cluster->loop, until_us);
	cluster->in_loop = 0;
	return alive;
}

/* A virtual loop goes from event to event, so that a waiting call returns at the very time its wish
 * came true. */
static korch_usec next_event(const korch_cluster *cluster, korch_usec deadline)
{
	korch_usec next = korch__loop_due(cluster->loop) ? korch_loop_now(cluster->loop)
	                                                 : korch__loop_next(cluster->loop);
	return next < deadline ? next : deadline;
}

static int wait_driving(korch_cluster *cluster, korch__cluster_done_fn done, void *userdata,
                        korch_usec deadline)
{
	for (;;) {
		int over = done(userdata);
		if (over)
			return over > 0 ? 0 : over;
		if (korch_loop_now(cluster->loop) >= deadline)
			return KORCH_E_TIMEOUT;
		int is_virtual = korch_loop_is_virtual(cluster->loop);
		korch_usec until = is_virtual ? next_event(cluster, deadline) : deadline;
		if (is_virtual && until == KORCH_USEC_NEVER)
			return KORCH_E_TIMEOUT;
		if (!round_until(cluster, until) && deadline == KORCH_USEC_NEVER) {
			over = done(userdata);
			return over > 0 ? 0 : over < 0 ? over : KORCH_E_TIMEOUT;
		}
	}
}

static int wait_for_thread(korch_cluster *cluster, korch__cluster_done_fn done, void *userdata,
                           korch_usec timeout_us)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	korch_usec span = timeout_us < 86400 * 365 * KORCH_USEC_PER_SEC
	                      ? timeout_us
	                      : 86400 * 365 * KORCH_USEC_PER_SEC;
	until.tv_sec += (time_t)(span / KORCH_USEC_PER_SEC);
	until.tv_nsec += (long)(span % KORCH_USEC_PER_SEC) * 1000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	korch_loop_wake(cluster->loop);
	for (;;) {
		int over = done(userdata);
		if (over)
			return over > 0 ? 0 : over;
		if (!cluster->threaded)
			return KORCH_E_CANCELED;
		if (pthread_cond_timedwait(&cluster->moved, &cluster->lock, &until) == ETIMEDOUT)
			return done(userdata) > 0 ? 0 : KORCH_E_TIMEOUT;
	}
}

int korch__cluster_wait(korch_cluster *cluster, korch__cluster_done_fn done, void *userdata,
                        korch_usec timeout_us)
{
	if (is_inside_callback(cluster))
		return KORCH_E_BUSY;
	if (cluster->threaded)
		return wait_for_thread(cluster, done, userdata, timeout_us);
	korch_usec now = korch_loop_now(cluster->loop);
	korch_usec deadline = timeout_us > KORCH_USEC_NEVER - now ? KORCH_USEC_NEVER : now + timeout_us;
	return wait_driving(cluster, done, userdata, deadline);
}

/* Sleeps outside the lock until the loop has work. */
static void sleep_until_work(korch_cluster *cluster)
{
	korch_usec timeout = korch_loop_timeout(cluster->loop);
	struct pollfd fd = {.fd = korch_loop_fd(cluster->loop), .events = POLLIN};
	int wait_ms = -1;
	if (timeout != KORCH_USEC_NEVER)
		wait_ms = timeout / 1000 < INT32_MAX - 1 ? (int)((timeout + 999) / 1000) : INT32_MAX;
	pthread_mutex_unlock(&cluster->lock);
	poll(&fd, 1, wait_ms);
	pthread_mutex_lock(&cluster->lock);
}

static void *serve(void *userdata)
{
	korch_cluster *cluster = userdata;
	pthread_mutex_lock(&cluster->lock);
	while (!cluster->thread_stop) {
		round_until(cluster, 0);
		pthread_cond_broadcast(&cluster->moved);
		if (!cluster->thread_stop)
			sleep_until_work(cluster);
	}
	pthread_mutex_unlock(&cluster->lock);
	return NULL;
}

static int start_thread(korch_cluster *cluster, korch_error **err)
{
	if (cluster->threaded)
		return korch_error_set(err, KORCH_E_EXISTS, "the cluster has a thread already");
	if (is_inside_callback(cluster))
		return korch_error_set(err, KORCH_E_BUSY, "the cluster is being driven by the caller");
	cluster->thread_stop = 0;
	cluster->threaded = 1;
	int failure = pthread_create(&cluster->thread, NULL, serve, cluster);
	if (failure) {
		cluster->threaded = 0;
		return korch_error_set(err, KORCH_E_LIMIT, "cannot create a thread (errno %d)", failure);
	}
	return 0;
}

int korch_cluster_start(korch_cluster *cluster, korch_error **err)
{
	if (!cluster)
		return korch_error_set(err, KORCH_E_INVALID, "no cluster given");
	if (korch_loop_is_virtual(cluster->loop))
		return korch_error_set(err, KORCH_E_UNSUPPORTED,
		                       "a virtual loop is driven by its caller, not by a thread");
	pthread_mutex_lock(&cluster->lock);
	int code = start_thread(cluster, err);
	pthread_mutex_unlock(&cluster->lock);
	return code;
}

/* Of several callers one joins the thread, the others wait until it has. */
void korch_cluster_stop(korch_cluster *cluster)
{
	if (!cluster)
		return;
	pthread_mutex_lock(&cluster->lock);
	if (!cluster->threaded || is_inside_callback(cluster)) {
		pthread_mutex_unlock(&cluster->lock);
		return;
	}
	if (cluster->thread_stop) {
		while (cluster->threaded)
			pthread_cond_wait(&cluster->moved, &cluster->lock);
		pthread_mutex_unlock(&cluster->lock);
		return;
	}
	cluster->thread_stop = 1;
	korch_loop_wake(cluster->loop);
	pthread_mutex_unlock(&cluster->lock);
	pthread_join(cluster->thread, NULL);
	pthread_mutex_lock(&cluster->lock);
	cluster->threaded = 0;
	pthread_cond_broadcast(&cluster->moved);
	pthread_mutex_unlock(&cluster->lock);
}

static void run_until_quit(korch_cluster *cluster)
{
	while (!__atomic_load_n(&cluster->quit, __ATOMIC_ACQUIRE)) {
		if (round_until(cluster, KORCH_USEC_NEVER))
			continue;
		if (korch_loop_is_virtual(cluster->loop))
			break;
		sleep_until_work(cluster);
	}
	__atomic_store_n(&cluster->quit, 0, __ATOMIC_RELEASE);
}

int korch_cluster_run(korch_cluster *cluster)
{
	if (!cluster)
		return KORCH_E_INVALID;
	korch__cluster_enter(cluster);
	int code = is_inside_callback(cluster) ? KORCH_E_BUSY : cluster->threaded ? KORCH_E_INVALID : 0;
	if (code == 0)
		run_until_quit(cluster);
	korch__cluster_leave(cluster);
	return code;
}

void korch_cluster_quit(korch_cluster *cluster)
{
	if (!cluster)
		return;
	__atomic_store_n(&cluster->quit, 1, __ATOMIC_RELEASE);
	korch_loop_wake(cluster->loop);
}

int korch_cluster_fd(const korch_cluster *cluster)
{
	return cluster ? korch_loop_fd(cluster->loop) : -1;
}

korch_usec korch_cluster_timeout(const korch_cluster *cluster)
{
	return cluster ? korch_loop_timeout(cluster->loop) : KORCH_USEC_NEVER;
}

int korch_cluster_process(korch_cluster *cluster, korch_usec until_us)
{
	if (!cluster)
		return KORCH_E_INVALID;
	korch__cluster_enter(cluster);
	int code = is_inside_callback(cluster) ? KORCH_E_BUSY : cluster->threaded ? KORCH_E_INVALID : 0;
	if (code == 0)
		code = round_until(cluster, korch_loop_is_virtual(cluster->loop) ? until_us : 0);
	korch__cluster_leave(cluster);
	return code;
}

korch_loop *korch_cluster_loop(const korch_cluster *cluster)
{
	return cluster ? cluster->loop : NULL;
}

korch_engine *korch_cluster_engine(const korch_cluster *cluster)
{
	return cluster ? cluster->engine : NULL;
}

struct submission {
	int done;
	int code;
	korch_error *error;
	korch_object *result;
};

static void submitted(void *userdata, int code, const korch_error *error,
                      const korch_object *result)
{
	struct submission *submission = userdata;
	submission->done = 1;
	submission->code = code;
	if (code < 0)
		korch_error_set(&submission->error, code, "%s",
		                error ? korch_error_message(error) : korch_code_text(code));
	if (code < 0 && error && korch_error_path(error))
		korch_error_prefix_path(&submission->error, korch_error_path(error));
	submission->result = result ? korch_object_ref(result) : NULL;
}

static int submission_done(void *userdata)
{
	return ((struct submission *)userdata)->done;
}

int korch__cluster_submit(korch_object **result, korch_cluster *cluster, korch_plan *plan,
                          korch_error **err)
{
	if (is_inside_callback(cluster)) {
		korch_plan_free(plan);
		return korch_error_set(err, KORCH_E_BUSY,
		                       "a call that waits was made from inside a callback");
	}
	struct submission submission = {0};
	int code = korch_engine_submit(cluster->engine, plan, submitted, &submission, err);
	if (code < 0)
		return code;
	/* The engine completes every submission exactly once. A thread that ends meanwhile leaves the
	 * driving to this call. */
	while (!submission.done) {
		code = korch__cluster_wait(cluster, submission_done, &submission, KORCH_USEC_NEVER);
		if (code == KORCH_E_TIMEOUT && !submission.done)
			korch_engine_stop(cluster->engine);
	}
	if (result && submission.code == 0)
		*result = KORCH_STEAL(submission.result);
	korch_object_unref(submission.result);
	if (submission.code < 0 && err && !*err)
		*err = KORCH_STEAL(submission.error);
	korch_error_free(submission.error);
	return submission.code;
}

static int engine_synced(void *userdata)
{
	return korch_engine_is_synced(userdata);
}

int korch__cluster_sync(korch_cluster *cluster, korch_error **err)
{
	if (korch_engine_is_synced(cluster->engine))
		return 0;
	int code =
	    korch__cluster_wait(cluster, engine_synced, cluster->engine, 60 * KORCH_USEC_PER_SEC);
	if (code == KORCH_E_BUSY)
		return korch_error_set(err, code, "a call that waits was made from inside a callback");
	return code < 0 ? korch_error_set(err, code, "the store does not answer") : 0;
}

static int engine_settled(void *userdata)
{
	return korch_engine_is_idle(userdata, NULL);
}

int korch_cluster_settle(korch_cluster *cluster, korch_usec timeout_us, korch_error **err)
{
	if (!cluster)
		return korch_error_set(err, KORCH_E_INVALID, "no cluster given");
	korch__cluster_enter(cluster);
	int code = korch__cluster_wait(cluster, engine_settled, cluster->engine, timeout_us);
	korch__cluster_leave(cluster);
	return code < 0 ? korch_error_set(err, code, "the cluster still has work to do") : 0;
}
