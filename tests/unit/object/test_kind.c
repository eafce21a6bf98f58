/* The registry of kinds: built-in ones, ones that become known, and what people call them. */
#include "object/kinds/builtin.h"
#include "unit.h"
#include <korch/api.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

START_TEST(test_builtin_is_sorted_and_sane)
{
	for (size_t i = 0; i < korch__n_builtin_kinds; i++) {
		const korch_kind *kind = korch__builtin_kinds[i];
		ck_assert_ptr_eq(korch_kind_at(i), kind);
		ck_assert_int_eq(kind->builtin, 1);
		const korch_kind *got = NULL;
		ck_assert_int_eq(korch_kind_get(&got, kind->api_version, kind->name, NULL), 0);
		ck_assert_ptr_eq(got, kind);
		if (i == 0)
			continue;
		const korch_kind *before = korch__builtin_kinds[i - 1];
		int order = strcmp(before->api_version, kind->api_version);
		ck_assert_int_lt(order ? order : strcmp(before->name, kind->name), 0);
	}
}
END_TEST

START_TEST(test_typed_kinds)
{
	const korch_kind *kind = NULL;
	ck_assert_int_eq(korch_kind_get(&kind, "v1", "Pod", NULL), 0);
	ck_assert_ptr_eq(kind, &korch_pod_kind);
	ck_assert_ptr_eq(kind->type, &korch_pod_type);
	ck_assert_int_eq(kind->namespaced, 1);
	ck_assert_int_eq(korch_kind_get(&kind, "apps/v1", "Deployment", NULL), 0);
	ck_assert_ptr_eq(kind->type, &korch_deployment_type);
	ck_assert_int_eq(korch_kind_get(&kind, "v1", "Node", NULL), 0);
	ck_assert_int_eq(kind->namespaced, 0);
	ck_assert_int_eq(korch_kind_get(&kind, "batch/v1", "CronJob", NULL), 0);
	ck_assert_ptr_null(kind->type);
	ck_assert_str_eq(kind->plural, "cronjobs");
	ck_assert_str_eq(kind->group, "batch");
}
END_TEST

