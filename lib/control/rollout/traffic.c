/* A Rollout's weights and routes as a router wants them. Which weights: weights.c. */
#include "control/rollout/traffic.h"
#include "base/alloc.h"
#include "base/text.h"
#include "control/pods.h"
#include "control/rollout/rollout.h"
#include <stdio.h>

static const korch_canary_strategy *canary_of(const korch_rollout *rollout)
{
	const korch_rollout_strategy *strategy = rollout->spec ? rollout->spec->strategy : NULL;
	return strategy ? strategy->canary : NULL;
}

/* Adds a share; shares of one revision are one. */
static void add_destination(korch_traffic *to, korch_traffic_destination *list,
                            const korch_weight_destination *from)
{
	if (!from || !from->pod_template_hash)
		return;
	for (size_t i = 0; i < to->n_destinations; i++) {
		if (korch__text_equal(list[i].hash, from->pod_template_hash)) {
			list[i].weight += from->weight;
			return;
		}
	}
	if (to->n_destinations < KORCH_TRAFFIC_DESTINATIONS_MAX)
		list[to->n_destinations++] = (korch_traffic_destination){
		    .hash = from->pod_template_hash, .service = from->service_name, .weight = from->weight};
}

static korch_traffic_string string_of(const korch_string_match *match)
{
	if (!match)
		return (korch_traffic_string){0};
	if (match->exact)
		return (korch_traffic_string){.value = match->exact, .kind = KORCH_TRAFFIC_EXACT};
	if (match->prefix)
		return (korch_traffic_string){.value = match->prefix, .kind = KORCH_TRAFFIC_PREFIX};
	if (match->regex)
		return (korch_traffic_string){.value = match->regex, .kind = KORCH_TRAFFIC_REGEX};
	return (korch_traffic_string){0};
}

/* A header route matches when all of its headers do: one match. */
static void add_header_route(korch__asked_traffic *t, const korch_set_header_route *route,
                             const char *canary)
{
	korch_traffic_match *match = &t->matches[t->n_matches++];
	*match =
	    (korch_traffic_match){.headers = &t->headers[t->n_headers], .n_headers = route->n_match};
	for (size_t i = 0; i < route->n_match; i++)
		t->headers[t->n_headers++] =
		    (korch_traffic_header){.name = korch__text_or_empty(route->match[i].header_name),
		                           .value = string_of(route->match[i].header_value)};
	t->header_routes[t->traffic.n_header_routes++] = (korch_traffic_route){
	    .name = route->name, .destination = canary, .matches = match, .n_matches = 1};
}

static void add_mirror_route(korch__asked_traffic *t, const korch_set_mirror_route *route,
                             const char *canary)
{
	korch_traffic_match *matches = &t->matches[t->n_matches];
	for (size_t i = 0; i < route->n_match; i++)
		t->matches[t->n_matches++] = (korch_traffic_match){
		    .method = string_of(route->match[i].method), .path = string_of(route->match[i].path)};
	int set = KORCH_IS_SET(route, korch_set_mirror_route, percentage);
	t->mirror_routes[t->traffic.n_mirror_routes++] =
	    (korch_traffic_route){.name = route->name,
	                          .destination = canary,
	                          .matches = matches,
	                          .n_matches = route->n_match,
	                          .percentage = set ? route->percentage : 100};
}

static const char *route_name(const korch_canary_step *step)
{
	if (step->set_header_route)
		return step->set_header_route->name;
	return step->set_mirror_route ? step->set_mirror_route->name : NULL;
}

/* A later step of that name takes the place of an earlier one, or removes the route. */
static int is_replaced(const korch_canary_strategy *canary, size_t step, size_t last)
{
	for (size_t i = step + 1; i <= last && i < canary->n_steps; i++) {
		const char *name = route_name(&canary->steps[i]);
		if (name && korch__text_equal(name, route_name(&canary->steps[step])))
			return 1;
	}
	return 0;
}

