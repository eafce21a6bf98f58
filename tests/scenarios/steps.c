/* Steps: what a scenario does. */
#include "scenario.h"
#include <fnmatch.h>
#include <korch/rollout.h>
#include <korch/validate.h>
#include <stdio.h>
#include <string.h>

/* error by its address: an argument's value may be read before the call in another one is made. */
static void must(const scenario *s, json_object *at, int code, korch_error **error)
{
	if (code >= 0)
		return;
	char *words = error ? korch_error_format(*error) : NULL;
	fail(s, at, "%s", words && *words ? words : korch_code_text(code));
}

static void pass_until(scenario *s, json_object *at, korch_usec until)
{
	if (until < korch_loop_now(s->loop))
		fail(s, at, "that time has passed already");
	must(s, at, korch_cluster_process(s->cluster, until), NULL);
}

static void do_pass(scenario *s, json_object *step, json_object *value)
{
	pass_until(s, step,
	           korch_loop_now(s->loop) + parse_span(s, step, json_object_get_string(value)));
}

static void do_at(scenario *s, json_object *step, json_object *value)
{
	pass_until(s, step, s->start + parse_span(s, step, json_object_get_string(value)));
}

static const char *manifest_text(json_object *value)
{
	return json_object_is_type(value, json_type_string) ? json_object_get_string(value)
	                                                    : json_object_to_json_string(value);
}

static void do_apply(scenario *s, json_object *step, json_object *value)
{
	korch_error *error = NULL;
	must(s, step, korch_cluster_apply_text(s->cluster, manifest_text(value), "manifest", &error),
	     &error);
}

/* {manifest, error: a glob} */
static void do_refuse(scenario *s, json_object *step, json_object *value)
{
	korch_error *error = NULL;
	json_object *manifest = json_object_object_get(value, "manifest");
	const char *wanted = need_text(s, value, "error");
	if (!manifest)
		fail(s, value, "\"manifest\" is missing");
	s->checks++;
	if (korch_cluster_apply_text(s->cluster, manifest_text(manifest), "manifest", &error) >= 0)
		fail(s, value, "it was applied");
	char line[1024];
	const char *path = korch_error_path(error);
	snprintf(line, sizeof(line), "%s%s%s", path ? path : "", path ? ": " : "",
	         korch_error_message(error));
	if (fnmatch(wanted, line, 0) != 0)
		fail(s, value, "the message is \"%s\", expected: \"%s\"", line, wanted);
	korch_error_free(error);
}

/* {object, condition, within, fails: true when it must not come} */
static void do_wait(scenario *s, json_object *step, json_object *value)
{
	korch_error *error = NULL;
	const char *reference = need_text(s, value, "object");
	const char *condition = need_text(s, value, "condition");
	korch_object *object = find_object(s, value, reference);
	if (!object && strcmp(condition, "deleted") == 0)
		return;
	if (!object)
		fail(s, value, "there is no %s", reference);
	const korch_key key = korch_object_key(object);
	int code = korch_cluster_wait(s->cluster, &key, condition,
	                              span_of(s, value, "within", 600 * KORCH_USEC_PER_SEC), &error);
	korch_object_unref(object);
	s->checks++;
	if (number_of(value, "fails", 0) && code == KORCH_E_TIMEOUT)
		korch_error_free(error);
	else if (number_of(value, "fails", 0))
		fail(s, value, "%s is %s all the same", reference, condition);
	else
		must(s, value, code, &error);
}

static void do_scale(scenario *s, json_object *step, json_object *value)
{
	korch_error *error = NULL;
	korch_object *object = need_object(s, value, need_text(s, value, "object"));
	const korch_key key = korch_object_key(object);
	must(s, value,
	     korch_cluster_scale(s->cluster, &key, (int32_t)number_of(value, "replicas", 1), &error),
	     &error);
	korch_object_unref(object);
}

