/* Rules of Rollouts: manifests and the problems that Argo finds in them. */
#include "base/alloc.h"
#include "manifests.h"
#include "unit.h"
#include <korch/manifest.h>

typedef struct row {
	const char *manifest;
	const char *expected; /* a line each */
} row;

#define ARGO(kind, spec)                                                                           \
	"{'apiVersion':'argoproj.io/v1alpha1','kind':'" kind "'," META("web") ",'spec':{" spec "}}"
#define ROLLOUT(strategy) ARGO("Rollout", SELECTED "," TEMPLATE("") ",'strategy':{" strategy "}")
#define CANARY(more) ROLLOUT("'canary':{" more "}")
#define STEPS(more) CANARY("'steps':[" more "]")
#define GREEN(more) ROLLOUT("'blueGreen':{'activeService':'a'" more "}")
/* a canary with a router and its services */
#define ROUTED(router, more)                                                                       \
	CANARY("'canaryService':'c','stableService':'s','trafficRouting':{" router "}" more)
#define ISTIO "'istio':{'virtualService':{'name':'v'}}"
#define IN_CANARY "spec.strategy.canary"
#define MISSING(field) "Required value: Rollout has missing field '" field "'\n"
#define STRATEGY MISSING(".spec.strategy.canary or .spec.strategy.blueGreen")

static const row specs[] = {
    {STEPS("{'setWeight':20},{'pause':{}}"), ""},
    {CANARY(""), ""},
    {GREEN(""), ""},
    {ARGO("Rollout", TEMPLATE("") ",'strategy':{'canary':{}}"),
     "spec.selector: " MISSING(".spec.selector")},
    {ARGO("Rollout", SELECTED ",'strategy':{'canary':{}}"),
     "spec.template: " MISSING(".spec.template")},
    {ARGO("Rollout", SELECTED "," TEMPLATE("")), "spec.strategy: " STRATEGY},
    {ROLLOUT(""), "spec.strategy: " STRATEGY},
    {ROLLOUT("'canary':{},'blueGreen':{'activeService':'a'}"),
     "spec.strategy: Invalid value: blueGreen: true canary: true: Multiple Strategies can not be "
     "listed\n"},
    {ARGO("Rollout",
          "'selector':{'matchLabels':{'app':'x'}}," TEMPLATE("") ",'strategy':{'canary':{}}"),
     "spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match "
     "template `labels`\n"},
    {ARGO("Rollout", "'selector':{}," TEMPLATE("") ",'strategy':{'canary':{}}"),
     "spec.selector: Invalid value: {}: empty selector is invalid for deployment\n"},
    {ARGO("Rollout", SELECTED "," TEMPLATE("'restartPolicy':'Never',") ",'strategy':{'canary':{}}"),
     "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: "
     "\"Always\"\n"},
    {ARGO("Rollout", "'workloadRef':{'apiVersion':'apps/v1','kind':'Deployment','name':'w'},"
                     "'strategy':{'canary':{}}"),
     ""},
    {ARGO("Rollout", "'workloadRef':{'kind':'Deployment','name':'w','scaleDown':'soon'},"
                     "'strategy':{'canary':{}}"),
     "spec.workloadRef.scaleDown: Unsupported value: \"soon\": supported values: \"never\", "
     "\"onsuccess\", \"progressively\"\nspec.workloadRef.apiVersion: Required value\n"},
    {ARGO("Rollout",
          "'workloadRef':{'apiVersion':'apps/v1','kind':'Deployment','name':'w'}," TEMPLATE(
              "") ",'strategy':{'canary':{}}"),
     "spec.template: Forbidden: template must be empty for workload reference rollout\n"},
    {ARGO("Rollout", SELECTED "," TEMPLATE("") ",'strategy':{'canary':{}},'replicas':-1,"
                                               "'revisionHistoryLimit':-1,'minReadySeconds':-1"),
     "spec.replicas: Invalid value: -1: must be greater than or equal to 0\n"
     "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0\n"
     "spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0\n"},
    {ARGO("Rollout", SELECTED "," TEMPLATE("") ",'strategy':{'canary':{}},'minReadySeconds':600"),
     "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds\n"},
};

