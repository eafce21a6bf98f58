/* A folder with one SQLite store, for the tests of it. */
#include "sqlite_fixture.h"
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char folder[64], path[96];
korch_loop *loop;
korch_store *store;
korch_sealer *sealer;
const korch_kind *config_map;

void sqlite_set_up(void)
{
	snprintf(folder, sizeof(folder), "/tmp/korch-sqlite-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/store.db", folder);
	ck_assert_int_eq(korch_loop_new(&loop, NULL), 0);
	ck_assert_int_eq(korch_kind_get(&config_map, "v1", "ConfigMap", NULL), 0);
}

static int remove_one(const char *name, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(name);
}

void close_store(void)
{
	korch_store_free(store);
	store = NULL;
}

void sqlite_tear_down(void)
{
	close_store();
	korch_sealer_free(sealer);
	sealer = NULL;
	korch_loop_free(loop);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int open_window(size_t window, korch_error **err)
{
	korch_store_sqlite_options options = {
	    .size = sizeof(options), .path = path, .window = window, .sealer = sealer};
	return korch_store_sqlite_new(&store, loop, &options, err);
}

void open_store(void)
{
	ck_assert_int_eq(open_window(0, NULL), 0);
}

void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	answer *out = userdata;
	out->code = code;
	out->revision = result->revision;
	out->n++;
}

korch_write put_write(const korch_kind *kind, const char *name, const char *value)
{
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_new(&object, kind), 0);
	korch_object_meta *meta = korch_object_edit_meta(object);
	ck_assert_int_eq(korch_string_set(&meta->name, name), 0);
	ck_assert_int_eq(korch_string_set(&meta->namespace_, "ns"), 0);
	ck_assert_int_eq(korch_map_set(&meta->annotations, "value", value), 0);
	return (korch_write){.op = KORCH_WRITE_PUT, .object = object, .expected = KORCH_REVISION_ANY};
}

void wait_for(const answer *out, int n)
{
	while (out->n < n)
		korch_loop_step(loop, korch_loop_now(loop) + KORCH_USEC_PER_SEC);
}

answer put(const korch_kind *kind, const char *name, const char *value)
{
	answer out = {0};
	korch_write write = put_write(kind, name, value);
	ck_assert_int_eq(korch_store_commit(store, &write, 1, on_commit, &out), 0);
	wait_for(&out, 1);
	return out;
}

static void on_list(void *userdata, int code, const korch_list_page *page)
{
	answer *out = userdata;
	out->n++;
	out->code = code;
	for (size_t i = 0; page && i < page->n; i++) {
		const korch_object *object = page->objects[i];
		size_t length = strlen(out->text);
		snprintf(out->text + length, TEXT - length, "%s=%s@%llu ", korch_object_name(object),
		         korch_map_get(object->metadata->annotations, "value"),
		         (unsigned long long)object->revision);
	}
	if (page)
		out->revision = page->revision;
}

answer list(uint64_t revision)
{
	answer out = {0};
	korch_list_query query = {.revision = revision};
	ck_assert_int_eq(korch_store_list(store, &query, on_list, &out), 0);
	wait_for(&out, 1);
	return out;
}

void run_sql(const char *sql)
{
	sqlite3 *handle = NULL;
	ck_assert_int_eq(sqlite3_open(path, &handle), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_close(handle), SQLITE_OK);
}

size_t read_file(char **out, const char *name)
{
	FILE *file = fopen(name, "rb");
	ck_assert_ptr_nonnull(file);
	fseek(file, 0, SEEK_END);
	size_t n = (size_t)ftell(file);
	rewind(file);
	*out = malloc(n + 1);
	ck_assert_uint_eq(fread(*out, 1, n, file), n);
	fclose(file);
	return n;
}

void expect_refused(int code, const char *words)
{
	char *before, *after;
	size_t n = read_file(&before, path);
	korch_error *err = NULL;
	ck_assert_int_eq(open_window(0, &err), code);
	ck_assert_msg(strstr(korch_error_message(err), words), "%s", korch_error_message(err));
	ck_assert_msg(strstr(korch_error_message(err), path), "%s", korch_error_message(err));
	korch_error_free(err);
	ck_assert_uint_eq(read_file(&after, path), n);
	ck_assert_int_eq(memcmp(before, after, n), 0);
	free(before);
	free(after);
}
