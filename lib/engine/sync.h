/* What sync.c (listing and watching) and relist.c (differences between two lists) share. */
#ifndef KORCH_ENGINE_SYNC_H
#define KORCH_ENGINE_SYNC_H

#include "engine/engine.h"

/* A list under way. After the first it goes into a second cache, and differences are applied. */
struct korch_resync {
	korch_engine *engine; /* NULL: stopped, or done */
	korch_cache *fresh;   /* NULL: the first list, straight into the engine's cache */
	korch_timer *retry;
	uint64_t revision; /* of the state that is listed */
	int is_asking;     /* the store will call */
	int is_inside;     /* in that call */
};

/* A change into the cache, and to all who want to know. KORCH_E_NOMEM: it is not in the cache. */
int korch__sync_apply(korch_engine *engine, const korch_change *change);
/* Makes the engine's cache what the second one is, change by change. 0 or KORCH_E_NOMEM. */
int korch__relist_apply(korch_resync *resync);

#endif
