/* Tables from literal Services and slices, the choice of endpoints, differences, affinity. */
#include "base/alloc.h"
#include "proxy/affinity.h"
#include "proxy/balance.h"
#include "proxy_objects.h"

#include <string.h>

enum { READY_SERVING = READY | SERVING };

static korch_balance_table table_of(const korch_service *service,
                                    const korch_endpoint_slice *const *slices, size_t n)
{
	korch_balance_table table = {0};
	korch_balance_input input = {service, slices, n, "node-a"};
	ck_assert_int_eq(korch__balance_table_make(&table, &input), 0);
	return table;
}

static korch_balance_table table_of_one(const korch_service *service, korch_endpoint_slice *slice)
{
	const korch_endpoint_slice *slices[] = {slice};
	return table_of(service, slices, 1);
}

static const char *text_of(const korch_proxy_address *address)
{
	static char text[4][KORCH_PROXY_ADDRESS_TEXT];
	static unsigned turn;
	char *out = text[turn++ % 4];
	korch__proxy_address_text(out, address);
	return out;
}

static void release(korch_service *service, korch_endpoint_slice *slice)
{
	korch_object_unref(&service->object);
	korch_object_unref(&slice->object);
}

static korch_service *web(void)
{
	korch_service *service = service_make("web", "127.1.0.1");
	service_port(service, "http", "TCP", 80, 0);
	return service;
}

START_TEST(ready_endpoints_are_used)
{
	korch_service *service = web();
	korch_endpoint_slice *slice = slice_make("web", "http", "TCP", 8080);
	slice_add(slice, (endpoint_row){"127.2.0.3", READY_SERVING, NULL});
	slice_add(slice, (endpoint_row){"127.2.0.2", 0, NULL});
	slice_add(slice, (endpoint_row){"127.2.0.1", UNSET, NULL});
	slice_add(slice, (endpoint_row){"127.2.0.4", SERVING | TERMINATING, NULL});
	slice_add(slice, (endpoint_row){"not an address", READY_SERVING, NULL});
	korch_balance_table table = table_of_one(service, slice);
	ck_assert_uint_eq(table.n_ports, 1);
	const korch_balance_port *port = &table.ports[0];
	ck_assert_str_eq(port->name, "http");
	ck_assert_uint_eq(port->n_frontends, 1);
	ck_assert_str_eq(text_of(&port->frontends[0]), "127.1.0.1:80");
	ck_assert_uint_eq(port->n_usable, 2);
	ck_assert_uint_eq(port->n_endpoints, 4);
	ck_assert_str_eq(text_of(&port->endpoints[0].address), "127.2.0.1:8080");
	ck_assert_str_eq(text_of(&port->endpoints[1].address), "127.2.0.3:8080");
	ck_assert_str_eq(text_of(&port->endpoints[3].address), "127.2.0.4:8080");
	ck_assert_int_eq(port->endpoints[3].terminating, 1);
	korch__balance_table_fini(&table);
	release(service, slice);
}
END_TEST

START_TEST(terminating_ones_serve_when_nothing_is_ready)
{
	korch_service *service = web();
	korch_endpoint_slice *slice = slice_make("web", "http", "TCP", 8080);
	slice_add(slice, (endpoint_row){"127.2.0.1", TERMINATING, NULL});
	slice_add(slice, (endpoint_row){"127.2.0.2", SERVING | TERMINATING, NULL});
	slice_add(slice, (endpoint_row){"127.2.0.3", SERVING, NULL});
	korch_balance_table table = table_of_one(service, slice);
	ck_assert_uint_eq(table.ports[0].n_usable, 1);
	ck_assert_str_eq(text_of(&table.ports[0].endpoints[0].address), "127.2.0.2:8080");
	ck_assert_uint_eq(table.ports[0].n_frontends, 1);
	korch__balance_table_fini(&table);
	release(service, slice);
}
END_TEST

START_TEST(nothing_listens_without_endpoints)
{
	korch_service *service = web();
	korch_balance_table table = table_of(service, NULL, 0);
	ck_assert_uint_eq(table.n_ports, 1);
	ck_assert_uint_eq(table.ports[0].n_frontends, 0);
	uint32_t cursor = 0;
	ck_assert_ptr_null(korch__balance_next(&table.ports[0], &cursor));
	korch__balance_table_fini(&table);
	korch_object_unref(&service->object);
}
END_TEST

