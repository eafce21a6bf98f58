/*
 * For authors of traffic routers: the table of functions. What it is that is routed, and the calls
 * through the table: router.h.
 */
#ifndef KORCH_SYS_ROUTER_H
#define KORCH_SYS_ROUTER_H

#include <korch/router.h>

KORCH_BEGIN_DECLS

/** @file sys/router.h The table that a traffic router implements. */

/**
 * Functions of a router. Completions run exactly once, from the loop, never from inside the call;
 * when a call returns a negative code it was not accepted and nothing is called. All calls are
 * idempotent. What is given is borrowed for the call. Callers have checked it: a traffic is a valid
 * one that asks for nothing beyond the capabilities, namespace and name are not empty, fn is not
 * NULL.
 */
typedef struct korch_router_ops {
	size_t size;           /**< sizeof(korch_router_ops), so that the table can grow */
	const char *name;      /**< e.g. "haproxy" */
	uint32_t capabilities; /**< KORCH_ROUTER_* */
	uint32_t reserved;     /**< 0 */
	/** Required. As korch_router_set() says. */
	int (*set)(void *self, const korch_traffic *traffic, korch_router_done_fn fn, void *userdata);
	/** Required. As korch_router_remove() says. */
	int (*remove)(void *self, const char *namespace_, const char *name, korch_router_done_fn fn,
	              void *userdata);
	/** Required. As korch_router_get() says. */
	int (*get)(void *self, const char *namespace_, const char *name, korch_router_get_fn fn,
	           void *userdata);
	/** With KORCH_ROUTER_METRICS. As korch_router_stats() says. */
	int (*stats)(void *self, const char *namespace_, const char *name, korch_router_stats_fn fn,
	             void *userdata);
	/** NULL: `capabilities` of the table. For routers whose instances differ. */
	uint32_t (*get_capabilities)(const void *self);
	/** Required. As korch_router_free() says. */
	void (*free)(void *self);
} korch_router_ops;

/** Makes a router of a backend. ops: static; refused with KORCH_E_INVALID when a slot that is
 * required or promised by the capabilities is empty. self passes to the router on success. @since
 * 0.1 */
KORCH_API int korch_router_register(korch_router **out, const korch_router_ops *ops, void *self,
                                    korch_error **err);
/** The table. @since 0.1 */
KORCH_API const korch_router_ops *korch_router_get_ops(const korch_router *router);
/** The backend's own data. @since 0.1 */
KORCH_API void *korch_router_get_self(const korch_router *router);

/** A copy of a traffic with all that it points to, freed by korch_traffic_free(); NULL when memory
 * is short. @since 0.1 */
KORCH_API korch_traffic *korch_traffic_dup(const korch_traffic *traffic);
/** Frees a copy; NULL is fine. @since 0.1 */
KORCH_API void korch_traffic_free(korch_traffic *traffic);

KORCH_END_DECLS

#endif
