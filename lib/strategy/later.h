/* A time and a length, both a caller's: the end is never before the beginning, and never NEVER. */
#ifndef KORCH_STRATEGY_LATER_H
#define KORCH_STRATEGY_LATER_H

#include <korch/loop.h>

static inline korch_usec korch__later(korch_usec at, korch_usec span)
{
	korch_usec sum;
	return __builtin_add_overflow(at, span, &sum) ? KORCH_USEC_NEVER - 1 : sum;
}

#endif
