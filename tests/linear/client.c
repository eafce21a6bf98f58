/* What a client does: random operations, one after the other, each with what it knows so far. */
#include "load.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PROGRESS = 25, AGAIN_US = 50000 };

/* xorshift64*: Marsaglia 2003, Vigna 2014. */
unsigned below(load_client *client, unsigned bound)
{
	client->random ^= client->random >> 12;
	client->random ^= client->random << 25;
	client->random ^= client->random >> 27;
	return (unsigned)((client->random * UINT64_C(2685821657736338717)) >> 33) % bound;
}

uint64_t next_call(void)
{
	static uint64_t calls;
	return ++calls;
}

static int key_number(const char *key)
{
	return key[0] == 'k' ? atoi(key + 1) : -1;
}

void client_saw(load_client *client, const char *key, uint64_t revision)
{
	int i = key_number(key);
	if (i >= 0 && i < KEYS_MAX && (revision == 0 || revision > client->seen[i]))
		client->seen[i] = revision;
	if (revision > client->newest)
		client->newest = revision;
}

/* Transactions */

static korch_object *make(const load_client *client, const load_write *write)
{
	korch_object *object = NULL;
	int r = korch_object_new(&object, client->load->kind);
	korch_object_meta *meta = r < 0 ? NULL : korch_object_edit_meta(object);
	if (!meta || korch_string_set(&meta->name, write->key) < 0 ||
	    korch_string_set(&meta->namespace_, "linear") < 0 ||
	    korch_map_set(&meta->annotations, "value", write->value) < 0)
		fail("object", KORCH_E_NOMEM);
	return object;
}

static void learn(load_client *client, const korch_commit_result *result)
{
	for (size_t i = 0; i < client->n_writes; i++) {
		const load_write *write = &client->writes[i];
		if (write->op != KORCH_WRITE_CHECK)
			client_saw(client, write->key, write->op == KORCH_WRITE_PUT ? result->revision : 0);
	}
	if (++client->load->acknowledged % PROGRESS == 0) {
		printf("acknowledged %" PRIu64 "\n", client->load->acknowledged);
		fflush(stdout);
	}
	if (!client->is_ending)
		return;
	client->is_last = 1;
	client->load->n_last++;
	if (result->revision > client->load->final)
		client->load->final = result->revision;
}

/* The fence is the first write, and is not in the history: only the elector writes there. */
static const char *fenced_code(load_client *client, int code, const korch_commit_result *result)
{
	int is_definite = code == KORCH_E_CONFLICT || code == KORCH_E_NOT_FOUND;
	if (!client->term || !is_definite || result->failed != 0)
		return code_text(code);
	korch_elector_lose(client->load->elector, client->term);
	return "fenced";
}

static void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	load_client *client = userdata;
	int is_definite = code == 0 || code == KORCH_E_CONFLICT || code == KORCH_E_EXISTS ||
	                  code == KORCH_E_NOT_FOUND;
	record_committed(client, fenced_code(client, code, result), is_definite ? result : NULL);
	if (code == 0)
		learn(client, result);
	client_done(client);
}

static korch_write make_write(const load_client *client, const load_write *write)
{
	korch_write made = {.op = write->op, .expected = write->expected};
	if (write->op == KORCH_WRITE_PUT)
		made.object = make(client, write);
	else
		made.key = (korch_key){client->load->kind, "linear", write->key};
	return made;
}

/* Values are never written twice in a history: client and operation are in them. */
static void commit(load_client *client, const korch_fence *fence)
{
	korch_write writes[WRITES + 1] = {{0}};
	size_t n = 0;
	client->term = fence ? fence->revision : 0;
	client->call = next_call();
	if (fence)
		writes[n++] =
		    (korch_write){.op = KORCH_WRITE_CHECK, .key = fence->key, .expected = fence->revision};
	for (size_t i = 0; i < client->n_writes; i++) {
		load_write *write = &client->writes[i];
		if (write->op == KORCH_WRITE_PUT)
			snprintf(write->value, NAME_SIZE, "%d.%" PRIu64 ".%zu", client->number, client->call,
			         i);
		writes[n++] = make_write(client, write);
	}
	record_commit(client);
	int r = korch_store_commit(client->store, writes, n, on_commit, client);
	if (r == 0)
		return;
	record_committed(client, "refused", NULL);
	client_done(client);
}

static uint64_t choose_expected(load_client *client, int key)
{
	unsigned choice = below(client, 10);
	if (choice < 3)
		return KORCH_REVISION_ANY;
	if (choice < 8)
		return client->seen[key];
	if (choice < 9)
		return KORCH_REVISION_NONE;
	/* Mostly one that is no more, or never was this key's. */
	return client->seen[below(client, (unsigned)client->load->n_keys)];
}

static void choose_write(load_client *client, load_write *write, int key)
{
	unsigned choice = below(client, 20);
	*write = (load_write){.op = choice < 15   ? KORCH_WRITE_PUT
	                            : choice < 19 ? KORCH_WRITE_DELETE
	                                          : KORCH_WRITE_CHECK,
	                      .expected = choose_expected(client, key)};
	snprintf(write->key, sizeof(write->key), "k%d", key);
}