START_TEST(ports_match_by_name_and_protocol)
{
	korch_service *service = service_make("dns", "127.1.0.1");
	service_port(service, "dns", "UDP", 53, 0);
	service_port(service, "dns-tcp", NULL, 53, 0);
	service_port(service, "bulk", "SCTP", 99, 0);
	korch_endpoint_slice *udp = slice_make("dns", "dns", "UDP", 5353);
	korch_endpoint_slice *tcp = slice_make("dns", "dns-tcp", "TCP", 5354);
	slice_add(udp, (endpoint_row){"127.2.0.1", READY_SERVING, NULL});
	slice_add(tcp, (endpoint_row){"127.2.0.1", READY_SERVING, NULL});
	slice_add(tcp, (endpoint_row){"127.2.0.1", SERVING, NULL}); /* twice: the better one counts */
	const korch_endpoint_slice *slices[] = {udp, tcp};
	korch_balance_table table = table_of(service, slices, 2);
	ck_assert_uint_eq(table.n_ports, 2);
	ck_assert_int_eq(table.ports[0].protocol, KORCH_PROXY_UDP);
	ck_assert_str_eq(text_of(&table.ports[0].endpoints[0].address), "127.2.0.1:5353");
	ck_assert_int_eq(table.ports[1].protocol, KORCH_PROXY_TCP);
	ck_assert_uint_eq(table.ports[1].n_endpoints, 1);
	ck_assert_int_eq(table.ports[1].endpoints[0].ready, 1);
	korch__balance_table_fini(&table);
	release(service, udp);
	korch_object_unref(&tcp->object);
}
END_TEST

START_TEST(headless_and_names_have_no_ports)
{
	korch_endpoint_slice *slice = slice_make("web", "http", "TCP", 8080);
	slice_add(slice, (endpoint_row){"127.2.0.1", READY_SERVING, NULL});
	korch_service *service = service_make("web", "None");
	service_port(service, "http", "TCP", 80, 0);
	korch_balance_table table = table_of_one(service, slice);
	ck_assert_uint_eq(table.n_ports, 0);
	korch_string_set(&service->spec->type, "ExternalName");
	korch_string_set(&service->spec->cluster_ip, NULL);
	table = table_of_one(service, slice);
	ck_assert_uint_eq(table.n_ports, 0);
	korch_string_set(&service->spec->type, "ClusterIP");
	korch_string_set(&service->spec->cluster_ip, "127.1.0.1");
	korch_map_set(&korch_object_edit_meta(&service->object)->labels,
	              "service.kubernetes.io/service-proxy-name", "mesh");
	table = table_of_one(service, slice);
	ck_assert_uint_eq(table.n_ports, 0);
	release(service, slice);
}
END_TEST

START_TEST(node_ports_and_external_addresses)
{
	korch_service *service = service_make("web", "127.1.0.1");
	service_port(service, "http", "TCP", 80, 30080);
	korch_endpoint_slice *slice = slice_make("web", "http", "TCP", 8080);
	slice_add(slice, (endpoint_row){"127.2.0.1", READY_SERVING, "node-a"});
	slice_add(slice, (endpoint_row){"127.2.0.2", READY_SERVING, "node-b"});
	korch_service_spec *spec = service->spec;
	korch_string_set(&spec->type, "NodePort");
	const char **ips = korch_string_list_edit(&spec->external_ips, &spec->n_external_ips, 1);
	korch_string_set(&ips[0], "10.1.2.3");
	korch_balance_table table = table_of_one(service, slice);
	ck_assert_uint_eq(table.n_ports, 1);
	ck_assert_uint_eq(table.ports[0].n_frontends, 3);
	ck_assert_str_eq(text_of(&table.ports[0].frontends[1]), "127.0.0.1:30080");
	ck_assert_str_eq(text_of(&table.ports[0].frontends[2]), "10.1.2.3:80");
	korch__balance_table_fini(&table);
	/* Traffic from outside stays on the node: an entry of its own, with fewer endpoints. */
	korch_string_set(&spec->external_traffic_policy, "Local");
	table = table_of_one(service, slice);
	ck_assert_uint_eq(table.n_ports, 2);
	ck_assert_uint_eq(table.ports[0].n_frontends, 1);
	ck_assert_uint_eq(table.ports[0].n_usable, 2);
	ck_assert_uint_eq(table.ports[1].n_frontends, 2);
	ck_assert_uint_eq(table.ports[1].n_usable, 1);
	ck_assert_str_eq(text_of(&table.ports[1].endpoints[0].address), "127.2.0.1:8080");
	korch__balance_table_fini(&table);
	release(service, slice);
}
END_TEST

