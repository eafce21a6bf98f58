/* The Services of a Canary: the one that clients call (apex), one for the primary alone, one for
 * the target alone. */
#include "base/cleanup.h"
#include "base/text.h"
#include "control/flagger/hand.h"
#include <korch/intstr.h>
#include <stdio.h>

static const korch_flagger_metadata *custom_of(const korch__flagger_hand *h,
                                               korch__flagger_service which)
{
	const korch_flagger_canary_service *service = h->canary->spec->service;
	if (which == KORCH__FLAGGER_APEX)
		return service->apex;
	return which == KORCH__FLAGGER_PRIMARY_ONLY ? service->primary : service->canary;
}

static int set_port(korch_service_port *to, const char *name, int32_t port,
                    const korch_int_or_string *target)
{
	if (korch_string_set(&to->name, name) < 0 ||
	    (!to->protocol && korch_string_set(&to->protocol, "TCP") < 0))
		return KORCH_E_NOMEM;
	to->port = port;
	if (target && target->text)
		return korch_int_or_string_set_text(&to->target_port, target->text);
	korch_int_or_string_set_number(&to->target_port,
	                               target && target->number ? target->number : port);
	return 0;
}

/* Ports of the containers that the Service does not have yet. */
static int add_discovered(const korch__flagger_hand *h, korch_service_spec *spec, size_t *n)
{
	const korch_flagger_canary_service *service = h->canary->spec->service;
	const korch_pod_spec *pods = h->input->target->spec->template_->spec;
	for (size_t c = 0; pods && service->port_discovery && c < pods->n_containers; c++) {
		for (size_t p = 0; p < pods->containers[c].n_ports; p++) {
			const korch_container_port *port = &pods->containers[c].ports[p];
			char name[32];
			if (port->container_port == service->port ||
			    port->container_port == service->target_port.number ||
			    (port->name && korch__text_equal(port->name, service->target_port.text)))
				continue;
			snprintf(name, sizeof(name), "tcp-%s-%zu", pods->containers[c].name, p);
			korch_service_port *list =
			    korch_list_edit(&spec->ports, &spec->n_ports, &korch_service_port_type,
			                    spec->n_ports > *n ? spec->n_ports : *n + 1);
			if (!list || set_port(&list[(*n)++], port->name ? port->name : name,
			                      port->container_port, NULL) < 0)
				return KORCH_E_NOMEM;
		}
	}
	return 0;
}

static int set_ports(const korch__flagger_hand *h, korch_service_spec *spec)
{
	const korch_flagger_canary_service *service = h->canary->spec->service;
	size_t n = 1;
	korch_service_port *list =
	    korch_list_edit(&spec->ports, &spec->n_ports, &korch_service_port_type,
	                    spec->n_ports > 0 ? spec->n_ports : 1);
	if (!list ||
	    set_port(&list[0], service->port_name && *service->port_name ? service->port_name : "http",
	             service->port, service->target_port.is_set ? &service->target_port : NULL) < 0)
		return KORCH_E_NOMEM;
	if (service->app_protocol && korch_string_set(&list[0].app_protocol, service->app_protocol) < 0)
		return KORCH_E_NOMEM;
	if (add_discovered(h, spec, &n) < 0)
		return KORCH_E_NOMEM;
	korch_list_edit(&spec->ports, &spec->n_ports, &korch_service_port_type, n);
	return 0;
}

static int set_selector(const korch__flagger_hand *h, korch_service_spec *spec,
                        korch__flagger_service which)
{
	_cleanup_free_ char *value = which == KORCH__FLAGGER_CANARY_ONLY
	                                 ? korch__strdup(h->value)
	                                 : korch__sprintf("%.55s-primary", h->value);
	if (!value)
		return KORCH_E_NOMEM;
	if (spec->selector && spec->selector->n == 1 &&
	    korch__text_equal(korch_map_get(spec->selector, h->label), value))
		return 0;
	korch_block_share(&spec->selector, NULL);
	return korch_map_set(&spec->selector, h->label, value);
}

static int add_all(korch_map **slot, const korch_map *from)
{
	for (size_t i = 0; from && i < from->n; i++) {
		if (!korch__text_equal(korch_map_get(*slot, from->items[i].key), from->items[i].value) &&
		    korch_map_set(slot, from->items[i].key, korch__text_or_empty(from->items[i].value)) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

/* Labels and annotations of Services that are the Canary's own. */
static int set_metadata(const korch__flagger_hand *h, korch_service *service,
                        korch__flagger_service which)
{
	char name[KORCH__FLAGGER_NAME_SIZE];
	const korch_flagger_metadata *custom = custom_of(h, which);
	korch_object_meta *meta = korch_object_edit_meta(&service->object);
	korch__flagger_service_name(name, h->canary, which);
	name[63] = '\0'; /* the value of a label */
	if (!meta || (custom && (add_all(&meta->labels, custom->labels) < 0 ||
	                         add_all(&meta->annotations, custom->annotations) < 0)))
		return KORCH_E_NOMEM;
	if (korch__text_equal(korch_map_get(meta->labels, h->label), name))
		return 0;
	return korch_map_set(&meta->labels, h->label, name);
}

static int fill(const korch__flagger_hand *h, korch_service *service, korch__flagger_service which)
{
	const korch_flagger_canary_service *wish = h->canary->spec->service;
	korch_service_spec *spec = korch_struct_edit(&service->spec, &korch_service_spec_type);
	if (!spec || set_ports(h, spec) < 0 || set_selector(h, spec, which) < 0)
		return KORCH_E_NOMEM;
	if (wish->headless && !spec->cluster_ip && korch_string_set(&spec->cluster_ip, "None") < 0)
		return KORCH_E_NOMEM;
	if (wish->traffic_distribution &&
	    korch_string_set(&spec->traffic_distribution, wish->traffic_distribution) < 0)
		return KORCH_E_NOMEM;
	const korch_owner_reference *owner = korch_object_controller(&service->object);
	return owner && korch__text_equal(owner->uid, korch_object_uid(&h->canary->object))
	           ? set_metadata(h, service, which)
	           : 0;
}

static korch_object *new_service(const korch__flagger_hand *h, korch__flagger_service which)
{
	char name[KORCH__FLAGGER_NAME_SIZE];
	korch_object *object = NULL;
	korch__flagger_service_name(name, h->canary, which);
	if (korch_object_new(&object, &korch_service_kind) < 0)
		return NULL;
	korch_object_meta *meta = korch_object_edit_meta(object);
	if (!meta || korch_string_set(&meta->name, name) < 0 ||
	    korch_object_set_controller(object, &h->canary->object) < 0) {
		korch_object_unref(object);
		return NULL;
	}
	korch_string_share(&meta->namespace_, h->canary->object.metadata->namespace_);
	return object;
}

int korch__flagger_put_service(korch__flagger_hand *h, korch__flagger_service which)
{
	const korch_service *there = h->input->services[which];
	korch_object *object = there ? korch_object_edit(&there->object) : new_service(h, which);
	if (!object || fill(h, (korch_service *)object, which) < 0) {
		korch_object_unref(object);
		return KORCH_E_NOMEM;
	}
	if (!there)
		return korch_plan_create(h->plan, object);
	if (korch_object_equal(&there->object, object)) {
		korch_object_unref(object);
		return 0;
	}
	return korch_plan_update(h->plan, &there->object, object);
}
