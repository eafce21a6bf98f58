/*
 * EndpointSlices of a Service: which pods are endpoints and how, and how they are spread over
 * slices of at most 100 with as few writes as possible. Slices hold endpoints of one address family
 * and one set of ports.
 */
#include "control/endpoints.h"
#include "base/cleanup.h"
#include "base/table.h"
#include "base/text.h"
#include "base/vec.h"
#include "control/claim.h"
#include "control/pods.h"
#include <string.h>

#define PORTS_MAX 250

/* A set of ports and an address family; every slice belongs to one. */
typedef struct group {
	const char *family;
	int32_t ports[PORTS_MAX]; /* of each service port; 0 = the pods have none of that name */
	size_t n_ports;
} group;

/* An address of a pod that has to be in some slice. */
typedef struct wanted {
	const korch_pod *pod;
	const char *address;
	uint32_t group;
	int placed;
} wanted;

/* A slice in hand. */
typedef struct working {
	const korch_endpoint_slice *slice; /* NULL for a new one */
	korch_endpoint_slice *edited;      /* NULL while unchanged */
	uint32_t group;
	size_t n; /* endpoints that it will have */
	int useless;
} working;

typedef struct decision {
	const korch__endpoints_input *input;
	korch_plan *plan;
	KORCH_VEC(group) groups;
	KORCH_VEC(wanted) wanted;
	KORCH_VEC(working) slices;
	korch_table by_address; /* of wanted; keys are addresses, made when wanted does not grow any
	                           more */
} decision;

static uint64_t address_hash(const void *key)
{
	return korch__hash_string(key);
}
static int address_equal(const void *entry, const void *key)
{
	return strcmp(((const wanted *)entry)->address, key) == 0;
}
static uint64_t address_entry_hash(const void *entry)
{
	return korch__hash_string(((const wanted *)entry)->address);
}
static const korch_table_ops address_ops = {
    .hash = address_hash, .equal = address_equal, .entry_hash = address_entry_hash};

static void decision_fini(decision *d)
{
	for (size_t i = 0; i < d->slices.n; i++)
		korch_object_unref((korch_object *)d->slices.items[i].edited);
	korch__vec_fini(&d->groups);
	korch__vec_fini(&d->wanted);
	korch__vec_fini(&d->slices);
	korch__table_fini(&d->by_address);
}

static const char *protocol_of(const char *protocol)
{
	return protocol && protocol[0] ? protocol : "TCP";
}

static int find_port(int32_t *out, const korch_container *containers, size_t n, const char *name,
                     const char *protocol)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < containers[i].n_ports; j++) {
			const korch_container_port *port = &containers[i].ports[j];
			if (korch__text_equal(port->name, name) &&
			    strcmp(protocol_of(port->protocol), protocol) == 0) {
				*out = port->container_port;
				return 0;
			}
		}
	}
	return KORCH_E_NOT_FOUND;
}

int korch__service_target_port(int32_t *out, const korch_service_port *port, const korch_pod *pod)
{
	const korch_pod_spec *spec = pod->spec;
	const korch_int_or_string *target = &port->target_port;
	if (!target->is_set || (!target->text && target->number == 0)) {
		*out = port->port;
		return 0;
	}
	if (!target->text) {
		*out = target->number;
		return 0;
	}
	const char *protocol = protocol_of(port->protocol);
	if (spec && find_port(out, spec->containers, spec->n_containers, target->text, protocol) == 0)
		return 0;
	for (size_t i = 0; spec && i < spec->n_init_containers; i++) {
		const korch_container *container = &spec->init_containers[i];
		if (korch__text_equal(container->restart_policy, "Always") &&
		    find_port(out, container, 1, target->text, protocol) == 0)
			return 0;
	}
	return KORCH_E_NOT_FOUND;
}

static uint32_t group_of(decision *d, const group *like)
{
	uint32_t i = 0;
	while (i < d->groups.n && !(strcmp(d->groups.items[i].family, like->family) == 0 &&
	                            d->groups.items[i].n_ports == like->n_ports &&
	                            memcmp(d->groups.items[i].ports, like->ports,
	                                   like->n_ports * sizeof(*like->ports)) == 0))
		i++;
	return i == d->groups.n && korch__vec_push(&d->groups, *like) < 0 ? UINT32_MAX : i;
}

