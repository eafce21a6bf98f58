/* Opening the store that KORCH_TEST_STORE names, and removing its files. */
#include "store.h"
#include "bridge.h"
#include "store/memory.h"
#include <ftw.h>
#include <korch/faulty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[256];
static pid_t owner; /* of the folder: Check's tests are children of the program */

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	return remove(path);
}

static void remove_folder(void)
{
	if (owner == getpid())
		nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* One for each process, in memory where there is such a place: it is gone with the process. */
static int make_folder(void)
{
	if (owner == getpid())
		return 1;
	const char *parent = getenv("TMPDIR");
	if (!parent || !*parent)
		parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	snprintf(folder, sizeof(folder), "%s/korch-test-XXXXXX", parent);
	if (!mkdtemp(folder))
		return 0;
	owner = getpid();
	atexit(remove_folder);
	return 1;
}

static int open_sqlite(korch_store **out, korch_loop *loop, size_t history)
{
	static int n_files;
	char path[sizeof(folder) + 32];
	if (!make_folder())
		return KORCH_E_IO;
	snprintf(path, sizeof(path), "%s/%d.db", folder, n_files++);
	const korch_store_sqlite_options options = {.size = sizeof(options),
	                                            .path = path,
	                                            .synchronous = KORCH_STORE_SYNC_NORMAL,
	                                            .window = history};
	return korch_store_sqlite_new(out, loop, &options, NULL);
}

static size_t few(const void *self)
{
	return 16;
}

/* One in memory that takes few writes at a time: what is larger has to be done in parts. */
static int open_small(korch_store **out, korch_loop *loop, size_t history)
{
	static korch_store_ops ops;
	memory_store *store = NULL;
	ops = korch__memory_ops;
	ops.name = "small";
	ops.writes_max = few;
	int code = korch__memory_new(&store, loop, history, NULL);
	if (code == 0 && (code = korch_store_register(out, &ops, store, NULL)) < 0)
		ops.free(store);
	return code;
}

/* In a place of its own on the server of with-etcd. */
static int open_etcd(korch_store **out, korch_loop *loop, void *userdata)
{
	static int n_stores;
	char prefix[64];
	const char *url = getenv("KORCH_TEST_ETCD");
	if (!url) {
		fprintf(stderr, "KORCH_TEST_STORE=etcd: run it by build/tests/support/with-etcd\n");
		exit(2);
	}
	snprintf(prefix, sizeof(prefix), "/test-%d-%d/", (int)getpid(), n_stores++);
	const korch_store_etcd_options options = {
	    .size = sizeof(options), .endpoints = &url, .n_endpoints = 1, .prefix = prefix, .seed = 1};
	return korch_store_etcd_new(out, loop, &options, NULL);
}

static int open_bridged(korch_store **out, korch_loop *loop, size_t history)
{
	return korch_loop_is_virtual(loop) ? bridge_new(out, loop, history, open_etcd, NULL)
	                                   : open_etcd(out, loop, NULL);
}

/*
 * Calls overtake each other and changes come late, but in no time, as tests say when what is to be
 * there. What fails has tests of its own.
 */
static int stand_in_front(korch_store **out, korch_loop *loop)
{
	const korch_faulty_faults faults = {.size = sizeof(faults),
	                                    .late_permille = 300,
	                                    .answer_late_permille = 300,
	                                    .watch_late_permille = 200,
	                                    .delay_max_us = KORCH_FAULTY_TURN};
	const korch_faulty_options options = {.size = sizeof(options), .faults = &faults};
	korch_store *inner = *out;
	int code = korch_store_faulty_new(out, loop, inner, &options, NULL);
	if (code < 0) {
		korch_store_free(inner);
		*out = NULL;
	}
	return code;
}

static int open_named(korch_store **out, korch_loop *loop, size_t history, const char *name,
                      int is_local)
{
	int is_etcd = name && strcmp(name, "etcd") == 0;
	if (!name || !*name || strcmp(name, "memory") == 0 || (is_etcd && is_local))
		return korch_store_memory_new(out, loop, history, NULL);
	if (strcmp(name, "sqlite") == 0)
		return open_sqlite(out, loop, history);
	if (strcmp(name, "small") == 0)
		return open_small(out, loop, history);
	if (is_etcd)
		return open_bridged(out, loop, history);
	fprintf(stderr, "KORCH_TEST_STORE=%s: no such store\n", name);
	exit(2);
}

static int open_any(korch_store **out, korch_loop *loop, size_t history, int is_local)
{
	static const char faulty[] = "faulty-";
	const char *name = getenv("KORCH_TEST_STORE");
	int is_faulty = name && strncmp(name, faulty, sizeof(faulty) - 1) == 0;
	int code =
	    open_named(out, loop, history, is_faulty ? name + sizeof(faulty) - 1 : name, is_local);
	return code == 0 && is_faulty && !is_local ? stand_in_front(out, loop) : code;
}

int test_store_open(korch_store **out, korch_loop *loop, size_t history)
{
	return open_any(out, loop, history, 0);
}

int test_store_open_local(korch_store **out, korch_loop *loop, size_t history)
{
	return open_any(out, loop, history, 1);
}
