/*
 * Many transactions at a time, lists and watches, on a store that fails by chance; a watch that is
 * not disturbed sees what really happened.
 */
#include "store_faults.h"
#include <korch/faulty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNDER_WAY = 6, PASS_US = 1000 };

typedef struct reader {
	test_watch watcher;
	size_t span; /* index of the one that it is in */
} reader;

static fault_record *record;
static korch_store *inner; /* the store under test; `store` stands in front of it */
static korch_watch *truth;
static reader readers[FAULT_READERS];
static uint64_t newest[FAULT_KEYS]; /* what the truth has told: revision, 0: not there */
static int n_under_way;
static uint64_t random_state;

/* xorshift64*: Marsaglia 2003, Vigna 2014. */
static unsigned below(unsigned bound)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (unsigned)((random_state * UINT64_C(2685821657736338717)) >> 33) % bound;
}

static void read_truth(void)
{
	korch_change change;
	int got;
	while ((got = korch_watch_next(truth, &change)) == 1) {
		faults_note(&record->truth, &change);
		const fault_change *last = &record->truth.items[record->truth.n - 1];
		newest[last->key] = last->value < 0 ? 0 : last->revision;
	}
	ck_assert_int_eq(got, 0);
}

/* Transactions */

static void on_attempt(void *userdata, int code, const korch_commit_result *result)
{
	fault_attempt *attempt = userdata;
	ck_assert_int_eq(attempt->is_done, 0);
	ck_assert_int_eq(attempt->is_refused, 0);
	attempt->is_done = 1;
	attempt->code = code;
	attempt->revision = result->revision;
	n_under_way--;
}

static void choose_write(fault_write *write, int key, int is_first)
{
	unsigned choice = below(10);
	write->key = key;
	write->op = is_first || choice < 5 ? KORCH_WRITE_PUT
	            : choice < 8           ? KORCH_WRITE_DELETE
	                                   : KORCH_WRITE_CHECK;
	write->expected = below(3) ? newest[key] : KORCH_REVISION_ANY;
}

static void try_commit(void)
{
	char name[16], value[16];
	korch_write writes[FAULT_WRITES];
	int number = record->n_attempts++;
	fault_attempt *attempt = &record->attempts[number];
	attempt->n = 1 + below(FAULT_WRITES);
	int first = (int)below(FAULT_KEYS);
	snprintf(value, sizeof(value), "%d", number);
	korch_object *made[FAULT_WRITES]; /* for their keys' strings */
	for (size_t i = 0; i < attempt->n; i++) {
		fault_write *write = &attempt->writes[i];
		choose_write(write, (first + 5 * (int)i) % FAULT_KEYS, i == 0);
		snprintf(name, sizeof(name), "k%02d", write->key);
		made[i] = make(config_map, "ns", name, value);
		writes[i] = (korch_write){.op = write->op, .expected = write->expected};
		if (write->op == KORCH_WRITE_PUT)
			writes[i].object = korch_object_ref(made[i]);
		else
			writes[i].key = korch_object_key(made[i]);
	}
	int r = korch_store_commit(store, writes, attempt->n, on_attempt, attempt);
	ck_assert_int_eq(r == 0 || r == KORCH_E_IO, 1);
	attempt->is_refused = r < 0;
	n_under_way += r == 0;
	for (size_t i = 0; i < attempt->n; i++)
		korch_object_unref(made[i]);
}

/* Lists */

static void note_page(const korch_list_page *page)
{
	record->lists = realloc(record->lists, (record->n_lists + 1) * sizeof(*record->lists));
	ck_assert_ptr_nonnull(record->lists);
	fault_list *list = &record->lists[record->n_lists++];
	list->revision = page->revision;
	for (int i = 0; i < FAULT_KEYS; i++)
		list->values[i] = -1;
	for (size_t i = 0; i < page->n; i++)
		list->values[atoi(korch_object_name(page->objects[i]) + 1)] =
		    atoi(value_of(page->objects[i]));
}

/* A list, tried until it is given; its revision. */
typedef struct asking {
	int is_done, code;
	uint64_t revision;
} asking;

static void on_page(void *userdata, int code, const korch_list_page *page)
{
	asking *out = userdata;
	ck_assert_int_eq(code == 0 || code == KORCH_E_IO, 1);
	out->is_done = 1;
	out->code = code;
	if (code == 0) {
		note_page(page);
		out->revision = page->revision;
	}
}

static uint64_t list_at_last(void)
{
	const korch_list_query query = {.kind = config_map};
	for (;;) {
		asking out = {0};
		int r = korch_store_list(store, &query, on_page, &out);
		while (r == 0 && !out.is_done)
			fixture_pass(PASS_US);
		if (r == 0 && out.code == 0)
			return out.revision;
		fixture_pass(PASS_US);
	}
}

/* Watches */

static fault_span *span_of(const reader *self)
{
	return &record->spans[self->span];
}

static void begin_span(reader *self, uint64_t from)
{
	record->spans = realloc(record->spans, (record->n_spans + 1) * sizeof(*record->spans));
	ck_assert_ptr_nonnull(record->spans);
	self->span = record->n_spans++;
	*span_of(self) = (fault_span){.from = from, .to = from};
}

