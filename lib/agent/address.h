/* Addresses of pods: one block, each address given out once until it is given back; the one not
 * used for longest comes first. */
#ifndef KORCH_AGENT_ADDRESS_H
#define KORCH_AGENT_ADDRESS_H

#include <stddef.h>
#include <stdint.h>

typedef struct korch__addresses {
	uint32_t base;
	uint32_t n;    /* addresses in the block; 0: none are given out */
	uint32_t next; /* where to look first */
	uint32_t used;
	uint64_t *bits; /* made with the first address */
} korch__addresses;

/* Text of an address and a NUL. */
enum { KORCH__ADDRESS_TEXT = 16 };

void korch__addresses_init(korch__addresses *self, uint32_t base, uint32_t prefix);
void korch__addresses_fini(korch__addresses *self);
/* 0, KORCH_E_LIMIT when all are in use, KORCH_E_NOMEM. The block's first and last address are not
 * given out. wish: the one to take when it is free, or 0. */
int korch__addresses_take(korch__addresses *self, uint32_t *out, uint32_t wish);
/* Marks one as in use (of an adopted pod); those outside of the block are fine. */
int korch__addresses_claim(korch__addresses *self, uint32_t address);
void korch__addresses_give(korch__addresses *self, uint32_t address);
void korch__address_text(char out[KORCH__ADDRESS_TEXT], uint32_t address); /* "" for 0 */
uint32_t korch__address_parse(const char *text); /* 0: not an IPv4 address */

#endif
