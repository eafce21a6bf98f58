/*
 * Messages between the process runtime and a pod's shim: framing and fields. Both sides compile
 * this file, so it uses nothing but libc; what the messages mean stands in shim/shim.h.
 */
#ifndef KORCH_RUNTIME_PROCESS_WIRE_H
#define KORCH_RUNTIME_PROCESS_WIRE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A frame is a 32-bit length (of what follows), a type byte and fields. Host byte order: both
 * sides are on one machine.
 */
enum {
	WIRE_FRAME_MAX = 4 * 1024 * 1024,
	WIRE_BUFFER_MAX = 64 * 1024 * 1024, /* frames that wait to be sent */
	WIRE_LIST_MAX = 65536,              /* words, variables or mounts in one frame */
	/* what EXECED says besides 0: values of korch_code, which never change */
	WIRE_CODE_NOT_FOUND = -4,
	WIRE_CODE_LIMIT = -8,
	WIRE_CODE_TIMEOUT = -11,
	WIRE_HEADER = 5,
};

enum wire_type {
	/* to the shim */
	WIRE_START =
	    /*
	     * id name restarts argv[] env[] cwd root mounts[] log max files uid gid cgroups[] tty
	     * read_only
	     */
	1,
	WIRE_STOP,   /* id signal grace_us */
	WIRE_REMOVE, /* id */
	WIRE_EXEC,   /* serial id argv[] timeout_us limit */
	WIRE_LIST,   /* - */
	WIRE_END,    /* kill everything and leave */
	/* from the shim */
	WIRE_STARTED = 64, /* id pid started_us */
	WIRE_FAILED,       /* id reason message */
	WIRE_EXITED,       /* id exit_code signal finished_us */
	WIRE_STOPPING,     /* id */
	WIRE_REMOVED,      /* id */
	WIRE_EXECED,       /* serial code exit_code output */
	WIRE_CONTAINER,    /* id name restarts phase pid started_us finished_us exit_code signal */
	WIRE_LISTED,       /* end of a list */
	WIRE_ENDED,        /* nothing is left */
};

typedef struct wire_buffer {
	char *data;
	size_t len;
	size_t cap;
	int failed; /* out of memory, or larger than it may be; what is put then is dropped */
} wire_buffer;

/*
 * Frames are appended one after the other: begin, fields, end. A frame that failed is taken back
 * by wire_end(), which then returns -1 and leaves the buffer as good as it was before.
 */
size_t wire_begin(wire_buffer *buffer, int type);
int wire_end(wire_buffer *buffer, size_t begin);
void wire_put_i64(wire_buffer *buffer, int64_t value);
void wire_put_string(wire_buffer *buffer, const char *text); /* NULL becomes "" */
void wire_put_bytes(wire_buffer *buffer, const void *data, size_t length);
int wire_append(wire_buffer *buffer, const void *data, size_t length); /* raw bytes that were
                                                                          received; -1: no room */
void wire_consume(wire_buffer *buffer, size_t length); /* drops bytes from the front */
void wire_fini(wire_buffer *buffer);

/* A reader over the fields of one frame. Reading past the end fails and gives zeros and "". */
typedef struct wire_reader {
	const char *at;
	const char *end;
	int failed;
} wire_reader;

/*
 * The first whole frame in a buffer: its size with header and its type. 0: not whole yet; -1:
 * malformed.
 */
long wire_frame(const wire_buffer *buffer, int *type, wire_reader *reader);
int64_t wire_get_i64(wire_reader *reader);
const char *wire_get_string(wire_reader *reader); /* terminated, points into the frame */
const void *wire_get_bytes(wire_reader *reader, size_t *length);

#endif
