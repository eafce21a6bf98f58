/* TCP through the proxy: who gets the connection, what flows, how it ends. */
#include "base/alloc.h"
#include "proxy_fixture.h"

#include <string.h>
#include <unistd.h>

enum { BIG = 8 * 1024 * 1024, READY_SERVING = READY | SERVING };

static int refused(const peer *p)
{
	return p->error == UV_ECONNREFUSED;
}

/* The number of the server that a new client gets; -1 for none. */
static int ask(const char *from)
{
	peer *p = client_new(from);
	RUN_UNTIL(p->eof || p->error);
	peer_close(p);
	return p->error ? -1 : p->head[0] - '0';
}

START_TEST(round_robin)
{
	int counts[3] = {0}, before = -1;
	fixture_make(NULL, "TCP");
	for (int i = 0; i < 3; i++)
		tcp_server(i, SERVE_NAME);
	serve(3, READY_SERVING);
	for (int i = 0; i < 9; i++) {
		int got = ask(NULL);
		ck_assert_int_ge(got, 0);
		ck_assert_int_ne(got, before);
		before = got;
		counts[got]++;
	}
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(counts[i], 3);
	RUN_UNTIL(port_now().connections_now == 0);
	ck_assert_uint_eq(port_now().connections, 9);
	ck_assert_uint_eq(port_now().bytes_to_client, 9);
	ck_assert_uint_eq(port_now().endpoints, 3);
	fixture_finish();
}
END_TEST

START_TEST(affinity)
{
	int first[3];
	fixture_make(NULL, "TCP");
	for (int i = 0; i < 3; i++)
		tcp_server(i, SERVE_NAME);
	service_affinity(service, 3600);
	serve(3, READY_SERVING);
	const char *const clients[] = {"127.0.0.11", "127.0.0.12", "127.0.0.13"};
	for (int i = 0; i < 3; i++)
		first[i] = ask(clients[i]);
	ck_assert_int_ne(first[0], first[1]);
	ck_assert_int_ne(first[1], first[2]);
	for (int i = 0; i < 12; i++)
		ck_assert_int_eq(ask(clients[i % 3]), first[i % 3]);
	ck_assert_uint_eq(stats_now().affinities, 3);
	serve_mask(7u & ~(1u << first[0]), READY_SERVING); /* its endpoint is gone: another, and that
	                                                      one stays */
	int next = ask(clients[0]);
	ck_assert_int_ne(next, first[0]);
	ck_assert_int_eq(ask(clients[0]), next);
	ck_assert_int_eq(ask(clients[1]), first[1]);
	fixture_finish();
}
END_TEST

START_TEST(affinity_ends)
{
	fixture_make(NULL, "TCP");
	tcp_server(0, SERVE_NAME);
	service_affinity(service, 1);
	serve(1, READY_SERVING);
	ck_assert_int_eq(ask(NULL), 0);
	ck_assert_uint_eq(stats_now().affinities, 1);
	RUN_UNTIL(stats_now().affinities == 0); /* a second; and nothing wakes the loop before */
	fixture_finish();
}
END_TEST

START_TEST(refusal_leads_to_the_next)
{
	fixture_make(NULL, "TCP");
	for (int i = 0; i < 3; i++)
		tcp_server(i, SERVE_NAME);
	serve(3, READY_SERVING);
	server_close(1);
	for (int i = 0; i < 9; i++) {
		int got = ask(NULL);
		ck_assert(got == 0 || got == 2);
	}
	ck_assert_uint_eq(port_now().connect_failures, 3);
	ck_assert_uint_eq(port_now().refused, 0);
	server_close(0);
	server_close(2);
	ck_assert_int_eq(ask(NULL), -1); /* all have been tried */
	ck_assert_uint_eq(port_now().connect_failures, 6);
	ck_assert_uint_eq(port_now().refused, 1);
	fixture_finish();
}
END_TEST

START_TEST(nobody_listens_without_endpoints)
{
	fixture_make(NULL, "TCP");
	tcp_server(0, SERVE_NAME);
	serve(1, READY_SERVING);
	ck_assert_int_eq(ask(NULL), 0);
	serve(1, SERVING); /* not ready */
	ck_assert_uint_eq(stats_now().listeners, 0);
	peer *p = client_new(NULL);
	RUN_UNTIL(p->error);
	ck_assert(refused(p));
	serve(1, SERVING | TERMINATING); /* better than nobody */
	ck_assert_int_eq(ask(NULL), 0);
	fixture_finish();
}
END_TEST

