/*
 * The etcd store through the conformance suite, against a real etcd: each test has one of its own,
 * as the suite counts on a history that nobody has compacted.
 */
#include "etcd.h"
#include "store.h"
#include <stdlib.h>
#include <string.h>

static etcd_server server;

static int reopen_etcd(korch_store **out, korch_loop *loop, void *userdata)
{
	const char *endpoints[] = {server.url};
	const korch_store_etcd_options *given = userdata;
	korch_store_etcd_options options = *given;
	options.endpoints = endpoints;
	options.n_endpoints = 1;
	korch_error *err = NULL;
	int r = korch_store_etcd_new(out, loop, &options, &err);
	ck_assert_msg(r == 0, "%s", korch_error_message(err));
	return r;
}

static int open_etcd(korch_store **out, korch_loop *loop, void *userdata)
{
	/* Elections of one member are over the sooner. */
	static const char *const arguments[] = {"--heartbeat-interval", "10", "--election-timeout",
	                                        "100", NULL};
	etcd_start(&server, &(etcd_options){.arguments = arguments});
	return reopen_etcd(out, loop, userdata);
}

static void clean(void *userdata)
{
	(void)userdata;
	etcd_stop(&server);
}

/* usage: conformance-store-etcd [late]: behind a store that lets calls overtake each other */
int main(int argc, char **argv)
{
	korch_store_etcd_options options = {.size = sizeof(options), .seed = 1};
	korch_conformance_store_factory factory = {.size = sizeof(factory),
	                                           .name = "etcd",
	                                           .open = open_etcd,
	                                           .reopen = reopen_etcd,
	                                           .clean = clean,
	                                           .real_time = 1,
	                                           .seed = 3,
	                                           .userdata = &options};
	if (argc > 1 && strcmp(argv[1], "late") == 0) {
		factory.name = "etcd, late";
		factory.late = 1;
	}
	SRunner *runner = srunner_create(korch_conformance_store_suite(&factory));
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
