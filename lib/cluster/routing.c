/*
 * Objects and the traffic router. One request of a pull controller is one look at a Rollout or
 * Canary: its weights are set, then what is in force is asked for, and the object is told. What the
 * weights are is decided in lib/control/rollout and lib/control/flagger.
 */
#include "cluster/routing.h"

#include "base/cleanup.h"
#include "base/table.h"
#include "base/text.h"
#include "cluster/serving.h"
#include "control/flagger/traffic.h"
#include "control/pods.h"
#include "control/rollout/traffic.h"
#include <string.h>

/* How soon it is asked again whether weights are in force, and tried again after a failure. */
#define ASK_AGAIN (200 * KORCH_USEC_PER_MSEC)
#define TRY_AGAIN (5 * KORCH_USEC_PER_SEC)
#define ANNOTATION_ADDRESS "korch.dev/router-address"
#define ANNOTATION_METRICS "korch.dev/router-metrics"

/* One kind of objects that ask. */
typedef struct routed_kind {
	korch__routing *routing;
	const korch__routed *routed;
	korch_controller *controller;
} routed_kind;

struct korch__routing {
	korch_engine *engine;
	korch_router *router;
	int is_strange; /* it has to be told what serves */
	routed_kind kinds[2];
};

/* A look under way. */
typedef struct look {
	korch__routing *routing;
	const routed_kind *kind;
	korch_request request;
	char *namespace_, *name; /* what the request points to */
	char *traffic;           /* name of the traffic */
	korch_object *seen;      /* what asked for the traffic that was set */
} look;

static void look_free(look *l)
{
	if (!l)
		return;
	korch_object_unref(l->seen);
	korch__free(l->traffic);
	korch__free(l->namespace_);
	korch__free(l->name);
	korch__free(l);
}

/* Hands the request back, with a plan (taken; may be NULL) or a failure. */
static void look_finish(look *l, korch_plan *plan, int code)
{
	korch_controller_finish(l->kind->controller, &l->request, plan, code);
	look_free(l);
}

static look *look_new(const routed_kind *kind, const korch_request *request)
{
	look *l = korch__calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->routing = kind->routing;
	l->kind = kind;
	l->namespace_ = korch__strdup(request->key.namespace_);
	l->name = korch__strdup(request->key.name);
	l->traffic = korch__sprintf("%s%s", kind->routed->prefix, request->key.name);
	l->request = *request;
	l->request.key.namespace_ = l->namespace_;
	l->request.key.name = l->name;
	if (l->namespace_ && l->name && l->traffic)
		return l;
	look_free(l);
	return NULL;
}

static const korch_object *object_of(const look *l)
{
	return korch_view_get(korch_engine_view(l->routing->engine), l->kind->routed->kind,
	                      l->namespace_, l->name);
}

/* Asks to be called again without writing anything. */
static void look_again(look *l, korch_usec after, const char *problem)
{
	korch_plan *plan = NULL;
	const korch_object *object = object_of(l);
	if (korch_plan_new(&plan) < 0) {
		look_finish(l, NULL, KORCH_E_NOMEM);
		return;
	}
	if (problem && object)
		korch_plan_event(plan, object, "Warning", "TrafficRoutingError", "%s", problem);
	korch_plan_wake_at(plan, korch_view_now(korch_engine_view(l->routing->engine)) + after);
	look_finish(l, plan, 0);
}

static int annotate(korch_object *edited, const char *key, const char *value)
{
	if (!value || !*value || korch__text_equal(korch__annotation(edited, key), value))
		return 0;
	korch_object_meta *meta = korch_object_edit_meta(edited);
	return meta ? korch_map_set(&meta->annotations, key, value) : KORCH_E_NOMEM;
}

/* The weights are in force: the object says so. */
static int write_verified(korch_plan *plan, const korch__routed *routed, const korch_object *object,
                          const korch_traffic_report *report)
{
	korch_object *edited = korch_object_edit(object);
	if (!edited || routed->verify(edited) < 0 ||
	    annotate(edited, ANNOTATION_ADDRESS, report->address) < 0 ||
	    annotate(edited, ANNOTATION_METRICS, report->metrics) < 0) {
		korch_object_unref(edited);
		return KORCH_E_NOMEM;
	}
	const char *address = korch__text_or_empty(report->address);
	if (*address && !korch__text_equal(korch__annotation(object, ANNOTATION_ADDRESS), address))
		korch_plan_event(plan, object, "Normal", "TrafficRouted", "Traffic is routed at %s%s%s",
		                 address, *report->metrics ? ", metrics at " : "", report->metrics);
	return korch_plan_update_status(plan, object, edited);
}

