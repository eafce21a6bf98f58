/* What people do to Rollouts: new versions, other steps, all verbs, by calls and by the plain
 * patches of other clients; and what metrics say. */
#include "sim.h"
#include <korch/rollout.h>
#include <stdio.h>
#include <string.h>

/* What belongs to a Rollout for ever. A '@' in the strategy becomes one of two weights: other
 * steps. */
typedef struct rollout_kind {
	int replicas; /* fewer than this */
	const char *strategy;
	const char *more; /* of the spec */
	int has_workload; /* the template is that of the Deployment wl-# */
} rollout_kind;

#define ROUTED                                                                                     \
	"\"stableService\":\"ro-#-a\",\"canaryService\":\"ro-#-b\",\"trafficRouting\":{\"smi\":{}},"
#define TEMPLATES "\"templates\":[{\"templateName\":\"ro-#\"}]"

static const rollout_kind KINDS[ROLLOUTS] = {
    {7,
     "\"canary\":{\"maxSurge\":1,\"maxUnavailable\":1,\"steps\":[{\"setWeight\":@},"
     "{\"pause\":{\"duration\":10}},{\"setWeight\":60},{\"setCanaryScale\":{\"weight\":80}},"
     "{\"pause\":{\"duration\":\"5s\"}}]}",
     "\"minReadySeconds\":2,"},
    {6,
     "\"canary\":{" ROUTED "\"abortScaleDownDelaySeconds\":20,\"scaleDownDelaySeconds\":15,"
     "\"analysis\":{\"startingStep\":2," TEMPLATES "},\"steps\":[{\"setWeight\":@},"
     "{\"analysis\":{" TEMPLATES "}},{\"setHeaderRoute\":{\"name\":\"h\",\"match\":[{"
     "\"headerName\":\"x\",\"headerValue\":{\"exact\":\"y\"}}]}},{\"setWeight\":50},"
     "{\"pause\":{}},{\"setCanaryScale\":{\"replicas\":4}},{\"setWeight\":80}]}",
     "\"revisionHistoryLimit\":2,\"analysis\":{\"successfulRunHistoryLimit\":2,"
     "\"unsuccessfulRunHistoryLimit\":1},"},
    {6,
     "\"canary\":{" ROUTED "\"dynamicStableScale\":true,\"minPodsPerReplicaSet\":2,"
     "\"canaryMetadata\":{\"labels\":{\"role\":\"canary\"}},"
     "\"stableMetadata\":{\"labels\":{\"role\":\"stable\"},\"annotations\":{\"a\":\"b\"}},"
     "\"steps\":[{\"setWeight\":@},{\"pause\":{\"duration\":5}},{\"setWeight\":70},"
     "{\"pause\":{\"duration\":5}}]}",
     "\"progressDeadlineSeconds\":60,\"progressDeadlineAbort\":true,"},
    {5,
     "\"blueGreen\":{\"activeService\":\"ro-#-a\",\"previewService\":\"ro-#-b\","
     "\"previewReplicaCount\":1,\"autoPromotionSeconds\":20,\"scaleDownDelaySeconds\":20,"
     "\"prePromotionAnalysis\":{" TEMPLATES "},\"postPromotionAnalysis\":{" TEMPLATES "}}",
     "\"revisionHistoryLimit\":3,"},
    {5,
     "\"blueGreen\":{\"activeService\":\"ro-#-a\",\"previewService\":\"ro-#-b\","
     "\"autoPromotionEnabled\":false,\"scaleDownDelayRevisionLimit\":1,"
     "\"abortScaleDownDelaySeconds\":10,\"activeMetadata\":{\"labels\":{\"role\":\"active\"}},"
     "\"previewMetadata\":{\"labels\":{\"role\":\"preview\"}},\"antiAffinity\":{"
     "\"preferredDuringSchedulingIgnoredDuringExecution\":{\"weight\":10}}}",
     ""},
    {6,
     "\"canary\":{" ROUTED "\"steps\":[{\"setWeight\":@},{\"experiment\":{\"duration\":\"30s\","
     "\"templates\":[{\"name\":\"base\",\"specRef\":\"stable\",\"weight\":5},"
     "{\"name\":\"new\",\"specRef\":\"canary\",\"weight\":10}],\"analyses\":[{\"name\":\"ro\","
     "\"templateName\":\"ro-#\"}]}},{\"setWeight\":60},{\"pause\":{\"duration\":8}}]}",
     "\"rollbackWindow\":{\"revisions\":1},"},
    {5,
     "\"canary\":{\"pingPong\":{\"pingService\":\"ro-#-a\",\"pongService\":\"ro-#-b\"},"
     "\"trafficRouting\":{\"alb\":{\"ingress\":\"ro-#\",\"servicePort\":80,\"rootService\":\"ro-#-"
     "a\"}},"
     "\"steps\":[{\"setWeight\":@},{\"pause\":{\"duration\":5}},{\"setWeight\":70},"
     "{\"pause\":{\"duration\":5}}]}",
     ""},
    {5,
     "\"canary\":{\"maxSurge\":2,\"maxUnavailable\":0,\"steps\":[{\"setWeight\":@},"
     "{\"pause\":{\"duration\":5}},{\"setWeight\":70},{\"pause\":{\"duration\":5}}]}",
     "\"workloadRef\":{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"wl-#\","
     "\"scaleDown\":\"progressively\"},",
     1},
};

