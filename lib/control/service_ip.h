/* Addresses for Services. */
#ifndef KORCH_CONTROL_SERVICE_IP_H
#define KORCH_CONTROL_SERVICE_IP_H

#include <korch/api/core_service.h>

/* A range of IPv4 addresses in host order; the first and the last address of the network are left
 * out when it has more than two. */
typedef struct korch__ip_range {
	uint32_t first;
	uint32_t last;
} korch__ip_range;

/* Reads "10.96.0.0/12"; 0 or KORCH_E_INVALID. */
int korch__ip_range_parse(korch__ip_range *out, const char *cidr);
void korch__ip_text(char out[16], uint32_t ip);
/* The address of dotted text; 0 or KORCH_E_INVALID. */
int korch__ip_parse(uint32_t *out, const char *text);
/* The first address of the range for which is_taken says 0, from `from` on; 0 or KORCH_E_LIMIT. */
int korch__ip_pick(uint32_t *out, const korch__ip_range *range, uint32_t from,
                   int (*is_taken)(void *userdata, uint32_t ip), void *userdata);

/* 1 when the service needs an address of its own and has none. */
int korch__service_wants_ip(const korch_service *service);
/* Fills clusterIP (text, or NULL: keep what is there), clusterIPs, ipFamilies and ipFamilyPolicy of
 * an exclusively owned service. */
int korch__service_set_ip(korch_service *service, const char *text);

#endif
