/* The watch of a client: followed all the time, ended and resumed now and then. */
#include "load.h"

enum { RESUMED_OF = 40, AGAIN_US = 50000 };

static void on_ready(void *userdata);

static int open_session(load_watch *watch)
{
	korch_watch_query query = {
	    .kind = watch->client->load->kind, .namespace_ = "linear", .since = watch->revision};
	watch->number++;
	int r = korch_store_watch(&watch->watch, watch->client->store, &query, on_ready, watch);
	if (r == 0)
		record_watch(watch->client, watch->number, watch->revision);
	return r;
}

static void close_session(load_watch *watch)
{
	if (!watch->watch)
		return;
	watch->revision = korch_watch_revision(watch->watch);
	record_end(watch->client, watch->number, watch->revision);
	korch_watch_free(watch->watch);
	watch->watch = NULL;
}

/* A session that is over goes on where it was, or, where that is forgotten, from what is known. */
static void reopen(load_watch *watch, int code)
{
	korch_loop *loop = watch->client->load->loop;
	close_session(watch);
	if (code == KORCH_E_COMPACTED && watch->client->newest > watch->revision)
		watch->revision = watch->client->newest;
	if (code < 0 || open_session(watch) < 0)
		korch_timer_set(watch->again, korch_loop_now(loop) + AGAIN_US);
}

static void on_again(void *userdata)
{
	load_watch *watch = userdata;
	int r = open_session(watch);
	if (r < 0)
		reopen(watch, r);
	client_look(watch->client->load);
}

static void on_ready(void *userdata)
{
	load_watch *watch = userdata;
	load_client *client = watch->client;
	korch_change change;
	int r;
	while ((r = korch_watch_next(watch->watch, &change)) == 1) {
		record_change(client, watch->number, &change);
		client_saw(client, korch_object_name(change.object),
		           change.type == KORCH_CHANGE_DELETED ? 0 : change.revision);
		if (change.revision > client->newest)
			client->newest = change.revision;
	}
	if (r < 0)
		reopen(watch, r);
	else if (below(client, RESUMED_OF) == 0)
		reopen(watch, 0);
	client_look(client->load);
}

int watch_start(load_watch *watch)
{
	int r = korch_timer_new(&watch->again, watch->client->load->loop, on_again, watch);
	return r < 0 ? r : open_session(watch);
}

void watch_end(load_watch *watch)
{
	close_session(watch);
	korch_timer_free(watch->again);
	watch->again = NULL;
}
