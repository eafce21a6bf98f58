/* One value of a store under the keys of a core: the work behind the calls of <korch/seal.h>. */
#ifndef KORCH_SEAL_VALUE_H
#define KORCH_SEAL_VALUE_H

#include "seal/core.h"

/* The first key of a rule that may have made a value, by its prefix, its index, and how many there
 * are; NULL when there is none. */
const korch__seal_kek *korch__value_find(size_t *index, size_t *n, const korch__seal_rule *rule,
                                         const korch_seal_value *value);
/* What stands behind the key's prefix. */
korch_seal_value korch__value_body(const korch__seal_kek *kek, const korch_seal_value *value);
/* Room for `length` bytes and a NUL, freed with korch__free(). */
int korch__value_room(korch_seal_buffer *out, size_t length, korch_error **err);
/* Into room that it makes. */
int korch__value_seal(korch_seal_buffer *out, korch__seal_core *core, const korch__seal_kek *kek,
                      const korch_seal_value *value, korch_error **err);
/*
 * Into room that it makes. Tries all keys that may have made the value, as names may be there
 * twice; *index is that of the one which did.
 */
int korch__value_open(korch_seal_buffer *out, size_t *index, korch__seal_core *core,
                      const korch_seal_value *value, korch_error **err);

/* Errors with the object in front: "secrets default/db: message". Each returns its code. */
int korch__value_fail(korch_error **err, int code, const korch_seal_value *value,
                      const char *message);
int korch__value_fail_no_key(korch_error **err, const korch_seal_value *value);
int korch__value_fail_open(korch_error **err, const korch_seal_value *value,
                           const korch__seal_kek *kek, int code);

#endif
