/* Addresses as values: parsing, order, text, and the way to a sockaddr and back. */
#include "proxy/address.h"

#include <arpa/inet.h>
#include <korch/error.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int korch__proxy_address_parse(korch_proxy_address *out, const char *ip, int32_t port)
{
	korch_proxy_address address = {.port = (uint16_t)port};
	if (!ip || port < 1 || port > 65535)
		return KORCH_E_INVALID;
	if (inet_pton(AF_INET, ip, address.ip) == 1)
		address.family = 4;
	else if (inet_pton(AF_INET6, ip, address.ip) == 1)
		address.family = 6;
	else
		return KORCH_E_INVALID;
	*out = address;
	return 0;
}

int korch__proxy_address_compare(const korch_proxy_address *a, const korch_proxy_address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	int order = memcmp(a->ip, b->ip, sizeof(a->ip));
	if (order)
		return order;
	return (a->port > b->port) - (a->port < b->port);
}

void korch__proxy_address_text(char out[KORCH_PROXY_ADDRESS_TEXT],
                               const korch_proxy_address *address)
{
	char ip[INET6_ADDRSTRLEN] = "";
	int is_6 = address->family == 6;
	inet_ntop(is_6 ? AF_INET6 : AF_INET, address->ip, ip, sizeof(ip));
	snprintf(out, KORCH_PROXY_ADDRESS_TEXT, is_6 ? "[%s]:%u" : "%s:%u", ip,
	         (unsigned)address->port);
}

void korch__proxy_address_to(struct sockaddr_storage *out, const korch_proxy_address *address)
{
	memset(out, 0, sizeof(*out));
	if (address->family == 6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(address->port);
		memcpy(&in6->sin6_addr, address->ip, 16);
		return;
	}
	struct sockaddr_in *in = (struct sockaddr_in *)out;
	in->sin_family = AF_INET;
	in->sin_port = htons(address->port);
	memcpy(&in->sin_addr, address->ip, 4);
}

unsigned korch__proxy_address_size(const korch_proxy_address *address)
{
	return address->family == 6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

int korch__proxy_address_from(korch_proxy_address *out, const struct sockaddr *address)
{
	korch_proxy_address made = {0};
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)address;
		made.family = 4;
		made.port = ntohs(in->sin_port);
		memcpy(made.ip, &in->sin_addr, 4);
	} else if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
		made.family = 6;
		made.port = ntohs(in6->sin6_port);
		memcpy(made.ip, &in6->sin6_addr, 16);
	} else {
		return KORCH_E_INVALID;
	}
	*out = made;
	return 0;
}
