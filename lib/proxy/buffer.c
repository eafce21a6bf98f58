/*
 * Buffers for reading: one that everybody reads into, exchanged only when what was read has to wait
 * for a slow reader, so that an idle or a fast connection holds no memory.
 */
#include "proxy/internal.h"

enum {
	BIG = 64 * 1024,
	SMALL = 4 * 1024, /* when much is held already */
	SPARE_MAX = 32,
};

static korch_proxy_buffer *take(korch_proxy_buffers *buffers, size_t size)
{
	korch_proxy_buffer *buffer = size == BIG ? buffers->spare : NULL;
	if (buffer) {
		buffers->spare = buffer->next;
		buffers->n_spare--;
	} else {
		buffer = korch__alloc(sizeof(*buffer) + size);
	}
	if (buffer)
		buffer->size = size;
	return buffer;
}

static void put(korch_proxy_buffers *buffers, korch_proxy_buffer *buffer)
{
	if (!buffer)
		return;
	if (buffer->size != BIG || buffers->n_spare == SPARE_MAX) {
		korch__free(buffer);
		return;
	}
	buffer->next = buffers->spare;
	buffers->spare = buffer;
	buffers->n_spare++;
}

void korch__buffers_scratch(korch_proxy_buffers *buffers, uv_buf_t *out)
{
	size_t size = buffers->held_bytes + BIG <= buffers->max_bytes ? BIG : SMALL;
	if (!buffers->scratch || buffers->scratch->size != size) {
		put(buffers, buffers->scratch);
		buffers->scratch = take(buffers, size);
	}
	korch_proxy_buffer *scratch = buffers->scratch;
	*out = scratch ? uv_buf_init(scratch->data, (unsigned)scratch->size) : uv_buf_init(NULL, 0);
}

korch_proxy_buffer *korch__buffers_keep(korch_proxy_buffers *buffers)
{
	korch_proxy_buffer *kept = buffers->scratch;
	buffers->scratch = NULL;
	buffers->held_bytes += kept->size;
	return kept;
}

void korch__buffers_give_back(korch_proxy_buffers *buffers, korch_proxy_buffer *buffer)
{
	if (!buffer)
		return;
	buffers->held_bytes -= buffer->size;
	put(buffers, buffer);
}

void korch__buffers_fini(korch_proxy_buffers *buffers)
{
	korch__free(buffers->scratch);
	while (buffers->spare) {
		korch_proxy_buffer *buffer = buffers->spare;
		buffers->spare = buffer->next;
		korch__free(buffer);
	}
	*buffers = (korch_proxy_buffers){0};
}
