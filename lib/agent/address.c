/* Addresses of pods, as bits of a block. */
#include "agent/address.h"
#include "base/alloc.h"
#include <arpa/inet.h>
#include <korch/error.h>

void korch__addresses_init(korch__addresses *self, uint32_t base, uint32_t prefix)
{
	*self = (korch__addresses){.base = base};
	if (base != 0 && prefix >= 8 && prefix <= 30)
		self->n = UINT32_C(1) << (32 - prefix);
	self->next = 1;
}

void korch__addresses_fini(korch__addresses *self)
{
	korch__free(self->bits);
	*self = (korch__addresses){0};
}

static int make_bits(korch__addresses *self)
{
	if (!self->bits)
		self->bits = korch__calloc(self->n / 64 + 1, sizeof(*self->bits));
	return self->bits ? 0 : KORCH_E_NOMEM;
}

static int is_used(const korch__addresses *self, uint32_t i)
{
	return (self->bits[i / 64] >> (i % 64)) & 1;
}

static int is_free(const korch__addresses *self, uint32_t address)
{
	uint32_t i = address - self->base;
	return address > self->base && i < self->n - 1 && !is_used(self, i);
}

int korch__addresses_take(korch__addresses *self, uint32_t *out, uint32_t wish)
{
	if (self->n == 0) {
		*out = 0;
		return 0;
	}
	if (self->used + 2 >= self->n)
		return KORCH_E_LIMIT;
	if (make_bits(self) < 0)
		return KORCH_E_NOMEM;
	if (is_free(self, wish)) {
		*out = wish;
		return korch__addresses_claim(self, wish);
	}
	uint32_t i = self->next;
	while (i == 0 || i == self->n - 1 || is_used(self, i))
		i = i + 1 < self->n ? i + 1 : 1;
	self->bits[i / 64] |= UINT64_C(1) << (i % 64);
	self->used++;
	self->next = i + 1 < self->n ? i + 1 : 1;
	*out = self->base + i;
	return 0;
}

int korch__addresses_claim(korch__addresses *self, uint32_t address)
{
	uint32_t i = address - self->base;
	if (self->n == 0 || address <= self->base || i >= self->n - 1)
		return 0;
	if (make_bits(self) < 0)
		return KORCH_E_NOMEM;
	self->used += (uint32_t)!is_used(self, i);
	self->bits[i / 64] |= UINT64_C(1) << (i % 64);
	return 0;
}

void korch__addresses_give(korch__addresses *self, uint32_t address)
{
	uint32_t i = address - self->base;
	if (!self->bits || address <= self->base || i >= self->n - 1 || !is_used(self, i))
		return;
	self->bits[i / 64] &= ~(UINT64_C(1) << (i % 64));
	self->used--;
}

/* By hand: this runs several times for every pod. */
void korch__address_text(char out[KORCH__ADDRESS_TEXT], uint32_t address)
{
	for (int shift = 24; address != 0 && shift >= 0; shift -= 8) {
		unsigned part = address >> shift & 255;
		if (part >= 100)
			*out++ = (char)('0' + part / 100);
		if (part >= 10)
			*out++ = (char)('0' + part / 10 % 10);
		*out++ = (char)('0' + part % 10);
		if (shift > 0)
			*out++ = '.';
	}
	*out = '\0';
}

uint32_t korch__address_parse(const char *text)
{
	struct in_addr address;
	return text && inet_pton(AF_INET, text, &address) == 1 ? ntohl(address.s_addr) : 0;
}
