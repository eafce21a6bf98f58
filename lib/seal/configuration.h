/* What the parts of the reader of an EncryptionConfiguration share. */
#ifndef KORCH_SEAL_CONFIGURATION_H
#define KORCH_SEAL_CONFIGURATION_H

#include "object/config.h"
#include "seal/core.h"
#include "seal/mask.h"

typedef struct korch__seal_reading {
	korch__seal_core *core;
	korch__mask mask;
	korch__config config;
	size_t n_documents;
} korch__seal_reading;

/* Keys in the order of the file, borrowed from the core. */
typedef KORCH_VEC(const korch__seal_kek *) korch__kek_list;

/* The providers of an entry. 0 or the error. */
int korch__seal_read_providers(const korch__seal_reading *self, const korch__spot *entry,
                               korch__kek_list *keks);
/* The error of a key or rule that could not be added. */
int korch__seal_fail_add(const korch__seal_reading *self, const korch__spot *spot, int code);

#endif