static void start_commit(load_client *client)
{
	int keys = client->load->n_keys;
	int key = (int)below(client, (unsigned)keys);
	/* The first two keys are written together at times, which makes them one object. */
	client->n_writes = key < 2 && keys > 1 && below(client, 2) ? 2 : 1;
	if (client->n_writes == 2)
		key = 0;
	for (size_t i = 0; i < client->n_writes; i++)
		choose_write(client, &client->writes[i], key + (int)i);
	commit(client, NULL);
}

/*
 * Writes as the leader; also as one that has not noticed yet that it is deposed: under the fence of
 * its last term.
 */
static int start_fenced(load_client *client)
{
	load *all = client->load;
	if (!all->elector)
		return 0;
	korch_elector_leads(all->elector, &all->fence);
	if (!all->fence.revision)
		return 0;
	client->n_writes = 1;
	client->writes[0] =
	    (load_write){.op = KORCH_WRITE_PUT, .key = "fenced", .expected = KORCH_REVISION_ANY};
	commit(client, &all->fence);
	return 1;
}

static void start_last(load_client *client)
{
	client->n_writes = 1;
	client->writes[0] = (load_write){.op = KORCH_WRITE_PUT, .expected = KORCH_REVISION_ANY};
	snprintf(client->writes[0].key, NAME_SIZE, "end-%d", client->number);
	commit(client, NULL);
}

/* Reads */

static void on_get(void *userdata, int code, const korch_object *object)
{
	load_client *client = userdata;
	char key[NAME_SIZE];
	record_got(client, code_text(code), object);
	snprintf(key, sizeof(key), "k%d", client->key);
	if (code == 0 || code == KORCH_E_NOT_FOUND)
		client_saw(client, key, object ? object->revision : 0);
	client_done(client);
}

static void start_get(load_client *client)
{
	char name[NAME_SIZE];
	client->key = (int)below(client, (unsigned)client->load->n_keys);
	client->call = next_call();
	snprintf(name, sizeof(name), "k%d", client->key);
	record_get(client, name);
	korch_key key = {client->load->kind, "linear", name};
	int r = korch_store_get(client->store, &key, on_get, client);
	if (r < 0)
		on_get(client, r, NULL);
}

/* Life */

static void start_one(load_client *client)
{
	unsigned choice = below(client, 100);
	if (choice < 20 && start_fenced(client))
		return;
	if (choice < 55)
		start_commit(client);
	else if (choice < 85)
		start_get(client);
	else
		list_start(client);
}

static void on_pause(void *userdata)
{
	load_client *client = userdata;
	if (client->left == 0)
		client->is_ending = 1;
	else if (client->left > 0)
		client->left--;
	if (client->is_ending)
		start_last(client);
	else
		start_one(client);
}

void client_done(load_client *client)
{
	load *all = client->load;
	korch_usec pause = (korch_usec)below(client, (unsigned)(2 * all->interval_us + 1));
	if (client->is_ending)
		pause = AGAIN_US;
	if (!client->is_last)
		korch_timer_set(client->pause, korch_loop_now(all->loop) + pause);
	client_look(client->load);
}

static int has_told_all(const load_client *client)
{
	const load_watch *watch = &client->watch;
	return watch->watch && korch_watch_revision(watch->watch) >= client->load->final;
}

/* Watches tell until the end of all: who had no failure knows everything then. */
void client_look(load *all)
{
	if (all->n_last < all->n_clients || all->is_over)
		return;
	for (int i = 0; i < all->n_clients; i++) {
		if (!has_told_all(&all->clients[i]))
			return;
	}
	all->is_over = 1;
	for (int i = 0; i < all->n_clients; i++)
		watch_end(&all->clients[i].watch);
	korch_loop_stop(all->loop);
}

static int open_faulty(load_client *client)
{
	static const korch_faulty_faults faults = {.size = sizeof(faults),
	                                           .refused_permille = 10,
	                                           .failed_permille = 20,
	                                           .lost_permille = 20,
	                                           .late_permille = 100,
	                                           .answer_late_permille = 100,
	                                           .watch_late_permille = 20,
	                                           .watch_end_permille = 2,
	                                           .cut_permille = 2,
	                                           .delay_max_us = 20000,
	                                           .cut_max_us = 400000};
	korch_faulty_options options = {
	    .size = sizeof(options), .seed = client->random | 1, .lent = 1, .faults = &faults};
	return korch_store_faulty_new(&client->store, client->load->loop, client->load->store, &options,
	                              NULL);
}

void client_start(load_client *client)
{
	load *all = client->load;
	client->random = (all->seed + (uint64_t)client->number + 1) * UINT64_C(0x9e3779b97f4a7c15);
	client->watch.client = client;
	client->store = all->store;
	int r = korch_timer_new(&client->pause, all->loop, on_pause, client);
	if (r == 0 && all->is_faulty && client != all->clients)
		r = open_faulty(client);
	if (r == 0)
		r = watch_start(&client->watch);
	if (r < 0)
		fail("client", r);
	korch_timer_set(client->pause, korch_loop_now(all->loop));
}

void client_stop(load_client *client)
{
	client->left = 0;
}

void client_free(load_client *client)
{
	korch_timer_free(client->pause);
	watch_end(&client->watch);
	if (client->store != client->load->store)
		korch_store_free(client->store);
}
