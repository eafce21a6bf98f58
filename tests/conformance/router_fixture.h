/* What the files of the routers' conformance suite share: the router under test, calls that are
 * waited for, and shares that are counted. */
#ifndef KORCH_CONFORMANCE_ROUTER_FIXTURE_H
#define KORCH_CONFORMANCE_ROUTER_FIXTURE_H

#include "router.h"

/* Short names in these files, long ones for the linker. */
#define loop korch__router_test_loop
#define router korch__router_test_router
#define is_inside korch__router_test_is_inside
#define fixture_open korch__router_test_fixture_open
#define fixture_close korch__router_test_fixture_close
#define fixture_can korch__router_test_fixture_can
#define fixture_factory korch__router_test_fixture_factory
#define step korch__router_test_step
#define on_done korch__router_test_on_done
#define wait_done korch__router_test_wait_done
#define set_start korch__router_test_set_start
#define set_traffic korch__router_test_set_traffic
#define set_weights korch__router_test_set_weights
#define remove_traffic korch__router_test_remove_traffic
#define get_traffic korch__router_test_get_traffic
#define ask korch__router_test_ask
#define ask_with korch__router_test_ask_with
#define count korch__router_test_count
#define make_wish korch__router_test_make_wish
#define add_router_life_tests korch__router_test_add_life_tests
#define add_router_route_tests korch__router_test_add_route_tests
#define add_router_tests korch__router_test_add_tests

/* What came of a call. */
typedef struct answer {
	int calls; /* how often the completion ran */
	int code;
	char message[256];
} answer;

/* What get tells. */
typedef struct told {
	int calls, code, in_force;
	char service[64], reason[128];
	size_t n;
	int weights[8];
} told;

/* A traffic with room for what the suite needs. */
typedef struct wish {
	korch_traffic traffic;
	korch_traffic_destination destinations[4];
} wish;

extern korch_loop *loop;
extern korch_router *router;
extern int is_inside; /* 1 while a call is running: completions may not come then */

void fixture_open(int i);
void fixture_close(void);
const korch_conformance_router_factory *fixture_factory(void);
int fixture_can(uint32_t capabilities);
void step(void);

void on_done(void *userdata, int code, const char *message);
/* Waits for the answer; its code. */
int wait_done(const answer *out);

/* A traffic of rollout "web" for Service "web"; weights of v1, v2, v3, negative: left out. */
wish make_wish(int v1, int v2, int v3);
/* 0, or the code with which the set was not accepted. */
int set_start(answer *out, wish *wanted);
/* Sets and waits. */
int set_traffic(wish *wanted);
int set_weights(int v1, int v2, int v3);
int remove_traffic(const char *name);
told get_traffic(const char *name);

/* The number of the revision that answers: 1 … 3. */
int ask(void);
int ask_with(const char *const *headers, const char *cookie);
/* Asks n times; how often each revision has answered. */
void count(int n, int answers[4]);

void add_router_life_tests(Suite *suite, int i);
void add_router_route_tests(Suite *suite, int i);
void add_router_tests(Suite *suite, const char *name, const TTest *const *tests, size_t n, int i);
#define ADD_TESTS(suite, name, i, ...)                                                             \
	do {                                                                                           \
		const TTest *const tests_[] = {__VA_ARGS__};                                               \
		add_router_tests((suite), (name), tests_, sizeof(tests_) / sizeof(tests_[0]), (i));        \
	} while (0)

#endif
