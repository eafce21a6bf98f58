/* UDP through the proxy: clients, flows, and what becomes of them. */
#include "proxy_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { READY_SERVING = READY | SERVING };

static int udp_client(const char *from)
{
	struct sockaddr_in to, own;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	uv_ip4_addr(from, 0, &own);
	uv_ip4_addr(service_ip, service_port_number, &to);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* The number of the server that answers a datagram. */
static int ask(int fd, const char *text)
{
	char answer[64] = "", expected[64];
	ck_assert_int_eq(send(fd, text, strlen(text), 0), (ssize_t)strlen(text));
	while (recv(fd, answer, sizeof(answer) - 1, MSG_DONTWAIT) < 0) {
		ck_assert_int_eq(errno, EAGAIN);
		step();
	}
	snprintf(expected, sizeof(expected), "%c:%s", answer[0], text);
	ck_assert_str_eq(answer, expected);
	return answer[0] - '0';
}

static int ask_once(const char *from)
{
	int fd = udp_client(from), got = ask(fd, "hello");
	close(fd);
	return got;
}

START_TEST(clients_in_turn)
{
	int counts[3] = {0};
	fixture_make(NULL, "UDP");
	for (int i = 0; i < 3; i++)
		udp_server(i);
	serve(3, READY_SERVING);
	for (int i = 0; i < 6; i++) {
		int fd = udp_client("127.0.0.1"), first = ask(fd, "a");
		ck_assert_int_eq(ask(fd, ""), first); /* empty datagrams too */
		ck_assert_int_eq(ask(fd, "bb"), first);
		counts[first]++;
		close(fd);
	}
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(counts[i], 2);
	ck_assert_uint_eq(stats_now().flows, 6);
	ck_assert_uint_eq(port_now().connections_now, 6);
	ck_assert_uint_eq(port_now().bytes_to_endpoint, 18);
	fixture_finish();
}
END_TEST

START_TEST(idle_clients_are_forgotten)
{
	korch__proxy_options options = {.udp_idle_us = 20000};
	fixture_make(&options, "UDP");
	udp_server(0);
	serve(1, READY_SERVING);
	ask_once("127.0.0.1");
	ask_once("127.0.0.1");
	ck_assert_uint_eq(stats_now().flows, 2);
	RUN_UNTIL(stats_now().flows == 0);
	ck_assert_uint_eq(port_now().connections_now, 0);
	fixture_finish();
}
END_TEST

START_TEST(clients_are_limited)
{
	korch__proxy_options options = {.max_flows = 2};
	fixture_make(&options, "UDP");
	udp_server(0);
	udp_server(1);
	serve(2, READY_SERVING);
	int first = udp_client("127.0.0.1"), second = udp_client("127.0.0.1");
	int at = ask(first, "a");
	ask(second, "b");
	ask(first, "c");
	ask_once("127.0.0.1"); /* in the place of the second one */
	ck_assert_int_eq(ask(first, "d"), at);
	ck_assert_uint_eq(stats_now().flows, 2);
	ck_assert_uint_eq(port_now().connections, 3);
	ask(second, "e");
	ck_assert_uint_eq(port_now().connections, 4);
	close(first);
	close(second);
	fixture_finish();
}
END_TEST

START_TEST(affinity_by_address)
{
	fixture_make(NULL, "UDP");
	for (int i = 0; i < 3; i++)
		udp_server(i);
	service_affinity(service, 60);
	serve(3, READY_SERVING);
	int a = ask_once("127.0.0.21"), b = ask_once("127.0.0.22");
	ck_assert_int_ne(a, b);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(ask_once("127.0.0.21"), a);
		ck_assert_int_eq(ask_once("127.0.0.22"), b);
	}
	fixture_finish();
}
END_TEST

START_TEST(refusal_leads_to_another)
{
	fixture_make(NULL, "UDP");
	udp_server(0);
	udp_server(1);
	serve(2, READY_SERVING);
	int fd = udp_client("127.0.0.1"), first = ask(fd, "a");
	server_close(first);
	ck_assert_int_eq(send(fd, "b", 1, 0), 1); /* lost, but the refusal is seen */
	RUN_UNTIL(stats_now().flows == 0);
	int after = ask(fd, "c");
	if (after == first) /* never: it is closed */
		ck_abort();
	ck_assert_uint_eq(port_now().connect_failures, 1);
	close(fd);
	fixture_finish();
}
END_TEST

START_TEST(endpoint_goes)
{
	fixture_make(NULL, "UDP");
	udp_server(0);
	udp_server(1);
	serve(2, READY_SERVING);
	int fd = udp_client("127.0.0.1"), first = ask(fd, "a");
	serve_mask(first ? 1 : 2, READY_SERVING);
	ck_assert_uint_eq(stats_now().flows, 0);
	ck_assert_int_eq(ask(fd, "b"), !first);
	serve_mask(1, 0); /* nobody: the port is closed */
	ck_assert_uint_eq(stats_now().flows, 0);
	ck_assert_uint_eq(stats_now().listeners, 0);
	send(fd, "c", 1, 0);
	char c;
	ck_assert_int_eq(recv(fd, &c, 1, 0), -1);
	ck_assert_int_eq(errno, ECONNREFUSED);
	close(fd);
	fixture_finish();
}
END_TEST

START_TEST(freed_with_clients)
{
	fixture_make(NULL, "UDP");
	udp_server(0);
	serve(1, READY_SERVING);
	for (int i = 0; i < 5; i++)
		ask_once("127.0.0.1");
	fixture_finish();
}
END_TEST

KORCH_SUITE(udp)
{
	Suite *suite = suite_create("udp");
	KORCH_CASE(suite, "udp", clients_in_turn, idle_clients_are_forgotten, clients_are_limited,
	           affinity_by_address, refusal_leads_to_another, endpoint_goes, freed_with_clients);
	return suite;
}
