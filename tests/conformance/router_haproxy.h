/* What the tests of HAProxy share: a router with Service "web" of "ns" and servers behind. */
#ifndef KORCH_CONFORMANCE_ROUTER_HAPROXY_H
#define KORCH_CONFORMANCE_ROUTER_HAPROXY_H

#include "router.h"
#include <sys/types.h>

/* What came of a set. */
typedef struct answer {
	int done, code;
	char message[256];
} answer;

/* The suite, which is in the same program, has its own of these names. */
#define loop haproxy_test_loop
#define router haproxy_test_router
#define step haproxy_test_step
#define on_done haproxy_test_on_done

extern korch_loop *loop;
extern korch_router *router;
extern int port; /* where clients come in */
/* What set() sets; endpoints are filled in by it. */
extern korch_traffic_destination destinations[3];
extern korch_traffic traffic;

void step(void);
void on_done(void *userdata, int code, const char *message);
/* Everything goes to v1 at first. */
void start(void);
void finish(void);
/* Sets weights and waits. */
answer set(int v1, int v2);
/* How many processes are this one's children, and one of them. */
int children(pid_t *last);

void add_haproxy_load_tests(TCase *tcase);

#endif
