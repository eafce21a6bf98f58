/*
 * The one stream over which all watches of a store come. When it breaks, another one is opened, on
 * the next server, and each watch goes on behind what it has. A stream that has been silent is
 * asked whether somebody is there, as a server that has stopped or is cut off does not say so.
 */
#include "base/alloc.h"
#include "store/etcd/etcd.h"

#define RETRY_US KORCH_USEC_PER_SEC /* when memory is short */

/* How long a stream may be silent until it is asked; it has the time of a call to answer. */
static korch_usec silence_us(const etcd_store *store)
{
	return 2 * store->config.timeout_us;
}

static void on_message(void *userdata, const char *data, size_t length);
static void on_end(void *userdata, const korch__grpc_end *end);
static const korch__grpc_events events = {.message = on_message, .end = on_end};

/* Requests */

/*
 * Where history has been forgotten meanwhile, a server takes the first revision that it has for
 * whole, though a deletion in it is gone. So what may be behind begins with the last revision that
 * has come, which the watch leaves out: it is refused unless all that follows is there.
 */
static int64_t first_revision(const etcd_watch *watch, int is_again)
{
	uint64_t complete = watch->complete < INT64_MAX ? watch->complete : INT64_MAX - 1;
	int may_be_behind = is_again || complete < watch->store->revision;
	return (int64_t)complete + (complete == 0 || !may_be_behind);
}

static void write_create(korch_buf *out, etcd_watch *watch, int is_again)
{
	Korch__Etcd__WatchCreateRequest create = KORCH__ETCD__WATCH_CREATE_REQUEST__INIT;
	Korch__Etcd__WatchRequest request = KORCH__ETCD__WATCH_REQUEST__INIT;
	watch->id = watch->store->stream.next_id++;
	create.key = korch__etcd_bytes(&watch->key);
	create.range_end = korch__etcd_bytes(&watch->end);
	create.start_revision = first_revision(watch, is_again);
	create.progress_notify = 1;
	create.prev_kv = 1;
	create.fragment = 1;
	create.watch_id = watch->id;
	request.kind_case = KORCH__ETCD__WATCH_REQUEST__KIND_CREATE;
	request.create = &create;
	korch__etcd_pack(out, &request.base);
}

static void write_cancel(korch_buf *out, int64_t id)
{
	Korch__Etcd__WatchCancelRequest cancel = KORCH__ETCD__WATCH_CANCEL_REQUEST__INIT;
	Korch__Etcd__WatchRequest request = KORCH__ETCD__WATCH_REQUEST__INIT;
	cancel.watch_id = id;
	request.kind_case = KORCH__ETCD__WATCH_REQUEST__KIND_CANCEL;
	request.cancel = &cancel;
	korch__etcd_pack(out, &request.base);
}

static void write_question(korch_buf *out)
{
	Korch__Etcd__WatchProgressRequest progress = KORCH__ETCD__WATCH_PROGRESS_REQUEST__INIT;
	Korch__Etcd__WatchRequest request = KORCH__ETCD__WATCH_REQUEST__INIT;
	request.kind_case = KORCH__ETCD__WATCH_REQUEST__KIND_PROGRESS;
	request.progress = &progress;
	korch__etcd_pack(out, &request.base);
}

/* The stream */

static void set_timer(etcd_store *store, korch_usec delay_us)
{
	korch_timer_set(store->stream.timer, korch_loop_now(store->loop) + delay_us);
}

/* Gives the stream up; watches will go on behind what they have. */
static void drop(etcd_store *store)
{
	etcd_watch *watch;
	korch__grpc_cancel(store->stream.call);
	store->stream.call = NULL;
	TAILQ_FOREACH(watch, &store->watches, link)
	korch__etcd_watch_cut(watch);
}

static int is_wanted(const etcd_store *store)
{
	const etcd_watch *watch;
	TAILQ_FOREACH(watch, &store->watches, link)
	{
		if (watch->code == 0)
			return 1;
	}
	return 0;
}

/* Sends requests; a stream that cannot take them is given up and opened again. */
static void send(etcd_store *store, korch_buf *requests)
{
	etcd_stream *stream = &store->stream;
	if (requests->failed || korch__grpc_send(stream->call, requests->data, requests->len) < 0) {
		drop(store);
		set_timer(store, 0);
	}
	korch__buf_fini(requests);
}

static int try_to_open(etcd_store *store, korch__grpc_channel *channel, int is_again)
{
	etcd_stream *stream = &store->stream;
	etcd_watch *watch;
	korch_buf requests;
	korch__buf_init(&requests, 0);
	TAILQ_FOREACH(watch, &store->watches, link)
	{
		if (watch->code == 0)
			write_create(&requests, watch, is_again);
	}
	const korch__grpc_request request = {.path = "/etcdserverpb.Watch/Watch",
	                                     .body = requests.data,
	                                     .body_length = requests.len,
	                                     .is_open = 1};
	int r = requests.failed ? requests.failed
	                        : korch__grpc_start(&stream->call, channel, &request, &events, store);
	korch__buf_fini(&requests);
	return r;
}

