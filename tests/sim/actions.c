/* What people do to a cluster: random Deployments, Services and budgets are created, changed,
 * scaled, paused, undone, deleted. */
#include "sim.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILLERS = 12 };

static const char *const IMAGES[] = {"good:1",  "good:2",    "slow:1",    "good:3",
                                     "crash:1", "unready:1", "missing:1", "flaky:1"};

/* Calls may fail for good reasons, not for bad ones. */
void judge_call(sim *s, int code, korch_error *error)
{
	char *words = korch_error_format(error);
	if (code == KORCH_E_INTERNAL || code == KORCH_E_NOMEM || code == KORCH_E_CLOSED ||
	    code == KORCH_E_BUSY || code == KORCH_E_TIMEOUT || code == KORCH_E_CONFLICT)
		broken(s, "%s failed: %s", s->log, words && *words ? words : korch_code_text(code));
	korch_error_free(error);
	free(words);
}

void apply(sim *s, const char *text)
{
	korch_error *error = NULL;
	{
		int code = korch_cluster_apply_text(s->cluster, text, "sim", &error);
		judge_call(s, code, error);
	}
}

const char *image_of(sim *s)
{
	return IMAGES[below(s, sizeof(IMAGES) / sizeof(IMAGES[0]))];
}

static int app_of(sim *s)
{
	return (int)below(s, DEPLOYMENTS);
}

static korch_key deployment_key(char *name, size_t size, int app)
{
	snprintf(name, size, "app-%d", app);
	return (korch_key){.kind = &korch_deployment_kind, .namespace_ = "default", .name = name};
}

/* What belongs to an app for ever: strategy, needs, where it may run. */
typedef struct app_kind {
	int replicas; /* fewer than this */
	const char *spec;
	const char *pod;
	const char *container;
} app_kind;

