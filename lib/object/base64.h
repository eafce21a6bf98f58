/* Standard base64 with padding, as Secrets have it; line breaks are skipped. */
#ifndef KORCH_OBJECT_BASE64_H
#define KORCH_OBJECT_BASE64_H

#include "base/buf.h"

/* 1 when the text is valid. */
int korch__base64_check(const char *text);
/* Appends the bytes; 0 or KORCH_E_PARSE; check out->failed. */
int korch__base64_decode(korch_buf *out, const char *text);
/* Appends the text. */
void korch__base64_encode(korch_buf *out, const void *data, size_t length);

#endif
