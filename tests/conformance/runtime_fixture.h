/*
 * What the files of the runtime's conformance suite share: the runtime under test, calls that are
 * waited for, what events told.
 */
#ifndef KORCH_CONFORMANCE_RUNTIME_FIXTURE_H
#define KORCH_CONFORMANCE_RUNTIME_FIXTURE_H

#include "runtime.h"

/*
 * Short names in these files, long ones for the linker: the library is linked into other people's
 * programs.
 */
#define loop korch__runtime_test_loop
#define runtime korch__runtime_test_runtime
#define ops korch__runtime_test_ops
#define self korch__runtime_test_self
#define events korch__runtime_test_events
#define n_events korch__runtime_test_n_events
#define is_inside korch__runtime_test_is_inside
#define fixture_open korch__runtime_test_fixture_open
#define fixture_close korch__runtime_test_fixture_close
#define fixture_open_again korch__runtime_test_fixture_open_again
#define fixture_free korch__runtime_test_fixture_free
#define fixture_factory korch__runtime_test_fixture_factory
#define fixture_restart korch__runtime_test_fixture_restart
#define step korch__runtime_test_step
#define settle korch__runtime_test_settle
#define on_done korch__runtime_test_on_done
#define wait_done korch__runtime_test_wait_done
#define make_sandbox korch__runtime_test_make_sandbox
#define start_job korch__runtime_test_start_job
#define run_job korch__runtime_test_run_job
#define stop_container korch__runtime_test_stop_container
#define remove_container korch__runtime_test_remove_container
#define remove_sandbox korch__runtime_test_remove_sandbox
#define wait_event korch__runtime_test_wait_event
#define count_events korch__runtime_test_count_events
#define find_listed korch__runtime_test_find_listed
#define add_life_tests korch__runtime_test_add_life_tests
#define add_call_tests korch__runtime_test_add_call_tests
#define add_tests korch__runtime_test_add_tests

/* An event that was told. */
typedef struct told {
	char id[64];
	char sandbox_id[64];
	char name[64];
	int phase, exit_code, signal, restart_count;
	korch_usec started_us, finished_us, at_us;
} told;

/* What came of a call. */
typedef struct answer {
	int calls; /* how often the completion ran */
	int code;
	char reason[64];
} answer;

extern korch_loop *loop;
extern korch_runtime *runtime;
extern const korch_runtime_ops *ops;
extern void *self;
extern told events[256];
extern size_t n_events;
extern int is_inside; /* 1 while a call is running: neither completions nor events may come then */

void fixture_open(int i);
void fixture_close(void);
/* Frees the runtime alone; opens one again. */
void fixture_free(void);
void fixture_open_again(void);
const korch_conformance_runtime_factory *fixture_factory(void);
/* Restarts the host program. 0 when the runtime cannot. */
int fixture_restart(void);

/* Lets the loop go on for a while; virtual time goes on as well. */
void step(void);
/* Long enough for what was started to be told. */
void settle(void);

void on_done(void *userdata, int code, const char *reason, const char *message);
/* Waits for the answer; its code. */
int wait_done(const answer *out);

/* Each waits for the answer and gives its code. */
int make_sandbox(const char *id);
void start_job(answer *out, const char *sandbox_id, const char *id, korch_conformance_job job);
int run_job(const char *sandbox_id, const char *id, korch_conformance_job job);
int stop_container(const char *id, int signal, korch_usec grace_us);
int remove_container(const char *id);
int remove_sandbox(const char *id);

/* Waits until a phase of a container was told. */
const told *wait_event(const char *id, int phase);
size_t count_events(const char *id, int phase);

/*
 * What a list says of a container: its phase, or -1 when it is not there. *sandboxes may be NULL.
 */
int find_listed(const char *id, size_t *sandboxes);

void add_life_tests(Suite *suite, int i);
void add_call_tests(Suite *suite, int i);
/* Adds tests of factory i. */
void add_tests(Suite *suite, const char *name, const TTest *const *tests, size_t n, int i);
#define ADD_TESTS(suite, name, i, ...)                                                             \
	do {                                                                                           \
		const TTest *const tests_[] = {__VA_ARGS__};                                               \
		add_tests((suite), (name), tests_, sizeof(tests_) / sizeof(tests_[0]), (i));               \
	} while (0)

#endif
