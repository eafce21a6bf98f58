/*
 * Rollouts, Canaries and the traffic router: what an object asks for is put in force, and the
 * object is told when it is.
 */
#ifndef KORCH_CLUSTER_ROUTING_H
#define KORCH_CLUSTER_ROUTING_H

#include <korch/cluster.h>
#include <korch/router.h>

typedef struct korch__routing korch__routing;

/* Adds the controllers to the cluster's engine. The router is borrowed and outlives them.
 * is_strange: it does not see the engine's endpoints by itself. 0 or negative; *out is to be freed
 * in any case (NULL when there was no memory for it). */
int korch__routing_new(korch__routing **out, korch_engine *engine, korch_router *router,
                       int is_strange, korch_error **err);
/* After the router was freed (its completions have run), before the engine is. NULL is fine. */
void korch__routing_free(korch__routing *routing);

#endif