START_TEST(families_stay_apart)
{
	korch_service *service = web();
	korch_service_spec *spec = service->spec;
	const char **ips = korch_string_list_edit(&spec->cluster_ips, &spec->n_cluster_ips, 2);
	korch_string_set(&ips[0], "127.1.0.1");
	korch_string_set(&ips[1], "::1");
	korch_endpoint_slice *slice = slice_make("web", "http", "TCP", 8080);
	korch_string_set(&slice->address_type, "IPv6");
	slice_add(slice, (endpoint_row){"::1", READY_SERVING, NULL});
	korch_balance_table table = table_of_one(service, slice);
	ck_assert_uint_eq(table.n_ports, 2);
	ck_assert_uint_eq(table.ports[0].n_frontends, 0);
	ck_assert_uint_eq(table.ports[1].n_frontends, 1);
	ck_assert_str_eq(text_of(&table.ports[1].frontends[0]), "[::1]:80");
	ck_assert_str_eq(text_of(&table.ports[1].endpoints[0].address), "[::1]:8080");
	korch__balance_table_fini(&table);
	release(service, slice);
}
END_TEST

START_TEST(round_robin_and_next_after_a_failure)
{
	korch_service *service = web();
	korch_endpoint_slice *slice = slice_make("web", "http", "TCP", 8080);
	slice_add(slice, (endpoint_row){"127.2.0.1", READY_SERVING, NULL});
	slice_add(slice, (endpoint_row){"127.2.0.2", READY_SERVING, NULL});
	slice_add(slice, (endpoint_row){"127.2.0.3", READY_SERVING, NULL});
	korch_balance_table table = table_of_one(service, slice);
	const korch_balance_port *port = &table.ports[0];
	uint32_t cursor = 0;
	for (size_t i = 0; i < 7; i++)
		ck_assert_ptr_eq(korch__balance_next(port, &cursor), &port->endpoints[i % 3]);
	cursor = UINT32_MAX;
	ck_assert_ptr_nonnull(korch__balance_next(port, &cursor));
	korch_proxy_address failed = port->endpoints[2].address;
	ck_assert_ptr_eq(korch__balance_after(port, &failed), &port->endpoints[0]);
	failed.port = 1; /* not in the table: the one that would follow */
	ck_assert_ptr_eq(korch__balance_after(port, &failed), &port->endpoints[2]);
	korch__balance_table_fini(&table);
	release(service, slice);
}
END_TEST

static const char *group_by_last_digit(void *userdata, const char *namespace_,
                                       const korch_endpoint *endpoint)
{
	const char *ip = endpoint->addresses[0];
	ck_assert_str_eq(namespace_, "shop");
	return ip[strlen(ip) - 1] < '5' ? "old" : ip[strlen(ip) - 1] < '8' ? "new" : userdata;
}

static int make_shared(korch_balance_table *out, const korch_service *service,
                       const korch_endpoint_slice *slice, const korch_balance_route *route)
{
	korch_balance_input input = {.service = service,
	                             .slices = &slice,
	                             .n_slices = 1,
	                             .route = route,
	                             .group_of = group_by_last_digit};
	return korch__balance_table_make(out, &input);
}

