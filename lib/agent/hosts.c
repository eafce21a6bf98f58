/* The /etc/hosts of a pod: its own name, its aliases, and all Services of the cluster. */
#include "agent/volume.h"
#include "base/cleanup.h"
#include "base/text.h"
#include <korch/api/core_service.h>
#include <stdio.h>
#include <string.h>

enum { HOSTS_MAX = 16 << 20 };

char *korch__hosts_path(const char *state_folder, const korch_pod *pod)
{
	_cleanup_free_ char *folder = korch__pod_folder(state_folder, pod);
	return folder ? korch__sprintf("%s/etc-hosts", folder) : NULL;
}

static int add_service(void *userdata, const korch_object *object)
{
	const korch_service *service = (const korch_service *)object;
	const char *address = service->spec ? korch__text_or_empty(service->spec->cluster_ip) : "";
	const char *name = korch_object_name(object);
	const char *space = korch_object_namespace(object);
	if (*address == '\0' || strcmp(address, "None") == 0)
		return 0;
	korch__buf_printf(userdata, "%s\t%s.%s.svc.cluster.local\t%s.%s.svc\t%s.%s\n", address, name,
	                  space, name, space, name, space);
	return 0;
}

char *korch__hosts_services(const korch_view *view)
{
	const korch_view_query query = {.kind = &korch_service_kind};
	korch_buf text;
	korch__buf_init(&text, HOSTS_MAX);
	korch_view_each(view, &query, add_service, &text);
	return korch__buf_steal(&text);
}

static void add_own(korch_buf *text, const korch__volume_context *context)
{
	const korch_pod *pod = context->env.pod;
	const korch_pod_spec *spec = pod->spec;
	const char *host =
	    spec->hostname && *spec->hostname ? spec->hostname : korch_object_name(&pod->object);
	if (!*context->env.pod_address)
		return;
	korch__buf_printf(text, "%s", context->env.pod_address);
	if (spec->subdomain && *spec->subdomain)
		korch__buf_printf(text, "\t%s.%s.%s.svc.cluster.local", host, spec->subdomain,
		                  korch_object_namespace(&pod->object));
	korch__buf_printf(text, "\t%s\n", host);
}

static void add_aliases(korch_buf *text, const korch_pod_spec *spec)
{
	if (spec->n_host_aliases > 0)
		korch__buf_puts(text, "\n# Entries added by HostAliases.\n");
	for (size_t i = 0; i < spec->n_host_aliases; i++) {
		const korch_host_alias *alias = &spec->host_aliases[i];
		korch__buf_puts(text, korch__text_or_empty(alias->ip));
		for (size_t k = 0; k < alias->n_hostnames; k++)
			korch__buf_printf(text, "\t%s", korch__text_or_empty(alias->hostnames[k]));
		korch__buf_putc(text, '\n');
	}
}

/* The Services, those of the pod's own namespace also by their name alone. */
static void add_services(korch_buf *text, const char *services, const char *namespace_)
{
	_cleanup_free_ char *own = korch__sprintf(".%s.svc\t", namespace_);
	for (const char *line = services; own && *line;) {
		size_t length = strcspn(line, "\n");
		size_t address = strcspn(line, "\t");
		size_t name = strcspn(line + address + 1, ".");
		const char *suffix = strstr(line, own);
		korch__buf_put(text, line, length);
		if (suffix && suffix < line + length) {
			korch__buf_putc(text, '\t');
			korch__buf_put(text, line + address + 1, name);
		}
		korch__buf_putc(text, '\n');
		line += length + 1;
	}
	if (!own)
		text->failed = KORCH_E_NOMEM;
}

int korch__hosts_write(const korch__volume_context *context, const char *services)
{
	const korch_pod *pod = context->env.pod;
	_cleanup_free_ char *path = korch__hosts_path(context->state_folder, pod);
	korch_buf text;
	korch__buf_init(&text, HOSTS_MAX);
	korch__buf_puts(&text,
	                "# Managed by korch.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost "
	                "ip6-loopback\n");
	add_own(&text, context);
	add_aliases(&text, pod->spec);
	add_services(&text, services, korch_object_namespace(&pod->object));
	int code =
	    path && !text.failed ? korch__file_rewrite(path, text.data, text.len) : KORCH_E_NOMEM;
	korch__buf_fini(&text);
	return code;
}
