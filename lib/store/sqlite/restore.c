/*
 * korch_store_file_restore(): a backup takes a store's place. Its revisions are raised, so that
 * none stands for two things: what clients have seen behind the backup keeps its numbers to itself.
 */
#include "base/cleanup.h"
#include "store/sqlite/sqlite.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void keep_first(void *userdata, const char *line)
{
	char **first = userdata;
	if (!*first)
		*first = korch__strdup(line);
}

static int check_backup(sqlite_database *from, korch_sealer *sealer, korch_error **err)
{
	_cleanup_free_ char *first = NULL;
	sqlite_inspection inspection = {.fn = keep_first, .userdata = &first};
	korch_store_file_report report;
	from->sealer = sealer;
	int r = korch__sqlite_check(&report, from, &inspection, err);
	if (r == 0 && report.problems > 0)
		r = korch_error_set(err, KORCH_E_IO, "%s is damaged, nothing was restored: %s", from->path,
		                    first ? first : "");
	if (r == 0 && report.revision > INT64_MAX - KORCH_STORE_RESTORE_STEP)
		r = korch_error_set(err, KORCH_E_LIMIT, "%s: its revision cannot be raised any more",
		                    from->path);
	return r;
}

/* The store that is replaced. */
typedef struct old_store {
	uint64_t revision; /* newest; 0: it cannot be read */
	int is_damaged;    /* what stands in its WAL is lost with it */
} old_store;

/*
 * Looks at the store that is replaced, and leaves nothing in its WAL, which must not come to lie
 * beside another database.
 */
static int settle_old(old_store *out, const char *path, korch_error **err)
{
	sqlite_database old = {.lock = -1};
	int64_t number = 0;
	int code = 0;
	int r = sqlite3_open_v2(path, &old.handle, SQLITE_OPEN_READWRITE, NULL);
	/* Without a read SQLite does not know that there is a WAL, and checkpoints nothing. */
	if (r == SQLITE_OK)
		r = sqlite3_exec(old.handle, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
	if (r == SQLITE_OK)
		r = sqlite3_wal_checkpoint_v2(old.handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if (r == SQLITE_OK)
		korch__sqlite_newest(&number, &old);
	out->is_damaged = r == SQLITE_CORRUPT || r == SQLITE_NOTADB;
	if (r == SQLITE_BUSY)
		code = korch_error_set(
		    err, KORCH_E_BUSY,
		    "store %s is being read by another process: try again when that is over", path);
	else if (r != SQLITE_OK && !out->is_damaged)
		code = korch_error_set(err, r == SQLITE_NOMEM ? KORCH_E_NOMEM : KORCH_E_IO,
		                       "store %s: cannot be replaced: %s; it was left as it is", path,
		                       sqlite3_errmsg(old.handle));
	korch__sqlite_close(&old);
	if (number > 0 && number <= INT64_MAX - KORCH_STORE_RESTORE_STEP)
		out->revision = (uint64_t)number;
	return code;
}

static int restore(korch_store_file_report *out, const char *path, const sqlite_database *from,
                   int replace, korch_error **err)
{
	struct stat status;
	old_store old = {0};
	int is_there = stat(path, &status) == 0 && status.st_size > 0;
	if (is_there && !replace)
		return korch_error_set(err, KORCH_E_EXISTS, "store %s exists already; it was left as it is",
		                       path);
	korch_store_file_report report;
	int r = korch__sqlite_report(&report, from, err);
	if (r == 0 && is_there)
		r = settle_old(&old, path, err);
	if (r < 0)
		return r;
	if (old.revision < report.revision)
		old.revision = report.revision;
	report.revision = report.compacted = old.revision + KORCH_STORE_RESTORE_STEP;
	report.changes = 0;
	char sql[128];
	snprintf(sql, sizeof(sql),
	         "DELETE FROM log; UPDATE state SET revision = %llu, compacted = %llu",
	         (unsigned long long)report.revision, (unsigned long long)report.compacted);
	_cleanup_free_ char *temporary = NULL;
	r = korch__sqlite_copy(&temporary, from, path, sql, err);
	if (r == 0 && old.is_damaged)
		korch__sqlite_remove_beside(path);
	if (r == 0)
		r = korch__sqlite_publish(temporary, path, err);
	if (r == 0 && out)
		*out = report;
	return r;
}

int korch_store_file_restore(korch_store_file_report *out,
                             const korch_store_sqlite_options *options, const char *from,
                             int replace, korch_error **err)
{
	if (!options || options->size < sizeof(*options) || !options->path || !*options->path ||
	    !from || !*from)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "restoring needs a store's path and a backup's");
	if (korch__sqlite_is_same_file(options->path, from))
		return korch_error_set(err, KORCH_E_INVALID, "%s is the store itself", from);
	_cleanup_free_ char *path = korch__sqlite_path(options->path);
	if (!path)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a store");
	sqlite_database backup;
	int lock = -1;
	int r = korch__sqlite_open_reader(&backup, from, err);
	if (r == 0)
		r = check_backup(&backup, options->sealer, err);
	if (r == 0)
		r = lock = korch__sqlite_lock(path, err);
	if (r >= 0)
		r = restore(out, path, &backup, replace, err);
	if (lock >= 0)
		close(lock);
	korch__sqlite_close(&backup);
	return r;
}
