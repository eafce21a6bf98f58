/*
 * Tries the scheduler's laws on random clusters.
 * usage: properties [--cases N] [--seed S]    default: 300 seeds from 1, each law on each
 */
#include "properties.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	void (*holds)(uint64_t seed);
} laws[] = {
    {"never over-committed", never_overcommits},
    {"other names of nodes change nothing but ties", renaming_changes_only_ties},
    {"a node more does no harm", a_node_more_does_no_harm},
    {"woken exactly when a node can be found", woken_when_it_fits},
    {"same input, same output", same_input_same_output},
    {"a trial that is rolled back leaves no trace", rollback_restores},
    {"bad input changes nothing", bad_input_changes_nothing},
    {"the choice is the best of all", choice_is_the_best},
    {"seeds break ties, always alike", seeds_break_ties},
    {"a gang is placed whole, or not at all", gang_is_whole_or_nothing},
    {"a batch is never worse than one by one", batch_is_never_worse},
};

int main(int argc, char **argv)
{
	int64_t cases = 300, seed = 1;
	for (int i = 1; i < argc; i += 2) {
		int64_t *to = strcmp(argv[i], "--cases") == 0  ? &cases
		              : strcmp(argv[i], "--seed") == 0 ? &seed
		                                               : NULL;
		if (!to || i + 1 == argc || korch__text_to_i64(to, argv[i + 1]) < 0) {
			fprintf(stderr, "usage: properties [--cases N] [--seed S]\n");
			return 2;
		}
	}
	for (size_t law = 0; law < sizeof(laws) / sizeof(laws[0]); law++) {
		for (int64_t i = 0; i < cases; i++)
			laws[law].holds((uint64_t)(seed + i));
		printf("%s: %lld seeds\n", laws[law].name, (long long)cases);
		fflush(stdout);
	}
	return 0;
}