/* What metrics may say: good, inconclusive, bad, nothing. */
static const char *const WORDS[] = {"[0.97]", "[0.7]", "[0.2]", NULL};

/* '#' is the number of the Rollout, '@' a weight. */
static void fill(char *out, size_t size, const char *pattern, int ro, int weight)
{
	size_t n = 0;
	for (; *pattern && n + 12 < size; pattern++) {
		if (*pattern == '#')
			n += (size_t)snprintf(out + n, size - n, "%d", ro);
		else if (*pattern == '@')
			n += (size_t)snprintf(out + n, size - n, "%d", weight);
		else
			out[n++] = *pattern;
	}
	out[n] = '\0';
}

static void apply_rollout(sim *s, int ro, int replicas, const char *image, int paused)
{
	char pattern[3000], text[3000];
	int weight = chance(s, 6) ? 30 : 20;
	note(s, "apply ro-%d replicas %d image %s weight %d%s", ro, replicas, image, weight,
	     paused ? " paused" : "");
	char template_[700];
	snprintf(template_, sizeof(template_),
	         "\"selector\":{\"matchLabels\":{\"ro\":\"ro-#\"}},\"template\":{\"metadata\":{"
	         "\"labels\":{\"ro\":\"ro-#\"}},\"spec\":{\"terminationGracePeriodSeconds\":3,"
	         "\"containers\":[{\"name\":\"main\",\"image\":\"%s\",\"readinessProbe\":{"
	         "\"tcpSocket\":{\"port\":80},\"periodSeconds\":3},\"resources\":{\"requests\":{"
	         "\"cpu\":\"200m\",\"memory\":\"32Mi\"}}}]}}",
	         image);
	snprintf(pattern, sizeof(pattern),
	         "{\"apiVersion\":\"argoproj.io/v1alpha1\",\"kind\":\"Rollout\",\"metadata\":{"
	         "\"name\":\"ro-#\"},\"spec\":{\"replicas\":%d,\"paused\":%s,%s\"strategy\":{%s}%s%s}}",
	         replicas, paused ? "true" : "false", KINDS[ro].more, KINDS[ro].strategy,
	         KINDS[ro].has_workload ? "" : ",", KINDS[ro].has_workload ? "" : template_);
	fill(text, sizeof(text), pattern, ro, weight);
	apply(s, text);
	if (!KINDS[ro].has_workload)
		return;
	snprintf(pattern, sizeof(pattern),
	         "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"wl-#\"},"
	         "\"spec\":{%s}}",
	         template_);
	fill(text, sizeof(text), pattern, ro, weight);
	apply(s, text);
}

static void act_apply(sim *s)
{
	int ro = (int)below(s, ROLLOUTS);
	int replicas = (int)below(s, (uint64_t)KINDS[ro].replicas);
	const char *image = image_of(s);
	apply_rollout(s, ro, replicas, image, chance(s, 12));
}

static const char *name_of(sim *s, char *name)
{
	snprintf(name, 16, "ro-%d", (int)below(s, ROLLOUTS));
	return name;
}

static void act_image(sim *s)
{
	char name[16];
	const char *image = image_of(s);
	korch_error *error = NULL;
	note(s, "set image of %s to %s", name_of(s, name), image);
	int code = korch_rollouts_set_image(s->cluster, NULL, name, "*", image, &error);
	judge_call(s, code, error);
}

