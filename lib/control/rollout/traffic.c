/* A Rollout's weights and routes as a router wants them. Which weights: weights.c. */
#include "control/rollout/traffic.h"
#include "base/alloc.h"
#include "base/text.h"
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
static void add_header_route(korch__argo_traffic *t, const korch_set_header_route *route,
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

static void add_mirror_route(korch__argo_traffic *t, const korch_set_mirror_route *route,
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

static int add_routes(korch__argo_traffic *t, const korch_canary_strategy *canary,
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
	return korch__argo_service_name(rollout, KORCH__ARGO_STABLE);
}

int korch__argo_traffic_of(korch__argo_traffic *out, const korch_rollout *rollout)
{
	const korch_canary_strategy *canary = canary_of(rollout);
	const korch_rollout_status *status = rollout->status;
	const korch_traffic_weights *weights =
	    status && status->canary ? status->canary->weights : NULL;
	*out = (korch__argo_traffic){.traffic = {.size = sizeof(korch_traffic)}};
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

void korch__argo_traffic_fini(korch__argo_traffic *traffic)
{
	korch__free(traffic->matches);
	korch__free(traffic->headers);
	traffic->matches = NULL;
	traffic->headers = NULL;
}

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
