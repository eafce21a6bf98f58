/*
 * Rules of a canary and its steps. They and their sentences are Argo's: argo-rollouts,
 * pkg/apis/rollouts/validation/validation.go. As there, setCanaryScale, setHeaderRoute and
 * setMirrorRoute may stand beside each other and beside one of the other members of a step.
 */
#include "base/text.h"
#include "object/kinds/common.h"
#include "object/kinds/hooks.h"
#include "object/kinds/rollout_rules.h"
#include "object/kinds/workload.h"
#include "object/problems.h"
#include <korch/api/rollout.h>
#include <korch/time.h>
#include <stdio.h>
#include <string.h>

enum { MAX_WEIGHT_DEFAULT = 100 };

static int is_empty(const char *text)
{
	return !text || !*text;
}

void korch__canary_step_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_canary_step *step = self;
	int waits = KORCH_IS_SET(step, korch_canary_step, set_weight) + !!step->pause +
	            !!step->experiment + !!step->analysis + !!step->plugin;
	int sets = step->set_canary_scale || step->set_header_route || step->set_mirror_route;
	if (waits == 0 && !sets)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "Step must have one of the following set: experiment, setWeight, "
		               "setCanaryScale, pause, analysis, setHeaderRoute, setMirrorRoute or "
		               "plugin");
	if (waits > 1)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "Step must have one of the following set: experiment, setWeight, pause, "
		               "analysis or plugin; there are %d",
		               waits);
}

void korch__set_canary_scale_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_set_canary_scale *scale = self;
	int n = KORCH_IS_SET(scale, korch_set_canary_scale, weight) +
	        KORCH_IS_SET(scale, korch_set_canary_scale, replicas) + !!scale->match_traffic_weight;
	if (n != 1)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "SetCanaryScale must have exactly one of weight, replicas and "
		               "matchTrafficWeight");
}

/* Seconds as a number, or as text with or without a unit. */
static void check_pause(const korch_rollout_pause *pause, const char *path,
                        korch_problems *problems)
{
	const korch_int_or_string *duration = &pause->duration;
	int64_t value = duration->number;
	if (!duration->is_set)
		return;
	if (duration->text && korch__text_to_i64(&value, duration->text) < 0 &&
	    korch_duration_parse(&value, duration->text, NULL) < 0)
		value = -1;
	if (value >= 0)
		return;
	char text[32];
	korch__problem_field(problems, path, "pause.duration", KORCH_PROBLEM_INVALID,
	                     "%s: Duration needs to be greater than 0",
	                     korch__show_int_or_string(text, duration));
}

/* Exactly one of exact, regex and prefix; ALB: exact alone. */
static void check_match(const korch_string_match *match, int exact_only, const char *path,
                        korch_problems *problems)
{
	int n =
	    match ? !is_empty(match->exact) + !is_empty(match->regex) + !is_empty(match->prefix) : 0;
	if (n == 0)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "StringMatch value missed, match value must have one of the following: "
		               "exact, regex, prefix");
	else if (exact_only && (n > 1 || is_empty(match->exact)))
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "SetHeaderRoute match value invalid. ALB supports 'exact' value only");
	else if (n > 1)
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "StringMatch match value must have exactly one of the following: exact, "
		               "regex, prefix");
}

static int has_plugins(const korch_rollout_traffic_routing *routing)
{
	return routing->plugins && strcmp(routing->plugins, "{}") != 0;
}

/* A route that a step sets is one of trafficRouting.managedRoutes; field: of the step. */
static void check_managed(const korch_rollout_traffic_routing *routing, const char *name,
                          const char *field, const char *path, korch_problems *problems)
{
	for (size_t i = 0; i < routing->n_managed_routes; i++) {
		if (korch__text_equal(name, routing->managed_routes[i].name))
			return;
	}
	if (routing->n_managed_routes == 0)
		return; /* said once, at managedRoutes */
	korch__problem_field(problems, path, field, KORCH_PROBLEM_INVALID,
	                     "\"%s\": Steps define a route that does not exist in "
	                     "spec.strategy.canary.trafficRouting.managedRoutes",
	                     korch__text_or_empty(name));
}

static void check_header_route(const korch_set_header_route *route,
                               const korch_rollout_traffic_routing *routing, const char *path,
                               korch_problems *problems)
{
	if (!routing ||
	    (!routing->istio && !routing->alb && !routing->apisix && !has_plugins(routing))) {
		korch__problem_field(problems, path, "setHeaderRoute", KORCH_PROBLEM_INVALID,
		                     "SetHeaderRoute requires TrafficRouting, supports Istio and ALB and "
		                     "Apisix and plugins");
		return;
	}
	for (size_t i = 0; i < route->n_match; i++) {
		char at[512];
		korch__path_join(at, sizeof(at), path, AT("setHeaderRoute.match[%zu].headerValue", i));
		check_match(route->match[i].header_value, routing->alb != NULL, at, problems);
	}
	check_managed(routing, route->name, "setHeaderRoute.name", path, problems);
}

