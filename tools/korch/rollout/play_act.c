/* What people do in a rehearsal, done; and how containers behave from a time on. */
#include "rollout/play.h"

#include <fnmatch.h>
#include <korch/api.h>
#include <korch/rollout.h>
#include <korch/sim.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_SHOWN = 8 };

static const char *or_null(const char *text)
{
	return *text ? text : NULL;
}

static int add_rule(play *self, const script_image *image, korch_error **err)
{
	const korch_sim_rule rule = {
	    .size = sizeof(rule),
	    .image = image->image,
	    .node = or_null(image->node),
	    .pod = or_null(image->pod),
	    .container = or_null(image->container),
	    .pull_us = image->pull,
	    .pull_error = or_null(image->pull_error),
	    .start_us = image->start,
	    .start_error = or_null(image->start_error),
	    .run_us = image->crash,
	    .exit_code = (int32_t)image->exit_code,
	    .crash_permille = (int32_t)image->crash_permille,
	    .crash_within_us = image->crash_within,
	    .startup = or_null(image->startup),
	    .readiness = or_null(image->readiness),
	    .liveness = or_null(image->liveness),
	};
	int code = korch_sim_rule_add(self->runtime, &rule, err);
	if (code < 0)
		korch_error_set_location(err, self->script->file, image->line);
	return code;
}

int play_set_rules(play *self, korch_usec at, korch_error **err)
{
	int code = korch_sim_rules_clear(self->runtime);
	for (size_t i = 0; code == 0 && i < self->script->n_images; i++) {
		const script_image *image = &self->script->images[i];
		if (image->from <= at && at < image->until)
			code = add_rule(self, image, err);
	}
	return code;
}

korch_usec play_next_rules(const play *self, korch_usec at)
{
	korch_usec next = KORCH_USEC_NEVER;
	for (size_t i = 0; i < self->script->n_images; i++) {
		const script_image *image = &self->script->images[i];
		if (image->from > at && image->from < next)
			next = image->from;
		if (image->until > at && image->until < next)
			next = image->until;
	}
	return next;
}

/* The only Rollout that there is. */
struct search {
	size_t n;
	char namespace_[64];
	char name[256];
	char all[512];
};

static int note_rollout(void *userdata, const korch_object *object)
{
	struct search *search = userdata;
	size_t at = strlen(search->all);
	if (search->n++ == 0) {
		snprintf(search->namespace_, sizeof(search->namespace_), "%s",
		         korch_object_namespace(object));
		snprintf(search->name, sizeof(search->name), "%s", korch_object_name(object));
	}
	if (search->n <= NAMES_SHOWN)
		snprintf(search->all + at, sizeof(search->all) - at, "%s%s", at ? ", " : "",
		         korch_object_name(object));
	return 0;
}

static int find_rollout(play *self, const script_action *action, struct search *out,
                        korch_error **err)
{
	const korch_view *view = korch_engine_view(korch_cluster_engine(self->cluster));
	const korch_view_query rollouts = {.kind = &korch_rollout_kind};
	const korch_view_query canaries = {.kind = &korch_flagger_canary_kind};
	const char *slash = strchr(action->rollout, '/');
	*out = (struct search){0};
	if (*action->rollout) {
		snprintf(out->namespace_, sizeof(out->namespace_), "%.*s",
		         slash ? (int)(slash - action->rollout) : 7, slash ? action->rollout : "default");
		snprintf(out->name, sizeof(out->name), "%.*s", (int)sizeof(out->name) - 1,
		         slash ? slash + 1 : action->rollout);
		return 0;
	}
	korch_view_each(view, &rollouts, note_rollout, out);
	korch_view_each(view, &canaries, note_rollout, out);
	if (out->n == 1)
		return 0;
	return korch_error_set(err, KORCH_E_INVALID, out->n ? "which rollout? there are %s" : "%s",
	                       out->n ? out->all : "there is no Rollout");
}