static int want_address(decision *d, const korch_pod *pod, const char *address)
{
	const korch_service_spec *spec = d->input->service->spec;
	group like = {.family = strchr(address, ':') ? "IPv6" : "IPv4"};
	like.n_ports = spec->n_ports < PORTS_MAX ? spec->n_ports : PORTS_MAX;
	for (size_t i = 0; i < like.n_ports; i++) {
		if (korch__service_target_port(&like.ports[i], &spec->ports[i], pod) < 0)
			like.ports[i] = 0;
	}
	wanted entry = {.pod = pod, .address = address, .group = group_of(d, &like)};
	return entry.group == UINT32_MAX ? KORCH_E_NOMEM : korch__vec_push(&d->wanted, entry);
}

static int want_all(decision *d)
{
	for (size_t i = 0; i < d->input->n_pods; i++) {
		const korch_pod *pod = d->input->pods[i];
		const korch_pod_status *status = pod->status;
		if (!status || korch__pod_is_terminal(pod))
			continue;
		if (status->n_pod_ips == 0 && status->pod_ip && status->pod_ip[0] &&
		    want_address(d, pod, status->pod_ip) < 0)
			return KORCH_E_NOMEM;
		for (size_t j = 0; j < status->n_pod_ips; j++) {
			const char *address = status->pod_ips[j].ip;
			if (address && address[0] && want_address(d, pod, address) < 0)
				return KORCH_E_NOMEM;
		}
	}
	for (size_t i = 0; i < d->wanted.n; i++) {
		wanted *entry = &d->wanted.items[i];
		if (!korch__table_get(&d->by_address, entry->address) &&
		    korch__table_put(&d->by_address, entry) < 0)
			return KORCH_E_NOMEM;
	}
	return 0;
}

static const char *zone_of(const decision *d, const char *node_name)
{
	const korch_object *node =
	    d->input->view && node_name[0]
	        ? korch_view_get(d->input->view, &korch_node_kind, NULL, node_name)
	        : NULL;
	return node ? korch_map_get(korch__labels(node), "topology.kubernetes.io/zone") : NULL;
}

static int set_target(korch_endpoint *endpoint, const korch_pod *pod)
{
	const korch_object_meta *meta = pod->object.metadata;
	korch_object_reference *target =
	    korch_struct_edit(&endpoint->target_ref, &korch_object_reference_type);
	if (!target || korch_string_set(&target->kind, "Pod") < 0)
		return KORCH_E_NOMEM;
	korch_string_share(&target->namespace_, meta->namespace_);
	korch_string_share(&target->name, meta->name);
	korch_string_share(&target->uid, meta->uid);
	return 0;
}

/* The endpoint of an address, into a zeroed struct. */
static int fill_endpoint(const decision *d, korch_endpoint *endpoint, const wanted *entry)
{
	const korch_pod *pod = entry->pod;
	const korch_service *service = d->input->service;
	int serving = korch__pod_is_ready(pod), terminating = korch__is_deleting(&pod->object);
	korch_endpoint_conditions *conditions =
	    korch_struct_edit(&endpoint->conditions, &korch_endpoint_conditions_type);
	const char **addresses =
	    korch_string_list_edit(&endpoint->addresses, &endpoint->n_addresses, 1);
	if (!conditions || !addresses || set_target(endpoint, pod) < 0)
		return KORCH_E_NOMEM;
	korch_string_share(&addresses[0], entry->address);
	KORCH_SET(conditions, korch_endpoint_conditions, ready,
	          service->spec->publish_not_ready_addresses || (serving && !terminating));
	KORCH_SET(conditions, korch_endpoint_conditions, serving, serving);
	KORCH_SET(conditions, korch_endpoint_conditions, terminating, terminating);
	if (korch__pod_node(pod)[0])
		korch_string_share(&endpoint->node_name, pod->spec->node_name);
	int named = pod->spec && pod->spec->hostname &&
	            korch__text_equal(pod->spec->subdomain, korch_object_name(&service->object));
	if (named)
		korch_string_share(&endpoint->hostname, pod->spec->hostname);
	const char *zone = zone_of(d, korch__pod_node(pod));
	return zone ? korch_string_set(&endpoint->zone, zone) : 0;
}