static void act_scale(sim *s)
{
	char name[16];
	korch_error *error = NULL;
	const korch_key key = {
	    .kind = &korch_rollout_kind, .namespace_ = "default", .name = name_of(s, name)};
	int replicas = (int)below(s, 6);
	note(s, "scale %s to %d", name, replicas);
	int code = korch_cluster_scale(s->cluster, &key, replicas, &error);
	judge_call(s, code, error);
}

static void act_verb(sim *s)
{
	static const char *const VERBS[] = {"promote", "promote", "promote full", "abort",  "retry",
	                                    "retry",   "pause",   "resume",       "undo",   "undo to",
	                                    "restart", "resume",  "abort",        "promote"};
	char name[16];
	korch_error *error = NULL;
	size_t verb = below(s, sizeof(VERBS) / sizeof(VERBS[0]));
	int64_t revision = (int64_t)below(s, 6);
	const char *what = VERBS[verb];
	int code = 0;
	note(s, "%s %s %lld", what, name_of(s, name), (long long)revision);
	if (strncmp(what, "promote", 7) == 0)
		code = korch_rollouts_promote(s->cluster, NULL, name, what[7] != 0, &error);
	else if (strcmp(what, "abort") == 0)
		code = korch_rollouts_abort(s->cluster, NULL, name, &error);
	else if (strcmp(what, "retry") == 0)
		code = korch_rollouts_retry(s->cluster, NULL, name, &error);
	else if (strcmp(what, "restart") == 0)
		code = korch_rollouts_restart(s->cluster, NULL, name, &error);
	else if (strncmp(what, "undo", 4) == 0)
		code = korch_rollouts_undo(s->cluster, NULL, name, what[4] ? revision : 0, &error);
	else
		code = korch_rollouts_pause(s->cluster, NULL, name, strcmp(what, "pause") == 0, &error);
	judge_call(s, code, error);
}

static void ignore(void *userdata, int code, const korch_commit_result *result)
{
}

/* Another client writes one field of the status, as Argo Rollouts' own does. */
static void act_patch(sim *s)
{
	static const char *const FIELDS[] = {"pauseConditions", "abort", "no abort", "promoteFull",
	                                     "currentStepIndex"};
	char name[16];
	korch_object *object = NULL;
	size_t field = below(s, sizeof(FIELDS) / sizeof(FIELDS[0]));
	int index = (int)below(s, 8);
	note(s, "patch %s of %s", FIELDS[field], name_of(s, name));
	if (korch_cluster_get(&object, s->cluster, "rollout", NULL, name, NULL) < 0)
		return;
	korch_rollout *edited = (korch_rollout *)korch_object_edit(object);
	korch_rollout_status *status = korch_struct_edit(&edited->status, &korch_rollout_status_type);
	if (field == 0)
		korch_list_edit(&status->pause_conditions, &status->n_pause_conditions,
		                &korch_pause_condition_type, 0);
	else if (field < 3)
		status->abort = field == 1;
	else if (field == 3)
		status->promote_full = 1;
	else
		KORCH_SET(status, korch_rollout_status, current_step_index, index);
	korch_write write = {
	    .op = KORCH_WRITE_PUT, .object = &edited->object, .expected = object->revision};
	if (korch_store_commit(s->store, &write, 1, ignore, s) < 0)
		broken(s, "a write was refused");
	korch_object_unref(object);
}

static void say(sim *s, int ro, int word)
{
	char name[16];
	snprintf(name, sizeof(name), "ro-%d", ro);
	s->said[ro] = word;
	if (korch_metric_sim_say(s->metrics, name, WORDS[word], WORDS[word] ? NULL : "no answer",
	                         NULL) < 0)
		broken(s, "a metric cannot be set");
}

static void act_metric(sim *s)
{
	int ro = (int)below(s, ROLLOUTS);
	int word = chance(s, 2) ? 0 : (int)below(s, 4);
	note(s, "metric of ro-%d: %s", ro, WORDS[word] ? WORDS[word] : "error");
	say(s, ro, word);
}

static void act_delete(sim *s)
{
	char name[16];
	korch_error *error = NULL;
	const korch_key key = {
	    .kind = &korch_rollout_kind, .namespace_ = "default", .name = name_of(s, name)};
	const korch_delete_options options = {.grace_seconds = -1, .propagation = (int32_t)below(s, 3)};
	note(s, "delete %s, propagation %d", name, options.propagation);
	int code = korch_cluster_delete(s->cluster, &key, &options, &error);
	judge_call(s, code, error);
}