static int apply_file(play *self, const char *path, korch_error **err)
{
	char beside[SCRIPT_TEXT * 2];
	const char *slash = strrchr(self->script->file, '/');
	/* a path is meant from where the script stands */
	if (*path == '/' || !slash)
		snprintf(beside, sizeof(beside), "%s", path);
	else
		snprintf(beside, sizeof(beside), "%.*s/%s", (int)(slash - self->script->file),
		         self->script->file, path);
	return korch_cluster_apply_file(self->cluster, beside, err);
}

struct crash {
	play *play;
	const char *image;
	size_t n;
};

static int crash_pod(void *userdata, const korch_object *object)
{
	struct crash *crash = userdata;
	const korch_pod_status *status = ((const korch_pod *)object)->status;
	for (size_t i = 0; status && i < status->n_container_statuses; i++) {
		const korch_container_status *each = &status->container_statuses[i];
		const char *id = each->container_id ? strstr(each->container_id, "://") : NULL;
		if (id && each->image && fnmatch(crash->image, each->image, 0) == 0 &&
		    korch_sim_container_exit(crash->play->runtime, id + 3, 1, 0) == 0)
			crash->n++;
	}
	return 0;
}

static int crash_containers(play *self, const char *image, korch_error **err)
{
	struct crash crash = {.play = self, .image = image};
	const korch_view_query query = {.kind = &korch_pod_kind};
	korch_view_each(korch_engine_view(korch_cluster_engine(self->cluster)), &query, crash_pod,
	                &crash);
	return crash.n ? 0 : korch_error_set(err, KORCH_E_NOT_FOUND, "no container of %s runs", image);
}

static int set_node(play *self, const script_action *action, korch_error **err)
{
	int code = action->verb == SCRIPT_NODE_DOWN
	               ? korch_sim_node_down(self->runtime, action->text, 0)
	               : korch_sim_node_up(self->runtime, action->text);
	return code < 0 ? korch_error_set(err, code, "there is no node \"%s\"", action->text) : 0;
}

static int set_images(korch_deployment *edited, const script_action *action)
{
	size_t found = 0;
	korch_deployment_spec *spec = korch_struct_edit(&edited->spec, &korch_deployment_spec_type);
	korch_pod_template_spec *template_ =
	    spec ? korch_struct_edit(&spec->template_, &korch_pod_template_spec_type) : NULL;
	korch_pod_spec *pod =
	    template_ ? korch_struct_edit(&template_->spec, &korch_pod_spec_type) : NULL;
	korch_container *list = pod ? korch_list_edit(&pod->containers, &pod->n_containers,
	                                              &korch_container_type, pod->n_containers)
	                            : NULL;
	for (size_t i = 0; list && i < pod->n_containers; i++) {
		if (strcmp(action->container, "*") != 0 && strcmp(action->container, list[i].name) != 0)
			continue;
		if (korch_string_set(&list[i].image, action->text) < 0)
			return KORCH_E_NOMEM;
		found++;
	}
	return !list ? KORCH_E_NOMEM : found ? 0 : KORCH_E_NOT_FOUND;
}

/* What somebody does who updates the Deployment that a Canary leads. */
static int set_target_image(play *self, const script_action *action, const char *namespace_,
                            const char *name, korch_error **err)
{
	korch_plan *plan = NULL;
	korch_engine *engine = korch_cluster_engine(self->cluster);
	const korch_object *object =
	    korch_view_get(korch_engine_view(engine), &korch_deployment_kind, namespace_, name);
	if (!object)
		return korch_error_set(err, KORCH_E_NOT_FOUND, "deployments.apps \"%s\" not found", name);
	korch_object *edited = korch_object_edit(object);
	int code = edited ? set_images((korch_deployment *)edited, action) : KORCH_E_NOMEM;
	if (code == 0)
		code = korch_plan_new(&plan);
	if (code < 0) {
		korch_object_unref(edited);
		return korch_error_set(err, code, "\"%s\": %s", name,
		                       code == KORCH_E_NOT_FOUND ? "there is no such container"
		                                                 : korch_code_text(code));
	}
	code = korch_plan_update(plan, object, edited);
	if (code < 0) {
		korch_plan_free(plan);
		return korch_error_set(err, code, "%s", korch_code_text(code));
	}
	return korch_engine_submit(engine, plan, NULL, NULL, err);
}