static korch_endpoint_slice *edit_slice(working *w)
{
	if (!w->edited)
		w->edited = (korch_endpoint_slice *)korch_object_edit(&w->slice->object);
	return w->edited;
}

/* Whether a slice's ports are those of a group. */
static int has_ports(const decision *d, const korch_endpoint_slice *slice, const group *like)
{
	const korch_service_spec *spec = d->input->service->spec;
	size_t at = 0;
	if (!korch__text_equal(slice->address_type, like->family))
		return 0;
	for (size_t i = 0; i < like->n_ports; i++) {
		if (like->ports[i] == 0)
			continue;
		if (at == slice->n_ports)
			return 0;
		const korch_endpoint_port *port = &slice->ports[at++];
		if (port->port != like->ports[i] || !korch__text_equal(port->name, spec->ports[i].name) ||
		    strcmp(protocol_of(port->protocol), protocol_of(spec->ports[i].protocol)) != 0 ||
		    !korch__text_equal(port->app_protocol, spec->ports[i].app_protocol))
			return 0;
	}
	return at == slice->n_ports;
}

/* Brings the endpoints that a slice has up to date; those that are not wanted in it any more go. */
static int update_slice(decision *d, working *w)
{
	const korch_endpoint_slice *slice = w->slice;
	size_t kept = 0;
	for (size_t i = 0; i < slice->n_endpoints; i++) {
		const korch_endpoint *old = &slice->endpoints[i];
		wanted *entry =
		    old->n_addresses == 1 ? korch__table_get(&d->by_address, old->addresses[0]) : NULL;
		if (!entry || entry->placed || entry->group != w->group)
			continue;
		korch_endpoint fresh = {0};
		int code = fill_endpoint(d, &fresh, entry);
		int same = code == 0 && kept == i && korch_struct_equal(&fresh, old, &korch_endpoint_type);
		if (code == 0 && !same) {
			korch_endpoint_slice *edited = edit_slice(w);
			korch_endpoint *items = edited
			                            ? korch_list_edit(&edited->endpoints, &edited->n_endpoints,
			                                              &korch_endpoint_type, slice->n_endpoints)
			                            : NULL;
			code = items ? 0 : KORCH_E_NOMEM;
			if (items) {
				korch_struct_clear(&items[kept], &korch_endpoint_type);
				korch_struct_assign(&items[kept], &fresh, &korch_endpoint_type);
			}
		}
		korch_struct_clear(&fresh, &korch_endpoint_type);
		if (code < 0)
			return code;
		entry->placed = 1;
		kept++;
	}
	w->n = kept;
	return kept == slice->n_endpoints || edit_slice(w) ? 0 : KORCH_E_NOMEM;
}

static int take_slices(decision *d)
{
	for (size_t i = 0; i < d->input->n_slices; i++) {
		working w = {.slice = d->input->slices[i], .group = UINT32_MAX};
		for (uint32_t g = 0; g < d->groups.n && w.group == UINT32_MAX; g++)
			w.group = has_ports(d, w.slice, &d->groups.items[g]) ? g : UINT32_MAX;
		w.useless = w.group == UINT32_MAX;
		if (!w.useless && update_slice(d, &w) < 0) {
			korch_object_unref((korch_object *)w.edited);
			return KORCH_E_NOMEM;
		}
		if (korch__vec_push(&d->slices, w) < 0) {
			korch_object_unref((korch_object *)w.edited);
			return KORCH_E_NOMEM;
		}
	}
	return 0;
}