/* A ReplicaSet of a Rollout is deleted by hand. */
static void act_delete_set(sim *s)
{
	korch_object **sets = NULL;
	korch_error *error = NULL;
	size_t n = 0;
	if (korch_cluster_list(&sets, &n, s->cluster, "replicasets", NULL, "ro", NULL) < 0 || n == 0)
		return;
	const korch_key key = korch_object_key(sets[below(s, n)]);
	const korch_delete_options options = {.grace_seconds = -1, .propagation = (int32_t)below(s, 2)};
	note(s, "delete set %s, propagation %d", key.name, options.propagation);
	int code = korch_cluster_delete(s->cluster, &key, &options, &error);
	judge_call(s, code, error);
	korch_object_list_free(sets, n);
}

void act_rollouts(sim *s)
{
	static void (*const ACTIONS[])(sim * s) = {
	    act_apply, act_apply, act_apply, act_image,  act_image,  act_image,  act_scale,
	    act_verb,  act_verb,  act_verb,  act_verb,   act_verb,   act_patch,  act_patch,
	    act_patch, act_apply, act_image, act_metric, act_metric, act_delete, act_delete_set};
	s->laws.causes++;
	ACTIONS[below(s, sizeof(ACTIONS) / sizeof(ACTIONS[0]))](s);
}

static void apply_services(sim *s, int ro)
{
	char text[1500];
	fill(text, sizeof(text),
	     "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"ro-#-a\"},"
	     "\"spec\":{\"selector\":{\"ro\":\"ro-#\"},\"ports\":[{\"port\":80}]}}\n"
	     "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"ro-#-b\"},"
	     "\"spec\":{\"selector\":{\"ro\":\"ro-#\"},\"ports\":[{\"port\":80}]}}\n"
	     "{\"apiVersion\":\"argoproj.io/v1alpha1\",\"kind\":\"AnalysisTemplate\",\"metadata\":{"
	     "\"name\":\"ro-#\"},\"spec\":{\"metrics\":[{\"name\":\"ro-#\",\"interval\":\"4s\","
	     "\"count\":3,\"successCondition\":\"result[0] > 0.9\","
	     "\"failureCondition\":\"result[0] < 0.5\",\"failureLimit\":1,"
	     "\"provider\":{\"web\":{\"url\":\"http://127.0.0.1:1\"}}}]}}\n",
	     ro, 0);
	apply(s, text);
}

void rollouts_first(sim *s)
{
	note(s, "services and templates");
	for (int ro = 0; ro < ROLLOUTS; ro++) {
		apply_services(s, ro);
		say(s, ro, 0);
	}
}

void rollouts_restarted(sim *s)
{
	for (int ro = 0; ro < ROLLOUTS; ro++)
		say(s, ro, s->said[ro]);
}

void rollouts_repair(sim *s)
{
	s->laws.causes++;
	for (int ro = 0; ro < ROLLOUTS; ro++) {
		int replicas = (int)below(s, (uint64_t)KINDS[ro].replicas);
		say(s, ro, 0);
		apply_rollout(s, ro, replicas, "good:9", 0);
	}
}

void rollouts_abort(sim *s, int aborts)
{
	char name[16];
	s->laws.causes++;
	s->is_over = 1;
	note(s, aborts ? "all are aborted" : "a new version everywhere");
	for (int ro = 0; ro < ROLLOUTS; ro++) {
		korch_error *error = NULL;
		snprintf(name, sizeof(name), "ro-%d", ro);
		int code = aborts
		               ? korch_rollouts_abort(s->cluster, NULL, name, &error)
		               : korch_rollouts_set_image(s->cluster, NULL, name, "*", "good:10", &error);
		judge_call(s, code, error);
	}
}

void rollouts_go_on(sim *s)
{
	char name[16];
	s->laws.causes++;
	note(s, "what is paused goes on");
	for (int ro = 0; ro < ROLLOUTS; ro++) {
		korch_object *object = NULL;
		snprintf(name, sizeof(name), "ro-%d", ro);
		if (korch_cluster_get(&object, s->cluster, "rollout", NULL, name, NULL) < 0)
			continue;
		const korch_rollout_status *status = ((const korch_rollout *)object)->status;
		if (status && status->phase && strcmp(status->phase, "Paused") == 0)
			korch_rollouts_promote(s->cluster, NULL, name, 0, NULL);
		else if (status && status->phase && strcmp(status->phase, "Degraded") == 0)
			/* what is stable was broken */
			korch_rollouts_promote(s->cluster, NULL, name, 1, NULL);
		korch_object_unref(object);
	}
}
