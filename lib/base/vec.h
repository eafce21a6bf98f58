/* Typed growing arrays: KORCH_VEC(int) numbers = {0}; */
#ifndef KORCH_BASE_VEC_H
#define KORCH_BASE_VEC_H

#include "base/alloc.h"
#include <korch/error.h>

#define KORCH_VEC(type)                                                                            \
	struct {                                                                                       \
		type *items;                                                                               \
		size_t n;                                                                                  \
		size_t cap;                                                                                \
	}

/* Room for `more` further items; 0 or KORCH_E_NOMEM. */
int korch__vec_grow(void *items_slot, size_t *cap, size_t n, size_t more, size_t item_size);

#define korch__vec_reserve(vec, more)                                                              \
	korch__vec_grow(&(vec)->items, &(vec)->cap, (vec)->n, (more), sizeof(*(vec)->items))
/* Appends a value; 0 or KORCH_E_NOMEM. */
#define korch__vec_push(vec, value)                                                                \
	(korch__vec_reserve((vec), 1) < 0 ? KORCH_E_NOMEM : ((vec)->items[(vec)->n++] = (value), 0))
#define korch__vec_fini(vec)                                                                       \
	(korch__free((vec)->items), (vec)->items = NULL, (vec)->n = (vec)->cap = 0)
/* Removes item i by moving the last one into its place. */
#define korch__vec_swap_remove(vec, i) ((vec)->items[(i)] = (vec)->items[--(vec)->n])

#endif
