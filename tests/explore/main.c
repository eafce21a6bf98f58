/*
 * Explores korch_rollout_plan(): exhaustively in small worlds, by random walks in large ones.
 * usage: explore [--states N] [--setups N] [--thorough] [--walks N] [--length N] [--seed S]
 *                [--verbs N] [--faults N] [--only TYPE:NUMBER] [--failures N]
 * default: 2500 states of each of 60 setups of a type, and 1500 walks of 200 actions from seed 1.
 * --verbs, --faults: how often a person does something and something fails in a small world (3, 2).
 * --only: one setup, as a failure names it; --seed S --walks 1 --setups 0: one walk.
 */
#include "explore.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct options {
	size_t states, setups;
	uint64_t walks, seed;
	int32_t length;
	int thorough, failures;
	int only_type;
	size_t only;
	int32_t verbs, faults; /* -1: as the setups say */
} options;

static int read_option(options *out, const char *name, const char *value)
{
	if (strcmp(name, "--states") == 0)
		out->states = strtoul(value, NULL, 10);
	else if (strcmp(name, "--setups") == 0)
		out->setups = strtoul(value, NULL, 10);
	else if (strcmp(name, "--walks") == 0)
		out->walks = strtoull(value, NULL, 10);
	else if (strcmp(name, "--length") == 0)
		out->length = atoi(value);
	else if (strcmp(name, "--seed") == 0)
		out->seed = strtoull(value, NULL, 10);
	else if (strcmp(name, "--failures") == 0)
		out->failures = atoi(value);
	else if (strcmp(name, "--verbs") == 0)
		out->verbs = atoi(value);
	else if (strcmp(name, "--faults") == 0)
		out->faults = atoi(value);
	else if (strcmp(name, "--only") == 0)
		return sscanf(value, "%d:%zu", &out->only_type, &out->only) == 2 && out->only_type >= 0 &&
		       out->only_type < SETUP_TYPES;
	else
		return 0;
	return 1;
}

static int read_options(options *out, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--thorough") == 0)
			out->thorough = 1;
		else if (i + 1 >= argc || !read_option(out, argv[i], argv[i + 1]))
			return fprintf(stderr, "explore: %s: unknown or incomplete\n", argv[i]), -1;
		else
			i++;
	}
	return 0;
}

static int search_one(const options *with, int type, size_t at)
{
	explore_setup setup;
	explore_failure failure;
	explore_small_setup(&setup, type, at);
	setup.verbs = with->verbs >= 0 ? with->verbs : setup.verbs;
	setup.faults = with->faults >= 0 ? with->faults : setup.faults;
	if (explore_search(&setup, with->states, with->thorough, &failure) == 0)
		return 0;
	printf("  again: explore --only %d:%zu --states %zu%s\n\n", type, at, with->states,
	       with->thorough ? " --thorough" : "");
	return 1;
}

/* Setups that lie evenly among all of a type; with the router twice as many. */
static int search_all(const options *with)
{
	static const char *const names[SETUP_TYPES] = {"rolling", "recreate", "canary by replicas",
	                                               "canary by router", "blue-green"};
	int failed = 0;
	for (int type = 0; type < SETUP_TYPES; type++) {
		size_t all = explore_setups(type), n = with->setups * (type == SETUP_ROUTER ? 2 : 1);
		explore_counts before = explore_counted;
		if (n > all)
			n = all;
		/* Spread by a prime; all of them are met when n is all. */
		for (size_t i = 0; i < n && failed < with->failures; i++)
			failed += search_one(with, type, (size_t)(i * 1000003 % all));
		printf("%s: %llu of %zu setups (%llu to the end), %llu states, %llu transitions\n",
		       names[type], (unsigned long long)(explore_counted.worlds - before.worlds), all,
		       (unsigned long long)(explore_counted.complete - before.complete),
		       (unsigned long long)(explore_counted.states - before.states),
		       (unsigned long long)(explore_counted.transitions - before.transitions));
	}
	return failed;
}

static int walk_all(const options *with, int failed)
{
	for (uint64_t i = 0; i < with->walks && failed < with->failures; i++) {
		explore_failure failure;
		if (explore_walk(with->seed + i, with->length, &failure) == 0)
			continue;
		failed++;
		printf("  again: explore --setups 0 --walks 1 --length %d --seed %llu\n\n", with->length,
		       (unsigned long long)(with->seed + i));
	}
	return failed;
}

int main(int argc, char **argv)
{
	options with = {.states = 2500,
	                .setups = 60,
	                .walks = 1500,
	                .seed = 1,
	                .length = 200,
	                .failures = 5,
	                .only_type = -1,
	                .verbs = -1,
	                .faults = -1};
	if (read_options(&with, argc, argv) < 0)
		return 2;
	if (with.only_type >= 0)
		return search_one(&with, with.only_type, with.only);
	int failed = search_all(&with);
	explore_counts small = explore_counted;
	failed = walk_all(&with, failed);
	printf("%llu walks of %d actions from seed %llu, %llu transitions\n",
	       (unsigned long long)with.walks, with.length, (unsigned long long)with.seed,
	       (unsigned long long)(explore_counted.transitions - small.transitions));
	printf("in all %llu states, %llu transitions, %llu plans; %d failures\n",
	       (unsigned long long)explore_counted.states,
	       (unsigned long long)explore_counted.transitions,
	       (unsigned long long)explore_counted.plans, failed);
	return failed != 0;
}
