/*
 * Pools: which endpoint a client of a port gets, who stays with whom, and how long a pool lives.
 */
#include "proxy/internal.h"

static const korch_balance_port no_port;

korch_proxy_pool *korch__pool_new(korch_proxy *proxy, const korch_balance_port *port)
{
	korch_proxy_pool *pool = korch__calloc(1, sizeof(*pool));
	if (!pool)
		return NULL;
	pool->proxy = proxy;
	pool->port = port;
	pool->refs = 1;
	pool->id = ++proxy->last_id;
	korch__link_init(&pool->connections);
	korch__link_init(&pool->flows);
	korch__link_append(&proxy->pools, &pool->link);
	return pool;
}

void korch__pool_ref(korch_proxy_pool *pool)
{
	pool->refs++;
}

void korch__pool_unref(korch_proxy_pool *pool)
{
	if (--pool->refs)
		return;
	korch__link_remove(&pool->link);
	korch__free(pool->turns);
	korch__free(pool->cursors);
	korch__free(pool);
}

void korch__pool_orphan(korch_proxy_pool *pool)
{
	pool->port = &no_port;
	korch__tcp_review(pool);
	korch__udp_close_flows(pool, NULL);
	korch__pool_unref(pool);
}

int korch__pool_share(korch_proxy_pool *pool, const korch_balance_port *port, uint64_t route)
{
	if (pool->route == route && pool->n_turns == port->n_groups)
		return 0;
	korch_turn *turns = korch__calloc(port->n_groups + 1, sizeof(*turns));
	uint32_t *cursors = korch__calloc(port->n_groups + 1, sizeof(*cursors));
	if (!turns || !cursors) {
		korch__free(turns);
		korch__free(cursors);
		return KORCH_E_NOMEM;
	}
	korch__free(pool->turns);
	korch__free(pool->cursors);
	pool->turns = turns;
	pool->cursors = cursors;
	pool->n_turns = port->n_groups;
	pool->route = route;
	return 0;
}

/* The next endpoint of the group whose turn it is; groups without endpoints leave theirs. */
static const korch_balance_endpoint *choose_by_weight(korch_proxy_pool *pool)
{
	const korch_balance_port *port = pool->port;
	for (size_t i = 0; i < port->n_groups; i++)
		pool->turns[i].weight = port->groups[i].n ? port->groups[i].weight : 0;
	size_t group = korch__turn_next(pool->turns, port->n_groups);
	return group == SIZE_MAX ? NULL : korch__balance_next_of(port, group, &pool->cursors[group]);
}

const korch_balance_endpoint *korch__pool_choose(korch_proxy_pool *pool,
                                                 const korch_proxy_address *client,
                                                 const korch_proxy_address *failed)
{
	if (failed)
		return korch__balance_after(pool->port, failed);
	if (pool->port->affinity_us) {
		korch_proxy *proxy = pool->proxy;
		const korch_proxy_address *address =
		    korch__affinity_get(&proxy->affinity, pool->id, client, korch__proxy_now(proxy));
		const korch_balance_endpoint *endpoint =
		    address ? korch__balance_find_usable(pool->port, address) : NULL;
		if (endpoint)
			return endpoint;
	}
	if (pool->port->n_groups && pool->n_turns == pool->port->n_groups)
		return choose_by_weight(pool);
	return korch__balance_next(pool->port, &pool->cursor);
}

static void watch_affinity(korch_proxy *proxy)
{
	korch_timer_set(proxy->affinity_timer, korch__affinity_next(&proxy->affinity));
}

void korch__pool_taken(korch_proxy_pool *pool, const korch_proxy_address *client,
                       const korch_proxy_address *endpoint)
{
	if (!pool->port->affinity_us)
		return;
	korch_proxy *proxy = pool->proxy;
	korch_usec until = korch__proxy_now(proxy) + pool->port->affinity_us;
	/* Without memory the client is not remembered, and served all the same. */
	korch__affinity_put(&proxy->affinity, pool->id, client, endpoint, until);
	if (korch_timer_due(proxy->affinity_timer) == KORCH_USEC_NEVER)
		watch_affinity(proxy);
}

void korch__pool_on_affinity(void *userdata)
{
	korch_proxy *proxy = userdata;
	korch__affinity_expire(&proxy->affinity, korch__proxy_now(proxy));
	watch_affinity(proxy);
}

int korch__pool_is_draining(const korch_proxy_pool *pool, const korch_proxy_address *endpoint)
{
	const korch_balance_endpoint *found = korch__balance_find(pool->port, endpoint);
	return !found || found->terminating;
}
