/* Profiles: what is wrong with them, and what they decide. */
#include "cluster.h"
#include "unit.h"
#include <stdio.h>
#include <string.h>

/* One thing that is wrong with an otherwise good profile. */
typedef void (*spoil)(korch_scheduler_profile *profile);

static int yes(void *userdata, const korch_pod *pod, const korch_node_info *node)
{
	(void)userdata;
	(void)pod;
	(void)node;
	return 1;
}

static const char *const filters[] = {"NodeName", "NodeResourceFit"};
static const korch_score_use scores[] = {
    {.name = "ImageLocality", .weight = 1}, {.name = "BestFitt", .weight = 1},
    {.name = "ImageLocality", .weight = 2}, {.name = "BestFit", .weight = 0},
    {.name = "BestFit", .weight = 101},     {.name = NULL, .weight = 1}};
static const korch_resource_weight resources[] = {{.name = "cpu", .weight = 1},
                                                  {.name = "cpu", .weight = 2},
                                                  {.name = "memory", .weight = 101},
                                                  {.name = "", .weight = 1}};
static const korch_shape_point points[] = {{0, 0},   {100, 10}, {100, 10},
                                           {101, 1}, {0, 11},   {5, -1}};
static korch_scheduler_plugin plugin;

static void no_name(korch_scheduler_profile *p)
{
	p->name = "";
}
static void wrong_size(korch_scheduler_profile *p)
{
	p->size--;
}
static void unknown_filter(korch_scheduler_profile *p)
{
	p->disabled_filters = filters;
	p->n_disabled_filters = 2;
}
static void null_filters(korch_scheduler_profile *p)
{
	p->n_disabled_filters = 1;
}
static void null_scores(korch_scheduler_profile *p)
{
	p->n_scores = 1;
}
static void use(korch_scheduler_profile *p, size_t from, size_t n)
{
	p->scores = scores + from;
	p->n_scores = n;
}
static void unknown_score(korch_scheduler_profile *p)
{
	use(p, 0, 2);
}
static void score_twice(korch_scheduler_profile *p)
{
	static korch_score_use twice[2];
	twice[0] = scores[0];
	twice[1] = scores[2];
	p->scores = twice;
	p->n_scores = 2;
}
static void no_weight(korch_scheduler_profile *p)
{
	use(p, 3, 1);
}
static void great_weight(korch_scheduler_profile *p)
{
	use(p, 4, 1);
}
static void nameless_score(korch_scheduler_profile *p)
{
	use(p, 5, 1);
}
static void many_scores(korch_scheduler_profile *p)
{
	use(p, 0, 17);
}
static void resource_twice(korch_scheduler_profile *p)
{
	p->fit_resources = resources;
	p->n_fit_resources = 2;
}
static void resource_weight(korch_scheduler_profile *p)
{
	p->balanced_resources = resources + 2;
	p->n_balanced_resources = 1;
}
static void nameless_resource(korch_scheduler_profile *p)
{
	p->fit_resources = resources + 3;
	p->n_fit_resources = 1;
}
static void many_resources(korch_scheduler_profile *p)
{
	p->fit_resources = resources;
	p->n_fit_resources = 17;
}
static void null_resources(korch_scheduler_profile *p)
{
	p->n_fit_resources = 3;
}
static void null_balanced(korch_scheduler_profile *p)
{
	p->n_balanced_resources = 3;
}
static void strategy(korch_scheduler_profile *p)
{
	p->fit_strategy = 3;
}
static void shape_of(korch_scheduler_profile *p, size_t from, size_t n)
{
	p->fit_strategy = KORCH_FIT_REQUESTED_TO_CAPACITY_RATIO;
	p->shape = points + from;
	p->n_shape = n;
}
static void no_shape(korch_scheduler_profile *p)
{
	shape_of(p, 0, 0);
}
static void null_shape(korch_scheduler_profile *p)
{
	shape_of(p, 0, 2);
	p->shape = NULL;
}
static void flat_shape(korch_scheduler_profile *p)
{
	shape_of(p, 0, 3);
}
static void wide_shape(korch_scheduler_profile *p)
{
	shape_of(p, 3, 1);
}
static void high_shape(korch_scheduler_profile *p)
{
	shape_of(p, 4, 1);
}
static void low_shape(korch_scheduler_profile *p)
{
	shape_of(p, 5, 1);
}
static void many_points(korch_scheduler_profile *p)
{
	shape_of(p, 0, 17);
}
static void own(korch_scheduler_profile *p)
{
	plugin = (korch_scheduler_plugin){
	    .size = sizeof(plugin), .name = "Mine", .filter = yes, .reason = "no"};
	p->plugins = &plugin;
	p->n_plugins = 1;
}
static void taken_plugin(korch_scheduler_profile *p)
{
	own(p);
	plugin.name = "NodeName";
}
static void silent_plugin(korch_scheduler_profile *p)
{
	own(p);
	plugin.reason = "";
}
static void idle_plugin(korch_scheduler_profile *p)
{
	own(p);
	plugin.filter = NULL;
}
static void plugin_size(korch_scheduler_profile *p)
{
	own(p);
	plugin.size = 1;
}
static void plugin_normalize(korch_scheduler_profile *p)
{
	own(p);
	plugin.normalize = 3;
}
static void null_plugins(korch_scheduler_profile *p)
{
	p->n_plugins = 1;
}
static void many_plugins(korch_scheduler_profile *p)
{
	own(p);
	p->n_plugins = 17;
}
static void filter_as_score(korch_scheduler_profile *p)
{
	static const korch_score_use mine = {.name = "Mine", .weight = 1};
	own(p);
	p->scores = &mine;
	p->n_scores = 1;
}

