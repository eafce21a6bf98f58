/* The agent on an engine with a runtime of the test's own. */
#include "cluster.h"
#include <korch/api/coordination.h>
#include <korch/api/core_config.h>
#include <string.h>

static cluster c;

#define POD(name, rest)                                                                            \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"" name                       \
	"\",\"namespace\":\"default\"},\"spec\":{\"nodeName\":\"n1\"," rest "}}"
#define ONE "\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]"

static const char *phase(const char *name)
{
	const korch_pod *pod = cluster_pod(&c, name);
	return pod && pod->status && pod->status->phase ? pod->status->phase : "none";
}

static const char *waiting(const char *name)
{
	const korch_pod *pod = cluster_pod(&c, name);
	const korch_container_state *state = pod->status->container_statuses[0].state;
	return state->waiting ? state->waiting->reason : "not waiting";
}

START_TEST(test_node)
{
	cluster_open(&c);
	const korch_node *node =
	    (const korch_node *)korch_view_get(korch_engine_view(c.engine), &korch_node_kind, "", "n1");
	ck_assert_ptr_nonnull(node);
	ck_assert_str_eq(korch_map_get(node->status->capacity, "cpu"), "4");
	ck_assert_str_eq(korch_map_get(node->status->allocatable, "memory"), "8Gi");
	ck_assert_str_eq(korch_map_get(node->object.metadata->labels, "kubernetes.io/hostname"), "n1");
	/* Deleted, it is registered again. */
	cluster_delete(&c, &korch_node_kind, "", "n1", 0);
	cluster_run(&c, 1);
	ck_assert_ptr_nonnull(korch_view_get(korch_engine_view(c.engine), &korch_node_kind, "", "n1"));
	cluster_close(&c);
}
END_TEST

START_TEST(test_run_and_delete)
{
	cluster_open(&c);
	cluster_apply(&c, POD("p", ONE));
	cluster_run(&c, 1);
	cluster_expect(&c, "sandbox p 127.128.0.1;prepare x:1;start a 0;");
	ck_assert_str_eq(phase("p"), "Running");
	ck_assert_str_eq(cluster_pod(&c, "p")->status->pod_ip, "127.128.0.1");
	ck_assert_uint_eq(korch__agent_pods(c.agent), 1);
	ck_assert(cluster_has_event(&c, "Started"));
	cluster_delete(&c, &korch_pod_kind, "default", "p", 7);
	cluster_run(&c, 1);
	cluster_expect(&c, "stop a 7;remove sandbox;");
	ck_assert_ptr_null(cluster_pod(&c, "p"));
	ck_assert_uint_eq(korch__agent_pods(c.agent), 0);
	ck_assert(cluster_has_event(&c, "Killing"));
	cluster_close(&c);
}
END_TEST

START_TEST(test_nothing_more_is_written)
{
	korch_engine_stats before, after;
	cluster_open(&c);
	cluster_apply(&c, POD("p", ONE));
	cluster_run(&c, 5);
	korch_engine_get_stats(&before, c.engine);
	cluster_run(&c, 3600);
	korch_engine_get_stats(&after, c.engine);
	ck_assert_uint_eq(before.commits, after.commits);
	ck_assert_uint_eq(before.requests, after.requests);
	cluster_close(&c);
}
END_TEST

START_TEST(test_crash)
{
	cluster_open(&c);
	cluster_apply(&c, POD("p", ONE));
	cluster_run(&c, 1);
	cluster_exit(&c, ".a.0", 1);
	cluster_exit(&c, ".a.1", 1);
	cluster_run(&c, 1);
	ck_assert_str_eq(waiting("p"), "CrashLoopBackOff");
	cluster_run(&c, 10);
	cluster_expect(&c, "sandbox p 127.128.0.1;prepare x:1;start a 0;start a 1;start a 2;");
	ck_assert(cluster_has_event(&c, "BackOff"));
	ck_assert_int_eq(cluster_pod(&c, "p")->status->container_statuses[0].restart_count, 2);
	cluster_close(&c);
}
END_TEST

START_TEST(test_bad_image)
{
	c.bad_image = "x:1";
	cluster_open(&c);
	cluster_apply(&c, POD("p", ONE));
	ck_assert_str_eq(waiting("p"), "ErrImagePull");
	cluster_run(&c, 2);
	ck_assert_str_eq(waiting("p"), "ImagePullBackOff");
	ck_assert(cluster_has_event(&c, "Failed"));
	c.bad_image = NULL;
	cluster_run(&c, 10);
	ck_assert_str_eq(phase("p"), "Running");
	cluster_close(&c);
}
END_TEST

START_TEST(test_config_error)
{
	cluster_open(&c);
	cluster_apply(&c,
	              POD("p", "\"containers\":[{\"name\":\"a\",\"image\":\"x:1\",\"command\":[\"run\","
	                       "\"$(COLOR)\"],\"env\":[{\"name\":\"COLOR\",\"valueFrom\":"
	                       "{\"configMapKeyRef\":{\"name\":\"c\",\"key\":\"k\"}}}]}]"));
	cluster_run(&c, 1);
	ck_assert_str_eq(waiting("p"), "CreateContainerConfigError");
	ck_assert_str_eq(cluster_pod(&c, "p")->status->container_statuses[0].state->waiting->message,
	                 "configmap \"c\" not found");
	ck_assert(cluster_has_event(&c, "Failed"));
	cluster_apply(&c, "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"c\","
	                  "\"namespace\":\"default\"},\"data\":{\"k\":\"red\"}}");
	cluster_run(&c, 1);
	ck_assert_str_eq(phase("p"), "Running");
	ck_assert_str_eq(c.env, "COLOR=red;HOSTNAME=p;");
	ck_assert_str_eq(c.words, "run;red;");
	cluster_close(&c);
}
END_TEST

