/* Addresses as values: an IP address and a port, compared and printed without a sockaddr's size. */
#ifndef KORCH_PROXY_ADDRESS_H
#define KORCH_PROXY_ADDRESS_H

#include <stdint.h>

struct sockaddr;
struct sockaddr_storage;

/* Bytes that are not used are zero. */
typedef struct korch_proxy_address {
	uint8_t ip[16]; /* IPv4: the first four */
	uint16_t port;  /* host order */
	uint8_t family; /* 4 or 6 */
	uint8_t reserved;
} korch_proxy_address;

enum { KORCH_PROXY_ADDRESS_TEXT = 56 }; /* longest text with its NUL */

/* 0, or KORCH_E_INVALID when the text is no IP address or the port is not in 1 to 65535. */
int korch__proxy_address_parse(korch_proxy_address *out, const char *ip, int32_t port);
/* Order by family, IP, port; 0 when equal. */
int korch__proxy_address_compare(const korch_proxy_address *a, const korch_proxy_address *b);
/* "127.0.0.1:80", "[::1]:80". */
void korch__proxy_address_text(char out[KORCH_PROXY_ADDRESS_TEXT],
                               const korch_proxy_address *address);
void korch__proxy_address_to(struct sockaddr_storage *out, const korch_proxy_address *address);
/* Length of that sockaddr. */
unsigned korch__proxy_address_size(const korch_proxy_address *address);
/* 0, or KORCH_E_INVALID when it is neither IPv4 nor IPv6. */
int korch__proxy_address_from(korch_proxy_address *out, const struct sockaddr *address);

#endif