START_TEST(echo_both_ways)
{
	fixture_make(NULL, "TCP");
	tcp_server(0, SERVE_ECHO);
	serve(1, READY_SERVING);
	peer *p = client_new(NULL);
	p->check = 1;
	peer_send(p, BIG, 1);
	RUN_UNTIL(p->eof || p->error);
	ck_assert_int_eq(p->error, 0);
	ck_assert_uint_eq(p->received, BIG);
	ck_assert_int_eq(p->is_wrong, 0);
	RUN_UNTIL(stats_now().connections == 0);
	ck_assert_uint_eq(port_now().bytes_to_client, BIG);
	ck_assert_uint_eq(port_now().bytes_to_endpoint, BIG);
	ck_assert_uint_eq(stats_now().buffered_bytes, 0);
	fixture_finish();
}
END_TEST

START_TEST(half_close)
{
	fixture_make(NULL, "TCP");
	tcp_server(0, SERVE_REPLY_AT_END);
	serve(1, READY_SERVING);
	peer *p = client_new(NULL);
	peer_send(p, 300000, 1); /* the answer comes after the client's end */
	RUN_UNTIL(p->eof || p->error);
	ck_assert_int_eq(p->error, 0);
	ck_assert_str_eq(p->head, "got 300000");
	/* The other way round: the server has ended, the client still sends. */
	tcp_server(1, SERVE_NAME);
	serve_mask(2, READY_SERVING);
	p = client_new(NULL);
	RUN_UNTIL(p->eof || p->error);
	ck_assert_int_eq(stats_now().connections, 1);
	peer_send(p, 200000, 1);
	RUN_UNTIL(servers[1].last->eof);
	ck_assert_uint_eq(servers[1].last->received, 200000);
	RUN_UNTIL(stats_now().connections == 0);
	fixture_finish();
}
END_TEST

START_TEST(reset_is_passed_on)
{
	fixture_make(NULL, "TCP");
	tcp_server(0, SERVE_RESET);
	serve(1, READY_SERVING);
	peer *p = client_new(NULL);
	peer_send(p, 10, 0);
	RUN_UNTIL(p->eof || p->error);
	ck_assert_int_eq(p->error, UV_ECONNRESET);
	RUN_UNTIL(stats_now().connections == 0);
	tcp_server(1, SERVE_SINK); /* and the other way round */
	serve_mask(2, READY_SERVING);
	p = client_new(NULL);
	RUN_UNTIL(servers[1].last);
	uv_tcp_close_reset(&p->socket, NULL);
	RUN_UNTIL(servers[1].last->error);
	ck_assert_int_eq(servers[1].last->error, UV_ECONNRESET);
	fixture_finish();
}
END_TEST

/* An endpoint goes in the middle of a transfer: all of it arrives, new connections go elsewhere. */
static void drain(int conditions, unsigned mask)
{
	fixture_make(NULL, "TCP");
	tcp_server(0, SERVE_SINK);
	tcp_server(1, SERVE_NAME);
	serve_mask(1, READY_SERVING);
	peer *p = client_new(NULL);
	peer_send(p, BIG, 1);
	RUN_UNTIL(servers[0].last && servers[0].last->received > BIG / 8);
	ck_assert_uint_lt(servers[0].last->received, BIG);
	if (mask)
		serve_mask(mask, conditions);
	else
		korch__proxy_remove_service(proxy, "shop", "web");
	for (int i = 0; mask && i < 4; i++)
		ck_assert_int_eq(ask(NULL), 1);
	ck_assert_uint_eq(servers[0].accepted, 1);
	RUN_UNTIL(p->eof || p->error);
	ck_assert_int_eq(p->error, 0);
	ck_assert_uint_eq(servers[0].last->received, BIG);
	ck_assert_int_eq(servers[0].last->is_wrong, 0);
	fixture_finish();
}

START_TEST(drains_when_the_endpoint_goes)
{
	drain(READY_SERVING, 2);
}
END_TEST

START_TEST(drains_when_the_service_goes)
{
	drain(0, 0);
}
END_TEST