static const app_kind APPS[DEPLOYMENTS] = {
    {7, "\"strategy\":{\"rollingUpdate\":{\"maxSurge\":1,\"maxUnavailable\":0}},",
     "\"terminationGracePeriodSeconds\":5,", ""},
    {7, "\"strategy\":{\"type\":\"Recreate\"},",
     "\"priorityClassName\":\"middle\",\"nodeSelector\":{\"zone\":\"z0\"},", ""},
    {4,
     "\"minReadySeconds\":5,\"strategy\":{\"rollingUpdate\":{\"maxSurge\":\"50%\","
     "\"maxUnavailable\":\"25%\"}},",
     "\"affinity\":{\"podAntiAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":[{"
     "\"topologyKey\":\"kubernetes.io/hostname\","
     "\"labelSelector\":{\"matchLabels\":{\"app\":\"app-2\"}}}]}},",
     ""},
    {7,
     "\"revisionHistoryLimit\":2,\"strategy\":{\"rollingUpdate\":{\"maxSurge\":0,"
     "\"maxUnavailable\":2}},",
     "\"tolerations\":[{\"key\":\"special\",\"operator\":\"Exists\"}],", ""},
    {3, "\"strategy\":{\"rollingUpdate\":{\"maxSurge\":0,\"maxUnavailable\":1}},", "",
     "\"ports\":[{\"containerPort\":80,\"hostPort\":8080}],"},
    {5, "",
     "\"priorityClassName\":\"middle\",\"topologySpreadConstraints\":[{\"maxSkew\":1,"
     "\"topologyKey\":\"zone\","
     "\"whenUnsatisfiable\":\"DoNotSchedule\",\"nodeTaintsPolicy\":\"Honor\","
     "\"labelSelector\":{\"matchLabels\":{\"app\":\"app-5\"}}}],",
     ""},
    {4, "",
     "\"priorityClassName\":\"high\",\"affinity\":{\"podAffinity\":{"
     "\"requiredDuringSchedulingIgnoredDuringExecution\":[{\"topologyKey\":\"zone\","
     "\"labelSelector\":{\"matchLabels\":{\"app\":\"app-6\"}}}]}},",
     ""},
};

static void apply_deployment(sim *s, int app, const char *image, int paused)
{
	char text[2048];
	const app_kind *kind = &APPS[app];
	int replicas = (int)below(s, (uint64_t)kind->replicas);
	note(s, "apply app-%d replicas %d image %s%s", app, replicas, image, paused ? " paused" : "");
	snprintf(
	    text, sizeof(text),
	    "{\"apiVersion\":\"apps/"
	    "v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"app-%d\"},\"spec\":{%"
	    "s\"replicas\":%d,%s"
	    "\"progressDeadlineSeconds\":120,\"selector\":{\"matchLabels\":{\"app\":\"app-%d\"}},"
	    "\"template\":{\"metadata\":{\"labels\":{\"app\":\"app-%d\"}},"
	    "\"spec\":{%s\"containers\":[{%s\"name\":\"main\",\"image\":\"%s\",\"readinessProbe\":{"
	    "\"tcpSocket\":{\"port\":80},\"periodSeconds\":3},"
	    "\"resources\":{\"requests\":{\"cpu\":\"%dm\",\"memory\":\"64Mi\"}}}]}}}}",
	    app, kind->spec, replicas, paused ? "\"paused\":true," : "", app, app, kind->pod,
	    kind->container, image, 110 + 30 * app);
	apply(s, text);
}

static void act_apply(sim *s)
{
	int app = app_of(s);
	const char *image = image_of(s);
	apply_deployment(s, app, image, chance(s, 8));
}

static void act_scale(sim *s)
{
	char name[16];
	korch_error *error = NULL;
	int app = app_of(s);
	int replicas = (int)below(s, (uint64_t)APPS[app].replicas);
	const korch_key key = deployment_key(name, sizeof(name), app);
	note(s, "scale %s to %d", name, replicas);
	{
		int code = korch_cluster_scale(s->cluster, &key, replicas, &error);
		judge_call(s, code, error);
	}
}

static void act_undo(sim *s)
{
	char name[16];
	korch_error *error = NULL;
	deployment_key(name, sizeof(name), app_of(s));
	note(s, "undo %s", name);
	{
		int code = korch_cluster_undo(s->cluster, NULL, name, 0, &error);
		judge_call(s, code, error);
	}
}

static void act_restart(sim *s)
{
	char name[16];
	korch_error *error = NULL;
	deployment_key(name, sizeof(name), app_of(s));
	note(s, "restart %s", name);
	{
		int code = korch_cluster_restart(s->cluster, NULL, name, &error);
		judge_call(s, code, error);
	}
}

static void act_delete(sim *s)
{
	char name[16];
	korch_error *error = NULL;
	const korch_key key = deployment_key(name, sizeof(name), app_of(s));
	const korch_delete_options options = {.grace_seconds = -1, .propagation = (int32_t)below(s, 3)};
	note(s, "delete %s, propagation %d", name, options.propagation);
	{
		int code = korch_cluster_delete(s->cluster, &key, &options, &error);
		judge_call(s, code, error);
	}
}

static void act_delete_pod(sim *s)
{
	korch_object **pods = NULL;
	korch_error *error = NULL;
	size_t n = 0;
	if (korch_cluster_list(&pods, &n, s->cluster, "pods", NULL, NULL, NULL) < 0 || n == 0)
		return;
	const korch_key key = korch_object_key(pods[below(s, n)]);
	const korch_delete_options options = {.grace_seconds = chance(s, 3) ? 0 : -1};
	note(s, "delete pod %s, grace %lld", key.name, (long long)options.grace_seconds);
	{
		int code = korch_cluster_delete(s->cluster, &key, &options, &error);
		judge_call(s, code, error);
	}
	korch_object_list_free(pods, n);
}

static void act_others(sim *s)
{
	char text[512];
	int app = app_of(s);
	note(s, "apply service and budget of app-%d", app);
	snprintf(text, sizeof(text),
	         "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"app-%d\"},"
	         "\"spec\":{\"selector\":{\"app\":\"app-%d\"},\"ports\":[{\"port\":%d}]}}\n"
	         "{\"apiVersion\":\"policy/"
	         "v1\",\"kind\":\"PodDisruptionBudget\",\"metadata\":{\"name\":\"app-%d\"},\"spec\":{"
	         "\"minAvailable\":%d,"
	         "\"selector\":{\"matchLabels\":{\"app\":\"app-%d\"}}}}\n",
	         app, app, (int)(80 + below(s, 3)), app, (int)below(s, 3), app);
	apply(s, text);
}

static void act_delete_others(sim *s)
{
	char name[16];
	korch_key key = deployment_key(name, sizeof(name), app_of(s));
	korch_error *error = NULL;
	key.kind = chance(s, 2) ? &korch_service_kind : &korch_pod_disruption_budget_kind;
	note(s, "delete %s %s", key.kind->name, name);
	{
		int code = korch_cluster_delete(s->cluster, &key, NULL, &error);
		judge_call(s, code, error);
	}
}

/* Bare pods: run to their end, or have init containers and sidecars. */
static void act_pod(sim *s)
{
	char text[1024];
	int i = (int)below(s, 3);
	note(s, "apply pod bare-%d", i);
	snprintf(text, sizeof(text),
	         "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"bare-%d\","
	         "\"annotations\":{\"sim.korch.dev/work.run\":\"%ds\",\"sim.korch.dev/"
	         "work.exit-code\":\"%d\","
	         "\"sim.korch.dev/"
	         "first.run\":\"2s\"}},\"spec\":{\"restartPolicy\":\"%s\",\"initContainers\":[{"
	         "\"name\":\"first\",\"image\":\"good:1\"},"
	         "{\"name\":\"side\",\"image\":\"good:1\",\"restartPolicy\":\"Always\"}],"
	         "\"containers\":[{\"name\":\"work\",\"image\":\"good:1\","
	         "\"ports\":[{\"containerPort\":80,\"hostPort\":%d}]}]}}",
	         i, (int)(1 + below(s, 60)), (int)below(s, 2),
	         i == 0   ? "Never"
	         : i == 1 ? "OnFailure"
	                  : "Always",
	         8000 + i % 2);
	apply(s, text);
}

/* Pods that take what is left and go when somebody needs it; sometimes a budget protects them. */
static void act_filler(sim *s)
{
	char text[1024];
	int i = (int)below(s, FILLERS);
	note(s, "apply pod filler-%d", i);
	snprintf(text, sizeof(text),
	         "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"filler-%d\","
	         "\"labels\":{\"app\":\"filler\"}},\"spec\":{\"priorityClassName\":\"low\","
	         "\"terminationGracePeriodSeconds\":%d,\"containers\":[{\"name\":\"work\","
	         "\"image\":\"good:1\",\"resources\":{\"requests\":{\"cpu\":\"900m\"}}}]}}",
	         i, i % 2 ? 10 : 1);
	apply(s, text);
	if (!chance(s, 4))
		return;
	note(s, "apply budget of fillers");
	snprintf(
	    text, sizeof(text),
	    "{\"apiVersion\":\"policy/v1\",\"kind\":\"PodDisruptionBudget\",\"metadata\":{\"name\":"
	    "\"filler\"},\"spec\":{\"minAvailable\":%d,\"selector\":{\"matchLabels\":{\"app\":"
	    "\"filler\"}}}}",
	    (int)below(s, 5));
	apply(s, text);
}

/* Pods that run together or not at all; sometimes one of them is missing. */
static void act_gang(sim *s)
{
	char text[1024];
	int gang = (int)below(s, 2);
	int n = (int)(GANG - 1 + below(s, 2));
	note(s, "apply %d pods of gang-%d", n, gang);
	for (int i = 0; i < n; i++) {
		snprintf(text, sizeof(text),
		         "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"gang-%d-%d\","
		         "\"labels\":{\"scheduling.x-k8s.io/pod-group\":\"gang-%d\"},\"annotations\":{"
		         "\"korch.dev/gang-min\":\"%d\",\"sim.korch.dev/work.run\":\"%ds\"}},\"spec\":{"
		         "\"priorityClassName\":\"low\",\"restartPolicy\":\"Never\",\"containers\":[{"
		         "\"name\":\"work\",\"image\":\"good:1\",\"resources\":{\"requests\":{\"cpu\":"
		         "\"700m\"}}}]}}",
		         gang, i, gang, GANG, 30 + 10 * gang);
		apply(s, text);
	}
}

void act_first(sim *s)
{
	static const struct {
		const char *name;
		int value;
	} CLASSES[] = {{"low", -10}, {"middle", 10}, {"high", 100}};
	char text[256];
	for (size_t i = 0; i < sizeof(CLASSES) / sizeof(CLASSES[0]); i++) {
		snprintf(text, sizeof(text),
		         "{\"apiVersion\":\"scheduling.k8s.io/v1\",\"kind\":\"PriorityClass\","
		         "\"metadata\":{\"name\":\"%s\"},\"value\":%d}",
		         CLASSES[i].name, CLASSES[i].value);
		apply(s, text);
	}
}

void act(sim *s)
{
	static void (*const ACTIONS[])(sim * s) = {
	    act_apply,   act_apply,  act_apply,      act_scale,      act_scale,  act_undo,
	    act_restart, act_delete, act_delete_pod, act_delete_pod, act_others, act_delete_others,
	    act_pod,     act_filler, act_filler,     act_filler,     act_gang,   act_gang,
	};
	ACTIONS[below(s, sizeof(ACTIONS) / sizeof(ACTIONS[0]))](s);
}

/* Bare pods may restart for ever: they go. */
static void delete_bare_pods(sim *s)
{
	for (int i = 0; i < 3; i++) {
		char name[16];
		korch_error *error = NULL;
		snprintf(name, sizeof(name), "bare-%d", i);
		const korch_key key = {.kind = &korch_pod_kind, .namespace_ = "default", .name = name};
		{
			int code = korch_cluster_delete(s->cluster, &key, NULL, &error);
			judge_call(s, code, error);
		}
	}
}

void act_repair(sim *s)
{
	delete_bare_pods(s);
	for (int app = 0; app < DEPLOYMENTS; app++)
		apply_deployment(s, app, "good:9", 0);
	if (s->is_rollouts)
		rollouts_repair(s);
}
