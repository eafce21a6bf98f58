/* Host ports: address, protocol and number. */
#include "cluster.h"
#include "unit.h"

static korch_scheduler *s;

static void setup(void)
{
	s = new_packer();
}

static void teardown(void)
{
	korch_scheduler_free(s);
}

static korch_pod *port_pod(const char *name, const char *ip, int32_t port, const char *protocol)
{
	korch_pod *pod = make_pod(name, NULL);
	korch_container *container = &pod->spec->containers[0];
	korch_container_port *ports =
	    korch_list_edit(&container->ports, &container->n_ports, &korch_container_port_type, 1);
	ports[0].host_port = port;
	korch_string_set(&ports[0].host_ip, ip);
	korch_string_set(&ports[0].protocol, protocol);
	return pod;
}

START_TEST(test_host_ports)
{
	feed_node(s, make_node("n1", "cpu=4 memory=4Gi"));
	ck_assert_str_eq(place(s, port_pod("a", "127.0.0.1", 80, NULL)), "n1");
	ck_assert_str_eq(place(s, port_pod("b", "127.0.0.2", 80, "TCP")), "n1");
	ck_assert_str_eq(place(s, port_pod("c", NULL, 80, "UDP")), "n1");
	ck_assert_str_eq(
	    ask(s, port_pod("d", "0.0.0.0", 80, "TCP")),
	    "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.");
	ck_assert_str_eq(place(s, port_pod("e", NULL, 81, "TCP")), "n1");
	korch_scheduler_pod_forget(s, "uid-a");
	korch_scheduler_pod_forget(s, "uid-b");
	ck_assert_str_eq(ask(s, port_pod("d", "0.0.0.0", 80, "TCP")), "n1");
}
END_TEST

/* Ports of init containers count only when they stay; hostNetwork takes every port of the pod. */
START_TEST(test_whose_ports)
{
	static const struct {
		const char *spec;
		int collides;
	} rows[] = {
	    {"{'initContainers': [{'ports': [{'hostPort': 80}]}], 'containers': [{}]}", 0},
	    {"{'initContainers': [{'restartPolicy': 'Always', 'ports': [{'hostPort': 80}]}], "
	     "'containers': [{}]}",
	     1},
	    {"{'hostNetwork': true, 'containers': [{'ports': [{'containerPort': 80}]}]}", 1},
	    {"{'containers': [{'ports': [{'containerPort': 80}]}]}", 0},
	    {"{'containers': [{}, {'ports': [{'hostPort': 81}, {'hostPort': 80}]}]}", 1},
	    {"{'containers': [{'ports': [{'hostPort': 80, 'protocol': 'SCTP'}]}]}", 0},
	};
	feed_node(s, make_node("n1", "cpu=4 memory=4Gi"));
	place(s, port_pod("a", NULL, 80, "TCP"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *answer = ask(s, read_pod("b", rows[i].spec));
		ck_assert_msg((answer[0] == 'n') == !rows[i].collides, "%s: %s", rows[i].spec, answer);
	}
}
END_TEST

KORCH_SUITE(ports)
{
	Suite *suite = suite_create("ports");
	const TTest *const tests[] = {test_host_ports, test_whose_ports};
	TCase *one = tcase_create("host ports");
	tcase_add_checked_fixture(one, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(one, tests[i]);
	suite_add_tcase(suite, one);
	return suite;
}
