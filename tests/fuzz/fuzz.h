/*
 * What a fuzz target offers: libFuzzer, or replay.c, calls it with one input after the other. It
 * traps when a law is broken.
 */
#ifndef KORCH_TESTS_FUZZ_H
#define KORCH_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                                                      \
	do {                                                                                           \
		if (!(condition))                                                                          \
			__builtin_trap();                                                                      \
	} while (0)

#endif
