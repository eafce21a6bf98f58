/* What the tests of routers with real traffic share: HTTP servers that answer with the name of
 * their revision, and a client. */
#ifndef KORCH_CONFORMANCE_ROUTER_WORLD_H
#define KORCH_CONFORMANCE_ROUTER_WORLD_H

#include <korch/router.h>

enum { WORLD_SERVERS = 6 }; /* three of v1, one of v2, two of v3 */

/* Starts the servers, on free ports of 127.0.0.1, in a thread of their own. */
void world_start(void);
void world_stop(void);
int world_port(int server);
/* "v1", "v2", "v3". */
const char *world_revision(int server);
/* From now on servers answer requests of v2 with that status. */
void world_set_status(int status);

typedef struct world_request {
	const char *const *headers; /* names and values in turn, NULL at the end; NULL: none */
	const char *cookie;         /* "name=value"; NULL: none */
	char set_cookie[256];       /* what the answer sets, "" without */
	int status;                 /* 0: no whole answer */
} world_request;

/* Connects, asks, waits for the answer while the loop runs. Which revision answered; NULL: none. */
const char *world_ask(korch_loop *loop, const char *ip, int port, world_request *request);
/* The same for a whole text: the answer, cut at size. Its length; 0 without one. */
size_t world_exchange(korch_loop *loop, const char *ip, int port, const char *text, char *answer,
                      size_t size);

/* Clients that ask without a pause, from another thread, on kept connections. */
void world_load_start(const char *ip, int port, int connections);
/* Tells them to end, and whether they have. */
void world_load_end(void);
int world_load_has_ended(void);
/* Ends them; how many requests were answered by each revision, [0]: not or wrongly. */
void world_load_stop(uint64_t answers[4]);
/* Answers until now. */
uint64_t world_load_count(void);

#endif
