/* Services of `korch up`: where each answers, made from the view. */
#include "up/rows.h"

#include <korch/api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERVICES_MAX = 10000 };

struct collecting {
	tool_service *items;
	size_t n;
	size_t cap;
};

static int is_same(const tool_service *a, const tool_service *b)
{
	if (strcmp(a->address, b->address) != 0 || a->n_ports != b->n_ports)
		return 0;
	for (size_t i = 0; i < a->n_ports; i++)
		if (a->ports[i].number != b->ports[i].number ||
		    strcmp(a->ports[i].protocol, b->ports[i].protocol) != 0)
			return 0;
	return 1;
}

static void fill(tool_service *out, const korch_service *service)
{
	memset(out, 0, sizeof(*out));
	snprintf(out->namespace_, sizeof(out->namespace_), "%s",
	         korch_object_namespace(&service->object));
	snprintf(out->name, sizeof(out->name), "%s", korch_object_name(&service->object));
	snprintf(out->address, sizeof(out->address), "%s", service->spec->cluster_ip);
	for (size_t i = 0; i < service->spec->n_ports && i < SERVICE_PORTS_MAX; i++) {
		const korch_service_port *from = &service->spec->ports[i];
		tool_port *to = &out->ports[out->n_ports++];
		snprintf(to->name, sizeof(to->name), "%s", from->name ? from->name : "");
		snprintf(to->protocol, sizeof(to->protocol), "%s", from->protocol ? from->protocol : "TCP");
		to->number = from->port;
	}
}

static int collect(void *userdata, const korch_object *object)
{
	struct collecting *all = userdata;
	const korch_service *service = (const korch_service *)object;
	const char *address = service->spec ? service->spec->cluster_ip : NULL;
	if (!address || !*address || strcmp(address, "None") == 0 || all->n == SERVICES_MAX)
		return 0;
	if (all->n == all->cap) {
		size_t cap = all->cap ? all->cap * 2 : 8;
		tool_service *items = realloc(all->items, cap * sizeof(*items));
		if (!items)
			return KORCH_E_NOMEM;
		all->items = items;
		all->cap = cap;
	}
	fill(&all->items[all->n++], service);
	return 0;
}

static int compare(const void *a, const void *b)
{
	const tool_service *first = a;
	const tool_service *second = b;
	int order = strcmp(first->namespace_, second->namespace_);
	return order ? order : strcmp(first->name, second->name);
}

int services_refresh(tool_rows *rows, const korch_view *view)
{
	struct collecting now = {0};
	const korch_view_query query = {.kind = &korch_service_kind};
	int code = korch_view_each(view, &query, collect, &now);
	if (code < 0) {
		free(now.items);
		return code;
	}
	if (now.n)
		qsort(now.items, now.n, sizeof(*now.items), compare);
	for (size_t i = 0; i < now.n; i++) {
		const tool_service *before =
		    rows->n_services
		        ? bsearch(&now.items[i], rows->services, rows->n_services, sizeof(*before), compare)
		        : NULL;
		now.items[i].is_changed = !before || !is_same(before, &now.items[i]);
	}
	free(rows->services);
	rows->services = now.items;
	rows->n_services = now.n;
	return 0;
}

void service_title(char *out, size_t size, const tool_service *service)
{
	int is_default = strcmp(service->namespace_, "default") == 0;
	int at = snprintf(out, size, "%s%sservice/%s at ", is_default ? "" : service->namespace_,
	                  is_default ? "" : "/", service->name);
	for (size_t i = 0; i < service->n_ports && at >= 0 && (size_t)at < size; i++) {
		const tool_port *port = &service->ports[i];
		at += snprintf(out + at, size - (size_t)at, "%s%s:%d%s", i ? ", " : "", service->address,
		               port->number,
		               strcmp(port->protocol, "TCP") == 0 ? ""
		               : port->protocol[0] == 'U'         ? "/udp"
		                                                  : "/sctp");
	}
}