static const row blue_green[] = {
    {GREEN(",'previewService':'p','autoPromotionEnabled':false,'previewReplicaCount':1"), ""},
    {ROLLOUT("'blueGreen':{}"), "spec.strategy.blueGreen.activeService: Required value\n"},
    {GREEN(",'previewService':'a'"),
     "spec.strategy.blueGreen.activeService: Invalid value: \"a\": This rollout uses the same "
     "service for the active and preview services, but two different services are required.\n"},
    {GREEN(",'scaleDownDelayRevisionLimit':10"), ""},
    {GREEN(",'scaleDownDelayRevisionLimit':11"),
     "spec.strategy.blueGreen.scaleDownDelayRevisionLimit: Invalid value: 11: This rollout's "
     "revision history limit can not be smaller than the rollout's scale down limit\n"},
    {GREEN(",'autoPromotionSeconds':-1"),
     "spec.strategy.blueGreen.autoPromotionSeconds: Invalid value: -1: must be greater than or "
     "equal to 0\n"},
    {GREEN(",'antiAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{}}"), ""},
    {GREEN(",'antiAffinity':{}"),
     "spec.strategy.blueGreen.antiAffinity: Invalid value: AntiAffinity must have exactly one "
     "strategy listed\n"},
    {GREEN(",'antiAffinity':{'preferredDuringSchedulingIgnoredDuringExecution':{'weight':101}}"),
     "spec.strategy.blueGreen.antiAffinity.preferredDuringSchedulingIgnoredDuringExecution.weight: "
     "Invalid value: 101: AntiAffinity weight must be between 1-100\n"},
    {GREEN(",'prePromotionAnalysis':{'templates':[{'templateName':'t'}],'args':[{'name':'a'}]}"),
     ""},
    {GREEN(",'prePromotionAnalysis':{'templates':[{}]}"),
     "spec.strategy.blueGreen.prePromotionAnalysis.templates[0].templateName: Required value\n"},
};

static const row canaries[] = {
    {CANARY("'maxSurge':0,'maxUnavailable':'0%'"),
     IN_CANARY ".maxSurge: Invalid value: 0: MaxSurge and MaxUnavailable both can not be zero\n"},
    {CANARY("'maxSurge':0"), ""},
    {CANARY("'maxUnavailable':'much'"),
     IN_CANARY ".maxUnavailable: Invalid value: \"much\": a valid percent string must be a "
               "numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for "
               "validation is '[0-9]+%')\n"},
    {CANARY("'canaryService':'s','stableService':'s'"),
     IN_CANARY ".stableService: Invalid value: \"s\": This rollout uses the same service for the "
               "stable and canary services, but two different services are required.\n"},
    {CANARY("'scaleDownDelaySeconds':5,'dynamicStableScale':true"),
     IN_CANARY ".scaleDownDelaySeconds: Invalid value: 5: Canary scaleDownDelaySeconds can only "
               "be used with traffic routing\n" IN_CANARY
               ".dynamicStableScale: Invalid value: true: Canary dynamicStableScale can only be "
               "used with traffic routing\n"},
    {ROUTED(ISTIO, ",'scaleDownDelaySeconds':5,'dynamicStableScale':true"),
     IN_CANARY ".dynamicStableScale: Invalid value: true: Canary dynamicStableScale cannot be "
               "used with scaleDownDelaySeconds\n"},
    {ROUTED(ISTIO, ",'dynamicStableScale':true"), ""},
    {CANARY("'trafficRouting':{" ISTIO "}"),
     IN_CANARY ".stableService: Invalid value: \"\": Canary service and Stable service must to be "
               "set to use Traffic Routing\n" IN_CANARY
               ".canaryService: Invalid value: \"\": Canary service and Stable service must to be "
               "set to use Traffic Routing\n"},
    {ROUTED(ISTIO ",'maxTrafficWeight':1000", ""),
     IN_CANARY ".trafficRouting.maxTrafficWeight: Invalid value: 1000: Canary maxTrafficWeight in "
               "traffic routing only support in Nginx and Plugins\n"},
    {ROUTED("'nginx':{'stableIngress':'i'},'maxTrafficWeight':1000",
            ",'steps':[{'setWeight':999}]"),
     ""},
    {ROUTED("'nginx':{}", ""), IN_CANARY ".trafficRouting.nginx: Invalid value: Either "
                                         "StableIngress or StableIngresses must be configured. "
                                         "Neither are configured.\n"},
    {ROUTED("'alb':{'servicePort':80,'ingress':'i','ingresses':['j']}", ""),
     IN_CANARY ".trafficRouting.alb: Invalid value: Either Ingress or Ingresses must be "
               "configured. Both are configured.\n"},
    {ROUTED("'istio':{}", ""), IN_CANARY ".trafficRouting.istio: Invalid value: either "
                                         "VirtualService or VirtualServices must be configured\n"},
    {ROUTED("'plugins':['haproxy']", ""),
     IN_CANARY ".trafficRouting.plugins: expected object, found [\"haproxy\"]\n"},
    {ROUTED(ISTIO, ",'pingPong':{'pingService':'p','pongService':'p'}"),
     IN_CANARY ".pingPong: Invalid value: Ping-pong feature works with the ALB traffic routing "
               "only\n" IN_CANARY ".pingPong.pingService: Invalid value: \"p\": This rollout uses "
               "the same service for the ping and pong services, but two different services are "
               "required.\n"},
    {CANARY("'analysis':{'templates':[{'templateName':'t'}],'startingStep':-1}"),
     IN_CANARY ".analysis.startingStep: Invalid value: -1: must be greater than or equal to 0\n"},
    {CANARY("'replicaProgressThreshold':{'type':'Percentage','value':101}"),
     IN_CANARY ".replicaProgressThreshold.value: Invalid value: 101: must be between 0 and 100\n"},
};

