/* Taking turns by weight. */
#include "base/turn.h"

size_t korch__turn_next(korch_turn *turns, size_t n)
{
	size_t best = SIZE_MAX;
	int32_t sum = 0;
	for (size_t i = 0; i < n; i++) {
		if (turns[i].weight <= 0)
			continue;
		turns[i].credit += turns[i].weight;
		sum += turns[i].weight;
		if (best == SIZE_MAX || turns[i].credit > turns[best].credit)
			best = i;
	}
	if (best != SIZE_MAX)
		turns[best].credit -= sum;
	return best;
}
