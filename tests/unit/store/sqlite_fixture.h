/* A folder with one SQLite store, for the tests of it. */
#ifndef KORCH_TESTS_SQLITE_FIXTURE_H
#define KORCH_TESTS_SQLITE_FIXTURE_H

#include "unit.h"
#include <korch/seal.h>
#include <korch/store.h>

enum { TEXT = 4096 };

/* Of the test that runs. */
extern char folder[64], path[96];
extern korch_loop *loop;
extern korch_store *store;
extern korch_sealer *sealer; /* that stores are opened with; freed behind the store */
extern const korch_kind *config_map;

void sqlite_set_up(void);
void sqlite_tear_down(void);

/* What a call was answered, the last answer when there are several. */
typedef struct answer {
	int n;
	int code;
	uint64_t revision;
	char text[TEXT]; /* of a list: "name=value@revision " for each object */
} answer;

int open_window(size_t window, korch_error **err);
void open_store(void); /* must go well */
void close_store(void);
/* An object in namespace "ns" with an annotation "value". */
korch_write put_write(const korch_kind *kind, const char *name, const char *value);
void on_commit(void *userdata, int code, const korch_commit_result *result);
void wait_for(const answer *out, int n);
answer put(const korch_kind *kind, const char *name, const char *value);
answer list(uint64_t revision);

/* Runs SQL on the file, which nobody has open. */
void run_sql(const char *sql);
/* A file's bytes; freed with free(). */
size_t read_file(char **out, const char *name);
/* Opening is refused with a code and words, and not one byte of the file is changed. */
void expect_refused(int code, const char *words);

#endif