static const struct {
	spoil spoil;
	const char *message;
} rows[] = {
    {no_name, "a profile needs its size and a name"},
    {wrong_size, "a profile needs its size and a name"},
    {unknown_filter,
     "profile p: unknown filter \"NodeResourceFit\", did you mean \"NodeResourcesFit\"?"},
    {null_filters, "profile p: disabled_filters is NULL, and not empty"},
    {null_scores, "profile p: scores is NULL, and not empty"},
    {unknown_score, "profile p: unknown score \"BestFitt\", did you mean \"BestFit\"?"},
    {score_twice, "profile p: a score that is named twice: \"ImageLocality\""},
    {no_weight, "profile p: weight 0: must be 1 to 100"},
    {great_weight, "profile p: weight 101: must be 1 to 100"},
    {nameless_score, "profile p: unknown score \"\""},
    {many_scores, "profile p: number of scores 17: must be at most 16"},
    {resource_twice, "profile p: a resource that is named twice: \"cpu\""},
    {resource_weight, "profile p: weight 101 of resource memory: must be 1 to 100"},
    {nameless_resource, "profile p: a resource without a name"},
    {many_resources, "profile p: number of resources of a score 17: must be at most 16"},
    {null_resources, "profile p: fit_resources is NULL, and not empty"},
    {null_balanced, "profile p: balanced_resources is NULL, and not empty"},
    {strategy, "profile p: fit strategy 3: must be 0 to 2"},
    {no_shape, "profile p: number of shape points 0: must be 1 to 16"},
    {null_shape, "profile p: shape is NULL, and not empty"},
    {many_points, "profile p: number of shape points 17: must be 1 to 16"},
    {flat_shape, "profile p: utilization of a shape point 100: must be 0 to 100 and rising"},
    {wide_shape, "profile p: utilization of a shape point 101: must be 0 to 100 and rising"},
    {high_shape, "profile p: score of a shape point 11: must be 0 to 10"},
    {low_shape, "profile p: score of a shape point -1: must be 0 to 10"},
    {taken_plugin, "profile p: a plugin's name is empty or taken: \"NodeName\""},
    {silent_plugin,
     "profile p: a plugin needs its size, a filter with a reason or a score: \"Mine\""},
    {idle_plugin,
     "profile p: a plugin needs its size, a filter with a reason or a score: \"Mine\""},
    {plugin_size,
     "profile p: a plugin needs its size, a filter with a reason or a score: \"Mine\""},
    {plugin_normalize, "profile p: normalize of a plugin 3: must be 0 to 2"},
    {null_plugins, "profile p: plugins is NULL, and not empty"},
    {many_plugins, "profile p: number of plugins 17: must be at most 16"},
    {filter_as_score, "profile p: unknown score \"Mine\""},
};