START_TEST(test_hooks)
{
	c.capabilities = KORCH_RUNTIME_EXEC;
	cluster_open(&c);
	cluster_apply(&c, POD("p", "\"containers\":[{\"name\":\"a\",\"image\":\"x:1\",\"lifecycle\":{"
	                           "\"postStart\":{\"exec\":{\"command\":[\"hello\"]}},"
	                           "\"preStop\":{\"sleep\":{\"seconds\":4}}}}]"));
	cluster_run(&c, 1);
	cluster_expect(&c, "sandbox p 127.128.0.1;prepare x:1;start a 0;exec hello;");
	ck_assert_str_eq(phase("p"), "Running");
	cluster_delete(&c, &korch_pod_kind, "default", "p", 30);
	cluster_run(&c, 3);
	cluster_expect(&c, "");
	cluster_run(&c, 2);
	cluster_expect(&c, "stop a 26;remove sandbox;");
	ck_assert_ptr_null(cluster_pod(&c, "p"));
	cluster_close(&c);
}
END_TEST

START_TEST(test_gone_at_once)
{
	cluster_open(&c);
	c.ignore_stop = 1;
	cluster_apply(&c, POD("p", ONE));
	cluster_run(&c, 1);
	cluster_delete(&c, &korch_pod_kind, "default", "p", 0);
	ck_assert_ptr_null(cluster_pod(&c, "p"));
	ck_assert_uint_eq(korch__agent_pods(c.agent), 1);
	/* One of the same name does not wait for it. */
	cluster_apply(&c, POD("p", ONE));
	cluster_run(&c, 3);
	ck_assert_str_eq(phase("p"), "Running");
	ck_assert_str_eq(cluster_pod(&c, "p")->status->pod_ip, "127.128.0.2");
	ck_assert_uint_eq(korch__agent_pods(c.agent), 1);
	cluster_close(&c);
}
END_TEST

START_TEST(test_virtual_probes)
{
	c.capabilities = KORCH_RUNTIME_VIRTUAL;
	cluster_open(&c);
	cluster_apply(
	    &c, POD("p", "\"containers\":[{\"name\":\"a\",\"image\":\"x:1\",\"readinessProbe\":{"
	                 "\"httpGet\":{\"port\":80},\"periodSeconds\":5,\"initialDelaySeconds\":2},"
	                 "\"livenessProbe\":{\"tcpSocket\":{\"port\":80},\"periodSeconds\":10,"
	                 "\"initialDelaySeconds\":10}}]"));
	cluster_run(&c, 1);
	cluster_expect(&c, "sandbox p 127.128.0.1;prepare x:1;start a 0;");
	ck_assert_int_eq(cluster_pod(&c, "p")->status->container_statuses[0].ready, 0);
	cluster_run(&c, 2);
	cluster_expect(&c, "probe readiness;");
	ck_assert_int_eq(cluster_pod(&c, "p")->status->container_statuses[0].ready, 1);
	c.probe_code = KORCH_E_IO;
	cluster_run(&c, 5);
	cluster_expect(&c, "probe readiness;");
	ck_assert_int_eq(cluster_pod(&c, "p")->status->container_statuses[0].ready, 1);
	ck_assert(cluster_has_event(&c, "Unhealthy"));
	cluster_run(&c, 10);
	ck_assert_int_eq(cluster_pod(&c, "p")->status->container_statuses[0].ready, 0);
	/* Three failures at 10, 20, 30 seconds: it is started again. */
	c.log[0] = '\0';
	cluster_run(&c, 15);
	ck_assert_ptr_nonnull(strstr(c.log, "stop a 30;start a 1;"));
	cluster_close(&c);
}
END_TEST

static void note_done(void *userdata)
{
	*(int *)userdata = 1;
}

START_TEST(test_shutdown)
{
	int finished = 0;
	cluster_open(&c);
	cluster_apply(&c, POD("p", "\"terminationGracePeriodSeconds\":5," ONE));
	cluster_apply(&c, POD("q", ONE));
	cluster_run(&c, 1);
	c.log[0] = '\0';
	korch__agent_shutdown(c.agent, note_done, &finished);
	cluster_run(&c, 1);
	ck_assert_int_eq(finished, 1);
	ck_assert(strstr(c.log, "stop a 5;") && strstr(c.log, "stop a 30;"));
	ck_assert_uint_eq(c.n_sandboxes, 0);
	ck_assert_ptr_nonnull(cluster_pod(&c, "p"));
	cluster_close(&c);
}
END_TEST

START_TEST(test_end_in_the_middle)
{
	/* The agent ends while operations are under way. */
	cluster_open(&c);
	cluster_apply(&c, POD("p", ONE));
	cluster_close(&c);
}
END_TEST

KORCH_SUITE(agent)
{
	Suite *suite = suite_create("agent");
	KORCH_CASE(suite, "pods", test_run_and_delete, test_nothing_more_is_written, test_crash,
	           test_bad_image, test_config_error, test_hooks, test_gone_at_once,
	           test_virtual_probes);
	KORCH_CASE(suite, "agent", test_node, test_shutdown, test_end_in_the_middle);
	return suite;
}
