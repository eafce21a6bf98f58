/* Cleanup attributes: `_cleanup_(korch__free_p) char *text = …;` and `steal`. */
#ifndef KORCH_BASE_CLEANUP_H
#define KORCH_BASE_CLEANUP_H

#include "base/alloc.h"
#include <korch/error.h>

#define _cleanup_(function) __attribute__((cleanup(function)))

static inline void korch__free_p(void *slot)
{
	korch__free(*(void **)slot);
}
static inline void korch__error_free_p(korch_error **slot)
{
	korch_error_free(*slot);
}

#define _cleanup_free_ _cleanup_(korch__free_p)
#define _cleanup_error_ _cleanup_(korch__error_free_p)

/* Takes the value out of a variable and leaves NULL there. */
#define KORCH_STEAL(variable)                                                                      \
	({                                                                                             \
		__typeof__(variable) korch_stolen_ = (variable);                                           \
		(variable) = NULL;                                                                         \
		korch_stolen_;                                                                             \
	})

#define KORCH_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
