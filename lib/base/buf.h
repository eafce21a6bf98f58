/* A growing byte buffer with a maximum. The first failure sticks, so callers check once at the end.
 */
#ifndef KORCH_BASE_BUF_H
#define KORCH_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

typedef struct korch_buf {
	char *data; /* terminated by a NUL that len does not count; NULL while empty */
	size_t len;
	size_t cap;
	size_t max; /* 0 = no more than SIZE_MAX / 4 */
	int failed; /* 0, KORCH_E_NOMEM or KORCH_E_LIMIT */
} korch_buf;

void korch__buf_init(korch_buf *buf, size_t max);
void korch__buf_fini(korch_buf *buf);
void korch__buf_put(korch_buf *buf, const void *data, size_t len);
void korch__buf_puts(korch_buf *buf, const char *text);
void korch__buf_putc(korch_buf *buf, char c);
void korch__buf_printf(korch_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void korch__buf_reset(korch_buf *buf); /* len 0, memory and max kept, failure cleared */
/* Room for `len` more bytes at data + len, NULL on failure; the caller adds to len what it wrote.
 */
char *korch__buf_reserve(korch_buf *buf, size_t len);
/* The text, owned by the caller (korch__free), "" when empty; NULL when the buffer failed. Leaves
 * an empty buffer. */
char *korch__buf_steal(korch_buf *buf);

#endif