START_TEST(draining_has_a_limit)
{
	korch__proxy_options options = {.drain_us = 20000};
	fixture_make(&options, "TCP");
	tcp_server(0, SERVE_SINK);
	tcp_server(1, SERVE_NAME);
	serve_mask(1, READY_SERVING);
	peer *p = client_new(NULL);
	RUN_UNTIL(servers[0].last);
	serve_mask(1, 0); /* not ready, but not gone either: the connection may stay */
	serve_mask(2, READY_SERVING);
	serve_mask(3, READY_SERVING); /* back again */
	korch_usec now = korch_loop_now(loop);
	while (korch_loop_now(loop) < now + 40000)
		korch_loop_step(loop, now + 40000);
	ck_assert_int_eq(p->error, 0);
	serve_mask(2, READY_SERVING);
	RUN_UNTIL(p->error || p->eof);
	ck_assert_int_eq(p->error, UV_ECONNRESET);
	fixture_finish();
}
END_TEST

START_TEST(listener_goes_with_the_service)
{
	fixture_make(NULL, "TCP");
	tcp_server(0, SERVE_ECHO);
	serve(1, READY_SERVING);
	peer *p = client_new(NULL);
	peer_send(p, 5, 0);
	RUN_UNTIL(p->received == 5);
	korch__proxy_remove_service(proxy, "shop", "web");
	ck_assert_uint_eq(stats_now().listeners, 0);
	ck_assert_uint_eq(stats_now().services, 0);
	peer *late = client_new(NULL);
	RUN_UNTIL(late->error);
	ck_assert(refused(late));
	peer_send(p, 5, 0);
	RUN_UNTIL(p->received == 10);
	serve(1, READY_SERVING); /* and comes again, at the same place */
	peer *again = client_new(NULL);
	peer_send(again, 5, 0);
	RUN_UNTIL(again->received == 5);
	fixture_finish();
}
END_TEST

START_TEST(many_at_once)
{
	enum { N = 500 };
	static peer *clients[N];
	fixture_make(NULL, "TCP");
	for (int i = 0; i < 3; i++)
		tcp_server(i, SERVE_ECHO);
	serve(3, READY_SERVING);
	for (int i = 0; i < N; i++) {
		clients[i] = client_new(NULL);
		clients[i]->check = 1;
		peer_send(clients[i], 20000, 0);
	}
	for (int i = 0; i < N; i++)
		RUN_UNTIL(clients[i]->received == 20000);
	ck_assert_uint_eq(stats_now().connections, N); /* all of them at one time */
	for (int i = 0; i < N; i++) {
		ck_assert_int_eq(clients[i]->is_wrong, 0);
		peer_close(clients[i]);
	}
	RUN_UNTIL(stats_now().connections == 0);
	ck_assert_uint_eq(servers[0].accepted + servers[1].accepted + servers[2].accepted, N);
	ck_assert_uint_ge(servers[0].accepted, N / 3);
	fixture_finish();
}
END_TEST

static size_t taken(const peer *p)
{
	return p->sent - uv_stream_get_write_queue_size((const uv_stream_t *)&p->socket);
}

START_TEST(slow_readers_cost_little_memory)
{
	enum { N = 8 };
	peer *clients[N];
	korch__proxy_options options = {.max_buffered_bytes = 3 * 64 * 1024};
	fixture_make(&options, "TCP");
	tcp_server(0, SERVE_SILENT);
	serve(1, READY_SERVING);
	for (int i = 0; i < N; i++) {
		clients[i] = client_new(NULL);
		peer_send(clients[i], 4 * BIG, 1);
	}
	/* Until the kernel's buffers are full, and the proxy holds something for each. */
	RUN_UNTIL(stats_now().buffered_bytes >= 3 * 64 * 1024 + (N - 3) * 4096);
	ck_assert_uint_eq(stats_now().buffered_bytes, 3 * 64 * 1024 + (N - 3) * 4096);
	for (int i = 0; i < N; i++)
		ck_assert_uint_lt(taken(clients[i]), 4 * BIG);
	servers[0].mode = SERVE_SINK; /* now they read */
	servers[0].last->check = 1;
	peer_read(servers[0].last);
	RUN_UNTIL(servers[0].last->eof);
	ck_assert_uint_eq(servers[0].last->received, 4 * BIG);
	ck_assert_int_eq(servers[0].last->is_wrong, 0);
	fixture_finish();
}
END_TEST

