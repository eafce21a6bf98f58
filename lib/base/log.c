/*
 * The log: one sink for the process, counted, so that it can be replaced while other threads are
 * inside of it.
 */
#include "base/log.h"
#include "base/alloc.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

typedef struct sink {
	int refs; /* guarded by the lock */
	korch_log_fn fn;
	void *userdata;
	void (*destroy)(void *userdata);
} sink;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sink *current;           /* guarded by the lock */
static atomic_int wanted_level; /* of the current sink; read without the lock */

enum { LINE_MAX_BYTES = 1024 };

static sink *sink_ref(void)
{
	pthread_mutex_lock(&lock);
	sink *at = current;
	if (at)
		at->refs++;
	pthread_mutex_unlock(&lock);
	return at;
}

static void sink_unref(sink *at)
{
	if (!at)
		return;
	pthread_mutex_lock(&lock);
	int left = --at->refs;
	pthread_mutex_unlock(&lock);
	if (left > 0)
		return;
	if (at->destroy)
		at->destroy(at->userdata);
	korch__free(at);
}

static void sink_replace(sink *fresh, int level)
{
	pthread_mutex_lock(&lock);
	sink *old = current;
	current = fresh;
	atomic_store(&wanted_level, level);
	pthread_mutex_unlock(&lock);
	sink_unref(old);
}

int korch_log_set(int level, korch_log_fn fn, void *userdata, void (*destroy)(void *userdata))
{
	int off = !fn || level == KORCH_LOG_NONE;
	int r = level < KORCH_LOG_NONE || level > KORCH_LOG_DEBUG ? KORCH_E_INVALID : 0;
	sink *fresh = r == 0 && !off ? korch__alloc(sizeof(*fresh)) : NULL;
	if (r == 0 && !off && !fresh)
		r = KORCH_E_NOMEM;
	if (!fresh && destroy)
		destroy(userdata);
	if (r < 0)
		return r;
	if (fresh)
		*fresh = (sink){.refs = 1, .fn = fn, .userdata = userdata, .destroy = destroy};
	sink_replace(fresh, off ? KORCH_LOG_NONE : level);
	return 0;
}

const char *korch_log_level_name(int level)
{
	static const char *const names[] = {"none", "error", "warning", "info", "debug"};
	return level > KORCH_LOG_NONE && level <= KORCH_LOG_DEBUG ? names[level] : names[0];
}

int korch__log_wants(int level)
{
	return level <= atomic_load_explicit(&wanted_level, memory_order_relaxed);
}

void korch__log(int level, const char *area, const char *format, ...)
{
	if (!korch__log_wants(level))
		return;
	sink *to = sink_ref();
	if (!to)
		return;
	char line[LINE_MAX_BYTES];
	va_list args;
	va_start(args, format);
	int len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	for (char *at = line; len > 0 && *at; at++) {
		if ((unsigned char)*at < ' ')
			*at = ' ';
	}
	if (len >= 0)
		to->fn(to->userdata, level, area, line);
	sink_unref(to);
}
