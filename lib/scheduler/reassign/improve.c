/* Machine reassignment: the improver's door: what it is given is checked, what it found is judged.
 */
#include "base/cleanup.h"
#include "scheduler/reassign/reassign.h"
#include <string.h>

static int check_options(const korch_reassign_options *o, korch_error **err)
{
	if (!o || o->size < sizeof(*o))
		return korch_error_set(err, KORCH_E_INVALID,
		                       "the options are missing, or their size is not set");
	if (!o->iterations && !o->progress)
		return korch_error_set(
		    err, KORCH_E_INVALID,
		    "options: neither iterations nor progress, the search would not end");
	if (o->heat_ppm > 1000000)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "options: heat_ppm %u, allowed is 0 to 1000000", o->heat_ppm);
	return 0;
}

static size_t count_moved(const korch_reassign_problem *p, const uint32_t *assignment)
{
	size_t moved = 0;
	for (size_t i = 0; i < p->n_processes; i++)
		moved += assignment[i] != p->initial[i];
	return moved;
}

static int search(uint32_t *best, uint64_t *iterations, const korch_reassign_problem *p,
                  const korch_reassign_options *o, korch_error **err)
{
	_cleanup_(korch__reassign_model_fini) korch__reassign_model model = {0};
	_cleanup_(korch__reassign_state_fini) korch__reassign_state state = {0};
	if (korch__reassign_model_init(&model, p) || korch__reassign_state_init(&state, &model, best) ||
	    korch__reassign_anneal(&state, best, iterations, o))
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	return 0;
}

int korch_reassign_improve(korch_reassign_result *result, uint32_t *assignment,
                           const korch_reassign_problem *problem,
                           const korch_reassign_options *options, korch_error **err)
{
	korch_reassign_result done = {0};
	int code = check_options(options, err);
	code = code ? code : korch_reassign_judge(&done.before, problem, assignment, err);
	if (code)
		return code;
	size_t moved = count_moved(problem, assignment);
	if (options->max_moves && moved > options->max_moves)
		return korch_error_set(err, KORCH_E_INVALID,
		                       "the assignment given has %zu moved processes, allowed are %zu",
		                       moved, options->max_moves);
	_cleanup_free_ uint32_t *best = korch__calloc(problem->n_processes, sizeof(*best));
	if (!best)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	memcpy(best, assignment, problem->n_processes * sizeof(*best));
	code = search(best, &done.iterations, problem, options, err);
	code = code ? code : korch__reassign_judge(&done.after, problem, best, err);
	if (code)
		return code;
	done.moved = count_moved(problem, best);
	memcpy(assignment, best, problem->n_processes * sizeof(*best));
	if (result)
		*result = done;
	return 0;
}
