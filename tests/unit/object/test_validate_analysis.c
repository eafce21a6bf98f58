/* Rules of analysis, Experiments and Flagger's kinds: manifests and their problems. */
#include "manifests.h"
#include "unit.h"

typedef struct row {
	const char *manifest;
	const char *expected; /* a line each */
} row;

#define ARGO(kind, spec)                                                                           \
	"{'apiVersion':'argoproj.io/v1alpha1','kind':'" kind "'," META("t") ",'spec':{" spec "}}"
#define SPEC(spec) ARGO("AnalysisTemplate", spec)
#define PROMETHEUS "'provider':{'prometheus':{'query':'up'}}"
#define METRIC(more) SPEC("'metrics':[{'name':'m'," PROMETHEUS more "}]")
#define PROVIDER(provider) SPEC("'metrics':[{'name':'m','provider':{" provider "}}]")
#define AT_METRIC "spec.metrics[0]"
#define NO_DURATION                                                                                \
	": invalid duration, a number with a unit is expected, such as \"30s\", \"5m\" or \"1h30m\"\n"

static const row analysis[] = {
    {METRIC(""), ""},
    {METRIC(",'count':10,'interval':'1m','failureLimit':3,'initialDelay':'10s',"
            "'consecutiveErrorLimit':1,'consecutiveSuccessLimit':4"),
     ""},
    {METRIC(",'count':'{{args.count}}','interval':'{{args.interval}}'"), ""},
    {METRIC(",'count':'2'"),
     AT_METRIC ".interval: Required value: interval must be specified when count > 1\n"},
    {METRIC(",'count':2,'interval':'1m','failureLimit':3,'inconclusiveLimit':4"),
     AT_METRIC ".count: Invalid value: 2: count must be >= failureLimit\n" AT_METRIC
               ".count: Invalid value: 2: count must be >= inconclusiveLimit\n"},
    {METRIC(",'failureLimit':-1"), ""},
    {METRIC(",'count':-1,'failureLimit':-2,'inconclusiveLimit':-1,'consecutiveErrorLimit':-1"),
     AT_METRIC ".count: Invalid value: -1: count must be >= 0\n" AT_METRIC
               ".failureLimit: Invalid value: -2: failureLimit must be >= -1\n" AT_METRIC
               ".inconclusiveLimit: Invalid value: -1: inconclusiveLimit must be >= 0\n" AT_METRIC
               ".consecutiveErrorLimit: Invalid value: -1: consecutiveErrorLimit must be >= 0\n"},
    {METRIC(",'interval':'60','initialDelay':'-1s'"),
     AT_METRIC ".interval: Invalid value: \"60\"" NO_DURATION AT_METRIC
               ".initialDelay: Invalid value: \"-1s\": must be greater than or equal to 0\n"},
    {SPEC("'args':[{'name':'a'}]"), "spec.metrics: Required value: no metrics specified\n"},
    {SPEC("'templates':[{'templateName':'t'}]"), ""},
    {SPEC("'templates':[{'clusterScope':true}]"),
     "spec.templates[0].templateName: Required value\n"},
    {SPEC("'metrics':[{'name':'m'," PROMETHEUS "},{'name':'m'," PROMETHEUS "}]"),
     "spec.metrics[1].name: Duplicate value: \"m\"\n"},
    {SPEC("'metrics':[{'name':'m'}]"), AT_METRIC ".provider: Required value\n"},
    {PROVIDER(""), AT_METRIC ".provider: Required value: no provider specified\n"},
    {PROVIDER("'prometheus':{},'web':{'url':'u'}"),
     AT_METRIC ".provider: Invalid value: multiple providers specified\n"},
    {PROVIDER("'plugin':{'a':{}}"), ""},
    {PROVIDER("'plugin':{'a':{},'b':{}}"),
     AT_METRIC ".provider: Invalid value: multiple providers specified\n"},
    {PROVIDER("'plugin':5"), AT_METRIC ".provider.plugin: expected object, found 5\n"},
    {PROVIDER("'job':{'spec':{'template':{}}}"), ""},
    {PROVIDER("'job':{}"), AT_METRIC ".provider.job.spec: Required value\n"},
    {PROVIDER("'web':{'url':'u','method':'POST','jsonBody':{'a':1}}"), ""},
    {PROVIDER("'web':{'body':'x','method':'GET'}"),
     AT_METRIC ".provider.web.url: Required value\n" AT_METRIC
               ".provider.web.body: Invalid value: Body/JSONBody can only be used with POST or PUT "
               "WebMetric Method types\n"},
    {METRIC("},{'name':'n'," PROMETHEUS "}],'args':[{'name':'a','value':'1'},{'name':'a'"),
     "spec.args[1].name: Duplicate value: \"a\"\n"},
    {METRIC(
         "}],'args':[{'name':'a','value':'1','valueFrom':{'secretKeyRef':{'name':'s','key':'k'}}"),
     "spec.args[0].valueFrom: Forbidden: arg 'a' has both Value and ValueFrom fields\n"},
    {METRIC("}],'args':[{'name':'a','valueFrom':{}"),
     "spec.args[0].valueFrom: Invalid value: must have exactly one of secretKeyRef and fieldRef\n"},
    {ARGO("ClusterAnalysisTemplate", "'metrics':[]"),
     "spec.metrics: Required value: no metrics specified\n"},
    {ARGO("AnalysisRun", ""), "spec.metrics: Required value\n"},
};

#define POD_OF(name) "{'name':'" name "','selector':{'matchLabels':{'app':'web'}}," TEMPLATE("")
#define TRIAL(more) ARGO("Experiment", "'templates':[" POD_OF("a") "}]" more)

