/*
 * Rollouts and the traffic router. One request of the pull controller is one look at a Rollout: its
 * weights are set, then what is in force is asked for, and status.canary.weights.verified is
 * written. What the weights are is decided in lib/control/rollout.
 */
#include "cluster/routing.h"

#include "base/cleanup.h"
#include "base/table.h"
#include "base/text.h"
#include "cluster/serving.h"
#include "control/pods.h"
#include "control/rollout/rollout.h"
#include "control/rollout/traffic.h"
#include <korch/api/rollout.h>
#include <string.h>

/* How soon it is asked again whether weights are in force, and tried again after a failure. */
#define ASK_AGAIN (200 * KORCH_USEC_PER_MSEC)
#define TRY_AGAIN (5 * KORCH_USEC_PER_SEC)
#define ANNOTATION_ADDRESS "korch.dev/router-address"
#define ANNOTATION_METRICS "korch.dev/router-metrics"

struct korch__routing {
	korch_engine *engine;
	korch_router *router;
	korch_controller *controller;
	int is_strange; /* it has to be told what serves */
};

/* A look under way. */
typedef struct look {
	korch__routing *routing;
	korch_request request;
	char *namespace_, *name;        /* what the request points to */
	korch_traffic_weights *weights; /* that were set */
} look;

static void look_free(look *l)
{
	if (!l)
		return;
	korch_block_unref(l->weights);
	korch__free(l->namespace_);
	korch__free(l->name);
	korch__free(l);
}

/* Hands the request back, with a plan (taken; may be NULL) or a failure. */
static void look_finish(look *l, korch_plan *plan, int code)
{
	korch_controller_finish(l->routing->controller, &l->request, plan, code);
	look_free(l);
}

static look *look_new(korch__routing *routing, const korch_request *request)
{
	look *l = korch__calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->routing = routing;
	l->namespace_ = korch__strdup(request->key.namespace_);
	l->name = korch__strdup(request->key.name);
	l->request = *request;
	l->request.key.namespace_ = l->namespace_;
	l->request.key.name = l->name;
	if (l->namespace_ && l->name)
		return l;
	look_free(l);
	return NULL;
}

static const korch_rollout *rollout_of(const look *l)
{
	return (const korch_rollout *)korch_view_get(korch_engine_view(l->routing->engine),
	                                             &korch_rollout_kind, l->namespace_, l->name);
}

static const korch_traffic_weights *weights_of(const korch_rollout *rollout)
{
	const korch_rollout_status *status = rollout ? rollout->status : NULL;
	return status && status->canary ? status->canary->weights : NULL;
}

/* Equal but for `verified`. */
static int same_weights(const korch_traffic_weights *a, const korch_traffic_weights *b)
{
	if (!a || !b || a->n_additional != b->n_additional)
		return 0;
	for (size_t i = 0; i < a->n_additional; i++) {
		if (!korch_struct_equal(&a->additional[i], &b->additional[i],
		                        &korch_weight_destination_type))
			return 0;
	}
	return korch_struct_equal(a->canary, b->canary, &korch_weight_destination_type) &&
	       korch_struct_equal(a->stable, b->stable, &korch_weight_destination_type);
}

/* Asks to be called again without writing anything. */
static void look_again(look *l, korch_usec after, const char *problem)
{
	korch_plan *plan = NULL;
	const korch_rollout *rollout = rollout_of(l);
	if (korch_plan_new(&plan) < 0) {
		look_finish(l, NULL, KORCH_E_NOMEM);
		return;
	}
	if (problem && rollout)
		korch_plan_event(plan, &rollout->object, "Warning", "TrafficRoutingError", "%s", problem);
	korch_plan_wake_at(plan, korch_view_now(korch_engine_view(l->routing->engine)) + after);
	look_finish(l, plan, 0);
}

static int annotate(korch_rollout *edited, const char *key, const char *value)
{
	if (!value || !*value || korch__text_equal(korch__annotation(&edited->object, key), value))
		return 0;
	korch_object_meta *meta = korch_object_edit_meta(&edited->object);
	return meta ? korch_map_set(&meta->annotations, key, value) : KORCH_E_NOMEM;
}

