/*
 * Seeded pseudo-random numbers; the only real randomness is the seed that a caller may ask the
 * system for.
 */
#include "base/random.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static uint64_t splitmix(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint64_t rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

void korch__random_init(korch_random *random, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		random->state[i] = splitmix(&seed);
}

uint64_t korch__random_next(korch_random *random)
{
	uint64_t *s = random->state;
	uint64_t result = rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

uint64_t korch__random_below(korch_random *random, uint64_t bound)
{
	if (bound == 0)
		return 0;
	/* Values under 2^64 mod bound would make small results more likely: draw again. */
	uint64_t skip = -bound % bound;
	uint64_t value;
	do {
		value = korch__random_next(random);
	} while (value < skip);
	return value % bound;
}

double korch__random_unit(korch_random *random)
{
	return (double)(korch__random_next(random) >> 11) * 0x1.0p-53;
}

void korch__random_suffix(korch_random *random, char *out, size_t n)
{
	static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
	for (size_t i = 0; i < n; i++)
		out[i] = letters[korch__random_below(random, sizeof(letters) - 1)];
	out[n] = '\0';
}

void korch__random_uuid(korch_random *random, char out[37])
{
	uint64_t high = korch__random_next(random);
	uint64_t low = korch__random_next(random);
	high = (high & ~UINT64_C(0xf000)) | UINT64_C(0x4000);
	low = (low & ~(UINT64_C(3) << 62)) | (UINT64_C(2) << 62);
	snprintf(out, 37, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(high >> 32),
	         (unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xffff), (unsigned)(low >> 48),
	         (unsigned long long)(low & UINT64_C(0xffffffffffff)));
}

uint64_t korch__random_seed_from_system(void)
{
	uint64_t seed;
	ssize_t n;
	do {
		n = getrandom(&seed, sizeof(seed), 0);
	} while (n < 0 && errno == EINTR);
	if (n == (ssize_t)sizeof(seed))
		return seed;
	/*
	 * Kernels without getrandom: the clock's nanoseconds and a place on the stack are the best
	 * there is.
	 */
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	uint64_t mix = (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
	mix ^= (uint64_t)(uintptr_t)&now;
	return splitmix(&mix);
}
