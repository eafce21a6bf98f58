/* The parts of a store's bench. */
#include "store_bench.h"
#include <korch/codec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	ROUNDS = 9, /* ours and raw in turns */
	SINGLE = 1000,
	GROUPED = 20000,
	IN_FLIGHT = 64,
	FEW = 1000,    /* objects that are written again and again */
	MANY = 100000, /* objects of lists and openings */
	LATENCY = 2000,
	SIZED = 10000, /* objects of the part about size */
	UPDATES = 1000000,
	POOL = 1 << 16,
};

static const store_bench *bench;
static korch_loop *loop;
static korch_store *store;
static const korch_kind *kind;
static int is_all_new; /* versions of a text have nothing in common */

double store_bench_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void store_bench_need(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench: %s failed\n", what);
	exit(EXIT_FAILURE);
}

const char *store_bench_value(unsigned key, unsigned version)
{
	static char pool[POOL], value[STORE_BENCH_VALUE + 1];
	char number[11];
	uint32_t random = 1;
	for (size_t at = 0; !pool[POOL - 1] && at < POOL; at++) {
		random = random * 1664525 + 1013904223;
		pool[at] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[random >> 26];
	}
	unsigned i = is_all_new ? version : key;
	memcpy(value, pool + (i * 2654435761U >> 8) % (POOL - STORE_BENCH_VALUE), STORE_BENCH_VALUE);
	snprintf(number, sizeof(number), "%010u", version);
	memcpy(value + STORE_BENCH_VALUE / 2, number, sizeof(number) - 1);
	return value;
}

static void open_store(void)
{
	store_bench_need(bench->open(&store, loop, bench->userdata) == 0, "opening");
}

static korch_object *make_object(int key, unsigned version)
{
	char name[32];
	snprintf(name, sizeof(name), "object-%06d", key);
	const char *value = store_bench_value((unsigned)key, version);
	korch_object *object = NULL;
	store_bench_need(korch_object_new(&object, kind) == 0, "an object");
	korch_object_meta *meta = korch_object_edit_meta(object);
	store_bench_need(korch_string_set(&meta->name, name) == 0, "a name");
	store_bench_need(korch_string_set(&meta->namespace_, "bench") == 0, "a namespace");
	store_bench_need(korch_map_set(&meta->annotations, "value", value) == 0, "a value");
	return object;
}

static void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	(void)result;
	store_bench_need(code == 0, "a write");
	++*(int *)userdata;
}

static void start_put(int key, unsigned version, int *done)
{
	korch_write write = {
	    .op = KORCH_WRITE_PUT, .object = make_object(key, version), .expected = KORCH_REVISION_ANY};
	store_bench_need(korch_store_commit(store, &write, 1, on_commit, done) == 0, "a commit");
}

static void step(void)
{
	korch_loop_step(loop, korch_loop_now(loop) + KORCH_USEC_PER_SEC);
}

/* Writes a second; to keys in an order that looks random when there are more writes than keys. */
static double put_many(int n, int keys, int in_flight)
{
	int done = 0;
	double start = store_bench_now();
	for (int i = 0; done < n;) {
		for (; i < n && i < done + in_flight; i++) {
			unsigned key = n > keys ? (unsigned)i * 2654435761U >> 4 : (unsigned)i;
			start_put((int)(key % (unsigned)keys), (unsigned)i, &done);
		}
		step();
	}
	return n / (store_bench_now() - start);
}

static void compare(const char *what, double ours, double raw)
{
	printf("%-34s %9.0f/s", what, ours);
	if (raw > 0)
		printf("   %s alone %9.0f/s   ratio %.2f", bench->name, raw, ours / raw);
	printf("\n");
}

static int compare_doubles(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

static double median(double *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), compare_doubles);
	return values[n / 2];
}

/* Processor time of all threads, in seconds. */
static double cpu_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/*
 * Medians of rounds in turns; the ratio is the median of the rounds' ratios. The processor's time
 * of a write says more on a machine that others use, too; ours has the making of the object in it.
 */
static void write_in_turns(const char *what, int n, int in_flight)
{
	double ours[ROUNDS], raw[ROUNDS], ratios[ROUNDS], our_cpu[ROUNDS], raw_cpu[ROUNDS];
	open_store();
	for (int i = -1; i < ROUNDS; i++) {
		/* The first round fills tables and caches. */
		int at = i < 0 ? 0 : i;
		double start = cpu_now();
		ours[at] = put_many(n, FEW, in_flight);
		double middle = cpu_now();
		raw[at] = bench->raw_put ? bench->raw_put(n, FEW, in_flight, bench->userdata) : 0;
		ratios[at] = raw[at] > 0 ? ours[at] / raw[at] : 0;
		our_cpu[at] = (middle - start) * 1e6 / n;
		raw_cpu[at] = (cpu_now() - middle) * 1e6 / n;
	}
	korch_store_free(store);
	printf("%-34s %9.0f/s", what, median(ours, ROUNDS));
	double ratio = median(ratios, ROUNDS);
	if (bench->raw_put)
		printf("   %s alone %9.0f/s   ratio %.2f (%.2f to %.2f)", bench->name, median(raw, ROUNDS),
		       ratio, ratios[0], ratios[ROUNDS - 1]);
	printf("\n%-34s %9.1f us", "  processor's time of one", median(our_cpu, ROUNDS));
	if (bench->raw_put)
		printf("    %s alone %9.1f us", bench->name, median(raw_cpu, ROUNDS));
	printf("\n");
}

static void run_single(void)
{
	write_in_turns("writes, one at a time", SINGLE, 1);
}

static void run_grouped(void)
{
	write_in_turns("writes, 64 in flight", GROUPED, IN_FLIGHT);
}

