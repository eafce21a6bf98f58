/*
 * Argo Rollouts' own examples (KORCH_DATA/rollouts/argo-examples), applied unmodified to a
 * simulated cluster and brought to another version in virtual time: each step is seen, in its
 * order, and has done what it says. Metrics of foreign providers are simulated; objects of foreign
 * kinds left out.
 */
#include "../unit/object/files.h"
#include "support/store.h"
#include "unit.h"

#include <korch/api.h>
#include <korch/cluster.h>
#include <korch/metric.h>
#include <korch/rollout.h>
#include <korch/sim.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START ((korch_usec)1577836800 * KORCH_USEC_PER_SEC)
#define SECOND KORCH_USEC_PER_SEC
#define FOLDER "rollouts/argo-examples"

typedef struct world {
	korch_loop *loop;
	korch_store *store;
	korch_cluster *cluster;
	const char *file;
	char namespace_[64], name[64];
	int is_watched;        /* the second version is on its way */
	int step;              /* the last one that was seen, -1: none yet */
	int was_paused;        /* in that step */
	korch_usec step_since; /* when it was reached */
	size_t steps;          /* that were seen done */
} world;

static void open_world(world *w)
{
	static const char *const NAMES[] = {"a", "b", "c", "d"};
	const korch_node_capacity capacity = {
	    .cpu_milli = 16000, .memory_bytes = (int64_t)64 << 30, .pods = 100};
	korch_cluster_node nodes[4] = {0};
	korch_runtime *runtime = NULL;
	korch_metric_source *metrics = NULL;
	ck_assert_int_eq(korch_loop_new_virtual(&w->loop, START, NULL), 0);
	ck_assert_int_eq(test_store_open(&w->store, w->loop, 0), 0);
	ck_assert_int_eq(korch_runtime_sim_new(&runtime, w->loop, NULL, NULL), 0);
	ck_assert_int_eq(korch_metric_sim_new(&metrics, w->loop, SECOND / 5, NULL), 0);
	ck_assert_int_eq(korch_metric_sim_say(metrics, "*", "[0.995]", NULL, NULL), 0);
	ck_assert_int_eq(korch_metric_sim_say(metrics, "webmetric", "\"It worked!\"", NULL, NULL), 0);
	for (size_t i = 0; i < 4; i++) {
		nodes[i] = (korch_cluster_node){.name = NAMES[i], .capacity = capacity};
		ck_assert_int_eq(korch_sim_node_add(runtime, NAMES[i], &capacity), 0);
	}
	const korch_cluster_options options = {.size = sizeof(options),
	                                       .loop = w->loop,
	                                       .store = w->store,
	                                       .runtime = runtime,
	                                       .nodes = nodes,
	                                       .n_nodes = 4,
	                                       .metrics = &metrics,
	                                       .n_metrics = 1,
	                                       .seed = 7};
	ck_assert_int_eq(korch_cluster_open(&w->cluster, &options, NULL), 0);
}

/* Kinds that are ours, in the order in which they are needed. */
static const char *const KINDS[] = {"Namespace",  "Secret",           "ConfigMap",
                                    "Service",    "AnalysisTemplate", "ClusterAnalysisTemplate",
                                    "Deployment", "Rollout"};

static int is_kind(const char *document, const char *kind)
{
	char line[64];
	size_t n = (size_t)snprintf(line, sizeof(line), "kind: %s", kind);
	for (const char *at = strstr(document, line); at; at = strstr(at + 1, line))
		if ((at == document || at[-1] == '\n') && (at[n] == '\n' || at[n] == '\r' || !at[n]))
			return 1;
	return 0;
}

/* One document has an unquoted {{…}} as a value, which is a mapping as the key of a mapping. */
static int is_no_yaml(const char *document)
{
	return strstr(document, "linkerd.io/inject: {{args.linkerd-enabled}}") != NULL;
}

static void apply_kind(world *w, const char *text, const char *kind)
{
	char *copy = strdup(text), *rest = copy;
	while (rest) {
		char *document = rest, *end = strstr(rest, "\n---");
		korch_error *err = NULL;
		rest = end ? end + 4 : NULL;
		if (end)
			end[1] = '\0';
		if (!is_kind(document, kind))
			continue;
		int code = korch_cluster_apply_text(w->cluster, document, w->file, &err);
		ck_assert_msg((code == 0) != is_no_yaml(document), "%s: %s: %s", w->file, kind,
		              korch_error_message(err));
		korch_error_free(err);
	}
	free(copy);
}

