/* The decision on pods: starts, init containers, sidecars, restarts, images. Ends of pods:
 * test_lifecycle_stop.c. */
#include "world.h"
#include <stdio.h>
#include <string.h>

static world w;

START_TEST(test_plain)
{
	world_init(&w, "{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	w.manual = 1;
	world_decide(&w);
	world_expect(&w, "sandbox;prepare a;");
	world_phase(&w, "Pending");
	world_state(&w, "a", "waiting:ContainerCreating");
	world_condition(&w, "PodScheduled", "True -");
	world_condition(&w, "Ready", "False ContainersNotReady");
	world_condition(&w, "Initialized", "True -");
	world_condition(&w, "PodReadyToStartContainers", "False -");
	ck_assert_str_eq(w.pod->status->qos_class, "BestEffort");
	ck_assert_int_eq(w.pod->status->start_time, WORLD_START);
	world_settle(&w);
	world_condition(&w, "PodReadyToStartContainers", "True -");
	world_expect(&w, "");
	w.manual = 0;
	korch__facts_prepared(&w.facts[0], 0, "", "", w.in.now);
	world_settle(&w);
	world_expect(&w, "start a 0;");
	world_phase(&w, "Running");
	world_state(&w, "a", "running");
	world_condition(&w, "Ready", "True -");
	world_condition(&w, "ContainersReady", "True -");
	ck_assert_str_eq(w.pod->status->pod_ip, "127.1.0.1");
	ck_assert_str_eq(w.pod->status->pod_ips[0].ip, "127.1.0.1");
	ck_assert_str_eq(w.pod->status->host_ips[0].ip, "127.0.0.1");
	const korch_container_status *a = world_status(&w, "a");
	ck_assert_str_eq(a->container_id, "sim://u1.a.0");
	ck_assert_int_eq(a->ready, 1);
	ck_assert_int_eq(a->started, 1);
	ck_assert_int_eq(a->restart_count, 0);
	ck_assert_int_eq(a->state->running->started_at, WORLD_START);
	ck_assert(w.out.wake_us == KORCH_USEC_NEVER);
	world_fini(&w);
}
END_TEST

START_TEST(test_init_in_order)
{
	world_init(&w, "{\"initContainers\":[{\"name\":\"i\",\"image\":\"x:1\"},{\"name\":\"j\","
	               "\"image\":\"x:1\"}],\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	world_settle(&w);
	world_expect(&w, "sandbox;prepare i;start i 0;");
	world_phase(&w, "Pending");
	world_state(&w, "i", "running");
	world_state(&w, "j", "waiting:PodInitializing");
	world_state(&w, "a", "waiting:PodInitializing");
	world_condition(&w, "Initialized", "False ContainersNotInitialized");
	ck_assert_str_eq(w.pod->status->conditions[1].message,
	                 "containers with incomplete status: [i j]");
	world_exit(&w, "i", 0);
	world_expect(&w, "prepare j;start j 0;");
	world_state(&w, "i", "terminated:Completed:0");
	world_exit(&w, "j", 0);
	world_expect(&w, "prepare a;start a 0;");
	world_phase(&w, "Running");
	world_condition(&w, "Initialized", "True -");
	ck_assert_int_eq(world_status(&w, "i")->ready, 1);
	world_fini(&w);
}
END_TEST

START_TEST(test_init_fails)
{
	world_init(
	    &w, "{\"restartPolicy\":\"Never\",\"initContainers\":[{\"name\":\"i\",\"image\":\"x:1\"}],"
	        "\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	world_settle(&w);
	world_exit(&w, "i", 3);
	world_expect(&w, "sandbox;prepare i;start i 0;sandbox-remove;clean;");
	world_phase(&w, "Failed");
	world_state(&w, "i", "terminated:Error:3");
	world_condition(&w, "Ready", "False PodFailed");
	world_fini(&w);
}
END_TEST

START_TEST(test_init_restarts)
{
	world_init(
	    &w,
	    "{\"restartPolicy\":\"OnFailure\",\"initContainers\":[{\"name\":\"i\",\"image\":\"x:1\"}],"
	    "\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	world_settle(&w);
	world_exit(&w, "i", 3);
	world_expect(&w, "sandbox;prepare i;start i 0;start i 1;");
	world_exit(&w, "i", 3);
	world_state(&w, "i", "waiting:CrashLoopBackOff");
	world_phase(&w, "Pending");
	world_pass(&w, 10);
	world_expect(&w, "start i 2;");
	world_fini(&w);
}
END_TEST

START_TEST(test_sidecar)
{
	world_init(
	    &w, "{\"initContainers\":[{\"name\":\"s\",\"image\":\"x:1\",\"restartPolicy\":\"Always\","
	        "\"startupProbe\":{\"tcpSocket\":{\"port\":1}}},{\"name\":\"i\",\"image\":\"x:1\"}],"
	        "\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	world_settle(&w);
	world_expect(&w, "sandbox;prepare s;start s 0;");
	ck_assert_uint_eq(w.out.probes.n, 3);
	ck_assert_uint_eq(w.out.probes.items[0], KORCH__WANT_STARTUP);
	world_facts(&w, "s")->startup = KORCH__PROBE_GOOD;
	world_settle(&w);
	world_expect(&w, "prepare i;start i 0;");
	ck_assert_uint_eq(w.out.probes.items[0], KORCH__WANT_READINESS | KORCH__WANT_LIVENESS);
	world_exit(&w, "i", 0);
	world_expect(&w, "prepare a;start a 0;");
	world_phase(&w, "Running");
	/* A sidecar that ends is started again and does not take the phase back. */
	world_exit(&w, "s", 0);
	world_expect(&w, "start s 1;");
	world_phase(&w, "Running");
	world_condition(&w, "Ready", "False ContainersNotReady");
	world_fini(&w);
}
END_TEST

START_TEST(test_crash_backoff)
{
	static const int64_t delays[] = {10, 20, 40, 80, 160, 300, 300};
	world_init(&w, "{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	world_settle(&w);
	world_exit(&w, "a", 1);
	world_expect(&w, "sandbox;prepare a;start a 0;start a 1;");
	world_state(&w, "a", "running");
	ck_assert_int_eq(world_status(&w, "a")->last_state->terminated->exit_code, 1);
	for (size_t i = 0; i < 7; i++) {
		char expected[32];
		world_exit(&w, "a", 1);
		world_state(&w, "a", "waiting:CrashLoopBackOff");
		world_phase(&w, "Running");
		if (i == 3)
			ck_assert_str_eq(world_status(&w, "a")->state->waiting->message,
			                 "back-off 1m20s restarting failed container=a pod=p_n(u1)");
		world_pass(&w, delays[i] - 1);
		world_expect(&w, "");
		world_pass(&w, 1);
		snprintf(expected, sizeof(expected), "start a %d;", (int)i + 2);
		world_expect(&w, expected);
	}
	ck_assert_int_eq(world_status(&w, "a")->restart_count, 8);
	/* After ten minutes it begins anew. */
	world_pass(&w, 601);
	world_exit(&w, "a", 1);
	world_expect(&w, "start a 9;");
	world_exit(&w, "a", 1);
	ck_assert_str_eq(world_status(&w, "a")->state->waiting->message,
	                 "back-off 10s restarting failed container=a pod=p_n(u1)");
	world_fini(&w);
}
END_TEST

/* Restart policies: what an exit code leads to. */
static const struct {
	const char *policy;
	int code;
	const char *log;
	const char *phase;
} policies[] = {
    {"Always", 0, "start a 1;", "Running"},
    {"Always", 1, "start a 1;", "Running"},
    {"OnFailure", 0, "sandbox-remove;clean;", "Succeeded"},
    {"OnFailure", 1, "start a 1;", "Running"},
    {"Never", 0, "sandbox-remove;clean;", "Succeeded"},
    {"Never", 137, "sandbox-remove;clean;", "Failed"},
};

START_TEST(test_policies)
{
	char spec[256];
	snprintf(spec, sizeof(spec),
	         "{\"restartPolicy\":\"%s\",\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}",
	         policies[_i].policy);
	world_init(&w, spec);
	world_settle(&w);
	w.log[0] = '\0';
	world_exit(&w, "a", policies[_i].code);
	world_expect(&w, policies[_i].log);
	world_phase(&w, policies[_i].phase);
	world_fini(&w);
}
END_TEST

START_TEST(test_restart_rules)
{
	world_init(&w, "{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"a\",\"image\":\"x:1\","
	               "\"restartPolicy\":\"Never\",\"restartPolicyRules\":[{\"action\":\"Restart\","
	               "\"exitCodes\":{\"operator\":\"In\",\"values\":[42]}}]}]}");
	world_settle(&w);
	w.log[0] = '\0';
	world_exit(&w, "a", 42);
	world_expect(&w, "start a 1;");
	world_exit(&w, "a", 41);
	world_expect(&w, "sandbox-remove;clean;");
	world_fini(&w);
}
END_TEST

START_TEST(test_image)
{
	world_init(&w, "{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	w.manual = 1;
	world_settle(&w);
	world_expect(&w, "sandbox;prepare a;");
	for (size_t i = 0; i < 2; i++) {
		korch__facts_prepared(&w.facts[0], KORCH_E_NOT_FOUND, "ErrImagePull", "no such image",
		                      w.in.now);
		world_settle(&w);
		world_state(&w, "a", "waiting:ErrImagePull");
		ck_assert_str_eq(world_status(&w, "a")->state->waiting->message, "no such image");
		world_pass(&w, 1);
		world_state(&w, "a", "waiting:ImagePullBackOff");
		ck_assert_str_eq(world_status(&w, "a")->state->waiting->message,
		                 "Back-off pulling image \"x:1\": ErrImagePull: no such image");
		world_pass(&w, i == 0 ? 8 : 18);
		world_expect(&w, "");
		world_pass(&w, 1);
		world_expect(&w, "prepare a;");
		world_state(&w, "a", "waiting:ImagePullBackOff");
	}
	world_phase(&w, "Pending");
	/* Another image is fetched without waiting. */
	korch__facts_prepared(&w.facts[0], KORCH_E_NOT_FOUND, "ErrImagePull", "no", w.in.now);
	world_update(&w, "{\"containers\":[{\"name\":\"a\",\"image\":\"x:2\"}]}");
	world_expect(&w, "prepare a;");
	w.manual = 0;
	korch__facts_prepared(&w.facts[0], 0, "", "", w.in.now);
	world_settle(&w);
	world_expect(&w, "start a 0;");
	world_state(&w, "a", "running");
	world_fini(&w);
}
END_TEST

START_TEST(test_image_never)
{
	world_init(&w, "{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	w.manual = 1;
	world_settle(&w);
	korch__facts_prepared(&w.facts[0], KORCH_E_NOT_FOUND, "ErrImageNeverPull", "not here",
	                      w.in.now);
	world_pass(&w, 5);
	world_state(&w, "a", "waiting:ErrImageNeverPull");
	world_fini(&w);
}
END_TEST

START_TEST(test_always_pulls_again)
{
	world_init(&w, "{\"containers\":[{\"name\":\"a\",\"image\":\"x\"}]}");
	world_settle(&w);
	world_exit(&w, "a", 1);
	world_expect(&w, "sandbox;prepare a;start a 0;prepare a;start a 1;");
	world_fini(&w);
}
END_TEST

START_TEST(test_image_changed)
{
	world_init(&w,
	           "{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	world_settle(&w);
	w.log[0] = '\0';
	world_update(&w, "{\"restartPolicy\":\"Never\",\"terminationGracePeriodSeconds\":7,"
	                 "\"containers\":[{\"name\":\"a\",\"image\":\"x:2\"}]}");
	world_expect(&w, "stop a 7;");
	world_exit(&w, "a", 143);
	world_expect(&w, "prepare a;start a 1;");
	world_state(&w, "a", "running");
	ck_assert_str_eq(world_status(&w, "a")->image, "x:2");
	world_fini(&w);
}
END_TEST

START_TEST(test_start_fails)
{
	world_init(&w, "{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	w.manual = 1;
	world_settle(&w);
	korch__facts_prepared(&w.facts[0], 0, "", "", w.in.now);
	world_settle(&w);
	world_expect(&w, "sandbox;prepare a;start a 0;");
	korch__facts_started(&w.facts[0], KORCH_E_NOT_FOUND, "", "no such program", w.in.now);
	world_settle(&w);
	world_expect(&w, "start a 1;");
	korch__facts_started(&w.facts[0], KORCH_E_NOT_FOUND, "", "no such program", w.in.now);
	world_settle(&w);
	world_state(&w, "a", "waiting:RunContainerError");
	ck_assert_str_eq(world_status(&w, "a")->state->waiting->message, "no such program");
	ck_assert_str_eq(world_status(&w, "a")->last_state->terminated->reason, "StartError");
	ck_assert_int_eq(world_status(&w, "a")->last_state->terminated->exit_code, 128);
	world_pass(&w, 1);
	world_state(&w, "a", "waiting:CrashLoopBackOff");
	world_pass(&w, 9);
	world_expect(&w, "start a 2;");
	world_fini(&w);
}
END_TEST

START_TEST(test_config_error)
{
	world_init(&w, "{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	korch_string_set(&korch__facts_past(&w.facts[0])->config_message, "configmap \"c\" not found");
	world_settle(&w);
	world_expect(&w, "sandbox;prepare a;");
	world_state(&w, "a", "waiting:CreateContainerConfigError");
	ck_assert_str_eq(world_status(&w, "a")->state->waiting->message, "configmap \"c\" not found");
	korch_string_set(&w.facts[0].past->config_message, NULL);
	world_settle(&w);
	world_state(&w, "a", "running");
	world_fini(&w);
}
END_TEST

START_TEST(test_post_start)
{
	world_init(&w,
	           "{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\",\"lifecycle\":{\"postStart\":"
	           "{\"exec\":{\"command\":[\"true\"]}}}}]}");
	world_settle(&w);
	world_expect(&w, "sandbox;prepare a;start a 0;post-start a;");
	world_state(&w, "a", "waiting:ContainerCreating");
	world_phase(&w, "Pending");
	korch__facts_hook(&w.facts[0], KORCH__OP_POST_START, 0);
	world_settle(&w);
	world_expect(&w, "stop a 30;");
	world_state(&w, "a", "waiting:PostStartHookError");
	world_exit(&w, "a", 137);
	world_expect(&w, "start a 1;post-start a;");
	korch__facts_hook(&w.facts[0], KORCH__OP_POST_START, 1);
	world_settle(&w);
	world_state(&w, "a", "running");
	world_phase(&w, "Running");
	world_fini(&w);
}
END_TEST

START_TEST(test_probes)
{
	world_init(
	    &w, "{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\",\"livenessProbe\":{\"tcpSocket\":"
	        "{\"port\":1},\"terminationGracePeriodSeconds\":4},\"readinessProbe\":{\"tcpSocket\":"
	        "{\"port\":1}},\"startupProbe\":{\"tcpSocket\":{\"port\":1}}}]}");
	world_settle(&w);
	world_state(&w, "a", "running");
	ck_assert_int_eq(world_status(&w, "a")->started, 0);
	ck_assert_uint_eq(w.out.probes.items[0], KORCH__WANT_STARTUP);
	w.facts[0].startup = KORCH__PROBE_GOOD;
	world_settle(&w);
	ck_assert_int_eq(world_status(&w, "a")->started, 1);
	ck_assert_int_eq(world_status(&w, "a")->ready, 0);
	world_condition(&w, "Ready", "False ContainersNotReady");
	w.facts[0].readiness = KORCH__PROBE_GOOD;
	world_settle(&w);
	ck_assert_int_eq(world_status(&w, "a")->ready, 1);
	world_condition(&w, "Ready", "True -");
	w.log[0] = '\0';
	w.facts[0].liveness = KORCH__PROBE_BAD;
	world_settle(&w);
	world_expect(&w, "stop a 4;");
	ck_assert_int_eq(w.out.ops.n, 0);
	world_exit(&w, "a", 143);
	world_expect(&w, "start a 1;");
	ck_assert_int_eq(world_status(&w, "a")->ready, 0);
	ck_assert_uint_eq(w.out.probes.items[0], KORCH__WANT_STARTUP);
	w.facts[0].startup = KORCH__PROBE_BAD;
	world_settle(&w);
	world_expect(&w, "stop a 30;");
	world_fini(&w);
}
END_TEST

START_TEST(test_readiness_gates)
{
	world_init(&w,
	           "{\"readinessGates\":[{\"conditionType\":\"x/y\"}],\"containers\":[{\"name\":\"a\","
	           "\"image\":\"x:1\"}]}");
	world_settle(&w);
	world_condition(&w, "ContainersReady", "True -");
	world_condition(&w, "Ready", "False ReadinessGatesNotReady");
	ck_assert_str_eq(w.pod->status->conditions[2].message,
	                 "corresponding condition of pod readiness gate \"x/y\" does not exist.");
	korch_pod_status *status = korch_struct_edit(&w.pod->status, &korch_pod_status_type);
	korch_pod_condition *list =
	    korch_list_edit(&status->conditions, &status->n_conditions, &korch_pod_condition_type, 6);
	korch_string_set(&list[5].type, "x/y");
	korch_string_set(&list[5].status, "True");
	world_settle(&w);
	world_condition(&w, "Ready", "True -");
	world_condition(&w, "x/y", "True -");
	world_fini(&w);
}
END_TEST

START_TEST(test_volumes_wait)
{
	world_init(&w, "{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	w.in.volumes = KORCH__VOLUMES_WAITING;
	world_settle(&w);
	world_expect(&w, "");
	world_state(&w, "a", "waiting:ContainerCreating");
	w.in.volumes = KORCH__VOLUMES_READY;
	world_settle(&w);
	world_phase(&w, "Running");
	world_fini(&w);
}
END_TEST

/* Requests and limits, and the class they give. */
static const struct {
	const char *resources;
	const char *qos;
} classes[] = {
    {"{}", "BestEffort"},
    {"{\"requests\":{\"cpu\":\"0\"}}", "BestEffort"},
    {"{\"requests\":{\"cpu\":\"1\"}}", "Burstable"},
    {"{\"limits\":{\"cpu\":\"1\",\"memory\":\"1Gi\"}}", "Guaranteed"},
    {"{\"limits\":{\"cpu\":\"1\",\"memory\":\"1Gi\"},\"requests\":{\"cpu\":\"1000m\",\"memory\":"
     "\"1024Mi\"}}",
     "Guaranteed"},
    {"{\"limits\":{\"cpu\":\"1\",\"memory\":\"1Gi\"},\"requests\":{\"cpu\":\"500m\"}}",
     "Burstable"},
    {"{\"limits\":{\"cpu\":\"1\"}}", "Burstable"},
};

START_TEST(test_qos)
{
	char spec[512];
	snprintf(spec, sizeof(spec),
	         "{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\",\"resources\":%s}]}",
	         classes[_i].resources);
	world_init(&w, spec);
	ck_assert_str_eq(korch__pod_qos(w.pod), classes[_i].qos);
	world_fini(&w);
}
END_TEST

START_TEST(test_shared_values)
{
	world other;
	world_init(&w, "{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	world_init(&other, "{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	korch__intern *own = other.intern;
	other.in.intern = w.intern;
	world_settle(&w);
	world_settle(&other);
	ck_assert_ptr_eq(w.pod->status->conditions, other.pod->status->conditions);
	ck_assert_ptr_eq(w.pod->status->container_statuses[0].state,
	                 other.pod->status->container_statuses[0].state);
	ck_assert_ptr_eq(w.pod->status->phase, other.pod->status->phase);
	ck_assert_ptr_eq(w.pod->status->host_ips, other.pod->status->host_ips);
	other.intern = own;
	world_fini(&w);
	world_fini(&other);
}
END_TEST

START_TEST(test_lost_containers)
{
	world_init(&w, "{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	world_settle(&w);
	for (size_t i = 0; i < WORLD_CONTAINERS; i++)
		korch__facts_fini(&w.facts[i]);
	w.in.sandbox = KORCH__SANDBOX_NONE;
	w.log[0] = '\0';
	const korch__seed_times times = {.now = w.in.now};
	ck_assert_int_eq(korch__facts_seed(w.pod, w.facts, &times), 0);
	world_settle(&w);
	world_expect(&w, "sandbox;prepare a;start a 1;");
	ck_assert_str_eq(world_status(&w, "a")->last_state->terminated->reason,
	                 "ContainerStatusUnknown");
	world_fini(&w);
}
END_TEST

/* A pod that has ended is looked at anew again and again; that counts no runs. */
START_TEST(test_ended_counts_no_run)
{
	world_init(&w, "{\"restartPolicy\":\"Never\",\"initContainers\":[{\"name\":\"i\",\"image\":"
	               "\"x:1\"}],\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	world_settle(&w);
	world_exit(&w, "i", 0);
	world_settle(&w);
	world_exit(&w, "a", 1);
	world_settle(&w);
	world_phase(&w, "Failed");
	for (size_t i = 0; i < WORLD_CONTAINERS; i++)
		korch__facts_fini(&w.facts[i]);
	const korch__seed_times times = {.now = w.in.now};
	ck_assert_int_eq(korch__facts_seed(w.pod, w.facts, &times), 0);
	ck_assert_int_eq(world_facts(&w, "i")->restart_count, 0);
	ck_assert_int_eq(world_facts(&w, "a")->restart_count, 0);
	world_fini(&w);
}
END_TEST

START_TEST(test_no_memory)
{
	for (uint64_t n = 1;; n++) {
		world_init(&w, "{\"initContainers\":[{\"name\":\"i\",\"image\":\"x:1\"}],\"containers\":"
		               "[{\"name\":\"a\",\"image\":\"x:1\"}]}");
		korch__alloc_fail_at(n);
		int code = korch__pod_decide(&w.in, &w.out);
		int reached = korch__alloc_count() >= n;
		korch__alloc_fail_at(0);
		ck_assert(code == 0 || code == KORCH_E_NOMEM);
		world_settle(&w);
		world_phase(&w, "Pending");
		world_fini(&w);
		if (!reached)
			break;
	}
}
END_TEST

KORCH_SUITE(lifecycle)
{
	Suite *suite = suite_create("lifecycle");
	KORCH_CASE(suite, "start", test_plain, test_init_in_order, test_init_fails, test_init_restarts,
	           test_sidecar, test_volumes_wait, test_lost_containers, test_ended_counts_no_run);
	KORCH_CASE(suite, "restart", test_crash_backoff, test_restart_rules, test_image_changed,
	           test_start_fails, test_config_error);
	KORCH_CASE(suite, "image", test_image, test_image_never, test_always_pulls_again);
	KORCH_CASE(suite, "hooks and probes", test_post_start, test_probes, test_readiness_gates);
	KORCH_CASE(suite, "memory", test_shared_values, test_no_memory);
	TCase *tables = tcase_create("tables");
	tcase_add_loop_test(tables, test_policies, 0, (int)(sizeof(policies) / sizeof(policies[0])));
	tcase_add_loop_test(tables, test_qos, 0, (int)(sizeof(classes) / sizeof(classes[0])));
	suite_add_tcase(suite, tables);
	return suite;
}
