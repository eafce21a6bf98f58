/* Variables that tell of the Services in a pod's namespace: NAME_SERVICE_HOST and the form of
 * Docker's links. */
#include "agent/env.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <ctype.h>
#include <korch/api/core_service.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 512 };

typedef struct gather {
	korch__env *env;
	int all; /* 0: only the Service of the API server */
} gather;

/* Upper case, with "_" in place of "-". */
static void upper(char *out, size_t size, const char *name)
{
	size_t n = 0;
	for (; name[n] && n + 1 < size; n++)
		out[n] = name[n] == '-' ? '_' : (char)toupper((unsigned char)name[n]);
	out[n] = '\0';
}

static int set(korch__env *env, const char *prefix, const char *suffix, const char *value)
{
	_cleanup_free_ char *name = korch__sprintf("%s%s", prefix, suffix);
	return name ? korch__env_set(env, name, value) : KORCH_E_NOMEM;
}

static int add_link(korch__env *env, const char *prefix, const char *address,
                    const korch_service_port *port, int first)
{
	const char *protocol = port->protocol ? port->protocol : "TCP";
	char lower[16] = "", url[NAME_MAX_BYTES], number[16], stem[NAME_MAX_BYTES];
	for (size_t i = 0; protocol[i] && i + 1 < sizeof(lower); i++)
		lower[i] = (char)tolower((unsigned char)protocol[i]);
	snprintf(number, sizeof(number), "%d", (int)port->port);
	snprintf(url, sizeof(url), "%s://%s:%s", lower, address, number);
	snprintf(stem, sizeof(stem), "%.400s_PORT_%s_%.16s", prefix, number, protocol);
	int code = first ? set(env, prefix, "_PORT", url) : 0;
	if (code == 0)
		code = set(env, stem, "", url);
	if (code == 0)
		code = set(env, stem, "_PROTO", lower);
	if (code == 0)
		code = set(env, stem, "_PORT", number);
	return code == 0 ? set(env, stem, "_ADDR", address) : code;
}

static int add_port(korch__env *env, const char *prefix, const korch_service_port *port)
{
	char number[16], name[128], suffix[160];
	if (!port->name || !*port->name)
		return 0;
	upper(name, sizeof(name), port->name);
	snprintf(suffix, sizeof(suffix), "_SERVICE_PORT_%s", name);
	snprintf(number, sizeof(number), "%d", (int)port->port);
	return set(env, prefix, suffix, number);
}

static int add(void *userdata, const korch_object *object)
{
	const gather *to = userdata;
	const korch_service *service = (const korch_service *)object;
	const char *address = service->spec ? service->spec->cluster_ip : NULL;
	char prefix[256], number[16];
	int is_api = strcmp(korch_object_name(object), "kubernetes") == 0 &&
	             strcmp(korch_object_namespace(object), "default") == 0;
	if (!address || !*address || strcmp(address, "None") == 0 || service->spec->n_ports == 0)
		return 0;
	if (!to->all && !is_api)
		return 0;
	upper(prefix, sizeof(prefix), korch_object_name(object));
	snprintf(number, sizeof(number), "%d", (int)service->spec->ports[0].port);
	int code = set(to->env, prefix, "_SERVICE_HOST", address);
	if (code == 0)
		code = set(to->env, prefix, "_SERVICE_PORT", number);
	for (size_t i = 0; i < service->spec->n_ports && code == 0; i++)
		code = add_port(to->env, prefix, &service->spec->ports[i]);
	for (size_t i = 0; i < service->spec->n_ports && code == 0; i++)
		code = add_link(to->env, prefix, address, &service->spec->ports[i], i == 0);
	return code;
}

int korch__env_add_services(korch__env *env, const korch__env_context *context)
{
	const korch_pod_spec *spec = context->pod->spec;
	gather to = {.env = env};
	to.all =
	    !KORCH_IS_SET(spec, korch_pod_spec, enable_service_links) || spec->enable_service_links;
	const korch_view_query query = {.kind = &korch_service_kind,
	                                .namespace_ = korch_object_namespace(&context->pod->object)};
	int code = korch_view_each(context->view, &query, add, &to);
	const korch_object *api =
	    korch_view_get(context->view, &korch_service_kind, "default", "kubernetes");
	return code == 0 && api ? add(&to, api) : code;
}