static void on_report(void *userdata, int code, const korch_traffic_report *report)
{
	look *l = userdata;
	const korch_object *object = object_of(l);
	const korch__routed *routed = l->kind->routed;
	korch_plan *plan = NULL;
	if (code < 0) {
		look_finish(l, NULL, code);
	} else if (!object || !routed->same(object, l->seen) || routed->is_verified(object)) {
		look_finish(l, NULL, 0); /* they have changed: another request is on its way */
	} else if (!report->in_force) {
		look_again(l, ASK_AGAIN, NULL);
	} else {
		code = korch_plan_new(&plan);
		if (code == 0)
			code = write_verified(plan, routed, object, report);
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
	else if ((code = korch_router_get(l->routing->router, l->namespace_, l->traffic, on_report,
	                                  l)) < 0)
		look_finish(l, NULL, code);
}

static void on_removed(void *userdata, int code, const char *message)
{
	look_finish(userdata, NULL, code == KORCH_E_CANCELED ? 0 : code);
}

/* With the addresses of what serves each revision. */
static int set_traffic(look *l, korch__asked_traffic *asked, korch_error **err)
{
	korch__serving serving = {0};
	int code =
	    !l->routing->is_strange
	        ? 0
	        : korch__serving_fill(&serving, asked->destinations, asked->traffic.n_destinations,
	                              &asked->traffic, korch_engine_view(l->routing->engine));
	if (code == 0)
		code = korch_router_set(l->routing->router, &asked->traffic, on_set, l, err);
	korch__serving_fini(&serving);
	return code;
}

static void look_at(const routed_kind *kind, const korch_request *request)
{
	look *l = look_new(kind, request);
	_cleanup_error_ korch_error *problem = NULL;
	_cleanup_(korch__asked_traffic_fini) korch__asked_traffic traffic = {.tree = NULL};
	if (!l) {
		korch_controller_finish(kind->controller, request, NULL, KORCH_E_NOMEM);
		return;
	}
	const korch_object *object = object_of(l);
	korch_router *router = kind->routing->router;
	int code = object && !korch__is_deleting(object) ? kind->routed->asks(&traffic, object) : 0;
	if (code == 0) {
		code = korch_router_remove(router, l->namespace_, l->traffic, on_removed, l);
	} else if (code > 0) {
		l->seen = korch_object_ref(object);
		code = set_traffic(l, &traffic, &problem);
	}
	if (code < 0 && problem)
		look_again(l, TRY_AGAIN, korch_error_message(problem));
	else if (code < 0)
		look_finish(l, NULL, code);
}

static void on_ready(void *userdata)
{
	const routed_kind *kind = userdata;
	korch_request request;
	while (korch_controller_next(kind->controller, &request) == 1)
		look_at(kind, &request);
}

static int concerns(void *userdata, const korch_object *previous, const korch_object *object)
{
	const routed_kind *kind = userdata;
	return kind->routed->concerns(previous, object);
}

/* Objects that send traffic to a pod's revision. */
typedef struct search {
	const korch__routed *routed;
	const char *hash;
	korch_enqueue *enqueue;
} search;

static int enqueue_if_sending(void *userdata, const korch_object *object)
{
	const search *s = userdata;
	_cleanup_(korch__asked_traffic_fini) korch__asked_traffic traffic = {.tree = NULL};
	int sends = 0;
	if (s->routed->asks(&traffic, object) != 1)
		return 0;
	for (size_t i = 0; i < traffic.traffic.n_destinations; i++)
		sends |= korch__text_equal(traffic.destinations[i].hash, s->hash);
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
	const routed_kind *kind = userdata;
	const korch_object *pod = object ? object : previous;
	search s = {kind->routed, korch__serving_revision(pod), enqueue};
	const korch_view_query query = {.kind = kind->routed->kind,
	                                .namespace_ = korch_object_namespace(pod)};
	if (s.hash[0] && serves(previous) != serves(object))
		korch_view_each(view, &query, enqueue_if_sending, &s);
}

static int add_kind(korch__routing *routing, size_t i, const korch__routed *routed,
                    korch_error **err)
{
	routed_kind *kind = &routing->kinds[i];
	*kind = (routed_kind){.routing = routing, .routed = routed};
	static const korch_controller_watch watches[] = {{.kind = &korch_pod_kind, .map = map_pod}};
	const korch_controller_spec spec = {
	    .size = sizeof(spec),
	    .name = routed->controller,
	    .watches = watches,
	    .n_watches = routing->is_strange ? KORCH_COUNT(watches) : 0,
	    .kind = routed->kind,
	    .concerns = concerns,
	    .userdata = kind,
	};
	int code = korch_engine_add(&kind->controller, routing->engine, &spec, err);
	if (code == 0)
		korch_controller_on_ready(kind->controller, on_ready, kind);
	return code;
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
	int code = add_kind(routing, 0, &korch__argo_routed, err);
	if (code == 0)
		code = add_kind(routing, 1, &korch__flagger_routed, err);
	*out = routing; /* controllers that were added keep pointing to it */
	return code;
}

void korch__routing_free(korch__routing *routing)
{
	korch__free(routing);
}