START_TEST(shares_make_groups)
{
	static const char *const ips[] = {"127.2.0.1", "127.2.0.2", "127.2.0.5", "127.2.0.9"};
	korch_service *service = web();
	korch_endpoint_slice *slice = slice_make("web", "http", "TCP", 8080);
	for (size_t i = 0; i < 4; i++)
		slice_add(slice, (endpoint_row){ips[i], READY_SERVING, NULL});
	korch_balance_share shares[] = {{"new", 0}, {"old", 100}};
	korch_balance_route route = {.shares = shares, .n_shares = 2};
	korch_balance_table table = {0};
	int r;
	uint64_t n = 0;
	do {
		korch__alloc_fail_at(++n);
		r = make_shared(&table, service, slice, &route);
		korch__alloc_fail_at(0);
		ck_assert(r == 0 || r == KORCH_E_NOMEM);
	} while (r < 0);
	ck_assert_uint_gt(n, 4);
	const korch_balance_port *port = &table.ports[0];
	ck_assert_uint_eq(port->n_usable, 2); /* without weight, and without a share: not usable */
	ck_assert_uint_eq(port->n_endpoints, 4);
	ck_assert_uint_eq(port->n_groups, 2);
	ck_assert_uint_eq(port->groups[0].n, 0);
	ck_assert_uint_eq(port->groups[1].n, 2);
	uint32_t cursor = 0;
	ck_assert_ptr_null(korch__balance_next_of(port, 0, &cursor));
	for (int i = 0; i < 4; i++)
		ck_assert_str_eq(text_of(&korch__balance_next_of(port, 1, &cursor)->address),
		                 i % 2 ? "127.2.0.2:8080" : "127.2.0.1:8080");
	korch__balance_table_fini(&table);
	korch_proxy_address via;
	ck_assert_int_eq(korch__proxy_address_parse(&via, "127.0.0.1", 4711), 0);
	route.via = &via;
	route.via_port = 80;
	ck_assert_int_eq(make_shared(&table, service, slice, &route), 0);
	ck_assert_uint_eq(table.ports[0].n_usable, 1);
	ck_assert_str_eq(text_of(&table.ports[0].endpoints[0].address), "127.0.0.1:4711");
	korch__balance_table_fini(&table);
	release(service, slice);
}
END_TEST

START_TEST(difference_of_tables)
{
	korch_service *service = web();
	service_port(service, "admin", "TCP", 81, 0);
	korch_endpoint_slice *slice = slice_make("web", "http", "TCP", 8080);
	slice_add(slice, (endpoint_row){"127.2.0.1", READY_SERVING, NULL});
	slice_add(slice, (endpoint_row){"127.2.0.2", READY_SERVING, NULL});
	korch_balance_table none = {0}, before = table_of_one(service, slice);
	korch_balance_diff diff = {0};
	ck_assert_int_eq(korch__balance_diff_make(&diff, &none, &before), 0);
	ck_assert_uint_eq(diff.open.n, 1); /* nothing is behind the other port */
	ck_assert_uint_eq(diff.close.n + diff.gone.n, 0);
	korch__balance_diff_fini(&diff);

	service->spec->ports[0].port = 82;
	slice->endpoints[0].conditions->terminating = 1;
	korch_balance_table after = table_of_one(service, slice);
	ck_assert_int_eq(korch__balance_diff_make(&diff, &before, &after), 0);
	ck_assert_uint_eq(diff.open.n, 1);
	ck_assert_str_eq(text_of(&diff.open.items[0].address), "127.1.0.1:82");
	ck_assert_uint_eq(diff.close.n, 1);
	ck_assert_str_eq(text_of(&diff.close.items[0].address), "127.1.0.1:80");
	ck_assert_uint_eq(diff.gone.n, 1);
	ck_assert_str_eq(text_of(&diff.gone.items[0].address), "127.2.0.1:8080");
	korch__balance_diff_fini(&diff);

	ck_assert_int_eq(korch__balance_diff_make(&diff, &after, &after), 0);
	ck_assert_uint_eq(diff.open.n + diff.close.n + diff.gone.n, 0);
	korch__balance_diff_fini(&diff);
	ck_assert_int_eq(korch__balance_diff_make(&diff, &after, &none), 0);
	ck_assert_uint_eq(diff.close.n, 1);
	ck_assert_uint_eq(diff.gone.n, 2);
	korch__balance_diff_fini(&diff);
	korch__balance_table_fini(&before);
	korch__balance_table_fini(&after);
	release(service, slice);
}
END_TEST

START_TEST(affinity_of_the_service)
{
	korch_service *service = web();
	service_affinity(service, 0);
	korch_balance_table table = table_of(service, NULL, 0);
	ck_assert_int_eq(table.ports[0].affinity_us, 10800 * KORCH_USEC_PER_SEC);
	korch__balance_table_fini(&table);
	service_affinity(service, 7);
	table = table_of(service, NULL, 0);
	ck_assert_int_eq(table.ports[0].affinity_us, 7 * KORCH_USEC_PER_SEC);
	korch__balance_table_fini(&table);
	korch_object_unref(&service->object);
}
END_TEST

static korch_proxy_address address_of(const char *ip, int32_t port)
{
	korch_proxy_address address;
	ck_assert_int_eq(korch__proxy_address_parse(&address, ip, port), 0);
	return address;
}

