/* The reference's filters: rows with what kube-scheduler says of them. */
#include "rows.h"
#include "unit.h"

#define TWO                                                                                        \
	NODE("n1", "zone: a, kubernetes.io/hostname: n1", "cpu: 4, memory: 8Gi")                       \
	NODE("n2", "zone: b, kubernetes.io/hostname: n2", "cpu: 4, memory: 8Gi")
#define NO(reasons) "0/2 nodes are available: " reasons "."

START_TEST(test_resources)
{
	ck_assert_str_eq(decided(POD("p", "", ASKS("cpu: 1"))), "no nodes available to schedule pods");
	ck_assert_str_eq(decided(TWO POD("p", "", ASKS("cpu: 4"))), "n1");
	ck_assert_str_eq(decided(TWO POD("p", "", ASKS("cpu: 4001m"))), NO("2 Insufficient cpu"));
	/* a full node takes a pod that requests nothing */
	ck_assert_str_eq(decided(NODE("n1", "", "cpu: 1") POD("a", "", ON("n1") ", " ASKS("cpu: 2"))
	                             POD("p", "", ASKS("memory: 0"))),
	                 "n1");
	ck_assert_str_eq(decided(TWO NODE("n3", "", "cpu: 1, memory: 1Gi, example.com/gpu: 1")
	                             POD("a", "", ON("n3") ", " ASKS("example.com/gpu: 1"))
	                                 POD("p", "", ASKS("cpu: 5, memory: 9Gi, example.com/gpu: 1"))),
	                 "0/3 nodes are available: 3 Insufficient cpu, 3 Insufficient example.com/gpu, "
	                 "3 Insufficient memory.");
	ck_assert_str_eq(decided("{apiVersion: v1, kind: Node, metadata: {name: n1}, status: "
	                         "{capacity: {pods: 0}}}\n" POD("p", "", ASKS("cpu: 1"))),
	                 "0/1 nodes are available: 1 Insufficient cpu, 1 Too many pods.");
}
END_TEST

