/* The reference's scores: rows with values computed by hand. */
#include "rows.h"
#include "unit.h"

/* 3000m and 5000 bytes on nodes of 4000m and 6000m with 10000 bytes: kube-scheduler's own rows */
#define SIZES NODE("n1", "", "cpu: 4, memory: 10000") NODE("n2", "", "cpu: 6, memory: 10000")
#define PLAIN SIZES POD("p", "", ASKS("cpu: 3, memory: 5000"))

static reference_profile with(int strategy, const reference_point *shape, size_t n_shape)
{
	reference_profile profile = reference_default_profile;
	profile.strategy = strategy;
	profile.shape = shape;
	profile.n_shape = n_shape;
	return profile;
}

START_TEST(test_strategies)
{
	static const reference_point falling[] = {{0, 10}, {100, 0}}, rising[] = {{0, 0}, {100, 10}};
	static const reference_point bent[] = {{20, 0}, {40, 10}, {80, 5}};
	reference_profile most = with(REFERENCE_MOST, NULL, 0);
	reference_profile fall = with(REFERENCE_RATIO, falling, 2);
	reference_profile rise = with(REFERENCE_RATIO, rising, 2);
	reference_profile bend = with(REFERENCE_RATIO, bent, 3);
	ck_assert_str_eq(scored(PLAIN, REFERENCE_FIT), "37 50");
	ck_assert_str_eq(scored_with(PLAIN, REFERENCE_FIT, &most), "62 50");
	ck_assert_str_eq(scored_with(PLAIN, REFERENCE_FIT, &fall), "38 50");
	ck_assert_str_eq(scored_with(PLAIN, REFERENCE_FIT, &rise), "63 50");
	/* 75 %: 100 - 50 × 35/40 = 57 (towards 0: 100 + -1750/40); 50 %: 88; mean 72.5 */
	ck_assert_str_eq(scored_with(PLAIN, REFERENCE_FIT, &bend), "73 88");
}
END_TEST

START_TEST(test_fit_details)
{
	static const reference_resource three[] = {{"cpu", 1}, {"memory", 1}, {"example.com/gpu", 3}};
	reference_profile weighted = reference_default_profile;
	weighted.fit = three;
	weighted.n_fit = 3;
	/* pods that request nothing count 100m and 200Mi for each container */
	ck_assert_str_eq(scored(NODE("n1", "", "cpu: 1, memory: 1000Mi")
	                            POD("p", "", "containers: [{name: a}, {name: b}]"),
	                        REFERENCE_FIT),
	                 "70");
	/* but not where 0 is written */
	ck_assert_str_eq(scored(NODE("n1", "", "cpu: 1, memory: 1000Mi")
	                            POD("p", "", ASKS("cpu: 0, memory: 0")),
	                        REFERENCE_FIT),
	                 "100");
	/* a resource that the pod does not request or the node does not have is not looked at */
	ck_assert_str_eq(scored_with(NODE("n1", "", "cpu: 4, memory: 10000, example.com/gpu: 4")
	                                 POD("p", "", ASKS("cpu: 3, memory: 5000")),
	                             REFERENCE_FIT, &weighted),
	                 "37");
	/* (25 + 50 + 3 × 75) / 5 */
	ck_assert_str_eq(scored_with(NODE("n1", "", "cpu: 4, memory: 10000, example.com/gpu: 4")
	                                 POD("p", "", ASKS("cpu: 3, memory: 5000, example.com/gpu: 1")),
	                             REFERENCE_FIT, &weighted),
	                 "60");
	/* more than there is, for pods are counted with at least 100m */
	ck_assert_str_eq(scored(NODE("n1", "", "cpu: 50m, memory: 1000Mi")
	                            POD("p", "", "containers: [{name: a}]"),
	                        REFERENCE_FIT),
	                 "40");
}
END_TEST