/* The weights are in force: the status says so. */
static int write_verified(korch_plan *plan, const korch_rollout *rollout,
                          const korch_traffic_report *report)
{
	korch_rollout *edited = (korch_rollout *)korch_object_edit(&rollout->object);
	korch_rollout_status *status =
	    edited ? korch_struct_edit(&edited->status, &korch_rollout_status_type) : NULL;
	korch_rollout_canary_status *canary =
	    status ? korch_struct_edit(&status->canary, &korch_rollout_canary_status_type) : NULL;
	korch_traffic_weights *weights =
	    canary ? korch_struct_edit(&canary->weights, &korch_traffic_weights_type) : NULL;
	if (!weights || annotate(edited, ANNOTATION_ADDRESS, report->address) < 0 ||
	    annotate(edited, ANNOTATION_METRICS, report->metrics) < 0) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	KORCH_SET(weights, korch_traffic_weights, verified, 1);
	if (!korch_map_equal(edited->object.metadata->annotations,
	                     rollout->object.metadata->annotations))
		korch_plan_event(plan, &rollout->object, "Normal", "TrafficRouted",
		                 "Traffic is routed at %s%s%s", report->address,
		                 *report->metrics ? ", metrics at " : "", report->metrics);
	return korch_plan_update_status(plan, &rollout->object, &edited->object);
}

static void on_report(void *userdata, int code, const korch_traffic_report *report)
{
	look *l = userdata;
	const korch_rollout *rollout = rollout_of(l);
	const korch_traffic_weights *weights = weights_of(rollout);
	korch_plan *plan = NULL;
	if (code < 0) {
		look_finish(l, NULL, code);
	} else if (!same_weights(weights, l->weights) || (weights && weights->verified)) {
		look_finish(l, NULL, 0); /* they have changed: another request is on its way */
	} else if (!report->in_force) {
		look_again(l, ASK_AGAIN, NULL);
	} else {
		code = korch_plan_new(&plan);
		if (code == 0)
			code = write_verified(plan, rollout, report);
		look_finish(l, plan, code);
	}
}

static void on_set(void *userdata, int code, const char *message)
{
	look *l = userdata;
	if (code == KORCH_E_CLOSED || code == KORCH_E_CANCELED)
		look_finish(l, NULL, code == KORCH_E_CLOSED ? code : 0);
	else if (code < 0)
		look_again(l, TRY_AGAIN, message);
	else if ((code = korch_router_get(l->routing->router, l->namespace_, l->name, on_report, l)) <
	         0)
		look_finish(l, NULL, code);
}

static void on_removed(void *userdata, int code, const char *message)
{
	look_finish(userdata, NULL, code == KORCH_E_CANCELED ? 0 : code);
}

/* With the addresses of what serves each revision. */
static int set_traffic(look *l, korch__argo_traffic *traffic, korch_error **err)
{
	korch__serving serving = {0};
	int code =
	    !l->routing->is_strange
	        ? 0
	        : korch__serving_fill(&serving, traffic->destinations, traffic->traffic.n_destinations,
	                              &traffic->traffic, korch_engine_view(l->routing->engine));
	if (code == 0)
		code = korch_router_set(l->routing->router, &traffic->traffic, on_set, l, err);
	korch__serving_fini(&serving);
	return code;
}

static void look_at(korch__routing *routing, const korch_request *request)
{
	look *l = look_new(routing, request);
	_cleanup_error_ korch_error *problem = NULL;
	korch__argo_traffic traffic;
	if (!l) {
		korch_controller_finish(routing->controller, request, NULL, KORCH_E_NOMEM);
		return;
	}
	const korch_rollout *rollout = rollout_of(l);
	int code = rollout && !korch__is_deleting(&rollout->object)
	               ? korch__argo_traffic_of(&traffic, rollout)
	               : 0;
	if (code == 0) {
		code = korch_router_remove(routing->router, l->namespace_, l->name, on_removed, l);
	} else if (code > 0) {
		l->weights = korch_block_ref(weights_of(rollout));
		code = set_traffic(l, &traffic, &problem);
	}
	if (rollout)
		korch__argo_traffic_fini(&traffic);
	if (code < 0 && problem)
		look_again(l, TRY_AGAIN, korch_error_message(problem));
	else if (code < 0)
		look_finish(l, NULL, code);
}

