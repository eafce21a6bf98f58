/* A Rollout in a few lines for people: progress, weights, pods, metrics. */
#ifndef KORCH_ROLLOUT_LINES_H
#define KORCH_ROLLOUT_LINES_H

#include "rollout/state.h"

enum { ROLLOUT_LINE = 640, ROLLOUT_LINES_MAX = 32, ROLLOUT_CHART = 16 };

typedef struct rollout_line {
	char text[ROLLOUT_LINE];
	char tone; /* 'g' good, 'b' bad, 'w' waiting, ' ' neither */
} rollout_line;

/* The lines: progress, then the sentence; with is_whole pods of revisions and analyses too. Returns
 * their number. */
size_t rollout_lines(rollout_line out[ROLLOUT_LINES_MAX], const rollout_state *state, int is_whole);
/* The lines of one analysis. */
size_t rollout_analysis_lines(rollout_line out[ROLLOUT_LINES_MAX],
                              const rollout_analysis *analysis);
/* "▰▰▱▱": steps done and to come, at most `width` characters; 3 * width + 1 bytes. */
void rollout_steps_bar(char *out, const rollout_state *state, int width);
/* "step 2/5 (pause: 1m)  canary 20%  stable 80%": as far as it is so. */
void rollout_progress(char *out, size_t size, const rollout_state *state);

#endif
