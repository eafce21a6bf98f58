/* Sealers with callbacks for keys, and looking for words in the files of a store. */
#ifndef KORCH_TESTS_STORE_SEAL_FIXTURE_H
#define KORCH_TESTS_STORE_SEAL_FIXTURE_H

#include "sqlite_fixture.h"

extern int wrap_code; /* what wrapping a data key answers */

/* The callbacks of a key: userdata is a number that bytes are masked with. */
int wrap(void *userdata, korch_seal_buffer *out, const uint8_t *in, size_t length,
         korch_error **err);
int unwrap(void *userdata, korch_seal_buffer *out, const uint8_t *in, size_t length,
           korch_error **err);
/* A sealer with keys of these names, "NAME" or "NAME NAME"; the key is its name's first letter. */
korch_sealer *sealer_of(const char *names, int accept_plain);
/* Closes the store, and gives the next one another sealer ("": none). */
void use_sealer(const char *names, int accept_plain);
/* A folder, and a sealer with key "old". */
void seal_set_up(void);
/* Whether words stand in the store's file or in its WAL. */
int is_in_files(const char *words);

#endif
