/* ReplicaSets and Services of an Experiment's templates. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/deployment/deployment.h"
#include "control/experiment/hand.h"
#include "control/pods.h"
#include "control/rollout/rollout.h"
#include "object/object.h"
#include <korch/validate.h>
#include <stdio.h>

/* Argo Rollouts, utils/defaults. */
#define SCALE_DOWN_DELAY_S 30

static const korch_replica_set *set_named(const korch__experiment_hand *h, const char *name)
{
	for (size_t i = 0; i < h->input->n_sets; i++) {
		if (korch__text_equal(korch_object_name(&h->input->sets[i]->object), name))
			return h->input->sets[i];
	}
	return NULL;
}

static const korch_service *service_named(const korch__experiment_hand *h, const char *name)
{
	for (size_t i = 0; i < h->input->n_services; i++) {
		if (korch__text_equal(korch_object_name(&h->input->services[i]->object), name))
			return h->input->services[i];
	}
	return NULL;
}

static void name_of(char out[254], const korch__experiment_hand *h,
                    const korch_experiment_template *template_)
{
	snprintf(out, 254, "%.180s-%.60s", korch_object_name(&h->experiment->object),
	         korch__text_or_empty(template_->name));
}

static int32_t replicas_of(const korch_experiment_template *template_)
{
	return KORCH_IS_SET(template_, korch_experiment_template, replicas) ? template_->replicas : 1;
}

static int fill_set(korch_replica_set *set, const korch__experiment_hand *h,
                    const korch_experiment_template *from, const char *name, const char *hash)
{
	korch_object_meta *meta = korch_object_edit_meta(&set->object);
	korch_replica_set_spec *spec = korch_struct_edit(&set->spec, &korch_replica_set_spec_type);
	if (!meta || !spec)
		return KORCH_E_NOMEM;
	KORCH_SET(spec, korch_replica_set_spec, replicas, replicas_of(from));
	spec->min_ready_seconds = from->min_ready_seconds;
	korch_block_share(&spec->template_, from->template_);
	korch_block_share(&spec->selector, from->selector);
	korch_pod_template_spec *template_ =
	    korch_struct_edit(&spec->template_, &korch_pod_template_spec_type);
	korch_object_meta *pods =
	    template_ ? korch_struct_edit(&template_->metadata, &korch_object_meta_type) : NULL;
	korch_label_selector *selector = korch_struct_edit(&spec->selector, &korch_label_selector_type);
	if (!pods || !selector || korch_map_set(&pods->labels, KORCH__ARGO_LABEL_HASH, hash) < 0 ||
	    korch_map_set(&selector->match_labels, KORCH__ARGO_LABEL_HASH, hash) < 0 ||
	    korch_string_set(&meta->name, name) < 0)
		return KORCH_E_NOMEM;
	korch_string_share(&meta->namespace_, h->experiment->object.metadata->namespace_);
	korch_block_share(&meta->labels, pods->labels);
	return korch_object_set_controller(&set->object, &h->experiment->object);
}

static int make_set(korch__experiment_hand *h, const korch_experiment_template *from,
                    const char *name, const char *hash)
{
	_cleanup_object_ korch_object *object = NULL;
	if (korch_object_new(&object, &korch_replica_set_kind) < 0 ||
	    fill_set((korch_replica_set *)object, h, from, name, hash) < 0)
		return KORCH_E_NOMEM;
	if (korch_plan_event(h->plan, &h->experiment->object, "Normal", "ReplicaSetCreated",
	                     "Created ReplicaSet %s", name) < 0)
		return KORCH_E_NOMEM;
	return korch_plan_create(h->plan, KORCH_STEAL(object));
}

/* A port for each port of the containers, under its name. A Service without any can only be
 * headless. */
static int fill_ports(korch_service_spec *spec, const korch_pod_spec *pod)
{
	size_t n = 0;
	for (size_t i = 0; pod && i < pod->n_containers; i++)
		n += pod->containers[i].n_ports;
	korch_service_port *ports =
	    korch_list_edit(&spec->ports, &spec->n_ports, &korch_service_port_type, n);
	if (n > 0 && !ports)
		return KORCH_E_NOMEM;
	if (n == 0)
		return korch_string_set(&spec->cluster_ip, "None");
	for (size_t i = 0, p = 0; pod && i < pod->n_containers; i++) {
		for (size_t j = 0; j < pod->containers[i].n_ports; j++, p++) {
			const korch_container_port *from = &pod->containers[i].ports[j];
			char name[16];
			snprintf(name, sizeof(name), "port-%zu", p);
			ports[p].port = from->container_port;
			if (korch_string_set(&ports[p].name, from->name ? from->name : name) < 0 ||
			    korch_string_set(&ports[p].protocol, from->protocol ? from->protocol : "TCP") < 0)
				return KORCH_E_NOMEM;
		}
	}
	return 0;
}

static int make_service(korch__experiment_hand *h, const korch_experiment_template *from,
                        const char *name, const char *hash)
{
	_cleanup_object_ korch_object *object = NULL;
	if (korch_object_new(&object, &korch_service_kind) < 0)
		return KORCH_E_NOMEM;
	korch_service *service = (korch_service *)object;
	korch_object_meta *meta = korch_object_edit_meta(object);
	korch_service_spec *spec = korch_struct_edit(&service->spec, &korch_service_spec_type);
	if (!meta || !spec || korch_string_set(&meta->name, name) < 0)
		return KORCH_E_NOMEM;
	korch_string_share(&meta->namespace_, h->experiment->object.metadata->namespace_);
	if (from->selector)
		korch_block_share(&spec->selector, from->selector->match_labels);
	if (korch_map_set(&spec->selector, KORCH__ARGO_LABEL_HASH, hash) < 0 ||
	    fill_ports(spec, from->template_ ? from->template_->spec : NULL) < 0 ||
	    korch_object_set_controller(object, &h->experiment->object) < 0 ||
	    korch_object_set_defaults(object) < 0)
		return KORCH_E_NOMEM;
	return korch_plan_create(h->plan, KORCH_STEAL(object));
}

