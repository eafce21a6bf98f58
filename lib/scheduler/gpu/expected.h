/*
 * The pods that are expected: kinds of requests and how often each was seen. From these come the
 * two measures of what is left of a node: FGD's fragmentation, and headroom.
 */
#ifndef KORCH_SCHEDULER_GPU_EXPECTED_H
#define KORCH_SCHEDULER_GPU_EXPECTED_H

#include "scheduler/gpu/worth.h"

/* Fractions are counted in parts of this. */
#define KORCH__GPU_ONE (INT64_C(1) << 20)
/* Most kinds that are told apart; the most frequent ones count. */
enum { KORCH__GPU_KINDS_MAX = 1024 };

typedef struct korch__gpu_kind {
	korch__gpu_request request;
	uint32_t place; /* the caller's: number of the nodes on which such pods may run */
	int64_t pods;   /* how many were seen */
	int64_t worth;  /* found: of the devices that one such pod takes, in millionths of a device */
	int64_t part;   /* found: of the pods that fragmentation counts, in KORCH__GPU_ONE */
	int64_t weight; /* found: in headroom, in KORCH__GPU_ONE */
} korch__gpu_kind;

typedef struct korch__gpu_expected {
	korch__gpu_kind *kinds; /* the most frequent first */
	size_t n;
	size_t n_covering;                   /* the first so many cover 95 % of the pods */
	int32_t worth[KORCH__GPU_WHOLE + 1]; /* of what is left of a device, in millionths */
	int32_t use[KORCH__GPU_WHOLE + 1];   /* that the next few pods make of it, in millionths */
} korch__gpu_expected;

/* Takes kinds, equal ones added up (the array is put in order), and finds what they are worth; all
 * of them weigh alike until korch__gpu_expected_weigh(). 0 or KORCH_E_NOMEM. */
int korch__gpu_expected_init(korch__gpu_expected *to, const korch__gpu_kind *kinds, size_t n);
void korch__gpu_expected_fini(korch__gpu_expected *expected);

/* Nodes without pods that are alike. */
typedef struct korch__gpu_stock {
	korch__gpu_node node;
	const uint8_t *allowed; /* by place: such pods may run there; NULL = all may */
	uint64_t n;             /* how many there are */
} korch__gpu_stock;

/* Weighs kinds by how scarce nodes are for them: pods seen ÷ what all nodes together would hold of
 * them. */
void korch__gpu_expected_weigh(korch__gpu_expected *expected, const korch__gpu_stock *stock,
                               size_t n);

/* Both measures: `allowed` by place, NULL = all pods may run on the node. */

/* FGD's measure: free thousandths of devices that the expected pods, each by its part, cannot use
 * (times KORCH__GPU_ONE). 0 to what is free. Weng et al., Beware of Fragmentation, USENIX ATC 2023:
 * of a pod that finds no room, or needs no device, everything that is free is lost; of another one
 * the devices with less than it asks for. As published, memory plays no part. */
int64_t korch__gpu_fragmentation(const korch__gpu_expected *expected, const uint8_t *allowed,
                                 const korch__gpu_node *node);
/*
 * What is left of a node is worth, in millionths of a device: what the expected kinds would fetch
 * there if each had the node to itself (no more than its devices are worth, no more than its
 * processors and memory let in), eight times the best of them and once their weighted mean; and the
 * use that the next pods make of its devices. 0 without devices.
 */
int64_t korch__gpu_headroom(const korch__gpu_expected *expected, const uint8_t *allowed,
                            const korch__gpu_node *node);

#endif
