/* The arithmetic of quantities (quantity.c) for the file that reads and writes them
 * (quantity_text.c). */
#ifndef KORCH_OBJECT_QUANTITY_H
#define KORCH_OBJECT_QUANTITY_H

#include <korch/quantity.h>

typedef __int128 korch__wide;
typedef unsigned __int128 korch__uwide;

#define KORCH__NANO INT64_C(1000000000)
/* Largest magnitude: what negation and one addition cannot overflow. */
#define KORCH__QUANTITY_MAX ((korch__wide)(~(korch__uwide)0 >> 1))

static inline korch__wide korch__quantity_nano(const korch_quantity *quantity)
{
	return (korch__wide)((korch__uwide)(uint64_t)quantity->high << 64 | quantity->low);
}

static inline void korch__quantity_set(korch_quantity *out, korch__wide nano)
{
	out->high = (int64_t)((korch__uwide)nano >> 64);
	out->low = (uint64_t)(korch__uwide)nano;
}

#endif
