/* Defaults of the typed kinds: manifests and what single fields become. */
#include "base/alloc.h"
#include "manifests.h"
#include "unit.h"
#include <json-c/json.h>
#include <json-c/json_pointer.h>

typedef struct row {
	const char *manifest;
	const char *pointer;
	const char *expected; /* JSON with ' for ", NULL: absent */
} row;

static const row rows[] = {
    /* fixed ones */
    {BOX(""), "/spec/restartPolicy", "'Always'"},
    {BOX(""), "/spec/dnsPolicy", "'ClusterFirst'"},
    {BOX(""), "/spec/schedulerName", "'default-scheduler'"},
    {BOX(""), "/spec/terminationGracePeriodSeconds", "30"},
    {POD("'terminationGracePeriodSeconds':0"), "/spec/terminationGracePeriodSeconds", "0"},
    {BOX(""), "/spec/securityContext", "{}"},
    {BOX(""), "/spec/enableServiceLinks", "true"},
    {POD("'enableServiceLinks':false"), "/spec/enableServiceLinks", "false"},
    {BOX(""), "/spec/containers/0/terminationMessagePath", "'/dev/termination-log'"},
    {BOX(""), "/spec/containers/0/terminationMessagePolicy", "'File'"},
    {BOX(",'ports':[{'containerPort':80}]"), "/spec/containers/0/ports/0/protocol", "'TCP'"},
    {BOX(",'ports':[{'containerPort':80}]"), "/spec/containers/0/ports/0/hostPort", NULL},
    {BOX(",'livenessProbe':{'httpGet':{'port':80}}"), "/spec/containers/0/livenessProbe",
     "{'httpGet':{'path':'/"
     "','port':80,'scheme':'HTTP'},'timeoutSeconds':1,'periodSeconds':10,'successThreshold':1,'"
     "failureThreshold':3}"},
    {BOX(",'livenessProbe':{'periodSeconds':5,'exec':{'command':['true']}}"),
     "/spec/containers/0/livenessProbe/periodSeconds", "5"},
    {BOX(",'env':[{'name':'A','valueFrom':{'fieldRef':{'fieldPath':'metadata.name'}}}]"),
     "/spec/containers/0/env/0/valueFrom/fieldRef/apiVersion", "'v1'"},
    {POD("'serviceAccount':'sa'"), "/spec/serviceAccountName", "'sa'"},
    {POD("'serviceAccountName':'sa'"), "/spec/serviceAccount", "'sa'"},
    /* pull policy by tag */
    {POD("'containers':[{'image':'a'}]"), "/spec/containers/0/imagePullPolicy", "'Always'"},
    {POD("'containers':[{'image':'a:latest'}]"), "/spec/containers/0/imagePullPolicy", "'Always'"},
    {POD("'containers':[{'image':'a:1.2'}]"), "/spec/containers/0/imagePullPolicy",
     "'IfNotPresent'"},
    {POD("'containers':[{'image':'host:5000/a'}]"), "/spec/containers/0/imagePullPolicy",
     "'Always'"},
    {POD("'containers':[{'image':'host:5000/a:1'}]"), "/spec/containers/0/imagePullPolicy",
     "'IfNotPresent'"},
    {POD("'containers':[{'image':'a@sha256:abc'}]"), "/spec/containers/0/imagePullPolicy",
     "'IfNotPresent'"},
    {POD("'containers':[{'image':'a','imagePullPolicy':'Never'}]"),
     "/spec/containers/0/imagePullPolicy", "'Never'"},
    /* volumes */
    {POD("'volumes':[{'name':'v'}]"), "/spec/volumes/0/emptyDir", "{}"},
    {POD("'volumes':[{'name':'v','secret':{'secretName':'s'}}]"),
     "/spec/volumes/0/secret/defaultMode", "420"},
    {POD("'volumes':[{'name':'v','secret':{'secretName':'s'}}]"), "/spec/volumes/0/emptyDir", NULL},
    {POD("'volumes':[{'name':'v','configMap':{'defaultMode':0}}]"),
     "/spec/volumes/0/configMap/defaultMode", "0"},
    {POD("'volumes':[{'name':'v','hostPath':{'path':'/'}}]"), "/spec/volumes/0/hostPath/type",
     "''"},
    {POD("'volumes':[{'name':'v','projected':{'sources':[{'serviceAccountToken':{'path':'t'}}]}}]"),
     "/spec/volumes/0/projected/sources/0/serviceAccountToken/expirationSeconds", "3600"},
    /* requests from limits, in pods only */
    {BOX(",'resources':{'limits':{'cpu':'1','memory':'1Gi'},'requests':{'cpu':'500m'}}"),
     "/spec/containers/0/resources/requests", "{'cpu':'500m','memory':'1Gi'}"},
    {APPS("Deployment",
          "'template':{'spec':{'containers':[{'resources':{'limits':{'cpu':'1'}}}]}}"),
     "/spec/template/spec/containers/0/resources/requests", NULL},
    {APPS("Deployment", "'template':{'spec':{}}"), "/spec/template/spec/enableServiceLinks", NULL},
    {APPS("Deployment", "'template':{'spec':{}}"), "/spec/template/spec/restartPolicy", "'Always'"},
    /* host network */
    {POD("'hostNetwork':true,'containers':[{'ports':[{'containerPort':80},{'containerPort':81,'"
         "hostPort':81}]}]"),
     "/spec/containers/0/ports/0/hostPort", "80"},
    /* workloads */
    {DEPLOYMENT(""), "/spec/replicas", "1"},
    {DEPLOYMENT(",'replicas':0"), "/spec/replicas", "0"},
    {DEPLOYMENT(""), "/spec/revisionHistoryLimit", "10"},
    {DEPLOYMENT(""), "/spec/progressDeadlineSeconds", "600"},
    {DEPLOYMENT(""), "/spec/strategy",
     "{'type':'RollingUpdate','rollingUpdate':{'maxUnavailable':'25%','maxSurge':'25%'}}"},
    {DEPLOYMENT(",'strategy':{'rollingUpdate':{'maxSurge':0}}"), "/spec/strategy/rollingUpdate",
     "{'maxUnavailable':'25%','maxSurge':0}"},
    {DEPLOYMENT(",'strategy':{'type':'Recreate'}"), "/spec/strategy", "{'type':'Recreate'}"},
    {APPS("ReplicaSet", ""), "/spec/replicas", "1"},
    /* services */
    {CORE("Service", "s", "'spec':{'ports':[{'port':80}]}"), "/spec",
     "{'ports':[{'protocol':'TCP','port':80,'targetPort':80}],'type':'ClusterIP','sessionAffinity':"
     "'None','internalTrafficPolicy':'Cluster'}"},
    {CORE("Service", "s", "'spec':{'ports':[{'port':80,'targetPort':'http'}]}"),
     "/spec/ports/0/targetPort", "'http'"},
    {CORE("Service", "s", "'spec':{'type':'NodePort'}"), "/spec/externalTrafficPolicy",
     "'Cluster'"},
    {CORE("Service", "s", "'spec':{'type':'LoadBalancer'}"), "/spec/allocateLoadBalancerNodePorts",
     "true"},
    {CORE("Service", "s", "'spec':{'type':'ExternalName'}"), "/spec/internalTrafficPolicy", NULL},
    {CORE("Service", "s", "'spec':{'sessionAffinity':'ClientIP'}"),
     "/spec/sessionAffinityConfig/clientIP/timeoutSeconds", "10800"},
    {CORE("Service", "s", "'spec':{'sessionAffinityConfig':{'clientIP':{'timeoutSeconds':5}}}"),
     "/spec/sessionAffinityConfig", NULL},
    /* configuration */
    {CORE("Secret", "s",
          "'stringData':{'a':'hello','b':'x','c':'ab','d':''},'data':{'a':'eA==','z':'eA=='}"),
     "/data", "{'a':'aGVsbG8=','b':'eA==','c':'YWI=','d':'','z':'eA=='}"},
    {CORE("Secret", "s", "'stringData':{'a':'hello'}"), "/stringData", NULL},
    {CORE("Secret", "s", "'stringData':{'a':'hello'}"), "/type", "'Opaque'"},
    /* others */
    {CORE("Namespace", "n", "'spec':{}"), "/metadata/labels",
     "{'kubernetes.io/metadata.name':'n'}"},
    {CORE("Namespace", "n", "'spec':{}"), "/status/phase", "'Active'"},
    {CORE("Node", "n", "'status':{'capacity':{'cpu':'4'}}"), "/status/allocatable", "{'cpu':'4'}"},
    {CORE("Node", "n", "'status':{'capacity':{'cpu':'4'},'allocatable':{'cpu':'3'}}"),
     "/status/allocatable", "{'cpu':'3'}"},
    {"{'apiVersion':'discovery.k8s.io/v1','kind':'EndpointSlice'," META(
         "e") ",'addressType':'IPv4','endpoints':[],'ports':[{'port':1}]}",
     "/ports/0", "{'name':'','protocol':'TCP','port':1}"},
};

