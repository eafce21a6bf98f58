/* What stores that encode objects share about sealed values. */
#ifndef KORCH_STORE_SEALED_H
#define KORCH_STORE_SEALED_H

#include <korch/seal.h>
#include <stddef.h>

/* 1 when a value looks sealed, by whatever key. */
int korch__is_sealed(const void *data, size_t length);
/*
 * Seals a value again when korch_store_reseal() of this type wants that; *out, of free(), stays
 * NULL when not.
 */
int korch__seal_again(char **out, size_t *length, korch_sealer *sealer, int type,
                      const korch_seal_value *value, korch_error **err);

#endif
