/*
 * The SQLite store: writes one at a time and many in flight, opening with many objects, the file
 * after many updates; beside SQLite itself with the same rows, in the same run.
 */
#include <korch/store.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SINGLE = 3000, GROUPED = 50000, IN_FLIGHT = 64, OBJECTS = 100000, VALUE = 1500 };

static char folder[] = "/tmp/korch-bench-XXXXXX";
static char path[64], raw_path[64], value[VALUE + 1];
static korch_loop *loop;
static korch_store *store;
static const korch_kind *kind;

static double now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void need(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench-sqlite: %s failed\n", what);
	exit(1);
}

static void open_store(void)
{
	korch_store_sqlite_options options = {.size = sizeof(options), .path = path};
	need(korch_store_sqlite_new(&store, loop, &options, NULL) == 0, "opening");
}

static void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	(void)result;
	need(code == 0, "a write");
	++*(int *)userdata;
}

static void start_put(int i, int *done)
{
	char name[32];
	snprintf(name, sizeof(name), "object-%06d", i);
	korch_object *object = NULL;
	need(korch_object_new(&object, kind) == 0, "an object");
	korch_object_meta *meta = korch_object_edit_meta(object);
	need(korch_string_set(&meta->name, name) == 0, "a name");
	need(korch_string_set(&meta->namespace_, "bench") == 0, "a namespace");
	need(korch_map_set(&meta->annotations, "value", value) == 0, "a value");
	korch_write write = {.op = KORCH_WRITE_PUT, .object = object, .expected = KORCH_REVISION_ANY};
	need(korch_store_commit(store, &write, 1, on_commit, done) == 0, "a commit");
}

/* Writes/s of n writes to `keys` keys, so many in flight. */
static double put_many(int n, int keys, int in_flight)
{
	int done = 0;
	double start = now_s();
	for (int i = 0; done < n;) {
		for (; i < n && i < done + in_flight; i++)
			start_put(i % keys, &done);
		korch_loop_step(loop, korch_loop_now(loop) + KORCH_USEC_PER_SEC);
	}
	return n / (now_s() - start);
}

/* SQLite alone: a row of current state and one of log for each write. */
static double raw_many(int n, int keys, int batch)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *put = NULL, *log = NULL;
	need(sqlite3_open(raw_path, &db) == SQLITE_OK, "SQLite");
	sqlite3_exec(
	    db,
	    "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	    "CREATE TABLE IF NOT EXISTS cur (id INTEGER PRIMARY KEY, key TEXT UNIQUE, body BLOB);"
	    "CREATE TABLE IF NOT EXISTS log (id INTEGER PRIMARY KEY, key TEXT, body BLOB);",
	    NULL, NULL, NULL);
	sqlite3_prepare_v2(db,
	                   "INSERT INTO cur (key, body) VALUES (?1, ?2)"
	                   " ON CONFLICT (key) DO UPDATE SET body = ?2",
	                   -1, &put, NULL);
	sqlite3_prepare_v2(db, "INSERT INTO log (key, body) SELECT key, body FROM cur WHERE key = ?1",
	                   -1, &log, NULL);
	double start = now_s();
	for (int i = 0; i < n; i++) {
		char name[32];
		snprintf(name, sizeof(name), "object-%06d", i % keys);
		if (i % batch == 0)
			sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
		sqlite3_bind_text(log, 1, name, -1, SQLITE_STATIC);
		sqlite3_bind_text(put, 1, name, -1, SQLITE_STATIC);
		sqlite3_bind_blob(put, 2, value, VALUE, SQLITE_STATIC);
		need(sqlite3_step(log) == SQLITE_DONE && sqlite3_step(put) == SQLITE_DONE, "a row");
		sqlite3_reset(log);
		sqlite3_reset(put);
		if (i % batch == batch - 1 || i == n - 1)
			need(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, "COMMIT");
	}
	double rate = n / (now_s() - start);
	sqlite3_finalize(put);
	sqlite3_finalize(log);
	sqlite3_close(db);
	unlink(raw_path);
	return rate;
}

static void compare(const char *what, double ours, double raw)
{
	printf("%-34s %9.0f/s   SQLite alone %9.0f/s   ratio %.2f\n", what, ours, raw, ours / raw);
}

static void reopen(const char *what)
{
	korch_store_free(store);
	struct stat status;
	need(stat(path, &status) == 0, "stat");
	double start = now_s();
	open_store();
	printf("%-34s %9.2f s   file %.1f MB\n", what, now_s() - start, (double)status.st_size / 1e6);
}

static void clean(void)
{
	char name[96];
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
	rmdir(folder);
}

int main(void)
{
	need(mkdtemp(folder) != NULL, "mkdtemp");
	snprintf(path, sizeof(path), "%s/store.db", folder);
	snprintf(raw_path, sizeof(raw_path), "%s/raw.db", folder);
	memset(value, 'x', VALUE);
	need(korch_loop_new(&loop, NULL) == 0, "a loop");
	need(korch_kind_get(&kind, "v1", "ConfigMap", NULL) == 0, "a kind");
	open_store();
	compare("writes, one at a time", put_many(SINGLE, 1000, 1), raw_many(SINGLE, 1000, 1));
	compare("writes, 64 in flight", put_many(GROUPED, 1000, IN_FLIGHT),
	        raw_many(GROUPED, 1000, IN_FLIGHT));
	reopen("open: 1,000 objects, 53,000 writes");
	put_many(OBJECTS, OBJECTS, 1000);
	reopen("open: 100,000 objects, full window");
	korch_store_free(store);
	korch_loop_free(loop);
	clean();
	return 0;
}
