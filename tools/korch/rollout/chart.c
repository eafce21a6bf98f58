/* Small charts of text. */
#include "rollout/state.h"

#include <math.h>
#include <string.h>

void rollout_chart(char *out, const rollout_metric *metric, size_t most)
{
	static const char *const BARS[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	size_t first = metric->n > most ? metric->n - most : 0;
	double least = INFINITY, greatest = -INFINITY;
	for (size_t i = first; i < metric->n; i++) {
		least = fmin(least, metric->values[i]);
		greatest = fmax(greatest, metric->values[i]);
	}
	out[0] = '\0';
	for (size_t i = first; i < metric->n; i++) {
		double value = metric->values[i];
		int level = greatest > least ? (int)((value - least) / (greatest - least) * 7 + 0.5) : 4;
		out = stpcpy(out, isfinite(value) && isfinite(greatest - least) ? BARS[level] : "·");
	}
}
