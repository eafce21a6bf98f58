/* What the tests of the etcd store share: its servers, and how they and the store are opened. */
#ifndef KORCH_CONFORMANCE_STORE_ETCD_H
#define KORCH_CONFORMANCE_STORE_ETCD_H

#include "etcd.h"
#include "store_fixture.h"

enum { SERVERS_MAX = 3 };

/* To be set before fixture_open(0), in the test's own process. */
extern size_t n_servers;
extern etcd_options server_options;
extern korch_store_etcd_options store_options;

extern etcd_server servers[SERVERS_MAX];

/* Another store on the same servers, on another loop: what it does the first one is not told of
 * before its own loop goes on. */
extern korch_loop *other_loop;
extern korch_store *other;
void other_open(void);
void other_close(void);
/* Puts, deletes, and compacts, by the other store. */
uint64_t other_put(const char *name, const char *value);
uint64_t other_delete(const char *name);
void other_compact(uint64_t revision);

void add_etcd_net_tests(Suite *suite);
void add_etcd_value_tests(Suite *suite);
void add_etcd_tls_tests(Suite *suite);

#endif