static void check_mirror_match(const korch_route_match *match, const char *path,
                               korch_problems *problems)
{
	static const char *const members[] = {"exact", "prefix", "regex", NULL};
	char at[512];
	korch__path_join(at, sizeof(at), path, "method");
	if (match->method)
		check_match(match->method, 0, at, problems);
	korch__path_join(at, sizeof(at), path, "path");
	if (match->path)
		check_match(match->path, 0, at, problems);
	korch__path_join(at, sizeof(at), path, "headers");
	korch__check_raw_matches(match->headers, members, at, problems);
}

static void check_mirror_route(const korch_set_mirror_route *route,
                               const korch_rollout_traffic_routing *routing, const char *path,
                               korch_problems *problems)
{
	if (!routing || (!routing->istio && !has_plugins(routing)))
		korch__problem_field(problems, path, "setMirrorRoute", KORCH_PROBLEM_INVALID,
		                     "SetMirrorRoute requires TrafficRouting, supports Istio and plugins");
	else
		check_managed(routing, route->name, "setMirrorRoute.name", path, problems);
	for (size_t i = 0; i < route->n_match; i++) {
		char at[512];
		korch__path_join(at, sizeof(at), path, AT("setMirrorRoute.match[%zu]", i));
		check_mirror_match(&route->match[i], at, problems);
	}
	korch__check_range(route->percentage, 100, "setMirrorRoute.percentage", path, problems);
}

static void check_experiment(const korch_rollout_experiment_step *step,
                             const korch_rollout_traffic_routing *routing, const char *path,
                             korch_problems *problems)
{
	for (size_t i = 0; i < step->n_templates; i++) {
		const korch_rollout_experiment_template *template_ = &step->templates[i];
		const char *at = AT("experiment.templates[%zu].weight", i);
		if (!KORCH_IS_SET(template_, korch_rollout_experiment_template, weight))
			continue;
		korch__check_range(template_->weight, 100, at, path, problems);
		if (!routing)
			korch__problem_field(problems, path, at, KORCH_PROBLEM_INVALID,
			                     "%d: Experiment template weight cannot be set unless "
			                     "TrafficRouting is enabled",
			                     template_->weight);
		else if (!routing->alb && !routing->smi && !routing->istio && !has_plugins(routing))
			korch__problem_field(problems, path, at, KORCH_PROBLEM_INVALID,
			                     "%d: Experiment template weight is only available for "
			                     "TrafficRouting with SMI, ALB, and Istio and plugins",
			                     template_->weight);
	}
}

static void check_step(const korch_canary_strategy *canary, const korch_canary_step *step,
                       const char *path, korch_problems *problems)
{
	const korch_rollout_traffic_routing *routing = canary->traffic_routing;
	int32_t most =
	    routing && KORCH_IS_SET(routing, korch_rollout_traffic_routing, max_traffic_weight)
	        ? routing->max_traffic_weight
	        : MAX_WEIGHT_DEFAULT;
	if (step->set_weight < 0 || step->set_weight > most)
		korch__problem_field(problems, path, "setWeight", KORCH_PROBLEM_INVALID,
		                     "%d: SetWeight needs to be between 0 and %d", step->set_weight, most);
	if (step->pause)
		check_pause(step->pause, path, problems);
	if (step->set_canary_scale && !routing)
		korch__problem_field(problems, path, "setCanaryScale", KORCH_PROBLEM_INVALID,
		                     "SetCanaryScale requires TrafficRouting to be set");
	if (step->set_header_route)
		check_header_route(step->set_header_route, routing, path, problems);
	if (step->set_mirror_route)
		check_mirror_route(step->set_mirror_route, routing, path, problems);
	if (step->experiment)
		check_experiment(step->experiment, routing, path, problems);
}

static void check_surge(const korch_canary_strategy *canary, const char *path,
                        korch_problems *problems)
{
	long surge = korch__check_number_or_percent(&canary->max_surge, "maxSurge", path, problems);
	long missing =
	    korch__check_number_or_percent(&canary->max_unavailable, "maxUnavailable", path, problems);
	char text[32];
	if (canary->max_surge.is_set && canary->max_unavailable.is_set &&
	    korch__is_zero(&canary->max_surge, surge) &&
	    korch__is_zero(&canary->max_unavailable, missing))
		korch__problem_field(problems, path, "maxSurge", KORCH_PROBLEM_INVALID,
		                     "%s: MaxSurge and MaxUnavailable both can not be zero",
		                     korch__show_int_or_string(text, &canary->max_surge));
}

