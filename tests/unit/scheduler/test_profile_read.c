/* KubeSchedulerConfiguration into profiles: sections put together as kube-scheduler does it,
 * arguments of plugins, and what is said of those that are wrong. */
#include "base/alloc.h"
#include "unit.h"
#include <korch/scheduler.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n"
#define ONE HEAD "profiles:\n- schedulerName: mine\n"
/* What stands below `plugins:` and `pluginConfig:` begins at line 6. */
#define PLUGINS ONE "  plugins:\n"
#define CONFIG ONE "  pluginConfig:\n"

static korch_scheduler_profiles *read_text(const char *text)
{
	korch_scheduler_profiles *profiles = NULL;
	korch_error *error = NULL;
	int code = korch_scheduler_profiles_read(&profiles, text, strlen(text), "p.yaml", &error);
	ck_assert_msg(code == 0, "%s", korch_error_message(error));
	return profiles;
}

static const korch_scheduler_profile *first(const korch_scheduler_profiles *profiles)
{
	size_t n = 0;
	const korch_scheduler_profile *list = korch_scheduler_profiles_list(profiles, &n);
	ck_assert_uint_ge(n, 1);
	ck_assert_uint_eq(list[0].size, sizeof(list[0]));
	return list;
}

/* "NodeName NodePorts | TaintToleration=3 …": disabled filters and scores. */
static char *sketch(const korch_scheduler_profile *profile)
{
	static char text[1024];
	size_t n = 0;
	for (size_t i = 0; i < profile->n_disabled_filters; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s ", profile->disabled_filters[i]);
	n += (size_t)snprintf(text + n, sizeof(text) - n, "|");
	ck_assert_ptr_nonnull(profile->scores);
	for (size_t i = 0; i < profile->n_scores; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, " %s=%d", profile->scores[i].name,
		                      profile->scores[i].weight);
	if (profile->no_preemption)
		snprintf(text + n, sizeof(text) - n, " never");
	return text;
}

static void check(const char *text, const char *wanted)
{
	korch_scheduler_profiles *profiles = read_text(text);
	ck_assert_str_eq(sketch(first(profiles)), wanted);
	korch_scheduler_profiles_free(profiles);
}

#define DEFAULT_SCORES                                                                             \
	"TaintToleration=3 NodeAffinity=2 NodeResourcesFit=1 PodTopologySpread=2 InterPodAffinity=2 "  \
	"NodeResourcesBalancedAllocation=1 ImageLocality=1"

START_TEST(test_defaults)
{
	korch_scheduler_profiles *profiles = read_text(HEAD);
	size_t n = 0;
	const korch_scheduler_profile *list = korch_scheduler_profiles_list(profiles, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(list->name, "default-scheduler");
	ck_assert_str_eq(sketch(list), "| " DEFAULT_SCORES);
	ck_assert_int_eq(list->fit_strategy, KORCH_FIT_LEAST_ALLOCATED);
	ck_assert_ptr_null(list->fit_resources);
	ck_assert_ptr_null(list->balanced_resources);
	ck_assert_uint_eq(list->n_plugins, 0);
	ck_assert_int_eq(korch_scheduler_profiles_hard_weight(profiles), 0);
	korch_scheduler_profiles_free(profiles);
	check(HEAD "profiles: []\n", "| " DEFAULT_SCORES);
	check(HEAD "profiles: [{}]\n", "| " DEFAULT_SCORES);
	check(ONE, "| " DEFAULT_SCORES);
}
END_TEST

START_TEST(test_settings_that_make_no_difference)
{
	check(HEAD "parallelism: 4\nleaderElection: {leaderElect: true}\nclientConnection: {qps: 100}\n"
	           "percentageOfNodesToScore: 50\npodInitialBackoffSeconds: 2\nextenders: []\n"
	           "profiles:\n- percentageOfNodesToScore: 10\n",
	      "| " DEFAULT_SCORES);
}
END_TEST

START_TEST(test_json)
{
	check("{\"apiVersion\": \"kubescheduler.config.k8s.io/v1\", \"kind\": "
	      "\"KubeSchedulerConfiguration\",\n \"profiles\": [{\"plugins\": {\"score\": "
	      "{\"disabled\": [{\"name\": \"*\"}]}}}]}",
	      "|");
}
END_TEST

START_TEST(test_weights)
{
	/* An override by the point's own section comes first, as in kube-scheduler. */
	check(PLUGINS "    score: {enabled: [{name: NodeAffinity, weight: 5}, {name: BestFit, weight: "
	              "7}]}\n",
	      "| NodeAffinity=5 TaintToleration=3 NodeResourcesFit=1 PodTopologySpread=2 "
	      "InterPodAffinity=2 NodeResourcesBalancedAllocation=1 ImageLocality=1 BestFit=7");
	/* Through multiPoint it keeps its place; a weight that is not given is 1, not the default. */
	check(PLUGINS "    multiPoint: {enabled: [{name: TaintToleration}, {name: NodeAffinity, "
	              "weight: 9}]}\n",
	      "| TaintToleration=1 NodeAffinity=9 NodeResourcesFit=1 PodTopologySpread=2 "
	      "InterPodAffinity=2 NodeResourcesBalancedAllocation=1 ImageLocality=1");
	/* The point's own weight wins over multiPoint's. */
	check(PLUGINS "    multiPoint: {enabled: [{name: NodeResourcesFit, weight: 4}]}\n"
	              "    score: {disabled: [{name: '*'}], enabled: [{name: NodeResourcesFit, weight: "
	              "6}]}\n",
	      "| NodeResourcesFit=6");
}
END_TEST

START_TEST(test_disabled)
{
	check(PLUGINS "    filter: {disabled: [{name: NodePorts}, {name: EBSLimits}]}\n"
	              "    score: {disabled: [{name: ImageLocality}, {name: PodTopologySpread}]}\n"
	              "    postFilter: {disabled: [{name: DefaultPreemption}]}\n",
	      "NodePorts | TaintToleration=3 NodeAffinity=2 NodeResourcesFit=1 InterPodAffinity=2 "
	      "NodeResourcesBalancedAllocation=1 never");
	check(PLUGINS "    multiPoint: {disabled: [{name: InterPodAffinity}, {name: "
	              "DefaultPreemption}]}\n",
	      "InterPodAffinity | TaintToleration=3 NodeAffinity=2 NodeResourcesFit=1 "
	      "PodTopologySpread=2 NodeResourcesBalancedAllocation=1 ImageLocality=1 never");
	check(PLUGINS
	      "    multiPoint: {disabled: [{name: '*'}], enabled: [{name: NodeResourcesFit}]}\n",
	      "NodeUnschedulable NodeName TaintToleration NodeAffinity NodePorts VolumeBinding "
	      "PodTopologySpread InterPodAffinity MaxPerNode | NodeResourcesFit=1 never");
	/* Enabled wins over disabled at the same point. */
	check(PLUGINS "    postFilter: {disabled: [{name: '*'}], enabled: [{name: "
	              "DefaultPreemption}]}\n"
	              "    score: {enabled: [{name: ImageLocality, weight: 2}], disabled: [{name: "
	              "ImageLocality}]}\n",
	      "| TaintToleration=3 NodeAffinity=2 NodeResourcesFit=1 PodTopologySpread=2 "
	      "InterPodAffinity=2 NodeResourcesBalancedAllocation=1 ImageLocality=2");
	/* Preparation and filter go together. */
	check(PLUGINS "    preFilter: {disabled: [{name: NodePorts}]}\n"
	              "    filter: {disabled: [{name: NodePorts}]}\n",
	      "NodePorts | " DEFAULT_SCORES);
}
END_TEST

START_TEST(test_arguments)
{
	korch_scheduler_profiles *profiles = read_text(
	    CONFIG "  - name: NodeResourcesFit\n"
	           "    args:\n"
	           "      apiVersion: kubescheduler.config.k8s.io/v1\n"
	           "      kind: NodeResourcesFitArgs\n"
	           "      scoringStrategy:\n"
	           "        type: RequestedToCapacityRatio\n"
	           "        resources: [{name: cpu, weight: 3}, {name: example.com/foo}]\n"
	           "        requestedToCapacityRatio:\n"
	           "          shape: [{utilization: 0, score: 0}, {utilization: 100, score: 10}]\n"
	           "  - name: NodeResourcesBalancedAllocation\n"
	           "    args: {resources: [{name: memory, weight: 1}, {name: nvidia.com/gpu}]}\n"
	           "  - name: InterPodAffinity\n"
	           "    args: {hardPodAffinityWeight: 5}\n"
	           "  - name: DefaultPreemption\n"
	           "    args: {minCandidateNodesPercentage: 20, minCandidateNodesAbsolute: 5}\n");
	const korch_scheduler_profile *profile = first(profiles);
	ck_assert_str_eq(profile->name, "mine");
	ck_assert_int_eq(profile->fit_strategy, KORCH_FIT_REQUESTED_TO_CAPACITY_RATIO);
	ck_assert_uint_eq(profile->n_fit_resources, 2);
	ck_assert_str_eq(profile->fit_resources[0].name, "cpu");
	ck_assert_int_eq(profile->fit_resources[0].weight, 3);
	ck_assert_str_eq(profile->fit_resources[1].name, "example.com/foo");
	ck_assert_int_eq(profile->fit_resources[1].weight, 1);
	ck_assert_uint_eq(profile->n_shape, 2);
	ck_assert_int_eq(profile->shape[1].utilization, 100);
	ck_assert_int_eq(profile->shape[1].score, 10);
	ck_assert_uint_eq(profile->n_balanced_resources, 2);
	ck_assert_str_eq(profile->balanced_resources[1].name, "nvidia.com/gpu");
	ck_assert_int_eq(korch_scheduler_profiles_hard_weight(profiles), 5);
	korch_scheduler_profiles_free(profiles);
}
END_TEST

START_TEST(test_strategies)
{
	korch_scheduler_profiles *profiles =
	    read_text(CONFIG "  - {name: NodeResourcesFit, args: {scoringStrategy: {type: "
	                     "MostAllocated, resources: []}}}\n"
	                     "  - {name: InterPodAffinity, args: {hardPodAffinityWeight: 0}}\n");
	ck_assert_int_eq(first(profiles)->fit_strategy, KORCH_FIT_MOST_ALLOCATED);
	ck_assert_ptr_null(first(profiles)->fit_resources);
	ck_assert_int_eq(korch_scheduler_profiles_hard_weight(profiles), -1);
	korch_scheduler_profiles_free(profiles);
}
END_TEST

START_TEST(test_several_profiles)
{
	korch_scheduler_profiles *profiles = read_text(
	    HEAD
	    "profiles:\n- schedulerName: default-scheduler\n- schedulerName: no-scoring\n"
	    "  plugins: {preScore: {disabled: [{name: '*'}]}, score: {disabled: [{name: '*'}]}}\n");
	size_t n = 0;
	const korch_scheduler_profile *list = korch_scheduler_profiles_list(profiles, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(sketch(&list[0]), "| " DEFAULT_SCORES);
	ck_assert_str_eq(list[1].name, "no-scoring");
	ck_assert_str_eq(sketch(&list[1]), "|");
	korch_scheduler_profiles_free(profiles);
}
END_TEST

/* What was read is what a scheduler is made with. */
START_TEST(test_taken)
{
	korch_scheduler_profiles *profiles =
	    read_text(CONFIG "  - name: NodeResourcesFit\n"
	                     "    args: {scoringStrategy: {type: RequestedToCapacityRatio, "
	                     "requestedToCapacityRatio: {shape: [{utilization: 0}, {utilization: 100, "
	                     "score: 10}]}}}\n"
	                     "- schedulerName: none\n"
	                     "  plugins: {multiPoint: {disabled: [{name: '*'}]}}\n");
	korch_scheduler_options options = {.size = sizeof(options)};
	korch_scheduler *scheduler = NULL;
	korch_error *error = NULL;
	options.profiles = korch_scheduler_profiles_list(profiles, &options.n_profiles);
	options.hard_pod_affinity_weight = korch_scheduler_profiles_hard_weight(profiles);
	ck_assert_uint_eq(options.n_profiles, 2);
	int code = korch_scheduler_new(&scheduler, &options, &error);
	ck_assert_msg(code == 0, "%s", korch_error_message(error));
	korch_scheduler_free(scheduler);
	korch_scheduler_profiles_free(profiles);
}
END_TEST

/* A text that is refused, and the line that says so. */
static const struct refusal {
	const char *text;
	const char *said;
} REFUSALS[] = {
    {"", "p.yaml:1: holds no KubeSchedulerConfiguration"},
    {"- a\n", "p.yaml:1: must be a KubeSchedulerConfiguration"},
    {"apiVersion: v1\nkind: Pod\n", "p.yaml:2: kind: Unsupported value: \"Pod\": supported values: "
                                    "\"KubeSchedulerConfiguration\""},
    {"apiVersion: kubescheduler.config.k8s.io/v1beta3\nkind: KubeSchedulerConfiguration\n",
     "p.yaml:1: apiVersion: Unsupported value: \"kubescheduler.config.k8s.io/v1beta3\": supported "
     "values: \"kubescheduler.config.k8s.io/v1\""},
    {HEAD "profils: []\n", "p.yaml:3: profils: unknown field, did you mean profiles?"},
    {HEAD "---\n" HEAD, "p.yaml:4: a second document; one KubeSchedulerConfiguration is read"},
    {HEAD "extenders: [{urlPrefix: x}]\n",
     "p.yaml:3: extenders: Forbidden: extenders are not called here"},
    {HEAD "percentageOfNodesToScore: 101\n", "p.yaml:3: percentageOfNodesToScore: Invalid value: "
                                             "101: must be between 0 and 100, inclusive"},
    {HEAD "profiles: {}\n", "p.yaml:3: profiles: must be a list, not { }"},
    {HEAD "profiles:\n- schedulerName: a\n- schedulerName: a\n",
     "p.yaml:5: profiles[1].schedulerName: Duplicate value: \"a\""},
    {HEAD "profiles:\n- schedulerName: ''\n",
     "p.yaml:4: profiles[0].schedulerName: Invalid value: must be 1 to 253 bytes"},
    {HEAD "profiles:\n- schedulerName: [a]\n",
     "p.yaml:4: profiles[0].schedulerName: must be a text, not [ \"a\" ]"},
    {PLUGINS "    scores: {}\n",
     "p.yaml:6: profiles[0].plugins.scores: unknown field, did you mean score?"},
    {PLUGINS "    score:\n      enable: []\n",
     "p.yaml:7: profiles[0].plugins.score.enable: unknown field, did you mean enabled?"},
    {PLUGINS "    score:\n      enabled:\n      - name: NodeResourceFit\n",
     "p.yaml:8: profiles[0].plugins.score.enabled[0].name: no plugin \"NodeResourceFit\", did you "
     "mean NodeResourcesFit?"},
    {PLUGINS "    filter:\n      disabled:\n      - name: Nodeports\n",
     "p.yaml:8: profiles[0].plugins.filter.disabled[0].name: no plugin \"Nodeports\", did you mean "
     "NodePorts?"},
    {PLUGINS "    score:\n      enabled:\n      - name: Coscheduling\n",
     "p.yaml:8: profiles[0].plugins.score.enabled[0].name: no plugin \"Coscheduling\""},
    {PLUGINS "    score:\n      enabled:\n      - name: NodePorts\n",
     "p.yaml:8: profiles[0].plugins.score.enabled[0]: plugin NodePorts has no extension point "
     "score"},
    {PLUGINS "    filter: {enabled: [{name: EBSLimits}]}\n",
     "p.yaml:6: profiles[0].plugins.filter.enabled[0]: is no longer part of this version"},
    {PLUGINS "    score: {enabled: [{name: '*'}]}\n",
     "p.yaml:6: profiles[0].plugins.score.enabled[0]: \"*\" can only be disabled"},
    {PLUGINS "    score: {enabled: [{weight: 3}]}\n",
     "p.yaml:6: profiles[0].plugins.score.enabled[0].name: Required value"},
    {PLUGINS "    score: {enabled: [{name: BestFit}, {name: BestFit}]}\n",
     "p.yaml:6: profiles[0].plugins.score.enabled[1]: Duplicate value: \"BestFit\""},
    {PLUGINS "    score: {enabled: [{name: BestFit, weight: 101}]}\n",
     "p.yaml:6: profiles[0].plugins.score.enabled[0].weight: Invalid value: 101: must be between 0 "
     "and 100, inclusive"},
    {PLUGINS "    score: {enabled: [{name: BestFit, weight: heavy}]}\n",
     "p.yaml:6: profiles[0].plugins.score.enabled[0].weight: must be a whole number, not heavy"},
    {PLUGINS "    preFilter: {disabled: [{name: NodePorts}]}\n",
     "p.yaml:6: profiles[0].plugins.preFilter: NodePorts is disabled here and enabled at filter, "
     "which needs it"},
    {CONFIG "  - name: NodeResourcesFit\n  - name: NodeResourcesFit\n",
     "p.yaml:7: profiles[0].pluginConfig[1].name: Duplicate value: \"NodeResourcesFit\""},
    {CONFIG "  - {name: NodeResourcesFit, arg: {}}\n",
     "p.yaml:6: profiles[0].pluginConfig[0].arg: unknown field, did you mean args?"},
    {CONFIG "  - name: NodeResourcesFit\n    args: {kind: NodeAffinityArgs}\n",
     "p.yaml:7: profiles[0].pluginConfig[0].args.kind: Unsupported value: \"NodeAffinityArgs\": "
     "supported values: \"NodeResourcesFitArgs\""},
    {CONFIG "  - name: ImageLocality\n    args: {weight: 3}\n",
     "p.yaml:7: profiles[0].pluginConfig[0].args.weight: unknown field"},
    {CONFIG "  - name: NodeResourcesFit\n    args: {ignoredResources: [example.com/x]}\n",
     "p.yaml:7: profiles[0].pluginConfig[0].args.ignoredResources: Forbidden: not supported here"},
    {CONFIG "  - name: NodeResourcesFit\n    args: {scoringStrategy: {resources: []}}\n",
     "p.yaml:7: profiles[0].pluginConfig[0].args.scoringStrategy.type: Unsupported value: \"\": "
     "supported values: \"LeastAllocated\", \"MostAllocated\", \"RequestedToCapacityRatio\""},
    {CONFIG "  - name: NodeResourcesFit\n    args: {scoringStrategy: {type: MostAllocated, "
            "resources: [{name: cpu, weight: 101}]}}\n",
     "p.yaml:7: profiles[0].pluginConfig[0].args.scoringStrategy.resources[0].weight: Invalid "
     "value: 101: must be between 0 and 100, inclusive"},
    {CONFIG "  - name: NodeResourcesFit\n    args: {scoringStrategy: {type: MostAllocated, "
            "resources: [{name: cpu}, {name: cpu}]}}\n",
     "p.yaml:7: profiles[0].pluginConfig[0].args.scoringStrategy.resources[1]: Duplicate value: "
     "\"cpu\""},
    {CONFIG "  - name: NodeResourcesFit\n    args: {scoringStrategy: {type: MostAllocated, "
            "requestedToCapacityRatio: {shape: []}}}\n",
     "p.yaml:7: profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio: "
     "Forbidden: the type is not RequestedToCapacityRatio"},
    {CONFIG "  - name: NodeResourcesFit\n    args: {scoringStrategy: {type: "
            "RequestedToCapacityRatio}}\n",
     "p.yaml:7: profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio.shape: "
     "Required value: at least one point must be specified"},
    {CONFIG "  - name: NodeResourcesFit\n    args: {scoringStrategy: {type: "
            "RequestedToCapacityRatio, requestedToCapacityRatio: {shape: [{utilization: 50, score: "
            "1}, {utilization: 50, score: 2}]}}}\n",
     "p.yaml:7: profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio.shape[1]."
     "utilization: Invalid value: 50: values must be sorted in increasing order"},
    {CONFIG "  - name: NodeResourcesBalancedAllocation\n    args: {resources: [{name: cpu, weight: "
            "2}]}\n",
     "p.yaml:7: profiles[0].pluginConfig[0].args.resources[0].weight: Invalid value: 2: must be "
     "between 0 and 1, inclusive"},
    {CONFIG "  - name: InterPodAffinity\n    args: {ignorePreferredTermsOfExistingPods: true}\n",
     "p.yaml:7: profiles[0].pluginConfig[0].args.ignorePreferredTermsOfExistingPods: Forbidden: "
     "not supported here"},
    {CONFIG "  - name: NodeAffinity\n    args: {addedAffinity: {}}\n",
     "p.yaml:7: profiles[0].pluginConfig[0].args.addedAffinity: Forbidden: not supported here"},
    {CONFIG "  - name: PodTopologySpread\n    args: {defaultConstraints: [{maxSkew: 1}], "
            "defaultingType: List}\n",
     "p.yaml:7: profiles[0].pluginConfig[0].args.defaultConstraints: Forbidden: not supported "
     "here"},
    {HEAD "profiles:\n- schedulerName: a\n- schedulerName: b\n  pluginConfig:\n"
          "  - {name: InterPodAffinity, args: {hardPodAffinityWeight: 5}}\n",
     "p.yaml:5: profiles[1]: the hardPodAffinityWeight of InterPodAffinity must be the same for "
     "all profiles"},
};

START_TEST(test_refused)
{
	const struct refusal *refusal = &REFUSALS[_i];
	korch_scheduler_profiles *profiles = NULL;
	korch_error *error = NULL;
	int code = korch_scheduler_profiles_read(&profiles, refusal->text, strlen(refusal->text),
	                                         "p.yaml", &error);
	char *said = korch_error_format(error);
	ck_assert_int_lt(code, 0);
	ck_assert_ptr_null(profiles);
	ck_assert_str_eq(said, refusal->said);
	free(said);
	korch_error_free(error);
	/* Also without anybody who wants to know. */
	ck_assert_int_eq(
	    korch_scheduler_profiles_read(&profiles, refusal->text, strlen(refusal->text), NULL, NULL),
	    code);
}
END_TEST

START_TEST(test_malformed)
{
	korch_scheduler_profiles *profiles = NULL;
	korch_error *error = NULL;
	const char *text = HEAD "profiles: [\n";
	ck_assert_int_eq(korch_scheduler_profiles_read(&profiles, text, strlen(text), "p.yaml", &error),
	                 KORCH_E_PARSE);
	ck_assert_str_eq(korch_error_file(error), "p.yaml");
	ck_assert_int_gt(korch_error_line(error), 2);
	korch_error_free(error);
	ck_assert_int_eq(korch_scheduler_profiles_read(NULL, text, strlen(text), NULL, NULL),
	                 KORCH_E_INVALID);
	korch_scheduler_profiles_free(NULL);
	ck_assert_int_eq(korch_scheduler_profiles_hard_weight(NULL), 0);
}
END_TEST

/* Every allocation fails once: an error, nothing lost, nothing half done. */
START_TEST(test_memory)
{
	static const char TEXT[] = CONFIG
	    "  - {name: NodeResourcesFit, args: {scoringStrategy: {type: RequestedToCapacityRatio, "
	    "resources: [{name: cpu}], requestedToCapacityRatio: {shape: [{utilization: 3}]}}}}\n";
	for (uint64_t n = 1; n < 10000; n++) {
		korch_scheduler_profiles *profiles = NULL;
		korch__alloc_fail_at(n);
		int code = korch_scheduler_profiles_read(&profiles, TEXT, strlen(TEXT), "p.yaml", NULL);
		int is_over = korch__alloc_count() < n;
		korch__alloc_fail_at(0);
		ck_assert(code == 0 || code == KORCH_E_NOMEM);
		ck_assert_int_eq(code == 0, profiles != NULL);
		korch_scheduler_profiles_free(profiles);
		if (is_over) {
			ck_assert_int_eq(code, 0);
			return;
		}
	}
	ck_abort_msg("it never ends");
}
END_TEST

KORCH_SUITE(profile_read)
{
	Suite *suite = suite_create("profile_read");
	KORCH_CASE(suite, "sections", test_defaults, test_settings_that_make_no_difference, test_json,
	           test_weights, test_disabled, test_several_profiles);
	KORCH_CASE(suite, "arguments", test_arguments, test_strategies, test_taken);
	TCase *refused = tcase_create("refused");
	tcase_add_loop_test(refused, test_refused, 0, (int)(sizeof(REFUSALS) / sizeof(REFUSALS[0])));
	suite_add_tcase(suite, refused);
	KORCH_CASE(suite, "failures", test_malformed, test_memory);
	return suite;
}