/* {name, namespace, verb, image, revision} */
static void do_rollout(scenario *s, json_object *step, json_object *value)
{
	korch_error *error = NULL;
	const char *name = need_text(s, value, "name"), *verb = need_text(s, value, "verb");
	const char *ns = text_of(value, "namespace", NULL);
	int code = KORCH_E_INVALID;
	if (strcmp(verb, "promote") == 0 || strcmp(verb, "promote-full") == 0)
		code = korch_rollouts_promote(s->cluster, ns, name, verb[7] != 0, &error);
	else if (strcmp(verb, "abort") == 0)
		code = korch_rollouts_abort(s->cluster, ns, name, &error);
	else if (strcmp(verb, "retry") == 0)
		code = korch_rollouts_retry(s->cluster, ns, name, &error);
	else if (strcmp(verb, "pause") == 0 || strcmp(verb, "resume") == 0)
		code = korch_rollouts_pause(s->cluster, ns, name, verb[0] == 'p', &error);
	else if (strcmp(verb, "restart") == 0)
		code = korch_rollouts_restart(s->cluster, ns, name, &error);
	else if (strcmp(verb, "undo") == 0)
		code = korch_rollouts_undo(s->cluster, ns, name, number_of(value, "revision", 0), &error);
	else if (strcmp(verb, "set-image") == 0)
		code = korch_rollouts_set_image(s->cluster, ns, name, text_of(value, "container", "*"),
		                                need_text(s, value, "image"), &error);
	else
		fail(s, value, "there is no verb \"%s\"", verb);
	must(s, step, code, &error);
}

/* {name: a glob, result: JSON, error} */
static void do_metric(scenario *s, json_object *step, json_object *value)
{
	korch_error *error = NULL;
	json_object *result = json_object_object_get(value, "result");
	must(s, step,
	     korch_metric_sim_say(s->metrics, need_text(s, value, "name"),
	                          result ? json_object_to_json_string(result) : NULL,
	                          text_of(value, "error", NULL), &error),
	     &error);
}

static void do_undo(scenario *s, json_object *step, json_object *value)
{
	korch_error *error = NULL;
	must(s, step,
	     korch_cluster_undo(s->cluster, text_of(value, "namespace", NULL),
	                        need_text(s, value, "deployment"), number_of(value, "revision", 0),
	                        &error),
	     &error);
}

static void do_restart(scenario *s, json_object *step, json_object *value)
{
	korch_error *error = NULL;
	must(s, step, korch_cluster_restart(s->cluster, NULL, json_object_get_string(value), &error),
	     &error);
}

static int propagation_of(const scenario *s, json_object *map)
{
	const char *text = text_of(map, "propagation", "background");
	if (strcmp(text, "foreground") == 0)
		return KORCH_PROPAGATION_FOREGROUND;
	if (strcmp(text, "orphan") == 0)
		return KORCH_PROPAGATION_ORPHAN;
	if (strcmp(text, "background") != 0)
		fail(s, map, "\"%s\": foreground, background or orphan is needed", text);
	return KORCH_PROPAGATION_BACKGROUND;
}

static void do_delete(scenario *s, json_object *step, json_object *value)
{
	korch_error *error = NULL;
	korch_object *object = need_object(s, value, need_text(s, value, "object"));
	const korch_key key = korch_object_key(object);
	const korch_delete_options options = {.grace_seconds = number_of(value, "grace", -1),
	                                      .propagation = propagation_of(s, value)};
	must(s, value, korch_cluster_delete(s->cluster, &key, &options, &error), &error);
	korch_object_unref(object);
}

static void do_node_down(scenario *s, json_object *step, json_object *value)
{
	must(s, step, korch_sim_node_down(s->runtime, json_object_get_string(value), 0), NULL);
}

static void do_node_freeze(scenario *s, json_object *step, json_object *value)
{
	must(s, step, korch_sim_node_down(s->runtime, json_object_get_string(value), 1), NULL);
}

static void do_node_up(scenario *s, json_object *step, json_object *value)
{
	must(s, step, korch_sim_node_up(s->runtime, json_object_get_string(value)), NULL);
}