START_TEST(accepts_no_more_than_allowed)
{
	korch__proxy_options options = {.max_connections = 2};
	peer *clients[4];
	fixture_make(&options, "TCP");
	tcp_server(0, SERVE_ECHO);
	serve(1, READY_SERVING);
	for (int i = 0; i < 4; i++) {
		clients[i] = client_new(NULL);
		peer_send(clients[i], 10, 0);
	}
	RUN_UNTIL(stats_now().listeners_paused);
	RUN_UNTIL(clients[0]->received + clients[1]->received + clients[2]->received +
	              clients[3]->received ==
	          20);
	ck_assert_uint_eq(servers[0].accepted, 2);
	int waiting = 0;
	for (int i = 0; i < 4; i++) {
		waiting += clients[i]->received == 0;
		if (clients[i]->received)
			peer_close(clients[i]);
	}
	ck_assert_int_eq(waiting, 2);
	RUN_UNTIL(servers[0].accepted == 4);
	for (int i = 0; i < 4; i++)
		RUN_UNTIL(clients[i]->received == 10);
	fixture_finish();
}
END_TEST

START_TEST(taken_port_is_tried_again)
{
	korch__proxy_options options = {.bind_retry_us = 1000};
	uv_tcp_t squatter;
	struct sockaddr_in address;
	fixture_make(&options, "TCP");
	tcp_server(0, SERVE_NAME);
	uv_ip4_addr(service_ip, 0, &address);
	uv_tcp_init(uv, &squatter);
	ck_assert_int_eq(uv_tcp_bind(&squatter, (struct sockaddr *)&address, 0), 0);
	ck_assert_int_eq(uv_listen((uv_stream_t *)&squatter, 1, NULL), 0);
	int n = sizeof(address);
	uv_tcp_getsockname(&squatter, (struct sockaddr *)&address, &n);
	service_port_number = ntohs(address.sin_port);
	serve_here(1, READY_SERVING);
	ck_assert_int_eq(reports, 1);
	ck_assert_ptr_nonnull(strstr(report_text, "address already in use"));
	ck_assert_uint_eq(stats_now().listeners_failing, 1);
	korch_usec now = korch_loop_now(loop);
	while (korch_loop_now(loop) < now + 10000) /* some tries in vain */
		korch_loop_step(loop, now + 10000);
	ck_assert_int_eq(reports, 1); /* told once */
	uv_close((uv_handle_t *)&squatter, NULL);
	RUN_UNTIL(stats_now().listeners == 1);
	ck_assert_int_eq(ask(NULL), 0);
	korch__proxy_remove_service(proxy, "shop", "web");
	fixture_finish();
}
END_TEST

START_TEST(foreign_address_is_reported)
{
	fixture_make(NULL, "TCP");
	tcp_server(0, SERVE_NAME);
	korch_string_set(&service->spec->cluster_ip, "192.0.2.1");
	serve_here(1, READY_SERVING);
	ck_assert_int_eq(reports, 1);
	ck_assert_ptr_nonnull(strstr(report_text, "192.0.2.1"));
	fixture_finish(); /* while it waits for the next try */
}
END_TEST

START_TEST(node_port)
{
	fixture_make(NULL, "TCP");
	tcp_server(0, SERVE_NAME);
	korch_string_set(&service->spec->type, "NodePort");
	do {
		reports = 0;
		service->spec->ports[0].node_port = free_port(SOCK_STREAM, "127.0.0.1");
		serve(1, READY_SERVING);
	} while (stats_now().listeners != 2);
	int client = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in address;
	uv_ip4_addr("127.0.0.1", service->spec->ports[0].node_port, &address);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
	RUN_UNTIL(port_now().bytes_to_client);
	char c = 0;
	ck_assert_int_eq(read(client, &c, 1), 1);
	ck_assert_int_eq(c, '0');
	close(client);
	fixture_finish();
}
END_TEST

