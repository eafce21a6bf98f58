/* The growing byte buffer. */
#include "base/buf.h"
#include "base/alloc.h"
#include <korch/error.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { CAP_MIN = 64 };

void korch__buf_init(korch_buf *buf, size_t max)
{
	*buf = (korch_buf){.max = max};
}

void korch__buf_fini(korch_buf *buf)
{
	korch__free(buf->data);
	*buf = (korch_buf){.max = buf->max};
}

static size_t limit(const korch_buf *buf)
{
	return buf->max && buf->max < SIZE_MAX / 4 ? buf->max : SIZE_MAX / 4;
}

char *korch__buf_reserve(korch_buf *buf, size_t len)
{
	if (buf->failed)
		return NULL;
	size_t max = limit(buf);
	if (len > max || buf->len > max - len) {
		buf->failed = KORCH_E_LIMIT;
		return NULL;
	}
	size_t need = buf->len + len + 1;
	if (need > buf->cap) {
		size_t cap = buf->cap + buf->cap / 2;
		if (cap < CAP_MIN)
			cap = CAP_MIN;
		if (cap > max + 1)
			cap = max + 1;
		if (cap < need)
			cap = need;
		char *data = korch__realloc_array(buf->data, cap, 1);
		if (!data) {
			buf->failed = KORCH_E_NOMEM;
			return NULL;
		}
		data[buf->len] = '\0';
		buf->data = data;
		buf->cap = cap;
	}
	return buf->data + buf->len;
}

void korch__buf_put(korch_buf *buf, const void *data, size_t len)
{
	char *at = korch__buf_reserve(buf, len);
	if (!at)
		return;
	if (len)
		memcpy(at, data, len);
	at[len] = '\0';
	buf->len += len;
}

void korch__buf_puts(korch_buf *buf, const char *text)
{
	korch__buf_put(buf, text, strlen(text));
}

void korch__buf_putc(korch_buf *buf, char c)
{
	korch__buf_put(buf, &c, 1);
}

void korch__buf_printf(korch_buf *buf, const char *format, ...)
{
	if (buf->failed)
		return;
	/* First into the room that is there; a second time only when that was too small. */
	size_t room = buf->cap - buf->len;
	va_list args;
	va_start(args, format);
	int len = vsnprintf(room ? buf->data + buf->len : NULL, room, format, args);
	va_end(args);
	if (len >= 0 && (size_t)len < room) {
		buf->len += (size_t)len;
		return;
	}
	if (room)
		buf->data[buf->len] = '\0';
	char *at = len < 0 ? NULL : korch__buf_reserve(buf, (size_t)len);
	if (!at)
		return;
	va_start(args, format);
	vsnprintf(at, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

void korch__buf_reset(korch_buf *buf)
{
	buf->len = 0;
	buf->failed = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

char *korch__buf_steal(korch_buf *buf)
{
	/* An empty buffer has no memory yet: reserving nothing makes room for the NUL. */
	char *at = korch__buf_reserve(buf, 0);
	char *data = buf->data;
	if (!at) {
		korch__buf_fini(buf);
		return NULL;
	}
	*at = '\0';
	*buf = (korch_buf){.max = buf->max};
	return data;
}