static void on_ready(void *userdata)
{
	korch__routing *routing = userdata;
	korch_request request;
	while (korch_controller_next(routing->controller, &request) == 1)
		look_at(routing, &request);
}

static int is_routed(const korch_object *object)
{
	const korch_rollout_spec *spec = object ? ((const korch_rollout *)object)->spec : NULL;
	const korch_canary_strategy *canary = spec && spec->strategy ? spec->strategy->canary : NULL;
	return canary && canary->traffic_routing;
}

/* Changes of what is asked for only: not each change of a counter. */
static int concerns(void *userdata, const korch_object *previous, const korch_object *object)
{
	const korch_rollout *old = (const korch_rollout *)previous,
	                    *now = (const korch_rollout *)object;
	if (!is_routed(previous) && !is_routed(object))
		return 0;
	if (!old || !now || old->spec != now->spec || korch__is_deleting(object))
		return 1;
	const korch_traffic_weights *weights = weights_of(now);
	return !same_weights(weights_of(old), weights) || (weights && !weights->verified) ||
	       (old->status ? old->status->current_step_index : 0) !=
	           (now->status ? now->status->current_step_index : 0);
}

/* Rollouts that send traffic to a pod's revision. */
typedef struct search {
	const char *hash;
	korch_enqueue *enqueue;
} search;

static int is_destination(const korch_weight_destination *to, const char *hash)
{
	return to && korch__text_equal(to->pod_template_hash, hash);
}

static int enqueue_if_sending(void *userdata, const korch_object *object)
{
	const search *s = userdata;
	const korch_traffic_weights *weights = weights_of((const korch_rollout *)object);
	int sends =
	    weights && is_routed(object) &&
	    (is_destination(weights->canary, s->hash) || is_destination(weights->stable, s->hash));
	for (size_t i = 0; weights && !sends && i < weights->n_additional; i++)
		sends = is_destination(&weights->additional[i], s->hash);
	if (sends)
		korch_enqueue_key(s->enqueue, korch_object_namespace(object), korch_object_name(object));
	return 0;
}

/* What can serve, and where: only changes of that matter. */
static int serves(const korch_object *pod)
{
	return pod && korch__pod_is_active(korch__pod_of(pod)) &&
	       korch__pod_is_ready(korch__pod_of(pod));
}

static void map_pod(void *userdata, const korch_view *view, const korch_object *previous,
                    const korch_object *object, korch_enqueue *enqueue)
{
	const korch_object *pod = object ? object : previous;
	search s = {korch__argo_hash_of(pod), enqueue};
	const korch_view_query query = {.kind = &korch_rollout_kind,
	                                .namespace_ = korch_object_namespace(pod)};
	if (s.hash[0] && serves(previous) != serves(object))
		korch_view_each(view, &query, enqueue_if_sending, &s);
}

int korch__routing_new(korch__routing **out, korch_engine *engine, korch_router *router,
                       int is_strange, korch_error **err)
{
	korch__routing *routing = korch__calloc(1, sizeof(*routing));
	if (!routing)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	routing->engine = engine;
	routing->router = router;
	routing->is_strange = is_strange;
	static const korch_controller_watch watches[] = {{.kind = &korch_pod_kind, .map = map_pod}};
	const korch_controller_spec spec = {
	    .size = sizeof(spec),
	    .name = "traffic-routing",
	    .watches = watches,
	    .n_watches = is_strange ? KORCH_COUNT(watches) : 0,
	    .kind = &korch_rollout_kind,
	    .concerns = concerns,
	};
	int code = korch_engine_add(&routing->controller, engine, &spec, err);
	if (code < 0) {
		korch__free(routing);
		return code;
	}
	korch_controller_on_ready(routing->controller, on_ready, routing);
	*out = routing;
	return 0;
}

void korch__routing_free(korch__routing *routing)
{
	korch__free(routing);
}
