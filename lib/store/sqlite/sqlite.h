/*
 * What the files of the SQLite store share: the database, jobs that wait for it, the lock. Reads
 * and watches are served by a memory store that follows what has been committed to the file.
 */
#ifndef KORCH_STORE_SQLITE_H
#define KORCH_STORE_SQLITE_H

#include "store/key.h"
#include "store/memory.h"
#include <korch/seal.h>
#include <korch/store_file.h>
#include <sqlite3.h>

/* How long another connection (a backup) is waited for. */
enum { KORCH__SQLITE_BUSY_MS = 10000 };

/* What a row takes beside its body, about. */
enum { KORCH__SQLITE_ROW_BYTES = 128 };

typedef enum sqlite_statement {
	STATEMENT_BEGIN,
	STATEMENT_COMMIT,
	STATEMENT_FIND,
	STATEMENT_INSERT,
	STATEMENT_UPDATE,
	STATEMENT_DELETE,
	STATEMENT_BODY,
	STATEMENT_LOG,
	STATEMENT_LOG_REVISION,
	STATEMENT_LOG_BYTES,
	STATEMENT_LOG_TRIM,
	STATEMENT_SET_STATE,
	STATEMENT_CURRENT_FROM,
	STATEMENT_LOG_FROM,
	STATEMENT_CURRENT_BODY,
	STATEMENT_LOG_BODY,
	STATEMENT_COUNT,
	STATEMENTS,
} sqlite_statement;

/* What changes with each transaction, and is taken back when one fails. */
typedef struct sqlite_state {
	uint64_t revision;  /* newest */
	uint64_t compacted; /* the log counts only behind this revision */
	int64_t first;      /* id of the log's first row */
	int64_t end;        /* id of the log's next row */
	int64_t log_bytes;  /* of the log's rows, about */
	int64_t live_bytes; /* of what is stored now, about; 0 until it has been read */
} sqlite_state;

typedef struct sqlite_database {
	sqlite3 *handle;
	sqlite3_stmt *statements[STATEMENTS];
	char *path;
	char id[33];          /* the file's own, for life: sealed values are bound to it */
	korch_sealer *sealer; /* borrowed, or NULL */
	int64_t window;       /* rows of the log that are kept */
	sqlite_state state;
	int64_t slack;   /* rows of it that may be more, so that not each transaction removes some */
	int is_trimming; /* 1: rows that do not count any more are left */
	int lock;        /* descriptor */
} sqlite_database;

/* What looking at all of a file has found. */
typedef struct sqlite_inspection {
	korch_store_problem_fn fn; /* may be NULL */
	void *userdata;
	uint64_t n_problems;
	uint64_t n_sealed; /* values that there was no sealer for */
} sqlite_inspection;

/* One write of a job, as the file takes it. */
typedef struct sqlite_row {
	char *key;
	char *body; /* PUT: JSON, sealed before it is written; of free() */
	size_t length;
	uint64_t old;        /* revision that is stored now, 0: none */
	int64_t id;          /* its row in cur */
	int64_t old_length;  /* bytes of what is stored now */
	korch_key_copy copy; /* DELETE, CHECK: what the write's key points to */
} sqlite_row;

typedef enum sqlite_job_type {
	SQLITE_JOB_COMMIT,
	SQLITE_JOB_COMPACT,
	SQLITE_JOB_GET,
	SQLITE_JOB_LIST,
	SQLITE_JOB_RESEAL,
} sqlite_job_type;

/* A run of korch_store_reseal(): each of its jobs is a slice. */
typedef struct sqlite_reseal {
	void *store; /* sqlite.c's */
	korch_reseal_fn fn;
	void *userdata;
	int32_t type;
	int in_log; /* cur is done */
	int64_t at; /* id of the last row that was seen */
	korch_reseal_state state;
} sqlite_reseal;

/* A call that waits for the calls before it. */
typedef struct sqlite_job {
	struct sqlite_job *next;
	int32_t type;
	int32_t code; /* KORCH_E_IO: the file could not be written; or what the sealer said */
	void *userdata;
	union {
		korch_commit_fn commit;
		korch_get_fn get;
		korch_list_fn list;
	} fn;
	korch_write *writes; /* COMMIT; references owned until they are handed over */
	sqlite_row *rows;
	size_t n;
	uint64_t revision;      /* COMPACT */
	korch_key_copy key;     /* GET */
	korch_list_query query; /* LIST, strings owned */
	sqlite_reseal *reseal;  /* RESEAL, borrowed */
} sqlite_job;

typedef struct sqlite_jobs {
	sqlite_job *first;
	sqlite_job **last;
	size_t n;
} sqlite_jobs;

/* The writer's thread. */
typedef struct sqlite_worker sqlite_worker;

/* sqlite.c: korch_store_sqlite_new() on a VFS of SQLite's, NULL: its own. Tests have others. */
int korch__sqlite_new(korch_store **out, korch_loop *loop,
                      const korch_store_sqlite_options *options, const char *vfs,
                      korch_error **err);

/* database.c: opens and closes the file; the schema. */
int korch__sqlite_open(sqlite_database *database, const korch_store_sqlite_options *options,
                       const char *vfs, korch_error **err);
void korch__sqlite_close(sqlite_database *database);
/* Sets an error of the file's own words. */
int korch__sqlite_error(korch_error **err, const sqlite_database *database, const char *what);

