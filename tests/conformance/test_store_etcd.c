/*
 * The etcd store through the conformance suite, against a real etcd: each test has one of its own,
 * as the suite counts on a history that nobody has compacted. Then what only etcd has: servers that
 * die, members, TLS.
 */
#include "store_etcd.h"
#include <stdlib.h>
#include <string.h>

/* Elections of one member are over the sooner. */
static const char *const arguments[] = {"--heartbeat-interval", "10", "--election-timeout", "100",
                                        NULL};

size_t n_servers = 1;
etcd_options server_options = {.arguments = arguments};
korch_store_etcd_options store_options = {.size = sizeof(store_options), .seed = 1};
etcd_server servers[SERVERS_MAX];
korch_loop *other_loop;
korch_store *other;

static int reopen_etcd(korch_store **out, korch_loop *on, void *userdata)
{
	const char *endpoints[SERVERS_MAX];
	korch_store_etcd_options options = store_options;
	(void)userdata;
	if (!options.url && !options.endpoints) {
		for (size_t i = 0; i < n_servers; i++)
			endpoints[i] = servers[i].url;
		options.endpoints = endpoints;
		options.n_endpoints = n_servers;
	}
	korch_error *err = NULL;
	int r = korch_store_etcd_new(out, on, &options, &err);
	ck_assert_msg(r == 0, "%s", korch_error_message(err));
	return r;
}

static int open_etcd(korch_store **out, korch_loop *on, void *userdata)
{
	etcd_start_cluster(servers, n_servers, &server_options);
	return reopen_etcd(out, on, userdata);
}

static void clean(void *userdata)
{
	(void)userdata;
	for (size_t i = 0; i < n_servers; i++)
		etcd_stop(&servers[i]);
}

void other_open(void)
{
	ck_assert_int_eq(korch_loop_new(&other_loop, NULL), 0);
	reopen_etcd(&other, other_loop, NULL);
}

void other_close(void)
{
	korch_store_free(other);
	korch_loop_free(other_loop);
}

static outcome other_wait(outcome *out)
{
	while (!out->is_done)
		korch_loop_step(other_loop, korch_loop_now(other_loop) + KORCH_USEC_PER_SEC);
	return *out;
}

uint64_t other_put(const char *name, const char *value)
{
	outcome out = {0};
	korch_write write = put_write(name, value, KORCH_REVISION_ANY);
	ck_assert_int_eq(korch_store_commit(other, &write, 1, on_commit, &out), 0);
	ck_assert_int_eq(other_wait(&out).code, 0);
	return out.result.revision;
}

uint64_t other_delete(const char *name)
{
	outcome out = {0};
	korch_write write = {
	    .op = KORCH_WRITE_DELETE, .key = key_of(name), .expected = KORCH_REVISION_ANY};
	ck_assert_int_eq(korch_store_commit(other, &write, 1, on_commit, &out), 0);
	ck_assert_int_eq(other_wait(&out).code, 0);
	return out.result.revision;
}

void other_compact(uint64_t revision)
{
	outcome out = {0};
	ck_assert_int_eq(korch_store_compact(other, revision, on_commit, &out), 0);
	ck_assert_int_eq(other_wait(&out).code, 0);
}

static Suite *own_suite(void)
{
	Suite *suite = suite_create("etcd alone");
	add_etcd_net_tests(suite);
	add_etcd_value_tests(suite);
	add_etcd_tls_tests(suite);
	return suite;
}

/* usage: conformance-store-etcd [late]: behind a store that lets calls overtake each other */
int main(int argc, char **argv)
{
	korch_conformance_store_factory factory = {.size = sizeof(factory),
	                                           .name = "etcd",
	                                           .open = open_etcd,
	                                           .reopen = reopen_etcd,
	                                           .clean = clean,
	                                           .real_time = 1,
	                                           .seed = 3};
	int is_late = argc > 1 && strcmp(argv[1], "late") == 0;
	if (is_late) {
		factory.name = "etcd, late";
		factory.late = 1;
	}
	SRunner *runner = srunner_create(korch_conformance_store_suite(&factory));
	if (!is_late)
		srunner_add_suite(runner, own_suite());
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
