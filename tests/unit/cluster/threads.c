/* A cluster with a thread of its own, called from several others. A program of its own, because it
 * runs under ThreadSanitizer too. */
#include "unit.h"
#include <korch/api.h>
#include <korch/cluster.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { CALLERS = 4, CALLS = 25 };
#define MINUTE (60 * KORCH_USEC_PER_SEC)

static korch_cluster *open_cluster(void)
{
	korch_cluster *cluster = NULL;
	ck_assert_int_eq(korch_cluster_open(&cluster, NULL, NULL), 0);
	return cluster;
}

struct caller {
	korch_cluster *cluster;
	int number;
	int failures;
};

static int call_once(struct caller *caller, int i)
{
	char text[256];
	char name[32];
	korch_object *object = NULL;
	korch_object **objects = NULL;
	size_t n = 0;
	snprintf(name, sizeof(name), "c-%d-%d", caller->number, i % 5);
	snprintf(text, sizeof(text),
	         "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}, data: {i: '%d'}}", name, i);
	const korch_key key = {.kind = &korch_config_map_kind, .namespace_ = "default", .name = name};
	int code = korch_cluster_apply_text(caller->cluster, text, "t", NULL);
	if (code == 0)
		code = korch_cluster_get(&object, caller->cluster, "cm", NULL, name, NULL);
	korch_object_unref(object);
	if (code == 0)
		code = korch_cluster_list(&objects, &n, caller->cluster, "cm", NULL, NULL, NULL);
	korch_object_list_free(objects, n);
	if (code == 0 && i % 3 == 0)
		code = korch_cluster_delete(caller->cluster, &key, NULL, NULL);
	if (code == 0 && i % 3 == 0)
		code = korch_cluster_wait(caller->cluster, &key, "deleted", MINUTE, NULL);
	return code;
}

static void *call(void *userdata)
{
	struct caller *caller = userdata;
	for (int i = 0; i < CALLS; i++)
		if (call_once(caller, i) < 0)
			caller->failures++;
	return NULL;
}

START_TEST(test_calls)
{
	korch_cluster *cluster = open_cluster();
	struct caller callers[CALLERS];
	pthread_t threads[CALLERS];
	ck_assert_int_eq(korch_cluster_start(cluster, NULL), 0);
	ck_assert_int_eq(korch_cluster_start(cluster, NULL), KORCH_E_EXISTS);
	ck_assert_int_eq(korch_cluster_run(cluster), KORCH_E_INVALID);
	ck_assert_int_eq(korch_cluster_process(cluster, 0), KORCH_E_INVALID);
	for (int i = 0; i < CALLERS; i++) {
		callers[i] = (struct caller){.cluster = cluster, .number = i};
		ck_assert_int_eq(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
	}
	for (int i = 0; i < CALLERS; i++) {
		pthread_join(threads[i], NULL);
		ck_assert_int_eq(callers[i].failures, 0);
	}
	korch_cluster_close(cluster);
}
END_TEST

/* All callers change one object; nobody's change is lost and nobody fails. */
static void *change_one(void *userdata)
{
	struct caller *caller = userdata;
	char text[256];
	for (int i = 0; i < CALLS; i++) {
		snprintf(text, sizeof(text),
		         "{apiVersion: v1, kind: ConfigMap, metadata: {name: shared}, data: {k%d: '%d'}}",
		         caller->number, i);
		if (korch_cluster_apply_text(caller->cluster, text, "t", NULL) < 0)
			caller->failures++;
	}
	return NULL;
}

START_TEST(test_one_object)
{
	korch_cluster *cluster = open_cluster();
	struct caller callers[CALLERS];
	pthread_t threads[CALLERS];
	ck_assert_int_eq(korch_cluster_start(cluster, NULL), 0);
	for (int i = 0; i < CALLERS; i++) {
		callers[i] = (struct caller){.cluster = cluster, .number = i};
		ck_assert_int_eq(pthread_create(&threads[i], NULL, change_one, &callers[i]), 0);
	}
	for (int i = 0; i < CALLERS; i++) {
		pthread_join(threads[i], NULL);
		ck_assert_int_eq(callers[i].failures, 0);
	}
	korch_cluster_close(cluster);
}
END_TEST

static void *stop(void *userdata)
{
	korch_cluster_stop(userdata);
	return NULL;
}

/* Started and stopped again and again, by several at once; a call that is waiting goes on by
 * itself. */
START_TEST(test_start_stop)
{
	korch_cluster *cluster = open_cluster();
	for (int i = 0; i < 20; i++) {
		pthread_t threads[3];
		struct caller caller = {.cluster = cluster};
		pthread_t working;
		ck_assert_int_eq(korch_cluster_start(cluster, NULL), 0);
		ck_assert_int_eq(pthread_create(&working, NULL, call, &caller), 0);
		for (int k = 0; k < 3; k++)
			ck_assert_int_eq(pthread_create(&threads[k], NULL, stop, cluster), 0);
		for (int k = 0; k < 3; k++)
			pthread_join(threads[k], NULL);
		pthread_join(working, NULL);
		ck_assert_int_eq(caller.failures, 0);
	}
	korch_cluster_close(cluster);
}
END_TEST

static void *quit(void *userdata)
{
	korch_cluster_quit(userdata);
	return NULL;
}

START_TEST(test_quit)
{
	korch_cluster *cluster = open_cluster();
	for (int i = 0; i < 20; i++) {
		pthread_t thread;
		ck_assert_int_eq(pthread_create(&thread, NULL, quit, cluster), 0);
		ck_assert_int_eq(korch_cluster_run(cluster), 0);
		pthread_join(thread, NULL);
	}
	korch_cluster_close(cluster);
}
END_TEST

START_TEST(test_wait_timeout)
{
	korch_cluster *cluster = open_cluster();
	const korch_key key = {.kind = &korch_config_map_kind, .namespace_ = "default", .name = "c"};
	ck_assert_int_eq(korch_cluster_start(cluster, NULL), 0);
	ck_assert_int_eq(
	    korch_cluster_apply_text(cluster, "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}",
	                             "t", NULL),
	    0);
	ck_assert_int_eq(korch_cluster_wait(cluster, &key, "deleted", 20000, NULL), KORCH_E_TIMEOUT);
	ck_assert_int_eq(korch_cluster_settle(cluster, MINUTE, NULL), 0);
	korch_cluster_stop(cluster);
	korch_cluster_stop(cluster);
	/* Driven by the caller again. */
	ck_assert_int_eq(korch_cluster_delete(cluster, &key, NULL, NULL), 0);
	ck_assert_int_eq(korch_cluster_wait(cluster, &key, "deleted", MINUTE, NULL), 0);
	korch_cluster_close(cluster);
}
END_TEST

KORCH_SUITE(threads)
{
	Suite *suite = suite_create("threads");
	KORCH_CASE(suite, "threads", test_calls, test_one_object, test_start_stop, test_quit,
	           test_wait_timeout);
	return suite;
}
