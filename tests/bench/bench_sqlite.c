/*
 * The SQLite store beside SQLite itself: bench-sqlite [sealed] [PART …]. SQLite alone does what a
 * durable store with history must do at least: for each write it puts the state before into a log
 * of the latest changes, replaces the row, drops the log's oldest now and then, and commits so many
 * at once with the same settings of SQLite. With "sealed" all objects are sealed. The files lie in
 * TMPDIR or /tmp.
 */
#include "store_bench.h"
#include <korch/seal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WINDOW = 16384, SLACK = 64, TEXT = 64 };

static char folder[TEXT];
static char path[TEXT + 16], raw_path[TEXT + 16];
static korch_sealer *sealer;

static int open_ours(korch_store **out, korch_loop *loop, void *userdata)
{
	(void)userdata;
	korch_store_sqlite_options options = {.size = sizeof(options), .path = path, .sealer = sealer};
	return korch_store_sqlite_new(out, loop, &options, NULL);
}

/* A name and what follows it. */
static void file_name(char *out, size_t size, const char *base, const char *end)
{
	snprintf(out, size, "%s%s", base, end);
}

static uint64_t file_size(const char *base, const char *end)
{
	char name[TEXT + 32];
	struct stat status;
	file_name(name, sizeof(name), base, end);
	return stat(name, &status) == 0 ? (uint64_t)status.st_size : 0;
}

static uint64_t size_of_ours(void *userdata)
{
	(void)userdata;
	return file_size(path, "") + file_size(path, "-wal");
}

static void remove_files(const char *base)
{
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	char name[TEXT + 32];
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		file_name(name, sizeof(name), base, ends[i]);
		unlink(name);
	}
}

/* SQLite alone */

typedef struct raw_store {
	sqlite3 *handle;
	sqlite3_stmt *put;
	sqlite3_stmt *log;
	sqlite3_stmt *trim;
	int64_t first; /* rows of the log up to this one have been removed */
} raw_store;

static void raw_run(raw_store *raw, const char *sql)
{
	store_bench_need(sqlite3_exec(raw->handle, sql, NULL, NULL, NULL) == SQLITE_OK, sql);
}

static void raw_prepare(raw_store *raw, sqlite3_stmt **out, const char *sql)
{
	store_bench_need(sqlite3_prepare_v2(raw->handle, sql, -1, out, NULL) == SQLITE_OK, sql);
}

static raw_store raw_open(void)
{
	raw_store raw = {0};
	store_bench_need(sqlite3_open(raw_path, &raw.handle) == SQLITE_OK, "SQLite");
	raw_run(&raw,
	        "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	        "PRAGMA cache_size = -32768;"
	        "CREATE TABLE IF NOT EXISTS cur (id INTEGER PRIMARY KEY, key TEXT UNIQUE, body BLOB);"
	        "CREATE TABLE IF NOT EXISTS log (id INTEGER PRIMARY KEY, key TEXT, body BLOB);");
	raw_prepare(&raw, &raw.put,
	            "INSERT INTO cur (key, body) VALUES (?1, ?2)"
	            " ON CONFLICT (key) DO UPDATE SET body = ?2");
	raw_prepare(&raw, &raw.log,
	            "INSERT INTO log (key, body) SELECT key, body FROM cur WHERE key = ?1");
	raw_prepare(&raw, &raw.trim, "DELETE FROM log WHERE id <= ?1");
	return raw;
}

static void raw_close(raw_store *raw)
{
	if (!raw->handle)
		return;
	sqlite3_finalize(raw->put);
	sqlite3_finalize(raw->log);
	sqlite3_finalize(raw->trim);
	store_bench_need(sqlite3_close(raw->handle) == SQLITE_OK, "closing");
	*raw = (raw_store){0};
}

static void raw_step(sqlite3_stmt *statement)
{
	store_bench_need(sqlite3_step(statement) == SQLITE_DONE, "a row");
	sqlite3_reset(statement);
}

