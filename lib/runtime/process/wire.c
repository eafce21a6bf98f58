/* Framing and fields of the messages between the process runtime and a shim. Libc only. */
#include "runtime/process/wire.h"

#include <stdlib.h>
#include <string.h>

static int make_room(wire_buffer *buffer, size_t more)
{
	if (buffer->failed)
		return -1;
	if (more > WIRE_FRAME_MAX || buffer->len + more > WIRE_BUFFER_MAX) {
		buffer->failed = 1;
		return -1;
	}
	if (buffer->len + more <= buffer->cap)
		return 0;
	size_t cap = buffer->cap ? buffer->cap : 256;
	while (cap < buffer->len + more)
		cap *= 2;
	char *data = realloc(buffer->data, cap);
	if (!data) {
		buffer->failed = 1;
		return -1;
	}
	buffer->data = data;
	buffer->cap = cap;
	return 0;
}

static void put(wire_buffer *buffer, const void *data, size_t length)
{
	if (make_room(buffer, length) < 0)
		return;
	if (length)
		memcpy(buffer->data + buffer->len, data, length);
	buffer->len += length;
}

size_t wire_begin(wire_buffer *buffer, int type)
{
	size_t begin = buffer->len;
	uint32_t length = 0;
	uint8_t byte = (uint8_t)type;
	put(buffer, &length, sizeof(length));
	put(buffer, &byte, 1);
	return begin;
}

int wire_end(wire_buffer *buffer, size_t begin)
{
	if (buffer->failed || buffer->len - begin - sizeof(uint32_t) > WIRE_FRAME_MAX) {
		buffer->len = begin;
		buffer->failed = 0;
		return -1;
	}
	uint32_t length = (uint32_t)(buffer->len - begin - sizeof(uint32_t));
	memcpy(buffer->data + begin, &length, sizeof(length));
	return 0;
}

void wire_put_i64(wire_buffer *buffer, int64_t value)
{
	put(buffer, &value, sizeof(value));
}

void wire_put_bytes(wire_buffer *buffer, const void *data, size_t length)
{
	uint32_t prefix = (uint32_t)length;
	if (length > WIRE_FRAME_MAX) {
		buffer->failed = 1;
		return;
	}
	put(buffer, &prefix, sizeof(prefix));
	put(buffer, data, length);
	put(buffer, "", 1);
}

void wire_put_string(wire_buffer *buffer, const char *text)
{
	wire_put_bytes(buffer, text ? text : "", text ? strlen(text) : 0);
}

int wire_append(wire_buffer *buffer, const void *data, size_t length)
{
	put(buffer, data, length);
	return buffer->failed ? -1 : 0;
}

void wire_consume(wire_buffer *buffer, size_t length)
{
	if (length && length < buffer->len)
		memmove(buffer->data, buffer->data + length, buffer->len - length);
	buffer->len -= length;
	if (buffer->len == 0 && buffer->cap > 65536) {
		free(buffer->data);
		buffer->data = NULL;
		buffer->cap = 0;
	}
}

void wire_fini(wire_buffer *buffer)
{
	free(buffer->data);
	memset(buffer, 0, sizeof(*buffer));
}

long wire_frame(const wire_buffer *buffer, int *type, wire_reader *reader)
{
	uint32_t length;
	if (buffer->len < WIRE_HEADER)
		return 0;
	memcpy(&length, buffer->data, sizeof(length));
	if (length < 1 || length > WIRE_FRAME_MAX)
		return -1;
	if (buffer->len < sizeof(length) + length)
		return 0;
	*type = (uint8_t)buffer->data[sizeof(length)];
	reader->at = buffer->data + WIRE_HEADER;
	reader->end = buffer->data + sizeof(length) + length;
	reader->failed = 0;
	return (long)(sizeof(length) + length);
}

int64_t wire_get_i64(wire_reader *reader)
{
	int64_t value = 0;
	if (reader->failed || (size_t)(reader->end - reader->at) < sizeof(value)) {
		reader->failed = 1;
		return 0;
	}
	memcpy(&value, reader->at, sizeof(value));
	reader->at += sizeof(value);
	return value;
}

const void *wire_get_bytes(wire_reader *reader, size_t *length)
{
	uint32_t prefix = 0;
	*length = 0;
	if (reader->failed || (size_t)(reader->end - reader->at) < sizeof(prefix)) {
		reader->failed = 1;
		return "";
	}
	memcpy(&prefix, reader->at, sizeof(prefix));
	size_t left = (size_t)(reader->end - reader->at) - sizeof(prefix);
	if (prefix >= left || reader->at[sizeof(prefix) + prefix] != 0) {
		reader->failed = 1;
		return "";
	}
	const char *data = reader->at + sizeof(prefix);
	reader->at = data + prefix + 1;
	*length = prefix;
	return data;
}

const char *wire_get_string(wire_reader *reader)
{
	size_t length;
	const char *text = wire_get_bytes(reader, &length);
	if (strlen(text) != length) {
		reader->failed = 1;
		return "";
	}
	return text;
}