/* Progressing, Running, Successful. */
static int set_state(korch_experiment_template_status *to, const char *state, korch_usec now)
{
	if (korch__text_equal(to->status, state))
		return 0;
	to->last_transition_time = now;
	return korch_string_set(&to->status, state);
}

static int note_set(korch__experiment_hand *h, korch_experiment_template_status *to,
                    const korch_experiment_template *from, const korch_replica_set *set)
{
	const korch_replica_set_status *status = set ? set->status : NULL;
	to->replicas = to->updated_replicas = status ? status->replicas : 0;
	to->ready_replicas = status ? status->ready_replicas : 0;
	to->available_replicas = status ? status->available_replicas : 0;
	if (h->ending)
		return set_state(to, "Successful", h->input->now);
	return set_state(to, to->available_replicas >= replicas_of(from) ? "Running" : "Progressing",
	                 h->input->now);
}

/* Whether the name of what is to be made is somebody else's: a plan that made it would fail for
 * ever. */
static int is_taken(korch__experiment_hand *h, const korch_kind *kind, const char *name)
{
	if (!korch_view_get(h->input->view, kind, korch_object_namespace(&h->experiment->object), name))
		return 0;
	snprintf(h->problem, sizeof(h->problem), "%s \"%.253s\" exists and is not this Experiment's",
	         kind->name, name);
	return 1;
}

static int one(korch__experiment_hand *h, const korch_experiment_template *from,
               korch_experiment_template_status *to)
{
	char name[254], hash[12];
	name_of(name, h, from);
	korch__template_hash(hash, from->template_, NULL);
	const char *service = from->service ? (from->service->name ? from->service->name : name) : NULL;
	const korch_replica_set *set = set_named(h, name);
	if (korch_string_set(&to->name, from->name) < 0 ||
	    korch_string_set(&to->pod_template_hash, hash) < 0 ||
	    korch_string_set(&to->service_name, service) < 0)
		return KORCH_E_NOMEM;
	if (!set && !h->ending && !is_taken(h, &korch_replica_set_kind, name) &&
	    make_set(h, from, name, hash) < 0)
		return KORCH_E_NOMEM;
	if (service && !service_named(h, service) && !h->ending &&
	    !is_taken(h, &korch_service_kind, service) && make_service(h, from, service, hash) < 0)
		return KORCH_E_NOMEM;
	return note_set(h, to, from, set);
}

int korch__experiment_templates(korch__experiment_hand *h)
{
	const korch_experiment_spec *spec = h->experiment->spec;
	korch_experiment_template_status *list =
	    korch_list_edit(&h->status->template_statuses, &h->status->n_template_statuses,
	                    &korch_experiment_template_status_type, spec->n_templates);
	for (size_t i = 0; i < spec->n_templates; i++) {
		if (!list || !spec->templates[i].template_ || one(h, &spec->templates[i], &list[i]) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

int korch__experiment_is_available(const korch__experiment_hand *h)
{
	for (size_t i = 0; i < h->status->n_template_statuses; i++) {
		if (h->status->template_statuses[i].available_replicas <
		    replicas_of(&h->experiment->spec->templates[i]))
			return 0;
	}
	return 1;
}

static int shrink(korch__experiment_hand *h, const korch_replica_set *set)
{
	if (!set->spec ||
	    (KORCH_IS_SET(set->spec, korch_replica_set_spec, replicas) && set->spec->replicas == 0))
		return 0;
	korch_replica_set *edited = (korch_replica_set *)korch_object_edit(&set->object);
	korch_replica_set_spec *spec =
	    edited ? korch_struct_edit(&edited->spec, &korch_replica_set_spec_type) : NULL;
	if (!spec) {
		korch_object_unref((korch_object *)edited);
		return KORCH_E_NOMEM;
	}
	KORCH_SET(spec, korch_replica_set_spec, replicas, 0);
	return korch_plan_update(h->plan, &set->object, &edited->object);
}

int korch__experiment_scale(korch__experiment_hand *h)
{
	const korch_experiment_spec *spec = h->experiment->spec;
	korch_usec delay = SCALE_DOWN_DELAY_S, ended = 0;
	if (!h->ending)
		return 0;
	if (KORCH_IS_SET(spec, korch_experiment_spec, scale_down_delay_seconds))
		delay = spec->scale_down_delay_seconds;
	for (size_t i = 0; i < h->status->n_template_statuses; i++) {
		korch_usec at = h->status->template_statuses[i].last_transition_time;
		ended = at > ended ? at : ended;
	}
	korch_usec until = ended + delay * KORCH_USEC_PER_SEC;
	for (size_t i = 0; i < h->input->n_services; i++) {
		if (!korch__is_deleting(&h->input->services[i]->object) &&
		    korch_plan_delete(h->plan, &h->input->services[i]->object, NULL) < 0)
			return KORCH_E_NOMEM;
	}
	if (h->input->now < until) {
		korch_plan_wake_at(h->plan, until);
		return 0;
	}
	for (size_t i = 0; i < h->input->n_sets; i++) {
		if (shrink(h, h->input->sets[i]) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}