/* The container's id on the runtime: behind "sim://" in the pod's status. */
static void container_id(const scenario *s, json_object *value, char *out, size_t size)
{
	char path[256];
	korch_object *pod = need_object(s, value, need_text(s, value, "object"));
	json_object *tree = tree_of(pod);
	snprintf(path, sizeof(path), "status.containerStatuses[name=%s].containerID",
	         need_text(s, value, "container"));
	json_object *id = value_at(tree, path);
	const char *text = id ? strstr(json_object_get_string(id), "://") : NULL;
	if (!text)
		fail(s, value, "the container has no containerID");
	snprintf(out, size, "%s", text + 3);
	json_object_put(tree);
	korch_object_unref(pod);
}

/* {object: pod, container, code, signal} */
static void do_exit(scenario *s, json_object *step, json_object *value)
{
	char id[300];
	container_id(s, value, id, sizeof(id));
	must(s, value,
	     korch_sim_container_exit(s->runtime, id, (int)number_of(value, "code", 0),
	                              (int)number_of(value, "signal", 0)),
	     NULL);
}

/* {object: pod, container, type, result: 1, 0 or -1} */
static void do_probe(scenario *s, json_object *step, json_object *value)
{
	char id[300];
	container_id(s, value, id, sizeof(id));
	must(s, value,
	     korch_sim_container_probe(s->runtime, id, need_text(s, value, "type"),
	                               (int)number_of(value, "result", -1)),
	     NULL);
}

/* A rule of the simulated runtime. */
static void do_rule(scenario *s, json_object *step, json_object *value)
{
	korch_error *error = NULL;
	const korch_sim_rule rule = {
	    .size = sizeof(rule),
	    .node = text_of(value, "node", NULL),
	    .pod = text_of(value, "pod", NULL),
	    .container = text_of(value, "container", NULL),
	    .image = text_of(value, "image", NULL),
	    .pull_us = span_of(s, value, "pull", 0),
	    .pull_error = text_of(value, "pull-error", NULL),
	    .pull_failures = (int32_t)number_of(value, "pull-failures", 0),
	    .start_us = span_of(s, value, "start", 0),
	    .start_error = text_of(value, "start-error", NULL),
	    .run_us = span_of(s, value, "run", 0),
	    .exit_code = (int32_t)number_of(value, "exit-code", 0),
	    .term_us = span_of(s, value, "term", 0),
	    .readiness = text_of(value, "readiness", NULL),
	    .liveness = text_of(value, "liveness", NULL),
	    .startup = text_of(value, "startup", NULL),
	};
	must(s, value, korch_sim_rule_add(s->runtime, &rule, &error), &error);
}

static void do_expect(scenario *s, json_object *step, json_object *value)
{
	if (!json_object_is_type(value, json_type_array))
		fail(s, step, "\"expect\" is a list");
	for (size_t i = 0; i < json_object_array_length(value); i++)
		check(s, json_object_array_get_idx(value, i));
}

static void do_settle(scenario *s, json_object *step, json_object *value)
{
	korch_error *error = NULL;
	must(s, step,
	     korch_cluster_settle(s->cluster, parse_span(s, step, json_object_get_string(value)),
	                          &error),
	     &error);
}

void do_step(scenario *s, json_object *step)
{
	static const struct {
		const char *name;
		void (*fn)(scenario *s, json_object *step, json_object *value);
	} KINDS[] = {
	    {"apply", do_apply},
	    {"at", do_at},
	    {"delete", do_delete},
	    {"exit", do_exit},
	    {"expect", do_expect},
	    {"node-down", do_node_down},
	    {"node-freeze", do_node_freeze},
	    {"node-up", do_node_up},
	    {"pass", do_pass},
	    {"probe", do_probe},
	    {"refuse", do_refuse},
	    {"restart", do_restart},
	    {"rule", do_rule},
	    {"scale", do_scale},
	    {"settle", do_settle},
	    {"metric", do_metric},
	    {"rollout", do_rollout},
	    {"undo", do_undo},
	    {"wait", do_wait},
	    {"webhook", do_webhook},
	};
	if (!json_object_is_type(step, json_type_object) || json_object_object_length(step) != 1)
		fail(s, step, "a step is a mapping with one key");
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
		json_object *value;
		if (json_object_object_get_ex(step, KINDS[i].name, &value)) {
			KINDS[i].fn(s, step, value);
			return;
		}
	}
	fail(s, step, "unknown step: %s", json_object_to_json_string(step));
}
