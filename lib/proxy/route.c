/*
 * Routes: how the connections of Services are shared among revisions, kept by the Services' names.
 * How an endpoint is chosen by them: pool.c; which endpoints a share has: table.c.
 */
#include "base/cleanup.h"
#include "proxy/internal.h"

#include <string.h>

static int compare(const void *a, const void *b, void *context)
{
	const korch_proxy_sharing *left = a, *right = b;
	(void)context;
	int order = strcmp(left->namespace_, right->namespace_);
	return order ? order : strcmp(left->name, right->name);
}

static const korch_btree_ops sharing_ops = {.compare = compare};

void korch__sharings_init(korch_proxy *proxy)
{
	korch__btree_init(&proxy->sharings, &sharing_ops);
}

static void sharing_free(korch_proxy_sharing *sharing)
{
	if (!sharing)
		return;
	for (size_t i = 0; i < sharing->route.n_shares; i++)
		korch__free((char *)sharing->route.shares[i].name);
	for (size_t i = 0; i < sharing->n_services; i++)
		korch__free(sharing->services[i]);
	korch__free((korch_balance_share *)sharing->route.shares);
	korch__free(sharing->services);
	korch__free(sharing->namespace_);
	korch__free(sharing->name);
	korch__free(sharing);
}

void korch__sharings_fini(korch_proxy *proxy)
{
	for (korch_proxy_sharing *sharing; (sharing = korch__btree_first(&proxy->sharings));) {
		korch__btree_remove(&proxy->sharings, sharing);
		sharing_free(sharing);
	}
	korch__btree_fini(&proxy->sharings);
}

static korch_proxy_sharing *find(const korch_proxy *proxy, const char *namespace_, const char *name)
{
	korch_proxy_sharing key = {.namespace_ = (char *)namespace_, .name = (char *)name};
	return korch__btree_find(&proxy->sharings, &key);
}

const korch_proxy_sharing *korch__sharing_find(const korch_proxy *proxy, const char *namespace_,
                                               const char *name)
{
	return find(proxy, namespace_, name);
}

/* Copies the lists; what is there when it fails is freed with the whole. */
static int copy_lists(korch_proxy_sharing *to, const korch__proxy_route *route)
{
	korch_balance_share *shares = korch__calloc(route->n_shares + 1, sizeof(*shares));
	to->route.shares = shares;
	to->services = korch__calloc(route->n_services + 1, sizeof(*to->services));
	if (!shares || !to->services)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i < route->n_shares; i++, to->route.n_shares++) {
		shares[i] = route->shares[i];
		shares[i].name = korch__strdup(route->shares[i].name);
		if (!shares[i].name)
			return KORCH_E_NOMEM;
	}
	for (size_t i = 0; i < route->n_services; i++, to->n_services++) {
		to->services[i] = korch__strdup(route->services[i]);
		if (!to->services[i])
			return KORCH_E_NOMEM;
	}
	return 0;
}

static korch_proxy_sharing *sharing_new(korch_proxy *proxy, const korch__proxy_route *route)
{
	korch_proxy_sharing *sharing = korch__calloc(1, sizeof(*sharing));
	if (!sharing)
		return NULL;
	sharing->number = ++proxy->last_id;
	sharing->namespace_ = korch__strdup(route->namespace_);
	sharing->name = korch__strdup(route->service);
	if (!sharing->namespace_ || !sharing->name || copy_lists(sharing, route) < 0) {
		sharing_free(sharing);
		return NULL;
	}
	if (route->via) {
		sharing->via = *route->via;
		sharing->route.via = &sharing->via;
		sharing->route.via_port = route->via_port;
	}
	return sharing;
}

/* Equal shares keep their turns: the sequence goes on. */
static int is_same(const korch_proxy_sharing *a, const korch_proxy_sharing *b)
{
	if (a->route.n_shares != b->route.n_shares)
		return 0;
	for (size_t i = 0; i < a->route.n_shares; i++)
		if (a->route.shares[i].weight != b->route.shares[i].weight ||
		    strcmp(a->route.shares[i].name, b->route.shares[i].name) != 0)
			return 0;
	return 1;
}

int korch__proxy_set_route(korch_proxy *proxy, const korch__proxy_route *route)
{
	korch_proxy_sharing *before = find(proxy, route->namespace_, route->service);
	korch_proxy_sharing *next = sharing_new(proxy, route);
	if (!next)
		return KORCH_E_NOMEM;
	if (before && is_same(before, next))
		next->number = before->number;
	if (before) {
		korch__btree_replace(&proxy->sharings, next);
	} else if (korch__btree_insert(&proxy->sharings, next) < 0) {
		sharing_free(next);
		return KORCH_E_NOMEM;
	}
	int r = proxy->refresh ? proxy->refresh(proxy->observer, next->namespace_, next->name) : 0;
	if (r == KORCH_E_NOMEM || r == KORCH_E_NOT_FOUND) {
		if (before)
			korch__btree_replace(&proxy->sharings, before);
		else
			korch__btree_remove(&proxy->sharings, next);
		sharing_free(next);
		return r;
	}
	sharing_free(before);
	return r;
}

int korch__proxy_remove_route(korch_proxy *proxy, const char *namespace_, const char *service)
{
	korch_proxy_sharing *sharing = find(proxy, namespace_, service);
	if (!sharing)
		return 0;
	korch__btree_remove(&proxy->sharings, sharing);
	int r = proxy->refresh ? proxy->refresh(proxy->observer, namespace_, service) : 0;
	if (r == KORCH_E_NOMEM && korch__btree_insert(&proxy->sharings, sharing) == 0)
		return r;
	sharing_free(sharing);
	return 0;
}

int korch__proxy_route_in_force(const korch_proxy *proxy, const char *namespace_,
                                const char *service, const char **reason)
{
	const korch_proxy_sharing *sharing = find(proxy, namespace_, service);
	const korch_proxy_service *found = korch__service_find(proxy, namespace_, service);
	*reason = "";
	if (!sharing || !found || found->route != sharing->number)
		*reason = !sharing ? "there is no route" : "the Service is not served";
	for (size_t i = 0; !**reason && i < found->table.n_ports; i++)
		for (size_t j = 0; j < found->table.ports[i].n_groups; j++)
			if (found->table.ports[i].groups[j].weight && !found->table.ports[i].groups[j].n)
				*reason = "a revision that has weight has no ready endpoint";
	return !**reason;
}