static int fill_ports(const decision *d, korch_endpoint_slice *slice, const group *like)
{
	const korch_service_spec *spec = d->input->service->spec;
	for (size_t i = 0; i < like->n_ports; i++) {
		if (like->ports[i] == 0)
			continue;
		size_t n = slice->n_ports;
		korch_endpoint_port *ports =
		    korch_list_edit(&slice->ports, &slice->n_ports, &korch_endpoint_port_type, n + 1);
		if (!ports ||
		    korch_string_set(&ports[n].protocol, protocol_of(spec->ports[i].protocol)) < 0 ||
		    korch_string_set(&ports[n].name, korch__text_or_empty(spec->ports[i].name)) < 0)
			return KORCH_E_NOMEM;
		KORCH_SET(&ports[n], korch_endpoint_port, port, like->ports[i]);
		korch_string_share(&ports[n].app_protocol, spec->ports[i].app_protocol);
	}
	return 0;
}

static int fill_labels(korch_object_meta *meta, const korch_service *service)
{
	korch_block_share(&meta->labels, korch__labels(&service->object));
	if (korch_map_set(&meta->labels, KORCH__LABEL_SERVICE_NAME,
	                  korch_object_name(&service->object)) < 0 ||
	    korch_map_set(&meta->labels, KORCH__LABEL_MANAGED_BY, KORCH__ENDPOINTS_MANAGER) < 0)
		return KORCH_E_NOMEM;
	int headless = korch__text_equal(service->spec->cluster_ip, "None");
	return headless ? korch_map_set(&meta->labels, "service.kubernetes.io/headless", "") : 0;
}

static korch_endpoint_slice *new_slice(const decision *d, const group *like)
{
	const korch_service *service = d->input->service;
	korch_object *object = NULL;
	if (korch_object_new(&object, &korch_endpoint_slice_kind) < 0)
		return NULL;
	korch_endpoint_slice *slice = (korch_endpoint_slice *)object;
	korch_object_meta *meta = korch_object_edit_meta(object);
	_cleanup_free_ char *prefix = korch__sprintf("%s-", korch_object_name(&service->object));
	if (!meta || !prefix || korch_string_set(&meta->generate_name, prefix) < 0 ||
	    fill_labels(meta, service) < 0 ||
	    korch_string_set(&slice->address_type, like->family) < 0 ||
	    fill_ports(d, slice, like) < 0 ||
	    korch_object_set_controller(object, &service->object) < 0) {
		korch_object_unref(object);
		return NULL;
	}
	korch_string_share(&meta->namespace_, service->object.metadata->namespace_);
	return slice;
}

/* A slice of the group with room: one that is written anyway, then the fullest other, then a new
 * one. */
static working *slice_with_room(decision *d, uint32_t group_index)
{
	working *best = NULL;
	for (size_t i = 0; i < d->slices.n; i++) {
		working *w = &d->slices.items[i];
		if (w->useless || w->group != group_index || w->n >= KORCH__ENDPOINTS_PER_SLICE)
			continue;
		int better = !best || (!!w->edited != !!best->edited ? w->edited != NULL : w->n > best->n);
		best = better ? w : best;
	}
	if (best)
		return best;
	working w = {.group = group_index, .edited = new_slice(d, &d->groups.items[group_index])};
	if (!w.edited || korch__vec_push(&d->slices, w) < 0) {
		korch_object_unref((korch_object *)w.edited);
		return NULL;
	}
	return &d->slices.items[d->slices.n - 1];
}

static int place_one(decision *d, working *w, const wanted *entry)
{
	korch_endpoint_slice *edited = edit_slice(w);
	size_t n = edited ? edited->n_endpoints : 0;
	korch_endpoint *items = edited ? korch_list_edit(&edited->endpoints, &edited->n_endpoints,
	                                                 &korch_endpoint_type, n > w->n ? n : w->n + 1)
	                               : NULL;
	if (!items)
		return KORCH_E_NOMEM;
	korch_struct_clear(&items[w->n], &korch_endpoint_type);
	return fill_endpoint(d, &items[w->n++], entry);
}

static int place_rest(decision *d)
{
	working *w = NULL;
	for (size_t i = 0; i < d->wanted.n; i++) {
		wanted *entry = &d->wanted.items[i];
		if (entry->placed || korch__table_get(&d->by_address, entry->address) != entry)
			continue;
		if (!w || w->group != entry->group || w->n >= KORCH__ENDPOINTS_PER_SLICE)
			w = slice_with_room(d, entry->group);
		if (!w || place_one(d, w, entry) < 0)
			return KORCH_E_NOMEM;
		entry->placed = 1;
	}
	return 0;
}

