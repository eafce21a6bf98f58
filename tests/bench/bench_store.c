/*
 * How fast the memory store is: bench-store [PODS [SEED]]. Prints commits a second with their
 * completions, changes a second through a watch, objects a second through lists, and the bytes that
 * a stored pod and the record of its last change take beside the pod itself.
 */
#include "base/random.h"
#include <korch/api.h>
#include <korch/store.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static korch_loop *loop;
static korch_store *store;
static size_t n_done;

static double now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static size_t heap(void)
{
	struct mallinfo2 info = mallinfo2();
	return info.uordblks + info.hblkhd;
}

static void check(int code)
{
	if (code < 0) {
		fprintf(stderr, "bench-store: %s\n", korch_code_text(code));
		exit(EXIT_FAILURE);
	}
}

static void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	(void)userdata;
	(void)result;
	check(code);
	n_done++;
}

static void on_list(void *userdata, int code, const korch_list_page *page)
{
	(void)userdata;
	check(code);
	n_done += page->n;
}

static korch_object *make_pod(size_t i, korch_random *random)
{
	korch_object *object = NULL;
	check(korch_object_new(&object, &korch_pod_kind));
	korch_object_meta *meta = korch_object_edit_meta(object);
	char suffix[6], name[40];
	korch__random_suffix(random, suffix, 5);
	snprintf(name, sizeof(name), "web-%zu-%s", i, suffix);
	check(korch_string_set(&meta->name, name));
	check(korch_string_set(&meta->namespace_, "shop"));
	return object;
}

static void report(const char *what, size_t n, double since)
{
	double seconds = now() - since;
	printf("%-28s %10zu in %7.3f s: %10.0f/s\n", what, n, seconds, (double)n / seconds);
}

/* Commits one write a transaction, `batch` transactions a turn of the loop. */
static void commit_all(korch_object **pods, size_t n, const char *what)
{
	double since = now();
	n_done = 0;
	for (size_t i = 0; i < n; i++) {
		korch_write write = {.object = pods[i], .expected = KORCH_REVISION_ANY};
		check(korch_store_commit(store, &write, 1, on_commit, NULL));
		if (i % 64 == 63)
			korch_loop_step(loop, 0);
	}
	korch_loop_step(loop, 0);
	report(what, n_done, since);
}

static void read_watch(korch_watch *watch, const char *what)
{
	double since = now();
	korch_change change;
	size_t n = 0;
	int r;
	while ((r = korch_watch_next(watch, &change)) == 1)
		n++;
	check(r);
	report(what, n, since);
}

static void list_all(size_t limit, const char *what)
{
	double since = now();
	n_done = 0;
	korch_list_query query = {.kind = &korch_pod_kind, .limit = limit};
	check(korch_store_list(store, &query, on_list, NULL));
	korch_loop_step(loop, 0);
	report(what, n_done, since);
}

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	korch_random random;
	korch__random_init(&random, seed);
	check(korch_loop_new_virtual(&loop, 0, NULL));
	check(korch_store_memory_new(&store, loop, 4 * n + 1, NULL));
	korch_object **pods = calloc(n, sizeof(*pods)), **again = calloc(n, sizeof(*pods));
	size_t before = heap();
	for (size_t i = 0; i < n; i++)
		pods[i] = make_pod(i, &random);
	size_t objects = heap() - before;
	korch_watch *watch = NULL;
	check(korch_store_watch(&watch, store, &(korch_watch_query){0}, NULL, NULL));
	printf("%zu pods, seed %llu\n", n, (unsigned long long)seed);
	for (size_t i = 0; i < n; i++)
		again[i] = korch_object_edit(pods[i]);
	size_t before_store = heap();
	commit_all(pods, n, "create, one a transaction");
	size_t stored = heap() - before_store;
	commit_all(again, n, "update, one a transaction");
	read_watch(watch, "changes by a watch");
	list_all(0, "objects by a list");
	list_all(500, "objects by a page of 500");
	printf("%-28s %10.1f bytes\n", "a pod and its last change", (double)stored / (double)n);
	printf("%-28s %10.1f bytes\n", "an empty pod", (double)objects / (double)n);
	korch_watch_free(watch);
	korch_store_free(store);
	korch_loop_free(loop);
	free(pods);
	free(again);
	return EXIT_SUCCESS;
}
