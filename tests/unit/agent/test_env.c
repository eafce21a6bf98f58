/* Environment of containers, expansion, fields. */
#include "agent/env.h"
#include "base/alloc.h"
#include "unit.h"
#include <korch/codec.h>
#include <stdio.h>
#include <string.h>

static korch_cache *cache;
static korch_pod *pod;
static korch__env_context context;

static korch_object *parse(const char *json)
{
	korch_object *out = NULL;
	korch_error *err = NULL;
	int code = korch_object_from_json(&out, json, strlen(json), NULL, NULL, &err);
	ck_assert_msg(code == 0, "%s", korch_error_message(err));
	return out;
}

static void add(const char *json)
{
	korch_object *object = parse(json);
	ck_assert_int_eq(korch_cache_put(cache, object), 0);
	korch_object_unref(object);
}

static void open_all(const char *container)
{
	char text[4096];
	snprintf(
	    text, sizeof(text),
	    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"namespace\":\"n\","
	    "\"uid\":\"u\",\"labels\":{\"app\":\"web\",\"a.b/c\":\"d\"},\"annotations\":{\"x\":\"say "
	    "\\\"hi\\\"\"}},\"spec\":{\"nodeName\":\"n1\",\"containers\":[%s]}}",
	    container);
	pod = (korch_pod *)parse(text);
	ck_assert_int_eq(korch_cache_new(&cache, NULL), 0);
	context = (korch__env_context){
	    .view = korch_cache_view(cache),
	    .pod = pod,
	    .pod_address = "127.1.2.3",
	    .host_address = "127.0.0.1",
	    .node_cpu_milli = 3500,
	    .node_memory_bytes = INT64_C(4) << 30,
	};
}

static void close_all(void)
{
	korch_cache_free(cache);
	korch_object_unref(&pod->object);
}

static const char *const expansions[][2] = {
    {"", ""},          {"plain", "plain"},
    {"$(A)", "1"},     {"x$(A)y$(B)", "x1ytwo"},
    {"$$(A)", "$(A)"}, {"$$$(A)", "$1"},
    {"$(C)", "$(C)"},  {"$(A", "$(A"},
    {"$A", "$A"},      {"$", "$"},
    {"$$", "$"},       {"$()", "$()"},
    {"$(A)$", "1$"},   {"a$(B)$$(B)$(B)", "atwo$(B)two"},
};

START_TEST(test_expand)
{
	korch__env env = {0};
	korch__env_set(&env, "A", "1");
	korch__env_set(&env, "B", "two");
	char *text = korch__expand(expansions[_i][0], &env);
	ck_assert_str_eq(text, expansions[_i][1]);
	korch__free(text);
	korch__env_fini(&env);
}
END_TEST

static const char *const fields[][2] = {
    {"metadata.name", "p"},
    {"metadata.namespace", "n"},
    {"metadata.uid", "u"},
    {"metadata.labels['app']", "web"},
    {"metadata.labels['a.b/c']", "d"},
    {"metadata.labels['none']", ""},
    {"metadata.annotations['x']", "say \"hi\""},
    {"metadata.labels", "a.b/c=\"d\"\napp=\"web\""},
    {"metadata.annotations", "x=\"say \\\"hi\\\"\""},
    {"spec.nodeName", "n1"},
    {"spec.serviceAccountName", "default"},
    {"status.podIP", "127.1.2.3"},
    {"status.hostIP", "127.0.0.1"},
};

START_TEST(test_fields)
{
	char *value = NULL, *problem = NULL;
	open_all("{\"name\":\"a\",\"image\":\"x\"}");
	ck_assert_int_eq(korch__pod_field(&value, &context, fields[_i][0], &problem), 0);
	ck_assert_str_eq(value, fields[_i][1]);
	korch__free(value);
	ck_assert_int_eq(korch__pod_field(&value, &context, "status.x", &problem), KORCH_E_INVALID);
	ck_assert_str_eq(problem, "unsupported fieldPath: status.x");
	korch__free(problem);
	close_all();
}
END_TEST

/* resource, divisor, value. */
static const char *const resources[][3] = {
    {"requests.cpu", "1", "1"},         {"requests.cpu", "1m", "250"},
    {"limits.cpu", "1", "4"},           {"limits.cpu", "1m", "3500"},
    {"limits.memory", "1", "67108864"}, {"limits.memory", "1Mi", "64"},
    {"limits.memory", "1Gi", "1"},      {"requests.memory", "1Mi", "64"},
};

START_TEST(test_resources)
{
	char *value = NULL, *problem = NULL;
	open_all(
	    "{\"name\":\"a\",\"image\":\"x\",\"resources\":{\"requests\":{\"cpu\":\"250m\"},\"limits\":"
	    "{\"memory\":\"64Mi\"}}}");
	korch_resource_field_selector selector = {.resource = resources[_i][0],
	                                          .divisor = resources[_i][1]};
	ck_assert_int_eq(
	    korch__resource_field(&value, &context, &selector, &pod->spec->containers[0], &problem), 0);
	ck_assert_str_eq(value, resources[_i][2]);
	korch__free(value);
	close_all();
}
END_TEST

/* The variables of the only container as "A=b;", or the problem. */
static void expect(const char *expected)
{
	korch__env env = {0};
	char *problem = NULL;
	char text[4096] = "";
	int code = korch__env_make(&env, &context, &pod->spec->containers[0], &problem);
	ck_assert_int_eq(code != 0, problem != NULL);
	for (size_t i = 0; i < env.n; i++) {
		strcat(text, env.items[i].name);
		strcat(text, "=");
		strcat(text, env.items[i].value);
		strcat(text, ";");
	}
	ck_assert_str_eq(problem ? problem : text, expected);
	korch__free(problem);
	korch__env_fini(&env);
}

