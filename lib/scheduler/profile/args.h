/* A profile's `pluginConfig`: the arguments of single plugins. */
#ifndef KORCH_SCHEDULER_PROFILE_ARGS_H
#define KORCH_SCHEDULER_PROFILE_ARGS_H

#include "base/vec.h"
#include "object/config.h"
#include <korch/scheduler/profile.h>

/* Memory that lives as long as what was read. */
typedef struct korch__profile_memory {
	KORCH_VEC(void *) blocks;
} korch__profile_memory;

/* A zeroed array of at least one item, or NULL. */
void *korch__profile_calloc(korch__profile_memory *memory, size_t n, size_t size);
/* A copy of a text, or NULL. */
char *korch__profile_strdup(korch__profile_memory *memory, const char *text);
void korch__profile_memory_fini(korch__profile_memory *memory);

/*
 * Reads `pluginConfig` into a profile. *hard_weight is InterPodAffinity's hardPodAffinityWeight, as
 * korch_scheduler_options has it; it stays when none is given.
 */
int korch__profile_args(korch_scheduler_profile *profile, int32_t *hard_weight,
                        korch__profile_memory *memory, const korch__config *config,
                        const korch__spot *spot);

#endif