START_TEST(test_balanced)
{
	ck_assert_str_eq(scored(PLAIN, REFERENCE_BALANCED), "87 100");
	/* a pod without requests of these is not scored */
	ck_assert_str_eq(scored(SIZES POD("p", "", "containers: [{name: c}]"), REFERENCE_BALANCED),
	                 "0 0");
	/* real requests: 3/4 and 0 */
	ck_assert_str_eq(scored(SIZES POD("p", "", ASKS("cpu: 3")), REFERENCE_BALANCED), "62 75");
	static const reference_resource three[] = {{"cpu", 1}, {"memory", 1}, {"example.com/gpu", 1}};
	reference_profile profile = reference_default_profile;
	profile.balanced = three;
	profile.n_balanced = 3;
	/* 0.75, 0.5, 0.25: deviation √(0.125/3) = 0.2041 */
	ck_assert_str_eq(scored_with(NODE("n1", "", "cpu: 4, memory: 10000, example.com/gpu: 4")
	                                 POD("p", "", ASKS("cpu: 3, memory: 5000, example.com/gpu: 1")),
	                             REFERENCE_BALANCED, &profile),
	                 "79");
}
END_TEST

START_TEST(test_taints)
{
#define SOFT_TAINT(key) "{key: " key ", effect: PreferNoSchedule}"
#define SOFTLY                                                                                     \
	NODE("n0", "", "cpu: 1")                                                                       \
	NODE_WITH("n1", "", "cpu: 1", "taints: [" SOFT_TAINT("a") "]", "")                             \
	NODE_WITH("n2", "", "cpu: 1",                                                                  \
	          "taints: [" SOFT_TAINT("a") ", " SOFT_TAINT("b") ", " SOFT_TAINT("c") "]", "")
	ck_assert_str_eq(
	    scored(SOFTLY POD("p", "", "containers: [{name: c}]"), REFERENCE_TAINT_TOLERATION),
	    "100 67 0");
	ck_assert_str_eq(
	    scored(SOFTLY POD("p", "",
	                      "tolerations: [{key: a, operator: Exists, effect: PreferNoSchedule}], "
	                      "containers: [{name: c}]"),
	           REFERENCE_TAINT_TOLERATION),
	    "100 100 0");
	ck_assert_str_eq(
	    scored(SIZES POD("p", "", "containers: [{name: c}]"), REFERENCE_TAINT_TOLERATION),
	    "100 100");
}
END_TEST

#define ZONES                                                                                      \
	NODE("n1", "zone: a, kubernetes.io/hostname: n1", "cpu: 4")                                    \
	NODE("n2", "zone: a, kubernetes.io/hostname: n2", "cpu: 4")                                    \
	NODE("n3", "zone: b, kubernetes.io/hostname: n3", "cpu: 4") NODE("n4", "", "cpu: 4")

START_TEST(test_node_affinity)
{
#define LIKES(weight, value)                                                                       \
	"{weight: " weight                                                                             \
	", preference: {matchExpressions: [{key: zone, operator: In, values: [" value "]}]}}"
	ck_assert_str_eq(
	    scored(
	        ZONES POD("p", "",
	                  "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: "
	                  "[" LIKES("30", "a") ", " LIKES("20", "b") ", " LIKES(
	                      "17", "b") "]}}, containers: [{name: c}]"),
	        REFERENCE_NODE_AFFINITY),
	    "81 81 100 0");
}
END_TEST

#define WISH(which, weight, key, app)                                                              \
	which ": {preferredDuringSchedulingIgnoredDuringExecution: [{weight: " weight                  \
	      ", podAffinityTerm: {topologyKey: " key ", labelSelector: {matchLabels: {app: " app      \
	      "}}}}]}"
#define NEED(which, key, app)                                                                      \
	which ": {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: " key                 \
	      ", labelSelector: {matchLabels: {app: " app "}}}]}"

START_TEST(test_pod_affinity)
{
	ck_assert_str_eq(
	    scored(ZONES POD("a", "app: db", ON("n1")) POD("b", "app: db", ON("n3"))
	               POD("c", "app: db", ON("n3"))
	                   POD("p", "",
	                       "affinity: {" WISH("podAffinity", "7", "zone", "db") "}, containers: "
	                                                                            "[{name: c}]"),
	           REFERENCE_INTER_POD_AFFINITY),
	    "50 50 100 0");
	/* dislikes of both, a need of one that is there: -5 on n1 and n2, 1 on n3 */
	ck_assert_str_eq(
	    scored_raw(
	        ZONES POD("a", "",
	                  ON("n1") ", affinity: {" WISH("podAntiAffinity", "5", "zone", "web") "}")
	            POD("b", "", ON("n3") ", affinity: {" NEED("podAffinity", "zone", "web") "}")
	                POD("p", "app: web", "containers: [{name: c}]"),
	        REFERENCE_INTER_POD_AFFINITY),
	    "-5 -5 1 0");
	/* 100 × (5 / 6) and 100 × (0 + 5) / 6 towards 0 */
	ck_assert_str_eq(
	    scored(ZONES POD("a", "",
	                     ON("n1") ", affinity: {" WISH("podAntiAffinity", "5", "zone", "web") "}")
	               POD("b", "", ON("n3") ", affinity: {" NEED("podAffinity", "zone", "web") "}")
	                   POD("p", "app: web", "containers: [{name: c}]"),
	           REFERENCE_INTER_POD_AFFINITY),
	    "0 0 100 83");
}
END_TEST

