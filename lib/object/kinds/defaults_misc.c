/*
 * Defaults of workloads, Namespaces and Nodes that depend on other fields. Fixed ones stand in
 * the tables.
 */
#include "base/text.h"
#include "object/kinds/hooks.h"
#include <korch/api/apps.h>
#include <korch/api/apps_daemon.h>
#include <korch/api/apps_stateful.h>
#include <korch/api/core_namespace.h>
#include <korch/api/core_node.h>
#include <korch/intstr.h>

static int default_percent(korch_int_or_string *value)
{
	if (value->is_set)
		return 0;
	if (korch_string_set(&value->text, "25%") < 0)
		return KORCH_E_NOMEM;
	value->is_set = 1;
	return 0;
}

int korch__deployment_spec_set_defaults(void *self)
{
	korch_deployment_spec *spec = self;
	korch_deployment_strategy *strategy =
	    korch_struct_edit(&spec->strategy, &korch_deployment_strategy_type);
	if (!strategy)
		return KORCH_E_NOMEM;
	if (!strategy->type && korch_string_set(&strategy->type, "RollingUpdate") < 0)
		return KORCH_E_NOMEM;
	if (!korch__text_equal(strategy->type, "RollingUpdate"))
		return 0;
	korch_rolling_update_deployment *rolling =
	    korch_struct_edit(&strategy->rolling_update, &korch_rolling_update_deployment_type);
	if (!rolling)
		return KORCH_E_NOMEM;
	int result = default_percent(&rolling->max_unavailable);
	return result == 0 ? default_percent(&rolling->max_surge) : result;
}

static int default_text(const char **slot, const char *text)
{
	return *slot ? 0 : korch_string_set(slot, text);
}

int korch__stateful_set_spec_set_defaults(void *self)
{
	korch_stateful_set_spec *spec = self;
	korch_stateful_set_update_strategy *strategy =
	    korch_struct_edit(&spec->update_strategy, &korch_stateful_set_update_strategy_type);
	korch_stateful_set_persistent_volume_claim_retention_policy *claims =
	    korch_struct_edit(&spec->persistent_volume_claim_retention_policy,
	                      &korch_stateful_set_persistent_volume_claim_retention_policy_type);
	if (!strategy || !claims || default_text(&strategy->type, "RollingUpdate") < 0 ||
	    default_text(&claims->when_deleted, "Retain") < 0 ||
	    default_text(&claims->when_scaled, "Retain") < 0)
		return KORCH_E_NOMEM;
	if (!korch__text_equal(strategy->type, "RollingUpdate"))
		return 0;
	korch_rolling_update_stateful_set_strategy *rolling = korch_struct_edit(
	    &strategy->rolling_update, &korch_rolling_update_stateful_set_strategy_type);
	if (!rolling)
		return KORCH_E_NOMEM;
	if (!KORCH_IS_SET(rolling, korch_rolling_update_stateful_set_strategy, partition))
		KORCH_SET(rolling, korch_rolling_update_stateful_set_strategy, partition, 0);
	return 0;
}

int korch__rolling_update_daemon_set_set_defaults(void *self)
{
	korch_rolling_update_daemon_set *rolling = self;
	if (!rolling->max_unavailable.is_set)
		korch_int_or_string_set_number(&rolling->max_unavailable, 1);
	if (!rolling->max_surge.is_set)
		korch_int_or_string_set_number(&rolling->max_surge, 0);
	return 0;
}

int korch__daemon_set_spec_set_defaults(void *self)
{
	korch_daemon_set_spec *spec = self;
	korch_daemon_set_update_strategy *strategy =
	    korch_struct_edit(&spec->update_strategy, &korch_daemon_set_update_strategy_type);
	if (!strategy || default_text(&strategy->type, "RollingUpdate") < 0)
		return KORCH_E_NOMEM;
	if (!korch__text_equal(strategy->type, "RollingUpdate") || strategy->rolling_update)
		return 0;
	korch_rolling_update_daemon_set *rolling =
	    korch_struct_edit(&strategy->rolling_update, &korch_rolling_update_daemon_set_type);
	return rolling ? korch__rolling_update_daemon_set_set_defaults(rolling) : KORCH_E_NOMEM;
}

/* Each namespace is labelled with its name. */
static int label_name(korch_object *object)
{
	static const char *const key = "kubernetes.io/metadata.name";
	const char *name = object->metadata ? object->metadata->name : NULL;
	if (!name || !*name || korch__text_equal(korch_map_get(object->metadata->labels, key), name))
		return 0;
	korch_object_meta *meta = korch_struct_edit(&object->metadata, &korch_object_meta_type);
	return meta ? korch_map_set(&meta->labels, key, name) : KORCH_E_NOMEM;
}

int korch__namespace_set_defaults(void *self)
{
	korch_namespace *space = self;
	if (!space->status || !space->status->phase) {
		korch_namespace_status *status =
		    korch_struct_edit(&space->status, &korch_namespace_status_type);
		if (!status || korch_string_set(&status->phase, "Active") < 0)
			return KORCH_E_NOMEM;
	}
	return label_name(&space->object);
}

int korch__node_status_set_defaults(void *self)
{
	korch_node_status *status = self;
	if (!status->allocatable)
		korch_block_share(&status->allocatable, status->capacity);
	return 0;
}
