/* The agent after a restart of the host program: what runs is adopted, what ended meanwhile has its
 * true end, what was lost or stopped in order is run again. */
#include "agent/tree_files.h"
#include "base/alloc.h"
#include "base/text.h"
#include "cluster.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static cluster c;

#define POD(rest)                                                                                  \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"namespace\":"          \
	"\"default\"},\"spec\":{\"nodeName\":\"n1\"," rest "}}"
#define ONE "\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]"
#define NEVER "\"restartPolicy\":\"Never\","
#define FIRST "sandbox p 127.128.0.1;prepare x:1;start a 0;"

static const char *phase(void)
{
	const korch_pod *pod = cluster_pod(&c, "p");
	return pod && pod->status && pod->status->phase ? pod->status->phase : "none";
}

static const korch_container_status *status(void)
{
	return &cluster_pod(&c, "p")->status->container_statuses[0];
}

static void note_done(void *userdata)
{
	*(int *)userdata = 1;
}

/* As a cluster does it: noted, then stopped. */
static void note_stop(void)
{
	const korch_view *view = korch_engine_view(c.engine);
	const korch_object *node = korch_view_get(view, &korch_node_kind, "", "n1");
	korch_usec now = korch_loop_now(c.loop);
	korch_plan *plan = NULL;
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	ck_assert_int_eq(korch__agent_plan_stop(plan, view, node, &now, NULL), 0);
	ck_assert_int_eq(korch_engine_submit(c.engine, plan, NULL, NULL, NULL), 0);
	cluster_run(&c, 0);
}

static void stop_in_order(void)
{
	int finished = 0;
	note_stop();
	korch__agent_shutdown(c.agent, note_done, &finished);
	cluster_run(&c, 2);
	ck_assert_int_eq(finished, 1);
	ck_assert_uint_eq(c.n_sandboxes, 0);
	c.n_containers = 0;
	c.log[0] = '\0';
}

static void start(const char *json)
{
	cluster_open(&c);
	cluster_apply(&c, json);
	cluster_run(&c, 1);
	cluster_expect(&c, FIRST);
	ck_assert_str_eq(phase(), "Running");
}

START_TEST(test_leftovers)
{
	strcpy(c.sandboxes[0], "old");
	c.n_sandboxes = 1;
	cluster_open(&c);
	cluster_expect(&c, "remove sandbox;");
	cluster_apply(&c, POD(ONE));
	cluster_run(&c, 1);
	ck_assert_str_eq(phase(), "Running");
	cluster_close(&c);
}
END_TEST

START_TEST(test_adoption)
{
	start(POD(ONE));
	uint64_t revision = cluster_pod(&c, "p")->object.revision;
	cluster_reopen(&c);
	cluster_run(&c, 5);
	cluster_expect(&c, "");
	ck_assert_str_eq(phase(), "Running");
	ck_assert_uint_eq(korch__agent_pods(c.agent), 1);
	ck_assert_uint_eq(cluster_pod(&c, "p")->object.revision, revision);
	cluster_exit(&c, ".a.0", 1);
	cluster_run(&c, 1);
	cluster_expect(&c, "start a 1;");
	cluster_close(&c);
}
END_TEST

/* Ends while nobody looks: no agent is told. */
static void end_unseen(const char *id, int code)
{
	korch_runtime_event_fn listener = c.listener;
	c.listener = NULL;
	cluster_exit(&c, id, code);
	c.listener = listener;
}

/* Whichever allocation fails meanwhile: what runs is not started a second time, nor removed. */
START_TEST(test_adoption_without_memory)
{
	int reached = 1;
	for (uint64_t n = 1; reached; n++) {
		start(POD(ONE));
		cluster_reopen_failing(&c, n, &reached);
		cluster_run(&c, 600);
		cluster_expect(&c, "");
		ck_assert_str_eq(phase(), "Running");
		ck_assert_uint_eq(korch__agent_pods(c.agent), 1);
		cluster_close(&c);
	}
}
END_TEST

START_TEST(test_ended_meanwhile)
{
	start(POD(NEVER ONE));
	end_unseen(".a.0", 7);
	korch_usec ended = korch_loop_now(c.loop);
	cluster_run(&c, 60);
	cluster_reopen(&c);
	ck_assert_str_eq(phase(), "Failed");
	ck_assert_int_eq(status()->state->terminated->exit_code, 7);
	ck_assert_str_eq(status()->state->terminated->reason, "Error");
	ck_assert_int_eq(status()->state->terminated->finished_at, ended - ended % KORCH_USEC_PER_SEC);
	cluster_close(&c);
}
END_TEST

