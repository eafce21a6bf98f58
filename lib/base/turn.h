/*
 * Taking turns by weight: of any run of as many choices as the weights sum to, each gets exactly
 * its weight, evenly spread ("smooth weighted round robin", of nginx' upstream module).
 */
#ifndef KORCH_BASE_TURN_H
#define KORCH_BASE_TURN_H

#include <stddef.h>
#include <stdint.h>

typedef struct korch_turn {
	int32_t weight; /* 0: it gets no turn */
	int32_t credit; /* 0 at first */
} korch_turn;

/* Index of the one whose turn it is; SIZE_MAX when all weights are 0. Of equal ones the first. */
size_t korch__turn_next(korch_turn *turns, size_t n);

#endif
