/* The queue of pods that wait: a binary heap of their indexes. */
#include "schedule/run.h"

static int goes_before(const schedule_queue *self, size_t a, size_t b)
{
	int32_t one = self->model->pods.items[a].object->spec->priority;
	int32_t other = self->model->pods.items[b].object->spec->priority;
	return one != other ? one > other : a < b;
}

void queue_push(schedule_queue *self, size_t pod)
{
	size_t i = self->n++;
	for (; i > 0 && goes_before(self, pod, self->items[(i - 1) / 2]); i = (i - 1) / 2)
		self->items[i] = self->items[(i - 1) / 2];
	self->items[i] = pod;
}

size_t queue_pop(schedule_queue *self)
{
	size_t first = self->items[0], last = self->items[--self->n], i = 0;
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= self->n)
			break;
		if (child + 1 < self->n && goes_before(self, self->items[child + 1], self->items[child]))
			child++;
		if (!goes_before(self, self->items[child], last))
			break;
		self->items[i] = self->items[child];
		i = child;
	}
	self->items[i] = last;
	return first;
}
