/* Laws of several pods at once: a gang goes as one after the other would, or not at all; a batch
 * never does worse than one by one. */
#include "properties.h"
#include <korch/scheduler/batch.h>
#include <korch/scheduler/whatif.h>
#include <stdlib.h>
#include <string.h>

enum { GANG = 6, BATCH = 24, PRIORITIES = 4 };

/* Where pods go. */
typedef struct seat {
	int slot; /* -1: nowhere */
	uint64_t devices;
} seat;

static seat seat_of(const korch_binding *binding)
{
	return binding->node ? (seat){slot_of(binding->node), binding->devices} : (seat){-1, 0};
}

static const char *name_of(const seat *at)
{
	return at->slot < 0 ? "none" : node_names[at->slot];
}

static void draw_pods(run *self, korch_pod **pods, size_t n)
{
	for (size_t i = 0; i < n; i++)
		pods[i] = generate_instance(self->templates[below(&self->random, TEMPLATES)],
		                            self->next_id++, &self->random);
}

static void free_pods(korch_pod *const *pods, size_t n)
{
	for (size_t i = 0; i < n; i++)
		korch_object_unref(&pods[i]->object);
}

/* Where the pods would go one by one. @return how many go anywhere */
static size_t one_by_one(run *self, seat *seats, korch_pod *const *pods, size_t n)
{
	size_t placed = 0;
	must(self, "begin", korch_scheduler_begin(self->engine), NULL);
	for (size_t i = 0; i < n; i++) {
		korch_decision decision;
		korch_error *err = NULL;
		int found = korch_scheduler_schedule(&decision, self->engine, pods[i], &err);
		must(self, "schedule", found, err);
		seats[i] = found ? (seat){slot_of(decision.node), decision.devices} : (seat){-1, 0};
		placed += found == 1;
	}
	korch_scheduler_rollback(self->engine);
	return placed;
}

/* The world's side of pods that were placed; what the engine says then is compared. */
static void seat_all(run *self, korch_pod *const *pods, size_t n, const seat *seats)
{
	for (size_t i = 0; i < n; i++) {
		if (seats[i].slot < 0)
			continue;
		korch_object_ref(&pods[i]->object);
		annotate(pods[i], seats[i].devices);
		put_pod(self, pods[i], seats[i].slot, seats[i].devices);
	}
	compare_all(self, self->engine);
}

/* Nothing is known of what was tried. */
static void check_unchanged(run *self, char *before, const char *what)
{
	char *after = describe(self, self->engine);
	if (strcmp(before, after) != 0)
		fail(self, NULL, "after %s it says\n%s, before\n%s", what, after, before);
	free(after);
}

static void place_gang(run *self, korch_pod *const *pods, size_t n, size_t least)
{
	seat alone[GANG], together[GANG];
	korch_binding said[GANG] = {0};
	const char *message = NULL;
	korch_error *err = NULL;
	char *before = describe(self, self->engine);
	size_t placed = one_by_one(self, alone, pods, n);
	int whole = placed >= (least ? least : n);
	int code = korch_scheduler_gang(said, &message, self->engine, (const korch_pod *const *)pods, n,
	                                least, &err);
	must(self, "gang", code, err);
	if (code != whole)
		fail(self, NULL, "a gang of %zu, %zu of it at least, gave %d (%s); %zu find nodes alone", n,
		     least, code, message ? message : "", placed);
	if (!whole)
		check_unchanged(self, before, "a gang that was not placed");
	for (size_t i = 0; whole && i < n; i++) {
		together[i] = seat_of(&said[i]);
		if (together[i].slot != alone[i].slot || together[i].devices != alone[i].devices)
			fail(self, pods[i], "of a gang goes to %s, alone to %s", name_of(&together[i]),
			     name_of(&alone[i]));
	}
	if (whole)
		seat_all(self, pods, n, together);
	free(before);
}

void gang_is_whole_or_nothing(uint64_t seed)
{
	run self;
	korch_pod *pods[GANG];
	open_run(&self, seed);
	begin_with(&self);
	for (int round = 0; round < 4 && self.now.n_pods <= PODS - GANG; round++) {
		size_t n = 1 + below(&self.random, GANG);
		size_t least = happens(&self.random, 50) ? 0 : below(&self.random, n + 1);
		draw_pods(&self, pods, n);
		place_gang(&self, pods, n, least);
		free_pods(pods, n);
	}
	close_run(&self);
}

/* How many pods of each priority are placed, the highest first. */
static void count(size_t *out, korch_pod *const *pods, const seat *seats)
{
	memset(out, 0, PRIORITIES * sizeof(*out));
	for (size_t i = 0; i < BATCH; i++)
		out[PRIORITIES - 1 - (size_t)pods[i]->spec->priority] += seats[i].slot >= 0;
}

static void check_not_worse(run *self, korch_pod *const *pods, const seat *together,
                            const seat *alone)
{
	size_t a[PRIORITIES], b[PRIORITIES];
	count(a, pods, together);
	count(b, pods, alone);
	for (size_t i = 0; i < PRIORITIES; i++) {
		if (a[i] < b[i])
			fail(self, NULL, "together %zu of priority %zu are placed, one by one %zu", a[i],
			     PRIORITIES - 1 - i, b[i]);
		if (a[i] > b[i])
			return;
	}
}

static void place_batch(run *self, seat *seats, korch_pod *const *pods)
{
	const korch_batch_options options = {.size = sizeof(options), .rounds = 200, .seed = 7};
	korch_binding said[BATCH] = {0};
	korch_error *err = NULL;
	int64_t placed = 0;
	int64_t code = korch_scheduler_batch(said, self->engine, (const korch_pod *const *)pods, BATCH,
	                                     &options, &err);
	must(self, "batch", code < 0 ? (int)code : 0, err);
	for (size_t i = 0; i < BATCH; i++) {
		seats[i] = seat_of(&said[i]);
		placed += said[i].node != NULL;
	}
	if (code != placed)
		fail(self, NULL, "a batch says that %lld are placed, of %lld", (long long)code,
		     (long long)placed);
}

void batch_is_never_worse(uint64_t seed)
{
	run self;
	korch_pod *pods[BATCH];
	seat alone[BATCH], undone[BATCH], together[BATCH];
	open_run_with(&self, seed, &(flavour){15, 15, 20});
	things_appear(&self);
	for (int slot = 0; slot < NODES; slot++)
		if (happens(&self.random, 60))
			node_appears(&self, slot);
	draw_pods(&self, pods, BATCH);
	for (size_t i = 0; i < BATCH; i++)
		pods[i]->spec->priority = (int32_t)below(&self.random, PRIORITIES);
	char *before = describe(&self, self.engine);
	one_by_one(&self, alone, pods, BATCH);
	must(&self, "begin", korch_scheduler_begin(self.engine), NULL);
	place_batch(&self, undone, pods);
	korch_scheduler_rollback(self.engine);
	check_unchanged(&self, before, "a batch that is undone");
	place_batch(&self, together, pods);
	for (size_t i = 0; i < BATCH; i++)
		if (undone[i].slot != together[i].slot || undone[i].devices != together[i].devices)
			fail(&self, pods[i], "goes to %s, and another time to %s", name_of(&together[i]),
			     name_of(&undone[i]));
	check_not_worse(&self, pods, together, alone);
	seat_all(&self, pods, BATCH, together);
	check_room(&self);
	free(before);
	free_pods(pods, BATCH);
	close_run(&self);
}
