/*
 * Messages as gRPC puts them into a body: a byte of flags, four of length, the message. Compression
 * is not spoken.
 */
#ifndef KORCH_HTTP_GRPC_FRAME_H
#define KORCH_HTTP_GRPC_FRAME_H

#include "base/buf.h"

enum { KORCH_GRPC_HEAD = 5 };

/*
 * Appends the head of a message and gives room for its bytes; the caller adds their number to
 * out->len when they are there. NULL on failure (out->failed), or for a message that is too long
 * for a head.
 */
char *korch__grpc_frame_begin(korch_buf *out, size_t length);

/*
 * The first message in a body. 1: *message and *length are set, and the message takes
 * KORCH_GRPC_HEAD + *length bytes of the body; 0: it is not there as a whole, *length is how long
 * it will be (0 when its head is not there either); KORCH_E_LIMIT: longer than max; KORCH_E_PARSE:
 * compressed, which nobody asked for.
 */
int korch__grpc_frame_next(const char **message, size_t *length, const char *body,
                           size_t body_length, size_t max);

#endif
