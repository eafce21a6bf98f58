/*
 * What the files of the store's conformance suite share: the store under test, waiting for answers,
 * texts of states.
 */
#ifndef KORCH_CONFORMANCE_STORE_FIXTURE_H
#define KORCH_CONFORMANCE_STORE_FIXTURE_H

#include "store.h"

/*
 * Short names in these files, long ones for the linker: the library is linked into other people's
 * programs.
 */
#define loop korch__store_test_loop
#define store korch__store_test_store
#define config_map korch__store_test_config_map
#define space korch__store_test_space
#define widget korch__store_test_widget
#define is_inside korch__store_test_is_inside
#define fixture_open korch__store_test_fixture_open
#define fixture_close korch__store_test_fixture_close
#define fixture_factory korch__store_test_fixture_factory
#define fixture_is_late korch__store_test_fixture_is_late
#define fixture_reopen korch__store_test_fixture_reopen
#define wait_for korch__store_test_wait_for
#define settle korch__store_test_settle
#define make korch__store_test_make
#define value_of korch__store_test_value_of
#define put_write korch__store_test_put_write
#define delete_write korch__store_test_delete_write
#define check_write korch__store_test_check_write
#define key_of korch__store_test_key_of
#define on_commit korch__store_test_on_commit
#define start_commit korch__store_test_start_commit
#define commit_many korch__store_test_commit_many
#define commit_one korch__store_test_commit_one
#define put korch__store_test_put
#define compact korch__store_test_compact
#define get korch__store_test_get
#define read_text korch__store_test_read_text
#define on_list korch__store_test_on_list
#define list korch__store_test_list
#define listing_free korch__store_test_listing_free
#define list_text korch__store_test_list_text
#define on_ready korch__store_test_on_ready
#define watch_open korch__store_test_watch_open
#define watch_expect korch__store_test_watch_expect
#define wait_ready korch__store_test_wait_ready
#define add_commit_tests korch__store_test_add_commit_tests
#define add_list_tests korch__store_test_add_list_tests
#define add_watch_tests korch__store_test_add_watch_tests
#define add_life_tests korch__store_test_add_life_tests
#define add_lease_tests korch__store_test_add_lease_tests
#define add_model_tests korch__store_test_add_model_tests
#define add_fault_tests korch__store_test_add_fault_tests
#define fixture_pass korch__store_test_fixture_pass
#define add_tests korch__store_test_add_tests

enum { TEXT_MAX = 8192 };

extern korch_loop *loop;
extern korch_store *store;
extern const korch_kind *config_map; /* typed, in namespaces */
extern const korch_kind *space;      /* typed, cluster-wide: Namespace */
extern const korch_kind *widget;     /* not built in, kept as text */
extern int is_inside; /* 1 while a call of the store is running: no completion may come then */

/* Opens a fresh store for the test of factory i; closes and cleans. */
void fixture_open(int i);
void fixture_close(void);
const korch_conformance_store_factory *fixture_factory(void);
/* 1 when changes may reach watches later than answers come. */
int fixture_is_late(void);
/* Frees the store and opens it again. 0 when the store cannot. */
int fixture_reopen(void);

/* Lets the loop go on for a while: in virtual time so long, otherwise at most. */
void fixture_pass(korch_usec us);
/* Lets the loop go on until *flag; fails when nothing is left to happen before. */
void wait_for(const int *flag);
/*
 * Lets the loop go on until all that was started has come to its end (waits for a read of the
 * store).
 */
void settle(void);

/* An object with an annotation "value". */
korch_object *make(const korch_kind *kind, const char *namespace_, const char *name,
                   const char *value);
const char *value_of(const korch_object *object);
/* A write of a ConfigMap in the namespace "ns". */
korch_write put_write(const char *name, const char *value, uint64_t expected);
korch_write delete_write(const char *name, uint64_t expected);
korch_write check_write(const char *name, uint64_t expected);
korch_key key_of(const char *name);

/* What came of a commit (or compaction). */
typedef struct outcome {
	int is_done;
	int calls; /* how often the completion ran */
	int code;
	korch_commit_result result;
} outcome;

/* A completion that fills an outcome. */
void on_commit(void *userdata, int code, const korch_commit_result *result);
/* Starts a transaction that must be accepted; see the outcome when it is done. */
void start_commit(outcome *out, const korch_write *writes, size_t n);
outcome commit_many(const korch_write *writes, size_t n);
/* Commits one write; asserts the code; the revision. */
uint64_t commit_one(korch_write write, int code);
/* Puts a value under a name in any state. */
uint64_t put(const char *name, const char *value);
uint64_t compact(uint64_t revision, int code);

/* The object under a key, or NULL; to be released. */
korch_object *get(const korch_key *key);
/* "value@revision" of a name, "-" when it is not there; static. */
const char *read_text(const char *name);

/* A page that was read. */
typedef struct listing {
	int is_done;
	int code;
	uint64_t revision;
	size_t n;
	size_t remaining;
	const korch_object **objects; /* referenced */
	char *token;                  /* NULL: the last page */
	char text[TEXT_MAX];          /* "name=value " of each, cut */
} listing;

void on_list(void *userdata, int code, const korch_list_page *page);
listing *list(const korch_list_query *query);
void listing_free(listing *page);
/*
 * All objects of a query by pages of `limit`, as one text; static. The revision of all pages is
 * asserted to be one.
 */
const char *list_text(korch_list_query query, size_t limit);

/* A watch and what it told. */
typedef struct test_watch {
	korch_watch *watch;
	int ready; /* calls of the ready function */
} test_watch;

void on_ready(void *userdata);
void watch_open(test_watch *out, const korch_watch_query *query, int code);
/*
 * Reads on: exactly this must come, "+name=value@revision " for each change, with "*" and "-" for
 * changed and deleted.
 */
void watch_expect(test_watch *watcher, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Lets the loop go on until the ready function has been called `n` times in all. */
void wait_ready(const test_watch *watcher, int n);

void add_commit_tests(Suite *suite, int i);
void add_list_tests(Suite *suite, int i);
void add_watch_tests(Suite *suite, int i);
void add_life_tests(Suite *suite, int i);
void add_lease_tests(Suite *suite, int i);
void add_model_tests(Suite *suite, int i);
void add_fault_tests(Suite *suite, int i);
/* Adds tests of factory i. */
void add_tests(Suite *suite, const char *name, const TTest *const *tests, size_t n, int i);
#define ADD_TESTS(suite, name, i, ...)                                                             \
	do {                                                                                           \
		const TTest *const tests_[] = {__VA_ARGS__};                                               \
		add_tests((suite), (name), tests_, sizeof(tests_) / sizeof(tests_[0]), (i));               \
	} while (0)

#endif