static void apply_service(world *w, const char *name)
{
	char text[400];
	korch_object *there = NULL;
	if (!name || !*name)
		return;
	if (korch_cluster_get(&there, w->cluster, "service", w->namespace_, name, NULL) == 0) {
		korch_object_unref(there);
		return;
	}
	snprintf(
	    text, sizeof(text),
	    "{apiVersion: v1, kind: Service, metadata: {name: %s, namespace: %s}, spec: {selector: "
	    "{app: x}, ports: [{port: 80}]}}",
	    name, w->namespace_);
	ck_assert_int_eq(korch_cluster_apply_text(w->cluster, text, "service", NULL), 0);
}

static korch_rollout *get(world *w)
{
	korch_object *object = NULL;
	ck_assert_int_eq(
	    korch_cluster_get(&object, w->cluster, "rollout", w->namespace_, w->name, NULL), 0);
	return (korch_rollout *)object;
}

/* Services that an example leaves to its reader. */
static void apply_missing(world *w)
{
	korch_object **rollouts = NULL;
	size_t n = 0;
	ck_assert_int_eq(korch_cluster_list(&rollouts, &n, w->cluster, "rollouts", NULL, NULL, NULL),
	                 0);
	ck_assert_msg(n == 1, "%s: %zu rollouts", w->file, n);
	snprintf(w->namespace_, sizeof(w->namespace_), "%s", korch_object_namespace(rollouts[0]));
	snprintf(w->name, sizeof(w->name), "%s", korch_object_name(rollouts[0]));
	const korch_rollout_strategy *strategy = ((korch_rollout *)rollouts[0])->spec->strategy;
	if (strategy->canary) {
		apply_service(w, strategy->canary->stable_service);
		apply_service(w, strategy->canary->canary_service);
	} else {
		apply_service(w, strategy->blue_green->active_service);
		apply_service(w, strategy->blue_green->preview_service);
	}
	korch_object_list_free(rollouts, n);
}

/* Whether the Rollout has made something of a kind. */
static int has_made(const world *w, const korch_kind *kind)
{
	const korch_view *view = korch_engine_view(korch_cluster_engine(w->cluster));
	const korch_object *rollout = korch_view_get(view, &korch_rollout_kind, w->namespace_, w->name);
	const korch_view_query query = {.kind = kind, .owner_uid = korch_object_uid(rollout)};
	return korch_view_count(view, &query) > 0;
}

/* A step is over: it has done what it says. */
static void check_step(world *w, const korch_rollout *rollout, int i)
{
	const korch_canary_strategy *canary = rollout->spec->strategy->canary;
	const korch_canary_step *step = &canary->steps[i];
	const korch_traffic_weights *weights =
	    rollout->status->canary ? rollout->status->canary->weights : NULL;
	w->steps++;
	if (KORCH_IS_SET(step, korch_canary_step, set_weight) && canary->traffic_routing)
		ck_assert_msg(weights->canary->weight == step->set_weight, "%s: step %d: weight %d",
		              w->file, i, weights->canary->weight);
	if (KORCH_IS_SET(step, korch_canary_step, set_weight) && !canary->traffic_routing)
		ck_assert_msg(rollout->status->updated_replicas > 0, "%s: step %d", w->file, i);
	if (step->pause)
		ck_assert_msg(w->was_paused, "%s: step %d was no pause", w->file, i);
	if (step->pause && step->pause->duration.is_set && !step->pause->duration.text)
		ck_assert_msg(korch_loop_now(w->loop) - w->step_since >=
		                  step->pause->duration.number * SECOND,
		              "%s: step %d was too short", w->file, i);
	if (step->analysis)
		ck_assert_msg(has_made(w, &korch_analysis_run_kind), "%s: step %d", w->file, i);
	if (step->experiment)
		ck_assert_msg(has_made(w, &korch_experiment_kind), "%s: step %d", w->file, i);
}

/* Each change of the Rollout: its steps come one after the other. */
static void see(void *userdata, const korch_change *change)
{
	world *w = userdata;
	const korch_rollout *rollout = (const korch_rollout *)change->object;
	if (change->object->kind != &korch_rollout_kind || !w->is_watched || !rollout->status ||
	    !rollout->spec->strategy->canary || rollout->spec->strategy->canary->n_steps == 0)
		return;
	const korch_rollout_status *status = rollout->status;
	int now = status->current_step_index;
	if (w->step < 0 && now != 0)
		return; /* the first version's */
	ck_assert_msg(w->step < 0 || now == w->step || now == w->step + 1,
	              "%s: from step %d to step %d", w->file, w->step, now);
	if (w->step >= 0 && now == w->step + 1)
		check_step(w, rollout, w->step);
	if (now != w->step) {
		w->was_paused = 0;
		w->step_since = korch_loop_now(w->loop);
	}
	w->step = now;
	w->was_paused |= status->n_pause_conditions > 0;
}