static json_object *parse(const char *text)
{
	char *copy = strdup(text);
	for (char *c = copy; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	json_object *tree = json_tokener_parse(copy);
	ck_assert_msg(tree != NULL, "%s", copy);
	free(copy);
	return tree;
}

static void check_row(const row *given)
{
	korch_object *object = manifest_default(given->manifest);
	char *text = NULL;
	ck_assert_int_eq(korch_object_to_json(&text, NULL, object, 0), 0);
	json_object *tree = json_tokener_parse(text);
	json_object *found = NULL;
	int missing = json_pointer_get(tree, given->pointer, &found) != 0;
	if (!given->expected) {
		ck_assert_msg(missing, "%s of %s: %s", given->pointer, given->manifest,
		              json_object_to_json_string(found));
	} else {
		json_object *expected = parse(given->expected);
		ck_assert_msg(!missing && json_object_equal(found, expected), "%s of %s: %s",
		              given->pointer, given->manifest,
		              missing ? text : json_object_to_json_string(found));
		json_object_put(expected);
	}
	json_object_put(tree);
	free(text);
	korch_object_unref(object);
}

START_TEST(test_rows)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}
END_TEST

/* Defaults of what has defaults change nothing. */
START_TEST(test_twice_is_once)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		korch_object *object = manifest_default(rows[i].manifest);
		korch_object *copy = korch_object_edit(object);
		ck_assert_ptr_nonnull(copy);
		ck_assert_int_eq(korch_object_set_defaults(copy), 0);
		ck_assert_msg(korch_object_equal(object, copy), "%s", rows[i].manifest);
		korch_object_unref(copy);
		korch_object_unref(object);
	}
}
END_TEST

