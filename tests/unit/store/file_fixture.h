/* Files of stores for the tests of what is done with them when no store is open. */
#ifndef KORCH_TESTS_STORE_FILE_FIXTURE_H
#define KORCH_TESTS_STORE_FILE_FIXTURE_H

#include "sqlite_fixture.h"
#include <korch/store_file.h>

extern char copy[96]; /* another file of the folder */
extern korch_error *error;
extern korch_store_file_report report;
extern char problems[TEXT]; /* of the last check, a line each */

void file_set_up(void);
void file_tear_down(void);
korch_store_sqlite_options options_of(const char *name);
/* Opens the store of another file. */
void open_at(const char *name);
void delete_one(const char *name);
/* Opens one: a=2@3 and c=1@5 are there, b was. */
void make_store(void);
/* Runs SQL on another file. */
void run_sql_on(const char *name, const char *sql);
/* The error's words; it is freed. */
void expect_words(const char *words);
/* korch_store_file_check() with the fixture's sealer. */
int check(const char *name);
/* Without a problem. */
void expect_fine(const char *name);

#endif
