/*
 * Several processes that elect a leader, in virtual time, by seeds: frozen, cut off, killed, with
 * clocks that are wrong (even seeds: very wrong), their calls lost, late, done without an answer.
 * usage: sim-election [SEEDS [FIRST [STEPS]]]    default: 2000 seeds from 1, 25 steps
 */
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct totals {
	uint64_t terms, writes, fenced, hash;
} totals;

static process *anyone(world *w)
{
	return &w->processes[below(w, PROCESSES)];
}

static void worsen(wire *line, world *w)
{
	line->delay_us = (korch_usec)below(w, 3000) * 1000;
	line->lost_permille = (uint32_t)below(w, 300);
	line->late_permille = (uint32_t)below(w, 200);
}

static void thaw(process *p)
{
	p->is_frozen = 0;
}

static void disturb(world *w)
{
	process *leader = world_leader(w);
	process *p = leader && below(w, 2) ? leader : anyone(w);
	/* What is done to the Lease object by hand a leader hears of later than the store. */
	switch (below(w, w->is_sane ? 7 : 9)) {
	case 0:
	case 1:
		p->is_frozen = 1;
		break;
	case 2:
		p->wire->is_cut = 1;
		break;
	case 3:
		worsen(p->wire, w);
		break;
	case 4:
		if (p->is_frozen)
			break;
		process_end(p);
		process_start(p);
		break;
	case 5:
		if (!p->is_frozen) {
			korch_elector_resign(p->elector, NULL, NULL);
			world_pass(w, SECOND);
			process_end(p);
			process_start(p);
		}
		break;
	case 6:
		thaw(p);
		wire_heal(p->wire);
		break;
	case 7:
		work_remove_lease(w);
		break;
	default:
		work_change_lease(w);
		break;
	}
}

static void calm(world *w)
{
	for (int i = 0; i < PROCESSES; i++) {
		process *p = &w->processes[i];
		thaw(p);
		wire_heal(p->wire);
		p->wire->delay_us = 1000;
		p->wire->lost_permille = p->wire->late_permille = 0;
	}
	world_pass(w, 200 * SECOND);
	laws_converged(w);
}

/* The leader is gone without a word: another one leads when its lease has run out, and soon. */
static void take_over(world *w)
{
	process *leader = world_leader(w);
	leader->is_frozen = 1;
	world_pass(w, (LEASE_S + 1) * SECOND);
	if (!world_leader(w))
		broken(w, "nobody has taken over from %s", leader->name);
	for (int i = 0; i < ITEMS; i++)
		work_wish(w, i);
	world_pass(w, 2 * SECOND);
	laws_converged(w);
	thaw(leader);
	world_pass(w, SECOND);
}

static void run(totals *to, uint64_t seed, int steps)
{
	world w;
	world_open(&w, seed);
	for (w.step = 0; w.step < steps; w.step++) {
		disturb(&w);
		work_wish(&w, (int)below(&w, ITEMS));
		world_pass(&w, below(&w, 4) ? (korch_usec)below(&w, 3000) * 1000
		                            : (korch_usec)below(&w, 40) * SECOND);
	}
	calm(&w);
	take_over(&w);
	for (int i = 0; i < PROCESSES; i++) {
		korch_engine_stats stats;
		korch_engine_get_stats(&stats, w.processes[i].engine);
		to->fenced += w.processes[i].fenced + stats.fenced;
	}
	to->terms += w.terms;
	to->writes += w.writes;
	to->hash = w.hash;
	world_close(&w);
}

int main(int argc, char **argv)
{
	uint64_t seeds = argc > 1 ? strtoull(argv[1], NULL, 10) : 2000;
	uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	int steps = argc > 3 ? atoi(argv[3]) : 25;
	totals sum = {0};
	for (uint64_t seed = first; seed < first + seeds; seed++) {
		totals one = {0}, again = {0};
		run(&one, seed, steps);
		if (seed % 50 == 0) {
			run(&again, seed, steps);
			if (again.hash != one.hash) {
				fprintf(stderr, "seed %" PRIu64 ": two runs differ\n", seed);
				return 1;
			}
		}
		sum.terms += one.terms;
		sum.writes += one.writes;
		sum.fenced += one.fenced;
	}
	printf("%" PRIu64 " seeds: %" PRIu64 " terms, %" PRIu64 " writes of leaders, %" PRIu64
	       " transactions refused by the fence\n",
	       seeds, sum.terms, sum.writes, sum.fenced);
	/* A fence that nothing runs into proves nothing. */
	return seeds >= 100 && sum.fenced < seeds / 10;
}
