/* Growth of typed arrays. */
#include "base/vec.h"
#include <korch/error.h>

#include <stdint.h>
#include <string.h>

int korch__vec_grow(void *items_slot, size_t *cap, size_t n, size_t more, size_t item_size)
{
	size_t need;
	if (__builtin_add_overflow(n, more, &need))
		return KORCH_E_NOMEM;
	if (need <= *cap)
		return 0;
	size_t wanted = *cap < SIZE_MAX / 2 ? *cap + *cap / 2 : SIZE_MAX;
	if (wanted < 4)
		wanted = 4;
	if (wanted < need)
		wanted = need;

	/*
	 * The slot is a pointer of some object type: copied as bytes, so that no aliasing rule is
	 * broken.
	 */
	void *items;
	memcpy(&items, items_slot, sizeof(items));
	items = korch__realloc_array(items, wanted, item_size);
	if (!items)
		return KORCH_E_NOMEM;
	memcpy(items_slot, &items, sizeof(items));
	*cap = wanted;
	return 0;
}
