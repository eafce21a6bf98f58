/*
 * A store on the disk in memory, driven by random transactions, beside a model of what it must hold
 * at each of its latest revisions.
 */
#ifndef KORCH_TESTS_CRASH_WORLD_H
#define KORCH_TESTS_CRASH_WORLD_H

#include "disk.h"
#include <korch/store.h>

enum { WORLD_KEYS = 10, WORLD_WRITES = 4, WORLD_GROUP = 8, WORLD_STEPS = 4096, WORLD_WINDOW = 40 };

/* One change of a transaction. */
typedef struct world_change {
	int key;
	int type;
	int value; /* after it; DELETED: before it */
} world_change;

/* A revision: its changes, and all values behind it (0: none) with the revisions that set them. */
typedef struct world_step {
	size_t n;
	world_change changes[WORLD_WRITES];
	int values[WORLD_KEYS];
	uint64_t revisions[WORLD_KEYS];
} world_step;

typedef struct world {
	char folder[64];
	char path[96];
	korch_loop *loop;
	korch_store *store;
	int32_t synchronous;
	world_step steps[WORLD_STEPS]; /* of revision modulo their number */
	uint64_t submitted;            /* newest revision that may be there */
	uint64_t promised;             /* newest revision that was answered or seen */
	uint64_t seen;                 /* revision of the last look */
	int value;                     /* of the last write */
	uint64_t fail_at; /* which allocation of the next call fails, 0: none; see korch__alloc_fail_at
	                   */
	int is_over;      /* 1: the last call had fewer allocations */
	uint64_t n_commits; /* that were answered */
} world;

void world_start(world *at, uint64_t seed, int32_t synchronous);
/* The same with a real loop: the store has its thread. */
void world_start_thread(world *at, uint64_t seed, int32_t synchronous);
void world_stop(world *at);
/* Opens the store on the disk; its code. */
int world_open(world *at);
void world_close(world *at);
/* What `korch store compact` does to the file, which must be closed. */
int world_compact_file(world *at);
/* A random transaction, or a compaction. Its answer: 0, or a code. */
int world_commit(world *at);
/* Some transactions at once, which the store's thread may write as one. 0, or a code. */
int world_commit_group(world *at);
/* Compares the store with the model. NULL, or what is wrong. From then on the model is what was
 * seen. */
const char *world_look(world *at);

#endif
