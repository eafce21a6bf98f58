/*
 * The choice of an endpoint, and the difference of two tables. How a table is made from a Service:
 * table.c.
 */
#include "proxy/balance.h"

#include <string.h>

int korch__balance_port_same(const korch_balance_port *a, const korch_balance_port *b)
{
	return a->protocol == b->protocol && a->family == b->family && a->local == b->local &&
	       !strcmp(a->name ? a->name : "", b->name ? b->name : "");
}

/* Index of the first of n sorted endpoints that is not before the address. */
static size_t lower_bound(const korch_balance_endpoint *endpoints, size_t n,
                          const korch_proxy_address *address)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (korch__proxy_address_compare(&endpoints[middle].address, address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const korch_balance_endpoint *find_in(const korch_balance_endpoint *endpoints, size_t n,
                                             const korch_proxy_address *address)
{
	size_t at = lower_bound(endpoints, n, address);
	if (at == n || korch__proxy_address_compare(&endpoints[at].address, address) != 0)
		return NULL;
	return &endpoints[at];
}

const korch_balance_endpoint *korch__balance_find_usable(const korch_balance_port *port,
                                                         const korch_proxy_address *address)
{
	return find_in(port->endpoints, port->n_usable, address);
}

const korch_balance_endpoint *korch__balance_find(const korch_balance_port *port,
                                                  const korch_proxy_address *address)
{
	const korch_balance_endpoint *usable = korch__balance_find_usable(port, address);
	if (usable || port->n_endpoints == port->n_usable)
		return usable;
	return find_in(port->endpoints + port->n_usable, port->n_endpoints - port->n_usable, address);
}

const korch_balance_endpoint *korch__balance_next(const korch_balance_port *port, uint32_t *cursor)
{
	if (port->n_usable == 0)
		return NULL;
	size_t at = *cursor % port->n_usable;
	*cursor = (uint32_t)(at + 1);
	return &port->endpoints[at];
}

const korch_balance_endpoint *korch__balance_next_of(const korch_balance_port *port, size_t group,
                                                     uint32_t *cursor)
{
	const korch_balance_group *g = &port->groups[group];
	if (g->n == 0)
		return NULL;
	uint32_t at = *cursor % g->n;
	*cursor = at + 1;
	return &port->endpoints[port->members[g->first + at]];
}

const korch_balance_endpoint *korch__balance_after(const korch_balance_port *port,
                                                   const korch_proxy_address *failed)
{
	if (port->n_usable == 0)
		return NULL;
	size_t at = lower_bound(port->endpoints, port->n_usable, failed);
	if (at < port->n_usable &&
	    korch__proxy_address_compare(&port->endpoints[at].address, failed) == 0)
		at++;
	return &port->endpoints[at == port->n_usable ? 0 : at];
}

size_t korch__balance_port_of(const korch_balance_table *table, const korch_proxy_address *address,
                              int protocol)
{
	for (size_t i = 0; i < table->n_ports; i++) {
		const korch_balance_port *port = &table->ports[i];
		for (size_t j = 0; port->protocol == protocol && j < port->n_frontends; j++)
			if (korch__proxy_address_compare(&port->frontends[j], address) == 0)
				return i;
	}
	return SIZE_MAX;
}

/* Adds the frontends of `of` that `in` does not have. */
static int add_listens(korch_balance_diff *diff, int opening, const korch_balance_table *of,
                       const korch_balance_table *in)
{
	for (size_t i = 0; i < of->n_ports; i++) {
		const korch_balance_port *port = &of->ports[i];
		for (size_t j = 0; j < port->n_frontends; j++) {
			const korch_proxy_address *address = &port->frontends[j];
			if (korch__balance_port_of(in, address, port->protocol) != SIZE_MAX)
				continue;
			korch_balance_listen listen = {*address, port->protocol, i};
			int r = opening ? korch__vec_push(&diff->open, listen)
			                : korch__vec_push(&diff->close, listen);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static const korch_balance_port *same_port(const korch_balance_table *table,
                                           const korch_balance_port *port)
{
	for (size_t i = 0; i < table->n_ports; i++)
		if (korch__balance_port_same(&table->ports[i], port))
			return &table->ports[i];
	return NULL;
}

/* Adds the endpoints of a port that are not in its next state, or are on their way out there. */
static int add_gone(korch_balance_diff *diff, const korch_balance_table *old_table, size_t index,
                    const korch_balance_port *now)
{
	const korch_balance_port *was = &old_table->ports[index];
	for (size_t i = 0; i < was->n_endpoints; i++) {
		const korch_balance_endpoint *endpoint = &was->endpoints[i];
		const korch_balance_endpoint *next =
		    now ? korch__balance_find(now, &endpoint->address) : NULL;
		if (endpoint->terminating ? next != NULL : next && !next->terminating)
			continue;
		korch_balance_gone gone = {endpoint->address, index};
		if (korch__vec_push(&diff->gone, gone) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

int korch__balance_diff_make(korch_balance_diff *out, const korch_balance_table *old_table,
                             const korch_balance_table *new_table)
{
	int r = add_listens(out, 0, old_table, new_table);
	if (r == 0)
		r = add_listens(out, 1, new_table, old_table);
	for (size_t i = 0; r == 0 && i < old_table->n_ports; i++)
		r = add_gone(out, old_table, i, same_port(new_table, &old_table->ports[i]));
	return r;
}

void korch__balance_diff_fini(korch_balance_diff *diff)
{
	korch__vec_fini(&diff->open);
	korch__vec_fini(&diff->close);
	korch__vec_fini(&diff->gone);
}