static void raw_write(raw_store *raw, unsigned key, unsigned version)
{
	char name[32];
	snprintf(name, sizeof(name), "object-%06u", key);
	sqlite3_bind_text(raw->log, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_text(raw->put, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_blob(raw->put, 2, store_bench_value(key, version), STORE_BENCH_VALUE,
	                  SQLITE_STATIC);
	raw_step(raw->log);
	raw_step(raw->put);
}

static void raw_commit(raw_store *raw)
{
	int64_t first = sqlite3_last_insert_rowid(raw->handle) - WINDOW;
	if (first - raw->first > SLACK) {
		sqlite3_bind_int64(raw->trim, 1, first);
		raw_step(raw->trim);
		raw->first = first;
	}
	raw_run(raw, "COMMIT");
}

static double raw_writes(raw_store *raw, int n, int keys, int batch)
{
	double start = store_bench_now();
	for (int i = 0; i < n; i++) {
		unsigned key = n > keys ? (unsigned)i * 2654435761U >> 4 : (unsigned)i;
		if (i % batch == 0)
			raw_run(raw, "BEGIN");
		raw_write(raw, key % (unsigned)keys, (unsigned)i);
		if (i % batch == batch - 1 || i == n - 1)
			raw_commit(raw);
	}
	return n / (store_bench_now() - start);
}

static raw_store putting; /* stays open from one round to the next */

static double raw_put(int n, int keys, int batch, void *userdata)
{
	(void)userdata;
	if (!putting.handle)
		putting = raw_open();
	return raw_writes(&putting, n, keys, batch);
}

static void clear(void *userdata)
{
	(void)userdata;
	raw_close(&putting);
	remove_files(path);
	remove_files(raw_path);
}

/* Seconds of reading all rows. */
static double raw_read(raw_store *raw, int keys)
{
	sqlite3_stmt *rows = NULL;
	int n = 0;
	int64_t bytes = 0;
	double start = store_bench_now();
	raw_prepare(raw, &rows, "SELECT key, body FROM cur");
	while (sqlite3_step(rows) == SQLITE_ROW) {
		n++;
		bytes += sqlite3_column_bytes(rows, 1) + sqlite3_column_bytes(rows, 0);
	}
	sqlite3_finalize(rows);
	store_bench_need(n == keys && bytes > n, "reading all rows");
	return store_bench_now() - start;
}

static double raw_time_to_read(int keys, int is_open)
{
	raw_store raw = raw_open();
	raw_writes(&raw, keys, keys, 1000);
	raw_close(&raw);
	double start = store_bench_now();
	raw = raw_open();
	double opened = store_bench_now();
	raw_read(&raw, keys);
	double end = store_bench_now();
	raw_close(&raw);
	remove_files(raw_path);
	return end - (is_open ? opened : start);
}

static double raw_open_all(int keys, void *userdata)
{
	(void)userdata;
	return raw_time_to_read(keys, 0);
}

static double raw_list_all(int keys, void *userdata)
{
	(void)userdata;
	return keys / raw_time_to_read(keys, 1);
}

static double raw_latency(int n, void *userdata)
{
	return 1 / raw_put(n, 1000, 1, userdata);
}

static void make_sealer(void)
{
	static char key[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
	store_bench_need(setenv("KORCH_BENCH_KEY", key, 1) == 0, "setenv");
	const korch_seal_key keys[] = {{.name = "bench", .environment = "KORCH_BENCH_KEY"}};
	static const char *const all[] = {"*.*"};
	korch_sealer_options options = {
	    .size = sizeof(options), .keys = keys, .n_keys = 1, .resources = all, .n_resources = 1};
	store_bench_need(korch_sealer_new(&sealer, &options, NULL) == 0, "a sealer");
}

int main(int argc, char **argv)
{
	static const store_bench bench = {
	    .name = "SQLite",
	    .open = open_ours,
	    .clear = clear,
	    .raw_put = raw_put,
	    .raw_open = raw_open_all,
	    .raw_list = raw_list_all,
	    .raw_latency = raw_latency,
	    .size = size_of_ours,
	};
	const char *parent = getenv("TMPDIR");
	snprintf(folder, sizeof(folder), "%s/korch-bench-XXXXXX", parent ? parent : "/tmp");
	store_bench_need(mkdtemp(folder) != NULL, "mkdtemp");
	file_name(path, sizeof(path), folder, "/store.db");
	file_name(raw_path, sizeof(raw_path), folder, "/raw.db");
	if (argc > 1 && strcmp(argv[1], "sealed") == 0) {
		make_sealer();
		argv++;
		argc--;
	}
	int r = store_bench_main(&bench, argc, argv);
	korch_sealer_free(sealer);
	rmdir(folder);
	return r;
}