/* A pod whose spec needs nothing keeps sharing it. */
START_TEST(test_shared_spec_stays_shared)
{
	korch_object *object = manifest_default(BOX(",'resources':{'limits':{'cpu':'1'}}"));
	korch_object *copy = korch_object_edit(object);
	ck_assert_int_eq(korch_object_set_defaults(copy), 0);
	ck_assert_ptr_eq(((korch_pod *)copy)->spec, ((korch_pod *)object)->spec);
	korch_object_unref(copy);
	korch_object_unref(object);
}
END_TEST

/* Whichever allocation fails: no crash, no leak, and the object can be given its defaults
 * afterwards. */
START_TEST(test_memory_is_short)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int code = KORCH_E_NOMEM;
		for (uint64_t n = 1; code == KORCH_E_NOMEM; n++) {
			korch_object *object = manifest_decode(rows[i].manifest);
			korch__alloc_fail_at(n);
			code = korch_object_set_defaults(object);
			korch__alloc_fail_at(0);
			ck_assert(code == 0 || code == KORCH_E_NOMEM);
			ck_assert_int_eq(korch_object_set_defaults(object), 0);
			korch_object_unref(object);
		}
	}
}
END_TEST

KORCH_SUITE(defaults)
{
	Suite *suite = suite_create("defaults");
	KORCH_CASE(suite, "defaults", test_rows, test_twice_is_once, test_shared_spec_stays_shared,
	           test_memory_is_short);
	return suite;
}
