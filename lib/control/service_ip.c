/* Addresses for Services: the first free one of a range, and the fields that say it. Who has which
 * is the controller's to know. */
#include "control/service_ip.h"
#include "base/text.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

int korch__ip_parse(uint32_t *out, const char *text)
{
	struct in_addr address;
	if (!text || inet_pton(AF_INET, text, &address) != 1)
		return KORCH_E_INVALID;
	*out = ntohl(address.s_addr);
	return 0;
}

void korch__ip_text(char out[16], uint32_t ip)
{
	snprintf(out, 16, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
}

int korch__ip_range_parse(korch__ip_range *out, const char *cidr)
{
	char address[16];
	int64_t bits;
	uint32_t ip;
	const char *slash = strchr(cidr, '/');
	if (!slash || (size_t)(slash - cidr) >= sizeof(address) ||
	    korch__text_to_i64(&bits, slash + 1) < 0 || bits < 1 || bits > 32)
		return KORCH_E_INVALID;
	memcpy(address, cidr, (size_t)(slash - cidr));
	address[slash - cidr] = '\0';
	if (korch__ip_parse(&ip, address) < 0)
		return KORCH_E_INVALID;
	uint32_t rest = bits == 32 ? 0 : UINT32_MAX >> bits;
	out->first = ip & ~rest;
	out->last = ip | rest;
	if (rest > 1) {
		out->first++;
		out->last--;
	}
	return 0;
}

int korch__ip_pick(uint32_t *out, const korch__ip_range *range, uint32_t from,
                   int (*is_taken)(void *userdata, uint32_t ip), void *userdata)
{
	for (uint64_t ip = from > range->first ? from : range->first; ip <= range->last; ip++) {
		if (is_taken(userdata, (uint32_t)ip))
			continue;
		*out = (uint32_t)ip;
		return 0;
	}
	return KORCH_E_LIMIT;
}

int korch__service_wants_ip(const korch_service *service)
{
	const korch_service_spec *spec = service->spec;
	return spec && !korch__text_equal(spec->type, "ExternalName") &&
	       !korch__text_or_empty(spec->cluster_ip)[0];
}

static int set_list(const char ***slot, size_t *n, const char *text)
{
	const char **items = korch_string_list_edit(slot, n, 1);
	return items ? korch_string_set(&items[0], text) : KORCH_E_NOMEM;
}

int korch__service_set_ip(korch_service *service, const char *text)
{
	korch_service_spec *spec = korch_struct_edit(&service->spec, &korch_service_spec_type);
	if (!spec || (text && korch_string_set(&spec->cluster_ip, text) < 0))
		return KORCH_E_NOMEM;
	const char *ip = korch__text_or_empty(spec->cluster_ip);
	if (spec->n_cluster_ips == 0 && set_list(&spec->cluster_ips, &spec->n_cluster_ips, ip) < 0)
		return KORCH_E_NOMEM;
	const char *family = strchr(ip, ':') ? "IPv6" : "IPv4";
	if (spec->n_ip_families == 0 && set_list(&spec->ip_families, &spec->n_ip_families, family) < 0)
		return KORCH_E_NOMEM;
	return spec->ip_family_policy ? 0 : korch_string_set(&spec->ip_family_policy, "SingleStack");
}
