/* The decision on pods: how they end. */
#include "world.h"
#include <string.h>

static world w;

static void make(const char *spec)
{
	world_init(&w, spec);
	world_settle(&w);
	w.log[0] = '\0';
}

START_TEST(test_delete)
{
	make(
	    "{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"},{\"name\":\"b\",\"image\":\"x:1\"}]}");
	world_delete(&w, 30);
	world_expect(&w, "stop a 30;stop b 30;");
	world_phase(&w, "Running");
	world_exit(&w, "a", 143);
	world_expect(&w, "");
	world_phase(&w, "Running");
	world_exit(&w, "b", 0);
	world_expect(&w, "sandbox-remove;clean;");
	world_phase(&w, "Failed");
	world_state(&w, "a", "terminated:Error:143");
	ck_assert_int_eq(w.out.done, 1);
	ck_assert_int_eq(w.out.delete_object, 1);
	world_fini(&w);
}
END_TEST

/* The runtime keeps what only it knows until the object tells it: this program may end in between.
 */
START_TEST(test_end_is_recorded_first)
{
	make("{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	korch__container_facts *facts = world_facts(&w, "a");
	facts->run = KORCH__RUN_EXITED;
	facts->exit_code = 7;
	ck_assert_int_eq(korch__pod_decide(&w.in, &w.out), 0);
	ck_assert_uint_eq(w.out.ops.n, 0);
	ck_assert_str_eq(w.out.status->phase, "Failed");
	world_settle(&w);
	world_expect(&w, "sandbox-remove;clean;");
	world_state(&w, "a", "terminated:Error:7");
	world_fini(&w);
}
END_TEST

START_TEST(test_delete_before_start)
{
	world_init(&w, "{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	world_delete(&w, 30);
	world_expect(&w, "clean;");
	ck_assert_int_eq(w.out.delete_object, 1);
	world_fini(&w);
}
END_TEST

START_TEST(test_delete_while_starting)
{
	world_init(&w, "{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	w.manual = 1;
	world_settle(&w);
	korch__facts_prepared(&w.facts[0], 0, "", "", w.in.now);
	world_settle(&w);
	world_expect(&w, "sandbox;prepare a;start a 0;");
	world_delete(&w, 5);
	world_expect(&w, "");
	korch__facts_started(&w.facts[0], 0, "", "", w.in.now);
	world_settle(&w);
	world_expect(&w, "stop a 5;");
	world_exit(&w, "a", 137);
	world_expect(&w, "sandbox-remove;clean;");
	world_fini(&w);
}
END_TEST

#define HOOK(name)                                                                                 \
	"{\"name\":\"" name                                                                            \
	"\",\"image\":\"x:1\",\"lifecycle\":{\"preStop\":{\"exec\":{\"command\":[\"x\"]}}}}"

START_TEST(test_pre_stop)
{
	make("{\"containers\":[" HOOK("a") "]}");
	world_delete(&w, 30);
	world_expect(&w, "pre-stop a 30;");
	ck_assert(w.out.wake_us == w.in.now + 30 * KORCH_USEC_PER_SEC);
	w.in.now += 12 * KORCH_USEC_PER_SEC;
	korch__facts_hook(&w.facts[0], KORCH__OP_PRE_STOP, 1);
	world_settle(&w);
	world_expect(&w, "stop a 18;");
	world_exit(&w, "a", 0);
	world_expect(&w, "sandbox-remove;clean;");
	world_phase(&w, "Succeeded");
	world_fini(&w);
}
END_TEST

START_TEST(test_pre_stop_takes_all)
{
	make("{\"containers\":[" HOOK("a") "]}");
	world_delete(&w, 30);
	world_expect(&w, "pre-stop a 30;");
	world_pass(&w, 29);
	world_expect(&w, "");
	world_pass(&w, 1);
	world_expect(&w, "stop a 2;");
	world_fini(&w);
}
END_TEST

START_TEST(test_sidecars_last)
{
	make("{\"initContainers\":[{\"name\":\"s\",\"image\":\"x:1\",\"restartPolicy\":\"Always\"},{"
	     "\"name\":"
	     "\"t\",\"image\":\"x:1\",\"restartPolicy\":\"Always\"}],\"containers\":[{\"name\":\"a\","
	     "\"image\":"
	     "\"x:1\"}]}");
	world_delete(&w, 30);
	world_expect(&w, "stop a 30;");
	w.in.now += 10 * KORCH_USEC_PER_SEC;
	world_exit(&w, "a", 0);
	world_expect(&w, "stop t 20;");
	w.in.now += 5 * KORCH_USEC_PER_SEC;
	world_exit(&w, "t", 1);
	world_expect(&w, "stop s 15;");
	world_exit(&w, "s", 1);
	world_expect(&w, "sandbox-remove;clean;");
	world_phase(&w, "Succeeded");
	world_fini(&w);
}
END_TEST

START_TEST(test_sidecars_out_of_time)
{
	make("{\"initContainers\":[{\"name\":\"s\",\"image\":\"x:1\",\"restartPolicy\":\"Always\"},{"
	     "\"name\":"
	     "\"t\",\"image\":\"x:1\",\"restartPolicy\":\"Always\"}],\"containers\":[{\"name\":\"a\","
	     "\"image\":"
	     "\"x:1\"}]}");
	world_delete(&w, 30);
	world_expect(&w, "stop a 30;");
	world_pass(&w, 30);
	world_expect(&w, "stop t 2;stop s 2;");
	world_fini(&w);
}
END_TEST

START_TEST(test_sidecars_of_a_job)
{
	make("{\"restartPolicy\":\"OnFailure\",\"initContainers\":[{\"name\":\"s\",\"image\":\"x:1\","
	     "\"restartPolicy\":\"Always\"}],\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	world_exit(&w, "a", 0);
	world_expect(&w, "stop s 30;");
	world_phase(&w, "Running");
	world_exit(&w, "s", 137);
	world_expect(&w, "sandbox-remove;clean;");
	world_phase(&w, "Succeeded");
	world_condition(&w, "Ready", "False PodCompleted");
	world_condition(&w, "Initialized", "True PodCompleted");
	ck_assert_int_eq(w.out.delete_object, 0);
	world_pass(&w, 3600);
	world_expect(&w, "");
	world_fini(&w);
}
END_TEST

START_TEST(test_deadline)
{
	make("{\"activeDeadlineSeconds\":60,\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	ck_assert(w.out.wake_us == WORLD_START + 60 * KORCH_USEC_PER_SEC);
	world_pass(&w, 59);
	world_expect(&w, "");
	world_pass(&w, 1);
	world_expect(&w, "stop a 30;");
	world_exit(&w, "a", 0);
	world_phase(&w, "Failed");
	ck_assert_str_eq(w.pod->status->reason, "DeadlineExceeded");
	ck_assert_str_eq(w.pod->status->message,
	                 "Pod was active on the node longer than the specified deadline");
	world_expect(&w, "sandbox-remove;clean;");
	ck_assert_int_eq(w.out.delete_object, 0);
	world_fini(&w);
}
END_TEST

START_TEST(test_shutdown)
{
	make("{\"terminationGracePeriodSeconds\":9,\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]"
	     "}");
	w.in.shutdown = 1;
	world_settle(&w);
	world_expect(&w, "stop a 9;");
	world_exit(&w, "a", 0);
	world_expect(&w, "sandbox-remove;clean;");
	world_phase(&w, "Running");
	ck_assert_int_eq(w.out.done, 1);
	ck_assert_int_eq(w.out.delete_object, 0);
	world_fini(&w);
}
END_TEST

START_TEST(test_gone)
{
	make("{\"containers\":[" HOOK("a") "]}");
	w.in.gone = 1;
	world_settle(&w);
	world_expect(&w, "stop a 2;");
	world_exit(&w, "a", 137);
	world_expect(&w, "sandbox-remove;clean;");
	ck_assert_int_eq(w.out.delete_object, 0);
	world_fini(&w);
}
END_TEST

START_TEST(test_phase_stays)
{
	make("{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}");
	world_exit(&w, "a", 0);
	world_phase(&w, "Succeeded");
	world_delete(&w, 0);
	world_phase(&w, "Succeeded");
	ck_assert_int_eq(w.out.delete_object, 1);
	world_fini(&w);
}
END_TEST

START_TEST(test_liveness_then_delete)
{
	make("{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\",\"livenessProbe\":{\"tcpSocket\":{"
	     "\"port\":1}}}]}");
	w.facts[0].liveness = KORCH__PROBE_BAD;
	world_settle(&w);
	world_expect(&w, "stop a 30;");
	world_delete(&w, 5);
	world_expect(&w, "stop a 5;");
	world_exit(&w, "a", 143);
	world_expect(&w, "sandbox-remove;clean;");
	world_fini(&w);
}
END_TEST

START_TEST(test_stop_signal)
{
	make("{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\",\"lifecycle\":{\"stopSignal\":"
	     "\"SIGUSR1\"}}]}");
	korch_object *pod = korch_object_edit(&w.pod->object);
	korch_object_edit_meta(pod)->deletion_timestamp = w.in.now;
	w.in.pod = (korch_pod *)pod;
	ck_assert_int_eq(korch__pod_decide(&w.in, &w.out), 0);
	ck_assert_uint_eq(w.out.ops.n, 1);
	ck_assert_int_eq(w.out.ops.items[0].signal, 10);
	korch_object_unref(pod);
	world_fini(&w);
}
END_TEST

KORCH_SUITE(lifecycle_stop)
{
	Suite *suite = suite_create("lifecycle_stop");
	KORCH_CASE(suite, "delete", test_delete, test_end_is_recorded_first, test_delete_before_start,
	           test_delete_while_starting, test_pre_stop, test_pre_stop_takes_all,
	           test_liveness_then_delete, test_stop_signal, test_phase_stays);
	KORCH_CASE(suite, "sidecars", test_sidecars_last, test_sidecars_out_of_time,
	           test_sidecars_of_a_job);
	KORCH_CASE(suite, "end", test_deadline, test_shutdown, test_gone);
	return suite;
}