static int add_routes(korch__asked_traffic *t, const korch_canary_strategy *canary,
                      const korch_rollout_status *status)
{
	size_t last = (size_t)status->current_step_index, matches = 0, headers = 0;
	for (size_t i = 0; i < canary->n_steps; i++) {
		const korch_canary_step *step = &canary->steps[i];
		headers += step->set_header_route ? step->set_header_route->n_match : 0;
		matches += step->set_header_route ? 1 : 0;
		matches += step->set_mirror_route ? step->set_mirror_route->n_match : 0;
	}
	t->matches = korch__calloc(matches + 1, sizeof(*t->matches));
	t->headers = korch__calloc(headers + 1, sizeof(*t->headers));
	if (!t->matches || !t->headers)
		return KORCH_E_NOMEM;
	for (size_t i = 0; i <= last && i < canary->n_steps; i++) {
		const korch_canary_step *step = &canary->steps[i];
		if (!route_name(step) || is_replaced(canary, i, last))
			continue;
		if (step->set_header_route && step->set_header_route->n_match > 0 &&
		    t->traffic.n_header_routes < KORCH_TRAFFIC_ROUTES_MAX)
			add_header_route(t, step->set_header_route, status->current_pod_hash);
		else if (step->set_mirror_route && step->set_mirror_route->n_match > 0 &&
		         t->traffic.n_mirror_routes < KORCH_TRAFFIC_ROUTES_MAX)
			add_mirror_route(t, step->set_mirror_route, status->current_pod_hash);
	}
	return 0;
}

/* The service that clients call: one that the routing names, or the stable one. */
static const char *root_service(const korch_rollout *rollout)
{
	const korch_rollout_traffic_routing *routing = canary_of(rollout)->traffic_routing;
	if (routing->smi && routing->smi->root_service)
		return routing->smi->root_service;
	if (routing->alb && routing->alb->root_service)
		return routing->alb->root_service;
	const char *stable = korch__argo_service_name(rollout, KORCH__ARGO_STABLE);
	if (stable)
		return stable;
	const korch_traffic_weights *weights = rollout->status->canary->weights;
	return weights->stable ? weights->stable->service_name : NULL; /* it was found */
}

static int asks(korch__asked_traffic *out, const korch_object *object)
{
	const korch_rollout *rollout = (const korch_rollout *)object;
	const korch_canary_strategy *canary = canary_of(rollout);
	const korch_rollout_status *status = rollout->status;
	const korch_traffic_weights *weights =
	    status && status->canary ? status->canary->weights : NULL;
	*out = (korch__asked_traffic){.traffic = {.size = sizeof(korch_traffic)}};
	if (!canary || !canary->traffic_routing || !weights)
		return 0;
	korch_traffic *t = &out->traffic;
	t->namespace_ = korch_object_namespace(&rollout->object);
	t->name = korch_object_name(&rollout->object);
	t->service = root_service(rollout);
	t->max_weight = canary->traffic_routing->max_traffic_weight;
	t->destinations = out->destinations;
	t->header_routes = out->header_routes;
	t->mirror_routes = out->mirror_routes;
	add_destination(t, out->destinations, weights->stable);
	add_destination(t, out->destinations, weights->canary);
	for (size_t i = 0; i < weights->n_additional; i++)
		add_destination(t, out->destinations, &weights->additional[i]);
	if (!t->service || t->n_destinations == 0)
		return 0;
	int over = korch__text_equal(status->current_pod_hash, status->stable_rs);
	if (!over && !status->abort && !status->promote_full && add_routes(out, canary, status) < 0)
		return KORCH_E_NOMEM;
	return 1;
}

static const korch_traffic_weights *weights_of(const korch_rollout *rollout)
{
	const korch_rollout_status *status = rollout ? rollout->status : NULL;
	return status && status->canary ? status->canary->weights : NULL;
}

