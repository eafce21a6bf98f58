/* Ways to drive a cluster from one thread. With several: threads.c. */
#include "fixture.h"
#include <poll.h>
#include <string.h>

static const char CONFIG[] = "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}";

static void quit(void *userdata, const korch_change *change)
{
	if (change->object->kind == &korch_config_map_kind)
		korch_cluster_quit(userdata);
}

/* Submits a plan without waiting for it. */
static void submit_config(korch_cluster *cluster)
{
	korch_plan *plan = NULL;
	korch_object *object = NULL;
	ck_assert_int_eq(korch_plan_new(&plan), 0);
	ck_assert_int_eq(korch_object_new(&object, &korch_config_map_kind), 0);
	korch_string_set(&korch_object_edit_meta(object)->name, "c");
	ck_assert_int_eq(korch_plan_create(plan, object), 0);
	ck_assert_int_eq(korch_engine_submit(korch_cluster_engine(cluster), plan, NULL, NULL, NULL), 0);
}

START_TEST(test_run)
{
	korch_cluster *cluster = NULL;
	ck_assert_int_eq(korch_cluster_open(&cluster, NULL, NULL), 0);
	korch_engine_observe(korch_cluster_engine(cluster), quit, cluster, NULL);
	submit_config(cluster);
	ck_assert_int_eq(korch_cluster_run(cluster), 0);
	/* A quit before the run counts for it. */
	korch_cluster_quit(cluster);
	ck_assert_int_eq(korch_cluster_run(cluster), 0);
	korch_cluster_close(cluster);
}
END_TEST

START_TEST(test_run_virtual)
{
	fixture at;
	fixture_init(&at, 1);
	submit_config(at.cluster);
	/* Nothing is left to happen: it returns by itself. */
	ck_assert_int_eq(korch_cluster_run(at.cluster), 0);
	ck_assert(fixture_has(&at, "cm", "c"));
	ck_assert_int_eq(korch_cluster_fd(at.cluster), -1);
	ck_assert_int_eq(korch_cluster_start(at.cluster, NULL), KORCH_E_UNSUPPORTED);
	fixture_fini(&at);
}
END_TEST

START_TEST(test_foreign)
{
	korch_cluster *cluster = NULL;
	korch_object *object = NULL;
	ck_assert_int_eq(korch_cluster_open(&cluster, NULL, NULL), 0);
	submit_config(cluster);
	for (int i = 0; i < 1000; i++) {
		korch_usec timeout = korch_cluster_timeout(cluster);
		struct pollfd fd = {.fd = korch_cluster_fd(cluster), .events = POLLIN};
		ck_assert_int_ge(fd.fd, 0);
		if (korch_engine_is_idle(korch_cluster_engine(cluster), NULL))
			break;
		poll(&fd, 1, timeout < 1000000 ? (int)((timeout + 999) / 1000) : 1000);
		ck_assert_int_ge(korch_cluster_process(cluster, 0), 0);
	}
	ck_assert_int_eq(korch_cluster_get(&object, cluster, "cm", NULL, "c", NULL), 0);
	korch_object_unref(object);
	korch_cluster_close(cluster);
}
END_TEST

struct caller {
	fixture *at;
	int calls;
};

/* What waits may not be called from inside; what does not, may. */
static void call_back(void *userdata, const korch_change *change)
{
	struct caller *caller = userdata;
	korch_cluster *cluster = caller->at->cluster;
	const korch_key key = fixture_key(&korch_config_map_kind, "c");
	korch_error *error = NULL;
	korch_object *object = NULL;
	if (change->object->kind != &korch_config_map_kind || caller->calls++)
		return;
	ck_assert_int_eq(korch_cluster_get(&object, cluster, "cm", NULL, "c", NULL), 0);
	korch_object_unref(object);
	ck_assert_int_eq(
	    korch_cluster_apply_text(cluster, "{apiVersion: v1, kind: ConfigMap, metadata: {name: d}}",
	                             "t", &error),
	    KORCH_E_BUSY);
	ck_assert_ptr_nonnull(strstr(korch_error_message(error), "callback"));
	korch_error_free(error);
	ck_assert_int_eq(korch_cluster_delete(cluster, &key, NULL, NULL), KORCH_E_BUSY);
	ck_assert_int_eq(korch_cluster_wait(cluster, &key, "deleted", SECOND, NULL), KORCH_E_BUSY);
	ck_assert_int_eq(korch_cluster_settle(cluster, SECOND, NULL), KORCH_E_BUSY);
	ck_assert_int_eq(korch_cluster_process(cluster, 0), KORCH_E_BUSY);
	ck_assert_int_eq(korch_cluster_run(cluster), KORCH_E_BUSY);
	ck_assert_int_eq(korch_cluster_stop_pods(cluster, SECOND, NULL), KORCH_E_BUSY);
	korch_cluster_stop(cluster);
}

START_TEST(test_busy)
{
	fixture at;
	fixture_init(&at, 1);
	struct caller caller = {.at = &at};
	korch_engine_observe(korch_cluster_engine(at.cluster), call_back, &caller, NULL);
	fixture_apply(&at, CONFIG);
	fixture_pass(&at, SECOND);
	ck_assert_int_ge(caller.calls, 1);
	ck_assert(!fixture_has(&at, "cm", "d"));
	fixture_fini(&at);
}
END_TEST

START_TEST(test_null)
{
	ck_assert_int_eq(korch_cluster_run(NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_cluster_process(NULL, 0), KORCH_E_INVALID);
	ck_assert_int_eq(korch_cluster_start(NULL, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_cluster_fd(NULL), -1);
	ck_assert_int_eq(korch_cluster_timeout(NULL), KORCH_USEC_NEVER);
	ck_assert_ptr_null(korch_cluster_loop(NULL));
	ck_assert_ptr_null(korch_cluster_engine(NULL));
	korch_cluster_stop(NULL);
	korch_cluster_quit(NULL);
	korch_cluster_close(NULL);
}
END_TEST

KORCH_SUITE(drive)
{
	Suite *suite = suite_create("drive");
	KORCH_CASE(suite, "drive", test_run, test_run_virtual, test_foreign, test_busy, test_null);
	return suite;
}
