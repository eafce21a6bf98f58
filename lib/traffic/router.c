/* The handle of a router: registering a backend's table, refusing holes in it, and calls that are
 * checked before a backend sees them. */
#include "base/alloc.h"
#include "base/text.h"
#include <korch/sys/router.h>

struct korch_router {
	const korch_router_ops *ops;
	void *self;
};

int korch_router_register(korch_router **out, const korch_router_ops *ops, void *self,
                          korch_error **err)
{
	if (!out || !ops || ops->size < sizeof(*ops) || !ops->name || !*ops->name)
		return korch_error_set(
		    err, KORCH_E_INVALID,
		    "a router needs a table of functions of the known size, with a name");
	if (!ops->set || !ops->remove || !ops->get || !ops->free ||
	    ((ops->capabilities & KORCH_ROUTER_METRICS) && !ops->stats))
		return korch_error_set(err, KORCH_E_INVALID,
		                       "router \"%s\": a function that is required or promised is missing",
		                       ops->name);
	korch_router *router = korch__alloc(sizeof(*router));
	if (!router)
		return korch_error_set(err, KORCH_E_NOMEM, "no memory for a router");
	router->ops = ops;
	router->self = self;
	*out = router;
	return 0;
}

const korch_router_ops *korch_router_get_ops(const korch_router *router)
{
	return router->ops;
}

void *korch_router_get_self(const korch_router *router)
{
	return router->self;
}

const char *korch_router_name(const korch_router *router)
{
	return router ? router->ops->name : "";
}

uint32_t korch_router_capabilities(const korch_router *router)
{
	if (!router)
		return 0;
	return router->ops->get_capabilities ? router->ops->get_capabilities(router->self)
	                                     : router->ops->capabilities;
}

void korch_router_free(korch_router *router)
{
	if (!router)
		return;
	router->ops->free(router->self);
	korch__free(router);
}

static void nobody(void *userdata, int code, const char *message)
{
	(void)userdata;
	(void)code;
	(void)message;
}

/* The bits of a traffic as needs, so that there is one place that words the refusal. */
static int refuses(const korch_router *router, const korch_traffic *traffic, korch_error **err)
{
	uint32_t needed = korch_traffic_needs(traffic), has = korch_router_capabilities(router);
	for (uint32_t bit = 1; bit && bit <= needed; bit <<= 1) {
		korch_traffic_need need = {.capability = bit, .path = NULL};
		if ((needed & ~has & bit) && korch_router_refuses(has, &need, 1, err) < 0)
			return KORCH_E_UNSUPPORTED;
	}
	return 0;
}

int korch_router_set(korch_router *router, const korch_traffic *traffic, korch_router_done_fn done,
                     void *userdata, korch_error **err)
{
	if (!router)
		return korch_error_set(err, KORCH_E_INVALID, "no router");
	int r = korch_traffic_check(traffic, err);
	if (r == 0)
		r = refuses(router, traffic, err);
	if (r < 0)
		return r;
	r = router->ops->set(router->self, traffic, done ? done : nobody, userdata);
	return r < 0 ? korch_error_set(err, r, "the router \"%s\" does not take it: %s",
	                               router->ops->name, korch_code_text(r))
	             : 0;
}

static int is_named(const korch_router *router, const char *namespace_, const char *name)
{
	return router && *korch__text_or_empty(namespace_) && *korch__text_or_empty(name);
}

int korch_router_remove(korch_router *router, const char *namespace_, const char *name,
                        korch_router_done_fn done, void *userdata)
{
	if (!is_named(router, namespace_, name))
		return KORCH_E_INVALID;
	return router->ops->remove(router->self, namespace_, name, done ? done : nobody, userdata);
}

int korch_router_get(korch_router *router, const char *namespace_, const char *name,
                     korch_router_get_fn fn, void *userdata)
{
	if (!is_named(router, namespace_, name) || !fn)
		return KORCH_E_INVALID;
	return router->ops->get(router->self, namespace_, name, fn, userdata);
}

int korch_router_stats(korch_router *router, const char *namespace_, const char *name,
                       korch_router_stats_fn fn, void *userdata)
{
	if (!is_named(router, namespace_, name) || !fn)
		return KORCH_E_INVALID;
	if (!(korch_router_capabilities(router) & KORCH_ROUTER_METRICS) || !router->ops->stats)
		return KORCH_E_UNSUPPORTED;
	return router->ops->stats(router->self, namespace_, name, fn, userdata);
}
