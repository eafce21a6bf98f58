/*
 * Defaults of Deployments, Namespaces and Nodes that depend on other fields. Fixed ones stand in
 * the tables.
 */
#include "base/text.h"
#include "object/kinds/hooks.h"
#include <korch/api/apps.h>
#include <korch/api/core_namespace.h>
#include <korch/api/core_node.h>

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