#define SOFT_SPREAD(constraint)                                                                    \
	"topologySpreadConstraints: [{whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels:" \
	" {app: web}}, " constraint "}], containers: [{name: c}]"

START_TEST(test_spread)
{
	/* hosts: 2, 1, 0 pods × ln(3 + 2) = 3.22, 1.61, 0 → 3, 2, 0; n4 has no such label */
#define WEBS                                                                                       \
	POD("a", "app: web", ON("n1")) POD("b", "app: web", ON("n1")) POD("c", "app: web", ON("n2"))
	ck_assert_str_eq(
	    scored_raw(ZONES WEBS POD("p", "app: web",
	                              SOFT_SPREAD("maxSkew: 1, topologyKey: kubernetes.io/hostname")),
	               REFERENCE_SPREAD),
	    "3 2 0 0");
	ck_assert_str_eq(
	    scored(ZONES WEBS POD("p", "app: web",
	                          SOFT_SPREAD("maxSkew: 1, topologyKey: kubernetes.io/hostname")),
	           REFERENCE_SPREAD),
	    "0 33 100 0");
	/* zones: 3 and 0 × ln(2 + 2), and maxSkew - 1 = 2 on top: 6 and 2 */
	ck_assert_str_eq(
	    scored(ZONES WEBS POD("p", "app: web", SOFT_SPREAD("maxSkew: 3, topologyKey: zone")),
	           REFERENCE_SPREAD),
	    "33 33 100 0");
	ck_assert_str_eq(
	    scored(ZONES POD("p", "app: web", SOFT_SPREAD("maxSkew: 1, topologyKey: zone")),
	           REFERENCE_SPREAD),
	    "100 100 100 0");
	ck_assert_str_eq(scored(ZONES POD("p", "", "containers: [{name: c}]"), REFERENCE_SPREAD),
	                 "0 0 0 0");
}
END_TEST

START_TEST(test_images)
{
	/* 500 MB on one of two nodes: 250; (250 - 23) × 100 / (1000 - 23) = 23.2 */
	ck_assert_str_eq(
	    scored(NODE_WITH("n1", "", "cpu: 1", "",
	                     "images: [{names: ['shop/web:latest'], sizeBytes: 524288000}]")
	               NODE("n2", "", "cpu: 1")
	                   POD("p", "", "containers: [{name: c, image: shop/web}]"),
	           REFERENCE_IMAGE_LOCALITY),
	    "23 0");
	ck_assert_str_eq(
	    scored(NODE_WITH("n1", "", "cpu: 1", "",
	                     "images: [{names: ['host:5000/web:latest'], sizeBytes: 3000000000}]")
	               POD("p", "", "containers: [{name: c, image: 'host:5000/web'}]"),
	           REFERENCE_IMAGE_LOCALITY),
	    "100");
}
END_TEST

START_TEST(test_choice)
{
	ck_assert_str_eq(decided(PLAIN), "n2");
	/* a tie goes to the smallest name by bytes */
	ck_assert_str_eq(decided(NODE("n9", "", "cpu: 1") NODE("n10", "", "cpu: 1")
	                             POD("p", "", "containers: [{name: c}]")),
	                 "n10");
}
END_TEST

KORCH_SUITE(reference_scores)
{
	Suite *suite = suite_create("reference: scores");
	KORCH_CASE(suite, "scores", test_strategies, test_fit_details, test_balanced, test_taints,
	           test_node_affinity, test_pod_affinity, test_spread, test_images, test_choice);
	return suite;
}