static const row experiments[] = {
    {TRIAL(",'duration':'5m','analyses':[{'name':'x','templateName':'t'}]"), ""},
    {ARGO("Experiment", "'duration':'5m'"), "spec.templates: Required value\n"},
    {TRIAL(",'duration':'5 minutes'"), "spec.duration: Invalid value: \"5 minutes\"" NO_DURATION},
    {ARGO("Experiment", "'templates':[" POD_OF("a") "}," POD_OF("a") ",'minReadySeconds':601}]"),
     "spec.templates[1].name: Duplicate value: \"a\"\n"
     "spec.templates[1].minReadySeconds: Invalid value: 601: MinReadySeconds cannot be longer than "
     "ProgressDeadlineSeconds\n"},
    {ARGO("Experiment",
          "'templates':[{'name':'a','selector':{'matchLabels':{'app':'x'}}," TEMPLATE("") "}]"),
     "spec.templates[0].template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` "
     "does "
     "not match template `labels`\n"},
    {TRIAL(",'analyses':[{'name':'x'}]"), "spec.analyses[0].templateName: Required value\n"},
};

#define FLAGGER(kind, spec)                                                                        \
	"{'apiVersion':'flagger.app/v1beta1','kind':'" kind "'," META("t") ",'spec':{" spec "}}"
#define TARGET(kind) "'targetRef':{'apiVersion':'v1','kind':'" kind "','name':'web'}"
#define CANARY(more)                                                                               \
	FLAGGER("Canary", TARGET("Deployment") ",'service':{'port':80},'analysis':{'interval':'1m',"   \
	                                       "'threshold':5" more "}")

static const row canaries[] = {
    {CANARY(",'stepWeight':10,'maxWeight':50,'metrics':[{'name':'request-success-rate',"
            "'thresholdRange':{'min':99.5}}]"),
     ""},
    {CANARY(",'stepWeights':[1,5,100]"), ""},
    {CANARY(",'iterations':10,'match':[{'headers':{'x':{'exact':'y'}}}]"), ""},
    {CANARY(""), "spec.analysis: Required value: one of iterations, stepWeight and stepWeights\n"},
    {CANARY(",'iterations':10,'stepWeight':5"),
     "spec.analysis: Invalid value: must have exactly one of iterations, stepWeight and "
     "stepWeights\n"},
    {CANARY(",'stepWeight':5,'maxWeight':101"),
     "spec.analysis.maxWeight: Invalid value: 101: must be between 0 and 100\n"},
    {CANARY(",'stepWeights':[10,-1]"),
     "spec.analysis.stepWeights[1]: Invalid value: -1: must be between 0 and 100\n"},
    {CANARY(",'iterations':5,'match':[{'headers':{'x':{}},'uri':{'exact':'a','regex':'b'}}]"),
     "spec.analysis.match[0].uri: Invalid value: must have exactly one of exact, prefix, suffix "
     "and "
     "regex\n"
     "spec.analysis.match[0].headers[x]: Invalid value: { }: must have exactly one of exact, "
     "prefix "
     "and regex, as text\n"},
    {CANARY(",'iterations':5,'metrics':[{'name':'mine','interval':'1h','threshold':'5'}]"),
     "spec.analysis.metrics[0].interval: Invalid value: \"1h\": should match '^[0-9]+(m|s)', such "
     "as \"30s\" or \"5m\"\n"
     "spec.analysis.metrics[0].threshold: expected number, found \"5\"\n"
     "spec.analysis.metrics[0].templateRef: Required value: only request-success-rate and "
     "request-duration need no template\n"},
    {CANARY(",'iterations':5,'webhooks':[{'name':'w','url':'u','type':'maybe'}]"),
     "spec.analysis.webhooks[0].type: Unsupported value: \"maybe\": supported values: "
     "\"confirm-promotion\", \"confirm-rollout\", \"confirm-traffic-increase\", \"event\", "
     "\"post-rollout\", \"pre-rollout\", \"rollback\", \"rollout\"\n"},
    {FLAGGER("Canary", TARGET("Deployment")),
     "spec.analysis: Required value\nspec.service: Required value\n"},
    {FLAGGER("Canary", TARGET("Job") ",'service':{},'analysis':{'iterations':1}"),
     "spec.service.port: Required value\nspec.analysis.interval: Required value\n"
     "spec.analysis.threshold: Required value\nspec.targetRef.kind: Unsupported value: \"Job\": "
     "supported values: \"DaemonSet\", \"Deployment\", \"Service\"\n"},
    {FLAGGER("MetricTemplate", "'provider':{'type':'prometheus'},'query':'up'"), ""},
    {FLAGGER("MetricTemplate", "'provider':{'type':'excel'}"),
     "spec.provider.type: Unsupported value: \"excel\": supported values: \"cloudwatch\", "
     "\"datadog\", \"dynatrace\", \"externalmetrics\", \"graphite\", \"influxdb\", \"keptn\", "
     "\"newrelic\", \"prometheus\", \"splunk\", \"stackdriver\"\nspec.query: Required value\n"},
    {FLAGGER("AlertProvider", "'type':'slack'"),
     "spec.address: Required value: address or secretRef\n"},
};

#define CHECK_ROWS(name)                                                                           \
	START_TEST(test_##name)                                                                        \
	{                                                                                              \
		for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)                                \
			manifest_expect(name[i].manifest, name[i].expected);                                   \
	}                                                                                              \
	END_TEST

CHECK_ROWS(analysis)
CHECK_ROWS(experiments)
CHECK_ROWS(canaries)

KORCH_SUITE(validate_analysis)
{
	Suite *suite = suite_create("validate_analysis");
	KORCH_CASE(suite, "rules", test_analysis, test_experiments, test_canaries);
	return suite;
}
