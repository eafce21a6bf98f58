/*
 * The scheduler against the plain reference: random clusters, pods and orders of events; after each
 * event every node's verdict, each score, the choice and the sentence must be the same, and now and
 * then those of an engine that is told everything anew.
 * usage: differential [--cases N] [--seed S] [--steps N] [--minimize]
 * default: 1500 cases from seed 1 of 14 steps; --minimize: leaves out what seed S fails without
 */
#include "base/alloc.h"
#include "base/text.h"
#include "properties.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What was looked at, for the closing line. */
static uint64_t n_events, n_rebuilds;

static void compare_rebuilt(run *self)
{
	korch_scheduler *rebuilt = engine_new(self);
	engine_feed(self, rebuilt);
	note(self, "rebuilt");
	compare_all(self, rebuilt);
	korch_scheduler_free(rebuilt);
	compare_all(self, self->engine);
	n_rebuilds++;
}

static void one_step(run *self)
{
	event(self);
	n_events++;
	if (happens(&self->random, 4)) {
		korch__free(self->templates[0]);
		self->templates[0] = generate_pod(&self->random, &self->flavour);
	}
	korch_pod *pod = generate_instance(self->templates[below(&self->random, TEMPLATES)],
	                                   self->next_id++, &self->random);
	if (happens(&self->random, 30))
		pod->spec->priority = 1000;
	size_t victims[PODS], n_victims;
	if (compare(self, self->engine, pod) < 0)
		compare_preemption(self, pod, victims, &n_victims);
	korch_object_unref(&pod->object);
	if (happens(&self->random, 50))
		compare_waiting(self);
	if (happens(&self->random, 7))
		compare_rebuilt(self);
}

static void one_case(uint64_t seed, int64_t steps, const unsigned char *skip)
{
	run self;
	open_run(&self, seed);
	self.skip = skip;
	begin_with(&self);
	for (self.step = 1; self.step <= steps; self.step++)
		if (!change_is_skipped(&self))
			one_step(&self);
	if (!change_is_skipped(&self))
		compare_rebuilt(&self);
	close_run(&self);
}

/* Whether the case fails in a process of its own. */
static int still_fails(uint64_t seed, int64_t steps, const unsigned char *skip)
{
	int status = 0;
	pid_t child = fork();
	if (child == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(2);
		one_case(seed, steps, skip);
		_exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status != 0;
}

/* Leaves out every change that a failing case fails without, and shows what is left of it. */
static int minimize(uint64_t seed, int64_t steps)
{
	static unsigned char skip[CHANGES];
	int shorter = 1;
	if (!still_fails(seed, steps, skip)) {
		printf("seed %llu does not fail\n", (unsigned long long)seed);
		return 0;
	}
	while (shorter) {
		shorter = 0;
		for (size_t i = 0; i < 64 + (size_t)steps; i++) {
			if (skip[i])
				continue;
			skip[i] = 1;
			if (still_fails(seed, steps, skip))
				shorter = 1;
			else
				skip[i] = 0;
		}
	}
	one_case(seed, steps, skip);
	return 1;
}

typedef struct options {
	int64_t cases, seed, steps;
	int minimize;
} options;

static int read_options(options *out, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int64_t *to = strcmp(argv[i], "--cases") == 0   ? &out->cases
		              : strcmp(argv[i], "--seed") == 0  ? &out->seed
		              : strcmp(argv[i], "--steps") == 0 ? &out->steps
		                                                : NULL;
		if (strcmp(argv[i], "--minimize") == 0)
			out->minimize = 1;
		else if (!to || ++i == argc || korch__text_to_i64(to, argv[i]) < 0 || *to < 0)
			return -1;
	}
	return out->steps < CHANGES - 64 ? 0 : -1;
}

int main(int argc, char **argv)
{
	options given = {.cases = 1500, .seed = 1, .steps = 14};
	if (read_options(&given, argc, argv) < 0) {
		fprintf(stderr, "usage: differential [--cases N] [--seed S] [--steps N] [--minimize]\n");
		return 2;
	}
	if (given.minimize)
		return minimize((uint64_t)given.seed, given.steps);
	for (int64_t i = 0; i < given.cases; i++)
		one_case((uint64_t)(given.seed + i), given.steps, NULL);
	printf("%lld cases from seed %lld: %llu events, %llu rebuilds, all the same\n",
	       (long long)given.cases, (long long)given.seed, (unsigned long long)n_events,
	       (unsigned long long)n_rebuilds);
	return 0;
}