static void check_refused(const korch_scheduler_options *options, int code, const char *message)
{
	korch_scheduler *s = (korch_scheduler *)&plugin; /* untouched */
	korch_error *err = NULL;
	int got = korch_scheduler_new(&s, options, &err);
	ck_assert_msg(got == code, "%s: %d", message, got);
	ck_assert_ptr_eq(s, (korch_scheduler *)&plugin);
	ck_assert_str_eq(korch_error_message(err), message);
	korch_error_free(err);
}

START_TEST(test_bad_profiles)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		korch_scheduler_profile profile = {.size = sizeof(profile), .name = "p"};
		korch_scheduler_options options = {
		    .size = sizeof(options), .profiles = &profile, .n_profiles = 1};
		rows[i].spoil(&profile);
		check_refused(&options, KORCH_E_INVALID, rows[i].message);
	}
}
END_TEST

START_TEST(test_bad_options)
{
	korch_scheduler_profile profiles[17];
	for (size_t i = 0; i < 17; i++)
		profiles[i] = (korch_scheduler_profile){.size = sizeof(profiles[i]), .name = "p"};
	korch_scheduler_options options = {.size = 3};
	check_refused(&options, KORCH_E_INVALID, "options of size 3: must be 40");
	options = (korch_scheduler_options){.size = sizeof(options), .ties = 2};
	check_refused(&options, KORCH_E_INVALID, "ties 2: must be 0 or 1");
	options = (korch_scheduler_options){.size = sizeof(options), .hard_pod_affinity_weight = 101};
	check_refused(&options, KORCH_E_INVALID,
	              "hard pod affinity weight 101: must be 0 to 100, or -1 for none");
	options =
	    (korch_scheduler_options){.size = sizeof(options), .profiles = profiles, .n_profiles = 17};
	check_refused(&options, KORCH_E_INVALID, "17 profiles: at most 16");
	options.n_profiles = 2;
	check_refused(&options, KORCH_E_INVALID, "profile p: given twice");
	ck_assert_int_eq(korch_scheduler_new(NULL, NULL, NULL), KORCH_E_INVALID);
}
END_TEST

/* 16 profiles of 32 resources each are more than a scheduler takes. */
START_TEST(test_too_many_resources)
{
	enum { PROFILES = 16, EACH = 16 };
	static char names[2 * PROFILES * EACH][16], profile_names[PROFILES][8];
	static korch_resource_weight lists[2 * PROFILES * EACH];
	korch_scheduler_profile profiles[PROFILES];
	for (size_t i = 0; i < 2 * PROFILES * EACH; i++) {
		snprintf(names[i], sizeof(names[i]), "x.io/r%zu", i);
		lists[i] = (korch_resource_weight){.name = names[i], .weight = 1};
	}
	for (size_t i = 0; i < PROFILES; i++) {
		snprintf(profile_names[i], sizeof(profile_names[i]), "p%zu", i);
		profiles[i] = (korch_scheduler_profile){.size = sizeof(profiles[i]),
		                                        .name = profile_names[i],
		                                        .fit_resources = lists + 2 * i * EACH,
		                                        .n_fit_resources = EACH,
		                                        .balanced_resources = lists + (2 * i + 1) * EACH,
		                                        .n_balanced_resources = EACH};
	}
	korch_scheduler_options options = {
	    .size = sizeof(options), .profiles = profiles, .n_profiles = PROFILES};
	check_refused(&options, KORCH_E_LIMIT, "too many resources: at most 256");
}
END_TEST

