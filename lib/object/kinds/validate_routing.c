/*
 * Rules of a Rollout's traffic routing. They and their sentences are Argo's: argo-rollouts,
 * pkg/apis/rollouts/validation/validation.go and validation_references.go.
 */
#include "object/kinds/hooks.h"
#include "object/kinds/rollout_rules.h"
#include "object/problems.h"
#include <korch/api/rollout_routing.h>

/* One name or a list of names: exactly one of the two ways is used. */
static void check_ingress(const char *one, size_t n_many, const char *names, const char *path,
                          korch_problems *problems)
{
	int has_one = one && *one;
	if (has_one == (n_many > 0))
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "Either %s must be configured. %s are configured.", names,
		               has_one ? "Both" : "Neither");
}

void korch__nginx_traffic_routing_validate(const void *self, const char *path,
                                           korch_problems *problems)
{
	const korch_nginx_traffic_routing *nginx = self;
	check_ingress(nginx->stable_ingress, nginx->n_stable_ingresses,
	              "StableIngress or StableIngresses", path, problems);
}

void korch__alb_traffic_routing_validate(const void *self, const char *path,
                                         korch_problems *problems)
{
	const korch_alb_traffic_routing *alb = self;
	check_ingress(alb->ingress, alb->n_ingresses, "Ingress or Ingresses", path, problems);
}

void korch__istio_traffic_routing_validate(const void *self, const char *path,
                                           korch_problems *problems)
{
	const korch_istio_traffic_routing *istio = self;
	if ((istio->virtual_service != NULL) == (istio->n_virtual_services > 0))
		korch__problem(problems, path, KORCH_PROBLEM_INVALID,
		               "either VirtualService or VirtualServices must be configured");
	korch__check_unique(
	    KORCH__NAMES(istio, virtual_services, korch_istio_virtual_service, "virtualServices"), path,
	    problems);
}

void korch__rollout_traffic_routing_validate(const void *self, const char *path,
                                             korch_problems *problems)
{
	const korch_rollout_traffic_routing *routing = self;
	int n_plugins = korch__raw_members(routing->plugins, "plugins", path, problems);
	if (KORCH_IS_SET(routing, korch_rollout_traffic_routing, max_traffic_weight) &&
	    !routing->nginx && n_plugins == 0)
		korch__problem_field(problems, path, "maxTrafficWeight", KORCH_PROBLEM_INVALID,
		                     "%d: Canary maxTrafficWeight in traffic routing only support in Nginx "
		                     "and Plugins",
		                     routing->max_traffic_weight);
}