/* requests of the whole pod: the sum rounded up once, the largest step of init containers */
START_TEST(test_effective_requests)
{
#define C(cpu) "{name: c, resources: {requests: {cpu: " cpu "}}}"
#define S(cpu) "{name: s, restartPolicy: Always, resources: {requests: {cpu: " cpu "}}}"
	const char *rows[][2] = {
	    {TWO POD("p", "", "containers: [" C("3999500u") ", " C("500u") "]"), "n1"},
	    {TWO POD("p", "", "containers: [" C("3999500u") ", " C("501u") "]"),
	     NO("2 Insufficient cpu")},
	    {TWO POD("p", "", "containers: [" C("2") "], initContainers: [" C("4") ", " C("3") "]"),
	     "n1"},
	    {TWO POD("p", "", "containers: [" C("2") "], initContainers: [" C("4100m") "]"),
	     NO("2 Insufficient cpu")},
	    /* a sidecar runs beside the containers and beside later init containers */
	    {TWO POD("p", "", "containers: [" C("3") "], initContainers: [" S("1") "]"), "n1"},
	    {TWO POD("p", "", "containers: [" C("3") "], initContainers: [" S("1100m") "]"),
	     NO("2 Insufficient cpu")},
	    {TWO POD("p", "", "containers: [" C("1") "], initContainers: [" C("4") ", " S("1") "]"),
	     "n1"},
	    {TWO POD("p", "", "containers: [" C("1") "], initContainers: [" S("1") ", " C("3100m") "]"),
	     NO("2 Insufficient cpu")},
	    {TWO POD("p", "", "overhead: {cpu: 500m}, containers: [" C("3500m") "]"), "n1"},
	    {TWO POD("p", "", "overhead: {cpu: 501m}, containers: [" C("3500m") "]"),
	     NO("2 Insufficient cpu")},
	    /* resources of the whole pod stand instead of the containers' */
	    {TWO POD("p", "", "resources: {requests: {cpu: 2}}, containers: [" C("5") "]"), "n1"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(decided(rows[i][0]), rows[i][1]);
}
END_TEST

START_TEST(test_resized_pods)
{
#define RESIZED(conditions)                                                                        \
	NODE("n1", "", "cpu: 4")                                                                       \
	POD_IN("shop", "a", "", ON("n1") ", containers: [" C("3") "]",                                 \
	       "containerStatuses: [{name: c, allocatedResources: {cpu: 1}, resources: {requests: "    \
	       "{cpu: 2}}}], conditions: [" conditions "]")                                            \
	POD("p", "", ASKS("cpu: 2"))
	ck_assert_str_eq(decided(RESIZED("")), "0/1 nodes are available: 1 Insufficient cpu.");
	ck_assert_str_eq(
	    decided(RESIZED("{type: PodResizePending, status: 'True', reason: Infeasible}")), "n1");
}
END_TEST

START_TEST(test_nodes_and_taints)
{
#define TAINTED(taints, tolerations)                                                               \
	NODE_WITH("n1", "", "cpu: 4", "taints: [" taints "]", "")                                      \
	POD("p", "", "tolerations: [" tolerations "], containers: [{name: c}]")
#define GPU "{key: gpu, value: 'true', effect: NoSchedule}"
#define UNTOLERATED "0/1 nodes are available: 1 node(s) had untolerated taint {gpu: true}."
	const char *rows[][2] = {
	    {TAINTED(GPU, ""), UNTOLERATED},
	    {TAINTED(GPU, "{key: gpu, operator: Exists}"), "n1"},
	    {TAINTED(GPU, "{key: gpu, value: 'true'}"), "n1"},
	    {TAINTED(GPU, "{key: gpu, operator: Equal, value: 'false'}"), UNTOLERATED},
	    {TAINTED(GPU, "{key: gpu, operator: Exists, effect: NoExecute}"), UNTOLERATED},
	    {TAINTED(GPU, "{operator: Exists}"), "n1"},
	    {TAINTED("{key: soft, effect: PreferNoSchedule}, {key: out, effect: NoExecute}", ""),
	     "0/1 nodes are available: 1 node(s) had untolerated taint {out: }."},
	    {NODE_WITH("n1", "", "cpu: 4", "unschedulable: true", "")
	         POD("p", "", "containers: [{name: c}]"),
	     "0/1 nodes are available: 1 node(s) were unschedulable."},
	    {NODE_WITH("n1", "", "cpu: 4", "unschedulable: true", "")
	         POD("p", "",
	             "tolerations: [{key: node.kubernetes.io/unschedulable, operator: Exists, effect: "
	             "NoSchedule}], containers: [{name: c}]"),
	     "n1"},
	    {TWO POD("p", "", "schedulingGates: [{name: wait}], containers: [{name: c}]"),
	     "Scheduling is blocked due to non-empty scheduling gates"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(decided(rows[i][0]), rows[i][1]);
}
END_TEST

START_TEST(test_node_affinity)
{
#define THREE                                                                                      \
	NODE("n1", "zone: a, cores: '8'", "cpu: 4")                                                    \
	NODE("n2", "zone: b, cores: '16'", "cpu: 4") NODE("n3", "cores: many", "cpu: 4")
#define WANTS(terms)                                                                               \
	THREE POD("p", "",                                                                             \
	          "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution:"          \
	          " {nodeSelectorTerms: [" terms "]}}}, containers: [{name: c}]")
#define EXPRESSION(text) WANTS("{matchExpressions: [{" text "}]}")
#define NOBODY "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector."
	const char *rows[][2] = {
	    {EXPRESSION("key: zone, operator: In, values: [b, c]"), "n2"},
	    {EXPRESSION("key: zone, operator: NotIn, values: [a, b]"), "n3"},
	    {EXPRESSION("key: zone, operator: DoesNotExist"), "n3"},
	    {EXPRESSION("key: cores, operator: Gt, values: ['8']"), "n2"},
	    {EXPRESSION("key: cores, operator: Lt, values: ['9']"), "n1"},
	    {EXPRESSION("key: cores, operator: Gt, values: ['16']"), NOBODY},
	    {WANTS("{matchExpressions: [{key: zone, operator: Exists}, {key: cores, operator: In, "
	           "values: ['16']}]}"),
	     "n2"},
	    {WANTS("{}, {matchExpressions: [{key: zone, operator: In, values: [b]}]}"), "n2"},
	    {WANTS("{}"), NOBODY},
	    {WANTS("{matchFields: [{key: metadata.name, operator: In, values: [n2]}]}"), "n2"},
	    {WANTS("{matchFields: [{key: metadata.name, operator: NotIn, values: [n1]}]}"), "n2"},
	    /* the other nodes are not even looked at */
	    {WANTS("{matchFields: [{key: metadata.name, operator: In, values: [n2]}], "
	           "matchExpressions: [{key: zone, operator: In, values: [a]}]}"),
	     "0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, "
	     "2 node(s) didn't satisfy plugin(s) [NodeAffinity]."},
	    {WANTS("{matchFields: [{key: metadata.name, operator: In, values: [n2]}, {key: "
	           "metadata.name, operator: In, values: [n1]}]}"),
	     "0/3 nodes are available: pod affinity terms conflict."},
	    {THREE POD("p", "", "nodeSelector: {zone: b}, containers: [{name: c}]"), "n2"},
	    {THREE POD("p", "", "nodeSelector: {zone: c}, containers: [{name: c}]"), NOBODY},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(decided(rows[i][0]), rows[i][1]);
}
END_TEST

START_TEST(test_ports)
{
#define PORTS(a, b)                                                                                \
	NODE("n1", "", "cpu: 4")                                                                       \
	POD("a", "", ON("n1") ", containers: [{name: c, ports: [{" a "}]}]")                           \
	POD("p", "", "containers: [{name: c, ports: [{" b "}]}]")
#define TAKEN                                                                                      \
	"0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."
	const char *rows[][2] = {
	    {PORTS("hostPort: 80", "hostPort: 80"), TAKEN},
	    {PORTS("hostPort: 80", "hostPort: 81"), "n1"},
	    {PORTS("hostPort: 80", "hostPort: 80, protocol: UDP"), "n1"},
	    {PORTS("containerPort: 80", "containerPort: 80"), "n1"},
	    {PORTS("hostPort: 80, hostIP: 10.0.0.1", "hostPort: 80"), TAKEN},
	    {PORTS("hostPort: 80", "hostPort: 80, hostIP: 10.0.0.1"), TAKEN},
	    {PORTS("hostPort: 80, hostIP: 10.0.0.1", "hostPort: 80, hostIP: 10.0.0.2"), "n1"},
	    {NODE("n1", "", "cpu: 4")
	         POD("a", "", ON("n1") ", containers: [{name: c, ports: [{hostPort: 80}]}]")
	             POD("p", "",
	                 "containers: [{name: c}], initContainers: [{name: i, ports: [{hostPort: "
	                 "80}]}]"),
	     "n1"},
	    {NODE("n1", "", "cpu: 4")
	         POD("a", "", ON("n1") ", containers: [{name: c, ports: [{hostPort: 80}]}]")
	             POD("p", "",
	                 "containers: [{name: c}], initContainers: [{name: i, restartPolicy: Always, "
	                 "ports: [{hostPort: 80}]}]"),
	     TAKEN},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(decided(rows[i][0]), rows[i][1]);
}
END_TEST

#define NEAR(which, term)                                                                          \
	"affinity: {" which ": {requiredDuringSchedulingIgnoredDuringExecution: [{" term "}]}}, "      \
	"containers: [{name: c}]"
#define APP(value) "labelSelector: {matchLabels: {app: " value "}}"

START_TEST(test_pod_affinity)
{
#define NO_FRIENDS NO("2 node(s) didn't match pod affinity rules")
	const char *rows[][2] = {
	    {TWO POD("p", "app: web", NEAR("podAffinity", "topologyKey: zone, " APP("db"))),
	     NO_FRIENDS},
	    {TWO POD("a", "app: db", ON("n2"))
	         POD("p", "app: web", NEAR("podAffinity", "topologyKey: zone, " APP("db"))),
	     "n2"},
	    /* the first of its kind may go anywhere that has the key */
	    {TWO POD("p", "app: web", NEAR("podAffinity", "topologyKey: zone, " APP("web"))), "n1"},
	    {TWO POD("p", "app: web", NEAR("podAffinity", "topologyKey: rack, " APP("web"))),
	     NO_FRIENDS},
	    {TWO POD("a", "app: web", ON("n2"))
	         POD("p", "app: web", NEAR("podAffinity", "topologyKey: zone, " APP("web"))),
	     "n2"},
	    /* other namespaces: by name, by label, all of them */
	    {TWO POD_IN("other", "a", "app: db", ON("n2"), "")
	         POD("p", "", NEAR("podAffinity", "topologyKey: zone, " APP("db"))),
	     NO_FRIENDS},
	    {TWO POD_IN("other", "a", "app: db", ON("n2"), "") POD(
	         "p", "", NEAR("podAffinity", "topologyKey: zone, namespaces: [other], " APP("db"))),
	     "n2"},
	    {TWO NAMESPACE("other", "team: x") POD_IN("other", "a", "app: db", ON("n2"), "")
	         POD("p", "",
	             NEAR("podAffinity", "topologyKey: zone, namespaceSelector: {matchLabels: {team: "
	                                 "x}}, " APP("db"))),
	     "n2"},
	    {TWO POD_IN("other", "a", "app: db", ON("n2"), "") POD(
	         "p", "", NEAR("podAffinity", "topologyKey: zone, namespaceSelector: {}, " APP("db"))),
	     "n2"},
	    {TWO POD("a", "app: db", ON("n2")) POD("p", "", NEAR("podAffinity", "topologyKey: zone")),
	     NO_FRIENDS},
	    {TWO POD("a", "app: db, v: '1'", ON("n1")) POD("b", "app: db, v: '2'", ON("n2"))
	         POD("p", "v: '2'",
	             NEAR("podAffinity", "topologyKey: zone, matchLabelKeys: [v], " APP("db"))),
	     "n2"},
	    {TWO POD("a", "app: db, v: '1'", ON("n1")) POD("b", "app: db, v: '2'", ON("n2"))
	         POD("p", "v: '1'",
	             NEAR("podAffinity", "topologyKey: zone, mismatchLabelKeys: [v], " APP("db"))),
	     "n2"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(decided(rows[i][0]), rows[i][1]);
}
END_TEST

START_TEST(test_pod_anti_affinity)
{
	const char *rows[][2] = {
	    {TWO POD("a", "app: db", ON("n1"))
	         POD("p", "", NEAR("podAntiAffinity", "topologyKey: zone, " APP("db"))),
	     "n2"},
	    /* a node without the key is as good as any */
	    {TWO POD("a", "app: db", ON("n1"))
	         POD("p", "", NEAR("podAntiAffinity", "topologyKey: rack, " APP("db"))),
	     "n1"},
	    {TWO POD("a", "app: db", ON("n1")) POD("b", "app: db", ON("n2"))
	         POD("p", "", NEAR("podAntiAffinity", "topologyKey: zone, " APP("db"))),
	     NO("2 node(s) didn't match pod anti-affinity rules")},
	    {TWO POD("a", "", ON("n1") ", " NEAR("podAntiAffinity", "topologyKey: zone, " APP("web")))
	         POD("p", "app: web", "containers: [{name: c}]"),
	     "n2"},
	    {TWO POD("a", "", ON("n1") ", " NEAR("podAntiAffinity", "topologyKey: zone, " APP("web")))
	         POD("b", "", ON("n2") ", " NEAR("podAntiAffinity", "topologyKey: zone, " APP("web")))
	             POD("p", "app: web", "containers: [{name: c}]"),
	     NO("2 node(s) didn't satisfy existing pods anti-affinity rules")},
	    {TWO NAMESPACE("shop", "team: x")
	         POD_IN("other", "a", "",
	                ON("n1") ", " NEAR("podAntiAffinity",
	                                   "topologyKey: zone, namespaceSelector: {matchLabels: "
	                                   "{team: x}}, " APP("web")),
	                "") POD("p", "app: web", "containers: [{name: c}]"),
	     "n2"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(decided(rows[i][0]), rows[i][1]);
}
END_TEST

#define SPREAD(constraint, rest)                                                                   \
	"topologySpreadConstraints: [{whenUnsatisfiable: DoNotSchedule, " constraint "}], " rest       \
	"containers: [{name: c}]"
#define WEB "labelSelector: {matchLabels: {app: web}}"

START_TEST(test_spread)
{
#define SKEWED NO("2 node(s) didn't match pod topology spread constraints")
#define A2 POD("a", "app: web", ON("n1")) POD("b", "app: web", ON("n1"))
	const char *rows[][2] = {
	    {TWO A2 POD("p", "app: web", SPREAD("maxSkew: 1, topologyKey: zone, " WEB, "")), "n2"},
	    {TWO NODE_WITH("n3", "zone: c", "cpu: 4", "unschedulable: true", "")
	         A2 POD("c", "app: web", ON("n2"))
	             POD("p", "app: web", SPREAD("maxSkew: 1, topologyKey: zone, " WEB, "")),
	     "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't match pod "
	     "topology spread constraints."},
	    {TWO POD("p", "app: web", SPREAD("maxSkew: 1, topologyKey: rack, " WEB, "")),
	     NO("2 node(s) didn't match pod topology spread constraints (missing required label)")},
	    /* fewer places than minDomains: the least count is 0 */
	    {TWO POD("a", "app: web", ON("n1")) POD("b", "app: web", ON("n2"))
	         POD("p", "app: web", SPREAD("maxSkew: 1, minDomains: 3, topologyKey: zone, " WEB, "")),
	     SKEWED},
	    {TWO POD("a", "app: web", ON("n1")) POD("b", "app: web", ON("n2"))
	         POD("p", "app: web", SPREAD("maxSkew: 1, minDomains: 2, topologyKey: zone, " WEB, "")),
	     "n1"},
	    /* a pod that is not counted itself */
	    {TWO POD("a", "app: web", ON("n1")) POD(
	         "p", "", SPREAD("maxSkew: 1, topologyKey: zone, " WEB, "nodeSelector: {zone: a}, ")),
	     "n1"},
	    /* nodes that it cannot go to are no places, unless they are to count */
	    {TWO A2 POD("p", "app: web",
	                SPREAD("maxSkew: 1, topologyKey: zone, " WEB, "nodeSelector: {zone: a}, ")),
	     "n1"},
	    {TWO A2 POD("p", "app: web",
	                SPREAD("maxSkew: 1, topologyKey: zone, nodeAffinityPolicy: Ignore, " WEB,
	                       "nodeSelector: {zone: a}, ")),
	     NO("1 node(s) didn't match Pod's node affinity/selector, 1 node(s) didn't match pod "
	        "topology spread constraints")},
	    /* only pods of the same version count */
	    {TWO POD("a", "app: web, v: '1'", ON("n1")) POD("b", "app: web, v: '1'", ON("n1"))
	         POD("p", "app: web, v: '2'",
	             SPREAD("maxSkew: 1, topologyKey: zone, matchLabelKeys: [v], " WEB,
	                    "nodeSelector: {zone: a}, ")),
	     "n1"},
	    /* a selector that says nothing counts nobody */
	    {TWO A2 POD("p", "app: web",
	                SPREAD("maxSkew: 1, topologyKey: zone, labelSelector: {}", "")),
	     "n1"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(decided(rows[i][0]), rows[i][1]);
}
END_TEST

START_TEST(test_spread_and_taints)
{
#define TAINTS(policy)                                                                             \
	NODE("n1", "zone: a", "cpu: 4")                                                                \
	NODE_WITH("n2", "zone: b", "cpu: 4", "taints: [" GPU "]", "")                                  \
	A2 POD("p", "app: web", SPREAD("maxSkew: 1, topologyKey: zone, " policy WEB, ""))
	ck_assert_str_eq(decided(TAINTS("")),
	                 NO("1 node(s) didn't match pod topology spread constraints, 1 node(s) had "
	                    "untolerated taint {gpu: true}"));
	ck_assert_str_eq(decided(TAINTS("nodeTaintsPolicy: Honor, ")), "n1");
}
END_TEST

START_TEST(test_claims)
{
	ck_assert_str_eq(
	    decided(TWO POD("p", "",
	                    "volumes: [{name: v, persistentVolumeClaim: {claimName: data}}], "
	                    "containers: [{name: c}]")),
	    NO("persistentvolumeclaim \"data\" not found"));
}
END_TEST

START_TEST(test_groups)
{
#define GROUPED(name, most, rest)                                                                  \
	"---\n{apiVersion: v1, kind: Pod, metadata: {namespace: shop, name: " name                     \
	", labels: {scheduling.x-k8s.io/pod-group: g}, annotations: {korch.dev/max-per-node: '" most   \
	"'}}, spec: {" rest "}}\n"
	ck_assert_str_eq(decided(TWO GROUPED("a", "1", ON("n1")) GROUPED("p", "1", ASKS("cpu: 0"))),
	                 "n2");
	ck_assert_str_eq(decided(TWO GROUPED("a", "1", ON("n1")) GROUPED("b", "1", ON("n2"))
	                             GROUPED("p", "1", ASKS("cpu: 0"))),
	                 NO("2 node(s) had too many pods of the group"));
	ck_assert_str_eq(decided(TWO GROUPED("a", "1", ON("n1")) GROUPED("b", "1", ON("n2"))
	                             GROUPED("p", "2", ASKS("cpu: 0"))),
	                 "n1");
}
END_TEST

KORCH_SUITE(reference_filters)
{
	Suite *suite = suite_create("reference: filters");
	KORCH_CASE(suite, "of the node", test_resources, test_effective_requests, test_resized_pods,
	           test_nodes_and_taints, test_node_affinity, test_ports, test_claims, test_groups);
	KORCH_CASE(suite, "of places", test_pod_affinity, test_pod_anti_affinity, test_spread,
	           test_spread_and_taints);
	return suite;
}