/* A container was started again, and the host program ended before that was stored: the end of the
 * run before is known from the runtime. */
START_TEST(test_end_not_stored)
{
	start(POD(ONE));
	end_unseen(".a.0", 7);
	fake_container *next = &c.containers[c.n_containers++];
	*next = c.containers[0];
	next->restarts = 1;
	next->phase = KORCH_CONTAINER_RUNNING;
	next->started_us = korch_loop_now(c.loop);
	char *number = strrchr(next->id, '.');
	strcpy(number, ".1");
	cluster_reopen(&c);
	cluster_expect(&c, "");
	ck_assert_int_eq(status()->restart_count, 1);
	ck_assert_ptr_nonnull(status()->state->running);
	ck_assert_int_eq(status()->last_state->terminated->exit_code, 7);
	cluster_close(&c);
}
END_TEST

START_TEST(test_back_off_goes_on)
{
	start(POD(ONE));
	cluster_exit(&c, ".a.0", 1);
	cluster_run(&c, 1);
	cluster_exit(&c, ".a.1", 1);
	cluster_run(&c, 11);
	cluster_exit(&c, ".a.2", 1);
	cluster_run(&c, 1);
	ck_assert_str_eq(status()->state->waiting->reason, "CrashLoopBackOff");
	cluster_expect(&c, "start a 1;start a 2;");
	cluster_reopen(&c);
	cluster_run(&c, 10);
	cluster_expect(&c, "");
	cluster_run(&c, 10);
	cluster_expect(&c, "start a 3;");
	ck_assert_int_eq(status()->restart_count, 3);
	cluster_close(&c);
}
END_TEST

START_TEST(test_lost)
{
	start(POD(ONE));
	c.n_containers = 0;
	c.are_lost = 1;
	cluster_reopen(&c);
	cluster_expect(&c, "sandbox p 127.128.0.1;prepare x:1;start a 1;");
	ck_assert_int_eq(status()->restart_count, 1);
	ck_assert_str_eq(status()->last_state->terminated->reason, "ContainerStatusUnknown");
	cluster_close(&c);
}
END_TEST

/* A sandbox that goes while the agent looks after it. */
START_TEST(test_sandbox_made_again)
{
	start(POD(ONE));
	c.are_lost = 1;
	cluster_exit(&c, ".a.0", 137);
	cluster_run(&c, 30);
	ck_assert_ptr_nonnull(strstr(c.log, "sandbox p"));
	ck_assert_ptr_nonnull(status()->state->running);
	cluster_close(&c);
}
END_TEST

START_TEST(test_stopped_in_order)
{
	start(POD(ONE));
	stop_in_order();
	cluster_reopen(&c);
	cluster_expect(&c, FIRST);
	ck_assert_str_eq(phase(), "Running");
	ck_assert_int_eq(status()->restart_count, 0);
	ck_assert_ptr_null(status()->last_state);
	/* What happens from now on counts, also when the host program ends again. */
	end_unseen(".a.0", 7);
	cluster_reopen(&c);
	cluster_run(&c, 1);
	ck_assert_int_eq(status()->restart_count, 1);
	ck_assert_int_eq(status()->last_state->terminated->exit_code, 7);
	cluster_close(&c);
}
END_TEST

/* A pod whose containers are never started again goes on, too. */
START_TEST(test_stopped_in_order_never)
{
	start(POD(NEVER ONE));
	stop_in_order();
	cluster_reopen(&c);
	cluster_expect(&c, FIRST);
	ck_assert_str_eq(phase(), "Running");
	cluster_exit(&c, ".a.0", 0);
	cluster_run(&c, 1);
	ck_assert_str_eq(phase(), "Succeeded");
	cluster_close(&c);
}
END_TEST

/* The machine was started anew long after an orderly stop and a start: that stop does not count. */
START_TEST(test_lost_after_a_stop)
{
	start(POD(NEVER ONE));
	stop_in_order();
	cluster_run(&c, 5);
	cluster_reopen(&c);
	cluster_expect(&c, FIRST);
	c.n_containers = 0;
	c.are_lost = 1;
	cluster_reopen(&c);
	ck_assert_str_eq(phase(), "Failed");
	ck_assert_str_eq(status()->state->terminated->reason, "ContainerStatusUnknown");
	cluster_close(&c);
}
END_TEST

