/* The SQLite store through the conformance suite: in virtual time, and with its thread. */
#include "store.h"
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64];

static int reopen_sqlite(korch_store **out, korch_loop *loop, void *userdata)
{
	char path[96];
	snprintf(path, sizeof(path), "%s/store.db", folder);
	const korch_store_sqlite_options *given = userdata;
	korch_store_sqlite_options options = *given;
	options.path = path;
	return korch_store_sqlite_new(out, loop, &options, NULL);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

static void clean(void *userdata)
{
	(void)userdata;
	if (folder[0])
		nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	folder[0] = '\0';
}

static int open_sqlite(korch_store **out, korch_loop *loop, void *userdata)
{
	clean(userdata);
	snprintf(folder, sizeof(folder), "/tmp/korch-conformance-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	return reopen_sqlite(out, loop, userdata);
}

int main(void)
{
	korch_store_sqlite_options full = {.size = sizeof(full), .window = 65536};
	korch_store_sqlite_options normal = full;
	normal.synchronous = KORCH_STORE_SYNC_NORMAL;
	korch_conformance_store_factory factory = {.size = sizeof(factory),
	                                           .name = "sqlite",
	                                           .open = open_sqlite,
	                                           .reopen = reopen_sqlite,
	                                           .clean = clean,
	                                           .userdata = &normal};
	SRunner *runner = srunner_create(korch_conformance_store_suite(&factory));
	factory.name = "sqlite, real time";
	factory.real_time = 1;
	factory.seed = 7;
	factory.userdata = &full;
	srunner_add_suite(runner, korch_conformance_store_suite(&factory));
	factory.name = "sqlite, late";
	factory.late = 1;
	srunner_add_suite(runner, korch_conformance_store_suite(&factory));
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
