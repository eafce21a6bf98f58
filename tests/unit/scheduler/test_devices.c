/* Devices: who has which, whatever annotations say. */
#include "cluster.h"
#include "dump.h"
#include "scheduler/filter/gpu.h"
#include "unit.h"

static korch_scheduler *s;

static void setup(void)
{
	s = new_packer();
	feed_node(s, make_node("n1", "cpu=8 memory=8Gi nvidia.com/gpu=2"));
}

static void teardown(void)
{
	check_not_overcommitted(s);
	korch_scheduler_free(s);
}

static int32_t free_of(uint32_t device)
{
	return korch__slot_get(s, "n1")->devices[device];
}

static korch_pod *told(korch_pod *pod, const char *devices)
{
	korch_map_set(&korch_object_edit_meta(&pod->object)->annotations, KORCH_ANNOTATION_GPU_DEVICES,
	              devices);
	return pod;
}

static void set(korch_pod *pod)
{
	ck_assert_int_eq(korch_scheduler_pod_set(s, pod, "n1", NULL), 0);
	korch_object_unref(&pod->object);
}

START_TEST(test_as_told)
{
	set(told(make_pod("a", "korch.dev/gpu-milli=300"), "1"));
	ck_assert_int_eq(free_of(0), 1000);
	ck_assert_int_eq(free_of(1), 700);
	set(told(make_pod("b", "nvidia.com/gpu=1"), "0"));
	ck_assert_int_eq(free_of(0), 0);
	korch_scheduler_pod_forget(s, "uid-b");
	ck_assert_int_eq(free_of(0), 1000);
}
END_TEST

/* Devices are taken, and given back, only by those who asked for them, and as many. */
START_TEST(test_not_asked_for)
{
	set(told(make_pod("none", "cpu=1"), "0,1"));
	ck_assert_int_eq(free_of(0), 1000);
	korch_scheduler_pod_forget(s, "uid-none");
	ck_assert_int_eq(free_of(0), 1000);
	set(told(make_pod("share", "korch.dev/gpu-milli=300"), "0,1"));
	ck_assert_int_eq(free_of(0), 700);
	ck_assert_int_eq(free_of(1), 1000);
	set(told(make_pod("whole", "nvidia.com/gpu=1"), "1,0,1,63,64,x"));
	ck_assert_int_eq(free_of(1), 1000);
	korch_scheduler_pod_forget(s, "uid-whole");
	set(told(make_pod("whole", "nvidia.com/gpu=1"), "1"));
	ck_assert_int_eq(free_of(1), 0);
	korch_scheduler_pod_forget(s, "uid-share");
	korch_scheduler_pod_forget(s, "uid-whole");
	ck_assert_int_eq(free_of(0), 1000);
	ck_assert_int_eq(free_of(1), 1000);
}
END_TEST

/* A pod that is not placed yet gets what was decided, not what it says. */
START_TEST(test_decided)
{
	korch_decision decision;
	set(told(make_pod("a", "korch.dev/gpu-milli=800"), "0"));
	korch_pod *pod = told(make_pod("b", "korch.dev/gpu-milli=300"), "0");
	ck_assert_int_eq(korch_scheduler_schedule(&decision, s, pod, NULL), 1);
	ck_assert_uint_eq(decision.devices, 2);
	ck_assert_int_eq(free_of(0), 200);
	ck_assert_int_eq(free_of(1), 700);
	korch_object_unref(&pod->object);
	ck_assert_str_eq(ask(s, make_pod("c", "korch.dev/gpu-milli=800")),
	                 "0/1 nodes are available: 1 Insufficient korch.dev/gpu-milli.");
	ck_assert_str_eq(ask(s, make_pod("d", "nvidia.com/gpu=1")),
	                 "0/1 nodes are available: 1 Insufficient nvidia.com/gpu.");
}
END_TEST

KORCH_SUITE(devices)
{
	Suite *suite = suite_create("devices");
	const TTest *const tests[] = {test_as_told, test_not_asked_for, test_decided};
	TCase *one = tcase_create("devices");
	tcase_add_checked_fixture(one, setup, teardown);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(one, tests[i]);
	suite_add_tcase(suite, one);
	return suite;
}
