/* Two protobuf messages of one field each, in gRPC's framing. */
#include "agent/grpc.h"
#include "http/grpc_frame.h"
#include <string.h>

enum { TAG_SERVICE = 1 << 3 | 2, TAG_STATUS = 1 << 3 };

static size_t put_varint(unsigned char *out, uint64_t value)
{
	size_t n = 0;
	for (; value > 127; value >>= 7)
		out[n++] = (unsigned char)(value | 128);
	out[n++] = (unsigned char)value;
	return n;
}

void korch__health_request(korch_buf *out, const char *service)
{
	unsigned char length[10];
	size_t n = strlen(service);
	size_t n_length = put_varint(length, n);
	size_t body = n > 0 ? 1 + n_length + n : 0;
	if (!korch__grpc_frame_begin(out, body) || n == 0)
		return;
	korch__buf_putc(out, TAG_SERVICE);
	korch__buf_put(out, length, n_length);
	korch__buf_put(out, service, n);
}

/* Reads a varint; the bytes it takes, 0 when it is cut off or too long. */
static size_t get_varint(uint64_t *out, const unsigned char *at, size_t left)
{
	*out = 0;
	for (size_t i = 0; i < left && i < 10; i++) {
		*out |= (uint64_t)(at[i] & 127) << (7 * i);
		if (!(at[i] & 128))
			return i + 1;
	}
	return 0;
}

/* Bytes of a field that is not wanted, behind its tag; SIZE_MAX when it is malformed. */
static size_t skip(uint64_t tag, const unsigned char *at, size_t left)
{
	uint64_t value;
	size_t n = get_varint(&value, at, left);
	switch (tag & 7) {
	case 0:
		return n > 0 ? n : SIZE_MAX;
	case 1:
		return left >= 8 ? 8 : SIZE_MAX;
	case 2:
		return n > 0 && value <= left - n ? n + (size_t)value : SIZE_MAX;
	case 5:
		return left >= 4 ? 4 : SIZE_MAX;
	default:
		return SIZE_MAX;
	}
}

int korch__health_status(const void *data, size_t length)
{
	const char *message;
	uint64_t tag, status = 0;
	size_t left;
	if (korch__grpc_frame_next(&message, &left, data, length, SIZE_MAX) != 1)
		return -1;
	const unsigned char *at = (const unsigned char *)message;
	while (left > 0) {
		size_t n = get_varint(&tag, at, left);
		if (n == 0)
			return -1;
		at += n;
		left -= n;
		size_t size = skip(tag, at, left);
		if (size == SIZE_MAX)
			return -1;
		if (tag == TAG_STATUS)
			get_varint(&status, at, left);
		at += size;
		left -= size;
	}
	return status <= 3 ? (int)status : 0;
}
