/* The binary heap of intrusive nodes. */
#include "base/heap.h"
#include "base/alloc.h"
#include "base/vec.h"
#include <korch/error.h>

#include <assert.h>

static int before(const korch_heap_node *a, const korch_heap_node *b)
{
	return a->when != b->when ? a->when < b->when : a->sequence < b->sequence;
}

static void place(korch_heap *heap, korch_heap_node *node, size_t index)
{
	heap->items[index] = node;
	node->index = index;
}

static void sift_up(korch_heap *heap, korch_heap_node *node, size_t index)
{
	while (index > 0) {
		size_t parent = (index - 1) / 2;
		if (!before(node, heap->items[parent]))
			break;
		place(heap, heap->items[parent], index);
		index = parent;
	}
	place(heap, node, index);
}

static void sift_down(korch_heap *heap, korch_heap_node *node, size_t index)
{
	for (;;) {
		size_t child = 2 * index + 1;
		if (child >= heap->n)
			break;
		if (child + 1 < heap->n && before(heap->items[child + 1], heap->items[child]))
			child++;
		if (!before(heap->items[child], node))
			break;
		place(heap, heap->items[child], index);
		index = child;
	}
	place(heap, node, index);
}

void korch__heap_fini(korch_heap *heap)
{
	for (size_t i = 0; i < heap->n; i++)
		heap->items[i]->index = SIZE_MAX;
	korch__free(heap->items);
	*heap = (korch_heap){0};
}

int korch__heap_reserve(korch_heap *heap, size_t n)
{
	if (n <= heap->cap)
		return 0;
	return korch__vec_grow(&heap->items, &heap->cap, heap->n, n - heap->n, sizeof(*heap->items));
}

int korch__heap_insert(korch_heap *heap, korch_heap_node *node)
{
	assert(node->index == SIZE_MAX);
	int r = korch__heap_reserve(heap, heap->n + 1);
	if (r < 0)
		return r;
	node->sequence = heap->sequence++;
	sift_up(heap, node, heap->n++);
	return 0;
}

void korch__heap_remove(korch_heap *heap, korch_heap_node *node)
{
	size_t index = node->index;
	if (index == SIZE_MAX)
		return;
	assert(index < heap->n && heap->items[index] == node);
	node->index = SIZE_MAX;
	korch_heap_node *last = heap->items[--heap->n];
	if (last == node)
		return;
	if (index > 0 && before(last, heap->items[(index - 1) / 2]))
		sift_up(heap, last, index);
	else
		sift_down(heap, last, index);
}

korch_heap_node *korch__heap_first(const korch_heap *heap)
{
	return heap->n ? heap->items[0] : NULL;
}