/* The parts of opening: 1 in *is_empty, a file without tables; what `state` says. */
int korch__sqlite_check_schema(int *is_empty, sqlite_database *database, korch_error **err);
int korch__sqlite_read_state(sqlite_database *database, korch_error **err);
/* The newest revision; -1 when there is none. */
int korch__sqlite_newest(int64_t *out, const sqlite_database *database);
/* The number that a query gives. */
int korch__sqlite_number(int64_t *out, const sqlite_database *database, const char *sql);

/* lock.c: where a file is, links followed, as SQLite does: its lock and its WAL stand there. NULL:
 * no memory. */
char *korch__sqlite_path(const char *path);
/* The file's one holder. The descriptor, or a code. */
int korch__sqlite_lock(const char *path, korch_error **err);
/* Keeps holders away while a file without one is read. The descriptor, -1 when there is a holder or
 * never was one. */
int korch__sqlite_lock_shared(const char *path);

/* load.c: fills an empty memory store with what the file holds. */
int korch__sqlite_load(memory_store *memory, sqlite_database *database, korch_error **err);
/* Reads as that does, and tells all that is wrong; the memory store is only good to be freed. */
int korch__sqlite_inspect(sqlite_inspection *inspection, memory_store *memory,
                          sqlite_database *database, korch_error **err);

/* inspect.c: a problem is found. */
void korch__sqlite_problem(sqlite_inspection *inspection, const char *format, ...)
    KORCH_PRINTF(2, 3);
/* Whether the records, newest first, are all that there was behind `compacted`. */
void korch__sqlite_inspect_log(sqlite_inspection *inspection, const sqlite_database *database,
                               const korch_record *records, size_t n, const korch_btree *current);

/* compact.c: korch_store_file_compact() on a VFS, as korch__sqlite_new(). */
int korch__sqlite_compact(korch_store_file_report *out, const korch_store_sqlite_options *options,
                          const char *vfs, korch_error **err);

/* reader.c: opens a file to be read, at one moment, also while there is a holder; its state is not
 * read yet. */
int korch__sqlite_open_reader(sqlite_database *database, const char *path, korch_error **err);
/* What the file's own numbers say. */
int korch__sqlite_report(korch_store_file_report *out, const sqlite_database *database,
                         korch_error **err);
/* check.c: korch_store_file_check() on an open file. */
int korch__sqlite_check(korch_store_file_report *out, sqlite_database *database,
                        sqlite_inspection *inspection, korch_error **err);

/* publish.c: copies the file that is read to a new one beside `to`, and changes that by some SQL;
 * *out is its name. On failure nothing is left. */
int korch__sqlite_copy(char **out, const sqlite_database *from, const char *to, const char *sql,
                       korch_error **err);
/* Removes the WAL of a file that is worth nothing. */
void korch__sqlite_remove_beside(const char *path);
int korch__sqlite_is_same_file(const char *a, const char *b);
/* Puts that in the place of `to`, durably. It is gone, in any case. */
int korch__sqlite_publish(const char *temporary, const char *to, korch_error **err);

/* seal.c: seals the bodies of a commit; a failure is its code. */
void korch__sqlite_seal(const sqlite_database *database, sqlite_job *job);
/* Opens what is stored under a key; *out is the input when it lies there in plain. Otherwise free
 * it with korch_seal_clear_free(). */
int korch__sqlite_unseal(char **out, size_t *length, const sqlite_database *database,
                         const char *key, korch_error **err);
/* Seals one slice of the file again, in an open transaction; a failure of the sealer is the job's
 * code, one of the file is returned. */
int korch__sqlite_reseal(sqlite_database *database, sqlite_job *job);
/* Behind a run: what was plain leaves the WAL, too. */
void korch__sqlite_forget_plain(sqlite_database *database);

/* write.c: does jobs in order in one transaction of the file; sets their codes. 0, or KORCH_E_IO:
 * nothing was written. */
int korch__sqlite_write(sqlite_database *database, sqlite_job *first);

/* job.c */
void korch__sqlite_jobs_init(sqlite_jobs *jobs);
void korch__sqlite_jobs_push(sqlite_jobs *jobs, sqlite_job *job);
sqlite_job *korch__sqlite_jobs_pop(sqlite_jobs *jobs); /* NULL when there is none */
/* Puts back what was popped. */
void korch__sqlite_jobs_unpop(sqlite_jobs *jobs, sqlite_job *job);
/* Takes the references of PUT objects in any case. */
int korch__sqlite_job_commit(sqlite_job **out, const korch_write *writes, size_t n);
int korch__sqlite_job_get(sqlite_job **out, const korch_key *key);
int korch__sqlite_job_list(sqlite_job **out, const korch_list_query *query);
void korch__sqlite_job_free(sqlite_job *job);

/* worker.c: a thread that writes what is pushed and writes to a descriptor when some is done. */
int korch__sqlite_worker_new(sqlite_worker **out, sqlite_database *database, korch_error **err);
int korch__sqlite_worker_fd(const sqlite_worker *worker); /* readable when there is something done
                                                           */
/* Begins at once when there are many; fewer wait for korch__sqlite_worker_kick(), or for the end of
 * what is being written. */
void korch__sqlite_worker_push(sqlite_worker *worker, sqlite_job *job);
void korch__sqlite_worker_kick(sqlite_worker *worker);
/* Moves what is done, in order, to the end of a list. */
void korch__sqlite_worker_take(sqlite_worker *worker, sqlite_jobs *done);
/* Ends the thread behind the transaction that it is at; all jobs, done or not, go to the list. */
void korch__sqlite_worker_free(sqlite_worker *worker, sqlite_jobs *rest);

#endif
