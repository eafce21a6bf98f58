/*
 * What the benches of stores share: writes, lists, opening, watching and size, each beside the
 * backend's own raw figure in the same run. A program fills in the table and calls the main part.
 */
#ifndef KORCH_BENCH_STORE_BENCH_H
#define KORCH_BENCH_STORE_BENCH_H

#include <korch/store.h>

/* Length of the text in each object, which raw figures store as it is. */
enum { STORE_BENCH_VALUE = 1500 };

typedef struct store_bench {
	const char *name; /* "sqlite" */
	/* Opens the store; a second time with what the first one left. */
	int (*open)(korch_store **out, korch_loop *loop, void *userdata);
	/* Removes what a part and the raw figures beside it left, when the store is closed. */
	void (*clear)(void *userdata);
	/*
	 * The backend without us, at a place of its own. Each may be NULL, then there is nothing to
	 * compare with. Puts to `keys` keys a second, so many in flight or in one transaction; a write
	 * must do what ours does: replace the value, keep the one before it as history, be durable.
	 * Called in turns with ours, as a machine that others use is not equally fast all the time.
	 */
	double (*raw_put)(int n, int keys, int in_flight, void *userdata);
	/* Seconds for opening, and reading all of `keys` keys (which it puts there first). */
	double (*raw_open)(int keys, void *userdata);
	/* Objects a second of reading all of `keys` keys, when it is open and has them. */
	double (*raw_list)(int keys, void *userdata);
	/* Seconds from starting to put one until its event (or answer, without events): the median. */
	double (*raw_latency)(int n, void *userdata);
	/* Bytes on the disk now. */
	uint64_t (*size)(void *userdata);
	void *userdata;
} store_bench;

/*
 * A version of a key's text: STORE_BENCH_VALUE printable bytes and a NUL. Versions differ in few
 * bytes, as when a status changes, or in all of them, as the part wants. Valid until the next call.
 */
const char *store_bench_value(unsigned key, unsigned version);
/* Seconds of a clock that only goes on. */
double store_bench_now(void);
/* Ends the program with a message unless ok. */
void store_bench_need(int ok, const char *what);
/* Runs the parts that argv names, or all: single, grouped, new, list,
 * open, latency, size, size-new. */
int store_bench_main(const store_bench *bench, int argc, char **argv);

#endif
