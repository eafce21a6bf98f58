/*
 * The etcd store beside etcd itself: bench-etcd [PART …]. etcd alone is a plain program of libcurl
 * and protobuf-c that sends the same transactions with the same bytes over one connection to the
 * same server, and makes no objects of what it reads. The server's data lie in TMPDIR or /tmp.
 */
#include "etcd.h"
#include "http/grpc_frame.h"
#include "store/etcd/rpc.pb-c.h"
#include "store_bench.h"
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 64, PAGE = 2000, TEXT = 64 };

static etcd_server server;

static int open_ours(korch_store **out, korch_loop *loop, void *userdata)
{
	(void)userdata;
	const char *endpoints[] = {server.url};
	korch_store_etcd_options options = {
	    .size = sizeof(options), .endpoints = endpoints, .n_endpoints = 1, .page = PAGE};
	return korch_store_etcd_new(out, loop, &options, NULL);
}

static void start_server(void)
{
	static const char *const arguments[] = {"--quota-backend-bytes", "8589934592", "--log-level",
	                                        "error", NULL};
	etcd_start(&server, &(etcd_options){.is_durable = 1, .arguments = arguments});
}

/* Without the data of the part before. */
static void clear(void *userdata)
{
	(void)userdata;
	etcd_stop(&server);
	start_server();
}

/* etcd alone */

typedef struct raw_call {
	CURL *easy;
	char url[TEXT * 2];
	korch_buf request;
	korch_buf answer;
	int is_done;
} raw_call;

typedef struct raw_client {
	CURLM *multi;
	struct curl_slist *headers;
	raw_call calls[SLOTS];
	int is_connected;
	int wait_ms; /* for something to come */
} raw_client;

static size_t on_body(char *data, size_t size, size_t n, void *userdata)
{
	korch__buf_put(&((raw_call *)userdata)->answer, data, size * n);
	return size * n;
}

static void raw_open_call(raw_client *client, raw_call *call)
{
	korch__buf_init(&call->request, 0);
	korch__buf_init(&call->answer, 0);
	call->easy = curl_easy_init();
	curl_easy_setopt(call->easy, CURLOPT_POST, 1L);
	curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, client->headers);
	curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(call->easy, CURLOPT_BUFFERSIZE, 65536L);
}

static void raw_client_open(raw_client *client)
{
	static const char *const lines[] = {"content-type: application/grpc", "te: trailers",
	                                    "Expect:"};
	*client = (raw_client){.multi = curl_multi_init(), .wait_ms = 1000};
	for (size_t i = 0; i < 3; i++)
		client->headers = curl_slist_append(client->headers, lines[i]);
	for (int i = 0; i < SLOTS; i++)
		raw_open_call(client, &client->calls[i]);
}

static void raw_client_close(raw_client *client)
{
	for (int i = 0; i < SLOTS; i++) {
		curl_multi_remove_handle(client->multi, client->calls[i].easy);
		curl_easy_cleanup(client->calls[i].easy);
		korch__buf_fini(&client->calls[i].request);
		korch__buf_fini(&client->calls[i].answer);
	}
	curl_multi_cleanup(client->multi);
	curl_slist_free_all(client->headers);
}