#define STEP IN_CANARY ".steps[0]"
#define ANY_STEP                                                                                   \
	STEP ": Invalid value: Step must have one of the following set: experiment, setWeight, "       \
	     "setCanaryScale, pause, analysis, setHeaderRoute, setMirrorRoute or plugin\n"

static const row steps[] = {
    {STEPS("{}"), ANY_STEP},
    {STEPS("{'setWieght':5}"), ANY_STEP},
    {STEPS("{'setWeight':0,'pause':{}}"),
     STEP ": Invalid value: Step must have one of the following set: experiment, setWeight, pause, "
          "analysis or plugin; there are 2\n"},
    {STEPS("{'setWeight':100}"), ""},
    {STEPS("{'setWeight':101}"),
     STEP ".setWeight: Invalid value: 101: SetWeight needs to be between 0 and 100\n"},
    {STEPS("{'setWeight':-1}"),
     STEP ".setWeight: Invalid value: -1: SetWeight needs to be between 0 and 100\n"},
    {STEPS("{'pause':{'duration':10}},{'pause':{'duration':'10'}},{'pause':{'duration':'1h30m'}}"),
     ""},
    {STEPS("{'pause':{'duration':'10x'}}"),
     STEP ".pause.duration: Invalid value: \"10x\": Duration needs to be greater than 0\n"},
    {STEPS("{'pause':{'duration':-5}}"),
     STEP ".pause.duration: Invalid value: -5: Duration needs to be greater than 0\n"},
    {STEPS("{'setCanaryScale':{'weight':5}}"),
     STEP ".setCanaryScale: Invalid value: SetCanaryScale requires TrafficRouting to be set\n"},
    {ROUTED(ISTIO, ",'steps':[{'setCanaryScale':{'weight':5,'matchTrafficWeight':true}}]"),
     STEP ".setCanaryScale: Invalid value: SetCanaryScale must have exactly one of weight, "
          "replicas and matchTrafficWeight\n"},
    {ROUTED(ISTIO, ",'steps':[{'setCanaryScale':{'replicas':-5}}]"),
     STEP ".setCanaryScale.replicas: Invalid value: -5: must be greater than or equal to 0\n"},
    {ROUTED(ISTIO, ",'steps':[{'setCanaryScale':{'replicas':5},'setWeight':5}]"), ""},
    {STEPS("{'plugin':{'name':'p','config':{'a':1}}}"), ""},
};

#define ROUTE(matches) "'setHeaderRoute':{'name':'r','match':[" matches "]}"
#define MIRROR(more) "'setMirrorRoute':{'name':'r'" more "}"
#define MANAGED(router) router ",'managedRoutes':[{'name':'r'}]"
#define IN_VALUE STEP ".setHeaderRoute.match[0].headerValue: Invalid value: "

