/*
 * The store of tests: which one says the environment variable KORCH_TEST_STORE (memory, which is
 * the default, sqlite, etcd, or small: in memory, with 16 writes at a time; "faulty-" before it
 * lets calls overtake each other), so that every test that keeps objects runs on each.
 */
#ifndef KORCH_TESTS_SUPPORT_STORE_H
#define KORCH_TESTS_SUPPORT_STORE_H

#include <korch/store.h>

/*
 * An empty store on a loop; it is the caller's. What it leaves behind is removed when the process
 * ends, unless a test failed.
 * history: changes that it keeps at least, 0: its default. A variable that names no store ends the
 * program. Returns 0 or a korch_code.
 */
int test_store_open(korch_store **out, korch_loop *loop, size_t history);
/*
 * The same without faults, and in memory where the store is a server's: for tests that say
 * themselves what the store does and when, and those of allocations that fail, with thousands of
 * stores.
 */
int test_store_open_local(korch_store **out, korch_loop *loop, size_t history);

#endif