static void run_new(void)
{
	is_all_new = 1;
	write_in_turns("writes, 64 in flight, all new", GROUPED, IN_FLIGHT);
	is_all_new = 0;
}

/* Lists */

typedef struct list_state {
	size_t n;
	int is_done;
	char *token;
} list_state;

static void on_list(void *userdata, int code, const korch_list_page *page)
{
	list_state *state = userdata;
	store_bench_need(code == 0, "a list");
	state->n += page->n;
	state->is_done = 1;
	free(state->token);
	state->token = page->continue_token ? strdup(page->continue_token) : NULL;
}

static double list_all(size_t limit)
{
	list_state state = {0};
	double start = store_bench_now();
	do {
		korch_list_query query = {.kind = kind, .limit = limit, .continue_token = state.token};
		state.is_done = 0;
		store_bench_need(korch_store_list(store, &query, on_list, &state) == 0, "a list");
		while (!state.is_done)
			step();
	} while (state.token);
	store_bench_need(state.n >= MANY, "listing all");
	return (double)state.n / (store_bench_now() - start);
}

static void run_list(void)
{
	open_store();
	compare("creates, 1,000 in flight", put_many(MANY, MANY, 1000), 0);
	double raw = bench->raw_list ? bench->raw_list(MANY, bench->userdata) : 0;
	compare("list of 100,000 objects", list_all(0), raw);
	compare("list of 100,000, pages of 500", list_all(500), raw);
	korch_store_free(store);
}

static void run_open(void)
{
	open_store();
	put_many(MANY, MANY, 1000);
	korch_store_free(store);
	double start = store_bench_now();
	open_store();
	list_state state = {0};
	korch_list_query query = {.kind = kind, .limit = 1};
	store_bench_need(korch_store_list(store, &query, on_list, &state) == 0, "a list");
	while (!state.is_done)
		step();
	double ours = store_bench_now() - start;
	free(state.token);
	korch_store_free(store);
	double raw = bench->raw_open ? bench->raw_open(MANY, bench->userdata) : 0;
	printf("%-34s %9.2f s", "opening with 100,000 to serving", ours);
	if (raw > 0)
		printf("   %s alone %9.2f s   ratio %.2f", bench->name, raw, raw / ours);
	printf("\n");
}

/* Latency */

static void run_latency(void)
{
	static double times[LATENCY];
	open_store();
	int done = 0;
	korch_watch *watch = NULL;
	korch_watch_query query = {.kind = kind, .since = KORCH_REVISION_ANY};
	store_bench_need(korch_store_watch(&watch, store, &query, NULL, NULL) == 0, "a watch");
	for (int i = 0; i < LATENCY; i++) {
		korch_change change;
		double start = store_bench_now();
		start_put(i % FEW, (unsigned)i, &done);
		while (korch_watch_next(watch, &change) == 0)
			step();
		times[i] = store_bench_now() - start;
		while (done <= i)
			step();
	}
	korch_watch_free(watch);
	korch_store_free(store);
	qsort(times, LATENCY, sizeof(times[0]), compare_doubles);
	printf("%-34s p50 %.3f ms, p99 %.3f ms", "from a put to its event", 1e3 * times[LATENCY / 2],
	       1e3 * times[LATENCY * 99 / 100]);
	double raw = bench->raw_latency ? bench->raw_latency(LATENCY, bench->userdata) : 0;
	if (raw > 0)
		printf("   %s alone p50 %.3f ms   ratio %.2f", bench->name, 1e3 * raw,
		       raw / times[LATENCY / 2]);
	printf("\n");
}

/* Size */

static void run_size(void)
{
	if (!bench->size)
		return;
	open_store();
	uint64_t before = bench->size(bench->userdata);
	put_many(SIZED, SIZED, 1000);
	uint64_t filled = bench->size(bench->userdata);
	double rate = put_many(UPDATES, SIZED, IN_FLIGHT);
	uint64_t open = bench->size(bench->userdata);
	korch_store_free(store);
	uint64_t closed = bench->size(bench->userdata);
	size_t one = 0;
	char *text = NULL;
	korch_object *object = make_object(0, 0);
	store_bench_need(korch_object_to_json(&text, &one, object, 0) == 0, "encoding");
	free(text);
	korch_object_unref(object);
	double live = (double)one * SIZED;
	compare(is_all_new ? "1,000,000 updates, all new" : "1,000,000 updates of 10,000", rate, 0);
	printf(
	    "%-34s %9.1f MB   live data %.1f MB   ratio %.2f   (empty %.1f, filled %.1f, open %.1f)\n",
	    "size after them", (double)closed / 1e6, live / 1e6, (double)closed / live,
	    (double)before / 1e6, (double)filled / 1e6, (double)open / 1e6);
}

static void run_size_new(void)
{
	is_all_new = 1;
	run_size();
	is_all_new = 0;
}

int store_bench_main(const store_bench *given, int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} parts[] = {{"single", run_single}, {"grouped", run_grouped},  {"new", run_new},
	             {"list", run_list},     {"open", run_open},        {"latency", run_latency},
	             {"size", run_size},     {"size-new", run_size_new}};
	bench = given;
	store_bench_need(korch_loop_new(&loop, NULL) == 0, "a loop");
	store_bench_need(korch_kind_get(&kind, "v1", "ConfigMap", NULL) == 0, "a kind");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int is_wanted = argc < 2;
		for (int j = 1; j < argc; j++)
			is_wanted |= strcmp(argv[j], parts[i].name) == 0;
		if (is_wanted) {
			parts[i].run();
			bench->clear(bench->userdata);
		}
		fflush(stdout);
	}
	korch_loop_free(loop);
	return EXIT_SUCCESS;
}
