/*
 * Hooks that tables name: defaults and rules over several fields (defaults_*.c, validate_*.c); and
 * the rules of names that hold for every object.
 */
#ifndef KORCH_OBJECT_KINDS_HOOKS_H
#define KORCH_OBJECT_KINDS_HOOKS_H

#include <korch/api/core_affinity.h>
#include <korch/object.h>
#include <korch/problems.h>

#define DEFAULTS(name) int korch__##name##_set_defaults(void *self);
#define VALIDATE(name)                                                                             \
	void korch__##name##_validate(const void *self, const char *path, korch_problems *problems);
#define UPDATE(name)                                                                               \
	void korch__##name##_validate_update(const void *self, const void *old, const char *path,      \
	                                     korch_problems *problems);

DEFAULTS(container)
DEFAULTS(ephemeral_container)
DEFAULTS(volume)
DEFAULTS(pod_spec)
DEFAULTS(pod)
DEFAULTS(deployment_spec)
DEFAULTS(stateful_set_spec)
DEFAULTS(rolling_update_daemon_set)
DEFAULTS(daemon_set_spec)
DEFAULTS(job_spec)
DEFAULTS(service)
DEFAULTS(secret)
DEFAULTS(namespace)
DEFAULTS(node_status)

VALIDATE(label_selector_requirement)
VALIDATE(label_selector)
VALIDATE(node_selector_requirement)
VALIDATE(node_selector_term)
VALIDATE(preferred_scheduling_term)
VALIDATE(weighted_pod_affinity_term)
VALIDATE(pod_affinity_term)
VALIDATE(toleration)
VALIDATE(topology_spread_constraint)
VALIDATE(rolling_update_deployment)
VALIDATE(deployment_strategy)
VALIDATE(deployment_spec)
VALIDATE(replica_set_spec)
VALIDATE(rolling_update_stateful_set_strategy)
VALIDATE(stateful_set_update_strategy)
VALIDATE(stateful_set_spec)
VALIDATE(rolling_update_daemon_set)
VALIDATE(daemon_set_spec)
VALIDATE(pod_failure_policy_rule)
VALIDATE(job_spec)
UPDATE(job_spec)
VALIDATE(pod_disruption_budget_spec)
VALIDATE(priority_class)
VALIDATE(config_map)
VALIDATE(secret)
VALIDATE(resource_field_selector)
VALIDATE(env_var)
VALIDATE(env_from_source)
VALIDATE(volume_mount)
VALIDATE(security_context)
VALIDATE(seccomp_profile)
VALIDATE(app_armor_profile)
VALIDATE(container)
VALIDATE(ephemeral_container)
VALIDATE(object_meta)
VALIDATE(node_spec)
VALIDATE(event)
VALIDATE(pod_spec)
VALIDATE(http_get_action)
VALIDATE(tcp_socket_action)
VALIDATE(probe)
VALIDATE(lifecycle_handler)
VALIDATE(resource_requirements)
VALIDATE(empty_dir_volume_source)
VALIDATE(service_port)
VALIDATE(service_spec)
VALIDATE(endpoint_slice)
VALIDATE(key_to_path)
VALIDATE(host_path_volume_source)
VALIDATE(nfs_volume_source)
VALIDATE(secret_volume_source)
VALIDATE(config_map_volume_source)
VALIDATE(downward_api_volume_source)
VALIDATE(downward_api_volume_file)
VALIDATE(service_account_token_projection)
VALIDATE(volume_projection)
VALIDATE(projected_volume_source)
VALIDATE(ephemeral_volume_source)
VALIDATE(persistent_volume_claim_spec)
VALIDATE(volume)

VALIDATE(alb_traffic_routing)
VALIDATE(nginx_traffic_routing)
VALIDATE(istio_traffic_routing)
VALIDATE(rollout_traffic_routing)
VALIDATE(rollout_analysis)
VALIDATE(rollout_analysis_background)
VALIDATE(set_canary_scale)
VALIDATE(rollout_experiment_analysis)
VALIDATE(rollout_experiment_step)
VALIDATE(canary_step)
VALIDATE(rollout_anti_affinity)
VALIDATE(replica_progress_threshold)
VALIDATE(canary_strategy)
VALIDATE(blue_green_strategy)
VALIDATE(rollout_strategy)
VALIDATE(rollout_spec)
VALIDATE(web_metric)
VALIDATE(job_metric)
VALIDATE(metric_provider)
VALIDATE(analysis_argument)
VALIDATE(analysis_metric)
VALIDATE(analysis_template_spec)
VALIDATE(analysis_run_spec)
VALIDATE(experiment_template)
VALIDATE(experiment_analysis)
VALIDATE(experiment_spec)
VALIDATE(flagger_string_match)
VALIDATE(flagger_http_match)
VALIDATE(flagger_threshold_range)
VALIDATE(flagger_metric)
VALIDATE(flagger_webhook)
VALIDATE(flagger_analysis)
VALIDATE(flagger_canary_spec)
VALIDATE(alert_provider_spec)

UPDATE(config_map)
UPDATE(secret)
UPDATE(pod)
UPDATE(priority_class)
UPDATE(service)

#undef DEFAULTS
#undef VALIDATE
#undef UPDATE

/* 1 and the value of a class that every cluster has, or 0. */
int korch__priority_class_system(int32_t *value, const char *name);

/*
 * metadata.name by the rule of the object's kind, and metadata.namespace. For every kind, also
 * those without a struct.
 */
void korch__object_check_name(const korch_object *object, korch_problems *problems);
/* What of the metadata may not change. For every kind, also those without a struct. */
void korch__object_check_update(const korch_object *object, const korch_object *old,
                                korch_problems *problems);

/* Two constraints of one pod with the same key and whenUnsatisfiable contradict each other. */
void korch__spread_twins_validate(const korch_topology_spread_constraint *list, size_t n,
                                  const char *path, korch_problems *problems);

#endif
