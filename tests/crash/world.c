/* The store under test and its model. */
#include "world.h"
#include "base/alloc.h"
#include "store/sqlite/sqlite.h"
#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAD = 20000 };

static char problem[256];

static int remove_one(const char *name, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(name);
}

static void start(world *at, uint64_t seed, int32_t synchronous)
{
	memset(at, 0, sizeof(*at));
	at->synchronous = synchronous;
	snprintf(at->folder, sizeof(at->folder), "/tmp/korch-crash-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(at->folder));
	snprintf(at->path, sizeof(at->path), "%s/store.db", at->folder);
	disk_start(seed);
}

void world_start(world *at, uint64_t seed, int32_t synchronous)
{
	start(at, seed, synchronous);
	ck_assert_int_eq(korch_loop_new_virtual(&at->loop, 0, NULL), 0);
}

void world_start_thread(world *at, uint64_t seed, int32_t synchronous)
{
	start(at, seed, synchronous);
	ck_assert_int_eq(korch_loop_new(&at->loop, NULL), 0);
}

void world_stop(world *at)
{
	world_close(at);
	disk_stop();
	korch_loop_free(at->loop);
	nftw(at->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void arm(world *at)
{
	if (at->fail_at)
		korch__alloc_fail_at(at->fail_at);
}

static void disarm(world *at)
{
	if (!at->fail_at)
		return;
	at->is_over = korch__alloc_count() < at->fail_at;
	korch__alloc_fail_at(0);
}

static korch_store_sqlite_options options_of(const world *at)
{
	return (korch_store_sqlite_options){.size = sizeof(korch_store_sqlite_options),
	                                    .path = at->path,
	                                    .synchronous = at->synchronous,
	                                    .window = WORLD_WINDOW};
}

int world_compact_file(world *at)
{
	const korch_store_sqlite_options options = options_of(at);
	return korch__sqlite_compact(NULL, &options, disk_name, NULL);
}

int world_open(world *at)
{
	const korch_store_sqlite_options options = options_of(at);
	arm(at);
	int r = korch__sqlite_new(&at->store, at->loop, &options, disk_name, NULL);
	disarm(at);
	return r;
}

void world_close(world *at)
{
	korch_store_free(at->store);
	at->store = NULL;
}

static world_step *step_of(world *at, uint64_t revision)
{
	return &at->steps[revision % WORLD_STEPS];
}

/* Writing */

typedef struct world_answer {
	int n;
	int code;
	uint64_t revision;
} world_answer;

static void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	*(world_answer *)userdata = (world_answer){1, code, result->revision};
}

/* Values that are divided by seven are long: they take several pages of the file. */
static size_t pad_length(int value)
{
	return value % 7 ? 10 : PAD + (size_t)value % 1000;
}

static korch_object *make_object(int key, int value)
{
	static const korch_kind *config_map;
	if (!config_map)
		ck_assert_int_eq(korch_kind_get(&config_map, "v1", "ConfigMap", NULL), 0);
	char name[16], text[16], pad[PAD + 1001];
	snprintf(name, sizeof(name), "k%d", key);
	snprintf(text, sizeof(text), "%d", value);
	memset(pad, 'a' + value % 26, pad_length(value));
	pad[pad_length(value)] = '\0';
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_new(&object, config_map), 0);
	korch_object_meta *meta = korch_object_edit_meta(object);
	ck_assert_int_eq(korch_string_set(&meta->name, name), 0);
	ck_assert_int_eq(korch_string_set(&meta->namespace_, "ns"), 0);
	ck_assert_int_eq(korch_map_set(&meta->annotations, "value", text), 0);
	ck_assert_int_eq(korch_map_set(&meta->annotations, "pad", pad), 0);
	return object;
}

static korch_write make_write(world *at, world_step *step, int key, uint64_t revision)
{
	static char names[WORLD_KEYS][8];
	static const korch_kind *config_map;
	if (!config_map)
		ck_assert_int_eq(korch_kind_get(&config_map, "v1", "ConfigMap", NULL), 0);
	int old = step->values[key];
	uint64_t expected = disk_random(2) ? KORCH_REVISION_ANY : step->revisions[key];
	world_change *change = &step->changes[step->n++];
	if (old && disk_random(3) == 0) {
		*change = (world_change){key, KORCH_CHANGE_DELETED, old};
		step->values[key] = 0;
		step->revisions[key] = 0;
		snprintf(names[key], sizeof(names[key]), "k%d", key);
		return (korch_write){
		    .op = KORCH_WRITE_DELETE, .key = {config_map, "ns", names[key]}, .expected = expected};
	}
	*change = (world_change){key, old ? KORCH_CHANGE_MODIFIED : KORCH_CHANGE_ADDED, ++at->value};
	step->values[key] = at->value;
	step->revisions[key] = revision;
	return (korch_write){
	    .op = KORCH_WRITE_PUT, .object = make_object(key, at->value), .expected = expected};
}

static int compact(world *at)
{
	world_answer answer = {0};
	int r = korch_store_compact(at->store, at->seen, on_commit, &answer);
	while (r == 0 && !answer.n)
		korch_loop_step(at->loop, KORCH_USEC_NEVER);
	return r < 0 ? r : answer.code;
}

/* Starts a random transaction that makes a revision of the one before it. */
static int submit(world *at, uint64_t revision, world_answer *answer)
{
	world_step *step = step_of(at, revision);
	*step = *step_of(at, revision - 1);
	step->n = 0;
	korch_write writes[WORLD_WRITES];
	size_t n = 1 + disk_random(WORLD_WRITES);
	int key = (int)disk_random(WORLD_KEYS);
	for (size_t i = 0; i < n; i++) {
		writes[i] = make_write(at, step, key, revision);
		key = (key + 1 + (int)disk_random(2)) % WORLD_KEYS;
	}
	at->submitted = revision;
	arm(at);
	int r = korch_store_commit(at->store, writes, n, on_commit, answer);
	if (r == 0 && korch_loop_is_virtual(at->loop))
		korch_loop_step(at->loop, korch_loop_now(at->loop));
	disarm(at);
	return r;
}

/* Its answer. What there was no memory for, or what waits for the store's thread, comes later. */
static int wait_for(world *at, uint64_t revision, const world_answer *answer)
{
	while (!answer->n)
		korch_loop_step(at->loop, KORCH_USEC_NEVER);
	ck_assert_int_eq(answer->n, 1);
	if (answer->code < 0)
		return answer->code;
	ck_assert_uint_eq(answer->revision, revision);
	at->promised = revision;
	at->n_commits++;
	return 0;
}

int world_commit(world *at)
{
	if (disk_random(50) == 0)
		return compact(at);
	world_answer answer = {0};
	uint64_t revision = at->promised + 1;
	int r = submit(at, revision, &answer);
	return r < 0 ? r : wait_for(at, revision, &answer);
}

int world_commit_group(world *at)
{
	world_answer answers[WORLD_GROUP] = {0};
	uint64_t first = at->promised + 1, n = 1 + disk_random(WORLD_GROUP);
	int code = 0;
	for (uint64_t i = 0; i < n; i++)
		ck_assert_int_eq(submit(at, first + i, &answers[i]), 0);
	for (uint64_t i = 0; i < n; i++) {
		int r = wait_for(at, first + i, &answers[i]);
		/* None behind one that failed: the disk is gone. */
		ck_assert_int_eq(r == 0 && code < 0, 0);
		code = r;
	}
	return code;
}

/* Looking */

static int is_value(const korch_object *object, int value)
{
	const char *text = korch_map_get(object->metadata->annotations, "value");
	const char *pad = korch_map_get(object->metadata->annotations, "pad");
	size_t length = pad_length(value);
	return text && pad && atoi(text) == value && strlen(pad) == length &&
	       pad[0] == 'a' + value % 26 && pad[length - 1] == pad[0];
}

typedef struct world_listing {
	world *at;
	int n;
	const char *wrong;
	uint64_t revision;
} world_listing;

static const char *wrong(const char *what, uint64_t a, uint64_t b)
{
	snprintf(problem, sizeof(problem), "%s (%llu, %llu)", what, (unsigned long long)a,
	         (unsigned long long)b);
	return problem;
}

static const char *compare_page(world *at, const korch_list_page *page)
{
	const world_step *step = step_of(at, page->revision);
	size_t n = 0;
	if (page->revision < at->promised && at->synchronous == KORCH_STORE_SYNC_FULL)
		return wrong("a write that was answered, or seen, is gone", page->revision, at->promised);
	if (page->revision > at->submitted)
		return wrong("a revision that nobody wrote", page->revision, at->submitted);
	for (int key = 0; key < WORLD_KEYS; key++) {
		if (!step->values[key])
			continue;
		if (n == page->n)
			return wrong("an object is missing", (uint64_t)key, page->revision);
		const korch_object *object = page->objects[n++];
		if (atoi(korch_object_name(object) + 1) != key || !is_value(object, step->values[key]) ||
		    object->revision != step->revisions[key])
			return wrong("another object than was written", (uint64_t)key, page->revision);
	}
	return n < page->n ? wrong("objects that should be gone", n, page->n) : NULL;
}

static void on_list(void *userdata, int code, const korch_list_page *page)
{
	world_listing *listing = userdata;
	listing->n++;
	listing->wrong =
	    code < 0 ? wrong("cannot list", (uint64_t)-code, 0) : compare_page(listing->at, page);
	listing->revision = page ? page->revision : 0;
}

/* All changes behind `since`, in order, each once. */
static const char *look_at_changes(world *at, uint64_t since, uint64_t newest)
{
	korch_watch *watch = NULL;
	const korch_watch_query query = {.since = since};
	size_t n_changes = 0;
	const char *found = NULL;
	for (uint64_t i = since + 1; i <= newest; i++)
		n_changes += step_of(at, i)->n;
	int r = korch_store_watch(&watch, at->store, &query, NULL, NULL);
	if (r == KORCH_E_COMPACTED && n_changes > WORLD_WINDOW)
		return NULL;
	if (r < 0)
		return wrong("cannot watch", (uint64_t)-r, since);
	for (uint64_t i = since + 1; i <= newest && !found; i++) {
		const world_step *step = step_of(at, i);
		for (size_t j = 0; j < step->n && !found; j++) {
			const world_change *expected = &step->changes[j];
			korch_change change = {0};
			if (korch_watch_next(watch, &change) != 1 || change.revision != i ||
			    change.type != expected->type ||
			    atoi(korch_object_name(change.object) + 1) != expected->key ||
			    !is_value(change.object, expected->value))
				found = wrong("a watch has a gap, or says what was not", i, j);
		}
	}
	korch_change change;
	if (!found && korch_watch_next(watch, &change) != 0)
		found = wrong("a watch says more than happened", newest, 0);
	korch_watch_free(watch);
	return found;
}

const char *world_look(world *at)
{
	world_listing listing = {.at = at};
	const korch_list_query query = {0};
	if (korch_store_list(at->store, &query, on_list, &listing) < 0)
		return "cannot list";
	while (!listing.n)
		korch_loop_step(at->loop, KORCH_USEC_NEVER);
	if (listing.wrong)
		return listing.wrong;
	uint64_t since = at->seen < listing.revision ? at->seen : listing.revision;
	const char *found = look_at_changes(at, since, listing.revision);
	at->submitted = at->promised = at->seen = listing.revision;
	return found;
}