/* The Canary of that name, when no Rollout has it. */
static const korch_flagger_canary *find_canary(const play *self, const struct search *on)
{
	const korch_view *view = korch_engine_view(korch_cluster_engine(self->cluster));
	if (korch_view_get(view, &korch_rollout_kind, on->namespace_, on->name))
		return NULL;
	return (const korch_flagger_canary *)korch_view_get(view, &korch_flagger_canary_kind,
	                                                    on->namespace_, on->name);
}

static int act_on_canary(play *self, const script_action *action,
                         const korch_flagger_canary *canary, korch_error **err)
{
	const korch_object *object = &canary->object;
	if (action->verb != SCRIPT_SET_IMAGE || !canary->spec || !canary->spec->target_ref)
		return korch_error_set(err, KORCH_E_UNSUPPORTED,
		                       "a Canary knows set-image and apply only; its webhooks and its "
		                       "target lead it");
	return set_target_image(self, action, korch_object_namespace(object),
	                        canary->spec->target_ref->name, err);
}

static int act_on_rollout(play *self, const script_action *action, const struct search *on,
                          korch_error **err)
{
	korch_cluster *cluster = self->cluster;
	const korch_key key = {&korch_rollout_kind, on->namespace_, on->name};
	switch (action->verb) {
	case SCRIPT_PROMOTE:
	case SCRIPT_PROMOTE_FULL:
		return korch_rollouts_promote(cluster, on->namespace_, on->name,
		                              action->verb == SCRIPT_PROMOTE_FULL, err);
	case SCRIPT_ABORT:
		return korch_rollouts_abort(cluster, on->namespace_, on->name, err);
	case SCRIPT_RETRY:
		return korch_rollouts_retry(cluster, on->namespace_, on->name, err);
	case SCRIPT_PAUSE:
	case SCRIPT_RESUME:
		return korch_rollouts_pause(cluster, on->namespace_, on->name, action->verb == SCRIPT_PAUSE,
		                            err);
	case SCRIPT_UNDO:
		return korch_rollouts_undo(cluster, on->namespace_, on->name, action->number, err);
	case SCRIPT_RESTART:
		return korch_rollouts_restart(cluster, on->namespace_, on->name, err);
	case SCRIPT_SET_IMAGE:
		return korch_rollouts_set_image(cluster, on->namespace_, on->name, action->container,
		                                action->text, err);
	default:
		return korch_cluster_scale(cluster, &key, (int32_t)action->number, err);
	}
}

static int do_action(play *self, const script_action *action, korch_error **err)
{
	struct search on;
	switch (action->verb) {
	case SCRIPT_APPLY:
		return apply_file(self, action->text, err);
	case SCRIPT_CRASH:
		return crash_containers(self, action->text, err);
	case SCRIPT_NODE_DOWN:
	case SCRIPT_NODE_UP:
		return set_node(self, action, err);
	default:
		break;
	}
	int code = find_rollout(self, action, &on, err);
	if (code < 0)
		return code;
	const korch_flagger_canary *canary = find_canary(self, &on);
	return canary ? act_on_canary(self, action, canary, err)
	              : act_on_rollout(self, action, &on, err);
}

static void tell(play *self, const script_action *action)
{
	char text[SCRIPT_TEXT * 2 + 64];
	char number[32] = "";
	if (action->verb == SCRIPT_SCALE || (action->verb == SCRIPT_UNDO && action->number))
		snprintf(number, sizeof(number), " %lld", (long long)action->number);
	snprintf(text, sizeof(text), "%s%s%s%s%s%s", script_verb_name(action->verb),
	         *action->rollout ? " " : "", action->rollout, number, *action->text ? " " : "",
	         action->text);
	story_action(self->story, korch_loop_now(self->loop), text);
}

int play_act(play *self, const script_action *action, korch_error **err)
{
	korch_error *error = NULL;
	tell(self, action);
	int code = do_action(self, action, &error);
	if (code < 0) {
		korch_error_set(err, code, "%s: %s", script_verb_name(action->verb),
		                korch_error_message(error));
		korch_error_set_location(err, self->script->file, action->line);
		korch_error_free(error);
	}
	return code;
}