static const row routes[] = {
    {STEPS("{" ROUTE("") "}"),
     STEP ".setHeaderRoute: Invalid value: SetHeaderRoute requires TrafficRouting, supports Istio "
          "and ALB and Apisix and plugins\n"},
    {STEPS("{" MIRROR("") "}"), STEP ".setMirrorRoute: Invalid value: SetMirrorRoute requires "
                                     "TrafficRouting, supports Istio and plugins\n"},
    {ROUTED(ISTIO, ",'steps':[{" ROUTE("") "}]"),
     IN_CANARY ".trafficRouting.managedRoutes: " MISSING(
         "spec.strategy.canary.trafficRouting.managedRoutes")},
    {ROUTED(ISTIO ",'managedRoutes':[{'name':'q'}]", ",'steps':[{" MIRROR("") "}]"),
     STEP ".setMirrorRoute.name: Invalid value: \"r\": Steps define a route that does not exist in "
          "spec.strategy.canary.trafficRouting.managedRoutes\n"},
    {ROUTED(MANAGED(ISTIO),
            ",'steps':[{" ROUTE("{'headerName':'h','headerValue':{'regex':'x'}}") "}]"),
     ""},
    {ROUTED(MANAGED(ISTIO), ",'steps':[{" ROUTE("{'headerName':'h'}") "}]"),
     IN_VALUE "StringMatch value missed, match value must have one of the following: exact, regex, "
              "prefix\n"},
    {ROUTED(
         MANAGED(ISTIO),
         ",'steps':[{" ROUTE("{'headerName':'h','headerValue':{'exact':'x','prefix':'y'}}") "}]"),
     IN_VALUE "StringMatch match value must have exactly one of the following: exact, regex, "
              "prefix\n"},
    {ROUTED(MANAGED("'alb':{'servicePort':80,'ingress':'i'}"),
            ",'steps':[{" ROUTE("{'headerName':'h','headerValue':{'prefix':'y'}}") "}]"),
     IN_VALUE "SetHeaderRoute match value invalid. ALB supports 'exact' value only\n"},
    {ROUTED(MANAGED("'plugins':{'haproxy':{}}"),
            ",'steps':[{" MIRROR(
                ",'percentage':101,'match':[{'method':{'exact':'GET'},'path':{}}]") "}]"),
     STEP ".setMirrorRoute.match[0].path: Invalid value: StringMatch value missed, match value "
          "must have one of the following: exact, regex, prefix\n" STEP
          ".setMirrorRoute.percentage: Invalid value: 101: must be between 0 and 100\n"},
    {ROUTED(MANAGED(ISTIO),
            ",'steps':[{" MIRROR(",'match':[{'headers':{'h':{'exakt':'x'}}}]") "}]"),
     STEP ".setMirrorRoute.match[0].headers[h].exakt: unknown field\n"},
};

#define ANALYSIS(args) "{'analysis':{'templates':[{'templateName':'t'}],'args':[" args "]}}"
#define EXPERIMENT(more) "{'experiment':{'templates':[{'name':'t','specRef':'canary'" more "}]}}"

static const row inner[] = {
    {STEPS(ANALYSIS("{'name':'a','value':'1'},{'name':'b','valueFrom':{'podTemplateHashValue':"
                    "'Latest'}}")),
     ""},
    {STEPS(ANALYSIS("{'name':'a','value':'1'},{'name':'a','value':'2'}")),
     STEP ".analysis.args[1].name: Duplicate value: \"a\"\n"},
    {STEPS(ANALYSIS("{'name':'a','value':'1','valueFrom':{'podTemplateHashValue':'Latest'}}")),
     STEP ".analysis.args[0].valueFrom: Forbidden: arg 'a' has both Value and ValueFrom fields\n"},
    {STEPS(ANALYSIS("{'name':'a','valueFrom':{'fieldRef':{'fieldPath':'metadata.annotation'}}}")),
     STEP ".analysis.args[0].valueFrom.fieldRef.fieldPath: Invalid value: \"metadata.annotation\": "
          "Analyses arguments must refer to valid object metadata supported by downwardAPI\n"},
    {STEPS(ANALYSIS("{'name':'a','valueFrom':{'fieldRef':{'fieldPath':'status.stableRS'}}}")), ""},
    {STEPS("{'analysis':{}}"), STEP ".analysis.templates: Required value\n"},
    {STEPS(EXPERIMENT("")), ""},
    {STEPS("{'experiment':{'templates':[],'duration':'1y'}}"),
     STEP ".experiment.templates: Required value: an experiment has at least one template\n" STEP
          ".experiment.duration: Invalid value: \"1y\": invalid duration, a number with a unit is "
          "expected, such as \"30s\", \"5m\" or \"1h30m\"\n"},
    {STEPS("{'experiment':{'templates':[{'name':'t','specRef':'new'},{'name':'t','specRef':"
           "'stable'}]}}"),
     STEP ".experiment.templates[0].specRef: Unsupported value: \"new\": supported values: "
          "\"canary\", \"stable\"\n" STEP
          ".experiment.templates[1].name: Duplicate value: \"t\"\n"},
    {STEPS(EXPERIMENT(",'weight':5")),
     STEP ".experiment.templates[0].weight: Invalid value: 5: Experiment template weight cannot be "
          "set unless TrafficRouting is enabled\n"},
    {ROUTED("'nginx':{'stableIngress':'i'}", ",'steps':[" EXPERIMENT(",'weight':5") "]"),
     STEP ".experiment.templates[0].weight: Invalid value: 5: Experiment template weight is only "
          "available for TrafficRouting with SMI, ALB, and Istio and plugins\n"},
    {ROUTED("'smi':{}", ",'steps':[" EXPERIMENT(",'weight':5") "]"), ""},
};

