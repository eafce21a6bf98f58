/* A cluster of simulated nodes in virtual time for the tests of this folder. */
#ifndef KORCH_TESTS_CLUSTER_FIXTURE_H
#define KORCH_TESTS_CLUSTER_FIXTURE_H

#include "unit.h"
#include <korch/api.h>
#include <korch/cluster.h>
#include <korch/sim.h>

#define START_US ((korch_usec)1600000000 * KORCH_USEC_PER_SEC)
#define SECOND KORCH_USEC_PER_SEC

typedef struct fixture {
	korch_loop *loop;
	korch_store *store;
	korch_runtime *runtime; /* the cluster's */
	korch_cluster *cluster;
} fixture;

/* A cluster with so many nodes ("node-0" …, four processors and 8 GiB each) of the simulated
 * runtime; 0: without a runtime. */
void fixture_init(fixture *at, int nodes);
/* The same on a loop and a store, which become the fixture's. */
void fixture_init_on(fixture *at, int nodes, korch_loop *loop, korch_store *store);
void fixture_fini(fixture *at);
/* Applies a manifest, which must be right. */
void fixture_apply(fixture *at, const char *text);
/* The object, which must be there; the caller's. */
korch_object *fixture_get(fixture *at, const char *kind, const char *name);
/* Whether an object is there. */
int fixture_has(fixture *at, const char *kind, const char *name);
/* How many there are. */
size_t fixture_count(fixture *at, const char *kind, const char *selector);
/* Lets time pass. */
void fixture_pass(fixture *at, korch_usec us);
/* Compares one value, by its path ("spec.replicas"), as JSON text; NULL: it must be missing. */
void fixture_value(fixture *at, const char *kind, const char *name, const char *path,
                   const char *json);
/* A Deployment "web" with so many replicas and an image. The text is static. */
const char *fixture_web(int replicas, const char *image);
korch_key fixture_key(const korch_kind *kind, const char *name);

#endif