START_TEST(test_sources)
{
	open_all("{\"name\":\"a\",\"image\":\"x\",\"envFrom\":[{\"prefix\":\"P_\",\"configMapRef\":{"
	         "\"name\":"
	         "\"c\"}},{\"secretRef\":{\"name\":\"s\"}},{\"secretRef\":{\"name\":\"no\","
	         "\"optional\":true}}],"
	         "\"env\":[{\"name\":\"K\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"s\",\"key\":"
	         "\"pass\"}}},"
	         "{\"name\":\"O\",\"valueFrom\":{\"configMapKeyRef\":{\"name\":\"c\",\"key\":\"z\","
	         "\"optional\":"
	         "true}}},{\"name\":\"E\",\"value\":\"$(P_k)-$(K)-$(L)\"},{\"name\":\"P_k\",\"value\":"
	         "\"new\"},"
	         "{\"name\":\"N\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.name\"}}}]}");
	expect("configmap \"c\" not found");
	add("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"c\",\"namespace\":"
	    "\"n\"},"
	    "\"data\":{\"k\":\"v\",\"not valid\":\"x\"}}");
	expect("secret \"s\" not found");
	add("{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"s\",\"namespace\":"
	    "\"n\"},"
	    "\"data\":{\"other\":\"eA==\"}}");
	expect("couldn't find key pass in Secret n/s");
	add("{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"s\",\"namespace\":"
	    "\"n\"},"
	    "\"data\":{\"pass\":\"c2VjcmV0\"}}");
	expect("P_k=new;pass=secret;K=secret;E=v-secret-$(L);N=p;HOSTNAME=p;");
	close_all();
}
END_TEST

START_TEST(test_services)
{
	open_all("{\"name\":\"a\",\"image\":\"x\",\"env\":[{\"name\":\"U\",\"value\":\"http://"
	         "$(MY_DB_SERVICE_HOST)\"}]}");
	add("{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"my-db\","
	    "\"namespace\":\"n\"},"
	    "\"spec\":{\"clusterIP\":\"127.9.0.1\",\"ports\":[{\"name\":\"sql-x\",\"port\":5432}]}}");
	add("{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"h\",\"namespace\":"
	    "\"n\"},"
	    "\"spec\":{\"clusterIP\":\"None\",\"ports\":[{\"port\":1}]}}");
	add("{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"o\",\"namespace\":"
	    "\"other\"},"
	    "\"spec\":{\"clusterIP\":\"127.9.0.2\",\"ports\":[{\"port\":1}]}}");
	expect("U=http://127.9.0.1;MY_DB_SERVICE_HOST=127.9.0.1;MY_DB_SERVICE_PORT=5432;"
	       "MY_DB_SERVICE_PORT_SQL_X=5432;MY_DB_PORT=tcp://127.9.0.1:5432;"
	       "MY_DB_PORT_5432_TCP=tcp://127.9.0.1:5432;MY_DB_PORT_5432_TCP_PROTO=tcp;"
	       "MY_DB_PORT_5432_TCP_PORT=5432;MY_DB_PORT_5432_TCP_ADDR=127.9.0.1;HOSTNAME=p;");
	KORCH_SET(pod->spec, korch_pod_spec, enable_service_links, 0);
	expect("U=http://$(MY_DB_SERVICE_HOST);HOSTNAME=p;");
	context.api_host = "10.0.0.1";
	expect("U=http://$(MY_DB_SERVICE_HOST);HOSTNAME=p;KUBERNETES_SERVICE_HOST=10.0.0.1;");
	close_all();
}
END_TEST

/* The devices that the scheduler chose; what the pod says itself counts more. */
START_TEST(test_devices)
{
	open_all("{\"name\":\"c\",\"env\":[{\"name\":\"CUDA_VISIBLE_DEVICES\",\"value\":\"7\"}]}");
	expect("CUDA_VISIBLE_DEVICES=7;HOSTNAME=p;");
	korch_map_set(&korch_object_edit_meta(&pod->object)->annotations, "korch.dev/gpu-devices",
	              "0,3");
	expect("CUDA_VISIBLE_DEVICES=7;HOSTNAME=p;NVIDIA_VISIBLE_DEVICES=0,3;");
	close_all();
}
END_TEST

START_TEST(test_no_memory)
{
	open_all(
	    "{\"name\":\"a\",\"image\":\"x\",\"env\":[{\"name\":\"U\",\"value\":\"$(A)b\"},{\"name\":"
	    "\"N\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.labels['app']\"}}}]}");
	for (uint64_t n = 1;; n++) {
		korch__env env = {0};
		char *problem = NULL;
		korch__alloc_fail_at(n);
		int code = korch__env_make(&env, &context, &pod->spec->containers[0], &problem);
		int reached = korch__alloc_count() >= n;
		korch__alloc_fail_at(0);
		ck_assert(code == (reached ? KORCH_E_NOMEM : 0));
		korch__env_fini(&env);
		if (!reached)
			break;
	}
	close_all();
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

KORCH_SUITE(env)
{
	Suite *suite = suite_create("env");
	TCase *tables = tcase_create("tables");
	tcase_add_loop_test(tables, test_expand, 0, COUNT(expansions));
	tcase_add_loop_test(tables, test_fields, 0, COUNT(fields));
	tcase_add_loop_test(tables, test_resources, 0, COUNT(resources));
	suite_add_tcase(suite, tables);
	KORCH_CASE(suite, "sources", test_sources, test_services, test_devices, test_no_memory);
	return suite;
}
