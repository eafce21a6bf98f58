/* gRPC's framing. */
#include "http/grpc_frame.h"
#include <korch/error.h>

char *korch__grpc_frame_begin(korch_buf *out, size_t length)
{
	if (length > UINT32_MAX) {
		out->failed = KORCH_E_LIMIT;
		return NULL;
	}
	const char head[KORCH_GRPC_HEAD] = {0, (char)(length >> 24), (char)(length >> 16),
	                                    (char)(length >> 8), (char)length};
	/* One allocation for both. */
	if (!korch__buf_reserve(out, sizeof(head) + length))
		return NULL;
	korch__buf_put(out, head, sizeof(head));
	return korch__buf_reserve(out, length);
}

int korch__grpc_frame_next(const char **message, size_t *length, const char *body,
                           size_t body_length, size_t max)
{
	const unsigned char *head = (const unsigned char *)body;
	*length = 0;
	if (body_length < KORCH_GRPC_HEAD)
		return 0;
	if (head[0] != 0)
		return KORCH_E_PARSE;
	*length = (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 | head[4];
	if (*length > max)
		return KORCH_E_LIMIT;
	*message = body + KORCH_GRPC_HEAD;
	return body_length - KORCH_GRPC_HEAD >= *length;
}
