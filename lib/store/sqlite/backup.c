/* korch_store_file_backup(): a copy of one moment, while the store may go on. */
#include "base/cleanup.h"
#include "store/sqlite/sqlite.h"
#include <string.h>
#include <sys/stat.h>

/* What must not be written over. */
static int check_target(const char *path, const char *to, int replace, korch_error **err)
{
	struct stat target;
	if (stat(to, &target) < 0)
		return 0;
	if (korch__sqlite_is_same_file(path, to))
		return korch_error_set(err, KORCH_E_INVALID, "%s is the store itself", to);
	if (!S_ISREG(target.st_mode))
		return korch_error_set(err, KORCH_E_INVALID, "%s: not a file", to);
	if (!replace)
		return korch_error_set(err, KORCH_E_EXISTS, "%s exists already; it was left as it is", to);
	_cleanup_free_ char *wal = korch__sprintf("%s-wal", to);
	if (!wal)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a store");
	if (stat(wal, &target) == 0)
		return korch_error_set(err, KORCH_E_BUSY,
		                       "%s is a store in use, or one whose program was killed", to);
	return 0;
}

static int backup(korch_store_file_report *out, sqlite_database *database, const char *to,
                  korch_error **err)
{
	korch_store_file_report report;
	_cleanup_free_ char *temporary = NULL;
	int r = korch__sqlite_report(&report, database, err);
	if (r == 0)
		r = korch__sqlite_copy(&temporary, database, to, NULL, err);
	if (r == 0)
		r = korch__sqlite_publish(temporary, to, err);
	if (r == 0 && out)
		*out = report;
	return r;
}

int korch_store_file_backup(korch_store_file_report *out, const korch_store_sqlite_options *options,
                            const char *to, int replace, korch_error **err)
{
	if (!options || options->size < sizeof(*options) || !options->path || !to || !*to)
		return korch_error_set(err, KORCH_E_INVALID, "a backup needs a store's path and its own");
	sqlite_database database;
	int r = korch__sqlite_open_reader(&database, options->path, err);
	if (r == 0)
		r = korch__sqlite_read_state(&database, err);
	if (r == 0)
		r = check_target(options->path, to, replace, err);
	if (r == 0)
		r = backup(out, &database, to, err);
	korch__sqlite_close(&database);
	return r;
}
