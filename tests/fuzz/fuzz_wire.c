/*
 * Messages between the process runtime and a shim: any bytes are read within their bounds; what
 * can be read is written the same.
 */
#include "fuzz.h"
#include "runtime/process/wire.h"
#include <string.h>

/* Reads fields in the order that the type byte chooses, one bit a field: a number or a text. */
static void read_fields(wire_reader reader, int order)
{
	wire_buffer again = {0};
	const char *begin = reader.at;
	size_t frame = wire_begin(&again, order);
	for (int i = 0; i < 64 && !reader.failed && reader.at < reader.end; i++) {
		size_t length;
		if (order >> (i % 8) & 1) {
			int64_t value = wire_get_i64(&reader);
			if (!reader.failed)
				wire_put_i64(&again, value);
		} else {
			const char *data = wire_get_bytes(&reader, &length);
			FUZZ_CHECK(data[length] == 0);
			if (!reader.failed)
				wire_put_bytes(&again, data, length);
		}
		FUZZ_CHECK(reader.at <= reader.end);
	}
	FUZZ_CHECK(wire_end(&again, frame) == 0);
	FUZZ_CHECK(again.len - WIRE_HEADER == (size_t)(reader.at - begin));
	FUZZ_CHECK(memcmp(again.data + WIRE_HEADER, begin, again.len - WIRE_HEADER) == 0);
	wire_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	wire_buffer buffer = {0};
	wire_reader reader;
	int type;
	long length;
	size_t step = size ? 1 + data[0] % 7 : 1;
	/* Bytes arrive in pieces. */
	for (size_t at = 0; at < size; at += step) {
		FUZZ_CHECK(wire_append(&buffer, data + at, size - at < step ? size - at : step) == 0);
		while ((length = wire_frame(&buffer, &type, &reader)) > 0) {
			FUZZ_CHECK((size_t)length <= buffer.len);
			read_fields(reader, type);
			wire_reader texts = reader;
			while (!texts.failed && texts.at < texts.end)
				FUZZ_CHECK(strlen(wire_get_string(&texts)) <= (size_t)length);
			wire_consume(&buffer, (size_t)length);
		}
		if (length < 0)
			break;
	}
	wire_fini(&buffer);
	return 0;
}
