/*
 * A process that opens a store, says what it found in it, and then writes until it is killed. What
 * it says goes through a pipe, each message in one piece.
 *
 * STREAMS streams of transactions, each numbered from 1: transaction i of a stream sets its slots a
 * and b to i, and slot c when i is even; when i is odd, c is deleted. So each state says which
 * transactions it has, and whether it has them as a whole. Some others must be refused.
 */
#ifndef KORCH_TESTS_CRASH_WRITER_H
#define KORCH_TESTS_CRASH_WRITER_H

#include <stdint.h>

enum { STREAMS = 4, SLOTS = 3, IN_FLIGHT = 4 };

typedef enum writer_message_type {
	WRITER_OBJECT,  /* is stored: stream, slot, number, revision */
	WRITER_LISTED,  /* that was all: revision */
	WRITER_CHANGE,  /* behind `since`: kind, stream, slot, number, revision */
	WRITER_WATCHED, /* that was all: revision */
	WRITER_ANSWER,  /* a transaction was answered: stream, number, revision */
	WRITER_FAILED,  /* number: a code */
} writer_message_type;

typedef struct writer_message {
	uint32_t type;
	uint32_t kind; /* a korch_change_type */
	uint32_t stream;
	uint32_t slot;
	uint64_t number;
	uint64_t revision;
} writer_message;

typedef struct writer_options {
	const char *path;
	int fd;            /* where messages go */
	uint64_t since;    /* revision that changes are told from */
	uint64_t most;     /* transactions, then it waits to be killed */
	int is_compacting; /* 1: history up to `since` is forgotten meanwhile */
} writer_options;

/* Most transactions of a stream that are under way. */
unsigned writer_in_flight(unsigned stream);
/* Never comes back. */
void writer_run(const writer_options *options) __attribute__((noreturn));

#endif