START_TEST(test_builtin)
{
	static const char *const names[] = {"default-scheduler", "spread", "binpack", "best-fit",
	                                    "dot-product"};
	for (size_t i = 0; i < 5; i++) {
		const korch_scheduler_profile *profile = korch_scheduler_profile_builtin(names[i]);
		ck_assert_str_eq(profile->name, names[i]);
		korch_scheduler *s = NULL;
		korch_scheduler_options options = {
		    .size = sizeof(options), .profiles = profile, .n_profiles = 1};
		ck_assert_int_eq(korch_scheduler_new(&s, &options, NULL), 0);
		feed_node(s, make_node("n1", "cpu=4 memory=4Gi"));
		ck_assert_str_eq(place(s, make_pod("a", "cpu=1 memory=1Gi")), "n1");
		korch_scheduler_free(s);
	}
	ck_assert_ptr_null(korch_scheduler_profile_builtin("best"));
	ck_assert_ptr_null(korch_scheduler_profile_builtin(NULL));
}
END_TEST

/* A pod's schedulerName chooses; an unknown one, or none, is the first. */
START_TEST(test_by_name)
{
	korch_scheduler_profile profiles[2] = {*korch_scheduler_profile_builtin("default-scheduler"),
	                                       *korch_scheduler_profile_builtin("binpack")};
	korch_scheduler_options options = {
	    .size = sizeof(options), .profiles = profiles, .n_profiles = 2};
	korch_scheduler *s = NULL;
	static const char *const names[] = {NULL, "default-scheduler", "binpack", "another"};
	ck_assert_int_eq(korch_scheduler_new(&s, &options, NULL), 0);
	feed_node(s, make_node("full", "cpu=4 memory=4Gi"));
	feed_node(s, make_node("new", "cpu=4 memory=4Gi"));
	ck_assert_str_eq(place(s, make_pod("a", "cpu=1 memory=1Gi")), "full");
	for (size_t i = 0; i < 4; i++) {
		korch_pod *pod = make_pod("b", "cpu=1 memory=1Gi");
		korch_string_set(&pod->spec->scheduler_name, names[i]);
		ck_assert_str_eq(ask(s, pod), i == 2 ? "full" : "new");
	}
	korch_scheduler_free(s);
}
END_TEST

START_TEST(test_disabled_filters)
{
	korch_scheduler_profile profile = *korch_scheduler_profile_builtin("default-scheduler");
	static const char *const off[] = {"NodeResourcesFit", "TaintToleration"};
	korch_scheduler_options options = {
	    .size = sizeof(options), .profiles = &profile, .n_profiles = 1};
	korch_scheduler *s = NULL;
	profile.disabled_filters = off;
	profile.n_disabled_filters = 2;
	ck_assert_int_eq(korch_scheduler_new(&s, &options, NULL), 0);
	korch_node *node = make_node("n1", "cpu=1 memory=1Gi");
	add_taint(node, "gpu", "true", "NoSchedule");
	feed_node(s, node);
	ck_assert_str_eq(place(s, make_pod("a", "cpu=1000 memory=1Ei")), "n1");
	ck_assert_str_eq(place(s, make_pod("b", "cpu=1000 memory=1Ei")), "n1");
	korch_scheduler_free(s);
}
END_TEST

KORCH_SUITE(profile)
{
	Suite *suite = suite_create("profile");
	KORCH_CASE(suite, "checks", test_bad_profiles, test_bad_options, test_too_many_resources);
	KORCH_CASE(suite, "what they decide", test_builtin, test_by_name, test_disabled_filters);
	return suite;
}
