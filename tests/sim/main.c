/*
 * Runs the simulator for some seeds, each twice: both runs must be the same, byte for byte.
 * usage: sim [SEEDS [FIRST [STEPS [rollouts] [faults]]]]    default: 20 seeds from 1, 60 steps,
 * without Rollouts, on a store that does not fail; KORCH_SIM_LOG=1 prints every change
 */
#include "sim.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void broken(const sim *s, const char *format, ...)
{
	va_list args;
	fprintf(stderr, "seed %llu, step %d, after %.3f s, last: %s\n  ", (unsigned long long)s->seed,
	        s->step, s->loop ? (double)(korch_loop_now(s->loop) - START_US) / 1e6 : 0.0, s->log);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void note(sim *s, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(s->log, sizeof(s->log), format, args);
	va_end(args);
	if (getenv("KORCH_SIM_LOG"))
		fprintf(stderr, "%.6f == %s\n", (double)(korch_loop_now(s->loop) - START_US) / 1e6, s->log);
}

uint64_t below(sim *s, uint64_t n)
{
	return korch__random_below(&s->random, n);
}

int chance(sim *s, uint64_t n)
{
	return below(s, n) == 0;
}

/* Lets time pass, bit by bit so that laws see the moment of each change. */
static void pass(sim *s, korch_usec us)
{
	korch_usec end = korch_loop_now(s->loop) + us;
	while (korch_loop_now(s->loop) < end) {
		korch_usec until = korch_loop_now(s->loop) + SECOND / 20;
		korch_cluster_process(s->cluster, until < end ? until : end);
		laws_check(s);
	}
}

static void converge(sim *s)
{
	note(s, "calm");
	calm(s);
	act_repair(s);
	pass(s, 1800 * SECOND);
	for (int i = 0; s->is_rollouts && i < 10; i++) {
		rollouts_go_on(s);
		pass(s, 300 * SECOND);
	}
	laws_check_complete(s);
	laws_check_converged(s);
	if (s->is_rollouts) {
		rollouts_abort(s, 0);
		pass(s, (korch_usec)below(s, 40) * SECOND);
		rollouts_abort(s, 1);
		pass(s, 600 * SECOND);
		laws_check_converged(s);
	}
	uint64_t wishes = s->laws.wishes;
	pass(s, 600 * SECOND);
	if (s->laws.wishes != wishes)
		broken(s, "law 9: %llu changes more, although nothing happened",
		       (unsigned long long)(s->laws.wishes - wishes));
}

typedef struct options {
	int steps, is_rollouts, is_faulty;
} options;

/* One run; *changes is how many there were. Returns the hash of them all. */
static uint64_t run(uint64_t seed, const options *wanted, uint64_t *changes)
{
	sim s = {.seed = seed, .is_rollouts = wanted->is_rollouts, .is_faulty = wanted->is_faulty};
	korch__random_init(&s.random, seed);
	world_open(&s);
	act_first(&s);
	if (s.is_rollouts)
		rollouts_first(&s);
	store_faults(&s, s.is_faulty);
	for (s.step = 0; s.step < wanted->steps; s.step++) {
		if (chance(&s, 3))
			disturb(&s);
		else if (s.is_rollouts && !chance(&s, 5))
			act_rollouts(&s);
		else
			act(&s);
		laws_check(&s);
		if (s.is_rollouts && chance(&s, 12)) /* before anything follows from it */
			world_restart(&s);
		pass(&s, chance(&s, 10) ? (korch_usec)below(&s, 400) * SECOND
		                        : (korch_usec)below(&s, 15000) * 1000);
	}
	converge(&s);
	*changes = s.laws.changes;
	uint64_t hash = s.laws.hash;
	world_close(&s);
	return hash;
}

int main(int argc, char **argv)
{
	uint64_t seeds = argc > 1 ? strtoull(argv[1], NULL, 10) : 20;
	uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	options wanted = {.steps = argc > 3 ? atoi(argv[3]) : 60};
	for (int i = 4; i < argc; i++) {
		wanted.is_rollouts |= strcmp(argv[i], "rollouts") == 0;
		wanted.is_faulty |= strcmp(argv[i], "faults") == 0;
	}
	for (uint64_t seed = first; seed < first + seeds; seed++) {
		uint64_t changes = 0;
		uint64_t again = 0;
		uint64_t hash = run(seed, &wanted, &changes);
		uint64_t other = run(seed, &wanted, &again);
		printf("seed %llu: %llu changes, hash %016llx\n", (unsigned long long)seed,
		       (unsigned long long)changes, (unsigned long long)hash);
		fflush(stdout);
		if (hash != other || changes != again) {
			fprintf(stderr, "seed %llu: law 10: the second run had %llu changes, hash %016llx\n",
			        (unsigned long long)seed, (unsigned long long)again, (unsigned long long)other);
			return 1;
		}
	}
	printf("100%%: Checks: %llu, Failures: 0, Errors: 0\n", (unsigned long long)seeds);
	return 0;
}