START_TEST(affinity_is_bounded_and_expires)
{
	korch_proxy_affinity affinity;
	korch__affinity_init(&affinity, 2);
	korch_proxy_address a = address_of("127.0.0.1", 1), a2 = address_of("127.0.0.1", 2),
	                    b = address_of("127.0.0.2", 1), c = address_of("127.0.0.3", 1),
	                    x = address_of("127.2.0.1", 80), y = address_of("127.2.0.2", 80);
	ck_assert(korch__affinity_next(&affinity) == INT64_MAX);
	ck_assert_int_eq(korch__affinity_put(&affinity, 1, &a, &x, 100), 0);
	ck_assert_int_eq(korch__affinity_put(&affinity, 1, &b, &y, 50), 0);
	ck_assert_str_eq(text_of(korch__affinity_get(&affinity, 1, &a2, 99)), "127.2.0.1:80");
	ck_assert_ptr_null(korch__affinity_get(&affinity, 1, &a, 100));
	ck_assert_ptr_null(korch__affinity_get(&affinity, 2, &a, 0));
	ck_assert_int_eq(korch__affinity_next(&affinity), 50);
	ck_assert_int_eq(korch__affinity_put(&affinity, 1, &b, &x, 200), 0);
	ck_assert_int_eq(korch__affinity_put(&affinity, 1, &c, &x, 300), 0); /* in the place of a */
	ck_assert_ptr_null(korch__affinity_get(&affinity, 1, &a, 0));
	ck_assert_str_eq(text_of(korch__affinity_get(&affinity, 1, &b, 0)), "127.2.0.1:80");
	korch__affinity_expire(&affinity, 200);
	ck_assert_int_eq(korch__affinity_next(&affinity), 300);
	korch__affinity_remove(&affinity, 1, &c);
	ck_assert(korch__affinity_next(&affinity) == INT64_MAX);
	ck_assert_int_eq(korch__affinity_put(&affinity, 1, &c, &x, 300), 0);
	korch__affinity_fini(&affinity);
}
END_TEST

START_TEST(addresses)
{
	korch_proxy_address address;
	ck_assert_int_eq(korch__proxy_address_parse(&address, "127.0.0.1", 0), KORCH_E_INVALID);
	ck_assert_int_eq(korch__proxy_address_parse(&address, "127.0.0.1", 65536), KORCH_E_INVALID);
	ck_assert_int_eq(korch__proxy_address_parse(&address, "None", 80), KORCH_E_INVALID);
	ck_assert_int_eq(korch__proxy_address_parse(&address, NULL, 80), KORCH_E_INVALID);
	korch_proxy_address four = address_of("127.0.0.1", 9), six = address_of("fe80::1", 1);
	ck_assert_int_lt(korch__proxy_address_compare(&four, &six), 0);
	ck_assert_str_eq(text_of(&six), "[fe80::1]:1");
}
END_TEST

/* Each allocation fails once: nothing leaks, nothing crashes, and at last it works. */
START_TEST(survives_failing_allocations)
{
	korch_service *service = web();
	korch_endpoint_slice *slice = slice_make("web", "http", "TCP", 8080);
	slice_add(slice, (endpoint_row){"127.2.0.1", READY_SERVING, NULL});
	const korch_endpoint_slice *slices[] = {slice};
	korch_balance_input input = {service, slices, 1, NULL};
	int r = KORCH_E_NOMEM;
	for (uint64_t n = 1; r == KORCH_E_NOMEM; n++) {
		ck_assert_uint_lt(n, 100);
		korch_balance_table table = {0};
		korch_balance_diff diff = {0};
		korch__alloc_fail_at(n);
		r = korch__balance_table_make(&table, &input);
		if (r == 0)
			r = korch__balance_diff_make(&diff, &(korch_balance_table){0}, &table);
		korch__alloc_fail_at(0);
		korch__balance_diff_fini(&diff);
		korch__balance_table_fini(&table);
	}
	ck_assert_int_eq(r, 0);
	release(service, slice);
}
END_TEST

KORCH_SUITE(balance)
{
	Suite *suite = suite_create("balance");
	KORCH_CASE(suite, "table", ready_endpoints_are_used,
	           terminating_ones_serve_when_nothing_is_ready, nothing_listens_without_endpoints,
	           ports_match_by_name_and_protocol, headless_and_names_have_no_ports,
	           node_ports_and_external_addresses, families_stay_apart, affinity_of_the_service,
	           survives_failing_allocations);
	KORCH_CASE(suite, "choice", round_robin_and_next_after_a_failure, shares_make_groups,
	           difference_of_tables, affinity_is_bounded_and_expires, addresses);
	return suite;
}