/* Killed in the middle of stopping: what has ended by that is run again, what runs is adopted. */
START_TEST(test_killed_while_stopping)
{
	start(POD(NEVER ONE));
	note_stop();
	cluster_reopen(&c);
	cluster_expect(&c, "");
	ck_assert_str_eq(phase(), "Running");
	note_stop();
	end_unseen(".a.0", 143);
	cluster_reopen(&c);
	cluster_expect(&c, "remove sandbox;" FIRST);
	ck_assert_str_eq(phase(), "Running");
	ck_assert_int_eq(status()->restart_count, 0);
	cluster_close(&c);
}
END_TEST

/* An end that is asked for before the runtime has said what runs: that is stopped, too. */
START_TEST(test_stopped_before_adoption)
{
	int finished = 0;
	start(POD(ONE));
	cluster_reopen_now(&c);
	korch__agent_shutdown(c.agent, note_done, &finished);
	cluster_run(&c, 2);
	ck_assert_int_eq(finished, 1);
	cluster_expect(&c, "stop a 30;remove sandbox;");
	cluster_close(&c);
}
END_TEST

/* Init containers are run again with the pod, and neither count. */
START_TEST(test_stopped_with_init)
{
	cluster_open(&c);
	cluster_apply(&c, POD("\"initContainers\":[{\"name\":\"i\",\"image\":\"x:1\"}]," ONE));
	cluster_run(&c, 1);
	cluster_exit(&c, ".i.0", 0);
	cluster_run(&c, 1);
	ck_assert_str_eq(phase(), "Running");
	stop_in_order();
	cluster_reopen(&c);
	cluster_expect(&c, "sandbox p 127.128.0.1;prepare x:1;start i 0;");
	cluster_exit(&c, ".i.0", 0);
	cluster_run(&c, 1);
	cluster_expect(&c, "prepare x:1;start a 0;");
	ck_assert_int_eq(cluster_pod(&c, "p")->status->init_container_statuses[0].restart_count, 0);
	cluster_close(&c);
}
END_TEST

/* What the pod wrote stays, what is made again from objects goes meanwhile. */
START_TEST(test_files_of_a_stopped_pod)
{
	char folder[] = "/tmp/korch-adopt-XXXXXX";
	char path[512];
	ck_assert_ptr_nonnull(mkdtemp(folder));
	c.state_folder = folder;
	c.is_durable = 1;
	cluster_open(&c);
	cluster_apply(&c, "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"s\","
	                  "\"namespace\":\"default\"},\"stringData\":{\"k\":\"hidden\"}}");
	cluster_apply(&c,
	              POD("\"volumes\":[{\"name\":\"e\",\"emptyDir\":{}},{\"name\":\"s\",\"secret\":"
	                  "{\"secretName\":\"s\"}}]," ONE));
	cluster_run(&c, 1);
	const char *uid = korch_object_uid(&cluster_pod(&c, "p")->object);
	snprintf(path, sizeof(path), "%s/pods/%s/volumes/e/mine", folder, uid);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	stop_in_order();
	ck_assert_int_eq(access(path, F_OK), 0);
	char secret[512];
	snprintf(secret, sizeof(secret), "%s/pods/%s/volumes/s", folder, uid);
	ck_assert_int_lt(access(secret, F_OK), 0);
	cluster_reopen(&c);
	ck_assert_int_eq(access(path, F_OK), 0);
	ck_assert_int_eq(access(secret, F_OK), 0);
	cluster_close(&c);
	ck_assert_int_eq(korch__tree_remove(folder), 0);
}
END_TEST

KORCH_SUITE(adopt)
{
	Suite *suite = suite_create("agent-adopt");
	KORCH_CASE(suite, "killed", test_leftovers, test_adoption, test_adoption_without_memory,
	           test_ended_meanwhile, test_end_not_stored, test_back_off_goes_on);
	KORCH_CASE(suite, "lost", test_lost, test_sandbox_made_again, test_lost_after_a_stop);
	KORCH_CASE(suite, "stopped", test_stopped_in_order, test_stopped_in_order_never,
	           test_killed_while_stopping, test_stopped_before_adoption, test_stopped_with_init,
	           test_files_of_a_stopped_pod);
	return suite;
}
