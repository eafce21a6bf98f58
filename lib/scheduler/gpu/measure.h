/* A node's devices at a glance, for the measures. */
#ifndef KORCH_SCHEDULER_GPU_MEASURE_H
#define KORCH_SCHEDULER_GPU_MEASURE_H

#include "scheduler/gpu/expected.h"

typedef struct korch__gpu_view {
	int64_t free;     /* thousandths, of all devices */
	int64_t n_whole;  /* devices that are wholly free */
	int32_t greatest; /* most that is free of one device */
	int64_t worth;    /* of what is left of the devices */
	int64_t use;      /* expected of them */
} korch__gpu_view;

void korch__gpu_look(korch__gpu_view *view, const korch__gpu_expected *expected,
                     const korch__gpu_node *node);
/* 1: the devices have room for one pod of the kind. */
static inline int korch__gpu_has_devices(const korch__gpu_view *view, const korch__gpu_kind *kind)
{
	return kind->request.share > 0 ? view->greatest >= kind->request.share
	                               : view->n_whole >= kind->request.whole;
}
/* What pods of the kind would fetch if they had the node to themselves. */
int64_t korch__gpu_fetched(const korch__gpu_view *view, const korch__gpu_kind *kind,
                           const korch__gpu_node *node);

#endif