static int is_phase(world *w, const char *phase)
{
	korch_rollout *rollout = get(w);
	const char *has = rollout->status ? rollout->status->phase : NULL;
	int is = has && strcmp(has, phase) == 0;
	ck_assert_msg(!has || strcmp(has, "Degraded") != 0, "%s: %s", w->file,
	              rollout->status->message);
	korch_object_unref(&rollout->object);
	return is;
}

/* Until it is healthy; what stands still for longer than any step lasts is promoted. */
static void bring_home(world *w)
{
	korch_usec looked = korch_loop_now(w->loop);
	for (int i = 0; i < 400 && !is_phase(w, "Healthy"); i++) {
		int step = w->step;
		korch_cluster_process(w->cluster, korch_loop_now(w->loop) + 20 * SECOND);
		if (step != w->step)
			looked = korch_loop_now(w->loop);
		if (korch_loop_now(w->loop) - looked < 660 * SECOND)
			continue;
		looked = korch_loop_now(w->loop);
		korch_rollouts_promote(w->cluster, w->namespace_, w->name, 0, NULL);
	}
	ck_assert_msg(is_phase(w, "Healthy"), "%s: not healthy, at step %d", w->file, w->step);
}

static void check_end(world *w)
{
	korch_rollout *rollout = get(w);
	const korch_canary_strategy *canary = rollout->spec->strategy->canary;
	const korch_rollout_status *status = rollout->status;
	ck_assert_str_eq(status->stable_rs, status->current_pod_hash);
	ck_assert_int_eq(
	    status->updated_replicas,
	    KORCH_IS_SET(rollout->spec, korch_rollout_spec, replicas) ? rollout->spec->replicas : 1);
	if (canary)
		ck_assert_msg(w->steps == canary->n_steps, "%s: %zu of %zu steps", w->file, w->steps,
		              canary->n_steps);
	korch_object_unref(&rollout->object);
}

/* The other files of its folder, and the templates that all may use. */
static void apply_around(world *w, const char *path, const char *kind)
{
	static const char *const NEARBY[] = {"services.yaml", "echo-service.yaml",
	                                     "canary-service.yaml", "configmap.yaml"};
	char file[4096];
	size_t length = 0;
	int folder = (int)(strrchr(path, '/') - path);
	for (size_t i = 0; i < sizeof(NEARBY) / sizeof(NEARBY[0]); i++) {
		snprintf(file, sizeof(file), "%.*s/%s", folder, path, NEARBY[i]);
		FILE *there = fopen(file, "rb");
		if (!there)
			continue;
		fclose(there);
		char *text = files_read(file, &length);
		apply_kind(w, text, kind);
		free(text);
	}
	static const char *const TEMPLATES[] = {"analysis-templates.yaml",
	                                        "cluster-analysis-templates.yaml"};
	for (size_t i = 0; i < 2; i++) {
		snprintf(file, sizeof(file), "%s/" FOLDER "/%s", getenv("KORCH_DATA"), TEMPLATES[i]);
		char *text = files_read(file, &length);
		apply_kind(w, text, kind);
		free(text);
	}
}

static void try_example(void *userdata, const char *path, const char *name)
{
	size_t length = 0;
	char *text = files_read(path, &length);
	world w = {.file = name, .step = -1};
	/* what is in templates/ becomes a manifest by Helm only */
	if (is_kind(text, "Rollout") && !strstr(name, "/templates/")) {
		open_world(&w);
		for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
			apply_around(&w, path, KINDS[i]);
			apply_kind(&w, text, KINDS[i]);
		}
		apply_missing(&w);
		bring_home(&w);
		ck_assert_int_eq(korch_engine_observe(korch_cluster_engine(w.cluster), see, &w, NULL), 0);
		w.is_watched = 1;
		ck_assert_int_eq(
		    korch_rollouts_set_image(w.cluster, w.namespace_, w.name, "*", "example/other:2", NULL),
		    0);
		korch_cluster_process(w.cluster, korch_loop_now(w.loop) + SECOND);
		bring_home(&w);
		check_end(&w);
		korch_cluster_close(w.cluster);
		korch_store_free(w.store);
		korch_loop_free(w.loop);
		++*(size_t *)userdata;
	}
	free(text);
}

START_TEST(every_example)
{
	size_t n = 0;
	files_each(FOLDER, try_example, &n);
	ck_assert_uint_ge(n, 20);
}
END_TEST

KORCH_SUITE(examples)
{
	Suite *suite = suite_create("argo's examples");
	KORCH_CASE(suite, "examples", every_example);
	return suite;
}
