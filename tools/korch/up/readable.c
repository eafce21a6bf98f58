/*
 * Whether the Secrets of a store can be read with the keys that there are. A store in a file finds
 * that out when it is opened; one in etcd reads nothing then, and a leader that cannot read would
 * only keep others from leading.
 */
#include "up/store.h"
#include <korch/api.h>
#include <korch/log.h>
#include <pthread.h>
#include <stdio.h>

enum { LINE = 1024, PAGE = 500 };

typedef struct reading {
	korch_store *store;
	const korch_kind *kind; /* NULL: the first object of all */
	int is_done;
	int code;
	pthread_mutex_t lock; /* of the line: the log comes from any thread */
	char line[LINE];      /* what the store says of a value, "": nothing */
} reading;

static void on_log(void *userdata, int level, const char *area, const char *message)
{
	reading *self = userdata;
	(void)level;
	(void)area;
	pthread_mutex_lock(&self->lock);
	snprintf(self->line, sizeof(self->line), "%s", message);
	pthread_mutex_unlock(&self->lock);
}

static int read_page(reading *self, const char *token);

static void on_page(void *userdata, int code, const korch_list_page *page)
{
	reading *self = userdata;
	if (code == 0 && self->kind && page->continue_token)
		code = read_page(self, page->continue_token);
	else
		self->is_done = 1;
	if (code < 0)
		self->is_done = 1;
	self->code = code;
}

static int read_page(reading *self, const char *token)
{
	const korch_list_query query = {
	    .kind = self->kind, .limit = self->kind ? PAGE : 1, .continue_token = token};
	return korch_store_list(self->store, &query, on_page, self);
}

static int read_kind(reading *self, korch_loop *loop, const korch_kind *kind)
{
	self->kind = kind;
	self->is_done = 0;
	int code = read_page(self, NULL);
	while (code == 0 && !self->is_done)
		korch_loop_step(loop, KORCH_USEC_NEVER);
	return code < 0 ? code : self->code;
}

int up_store_check_readable(korch_store *store, korch_loop *loop, korch_error **err)
{
	reading self = {.store = store};
	pthread_mutex_init(&self.lock, NULL);
	int code = korch_log_set(KORCH_LOG_ERROR, on_log, &self, NULL);
	if (code == 0)
		code = read_kind(&self, loop, NULL);
	if (code == 0)
		code = read_kind(&self, loop, &korch_secret_kind);
	korch_log_set(KORCH_LOG_NONE, NULL, NULL, NULL);
	pthread_mutex_destroy(&self.lock);
	/* Without a word it is the connection: that comes back. */
	return code < 0 && *self.line ? korch_error_set(err, code, "store %s", self.line) : 0;
}