START_TEST(test_find)
{
	static const struct {
		const char *text, *api_version, *name;
	} rows[] = {
	    {"deploy", "apps/v1", "Deployment"},
	    {"Deployment", "apps/v1", "Deployment"},
	    {"DEPLOYMENTS", "apps/v1", "Deployment"},
	    {"deployments.apps", "apps/v1", "Deployment"},
	    {"deployments.v1beta1.apps", "apps/v1beta1", "Deployment"},
	    {"deployments.extensions", "extensions/v1beta1", "Deployment"},
	    {"po", "v1", "Pod"},
	    {"pods.v1", "v1", "Pod"},
	    {"svc", "v1", "Service"},
	    {"ev", "v1", "Event"},
	    {"events.events.k8s.io", "events.k8s.io/v1", "Event"},
	    {"ing", "networking.k8s.io/v1", "Ingress"},
	    {"hpa", "autoscaling/v2", "HorizontalPodAutoscaler"},
	    {"cj", "batch/v1", "CronJob"},
	    {"crds", "apiextensions.k8s.io/v1", "CustomResourceDefinition"},
	    {"netpol", "networking.k8s.io/v1", "NetworkPolicy"},
	    {"endpoints", "v1", "Endpoints"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const korch_kind *kind = korch_kind_find(rows[i].text);
		ck_assert_msg(kind != NULL, "%s", rows[i].text);
		ck_assert_str_eq(kind->api_version, rows[i].api_version);
		ck_assert_str_eq(kind->name, rows[i].name);
	}
	ck_assert_ptr_null(korch_kind_find("nothing"));
	ck_assert_ptr_null(korch_kind_find(""));
	ck_assert_ptr_null(korch_kind_find("pods.apps"));
	ck_assert_ptr_null(korch_kind_find(NULL));
}
END_TEST

START_TEST(test_known_by_asking)
{
	const korch_kind *kind = NULL, *again = NULL;
	ck_assert_ptr_null(korch_kind_find("gateways"));
	ck_assert_int_eq(korch_kind_get(&kind, "gateway.networking.k8s.io/v1", "Gateway", NULL), 0);
	ck_assert_str_eq(kind->group, "gateway.networking.k8s.io");
	ck_assert_str_eq(kind->version, "v1");
	ck_assert_str_eq(kind->singular, "gateway");
	ck_assert_str_eq(kind->plural, "gateways");
	ck_assert_str_eq(kind->short_names, "");
	ck_assert_int_eq(kind->namespaced, 1);
	ck_assert_int_eq(kind->builtin, 0);
	ck_assert_int_eq(korch_kind_get(&again, "gateway.networking.k8s.io/v1", "Gateway", NULL), 0);
	ck_assert_ptr_eq(kind, again);
	ck_assert_ptr_eq(korch_kind_find("gateways"), kind);
	ck_assert_ptr_eq(korch_kind_at(korch__n_builtin_kinds), kind);
	ck_assert_ptr_null(korch_kind_at(korch__n_builtin_kinds + 1));
	static const char *const rows[][2] = {
	    {"Policy", "policies"}, {"Proxy", "proxies"}, {"Mesh", "meshes"},
	    {"Box", "boxes"},       {"X", "xes"},         {"Y", "ys"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ck_assert_int_eq(korch_kind_get(&kind, "example.com/v1", rows[i][0], NULL), 0);
		ck_assert_str_eq(kind->plural, rows[i][1]);
	}
	ck_assert_int_eq(korch_kind_get(&kind, "v9", "Thing", NULL), 0);
	ck_assert_str_eq(kind->group, "");
	ck_assert_str_eq(kind->version, "v9");
}
END_TEST

START_TEST(test_malformed_names)
{
	static const char *const rows[][2] = {
	    {"", "Pod"},    {"/v1", "Pod"}, {"apps/", "Pod"}, {"a/b/c", "Pod"}, {"v1", ""},
	    {"v 1", "Pod"}, {"v1", "P/d"},  {"v1", "-Pod"},   {"v1", "Pöd"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const korch_kind *kind = NULL;
		korch_error *err = NULL;
		ck_assert_int_eq(korch_kind_get(&kind, rows[i][0], rows[i][1], &err), KORCH_E_INVALID);
		ck_assert_ptr_null(kind);
		ck_assert_int_eq(korch_error_code(err), KORCH_E_INVALID);
		korch_error_free(err);
	}
}
END_TEST

START_TEST(test_limit)
{
	const korch_kind *kind = NULL;
	char name[32];
	int code = 0;
	for (int i = 0; i < KORCH_KINDS_MAX && code == 0; i++) {
		snprintf(name, sizeof(name), "Kind%d", i);
		code = korch_kind_get(&kind, "example.com/v1", name, NULL);
	}
	ck_assert(code == 0 || korch_kind_at(korch__n_builtin_kinds + KORCH_KINDS_MAX - 1));
	ck_assert_int_eq(korch_kind_get(&kind, "example.com/v1", "OneMore", NULL), KORCH_E_LIMIT);
	ck_assert_int_eq(korch_kind_get(&kind, "example.com/v1", "Kind17", NULL), 0);
	ck_assert_str_eq(kind->name, "Kind17");
}
END_TEST

static void *ask(void *userdata)
{
	const korch_kind **out = userdata;
	char name[32];
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "Shared%d", i);
		if (korch_kind_get(out, "example.com/v1", name, NULL) < 0)
			return NULL;
	}
	return userdata;
}

START_TEST(test_threads)
{
	enum { THREADS = 4 };
	pthread_t threads[THREADS];
	const korch_kind *kinds[THREADS];
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, ask, &kinds[i]), 0);
	for (int i = 0; i < THREADS; i++) {
		void *result = NULL;
		pthread_join(threads[i], &result);
		ck_assert_ptr_nonnull(result);
		ck_assert_ptr_eq(kinds[i], kinds[0]);
	}
	/* Each of the names became known once: those behind them are asked for next. */
	size_t n = korch__n_builtin_kinds;
	while (korch_kind_at(n))
		n++;
	ck_assert_uint_lt(n - korch__n_builtin_kinds, 520);
}
END_TEST

KORCH_SUITE(kind)
{
	Suite *suite = suite_create("kind");
	KORCH_CASE(suite, "builtin", test_builtin_is_sorted_and_sane, test_typed_kinds, test_find);
	KORCH_CASE(suite, "known", test_known_by_asking, test_malformed_names, test_threads,
	           test_limit);
	return suite;
}
