/* Objects for the tests of deciders, and changes of pods that an agent would make. */
#include "world.h"
#include <stdio.h>
#include <string.h>

korch_object *make(const korch_kind *kind, const char *ns, const char *name)
{
	korch_object *object = NULL;
	ck_assert_int_eq(korch_object_new(&object, kind), 0);
	korch_object_meta *meta = korch_object_edit_meta(object);
	korch_string_set(&meta->name, name);
	korch_string_set(&meta->namespace_, ns);
	return object;
}

void make_label(korch_object *object, const char *key, const char *value)
{
	korch_map_set(&korch_object_edit_meta(object)->labels, key, value);
}

void make_annotation(korch_object *object, const char *key, const char *value)
{
	korch_map_set(&korch_object_edit_meta(object)->annotations, key, value);
}

void make_condition(korch_pod *pod, const char *type, const char *status, korch_usec since)
{
	korch_pod_status *to = korch_struct_edit(&pod->status, &korch_pod_status_type);
	size_t n = to->n_conditions, i = 0;
	while (i < n && strcmp(to->conditions[i].type, type) != 0)
		i++;
	korch_pod_condition *items = korch_list_edit(&to->conditions, &to->n_conditions,
	                                             &korch_pod_condition_type, i < n ? n : n + 1);
	korch_string_set(&items[i].type, type);
	korch_string_set(&items[i].status, status);
	items[i].last_transition_time = since;
}

static void make_container(korch_pod_spec *spec, const char *image)
{
	korch_container *containers =
	    korch_list_edit(&spec->containers, &spec->n_containers, &korch_container_type, 1);
	korch_string_set(&containers[0].name, "main");
	korch_string_set(&containers[0].image, image);
}

korch_pod *make_pod(const char *ns, const char *name)
{
	korch_pod *pod = (korch_pod *)make(&korch_pod_kind, ns, name);
	make_container(korch_struct_edit(&pod->spec, &korch_pod_spec_type), "main:1");
	korch_pod_status *status = korch_struct_edit(&pod->status, &korch_pod_status_type);
	korch_string_set(&status->phase, "Pending");
	return pod;
}

korch_pod_template_spec *make_template(const char *label_value, const char *image)
{
	korch_pod_template_spec *template_ = korch_struct_new(&korch_pod_template_spec_type);
	korch_object_meta *meta = korch_struct_edit(&template_->metadata, &korch_object_meta_type);
	korch_map_set(&meta->labels, "app", label_value);
	make_container(korch_struct_edit(&template_->spec, &korch_pod_spec_type), image);
	return template_;
}

korch_label_selector *make_selector(const char *key, const char *value)
{
	korch_label_selector *selector = korch_struct_new(&korch_label_selector_type);
	korch_map_set(&selector->match_labels, key, value);
	return selector;
}

korch_deployment *make_deployment(const char *name, int32_t replicas, const char *image)
{
	korch_deployment *deployment = (korch_deployment *)make(&korch_deployment_kind, "shop", name);
	korch_deployment_spec *spec = korch_struct_edit(&deployment->spec, &korch_deployment_spec_type);
	KORCH_SET(spec, korch_deployment_spec, replicas, replicas);
	KORCH_SET(spec, korch_deployment_spec, revision_history_limit, 10);
	KORCH_SET(spec, korch_deployment_spec, progress_deadline_seconds, 600);
	korch_block_take(&spec->selector, make_selector("app", name));
	korch_block_take(&spec->template_, make_template(name, image));
	return deployment;
}

korch_replica_set *make_replica_set(const char *name, int32_t replicas)
{
	korch_replica_set *set = (korch_replica_set *)make(&korch_replica_set_kind, "shop", name);
	korch_replica_set_spec *spec = korch_struct_edit(&set->spec, &korch_replica_set_spec_type);
	KORCH_SET(spec, korch_replica_set_spec, replicas, replicas);
	korch_block_take(&spec->selector, make_selector("app", name));
	korch_block_take(&spec->template_, make_template(name, "main:1"));
	return set;
}

static korch_pod *edit(world *w, const char *name)
{
	const korch_object *pod = world_get(w, &korch_pod_kind, "shop", name);
	ck_assert_ptr_nonnull(pod);
	return (korch_pod *)korch_object_edit(pod);
}

void pod_bind(world *w, const char *name, const char *node)
{
	korch_pod *pod = edit(w, name);
	korch_pod_spec *spec = korch_struct_edit(&pod->spec, &korch_pod_spec_type);
	korch_string_set(&spec->node_name, node);
	world_put(w, &pod->object);
}

void pod_phase(world *w, const char *name, const char *phase)
{
	korch_pod *pod = edit(w, name);
	korch_pod_status *status = korch_struct_edit(&pod->status, &korch_pod_status_type);
	korch_string_set(&status->phase, phase);
	world_put(w, &pod->object);
}

void pod_ready(world *w, const char *name, int ready)
{
	korch_pod *pod = edit(w, name);
	korch_pod_status *status = korch_struct_edit(&pod->status, &korch_pod_status_type);
	korch_string_set(&status->phase, "Running");
	make_condition(pod, "Ready", ready ? "True" : "False", w->now);
	world_put(w, &pod->object);
}
