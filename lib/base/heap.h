/* A binary heap of intrusive nodes, ordered by (when, sequence): timers, delayed keys. */
#ifndef KORCH_BASE_HEAP_H
#define KORCH_BASE_HEAP_H

#include <stddef.h>
#include <stdint.h>

typedef struct korch_heap_node {
	int64_t when;
	uint64_t sequence; /* breaks ties: first in, first out; set by insert */
	size_t index; /* place in the heap, SIZE_MAX when not in it; set to SIZE_MAX before the first
	                 use */
} korch_heap_node;

typedef struct korch_heap {
	korch_heap_node **items;
	size_t n;
	size_t cap;
	uint64_t sequence;
} korch_heap;

void korch__heap_fini(korch_heap *heap);
/* Room for n nodes in all, so that inserting up to that many cannot fail; 0 or KORCH_E_NOMEM. */
int korch__heap_reserve(korch_heap *heap, size_t n);
int korch__heap_insert(korch_heap *heap, korch_heap_node *node);  /* not in yet; 0 or KORCH_E_NOMEM
                                                                   */
void korch__heap_remove(korch_heap *heap, korch_heap_node *node); /* fine when not in */
korch_heap_node *korch__heap_first(const korch_heap *heap);       /* NULL when empty */

#endif