static void raw_start(raw_client *client, raw_call *call, const char *method,
                      const ProtobufCMessage *message)
{
	size_t length = protobuf_c_message_get_packed_size(message);
	korch__buf_reset(&call->request);
	korch__buf_reset(&call->answer);
	char *room = korch__grpc_frame_begin(&call->request, length);
	call->request.len += protobuf_c_message_pack(message, (uint8_t *)room);
	call->is_done = 0;
	snprintf(call->url, sizeof(call->url), "%s/etcdserverpb.%s", server.url, method);
	curl_easy_setopt(call->easy, CURLOPT_URL, call->url);
	curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, call->request.data);
	curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE, (long)call->request.len);
	/* The first call makes the connection, the others may not be told again what it speaks. */
	curl_easy_setopt(call->easy, CURLOPT_HTTP_VERSION,
	                 client->is_connected ? (long)CURL_HTTP_VERSION_2TLS
	                                      : (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
	curl_multi_add_handle(client->multi, call->easy);
}

/* Waits for something; the calls that have ended are marked. */
static int raw_step(raw_client *client)
{
	CURLMsg *message;
	int running, left, ended = 0;
	curl_multi_perform(client->multi, &running);
	while ((message = curl_multi_info_read(client->multi, &left))) {
		char *private = NULL;
		store_bench_need(message->data.result == CURLE_OK, "a call");
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		raw_call *call = (raw_call *)(void *)private;
		curl_multi_remove_handle(client->multi, call->easy);
		client->is_connected = call->is_done = 1;
		ended++;
	}
	if (!ended)
		curl_multi_poll(client->multi, NULL, 0, client->wait_ms, NULL);
	return ended;
}

static void raw_call_now(raw_client *client, raw_call *call, const char *method,
                         const ProtobufCMessage *message)
{
	raw_start(client, call, method, message);
	while (!call->is_done)
		raw_step(client);
}

/* The same bytes as the store's under a key of the same length. */
static void raw_start_put(raw_client *client, raw_call *call, unsigned key, unsigned version)
{
	char name[TEXT * 2], value[STORE_BENCH_VALUE + 256];
	Korch__Etcd__PutRequest put = KORCH__ETCD__PUT_REQUEST__INIT;
	Korch__Etcd__Request request = KORCH__ETCD__REQUEST__INIT, *requests[] = {&request};
	Korch__Etcd__TxnRequest txn = KORCH__ETCD__TXN_REQUEST__INIT;
	snprintf(name, sizeof(name), "/bench/!/ConfigMap!/v1!/bench!/object-%06u", key);
	int n =
	    snprintf(value, sizeof(value),
	             "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":"
	             "\"object-%06u\",\"namespace\":\"bench\",\"annotations\":{\"value\":\"%.*s\"}}}",
	             key, STORE_BENCH_VALUE, store_bench_value(key, version));
	put.key = (ProtobufCBinaryData){strlen(name), (uint8_t *)name};
	put.value = (ProtobufCBinaryData){(size_t)n, (uint8_t *)value};
	request.kind_case = KORCH__ETCD__REQUEST__KIND_PUT;
	request.put = &put;
	txn.n_success = 1;
	txn.success = requests;
	raw_start(client, call, "KV/Txn", &txn.base);
}

static double raw_put(int n, int keys, int in_flight, void *userdata)
{
	static raw_client client;
	(void)userdata;
	raw_client_open(&client);
	raw_start_put(&client, &client.calls[0], 0, 0);
	while (!raw_step(&client))
		;
	int started = 0, done = 0;
	double start = store_bench_now();
	for (; started < in_flight && started < n; started++)
		raw_start_put(&client, &client.calls[started], (unsigned)(started % keys),
		              (unsigned)started);
	while (done < n) {
		done += raw_step(&client);
		for (int i = 0; i < in_flight; i++) {
			raw_call *call = &client.calls[i];
			if (!call->is_done || started == n)
				continue;
			unsigned key = n > keys ? (unsigned)started * 2654435761U >> 4 : (unsigned)started;
			raw_start_put(&client, call, key % (unsigned)keys, (unsigned)started++);
		}
	}
	double rate = n / (store_bench_now() - start);
	raw_client_close(&client);
	return rate;
}

/* Reads a page of the store's own objects; how many there were. */
static size_t raw_page(raw_client *client, char *from, size_t *length, int64_t limit)
{
	static const char end[] = "/korch0";
	raw_call *call = &client->calls[0];
	Korch__Etcd__RangeRequest request = KORCH__ETCD__RANGE_REQUEST__INIT;
	request.key = (ProtobufCBinaryData){*length, (uint8_t *)from};
	request.range_end = (ProtobufCBinaryData){sizeof(end) - 1, (uint8_t *)end};
	request.limit = limit;
	raw_call_now(client, call, "KV/Range", &request.base);
	Korch__Etcd__RangeResponse *response = korch__etcd__range_response__unpack(
	    NULL, call->answer.len - KORCH_GRPC_HEAD, (uint8_t *)call->answer.data + KORCH_GRPC_HEAD);
	store_bench_need(response != NULL, "a page");
	size_t n = response->n_kvs;
	if (n > 0) {
		ProtobufCBinaryData key = response->kvs[n - 1]->key;
		memcpy(from, key.data, key.len);
		from[key.len] = '\0';
		*length = key.len + 1;
	}
	korch__etcd__range_response__free_unpacked(response, NULL);
	return n;
}

static double raw_list(int keys, void *userdata)
{
	static raw_client client;
	double rate = 0;
	(void)userdata;
	raw_client_open(&client);
	/* The first time the server fetches its pages, from which ours would gain. */
	for (int i = 0; i < 2; i++) {
		char from[TEXT * 2] = "/korch/";
		size_t length = strlen(from), n = 0, page;
		double start = store_bench_now();
		while ((page = raw_page(&client, from, &length, PAGE)) > 0)
			n += page;
		rate = (double)n / (store_bench_now() - start);
		store_bench_need(n >= (size_t)keys, "listing all");
	}
	raw_client_close(&client);
	return rate;
}

static double raw_open(int keys, void *userdata)
{
	static raw_client client;
	char from[TEXT * 2] = "/korch/";
	size_t length = strlen(from);
	(void)userdata;
	(void)keys;
	double start = store_bench_now();
	raw_client_open(&client);
	store_bench_need(raw_page(&client, from, &length, 1) == 1, "an object");
	double time = store_bench_now() - start;
	raw_client_close(&client);
	return time;
}

/* How many events have come in a body from *read on, which is moved behind them. */
static size_t raw_events(const raw_call *watch, size_t *read)
{
	const char *message;
	size_t length, n = 0;
	while (korch__grpc_frame_next(&message, &length, watch->answer.data + *read,
	                              watch->answer.len - *read, SIZE_MAX) == 1) {
		Korch__Etcd__WatchResponse *response =
		    korch__etcd__watch_response__unpack(NULL, length, (const uint8_t *)message);
		store_bench_need(response && !response->canceled, "events");
		n += response->n_events;
		korch__etcd__watch_response__free_unpacked(response, NULL);
		*read += KORCH_GRPC_HEAD + length;
	}
	return n;
}

static int compare_times(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* A stream of events on the connection of the puts, with what was there before, as the store asks
 * for it. Nothing is decoded but the messages. */
static double raw_latency(int n, void *userdata)
{
	static raw_client client;
	char from[] = "/bench/", end[] = "/bench0";
	Korch__Etcd__WatchCreateRequest create = KORCH__ETCD__WATCH_CREATE_REQUEST__INIT;
	Korch__Etcd__WatchRequest request = KORCH__ETCD__WATCH_REQUEST__INIT;
	raw_call *put = &client.calls[0], *watch = &client.calls[1];
	size_t read = 0;
	(void)userdata;
	double *times = calloc((size_t)n, sizeof(*times));
	store_bench_need(times != NULL, "memory");
	raw_client_open(&client);
	/* What comes together with another stream's end libcurl 7.88 gives to a later call. */
	client.wait_ms = 1;
	raw_start_put(&client, put, 0, 0);
	while (!put->is_done)
		raw_step(&client);
	create.key = (ProtobufCBinaryData){sizeof(from) - 1, (uint8_t *)from};
	create.range_end = (ProtobufCBinaryData){sizeof(end) - 1, (uint8_t *)end};
	create.prev_kv = 1;
	request.kind_case = KORCH__ETCD__WATCH_REQUEST__KIND_CREATE;
	request.create = &create;
	raw_start(&client, watch, "Watch/Watch", &request.base);
	while (watch->answer.len == 0) /* it is created */
		raw_step(&client);
	for (int i = 0; i < n; i++) {
		size_t events = 0;
		double start = store_bench_now();
		raw_start_put(&client, put, 0, (unsigned)i + 1);
		while ((events += raw_events(watch, &read)) == 0)
			raw_step(&client);
		times[i] = store_bench_now() - start;
		while (!put->is_done)
			raw_step(&client);
	}
	qsort(times, (size_t)n, sizeof(times[0]), compare_times);
	double median = times[n / 2];
	raw_client_close(&client);
	free(times);
	return median;
}

int main(int argc, char **argv)
{
	const store_bench bench = {
	    .name = "etcd",
	    .open = open_ours,
	    .clear = clear,
	    .raw_put = raw_put,
	    .raw_open = raw_open,
	    .raw_list = raw_list,
	    .raw_latency = raw_latency,
	};
	if (!etcd_is_installed()) {
		fprintf(stderr, "bench-etcd: etcd is not installed here\n");
		return EXIT_SUCCESS;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	start_server();
	int r = store_bench_main(&bench, argc, argv);
	etcd_stop(&server);
	return r;
}