static void check_ping_pong(const korch_canary_strategy *canary, const char *path,
                            korch_problems *problems)
{
	const korch_ping_pong_spec *services = canary->ping_pong;
	const korch_rollout_traffic_routing *routing = canary->traffic_routing;
	const char *sentence = "\"\": Ping service and Pong service must to be set to use Ping-Pong "
	                       "feature";
	if (routing && !routing->alb)
		korch__problem_field(problems, path, "pingPong", KORCH_PROBLEM_INVALID,
		                     "Ping-pong feature works with the ALB traffic routing only");
	if (is_empty(services->ping_service))
		korch__problem_field(problems, path, "pingPong.pingService", KORCH_PROBLEM_INVALID, "%s",
		                     sentence);
	if (is_empty(services->pong_service))
		korch__problem_field(problems, path, "pingPong.pongService", KORCH_PROBLEM_INVALID, "%s",
		                     sentence);
	if (!is_empty(services->ping_service) &&
	    korch__text_equal(services->ping_service, services->pong_service))
		korch__problem_field(problems, path, "pingPong.pingService", KORCH_PROBLEM_INVALID,
		                     "\"%s\": This rollout uses the same service for the ping and pong "
		                     "services, but two different services are required.",
		                     services->ping_service);
	if (routing && routing->alb && is_empty(routing->alb->root_service))
		korch__problem_field(problems, path, "trafficRouting.alb.rootService",
		                     KORCH_PROBLEM_INVALID,
		                     "\"\": Root service field is required for the configuration with ALB "
		                     "and ping-pong feature enabled");
}

static int needs_services(const korch_canary_strategy *canary)
{
	const korch_rollout_traffic_routing *routing = canary->traffic_routing;
	return routing && ((routing->alb && !canary->ping_pong) ||
	                   (routing->istio && !routing->istio->destination_rule) || routing->smi ||
	                   routing->apisix || routing->ambassador || routing->nginx ||
	                   routing->app_mesh || routing->traefik);
}

static void check_services(const korch_canary_strategy *canary, const char *path,
                           korch_problems *problems)
{
	static const char *const sentence =
	    "\"\": Canary service and Stable service must to be set to use Traffic Routing";
	int needed = needs_services(canary);
	if (!is_empty(canary->canary_service) &&
	    korch__text_equal(canary->canary_service, canary->stable_service))
		korch__problem_field(problems, path, "stableService", KORCH_PROBLEM_INVALID,
		                     "\"%s\": This rollout uses the same service for the stable and canary "
		                     "services, but two different services are required.",
		                     canary->stable_service);
	if (needed && is_empty(canary->stable_service))
		korch__problem_field(problems, path, "stableService", KORCH_PROBLEM_INVALID, "%s",
		                     sentence);
	if (needed && is_empty(canary->canary_service))
		korch__problem_field(problems, path, "canaryService", KORCH_PROBLEM_INVALID, "%s",
		                     sentence);
}

/* What needs a router, and what goes together with one only alone. */
static void check_delays(const korch_canary_strategy *canary, const char *path,
                         korch_problems *problems)
{
	const korch_rollout_traffic_routing *routing = canary->traffic_routing;
	int has_delay = KORCH_IS_SET(canary, korch_canary_strategy, scale_down_delay_seconds);
	if (!routing && has_delay)
		korch__problem_field(problems, path, "scaleDownDelaySeconds", KORCH_PROBLEM_INVALID,
		                     "%d: Canary scaleDownDelaySeconds can only be used with traffic "
		                     "routing",
		                     canary->scale_down_delay_seconds);
	if (!routing && canary->dynamic_stable_scale)
		korch__problem_field(problems, path, "dynamicStableScale", KORCH_PROBLEM_INVALID,
		                     "true: Canary dynamicStableScale can only be used with traffic "
		                     "routing");
	if (routing && has_delay && canary->dynamic_stable_scale)
		korch__problem_field(problems, path, "dynamicStableScale", KORCH_PROBLEM_INVALID,
		                     "true: Canary dynamicStableScale cannot be used with "
		                     "scaleDownDelaySeconds");
}

void korch__canary_strategy_validate(const void *self, const char *path, korch_problems *problems)
{
	const korch_canary_strategy *canary = self;
	int sets_routes = 0;
	check_surge(canary, path, problems);
	check_services(canary, path, problems);
	if (canary->ping_pong)
		check_ping_pong(canary, path, problems);
	check_delays(canary, path, problems);
	for (size_t i = 0; i < canary->n_steps; i++) {
		char at[512];
		korch__path_join(at, sizeof(at), path, AT("steps[%zu]", i));
		check_step(canary, &canary->steps[i], at, problems);
		sets_routes |= canary->steps[i].set_header_route || canary->steps[i].set_mirror_route;
	}
	if (sets_routes && canary->traffic_routing && canary->traffic_routing->n_managed_routes == 0)
		korch__problem_field(problems, path, "trafficRouting.managedRoutes", KORCH_PROBLEM_REQUIRED,
		                     "Rollout has missing field "
		                     "'spec.strategy.canary.trafficRouting.managedRoutes'");
}
