/* Filters and scores of one's own. */
#include "cluster.h"
#include "unit.h"
#include <korch/scheduler/explain.h>

static int no_host_network(void *userdata, const korch_pod *pod, const korch_node_info *node)
{
	++*(int *)userdata;
	return !pod->spec->host_network || korch_node_info_pods(node) == 0;
}

static int64_t free_cpu(void *userdata, const korch_pod *pod, const korch_node_info *node)
{
	(void)userdata;
	(void)pod;
	return korch_node_info_allocatable(node, "cpu") - korch_node_info_requested(node, "cpu") +
	       korch_node_info_allocatable(node, "x.io/none");
}

static korch_scheduler *with_plugins(int *calls, int32_t normalize)
{
	static const korch_score_use mine = {.name = "FreeCpu", .weight = 2};
	const korch_scheduler_plugin plugins[] = {
	    {.size = sizeof(plugins[0]),
	     .name = "Lonely",
	     .filter = no_host_network,
	     .reason = "node(s) had pods already",
	     .userdata = calls},
	    {.size = sizeof(plugins[0]), .name = "FreeCpu", .score = free_cpu, .normalize = normalize}};
	const korch_scheduler_profile profile = {.size = sizeof(profile),
	                                         .name = "mine",
	                                         .scores = &mine,
	                                         .n_scores = 1,
	                                         .plugins = plugins,
	                                         .n_plugins = 2};
	const korch_scheduler_options options = {
	    .size = sizeof(options), .profiles = &profile, .n_profiles = 1};
	korch_scheduler *s = NULL;
	ck_assert_int_eq(korch_scheduler_new(&s, &options, NULL), 0);
	feed_node(s, make_node("n1", "cpu=2 memory=4Gi"));
	feed_node(s, make_node("n2", "cpu=4 memory=4Gi"));
	feed_node(s, make_node("n3", "cpu=3 memory=4Gi"));
	return s;
}

/* normalize, then the normalized score of n1, n2, n3, and who is best */
static const struct {
	int32_t normalize;
	int64_t normalized[3];
	const char *best;
} norms[] = {
    {KORCH_NORMALIZE_NONE, {2000, 4000, 3000}, "n2"},
    {KORCH_NORMALIZE_MAX, {50, 100, 75}, "n2"},
    {KORCH_NORMALIZE_REVERSE, {50, 0, 25}, "n1"},
};

START_TEST(test_own_score)
{
	for (size_t i = 0; i < 3; i++) {
		int calls = 0;
		size_t n;
		korch_scheduler *s = with_plugins(&calls, norms[i].normalize);
		korch_pod *pod = make_pod("a", "cpu=1");
		korch_explanation *told = NULL;
		ck_assert_int_eq(korch_scheduler_explain(&told, s, pod, NULL), 0);
		const korch_node_verdict *verdicts = korch_explanation_nodes(told, &n);
		for (size_t k = 0; k < n; k++) {
			ck_assert_int_eq(verdicts[k].terms[0].normalized, norms[i].normalized[k]);
			ck_assert_int_eq(verdicts[k].total, 2 * norms[i].normalized[k]);
		}
		korch_explanation_free(told);
		ck_assert_str_eq(place(s, pod), norms[i].best);
		korch_scheduler_free(s);
	}
}
END_TEST

/* It is asked again only about what has changed; and of pods with equal requests about each spec.
 */
START_TEST(test_own_filter)
{
	int calls = 0;
	korch_scheduler *s = with_plugins(&calls, KORCH_NORMALIZE_NONE);
	ck_assert_str_eq(place(s, make_pod("a", "cpu=1")), "n2");
	int before = calls;
	ck_assert_str_eq(place(s, make_pod("b", "cpu=1")), "n2");
	ck_assert_int_le(calls - before, 1);
	korch_pod *host = make_pod("c", "cpu=1");
	host->spec->host_network = 1;
	ck_assert_str_eq(place(s, host), "n3");
	ck_assert_str_eq(place(s, make_pod("d", "cpu=1")), "n1");
	host = make_pod("e", "cpu=1");
	host->spec->host_network = 1;
	ck_assert_str_eq(ask(s, host), "0/3 nodes are available: 3 node(s) had pods already.");
	host = make_pod("f", "cpu=1");
	host->spec->host_network = 1;
	korch_explanation *told = NULL;
	size_t n;
	ck_assert_int_eq(korch_scheduler_explain(&told, s, host, NULL), 0);
	ck_assert_str_eq(korch_explanation_nodes(told, &n)->filter, "Lonely");
	korch_explanation_free(told);
	korch_object_unref(&host->object);
	korch_scheduler_free(s);
}
END_TEST

KORCH_SUITE(plugins)
{
	Suite *suite = suite_create("plugins");
	KORCH_CASE(suite, "plugins", test_own_score, test_own_filter);
	return suite;
}