/* A service without endpoints keeps one empty slice, so that one sees that it is looked after. */
static int keep_placeholder(decision *d)
{
	if (d->wanted.n > 0)
		return 0;
	for (size_t i = 0; i < d->slices.n; i++) {
		if (d->slices.items[i].slice && d->slices.items[i].slice->n_endpoints == 0) {
			d->slices.items[i].useless = 0;
			d->slices.items[i].n = 1; /* not empty, as far as write_all() is concerned */
			return 0;
		}
	}
	const group empty = {.family = "IPv4"};
	working w = {.edited = new_slice(d, &empty), .n = 1};
	if (!w.edited || korch__vec_push(&d->slices, w) < 0) {
		korch_object_unref((korch_object *)w.edited);
		return KORCH_E_NOMEM;
	}
	return 0;
}

/* Labels that the service gained or lost. */
static int relabel(decision *d, working *w)
{
	korch_object_meta wish = {0};
	int code = fill_labels(&wish, d->input->service);
	if (code == 0 && !korch_map_equal(wish.labels, korch__labels(&w->slice->object))) {
		korch_endpoint_slice *edited = edit_slice(w);
		korch_object_meta *meta = edited ? korch_object_edit_meta(&edited->object) : NULL;
		code = meta ? 0 : KORCH_E_NOMEM;
		if (meta)
			korch_block_share(&meta->labels, wish.labels);
	}
	korch_block_unref(wish.labels);
	return code;
}

static int write_one(decision *d, working *w)
{
	if (w->slice && (w->useless || w->n == 0))
		return korch_plan_delete(d->plan, &w->slice->object, NULL);
	if (w->edited->n_endpoints > w->n) {
		korch_list_edit(&w->edited->endpoints, &w->edited->n_endpoints, &korch_endpoint_type, w->n);
		if (w->edited->n_endpoints != w->n)
			return KORCH_E_NOMEM;
	}
	korch_object *object = &KORCH_STEAL(w->edited)->object;
	return w->slice ? korch_plan_update(d->plan, &w->slice->object, object)
	                : korch_plan_create(d->plan, object);
}

static int needs_write(const working *w)
{
	return w->edited || (w->slice && (w->useless || w->n == 0));
}

/*
 * What does not fit into one plan is left to the next: then slices that get something go first, so
 * that an endpoint which moves is in two slices for a moment, and never in none.
 */
static int write_all(decision *d)
{
	int code = 0;
	for (int is_last = 0; is_last < 2; is_last++) {
		for (size_t i = 0; i < d->slices.n && code == 0; i++) {
			working *w = &d->slices.items[i];
			int is_gone = w->slice && (w->useless || w->n == 0);
			if (is_gone != is_last)
				continue;
			if (w->slice && !is_gone && relabel(d, w) < 0)
				return KORCH_E_NOMEM;
			if (!needs_write(w))
				continue;
			if (!korch__plan_takes(d->plan, 1))
				return 0;
			code = write_one(d, w);
		}
	}
	return code;
}

int korch__endpoints_decide(const korch__endpoints_input *input, korch_plan *plan,
                            korch_error **err)
{
	const korch_service_spec *spec = input->service->spec;
	if (!spec || !spec->selector || spec->selector->n == 0 ||
	    korch__text_equal(spec->type, "ExternalName") ||
	    korch__is_deleting(&input->service->object))
		return 0;
	_cleanup_(decision_fini) decision d = {.input = input, .plan = plan};
	korch__table_init(&d.by_address, &address_ops);
	int code = want_all(&d);
	if (code == 0)
		code = take_slices(&d);
	if (code == 0)
		code = place_rest(&d);
	if (code == 0)
		code = keep_placeholder(&d);
	if (code == 0)
		code = write_all(&d);
	return code < 0 ? korch_error_set(err, code, "out of memory") : 0;
}
