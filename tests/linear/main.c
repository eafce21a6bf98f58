/*
 * linear-load: a load on one store and its history. Ends after so many operations, or, without that
 * option, when its standard input is closed; each client then writes a last object, and all wait
 * until their watches have told these. Says on standard output how many transactions were
 * acknowledged so far.
 */
#include "load.h"
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static load the_load;
static int64_t operations = -1;

static const char *const usage =
    "usage: linear-load [--clients N] [--first N] [--keys N] [--seed N] [--operations N]\n"
    "                   [--interval US] [--elect] [--faults] STORE HISTORY\n"
    "STORE: memory, sqlite:PATH, etcd://HOST:PORT[,HOST:PORT…]/PREFIX\n";

static void on_input(void *userdata, int fd, int events)
{
	char text[64];
	(void)userdata;
	(void)events;
	if (read(fd, text, sizeof(text)) != 0)
		return;
	for (int i = 0; i < the_load.n_clients; i++)
		client_stop(&the_load.clients[i]);
}

static int open_store(korch_store **out, const char *name, korch_error **err)
{
	if (strcmp(name, "memory") == 0)
		return korch_store_memory_new(out, the_load.loop, 0, err);
	if (strncmp(name, "sqlite:", 7) == 0) {
		korch_store_sqlite_options options = {.size = sizeof(options), .path = name + 7};
		return korch_store_sqlite_new(out, the_load.loop, &options, err);
	}
	if (strncmp(name, "etcd://", 7) == 0) {
		korch_store_etcd_options options = {.size = sizeof(options), .url = name, .page = 2};
		return korch_store_etcd_new(out, the_load.loop, &options, err);
	}
	return korch_error_set(err, KORCH_E_INVALID, "no such store: %s", name);
}

static void need(int code, korch_error *err)
{
	if (code >= 0)
		return;
	char *text = korch_error_format(err);
	fprintf(stderr, "linear-load: %s\n", text ? text : korch_code_text(code));
	exit(1);
}

/* In memory time is virtual, so that one seed is one history. */
static void open_all(const char *store, const char *history)
{
	korch_error *err = NULL;
	int is_virtual = strcmp(store, "memory") == 0;
	if (is_virtual)
		need(korch_loop_new_virtual(&the_load.loop, INT64_C(1577836800000000), &err), err);
	else
		need(korch_loop_new(&the_load.loop, &err), err);
	need(korch_kind_get(&the_load.kind, "v1", "ConfigMap", &err), err);
	need(open_store(&the_load.store, store, &err), err);
	record_open(history, is_virtual);
}

static void on_elected(void *userdata, uint64_t term)
{
	(void)userdata;
	printf("elected %" PRIu64 "\n", term);
	fflush(stdout);
}

static void run(int is_electing)
{
	korch_error *err = NULL;
	korch_poll *input = NULL;
	korch_elector_options options = {.size = sizeof(options),
	                                 .loop = the_load.loop,
	                                 .store = the_load.store,
	                                 .duration_us = 3 * KORCH_USEC_PER_SEC,
	                                 .elected = on_elected,
	                                 .seed = the_load.seed + the_load.first + 1};
	if (is_electing)
		need(korch_elector_new(&the_load.elector, &options, &err), err);
	if (operations < 0)
		need(korch_poll_new(&input, the_load.loop, STDIN_FILENO, KORCH_POLL_IN, on_input, NULL),
		     NULL);
	for (int i = 0; i < the_load.n_clients; i++) {
		load_client *client = &the_load.clients[i];
		client->load = &the_load;
		client->number = (int)the_load.first + i;
		client->left = operations;
		client_start(client);
	}
	need(korch_loop_run(the_load.loop), NULL);
	korch_poll_free(input);
	korch_elector_free(the_load.elector);
	for (int i = 0; i < the_load.n_clients; i++)
		client_free(&the_load.clients[i]);
}

static long long number(const char *text, long long max)
{
	char *end;
	long long value = strtoll(text, &end, 10);
	if (*end || end == text || value < 0 || value > max) {
		fprintf(stderr, "linear-load: '%s' is not a number up to %lld\n", text, max);
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"clients", 1, NULL, 'c'}, {"first", 1, NULL, 'f'},      {"keys", 1, NULL, 'k'},
	    {"seed", 1, NULL, 's'},    {"operations", 1, NULL, 'n'}, {"interval", 1, NULL, 'i'},
	    {"elect", 0, NULL, 'e'},   {"faults", 0, NULL, 'x'},     {NULL, 0, NULL, 0},
	};
	int option, is_electing = 0;
	the_load.n_clients = 4;
	the_load.n_keys = 5;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'c')
			the_load.n_clients = (int)number(optarg, CLIENTS_MAX);
		else if (option == 'f')
			the_load.first = (uint64_t)number(optarg, 1000000);
		else if (option == 'k')
			the_load.n_keys = (int)number(optarg, KEYS_MAX);
		else if (option == 's')
			the_load.seed = (uint64_t)number(optarg, INT64_MAX);
		else if (option == 'n')
			operations = number(optarg, 10000000);
		else if (option == 'i')
			the_load.interval_us = number(optarg, KORCH_USEC_PER_SEC);
		else if (option == 'e')
			is_electing = 1;
		else if (option == 'x')
			the_load.is_faulty = 1;
		else
			optind = argc;
	}
	if (argc - optind != 2 || !the_load.n_clients || !the_load.n_keys) {
		fputs(usage, stderr);
		return 2;
	}
	open_all(argv[optind], argv[optind + 1]);
	run(is_electing);
	korch_store_free(the_load.store);
	korch_loop_free(the_load.loop);
	record_close();
	if (!the_load.is_over)
		fail("a completion did not come", 0);
	return 0;
}
