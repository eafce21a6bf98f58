/*
 * What shares of a device are worth, by the pods that are expected: the prices of a linear program.
 */
#ifndef KORCH_SCHEDULER_GPU_WORTH_H
#define KORCH_SCHEDULER_GPU_WORTH_H

#include "scheduler/gpu/devices.h"
#include <stddef.h>

/* A whole device is worth this much: millionths. */
#define KORCH__GPU_UNIT 1000000
/* Most sizes of shares that are told apart; the most frequent ones count. */
enum { KORCH__GPU_SIZES_MAX = 128 };

/* A size of share, and how many pods ask for it. */
typedef struct korch__gpu_size {
	int64_t pods;
	int32_t share; /* 1 to 999 */
	int32_t price; /* found: what room for one more such pod is worth */
} korch__gpu_size;

/*
 * The prices of sizes: the dual solution of packing all these shares on as few devices as possible
 * (Gilmore and Gomory, A Linear Programming Approach to the Cutting-Stock Problem, Operations
 * Research 1961). Half a device is worth a half where halves pair up; what only leaves room that
 * nobody fills is worth a whole one, and what fits into such room anyway is worth nothing.
 * 0 or KORCH_E_NOMEM.
 */
int korch__gpu_price_sizes(korch__gpu_size *sizes, size_t n);

/* worth[r]: the most that shares of these sizes fetch that fit together into r thousandths. */
void korch__gpu_price_rests(int32_t worth[KORCH__GPU_WHOLE + 1], const korch__gpu_size *sizes,
                            size_t n);

/* use[r]: how much of r thousandths the next `offers` pods would use, in expectation, when each is
 * one of these at random (`others` of them use no share) and is taken only where that helps. In
 * millionths of a device. */
void korch__gpu_expect_use(int32_t use[KORCH__GPU_WHOLE + 1], const korch__gpu_size *sizes,
                           size_t n, int64_t others, int offers);

#endif
