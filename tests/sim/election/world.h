/*
 * The world of the election's simulator: a store, processes on it, each with an elector and an
 * engine that acts by it, and the laws that no schedule may break.
 */
#ifndef KORCH_TESTS_SIM_ELECTION_WORLD_H
#define KORCH_TESTS_SIM_ELECTION_WORLD_H

#include "network.h"
#include <korch/api.h>
#include <korch/elector.h>
#include <korch/engine.h>

#define START_US ((korch_usec)1600000000 * SECOND)

enum { PROCESSES = 3, ITEMS = 4, LEASE_S = 15, WISHES_MAX = 1000 };

typedef struct world world;

typedef struct process {
	world *world;
	char name[8], controller[16];
	wire *wire;
	korch_loop *loop;
	korch_store *store;
	korch_elector *elector;
	korch_engine *engine;
	int rate_permille; /* of its clock */
	korch_usec ahead_us;
	int is_frozen;
	uint64_t fenced; /* of engines that are gone */
} process;

struct world {
	uint64_t seed;
	int step;
	int is_sane; /* clocks go nearly right, and nobody touches the Lease object */
	network net;
	korch_random random;
	process processes[PROCESSES];
	korch_watch *watch;
	/* The history so far: */
	uint64_t term;   /* revision of the Lease object that is there, 0: none */
	char holder[64]; /* who holds it */
	int is_changed;  /* by hand: nobody's any more */
	int32_t transitions;
	uint64_t terms, writes, hash;
	int wishes[ITEMS];
	uint8_t made[ITEMS][WISHES_MAX]; /* objects for each wish */
};

void broken(const world *w, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));
uint64_t below(world *w, uint64_t n);

/* world.c */
void world_open(world *w, uint64_t seed);
void world_close(world *w);
/* Lets time pass, laws being looked at all the time. */
void world_pass(world *w, korch_usec us);
void process_start(process *p);
void process_end(process *p); /* at once, without a word */
/* The one that leads, or NULL. */
process *world_leader(world *w);

/* laws.c */
/* Follows what has happened in the store. */
void laws_follow(world *w);
/* When clocks are sane: at most one that runs takes itself for the leader. */
void laws_leaders(world *w);
/* Everything has been done, by one leader. */
void laws_converged(world *w);

/* work.c: what engines do, and what others write */
void work_add(process *p);
void work_wish(world *w, int item);
void work_submit(process *p);
void work_remove_lease(world *w);
void work_change_lease(world *w);

#endif
