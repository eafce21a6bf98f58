/* Seeded pseudo-random numbers (xoshiro256**, seeded by splitmix64: Blackman and Vigna, 2018). */
#ifndef KORCH_BASE_RANDOM_H
#define KORCH_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

typedef struct korch_random {
	uint64_t state[4];
} korch_random;

void korch__random_init(korch_random *random, uint64_t seed);
uint64_t korch__random_next(korch_random *random);
uint64_t korch__random_below(korch_random *random, uint64_t bound); /* uniform in [0, bound), bound
                                                                       > 0 */
double korch__random_unit(korch_random *random);                    /* uniform in [0, 1) */
/* n letters that Kubernetes uses for name suffixes (bcdfghjklmnpqrstvwxz2456789), and a NUL. */
void korch__random_suffix(korch_random *random, char *out, size_t n);
/* A version 4 UUID in text, 36 characters and a NUL. */
void korch__random_uuid(korch_random *random, char out[37]);
uint64_t korch__random_seed_from_system(void); /* getrandom(2) */

#endif