/* A transaction that was read in part counts as not read. */
static void end_watch(reader *self)
{
	fault_span *span = span_of(self);
	span->to = korch_watch_revision(self->watcher.watch);
	while (span->changes.n && span->changes.items[span->changes.n - 1].revision > span->to)
		span->changes.n--;
	korch_watch_free(self->watcher.watch);
}

static void follow(reader *self)
{
	korch_change change;
	int got = 0;
	for (unsigned n = below(20); n > 0; n--) {
		got = korch_watch_next(self->watcher.watch, &change);
		if (got != 1)
			break;
		faults_note(&span_of(self)->changes, &change);
	}
	if (got >= 0)
		return;
	end_watch(self);
	uint64_t since = span_of(self)->to;
	if (got == KORCH_E_COMPACTED) {
		since = list_at_last();
		begin_span(self, since);
	} else {
		ck_assert_int_eq(got, KORCH_E_IO);
	}
	watch_open(&self->watcher, &(korch_watch_query){.since = since}, 0);
}

/* All that was started has ended, and the readers have come to the end. */
static void come_to_rest(void)
{
	korch_faulty_set_faults(store, NULL);
	korch_faulty_mend(store);
	while (n_under_way > 0)
		fixture_pass(PASS_US);
	/* What was given up is done by now; this is behind all of it. */
	fixture_pass(100 * PASS_US);
	korch_store *front = store;
	store = inner;
	uint64_t last = put("k00", "-2");
	store = front;
	while (record->truth.n == 0 || record->truth.items[record->truth.n - 1].revision < last) {
		fixture_pass(PASS_US);
		read_truth();
	}
	record->truth.n--; /* not an attempt */
	record->end = last - 1;
	for (int i = 0; i < FAULT_READERS; i++) {
		reader *self = &readers[i];
		while (korch_watch_revision(self->watcher.watch) < last) {
			follow(self);
			fixture_pass(PASS_US);
		}
		end_watch(self);
		span_of(self)->to = record->end;
		if (span_of(self)->changes.n &&
		    span_of(self)->changes.items[span_of(self)->changes.n - 1].revision == last)
			span_of(self)->changes.n--;
	}
}

static void stand_in_front(uint64_t seed)
{
	int is_real = fixture_factory()->real_time;
	const korch_faulty_faults faults = {.size = sizeof(faults),
	                                    .refused_permille = 20,
	                                    .failed_permille = 40,
	                                    .lost_permille = 60,
	                                    .given_up_permille = 40,
	                                    .late_permille = 300,
	                                    .answer_late_permille = 300,
	                                    .watch_late_permille = 100,
	                                    .watch_end_permille = 10,
	                                    .cut_permille = 10,
	                                    .delay_max_us = is_real ? 2 * PASS_US : 20 * PASS_US,
	                                    .cut_max_us = is_real ? 5 * PASS_US : 100 * PASS_US};
	const korch_faulty_options options = {
	    .size = sizeof(options), .seed = seed, .lent = 1, .faults = &faults};
	inner = store;
	ck_assert_int_eq(korch_store_faulty_new(&store, loop, inner, &options, NULL), 0);
}

static void begin(uint64_t seed)
{
	random_state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	record = calloc(1, sizeof(*record));
	ck_assert_ptr_nonnull(record);
	memset(newest, 0, sizeof(newest));
	n_under_way = 0;
	const korch_watch_query query = {.since = 0};
	ck_assert_int_eq(korch_store_watch(&truth, store, &query, NULL, NULL), 0);
	stand_in_front(seed);
	for (int i = 0; i < FAULT_READERS; i++) {
		begin_span(&readers[i], 0);
		watch_open(&readers[i].watcher, &query, 0);
	}
}

static void end(void)
{
	korch_faulty_stats stats;
	ck_assert_int_eq(korch_faulty_get_stats(&stats, store), 0);
	/* It was worth it. */
	ck_assert_int_eq(stats.lost > 0 && stats.failed > 0 && stats.cuts > 0, 1);
	ck_assert_uint_gt(stats.watches_ended, 0);
	korch_store_free(store);
	korch_watch_free(truth);
	store = inner;
	for (size_t i = 0; i < record->n_spans; i++)
		free(record->spans[i].changes.items);
	free(record->spans);
	free(record->lists);
	free(record->truth.items);
	free(record);
}

static void run(uint64_t seed)
{
	begin(seed);
	while (record->n_attempts < FAULT_ATTEMPTS) {
		unsigned choice = below(100);
		if (choice < 55 && n_under_way < UNDER_WAY)
			try_commit();
		else if (choice < 60)
			list_at_last();
		else if (choice < 80)
			follow(&readers[below(FAULT_READERS)]);
		else
			fixture_pass(PASS_US);
		read_truth();
	}
	come_to_rest();
	faults_judge(record);
	end();
}

START_TEST(failing)
{
	fixture_open(_i);
	run(fixture_factory()->seed + 1);
	fixture_close();
}
END_TEST

START_TEST(failing_otherwise)
{
	fixture_open(_i);
	run(fixture_factory()->seed + 1001);
	fixture_close();
}
END_TEST

void add_fault_tests(Suite *suite, int i)
{
	ADD_TESTS(suite, "faults", i, failing, failing_otherwise);
}