/* Equal but for `verified`. */
static int same(const korch_object *one, const korch_object *two)
{
	const korch_traffic_weights *a = weights_of((const korch_rollout *)one),
	                            *b = weights_of((const korch_rollout *)two);
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

static int is_routed(const korch_object *object)
{
	const korch_canary_strategy *canary = object ? canary_of((const korch_rollout *)object) : NULL;
	return canary && canary->traffic_routing;
}

static int is_verified(const korch_object *object)
{
	const korch_traffic_weights *weights = weights_of((const korch_rollout *)object);
	return weights && weights->verified;
}

/* Changes of what is asked for only: not each change of a counter. */
static int concerns(const korch_object *previous, const korch_object *object)
{
	const korch_rollout *old = (const korch_rollout *)previous,
	                    *now = (const korch_rollout *)object;
	if (!is_routed(previous) && !is_routed(object))
		return 0;
	if (!old || !now || old->spec != now->spec || korch__is_deleting(object))
		return 1;
	return !same(previous, object) || (weights_of(now) && !is_verified(object)) ||
	       (old->status ? old->status->current_step_index : 0) !=
	           (now->status ? now->status->current_step_index : 0);
}

static int verify(korch_object *object)
{
	korch_rollout *edited = (korch_rollout *)object;
	korch_rollout_status *status = korch_struct_edit(&edited->status, &korch_rollout_status_type);
	korch_rollout_canary_status *canary =
	    status ? korch_struct_edit(&status->canary, &korch_rollout_canary_status_type) : NULL;
	korch_traffic_weights *weights =
	    canary ? korch_struct_edit(&canary->weights, &korch_traffic_weights_type) : NULL;
	if (!weights)
		return KORCH_E_NOMEM;
	KORCH_SET(weights, korch_traffic_weights, verified, 1);
	return 0;
}

const korch__routed korch__argo_routed = {
    .kind = &korch_rollout_kind,
    .controller = "traffic-routing",
    .prefix = "",
    .asks = asks,
    .concerns = concerns,
    .same = same,
    .is_verified = is_verified,
    .verify = verify,
};

static uint32_t header_needs(const korch_set_header_route *route)
{
	uint32_t needs = 0;
	for (size_t i = 0; i < route->n_match; i++) {
		const korch_string_match *value = route->match[i].header_value;
		needs |= value && value->regex    ? KORCH_ROUTER_HEADER_REGEX
		         : value && value->prefix ? KORCH_ROUTER_HEADER_PREFIX
		                                  : KORCH_ROUTER_HEADER_EXACT;
	}
	return needs;
}

static int refuse_one(uint32_t capabilities, uint32_t bits, size_t step, const char *what,
                      korch_error **err)
{
	char path[96];
	snprintf(path, sizeof(path), "spec.strategy.canary.steps[%zu].%s", step, what);
	for (uint32_t bit = 1; bit && bit <= bits; bit <<= 1) {
		const korch_traffic_need need = {.capability = bit, .path = path};
		int code = bits & bit ? korch_router_refuses(capabilities, &need, 1, err) : 0;
		if (code < 0)
			return code;
	}
	return 0;
}

int korch__argo_refuse_routing(uint32_t capabilities, const korch_rollout *rollout,
                               korch_error **err)
{
	const korch_canary_strategy *canary = canary_of(rollout);
	if (!canary || !canary->traffic_routing)
		return 0;
	const korch_traffic_need weights = {.capability = KORCH_ROUTER_WEIGHTS,
	                                    .path = "spec.strategy.canary.trafficRouting"};
	int code = korch_router_refuses(capabilities, &weights, 1, err);
	for (size_t i = 0; code == 0 && i < canary->n_steps; i++) {
		const korch_canary_step *step = &canary->steps[i];
		if (step->set_header_route)
			code = refuse_one(capabilities, header_needs(step->set_header_route), i,
			                  "setHeaderRoute", err);
		else if (step->set_mirror_route && step->set_mirror_route->n_match > 0)
			code = refuse_one(capabilities, KORCH_ROUTER_MIRROR, i, "setMirrorRoute", err);
	}
	return code;
}
