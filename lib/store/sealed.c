/* Sealed values: how they look, and which are to be sealed again. */
#include "store/sealed.h"
#include "base/cleanup.h"
#include <korch/store.h>
#include <string.h>

int korch__is_sealed(const void *data, size_t length)
{
	static const char *const heads[] = {"korch:seal:", "k8s:enc:"};
	for (size_t i = 0; i < KORCH_COUNT(heads); i++) {
		size_t n = strlen(heads[i]);
		if (length >= n && memcmp(data, heads[i], n) == 0)
			return 1;
	}
	return 0;
}

int korch__seal_again(char **out, size_t *length, korch_sealer *sealer, int type,
                      const korch_seal_value *value, korch_error **err)
{
	int covers = korch_sealer_covers(sealer, value->key.kind);
	if (!covers && !korch__is_sealed(value->data, value->length))
		return 0;
	if (type == KORCH_RESEAL_ALL)
		return korch_sealer_reseal(out, length, sealer, value, err);
	int r = korch_sealer_is_old(sealer, value, err);
	return r <= 0 ? r : korch_sealer_rewrap(out, length, sealer, value, err);
}