#define CHECK_ROWS(name)                                                                           \
	START_TEST(test_##name)                                                                        \
	{                                                                                              \
		for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)                                \
			manifest_expect(name[i].manifest, name[i].expected);                                   \
	}                                                                                              \
	END_TEST

CHECK_ROWS(specs)
CHECK_ROWS(blue_green)
CHECK_ROWS(canaries)
CHECK_ROWS(steps)
CHECK_ROWS(routes)
CHECK_ROWS(inner)

/* Whichever allocation fails: no crash, and what is wrong is never said to be right. */
START_TEST(test_memory_is_short)
{
	const row *rows = routes;
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		korch_object *object = manifest_default(rows[i].manifest);
		int code = KORCH_E_NOMEM;
		for (uint64_t n = 1; n < 500; n++) {
			korch_problems *problems = NULL;
			ck_assert_int_eq(korch_problems_new(&problems, 0), 0);
			korch__alloc_fail_at(n);
			code = korch_object_validate(object, problems);
			uint64_t made = korch__alloc_count();
			korch__alloc_fail_at(0);
			ck_assert_msg(code < 0 || !*rows[i].expected || made < n, "%s: %u", rows[i].manifest,
			              (unsigned)n);
			korch_problems_free(problems);
			if (made < n)
				break;
		}
		ck_assert_int_eq(code, *rows[i].expected ? KORCH_E_INVALID : 0);
		korch_object_unref(object);
	}
}
END_TEST

/* Problems have the line of what is wrong. */
START_TEST(test_lines)
{
	static const char text[] = "apiVersion: argoproj.io/v1alpha1\n"
	                           "kind: Rollout\n"
	                           "metadata: {name: web}\n"
	                           "spec:\n"
	                           "  workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n"
	                           "  strategy:\n"
	                           "    canary:\n"
	                           "      steps:\n"
	                           "      - setWeight: 20\n"
	                           "      - setWeight: 120\n"
	                           "      - setWieght: 30\n";
	korch_manifest_options options = {.size = sizeof(options), .validate = 1};
	korch_manifest *manifest = NULL;
	ck_assert_int_eq(korch_manifest_new(&manifest, &options, NULL), 0);
	ck_assert_int_eq(korch_manifest_read_text(manifest, text, strlen(text), "web.yaml", NULL),
	                 KORCH_E_INVALID);
	const korch_problems *problems = korch_manifest_problems(manifest);
	ck_assert_uint_eq(korch_problems_count(problems), 3);
	char *last = korch_problem_format(korch_problems_at(problems, 2));
	ck_assert_str_eq(last, "web.yaml:10: spec.strategy.canary.steps[1].setWeight: Invalid value: "
	                       "120: SetWeight needs to be between 0 and 100");
	char *first = korch_problem_format(korch_problems_at(problems, 0));
	ck_assert_str_eq(first, "web.yaml:11: spec.strategy.canary.steps[2].setWieght: unknown field, "
	                        "did you mean setWeight?");
	free(first);
	free(last);
	korch_manifest_free(manifest);
}
END_TEST

KORCH_SUITE(validate_rollout)
{
	Suite *suite = suite_create("validate_rollout");
	KORCH_CASE(suite, "rules", test_specs, test_blue_green, test_canaries, test_steps, test_routes,
	           test_inner);
	KORCH_CASE(suite, "whole", test_memory_is_short, test_lines);
	return suite;
}
