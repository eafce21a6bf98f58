/* What `korch up` does with its sealer beside opening it. */
#include "up/sealer.h"

#include <stdio.h>
#include <stdlib.h>

void up_sealer_warn(const korch_sealer *sealer, tool_output *output)
{
	char text[1024];
	const korch_problems *problems = sealer ? korch_sealer_warnings(sealer) : NULL;
	for (size_t i = 0; problems && i < korch_problems_count(problems); i++) {
		char *line = korch_problem_format(korch_problems_at(problems, i));
		snprintf(text, sizeof(text), "warning: %s", line ? line : "");
		output->ops->note(output, text);
		free(line);
	}
}

static void on_renewed(void *userdata, int code, const korch_reseal_state *state)
{
	tool_output *output = userdata;
	char text[160];
	if (code == KORCH_E_CLOSED || (code == 0 && (!state->is_done || state->written == 0)))
		return;
	if (code == 0)
		snprintf(text, sizeof(text), "sealed %llu value%s of the store anew",
		         (unsigned long long)state->written, state->written == 1 ? "" : "s");
	else
		snprintf(text, sizeof(text), "warning: old values of the store are not sealed anew: %s",
		         korch_code_text(code));
	output->ops->note(output, text);
}

void up_sealer_renew(korch_store *store, tool_output *output)
{
	int code = korch_store_reseal(store, KORCH_RESEAL_OLD, on_renewed, output);
	if (code < 0 && code != KORCH_E_UNSUPPORTED)
		on_renewed(output, code, NULL);
}
