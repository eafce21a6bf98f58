/* Rings of touched slots, which rankings are brought up to date from. */
#include "scheduler/state/state.h"
#include <string.h>

#define LOG_MIN 1024

/* The log holds at least as many touches as there are slots, so that a reader that is asked often
 * never starts anew. */
int korch__log_reserve(sched_log *log, size_t slots)
{
	size_t cap = log->cap ? log->cap : LOG_MIN;
	while (cap < 2 * slots)
		cap *= 2;
	if (cap == log->cap)
		return 0;
	uint32_t *items = korch__calloc(cap, sizeof(*items));
	if (!items)
		return KORCH_E_NOMEM;
	korch__free(log->items);
	log->items = items;
	log->cap = cap;
	log->end += 2 * cap; /* everybody starts anew */
	return 0;
}

void korch__log_add(sched_log *log, uint32_t slot)
{
	log->items[log->end++ & (log->cap - 1)] = slot;
}
