/* The reference's preemption: rows with what kube-scheduler would do. */
#include "rows.h"
#include "unit.h"

#define HOST(name) NODE(name, "kubernetes.io/hostname: " name, "cpu: 4")
#define LOW(name, node, priority, cpu, start)                                                      \
	POD_IN("shop", name, "app: " name, ON(node) ", priority: " priority ", " ASKS("cpu: " cpu),    \
	       "startTime: '2026-01-0" start "T00:00:00Z'")
#define HIGH(cpu) POD("p", "", "priority: 100, " ASKS("cpu: " cpu))
#define BUDGET(app, allowed)                                                                       \
	"---\n{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {namespace: shop, "         \
	"name: " app "}, spec: {selector: {matchLabels: {app: " app                                    \
	"}}}, status: {disruptionsAllowed: " allowed "}}\n"

START_TEST(test_victims)
{
	const char *rows[][2] = {
	    {HOST("n1") LOW("a", "n1", "1", "4", "1") HIGH("1"), "n1: a (0)"},
	    {HOST("n1") LOW("a", "n1", "100", "4", "1") HIGH("1"), "none"},
	    {HOST("n1") LOW("a", "n1", "1", "4", "1") HIGH("5"), "none"},
	    /* the more important ones stay when there is room for them */
	    {HOST("n1") LOW("a", "n1", "1", "2", "1") LOW("b", "n1", "2", "2", "1") HIGH("2"),
	     "n1: a (0)"},
	    {HOST("n1") LOW("a", "n1", "1", "2", "2") LOW("b", "n1", "1", "2", "1") HIGH("2"),
	     "n1: a (0)"},
	    {HOST("n1") LOW("a", "n1", "2", "3", "1") LOW("b", "n1", "1", "1", "1") HIGH("3"),
	     "n1: a (0)"},
	    /* but a budget comes first */
	    {HOST("n1") LOW("a", "n1", "1", "2", "1") LOW("b", "n1", "2", "2", "1") BUDGET("a", "0")
	         HIGH("2"),
	     "n1: b (0)"},
	    {HOST("n1") LOW("a", "n1", "1", "4", "1") BUDGET("a", "0") HIGH("2"), "n1: a (1)"},
	    {HOST("n1") LOW("a", "n1", "1", "4", "1") BUDGET("a", "1") HIGH("2"), "n1: a (0)"},
	    {HOST("n1") LOW("a", "n1", "1", "4", "1")
	         POD("p", "", "priority: 100, preemptionPolicy: Never, " ASKS("cpu: 1")),
	     "none"},
	    /* taints do not go away with pods */
	    {NODE_WITH("n1", "", "cpu: 4", "taints: [{key: t, effect: NoSchedule}]", "")
	         LOW("a", "n1", "1", "4", "1") HIGH("1"),
	     "none"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(preempted(rows[i][0]), rows[i][1]);
}
END_TEST

START_TEST(test_candidates)
{
#define BOTH HOST("n1") HOST("n2")
	const char *rows[][2] = {
	    /* fewest violations */
	    {BOTH LOW("a", "n1", "1", "4", "1") LOW("b", "n2", "9", "4", "1") BUDGET("a", "0")
	         HIGH("4"),
	     "n2: b (0)"},
	    /* lowest of the highest priorities */
	    {BOTH LOW("a", "n1", "5", "4", "1") LOW("b", "n2", "4", "2", "1")
	         LOW("c", "n2", "4", "2", "1") HIGH("4"),
	     "n2: b c (0)"},
	    /* smallest sum, each counted with at least 0: so more pods sum up to more */
	    {BOTH LOW("a", "n1", "5", "2", "1") LOW("b", "n1", "4", "2", "1")
	         LOW("c", "n2", "5", "2", "1") LOW("d", "n2", "3", "2", "1") HIGH("4"),
	     "n2: c d (0)"},
	    {BOTH LOW("a", "n1", "5", "2", "1") LOW("b", "n1", "-9", "2", "1")
	         LOW("c", "n2", "5", "4", "1") HIGH("4"),
	     "n2: c (0)"},
	    /* the most important victim that started last */
	    {BOTH LOW("a", "n1", "5", "4", "1") LOW("b", "n2", "5", "4", "2") HIGH("4"), "n2: b (0)"},
	    {BOTH LOW("a", "n1", "5", "4", "2") LOW("b", "n2", "5", "4", "2") HIGH("4"), "n1: a (0)"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(preempted(rows[i][0]), rows[i][1]);
}
END_TEST

KORCH_SUITE(reference_preempt)
{
	Suite *suite = suite_create("reference: preemption");
	KORCH_CASE(suite, "preemption", test_victims, test_candidates);
	return suite;
}