START_TEST(limit_of_listeners)
{
	korch__proxy_options options = {.max_listeners = 1};
	fixture_make(&options, "TCP");
	tcp_server(0, SERVE_NAME);
	serve(1, READY_SERVING);
	korch_service *second = service_make("web", "127.44.0.2");
	service_port(second, "http", "TCP", service_port_number, 0);
	korch_string_set(&korch_object_edit_meta(&second->object)->namespace_, "shop");
	korch_service_spec *spec = second->spec;
	const char **ips = korch_string_list_edit(&spec->external_ips, &spec->n_external_ips, 1);
	korch_string_set(&ips[0], service_ip); /* stays; the other one is too many */
	korch_endpoint_slice *slice = slice_make("web", "http", "TCP", servers[0].port);
	slice_add(slice, (endpoint_row){"127.0.0.1", READY_SERVING, NULL});
	const korch_endpoint_slice *slices[] = {slice};
	ck_assert_int_eq(korch__proxy_set_service(proxy, second, slices, 1), KORCH_E_LIMIT);
	ck_assert_ptr_nonnull(strstr(report_text, "too many listeners"));
	ck_assert_uint_eq(stats_now().listeners, 1);
	ck_assert_int_eq(ask(NULL), 0);
	korch_object_unref(&slice->object);
	korch_object_unref(&second->object);
	fixture_finish();
}
END_TEST

START_TEST(freed_in_the_middle)
{
	fixture_make(NULL, "TCP");
	tcp_server(0, SERVE_SILENT);
	tcp_server(1, SERVE_ECHO);
	service_affinity(service, 60);
	serve(2, READY_SERVING);
	peer *clients[6];
	for (int i = 0; i < 6; i++) {
		clients[i] = client_new(i % 2 ? NULL : "127.0.0.77");
		peer_send(clients[i], BIG, 0);
	}
	RUN_UNTIL(stats_now().buffered_bytes);
	for (int i = 0; i < 3; i++)
		client_new(NULL); /* connecting while it goes */
	step();
	fixture_finish();
}
END_TEST

/* Every allocation of a new state fails once: what was served goes on being served. */
START_TEST(survives_failing_allocations)
{
	fixture_make(NULL, "TCP");
	tcp_server(0, SERVE_NAME);
	tcp_server(1, SERVE_NAME);
	serve_mask(1, READY_SERVING);
	korch_endpoint_slice *slice = slice_make("web", "http", "TCP", servers[1].port);
	slice_add(slice, (endpoint_row){"127.0.0.1", READY_SERVING, NULL});
	const korch_endpoint_slice *slices[] = {slice};
	int r = KORCH_E_NOMEM;
	service->spec->ports[0].port = free_port(SOCK_STREAM, service_ip);
	for (uint64_t n = 1; r == KORCH_E_NOMEM; n++) {
		ck_assert_uint_lt(n, 100);
		korch__alloc_fail_at(n);
		r = korch__proxy_set_service(proxy, service, slices, 1);
		korch__alloc_fail_at(0);
	}
	ck_assert_int_eq(r, 0);
	if (reports == 0) { /* the port is still free */
		service_port_number = service->spec->ports[0].port;
		ck_assert_int_eq(ask(NULL), 1);
	}
	korch_object_unref(&slice->object);
	fixture_finish();
}
END_TEST

START_TEST(virtual_loop_is_refused)
{
	korch_proxy *none = NULL;
	korch__proxy_options options = {0};
	korch_error *err = NULL;
	ck_assert_int_eq(korch_loop_new_virtual(&options.loop, 0, NULL), 0);
	ck_assert_int_eq(korch__proxy_new(&none, &options, &err), KORCH_E_UNSUPPORTED);
	korch_error_free(err);
	korch_loop_free(options.loop);
	korch__proxy_free(NULL, NULL, NULL);
}
END_TEST

KORCH_SUITE(tcp)
{
	Suite *suite = suite_create("tcp");
	KORCH_CASE(suite, "choice", round_robin, affinity, affinity_ends, refusal_leads_to_the_next,
	           nobody_listens_without_endpoints, node_port);
	KORCH_CASE(suite, "flow", echo_both_ways, half_close, reset_is_passed_on, many_at_once,
	           slow_readers_cost_little_memory, accepts_no_more_than_allowed);
	KORCH_CASE(suite, "change", drains_when_the_endpoint_goes, drains_when_the_service_goes,
	           draining_has_a_limit, listener_goes_with_the_service, freed_in_the_middle);
	KORCH_CASE(suite, "trouble", taken_port_is_tried_again, foreign_address_is_reported,
	           limit_of_listeners, survives_failing_allocations, virtual_loop_is_refused);
	return suite;
}
