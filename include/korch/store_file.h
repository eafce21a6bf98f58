/*
 * Files of SQLite stores, when no store is opened on them: checking, backing up, restoring,
 * compacting. The store itself is korch_store_sqlite_new() in store.h.
 */
#ifndef KORCH_STORE_FILE_H
#define KORCH_STORE_FILE_H

#include <korch/store.h>

KORCH_BEGIN_DECLS

/** @file store_file.h Checking, backing up, restoring and compacting the file of a SQLite store. */

/** By how much revisions are raised when a backup is restored: what was written behind the backup,
 * and is lost, had smaller ones, unless there was more of it than this. */
#define KORCH_STORE_RESTORE_STEP 1000000000
/** Most problems that korch_store_file_check() tells; more are counted. */
#define KORCH_STORE_PROBLEMS_MAX 100

/** What is in a file. */
typedef struct korch_store_file_report {
	uint64_t revision;   /**< newest */
	uint64_t compacted;  /**< changes up to this revision are forgotten */
	uint64_t objects;    /**< that are stored now */
	uint64_t changes;    /**< of the window behind `compacted` */
	uint64_t bytes;      /**< of the database, also those that are in its WAL yet */
	uint64_t free_bytes; /**< of these, without use; korch_store_file_compact() gives them back */
	uint64_t problems;   /**< korch_store_file_check(): that were found; 0 otherwise */
	uint64_t sealed;     /**< korch_store_file_check(): values that it had no key for, and could not
	                        look into; 0 otherwise */
} korch_store_file_report;

/** Told of one problem, a line without its end; valid during the call. */
typedef void (*korch_store_problem_fn)(void *userdata, const char *line);

/**
 * Reads all of a store's file: SQLite's own check, each object and each change, whether the changes
 * follow each other and lead to what is stored. Never writes to the file; a store that is open in
 * this or another process may write to it meanwhile, what is checked is one moment. Blocks; any
 * thread.
 * @param out owned by the caller.
 * @param options path and sealer (NULL: what is sealed is counted and not looked into); the rest is
 * ignored.
 * @param fn told of at most KORCH_STORE_PROBLEMS_MAX problems; NULL: of none.
 * @return 0: it was checked, see out->problems. KORCH_E_NOT_FOUND (no file), KORCH_E_INVALID (not a
 * store's file), KORCH_E_UNSUPPORTED (of a newer program), KORCH_E_IO (cannot be read; damaged so
 * that nothing can be said), KORCH_E_NOMEM. @since 0.1
 */
KORCH_API int korch_store_file_check(korch_store_file_report *out,
                                     const korch_store_sqlite_options *options,
                                     korch_store_problem_fn fn, void *userdata, korch_error **err);

/**
 * Copies a store's file, as it is at one moment, to another file; also while a store is open on it
 * in this or another process. The copy is there as a whole, and on the disk, or not at all. What is
 * sealed stays sealed. Blocks; any thread.
 * @param out what was copied; may be NULL.
 * @param options path; the rest is ignored.
 * @param to the copy; with mode 0600.
 * @param replace 1: a file that is there is replaced; 0: it is KORCH_E_EXISTS.
 * @return as korch_store_file_check(), and KORCH_E_EXISTS; KORCH_E_BUSY: `to` is a store in use or
 * that was killed. @since 0.1
 */
KORCH_API int korch_store_file_backup(korch_store_file_report *out,
                                      const korch_store_sqlite_options *options, const char *to,
                                      int replace, korch_error **err);

/**
 * Makes a store's file of a backup, which is checked first. Revisions are raised by
 * KORCH_STORE_RESTORE_STEP behind the backup's and those of the store that was there, and all
 * changes are forgotten: watches and lists at an older revision get KORCH_E_COMPACTED, so that
 * their clients list again. Objects keep their own revisions. The store is there as a whole, and on
 * the disk, or what was there before is. Blocks; any thread.
 * @param out what was restored; may be NULL.
 * @param options path and sealer (to check what is sealed); the rest is ignored.
 * @param from the backup; it is only read.
 * @param replace 1: a store that is there is replaced; 0: it is KORCH_E_EXISTS.
 * @return as korch_store_file_check(), and KORCH_E_EXISTS; KORCH_E_BUSY: a process, which is named,
 * has the store; KORCH_E_IO also: the backup is damaged. @since 0.1
 */
KORCH_API int korch_store_file_restore(korch_store_file_report *out,
                                       const korch_store_sqlite_options *options, const char *from,
                                       int replace, korch_error **err);

/**
 * Forgets the changes that the window does not hold, and gives space without use back. Killed in
 * between, it leaves the file as it was. Blocks; any thread.
 * @param out what is there behind it; may be NULL.
 * @param options as for korch_store_sqlite_new(): path, window.
 * @return as korch_store_sqlite_new(), and KORCH_E_NOT_FOUND: no file; KORCH_E_BUSY also: somebody
 * reads it. @since 0.1
 */
KORCH_API int korch_store_file_compact(korch_store_file_report *out,
                                       const korch_store_sqlite_options *options,
                                       korch_error **err);

KORCH_END_DECLS

#endif