/* Opens the stream, or sets the timer for when it may be tried. is_again: not for what has just
 * been called. */
static void open_stream(etcd_store *store, int is_again)
{
	etcd_stream *stream = &store->stream;
	korch__grpc_channel *channel = NULL;
	korch_usec at = 0;
	int r = korch__etcd_link_choose(&channel, &stream->endpoint, &at, &store->net);
	if (r == 0 && at > korch_loop_now(store->loop)) {
		korch_timer_set(stream->timer, at);
		return;
	}
	if (r == 0)
		r = try_to_open(store, channel, is_again);
	if (r < 0)
		drop(store);
	stream->is_asked = stream->is_heard = 0;
	set_timer(store, r < 0 ? RETRY_US : silence_us(store));
}

/* Messages */

static etcd_watch *find(etcd_store *store, int64_t id)
{
	etcd_watch *watch;
	TAILQ_FOREACH(watch, &store->watches, link)
	{
		if (watch->id == id)
			return watch;
	}
	return NULL;
}

static void tell(etcd_store *store)
{
	int is_gone = 0;
	int *outer = store->is_gone;
	store->is_gone = &is_gone;
	korch__etcd_watches_tell(store, &is_gone);
	if (!is_gone)
		store->is_gone = outer;
	else if (outer)
		*outer = 1;
}

static void on_message(void *userdata, const char *data, size_t length)
{
	etcd_store *store = userdata;
	Korch__Etcd__WatchResponse *response =
	    korch__etcd__watch_response__unpack(&korch__etcd_allocator, length, (const uint8_t *)data);
	if (!response) { /* memory is short, or it is nonsense */
		drop(store);
		korch__etcd_link_bad(&store->net, store->stream.endpoint, "a watch's answer is unreadable");
		set_timer(store, 0);
		return;
	}
	store->stream.is_heard = 1;
	store->stream.is_asked = 0;
	korch__etcd_link_good(&store->net, store->stream.endpoint);
	korch__etcd_see(store, response->header);
	etcd_watch *watch = response->watch_id > 0 ? find(store, response->watch_id) : NULL;
	if (!watch) { /* ended meanwhile, or the answer to whether somebody is there */
		korch__etcd__watch_response__free_unpacked(response, &korch__etcd_allocator);
		return;
	}
	korch__etcd_watch_take(watch, response, length);
	tell(store);
}

static void on_end(void *userdata, const korch__grpc_end *end)
{
	etcd_store *store = userdata;
	store->stream.call = NULL;
	drop(store);
	const char *why = *end->message ? end->message : "the watch stream has ended";
	korch__etcd_link_bad(&store->net, store->stream.endpoint, why);
	if (is_wanted(store))
		open_stream(store, 1);
}

static void on_time(void *userdata)
{
	etcd_store *store = userdata;
	etcd_stream *stream = &store->stream;
	korch_buf question;
	if (!stream->call) {
		if (is_wanted(store))
			open_stream(store, 1);
		return;
	}
	if (stream->is_asked) {
		drop(store);
		korch__etcd_link_bad(&store->net, stream->endpoint, "does not answer on its watch stream");
		open_stream(store, 1);
		return;
	}
	int was_heard = stream->is_heard;
	stream->is_heard = 0;
	stream->is_asked = !was_heard;
	set_timer(store, was_heard ? silence_us(store) : store->config.timeout_us);
	if (was_heard)
		return;
	korch__buf_init(&question, 0);
	write_question(&question);
	send(store, &question);
}

/* Watches */

void korch__etcd_stream_add(etcd_watch *watch)
{
	etcd_store *store = watch->store;
	etcd_stream *stream = &store->stream;
	korch_buf request;
	if (!stream->call) {
		if (korch_timer_due(stream->timer) == KORCH_USEC_NEVER)
			open_stream(store, 0);
		return;
	}
	korch__buf_init(&request, 0);
	write_create(&request, watch, 0);
	send(store, &request);
}

void korch__etcd_stream_remove(etcd_watch *watch)
{
	etcd_store *store = watch->store;
	korch_buf request;
	int64_t id = watch->id;
	watch->id = 0;
	if (!store->stream.call)
		return;
	if (!is_wanted(store)) {
		korch__etcd_stream_close(store);
	} else if (id) {
		korch__buf_init(&request, 0);
		write_cancel(&request, id);
		send(store, &request);
	}
}

int korch__etcd_stream_init(etcd_store *store)
{
	store->stream.next_id = 1;
	return korch_timer_new(&store->stream.timer, store->loop, on_time, store);
}

void korch__etcd_stream_close(etcd_store *store)
{
	drop(store);
	korch_timer_set(store->stream.timer, KORCH_USEC_NEVER);
}

void korch__etcd_stream_fini(etcd_store *store)
{
	if (!store->stream.timer)
		return;
	korch__etcd_stream_close(store);
	korch_timer_free(store->stream.timer);
}
